package project_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/executor/project"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

var setTypes = optest.Types(types.Int8, types.Int8)

func column(i int) expr.Expr { return expr.Column{Index: i, T: setTypes[i]} }

func int8Of(n int64) expr.Expr { return expr.Const{Value: vector.IntDatum(n), T: setTypes[0]} }

// upTo is generate_series(1, e).
func upTo(e expr.Expr) physical.SetCall {
	return physical.SetCall{Func: "generate_series(int8,int8)", Args: []expr.Expr{int8Of(1), e}, Out: setTypes[:1]}
}

func setNode(outer, ordinality bool, calls ...physical.SetCall) *physical.ProjectSet {
	n := &physical.ProjectSet{Calls: calls, Outer: outer, Ordinality: ordinality}
	n.Out = make([]physical.Field, len(setTypes)+len(calls)+map[bool]int{true: 1}[ordinality])
	return n
}

// The rows of one, two and three calls, a value among them, with an ordinal and
// without, as an outer call and not, are those that a loop over the rows makes: in
// lockstep, short ones filled with NULL.
func TestProjectSetMatchesLoops(t *testing.T) {
	optest.Sizes(t, func(t *testing.T, r *rand.Rand, q *op.Context) {
		for round := range 12 {
			rows := make([]optest.Row, r.IntN(60))
			for i := range rows {
				rows[i] = optest.Row{vector.IntDatum(int64(r.IntN(9) - 2)), vector.IntDatum(int64(r.IntN(4)))}
				if r.IntN(5) == 0 {
					rows[i][r.IntN(2)] = vector.NullDatum
				}
			}
			outer, ordinality := round&1 != 0, round&2 != 0
			calls := []physical.SetCall{upTo(column(0)), {Args: []expr.Expr{column(1)}, Out: setTypes[:1]}, upTo(column(1))}[:1+round/4]
			var want []optest.Row
			for _, row := range rows {
				n, value := int64(0), round/4 > 0
				for i, c := range calls {
					if d := row[i/2]; c.Func != "" && !d.Null {
						n = max(n, d.I)
					}
				}
				if value {
					n = max(n, 1)
				}
				for k := int64(1); k <= n || k == 1 && outer && n == 0; k++ {
					out := append(optest.Row{}, row...)
					for i, c := range calls {
						d := row[i/2]
						switch {
						case c.Func == "" && k == 1:
							d = row[1]
						case c.Func != "" && !d.Null && k <= d.I:
							d = vector.IntDatum(k)
						default:
							d = vector.NullDatum
						}
						out = append(out, d)
					}
					if ordinality && n == 0 {
						out = append(out, vector.NullDatum)
					} else if ordinality {
						out = append(out, vector.IntDatum(k))
					}
					want = append(want, out)
				}
			}
			s, err := project.NewSet(optest.NewSource(r, setTypes, rows), setTypes, setNode(outer, ordinality, calls...))
			require.NoError(t, err)
			got, err := optest.Drain(q, s)
			require.NoError(t, err)
			require.Equal(t, vectortest.Text(want), vectortest.Text(got), "round %d", round)
		}
	})
	optest.Cancel(t, 3, func() op.Operator {
		s, err := project.NewSet(optest.NewSource(nil, setTypes, []optest.Row{{vector.IntDatum(300), vector.IntDatum(2)}}), setTypes, setNode(false, true, upTo(column(0)), upTo(column(1))))
		require.NoError(t, err)
		return s
	})
}

// generate_series ends where the next value would overflow, in either direction,
// and refuses a step of zero.
func TestSeriesOverflow(t *testing.T) {
	series := func(start, stop, step int64) op.Operator {
		c := physical.SetCall{Func: function.ID("generate_series(int8,int8,int8)"), Args: []expr.Expr{int8Of(start), int8Of(stop), int8Of(step)}, Out: setTypes[:1]}
		n := &physical.ProjectSet{Calls: []physical.SetCall{c}, Out: make([]physical.Field, 1)}
		s, err := project.NewSet(&optest.Batches{All: []*vector.Batch{{Len: 1}}}, nil, n)
		require.NoError(t, err)
		return s
	}
	optest.Sizes(t, func(t *testing.T, _ *rand.Rand, q *op.Context) {
		for _, c := range []struct{ start, stop, step, first, last int64 }{
			{math.MaxInt64 - 2, math.MaxInt64, 2, math.MaxInt64 - 2, math.MaxInt64},
			{math.MinInt64 + 3, math.MinInt64, -2, math.MinInt64 + 3, math.MinInt64 + 1},
			{5, 5, math.MaxInt64, 5, 5},
		} {
			got, err := optest.Drain(q, series(c.start, c.stop, c.step))
			require.NoError(t, err)
			require.Equal(t, c.first, got[0][0].I)
			require.Equal(t, c.last, got[len(got)-1][0].I)
			require.LessOrEqual(t, len(got), 2)
		}
		_, err := optest.Drain(q, series(1, 2, 0))
		require.Equal(t, sqlerr.InvalidParameterValue, sqlerr.Code(err))
	})
}
