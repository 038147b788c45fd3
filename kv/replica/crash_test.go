package replica

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

var crashes = flag.Int("crashes", 100, "crash images of TestCrash")

const (
	crashGroups  = 3
	crashWriters = 6
)

// attempt is a transaction of TestCrash: it writes its own keys in some groups.
type attempt struct {
	txn    TxnID
	keys   map[int][]string // by group
	staged bool
	acked  bool
	ts     schema.Timestamp
}

// history is what was tried and what was acknowledged, over all crashes.
type history struct {
	mu    sync.Mutex
	tried []*attempt
	// counters are the acknowledged values of one key per group that every writer
	// increments.
	counters [crashGroups + 1]int
}

// writer commits transactions until the node stops: in one group or several,
// staged or not, aborting some.
func (h *history) writer(n *node, rng *rand.Rand, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		a := &attempt{txn: n.ids.Next(), keys: map[int][]string{}, staged: rng.IntN(3) == 0}
		for range 1 + rng.IntN(3) {
			g := 1 + rng.IntN(crashGroups)
			for range 1 + rng.IntN(4) {
				a.keys[g] = append(a.keys[g], fmt.Sprintf("%s-%d", a.txn, len(a.keys[g])))
			}
		}
		h.mu.Lock()
		h.tried = append(h.tried, a)
		h.mu.Unlock()
		if err := h.try(n, a, rng); errors.Is(err, ErrClosed) || errors.Is(err, ErrUnknown) || errors.Is(err, ErrNotLeader) {
			return
		}
		h.count(n, 1+rng.IntN(crashGroups))
	}
}

func (h *history) try(n *node, a *attempt, rng *rand.Rand) error {
	groups := slices.Sorted(maps.Keys(a.keys))
	ts := n.oracle.now()
	part := func(g int) (w Write, err error) {
		w = Write{Txn: a.txn, ReadTS: ts}
		for i, k := range a.keys[g] {
			ws := set(sh(1, 0), ts, insert(k, fmt.Sprint(i)+string(make([]byte, rng.IntN(300)))))
			if a.staged {
				if err := n.g(g).Stage(ctx, a.txn, w.Staged, ws); err != nil {
					return w, err
				}
				w.Staged++
			}
		}
		if !a.staged {
			var all []write
			for i, k := range a.keys[g] {
				all = append(all, insert(k, fmt.Sprint(i)))
			}
			w.WriteSet = set(sh(1, 0), ts, all...)
		}
		return w, nil
	}
	if len(groups) == 1 {
		w, err := part(groups[0])
		if err == nil {
			a.ts, err = n.g(groups[0]).Commit(ctx, CommitRequest{w})
		}
		h.ack(a, err)
		return err
	}
	var parts []schema.GroupID
	for _, g := range groups {
		parts = append(parts, schema.GroupID(g))
	}
	for _, g := range groups {
		w, err := part(g)
		if err == nil {
			err = n.g(g).Prepare(ctx, PrepareRequest{Write: w, Anchor: parts[0], Participants: parts})
		}
		if err != nil {
			return err
		}
	}
	o, err := n.g(groups[0]).Decide(ctx, a.txn, rng.IntN(8) > 0)
	if o.Committed {
		a.ts = o.TS
		h.ack(a, err)
	}
	if err != nil || rng.IntN(4) == 0 {
		return err // the coordinator dies here, or later
	}
	for _, g := range groups {
		if err := n.g(g).Resolve(ctx, a.txn, o); err != nil {
			return err
		}
	}
	return nil
}

func (h *history) ack(a *attempt, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	a.acked = err == nil
}

// count increments the counter of a group.
func (h *history) count(n *node, g int) {
	ts := n.oracle.now()
	if n.g(g).ReadBarrier(ctx, ts) != nil {
		return
	}
	v := 0
	old := n.peek(g, ts, "counter")
	if _, err := fmt.Sscan(old, &v); err != nil && old != "" {
		return
	}
	w := update("counter", fmt.Sprint(v+1))
	if old == "" {
		w = insert("counter", "1")
	}
	if _, err := n.commit(g, ts, w); err == nil {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.counters[g] = max(h.counters[g], v+1)
	}
}

// check compares what a recovered node holds with what must, may and must not be
// there.
func (h *history) check(n *node, acked map[TxnID]bool, counters [crashGroups + 1]int) {
	t := n.t
	eventually(t, "what the crash interrupted is resolved", func() bool {
		left := n.stagedCount()
		for _, g := range n.Groups() {
			left += g.Info().Prepared
		}
		return left == 0
	})
	found := map[string]schema.Timestamp{}
	for g := 1; g <= crashGroups; g++ {
		rows := map[string]bool{}
		for _, k := range n.versions(g) {
			if _, ok := found[string(k.Row)]; !ok {
				found[string(k.Row)] = k.TS
			}
			rows[string(k.Row)] = true
		}
		st, _ := n.g(g).Shard(sh(1, 0))
		require.Equal(t, int64(len(rows)), st.Rows, "rows of group %d", g)
		v := 0
		if s := n.get(g, n.oracle.now(), "counter"); s != "" {
			_, err := fmt.Sscan(s, &v)
			require.NoError(t, err)
		}
		require.GreaterOrEqual(t, v, counters[g])
	}
	for _, a := range h.tried {
		have, total := 0, 0
		for _, ks := range a.keys {
			for _, k := range ks {
				total++
				if ts, ok := found[k+"\x00"]; ok {
					have++
					if a.ts != 0 {
						require.Equal(t, a.ts, ts, "timestamp of %s", k)
					}
				}
			}
		}
		if acked[a.txn] {
			require.Equal(t, total, have, "acknowledged %s staged=%v over %d groups", a.txn, a.staged, len(a.keys))
		} else if have != 0 {
			require.Equal(t, total, have, "unacknowledged %s staged=%v over %d groups", a.txn, a.staged, len(a.keys))
		}
	}
}

// versions lists the keys of all versions of a group.
func (n *node) versions(g int) (out []keys.Key) {
	from, to := keys.KindBounds(schema.GroupID(g), keys.KindRow)
	it, err := n.data.NewIter(&store.IterOptions{LowerBound: from, UpperBound: to})
	require.NoError(n.t, err)
	defer func() { require.NoError(n.t, it.Close()) }()
	for ok := it.First(); ok; ok = it.Next() {
		k, err := keys.Decode(slices.Clone(it.Key()))
		require.NoError(n.t, err)
		out = append(out, k)
	}
	return out
}

// After a crash at any moment, with any part of what was not synced lost, every
// acknowledged transaction is there entirely and of every other one all or nothing;
// counts of rows are right; the node goes on. Writers work while the image of the
// file system is taken; the next round goes on from the image.
func TestCrash(t *testing.T) {
	const rounds = 10
	for chain := range max(1, *crashes/rounds) {
		rng := rand.New(rand.NewPCG(uint64(chain), 3))
		fs := store.NewCrashableMem()
		h, oracle := &history{}, newTestOracle()
		replayed, truncated := uint64(0), uint64(0)
		for round := range rounds {
			n := openNode(t, fs, nodeOptions{
				groups: crashGroups, epoch: uint64(round + 1), oracle: oracle, memtable: 64 << 10,
				edit: func(o *Options) {
					o.Tick, o.SweepInterval = 5*time.Millisecond, 5*time.Millisecond
					o.LogBytesMax = 64 << 10
					o.RecordsMax, o.truncateMin = 50, 5
				},
			})
			n.openShards(0, 1, 2, 3)
			acked, counters := map[TxnID]bool{}, [crashGroups + 1]int{}
			for _, a := range h.tried {
				acked[a.txn] = a.acked
			}
			if round > 0 {
				h.check(n, acked, h.counters)
			}
			stop := make(chan struct{})
			var wg sync.WaitGroup
			for range crashWriters {
				seed := rng.Uint64()
				wg.Go(func() { h.writer(n, rand.New(rand.NewPCG(seed, 1)), stop) })
			}
			time.Sleep(time.Duration(rng.IntN(80)) * time.Millisecond)
			h.mu.Lock()
			for _, a := range h.tried {
				acked[a.txn] = a.acked
			}
			counters = h.counters
			h.mu.Unlock()
			crashed := fs.CrashClone(store.CrashCloneCfg{UnsyncedDataPercent: rng.IntN(101), RNG: rng})
			close(stop)
			wg.Wait()
			for _, g := range n.Groups() {
				i := g.Info()
				replayed += i.Applied - i.Durable
				truncated += i.First - bootIndex - 1
			}
			n.close()
			// What was acknowledged after the image was taken may be lost with it.
			for _, a := range h.tried {
				a.acked = acked[a.txn]
				if !a.acked {
					a.ts = 0
				}
			}
			h.counters, fs = counters, crashed
		}
		if testing.Verbose() {
			t.Logf("chain %d: %d transactions, %d entries not flushed at crashes, %d truncated", chain, len(h.tried), replayed, truncated)
		}
	}
}

// An fsync that fails stops the node at once: OnFatal is called, who waits gets an
// error, nothing is served any more, and what was acknowledged before is there after
// a restart.
func TestFatal(t *testing.T) {
	var fail atomic.Bool
	fs := store.FailSyncs(store.MemFS(), &fail)
	fatal := make(chan error, 10)
	n := openNode(t, fs, nodeOptions{groups: 2, edit: func(o *Options) { o.OnFatal = func(err error) { fatal <- err } }})
	n.openShards(0, 1, 2)
	c := n.mustCommit(1, insert("a", "1"))
	txn := n.ids.Next()
	require.NoError(t, n.prepare(txn, 1, []int{1, 2}, 2, insert("b", "1")))
	waiting := make(chan error, 1)
	go func() {
		_, err := n.commit(2, n.oracle.now(), insert("b", "2")) // waits for the lock
		waiting <- err
	}()
	fail.Store(true)
	_, err := n.commit(1, n.oracle.now(), insert("c", "1"))
	require.Error(t, err)
	require.Error(t, <-fatal)
	require.Error(t, <-waiting)
	_, err = n.commit(1, n.oracle.now(), insert("d", "1"))
	require.ErrorIs(t, err, ErrClosed)
	require.ErrorIs(t, n.g(1).ReadBarrier(ctx, c), ErrClosed)
	_, err = n.g(1).Reserve(txn, sh(1, 0), 1)
	require.ErrorIs(t, err, ErrClosed)
	require.NotPanics(t, func() { n.g(1).Info() })
	require.NoError(t, n.Host.Close())
	require.Empty(t, fatal)
	fail.Store(false)
	_ = n.data.Close()
	_ = n.log.Close()

	n = openNode(t, fs, nodeOptions{groups: 2, epoch: 2, oracle: n.oracle})
	defer n.close()
	require.Equal(t, "1", n.get(1, n.oracle.now(), "a"))
	require.Equal(t, "", n.get(1, n.oracle.now(), "d"))
}
