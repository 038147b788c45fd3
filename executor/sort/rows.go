package sort

import (
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// Key is one key of Rows.
type Key struct {
	Column           int
	T                types.Type
	Desc, NullsFirst bool
}

// Rows returns the numbers of the first n rows of cols, which are Flat or Dict,
// in the order of the keys; rows that are equal in all stay in order.
func Rows(q *op.Context, cols []*vector.Vector, n int, keys []Key) ([]uint32, error) {
	s := sorter{q: q, cols: append([]*vector.Vector(nil), cols...)}
	for _, k := range keys {
		key := newKey(k.T, k.Desc, k.NullsFirst)
		key.column = k.Column
		if key.normalizes() {
			b := vector.NewBuilder(vector.KindOf(k.T))
			var part vector.Scratch
			for from := 0; from < n; from += vector.MaxRows {
				to := min(from+vector.MaxRows, n)
				rows := vector.Rows{N: to - from}
				if err := key.normalize(b, part.Slice(cols[k.Column], from, to), rows.Selection()); err != nil {
					return nil, err
				}
			}
			key.column = len(s.cols)
			s.cols = append(s.cols, b.Columns()[0])
		}
		s.keys = append(s.keys, key)
	}
	order := make([]entry, n)
	for i := range order {
		order[i].row = uint32(i)
	}
	if err := s.sort(order, make([]entry, n), 0); err != nil {
		return nil, err
	}
	rows := make([]uint32, n)
	for i, e := range order {
		rows[i] = e.row
	}
	return rows, nil
}
