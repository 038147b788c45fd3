package build

import (
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// asof gives an ASOF join the conjuncts of its ON clause: equalities between the
// sides, exactly one inequality between them, and conditions over one side, which
// say what rows there are to match.
func asof(j *logical.Join, conds []expr.Expr, pos int) error {
	left, right := logical.Columns(j.Left), logical.Columns(j.Right)
	var ofLeft, ofRight []expr.Expr
	times := 0
	for _, c := range conds {
		switch {
		case left.Covers(c):
			ofLeft = append(ofLeft, c)
			continue
		case right.Covers(c):
			ofRight = append(ofRight, c)
			continue
		}
		switch op := logical.Between(c, left, right); op {
		case "=":
		case "<", "<=", ">", ">=":
			times++
		default:
			return sqlerr.NotSupported("condition of an ASOF JOIN over both sides that is not one of =, <, <=, >, >=").At(pos)
		}
		j.On = append(j.On, c)
	}
	if times != 1 {
		return sqlerr.NotSupported("ASOF JOIN with %d inequalities between its sides, not one,", times).At(pos)
	}
	if len(ofRight) > 0 {
		j.Right = &logical.Filter{Input: j.Right, Conds: ofRight}
	}
	switch {
	case j.Kind == physical.Left: // a left row on which they fail stays, without a partner
		j.On = append(j.On, ofLeft...)
	case len(ofLeft) > 0:
		j.Left = &logical.Filter{Input: j.Left, Conds: ofLeft}
	}
	return nil
}
