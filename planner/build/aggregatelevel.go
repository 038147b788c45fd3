package build

import (
	"slices"

	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/sql/expr"
)

// aggregateOwner returns the scope of the query that an aggregate call belongs to:
// the innermost one of whose columns its arguments have any, this one when they
// have none.
func (sc *scope) aggregateOwner(a logical.Agg) *scope {
	used := logical.Set{}
	see := func(e expr.Expr) expr.Expr {
		addUntagged(used, e)
		return e
	}
	mapAgg(a, see)
	for s := sc; s != nil; s = s.parent {
		for id := range used {
			if s.has(id) {
				return s
			}
		}
	}
	return sc
}

// cleanAgg removes the tags of a level and of those inside it from a call.
func cleanAgg(a logical.Agg, level int) logical.Agg {
	return mapAgg(a, func(e expr.Expr) expr.Expr { return clean(e, level) })
}

// mapAgg returns a with f applied to its expressions.
func mapAgg(a logical.Agg, f func(expr.Expr) expr.Expr) logical.Agg {
	a.Args, a.Order = slices.Clone(a.Args), slices.Clone(a.Order)
	for i, x := range a.Args {
		a.Args[i] = f(x)
	}
	for i, k := range a.Order {
		a.Order[i].Expr = f(k.Expr)
	}
	if a.Filter != nil {
		a.Filter = f(a.Filter)
	}
	return a
}
