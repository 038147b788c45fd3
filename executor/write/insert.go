package write

import (
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// Insert stores the rows of its input.
type Insert struct{ writer }

// NewInsert returns an Insert into t of the rows of input, whose columns, of the
// types in, are all columns of t. returning may be empty.
func NewInsert(input op.Operator, in []types.Type, store Store, t *schema.Table, checks []physical.Check, returning []expr.Expr) (*Insert, error) {
	w, err := newWriter(input, in, store, t, checks, returning)
	if err != nil {
		return nil, err
	}
	i := &Insert{w}
	i.apply = i.insert
	return i, nil
}

func (i *Insert) insert(b *vector.Batch) (*vector.Batch, error) {
	if err := i.rules.verify(i.q, b.Cols, b.Rows()); err != nil {
		return nil, err
	}
	return b, i.store.Insert(i.q.Go, i.table, b)
}
