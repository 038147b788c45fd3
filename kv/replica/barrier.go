package replica

import (
	"context"
	"encoding/binary"

	"go.etcd.io/raft/v3"

	"github.com/dejaq/fasti/meta/schema"
)

// ReadBarrier returns when every version of this group with a commit timestamp at
// or below ts is applied: a snapshot of the data store taken afterwards shows all
// of them. ts must come from the oracle.
//
// What is neither deciding nor prepared here when it looks commits above ts (the
// proof is in replication.md 3.4). It never waits for a transaction that nobody has
// decided.
func (g *Group) ReadBarrier(ctx context.Context, ts schema.Timestamp) error {
	l, err := g.current(ctx)
	if err != nil {
		return err
	}
	if err := l.confirm(ctx); err != nil {
		return err
	}
	g.m.mu.Lock()
	if !l.alive() {
		g.m.mu.Unlock()
		return g.h.closedOr(ErrNotLeader)
	}
	var wait []*deciding
	for d := range l.deciding {
		wait = append(wait, d)
	}
	g.m.mu.Unlock()
	if err := l.awaitDecided(ctx, wait, ts); err != nil {
		return err
	}
	// The PREPs of what was just decided are here too.
	g.m.mu.Lock()
	var preps []*prep
	for _, p := range g.m.preps {
		preps = append(preps, p)
	}
	g.m.mu.Unlock()
	for _, p := range preps {
		if _, err := l.push(ctx, p, ts); err != nil {
			return err
		}
	}
	return nil
}

// awaitDecided waits until none of the deciding can still commit at or below ts. One
// without a timestamp may have been given one below ts that it has not noted yet.
func (l *leader) awaitDecided(ctx context.Context, wait []*deciding, ts schema.Timestamp) error {
	for len(wait) > 0 {
		l.g.m.mu.Lock()
		left := wait[:0]
		for _, d := range wait {
			if _, ok := l.deciding[d]; ok && (d.ts == 0 || d.ts <= ts) {
				left = append(left, d)
			}
		}
		changed := l.changed
		l.g.m.mu.Unlock()
		if wait = left; len(wait) == 0 {
			return nil
		}
		if err := l.waitFor(ctx, changed); err != nil {
			return err
		}
	}
	return nil
}

// confirm returns when it is sure that no other leader had begun before the call. A
// replica that alone has a vote is sure at once; others ask their followers.
func (l *leader) confirm(ctx context.Context) error {
	g := l.g
	if g.sole.Load() && g.serving.Load() == l.term {
		return nil
	}
	id := g.h.proposals.Add(1)
	ch := make(chan struct{})
	g.reads.Store(id, ch)
	defer g.reads.Delete(id)
	g.post(func(in *letters) { in.reads = append(in.reads, id) })
	return l.waitFor(ctx, ch)
}

// confirmed hears raft's answer to confirm.
func (g *Group) confirmed(r raft.ReadState) {
	if len(r.RequestCtx) == 8 {
		if ch, ok := g.reads.LoadAndDelete(binary.LittleEndian.Uint64(r.RequestCtx)); ok {
			close(ch.(chan struct{}))
		}
	}
}
