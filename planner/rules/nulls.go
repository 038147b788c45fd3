package rules

import (
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// rejectsNull reports whether condition e cannot be TRUE on a row in which all
// columns of side are NULL.
func rejectsNull(e expr.Expr, side logical.Set) bool {
	if isNullOn(e, side) {
		return true
	}
	switch e := e.(type) {
	case expr.And:
		for _, a := range e.Args {
			if rejectsNull(a, side) {
				return true
			}
		}
	case expr.Or:
		for _, a := range e.Args {
			if !rejectsNull(a, side) {
				return false
			}
		}
		return true
	case expr.IsNull:
		return e.Not && isNullOn(e.X, side)
	case expr.IsTruth:
		return !e.Not && isNullOn(e.X, side)
	}
	return false
}

// isNullOn reports whether e is NULL on every row in which all columns of side
// are NULL.
func isNullOn(e expr.Expr, side logical.Set) bool {
	switch e := e.(type) {
	case expr.Column:
		return side.Has(e.Index)
	case expr.Const:
		return e.Value.Null
	case expr.Call:
		sig := function.ByID(e.Func)
		if sig == nil || !sig.Strict {
			return false
		}
		for _, a := range e.Args {
			if isNullOn(a, side) {
				return true
			}
		}
	case expr.Not:
		return isNullOn(e.X, side)
	case expr.In:
		return isNullOn(e.X, side)
	}
	return false
}
