// Package filter keeps the rows of its input on which a condition is TRUE.
//
// It narrows a batch by a selection while more than a quarter of its rows
// survive, and copies the survivors together otherwise: everything above then
// works on dense data (executor.md 1, the 1/4 rule).
package filter

import (
	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
)

// DenseBelow is the share of rows, as a divisor, below which survivors are
// copied together: 1/DenseBelow of the batch.
const DenseBelow = 4

// Filter is the operator.
type Filter struct {
	input op.Operator
	cond  *compute.Program
	q     *op.Context

	sel    []uint16
	narrow vector.Batch
	dense  vector.Window

	removed int64 // rows
}

// New returns a Filter over input, whose columns have the types in; conds are
// evaluated in order, each on the rows that those before it kept, but for cheap
// ones that cannot fail, which come first.
func New(input op.Operator, in []types.Type, conds []expr.Expr) (*Filter, error) {
	cond, err := compute.CompileFilter(conds, in)
	if err != nil {
		return nil, err
	}
	return &Filter{input: input, cond: cond}, nil
}

// Open opens the input.
func (f *Filter) Open(q *op.Context) error {
	f.q = q
	return f.input.Open(q)
}

// Figures returns how many rows were not kept.
func (f *Filter) Figures() []op.Figure {
	return []op.Figure{{Name: "Rows Removed by Filter", Value: f.removed}}
}

// Next returns the next batch that keeps a row.
func (f *Filter) Next() (*vector.Batch, error) {
	for {
		if err := f.q.Check(); err != nil {
			return nil, err
		}
		b, err := f.input.Next()
		if b == nil || err != nil {
			return nil, err
		}
		f.sel, err = f.cond.Filter(f.q, b, f.sel[:0])
		f.removed += int64(b.Count() - len(f.sel))
		if err != nil {
			return nil, err
		}
		if out := Narrow(b, f.sel, &f.narrow, &f.dense); out != nil {
			return out, nil
		}
	}
}

// Narrow returns the rows of b in sel: b itself when it keeps all, narrow with
// the selection, or dense copies by the 1/4 rule; nil when sel is empty.
func Narrow(b *vector.Batch, sel []uint16, narrow *vector.Batch, dense *vector.Window) *vector.Batch {
	switch n := len(sel); {
	case n == 0:
		return nil
	case n == b.Count():
		return b
	case n*DenseBelow <= b.Len:
		return dense.Select(b, sel)
	}
	*narrow = vector.Batch{Len: b.Len, Sel: sel, Cols: b.Cols, Seq: b.Seq}
	return narrow
}

// Close closes the input.
func (f *Filter) Close() error { return f.input.Close() }
