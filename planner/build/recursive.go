package build

import (
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// recursive binds a query of WITH RECURSIVE that refers to itself: the left side
// of its UNION, which says what the columns are, and then the right one, in which
// the name is the working table.
func (b *binder) recursive(c *cteScope, outer *scope) (result, error) {
	s, ok := c.cte.Stmt.(*ast.SetOp)
	if !ok || s.Op != "UNION" {
		return result{}, sqlerr.New(sqlerr.InvalidRecursion, "recursive query \"%s\" does not have the form non-recursive-term UNION [ALL] recursive-term", c.cte.Name).At(c.cte.Pos)
	}
	switch {
	case mentions(s.Left, c.cte.Name):
		return result{}, sqlerr.New(sqlerr.InvalidRecursion, "recursive reference to query \"%s\" must not appear within its non-recursive term", c.cte.Name).At(c.cte.Pos)
	case s.With != nil:
		return result{}, sqlerr.NotSupported("WITH inside a recursive query").At(s.With.Pos)
	case len(s.Tail.OrderBy) > 0:
		return result{}, sqlerr.New(sqlerr.FeatureNotSupported, "ORDER BY in a recursive query is not implemented").At(s.Tail.OrderBy[0].Pos)
	case s.Tail.Offset != nil:
		return result{}, sqlerr.New(sqlerr.FeatureNotSupported, "OFFSET in a recursive query is not implemented").At(loc(s.Tail.Offset))
	case s.Tail.Limit != nil:
		return result{}, sqlerr.New(sqlerr.FeatureNotSupported, "LIMIT in a recursive query is not implemented").At(loc(s.Tail.Limit))
	}
	seed, err := b.subquery(s.Left, outer)
	if err != nil {
		return seed, err
	}
	if err := c.name(&seed); err != nil {
		return seed, err
	}
	n := &logical.Recursive{ID: b.id(), All: s.All, Seed: seed.node, Out: b.renewed(seed.cols)}
	inner := *outer
	inner.ctes = &cteScope{parent: c.parent, cte: c.cte, used: true, outer: c.outer, work: &logical.WorkTable{ID: n.ID, Out: n.Out}}
	step, err := b.query(s.Right, &inner)
	if err != nil {
		return step, err
	}
	if len(step.cols) != len(seed.cols) {
		return step, sqlerr.New(sqlerr.SyntaxError, "each %s query must have the same number of columns", s.Op).At(queryPos(s.Right))
	}
	ts := make([]types.Type, len(seed.cols))
	for i := range ts {
		pos := func(k int) int { return outputPos([]ast.Query{s.Left, s.Right}[k], i) }
		overall, err := common([]types.Type{seed.cols[i].T, step.cols[i].T}, s.Op, pos)
		if err != nil {
			return step, err
		}
		if ts[i] = seed.cols[i].T; overall != ts[i] {
			return step, sqlerr.New(sqlerr.DatatypeMismatch, "recursive query \"%s\" column %d has type %s in non-recursive term but type %s overall", c.cte.Name, i+1, ts[i], overall).
				WithHint("Cast the output of the non-recursive term to the correct type.").At(pos(0))
		}
	}
	if err := b.outputsAs(&step, ts, s.Op); err != nil {
		return step, err
	}
	n.Step, n.In = step.node, [2][]int{ids(seed.cols), ids(step.cols)}
	return result{n, n.Out}, nil
}
