package logical

import (
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// Between returns the operator of a condition that compares an expression over the
// columns of left with one over those of right, in either order; "" when c is
// something else. The operator is as written: not exchanged with its operands.
func Between(c expr.Expr, left, right Set) string {
	call, ok := c.(expr.Call)
	if !ok || len(call.Args) != 2 {
		return ""
	}
	l, r := call.Args[0], call.Args[1]
	if Constant(l) || Constant(r) || !(left.Covers(l) && right.Covers(r) || left.Covers(r) && right.Covers(l)) {
		return ""
	}
	if sig := function.ByID(call.Func); sig != nil {
		return sig.Name
	}
	return ""
}
