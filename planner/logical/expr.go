package logical

import (
	"github.com/dejaq/fasti/sql/expr"
)

// Rewrite replaces sub-expressions top down: where f returns true its result
// stands for the node, elsewhere the operands are rewritten. It shares what does
// not change.
func Rewrite(e expr.Expr, f func(expr.Expr) (expr.Expr, bool)) expr.Expr {
	if r, ok := f(e); ok {
		return r
	}
	old := expr.Children(e)
	var c []expr.Expr
	for i, x := range old {
		r := Rewrite(x, f)
		if c == nil && !Same(r, x) {
			c = append(make([]expr.Expr, 0, len(old)), old[:i]...)
		}
		if c != nil {
			c = append(c, r)
		}
	}
	if c == nil {
		return e
	}
	return expr.WithChildren(e, c)
}

// Same is a cheap test that Rewrite left x alone: leaves are compared, inner
// nodes by the identity of their operands. False negatives only cost a copy.
func Same(a, b expr.Expr) bool {
	switch a := a.(type) {
	case expr.Column:
		b, ok := b.(expr.Column)
		return ok && a == b
	case expr.Const:
		b, ok := b.(expr.Const)
		return ok && a == b
	case expr.Param:
		b, ok := b.(expr.Param)
		return ok && a == b
	case expr.Call:
		b, ok := b.(expr.Call)
		return ok && a.Func == b.Func && a.T == b.T && sameSlice(a.Args, b.Args)
	}
	return false
}

func sameSlice(a, b []expr.Expr) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// Conjuncts appends the operands of nested ANDs to dst.
func Conjuncts(dst []expr.Expr, e expr.Expr) []expr.Expr {
	if a, ok := e.(expr.And); ok {
		for _, x := range a.Args {
			dst = Conjuncts(dst, x)
		}
		return dst
	}
	return append(dst, e)
}

// Conjunction returns the AND of conds, TRUE for none.
func Conjunction(conds []expr.Expr) expr.Expr {
	switch len(conds) {
	case 0:
		return True()
	case 1:
		return conds[0]
	}
	return expr.And{Args: conds}
}
