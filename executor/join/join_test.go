package join_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/join"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// side is the columns of both inputs: an integer and a text key, a number.
var side = []types.ID{types.Int4, types.Text, types.Int8}

func fields() []physical.Field {
	f := make([]physical.Field, len(side))
	for i, id := range side {
		f[i] = physical.Field{Name: fmt.Sprint("c", i), Type: types.Of(id)}
	}
	return f
}

func rowsOf(r *rand.Rand, n, domain int, nulls bool) []optest.Row {
	rows := make([]optest.Row, n)
	for i := range rows {
		rows[i] = optest.Row{vector.IntDatum(int64(r.IntN(domain))), vector.StringDatum(fmt.Sprint("key ", r.IntN(3))), vector.IntDatum(int64(i))}
		for c := range 2 {
			if nulls && r.IntN(8) == 0 {
				rows[i][c] = vector.NullDatum
			}
		}
	}
	return rows
}

// residual is left.c2 % 2 < right.c2, or NULL where a text is NULL: it holds for
// some pairs only.
func residual() expr.Expr {
	l, r := expr.Column{Index: 2, T: types.Of(types.Int8)}, expr.Column{Index: 5, T: types.Of(types.Int8)}
	mod := expr.Call{Func: "%(int8,int8)", Args: []expr.Expr{l, expr.Const{Value: vector.IntDatum(2), T: types.Of(types.Int8)}}, T: types.Of(types.Int8)}
	return expr.Call{Func: "<(int8,int8)", Args: []expr.Expr{mod, r}, T: expr.Bool}
}

// equal is SQL's equality of keys: true, false or unknown.
type truth int

const (
	no truth = iota
	unknown
	yes
)

func equal(l, r optest.Row, keys []int) truth {
	t := yes
	for _, k := range keys {
		switch {
		case l[k].Null || r[k].Null:
			t = min(t, unknown)
		case l[k] != r[k]:
			return no
		}
	}
	return t
}

// reference joins with two nested loops.
func reference(kind physical.JoinKind, left, right []optest.Row, keys []int, more bool) []optest.Row {
	holds := func(l, r optest.Row) bool { return !more || l[2].I%2 < r[2].I }
	null := optest.Row{vector.NullDatum, vector.NullDatum, vector.NullDatum}
	var out []optest.Row
	found := make([]bool, len(right))
	for _, l := range left {
		some, maybe := false, false
		for i, r := range right {
			if !holds(l, r) {
				continue
			}
			switch equal(l, r, keys) {
			case yes:
				some, found[i] = true, true
				if kind < physical.Semi {
					out = append(out, append(append(optest.Row{}, l...), r...))
				}
				fallthrough
			case unknown:
				maybe = true
			}
		}
		switch {
		case kind == physical.Semi && some, kind == physical.Anti && !some, kind == physical.AntiNull && !maybe:
			out = append(out, l)
		case (kind == physical.Left || kind == physical.Full) && !some:
			out = append(out, append(append(optest.Row{}, l...), null...))
		}
	}
	if kind == physical.Right || kind == physical.Full {
		for i, r := range right {
			if !found[i] {
				out = append(out, append(append(optest.Row{}, null...), r...))
			}
		}
	}
	return out
}

func node(kind physical.JoinKind, keys []int, more bool) *physical.Join {
	n := &physical.Join{Kind: kind, Left: &physical.Values{Out: fields()}, Right: &physical.Values{Out: fields()}}
	for _, k := range keys {
		e := expr.Column{Index: k, T: types.Of(side[k])}
		n.LeftKeys, n.RightKeys = append(n.LeftKeys, e), append(n.RightKeys, e)
	}
	if more {
		n.Residual = []expr.Expr{residual()}
	}
	return n
}

func newJoin(t testing.TB, left, right op.Operator, n *physical.Join) op.Operator {
	b, err := join.NewBuild(right, n)
	require.NoError(t, err)
	j, err := join.New(left, b, true, n)
	require.NoError(t, err)
	return j
}

// Every kind of join, over one or two keys or none, with and without a residual,
// with unique and with repeated keys, with and without NULLs, in any batches and
// forms, gives what nested loops give.
func TestJoinMatchesNestedLoops(t *testing.T) {
	kinds := []physical.JoinKind{physical.Inner, physical.Left, physical.Right, physical.Full, physical.Semi, physical.Anti, physical.AntiNull}
	optest.Sizes(t, func(t *testing.T, r *rand.Rand, q *op.Context) {
		for round := range 5 {
			left := rowsOf(r, r.IntN(60), 1+r.IntN(20), round%2 == 0)
			right := rowsOf(r, r.IntN([]int{1, 4, 40}[round%3]), 1+r.IntN(20), round%4 < 2)
			if round%5 == 0 { // a dimension table
				right = rowsOf(r, 15, 1, false)
				for i := range right {
					right[i][0] = vector.IntDatum(int64(i))
				}
			}
			for _, kind := range kinds {
				for _, keys := range [][]int{{0}, {1}, {0, 1}, nil} {
					for _, more := range []bool{false, true} {
						if len(keys) == 0 && kind == physical.AntiNull {
							continue
						}
						ts := optest.Types(side...)
						j := newJoin(t, optest.NewSource(r, ts, left), optest.NewSource(r, ts, right), node(kind, keys, more))
						got, err := optest.Drain(q, j)
						require.NoError(t, err)
						want := reference(kind, left, right, keys, more)
						require.Equal(t, optest.Sorted(want), optest.Sorted(got), "kind %d keys %v residual %v round %d", kind, keys, more, round)
					}
				}
			}
		}
	})
}

// A join that is cancelled anywhere gives its memory back, over its limit it
// fails with 53200.
func TestJoinCancelAndMemory(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	ts := optest.Types(side...)
	left, right := rowsOf(r, 300, 10, true), rowsOf(r, 300, 10, true)
	make := func() op.Operator {
		return newJoin(t, optest.NewSource(nil, ts, left), optest.NewSource(nil, ts, right), node(physical.Full, []int{0}, true))
	}
	optest.Cancel(t, 64, make)

	big := rowsOf(r, 3000, 3000, false)
	q := optest.Context(t, op.Options{MemoryLimit: 64 << 10})
	_, err := optest.Drain(q, newJoin(t, optest.NewSource(nil, ts, left), optest.NewSource(nil, ts, big), node(physical.Inner, []int{0}, false)))
	require.ErrorContains(t, err, "out of memory (SQLSTATE 53200)")
}

func BenchmarkJoin(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	ts := optest.Types(side...)
	dim := make([]optest.Row, 3400)
	for i := range dim {
		dim[i] = optest.Row{vector.IntDatum(int64(i) * 7), vector.StringDatum(fmt.Sprintf("%04d", i)), vector.IntDatum(int64(i))}
	}
	fact := make([]optest.Row, 64*vector.MaxRows)
	for i := range fact {
		k := r.IntN(350) * 9
		fact[i] = optest.Row{vector.IntDatum(int64(k) * 7), vector.StringDatum(fmt.Sprintf("%04d", k)), vector.IntDatum(int64(i))}
	}
	left, right := optest.Cut(ts, fact), optest.Cut(ts, dim)
	for name, keys := range map[string][]int{"int4": {0}, "text": {1}, "int4,text": {0, 1}} {
		b.Run("3.4k/"+name, func(b *testing.B) {
			q := optest.Context(b, op.Options{})
			for b.Loop() {
				j := newJoin(b, &optest.Batches{All: left}, &optest.Batches{All: right}, node(physical.Inner, keys, false))
				require.NoError(b, j.Open(q))
				for {
					out, err := j.Next()
					require.NoError(b, err)
					if out == nil {
						break
					}
				}
				require.NoError(b, j.Close())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(fact)), "ns/row")
		})
	}
}
