package rules

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// Normalize brings conditions into a form in which other rules find what they
// look for: NOT stands on leaves only, ANDs are lists of conjuncts, each once,
// TRUE is left out. A column stands left of a constant in a comparison.
func Normalize(n logical.Node) logical.Node {
	in := n.Inputs()
	if len(in) > 0 {
		out := make([]logical.Node, len(in))
		for i, c := range in {
			out[i] = Normalize(c)
		}
		n = n.With(out)
	}
	switch n := n.(type) {
	case *logical.Filter:
		c := *n
		c.Conds = normalizeAll(n.Conds)
		if len(c.Conds) == 0 {
			return c.Input
		}
		return &c
	case *logical.Join:
		c := *n
		c.On = normalizeAll(n.On)
		return &c
	}
	return n
}

func normalizeAll(conds []expr.Expr) []expr.Expr {
	var out []expr.Expr
	for _, c := range conds {
		for _, x := range logical.Conjuncts(nil, positive(c)) {
			out = addCond(out, x)
		}
	}
	return out
}

// dedupeMax bounds the conjuncts among which repetitions are looked for, since
// each is compared with all.
const dedupeMax = 64

// addCond appends a conjunct unless it is TRUE or there.
func addCond(conds []expr.Expr, c expr.Expr) []expr.Expr {
	if isTrue(c) {
		return conds
	}
	if len(conds) < dedupeMax && expr.VolatilityOf(c) != function.Volatile {
		for _, have := range conds {
			if expr.Equal(have, c) {
				return conds
			}
		}
	}
	return append(conds, c)
}

func isTrue(e expr.Expr) bool {
	c, ok := e.(expr.Const)
	return ok && c.T.ID == types.Bool && !c.Value.Null && c.Value.I != 0
}

// isNever reports whether a condition is the constant FALSE or NULL.
func isNever(e expr.Expr) bool {
	c, ok := e.(expr.Const)
	return ok && c.T.ID == types.Bool && (c.Value.Null || c.Value.I == 0)
}

// positive pushes NOT down to the leaves of a boolean expression.
func positive(e expr.Expr) expr.Expr {
	switch e := e.(type) {
	case expr.And:
		return expr.And{Args: each(e.Args, positive)}
	case expr.Or:
		return expr.Or{Args: each(e.Args, positive)}
	case expr.Not:
		return negative(e.X)
	case expr.Call:
		return columnLeft(e)
	}
	return e
}

// negative returns NOT e with the NOT pushed down.
func negative(e expr.Expr) expr.Expr {
	switch e := e.(type) {
	case expr.And:
		return expr.Or{Args: each(e.Args, negative)}
	case expr.Or:
		return expr.And{Args: each(e.Args, negative)}
	case expr.Not:
		return positive(e.X)
	case expr.IsNull:
		e.Not = !e.Not
		return e
	case expr.IsTruth:
		e.Not = !e.Not
		return e
	case expr.Distinct:
		e.Not = !e.Not
		return e
	case expr.In:
		e.Not = !e.Not
		return e
	case expr.Const:
		if e.T.ID == types.Bool {
			if !e.Value.Null {
				e.Value = vector.BoolDatum(e.Value.I == 0)
			}
			return e
		}
	case expr.Call:
		if sig := function.ByID(e.Func); sig != nil {
			if neg := function.ByID(function.MakeID(negator(sig.Name), sig.Args, false)); neg != nil {
				e.Func = neg.ID
				return columnLeft(e)
			}
		}
	}
	return expr.Not{X: e}
}

func each(list []expr.Expr, f func(expr.Expr) expr.Expr) []expr.Expr {
	out := make([]expr.Expr, len(list))
	for i, e := range list {
		out[i] = f(e)
	}
	return out
}

// negator is the operator that is TRUE where op is FALSE; "" for none.
func negator(op string) string {
	switch op {
	case "=":
		return "<>"
	case "<>":
		return "="
	case "<":
		return ">="
	case "<=":
		return ">"
	case ">":
		return "<="
	case ">=":
		return "<"
	case "~~":
		return "!~~"
	case "!~~":
		return "~~"
	case "~~*":
		return "!~~*"
	case "!~~*":
		return "~~*"
	}
	return ""
}

// commutator is the operator with its operands exchanged; "" for none.
func commutator(op string) string {
	switch op {
	case "=", "<>":
		return op
	case "<":
		return ">"
	case "<=":
		return ">="
	case ">":
		return "<"
	case ">=":
		return "<="
	}
	return ""
}

// columnLeft turns 5 < x into x > 5.
func columnLeft(e expr.Call) expr.Expr {
	if len(e.Args) != 2 || !logical.Constant(e.Args[0]) || logical.Constant(e.Args[1]) {
		return e
	}
	sig := function.ByID(e.Func)
	if sig == nil {
		return e
	}
	com := function.ByID(function.MakeID(commutator(sig.Name), []types.ID{sig.Args[1], sig.Args[0]}, false))
	if com == nil {
		return e
	}
	e.Func, e.Args = com.ID, []expr.Expr{e.Args[1], e.Args[0]}
	return e
}
