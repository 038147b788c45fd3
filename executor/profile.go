package executor

import (
	"sync"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/planner/physical"
)

// Profile holds what the operators of a plan have done, for EXPLAIN ANALYZE.
type Profile struct {
	mu    sync.Mutex
	nodes map[physical.Node]*op.Stats
}

// NewProfile returns an empty Profile.
func NewProfile() *Profile { return &Profile{nodes: map[physical.Node]*op.Stats{}} }

func (p *Profile) stats(n physical.Node) *op.Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.nodes[n]
	if s == nil {
		s = new(op.Stats)
		p.nodes[n] = s
	}
	return s
}

// Of returns what was done for n; nil when no operator was made of it.
func (p *Profile) Of(n physical.Node) *op.Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.nodes[n]; s != nil {
		return s.Snapshot()
	}
	return nil
}
