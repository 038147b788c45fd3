package sort

import (
	"encoding/binary"
	"math"

	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// class is how a key column gives its words.
type class uint8

const (
	signed class = iota // Bool, Int32, Int64: one word
	unsigned
	floating
	halves // two words
	texts  // any number of words
)

// key is one item of ORDER BY.
type key struct {
	class      class
	t          types.ID
	typ        types.Type
	column     int // of the kept columns
	desc       bool
	nullsFirst bool
}

func newKey(t types.Type, desc, nullsFirst bool) key {
	k := key{t: t.ID, typ: t, desc: desc, nullsFirst: nullsFirst}
	switch vector.KindOf(t) {
	case vector.Int32:
		if t.ID.IsOID() {
			k.class = unsigned
		}
	case vector.Float64:
		k.class = floating
	case vector.Word128:
		k.class = halves
	case vector.Bytes:
		k.class = texts
	}
	return k
}

// normalizes reports whether the values must be rewritten to give words:
// intervals, numerics, jsonb, char(n), arrays and records are kept as a key
// column of their own.
func (k *key) normalizes() bool {
	return k.t == types.Interval || hash.Normalizes(k.typ)
}

// normalize appends the rewritten values of the rows in sel, one of v's each.
func (k *key) normalize(dst *vector.Builder, v *vector.Vector, sel []uint16) error {
	var text []byte
	row := make([]vector.Datum, 1)
	for _, r := range sel {
		switch d := vector.At(v, int(r)); {
		case d.Null:
			row[0] = vector.NullDatum
		case k.t == types.Interval:
			w := hash.IntervalKey(d.W)
			w[0] ^= 1 << 63
			row[0] = vector.WordDatum(w)
		default:
			text = hash.AppendNormal(text[:0], k.typ, []byte(d.S))
			row[0] = vector.StringDatum(string(text))
		}
		if err := dst.AppendDatums(row); err != nil {
			return err
		}
	}
	return nil
}

// more reports whether rows that are equal in word depth of k may differ in a
// further one.
func (k *key) more(word uint64, depth int) bool {
	switch k.class {
	case halves:
		return depth == 0
	case texts:
		if k.desc {
			word = ^word
		}
		return byte(word) == 8
	}
	return false
}

// fill sets the words of entries to word depth of their rows' values, none of
// them NULL.
func (k *key) fill(a []entry, v *vector.Vector, depth int) {
	var flip uint64
	if k.desc {
		flip = ^flip
	}
	if v.Form == vector.Dict {
		k.fillDict(a, v, depth, flip)
		return
	}
	switch {
	case v.Kind == vector.Bool:
		for i := range a {
			r := a[i].row
			a[i].word = v.Bits[r>>6]>>(r&63)&1 ^ flip
		}
	case k.class == unsigned:
		for i := range a {
			a[i].word = uint64(uint32(v.I32[a[i].row])) ^ flip
		}
	case v.Kind == vector.Int32:
		for i := range a {
			a[i].word = uint64(uint32(v.I32[a[i].row])^1<<31) ^ flip
		}
	case v.Kind == vector.Int64:
		flip ^= 1 << 63
		for i := range a {
			a[i].word = uint64(v.I64[a[i].row]) ^ flip
		}
	case v.Kind == vector.Float64:
		for i := range a {
			a[i].word = floatWord(v.F64[a[i].row]) ^ flip
		}
	case v.Kind == vector.Word128:
		for i := range a {
			a[i].word = v.W128[a[i].row][depth] ^ flip
		}
	default:
		for i := range a {
			a[i].word = textWord(v.Arena, v.Spans[a[i].row], depth) ^ flip
		}
	}
}

// fillDict is fill for text in a dictionary.
func (k *key) fillDict(a []entry, v *vector.Vector, depth int, flip uint64) {
	values := v.Dict.Values
	for i := range a {
		a[i].word = textWord(values.Arena, values.Spans[v.Codes[a[i].row]], depth) ^ flip
	}
}

// floatWord returns the bits of x in the order of floats.
func floatWord(x float64) uint64 {
	if x != x {
		return math.MaxUint64
	}
	b := math.Float64bits(x + 0) // -0 is 0
	if b>>63 != 0 {
		return ^b
	}
	return b | 1<<63
}

// textWord returns 7 bytes of a value from 7·depth on, first byte highest, zero
// behind the end, and below them how many there are; 8 when more follow.
func textWord(arena []byte, s vector.Span, depth int) uint64 {
	skip := uint32(7 * depth)
	if skip > s.Len {
		skip = s.Len
	}
	off, n := s.Off+skip, s.Len-skip
	if n >= 8 {
		return binary.BigEndian.Uint64(arena[off:])&^0xff | 8
	}
	var w uint64
	if int(off)+8 <= len(arena) {
		w = binary.BigEndian.Uint64(arena[off:])
		w &^= ^uint64(0) >> (8 * n) // n ≤ 7
	} else {
		for i := range n {
			w |= uint64(arena[off+i]) << (56 - 8*i)
		}
	}
	return w | uint64(n)
}

// rest returns the bytes of a value from word depth on.
func rest(v *vector.Vector, row uint32, depth int) []byte {
	b := v.Bytes(int(row))
	return b[min(7*depth, len(b)):]
}
