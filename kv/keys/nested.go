package keys

import (
	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// markEnd ends the elements of an array and the fields of a record: fewer come
// before more.
const markEnd byte = 0

// IsNested reports whether values of t have a key form of their own: arrays and
// records.
func IsNested(t types.Type) bool { return t.ID.IsArray() || t.ID == types.Record }

// AppendNested appends an array or a record of type t, in the order of
// PostgreSQL's array_cmp and record_cmp: element by element, NULL last, then of
// arrays the dimensions.
func AppendNested(dst []byte, t types.Type, enc []byte) []byte {
	if !t.ID.IsArray() {
		return appendRecord(dst, enc)
	}
	a, err := nested.OpenArray(enc)
	invariants.Check(err == nil, "keys: array %x: %v", enc, err)
	elem := t.Elem()
	for i := range a.Len() {
		dst = appendElement(dst, elem, a.Peek(i))
	}
	dims := a.Dims()
	dst = append(dst, markEnd, byte(len(dims)))
	for _, d := range dims {
		dst = AppendInt32(dst, d.Len)
	}
	for _, d := range dims {
		dst = AppendInt32(dst, d.Lower)
	}
	return dst
}

func appendElement(dst []byte, t types.Type, d vector.Datum) []byte {
	if d.Null {
		return append(dst, markNull)
	}
	return Append(append(dst, markValue), t, d)
}

func appendRecord(dst, enc []byte) []byte {
	r, err := nested.OpenRecord(enc)
	invariants.Check(err == nil, "keys: record %x: %v", enc, err)
	for range r.Len() {
		id, d, err := r.Next()
		invariants.Check(err == nil, "keys: record %x: %v", enc, err)
		dst = appendElement(dst, types.Of(id), d)
	}
	return append(dst, markEnd)
}

// takeNested returns the array of type t at the start of src, equal to the one
// that was encoded, and the rest of src. No column holds a record.
func takeNested(src []byte, t types.Type) (enc, rest []byte, ok bool) {
	if !t.ID.IsArray() {
		return nil, nil, false
	}
	elem := t.Elem()
	var b nested.Builder
	b.Reset(vector.KindOf(elem))
	for len(src) > 0 && src[0] != markEnd {
		switch src[0] {
		case markNull:
			b.Append(vector.NullDatum)
			src = src[1:]
		case markValue:
			d, after, err := DecodeValue(src[1:], elem, false)
			if err != nil {
				return nil, nil, false
			}
			b.Append(d)
			src = after
		default:
			return nil, nil, false
		}
	}
	if len(src) < 2 || src[1] > nested.MaxDims || len(src) < 2+8*int(src[1]) {
		return nil, nil, false
	}
	n := int(src[1])
	src = src[2:]
	dims := make([]nested.Dim, n)
	for i := range dims {
		dims[i] = nested.Dim{Len: Int32(src[4*i:]), Lower: Int32(src[4*(n+i):])}
	}
	if b.Len() == 0 && n > 0 {
		return nil, nil, false
	}
	enc = b.AppendTo(nil, dims...)
	if _, err := nested.OpenArray(enc); err != nil {
		return nil, nil, false
	}
	return enc, src[8*n:], true
}
