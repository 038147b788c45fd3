package replica

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"go.etcd.io/raft/v3"
	"golang.org/x/sync/semaphore"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

// Group is this node's replica of one replication group. All methods may be called
// by any number of goroutines. Those that take a context return soon after it ends;
// the effect of a request that is in the log by then is unknown.
type Group struct {
	h   *Host
	id  schema.GroupID
	m   *machine // m.mu guards leader and commits too
	log *groupLog
	w   *worker
	in  inbox

	// The worker's own.
	raft       *raft.RawNode
	leading    bool
	leaderTerm uint64 // term of leader, 0 for none

	// What others read of the worker's.
	term, commit, leaderID atomic.Uint64
	sole                   atomic.Bool

	leader *leader
	// serving is the term of leader once it is ready, 0 for none.
	serving atomic.Uint64
	applyq  applyQueue
	// durable is the applied index that a crash cannot undo.
	durable atomic.Uint64
	// budget bounds the proposals in flight, in bytes.
	budget *semaphore.Weighted
	reads  sync.Map // of ReadIndex: number → chan struct{}

	commits    []*commitRequest // each of a caller that waits
	commitWake chan struct{}
	inflight   chan struct{} // one for each commit entry not applied yet
}

// openGroup recovers a group: its state from the data store, its log behind it.
func openGroup(h *Host, id schema.GroupID, boot *store.Batch) (*Group, error) {
	g := &Group{
		h: h, id: id, budget: semaphore.NewWeighted(budgetBytes),
		commitWake: make(chan struct{}, 1), inflight: make(chan struct{}, commitEntries),
	}
	g.applyq.init()
	var err error
	if g.m, err = newMachine(id, h.opts.Data); err != nil {
		return nil, err
	}
	g.m.prepGone = g.prepGone
	cache := cacheBytes / max(1, len(h.opts.Groups))
	if g.log, err = openLog(h.opts.Log, id, cache, boot, 1, []uint64{1}); err != nil {
		return nil, fmt.Errorf("log of group %d: %w", id, err)
	}
	if g.m.members != nil {
		g.log.conf = g.m.members
	}
	g.setSole(g.log.conf)
	applied := g.m.applied
	if last := g.log.last.Load(); applied > last {
		// Only a raft snapshot could have put the data ahead, and there are none.
		return nil, fmt.Errorf("group %d: data at index %d is ahead of the log at %d: the log is lost or of another node", id, applied, last)
	}
	if first := g.log.first.Load(); applied < first-1 {
		return nil, fmt.Errorf("group %d: data at index %d, the log begins at %d: the data is lost or of another node", id, applied, first)
	}
	if g.log.hard.GetCommit() < applied {
		// A new commit index alone is not synced.
		g.log.hard.Commit = &applied
	}
	g.term.Store(g.log.hard.GetTerm())
	g.commit.Store(g.log.hard.GetCommit())
	return g, nil
}

// start gives the group to a worker.
func (g *Group) start(w *worker) (err error) {
	g.w = w
	if g.raft, err = raft.NewRawNode(g.raftConfig()); err != nil {
		return fmt.Errorf("group %d: %w", g.id, err)
	}
	return nil
}

// ID returns the group's id.
func (g *Group) ID() schema.GroupID { return g.id }

// OpenShards makes shards take writes; rev is the metadata revision that created
// them. A shard that is open or full stays as it is.
func (g *Group) OpenShards(ctx context.Context, shards []ShardOpen, rev int64) error {
	l, err := g.current(ctx)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(shards, MaxInline/(keys.ShardLen+8)) {
		if g.open(part) {
			continue
		}
		_, err := l.submit(ctx, cmdOpenShards, 16+(keys.ShardLen+8)*len(part), func(b []byte) []byte {
			return appendOpenShards(b, part, rev)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// open reports whether all shards are known.
func (g *Group) open(shards []ShardOpen) bool {
	g.m.mu.Lock()
	defer g.m.mu.Unlock()
	return !slices.ContainsFunc(shards, func(s ShardOpen) bool { return g.m.shards[s.ID] == nil })
}

// Reserve claims room for up to n more rows of a shard in the name of a transaction
// and returns how many it got: fewer than n when the cap is near, 0 when the shard
// is full. What the transaction's inserts do not use is released when it commits or
// by Resolve. A promise ends with the leader's term; Commit and Prepare then ask for
// the room again.
func (g *Group) Reserve(txn TxnID, shard schema.ShardID, n int64) (int64, error) {
	g.m.mu.Lock()
	defer g.m.mu.Unlock()
	l := g.leader
	if l == nil || !l.ready {
		return 0, g.h.closedOr(ErrNotLeader)
	}
	s := g.m.shards[shard]
	if s == nil {
		return 0, fmt.Errorf("%w: %v", ErrShardNotOpen, shard)
	}
	if s.maxRows == 0 || n <= 0 {
		return max(0, n), nil
	}
	if n = min(n, s.room()); n > 0 {
		l.promise(txn, s, n)
	}
	return n, nil
}

// Stage stores chunk number chunk of the transaction's writes: a mvcc.WriteSet of
// at most MaxInline bytes. Chunks are numbered from 0 without a gap, below 65536;
// staging one again replaces it. Calls for several chunks may run at once. Who
// stages must end with Commit, Prepare or Resolve. When a key is written more than
// once, the write of the higher chunk counts, and that of a request's WriteSet over
// all chunks.
func (g *Group) Stage(ctx context.Context, txn TxnID, chunk uint32, ws []byte) error {
	if len(ws) > MaxInline || chunk >= maxChunks {
		return ErrTooLarge
	}
	l, err := g.current(ctx)
	if err != nil {
		return err
	}
	_, err = l.submit(ctx, cmdStage, keys.TxnLen+4+len(ws), func(b []byte) []byte {
		b = append(b, txn[:]...)
		b = binary.LittleEndian.AppendUint32(b, chunk)
		return append(b, ws...)
	})
	return err
}

// DropTable removes all rows and shards of a table from the group. Writes of
// transactions still in flight vanish with them.
func (g *Group) DropTable(ctx context.Context, table schema.TableID) error {
	l, err := g.current(ctx)
	if err != nil {
		return err
	}
	_, err = l.submit(ctx, cmdDropTable, binary.MaxVarintLen32, func(b []byte) []byte {
		return binary.AppendUvarint(b, uint64(table))
	})
	return err
}

// Shard returns the figures of one shard.
func (g *Group) Shard(id schema.ShardID) (ShardStat, bool) {
	g.m.mu.Lock()
	defer g.m.mu.Unlock()
	s := g.m.shards[id]
	if s == nil {
		return ShardStat{}, false
	}
	return s.stat(), true
}

// LastTS sets dst[i] to the newest commit timestamp of shard ids[i], 0 for a shard
// that the group does not have.
func (g *Group) LastTS(ids []schema.ShardID, dst []schema.Timestamp) {
	g.m.mu.Lock()
	defer g.m.mu.Unlock()
	for i, id := range ids {
		dst[i] = 0
		if s := g.m.shards[id]; s != nil {
			dst[i] = s.lastTS
		}
	}
}

// Shards returns the figures of the shards of a table in the group, in order of
// their ids; table 0 stands for all.
func (g *Group) Shards(table schema.TableID) []ShardStat {
	g.m.mu.Lock()
	out := make([]ShardStat, 0, len(g.m.shards))
	for id, s := range g.m.shards {
		if table == 0 || id.Table == table {
			out = append(out, s.stat())
		}
	}
	g.m.mu.Unlock()
	slices.SortFunc(out, func(a, b ShardStat) int { return a.ID.Compare(b.ID) })
	return out
}

// Info describes the group. On the leader it asks the worker how far the other
// replicas are.
func (g *Group) Info() GroupInfo {
	i := GroupInfo{
		ID: g.id, Replica: g.log.replica, Leader: g.leaderID.Load(), Leading: g.serving.Load() != 0,
		Term: g.term.Load(), First: g.log.first.Load(), Last: g.log.last.Load(), Committed: g.commit.Load(),
		Durable: g.durable.Load(), LogBytes: g.log.bytes.Load(),
	}
	g.m.mu.Lock()
	i.Applied, i.Shards, i.Prepared = g.m.applied, len(g.m.shards), len(g.m.preps)
	i.Records = len(g.m.one) + len(g.m.two)
	g.m.mu.Unlock()
	i.Committed = max(i.Committed, i.Applied)
	ch := make(chan []ReplicaInfo, 1)
	g.post(func(in *letters) { in.calls = append(in.calls, func() { ch <- g.replicas() }) })
	select {
	case i.Replicas = <-ch:
	case <-g.h.ctx.Done():
	}
	return i
}

// replicas describes the members; the worker calls it.
func (g *Group) replicas() (out []ReplicaInfo) {
	for id, p := range g.raft.Status().Progress {
		out = append(out, ReplicaInfo{id, p.IsLearner, p.Match, p.RecentActive || id == g.log.replica})
	}
	slices.SortFunc(out, func(a, b ReplicaInfo) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// unknown returns the error of a request that was given up in the log.
func unknown(ctx context.Context) error { return fmt.Errorf("%w: %w", ErrUnknown, ctx.Err()) }
