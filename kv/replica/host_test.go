package replica

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testOracle counts; it outlives the hosts of a test as the real one would.
type testOracle struct {
	last atomic.Uint64
	// hold, when not nil, delays the answer until it can be received from.
	hold atomic.Pointer[chan struct{}]
}

func newTestOracle() *testOracle {
	o := &testOracle{}
	o.last.Store(1 << 40)
	return o
}

func (o *testOracle) Now(ctx context.Context, n int) (schema.Timestamp, int64, error) {
	first := schema.Timestamp(o.last.Add(uint64(n)) - uint64(n) + 1)
	if h := o.hold.Load(); h != nil {
		select {
		case <-*h:
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		}
	}
	return first, 1, nil
}

// now returns a read timestamp: above everything handed out before.
func (o *testOracle) now() schema.Timestamp { return schema.Timestamp(o.last.Add(1)) }

// node is a host with its stores and an oracle.
type node struct {
	*Host
	t         testing.TB
	fs        store.FS
	oracle    *testOracle
	ids       *TxnIDs
	log, data *store.Store
}

type nodeOptions struct {
	groups   int // besides the system group
	epoch    uint64
	memtable uint64
	oracle   *testOracle
	edit     func(*Options)
}

func openNode(t testing.TB, fs store.FS, o nodeOptions) *node { return openAt(t, fs, "", o) }

// openDirNode opens a node on the disk.
func openDirNode(t testing.TB, dir string, o nodeOptions) *node {
	return openAt(t, store.DiskFS(), dir+"/", o)
}

func openAt(t testing.TB, fs store.FS, dir string, o nodeOptions) *node {
	t.Helper()
	if o.epoch == 0 {
		o.epoch = 1
	}
	if o.oracle == nil {
		o.oracle = newTestOracle()
	}
	n := &node{t: t, fs: fs, oracle: o.oracle, ids: NewTxnIDs(1, o.epoch)}
	opts := Options{Node: 1, Epoch: o.epoch, Tick: 10 * time.Millisecond, SweepInterval: 50 * time.Millisecond}
	for i := range o.groups + 1 {
		opts.Groups = append(opts.Groups, schema.GroupID(i))
	}
	if o.edit != nil {
		o.edit(&opts)
	}
	var err error
	n.log, err = store.Open(store.Options{Dir: dir + "raft", FS: fs, Kind: store.RaftLog, OnFatal: func(error) {}})
	require.NoError(t, err)
	n.data, err = store.Open(store.Options{Dir: dir + "data", FS: fs, Kind: store.Data, MemTableSize: o.memtable, OnFatal: func(error) {}})
	require.NoError(t, err)
	opts.Log, opts.Data = n.log, n.data
	n.Host, err = Open(opts)
	require.NoError(t, err)
	n.SetOracle(n.oracle)
	return n
}

func (n *node) close() {
	n.t.Helper()
	require.NoError(n.t, n.Host.Close())
	require.NoError(n.t, n.data.Close())
	require.NoError(n.t, n.log.Close())
}

// g returns a group.
func (n *node) g(id int) *Group { return n.Group(schema.GroupID(id)) }

func sh(table, start int) schema.ShardID {
	return schema.ShardID{Table: schema.TableID(table), Start: int64(start)}
}

// openShards opens shard start 0 of table 1 in the groups.
func (n *node) openShards(max int64, groups ...int) {
	n.t.Helper()
	for _, id := range groups {
		require.NoError(n.t, n.g(id).OpenShards(ctx, []ShardOpen{{sh(1, 0), max}}, 1))
	}
}

var ctx = context.Background()

// write is one write of a test's write set.
type write struct {
	kind  mvcc.WriteKind
	check mvcc.Check
	key   string
	value string
}

func insert(key, value string) write { return write{mvcc.Insert, mvcc.Absent, key, value} }
func update(key, value string) write { return write{mvcc.Replace, mvcc.Unchanged, key, value} }
func remove(key string) write        { return write{mvcc.Delete, mvcc.Unchanged, key, ""} }
func blind(key, value string) write  { return write{mvcc.Insert, mvcc.None, key, value} }

func set(s schema.ShardID, checkTS schema.Timestamp, ws ...write) []byte {
	var w mvcc.WriteSet
	w.Begin(s, checkTS)
	for _, x := range ws {
		w.Add(x.kind, x.check, []byte(x.key+"\x00"), []byte(x.value))
	}
	return w.Bytes()
}

// commit commits writes to the default shard in a group, read at ts.
func (n *node) commit(group int, ts schema.Timestamp, ws ...write) (schema.Timestamp, error) {
	return n.g(group).Commit(ctx, CommitRequest{Write{Txn: n.ids.Next(), ReadTS: ts, WriteSet: set(sh(1, 0), ts, ws...)}})
}

func (n *node) mustCommit(group int, ws ...write) schema.Timestamp {
	n.t.Helper()
	ts, err := n.commit(group, n.oracle.now(), ws...)
	require.NoError(n.t, err)
	return ts
}

// get reads a key of the default shard at ts, behind the barrier; "" for none.
func (n *node) get(group int, ts schema.Timestamp, key string) string {
	n.t.Helper()
	require.NoError(n.t, n.g(group).ReadBarrier(ctx, ts))
	return n.peek(group, ts, key)
}

// peek is get without the barrier.
func (n *node) peek(group int, ts schema.Timestamp, key string) string {
	n.t.Helper()
	s, err := mvcc.NewSeeker(n.data.Reader())
	require.NoError(n.t, err)
	defer s.Close()
	_, v, _, err := s.Newest(schema.GroupID(group), sh(1, 0), []byte(key+"\x00"), ts)
	require.NoError(n.t, err)
	return string(v)
}

// write builds the common part of a request.
func (n *node) write(txn TxnID, ws ...write) Write {
	ts := n.oracle.now()
	w := Write{Txn: txn, ReadTS: ts}
	if len(ws) > 0 {
		w.WriteSet = set(sh(1, 0), ts, ws...)
	}
	return w
}

// prepare prepares a transaction over groups, the first of which is the anchor.
func (n *node) prepare(txn TxnID, anchor int, participants []int, group int, ws ...write) error {
	var gs []schema.GroupID
	for _, p := range participants {
		gs = append(gs, schema.GroupID(p))
	}
	return n.g(group).Prepare(ctx, PrepareRequest{Write: n.write(txn, ws...), Anchor: schema.GroupID(anchor), Participants: gs})
}

// dump renders all keys of a group but the applied state, for comparison.
func dump(t testing.TB, s *store.Store, gid schema.GroupID) (out []string) {
	t.Helper()
	from, to := keys.GroupBounds(gid)
	it, err := s.NewIter(&store.IterOptions{LowerBound: from, UpperBound: to})
	require.NoError(t, err)
	defer func() { require.NoError(t, it.Close()) }()
	for ok := it.First(); ok; ok = it.Next() {
		out = append(out, fmt.Sprintf("%x=%x", it.Key(), it.Value()))
	}
	return out
}

// eventually waits for a condition that background work brings about.
func eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	for range 1000 {
		if f() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}
