package logical

import (
	"slices"

	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// Children returns the operands of e in the order they are written.
func Children(e expr.Expr) []expr.Expr {
	switch e := e.(type) {
	case expr.Call:
		return e.Args
	case expr.And:
		return e.Args
	case expr.Or:
		return e.Args
	case expr.Not:
		return []expr.Expr{e.X}
	case expr.IsNull:
		return []expr.Expr{e.X}
	case expr.IsTruth:
		return []expr.Expr{e.X}
	case expr.Distinct:
		return []expr.Expr{e.L, e.R}
	case expr.In:
		return append([]expr.Expr{e.X}, e.List...)
	case expr.Case:
		all := make([]expr.Expr, 0, 2*len(e.Whens)+1)
		for _, w := range e.Whens {
			all = append(all, w.Cond, w.Then)
		}
		return append(all, e.Else)
	case expr.Coalesce:
		return e.Args
	case expr.Extreme:
		return e.Args
	}
	return nil
}

// WithChildren returns a copy of e over other operands, as many as Children
// gives.
func WithChildren(e expr.Expr, c []expr.Expr) expr.Expr {
	switch e := e.(type) {
	case expr.Call:
		e.Args = c
		return e
	case expr.And:
		return expr.And{Args: c}
	case expr.Or:
		return expr.Or{Args: c}
	case expr.Not:
		return expr.Not{X: c[0]}
	case expr.IsNull:
		e.X = c[0]
		return e
	case expr.IsTruth:
		e.X = c[0]
		return e
	case expr.Distinct:
		e.L, e.R = c[0], c[1]
		return e
	case expr.In:
		e.X, e.List = c[0], c[1:]
		return e
	case expr.Case:
		whens := make([]expr.When, len(e.Whens))
		for i := range whens {
			whens[i] = expr.When{Cond: c[2*i], Then: c[2*i+1]}
		}
		e.Whens, e.Else = whens, c[len(c)-1]
		return e
	case expr.Coalesce:
		e.Args = c
		return e
	case expr.Extreme:
		e.Args = c
		return e
	}
	return e
}

// Rewrite replaces sub-expressions top down: where f returns true its result
// stands for the node, elsewhere the operands are rewritten. It shares what does
// not change.
func Rewrite(e expr.Expr, f func(expr.Expr) (expr.Expr, bool)) expr.Expr {
	if r, ok := f(e); ok {
		return r
	}
	old := Children(e)
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
	return WithChildren(e, c)
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

// Walk calls f for e and everything below it; f returns false to skip what is
// below.
func Walk(e expr.Expr, f func(expr.Expr) bool) {
	if !f(e) {
		return
	}
	for _, c := range Children(e) {
		Walk(c, f)
	}
}

// Equal reports whether two expressions mean the same: equal trees without the
// positions for errors.
func Equal(a, b expr.Expr) bool {
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
		return ok && a.Func == b.Func && a.T == b.T && equalAll(a.Args, b.Args)
	case expr.And:
		b, ok := b.(expr.And)
		return ok && equalAll(a.Args, b.Args)
	case expr.Or:
		b, ok := b.(expr.Or)
		return ok && equalAll(a.Args, b.Args)
	case expr.Not:
		b, ok := b.(expr.Not)
		return ok && Equal(a.X, b.X)
	case expr.IsNull:
		b, ok := b.(expr.IsNull)
		return ok && a.Not == b.Not && Equal(a.X, b.X)
	case expr.IsTruth:
		b, ok := b.(expr.IsTruth)
		return ok && a.Not == b.Not && a.Want == b.Want && Equal(a.X, b.X)
	case expr.Distinct:
		b, ok := b.(expr.Distinct)
		return ok && a.Not == b.Not && a.Eq == b.Eq && Equal(a.L, b.L) && Equal(a.R, b.R)
	case expr.In:
		b, ok := b.(expr.In)
		return ok && a.Not == b.Not && a.Eq == b.Eq && Equal(a.X, b.X) && equalAll(a.List, b.List)
	case expr.Case:
		b, ok := b.(expr.Case)
		return ok && a.T == b.T && Equal(a.Else, b.Else) && slices.EqualFunc(a.Whens, b.Whens, func(x, y expr.When) bool {
			return Equal(x.Cond, y.Cond) && Equal(x.Then, y.Then)
		})
	case expr.Coalesce:
		b, ok := b.(expr.Coalesce)
		return ok && a.T == b.T && equalAll(a.Args, b.Args)
	case expr.Extreme:
		b, ok := b.(expr.Extreme)
		return ok && a.T == b.T && a.Max == b.Max && a.Less == b.Less && equalAll(a.Args, b.Args)
	}
	return false
}

func equalAll(a, b []expr.Expr) bool { return slices.EqualFunc(a, b, Equal) }

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

// Volatility returns the worst volatility of the functions in e.
func Volatility(e expr.Expr) function.Volatility {
	worst := function.Immutable
	Walk(e, func(x expr.Expr) bool {
		if c, ok := x.(expr.Call); ok {
			if s := function.ByID(c.Func); s != nil {
				worst = max(worst, s.Volatility)
			}
		}
		return true
	})
	return worst
}
