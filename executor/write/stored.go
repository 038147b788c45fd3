package write

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// stored reads rows as they are before they change, as far as the indexes of their
// table need them.
type stored struct {
	columns []int // ordinals that indexes have as keys; none without indexes
	rows    *vector.Builder
	places  []uint32
	aligned vector.Window
	out     vector.Batch
}

func newStored(t *schema.Table) stored {
	var s stored
	need := make([]bool, len(t.Columns))
	for i := range t.Indexes {
		for _, k := range t.Indexes[i].Keys {
			if k.Column >= 0 {
				need[k.Column] = true
			}
		}
	}
	var kinds []vector.Kind
	for c, n := range need {
		if n {
			s.columns = append(s.columns, c)
			kinds = append(kinds, vector.KindOf(t.Columns[c].Type))
		}
	}
	s.rows = vector.NewBuilder(kinds...)
	s.out.Cols = make([]*vector.Vector, len(t.Columns))
	return s
}

// read returns the rows that locators name, row i of it being row i of them, with the
// columns that indexes need and nil for the others; nil without indexes. It is valid
// until the next call.
func (s *stored) read(w *writer, locators *vector.Vector, rows vector.Rows) (*vector.Batch, error) {
	if len(s.columns) == 0 {
		return nil, nil
	}
	s.rows.Reset()
	if err := w.store.Fetch(w.q.Go, w.table, s.columns, locators, rows, s.rows); err != nil {
		return nil, err
	}
	cols := s.rows.Columns()
	if rows.Sel != nil {
		s.places = s.places[:0]
		for range rows.N {
			s.places = append(s.places, vector.NoRow)
		}
		for i, r := range rows.Sel {
			s.places[r] = uint32(i)
		}
		cols = s.aligned.Gather(cols, s.places).Cols
	}
	for i, c := range s.columns {
		s.out.Cols[c] = cols[i]
	}
	s.out.Len, s.out.Sel = rows.N, rows.Sel
	return &s.out, nil
}
