package physical

import "github.com/dejaq/fasti/sql/expr"

// Kinds of expressions in encoded plans: append only. 0 is no expression.
const (
	exprColumn byte = iota + 1
	exprConst
	exprParam
	exprCall
	exprAnd
	exprOr
	exprNot
	exprIsNull
	exprIsTruth
	exprDistinct
	exprIn
	exprCase
	exprCoalesce
	exprExtreme
	exprEnd
)

func newExpr(kind byte) expr.Expr {
	return [...]expr.Expr{
		0: nil, exprColumn: expr.Column{}, exprConst: expr.Const{}, exprParam: expr.Param{}, exprCall: expr.Call{}, exprAnd: expr.And{},
		exprOr: expr.Or{}, exprNot: expr.Not{}, exprIsNull: expr.IsNull{}, exprIsTruth: expr.IsTruth{}, exprDistinct: expr.Distinct{},
		exprIn: expr.In{}, exprCase: expr.Case{}, exprCoalesce: expr.Coalesce{}, exprExtreme: expr.Extreme{},
	}[kind]
}

func exprKind(e expr.Expr) byte {
	switch e.(type) {
	case nil:
		return 0
	case expr.Column:
		return exprColumn
	case expr.Const:
		return exprConst
	case expr.Param:
		return exprParam
	case expr.Call:
		return exprCall
	case expr.And:
		return exprAnd
	case expr.Or:
		return exprOr
	case expr.Not:
		return exprNot
	case expr.IsNull:
		return exprIsNull
	case expr.IsTruth:
		return exprIsTruth
	case expr.Distinct:
		return exprDistinct
	case expr.In:
		return exprIn
	case expr.Case:
		return exprCase
	case expr.Coalesce:
		return exprCoalesce
	case expr.Extreme:
		return exprExtreme
	}
	panic("physical: expression without a kind")
}

func (c *coder) exprs(v *[]expr.Expr) { list(c, v, c.expr) }

// expr codes an expression that must be there.
func (c *coder) expr(v *expr.Expr) {
	if c.optional(v); *v == nil {
		c.fail("missing expression")
	}
}

// optional codes an expression that may be nil.
func (c *coder) optional(v *expr.Expr) {
	if !c.enter() {
		return
	}
	defer func() { c.depth-- }()
	var kind byte
	if !c.reading {
		kind = exprKind(*v)
	}
	enum(c, &kind, exprEnd)
	if c.err != nil {
		return
	}
	if c.reading {
		*v = newExpr(kind)
	}
	switch e := (*v).(type) {
	case expr.Column:
		small(c, &e.Index)
		c.typ(&e.T)
		*v = e
	case expr.Const:
		c.datum(&e.Value)
		c.typ(&e.T)
		*v = e
	case expr.Param:
		small(c, &e.N)
		c.typ(&e.T)
		*v = e
	case expr.Call:
		c.id(&e.Func)
		c.exprs(&e.Args)
		c.typ(&e.T)
		small(c, &e.Pos)
		*v = e
	case expr.And:
		c.exprs(&e.Args)
		*v = e
	case expr.Or:
		c.exprs(&e.Args)
		*v = e
	case expr.Not:
		c.expr(&e.X)
		*v = e
	case expr.IsNull:
		c.expr(&e.X)
		c.bool(&e.Not)
		*v = e
	case expr.IsTruth:
		c.expr(&e.X)
		c.bool(&e.Want)
		c.bool(&e.Not)
		*v = e
	case expr.Distinct:
		c.expr(&e.L)
		c.expr(&e.R)
		c.id(&e.Eq)
		c.bool(&e.Not)
		*v = e
	case expr.In:
		c.expr(&e.X)
		c.exprs(&e.List)
		c.id(&e.Eq)
		c.bool(&e.Not)
		*v = e
	case expr.Case:
		list(c, &e.Whens, func(w *expr.When) {
			c.expr(&w.Cond)
			c.expr(&w.Then)
		})
		c.expr(&e.Else)
		c.typ(&e.T)
		*v = e
	case expr.Coalesce:
		c.exprs(&e.Args)
		c.typ(&e.T)
		*v = e
	case expr.Extreme:
		c.bool(&e.Max)
		c.exprs(&e.Args)
		c.id(&e.Less)
		c.typ(&e.T)
		*v = e
	}
}
