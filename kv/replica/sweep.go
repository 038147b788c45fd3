package replica

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/dejaq/fasti/meta/schema"
)

// runSweeper is the goroutine that clears up after coordinators: transactions that
// a boot which is over left prepared or staged are aborted, decisions that a
// participant has not heard of are carried out there, and records that nobody can
// ask for any more are dropped.
func (h *Host) runSweeper() {
	select {
	case <-h.oracleSet:
	case <-h.ctx.Done():
		return
	}
	t := time.NewTicker(h.opts.SweepInterval)
	defer t.Stop()
	for {
		for _, g := range h.list {
			if err := g.sweep(h.ctx); err != nil && h.ctx.Err() == nil {
				h.logger.Warn("sweep", slog.Uint64("group", uint64(g.id)), slog.Any("error", err))
			}
		}
		select {
		case <-h.ctx.Done():
			return
		case <-t.C:
		}
	}
}

// findings is what a sweep has to deal with.
type findings struct {
	orphans []*prep // undecided for ever unless we decide
	silent  []*prep // prepared since the last sweep: maybe decided
	staged  []TxnID // staged, never to be prepared
	// commits of two phases whose participants may not all have heard of it.
	commits map[TxnID]*decision
}

func (g *Group) sweep(ctx context.Context) error {
	l, f := g.find()
	if l == nil {
		return nil
	}
	for _, p := range f.orphans {
		anchor := g.h.Group(p.anchor)
		if anchor == nil {
			continue
		}
		o, err := anchor.Decide(ctx, p.txn, false)
		if err != nil {
			return err
		}
		if err := g.Resolve(ctx, p.txn, o); err != nil {
			return err
		}
	}
	for _, p := range f.silent {
		if _, err := l.push(ctx, p, 1<<64-1); err != nil {
			return err
		}
	}
	for _, txn := range f.staged {
		// No entry of it can commit any more: its chunks will be missing.
		if err := g.Resolve(ctx, txn, Outcome{}); err != nil {
			return err
		}
	}
	for txn, d := range f.commits {
		if err := g.finishCommit(ctx, txn, d); err != nil {
			return err
		}
	}
	return l.dropOld(ctx)
}

func (g *Group) find() (*leader, *findings) {
	g.m.mu.Lock()
	defer g.m.mu.Unlock()
	l := g.leader
	if l == nil || !l.ready {
		return nil, nil
	}
	f := &findings{commits: map[TxnID]*decision{}}
	gone := func(t TxnID) bool { return g.h.opts.Gone(t.Node(), t.Epoch()) }
	seen := map[TxnID]struct{}{}
	for txn, p := range g.m.preps {
		switch _, before := l.seen[txn]; {
		case gone(txn):
			f.orphans = append(f.orphans, p)
		case before:
			f.silent = append(f.silent, p)
		}
		seen[txn] = struct{}{}
	}
	for txn := range g.m.staged {
		if g.m.preps[txn] == nil && gone(txn) {
			f.staged = append(f.staged, txn)
		}
	}
	for txn, d := range g.m.two {
		if _, ok := l.resolved[txn]; !ok && d.Committed {
			if _, before := l.seen[txn]; before {
				f.commits[txn] = d
			}
			seen[txn] = struct{}{}
		}
	}
	l.seen = seen
	return l, f
}

// finishCommit makes sure that all participants have resolved a commit.
func (g *Group) finishCommit(ctx context.Context, txn TxnID, d *decision) error {
	for _, id := range d.participants {
		p := g.h.Group(id)
		if p == nil {
			return nil // on another node: later
		}
		if err := p.Resolve(ctx, txn, d.Outcome); err != nil {
			return err
		}
	}
	g.Forget(txn)
	return nil
}

// dropOld proposes cmdDropRecords if there is something to drop.
func (l *leader) dropOld(ctx context.Context) error {
	g := l.g
	g.m.mu.Lock()
	now := l.estimate()
	d := dropRecords{one: before(now, g.h.opts.RecordAge), two: before(now, g.h.opts.RecordAgeTwo)}
	// Too many to keep that long: the older half goes.
	left := len(g.m.one)
	for i := 0; i < len(g.m.packs) && len(g.m.one) > g.h.opts.RecordsMax && left > g.h.opts.RecordsMax/2; i++ {
		left -= len(g.m.packs[i].txns)
		d.one = max(d.one, g.m.packs[i].newest+1)
	}
	if len(g.m.two) > g.h.opts.RecordsMax {
		d.two = max(d.two, min(g.m.medianTwo()+1, before(now, g.h.opts.RecordAge)))
	}
	drop := len(g.m.packs) > 0 && g.m.packs[0].newest < d.one
	var forget []TxnID
	for txn, r := range g.m.two {
		if r.decided >= d.two {
			continue
		}
		if _, ok := l.resolved[txn]; ok && len(d.resolved) < MaxInline/len(txn) {
			d.resolved = append(d.resolved, txn)
			forget = append(forget, txn)
		}
		drop = drop || !r.Committed || len(forget) > 0
	}
	g.m.mu.Unlock()
	if !drop {
		return nil
	}
	_, err := l.submit(ctx, cmdDropRecords, 32+len(TxnID{})*len(d.resolved), func(b []byte) []byte {
		return appendDropRecords(b, &d)
	})
	if err != nil {
		return err
	}
	g.m.mu.Lock()
	defer g.m.mu.Unlock()
	for _, txn := range forget {
		delete(l.resolved, txn)
	}
	return nil
}

// medianTwo returns the timestamp below which half of the two-phase records lie.
func (m *machine) medianTwo() schema.Timestamp {
	all := make([]schema.Timestamp, 0, len(m.two))
	for _, d := range m.two {
		all = append(all, d.decided)
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// estimate returns about the present timestamp, from the newest one in the records
// and the time since it appeared. To ask the oracle would make an idle node write;
// floors may be anything without harm to safety. mu is held.
func (l *leader) estimate() schema.Timestamp {
	if n := l.g.m.newest; n != l.newest {
		l.newest, l.noticed = n, time.Now()
	}
	return l.newest + schema.Timestamp(time.Since(l.noticed).Milliseconds())<<schema.LogicalBits
}

// before returns the timestamp some time before ts.
func before(ts schema.Timestamp, d time.Duration) schema.Timestamp {
	ms := uint64(d.Milliseconds()) << schema.LogicalBits
	if uint64(ts) < ms {
		return 0
	}
	return ts - schema.Timestamp(ms)
}
