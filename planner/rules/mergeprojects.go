package rules

import (
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// MergeProjects makes one of two projections that follow each other, when that
// evaluates nothing twice.
func MergeProjects(n logical.Node) logical.Node {
	in := n.Inputs()
	if len(in) > 0 {
		out := make([]logical.Node, len(in))
		for i, c := range in {
			out[i] = MergeProjects(c)
		}
		n = n.With(out)
	}
	outer, ok := n.(*logical.Project)
	if !ok {
		return n
	}
	inner, ok := outer.Input.(*logical.Project)
	if !ok {
		return n
	}
	uses := map[int]int{}
	for _, e := range outer.Exprs {
		expr.Walk(e, func(x expr.Expr) bool {
			if c, ok := x.(expr.Column); ok {
				uses[c.Index]++
			}
			return true
		})
	}
	defs := make(map[int]expr.Expr, len(inner.Out))
	for i, c := range inner.Out {
		e := inner.Exprs[i]
		if len(expr.Children(e)) > 0 && uses[c.ID] > 1 || expr.VolatilityOf(e) == function.Volatile {
			return n
		}
		if have, ok := e.(expr.Column); ok {
			// A column under another type of the same bytes keeps the outer type.
			have.T = c.T
			e = have
		}
		defs[c.ID] = e
	}
	merged := &logical.Project{Input: inner.Input, Out: outer.Out}
	for _, e := range outer.Exprs {
		merged.Exprs = append(merged.Exprs, substitute(e, defs))
	}
	return merged
}
