package expr

import (
	"fmt"
	"slices"

	"github.com/dejaq/fasti/sql/function"
)

// Children returns the operands of e in the order of their evaluation; nil for a
// leaf. Of a Case these are each condition and its branch, then Else.
func Children(e Expr) []Expr {
	switch e := e.(type) {
	case Column, Const, Param:
		return nil
	case Call:
		return e.Args
	case And:
		return e.Args
	case Or:
		return e.Args
	case Not:
		return []Expr{e.X}
	case IsNull:
		return []Expr{e.X}
	case IsTruth:
		return []Expr{e.X}
	case Distinct:
		return []Expr{e.L, e.R}
	case In:
		return append([]Expr{e.X}, e.List...)
	case Case:
		all := make([]Expr, 0, 2*len(e.Whens)+1)
		for _, w := range e.Whens {
			all = append(all, w.Cond, w.Then)
		}
		return append(all, e.Else)
	case Coalesce:
		return e.Args
	case Extreme:
		return e.Args
	}
	panic(fmt.Sprintf("expr: unknown node %T", e))
}

// WithChildren returns e over other operands, as many as Children gives.
func WithChildren(e Expr, c []Expr) Expr {
	switch e := e.(type) {
	case Column, Const, Param:
		return e
	case Call:
		e.Args = c
		return e
	case And:
		return And{Args: c}
	case Or:
		return Or{Args: c}
	case Not:
		return Not{X: c[0]}
	case IsNull:
		e.X = c[0]
		return e
	case IsTruth:
		e.X = c[0]
		return e
	case Distinct:
		e.L, e.R = c[0], c[1]
		return e
	case In:
		e.X, e.List = c[0], c[1:]
		return e
	case Case:
		whens := make([]When, len(e.Whens))
		for i := range whens {
			whens[i] = When{Cond: c[2*i], Then: c[2*i+1]}
		}
		e.Whens, e.Else = whens, c[len(c)-1]
		return e
	case Coalesce:
		e.Args = c
		return e
	case Extreme:
		e.Args = c
		return e
	}
	panic(fmt.Sprintf("expr: unknown node %T", e))
}

// Walk calls visit for e and what is below it, parents first; it does not go
// below a node for which visit returns false.
func Walk(e Expr, visit func(Expr) bool) {
	if !visit(e) {
		return
	}
	for _, c := range Children(e) {
		Walk(c, visit)
	}
}

// Any reports whether some node of e fulfils f.
func Any(e Expr, f func(Expr) bool) bool {
	found := false
	Walk(e, func(n Expr) bool {
		found = found || f(n)
		return !found
	})
	return found
}

// Rewrite returns e with f applied to every node, operands first. Nodes whose
// operands f leaves alone are shared with e.
func Rewrite(e Expr, f func(Expr) Expr) Expr {
	old := Children(e)
	var changed []Expr
	for i, c := range old {
		n := Rewrite(c, f)
		if changed == nil && !Equal(n, c) {
			changed = slices.Clone(old)
		}
		if changed != nil {
			changed[i] = n
		}
	}
	if changed != nil {
		e = WithChildren(e, changed)
	}
	return f(e)
}

// Columns returns the ordinals of the input columns in e, ascending, each once.
func Columns(all ...Expr) []int {
	var cols []int
	for _, e := range all {
		Walk(e, func(n Expr) bool {
			if c, ok := n.(Column); ok {
				cols = append(cols, c.Index)
			}
			return true
		})
	}
	slices.Sort(cols)
	return slices.Compact(cols)
}

// IsConstant reports whether e has one value during a statement: no column and
// no volatile function is in it. Parameters and now() may be.
func IsConstant(e Expr) bool {
	return !Any(e, func(n Expr) bool {
		_, col := n.(Column)
		return col || volatilityOf(n) == function.Volatile
	})
}

// VolatilityOf returns the worst volatility of the functions in e.
func VolatilityOf(e Expr) function.Volatility {
	worst := function.Immutable
	Walk(e, func(n Expr) bool {
		worst = max(worst, volatilityOf(n))
		return worst != function.Volatile
	})
	return worst
}

func volatilityOf(n Expr) function.Volatility {
	if c, ok := n.(Call); ok {
		if s := function.ByID(c.Func); s != nil {
			return s.Volatility
		}
		return function.Volatile
	}
	return function.Immutable
}

// IsTotal reports whether no evaluation of e can fail: a filter may then run it
// on rows that an earlier condition drops.
func IsTotal(e Expr) bool {
	return !Any(e, func(n Expr) bool {
		c, ok := n.(Call)
		if !ok {
			return false
		}
		s := function.ByID(c.Func)
		return s == nil || !s.Total
	})
}
