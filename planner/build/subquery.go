package build

import (
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// conjuncts appends the operands of nested ANDs to dst.
func conjuncts(dst []ast.Expr, e ast.Expr) []ast.Expr {
	if a, ok := e.(*ast.And); ok {
		for _, x := range a.Args {
			dst = conjuncts(dst, x)
		}
		return dst
	}
	return append(dst, e)
}

// filter applies a WHERE clause to n: conditions, then the tests with subqueries
// as joins. fix is applied to every expression over n's columns; nil for none.
func (b *binder) filter(n logical.Node, where ast.Expr, sc *scope, fix func(expr.Expr) (expr.Expr, error)) (logical.Node, error) {
	if where == nil {
		return n, nil
	}
	var conds []expr.Expr
	var tests []ast.Expr
	var subs []attachment
	sc.scalars = &subs
	for _, c := range conjuncts(nil, where) {
		if isSubqueryTest(c) {
			tests = append(tests, c)
			continue
		}
		x, err := b.condition(c, sc, sc.clause.words())
		if err != nil {
			return nil, err
		}
		conds = logical.Conjuncts(conds, clean(x, sc.level))
	}
	n, err := attach(n, subs, sc, nil)
	if err != nil {
		return nil, err
	}
	if len(conds) > 0 {
		n = &logical.Filter{Input: n, Conds: conds}
	}
	return b.subqueryTests(n, tests, sc, fix)
}

// isSubqueryTest reports whether e is [NOT] EXISTS, [NOT] IN (query) or the
// quantified form of one.
func isSubqueryTest(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Not:
		return isSubqueryTest(e.X)
	case *ast.Exists:
		return true
	case *ast.In:
		return e.Query != nil
	case *ast.Quantified:
		return e.Query != nil
	}
	return false
}

// subqueryTests puts a semi or anti join on n for each test.
func (b *binder) subqueryTests(n logical.Node, tests []ast.Expr, sc *scope, fix func(expr.Expr) (expr.Expr, error)) (logical.Node, error) {
	for _, t := range tests {
		not := false
		for {
			x, ok := t.(*ast.Not)
			if !ok {
				break
			}
			t, not = x.X, !not
		}
		var err error
		switch t := t.(type) {
		case *ast.Exists:
			n, err = b.exists(n, t, not, sc)
		case *ast.In:
			n, err = b.inQuery(n, t, not != t.Not, sc, fix)
		case *ast.Quantified:
			switch {
			case !t.All && t.Op == "=":
				n, err = b.inQuery(n, &ast.In{Node: t.Node, X: t.X, Query: t.Query}, not, sc, fix)
			case t.All && (t.Op == "<>" || t.Op == "!="):
				n, err = b.inQuery(n, &ast.In{Node: t.Node, X: t.X, Query: t.Query}, !not, sc, fix)
			default:
				// Its own errors come first.
				if _, err = b.query(t.Query, sc); err == nil {
					err = sqlerr.NotSupported("%s (subquery)", quantifier(t)).At(t.Pos)
				}
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return n, nil
}

// exists is a semi join, or with not an anti join, on the conditions that tie
// the subquery to n.
func (b *binder) exists(n logical.Node, e *ast.Exists, not bool, sc *scope) (logical.Node, error) {
	r, err := b.query(e.Query, sc)
	if err == nil {
		err = b.textUnknowns(&r)
	}
	if err != nil {
		return nil, err
	}
	sub, on, err := b.decorrelate(r.node, true, sc, e.Pos)
	if err != nil {
		return nil, err
	}
	kind := physical.Semi
	if not {
		kind = physical.Anti
	}
	return &logical.Join{Kind: kind, Left: n, Right: sub, On: on}, nil
}

// inQuery is a semi join on equality; NOT IN is the anti join with SQL's rule
// for NULLs.
func (b *binder) inQuery(n logical.Node, e *ast.In, not bool, sc *scope, fix func(expr.Expr) (expr.Expr, error)) (logical.Node, error) {
	left := []ast.Expr{e.X}
	if row, ok := e.X.(*ast.Row); ok {
		left = row.Elems
	}
	var subs []attachment
	lsc := *sc
	lsc.scalars = &subs
	xs, err := b.bindAll(left, &lsc)
	if err != nil {
		return nil, err
	}
	r, err := b.query(e.Query, sc)
	if err == nil {
		err = b.textUnknowns(&r)
	}
	if err != nil {
		return nil, err
	}
	switch {
	case len(r.cols) < len(xs):
		return nil, sqlerr.New(sqlerr.SyntaxError, "subquery has too few columns").At(e.Pos)
	case len(r.cols) > len(xs):
		return nil, sqlerr.New(sqlerr.SyntaxError, "subquery has too many columns").At(e.Pos)
	}
	// What the subquery's select list makes of outer columns is compared on the
	// outer row.
	node, defs := r.node, map[int]expr.Expr{}
	if len(logical.Free(node)) > 0 {
		for {
			p, ok := node.(*logical.Project)
			if !ok {
				break
			}
			for id, e := range defs {
				defs[id] = replaceColumns(e, projected(p))
			}
			for i, c := range p.Out {
				if _, ok := defs[c.ID]; !ok {
					defs[c.ID] = p.Exprs[i]
				}
			}
			node = p.Input
		}
	}
	var on []expr.Expr
	for i, x := range xs {
		if x = clean(x, sc.level); fix != nil {
			if x, err = fix(xs[i]); err != nil {
				return nil, err
			}
		}
		eq, err := b.call("=", []expr.Expr{x, r.cols[i].Ref()}, e.Pos)
		if err != nil {
			return nil, err
		}
		on = append(on, replaceColumns(eq, defs))
	}
	sub, more, err := b.decorrelate(node, false, sc, e.Pos)
	if err != nil {
		return nil, err
	}
	if n, err = attach(n, subs, sc, fix); err != nil {
		return nil, err
	}
	if !not {
		return &logical.Join{Kind: physical.Semi, Left: n, Right: sub, On: append(on, more...)}, nil
	}
	if len(on) > 1 || len(more) > 0 {
		return nil, sqlerr.NotSupported("NOT IN with a row or a correlated subquery").At(e.Pos)
	}
	return &logical.Join{Kind: physical.AntiNull, Left: n, Right: sub, On: on}, nil
}

// decorrelate makes the plan of a subquery test independent of the query around
// it: conditions with outer columns are taken out of its filters and returned as
// join conditions.
func (b *binder) decorrelate(n logical.Node, exists bool, sc *scope, pos int) (logical.Node, []expr.Expr, error) {
	free := logical.Free(n)
	if len(free) == 0 {
		return n, nil, nil
	}
	n, on := pull(n, free, exists)
	if len(logical.Free(n)) > 0 || sc.group != nil {
		return nil, nil, sqlerr.NotSupported("this form of correlated subquery").At(pos)
	}
	return n, on, nil
}

// pull takes the conditions that use columns of outer out of n. With exists only
// whether n gives a row matters, so that sorts and limits above 0 may go.
func pull(n logical.Node, outer logical.Set, exists bool) (logical.Node, []expr.Expr) {
	switch n := n.(type) {
	case *logical.Filter:
		in, on := pull(n.Input, outer, exists)
		var keep []expr.Expr
		for _, c := range n.Conds {
			used := logical.Set{}
			used.AddExpr(c)
			tied := false
			for id := range used {
				tied = tied || outer.Has(id)
			}
			if tied {
				on = append(on, c)
			} else {
				keep = append(keep, c)
			}
		}
		if len(keep) == 0 {
			return in, on
		}
		return &logical.Filter{Input: in, Conds: keep}, on
	case *logical.Project:
		in, on := pull(n.Input, outer, exists)
		p := &logical.Project{Input: in, Exprs: n.Exprs, Out: n.Out}
		used := logical.Set{}
		for _, c := range on {
			used.AddExpr(c)
		}
		have := logical.Columns(p)
		for _, c := range in.Cols() {
			if used.Has(c.ID) && !have.Has(c.ID) {
				p.Exprs = append(p.Exprs[:len(p.Exprs):len(p.Exprs)], c.Ref())
				p.Out = append(p.Out[:len(p.Out):len(p.Out)], c)
			}
		}
		return p, on
	case *logical.Sort:
		if exists {
			return pull(n.Input, outer, exists)
		}
	case *logical.Limit:
		c, ok := n.Count.(expr.Const)
		if exists && n.Offset == nil && ok && c.Value.I > 0 {
			return pull(n.Input, outer, exists)
		}
	case *logical.Join:
		if n.Kind == physical.Inner {
			l, on := pull(n.Left, outer, exists)
			r, more := pull(n.Right, outer, exists)
			return &logical.Join{Kind: n.Kind, Left: l, Right: r, On: n.On}, append(on, more...)
		}
		if n.Kind == physical.Semi || n.Kind == physical.Anti || n.Kind == physical.AntiNull {
			l, on := pull(n.Left, outer, exists)
			return &logical.Join{Kind: n.Kind, Left: l, Right: n.Right, On: n.On}, on
		}
	}
	return n, nil
}
