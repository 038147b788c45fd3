package logical

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

func column(id int) expr.Expr { return expr.Column{Index: id, T: types.Of(types.Int4)} }

func columns(ids ...int) []Col {
	var out []Col
	for _, id := range ids {
		out = append(out, Col{ID: id, T: types.Of(types.Int4)})
	}
	return out
}

// Free finds what a tree uses and does not get from below: through projections
// that pass an outer column under its own id, and in conditions of joins.
func TestFree(t *testing.T) {
	a, b := &Values{Out: columns(1, 2)}, &Values{Out: columns(3)}
	isNull := func(id int) []expr.Expr { return []expr.Expr{expr.IsNull{X: column(id)}} }
	for name, c := range map[string]struct {
		n    Node
		want []int
	}{
		"nothing":           {&Filter{Input: a, Conds: isNull(1)}, nil},
		"filter":            {&Filter{Input: a, Conds: isNull(9)}, []int{9}},
		"passed by project": {&Project{Input: a, Exprs: []expr.Expr{column(9)}, Out: columns(9)}, []int{9}},
		"hidden by project": {&Filter{Input: &Project{Input: a, Exprs: []expr.Expr{column(1)}, Out: columns(5)}, Conds: isNull(2)}, []int{2}},
		"semi join":         {&Join{Kind: physical.Semi, Left: a, Right: b, On: isNull(3)}, nil},
		"above semi join":   {&Filter{Input: &Join{Kind: physical.Semi, Left: a, Right: b}, Conds: isNull(3)}, []int{3}},
		"scan":              {&Scan{Out: columns(1), Filter: isNull(1)}, nil},
	} {
		want := Set{}
		for _, id := range c.want {
			want.Add(id)
		}
		require.Equal(t, want, Free(c.n), name)
	}
}

// Rewrite replaces top down, does not look below what it has replaced, and
// leaves the original as it was.
func TestRewrite(t *testing.T) {
	e := expr.And{Args: []expr.Expr{
		expr.Not{X: column(1)},
		expr.Call{Func: "+(int4,int4)", Args: []expr.Expr{column(1), column(2)}, T: types.Of(types.Int4)},
	}}
	got := Rewrite(e, func(x expr.Expr) (expr.Expr, bool) {
		switch x := x.(type) {
		case expr.Not:
			return column(7), true
		case expr.Column:
			return column(x.Index + 10), true
		}
		return nil, false
	})
	require.True(t, expr.Equal(expr.And{Args: []expr.Expr{
		column(7),
		expr.Call{Func: "+(int4,int4)", Args: []expr.Expr{column(11), column(12)}, T: types.Of(types.Int4)},
	}}, got))
	require.True(t, expr.Equal(expr.Not{X: column(1)}, e.Args[0]))
	require.True(t, Constant(True()))
	require.Equal(t, []expr.Expr{column(1), column(2), column(3)}, Conjuncts(nil, expr.And{Args: []expr.Expr{
		column(1), expr.And{Args: []expr.Expr{column(2), column(3)}},
	}}))
}
