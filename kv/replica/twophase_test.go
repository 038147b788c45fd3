package replica

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

// A two-phase transaction is invisible until it is decided, then visible in all
// groups to readers at its timestamp, whether or not its coordinator resolves it;
// every step may be repeated.
func TestTwoPhaseCommit(t *testing.T) {
	n := openNode(t, store.MemFS(), nodeOptions{groups: 3, edit: func(o *Options) { o.SweepInterval = time.Hour }})
	defer n.close()
	n.openShards(0, 1, 2, 3)
	txn, parts := n.ids.Next(), []int{1, 2, 3}
	for range 2 {
		for _, g := range parts {
			require.NoError(t, n.prepare(txn, 1, parts, g, insert("a", "1")))
		}
	}
	st, _, err := n.g(1).Status(ctx, txn)
	require.NoError(t, err)
	require.Equal(t, StatusPending, st)
	for _, g := range parts {
		require.Equal(t, "", n.get(g, n.oracle.now(), "a"))
	}
	o, err := n.g(1).Decide(ctx, txn, true)
	require.NoError(t, err)
	require.True(t, o.Committed)
	again, err := n.g(1).Decide(ctx, txn, false)
	require.NoError(t, err)
	require.Equal(t, o, again)
	require.Equal(t, "", n.get(2, o.TS-1, "a"))
	require.Equal(t, 1, n.g(2).Info().Prepared)
	require.Equal(t, "1", n.get(1, o.TS, "a"))
	require.Equal(t, "1", n.get(2, o.TS, "a"))
	require.Equal(t, 0, n.g(2).Info().Prepared)
	for range 2 {
		for _, g := range parts {
			require.NoError(t, n.g(g).Resolve(ctx, txn, o))
		}
	}
	require.Equal(t, "1", n.get(3, n.oracle.now(), "a"))
	require.NoError(t, n.prepare(txn, 1, parts, 1, insert("a", "1")))
	st, ts, err := n.g(1).Status(ctx, txn)
	require.NoError(t, err)
	require.Equal(t, o.TS, ts)
	require.Equal(t, StatusCommitted, st)
	for _, g := range parts {
		require.Empty(t, n.g(g).m.preps)
		require.Empty(t, n.g(g).leader.locks.owners)
		require.Empty(t, n.g(g).leader.prepared)
	}
}

// An abort leaves nothing, also when a participant was never prepared; what comes
// after it is refused.
func TestTwoPhaseAbort(t *testing.T) {
	n := openNode(t, store.MemFS(), nodeOptions{groups: 2})
	defer n.close()
	n.openShards(10, 1, 2)
	txn, parts := n.ids.Next(), []int{1, 2}
	require.NoError(t, n.prepare(txn, 1, parts, 2, insert("a", "1")))
	_, err := n.g(1).Decide(ctx, txn, true)
	require.ErrorIs(t, err, ErrTxnUnknown)
	o, err := n.g(1).Decide(ctx, txn, false)
	require.NoError(t, err)
	require.Equal(t, Outcome{}, o)
	require.ErrorIs(t, n.prepare(txn, 1, parts, 1, insert("a", "1")), ErrAborted)
	_, err = n.g(1).Commit(ctx, CommitRequest{n.write(txn, insert("a", "1"))})
	require.ErrorIs(t, err, ErrAborted)
	require.NoError(t, n.g(2).Resolve(ctx, txn, o))
	for g := 1; g <= 2; g++ {
		s, _ := n.g(g).Shard(sh(1, 0))
		require.Zero(t, s.Rows)
		require.Zero(t, s.Reserved)
		n.mustCommit(g, insert("a", "2"))
	}
}

// Prepared keys are locked: a one-phase commit waits for the decision and then sees
// a duplicate, a conflict, or a free key.
func TestPreparedLocks(t *testing.T) {
	n := openNode(t, store.MemFS(), nodeOptions{groups: 2})
	defer n.close()
	n.openShards(0, 1, 2)
	for _, commit := range []bool{true, false} {
		txn := n.ids.Next()
		key := fmt.Sprint(commit)
		require.NoError(t, n.prepare(txn, 1, []int{1, 2}, 1, insert(key, "1")))
		require.NoError(t, n.prepare(txn, 1, []int{1, 2}, 2, insert(key, "1")))
		done := make(chan error, 1)
		go func() {
			_, err := n.commit(2, n.oracle.now(), insert(key, "2"))
			done <- err
		}()
		select {
		case err := <-done:
			t.Fatalf("did not wait: %v", err)
		case <-time.After(50 * time.Millisecond):
		}
		o, err := n.g(1).Decide(ctx, txn, commit)
		require.NoError(t, err)
		require.NoError(t, n.g(2).Resolve(ctx, txn, o))
		if commit {
			require.ErrorIs(t, <-done, ErrDuplicateKey)
		} else {
			require.NoError(t, <-done)
		}
	}
}

// Two transactions that wait for each other in two groups do not wait for ever: at
// least one gives up with a conflict, and the key is named.
func TestDeadlock(t *testing.T) {
	n := openNode(t, store.MemFS(), nodeOptions{groups: 2, edit: func(o *Options) { o.LockTimeout = 50 * time.Millisecond }})
	defer n.close()
	n.openShards(0, 1, 2)
	a, b := n.ids.Next(), n.ids.Next()
	parts := []int{1, 2}
	require.NoError(t, n.prepare(a, 1, parts, 1, insert("k", "a")))
	require.NoError(t, n.prepare(b, 1, parts, 2, insert("k", "b")))
	errs := make(chan error, 2)
	go func() { errs <- n.prepare(a, 1, parts, 2, insert("k", "a")) }()
	go func() {
		err := n.prepare(b, 1, parts, 1, insert("k", "b"))
		o, _ := n.g(1).Decide(ctx, b, false)
		_ = n.g(2).Resolve(ctx, b, o)
		errs <- err
	}()
	var failed []error
	for range 2 {
		if err := <-errs; err != nil {
			failed = append(failed, err)
		}
	}
	require.Len(t, failed, 1) // the younger one
	var conflict *ConflictError
	require.ErrorAs(t, failed[0], &conflict)
	require.Equal(t, "k\x00", string(conflict.Key))
	o, err := n.g(1).Decide(ctx, a, true)
	require.NoError(t, err)
	require.Equal(t, "a", n.get(2, o.TS, "k"))
}

// Staged chunks of many shards become versions in every group when the transaction
// is resolved, in parts, the anchor included.
func TestTwoPhaseStaged(t *testing.T) {
	n := openNode(t, store.MemFS(), nodeOptions{groups: 2, memtable: 1 << 20})
	defer n.close()
	n.openShards(0, 1, 2)
	txn := n.ids.Next()
	const chunks, rows = 6, 1000
	value := fmt.Sprintf("%0200d", 7)
	for g := 1; g <= 2; g++ {
		for i := range chunks {
			var ws []write
			for r := range rows {
				ws = append(ws, blind(fmt.Sprintf("%d-%05d", i, r), value))
			}
			require.NoError(t, n.g(g).Stage(ctx, txn, uint32(i), set(sh(1, 0), 1, ws...)))
		}
		w := n.write(txn)
		w.Staged = chunks
		require.NoError(t, n.g(g).Prepare(ctx, PrepareRequest{Write: w, Anchor: 1, Participants: []schema.GroupID{1, 2}}))
	}
	o, err := n.g(1).Decide(ctx, txn, true)
	require.NoError(t, err)
	for g := 1; g <= 2; g++ {
		require.NoError(t, n.g(g).Resolve(ctx, txn, o))
		for i := range chunks {
			require.Equal(t, value, n.peek(g, o.TS, fmt.Sprintf("%d-%05d", i, rows-1)))
		}
		s, _ := n.g(g).Shard(sh(1, 0))
		require.Equal(t, int64(chunks*rows), s.Rows)
		require.Empty(t, n.g(g).m.staged)
		require.Empty(t, n.g(g).m.preps)
	}
}

// What coordinators of an earlier boot left is cleared up after a restart:
// undecided transactions are aborted, decided ones carried out, chunks dropped.
func TestOrphans(t *testing.T) {
	fs := store.MemFS()
	never := func(o *Options) { o.SweepInterval = time.Hour }
	n := openNode(t, fs, nodeOptions{groups: 2, edit: never})
	n.openShards(5, 1, 2)
	parts := []int{1, 2}
	undecided, decided, staged, noAnchor := n.ids.Next(), n.ids.Next(), n.ids.Next(), n.ids.Next()
	for g := 1; g <= 2; g++ {
		require.NoError(t, n.prepare(undecided, 1, parts, g, insert("undecided", "1")))
		require.NoError(t, n.prepare(decided, 1, parts, g, insert("decided", "1")))
		require.NoError(t, n.g(g).Stage(ctx, staged, 0, set(sh(1, 0), 1, blind("staged", "1"))))
	}
	require.NoError(t, n.prepare(noAnchor, 1, parts, 2, insert("no anchor", "1")))
	o, err := n.g(1).Decide(ctx, decided, true)
	require.NoError(t, err)
	n.close()

	// Locks of PREPs are there before anyone can ask.
	n = openNode(t, fs, nodeOptions{groups: 2, epoch: 2, oracle: n.oracle, edit: func(o *Options) {
		never(o)
		o.Gone = func(schema.NodeID, uint64) bool { return false }
	}})
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	ts := n.oracle.now()
	_, err = n.g(2).Commit(short, CommitRequest{Write{Txn: n.ids.Next(), WriteSet: set(sh(1, 0), ts, insert("undecided", "2"))}})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	s, _ := n.g(2).Shard(sh(1, 0))
	require.Equal(t, int64(3), s.Reserved)
	n.close()

	n = openNode(t, fs, nodeOptions{groups: 2, epoch: 3, oracle: n.oracle})
	defer n.close()
	eventually(t, "all is resolved", func() bool {
		return n.g(1).Info().Prepared+n.g(2).Info().Prepared == 0 && n.stagedCount() == 0
	})
	for g := 1; g <= 2; g++ {
		require.Equal(t, "1", n.get(g, o.TS, "decided"))
		for _, key := range []string{"undecided", "staged", "no anchor"} {
			require.Equal(t, "", n.get(g, n.oracle.now(), key))
			n.mustCommit(g, insert(key, "2"))
		}
	}
	st, _, err := n.g(1).Status(ctx, undecided)
	require.NoError(t, err)
	require.Equal(t, StatusAborted, st)
}

func (n *node) stagedCount() (c int) {
	for _, g := range n.Groups() {
		g.m.mu.Lock()
		c += len(g.m.staged)
		g.m.mu.Unlock()
	}
	return c
}

// Money moves between accounts of all groups by one- and two-phase transactions
// while readers add the accounts up behind the barrier: every sum is right (I5), and
// increments are never lost (I6). Coordinators die at every step, and the sweeper
// ends their transactions.
func TestBank(t *testing.T) {
	const groups, accounts, start = 3, 4, 1000
	var dead sync.Map
	n := openNode(t, store.MemFS(), nodeOptions{groups: groups, edit: func(o *Options) {
		o.SweepInterval = 20 * time.Millisecond
		o.LockTimeout = 20 * time.Millisecond
		o.Gone = func(_ schema.NodeID, epoch uint64) bool { _, ok := dead.Load(epoch); return ok }
	}})
	defer n.close()
	n.openShards(0, 1, 2, 3)
	for g := 1; g <= groups; g++ {
		var ws []write
		for a := range accounts {
			ws = append(ws, insert(fmt.Sprint(a), fmt.Sprint(start)))
		}
		n.mustCommit(g, ws...)
	}
	read := func(g int, ts schema.Timestamp, a int) (v int) {
		_, err := fmt.Sscan(n.get(g, ts, fmt.Sprint(a)), &v)
		require.NoError(t, err)
		return v
	}
	var epochs, committed, aborted, died atomic.Uint64
	epochs.Store(100)
	stop := time.Now().Add(1500 * time.Millisecond)
	var wg sync.WaitGroup
	for w := range 6 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 9))
			for i := 0; time.Now().Before(stop); i++ {
				// Each coordinator is a boot of its own, so that it can die alone.
				epoch := epochs.Add(1)
				txn := NewTxnID(1, epoch, 1)
				ts := n.oracle.now()
				g1, g2, a1, a2 := 1+rng.IntN(groups), 1+rng.IntN(groups), rng.IntN(accounts), rng.IntN(accounts)
				if g1 > g2 {
					g1, g2, a1, a2 = g2, g1, a2, a1
				}
				v1, v2 := read(g1, ts, a1), read(g2, ts, a2)
				if g1 == g2 {
					if a1 == a2 {
						continue
					}
					_, err := n.g(g1).Commit(ctx, CommitRequest{Write{Txn: txn, ReadTS: ts, WriteSet: set(sh(1, 0), ts,
						update(fmt.Sprint(a1), fmt.Sprint(v1-1)), update(fmt.Sprint(a2), fmt.Sprint(v2+1)))}})
					if err == nil {
						committed.Add(1)
					}
					continue
				}
				parts := []schema.GroupID{schema.GroupID(g1), schema.GroupID(g2)}
				deadline := rng.IntN(8) // the step after which the coordinator dies
				err1 := n.g(g1).Prepare(ctx, PrepareRequest{Write: Write{Txn: txn, ReadTS: ts, WriteSet: set(sh(1, 0), ts, update(fmt.Sprint(a1), fmt.Sprint(v1-1)))}, Anchor: parts[0], Participants: parts})
				if deadline == 0 {
					died.Add(1)
					dead.Store(epoch, true)
					continue
				}
				err2 := n.g(g2).Prepare(ctx, PrepareRequest{Write: Write{Txn: txn, ReadTS: ts, WriteSet: set(sh(1, 0), ts, update(fmt.Sprint(a2), fmt.Sprint(v2+1)))}, Anchor: parts[0], Participants: parts})
				if deadline == 1 {
					died.Add(1)
					dead.Store(epoch, true)
					continue
				}
				o, err := n.g(g1).Decide(ctx, txn, err1 == nil && err2 == nil)
				if err != nil {
					t.Errorf("decide: %v", err)
					return
				}
				if o.Committed {
					committed.Add(1)
				} else {
					aborted.Add(1)
				}
				if deadline == 2 {
					died.Add(1)
					dead.Store(epoch, true)
					continue
				}
				for _, g := range []int{g2, g1} {
					if err := n.g(g).Resolve(ctx, txn, o); err != nil {
						t.Errorf("resolve: %v", err)
					}
				}
				n.g(g1).Forget(txn)
			}
		})
	}
	sums := 0
	sum := func() {
		ts := n.oracle.now()
		total := 0
		for _, g := range rand.Perm(groups) {
			for a := range accounts {
				total += read(g+1, ts, a)
			}
		}
		require.Equal(t, groups*accounts*start, total)
		sums++
	}
	for time.Now().Before(stop) {
		sum()
	}
	wg.Wait()
	eventually(t, "all is resolved", func() bool {
		return n.g(1).Info().Prepared+n.g(2).Info().Prepared+n.g(3).Info().Prepared == 0
	})
	sum()
	t.Logf("%d committed, %d aborted, %d coordinators died, %d sums", committed.Load(), aborted.Load(), died.Load(), sums)
	require.NotZero(t, committed.Load())
	require.NotZero(t, died.Load())
	for g := 1; g <= groups; g++ {
		require.Empty(t, n.g(g).leader.locks.owners)
	}
}
