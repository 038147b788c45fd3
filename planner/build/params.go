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
	t := &b.params[e.N-1]
	if t.ID == types.Invalid {
		*t = types.Of(types.Unknown)
	}
	return expr.Param{N: e.N, T: *t}, nil
}

// setParam gives p the type t, which must be what other uses of it say.
func (b *binder) setParam(p expr.Param, t types.Type, pos int) (expr.Expr, error) {
	t = types.Of(t.ID)
	have := &b.params[p.N-1]
	if have.ID == types.Unknown {
		*have = t
	} else if have.ID != t.ID {
		return nil, sqlerr.New(sqlerr.AmbiguousParameter, "inconsistent types deduced for parameter $%d", p.N).
			WithDetail("%s versus %s", *have, t).At(pos)
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
					err = sqlerr.New(sqlerr.AmbiguousParameter, "could not determine data type of parameter $%d", p.N)
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
