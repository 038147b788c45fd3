package replica

import (
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

// diskNode opens a node of eight groups in a directory of the benchmark's.
func diskNode(b *testing.B) *node {
	return openDirNode(b, b.TempDir(), nodeOptions{groups: 8})
}

// BenchmarkCommit measures single-row commits, spread over eight groups, each of
// which waits for its fsync.
func BenchmarkCommit(b *testing.B) {
	for _, clients := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			n := diskNode(b)
			defer n.close()
			n.openShards(0, 1, 2, 3, 4, 5, 6, 7, 8)
			value := make([]byte, 100)
			var next atomic.Int64
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for range clients {
				wg.Go(func() {
					for {
						i := next.Add(1)
						if i > int64(b.N) {
							return
						}
						var w mvcc.WriteSet
						w.Begin(sh(1, 0), 1)
						w.Add(mvcc.Insert, mvcc.Absent, binary.BigEndian.AppendUint64(nil, uint64(i)), value)
						if _, err := n.g(int(i%8)+1).Commit(ctx, CommitRequest{Write{Txn: n.ids.Next(), ReadTS: 1, WriteSet: w.Bytes()}}); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
		})
	}
}

// BenchmarkLoad stages and resolves rows as a COPY does: shards of 190 rows, chunks
// of a megabyte, eight groups at once.
func BenchmarkLoad(b *testing.B) {
	for _, rows := range []int{300_000, 3_000_000} {
		b.Run(fmt.Sprintf("rows=%d", rows), func(b *testing.B) { benchmarkLoad(b, rows) })
	}
}

func benchmarkLoad(b *testing.B, rows int) {
	const groups, perShard = 8, 190
	for b.Loop() {
		b.StopTimer()
		n := diskNode(b)
		chunks := make([][][]byte, groups)
		value := make([]byte, 24)
		for g := range groups {
			var open []ShardOpen
			var w mvcc.WriteSet
			for r := range rows / groups {
				if r%perShard == 0 {
					open = append(open, ShardOpen{sh(1, r/perShard), 0})
					w.Begin(sh(1, r/perShard), 1)
				}
				key := binary.BigEndian.AppendUint64([]byte("host-1\x00\x01"), uint64(r))
				binary.LittleEndian.PutUint64(value, uint64(r)*0x9e3779b97f4a7c15)
				w.Add(mvcc.Insert, mvcc.None, key, value)
				if w.Len() > MaxInline-1<<12 {
					chunks[g] = append(chunks[g], w.Bytes())
					w = mvcc.WriteSet{}
					w.Begin(sh(1, r/perShard), 1)
				}
			}
			chunks[g] = append(chunks[g], w.Bytes())
			require.NoError(b, n.g(g+1).OpenShards(ctx, open, 1))
		}
		txn := n.ids.Next()
		var parts []schema.GroupID
		for g := range groups {
			parts = append(parts, schema.GroupID(g+1))
		}
		each := func(f func(g int) error) {
			var wg sync.WaitGroup
			for g := range groups {
				wg.Go(func() {
					if err := f(g); err != nil {
						b.Error(err)
					}
				})
			}
			wg.Wait()
		}
		b.StartTimer()
		start := b.Elapsed()
		each(func(g int) error {
			for i, c := range chunks[g] {
				if err := n.g(g+1).Stage(ctx, txn, uint32(i), c); err != nil {
					return err
				}
			}
			return n.g(g+1).Prepare(ctx, PrepareRequest{Write: Write{Txn: txn, Staged: uint32(len(chunks[g]))}, Anchor: 1, Participants: parts})
		})
		o, err := n.g(1).Decide(ctx, txn, true)
		require.NoError(b, err)
		staged := b.Elapsed()
		each(func(g int) error { return n.g(g+1).Resolve(ctx, txn, o) })
		end := b.Elapsed()
		b.ReportMetric(float64(rows)/(staged-start).Seconds(), "staged-rows/s")
		b.ReportMetric(float64(rows)/(end-staged).Seconds(), "resolved-rows/s")
		b.StopTimer()
		n.close()
		b.StartTimer()
	}
}

// BenchmarkPutVersions measures what resolving costs one core without a disk.
func BenchmarkPutVersions(b *testing.B) {
	const perShard = 190
	data, err := store.Open(store.Options{Dir: "data", FS: store.MemFS(), Kind: store.Data})
	require.NoError(b, err)
	m, err := newMachine(1, data)
	require.NoError(b, err)
	var w mvcc.WriteSet
	rows := 0
	value := make([]byte, 24)
	for ; w.Len() < MaxInline-1<<12; rows++ {
		if rows%perShard == 0 {
			id := sh(1, rows/perShard)
			m.shards[id] = &shard{id: id}
			w.Begin(id, 1)
		}
		w.Add(mvcc.Insert, mvcc.None, binary.BigEndian.AppendUint64([]byte("host-1\x00\x01"), uint64(rows)), value)
	}
	b.ReportAllocs()
	ts := schema.Timestamp(1)
	for b.Loop() {
		require.NoError(b, m.putVersions(w.Bytes(), ts))
		require.NoError(b, m.applyBatch())
		ts++
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	require.NoError(b, m.close())
	require.NoError(b, data.Close())
}
