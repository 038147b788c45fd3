package value

import (
	"encoding/binary"

	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// parseArrayBinary is array_recv:
//
//	bytes  field, big-endian
//	4      number of dimensions
//	4      1 when some element is NULL, else 0
//	4      OID of the elements' type
//	8      per dimension: length, lower bound
//	var    per element: length, -1 for NULL, and the element's binary form
func parseArrayBinary(t types.Type, b []byte) (vector.Datum, error) {
	if len(b) < 12 {
		return vector.NullDatum, errShort()
	}
	elem := t.Elem()
	ndim, flags, oid := int32(binary.BigEndian.Uint32(b)), binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	b = b[12:]
	switch {
	case ndim < 0:
		return vector.NullDatum, binaryFormat("invalid number of dimensions: %d", ndim)
	case ndim > nested.MaxDims:
		return vector.NullDatum, TooManyDims(int(ndim))
	case flags > 1:
		return vector.NullDatum, binaryFormat("invalid array flags")
	case oid != elem.OID():
		name := "???"
		if have, ok := types.ByOID(oid); ok {
			name = have.String()
		}
		return vector.NullDatum, sqlerr.New(sqlerr.DatatypeMismatch,
			"binary data has array element type %d (%s) instead of expected %d (%s)", oid, name, elem.OID(), elem.Plain())
	case len(b) < 8*int(ndim):
		return vector.NullDatum, errShort()
	}
	dims := make([]nested.Dim, ndim)
	n := int64(min(ndim, 1))
	for i := range dims {
		dims[i] = nested.Dim{Len: int32(binary.BigEndian.Uint32(b[8*i:])), Lower: int32(binary.BigEndian.Uint32(b[8*i+4:]))}
		if dims[i].Len < 0 || n*int64(dims[i].Len) > nested.MaxElements {
			return vector.NullDatum, TooManyElements()
		}
		n *= int64(dims[i].Len)
	}
	if err := CheckBounds(dims); err != nil {
		return vector.NullDatum, err
	}
	b = b[8*ndim:]
	if n*4 > int64(len(b)) {
		return vector.NullDatum, errShort()
	}
	var to nested.Builder
	to.Reset(vector.KindOf(elem))
	for range n {
		field, rest, err := cutField(b)
		if err != nil {
			return vector.NullDatum, err
		}
		b = rest
		if field == nil {
			to.Append(vector.NullDatum)
			continue
		}
		d, err := ParseBinary(elem, field)
		if err != nil {
			return vector.NullDatum, err
		}
		to.Append(d)
	}
	if len(b) > 0 {
		return vector.NullDatum, errLong()
	}
	return vector.StringDatum(string(to.AppendTo(nil, dims...))), nil
}

// cutField takes a value with its length before it; nil is NULL.
func cutField(b []byte) (field, rest []byte, err error) {
	if len(b) < 4 {
		return nil, nil, errShort()
	}
	n := int32(binary.BigEndian.Uint32(b))
	b = b[4:]
	switch {
	case n == -1:
		return nil, b, nil
	case n < 0 || int(n) > len(b):
		return nil, nil, errShort()
	}
	return b[:n:n], b[n:], nil
}

// appendArrayBinary is array_send.
func appendArrayBinary(dst []byte, t types.Type, enc string) []byte {
	a, _ := nested.OpenArray(bytesOf(enc))
	elem := t.Elem()
	var flags uint32
	if a.HasNulls() {
		flags = 1
	}
	dims := a.Dims()
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(dims)))
	dst = binary.BigEndian.AppendUint32(dst, flags)
	dst = binary.BigEndian.AppendUint32(dst, elem.OID())
	for _, d := range dims {
		dst = binary.BigEndian.AppendUint32(dst, uint32(d.Len))
		dst = binary.BigEndian.AppendUint32(dst, uint32(d.Lower))
	}
	for i := range a.Len() {
		dst = appendFieldBinary(dst, elem, a.Peek(i))
	}
	return dst
}

// appendFieldBinary writes a value with its length before it.
func appendFieldBinary(dst []byte, t types.Type, d vector.Datum) []byte {
	if d.Null {
		return append(dst, 0xff, 0xff, 0xff, 0xff)
	}
	at := len(dst)
	dst = AppendBinary(append(dst, 0, 0, 0, 0), t, d)
	binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}
