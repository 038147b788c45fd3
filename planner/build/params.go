package build

import (
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// maxParams is what the wire protocol can count.
const maxParams = 65535

// param binds $n: of the type known so far, else Unknown.
func (b *binder) param(e *ast.Param) (expr.Expr, error) {
	if e.N < 1 || e.N > maxParams {
		return nil, sqlerr.New(sqlerr.UndefinedParameter, "there is no parameter $%d", e.N).At(e.Pos)
	}
	for len(b.params) < e.N {
		b.params = append(b.params, types.Of(types.Invalid))
	}
	if b.inDefault {
		return nil, sqlerr.New(sqlerr.UndefinedParameter, "there is no parameter $%d", e.N).At(e.Pos)
	}
	t := &b.params[e.N-1]
	if t.ID == types.Invalid {
		*t = types.Of(types.Unknown)
	}
	if b.paramPos == nil {
		b.paramPos = map[int]paramUse{}
	}
	use, ok := b.paramPos[e.N]
	if !ok {
		use.first = e.Pos
	}
	use.last = e.Pos
	b.paramPos[e.N] = use
	return expr.Param{N: e.N, T: *t}, nil
}

// paramUse is where a parameter was written first and last so far.
type paramUse struct{ first, last int }

// untyped binds an operand of BETWEEN that is a parameter without a type for its
// second comparison: by then it has the type that other gives it in the first.
func (b *binder) untyped(p *ast.Param, other expr.Expr, pos int) (expr.Expr, error) {
	if _, err := b.call(">=", []expr.Expr{expr.Param{N: p.N, T: types.Of(types.Unknown)}, other}, pos); err != nil {
		return nil, err
	}
	return b.param(p)
}

// setParam gives p the type t, which must be what other uses of it say.
func (b *binder) setParam(p expr.Param, t types.Type) (expr.Expr, error) {
	t = t.Plain()
	have := &b.params[p.N-1]
	if have.ID == types.Unknown {
		*have = t
	} else if have.ID != t.ID {
		return nil, sqlerr.New(sqlerr.AmbiguousParameter, "inconsistent types deduced for parameter $%d", p.N).
			WithDetail("%s versus %s", *have, t).At(b.paramPos[p.N].last)
	}
	return expr.Param{N: p.N, T: t}, nil
}

// checkParams refuses a statement in which a parameter has no type, or was used
// before another use gave it one.
func (b *binder) checkParams(root logical.Node) error {
	var err error
	var walk func(n logical.Node)
	walk = func(n logical.Node) {
		logical.Exprs(n, func(e expr.Expr) {
			expr.Walk(e, func(x expr.Expr) bool {
				p, ok := x.(expr.Param)
				if ok && p.T.ID == types.Unknown && err == nil && b.params[p.N-1].ID != types.Unknown {
					err = sqlerr.New(sqlerr.AmbiguousParameter, "could not determine data type of parameter $%d", p.N).At(b.paramPos[p.N].first)
				}
				return true
			})
		})
		for _, in := range n.Inputs() {
			walk(in)
		}
	}
	if root != nil {
		walk(root)
	}
	if err != nil {
		return err
	}
	for i, t := range b.params {
		if t.ID == types.Invalid || t.ID == types.Unknown {
			return sqlerr.New(sqlerr.IndeterminateDatatype, "could not determine data type of parameter $%d", i+1)
		}
	}
	return nil
}
