package nested

import (
	"encoding/binary"
	"errors"
	"math"
	"unsafe"

	"github.com/dejaq/fasti/kv/vector"
)

// MaxDims and MaxElements bound an array: PostgreSQL's MAXDIM and MaxArraySize.
const (
	MaxDims     = 6
	MaxElements = 134217727
)

// ErrCorrupt is returned by OpenArray and OpenRecord for bytes that no builder
// has made.
var ErrCorrupt = errors.New("nested: malformed value")

// Dim is one dimension of an array: subscripts run over [Lower, Lower+Len).
type Dim struct{ Len, Lower int32 }

// widths has the bytes of an element by Kind, 0 for Bytes.
var widths = [...]int{vector.Bool: 1, vector.Int32: 4, vector.Int64: 8, vector.Float64: 8, vector.Word128: 16, vector.Bytes: 0}

// Array reads an encoded array. It aliases the bytes.
type Array struct {
	Kind  vector.Kind
	ndim  int
	dims  [MaxDims]Dim
	n     int
	nulls []byte // nil: none
	body  []byte // elements, or the offsets of Bytes
	text  []byte // of Bytes
}

// OpenArray reads the array that b holds, all of it.
func OpenArray(b []byte) (a Array, err error) {
	if len(b) == 0 || b[0]>>4 > byte(vector.Bytes) || b[0]&15 > MaxDims {
		return a, ErrCorrupt
	}
	a.Kind, a.ndim = vector.Kind(b[0]>>4), int(b[0]&15)
	b = b[1:]
	if a.ndim == 0 {
		if len(b) != 0 {
			return a, ErrCorrupt
		}
		return a, nil
	}
	n := 1
	for i := range a.dims[:a.ndim] {
		size, w := binary.Uvarint(b)
		if w <= 0 || size == 0 || size > MaxElements || uint64(n)*size > MaxElements {
			return a, ErrCorrupt
		}
		lower, v := binary.Varint(b[w:])
		if v <= 0 || lower != int64(int32(lower)) {
			return a, ErrCorrupt
		}
		a.dims[i] = Dim{int32(size), int32(lower)}
		n *= int(size)
		b = b[w+v:]
	}
	a.n = n
	if len(b) == 0 || b[0] > 1 {
		return a, ErrCorrupt
	}
	some := b[0] == 1
	b = b[1:]
	if some {
		w := (n + 7) / 8
		if len(b) < w {
			return a, ErrCorrupt
		}
		a.nulls, b = b[:w], b[w:]
	}
	if width := widths[a.Kind]; width > 0 {
		if len(b) != n*width {
			return a, ErrCorrupt
		}
		a.body = b
		return a, nil
	}
	if len(b) < 4*n {
		return a, ErrCorrupt
	}
	a.body, a.text = b[:4*n], b[4*n:]
	last := uint32(0)
	for i := range n {
		end := binary.LittleEndian.Uint32(a.body[4*i:])
		if end < last {
			return a, ErrCorrupt
		}
		last = end
	}
	if int(last) != len(a.text) {
		return a, ErrCorrupt
	}
	return a, nil
}

// Dims returns the dimensions, none of the empty array.
func (a *Array) Dims() []Dim { return a.dims[:a.ndim] }

// Len returns the number of elements.
func (a *Array) Len() int { return a.n }

// HasNulls reports whether some element is NULL.
func (a *Array) HasNulls() bool { return a.nulls != nil }

// IsNull reports whether element i is NULL.
func (a *Array) IsNull(i int) bool { return a.nulls != nil && a.nulls[i>>3]>>(i&7)&1 != 0 }

// Bool, Int, Float, Word and Bytes return element i of an array of that kind, its
// zero under NULL.
func (a *Array) Bool(i int) bool { return a.body[i] != 0 }

// Int returns element i of an array of Int32 or Int64.
func (a *Array) Int(i int) int64 {
	if a.Kind == vector.Int32 {
		return int64(int32(binary.LittleEndian.Uint32(a.body[4*i:])))
	}
	return int64(binary.LittleEndian.Uint64(a.body[8*i:]))
}

// Float returns element i of an array of Float64.
func (a *Array) Float(i int) float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(a.body[8*i:]))
}

// Word returns element i of an array of Word128.
func (a *Array) Word(i int) [2]uint64 {
	return [2]uint64{binary.LittleEndian.Uint64(a.body[16*i:]), binary.LittleEndian.Uint64(a.body[16*i+8:])}
}

// Bytes returns element i of an array of Bytes; it aliases the array.
func (a *Array) Bytes(i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = binary.LittleEndian.Uint32(a.body[4*i-4:])
	}
	to := binary.LittleEndian.Uint32(a.body[4*i:])
	return a.text[from:to:to]
}

// Datum returns element i; it shares nothing with the array.
func (a *Array) Datum(i int) vector.Datum {
	d := a.Peek(i)
	if a.Kind == vector.Bytes && !d.Null {
		d.S = string(a.Bytes(i))
	}
	return d
}

// Peek returns element i; its S aliases the array and is good as long as the
// array's bytes do not change.
func (a *Array) Peek(i int) vector.Datum {
	if a.IsNull(i) {
		return vector.NullDatum
	}
	switch a.Kind {
	case vector.Bool:
		return vector.BoolDatum(a.Bool(i))
	case vector.Int32, vector.Int64:
		return vector.IntDatum(a.Int(i))
	case vector.Float64:
		return vector.FloatDatum(a.Float(i))
	case vector.Word128:
		return vector.WordDatum(a.Word(i))
	}
	b := a.Bytes(i)
	return vector.StringDatum(unsafe.String(unsafe.SliceData(b), len(b)))
}

// appendFixed appends a value of a fixed width as an element.
func appendFixed(dst []byte, k vector.Kind, d vector.Datum) []byte {
	switch k {
	case vector.Bool:
		return append(dst, byte(d.I))
	case vector.Int32:
		return binary.LittleEndian.AppendUint32(dst, uint32(d.I))
	case vector.Int64:
		return binary.LittleEndian.AppendUint64(dst, uint64(d.I))
	case vector.Float64:
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(d.F))
	}
	dst = binary.LittleEndian.AppendUint64(dst, d.W[0])
	return binary.LittleEndian.AppendUint64(dst, d.W[1])
}
