package segment

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
)

// ID names a segment.
type ID struct {
	Group schema.GroupID
	Table schema.TableID
	Block int64 // as Block gives
}

// blockSlices is how many neighbouring slices make a block.
const blockSlices = 96

// Block returns the block of a shard that begins at start: the start of 96 slices
// of the table, 0 for a keyed table.
func Block(t *schema.Table, start int64) int64 {
	const far = 1 << 60
	if !t.Sliced() {
		return 0
	}
	width := t.Width
	if width > far/blockSlices || start > far || start < -far || t.Origin > far || t.Origin < -far {
		return start // infinity, or slices of centuries
	}
	width *= blockSlices
	k := (start - t.Origin) / width
	if start-t.Origin < k*width {
		k--
	}
	return t.Origin + k*width
}

// Shard is the part of a shard in a segment.
type Shard struct {
	ID     schema.ShardID
	LastTS schema.Timestamp // of the shard's newest commit: what the segment holds
	Rows   uint32
}

// Column is a column of a segment.
type Column struct {
	ID   schema.ColumnID
	Type types.ID
}

// Header describes a segment.
type Header struct {
	Generation uint32
	Shards     []Shard // in order
	Columns    []Column
	Groups     []uint32 // rows of each row group
}

// ErrCorrupt is returned for bytes that are no header, and for chunks that are not
// there or do not fit it.
var ErrCorrupt = errors.New("segment: damaged segment")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const (
	headerLen = 16
	shardLen  = keys.ShardLen + 8 + 4
	magic     = 0x5354 // "TS"
)

func (h *Header) encode() []byte {
	b := binary.LittleEndian.AppendUint16(nil, magic)
	b = append(b, 1, 0)
	b = binary.LittleEndian.AppendUint32(b, h.Generation)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(h.Shards)))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(h.Columns)))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(h.Groups)))
	for _, s := range h.Shards {
		b = keys.AppendShard(b, s.ID)
		b = binary.LittleEndian.AppendUint64(b, uint64(s.LastTS))
		b = binary.LittleEndian.AppendUint32(b, s.Rows)
	}
	for _, c := range h.Columns {
		b = binary.LittleEndian.AppendUint16(b, uint16(c.ID))
		b = binary.LittleEndian.AppendUint16(b, uint16(c.Type))
	}
	for _, n := range h.Groups {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func decodeHeader(b []byte) (*Header, error) {
	if len(b) < headerLen+4 || binary.LittleEndian.Uint16(b) != magic || b[2] != 1 {
		return nil, ErrCorrupt
	}
	h := &Header{Generation: binary.LittleEndian.Uint32(b[4:])}
	shards, columns, groups := int64(binary.LittleEndian.Uint32(b[8:])), int64(binary.LittleEndian.Uint16(b[12:])), int64(binary.LittleEndian.Uint16(b[14:]))
	end := headerLen + shards*shardLen + columns*4 + groups*4
	if end+4 != int64(len(b)) || crc32.Checksum(b[:end], castagnoli) != binary.LittleEndian.Uint32(b[end:]) {
		return nil, ErrCorrupt
	}
	b = b[headerLen:]
	var rows, grouped uint64
	h.Shards = make([]Shard, shards)
	for i := range h.Shards {
		h.Shards[i] = Shard{
			ID: keys.Shard(b), LastTS: schema.Timestamp(binary.LittleEndian.Uint64(b[keys.ShardLen:])),
			Rows: binary.LittleEndian.Uint32(b[keys.ShardLen+8:]),
		}
		rows += uint64(h.Shards[i].Rows)
		b = b[shardLen:]
	}
	h.Columns = make([]Column, columns)
	for i := range h.Columns {
		h.Columns[i] = Column{schema.ColumnID(binary.LittleEndian.Uint16(b)), types.ID(binary.LittleEndian.Uint16(b[2:]))}
		b = b[4:]
	}
	h.Groups = make([]uint32, groups)
	for i := range h.Groups {
		h.Groups[i] = binary.LittleEndian.Uint32(b)
		grouped += uint64(h.Groups[i])
		b = b[4:]
	}
	if rows != grouped {
		return nil, ErrCorrupt
	}
	return h, nil
}
