package agg_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/value"
	"github.com/stretchr/testify/require"
)

// Goal: array_agg keeps order and NULL, stacks arrays, and its partial states
// merge to the same. Method: rows of three groups, in one and in two phases,
// for batches of every size.
func TestArrayAgg(t *testing.T) {
	in := []types.Type{types.Of(types.Int4), types.Of(types.Text), types.Of(types.Int4.Array())}
	parse := func(c int, text string) vector.Datum {
		if text == "" {
			return vector.NullDatum
		}
		d, err := value.Parse(in[c], text, value.Default())
		require.NoError(t, err)
		return d
	}
	var rows []optest.Row
	for _, r := range [][3]string{
		{"1", "a", "{1,2}"}, {"2", "", "{7}"}, {"1", "b c", "{3,NULL}"}, {"2", "x", "{8}"}, {"1", "", "{5,6}"}, {"3", "last", "[0:0]={1}"},
	} {
		rows = append(rows, optest.Row{parse(0, r[0]), parse(1, r[1]), parse(2, r[2])})
	}
	col := func(i int) expr.Expr { return expr.Column{Index: i, T: in[i]} }
	aggs := []physical.Agg{
		{Func: "array_agg(anynonarray)", Args: []expr.Expr{col(1)}, T: types.Of(types.Text.Array())},
		{Func: "array_agg(anyarray)", Args: []expr.Expr{col(2)}, T: in[2]},
	}
	want := [][3]string{
		{"1", `{a,"b c",NULL}`, "{{1,2},{3,NULL},{5,6}}"}, {"2", "{NULL,x}", "{{7},{8}}"}, {"3", "{last}", "[1:1][0:0]={{1}}"},
	}
	optest.Sizes(t, func(t *testing.T, r *rand.Rand, q *op.Context) {
		check := func(o op.Operator) {
			got, err := optest.Drain(q, o)
			require.NoError(t, err)
			require.Len(t, got, len(want))
			slices.SortFunc(got, func(a, b optest.Row) int { return int(a[0].I - b[0].I) })
			for i, w := range want {
				for c, ty := range []types.Type{in[0], aggs[0].T, aggs[1].T} {
					require.Equal(t, w[c], value.Text(ty, got[i][c], value.Default()))
				}
			}
		}
		keys := []expr.Expr{col(0)}
		check(aggregate(t, optest.NewSource(r, in, rows), in, &physical.Aggregate{Keys: keys, Aggs: aggs}))

		states := []types.Type{in[0], types.Of(types.Bytea), types.Of(types.Bytea)}
		var partials []optest.Row
		for _, part := range [][]optest.Row{rows[:2], rows[2:]} {
			got, err := optest.Drain(q, aggregate(t, optest.NewSource(r, in, part), in, &physical.Aggregate{Keys: keys, Aggs: aggs, Mode: physical.Partial}))
			require.NoError(t, err)
			partials = append(partials, got...)
		}
		check(aggregate(t, optest.NewSource(r, states, partials), states, &physical.Aggregate{Keys: keys, Aggs: aggs, Mode: physical.Final}))
	})
}
