package nested

import (
	"encoding/binary"

	"github.com/dejaq/fasti/kv/vector"
)

// Builder collects the elements of an array. The zero value is ready after
// Reset; memory is kept between arrays.
type Builder struct {
	kind  vector.Kind
	n     int
	nulls []byte
	some  bool // a NULL
	body  []byte
	text  []byte
}

// Reset starts an array of elements of a kind.
func (b *Builder) Reset(k vector.Kind) {
	b.kind, b.n, b.some = k, 0, false
	b.nulls, b.body, b.text = b.nulls[:0], b.body[:0], b.text[:0]
}

// Len returns the number of elements so far.
func (b *Builder) Len() int { return b.n }

// Size returns about how many bytes the array has so far.
func (b *Builder) Size() int { return len(b.nulls) + len(b.body) + len(b.text) }

// next makes room for the NULL bit of one more element.
func (b *Builder) next(null bool) {
	if b.n&7 == 0 {
		b.nulls = append(b.nulls, 0)
	}
	if null {
		b.nulls[b.n>>3] |= 1 << (b.n & 7)
		b.some = true
	}
	b.n++
}

// Append adds an element.
func (b *Builder) Append(d vector.Datum) {
	b.next(d.Null)
	if b.kind == vector.Bytes {
		if !d.Null {
			b.text = append(b.text, d.S...)
		}
		b.body = binary.LittleEndian.AppendUint32(b.body, uint32(len(b.text)))
		return
	}
	if d.Null {
		d = vector.Datum{}
	}
	b.body = appendFixed(b.body, b.kind, d)
}

// AppendRow adds row i of a vector of the kind.
func (b *Builder) AppendRow(v *vector.Vector, i int) {
	if b.kind != vector.Bytes || v.IsNull(i) {
		b.Append(vector.At(v, i))
		return
	}
	b.next(false)
	b.text = append(b.text, v.Bytes(i)...)
	b.body = binary.LittleEndian.AppendUint32(b.body, uint32(len(b.text)))
}

// AppendElement adds element i of an array of the kind.
func (b *Builder) AppendElement(a *Array, i int) { b.Append(a.Peek(i)) }

// AppendTo appends the array to dst. dims are its dimensions, whose lengths
// multiply to Len; nil is one dimension from 1 on.
func (b *Builder) AppendTo(dst []byte, dims ...Dim) []byte {
	if b.n == 0 {
		return AppendEmpty(dst, b.kind)
	}
	if dims == nil {
		dims = []Dim{{int32(b.n), 1}}
	}
	dst = append(dst, byte(len(dims))|byte(b.kind)<<4)
	for _, d := range dims {
		dst = binary.AppendUvarint(dst, uint64(d.Len))
		dst = binary.AppendVarint(dst, int64(d.Lower))
	}
	if b.some {
		dst = append(append(dst, 1), b.nulls...)
	} else {
		dst = append(dst, 0)
	}
	return append(append(dst, b.body...), b.text...)
}

// AppendEmpty appends the empty array over a kind.
func AppendEmpty(dst []byte, k vector.Kind) []byte { return append(dst, byte(k)<<4) }
