package agg_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/agg"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// benchTypes: carrier code, host name, time, delay, price.
var benchTypes = optest.Types(types.Text, types.Text, types.Timestamp, types.Int4, types.Float8)

func benchBatches(n int) []*vector.Batch {
	r := rand.New(rand.NewPCG(1, 1))
	var batches []*vector.Batch
	for i := range n {
		rows := make([]optest.Row, vector.MaxRows)
		for k := range rows {
			rows[k] = optest.Row{
				vector.StringDatum(fmt.Sprintf("%03d", r.IntN(350))), vector.StringDatum(fmt.Sprintf("host_%05d", r.IntN(350))),
				vector.IntDatum(int64(i*vector.MaxRows+k) * 60e6 / 4), vector.IntDatum(int64(r.IntN(2000) - 100)), vector.FloatDatum(float64(r.IntN(100000)) / 100),
			}
			if r.IntN(50) == 0 {
				rows[k][3] = vector.NullDatum
			}
		}
		batches = append(batches, vectortest.Batch(optest.Kinds(benchTypes), rows))
	}
	return batches
}

func col(i int) expr.Expr { return expr.Column{Index: i, T: benchTypes[i]} }

func call(id function.ID, args ...expr.Expr) physical.Agg {
	s := function.ByID(id)
	return physical.Agg{Func: id, Args: args, T: types.Of(s.Result)}
}

// BenchmarkAggregate measures whole aggregations of 3 million rows in memory.
func BenchmarkAggregate(b *testing.B) {
	const rows = 3 << 20
	batches := benchBatches(64)
	hour := expr.Call{
		Func: "date_trunc(text,timestamp)", T: types.Of(types.Timestamp),
		Args: []expr.Expr{expr.Const{Value: vector.StringDatum("hour"), T: types.Of(types.Text)}, col(2)},
	}
	for _, c := range []struct {
		name string
		keys []expr.Expr
		aggs []physical.Agg
	}{
		{"none/avg(int4)", nil, []physical.Agg{call("avg(int4)", col(3))}},
		{"none/sum(float8)", nil, []physical.Agg{call("sum(float8)", col(4))}},
		{"text3/count", []expr.Expr{col(0)}, []physical.Agg{call("count()")}},
		{"text3/avg(int4)", []expr.Expr{col(0)}, []physical.Agg{call("avg(int4)", col(3))}},
		{"text10/avg(int4)", []expr.Expr{col(1)}, []physical.Agg{call("avg(int4)", col(3))}},
		{"text3/avg(int4),max(int4),count", []expr.Expr{col(0)}, []physical.Agg{call("avg(int4)", col(3)), call("max(int4)", col(3)), call("count()")}},
		{"text3/avg(float8)", []expr.Expr{col(0)}, []physical.Agg{call("avg(float8)", col(4))}},
		{"hour/avg(int4)", []expr.Expr{hour}, []physical.Agg{call("avg(int4)", col(3))}},
		{"hour,text3/avg(int4)", []expr.Expr{hour, col(0)}, []physical.Agg{call("avg(int4)", col(3))}},
		{"text3/count(distinct int4)", []expr.Expr{col(0)}, []physical.Agg{{Func: "count(any)", Args: []expr.Expr{col(3)}, T: types.Of(types.Int8), Distinct: true}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			q := optest.Context(b, op.Options{})
			for b.Loop() {
				a, err := agg.New(&optest.Batches{All: batches, Times: rows / vector.MaxRows / len(batches)}, benchTypes, &physical.Aggregate{Keys: c.keys, Aggs: c.aggs})
				require.NoError(b, err)
				require.NoError(b, a.Open(q))
				for {
					out, err := a.Next()
					require.NoError(b, err)
					if out == nil {
						break
					}
				}
				require.NoError(b, a.Close())
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}

// An aggregation's work per batch allocates nothing once its groups are known.
func TestAggregateAllocations(t *testing.T) {
	if invariants.Enabled {
		t.Skip("test builds allocate in their checks")
	}
	batches := benchBatches(4)
	run := func(n int) func() {
		return func() {
			q := optest.Context(t, op.Options{})
			a, err := agg.New(&optest.Batches{All: batches, Times: n / len(batches)}, benchTypes, &physical.Aggregate{
				Keys: []expr.Expr{col(0)}, Aggs: []physical.Agg{call("avg(int4)", col(3)), call("max(int4)", col(3)), call("count()"), call("sum(float8)", col(4))},
			})
			require.NoError(t, err)
			require.NoError(t, a.Open(q))
			_, err = a.Next()
			require.NoError(t, err)
			require.NoError(t, a.Close())
		}
	}
	few, many := testing.AllocsPerRun(5, run(8)), testing.AllocsPerRun(5, run(208))
	require.Less(t, many-few, 4.0, "allocations of 200 batches: %v with 8, %v with 208", few, many)
}
