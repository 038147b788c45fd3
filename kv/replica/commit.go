package replica

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/dejaq/fasti/meta/schema"
)

const (
	// commitsPerEntry and MaxInline bound the transactions of one entry.
	commitsPerEntry = 256
	// commitEntries bounds the commit entries of a group that are not applied yet:
	// behind a slow disk the more transactions share an entry. 1, 4 and 16 differed by
	// less than the noise with 8 and 64 callers (BenchmarkCommit).
	commitEntries = 4
)

// commitRequest is a transaction that waits for the group's committer.
type commitRequest struct {
	l     *leader
	w     *Write
	a     *admission
	d     *deciding
	leave func()
	done  chan commitResult // of capacity 1
}

// Commit commits a transaction whose writes are all in this group and returns its
// commit timestamp. Repeating it returns the same timestamp. After an error other
// than one that wraps ErrUnknown or ErrExpired the transaction is not committed, and
// staged chunks wait for Resolve(abort).
//
// It takes the steps of replication.md 3.3: lock, validate, become visible as
// deciding, and only then a timestamp and an entry of the log. The last two are the
// committer's, for all transactions that wait.
func (g *Group) Commit(ctx context.Context, r CommitRequest) (schema.Timestamp, error) {
	if len(r.WriteSet) > MaxInline {
		return 0, ErrTooLarge
	}
	l, err := g.current(ctx)
	if err != nil {
		return 0, err
	}
	leave, err := l.enter(ctx, r.Txn)
	if err != nil {
		return 0, err
	}
	o, err, known := g.fate(r.Txn, r.AttemptTS, false)
	if known {
		g.leave(leave)
		return o.TS, err
	}
	a, err := l.admit(ctx, &r.Write, false)
	if err != nil {
		g.leave(leave)
		return 0, err
	}
	c := &commitRequest{l: l, w: &r.Write, a: a, d: &deciding{txn: r.Txn}, leave: leave, done: make(chan commitResult, 1)}
	g.m.mu.Lock()
	if !l.alive() {
		leave()
		g.m.mu.Unlock()
		return 0, g.h.closedOr(ErrNotLeader)
	}
	l.deciding[c.d] = struct{}{}
	g.commits = append(g.commits, c)
	g.m.mu.Unlock()
	g.wakeCommitter()
	select {
	case res := <-c.done:
		return res.ts, res.err
	case <-ctx.Done():
		return 0, fmt.Errorf("%w: %w", ErrUnknown, ctx.Err())
	}
}

// fate asks the replicated state for a record of a transaction.
func (g *Group) fate(txn TxnID, attempt schema.Timestamp, two bool) (Outcome, error, bool) {
	g.m.mu.Lock()
	defer g.m.mu.Unlock()
	floor := g.m.floorOne
	if two {
		floor = g.m.floorTwo
	}
	return g.m.fate(txn, attempt, floor)
}

func (g *Group) leave(leave func()) {
	g.m.mu.Lock()
	defer g.m.mu.Unlock()
	leave()
}

func (g *Group) wakeCommitter() {
	select {
	case g.commitWake <- struct{}{}:
	default:
	}
}

// runCommitter is the goroutine that turns waiting commits into entries.
func (g *Group) runCommitter() {
	for {
		select {
		case <-g.commitWake:
		case <-g.h.ctx.Done():
			return
		}
		for {
			select {
			case g.inflight <- struct{}{}:
			case <-g.h.ctx.Done():
				return
			}
			batch := g.takeCommits()
			if len(batch) == 0 {
				<-g.inflight
				break
			}
			if !g.commitBatch(batch) {
				<-g.inflight
			}
		}
	}
}

// takeCommits returns the waiting commits that fit into one entry. One with staged
// chunks, which takes long to apply, gets an entry of its own.
func (g *Group) takeCommits() []*commitRequest {
	g.m.mu.Lock()
	defer g.m.mu.Unlock()
	n, size := 0, 0
	for n < len(g.commits) && n < commitsPerEntry {
		c := g.commits[n]
		size += commitItemSize + binary.MaxVarintLen32 + len(c.w.WriteSet)
		if n > 0 && (size > MaxInline || c.w.Staged > 0 || c.l != g.commits[0].l) {
			break
		}
		if n++; c.w.Staged > 0 {
			break
		}
	}
	batch := append([]*commitRequest(nil), g.commits[:n]...)
	rest := copy(g.commits, g.commits[n:])
	clear(g.commits[rest:])
	g.commits = g.commits[:rest]
	return batch
}

// commitBatch takes timestamps for a batch and proposes its entry. It reports
// whether an entry was proposed, whose application frees the place in flight.
func (g *Group) commitBatch(batch []*commitRequest) bool {
	l, ctx := batch[0].l, g.h.ctx
	first, rev, err := g.h.now(ctx, len(batch))
	if err != nil {
		l.endCommits(batch, func(int) commitResult { return commitResult{err: err} })
		return false
	}
	g.m.mu.Lock()
	for i, c := range batch {
		c.d.ts = first + schema.Timestamp(i)
	}
	l.notify()
	g.m.mu.Unlock()
	batch = l.checkSchema(ctx, rev, batch)
	if len(batch) == 0 {
		return false
	}
	size := binary.MaxVarintLen32
	for _, c := range batch {
		size += commitItemSize + binary.MaxVarintLen32 + len(c.w.WriteSet)
	}
	err = l.propose(ctx, cmdCommit, size, func(b []byte) []byte {
		b = binary.AppendUvarint(b, uint64(len(batch)))
		for _, c := range batch {
			b = appendCommitItem(b, &commitItem{c.w.Txn, c.d.ts, c.w.Staged, c.w.WriteSet})
		}
		return b
	}, func(r *result) {
		<-g.inflight
		l.finishCommits(batch, func(i int) commitResult {
			if r.err != nil {
				return commitResult{err: r.err}
			}
			return r.commits[i]
		})
	})
	if err != nil {
		l.endCommits(batch, func(int) commitResult { return commitResult{err: err} })
		return false
	}
	return true
}

// checkSchema ends the commits whose tables changed before their timestamp and
// returns the others.
func (l *leader) checkSchema(ctx context.Context, rev int64, batch []*commitRequest) []*commitRequest {
	s := l.g.h.schema.Load()
	if s == nil {
		return batch
	}
	ok := batch[:0]
	for _, c := range batch {
		if c.w.Tables != nil {
			if err := (*s).Check(ctx, rev, c.w.Tables); err != nil {
				l.endCommits([]*commitRequest{c}, func(int) commitResult { return commitResult{err: err} })
				continue
			}
		}
		ok = append(ok, c)
	}
	return ok
}

func (l *leader) endCommits(batch []*commitRequest, result func(int) commitResult) {
	l.g.m.mu.Lock()
	defer l.g.m.mu.Unlock()
	l.finishCommits(batch, result)
}

// finishCommits releases what commits hold and answers them; mu is held.
func (l *leader) finishCommits(batch []*commitRequest, result func(int) commitResult) {
	for i, c := range batch {
		res := result(i)
		delete(l.deciding, c.d)
		if res.err != nil {
			l.giveBack(c.a)
		} else {
			l.locks.release(c.a.o)
			l.unreserve(c.w.Txn)
		}
		c.leave()
		c.done <- res
	}
	l.notify()
}
