package replica

import (
	"context"

	"github.com/dejaq/fasti/meta/schema"
)

// This file is what package tso needs of the system group: a bound in the
// replicated state, and to know for sure that this replica leads.

// Serving returns the term in which this replica leads and serves, 0 if it does
// not. It costs one atomic load.
func (g *Group) Serving() uint64 { return g.serving.Load() }

// Lead waits until this replica serves and returns the term, or ErrNotLeader.
func (g *Group) Lead(ctx context.Context) (term uint64, err error) {
	l, err := g.current(ctx)
	if err != nil {
		return 0, err
	}
	return l.term, nil
}

// Confirm returns nil if this replica has served in a term without a break until
// some moment after the call began; else ErrNotLeader. A replica that is the only
// voter knows without asking anyone.
func (g *Group) Confirm(ctx context.Context, term uint64) error {
	if g.sole.Load() && g.serving.Load() == term {
		return nil
	}
	l, err := g.current(ctx)
	if err != nil {
		return err
	}
	if l.term != term {
		return ErrNotLeader
	}
	return l.confirm(ctx)
}

// Bound returns the oracle's bound: no timestamp at or above it was handed out
// unless by the present leader.
func (g *Group) Bound() schema.Timestamp {
	g.m.mu.Lock()
	defer g.m.mu.Unlock()
	return g.m.bound
}

// RaiseBound makes bound the oracle's bound if it is above the present one, on
// behalf of the leader of a term, and returns when that is applied.
func (g *Group) RaiseBound(ctx context.Context, term uint64, bound schema.Timestamp) error {
	l, err := g.current(ctx)
	if err != nil {
		return err
	}
	if l.term != term {
		return ErrNotLeader
	}
	_, err = l.submit(ctx, cmdBound, 8, func(b []byte) []byte { return appendTS(b, bound) })
	return err
}
