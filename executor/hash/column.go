package hash

import (
	"math"
	"math/bits"
	"math/rand/v2"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// class is what table numbers the values of a column.
type class uint8

const (
	words class = iota // bool, integers, times, floats: one word
	texts              // text, bytea, numeric, arrays, records
	pairs              // uuid, interval
)

// column numbers the values of one key column, NULL included, or gives them as
// words of up to 64 bits for packing.
type column struct {
	t     types.ID
	typ   types.Type
	class class
	width int // bits of a value in a packed key
	bits  int // width, and the bit for NULL that words have

	n    uint32 // values numbered
	null uint32 // number of NULL, none before it was seen
	word wordTable
	text textTable
	pair pairTable

	flat  vector.Scratch
	value []uint64      // words of a batch, by row
	nulls []uint64      // null bits of the batch, nil for none
	codes []uint32      // numbers of a batch, by row
	wide  [][2]uint64   // normalized intervals of a batch, by row
	spans []vector.Span // normalized numerics and jsonb of a batch, by row
	arena []byte
	remap remap
}

// remap holds the numbers of a dictionary's values, none where not known yet.
type remap struct {
	dict *vector.Dictionary
	ids  []uint32
}

func newColumn(t types.Type, packed bool) column {
	c := column{t: t.ID, typ: t, null: none}
	switch vector.KindOf(t) {
	case vector.Bool:
		c.width = 1
	case vector.Int32:
		c.width = 32
	case vector.Int64, vector.Float64:
		c.width = 64
	case vector.Word128:
		c.class = pairs
	case vector.Bytes:
		c.class = texts
	}
	c.bits = c.width + 1
	seed := rand.Uint64()
	switch c.class {
	case words:
		if !packed {
			c.word.seed = seed
		}
	case texts:
		c.text = newTextTable(seed)
		c.width, c.bits = codeBits, codeBits
	case pairs:
		c.pair.seed = seed
		c.pair.ids = []uint32{}
		c.width, c.bits = codeBits, codeBits
	}
	return c
}

func (c *column) bytes() int64 {
	return c.word.bytes() + c.text.bytes() + c.pair.bytes() + int64(cap(c.remap.ids))*4
}

// number sets ids to the numbers of the values of v in the rows that count; it
// numbers new ones when insert, and lists their rows in fresh when that is not
// nil; else they get none.
func (c *column) number(ids []uint32, v *vector.Vector, rows vector.Rows, insert bool, fresh *[]uint32) error {
	sel := rows.Selection()
	if len(sel) == 0 {
		return nil
	}
	if v.Form == vector.Const {
		return c.numberConst(ids, v, sel, insert, fresh)
	}
	if v.Form == vector.Dict && c.class == texts && c.remaps(v, len(sel)) {
		return c.numberDict(ids, v, sel, insert, fresh)
	}
	v = c.flat.Flatten(v, rows)
	switch c.class {
	case texts:
		arena, spans := c.textOf(v, sel)
		return c.numberText(ids, arena, spans, v.Nulls, sel, insert, fresh)
	case pairs:
		return c.numberPairs(ids, c.pairsOf(v), v.Nulls, sel, insert, fresh)
	}
	switch v.Kind {
	case vector.Int32:
		return numberWords(c, ids, v.I32, v.Nulls, sel, insert, fresh)
	case vector.Int64:
		return numberWords(c, ids, v.I64, v.Nulls, sel, insert, fresh)
	}
	c.words(v, rows)
	return numberWords(c, ids, c.value, v.Nulls, sel, insert, fresh)
}

// numberNull returns the number of NULL.
func (c *column) numberNull(row uint16, insert bool, fresh *[]uint32) uint32 {
	if c.null == none && insert {
		c.null = c.new(row, fresh)
	}
	return c.null
}

// new returns the next number, for a value first seen in row.
func (c *column) new(row uint16, fresh *[]uint32) uint32 {
	if fresh != nil {
		*fresh = append(*fresh, uint32(row))
	}
	c.n++
	return c.n - 1
}

// full reports, between batches, that another batch might number too many.
func (c *column) full() bool { return c.n > keysMax-vector.MaxRows }

func numberWords[T int32 | int64 | uint64](c *column, ids []uint32, vals []T, nulls []uint64, sel []uint16, insert bool, fresh *[]uint32) error {
	t := &c.word
	if len(t.slots) == 0 {
		t.grow() // of a Finder, its own copy
	}
	slots, seed := t.slots, t.seed
	// Time-ordered scans repeat the same key for long.
	last, lastID := uint64(0), none
	for _, r := range sel {
		if nulls != nil && nulls[r>>6]>>(r&63)&1 != 0 {
			ids[r] = c.numberNull(r, insert, fresh)
			continue
		}
		k := uint64(vals[r])
		if k == last && lastID != none {
			ids[r] = lastID
			continue
		}
		var id uint32
		for p := mix(k, seed); ; p++ {
			s := &slots[p&uint64(len(slots)-1)]
			if s.key == k || s.id == 0 {
				id = s.id - 1
				break
			}
		}
		if id == none && insert {
			if c.full() {
				return tooMany()
			}
			id = c.new(r, fresh)
			t.insert(k, id)
			slots = t.slots
		}
		last, lastID = k, id
		ids[r] = id
	}
	return nil
}

func (c *column) numberText(ids []uint32, arena []byte, spans []vector.Span, nulls []uint64, sel []uint16, insert bool, fresh *[]uint32) error {
	t := &c.text
	for _, r := range sel {
		if nulls != nil && nulls[r>>6]>>(r&63)&1 != 0 {
			ids[r] = c.numberNull(r, insert, fresh)
			continue
		}
		s := spans[r]
		id := t.find(arena, s)
		if id == none && insert {
			if c.full() {
				return tooMany()
			}
			id = c.new(r, fresh)
			if err := t.insert(arena, s, id); err != nil {
				return err
			}
		}
		ids[r] = id
	}
	return nil
}

func (c *column) numberPairs(ids []uint32, vals [][2]uint64, nulls []uint64, sel []uint16, insert bool, fresh *[]uint32) error {
	for _, r := range sel {
		if nulls != nil && nulls[r>>6]>>(r&63)&1 != 0 {
			ids[r] = c.numberNull(r, insert, fresh)
			continue
		}
		k := pair{vals[r][0], vals[r][1]}
		id := c.pair.find(k)
		if id == none && insert {
			if c.full() {
				return tooMany()
			}
			id = c.new(r, fresh)
			c.pair.insert(k, id)
		}
		ids[r] = id
	}
	return nil
}

// numberConst numbers one value for all rows.
func (c *column) numberConst(ids []uint32, v *vector.Vector, sel []uint16, insert bool, fresh *[]uint32) error {
	one := *v
	one.Form, one.Len = vector.Flat, 1
	var id [1]uint32
	var seen []uint32
	if err := c.number(id[:], &one, vector.Rows{N: 1}, insert, &seen); err != nil {
		return err
	}
	if len(seen) > 0 && fresh != nil {
		*fresh = append(*fresh, uint32(sel[0]))
	}
	for _, r := range sel {
		ids[r] = id[0]
	}
	return nil
}

// remaps reports whether the numbers of v's dictionary are worth keeping: it has
// been seen before, or is not much larger than the batch.
func (c *column) remaps(v *vector.Vector, n int) bool {
	if c.remap.dict == v.Dict {
		return true
	}
	size := v.Dict.Values.Len
	if size > 16*n {
		return false
	}
	if cap(c.remap.ids) < size {
		c.remap.ids = make([]uint32, size)
	}
	c.remap.dict, c.remap.ids = v.Dict, c.remap.ids[:size]
	for i := range c.remap.ids {
		c.remap.ids[i] = none
	}
	return true
}

func (c *column) numberDict(ids []uint32, v *vector.Vector, sel []uint16, insert bool, fresh *[]uint32) error {
	known, codes, nulls := c.remap.ids, v.Codes, v.Nulls
	var one [1]uint32
	for _, r := range sel {
		if nulls != nil && nulls[r>>6]>>(r&63)&1 != 0 {
			ids[r] = c.numberNull(r, insert, fresh)
			continue
		}
		code := codes[r]
		id := known[code]
		if id == none {
			values := v.Dict.Values
			at := vector.Vector{Kind: values.Kind, Len: 1, Spans: values.Spans[code : code+1], Arena: values.Arena}
			arena, spans := c.textOf(&at, []uint16{0})
			var seen []uint32
			if err := c.numberText(one[:], arena, spans, nil, []uint16{0}, insert, &seen); err != nil {
				return err
			}
			if len(seen) > 0 && fresh != nil {
				*fresh = append(*fresh, uint32(r))
			}
			id = one[0]
			known[code] = id
		}
		ids[r] = id
	}
	return nil
}

// words gives the values of v, of class words, as c.value, and its null bits as
// c.nulls.
func (c *column) words(v *vector.Vector, rows vector.Rows) {
	v = c.flat.Flatten(v, rows)
	n := v.Len
	c.value = resize(c.value, n)
	w := c.value[:n]
	switch v.Kind {
	case vector.Bool:
		for i := range w {
			w[i] = v.Bits[i>>6] >> (uint(i) & 63) & 1
		}
	case vector.Int32:
		for i, x := range v.I32[:n] {
			w[i] = uint64(uint32(x))
		}
	case vector.Int64:
		for i, x := range v.I64[:n] {
			w[i] = uint64(x)
		}
	case vector.Float64:
		for i, x := range v.F64[:n] {
			w[i] = floatWord(x)
		}
	}
	c.nulls = v.Nulls
}

// floatWord gives equal floats equal bits: -0 those of 0, every NaN the same.
func floatWord(x float64) uint64 {
	if x != x {
		return 0x7ff8000000000001
	}
	return math.Float64bits(x + 0)
}

// textOf returns the values of v, flat, as byte strings that are equal when the
// values are.
func (c *column) textOf(v *vector.Vector, sel []uint16) ([]byte, []vector.Span) {
	if !Normalizes(c.typ) {
		return v.Arena, v.Spans
	}
	c.arena, c.spans = c.arena[:0], resize(c.spans, v.Len)
	for _, r := range sel {
		if v.IsNull(int(r)) {
			continue
		}
		at := len(c.arena)
		c.arena = AppendNormal(c.arena, c.typ, v.Bytes(int(r)))
		c.spans[r] = vector.Span{Off: uint32(at), Len: uint32(len(c.arena) - at)}
	}
	return c.arena, c.spans
}

// pairsOf returns the values of v, flat, as pairs that are equal when the values
// are.
func (c *column) pairsOf(v *vector.Vector) [][2]uint64 {
	if c.t != types.Interval {
		return v.W128
	}
	c.wide = resize(c.wide, v.Len)
	for i, w := range v.W128[:v.Len] {
		c.wide[i] = IntervalKey(w)
	}
	return c.wide
}

// IntervalKey returns the length of an interval in µs, a month being 30 days and
// a day 24 hours, as the two halves of an int128, high first: PostgreSQL's order
// and equality of intervals.
func IntervalKey(w [2]uint64) [2]uint64 {
	iv := vector.IntervalOf(w)
	const day = 24 * 3600 * 1000 * 1000
	days := int64(iv.Months)*30 + int64(iv.Days)
	neg := days < 0
	if neg {
		days = -days
	}
	hi, lo := bits.Mul64(uint64(days), day)
	if neg {
		var b uint64
		lo, b = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, b)
	}
	lo, carry := bits.Add64(lo, uint64(iv.Micros), 0)
	hi, _ = bits.Add64(hi, uint64(iv.Micros>>63), carry)
	return [2]uint64{hi, lo}
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, max(n, min(2*n, vector.MaxRows)))
	}
	return s[:n]
}
