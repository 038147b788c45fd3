package replica

import (
	"slices"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/meta/schema"
)

// shard is the state of a shard in its group.
type shard struct {
	id      schema.ShardID
	full    bool // the cap was reached once; it stays so
	maxRows int64
	rows    int64
	bytes   int64
	lastTS  schema.Timestamp
	openRev int64

	// reserved is what transactions may still insert: the leader's, under mu.
	reserved int64

	// What the entry being applied adds: the applier's.
	addRows, addBytes int64
	addTS             schema.Timestamp
	touched           bool
}

// shardSize is the length of a stored shard state:
//
//	offset  bytes  field
//	0       1      format 1
//	1       1      1 when full
//	2       8      row cap, all integers u64 LE
//	10      8      live rows
//	18      8      bytes of keys and values of all versions
//	26      8      newest commit timestamp
//	34      8      metadata revision that opened it
const shardSize = 42

func appendShardState(dst []byte, s *shard) []byte {
	full := byte(0)
	if s.full {
		full = 1
	}
	return appendUint64s(append(dst, 1, full), uint64(s.maxRows), uint64(s.rows), uint64(s.bytes), uint64(s.lastTS), uint64(s.openRev))
}

func decodeShard(id schema.ShardID, v []byte) (*shard, error) {
	r := reader{b: v}
	if f := r.byte(); f != 1 {
		r.fail("shard state of another format than 1")
	}
	s := &shard{id: id, full: r.byte() == 1}
	s.maxRows, s.rows, s.bytes = int64(r.uint64()), int64(r.uint64()), int64(r.uint64())
	s.lastTS, s.openRev = r.ts(), int64(r.uint64())
	return s, r.done()
}

// room returns how many rows the shard may still be promised.
func (s *shard) room() int64 {
	switch {
	case s.maxRows == 0:
		return 1<<63 - 1
	case s.full:
		return 0
	}
	return max(0, s.maxRows-s.rows-s.reserved)
}

func (s *shard) stat() ShardStat {
	st := ShardStat{
		ID: s.id, State: schema.ShardOpen, Rows: s.rows, Reserved: s.reserved, MaxRows: s.maxRows,
		Bytes: s.bytes, LastTS: s.lastTS, OpenRev: s.openRev,
	}
	if s.full {
		st.State = schema.ShardFull
	}
	return st
}

func (m *machine) openShards(body []byte) (func(), error) {
	shards, rev, err := decodeOpenShards(body)
	if err != nil {
		return nil, err
	}
	var fresh []*shard
	for _, o := range shards {
		if m.shards[o.ID] != nil || slices.ContainsFunc(fresh, func(s *shard) bool { return s.id == o.ID }) {
			continue
		}
		s := &shard{id: o.ID, maxRows: o.MaxRows, openRev: rev}
		fresh = append(fresh, s)
		if err := m.putShard(s); err != nil {
			return nil, err
		}
	}
	return func() {
		for _, s := range fresh {
			m.shards[s.id] = s
		}
	}, nil
}

// dropTable removes a table's rows and shards: body is the table as uvarint.
func (m *machine) dropTable(body []byte) (func(), error) {
	r := reader{b: body}
	table := schema.TableID(r.uvarint())
	if err := r.done(); err != nil {
		return nil, err
	}
	var gone []schema.ShardID
	for id := range m.shards {
		if id.Table == table {
			gone = append(gone, id)
		}
	}
	if len(gone) == 0 {
		return nil, nil
	}
	for _, kind := range []keys.Kind{keys.KindRow, keys.KindIndex, keys.KindShard, keys.KindSegment, keys.KindColumn} {
		from, to := keys.TableBounds(m.gid, kind, table)
		if err := m.batch.DeleteRange(from, to, nil); err != nil {
			return nil, err
		}
	}
	return func() {
		for _, id := range gone {
			delete(m.shards, id)
		}
	}, nil
}

func (m *machine) putShard(s *shard) error {
	op := m.batch.SetDeferred(4+1+keys.ShardLen+1, shardSize)
	keys.AppendEnd(keys.AppendShard(keys.AppendPrefix(op.Key[:0], m.gid, keys.KindShard), s.id))
	appendShardState(op.Value[:0], s)
	return op.Finish()
}

// touch notes what a write adds to its shard; putShards stores it and
// publishShards makes it visible.
func (m *machine) touch(s *shard, k mvcc.WriteKind, bytes int, ts schema.Timestamp) {
	if !s.touched {
		s.touched = true
		m.touched = append(m.touched, s)
	}
	s.addRows += k.Delta()
	s.addBytes += int64(bytes)
	s.addTS = max(s.addTS, ts)
}

// after returns the state of a shard with what the entry adds.
func (s *shard) after() shard {
	n := shard{
		id: s.id, full: s.full, maxRows: s.maxRows, rows: s.rows + s.addRows, bytes: s.bytes + s.addBytes,
		lastTS: max(s.lastTS, s.addTS), openRev: s.openRev,
	}
	if n.maxRows > 0 && n.rows >= n.maxRows {
		n.full = true
	}
	return n
}

func (m *machine) putShards() error {
	for _, s := range m.touched {
		n := s.after()
		if err := m.putShard(&n); err != nil {
			return err
		}
	}
	return nil
}

func (m *machine) publishShards() {
	for _, s := range m.touched {
		n := s.after()
		s.full, s.rows, s.bytes, s.lastTS = n.full, n.rows, n.bytes, n.lastTS
		s.addRows, s.addBytes, s.addTS, s.touched = 0, 0, 0, false
	}
	m.touched = m.touched[:0]
}

// putVersions adds the versions of a write set at ts to the batch, and applies the
// batch in parts as it grows: a version is invisible to readers until the entry is
// published, and writing it again after a crash changes nothing (I2). Writes to
// shards that are gone vanish.
func (m *machine) putVersions(ws []byte, ts schema.Timestamp) error {
	if len(ws) == 0 {
		return nil
	}
	var prefix [keys.RowOffset]byte
	var version [keys.VersionLen]byte
	keys.AppendVersion(version[:0], ts)
	var s *shard
	var id schema.ShardID
	first := true
	it := mvcc.ReadWrites(ws)
	for it.Next() {
		w := &it.Write
		if first || w.Shard != id {
			id, first = w.Shard, false
			s = m.shards[id]
			keys.AppendRowPrefix(prefix[:0], m.gid, id)
		}
		if m.batch.Len() >= partBytes {
			if err := m.applyBatch(); err != nil {
				return err
			}
		}
		if s == nil || w.Kind == mvcc.Lock {
			continue
		}
		n := keys.RowOffset + len(w.Key) + keys.VersionLen
		op := m.batch.SetDeferred(n, len(w.Value))
		copy(op.Key, prefix[:])
		op.Key[4] = byte(w.StoreKind())
		copy(op.Key[keys.RowOffset:], w.Key)
		copy(op.Key[keys.RowOffset+len(w.Key):], version[:])
		copy(op.Value, w.Value)
		if err := op.Finish(); err != nil {
			return err
		}
		m.touch(s, w.Kind, n+len(w.Value), ts)
	}
	return it.Err()
}
