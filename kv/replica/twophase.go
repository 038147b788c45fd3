package replica

import (
	"context"
	"errors"

	"github.com/dejaq/fasti/meta/schema"
)

// Prepare locks, checks and stores the transaction's writes in this group so that
// they can be committed later, come what may. Repeating it is harmless. After an
// error other than one that wraps ErrUnknown nothing is prepared; staged chunks wait
// for Resolve(abort).
func (g *Group) Prepare(ctx context.Context, r PrepareRequest) error {
	if len(r.WriteSet) > MaxInline {
		return ErrTooLarge
	}
	l, err := g.current(ctx)
	if err != nil {
		return err
	}
	leave, err := l.enter(ctx, r.Txn)
	if err != nil {
		return err
	}
	_, err, known := g.fate(r.Txn, r.AttemptTS, true)
	if known || g.isPrepared(r.Txn) {
		g.leave(leave)
		return err
	}
	a, err := l.admit(ctx, &r.Write, true)
	if err != nil {
		g.leave(leave)
		return err
	}
	p := prep{
		txn: r.Txn, readTS: r.ReadTS, attemptTS: r.AttemptTS, anchor: r.Anchor,
		participants: r.Participants, tables: r.Tables, staged: r.Staged,
	}
	ch := make(chan error, 1)
	err = l.propose(ctx, cmdPrepare, prepOverhead(&p)+len(r.WriteSet), func(b []byte) []byte {
		return appendPrep(b, &p, r.WriteSet)
	}, func(res *result) {
		if res.err == nil && !res.outcome.Committed {
			// From here on the locks are the PREP's.
			a.o.prepared = true
			l.prepared[r.Txn] = a.o
		} else {
			l.giveBack(a)
		}
		leave()
		ch <- res.err
	})
	if err != nil {
		g.m.mu.Lock()
		defer g.m.mu.Unlock()
		l.giveBack(a)
		leave()
		return err
	}
	select {
	case err := <-ch:
		return err
	case <-ctx.Done():
		return unknown(ctx)
	}
}

func prepOverhead(p *prep) int { return 64 + 5*len(p.participants) + 10*len(p.tables) }

func (g *Group) isPrepared(txn TxnID) bool {
	g.m.mu.Lock()
	defer g.m.mu.Unlock()
	return g.m.preps[txn] != nil
}

// Decide commits or aborts a transaction; this group is its anchor. The first
// decision stands and is returned by every later call, whatever it asks, as long as
// the record is kept: an hour, and until Forget. With commit it returns ErrTxnUnknown
// if the transaction is not prepared here and ErrSchemaChanged if one of its tables
// changed; then nothing is decided. After a commit every participant, this one
// included, needs Resolve.
func (g *Group) Decide(ctx context.Context, txn TxnID, commit bool) (Outcome, error) {
	l, err := g.current(ctx)
	if err != nil {
		return Outcome{}, err
	}
	leave, err := l.enter(ctx, txn)
	if err != nil {
		return Outcome{}, err
	}
	d := &deciding{txn: txn}
	g.m.mu.Lock()
	o, known := g.m.record(txn)
	p := g.m.preps[txn]
	switch {
	case !l.alive():
		err = ErrNotLeader
	case !known && commit && p == nil:
		err = ErrTxnUnknown
	case !known:
		l.deciding[d] = struct{}{}
	}
	if known || err != nil {
		leave()
		g.m.mu.Unlock()
		return o, err
	}
	g.m.mu.Unlock()

	end := func() { // with mu held
		delete(l.deciding, d)
		l.notify()
		leave()
	}
	if err := l.stamp(ctx, d, p, commit); err != nil {
		g.leave(end)
		return Outcome{}, err
	}
	ch := make(chan *result, 1)
	err = l.propose(ctx, cmdDecide, 32, func(b []byte) []byte {
		return appendOutcome(b, txn, Outcome{Committed: commit, TS: d.ts})
	}, func(r *result) {
		end()
		ch <- r
	})
	if err != nil {
		g.leave(end)
		return Outcome{}, err
	}
	select {
	case r := <-ch:
		return r.outcome, r.err
	case <-ctx.Done():
		return Outcome{}, unknown(ctx)
	}
}

// stamp takes the timestamp of a decision and checks the transaction's tables at it.
// An abort gets one too: it tells when its record may be dropped.
func (l *leader) stamp(ctx context.Context, d *deciding, p *prep, commit bool) error {
	ts, rev, err := l.g.h.now(ctx, 1)
	if err != nil {
		return err
	}
	l.g.m.mu.Lock()
	d.ts = ts
	l.notify()
	l.g.m.mu.Unlock()
	if s := l.g.h.schema.Load(); s != nil && commit && len(p.tables) > 0 {
		return (*s).Check(ctx, rev, p.tables)
	}
	return nil
}

// Resolve turns the prepared writes of a transaction into versions at o.TS, or
// drops them, and drops staged chunks and reservations. It does nothing for a
// transaction the group does not know. It returns when that is done; with millions
// of rows that takes seconds.
func (g *Group) Resolve(ctx context.Context, txn TxnID, o Outcome) error {
	l, err := g.current(ctx)
	if err != nil {
		return err
	}
	g.m.mu.Lock()
	busy := l.resolving[txn]
	if busy == nil && g.m.preps[txn] == nil && (o.Committed || g.m.staged[txn] == nil) {
		if !o.Committed {
			l.unreserve(txn)
		}
		g.m.mu.Unlock()
		return nil
	}
	if busy != nil {
		g.m.mu.Unlock()
		select {
		case <-busy:
			return g.Resolve(ctx, txn, o) // nothing is left, or the first one failed
		case <-l.lost:
			return ErrNotLeader
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	busy = make(chan struct{})
	l.resolving[txn] = busy
	g.m.mu.Unlock()
	end := func() { // with mu held
		delete(l.resolving, txn)
		close(busy)
	}
	ch := make(chan error, 1)
	err = l.propose(ctx, cmdResolve, 32, func(b []byte) []byte { return appendOutcome(b, txn, o) },
		func(r *result) {
			if r.err == nil && !o.Committed {
				l.unreserve(txn)
			}
			end()
			ch <- r.err
		})
	if err != nil {
		g.leave(end)
		return err
	}
	select {
	case err := <-ch:
		return err
	case <-ctx.Done():
		return unknown(ctx)
	}
}

// Forget tells the anchor that every participant has resolved the transaction, so
// that its record may be dropped in time.
func (g *Group) Forget(txn TxnID) {
	g.m.mu.Lock()
	defer g.m.mu.Unlock()
	if l := g.leader; l != nil && g.m.two[txn] != nil {
		l.resolved[txn] = struct{}{}
	}
}

// Status returns what the group, as the anchor, knows of a transaction. It waits
// while the transaction is being decided.
func (g *Group) Status(ctx context.Context, txn TxnID) (Status, schema.Timestamp, error) {
	l, err := g.current(ctx)
	if err != nil {
		return StatusUnknown, 0, err
	}
	if err := l.confirm(ctx); err != nil {
		return StatusUnknown, 0, err
	}
	for {
		g.m.mu.Lock()
		busy := false
		for d := range l.deciding {
			busy = busy || d.txn == txn
		}
		o, known := g.m.record(txn)
		prepared := g.m.preps[txn] != nil
		alive, changed := l.alive(), l.changed
		g.m.mu.Unlock()
		switch {
		case known && o.Committed:
			return StatusCommitted, o.TS, nil
		case known:
			return StatusAborted, 0, nil
		case !alive:
			return StatusUnknown, 0, ErrNotLeader
		case !busy && prepared:
			return StatusPending, 0, nil
		case !busy:
			return StatusUnknown, 0, nil
		}
		if err := l.waitFor(ctx, changed); err != nil {
			return StatusUnknown, 0, err
		}
	}
}

// waitFor waits for a channel, the end of the term, or ctx.
func (l *leader) waitFor(ctx context.Context, ch <-chan struct{}) error {
	select {
	case <-ch:
		return nil
	case <-l.lost:
		return l.g.h.closedOr(ErrNotLeader)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// push asks the anchor of a PREP for its fate. A transaction that is decided, as
// far as it matters at ts, is resolved here; pending says that it is not.
func (l *leader) push(ctx context.Context, p *prep, ts schema.Timestamp) (pending bool, err error) {
	anchor := l.g.h.Group(p.anchor)
	if anchor == nil {
		return false, errors.New("replica: anchor on another node")
	}
	st, c, err := anchor.Status(ctx, p.txn)
	switch {
	case err != nil:
		return false, err
	case st == StatusCommitted && c > ts:
		return true, nil
	case st == StatusCommitted:
		return false, l.g.Resolve(ctx, p.txn, Outcome{Committed: true, TS: c})
	case st == StatusAborted:
		return false, l.g.Resolve(ctx, p.txn, Outcome{})
	}
	return true, nil
}
