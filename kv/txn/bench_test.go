package txn

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
)

// flights creates the table of the performance targets: slices of 15 minutes.
func (e *env) flights(change func(*schema.Table)) *schema.Table {
	return e.table(func(t *schema.Table) {
		t.Width = 900e6
		t.Columns = []schema.Column{
			{ID: 1, Name: "ts", Type: types.Of(types.Timestamp)},
			{ID: 2, Name: "delay", Type: types.Of(types.Int4)},
			{ID: 3, Name: "distance", Type: types.Of(types.Int4)},
			{ID: 4, Name: "origin", Type: types.Of(types.Text)},
			{ID: 5, Name: "destination", Type: types.Of(types.Text)},
		}
		if change != nil {
			change(t)
		}
	})
}

// flightBatch returns n rows in time order from row at on, 190 in a slice.
func flightBatch(at, n int) *vector.Batch {
	airports := []string{"ABQ", "ATL", "DFW", "DEN", "JFK", "LAX", "ORD", "SEA"}
	b := &vector.Batch{Len: n}
	ts := &vector.Vector{Kind: vector.Int64, Len: n, I64: make([]int64, n)}
	delay := &vector.Vector{Kind: vector.Int32, Len: n, I32: make([]int32, n)}
	distance := &vector.Vector{Kind: vector.Int32, Len: n, I32: make([]int32, n)}
	b.Cols = []*vector.Vector{ts, delay, distance}
	for k := range 2 {
		v := &vector.Vector{Kind: vector.Bytes, Len: n}
		for i := range n {
			v.Spans = append(v.Spans, vector.Span{Off: uint32(len(v.Arena)), Len: 3})
			v.Arena = append(v.Arena, airports[(i*7+k*3)%8]...)
		}
		b.Cols = append(b.Cols, v)
	}
	for i := range n {
		ts.I64[i] = int64(at+i) * (900_000_000 / 190)
		delay.I32[i], distance.I32[i] = int32(i%90-20), int32((at+i)%2500)
	}
	return b
}

// What a bulk load costs from batches to the acknowledged commit, and how much of it
// is spent before the commit; and what a scan of it costs then.
func BenchmarkLoad(b *testing.B) {
	for _, rows := range []int{100_000, 1_000_000} {
		for _, key := range [][]int{nil, {0, 2, 1, 3}} {
			b.Run(fmt.Sprintf("rows=%d/key=%v", rows, key != nil), func(b *testing.B) {
				var batches []*vector.Batch
				for at := 0; at < rows; at += 4000 {
					batches = append(batches, flightBatch(at, 4000))
				}
				e := newEnv(b, func(o *Options) { o.MaxTxnBytes = 1 << 30 })
				b.ResetTimer()
				for range b.N {
					tbl := e.flights(func(t *schema.Table) { t.Key = key })
					tx := e.begin(ReadCommitted)
					for _, batch := range batches {
						require.NoError(b, tx.Insert(bg, tbl, batch))
					}
					require.NoError(b, tx.Commit(bg))
				}
				b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}

// What a scan of committed, compacted rows costs with one worker.
func BenchmarkScan(b *testing.B) {
	const rows = 400_000
	e := newEnv(b, func(o *Options) { o.MaxTxnBytes = 1 << 30 })
	tbl := e.flights(nil)
	tx := e.begin(ReadCommitted)
	for at := 0; at < rows; at += 4000 {
		require.NoError(b, tx.Insert(bg, tbl, flightBatch(at, 4000)))
	}
	require.NoError(b, tx.Commit(bg))
	tx = e.begin(ReadCommitted)
	sc, err := tx.Scan(bg, Spec{Table: tbl, Lo: math.MinInt64, Hi: math.MaxInt64}) // waits until all is applied
	require.NoError(b, err)
	require.NoError(b, sc.Close())
	from, _ := keys.GroupBounds(0)
	_, to := keys.GroupBounds(10)
	require.NoError(b, e.data.Compact(context.Background(), from, to))
	for _, columns := range [][]int{{}, {1}, {0, 1, 2, 3, 4}} {
		b.Run(fmt.Sprintf("columns=%v", columns), func(b *testing.B) {
			var out [5]vector.Vector
			b.ReportAllocs()
			for b.Loop() {
				tx := e.begin(ReadCommitted)
				sc, err := tx.Scan(bg, Spec{Table: tbl, Columns: columns, Lo: math.MinInt64, Hi: math.MaxInt64})
				require.NoError(b, err)
				r, err := sc.Open()
				require.NoError(b, err)
				n := 0
				for {
					m, err := r.Next()
					require.NoError(b, err)
					if m == nil {
						break
					}
					n += m.Rows()
					for i := range columns {
						require.NoError(b, m.Decode(i, 0, m.Rows(), &out[i]))
					}
				}
				require.Equal(b, rows, n)
				require.NoError(b, r.Close())
				require.NoError(b, sc.Close())
				require.NoError(b, tx.Commit(bg))
			}
			b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}

// What one transaction of one row costs on the memory file system.
func BenchmarkSmall(b *testing.B) {
	e := newEnv(b, nil)
	plain, keyed := e.table(nil), e.table(func(t *schema.Table) { t.Key = []int{0, 1} })
	for name, tbl := range map[string]*schema.Table{"insert": plain, "insert keyed": keyed} {
		b.Run(name, func(b *testing.B) {
			i := int64(0)
			for b.Loop() {
				i++
				e.insert(tbl, row{i % 1000, i, "host", i})
			}
		})
	}
	b.Run("select by key", func(b *testing.B) {
		for b.Loop() {
			tx := e.begin(ReadCommitted)
			require.Len(b, scan(b, tx, Spec{Table: keyed, Key: []vector.Datum{vector.IntDatum(1), vector.IntDatum(1)}}), 1)
			require.NoError(b, tx.Commit(bg))
		}
	})
}
