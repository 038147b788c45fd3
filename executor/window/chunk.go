package window

import (
	"bytes"

	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/decimal"
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
		changes(edges, c.cols[k.column], k.t.ID, 0)
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

// changes sets edges[i] when row from+i of v, of type t, differs from the row
// before it, as GROUP BY sees it.
func changes(edges []bool, v *vector.Vector, t types.ID, from int) {
	if from == 0 && len(edges) > 0 {
		edges, from = edges[1:], 1
	}
	to := from + len(edges)
	if v.Nulls != nil {
		for i := range edges {
			if v.IsNull(from+i) != v.IsNull(from+i-1) {
				edges[i] = true
			}
		}
	}
	switch {
	case v.Form == vector.Dict:
		differ(edges, v.Codes[from-1:to])
	case v.Kind == vector.Bool:
		for i := range edges {
			if v.Bool(from+i) != v.Bool(from+i-1) {
				edges[i] = true
			}
		}
	case v.Kind == vector.Int32:
		differ(edges, v.I32[from-1:to])
	case v.Kind == vector.Int64:
		differ(edges, v.I64[from-1:to])
	case v.Kind == vector.Float64:
		vals := v.F64[from-1 : to]
		for i := range edges {
			a, b := vals[i], vals[i+1]
			if a != b && (a == a || b == b) { // NaN is equal to itself
				edges[i] = true
			}
		}
	case v.Kind == vector.Word128 && t == types.Interval:
		for i := range edges {
			if v.W128[from+i] != v.W128[from+i-1] && hash.IntervalKey(v.W128[from+i]) != hash.IntervalKey(v.W128[from+i-1]) {
				edges[i] = true
			}
		}
	case v.Kind == vector.Word128:
		differ(edges, v.W128[from-1:to])
	default:
		for i := range edges {
			a, b := v.Bytes(from+i-1), v.Bytes(from+i)
			if !bytes.Equal(a, b) && (t != types.Numeric || v.IsNull(from+i) || v.IsNull(from+i-1) || !equalNumerics(a, b)) {
				edges[i] = true
			}
		}
	}
}

// differ sets edges[i] when vals[i+1] differs from vals[i].
func differ[T comparable](edges []bool, vals []T) {
	vals = vals[:len(edges)+1]
	for i := range edges {
		if vals[i] != vals[i+1] {
			edges[i] = true
		}
	}
}

// equalNumerics compares two encoded numerics: 1.0 is 1.00.
func equalNumerics(a, b []byte) bool {
	x, err := decimal.Decode(a)
	y, err2 := decimal.Decode(b)
	return err == nil && err2 == nil && x.Cmp(y) == 0
}
