package join_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// asofNode is an ASOF join on keys by column time; with few, only left rows with
// an even third column find a partner.
func asofNode(kind physical.JoinKind, keys []int, time int, by physical.Asof, few bool) *physical.Join {
	n := node(kind, keys, false)
	n.Asof = by
	n.LeftTime = expr.Column{Index: time, T: types.Of(side[time])}
	n.RightTime = n.LeftTime
	if few {
		two := expr.Const{Value: vector.IntDatum(2), T: types.Of(types.Int8)}
		mod := expr.Call{Func: "%(int8,int8)", Args: []expr.Expr{expr.Column{Index: 2, T: types.Of(types.Int8)}, two}, T: types.Of(types.Int8)}
		zero := expr.Const{Value: vector.IntDatum(0), T: types.Of(types.Int8)}
		n.Residual = []expr.Expr{expr.Call{Func: "=(int8,int8)", Args: []expr.Expr{mod, zero}, T: expr.Bool}}
	}
	return n
}

// asofReference looks at all right rows for each left row. Only the key and time
// columns of the partner are told: any row at that time will do.
func asofReference(kind physical.JoinKind, left, right []optest.Row, keys []int, time int, by physical.Asof, few bool) []optest.Row {
	order := func(a, b vector.Datum) int { return cmp.Or(cmp.Compare(a.I, b.I), cmp.Compare(a.S, b.S)) }
	var out []optest.Row
	for _, l := range left {
		best := vector.NullDatum
		for _, r := range right {
			if l[time].Null || r[time].Null || equal(l, r, keys) != yes || few && l[2].I%2 != 0 {
				continue
			}
			c := order(l[time], r[time])
			ok, nearer := false, best.Null
			switch by {
			case physical.AtOrBefore:
				ok, nearer = c >= 0, nearer || order(r[time], best) > 0
			case physical.Before:
				ok, nearer = c > 0, nearer || order(r[time], best) > 0
			case physical.AtOrAfter:
				ok, nearer = c <= 0, nearer || order(r[time], best) < 0
			case physical.After:
				ok, nearer = c < 0, nearer || order(r[time], best) < 0
			}
			if ok && nearer {
				best = r[time]
			}
		}
		if !best.Null || kind == physical.Left {
			out = append(out, append(append(optest.Row{}, l...), best))
		}
	}
	return out
}

// ASOF joins of both kinds and all directions, over keys or none, by integer and
// text times with ties and NULLs, in memory and through files, in any batches and
// forms, match what looking at every pair gives; the partner has the left row's
// keys.
func TestAsofMatchesReference(t *testing.T) {
	optest.Sizes(t, func(t *testing.T, r *rand.Rand, q *op.Context) {
		for round := range 4 {
			left := rowsOf(r, r.IntN(80), 1+r.IntN(30), round%2 == 0)
			right := rowsOf(r, r.IntN([]int{1, 6, 90}[round%3]), 1+r.IntN(30), round%4 < 2)
			for _, kind := range []physical.JoinKind{physical.Inner, physical.Left} {
				for by := physical.AtOrBefore; by <= physical.After; by++ {
					for _, on := range []struct {
						keys []int
						time int
					}{{[]int{1}, 0}, {[]int{0}, 1}, {[]int{0, 1}, 2}, {nil, 0}, {nil, 1}} {
						few := r.IntN(2) == 0
						ts := optest.Types(side...)
						j := newJoin(t, optest.NewSource(r, ts, left), optest.NewSource(r, ts, right), asofNode(kind, on.keys, on.time, by, few))
						got, err := optest.Drain(q, j)
						require.NoError(t, err)
						for i, row := range got {
							if !row[len(side)+on.time].Null {
								require.Equal(t, yes, equal(row[:len(side)], row[len(side):], on.keys))
							}
							got[i] = append(row[:len(side):len(side)], row[len(side)+on.time])
						}
						want := asofReference(kind, left, right, on.keys, on.time, by, few)
						require.Equal(t, optest.Sorted(want), optest.Sorted(got), "kind %d by %s on %v few %v round %d", kind, by, on, few, round)
					}
				}
			}
		}
	})
}

// An ASOF join that is cancelled anywhere gives its memory back, over its limit it
// fails with 53200, with keys and without.
func TestAsofCancelAndMemory(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	ts := optest.Types(side...)
	left, right := rowsOf(r, 300, 10, true), rowsOf(r, 300, 10, true)
	big := rowsOf(r, 3000, 3000, false)
	for _, keys := range [][]int{nil, {1}} {
		optest.Cancel(t, 64, func() op.Operator {
			return newJoin(t, optest.NewSource(nil, ts, left), optest.NewSource(nil, ts, right), asofNode(physical.Left, keys, 0, physical.AtOrBefore, true))
		})
		q := optest.Context(t, op.Options{MemoryLimit: 64 << 10})
		_, err := optest.Drain(q, newJoin(t, optest.NewSource(nil, ts, left), optest.NewSource(nil, ts, big), asofNode(physical.Inner, keys, 0, physical.Before, false)))
		require.ErrorContains(t, err, "out of memory (SQLSTATE 53200)", fmt.Sprint(keys))
	}
}
