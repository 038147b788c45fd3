package window_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/executor/window"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// BenchmarkWindow measures calls over a million rows in partitions of 4096, which
// are ordered already: what the operator adds to its input, per row.
func BenchmarkWindow(b *testing.B) {
	ts := optest.Types(types.Int4, types.Int8, types.Int4, types.Float8)
	var batches []*vector.Batch
	for i := range 256 {
		rows := make([]optest.Row, vector.MaxRows)
		for k := range rows {
			rows[k] = optest.Row{
				vector.IntDatum(int64(i)), vector.IntDatum(int64(k)), vector.IntDatum(int64(k * 7919 % 1000)), vector.FloatDatum(float64(k*7919%1000) / 8),
			}
		}
		batches = append(batches, vectortest.Batch(optest.Kinds(ts), rows))
	}
	col := func(i int) expr.Expr { return expr.Column{Index: i, T: ts[i]} }
	rows := func(before, behind int64) physical.Frame {
		return physical.Frame{
			Mode: physical.RowsFrame, Start: physical.FrameBound{Kind: physical.Preceding, Offset: number(before)},
			End: physical.FrameBound{Kind: physical.Following, Offset: number(behind)},
		}
	}
	for _, c := range []struct {
		name  string
		id    function.ID
		arg   int
		frame physical.Frame
	}{
		{"row_number", "row_number()", -1, physical.DefaultFrame},
		{"lag", "lag(anyelement)", 2, physical.DefaultFrame},
		{"running sum", "sum(int4)", 2, physical.DefaultFrame},
		{"running sum of floats", "sum(float8)", 3, physical.DefaultFrame},
		{"moving avg of 7 floats", "avg(float8)", 3, rows(6, 0)},
		{"moving min of 100", "min(int4)", 2, rows(99, 0)},
		{"moving stddev of 100", "stddev(float8)", 3, rows(99, 0)},
		{"range sum of 100", "sum(int4)", 2, physical.Frame{Start: physical.FrameBound{Kind: physical.Preceding, Offset: number(99)}, End: physical.FrameBound{Kind: physical.CurrentRow}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			w := physical.WindowCall{Func: c.id, Frame: c.frame, T: types.Of(function.ByID(c.id).Result)}
			if c.arg >= 0 {
				w.Args = []expr.Expr{col(c.arg)}
			}
			if c.name == "lag" {
				w.T = ts[c.arg]
			}
			n := &physical.Window{Partition: []expr.Expr{col(0)}, Order: []physical.SortKey{{Expr: col(1)}}, Calls: []physical.WindowCall{w}}
			for b.Loop() {
				o, err := window.New(&optest.Batches{All: batches}, ts, n)
				require.NoError(b, err)
				q := op.NewContext(b.Context(), op.Options{})
				require.NoError(b, o.Open(q))
				for {
					batch, err := o.Next()
					require.NoError(b, err)
					if batch == nil {
						break
					}
				}
				require.NoError(b, o.Close())
				q.Close()
			}
			total := float64(len(batches) * vector.MaxRows)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/total, "ns/row")
		})
	}
}
