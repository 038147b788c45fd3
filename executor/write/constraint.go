package write

import (
	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// constraints are what rows must fulfil before they are stored.
type constraints struct {
	table  *schema.Table
	checks []physical.Check
	conds  *compute.Program // of checks, nil for none
	row    vector.Batch
}

func newConstraints(t *schema.Table, checks []physical.Check) (constraints, error) {
	c := constraints{table: t, checks: checks}
	if len(checks) == 0 {
		return c, nil
	}
	conds, in := make([]expr.Expr, len(checks)), make([]types.Type, len(t.Columns))
	for i, k := range checks {
		conds[i] = k.Cond
	}
	for i := range t.Columns {
		in[i] = t.Columns[i].Type
	}
	var err error
	c.conds, err = compute.Compile(conds, in)
	return c, err
}

// verify returns the error of the first row that breaks a constraint: 23502 or
// 23514. cols are the table's columns.
func (c *constraints) verify(q *op.Context, cols []*vector.Vector, rows vector.Rows) error {
	if err := checkNotNull(c.table, cols, rows, q.Values); err != nil || c.conds == nil {
		return err
	}
	c.row = vector.Batch{Len: rows.N, Sel: rows.Sel, Cols: cols}
	held, err := c.conds.Run(q, &c.row)
	if err != nil {
		return err
	}
	row, check := rows.N, 0
	for k, v := range held {
		for _, r := range rows.Selection() {
			if int(r) >= row {
				break
			}
			if !v.IsNull(int(r)) && !v.Bool(int(r)) {
				row, check = int(r), k
				break
			}
		}
	}
	if row == rows.N {
		return nil
	}
	t, name := c.table, c.checks[check].Name
	e := sqlerr.New(sqlerr.CheckViolation, "new row for relation \"%s\" violates check constraint \"%s\"", t.Name, name).
		WithDetail("Failing row contains (%s).", rowText(t, cols, row, q.Values))
	e.Schema, e.Table, e.Constraint = t.Namespace, t.Name, name
	return e
}
