package hash

import (
	"math/rand/v2"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// None is what Find gives for a key that is not in the table.
const None = none

// codeBits is the width of a number that is a word of a further step.
const codeBits = 31

// keysMax is the most keys of a table.
const keysMax = 1<<codeBits - 1

// tooMany is the error of a table that would number more than keysMax keys.
func tooMany() error {
	return sqlerr.New(sqlerr.ProgramLimitExceeded, "a statement can tell apart at most %d keys", keysMax)
}

// Table numbers distinct keys 0, 1, 2 … in order of first sight.
type Table struct {
	columns []column
	steps   []step // none when one column numbers itself
	keys    *vector.Builder
	fresh   []uint32
	sel     []uint16 // rows that may still be found
}

// New returns an empty table for keys of these types, at least one.
func New(keys []types.Type) *Table {
	t := &Table{columns: make([]column, len(keys))}
	kinds := make([]vector.Kind, len(keys))
	for i, k := range keys {
		kinds[i] = vector.KindOf(k)
		t.columns[i] = newColumn(k, len(keys) > 1)
	}
	t.keys = vector.NewBuilder(kinds...)
	if len(keys) == 1 {
		return t
	}
	s := newStep(0)
	for i := range t.columns {
		w := t.columns[i].bits
		if s.bits+w > 128 {
			s.last = i
			t.steps = append(t.steps, s)
			s = newStep(i)
			s.bits = codeBits
		}
		s.bits += w
	}
	s.last = len(t.columns)
	t.steps = append(t.steps, s)
	return t
}

// Len returns the number of keys.
func (t *Table) Len() int { return t.keys.Len() }

// Keys returns the keys as columns, row i being key i; valid until the next Map.
func (t *Table) Keys() []*vector.Vector { return t.keys.Columns() }

// Fresh returns the rows whose keys the last Map saw first, ascending.
func (t *Table) Fresh() []uint32 { return t.fresh }

// Bytes returns the memory that the table holds.
func (t *Table) Bytes() int64 {
	n := t.keys.Bytes()
	for i := range t.columns {
		n += t.columns[i].bytes()
	}
	for i := range t.steps {
		n += t.steps[i].word.bytes() + t.steps[i].pair.bytes()
	}
	return n
}

// Map sets ids[i] to the number of the key of each row i that counts, numbering
// keys that are new. ids has room for rows.N; rows that do not count get
// anything. It returns 54000 or vector.ErrTooLarge.
func (t *Table) Map(ids []uint32, keys []*vector.Vector, rows vector.Rows) error {
	t.fresh = t.fresh[:0]
	if err := t.number(ids, keys, rows, true); err != nil || len(t.fresh) == 0 {
		return err
	}
	return t.keys.AppendRows(keys, t.fresh)
}

// Find is Map that adds nothing: absent keys get None.
func (t *Table) Find(ids []uint32, keys []*vector.Vector, rows vector.Rows) {
	_ = t.number(ids, keys, rows, false) // only inserting can fail
}

// Finder returns a table whose Find may run beside that of t and other Finders,
// as long as nobody calls Map.
func (t *Table) Finder() *Table {
	f := &Table{columns: make([]column, len(t.columns)), steps: make([]step, len(t.steps)), keys: t.keys}
	for i, c := range t.columns {
		f.columns[i] = column{
			t: c.t, typ: c.typ, class: c.class, width: c.width, bits: c.bits, n: c.n, null: c.null, word: c.word, text: c.text, pair: c.pair,
		}
	}
	for i, s := range t.steps {
		f.steps[i] = step{first: s.first, last: s.last, bits: s.bits, n: s.n, word: s.word, pair: s.pair}
	}
	if t.steps == nil {
		f.steps = nil
	}
	return f
}

func (t *Table) number(ids []uint32, keys []*vector.Vector, rows vector.Rows, insert bool) error {
	if t.steps == nil {
		return t.columns[0].number(ids, keys[0], rows, insert, &t.fresh)
	}
	for i := range t.columns {
		c := &t.columns[i]
		if c.class == words {
			c.words(keys[i], rows)
			continue
		}
		c.codes, c.nulls = resize(c.codes, rows.N), nil
		if err := c.number(c.codes, keys[i], rows, insert, nil); err != nil {
			return err
		}
		if !insert {
			rows = t.found(ids, c.codes, rows)
		}
		c.value = resize(c.value, rows.N)
		for _, r := range rows.Selection() {
			c.value[r] = uint64(c.codes[r])
		}
	}
	for i := range t.steps {
		s := &t.steps[i]
		fresh := &t.fresh
		if i < len(t.steps)-1 {
			fresh = nil
		}
		s.pack(t.columns, ids, rows)
		if err := s.number(ids, rows, insert, fresh); err != nil {
			return err
		}
		if !insert && fresh == nil {
			rows = t.found(ids, ids, rows)
		}
	}
	return nil
}

// found narrows rows to those with a number and sets ids of the others to None.
func (t *Table) found(ids, numbers []uint32, rows vector.Rows) vector.Rows {
	out := t.sel[:0]
	if cap(out) < vector.MaxRows {
		out = make([]uint16, 0, vector.MaxRows)
	}
	for _, r := range rows.Selection() {
		if numbers[r] == none {
			ids[r] = none
			continue
		}
		out = append(out, r)
	}
	t.sel = out
	return vector.Rows{N: rows.N, Sel: out}
}

// step packs the words of some columns, behind the number of the step before,
// and numbers what comes of it.
type step struct {
	first, last int // columns [first, last)
	bits        int // of all words; over 64 it is a pair
	n           uint32
	word        wordTable
	pair        pairTable

	lo  []uint64
	two []pair
}

func newStep(first int) step {
	seed := rand.Uint64()
	return step{first: first, word: wordTable{seed: seed}, pair: pairTable{seed: seed}}
}

// pack fills lo, or two, for all rows; where rows do not count with anything.
func (s *step) pack(columns []column, before []uint32, rows vector.Rows) {
	n, at := rows.N, 0
	if s.bits <= 64 {
		s.lo = resize(s.lo, n)
		clear(s.lo)
		if s.first > 0 {
			for _, r := range rows.Selection() {
				s.lo[r] = uint64(before[r])
			}
			at = codeBits
		}
		for i := s.first; i < s.last; i++ {
			c := &columns[i]
			or64(s.lo, c.value[:n], at)
			if c.bits > c.width {
				each(c.nulls, n, func(r int) { s.lo[r] |= 1 << (at + c.width) })
			}
			at += c.bits
		}
		return
	}
	s.two = resize(s.two, n)
	clear(s.two)
	if s.first > 0 {
		for _, r := range rows.Selection() {
			s.two[r].lo = uint64(before[r])
		}
		at = codeBits
	}
	for i := s.first; i < s.last; i++ {
		c := &columns[i]
		or128(s.two, c.value[:n], at)
		if c.bits > c.width {
			bit := uint(at + c.width)
			each(c.nulls, n, func(r int) {
				s.two[r].lo |= 1 << bit // nothing from bit 64 on
				s.two[r].hi |= 1 << (bit - 64)
			})
		}
		at += c.bits
	}
}

// or64 sets the bits of w, shifted by at, in dst.
func or64(dst, w []uint64, at int) {
	w = w[:len(dst)]
	for i := range dst {
		dst[i] |= w[i] << (uint(at) & 63)
	}
}

// or128 is or64 for pairs.
func or128(dst []pair, w []uint64, at int) {
	w = w[:len(dst)]
	if at >= 64 {
		for i := range dst {
			dst[i].hi |= w[i] << (uint(at-64) & 63)
		}
		return
	}
	for i := range dst {
		dst[i].lo |= w[i] << uint(at)
		dst[i].hi |= w[i] >> uint(64-at)
	}
}

// each calls f for the set bits below n.
func each(bits []uint64, n int, f func(row int)) {
	for i := 0; bits != nil && i < n; i++ {
		if bits[i>>6]>>(uint(i)&63)&1 != 0 {
			f(i)
		}
	}
}

func (s *step) number(ids []uint32, rows vector.Rows, insert bool, fresh *[]uint32) error {
	sel := rows.Selection()
	if s.n > keysMax-vector.MaxRows && insert {
		return tooMany()
	}
	if s.bits <= 64 {
		for _, r := range sel {
			k := s.lo[r]
			id := s.word.find(k)
			if id == none && insert {
				id = s.new(r, fresh)
				s.word.insert(k, id)
			}
			ids[r] = id
		}
		return nil
	}
	for _, r := range sel {
		k := s.two[r]
		id := s.pair.find(k)
		if id == none && insert {
			id = s.new(r, fresh)
			s.pair.insert(k, id)
		}
		ids[r] = id
	}
	return nil
}

func (s *step) new(row uint16, fresh *[]uint32) uint32 {
	if fresh != nil {
		*fresh = append(*fresh, uint32(row))
	}
	s.n++
	return s.n - 1
}
