package expr

import (
	"math"
	"testing"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
	"github.com/stretchr/testify/require"
)

var (
	int4    = types.Of(types.Int4)
	float8  = types.Of(types.Float8)
	columnA = Column{Index: 0, T: int4}
	columnB = Column{Index: 3, T: int4}
)

func number(n int64) Expr { return Const{Value: vector.IntDatum(n), T: int4} }

func plus(l, r Expr) Expr { return Call{Func: "+(int4,int4)", Args: []Expr{l, r}, T: int4} }

func less(l, r Expr) Expr { return Call{Func: "<(int4,int4)", Args: []Expr{l, r}, T: Bool} }

// everyNode holds one of each node with different operands.
func everyNode() []Expr {
	p := less(columnA, number(1))
	return []Expr{
		columnA, columnB,
		Column{Index: 0, T: float8},
		number(1), number(2),
		Const{Value: vector.NullDatum, T: int4},
		Const{Value: vector.NullDatum, T: float8},
		Const{Value: vector.FloatDatum(0), T: float8},
		Const{Value: vector.FloatDatum(math.Copysign(0, -1)), T: float8},
		Const{Value: vector.FloatDatum(math.NaN()), T: float8},
		Const{Value: vector.StringDatum("a"), T: types.Of(types.Text)},
		Const{Value: vector.StringDatum("ab"), T: types.Of(types.Text)},
		Param{N: 1, T: int4},
		Param{N: 2, T: int4},
		plus(columnA, number(1)), plus(number(1), columnA), plus(columnA, columnA), p,
		And{Args: []Expr{p, p}},
		Or{Args: []Expr{p, p}},
		And{Args: []Expr{p, p, p}},
		Not{X: p},
		IsNull{X: columnA},
		IsNull{X: columnA, Not: true},
		IsTruth{X: p, Want: true},
		IsTruth{X: p},
		IsTruth{X: p, Want: true, Not: true},
		Distinct{L: columnA, R: columnB, Eq: "=(int4,int4)"},
		Distinct{L: columnA, R: columnB, Eq: "=(int4,int4)", Not: true},
		In{X: columnA, List: []Expr{number(1), number(2)}, Eq: "=(int4,int4)"},
		In{X: columnA, List: []Expr{number(1), number(2)}, Eq: "=(int4,int4)", Not: true},
		Case{Whens: []When{{p, number(1)}}, Else: number(2), T: int4},
		Case{Whens: []When{{p, number(1)}, {p, number(3)}}, Else: number(2), T: int4},
		Coalesce{Args: []Expr{columnA, number(1)}, T: int4},
		Extreme{Max: true, Args: []Expr{columnA, number(1)}, Less: "<(int4,int4)", T: int4},
		Extreme{Args: []Expr{columnA, number(1)}, Less: "<(int4,int4)", T: int4},
	}
}

// Goal: keys tell expressions apart. Method: all pairs of different trees, and
// each tree against itself at another position.
func TestKeysAreEqualExactlyForEqualTrees(t *testing.T) {
	all := everyNode()
	for i, a := range all {
		for j, b := range all {
			require.Equal(t, i == j, Equal(a, b), "%#v and %#v", a, b)
		}
		if c, ok := a.(Call); ok {
			c.Pos = 99
			require.True(t, Equal(a, c), "the position does not count")
		}
	}
}

// Goal: a rewrite reaches every place of every node and shares what it leaves.
func TestRewriteReachesEveryOperand(t *testing.T) {
	for _, e := range everyNode() {
		uses := func(e Expr) int {
			n := 0
			Walk(e, func(x Expr) bool {
				if Equal(x, columnA) {
					n++
				}
				return true
			})
			return n
		}
		other := Column{Index: 7, T: int4}
		got := Rewrite(e, func(x Expr) Expr {
			if Equal(x, columnA) {
				return other
			}
			return x
		})
		require.Zero(t, uses(got))
		back := Rewrite(got, func(x Expr) Expr {
			if Equal(x, other) {
				return columnA
			}
			return x
		})
		require.True(t, Equal(e, back), "%#v", e)
		require.Equal(t, e.Type(), back.Type())
	}
}

// Goal: what the planner asks of an expression.
func TestProperties(t *testing.T) {
	require.Equal(t, []int{0, 3}, Columns(plus(columnB, columnA), columnA))
	now := Call{Func: "now()", T: types.Of(types.Timestamptz)}
	random := Call{Func: "random()", T: float8}
	require.True(t, IsConstant(plus(number(1), Param{N: 1, T: int4})))
	require.True(t, IsConstant(now))
	require.False(t, IsConstant(random))
	require.False(t, IsConstant(columnA))
	require.Equal(t, function.Stable, VolatilityOf(IsNull{X: now}))
	require.Equal(t, function.Volatile, VolatilityOf(Not{X: IsNull{X: random}}))
	require.True(t, IsTotal(less(columnA, number(1))))
	require.False(t, IsTotal(plus(columnA, number(1))))
}

// Goal: EXPLAIN shows expressions as PostgreSQL does. Method: texts read off
// EXPLAIN (COSTS OFF) of a server.
func TestFormat(t *testing.T) {
	text := types.Of(types.Text)
	str := func(s string) Expr { return Const{Value: vector.StringDatum(s), T: text} }
	col := func(i int, t types.ID) Expr { return Column{Index: i, T: types.Of(t)} }
	call := func(id function.ID, t types.ID, args ...Expr) Expr {
		return Call{Func: id, Args: args, T: types.Of(t)}
	}
	names := func(i int) string { return []string{"a", "b", "f", "s", "p"}[i] }
	a, b, f, s, p := col(0, types.Int4), col(1, types.Int4), col(2, types.Float8), col(3, types.Text), col(4, types.Bool)
	is3 := call("=(int4,int4)", types.Bool, a, number(3))
	for _, tc := range []struct {
		e    Expr
		want string
	}{
		{And{Args: []Expr{call(">(int4,int4)", types.Bool, plus(a, number(1)), number(5)), p}}, "(((a + 1) > 5) AND p)"},
		{call("<(int4,int4)", types.Bool, call("-(int4)", types.Int4, a), number(-5)), "((- a) < '-5'::integer)"},
		{call(">(float8,float8)", types.Bool, f, Const{Value: vector.FloatDatum(90), T: float8}), "(f > '90'::double precision)"},
		{call("~~(text,text)", types.Bool, call("cast(varchar,text)", types.Text, s), str("a%")), "((s)::text ~~ 'a%'::text)"},
		{In{X: a, List: []Expr{number(1), number(2)}, Eq: "=(int4,int4)"}, "(a = ANY ('{1,2}'::integer[]))"},
		{In{X: a, List: []Expr{number(1), number(2)}, Eq: "=(int4,int4)", Not: true}, "(a <> ALL ('{1,2}'::integer[]))"},
		{In{X: s, List: []Expr{str("a"), str("b c")}, Eq: "=(text,text)"}, `(s = ANY ('{a,"b c"}'::text[]))`},
		{In{X: a, List: []Expr{b, number(3)}, Eq: "=(int4,int4)"}, "((a = b) OR (a = 3))"},
		{Distinct{L: a, R: b, Eq: "=(int4,int4)"}, "(a IS DISTINCT FROM b)"},
		{Distinct{L: a, R: b, Eq: "=(int4,int4)", Not: true}, "(NOT (a IS DISTINCT FROM b))"},
		{IsTruth{X: IsNull{X: s}, Want: true}, "((s IS NULL) IS TRUE)"},
		{Or{Args: []Expr{IsNull{X: b, Not: true}, IsTruth{X: p, Not: true}}}, "((b IS NOT NULL) OR (p IS NOT FALSE))"},
		{Case{Whens: []When{{is3, b}}, Else: number(2), T: int4}, "CASE WHEN (a = 3) THEN b ELSE 2 END"},
		{Coalesce{Args: []Expr{a, b}, T: int4}, "COALESCE(a, b)"},
		{Extreme{Max: true, Args: []Expr{a, b}, Less: "<(int4,int4)", T: int4}, "GREATEST(a, b)"},
		{Not{X: is3}, "(NOT (a = 3))"},
		{call("lower(text)", types.Text, str(`it's \`)), `lower(E'it''s \\'::text)`},
		{Const{Value: vector.NullDatum, T: float8}, "NULL::double precision"},
		{Param{N: 2, T: int4}, "$2"},
	} {
		require.Equal(t, tc.want, Format(tc.e, names))
	}
}
