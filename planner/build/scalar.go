package build

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// attachment is a subquery in an expression: the clause's input is joined to it
// before the expression is evaluated. Without on every row meets each of node's
// rows, of which there is one; with on it is a left join that finds at
// most one row.
type attachment struct {
	node logical.Node
	on   []expr.Expr // over node's columns and those of the clause, tagged
}

// withoutOwn replaces the columns that the attachment brings by NULL.
func (a attachment) withoutOwn(e expr.Expr) expr.Expr {
	own := logical.Columns(a.node)
	return logical.Rewrite(e, func(x expr.Expr) (expr.Expr, bool) {
		if c, ok := x.(expr.Column); ok && own.Has(c.Index) {
			return expr.Const{Value: vector.NullDatum, T: c.T}, true
		}
		return nil, false
	})
}

// attach joins the subqueries of a clause to its input. fix is the grouping
// check for what the conditions say of the input; nil for none.
func attach(n logical.Node, subs []attachment, sc *scope, fix func(expr.Expr) (expr.Expr, error)) (logical.Node, error) {
	for _, s := range subs {
		j := &logical.Join{Kind: physical.Inner, Left: n, Right: s.node}
		if s.on != nil {
			j.Kind = physical.Left
		}
		for _, c := range s.on {
			if fix == nil {
				c = clean(c, sc.level)
			} else {
				var err error
				if c, err = fix(c); err != nil {
					return nil, err
				}
			}
			j.On = append(j.On, c)
		}
		n = j
	}
	return n, nil
}

// scalar registers an attachment with the clause being bound.
func (b *binder) scalar(a attachment, sc *scope, pos int) error {
	switch {
	case sc.clause == inDefault:
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot use subquery in DEFAULT expression").At(pos)
	case sc.clause == inCopyWhere:
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot use subquery in COPY FROM WHERE condition").At(pos)
	case sc.scalars == nil:
		return sqlerr.NotSupported("subquery in %s", sc.clause.words()).At(pos)
	case len(logical.Free(a.node)) > 0:
		return sqlerr.NotSupported("this form of correlated subquery").At(pos)
	}
	*sc.scalars = append(*sc.scalars, a)
	return nil
}

// subquery binds a query inside an expression.
func (b *binder) subquery(q ast.Query, sc *scope) (result, error) {
	r, err := b.query(q, sc)
	if err == nil {
		err = b.textUnknowns(&r)
	}
	return r, err
}

// scalarSubquery binds a subquery of one column and at most one row.
func (b *binder) scalarSubquery(e *ast.Subquery, sc *scope) (expr.Expr, error) {
	r, err := b.subquery(e.Query, sc)
	if err != nil {
		return nil, err
	}
	if len(r.cols) != 1 {
		return nil, sqlerr.New(sqlerr.SyntaxError, "subquery must return only one column").At(e.Pos)
	}
	if free := logical.Free(r.node); len(free) > 0 {
		return b.correlated(r, free, sc, e.Pos)
	}
	n := r.node
	if !singleRow(n) {
		n = &logical.SingleRow{Input: n}
	}
	return r.cols[0].Ref(), b.scalar(attachment{node: n}, sc, e.Pos)
}

// singleRow reports whether n gives exactly one row by its form.
func singleRow(n logical.Node) bool {
	switch n := n.(type) {
	case *logical.Project:
		return singleRow(n.Input)
	case *logical.Sort:
		return singleRow(n.Input)
	case *logical.Aggregate:
		return len(n.Keys) == 0
	case *logical.Values:
		return len(n.Rows) == 1
	case *logical.SingleRow:
		return true
	}
	return false
}

// correlated binds a subquery whose rows equal the outer row in some columns: it
// is evaluated once for all outer rows, with these columns as a key by which each
// outer row finds its own. Three forms: an aggregate, which becomes one by groups;
// LIMIT 1, which keeps the first row of each key; anything else must have one row
// for each key that is asked for. The select list is evaluated on the outer row.
func (b *binder) correlated(r result, free logical.Set, sc *scope, pos int) (expr.Expr, error) {
	refuse := sqlerr.NotSupported("this form of correlated subquery").At(pos)
	value := r.cols[0].Ref()
	n := r.node
	limited := false
	if l, ok := n.(*logical.Limit); ok {
		if c, ok := l.Count.(expr.Const); !ok || l.Offset != nil || c.Value.I != 1 {
			return nil, refuse
		}
		limited, n = true, l.Input
	}
	var order []physical.SortKey
	if s, ok := n.(*logical.Sort); ok {
		order, n = s.Keys, s.Input
	}
	for {
		p, ok := n.(*logical.Project)
		if !ok {
			break
		}
		defs := projected(p)
		value = replaceColumns(value, defs)
		for i := range order {
			order[i].Expr = replaceColumns(order[i].Expr, defs)
		}
		n = p.Input
	}
	if v, ok := n.(*logical.Values); ok && len(v.Rows) == 1 && len(v.Out) == 0 {
		return value, nil // (SELECT outer.column)
	}
	agg, aggregates := n.(*logical.Aggregate)
	if aggregates && len(agg.Keys) > 0 {
		return nil, refuse
	}
	if aggregates {
		n = agg.Input
	}
	n, conds := pull(n, free, false)
	keys, on, ok := b.correlation(conds, logical.Columns(n), free)
	if !ok {
		return nil, refuse
	}
	a := attachment{on: on}
	switch {
	case aggregates:
		a.node = &logical.Aggregate{Input: n, Keys: keys.exprs, KeyCols: keys.cols, Aggs: agg.Aggs, AggCols: agg.AggCols}
		// No row counts as zero.
		defs := map[int]expr.Expr{}
		for i, c := range agg.AggCols {
			if sig := function.ByID(agg.Aggs[i].Func); sig != nil && sig.Name == "count" {
				zero := expr.Const{Value: vector.IntDatum(0), T: c.T}
				defs[c.ID] = expr.Coalesce{Args: []expr.Expr{c.Ref(), zero}, T: c.T}
			}
		}
		value = replaceColumns(value, defs)
	case limited:
		p := &logical.Project{Input: n, Exprs: keys.exprs, Out: keys.cols}
		for _, c := range n.Cols() {
			p.Exprs, p.Out = append(p.Exprs, c.Ref()), append(p.Out, c)
		}
		a.node = p
		if len(order) > 0 {
			a.node = &logical.Sort{Input: p, Keys: order, Limit: -1}
		}
		d := &logical.DistinctOn{Input: a.node}
		for _, k := range keys.cols {
			d.Keys = append(d.Keys, k.Ref())
		}
		a.node = d
	default:
		if a.node, value, ok = b.onePerKey(n, keys, value); !ok {
			return nil, refuse
		}
	}
	if !aggregates {
		// No row is NULL, whatever the select list would make of NULLs.
		null := expr.Const{Value: vector.NullDatum, T: value.Type()}
		found := b.marked(&a)
		value = expr.Case{Whens: []expr.When{{Cond: found, Then: value}}, Else: null, T: value.Type()}
	}
	return value, b.scalar(a, sc, pos)
}

// onePerKey groups n by keys for a value that may come from one row only: where
// a group has more, the value is the error of SQL.
func (b *binder) onePerKey(n logical.Node, keys groupColumns, value expr.Expr) (logical.Node, expr.Expr, bool) {
	check := function.ByID(function.MakeID("fasti_single_row", []types.ID{function.Any, types.Int8}, false))
	first := function.ByID(function.MakeID("first", []types.ID{function.Any, function.Any}, false))
	count := function.ByID(function.MakeID("count", nil, false))
	if check == nil || first == nil || count == nil {
		return nil, nil, false
	}
	int8 := types.Of(types.Int8)
	rows := b.col("rows", int8)
	g := &logical.Aggregate{
		Input: n, Keys: keys.exprs, KeyCols: keys.cols,
		Aggs: []logical.Agg{{Func: count.ID, T: int8}}, AggCols: []logical.Col{rows},
	}
	zero := expr.Const{Value: vector.IntDatum(0), T: int8}
	defs := map[int]expr.Expr{}
	for _, c := range n.Cols() {
		used := logical.Set{}
		if used.AddExpr(value); !used.Has(c.ID) {
			continue
		}
		v := b.col(c.Name, c.T)
		g.Aggs = append(g.Aggs, logical.Agg{Func: first.ID, Args: []expr.Expr{c.Ref(), zero}, T: c.T})
		g.AggCols = append(g.AggCols, v)
		defs[c.ID] = v.Ref()
	}
	value = replaceColumns(value, defs)
	return g, expr.Call{Func: check.ID, Args: []expr.Expr{value, rows.Ref()}, T: value.Type()}, true
}

// projected returns what the columns of p stand for.
func projected(p *logical.Project) map[int]expr.Expr {
	defs := make(map[int]expr.Expr, len(p.Out))
	for i, c := range p.Out {
		defs[c.ID] = p.Exprs[i]
	}
	return defs
}

func replaceColumns(e expr.Expr, defs map[int]expr.Expr) expr.Expr {
	return logical.Rewrite(e, func(x expr.Expr) (expr.Expr, bool) {
		c, ok := x.(expr.Column)
		if !ok {
			return nil, false
		}
		if d, ok := defs[c.Index]; ok {
			return d, true
		}
		return x, true
	})
}

// groupColumns are expressions to group by and the columns for them.
type groupColumns struct {
	exprs []expr.Expr
	cols  []logical.Col
}

// correlation splits conditions that must be equalities between an expression
// of outer columns and one of inner ones: keys are the inner sides, on the
// equalities of their columns with the outer sides.
func (b *binder) correlation(conds []expr.Expr, inner, outer logical.Set) (keys groupColumns, on []expr.Expr, ok bool) {
	for _, c := range conds {
		call, ok := c.(expr.Call)
		if !ok || len(call.Args) != 2 {
			return keys, nil, false
		}
		if sig := function.ByID(call.Func); sig == nil || sig.Name != "=" {
			return keys, nil, false
		}
		side := -1
		for i, x := range call.Args {
			if inner.Covers(x) && !logical.Constant(x) && outer.Covers(call.Args[1-i]) {
				side = i
			}
		}
		if side < 0 {
			return keys, nil, false
		}
		key := b.col("key", call.Args[side].Type())
		keys.exprs, keys.cols = append(keys.exprs, call.Args[side]), append(keys.cols, key)
		args := []expr.Expr{call.Args[0], call.Args[1]}
		args[side] = key.Ref()
		on = append(on, expr.Call{Func: call.Func, Args: args, T: call.T})
	}
	return keys, on, len(conds) > 0
}

// marked adds a column to the attachment that is TRUE where a row was found, and
// returns the test of it.
func (b *binder) marked(a *attachment) expr.Expr {
	mark := b.col("found", expr.Bool)
	p := &logical.Project{Input: a.node, Exprs: []expr.Expr{logical.True()}, Out: []logical.Col{mark}}
	for _, c := range a.node.Cols() {
		p.Exprs, p.Out = append(p.Exprs, c.Ref()), append(p.Out, c)
	}
	a.node = p
	return expr.IsNull{X: mark.Ref(), Not: true}
}

// existsValue is EXISTS in an expression: whether one row can be counted, or
// whether the outer row finds its group.
func (b *binder) existsValue(e *ast.Exists, sc *scope) (expr.Expr, error) {
	r, err := b.subquery(e.Query, sc)
	if err != nil {
		return nil, err
	}
	if free := logical.Free(r.node); len(free) > 0 {
		in, conds := pull(r.node, free, true)
		keys, on, ok := b.correlation(conds, logical.Columns(in), free)
		if !ok {
			return nil, sqlerr.NotSupported("this form of correlated subquery").At(e.Pos)
		}
		a := attachment{node: &logical.Aggregate{Input: in, Keys: keys.exprs, KeyCols: keys.cols}, on: on}
		found := b.marked(&a)
		return found, b.scalar(a, sc, e.Pos)
	}
	int8 := types.Of(types.Int8)
	count, err := function.Resolve("count", nil)
	if err != nil {
		return nil, err
	}
	one := expr.Const{Value: vector.IntDatum(1), T: int8}
	n := b.col("count", int8)
	agg := &logical.Aggregate{
		Input: &logical.Limit{Input: r.node, Count: one},
		Aggs:  []logical.Agg{{Func: count.ID, T: int8}}, AggCols: []logical.Col{n},
	}
	if err := b.scalar(attachment{node: agg}, sc, e.Pos); err != nil {
		return nil, err
	}
	return b.call("=", []expr.Expr{n.Ref(), one}, e.Pos)
}

// inValue is x [NOT] IN (query) in an expression. The distinct values are looked
// up; where x is not among them the answer is unknown if there is a NULL on
// either side of a comparison, which two counts over all values tell.
func (b *binder) inValue(e *ast.In, sc *scope) (expr.Expr, error) {
	if _, ok := e.X.(*ast.Row); ok {
		return nil, sqlerr.NotSupported("IN (subquery) with a row below OR, or outside of WHERE and HAVING,").At(e.Pos)
	}
	x, err := b.bind(e.X, sc)
	if err != nil {
		return nil, err
	}
	var r [2]result // one to look values up, one to count them
	for i := range r {
		if r[i], err = b.subquery(e.Query, sc); err != nil {
			return nil, err
		}
		switch {
		case len(r[i].cols) > 1:
			return nil, sqlerr.New(sqlerr.SyntaxError, "subquery has too many columns").At(e.Pos)
		case len(r[i].cols) < 1:
			return nil, sqlerr.New(sqlerr.SyntaxError, "subquery has too few columns").At(e.Pos)
		case len(logical.Free(r[i].node)) > 0:
			return nil, sqlerr.NotSupported("correlated IN (subquery) below OR, or outside of WHERE and HAVING,").At(e.Pos)
		}
	}
	y := r[0].cols[0]
	eq, err := b.call("=", []expr.Expr{x, y.Ref()}, e.Pos)
	if err != nil {
		return nil, err
	}
	x = eq.(expr.Call).Args[0]
	values := attachment{
		node: &logical.Aggregate{Input: r[0].node, Keys: []expr.Expr{y.Ref()}, KeyCols: []logical.Col{y}},
		on:   []expr.Expr{eq},
	}
	found := b.marked(&values)
	if err := b.scalar(values, sc, e.Pos); err != nil {
		return nil, err
	}
	int8 := types.Of(types.Int8)
	rows, notNull := b.col("count", int8), b.col("count", int8)
	count := &logical.Aggregate{Input: r[1].node, AggCols: []logical.Col{rows, notNull}}
	for _, args := range [][]expr.Expr{nil, {r[1].cols[0].Ref()}} {
		sig, err := function.Resolve("count", typesOf(args))
		if err != nil {
			return nil, err
		}
		count.Aggs = append(count.Aggs, logical.Agg{Func: sig.ID, Args: args, T: int8})
	}
	if err := b.scalar(attachment{node: count}, sc, e.Pos); err != nil {
		return nil, err
	}
	zero := expr.Const{Value: vector.IntDatum(0), T: int8}
	empty, err := b.call("=", []expr.Expr{rows.Ref(), zero}, e.Pos)
	if err != nil {
		return nil, err
	}
	nulls, err := b.call("<", []expr.Expr{notNull.Ref(), rows.Ref()}, e.Pos)
	if err != nil {
		return nil, err
	}
	truth := func(t bool) expr.Expr { return expr.Const{Value: vector.BoolDatum(t != e.Not), T: expr.Bool} }
	unknown := expr.Const{Value: vector.NullDatum, T: expr.Bool}
	return expr.Case{T: expr.Bool, Else: truth(false), Whens: []expr.When{
		{Cond: found, Then: truth(true)},
		{Cond: empty, Then: truth(false)},
		{Cond: expr.Or{Args: []expr.Expr{expr.IsNull{X: x}, nulls}}, Then: unknown},
	}}, nil
}
