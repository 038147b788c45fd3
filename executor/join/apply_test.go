package join_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/filter"
	"github.com/dejaq/fasti/executor/join"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// newApply evaluates right, filtered by its first column being that of the left
// row, for each left row.
func newApply(t testing.TB, r *rand.Rand, kind physical.JoinKind, left, right []optest.Row, more, memo bool) op.Operator {
	ts := optest.Types(side...)
	n := &physical.Apply{
		Kind: kind, Left: &physical.Values{Out: fields()}, Right: &physical.Values{Out: fields()},
		Params: []int{0}, First: 3, Memo: memo,
	}
	if more {
		n.Residual = []expr.Expr{residual()}
	}
	eq := expr.Call{Func: "=(int4,int4)", Args: []expr.Expr{expr.Column{Index: 0, T: ts[0]}, expr.Param{N: 3, T: types.Of(types.Int4)}}, T: expr.Bool}
	a, err := join.NewApply(optest.NewSource(r, ts, left), func() (op.Operator, error) {
		return filter.New(optest.NewSource(nil, ts, right), ts, []expr.Expr{eq})
	}, n)
	require.NoError(t, err)
	return a
}

// Each kind of Apply over a right side that compares with a parameter gives what
// nested loops give, whether or not it remembers right rows.
func TestApplyMatchesNestedLoops(t *testing.T) {
	optest.Sizes(t, func(t *testing.T, r *rand.Rand, q *op.Context) {
		for round := range 4 {
			left := rowsOf(r, r.IntN(60), 1+r.IntN(20), round%2 == 0)
			right := rowsOf(r, r.IntN(40), 1+r.IntN(20), true)
			for _, kind := range []physical.JoinKind{physical.Inner, physical.Left, physical.Semi, physical.Anti} {
				for _, more := range []bool{false, true} {
					got, err := optest.Drain(q, newApply(t, r, kind, left, right, more, round < 2))
					require.NoError(t, err)
					require.Equal(t, optest.Sorted(reference(kind, left, right, []int{0}, more)), optest.Sorted(got), "kind %d residual %v round %d", kind, more, round)
				}
			}
		}
	})
	r := rand.New(rand.NewPCG(1, 1))
	left, right := rowsOf(r, 100, 10, true), rowsOf(r, 100, 10, true)
	optest.Cancel(t, 16, func() op.Operator { return newApply(t, nil, physical.Left, left, right, true, true) })
}
