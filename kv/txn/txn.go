package txn

import (
	"context"
	"errors"
	"time"

	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/meta/cluster"
	"github.com/dejaq/fasti/meta/schema"
)

// Isolation is how much a transaction sees of others that commit beside it.
type Isolation uint8

const (
	// ReadCommitted: every statement sees what was committed when it began.
	ReadCommitted Isolation = iota
	// RepeatableRead: every statement sees what was committed when the first began.
	RepeatableRead
)

// Txn is one transaction. It belongs to one goroutine, but for the Readers of its
// scans.
type Txn struct {
	db        *DB
	id        replica.TxnID
	isolation Isolation
	done      bool
	// alone: who runs the transaction holds the lock of the table that it writes.
	alone bool
	// broken is why the last write failed: what it did is undone by RollbackTo, or by
	// Commit, which then rolls back.
	broken error

	// readTS is what the statement reads at, 0 before the first; view is new enough
	// for it; barriers are the groups that have all of it.
	readTS schema.Timestamp
	view   *cluster.View
	// moment is when the statement began, for DB.emptied.
	moment   uint64
	barriers map[schema.GroupID]struct{}

	lists  []*list // in order of their first use
	tables map[schema.TableID]*table
	bytes  int64 // written, in all lists

	// ctx ends with the transaction; it is made with the first list.
	ctx    context.Context
	cancel context.CancelFunc
}

// Begin starts a transaction. It costs nothing until the first Statement. The caller
// ends it with Commit or Rollback.
func (db *DB) Begin(i Isolation) *Txn {
	return &Txn{db: db, id: db.ids.Next(), isolation: i}
}

// ID returns the transaction's id.
func (t *Txn) ID() replica.TxnID { return t.id }

// ReadTS returns the timestamp of the current statement, 0 before the first.
func (t *Txn) ReadTS() schema.Timestamp { return t.readTS }

// Statement begins a statement: scans see what was committed before it (or before
// the first one, under RepeatableRead) and what earlier statements of the
// transaction wrote. Scans of earlier statements must be closed.
func (t *Txn) Statement(ctx context.Context) error {
	if err := t.usable(); err != nil {
		return err
	}
	for _, l := range t.lists {
		if l.open {
			// What is seen ends between two blocks, so that readers meet only such
			// as do not change any more.
			l.pieces[len(l.pieces)-1].ws.EndBlock()
		}
		l.see()
	}
	for _, w := range t.tables {
		clear(w.arbiters)
	}
	moment := t.db.emptied.now()
	if t.isolation == RepeatableRead && t.readTS != 0 {
		t.moment = moment
		t.view = t.db.opts.Cluster.View() // for the shards that the transaction made
		return nil
	}
	ts, view, err := t.db.now(ctx)
	if err != nil {
		return err
	}
	t.readTS, t.view, t.moment = ts, view, moment
	clear(t.barriers)
	return nil
}

// barrier makes sure that a snapshot taken afterwards has everything of a group that
// was committed at the read timestamp.
func (t *Txn) barrier(ctx context.Context, id schema.GroupID) error {
	if _, ok := t.barriers[id]; ok {
		return nil
	}
	g, err := t.db.group(id)
	if err != nil {
		return err
	}
	if err := g.ReadBarrier(ctx, t.readTS); err != nil {
		return groupError(err)
	}
	if t.barriers == nil {
		t.barriers = make(map[schema.GroupID]struct{})
	}
	t.barriers[id] = struct{}{}
	return nil
}

func groupError(err error) error {
	if errors.Is(err, replica.ErrNotLeader) || errors.Is(err, replica.ErrClosed) {
		return errors.Join(ErrNoGroup, err)
	}
	return err
}

// list returns the list of the transaction's writes in a group.
func (t *Txn) list(id schema.GroupID) (*list, error) {
	for _, l := range t.lists {
		if l.group.ID() == id {
			return l, nil
		}
	}
	g, err := t.db.group(id)
	if err != nil {
		return nil, err
	}
	if t.ctx == nil {
		t.ctx, t.cancel = context.WithCancel(context.Background())
	}
	l := &list{txn: t, group: g, calls: make(chan struct{}, t.db.opts.StageCalls)}
	t.lists = append(t.lists, l)
	return l, nil
}

// grow accounts for n more bytes of writes.
func (t *Txn) grow(n int) error {
	if t.bytes += int64(n); t.bytes > t.db.opts.MaxTxnBytes {
		return &TooLargeError{Limit: t.db.opts.MaxTxnBytes}
	}
	return nil
}

// usable returns why the transaction takes no statement.
func (t *Txn) usable() error {
	switch {
	case t.done:
		return ErrDone
	case t.db.closed.Load():
		return ErrClosed
	}
	return nil
}

// table is what a transaction keeps of a table that it writes.
type table struct {
	t     *Txn
	tbl   *schema.Table
	codec *mvcc.Codec
	enc   *mvcc.Encoder
	route router
	// keys tells which primary keys the transaction has made and removed; nil for a
	// table without one, and when it has to be made anew (stale).
	keys    *keySet
	stale   bool
	ids     []uint64 // memory for row ids of a batch, by row
	entries entries
	// arbiters are the unique indexes, 0 the primary key, that the statement asks for
	// Conflicts before it inserts; everArbiter those that one of the transaction did.
	arbiters, everArbiter map[schema.TableID]bool
	// inserting: the rows being stored are new to the table, not moved in it.
	inserting bool
	fetcher   fetcher
}

// writes returns the state of a table that the current statement writes, locking the
// table the first time.
func (t *Txn) writes(ctx context.Context, tbl *schema.Table) (*table, error) {
	if err := t.usable(); err != nil {
		return nil, err
	}
	if t.broken != nil {
		return nil, t.broken
	}
	if t.readTS == 0 {
		if err := t.Statement(ctx); err != nil {
			return nil, err
		}
	}
	w := t.tables[tbl.ID]
	if w != nil && w.tbl == tbl {
		return w, nil
	}
	if w != nil && w.tbl.Version != tbl.Version {
		// The rows of two descriptors cannot commit together.
		return nil, ErrTableGone
	}
	if w != nil {
		w.tbl = tbl
		return w, nil
	}
	codec, err := t.db.codec(tbl)
	if err != nil {
		return nil, err
	}
	if !t.alone {
		if err := t.db.tables.lock(ctx, tbl.ID, false); err != nil {
			return nil, err
		}
	}
	w = &table{t: t, tbl: tbl, codec: codec, enc: mvcc.NewEncoder(codec)}
	w.route.init(t, tbl, codec)
	w.initEntries()
	if len(tbl.Key) > 0 {
		w.keys = newKeySet()
	}
	if t.tables == nil {
		t.tables = make(map[schema.TableID]*table)
	}
	t.tables[tbl.ID] = w
	return w, nil
}

// Mark is a point in a transaction's writes: a savepoint.
type Mark struct{ pieces []int } // by list

// Savepoint returns the present point of the transaction.
func (t *Txn) Savepoint() Mark {
	m := Mark{pieces: make([]int, len(t.lists))}
	for i, l := range t.lists {
		if err := l.seal(); err != nil && t.broken == nil {
			t.broken = err
		}
		m.pieces[i] = len(l.pieces)
	}
	return m
}

// RollbackTo undoes what was written since m, which stays valid; marks taken after m
// are not. Scans must be closed. After an error the transaction can only be rolled
// back.
func (t *Txn) RollbackTo(m Mark) error {
	if t.done {
		return ErrDone
	}
	t.broken = nil
	for i, l := range t.lists {
		n := 0
		if i < len(m.pieces) {
			n = m.pieces[i]
		}
		if err := l.cut(n); err != nil && t.broken == nil {
			t.broken = err
		}
	}
	for _, w := range t.tables {
		w.stale = w.keys != nil
		w.entries.stale = len(w.entries.list) > 0
	}
	return t.broken
}

// Rollback drops the writes. It does nothing when the transaction is over. An error
// says that the groups could not be told at once; nothing of the transaction becomes
// visible all the same.
func (t *Txn) Rollback(ctx context.Context) error {
	if t.done {
		return nil
	}
	return t.abandon(ctx)
}

// abandon ends the transaction without a commit.
func (t *Txn) abandon(ctx context.Context) error {
	var groups []*replica.Group
	if t.cancel != nil {
		// A call of Stage that is given up may still take effect after its group was
		// told to forget the transaction; so they end by themselves, if they do.
		late := time.AfterFunc(releaseTimeout, t.cancel)
		defer late.Stop()
	}
	for _, l := range t.lists {
		l.wg.Wait()
		if l.high > 0 || l.reserved {
			groups = append(groups, l.group)
		}
	}
	t.end()
	return t.db.release(ctx, t.id, groups)
}

// end gives up what the transaction holds on this node.
func (t *Txn) end() {
	t.done = true
	if t.cancel != nil {
		t.cancel()
	}
	for id := range t.tables {
		if !t.alone {
			t.db.tables.unlock(id, false)
		}
	}
	t.lists, t.tables, t.view = nil, nil, nil
}
