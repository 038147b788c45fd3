package build

import (
	"fmt"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// setOp binds UNION, INTERSECT and EXCEPT with the clauses behind them.
func (b *binder) setOp(s *ast.SetOp, sc *scope) (result, error) {
	var leaves []*item
	r, err := b.setOpTree(s, sc, &leaves)
	if err != nil {
		return r, err
	}
	if len(s.Tail.OrderBy) > 0 {
		if r.node, err = b.orderOutput(r, s.Tail.OrderBy, sc, leaves); err != nil {
			return r, err
		}
	}
	r.node, err = b.limit(r.node, &s.Tail, sc)
	return r, err
}

// orderOutput sorts a set operation or VALUES: by output names and ordinals.
// entries are the queries below, for hints.
func (b *binder) orderOutput(r result, order []ast.OrderItem, sc *scope, entries []*item) (logical.Node, error) {
	osc := sc.child().in(inOrderBy)
	osc.items, osc.entries = []*item{resultItem("", r.cols)}, entries
	targets := make([]target, len(r.cols))
	for i, c := range r.cols {
		targets[i] = target{e: c.Ref(), name: c.Name}
	}
	n := len(targets)
	sort := &logical.Sort{Input: r.node, Limit: -1}
	for _, o := range order {
		k, err := b.orderKey(o, osc, &targets)
		if err != nil {
			return nil, err
		}
		if k.target >= n {
			return nil, sqlerr.New(sqlerr.FeatureNotSupported, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause").
				WithDetail("Only result column names can be used, not expressions or functions.").
				WithHint("Add the expression/function to every SELECT, or move the UNION into a FROM clause.").At(loc(o.Expr))
		}
		sort.Keys = append(sort.Keys, physical.SortKey{Expr: targets[k.target].e, Desc: k.desc, NullsFirst: k.nullsFirst})
	}
	return sort, nil
}

// setOpTree is transformSetOperationTree without the outer ORDER BY and LIMIT.
// Chains of the same operation nest to the left, so the recursion follows them
// with the depth counted.
func (b *binder) setOpTree(s *ast.SetOp, sc *scope, leaves *[]*item) (result, error) {
	if err := b.enter(); err != nil {
		return result{}, err
	}
	defer b.leave()
	side := func(q ast.Query) (result, error) {
		if op, ok := q.(*ast.SetOp); ok && op.With == nil && len(op.Tail.OrderBy) == 0 && op.Tail.Limit == nil && op.Tail.Offset == nil && len(op.Tail.Locks) == 0 {
			return b.setOpTree(op, sc, leaves)
		}
		r, err := b.query(q, sc)
		*leaves = append(*leaves, resultItem(fmt.Sprintf("*SELECT* %d", len(*leaves)+1), r.cols))
		return r, err
	}
	l, err := side(s.Left)
	if err != nil {
		return l, err
	}
	r, err := side(s.Right)
	if err != nil {
		return r, err
	}
	if len(l.cols) != len(r.cols) {
		return l, sqlerr.New(sqlerr.SyntaxError, "each %s query must have the same number of columns", s.Op).At(queryPos(s.Right))
	}
	ts := make([]types.Type, len(l.cols))
	for i := range ts {
		pos := func(k int) int {
			if k == 0 {
				return outputPos(s.Left, i)
			}
			return outputPos(s.Right, i)
		}
		if ts[i], err = common([]types.Type{l.cols[i].T, r.cols[i].T}, s.Op, pos); err != nil {
			return l, err
		}
	}
	for _, side := range []*result{&l, &r} {
		if err := b.outputsAs(side, ts, s.Op); err != nil {
			return l, err
		}
	}
	out := make([]logical.Col, len(ts))
	for i := range out {
		out[i] = b.col(l.cols[i].Name, ts[i])
		if !s.All {
			if err := groupable(ts[i], outputPos(s.Left, i)); err != nil {
				return l, err
			}
		}
	}
	if s.Op == "UNION" {
		a := &logical.Append{Out: out}
		a.All = append(a.All, l.node, r.node)
		a.In = append(a.In, ids(l.cols), ids(r.cols))
		if s.All {
			return result{a, out}, nil
		}
		return result{distinct(a), out}, nil
	}
	n, err := b.countSides(l, r, out, s.Op == "EXCEPT", s.All)
	return result{n, out}, err
}

// countSides is INTERSECT and EXCEPT: it groups the rows of both sides, counts
// how many come from each, and keeps groups with rows on the left and with, or
// for EXCEPT without, rows on the right; with ALL as many rows as the counts say.
func (b *binder) countSides(l, r result, out []logical.Col, except, all bool) (logical.Node, error) {
	side := b.col("side", expr.Bool)
	a := &logical.Append{Out: append(append([]logical.Col{}, out...), side)}
	for i, x := range []result{l, r} {
		flag := b.col("side", expr.Bool)
		p := &logical.Project{
			Input: x.node,
			Exprs: []expr.Expr{expr.Const{Value: vector.BoolDatum(i == 1), T: expr.Bool}},
			Out:   []logical.Col{flag},
		}
		for _, c := range x.cols {
			p.Exprs, p.Out = append(p.Exprs, c.Ref()), append(p.Out, c)
		}
		a.All = append(a.All, p)
		a.In = append(a.In, append(ids(x.cols), flag.ID))
	}
	count, err := function.Resolve("count", nil)
	if err != nil {
		return nil, err
	}
	int8 := types.Of(types.Int8)
	lefts, rights := b.col("left", int8), b.col("right", int8)
	g := &logical.Aggregate{Input: a, KeyCols: out, AggCols: []logical.Col{lefts, rights}, Aggs: []logical.Agg{
		{Func: count.ID, Filter: expr.Not{X: side.Ref()}, T: int8},
		{Func: count.ID, Filter: side.Ref(), T: int8},
	}}
	for _, c := range out {
		g.Keys = append(g.Keys, c.Ref())
	}
	if all {
		return b.repeated(g, lefts, rights, except)
	}
	zero := expr.Const{Value: vector.IntDatum(0), T: int8}
	some, err := b.call(">", []expr.Expr{lefts.Ref(), zero}, -1)
	if err != nil {
		return nil, err
	}
	op := ">"
	if except {
		op = "="
	}
	other, err := b.call(op, []expr.Expr{rights.Ref(), zero}, -1)
	if err != nil {
		return nil, err
	}
	return &logical.Filter{Input: g, Conds: []expr.Expr{some, other}}, nil
}

// repeated gives each group of g as often as INTERSECT ALL or EXCEPT ALL says of a
// row that comes lefts and rights times.
func (b *binder) repeated(g *logical.Aggregate, lefts, rights logical.Col, except bool) (logical.Node, error) {
	less, err := function.Resolve("<", []types.Type{lefts.T, lefts.T})
	if err != nil {
		return nil, err
	}
	var times expr.Expr = expr.Extreme{Args: []expr.Expr{lefts.Ref(), rights.Ref()}, Less: less.ID, T: lefts.T}
	if except {
		if times, err = b.call("-", []expr.Expr{lefts.Ref(), rights.Ref()}, -1); err != nil {
			return nil, err
		}
	}
	args := []expr.Expr{expr.Const{Value: vector.IntDatum(1), T: lefts.T}, times}
	sig, err := function.Resolve("generate_series", typesOf(args))
	if err != nil {
		return nil, err
	}
	call := logical.SetCall{Func: sig.ID, Args: args, Out: []logical.Col{b.col("copy", lefts.T)}}
	return &logical.ProjectSet{Input: g, Calls: []logical.SetCall{call}}, nil
}

func ids(cols []logical.Col) []int {
	out := make([]int, len(cols))
	for i, c := range cols {
		out[i] = c.ID
	}
	return out
}

// outputsAs gives the outputs of r the types ts by implicit casts.
func (b *binder) outputsAs(r *result, ts []types.Type, what string) error {
	var p *logical.Project
	cols := append([]logical.Col(nil), r.cols...)
	for i := range cols {
		if r.cols[i].T.ID == types.Unknown {
			if err := b.retype(r, i, ts[i], -1); err != nil {
				return err
			}
			cols[i] = r.cols[i]
		}
		if r.cols[i].T == ts[i] {
			continue
		}
		e, err := b.convert(r.cols[i].Ref(), ts[i], what, -1)
		if err != nil {
			return err
		}
		if p == nil {
			p = &logical.Project{Input: r.node}
		}
		if c, ok := e.(expr.Column); ok && c.Index == cols[i].ID {
			continue
		}
		cols[i] = b.col(cols[i].Name, ts[i])
		p.Exprs, p.Out = append(p.Exprs, e), append(p.Out, cols[i])
	}
	if p != nil && len(p.Exprs) > 0 {
		for i, c := range cols {
			if c.ID == r.cols[i].ID {
				p.Exprs, p.Out = append(p.Exprs, c.Ref()), append(p.Out, c)
			}
		}
		r.node = p
	}
	r.cols = cols
	return nil
}

// queryPos is where PostgreSQL points in a query: its first target.
func queryPos(q ast.Query) int { return outputPos(q, 0) }

// outputPos is where output i of a query was written, as far as it can be told.
func outputPos(q ast.Query, i int) int {
	switch q := q.(type) {
	case *ast.SetOp:
		return outputPos(q.Left, i)
	case *ast.Select:
		if i < len(q.Targets) {
			return loc(q.Targets[i].Expr)
		}
		return q.Pos
	case *ast.Values:
		if len(q.Rows) > 0 && i < len(q.Rows[0]) {
			return loc(q.Rows[0][i])
		}
	}
	return -1
}

// values binds VALUES as a query: columns column1, column2, … of the common type
// of their rows.
func (b *binder) values(v *ast.Values, sc *scope) (result, error) {
	vsc := sc.in(inValues)
	subs := make([][]attachment, len(v.Rows))
	rows := make([][]expr.Expr, len(v.Rows))
	for i, r := range v.Rows {
		if len(r) != len(v.Rows[0]) {
			return result{}, sqlerr.New(sqlerr.SyntaxError, "VALUES lists must all be the same length").At(loc(r[0]))
		}
		var err error
		vsc.scalars = &subs[i]
		if rows[i], err = b.bindAll(r, vsc); err != nil {
			return result{}, err
		}
	}
	var cols []logical.Col
	for c := range v.Rows[0] {
		list := make([]expr.Expr, len(rows))
		for i := range rows {
			list[i] = rows[i][c]
		}
		list, t, err := b.unify(list, "VALUES", func(i int) int { return loc(v.Rows[i][c]) })
		if err != nil {
			return result{}, err
		}
		for i := range rows {
			rows[i][c] = list[i]
		}
		cols = append(cols, b.col(fmt.Sprintf("column%d", c+1), t))
	}
	r := result{cols: cols}
	var err error
	if r.node, err = b.valuesNode(rows, cols, subs, sc); err != nil {
		return r, err
	}
	if len(v.Tail.OrderBy) > 0 {
		if r.node, err = b.orderOutput(r, v.Tail.OrderBy, sc, []*item{resultItem("*VALUES*", cols)}); err != nil {
			return r, err
		}
	}
	r.node, err = b.limit(r.node, &v.Tail, sc)
	return r, err
}

// valuesNode gives rows; one with subqueries, those in subs, is a projection.
func (b *binder) valuesNode(rows [][]expr.Expr, cols []logical.Col, subs [][]attachment, sc *scope) (logical.Node, error) {
	a := &logical.Append{Out: cols}
	plain := 0 // rows in front of i that are in no node yet
	flush := func(i int) {
		if plain > 0 {
			v := &logical.Values{Rows: rows[i-plain : i], Out: b.renewed(cols)}
			a.All, a.In = append(a.All, v), append(a.In, ids(v.Out))
		}
		plain = 0
	}
	for i, r := range rows {
		if len(subs[i]) == 0 {
			plain++
			continue
		}
		flush(i)
		in, err := attach(oneRow(), subs[i], sc, nil)
		if err != nil {
			return nil, err
		}
		p := &logical.Project{Input: in, Exprs: r, Out: b.renewed(cols)}
		a.All, a.In = append(a.All, p), append(a.In, ids(p.Out))
	}
	if plain == len(rows) {
		return &logical.Values{Rows: rows, Out: cols}, nil
	}
	flush(len(rows))
	if p, ok := a.All[0].(*logical.Project); ok && len(a.All) == 1 {
		p.Out = cols
		return p, nil
	}
	return a, nil
}

// renewed returns columns like cols with ids of their own.
func (b *binder) renewed(cols []logical.Col) []logical.Col {
	out := make([]logical.Col, len(cols))
	for i, c := range cols {
		out[i] = b.col(c.Name, c.T)
	}
	return out
}
