package window

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/planner/physical"
)

// frame has the frames of all rows of a chunk: the rows [lo[s][i], hi[s][i]) of
// each stretch s, disjoint and in order. An empty stretch has lo ≥ hi. Without
// EXCLUDE there is one stretch, whose bounds never fall within a partition.
type frame struct {
	call   *call // the first that asked
	lo, hi [][]uint32
}

// nth returns row number n ≥ 0 of the frame of row i, vector.NoRow for none.
func (f *frame) nth(i int, n int64) uint32 {
	for s, lo := range f.lo {
		hi := f.hi[s][i]
		if lo[i] >= hi {
			continue
		}
		size := int64(hi - lo[i])
		if n < size {
			return lo[i] + uint32(n)
		}
		n -= size
	}
	return vector.NoRow
}

// last returns the last row of the frame of row i, vector.NoRow for none.
func (f *frame) last(i int) uint32 {
	for s := len(f.lo) - 1; s >= 0; s-- {
		if f.lo[s][i] < f.hi[s][i] {
			return f.hi[s][i] - 1
		}
	}
	return vector.NoRow
}

// frame returns the frames of c; calls with equal frames share them.
func (k *chunk) frame(c *call) (*frame, error) {
	for _, f := range k.frames {
		if sameFrame(f.call, c) {
			return f, nil
		}
	}
	lo, hi := make([]uint32, k.n), make([]uint32, k.n)
	if err := k.bound(lo, c, false); err != nil {
		return nil, err
	}
	if err := k.bound(hi, c, true); err != nil {
		return nil, err
	}
	f := &frame{call: c, lo: [][]uint32{lo}, hi: [][]uint32{hi}}
	if c.n.Frame.Exclude != physical.ExcludeNone {
		f.exclude(k, c.n.Frame.Exclude)
	}
	k.frames = append(k.frames, f)
	return f, nil
}

func sameFrame(a, b *call) bool {
	x, y := a.n.Frame, b.n.Frame
	return x.Mode == y.Mode && x.Start.Kind == y.Start.Kind && x.End.Kind == y.End.Kind && x.Exclude == y.Exclude &&
		a.start == b.start && a.end == b.end
}

// bound fills dst with the first row of each row's frame, or with the row behind
// its last.
func (k *chunk) bound(dst []uint32, c *call, end bool) error {
	f := &c.n.Frame
	b, offset := f.Start, c.start
	if end {
		b, offset = f.End, c.end
	}
	switch b.Kind {
	case physical.UnboundedPreceding:
		k.partitions(func(from, to int) { fill(dst[from:to], uint32(from)) })
		return nil
	case physical.UnboundedFollowing:
		k.partitions(func(from, to int) { fill(dst[from:to], uint32(to)) })
		return nil
	}
	switch {
	case f.Mode == physical.RowsFrame:
		k.rowsBound(dst, b.Kind, offset.I, end)
	case b.Kind == physical.CurrentRow:
		peers := k.peerGroups()
		for g := range len(peers) - 1 {
			at := peers[g]
			if end {
				at = peers[g+1]
			}
			fill(dst[peers[g]:peers[g+1]], at)
		}
	case f.Mode == physical.GroupsFrame:
		k.groupsBound(dst, b.Kind, offset.I, end)
	default:
		return k.rangeBound(dst, b.Kind, offset, b.Offset.Type(), end)
	}
	return nil
}

func fill(dst []uint32, x uint32) {
	for i := range dst {
		dst[i] = x
	}
}

// rowsBound is the bound so many rows away.
func (k *chunk) rowsBound(dst []uint32, kind physical.BoundKind, offset int64, end bool) {
	by := int(min(offset, int64(k.n)))
	switch kind {
	case physical.Preceding:
		by = -by
	case physical.CurrentRow:
		by = 0
	}
	if end {
		by++
	}
	k.partitions(func(from, to int) {
		for i := from; i < to; i++ {
			dst[i] = uint32(min(max(i+by, from), to))
		}
	})
}

// groupsBound is the bound so many groups of peers away.
func (k *chunk) groupsBound(dst []uint32, kind physical.BoundKind, offset int64, end bool) {
	peers := k.peerGroups()
	by := int(min(offset, int64(k.n)))
	if kind == physical.Preceding {
		by = -by
	}
	if end {
		by++
	}
	g := 0
	k.partitions(func(_, to int) {
		first, last := g, g
		for int(peers[last]) < to {
			last++
		}
		for ; g < last; g++ {
			fill(dst[peers[g]:peers[g+1]], peers[min(max(g+by, first), last)])
		}
	})
}

// exclude takes the row, its peers or the others of its peers out.
func (f *frame) exclude(k *chunk, what physical.FrameExclude) {
	lo, hi := f.lo[0], f.hi[0]
	n := len(lo)
	before, behind := make([]uint32, n), make([]uint32, n)
	peers := k.peerGroups()
	for g := range len(peers) - 1 {
		for i := peers[g]; i < peers[g+1]; i++ {
			from, to := peers[g], peers[g+1]
			if what == physical.ExcludeRow {
				from, to = i, i+1
			}
			before[i], behind[i] = min(hi[i], from), max(lo[i], to)
		}
	}
	f.lo, f.hi = [][]uint32{lo, behind}, [][]uint32{before, hi}
	if what != physical.ExcludeTies {
		return
	}
	own, next := make([]uint32, n), make([]uint32, n)
	for i := range own {
		own[i], next[i] = uint32(i), uint32(i)
		if int(lo[i]) <= i && i < int(hi[i]) {
			next[i]++
		}
	}
	f.lo, f.hi = [][]uint32{lo, own, behind}, [][]uint32{before, next, hi}
}
