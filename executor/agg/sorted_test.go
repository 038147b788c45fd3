package agg_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// ORDER BY in calls, beside calls without and with FILTER, and percentile_disc
// over the same groups give what sorting each group's rows gives.
func TestOrderedMatchesReference(t *testing.T) {
	const textCol, intCol, filterCol = 9, 4, 2
	comma := expr.Const{Value: vector.StringDatum(","), T: types.Of(types.Text)}
	half := expr.Const{Value: vector.FloatDatum(0.5), T: types.Of(types.Float8)}
	order := []physical.SortKey{{Expr: column(intCol), Desc: true, NullsFirst: true}, {Expr: column(textCol)}}
	calls := []physical.Agg{
		{Func: "string_agg(text,text)", Args: []expr.Expr{column(textCol), comma}, Order: order, T: types.Of(types.Text)},
		{Func: "string_agg(text,text)", Args: []expr.Expr{column(textCol), comma}, Order: order, Filter: column(filterCol), T: types.Of(types.Text)},
		{Func: "count()", T: types.Of(types.Int8)},
		{
			Func: "percentile_disc(float8,anyelement)", Args: []expr.Expr{column(intCol)}, Direct: []expr.Expr{half},
			Order: []physical.SortKey{{Expr: column(intCol)}}, T: types.Of(types.Int4),
		},
	}
	nulls := func(a, b vector.Datum, first bool) (int, bool) {
		if !a.Null && !b.Null {
			return 0, false
		}
		c := 0
		if a.Null != b.Null {
			if c = 1; a.Null == first {
				c = -1
			}
		}
		return c, true
	}
	optest.Sizes(t, func(t *testing.T, r *rand.Rand, q *op.Context) {
		rows := randomRows(r, 200)
		got, err := optest.Drain(q, aggregate(t, optest.NewSource(r, optest.Types(columns...), rows), optest.Types(columns...), node([]int{1}, calls, physical.Single)))
		require.NoError(t, err)
		groups := map[vector.Datum][]optest.Row{}
		for _, row := range rows {
			groups[row[1]] = append(groups[row[1]], row)
		}
		require.Len(t, got, len(groups))
		for _, g := range got {
			in := groups[g[0]]
			slices.SortStableFunc(in, func(a, b optest.Row) int {
				c, null := nulls(a[intCol], b[intCol], true)
				if !null {
					c = cmp.Compare(b[intCol].I, a[intCol].I)
				}
				if c != 0 {
					return c
				}
				if c, null = nulls(a[textCol], b[textCol], false); null {
					return c
				}
				return strings.Compare(a[textCol].S, b[textCol].S)
			})
			var all, some []string
			var ints []int64
			for _, row := range in {
				if !row[intCol].Null {
					ints = append(ints, row[intCol].I)
				}
				if row[textCol].Null {
					continue
				}
				all = append(all, row[textCol].S)
				if !row[filterCol].Null && row[filterCol].I != 0 {
					some = append(some, row[textCol].S)
				}
			}
			require.Equal(t, strings.Join(all, ","), g[1].S)
			require.Equal(t, strings.Join(some, ","), g[2].S)
			require.Equal(t, int64(len(in)), g[3].I)
			slices.Sort(ints)
			require.Equal(t, ints[(len(ints)+1)/2-1], g[4].I)
		}
	})
}
