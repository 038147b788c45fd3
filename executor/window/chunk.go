package window

import (
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/sort"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// chunk is whole partitions.
type chunk struct {
	q     *op.Context
	n     int              // rows
	in    []types.Type     // of cols
	cols  []*vector.Vector // Flat or Dict; they may be longer than n
	parts []uint32         // starts of the partitions, then n
	order []orderKey

	peers  []uint32 // starts of the groups of peers, then n; nil until peerGroups
	frames []*frame // those computed so far
}

// peerGroups returns the starts of the groups of rows that are equal in partition
// and ORDER BY, then n.
func (c *chunk) peerGroups() []uint32 {
	if c.peers != nil {
		return c.peers
	}
	if len(c.order) == 0 {
		c.peers = c.parts
		return c.peers
	}
	edges := make([]bool, c.n)
	for _, p := range c.parts[:len(c.parts)-1] {
		edges[p] = true
	}
	for _, k := range c.order {
		sort.Changes(edges, c.cols[k.column], k.t, 0)
	}
	for i, e := range edges {
		if e {
			c.peers = append(c.peers, uint32(i))
		}
	}
	c.peers = append(c.peers, uint32(c.n))
	return c.peers
}

// partitions calls f with the bounds of each partition.
func (c *chunk) partitions(f func(from, to int)) {
	for i := range len(c.parts) - 1 {
		f(int(c.parts[i]), int(c.parts[i+1]))
	}
}
