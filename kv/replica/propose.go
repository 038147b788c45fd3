package replica

import (
	"context"
	"fmt"
)

// budgetBytes bounds the proposals of a group that are not applied yet. Who
// proposes waits for room.
const budgetBytes = 8 << 20

// cost is what a proposal takes of the budget.
func cost(bytes int) int64 { return min(budgetBytes, int64(bytes)+256) }

// propose hands an entry to raft in the leader's term. It returns an error if that
// has not happened, and else done will be called. encode appends the command's
// body; size is about its length.
func (l *leader) propose(ctx context.Context, cmd command, size int, encode func([]byte) []byte, done func(*result)) error {
	g := l.g
	p := &proposal{l: l, term: l.term, number: g.h.proposals.Add(1)}
	p.data = encode(appendHeader(make([]byte, 0, headerSize+size), cmd, p.term, p.number))
	if len(p.data) > maxEntry {
		return ErrTooLarge
	}
	n := cost(len(p.data))
	if err := g.budget.Acquire(ctx, n); err != nil {
		return err
	}
	p.done = func(r *result) {
		g.budget.Release(n)
		done(r)
	}
	g.m.mu.Lock()
	if !l.alive() {
		g.m.mu.Unlock()
		g.budget.Release(n)
		return g.h.closedOr(ErrNotLeader)
	}
	l.proposals[p.number] = p
	g.m.mu.Unlock()
	g.post(func(in *letters) { in.props = append(in.props, p) })
	return nil
}

// submit proposes an entry and waits until it is applied. An error that is not the
// refusal of the command, in the result, wraps ErrUnknown when the entry may still
// be applied.
func (l *leader) submit(ctx context.Context, cmd command, size int, encode func([]byte) []byte) (*result, error) {
	ch := make(chan *result, 1)
	if err := l.propose(ctx, cmd, size, encode, func(r *result) { ch <- r }); err != nil {
		return nil, err
	}
	select {
	case r := <-ch:
		return r, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrUnknown, ctx.Err())
	}
}

// applied finds the proposal of an entry that was applied; mu is held.
func (g *Group) applied(r *result) {
	if l := g.leader; l != nil && l.term == r.term {
		if p := l.proposals[r.number]; p != nil {
			g.finish(p, r)
		}
	}
}

// finishProposal refuses a proposal that did not get into the log.
func (g *Group) finishProposal(p *proposal, err error) {
	g.m.mu.Lock()
	defer g.m.mu.Unlock()
	if p.l.proposals[p.number] == p {
		g.finish(p, &result{err: err})
	}
}

// finish ends a proposal; mu is held.
func (g *Group) finish(p *proposal, r *result) {
	delete(p.l.proposals, p.number)
	p.done(r)
}
