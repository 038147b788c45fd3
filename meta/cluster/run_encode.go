package cluster

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/dejaq/fasti/meta/schema"
)

const runVersion = 1

// appendRun appends the record of a chunk; its shards are of one table, in
// order and at least one.
func appendRun(dst []byte, shards []schema.Shard) []byte {
	return schema.AppendRecord(dst, runVersion, func(b []byte) []byte {
		b = binary.AppendUvarint(b, uint64(len(shards)))
		var start int64
		for i := range shards {
			s := &shards[i]
			// Differences wrap around, and so do the sums of the reader.
			b = binary.AppendVarint(b, s.ID.Start-start)
			b = binary.AppendUvarint(b, uint64(s.End)-uint64(s.ID.Start))
			b = binary.AppendUvarint(b, uint64(s.ID.Partition))
			b = binary.AppendUvarint(b, uint64(s.ID.Sequence))
			b = binary.AppendUvarint(b, uint64(s.Group))
			b = append(b, byte(s.State))
			start = s.ID.Start
		}
		return b
	})
}

// decodeRun returns the shards of a record, of the given table. It returns
// schema.ErrCorrupt or schema.ErrNewer.
func decodeRun(table schema.TableID, src []byte) ([]schema.Shard, error) {
	_, b, err := schema.OpenRecord(src, runVersion)
	if err != nil {
		return nil, err
	}
	r := reader{b: b}
	n := r.uvarint(math.MaxUint32)
	// A shard takes six bytes at least: a false count cannot make us allocate.
	if n == 0 || n > uint64(len(r.b)/6) {
		return nil, fmt.Errorf("%w: %d shards in %d bytes", schema.ErrCorrupt, n, len(r.b))
	}
	shards := make([]schema.Shard, n)
	var start int64
	for i := range shards {
		s := &shards[i]
		start += r.varint()
		s.ID.Table, s.ID.Start = table, start
		s.End = int64(uint64(start) + r.uvarint(math.MaxUint64))
		s.ID.Partition = uint16(r.uvarint(math.MaxUint16))
		s.ID.Sequence = uint16(r.uvarint(math.MaxUint16))
		s.Group = schema.GroupID(r.uvarint(math.MaxUint32))
		s.State = schema.ShardState(r.uvarint(uint64(schema.ShardDropping)))
		switch {
		case r.err != nil:
			return nil, r.err
		case i > 0 && shards[i-1].ID.Compare(s.ID) >= 0:
			return nil, fmt.Errorf("%w: shard %d is out of order", schema.ErrCorrupt, i)
		}
	}
	return shards, r.close()
}
