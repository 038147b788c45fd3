package keys

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// markFirst stands for a NULL that sorts first, in a key of an index.
const markFirst byte = 0

// Order is how a key of an index sorts.
type Order struct{ Desc, NullsFirst bool }

// AppendIndexed appends row i of v as a key of an index.
func AppendIndexed(dst []byte, t types.Type, o Order, v *vector.Vector, i int) []byte {
	if v.IsNull(i) {
		return o.appendNull(dst)
	}
	at := len(dst) + 1
	return o.invert(AppendRow(append(dst, markValue), t, false, v, i), at)
}

// AppendIndexedDatum appends d as a key of an index.
func AppendIndexedDatum(dst []byte, t types.Type, o Order, d vector.Datum) []byte {
	if d.Null {
		return o.appendNull(dst)
	}
	at := len(dst) + 1
	return o.invert(Append(append(dst, markValue), t, d), at)
}

func (o Order) appendNull(dst []byte) []byte {
	if o.NullsFirst {
		return append(dst, markFirst)
	}
	return append(dst, markNull)
}

// invert turns the bytes of a descending value from at on around.
func (o Order) invert(b []byte, at int) []byte {
	if o.Desc {
		for i := at; i < len(b); i++ {
			b[i] = ^b[i]
		}
	}
	return b
}

// AppendNotNull appends what the keys before all (after: behind all) values that are
// not NULL begin with, as a bound.
func AppendNotNull(dst []byte, after bool) []byte {
	if after {
		return append(dst, markValue+1)
	}
	return append(dst, markValue)
}

// DecodeIndexed decodes the key of an index at the start of src and returns the bytes
// behind it. It returns a *FormatError when there is none.
func DecodeIndexed(src []byte, t types.Type, o Order) (d vector.Datum, rest []byte, err error) {
	if len(src) == 0 || src[0] > markNull {
		return d, nil, &FormatError{"no " + t.String(), src}
	}
	if src[0] != markValue {
		return vector.NullDatum, src[1:], nil
	}
	body := src[1:]
	if o.Desc {
		body = o.invert(append([]byte(nil), body...), 0)
	}
	d, rest, err = DecodeValue(body, t, false)
	if err != nil {
		return d, nil, err
	}
	return d, src[len(src)-len(rest):], nil
}
