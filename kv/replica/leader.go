package replica

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/meta/schema"
)

// leader is what a group's leader knows beyond the replicated state: who has locked
// what, which transactions are being decided, what shards have promised. It lives
// for one term and is lost with it. All fields are guarded by the machine's mu.
type leader struct {
	g    *Group
	term uint64
	// ready: the entries of all earlier terms are applied and locks recovered.
	ready bool
	// up is closed when ready becomes true or the term ends, lost when it ends.
	up, lost chan struct{}

	locks *lockTable
	// active holds the requests that commit, prepare or decide a transaction, one
	// at a time each; the channel is closed when the request ends.
	active map[TxnID]chan struct{}
	// deciding holds what may commit at a timestamp that is not applied yet (I3).
	// changed is closed, and replaced, when one of them gets its timestamp or ends.
	deciding map[*deciding]struct{}
	changed  chan struct{}
	// prepared holds the locks of the PREPs (I8, I12).
	prepared map[TxnID]*owner
	// reserved holds what shards with a cap have promised to transactions.
	reserved map[TxnID]map[schema.ShardID]int64
	// proposals holds what is in raft's hands and not applied yet.
	proposals map[uint64]*proposal
	// resolving holds the transactions with a cmdResolve in the log.
	resolving map[TxnID]chan struct{}
	// resolved holds the committed transactions that need their record no more.
	resolved map[TxnID]struct{}
	// seen holds the PREPs that the last sweep saw.
	seen map[TxnID]struct{}
	// newest is the newest timestamp that the last sweeps saw, first at noticed.
	newest  schema.Timestamp
	noticed time.Time
}

// deciding is one transaction between the moment it becomes visible here and the
// moment its commit is applied or given up. ts is 0 until the oracle has answered.
type deciding struct {
	txn TxnID
	ts  schema.Timestamp
}

// proposal is an entry on its way through the log.
type proposal struct {
	l            *leader
	term, number uint64
	data         []byte
	// done is called once, with the machine's mu held: the entry is applied, was
	// refused, or (ErrUnknown) its term ended. It must not block.
	done func(*result)
}

// elected begins a term as leader.
func (g *Group) elected(term uint64) {
	l := &leader{
		g: g, term: term, up: make(chan struct{}), lost: make(chan struct{}),
		locks: newLockTable(), active: map[TxnID]chan struct{}{}, deciding: map[*deciding]struct{}{}, changed: make(chan struct{}),
		prepared: map[TxnID]*owner{}, reserved: map[TxnID]map[schema.ShardID]int64{}, proposals: map[uint64]*proposal{},
		resolving: map[TxnID]chan struct{}{}, resolved: map[TxnID]struct{}{}, seen: map[TxnID]struct{}{},
	}
	g.leaderTerm = term
	g.m.mu.Lock()
	defer g.m.mu.Unlock()
	for _, s := range g.m.shards {
		s.reserved = 0
	}
	g.leader = l
}

// deposed ends the term, if there is one: whoever waits learns it.
func (g *Group) deposed() {
	g.leaderTerm = 0
	g.m.mu.Lock()
	defer g.m.mu.Unlock()
	g.endTerm(ErrUnknown)
}

func (g *Group) endTerm(err error) {
	l := g.leader
	if l == nil {
		return
	}
	g.leader = nil
	g.serving.Store(0)
	close(l.lost)
	if !l.ready {
		close(l.up)
	}
	for _, p := range l.proposals {
		g.finish(p, &result{err: err})
	}
}

// newLeader returns the leader of a term if this replica is it and does not serve
// yet.
func (g *Group) newLeader(term uint64) *leader {
	g.m.mu.Lock()
	defer g.m.mu.Unlock()
	if l := g.leader; l != nil && l.term == term && !l.ready {
		return l
	}
	return nil
}

// recover takes the locks of all PREPs and reserves what they insert. Only the
// applier calls it, so the state stands still.
func (l *leader) recover() error {
	for txn, p := range l.g.m.preps {
		w := writes{}
		if err := l.g.eachWriteSet(p, func(ws []byte) error { return w.add(l, ws) }); err != nil {
			return fmt.Errorf("transaction %s: %w", txn, err)
		}
		w.sum()
		o := &owner{txn: txn, hashes: w.hashes, prepared: true}
		l.g.m.mu.Lock()
		l.locks.adopt(o)
		l.prepared[txn] = o
		for _, u := range w.shards {
			if s := l.g.m.shards[u.id]; s != nil && s.maxRows > 0 {
				l.promise(txn, s, u.inserts)
			}
		}
		l.g.m.mu.Unlock()
	}
	return nil
}

// eachWriteSet calls f with all writes of a prepared transaction.
func (g *Group) eachWriteSet(p *prep, f func(ws []byte) error) error {
	if p.staged > 0 {
		if err := g.m.eachChunk(p.txn, func(_ uint32, ws []byte) error { return f(ws) }); err != nil {
			return err
		}
	}
	ws, closer, err := g.m.prepWrites(p)
	if err != nil {
		return err
	}
	err = f(ws)
	if e := closer(); err == nil {
		err = e
	}
	return err
}

// serve makes the leader ready.
func (l *leader) serve() {
	if l.g.leader != l {
		return
	}
	l.ready = true
	l.g.serving.Store(l.term)
	close(l.up)
	l.g.wakeCommitter()
}

// current returns the group's leader if it is this replica, once it serves.
func (g *Group) current(ctx context.Context) (*leader, error) {
	for {
		g.m.mu.Lock()
		l := g.leader
		ready := l != nil && l.ready
		g.m.mu.Unlock()
		switch {
		case g.h.ctx.Err() != nil:
			return nil, ErrClosed
		case l == nil:
			return nil, ErrNotLeader
		case ready:
			return l, nil
		}
		select {
		case <-l.up:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// alive reports whether the term goes on; mu is held.
func (l *leader) alive() bool { return l.g.leader == l }

// notify wakes who waits for a change of deciding.
func (l *leader) notify() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// enter makes a request the only one that works on its transaction, waiting for
// the end of another. It returns the function that ends it.
func (l *leader) enter(ctx context.Context, txn TxnID) (leave func(), err error) {
	mu := &l.g.m.mu
	for {
		mu.Lock()
		if !l.alive() {
			mu.Unlock()
			return nil, ErrNotLeader
		}
		other := l.active[txn]
		if other == nil {
			ch := make(chan struct{})
			l.active[txn] = ch
			mu.Unlock()
			return func() { // with mu held
				delete(l.active, txn)
				close(ch)
			}, nil
		}
		mu.Unlock()
		select {
		case <-other:
		case <-l.lost:
			return nil, ErrNotLeader
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// promise notes that a transaction may insert n rows into a shard.
func (l *leader) promise(txn TxnID, s *shard, n int64) {
	r := l.reserved[txn]
	if r == nil {
		r = map[schema.ShardID]int64{}
		l.reserved[txn] = r
	}
	r[s.id] += n
	s.reserved += n
}

// unreserve gives back what a transaction has not used.
func (l *leader) unreserve(txn TxnID) {
	for id, n := range l.reserved[txn] {
		if s := l.g.m.shards[id]; s != nil {
			s.reserved -= n
		}
	}
	delete(l.reserved, txn)
}

// prepGone is called when a PREP was removed: its locks go, and its reservations.
func (g *Group) prepGone(txn TxnID) {
	l := g.leader
	if l == nil {
		return
	}
	if o := l.prepared[txn]; o != nil {
		delete(l.prepared, txn)
		l.locks.release(o)
	}
	l.unreserve(txn)
}

// writes is what a leader needs to know of the writes of a transaction.
type writes struct {
	hashes []uint64   // of the keys to be locked
	shards []shardUse // sorted and distinct after sum
}

// shardUse is what a transaction does to a shard.
type shardUse struct {
	id      schema.ShardID
	inserts int64
	lastTS  schema.Timestamp // newest commit of the shard when it was validated
}

// add takes a write set in; an error means that it is damaged.
func (w *writes) add(l *leader, ws []byte) error {
	if len(ws) == 0 {
		return nil
	}
	var u *shardUse
	it := mvcc.ReadWrites(ws)
	for it.Next() {
		if u == nil || it.Write.Shard != u.id {
			w.shards = append(w.shards, shardUse{id: it.Write.Shard})
			u = &w.shards[len(w.shards)-1]
		}
		u.inserts += max(0, it.Write.Delta())
		if it.Write.Check != mvcc.None || it.Write.Kind == mvcc.Lock {
			w.hashes = append(w.hashes, l.locks.hash(&it.Write))
		}
	}
	return it.Err()
}

// sum brings hashes and shards in order, each once.
func (w *writes) sum() {
	slices.Sort(w.hashes)
	w.hashes = slices.Compact(w.hashes)
	if len(w.shards) < 2 {
		return
	}
	slices.SortStableFunc(w.shards, func(a, b shardUse) int { return a.id.Compare(b.id) })
	out := w.shards[:1]
	for _, u := range w.shards[1:] {
		if last := &out[len(out)-1]; last.id == u.id {
			last.inserts += u.inserts
		} else {
			out = append(out, u)
		}
	}
	w.shards = out
}

// use returns what is done to a shard.
func (w *writes) use(id schema.ShardID) *shardUse {
	i, ok := slices.BinarySearchFunc(w.shards, id, func(u shardUse, id schema.ShardID) int { return u.id.Compare(id) })
	invariants.Check(ok, "replica: shard %v is not among the writes", id)
	return &w.shards[i]
}
