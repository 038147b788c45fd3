package nested

import (
	"encoding/binary"
	"math"
	"unsafe"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// MaxFields bounds a record, as PostgreSQL's MaxTupleAttributeNumber.
const MaxFields = 1664

// Record reads an encoded record from field to field. It aliases the bytes.
type Record struct {
	n, at int
	rest  []byte
}

// OpenRecord starts reading the record that b holds.
func OpenRecord(b []byte) (Record, error) {
	n, w := binary.Uvarint(b)
	if w <= 0 || n > MaxFields {
		return Record{}, ErrCorrupt
	}
	return Record{n: int(n), rest: b[w:]}, nil
}

// Len returns the number of fields.
func (r *Record) Len() int { return r.n }

// Next returns the next field, the first one first; its S aliases the record. A
// record has Len fields; another one, or a malformed one, is ErrCorrupt.
func (r *Record) Next() (id types.ID, d vector.Datum, err error) {
	if r.at == r.n {
		return 0, d, ErrCorrupt
	}
	r.at++
	t, w := binary.Uvarint(r.rest)
	if w <= 0 || t > math.MaxUint16 || !types.ID(t).Valid() {
		return 0, d, ErrCorrupt
	}
	id = types.ID(t)
	r.rest = r.rest[w:]
	size, w := binary.Uvarint(r.rest)
	if w <= 0 || size > uint64(len(r.rest)-w)+1 {
		return 0, d, ErrCorrupt
	}
	r.rest = r.rest[w:]
	if size == 0 {
		return id, vector.NullDatum, nil
	}
	b := r.rest[:size-1]
	r.rest = r.rest[size-1:]
	k := vector.KindOf(types.Of(id))
	if width := widths[k]; width > 0 && len(b) != width {
		return 0, d, ErrCorrupt
	}
	switch k {
	case vector.Bool:
		d.I = int64(b[0])
	case vector.Int32:
		d.I = int64(int32(binary.LittleEndian.Uint32(b)))
	case vector.Int64:
		d.I = int64(binary.LittleEndian.Uint64(b))
	case vector.Float64:
		d.F = math.Float64frombits(binary.LittleEndian.Uint64(b))
	case vector.Word128:
		d.W = [2]uint64{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])}
	default:
		d.S = unsafe.String(unsafe.SliceData(b), len(b))
	}
	return id, d, nil
}

// AppendRecord appends the head of a record of n fields; as many AppendField
// follow.
func AppendRecord(dst []byte, n int) []byte { return binary.AppendUvarint(dst, uint64(n)) }

// AppendField appends the next field of a record.
func AppendField(dst []byte, id types.ID, d vector.Datum) []byte {
	dst = binary.AppendUvarint(dst, uint64(id))
	if d.Null {
		return append(dst, 0)
	}
	k := vector.KindOf(types.Of(id))
	if width := widths[k]; width > 0 {
		return appendFixed(append(dst, byte(width+1)), k, d)
	}
	dst = binary.AppendUvarint(dst, uint64(len(d.S))+1)
	return append(dst, d.S...)
}
