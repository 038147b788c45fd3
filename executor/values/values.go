package values

import (
	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
)

// Values gives rows of expressions without columns.
type Values struct {
	rows [][]expr.Expr
	q    *op.Context
	next int // row
	row  []vector.Datum
	out  *vector.Builder
}

// New returns a Values of rows of these types.
func New(rows [][]expr.Expr, out []types.Type) *Values {
	return &Values{rows: rows, row: make([]vector.Datum, len(out)), out: vector.NewBuilder(Kinds(out)...)}
}

// Kinds returns the kinds of columns of these types.
func Kinds(ts []types.Type) []vector.Kind {
	kinds := make([]vector.Kind, len(ts))
	for i, t := range ts {
		kinds[i] = vector.KindOf(t)
	}
	return kinds
}

// Open has nothing to open.
func (v *Values) Open(q *op.Context) error {
	v.q = q
	return nil
}

// Next evaluates the next rows.
func (v *Values) Next() (*vector.Batch, error) {
	n := min(v.q.BatchRows, len(v.rows)-v.next)
	if n == 0 {
		return nil, nil
	}
	if err := v.q.Check(); err != nil {
		return nil, err
	}
	v.out.Reset()
	for _, exprs := range v.rows[v.next : v.next+n] {
		for i, e := range exprs {
			d, err := eval(v.q, e)
			if err != nil {
				return nil, err
			}
			v.row[i] = d
		}
		if err := v.out.AppendDatums(v.row); err != nil {
			return nil, err
		}
	}
	v.next += n
	return v.out.Batch(), nil
}

// eval spares what most values are, constants and parameters, a program.
func eval(q *op.Context, e expr.Expr) (vector.Datum, error) {
	switch e := e.(type) {
	case expr.Const:
		return e.Value, nil
	case expr.Param:
		if e.N <= len(q.Params) {
			return q.Params[e.N-1], nil
		}
	}
	return compute.Eval(q, e)
}

// Close has nothing to close.
func (v *Values) Close() error { return nil }
