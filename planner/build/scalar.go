package build

import (
	"slices"

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

// of reports whether the subquery uses columns of cols only, beside its own.
func (a attachment) of(cols logical.Set, sc *scope) bool {
	own := logical.Columns(a.node)
	outside := false
	see := func(e expr.Expr) {
		used := logical.Set{}
		used.AddExpr(clean(e, sc.level))
		for id := range used {
			outside = outside || sc.has(id) && !own.Has(id) && !cols.Has(id)
		}
	}
	for _, c := range a.on {
		see(c)
	}
	for id := range logical.Free(a.node) {
		see(expr.Column{Index: id})
	}
	return !outside
}

// onSubqueries puts the conditions of an ON clause on j, and the subqueries in
// them below or above it.
func onSubqueries(j *logical.Join, subs []attachment, conds []expr.Expr, sc *scope) (logical.Node, error) {
	left := true
	for _, a := range subs {
		left = left && a.of(logical.Columns(j.Left), sc)
	}
	var err error
	switch {
	case left:
		j.Left, err = attach(j.Left, subs, sc, nil)
		j.On = conds
		return j, err
	case j.Kind == physical.Inner:
		n, err := attach(j, subs, sc, nil)
		return &logical.Filter{Input: n, Conds: conds}, err
	case j.Kind == physical.Right:
		j.Kind, j.Left, j.Right = physical.Left, j.Right, j.Left
		fallthrough
	case j.Kind == physical.Left:
		// The right rows are looked for with the left row at hand.
		n, err := attach(j.Right, subs, sc, nil)
		j.Right, j.Lateral = &logical.Filter{Input: n, Conds: conds}, true
		return j, err
	}
	return nil, sqlerr.NotSupported("correlated subquery in ON of a FULL JOIN")
}

// attach joins the subqueries of a clause to its input. fix is the grouping
// check for what the conditions say of the input; nil for none.
func attach(n logical.Node, subs []attachment, sc *scope, fix func(expr.Expr) (expr.Expr, error)) (logical.Node, error) {
	if fix == nil {
		fix = func(e expr.Expr) (expr.Expr, error) { return clean(e, sc.level), nil }
	}
	for _, s := range subs {
		j := &logical.Join{Kind: physical.Inner, Left: n, Right: s.node}
		if len(logical.Free(s.node)) > 0 {
			right, err := logical.MapExprs(s.node, fix)
			if err != nil {
				return nil, err
			}
			j.Right, j.Lateral = right, true
		}
		if s.on != nil {
			j.Kind = physical.Left
		}
		for _, c := range s.on {
			var err error
			if c, err = fix(c); err != nil {
				return nil, err
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
	case sc.clause == inCheck:
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot use subquery in check constraint").At(pos)
	case sc.clause == inGenerated:
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot use subquery in column generation expression").At(pos)
	case sc.scalars == nil:
		return sqlerr.NotSupported("subquery in %s", sc.clause.words()).At(pos)
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
		if x, ok, err := b.correlated(r, free, sc, e.Pos); ok || err != nil {
			return x, err
		}
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
// for each key that is asked for. The select list is evaluated on the outer row. ok
// is false for other subqueries, which are evaluated for each outer row.
func (b *binder) correlated(r result, free logical.Set, sc *scope, pos int) (x expr.Expr, ok bool, err error) {
	value := r.cols[0].Ref()
	n := r.node
	limited := false
	if l, ok := n.(*logical.Limit); ok {
		if c, ok := l.Count.(expr.Const); !ok || l.Offset != nil || c.Value.I != 1 {
			return nil, false, nil
		}
		limited, n = true, l.Input
	}
	var order []physical.SortKey
	if s, ok := n.(*logical.Sort); ok {
		order, n = slices.Clone(s.Keys), s.Input
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
		return value, true, nil // (SELECT outer.column)
	}
	agg, aggregates := n.(*logical.Aggregate)
	if aggregates && len(agg.Keys) > 0 {
		return nil, false, nil
	}
	if aggregates {
		n = agg.Input
	}
	n, conds := logical.Pull(n, free, false)
	keys, on, ok := b.correlation(conds, logical.Columns(n), free)
	if !ok {
		return nil, false, nil
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
			return nil, false, nil
		}
	}
	if logical.Free(a.node).Meets(free) {
		return nil, false, nil
	}
	if !aggregates {
		// No row is NULL, whatever the select list would make of NULLs.
		null := expr.Const{Value: vector.NullDatum, T: value.Type()}
		found := b.marked(&a)
		value = expr.Case{Whens: []expr.When{{Cond: found, Then: value}}, Else: null, T: value.Type()}
	}
	return value, true, b.scalar(a, sc, pos)
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
		in, conds := logical.Pull(r.node, free, true)
		keys, on, ok := b.correlation(conds, logical.Columns(in), free)
		if ok && !logical.Free(in).Meets(free) {
			a := attachment{node: &logical.Aggregate{Input: in, Keys: keys.exprs, KeyCols: keys.cols}, on: on}
			found := b.marked(&a)
			return found, b.scalar(a, sc, e.Pos)
		}
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
		return b.anyValue(e.X, "=", false, e.Not, e.Query, sc, e.Pos)
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
		if err := subqueryWidth(r[i], 1, e.Pos); err != nil {
			return nil, err
		}
		if len(logical.Free(r[i].node)) > 0 {
			return b.anyOf([]expr.Expr{x}, "=", false, e.Not, r[i], sc, e.Pos)
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

// subqueryWidth checks the columns of a subquery that is compared with n values.
func subqueryWidth(r result, n, pos int) error {
	switch {
	case len(r.cols) < n:
		return sqlerr.New(sqlerr.SyntaxError, "subquery has too few columns").At(pos)
	case len(r.cols) > n:
		return sqlerr.New(sqlerr.SyntaxError, "subquery has too many columns").At(pos)
	}
	return nil
}

// anyValue is [NOT] x op ANY|ALL (query) in an expression.
func (b *binder) anyValue(x ast.Expr, op string, all, not bool, q ast.Query, sc *scope, pos int) (expr.Expr, error) {
	left := []ast.Expr{x}
	if row, ok := x.(*ast.Row); ok {
		left = row.Elems
	}
	xs, err := b.bindAll(left, sc)
	if err != nil {
		return nil, err
	}
	r, err := b.subquery(q, sc)
	if err != nil {
		return nil, err
	}
	return b.anyOf(xs, op, all, not, r, sc, pos)
}

// anyOf is anyValue over what is bound: for each outer row the comparisons with
// the rows of the subquery are counted.
func (b *binder) anyOf(xs []expr.Expr, op string, all, not bool, r result, sc *scope, pos int) (expr.Expr, error) {
	test, err := b.compareRows(op, xs, r, all, pos)
	if err != nil {
		return nil, err
	}
	int8 := types.Of(types.Int8)
	name := "bool_or"
	if all {
		name = "bool_and"
	}
	holds, rows, known := b.col(name, expr.Bool), b.col("count", int8), b.col("count", int8)
	agg := &logical.Aggregate{Input: r.node, AggCols: []logical.Col{holds, rows, known}}
	for i, args := range [][]expr.Expr{{test}, nil, {test}} {
		sig, err := function.Resolve([]string{name, "count", "count"}[i], typesOf(args))
		if err != nil {
			return nil, err
		}
		agg.Aggs = append(agg.Aggs, logical.Agg{Func: sig.ID, Args: args, T: agg.AggCols[i].T})
	}
	if err := b.scalar(attachment{node: agg}, sc, pos); err != nil {
		return nil, err
	}
	some, err := b.call("<", []expr.Expr{known.Ref(), rows.Ref()}, pos)
	if err != nil {
		return nil, err
	}
	truth := func(t bool) expr.Expr { return expr.Const{Value: vector.BoolDatum(t != not), T: expr.Bool} }
	return expr.Case{T: expr.Bool, Else: truth(all), Whens: []expr.When{
		{Cond: expr.IsTruth{X: holds.Ref(), Want: !all}, Then: truth(!all)},
		{Cond: some, Then: expr.Const{Value: vector.NullDatum, T: expr.Bool}},
	}}, nil
}

// compareRows compares xs with the columns of a subquery by op ANY or ALL.
func (b *binder) compareRows(op string, xs []expr.Expr, r result, all bool, pos int) (expr.Expr, error) {
	if err := subqueryWidth(r, len(xs), pos); err != nil {
		return nil, err
	}
	ys := make([]expr.Expr, len(xs))
	for i := range xs {
		ys[i] = r.cols[i].Ref()
	}
	if len(xs) > 1 {
		return b.rowsCompared(op, xs, ys, pos)
	}
	test, err := b.call(op, []expr.Expr{xs[0], ys[0]}, pos)
	if err == nil && test.Type().ID != types.Bool {
		err = sqlerr.New(sqlerr.DatatypeMismatch, "row comparison operator must yield type boolean, not type %s", types.Of(test.Type().ID)).At(pos)
	}
	return test, err
}
