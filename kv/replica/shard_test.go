package replica

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

// The row cap is exact: many transactions that reserve before they insert never
// exceed it together, what they do not use comes back, and a shard that has reached
// it stays full.
func TestReserve(t *testing.T) {
	n := openNode(t, store.MemFS(), nodeOptions{groups: 1})
	defer n.close()
	n.openShards(100, 1)
	g, id := n.g(1), sh(1, 0)
	a := n.ids.Next()
	got, err := g.Reserve(a, id, 70)
	require.NoError(t, err)
	require.Equal(t, int64(70), got)
	got, err = g.Reserve(n.ids.Next(), id, 50)
	require.NoError(t, err)
	require.Equal(t, int64(30), got)
	_, err = n.commit(1, 1, insert("x", "1"))
	require.ErrorIs(t, err, ErrShardFull)
	require.NoError(t, g.Resolve(ctx, a, Outcome{}))
	st, _ := g.Shard(id)
	require.Equal(t, int64(30), st.Reserved)
	n.mustCommit(1, insert("x", "1"))

	var mu sync.Mutex
	total := int64(0)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 5 {
				txn := n.ids.Next()
				k, err := g.Reserve(txn, id, 3)
				if err != nil || k == 0 {
					return
				}
				var ws []write
				for r := range k {
					ws = append(ws, insert(fmt.Sprint(i, j, r), "1"))
				}
				if _, err := g.Commit(ctx, CommitRequest{n.write(txn, ws...)}); err != nil {
					t.Error(err)
				}
				mu.Lock()
				total += k
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Equal(t, int64(69), total) // 100, less 30 promised, less x
	st, _ = g.Shard(id)
	require.Equal(t, []int64{70, 30}, []int64{st.Rows, st.Reserved})
	require.Equal(t, schema.ShardOpen, st.State)
	// The second transaction uses its promise, and the shard is full for good.
	second := NewTxnID(1, 1, 2)
	var ws []write
	for r := range 30 {
		ws = append(ws, insert(fmt.Sprint("second", r), "1"))
	}
	_, err = g.Commit(ctx, CommitRequest{n.write(second, ws...)})
	require.NoError(t, err)
	n.mustCommit(1, remove("x"))
	st, _ = g.Shard(id)
	require.Equal(t, schema.ShardFull, st.State)
	require.Equal(t, []int64{99, 0}, []int64{st.Rows, st.Reserved})
	got, err = g.Reserve(n.ids.Next(), id, 1)
	require.NoError(t, err)
	require.Zero(t, got)
	n.mustCommit(1, update("second1", "2"))
	_, err = g.Reserve(a, sh(1, 9), 1)
	require.ErrorIs(t, err, ErrShardNotOpen)
}

// OpenShards is idempotent; DropTable removes one table and no other, and what was
// prepared for it vanishes.
func TestOpenAndDrop(t *testing.T) {
	fs := store.MemFS()
	n := openNode(t, fs, nodeOptions{groups: 2})
	g := n.g(1)
	var open []ShardOpen
	for i := range 300 {
		open = append(open, ShardOpen{sh(1+i%2, i), 0})
	}
	require.NoError(t, g.OpenShards(ctx, open, 5))
	applied := g.Info().Applied
	require.NoError(t, g.OpenShards(ctx, open[7:9], 6))
	require.Equal(t, applied, g.Info().Applied)
	put := func(table, start int) {
		_, err := g.Commit(ctx, CommitRequest{Write{Txn: n.ids.Next(), WriteSet: set(sh(table, start), 1, blind("a", "1"))}})
		require.NoError(t, err)
	}
	put(1, 0)
	put(2, 1)
	txn := n.ids.Next()
	require.NoError(t, g.Prepare(ctx, PrepareRequest{Write: Write{Txn: txn, WriteSet: set(sh(1, 2), 1, insert("b", "1"))}, Anchor: 1, Participants: []schema.GroupID{1, 2}}))
	require.NoError(t, g.DropTable(ctx, 1))
	require.Empty(t, g.Shards(1))
	require.Len(t, g.Shards(2), 150)
	require.Len(t, g.Shards(0), 150)
	o, err := g.Decide(ctx, txn, true)
	require.NoError(t, err)
	require.NoError(t, g.Resolve(ctx, txn, o))
	require.Len(t, n.versions(1), 1)
	_, err = g.Commit(ctx, CommitRequest{Write{Txn: n.ids.Next(), WriteSet: set(sh(1, 0), 1, blind("a", "1"))}})
	require.ErrorIs(t, err, ErrShardNotOpen)
	n.close()
	n = openNode(t, fs, nodeOptions{groups: 2, epoch: 2, oracle: n.oracle})
	defer n.close()
	require.Len(t, n.g(1).Shards(0), 150)
	s, ok := n.g(1).Shard(sh(2, 1))
	require.True(t, ok)
	require.Equal(t, []int64{1, 5}, []int64{s.Rows, s.OpenRev})
}

// Records do not grow for ever: above their number the older half is dropped, and a
// transaction that may have had one is told that nobody knows, never that it failed
// (I3). Records of two-phase commits stay until every participant has resolved.
func TestDropRecords(t *testing.T) {
	fs := store.MemFS()
	edit := func(o *Options) {
		o.RecordsMax, o.RecordAge, o.RecordAgeTwo = 50, time.Hour, time.Nanosecond
	}
	n := openNode(t, fs, nodeOptions{groups: 2, edit: edit})
	n.openShards(0, 1, 2)
	first := CommitRequest{n.write(n.ids.Next(), insert("first", "1"))}
	first.AttemptTS = n.oracle.now()
	_, err := n.g(1).Commit(ctx, first)
	require.NoError(t, err)
	txn, parts := n.ids.Next(), []int{1, 2}
	for _, g := range parts {
		require.NoError(t, n.prepare(txn, 1, parts, g, insert("two", "1")))
	}
	o, err := n.g(1).Decide(ctx, txn, true)
	require.NoError(t, err)
	aborted := n.ids.Next()
	_, err = n.g(1).Decide(ctx, aborted, false)
	require.NoError(t, err)
	for i := range 200 {
		n.mustCommit(1, insert(fmt.Sprint(i), "1"))
	}
	eventually(t, "records are dropped", func() bool { return n.g(1).Info().Records <= 51 })
	check := func() {
		_, err := n.g(1).Commit(ctx, first)
		require.ErrorIs(t, err, ErrExpired)
	}
	check()
	// The sweeper resolves what the coordinator forgot; then the record goes too.
	eventually(t, "the commit is resolved everywhere", func() bool { return n.g(2).Info().Prepared == 0 })
	require.Equal(t, "1", n.get(2, o.TS, "two"))
	n.g(1).Forget(txn)
	n.oracle.last.Add(1 << 30) // some seconds later
	eventually(t, "two-phase records are dropped", func() bool {
		n.g(1).m.mu.Lock()
		defer n.g(1).m.mu.Unlock()
		return len(n.g(1).m.two) == 0
	})
	n.close()
	n = openNode(t, fs, nodeOptions{groups: 2, epoch: 2, oracle: n.oracle, edit: edit})
	defer n.close()
	check()
	require.LessOrEqual(t, n.g(1).Info().Records, 51)
	late := PrepareRequest{Write: n.write(txn, insert("late", "1")), Anchor: 1, Participants: []schema.GroupID{1, 2}}
	late.AttemptTS = 5
	require.ErrorIs(t, n.g(1).Prepare(ctx, late), ErrExpired)
}

// All methods return ErrClosed after Close, and Close may be called again.
func TestClosed(t *testing.T) {
	n := openNode(t, store.MemFS(), nodeOptions{groups: 1})
	n.openShards(0, 1)
	n.close()
	g := n.g(1)
	txn := n.ids.Next()
	_, commitErr := n.commit(1, 1, insert("a", "1"))
	_, decideErr := g.Decide(ctx, txn, true)
	_, _, statusErr := g.Status(ctx, txn)
	_, reserveErr := g.Reserve(txn, sh(1, 0), 1)
	_, leadErr := g.Lead(ctx)
	for i, err := range []error{
		commitErr, decideErr, statusErr, reserveErr, leadErr,
		n.prepare(txn, 1, []int{1}, 1, insert("a", "1")), g.Resolve(ctx, txn, Outcome{}), g.Stage(ctx, txn, 0, nil),
		g.ReadBarrier(ctx, 1), g.OpenShards(ctx, []ShardOpen{{sh(1, 5), 0}}, 1), g.DropTable(ctx, 1), g.RaiseBound(ctx, 1, 1), g.Confirm(ctx, 2),
	} {
		require.True(t, errors.Is(err, ErrClosed), "%d: %v", i, err)
	}
	require.False(t, g.Info().Leading)
	require.NoError(t, n.Host.Close())
}
