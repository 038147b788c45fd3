package build

import (
	"slices"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// PostgreSQL's bounds of grouping sets, and of the elements of one CUBE.
const (
	maxGroupingSets = 4096
	maxCube         = 12
)

// groupingCall is GROUPING(…) and the column that stands for it.
type groupingCall struct {
	args []expr.Expr // without tags
	pos  []int
	keys []int // what the arguments are, once GROUP BY is bound
	col  logical.Col
}

// groupingValue binds GROUPING(args).
func (b *binder) groupingValue(e *ast.FuncCall, sc *scope) (expr.Expr, error) {
	if sc.group == nil || sc.inAggregate {
		return nil, sqlerr.New(sqlerr.GroupingError, "grouping operations are not allowed in %s", sc.clause.words()).At(e.Pos)
	}
	if len(e.Args) > 31 {
		return nil, sqlerr.New(sqlerr.TooManyArguments, "GROUPING must have fewer than 32 arguments").At(e.Pos)
	}
	c := groupingCall{col: b.col("grouping", types.Of(types.Int4))}
	for _, a := range e.Args {
		x, err := b.bind(a.Expr, sc)
		if err != nil {
			return nil, err
		}
		c.args, c.pos = append(c.args, clean(x, sc.level)), append(c.pos, loc(a.Expr))
	}
	sc.group.groupings = append(sc.group.groupings, c)
	return c.col.Ref(), nil
}

// expandSets lists the grouping sets of a GROUP BY clause: the cross product of
// its items. key binds an expression and returns the keys that it stands for.
func expandSets(items []ast.Expr, key func(ast.Expr) ([]int, error)) ([][]int, error) {
	all := [][]int{nil}
	for _, e := range items {
		sets, err := setsOf(e, key)
		if err != nil {
			return nil, err
		}
		if len(all)*len(sets) > maxGroupingSets {
			return nil, sqlerr.New(sqlerr.StatementTooComplex, "too many grouping sets present (maximum %d)", maxGroupingSets).At(loc(e))
		}
		product := make([][]int, 0, len(all)*len(sets))
		for _, a := range all {
			for _, s := range sets {
				product = append(product, union(a, s))
			}
		}
		all = product
	}
	return all, nil
}

func union(a, b []int) []int {
	out := slices.Clone(a)
	for _, k := range b {
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

// setsOf lists the grouping sets of one item.
func setsOf(e ast.Expr, key func(ast.Expr) ([]int, error)) ([][]int, error) {
	g, ok := e.(*ast.Grouping)
	if !ok {
		k, err := key(e)
		return [][]int{k}, err
	}
	if g.Kind == "GROUPING SETS" {
		var all [][]int
		for _, a := range g.Args {
			sets, err := setsOf(a, key)
			if err != nil {
				return nil, err
			}
			if all = append(all, sets...); len(all) > maxGroupingSets {
				return nil, sqlerr.New(sqlerr.StatementTooComplex, "too many grouping sets present (maximum %d)", maxGroupingSets).At(g.Pos)
			}
		}
		return all, nil
	}
	parts := make([][]int, len(g.Args))
	for i, a := range g.Args {
		var err error
		if parts[i], err = key(a); err != nil {
			return nil, err
		}
	}
	switch g.Kind {
	case "ROLLUP":
		var all [][]int
		for n := len(parts); n >= 0; n-- {
			var s []int
			for _, p := range parts[:n] {
				s = union(s, p)
			}
			all = append(all, s)
		}
		return all, nil
	case "CUBE":
		if len(parts) > maxCube {
			return nil, sqlerr.New(sqlerr.TooManyColumns, "CUBE is limited to %d elements", maxCube).At(g.Pos)
		}
		var all [][]int
		for mask := 1<<len(parts) - 1; mask >= 0; mask-- {
			var s []int
			for i, p := range parts {
				if mask>>(len(parts)-1-i)&1 != 0 {
					s = union(s, p)
				}
			}
			all = append(all, s)
		}
		return all, nil
	}
	return [][]int{nil}, nil // ()
}

// distinctSets drops the repetitions of sets: GROUP BY DISTINCT.
func distinctSets(sets [][]int) [][]int {
	var out [][]int
	for _, s := range sets {
		s = slices.Sorted(slices.Values(s))
		if !slices.ContainsFunc(out, func(o []int) bool { return slices.Equal(o, s) }) {
			out = append(out, s)
		}
	}
	return out
}

// groupBySets makes agg, whose keys and calls are complete, group by several sets:
// each input row comes once for every set, with its number, and keys that are not
// in the set are NULL. An empty set has a row even without input: a row that no
// aggregate looks at. The columns of GROUPING are computed by p above.
func (b *binder) groupBySets(agg *logical.Aggregate, sets [][]int, calls []groupingCall, p *logical.Project) {
	int8 := types.Of(types.Int8)
	number := b.col("set", int8)
	if len(sets) > 1 {
		n := expr.Const{Value: vector.IntDatum(int64(len(sets))), T: int8}
		one := expr.Const{Value: vector.IntDatum(1), T: int8}
		series := logical.SetCall{Func: "generate_series(int8,int8)", Args: []expr.Expr{one, n}, Out: []logical.Col{number}}
		agg.Input = &logical.ProjectSet{Input: agg.Input, Calls: []logical.SetCall{series}}
		b.emptySets(agg, sets, number)
		for k, e := range agg.Keys {
			agg.Keys[k] = b.bySet(sets, number, func(s []int) expr.Expr {
				if slices.Contains(s, k) {
					return e
				}
				return expr.Const{Value: vector.NullDatum, T: e.Type()}
			})
		}
		agg.Keys, agg.KeyCols = append(agg.Keys, number.Ref()), append(agg.KeyCols, number)
	}
	if p == nil {
		return
	}
	for _, c := range agg.Cols() {
		p.Exprs, p.Out = append(p.Exprs, c.Ref()), append(p.Out, c)
	}
	for _, c := range calls {
		p.Out = append(p.Out, c.col)
		p.Exprs = append(p.Exprs, b.bySet(sets, number, func(s []int) expr.Expr {
			bits := int64(0)
			for _, k := range c.keys {
				if bits <<= 1; !slices.Contains(s, k) {
					bits |= 1
				}
			}
			return expr.Const{Value: vector.IntDatum(bits), T: c.col.T}
		}))
	}
}

// bySet is a value that depends on the grouping set: that of most sets is the ELSE
// of a CASE.
func (b *binder) bySet(sets [][]int, number logical.Col, value func(set []int) expr.Expr) expr.Expr {
	var values []expr.Expr
	var lists [][]expr.Expr
	for i, s := range sets {
		v := value(s)
		at := slices.IndexFunc(values, func(o expr.Expr) bool { return expr.Equal(o, v) })
		if at < 0 {
			at = len(values)
			values, lists = append(values, v), append(lists, nil)
		}
		lists[at] = append(lists[at], expr.Const{Value: vector.IntDatum(int64(i) + 1), T: number.T})
	}
	last := len(values) - 1
	if last == 0 {
		return values[0]
	}
	c := expr.Case{Else: values[last], T: values[0].Type()}
	for i, v := range values[:last] {
		c.Whens = append(c.Whens, expr.When{Cond: expr.In{X: number.Ref(), List: lists[i], Eq: "=(int8,int8)"}, Then: v})
	}
	return c
}

// emptySets adds a row for each empty set, which the aggregates filter out.
func (b *binder) emptySets(agg *logical.Aggregate, sets [][]int, number logical.Col) {
	in := agg.Input
	real := b.col("real", expr.Bool)
	p := &logical.Project{Input: in}
	empty := &logical.Values{}
	out := append(slices.Clone(in.Cols()), real)
	for _, c := range in.Cols() {
		p.Exprs = append(p.Exprs, c.Ref())
	}
	p.Exprs, p.Out = append(p.Exprs, logical.True()), b.renewed(out)
	for i, s := range sets {
		if len(s) > 0 {
			continue
		}
		row := make([]expr.Expr, len(out))
		for k, c := range out {
			row[k] = expr.Const{Value: vector.NullDatum, T: c.T}
			if c.ID == number.ID {
				row[k] = expr.Const{Value: vector.IntDatum(int64(i) + 1), T: c.T}
			}
		}
		row[len(row)-1] = expr.Const{Value: vector.BoolDatum(false), T: expr.Bool}
		empty.Rows = append(empty.Rows, row)
	}
	if len(empty.Rows) == 0 {
		return
	}
	empty.Out = b.renewed(out)
	agg.Input = &logical.Append{All: []logical.Node{p, empty}, In: [][]int{ids(p.Out), ids(empty.Out)}, Out: out}
	for i, a := range agg.Aggs {
		if a.Filter != nil {
			agg.Aggs[i].Filter = expr.And{Args: []expr.Expr{real.Ref(), a.Filter}}
		} else {
			agg.Aggs[i].Filter = real.Ref()
		}
	}
}

// resolveGroupings finds the keys that the arguments of GROUPING are.
func resolveGroupings(calls []groupingCall, keys []groupKey) error {
	for i := range calls {
		c := &calls[i]
		for k, a := range c.args {
			at := slices.IndexFunc(keys, func(g groupKey) bool { return expr.Equal(g.e, a) && expr.VolatilityOf(a) != function.Volatile })
			if at < 0 {
				return sqlerr.New(sqlerr.GroupingError, "arguments to GROUPING must be grouping expressions of the associated query level").At(c.pos[k])
			}
			c.keys = append(c.keys, at)
		}
	}
	return nil
}
