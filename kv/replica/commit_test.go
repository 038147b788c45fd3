package replica

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

// A one-phase commit is there for readers at its timestamp and after, not before;
// repeating the request returns the same timestamp and writes nothing; all of it
// survives a restart.
func TestCommitOnePhase(t *testing.T) {
	fs := store.MemFS()
	n := openNode(t, fs, nodeOptions{groups: 1})
	n.openShards(0, 1)
	before := n.oracle.now()
	r := CommitRequest{n.write(n.ids.Next(), insert("a", "1"), insert("b", "1"))}
	c, err := n.g(1).Commit(ctx, r)
	require.NoError(t, err)
	require.Greater(t, c, before)
	again, err := n.g(1).Commit(ctx, r)
	require.NoError(t, err)
	require.Equal(t, c, again)
	require.Equal(t, "", n.get(1, before, "a"))
	require.Equal(t, "1", n.get(1, c, "a"))
	c2 := n.mustCommit(1, update("a", "2"), remove("b"))
	require.Equal(t, "1", n.get(1, c2-1, "b"))
	require.Equal(t, "", n.get(1, c2, "b"))
	st, _ := n.g(1).Shard(sh(1, 0))
	require.Equal(t, int64(1), st.Rows)
	require.Equal(t, c2, st.LastTS)
	n.close()

	n = openNode(t, fs, nodeOptions{groups: 1, epoch: 2, oracle: n.oracle})
	defer n.close()
	require.Equal(t, "2", n.get(1, n.oracle.now(), "a"))
	again, err = n.g(1).Commit(ctx, r)
	require.NoError(t, err)
	require.Equal(t, c, again)
	after, _ := n.g(1).Shard(sh(1, 0))
	require.Equal(t, st, after)
}

// What a commit is refused for, and that it then has no effect and holds no lock.
func TestCommitRefused(t *testing.T) {
	n := openNode(t, store.MemFS(), nodeOptions{groups: 1})
	defer n.close()
	n.openShards(0, 1)
	old := n.oracle.now()
	n.mustCommit(1, insert("a", "1"), insert("gone", "1"))
	n.mustCommit(1, remove("gone"))
	var dup *DuplicateKeyError
	for _, c := range []struct {
		name string
		ts   schema.Timestamp
		ws   []write
		want error
	}{
		{"insert of a key that exists", n.oracle.now(), []write{insert("z", "1"), insert("a", "2")}, ErrDuplicateKey},
		{"insert of a key deleted before", n.oracle.now(), []write{insert("gone", "2"), insert("a", "2")}, ErrDuplicateKey},
		{"insert of a key deleted since", old, []write{insert("gone", "2")}, ErrConflict},
		{"update of a key changed since", old, []write{insert("z", "1"), update("a", "2")}, ErrConflict},
		{"lock of a key changed since", old, []write{{mvcc.Lock, mvcc.Unchanged, "a", ""}}, ErrConflict},
	} {
		_, err := n.commit(1, c.ts, c.ws...)
		require.ErrorIs(t, err, c.want, c.name)
		if errors.As(err, &dup) {
			require.Equal(t, "a\x00", string(dup.Key))
			require.Equal(t, sh(1, 0), dup.Shard)
		}
		require.Equal(t, "", n.get(1, n.oracle.now(), "z"), c.name)
	}
	_, err := n.g(1).Commit(ctx, CommitRequest{Write{Txn: n.ids.Next(), WriteSet: set(sh(2, 0), old, blind("a", "1"))}})
	require.ErrorIs(t, err, ErrShardNotOpen)
	_, err = n.g(1).Commit(ctx, CommitRequest{Write{Txn: n.ids.Next(), WriteSet: make([]byte, MaxInline+1)}})
	require.ErrorIs(t, err, ErrTooLarge)
	_, err = n.g(1).Commit(ctx, CommitRequest{Write{Txn: n.ids.Next(), WriteSet: []byte{9, 9}}})
	require.ErrorIs(t, err, mvcc.ErrCorrupt)
	_, err = n.g(1).Commit(ctx, CommitRequest{Write{Txn: n.ids.Next(), Staged: 3}})
	require.ErrorIs(t, err, ErrTxnUnknown)
	require.Empty(t, n.g(1).leader.locks.owners)
	n.mustCommit(1, insert("z", "1"), update("a", "3"))
}

// Of many transactions that update one key from one read, exactly one commits; the
// others wait for it and conflict. Of many that insert one key, one inserts.
func TestCommitContention(t *testing.T) {
	n := openNode(t, store.MemFS(), nodeOptions{groups: 1})
	defer n.close()
	n.openShards(0, 1)
	n.mustCommit(1, insert("a", "0"))
	for round := range 20 {
		ts := n.oracle.now()
		var mu sync.Mutex
		var won, conflicts, duplicates int
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				_, err := n.commit(1, ts, update("a", fmt.Sprint(round, i)))
				_, err2 := n.commit(1, ts, insert(fmt.Sprint("k", round), fmt.Sprint(i)))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case errors.Is(err, ErrConflict):
					conflicts++
				}
				if errors.Is(err2, ErrDuplicateKey) {
					duplicates++
				}
			})
		}
		wg.Wait()
		require.Equal(t, []int{1, 7, 7}, []int{won, conflicts, duplicates})
	}
	require.Empty(t, n.g(1).leader.locks.owners)
	require.Empty(t, n.g(1).leader.locks.queues)
	require.Empty(t, n.g(1).leader.active)
}

// Staged chunks commit with the request's own writes on top, the later write of a
// key winning, and leave nothing behind; a request that counts them wrongly is
// refused, and Resolve(abort) drops them.
func TestCommitStaged(t *testing.T) {
	n := openNode(t, store.MemFS(), nodeOptions{groups: 1})
	defer n.close()
	n.openShards(0, 1)
	txn := n.ids.Next()
	for i := range uint32(3) {
		chunk := set(sh(1, 0), n.oracle.now(), blind(fmt.Sprint("k", i), "1"), blind("all", fmt.Sprint(i)))
		require.NoError(t, n.g(1).Stage(ctx, txn, i, chunk))
	}
	w := n.write(txn, insert("own", "1"), write{mvcc.Replace, mvcc.None, "k1", "2"})
	w.Staged = 2
	_, err := n.g(1).Commit(ctx, CommitRequest{w})
	require.ErrorIs(t, err, ErrTxnUnknown)
	w.Staged = 3
	c, err := n.g(1).Commit(ctx, CommitRequest{w})
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2", "1", "2", "1"}, []string{n.get(1, c, "k0"), n.get(1, c, "k1"), n.get(1, c, "k2"), n.get(1, c, "all"), n.get(1, c, "own")})
	require.Empty(t, n.g(1).m.staged)

	txn = n.ids.Next()
	require.NoError(t, n.g(1).Stage(ctx, txn, 0, set(sh(1, 0), 1, blind("x", "1"))))
	require.NoError(t, n.g(1).Resolve(ctx, txn, Outcome{}))
	require.Empty(t, n.g(1).m.staged)
	w = n.write(txn)
	w.Staged = 1
	_, err = n.g(1).Commit(ctx, CommitRequest{w})
	require.ErrorIs(t, err, ErrTxnUnknown)
}

// A reader whose timestamp was taken after that of a commit waits for it to be
// applied, also in the moment when the commit has its timestamp and does not know
// it yet (I3).
func TestReadBarrierWaitsForDeciding(t *testing.T) {
	n := openNode(t, store.MemFS(), nodeOptions{groups: 1})
	defer n.close()
	n.openShards(0, 1)
	n.mustCommit(1, insert("a", "1"))
	hold := make(chan struct{})
	before := n.oracle.now()
	n.oracle.hold.Store(&hold)
	committed := make(chan schema.Timestamp)
	last := n.oracle.last.Load()
	go func() {
		ts, _ := n.commit(1, before, update("a", "2"))
		committed <- ts
	}()
	eventually(t, "the oracle is asked", func() bool { return n.oracle.last.Load() > last })
	read := n.oracle.now()
	short, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, n.g(1).ReadBarrier(short, read), context.DeadlineExceeded)
	n.oracle.hold.Store(nil)
	close(hold)
	require.Equal(t, "2", n.get(1, read, "a"))
	require.Less(t, <-committed, read)
}

// A request that gives up while it waits for a lock has done nothing; one that
// gives up later does not know. The lock passes on in both cases.
func TestCommitCancelled(t *testing.T) {
	n := openNode(t, store.MemFS(), nodeOptions{groups: 1})
	defer n.close()
	n.openShards(0, 1)
	ts := n.oracle.now()
	hold := make(chan struct{})
	n.oracle.hold.Store(&hold)
	short, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
	defer cancel()
	first := make(chan error, 1)
	go func() {
		_, err := n.g(1).Commit(short, CommitRequest{Write{Txn: n.ids.Next(), WriteSet: set(sh(1, 0), ts, insert("a", "1"))}})
		first <- err
	}()
	eventually(t, "the first has the lock", func() bool {
		n.g(1).m.mu.Lock()
		defer n.g(1).m.mu.Unlock()
		return len(n.g(1).leader.locks.owners) == 1
	})
	_, err := n.g(1).Commit(short, CommitRequest{Write{Txn: n.ids.Next(), WriteSet: set(sh(1, 0), ts, insert("a", "2"))}})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NotErrorIs(t, err, ErrUnknown)
	err = <-first
	require.ErrorIs(t, err, ErrUnknown)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	n.oracle.hold.Store(nil)
	close(hold)
	_, err = n.commit(1, ts, insert("a", "3"))
	require.ErrorIs(t, err, ErrDuplicateKey)
}

// The schema is checked at the commit timestamp, for one phase and for two.
func TestSchemaCheck(t *testing.T) {
	n := openNode(t, store.MemFS(), nodeOptions{groups: 2})
	defer n.close()
	n.openShards(0, 1, 2)
	n.SetSchema(schemaFunc(func(rev int64, tables []TableVersion) error {
		if rev != 1 || tables[0].Version != 7 {
			return ErrSchemaChanged
		}
		return nil
	}))
	for _, v := range []uint32{6, 7} {
		tables := []TableVersion{{1, v}}
		w := n.write(n.ids.Next(), insert("a", "1"))
		w.Tables = tables
		_, err := n.g(1).Commit(ctx, CommitRequest{w})
		w = n.write(n.ids.Next(), insert("b", "1"))
		w.Tables = tables
		require.NoError(t, n.g(1).Prepare(ctx, PrepareRequest{Write: w, Anchor: 1, Participants: []schema.GroupID{1, 2}}))
		_, err2 := n.g(1).Decide(ctx, w.Txn, true)
		if v == 7 {
			require.NoError(t, err)
			require.NoError(t, err2)
			continue
		}
		require.ErrorIs(t, err, ErrSchemaChanged)
		require.ErrorIs(t, err2, ErrSchemaChanged)
		o, err := n.g(1).Decide(ctx, w.Txn, false)
		require.NoError(t, err)
		require.False(t, o.Committed)
	}
}

type schemaFunc func(rev int64, tables []TableVersion) error

func (f schemaFunc) Check(_ context.Context, rev int64, tables []TableVersion) error {
	return f(rev, tables)
}
