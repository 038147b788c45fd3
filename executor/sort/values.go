package sort

import (
	"cmp"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// Values is a column of values without NULL to look up others among, by the order
// of ORDER BY. Append them, Sort, tell Place in which order they stand, and Find
// among these places.
type Values struct {
	key    key
	rows   *vector.Builder // as the key compares them
	places []uint32        // rows by place
	words  []uint64        // word 0 of the value at each place
}

// NewValues returns an empty column of values of type t.
func NewValues(t types.Type) *Values {
	return &Values{key: newKey(t, false, false), rows: vector.NewBuilder(vector.KindOf(t))}
}

// Append appends the values of the rows in sel, none of them NULL. It returns
// vector.ErrTooLarge or an error of a value.
func (s *Values) Append(v *vector.Vector, n int, sel []uint16) error {
	return s.key.keep(s.rows, v, n, sel)
}

// keep appends the rows of v in sel to dst as k compares them.
func (k *key) keep(dst *vector.Builder, v *vector.Vector, n int, sel []uint16) error {
	if k.normalizes() {
		return k.normalize(dst, v, sel)
	}
	return dst.Append(&vector.Batch{Len: n, Sel: sel, Cols: []*vector.Vector{v}})
}

// Sort returns the numbers of the values, counted as appended, in order; equal
// ones as appended.
func (s *Values) Sort(q *op.Context) ([]uint32, error) {
	n := s.rows.Len()
	order := make([]entry, n)
	for i := range order {
		order[i].row = uint32(i)
	}
	w := sorter{q: q, keys: []key{s.key}, cols: s.rows.Columns()}
	if err := w.sort(order, make([]entry, n), 0); err != nil {
		return nil, err
	}
	rows := make([]uint32, n)
	for i, e := range order {
		rows[i] = e.row
	}
	return rows, nil
}

// SortBytes returns the memory that Sort and Place take, what they keep included.
func (s *Values) SortBytes() int64 { return int64(s.rows.Len()) * (2*entrySize + 4 + 8) }

// Place says which value stands at each place; it keeps rows.
func (s *Values) Place(rows []uint32) {
	s.places, s.words = rows, make([]uint64, len(rows))
	var part [256]entry
	for at := 0; at < len(rows); at += len(part) {
		a := part[:min(len(part), len(rows)-at)]
		for i := range a {
			a[i].row = rows[at+i]
		}
		s.key.fill(a, s.rows.Columns()[0], 0)
		for i := range a {
			s.words[at+i] = a[i].word
		}
	}
}

// Bytes returns the memory of the values and their places.
func (s *Values) Bytes() int64 { return s.rows.Bytes() + int64(cap(s.words))*8 }

// Finder finds the places of values. It may be used beside other Finders.
type Finder struct {
	values *Values
	probe  *vector.Builder
	a      []entry
}

// Finder returns a Finder; the values do not change any more.
func (s *Values) Finder() *Finder {
	return &Finder{values: s, probe: vector.NewBuilder(s.rows.Columns()[0].Kind), a: make([]entry, vector.MaxRows)}
}

// Take takes the values to find: those of the rows in sel, none of them NULL, of v,
// which has n rows. They are numbered as in sel.
func (f *Finder) Take(v *vector.Vector, n int, sel []uint16) error {
	f.probe.Reset()
	if err := f.values.key.keep(f.probe, v, n, sel); err != nil {
		return err
	}
	a := f.a[:len(sel)]
	for i := range a {
		a[i].row = uint32(i)
	}
	f.values.key.fill(a, f.probe.Columns()[0], 0)
	return nil
}

// Find returns the first of the places [from, to), which hold values in order,
// whose value is greater than value i, or not less than it with orEqual; to when
// none is.
func (f *Finder) Find(i int, from, to uint32, orEqual bool) uint32 {
	word, words := f.a[i].word, f.values.words
	k := &f.values.key
	for from < to {
		mid := from + (to-from)/2
		c := cmp.Compare(words[mid], word)
		if c == 0 && k.more(word, 0) {
			c = k.compare(f.values.rows.Columns()[0], int(f.values.places[mid]), f.probe.Columns()[0], i)
		}
		if c > 0 || c == 0 && orEqual {
			to = mid
		} else {
			from = mid + 1
		}
	}
	return from
}
