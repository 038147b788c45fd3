package cluster

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/meta/schema"
)

const benchShards = 16000

// benchSlices returns the ids of the first 16,000 slices of a table.
func benchSlices(t *schema.Table) []schema.ShardID {
	ids := make([]schema.ShardID, benchShards)
	for i := range ids {
		ids[i] = schema.ShardID{Table: t.ID, Start: t.Origin + int64(i)*t.Width}
	}
	return ids
}

// BenchmarkLoad creates 16,000 shards as a bulk load does: 400 calls of 40 each,
// in time order, or each call all over the time range, with fsync.
func BenchmarkLoad(b *testing.B) {
	for name, stride := range map[string]int{"order=time": 1, "order=scattered": 400} {
		b.Run(name, func(b *testing.B) {
			w := &world{dir: b.TempDir(), sync: true}
			w.open(b)
			defer w.close(b)
			for i := 0; b.Loop(); i++ {
				tbl := w.sliced(b, string(rune('a'+i)), 1)
				ids := benchSlices(tbl)
				for call := range 400 {
					want := make([]schema.ShardID, 40)
					for k := range want {
						if stride == 1 {
							want[k] = ids[call*40+k]
						} else {
							want[k] = ids[call+k*stride]
						}
					}
					_, err := w.CreateShards(b.Context(), tbl, want)
					require.NoError(b, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*400), "µs/call")
		})
	}
}

// BenchmarkView measures the questions that statements ask of 16,000 shards.
func BenchmarkView(b *testing.B) {
	w := newWorld(b)
	tbl := w.sliced(b, "t", 1)
	ids := benchSlices(tbl)
	_, err := w.CreateShards(b.Context(), tbl, ids)
	require.NoError(b, err)
	v := w.View()
	b.Run("slice", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if len(v.Slice(tbl.ID, ids[i*37%benchShards].Start, 0)) != 1 {
				b.Fatal("not found")
			}
		}
	})
	b.Run("shard", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, ok := v.Shard(ids[i*37%benchShards]); !ok {
				b.Fatal("not found")
			}
		}
	})
	b.Run("shards=day", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if len(v.Shards(tbl.ID, 50000, 50960, false)) != 96 {
				b.Fatal("not 96")
			}
		}
	})
	b.Run("shards=all", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if len(v.Shards(tbl.ID, math.MinInt64, math.MaxInt64, true)) != benchShards {
				b.Fatal("not all")
			}
		}
	})
}
