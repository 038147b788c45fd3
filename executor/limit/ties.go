package limit

import (
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/sort"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
)

// Ties is a Limit that also gives the rows behind its last one that are equal to
// it in the columns of ORDER BY, by which its input is sorted.
type Ties struct {
	limit *Limit
	keys  []int // columns of the input
	types []types.Type

	last  *vector.Builder // its row 0 has the keys of the last row inside the limit
	rows  []uint32
	edges []bool
	done  bool
}

// NewTies returns a Ties over input. keys are its columns in ORDER BY, which have
// these types and kinds; the rest is as in New.
func NewTies(input op.Operator, count, offset expr.Expr, keys []int, ts []types.Type, kinds []vector.Kind) *Ties {
	return &Ties{limit: New(input, count, offset), keys: keys, types: ts, last: vector.NewBuilder(kinds...)}
}

// Open is Limit's.
func (t *Ties) Open(q *op.Context) error { return t.limit.Open(q) }

// Next returns the next rows inside the limits, and then those tied with the last.
func (t *Ties) Next() (*vector.Batch, error) {
	l := t.limit
	for !t.done {
		if t.last.Len() == 0 && l.left == 0 {
			return nil, nil
		}
		b, err := l.input.Next()
		if b == nil || err != nil {
			t.done = true
			return nil, err
		}
		from, to := 0, b.Count()
		if t.last.Len() == 0 {
			from, to = l.take(to)
		} else {
			to = 0
		}
		if l.left == 0 {
			if to, err = t.extend(b, to); err != nil {
				return nil, err
			}
		}
		if from < to {
			return l.cut(b, from, to), nil
		}
	}
	return nil, nil
}

// extend returns how many rows of b are inside: the first n, of which the last one
// is the last inside the limit unless an earlier batch had it, and those tied.
func (t *Ties) extend(b *vector.Batch, n int) (int, error) {
	start := n
	if t.last.Len() == 0 {
		start--
	} else if err := t.last.Keep([]uint32{0}); err != nil {
		return 0, err
	}
	t.rows = t.rows[:0]
	for k := start; k < b.Count(); k++ {
		row := k
		if b.Sel != nil {
			row = int(b.Sel[k])
		}
		t.rows = append(t.rows, uint32(row))
	}
	cols := make([]*vector.Vector, len(t.keys))
	for i, c := range t.keys {
		cols[i] = b.Cols[c]
	}
	if err := t.last.AppendRows(cols, t.rows); err != nil {
		return 0, err
	}
	t.edges = append(t.edges[:0], make([]bool, t.last.Len())...)
	for i, v := range t.last.Columns() {
		sort.Changes(t.edges, v, t.types[i], 0)
	}
	for _, edge := range t.edges[1:] {
		if edge {
			t.done = true
			break
		}
		n++
	}
	return n, nil
}

// Close closes the input.
func (t *Ties) Close() error { return t.limit.Close() }
