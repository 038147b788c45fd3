package agg

import "github.com/dejaq/fasti/kv/vector"

// count is count(*) and count(x).
type count struct{ n []int64 }

func (c *count) resize(groups int) { c.n = grow(c.n, groups) }

func (c *count) update(gids []uint32, _ []*vector.Vector, sel []uint16) error {
	if gids == nil {
		c.n[0] += int64(len(sel))
		return nil
	}
	n := c.n
	for _, r := range sel {
		n[gids[r]]++
	}
	return nil
}

func (c *count) partials() []vector.Kind { return []vector.Kind{vector.Int64} }

func (c *count) partial(from, to int, out []column) { copy(out[0].v.I64, c.n[from:to]) }

func (c *count) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		c.n[group(gids, r)] += in[0].I64[r]
	}
	return nil
}

func (c *count) final(from, to int, out *column) error {
	copy(out.v.I64, c.n[from:to])
	return nil
}

func (c *count) bytes() int64 { return size(c.n, 8) }

// group returns the group of row r.
func group(gids []uint32, r uint16) uint32 {
	if gids == nil {
		return 0
	}
	return gids[r]
}
