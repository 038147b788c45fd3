package build

import (
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
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
			n, err = b.exists(n, t, not, sc, fix)
		case *ast.In:
			n, err = b.inQuery(n, t.X, "=", false, not != t.Not, t.Query, sc, fix, t.Pos)
		case *ast.Quantified:
			if t.All && (t.Op == "<>" || t.Op == "!=") {
				n, err = b.inQuery(n, t.X, "=", false, !not, t.Query, sc, fix, t.Pos)
			} else {
				n, err = b.inQuery(n, t.X, t.Op, t.All, not, t.Query, sc, fix, t.Pos)
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
func (b *binder) exists(n logical.Node, e *ast.Exists, not bool, sc *scope, fix func(expr.Expr) (expr.Expr, error)) (logical.Node, error) {
	r, err := b.subquery(e.Query, sc)
	if err != nil {
		return nil, err
	}
	kind := physical.Semi
	if not {
		kind = physical.Anti
	}
	return testJoin(kind, n, r.node, nil, sc, fix)
}

// testJoin joins n to a subquery that rows of it pass or fail. fix is the grouping
// check for what the subquery says of n; nil for none.
func testJoin(kind physical.JoinKind, n, sub logical.Node, on []expr.Expr, sc *scope, fix func(expr.Expr) (expr.Expr, error)) (logical.Node, error) {
	j := &logical.Join{Kind: kind, Left: n, Right: sub, On: on}
	if len(logical.Free(sub)) == 0 {
		return j, nil
	}
	if fix == nil {
		fix = func(e expr.Expr) (expr.Expr, error) { return clean(e, sc.level), nil }
	}
	var err error
	if j.Right, err = logical.MapExprs(sub, fix); err != nil {
		return nil, err
	}
	j.Lateral = true
	return j, nil
}

// inQuery is a test x op ANY|ALL (query), IN being = ANY: a semi join, or an anti
// join on what makes it fail. NOT IN is the anti join with SQL's rule for NULLs
// where that is one comparison.
func (b *binder) inQuery(n logical.Node, x ast.Expr, op string, all, not bool, q ast.Query, sc *scope, fix func(expr.Expr) (expr.Expr, error), pos int) (logical.Node, error) {
	left := []ast.Expr{x}
	if row, ok := x.(*ast.Row); ok {
		left = row.Elems
	}
	var subs []attachment
	lsc := *sc
	lsc.scalars = &subs
	xs, err := b.bindAll(left, &lsc)
	if err != nil {
		return nil, err
	}
	r, err := b.subquery(q, sc)
	if err != nil {
		return nil, err
	}
	for i, x := range xs {
		if fix == nil {
			xs[i] = clean(x, sc.level)
		} else if xs[i], err = fix(x); err != nil {
			return nil, err
		}
	}
	test, err := b.compareRows(op, xs, r, all, pos)
	if err != nil {
		return nil, err
	}
	if n, err = attach(n, subs, sc, fix); err != nil {
		return nil, err
	}
	kind, on := physical.Semi, []expr.Expr{test}
	switch {
	case !all && !not:
		on = logical.Conjuncts(nil, test)
	case !all && op == "=" && len(xs) == 1 && len(logical.Free(r.node)) == 0:
		kind = physical.AntiNull
	case !all:
		kind, on[0] = physical.Anti, expr.IsTruth{X: test, Not: true}
	case !not:
		kind, on[0] = physical.Anti, expr.IsTruth{X: test, Want: true, Not: true}
	default:
		on[0] = expr.IsTruth{X: test}
	}
	return testJoin(kind, n, r.node, on, sc, fix)
}
