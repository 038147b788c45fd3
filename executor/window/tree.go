package window

import (
	"github.com/dejaq/fasti/executor/agg"
	"github.com/dejaq/fasti/kv/vector"
)

const (
	// blockRows is how many rows a leaf of the tree stands for: rows of a frame
	// beside whole blocks are added one by one.
	blockRows = 16
	// treeRows is how many results are computed at once.
	treeRows = 1024
)

// tree has the partial states of blocks of rows, of pairs of blocks, and so on.
// Blocks may reach over partitions; frames do not ask for those.
type tree struct {
	in     *input
	nodes  *vector.Builder // partial states, level by level
	levels []int           // first node of each level

	slices, flats []vector.Scratch
	vs            []*vector.Vector
}

// overTree computes an aggregate over any frames.
func (c *call) overTree(in *input, states *agg.States, f *frame) (*result, error) {
	t, err := newTree(in, states)
	if err != nil {
		return nil, err
	}
	b := vector.NewBuilder(vector.KindOf(c.n.T))
	for from := 0; from < in.k.n; from += treeRows {
		if err := in.k.q.Check(); err != nil {
			return nil, err
		}
		to := min(from+treeRows, in.k.n)
		out, err := agg.NewStates(c.n.Func, c.ts, c.n.T)
		if err != nil {
			return nil, err
		}
		out.Resize(to - from)
		for s := range f.lo {
			if err := t.add(out, f.lo[s][from:to], f.hi[s][from:to]); err != nil {
				return nil, err
			}
		}
		v, err := out.Final(0, to-from)
		if err != nil {
			return nil, err
		}
		if err := b.Append(&vector.Batch{Len: v.Len, Cols: []*vector.Vector{v}}); err != nil {
			return nil, err
		}
	}
	return &result{v: b.Columns()[0]}, nil
}

func newTree(in *input, states *agg.States) (*tree, error) {
	t := &tree{in: in, nodes: vector.NewBuilder(states.Partials()...)}
	t.vs = make([]*vector.Vector, len(states.Partials()))
	t.slices, t.flats = make([]vector.Scratch, len(t.vs)), make([]vector.Scratch, len(t.vs))
	n, nodes := in.k.n, 0
	for size := (n + blockRows - 1) / blockRows; ; size = (size + 1) / 2 {
		t.levels = append(t.levels, nodes)
		nodes += size
		if size <= 1 {
			break
		}
	}
	states.Resize(nodes)
	gids := make([]uint32, vector.MaxRows)
	for from := 0; from < n; from += vector.MaxRows {
		if err := in.k.q.Check(); err != nil {
			return nil, err
		}
		to := min(from+vector.MaxRows, n)
		for i := range to - from {
			gids[i] = uint32((from + i) / blockRows)
		}
		args, sel := in.window(from, to)
		if err := states.Update(gids[:to-from], args, sel); err != nil {
			return nil, err
		}
	}
	for l, first := range t.levels {
		last := nodes
		if l+1 < len(t.levels) {
			last = t.levels[l+1]
		}
		for from := first; from < last; from += vector.MaxRows {
			to := min(from+vector.MaxRows, last)
			level := states.Partial(from, to)
			rows := vector.Rows{N: to - from}
			if err := t.nodes.Append(&vector.Batch{Len: rows.N, Cols: level}); err != nil {
				return nil, err
			}
			if last == nodes {
				continue // the root
			}
			for i := range rows.N {
				gids[i] = uint32(last + (from+i-first)/2)
			}
			if err := states.Merge(gids[:rows.N], level, rows.Selection()); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

// add adds rows [lo[i], hi[i]) to group i of out, in order.
func (t *tree) add(out *agg.States, lo, hi []uint32) error {
	var left, nodes, right pairs
	for i := range lo {
		a, b := lo[i], hi[i]
		if a >= b {
			continue
		}
		first, last := (a+blockRows-1)/blockRows, b/blockRows // whole blocks
		if first >= last {
			left.rows(t.in, i, a, b)
		} else {
			left.rows(t.in, i, a, first*blockRows)
			right.rows(t.in, i, last*blockRows, b)
			t.cover(&nodes, i, int(first), int(last))
		}
		// Groups must not mix the order: what stands in a list is added before
		// the next list is.
		if max(len(left.at), len(nodes.at), len(right.at)) >= vector.MaxRows {
			if err := t.flush(out, &left, &nodes, &right); err != nil {
				return err
			}
		}
	}
	return t.flush(out, &left, &nodes, &right)
}

// cover lists the nodes of blocks [first, last) from left to right.
func (t *tree) cover(nodes *pairs, group, first, last int) {
	var up [64]uint32 // of the right edge, last first
	n := 0
	for l := 0; first < last; l++ {
		if first&1 != 0 {
			nodes.add(group, uint32(t.levels[l]+first))
			first++
		}
		if last&1 != 0 {
			last--
			up[n] = uint32(t.levels[l] + last)
			n++
		}
		first, last = first/2, last/2
	}
	for n > 0 {
		n--
		nodes.add(group, up[n])
	}
}

// pairs are rows or nodes, and the groups that they are added to.
type pairs struct{ gids, at []uint32 }

func (p *pairs) add(group int, at uint32) {
	p.gids, p.at = append(p.gids, uint32(group)), append(p.at, at)
}

// rows adds the rows [from, to) that count.
func (p *pairs) rows(in *input, group int, from, to uint32) {
	for r := from; r < to; r++ {
		if in.pass == nil || in.pass[r>>6]>>(r&63)&1 != 0 {
			p.add(group, r)
		}
	}
}

func (t *tree) flush(out *agg.States, left, nodes, right *pairs) error {
	if err := t.rows(out, left); err != nil {
		return err
	}
	for from := 0; from < len(nodes.at); from += vector.MaxRows {
		to := min(from+vector.MaxRows, len(nodes.at))
		if err := t.merge(out, nodes.gids[from:to], nodes.at[from:to]); err != nil {
			return err
		}
	}
	if err := t.rows(out, right); err != nil {
		return err
	}
	for _, p := range []*pairs{left, nodes, right} {
		p.gids, p.at = p.gids[:0], p.at[:0]
	}
	return nil
}

func (t *tree) rows(out *agg.States, p *pairs) error {
	for from := 0; from < len(p.at); from += vector.MaxRows {
		to := min(from+vector.MaxRows, len(p.at))
		rows := vector.Rows{N: to - from}
		if err := out.Update(p.gids[from:to], t.in.gather(p.at[from:to]), rows.Selection()); err != nil {
			return err
		}
	}
	return nil
}

// merge adds the states of nodes.
func (t *tree) merge(out *agg.States, gids, nodes []uint32) error {
	rows := vector.Rows{N: len(nodes)}
	for i, c := range t.nodes.Columns() {
		t.vs[i] = t.flats[i].Flatten(t.slices[i].Gather(c, nodes), rows)
	}
	return out.Merge(gids, t.vs, rows.Selection())
}
