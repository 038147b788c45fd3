package agg

import (
	"bytes"
	"cmp"
	"math"

	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// cells holds one value of any kind per group.
type cells struct {
	kind  vector.Kind
	state []uint8 // cellEmpty, cellNull or cellValue
	ints  []int64 // Bool, Int32, Int64
	fs    []float64
	words [][2]uint64
	spans []vector.Span
	arena []byte
	dead  int // bytes of the arena that no span names any more
}

const (
	cellEmpty uint8 = iota
	cellNull
	cellValue
)

func newCells(k vector.Kind) cells { return cells{kind: k} }

func (c *cells) resize(groups int) {
	c.state = grow(c.state, groups)
	switch c.kind {
	case vector.Float64:
		c.fs = grow(c.fs, groups)
	case vector.Word128:
		c.words = grow(c.words, groups)
	case vector.Bytes:
		c.spans = grow(c.spans, groups)
	default:
		c.ints = grow(c.ints, groups)
	}
}

// set makes row r of v, flat, the value of group g. It returns
// vector.ErrTooLarge when the text does not fit.
func (c *cells) set(g uint32, v *vector.Vector, r uint16) error {
	if v.IsNull(int(r)) {
		c.state[g] = cellNull
		return nil
	}
	c.state[g] = cellValue
	switch c.kind {
	case vector.Bool:
		c.ints[g] = 0
		if v.Bool(int(r)) {
			c.ints[g] = 1
		}
	case vector.Int32:
		c.ints[g] = int64(v.I32[r])
	case vector.Int64:
		c.ints[g] = v.I64[r]
	case vector.Float64:
		c.fs[g] = v.F64[r]
	case vector.Word128:
		c.words[g] = v.W128[r]
	case vector.Bytes:
		return c.setText(g, v.Bytes(int(r)))
	}
	return nil
}

// setText overwrites the old text in place when the new one fits there, else
// appends; when most of the arena is dead it is packed.
func (c *cells) setText(g uint32, text []byte) error {
	s := &c.spans[g]
	if len(text) <= int(s.Len) {
		c.dead += int(s.Len) - len(text)
		s.Len = uint32(copy(c.arena[s.Off:s.Off+s.Len], text))
		return nil
	}
	c.dead += int(s.Len)
	s.Len = 0
	if c.dead > 1<<16 && c.dead > len(c.arena)/2 {
		c.pack()
	}
	if len(c.arena)+len(text) > math.MaxUint32 {
		return vector.ErrTooLarge
	}
	*s = vector.Span{Off: uint32(len(c.arena)), Len: uint32(len(text))}
	c.arena = append(c.arena, text...)
	return nil
}

func (c *cells) pack() {
	packed := make([]byte, 0, len(c.arena)-c.dead)
	for g, s := range c.spans {
		c.spans[g].Off = uint32(len(packed))
		packed = append(packed, c.arena[s.Off:s.Off+s.Len]...)
	}
	c.arena, c.dead = packed, 0
}

func (c *cells) text(g uint32) []byte {
	s := c.spans[g]
	return c.arena[s.Off : s.Off+s.Len]
}

// write writes the values of groups [from, to); an empty cell is NULL.
func (c *cells) write(from, to int, out *column) {
	for g := from; g < to; g++ {
		i := g - from
		if c.state[g] != cellValue {
			out.setNull(i)
			continue
		}
		switch c.kind {
		case vector.Bool:
			out.setBool(i, c.ints[g] != 0)
		case vector.Int32:
			out.v.I32[i] = int32(c.ints[g])
		case vector.Int64:
			out.v.I64[i] = c.ints[g]
		case vector.Float64:
			out.v.F64[i] = c.fs[g]
		case vector.Word128:
			out.v.W128[i] = c.words[g]
		case vector.Bytes:
			out.setText(i, append(out.arena(), c.text(uint32(g))...))
		}
	}
}

func (c *cells) bytes() int64 {
	return size(c.state, 1) + size(c.ints, 8) + size(c.fs, 8) + size(c.words, 16) + size(c.spans, 8) + int64(cap(c.arena))
}

// comparer orders row r of v against the value of group g, as ORDER BY does:
// the result is below, at or above 0.
type comparer func(v *vector.Vector, r uint16, c *cells, g uint32) int

func comparerOf(t types.Type) comparer {
	switch vector.KindOf(t) {
	case vector.Bool:
		return func(v *vector.Vector, r uint16, c *cells, g uint32) int {
			return cmp.Compare(vector.At(v, int(r)).I, c.ints[g])
		}
	case vector.Int32:
		if t.ID.IsOID() {
			return func(v *vector.Vector, r uint16, c *cells, g uint32) int {
				return cmp.Compare(uint32(v.I32[r]), uint32(c.ints[g]))
			}
		}
		return func(v *vector.Vector, r uint16, c *cells, g uint32) int {
			return cmp.Compare(int64(v.I32[r]), c.ints[g])
		}
	case vector.Int64:
		return func(v *vector.Vector, r uint16, c *cells, g uint32) int { return cmp.Compare(v.I64[r], c.ints[g]) }
	case vector.Float64:
		return func(v *vector.Vector, r uint16, c *cells, g uint32) int { return compareFloats(v.F64[r], c.fs[g]) }
	case vector.Word128:
		if t.ID == types.Interval {
			return func(v *vector.Vector, r uint16, c *cells, g uint32) int {
				a, b := hash.IntervalKey(v.W128[r]), hash.IntervalKey(c.words[g])
				return cmp.Or(cmp.Compare(int64(a[0]), int64(b[0])), cmp.Compare(a[1], b[1]))
			}
		}
		return func(v *vector.Vector, r uint16, c *cells, g uint32) int {
			a, b := v.W128[r], c.words[g]
			return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
		}
	}
	if t.ID == types.Numeric {
		return func(v *vector.Vector, r uint16, c *cells, g uint32) int {
			return mustDecode(v.Bytes(int(r))).Cmp(mustDecode(c.text(g)))
		}
	}
	if keys.IsNested(t) {
		var a, b []byte
		return func(v *vector.Vector, r uint16, c *cells, g uint32) int {
			a = keys.AppendNested(a[:0], t, v.Bytes(int(r)))
			b = keys.AppendNested(b[:0], t, c.text(g))
			return bytes.Compare(a, b)
		}
	}
	if t.ID == types.Bpchar {
		return func(v *vector.Vector, r uint16, c *cells, g uint32) int {
			return bytes.Compare(bytes.TrimRight(v.Bytes(int(r)), " "), bytes.TrimRight(c.text(g), " "))
		}
	}
	return func(v *vector.Vector, r uint16, c *cells, g uint32) int {
		return bytes.Compare(v.Bytes(int(r)), c.text(g))
	}
}

// mustDecode decodes a numeric of a vector, which holds what Encode made.
func mustDecode(enc []byte) decimal.Decimal {
	d, err := decimal.Decode(enc)
	if err != nil {
		panic(err)
	}
	return d
}

// compareFloats has NaN equal to itself and above all.
func compareFloats(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	case a == b:
		return 0
	case a == a:
		return -1
	case b == b:
		return 1
	}
	return 0
}
