package tso

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// wallClock is a clock that tests move.
type wallClock struct{ ns atomic.Int64 }

func newClock() *wallClock {
	c := &wallClock{}
	c.ns.Store(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *wallClock) now() time.Time      { return time.Unix(0, c.ns.Load()) }
func (c *wallClock) add(d time.Duration) { c.ns.Add(int64(d)) }

// node is a host with the system group on a file system, and an oracle over it.
type node struct {
	*Oracle
	host      *replica.Host
	log, data *store.Store
}

func open(t testing.TB, fs store.FS, epoch uint64, now func() time.Time) *node {
	t.Helper()
	n := &node{}
	var err error
	n.log, err = store.Open(store.Options{Dir: "raft", FS: fs, Kind: store.RaftLog})
	require.NoError(t, err)
	n.data, err = store.Open(store.Options{Dir: "data", FS: fs, Kind: store.Data})
	require.NoError(t, err)
	n.host, err = replica.Open(replica.Options{Log: n.log, Data: n.data, Node: 1, Epoch: epoch, Groups: []schema.GroupID{schema.SystemGroup}})
	require.NoError(t, err)
	n.Oracle = New(n.host.Group(schema.SystemGroup), now)
	n.host.SetOracle(n.Oracle)
	return n
}

func (n *node) close(t testing.TB) {
	t.Helper()
	n.Oracle.Close()
	require.NoError(t, n.host.Close())
	require.NoError(t, n.log.Close())
	require.NoError(t, n.data.Close())
}

// Timestamps are unique and real-time monotone (T1, T2): many callers ask at once
// for batches of random size; each sees its own rise, and no two ranges overlap.
func TestUniqueAndMonotone(t *testing.T) {
	n := open(t, store.MemFS(), 1, time.Now)
	defer n.close(t)
	type span struct{ from, to schema.Timestamp }
	var mu sync.Mutex
	var all []span
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 1))
			last := schema.Timestamp(0)
			var mine []span
			for range 2000 {
				k := 1 + rng.IntN(5)
				first, _, err := n.Now(context.Background(), k)
				if err != nil || first < last {
					t.Errorf("%d after %d: %v", first, last, err)
					return
				}
				last = first + schema.Timestamp(k)
				mine = append(mine, span{first, last})
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, mine...)
		})
	}
	wg.Wait()
	slices.SortFunc(all, func(a, b span) int { return int(int64(a.from) - int64(b.from)) })
	for i := 1; i < len(all); i++ {
		require.LessOrEqual(t, all[i-1].to, all[i].from)
	}
}

// After a crash or a clean restart timestamps go on above all earlier ones, also
// when the wall clock has fallen back by a day (T1).
func TestMonotoneOverRestarts(t *testing.T) {
	fs := store.NewCrashableMem()
	clock := newClock()
	last := schema.Timestamp(0)
	rng := rand.New(rand.NewPCG(7, 7))
	for epoch := range uint64(8) {
		n := open(t, fs, epoch+1, clock.now)
		for range 10 {
			first, _, err := n.Now(context.Background(), 3)
			require.NoError(t, err)
			require.GreaterOrEqual(t, first, last)
			last = first + 3
			clock.add(time.Duration(rng.IntN(2000)-300) * time.Millisecond)
		}
		crashed := fs.CrashClone(store.CrashCloneCfg{UnsyncedDataPercent: rng.IntN(101), RNG: rng})
		n.close(t)
		if epoch%2 == 0 {
			fs = crashed
		}
		clock.add(-24 * time.Hour)
	}
}

// Timestamps follow the wall clock within the millisecond while it runs forward,
// and an oracle that nobody asks writes nothing.
func TestFollowsClockLazily(t *testing.T) {
	clock := newClock()
	n := open(t, store.MemFS(), 1, clock.now)
	defer n.close(t)
	for range 5 {
		first, _, err := n.Now(context.Background(), 1)
		require.NoError(t, err)
		require.Equal(t, uint64(clock.now().UnixMilli()), uint64(first)>>schema.LogicalBits)
		clock.add(10 * time.Second)
	}
	applied := n.host.Group(schema.SystemGroup).Info().Applied
	time.Sleep(300 * time.Millisecond)
	require.Equal(t, applied, n.host.Group(schema.SystemGroup).Info().Applied)
}

// The revision never falls behind what was announced before the call (T3).
func TestMetaRev(t *testing.T) {
	n := open(t, store.MemFS(), 1, time.Now)
	defer n.close(t)
	for rev := int64(1); rev < 100; rev += 7 {
		n.AdvanceMeta(rev)
		n.AdvanceMeta(rev - 3)
		_, got, err := n.Now(context.Background(), 1)
		require.NoError(t, err)
		require.Equal(t, rev, got)
	}
}

// After the host's end Now fails instead of waiting.
func TestClosedHost(t *testing.T) {
	n := open(t, store.MemFS(), 1, time.Now)
	_, _, err := n.Now(context.Background(), 1)
	require.NoError(t, err)
	n.close(t)
	_, _, err = n.Now(context.Background(), 1)
	require.Error(t, err)
}

func BenchmarkNow(b *testing.B) {
	n := open(b, store.MemFS(), 1, time.Now)
	defer n.close(b)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, _, err := n.Now(context.Background(), 1); err != nil {
				b.Fatal(err)
			}
		}
	})
}
