package build

import (
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// lateral returns a scope that sees what stands before an item of FROM, and what
// the query around sees.
func (sc *scope) lateral() *scope {
	return &scope{level: sc.level, parent: sc.parent, items: sc.items, barred: sc.barred, entries: sc.entries, ctes: sc.ctes, clause: inFrom}
}

// funcRef binds functions in FROM: one, or several in lockstep (ROWS FROM), each
// set-returning or the one row of a scalar. They see what stands before them,
// LATERAL or not: see transformRangeFunction.
func (b *binder) funcRef(t *ast.FuncRef, sc *scope) (logical.Node, []*item, error) {
	fsc := sc.lateral()
	var subs []attachment
	fsc.scalars = &subs
	set := &logical.ProjectSet{}
	name := ""
	for _, f := range severalArrays(t.Funcs) {
		fname, err := functionName(f.Name)
		if err != nil {
			return nil, nil, err
		}
		if name == "" {
			name = fname
		}
		call, err := b.rangeFunction(fname, f, t, fsc)
		if err != nil {
			return nil, nil, err
		}
		set.Calls = append(set.Calls, call)
	}
	if t.Ordinality {
		if len(t.ColDefs) > 0 {
			return nil, nil, sqlerr.New(sqlerr.SyntaxError, "WITH ORDINALITY cannot be used with a column definition list").
				WithHint("Put the column definition list inside ROWS FROM().").At(t.Pos)
		}
		set.Ordinality = b.col("ordinality", types.Of(types.Int8))
	}
	var err error
	if set.Input, err = attach(oneRow(), subs, fsc, nil); err != nil {
		return nil, nil, err
	}
	it := resultItem(name, set.Made())
	if err := it.rename(t.Alias, "function", t.Pos); err != nil {
		return nil, nil, err
	}
	sc.entries = append(sc.entries, it)
	if c := set.Calls[0]; len(set.Calls) == 1 && c.Func == "" && !t.Ordinality && len(logical.Free(set)) == 0 {
		return &logical.Project{Input: set.Input, Exprs: c.Args, Out: c.Out}, []*item{it}, nil
	}
	return set, []*item{it}, nil
}

// severalArrays makes of unnest(a, b) two calls, as PostgreSQL does in FROM.
func severalArrays(fs []*ast.FuncCall) []*ast.FuncCall {
	var out []*ast.FuncCall
	for _, f := range fs {
		if n := f.Name.Parts; len(f.Args) < 2 || n[len(n)-1] != "unnest" || f.Distinct || f.Variadic || f.Star {
			out = append(out, f)
			continue
		}
		for _, a := range f.Args {
			one := *f
			one.Args = []ast.Arg{a}
			out = append(out, &one)
		}
	}
	return out
}

// rangeFunction binds one function of t.
func (b *binder) rangeFunction(name string, f *ast.FuncCall, t *ast.FuncRef, sc *scope) (logical.SetCall, error) {
	defs := t.ColDefs
	sets, record := function.Sets(name)
	switch {
	case len(defs) > 0 && len(t.Funcs) > 1:
		return logical.SetCall{}, sqlerr.New(sqlerr.SyntaxError, "ROWS FROM() with multiple functions cannot have a column definition list").
			WithHint("Put a separate column definition list for each function inside ROWS FROM().").At(t.Pos)
	case len(defs) > 0 && !record:
		return logical.SetCall{}, sqlerr.New(sqlerr.SyntaxError, "a column definition list is only allowed for functions returning \"record\"").At(t.Pos)
	case record && len(defs) == 0:
		return logical.SetCall{}, sqlerr.New(sqlerr.SyntaxError, "a column definition list is required for functions returning \"record\"").At(f.Pos)
	}
	var call logical.SetCall
	switch {
	case sets:
		sig, args, err := b.resolve(name, f, sc)
		if err != nil {
			return call, err
		}
		if call, err = b.setCall(sig, args, defs, f.Pos); err != nil {
			return call, err
		}
		if sig.Outs != nil || sig.Untyped() {
			return call, nil
		}
	default:
		e, err := b.bind(f, sc)
		if err != nil {
			return call, err
		}
		if e.Type().ID == types.Unknown {
			if e, err = b.known(e, types.Of(types.Text), f.Pos); err != nil {
				return call, err
			}
		}
		call = logical.SetCall{Args: []expr.Expr{e}, Out: []logical.Col{b.col(name, e.Type())}}
	}
	if t.Alias.Name != "" && len(t.Funcs) == 1 {
		call.Out[0].Name = t.Alias.Name
	}
	return call, nil
}

// beside joins what an item of FROM gives to what stands before it, which it may
// use columns of.
func beside(kind physical.JoinKind, left, right logical.Node, on []expr.Expr) *logical.Join {
	return &logical.Join{Kind: kind, Left: left, Right: right, On: on, Lateral: logical.Free(right).Meets(logical.Columns(left))}
}
