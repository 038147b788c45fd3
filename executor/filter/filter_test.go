package filter_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/filter"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/executor/project"
	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
)

var ts = optest.Types(types.Int8, types.Text)

func less(n int64) expr.Expr {
	return expr.Call{Func: "<(int8,int8)", T: expr.Bool, Args: []expr.Expr{
		expr.Column{Index: 0, T: ts[0]}, expr.Const{Value: vector.IntDatum(n), T: ts[0]},
	}}
}

func rowsOf(r *rand.Rand, n int) []optest.Row {
	rows := make([]optest.Row, n)
	for i := range rows {
		rows[i] = optest.Row{vector.IntDatum(r.Int64N(100)), vector.StringDatum(string(rune('a' + r.IntN(4))))}
		if r.IntN(10) == 0 {
			rows[i][0] = vector.NullDatum
		}
	}
	return rows
}

// At any selectivity, from none to all rows, a filter keeps the rows on which
// the condition is TRUE, in order, and a projection above it sees them.
func TestFilterKeepsTrueRows(t *testing.T) {
	optest.Sizes(t, func(t *testing.T, r *rand.Rand, q *op.Context) {
		for _, n := range []int64{-1, 3, 20, 50, 99, 200} {
			rows := rowsOf(r, 300)
			var want []optest.Row
			for _, row := range rows {
				if !row[0].Null && row[0].I < n && row[0].I < 99 {
					want = append(want, optest.Row{row[1], row[0]})
				}
			}
			f, err := filter.New(optest.NewSource(r, ts, rows), ts, []expr.Expr{less(n), less(99)})
			require.NoError(t, err)
			p, err := project.New(op.Watch(f), ts, []expr.Expr{expr.Column{Index: 1, T: ts[1]}, expr.Column{Index: 0, T: ts[0]}})
			require.NoError(t, err)
			got, err := optest.Drain(q, p)
			require.NoError(t, err)
			require.Equal(t, vectortest.Text(want), vectortest.Text(got), "x < %d", n)
		}
	})
}

// A batch of which at most a quarter survives comes out dense; of which more, as
// it was, with a selection; of which all, as it was.
func TestFilterNarrows(t *testing.T) {
	b := vectortest.Batch(optest.Kinds(ts), rowsOf(rand.New(rand.NewPCG(1, 1)), 8))
	var narrow vector.Batch
	var dense vector.Window
	require.Nil(t, filter.Narrow(b, nil, &narrow, &dense))
	require.Same(t, b, filter.Narrow(b, b.Rows().Selection(), &narrow, &dense))
	out := filter.Narrow(b, []uint16{1, 4, 6}, &narrow, &dense)
	require.Equal(t, 8, out.Len)
	require.Same(t, b.Cols[0], out.Cols[0])
	out = filter.Narrow(b, []uint16{1, 4}, &narrow, &dense)
	require.Equal(t, 2, out.Len)
	require.Nil(t, out.Sel)
}

// Cancelled, a filter says so; a failing input's error passes through.
func TestFilterErrors(t *testing.T) {
	rows := rowsOf(rand.New(rand.NewPCG(1, 1)), 100)
	optest.Cancel(t, 3, func() op.Operator {
		f, err := filter.New(optest.NewSource(nil, ts, rows), ts, []expr.Expr{less(0)})
		require.NoError(t, err)
		return f
	})
}

// A warm filter and projection allocate nothing per batch.
func TestFilterAllocations(t *testing.T) {
	if invariants.Enabled {
		t.Skip("test builds allocate in their checks")
	}
	for _, n := range []int64{10, 60, 200} {
		in := &optest.Batches{All: optest.Cut(ts, rowsOf(rand.New(rand.NewPCG(1, 1)), 4096)), Times: 1 << 30}
		f, err := filter.New(in, ts, []expr.Expr{less(n)})
		require.NoError(t, err)
		p, err := project.New(f, ts, []expr.Expr{less(5), expr.Column{Index: 1, T: ts[1]}})
		require.NoError(t, err)
		require.NoError(t, p.Open(optest.Context(t, op.Options{})))
		_, err = p.Next()
		require.NoError(t, err)
		require.Zero(t, testing.AllocsPerRun(50, func() { _, _ = p.Next() }), "x < %d", n)
	}
}

func BenchmarkFilter(b *testing.B) {
	all := optest.Cut(ts, rowsOf(rand.New(rand.NewPCG(1, 1)), 64*4096))
	for name, n := range map[string]int64{"5%": 5, "50%": 50, "95%": 95} {
		b.Run(name, func(b *testing.B) {
			in := &optest.Batches{All: all, Times: 1 << 30}
			f, err := filter.New(in, ts, []expr.Expr{less(n)})
			require.NoError(b, err)
			require.NoError(b, f.Open(optest.Context(b, op.Options{})))
			for b.Loop() {
				_, _ = f.Next()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/row")
		})
	}
}
