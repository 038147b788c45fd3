package build

import (
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// setCalls collects the set-returning calls of one query level while its select
// list, GROUP BY, DISTINCT ON and ORDER BY are bound. Each is replaced by the
// column that a ProjectSet will give for it. Arguments are tagged until place.
type setCalls struct{ calls []logical.SetCall }

// setValue binds a set-returning call in an expression: its column.
func (b *binder) setValue(sig *function.Signature, args []expr.Expr, e *ast.FuncCall, sc *scope) (expr.Expr, error) {
	cols, err := b.setColumns(sig, args, e, sc)
	if err != nil {
		return nil, err
	}
	if len(cols) > 1 || sig.Untyped() {
		return nil, sqlerr.NotSupported("composite result of function %s", sig.Name).At(e.Pos)
	}
	return b.reference(sc, itemCol{cols[0].Name, cols[0].ID, cols[0].T}, -1), nil
}

// setColumns registers a set-returning call with the clause being bound and
// returns the columns of its rows. Equal calls are one.
func (b *binder) setColumns(sig *function.Signature, args []expr.Expr, e *ast.FuncCall, sc *scope) ([]logical.Col, error) {
	hint := "You might be able to move the set-returning function into a LATERAL FROM item."
	switch {
	case sc.clause == inFilter:
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "%s", inFilter.noSets()).At(e.Pos)
	case sc.inAggregate:
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "aggregate function calls cannot contain set-returning function calls").WithHint("%s", hint).At(e.Pos)
	case sc.noSets != "":
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "set-returning functions are not allowed in %s", sc.noSets).WithHint("%s", hint).At(e.Pos)
	case sc.sets == nil:
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "%s", sc.clause.noSets()).At(e.Pos)
	}
	call, err := b.setCall(sig, args, nil, e.Pos)
	if err != nil {
		return nil, err
	}
	for _, have := range sc.sets.calls {
		if sameSet(have, call) {
			return have.Out, nil
		}
	}
	sc.sets.calls = append(sc.sets.calls, call)
	return call.Out, nil
}

func sameSet(a, c logical.SetCall) bool {
	if a.Func != c.Func || len(a.Args) != len(c.Args) || function.ByID(a.Func).Volatility == function.Volatile {
		return false
	}
	for i := range a.Args {
		if !expr.Equal(a.Args[i], c.Args[i]) || expr.VolatilityOf(a.Args[i]) == function.Volatile {
			return false
		}
	}
	return true
}

// setCall makes the call of a set-returning signature; defs is the column
// definition list of one whose rows have the columns that the statement names.
func (b *binder) setCall(sig *function.Signature, args []expr.Expr, defs []ast.ColDef, pos int) (logical.SetCall, error) {
	args, result, err := b.arguments(sig, args, pos)
	if err != nil {
		return logical.SetCall{}, err
	}
	call := logical.SetCall{Func: sig.ID, Args: args}
	if sig.Untyped() {
		for _, d := range defs {
			t, err := b.typeOf(d.Type)
			if err != nil {
				return call, err
			}
			call.Out = append(call.Out, b.col(d.Name, t))
		}
		return call, nil
	}
	for _, c := range sig.Columns(result) {
		call.Out = append(call.Out, b.col(c.Name, c.Type))
	}
	return call, nil
}

// noSets words the refusal of a set-returning function in a clause.
func (c clause) noSets() string {
	switch c {
	case inOn:
		return "set-returning functions are not allowed in JOIN conditions"
	case inFrom:
		return "set-returning functions must appear at top level of FROM"
	case inDefault:
		return "set-returning functions are not allowed in DEFAULT expressions"
	case inCopyWhere:
		return "set-returning functions are not allowed in COPY FROM WHERE conditions"
	}
	return "set-returning functions are not allowed in " + c.words()
}

// take removes the calls that es use, directly or through other calls, and
// returns them in order, without the tags of a level.
func (s *setCalls) take(es []expr.Expr, level int) []logical.SetCall {
	used := logical.Set{}
	for _, e := range es {
		addUntagged(used, e)
	}
	var taken, left []logical.SetCall
	for i := len(s.calls) - 1; i >= 0; i-- {
		c := s.calls[i]
		in := false
		for _, o := range c.Out {
			in = in || used.Has(o.ID)
		}
		if !in {
			left = append([]logical.SetCall{c}, left...)
			continue
		}
		taken = append([]logical.SetCall{c}, taken...)
		for i, a := range c.Args {
			addUntagged(used, a)
			c.Args[i] = clean(a, level)
		}
	}
	s.calls = left
	return taken
}

func addUntagged(s logical.Set, e expr.Expr) {
	expr.Walk(e, func(x expr.Expr) bool {
		if c, ok := x.(expr.Column); ok {
			id, _, _ := untag(c.Index)
			s.Add(id)
		}
		return true
	})
}

// fix applies f to the arguments of the calls.
func (s *setCalls) fix(f func(expr.Expr) (expr.Expr, error)) error {
	for _, c := range s.calls {
		for i, a := range c.Args {
			x, err := f(a)
			if err != nil {
				return err
			}
			c.Args[i] = x
		}
	}
	return nil
}

// projectSets puts the calls on n: those that take no other's result in the
// first ProjectSet, in lockstep, then those that take theirs.
func projectSets(n logical.Node, calls []logical.SetCall) logical.Node {
	level := map[int]int{} // of a call's column
	var sets []*logical.ProjectSet
	for _, c := range calls {
		at := 0
		used := logical.Set{}
		for _, a := range c.Args {
			used.AddExpr(a)
		}
		for id := range used {
			at = max(at, level[id])
		}
		if at == len(sets) {
			sets = append(sets, &logical.ProjectSet{})
		}
		sets[at].Calls = append(sets[at].Calls, c)
		for _, o := range c.Out {
			level[o.ID] = at + 1
		}
	}
	for _, s := range sets {
		s.Input = n
		n = s
	}
	return n
}

// rowsOf binds x as a call of a set-returning function whose rows have several
// columns; ok is false when it is none.
func (b *binder) rowsOf(x ast.Expr, sc *scope) (cols []logical.Col, ok bool, err error) {
	f, ok := x.(*ast.FuncCall)
	if !ok {
		return nil, false, nil
	}
	name, err := functionName(f.Name)
	if err != nil {
		return nil, false, err
	}
	if sets, _ := function.Sets(name); !sets {
		return nil, false, nil
	}
	sig, args, err := b.resolve(name, f, sc)
	if err != nil || len(sig.Outs) < 2 {
		return nil, false, err
	}
	cols, err = b.setColumns(sig, args, f, sc)
	return cols, err == nil, err
}

// starOfSet expands (f(x)).* of a set-returning f.
func (b *binder) starOfSet(e ast.Expr, sc *scope) ([]logical.Col, bool, error) {
	star, ok := e.(*ast.Star)
	if !ok || star.Of == nil {
		return nil, false, nil
	}
	return b.rowsOf(star.Of, sc)
}

// fieldOfSet binds (f(x)).name of a set-returning f.
func (b *binder) fieldOfSet(e *ast.Field, sc *scope) (expr.Expr, bool, error) {
	cols, ok, err := b.rowsOf(e.X, sc)
	if !ok || err != nil {
		return nil, ok, err
	}
	for _, c := range cols {
		if c.Name == e.Name {
			return c.Ref(), true, nil
		}
	}
	return nil, false, sqlerr.New(sqlerr.UndefinedColumn, "could not identify column \"%s\" in record data type", e.Name).At(e.Pos)
}
