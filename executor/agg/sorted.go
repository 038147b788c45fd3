package agg

import (
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/sort"
	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// inputs returns what a call evaluates for each row: the arguments, the keys of
// its order that are none of these, the direct arguments.
func inputs(g physical.Agg) []expr.Expr {
	all := g.Args[:len(g.Args):len(g.Args)]
	for _, k := range g.Order {
		if at(all, k.Expr) < 0 {
			all = append(all, k.Expr)
		}
	}
	return append(all, g.Direct...)
}

// at returns the place of e in list, -1 for none.
func at(list []expr.Expr, e expr.Expr) int {
	for i, x := range list {
		if expr.Equal(x, e) {
			return i
		}
	}
	return -1
}

// sorted is the state of a call whose rows have an order: they are kept, and
// sorted by group and order when the first result is asked for. Then they go to
// an ordinary state, or an ordered-set aggregate picks from them. There is no
// partial state.
type sorted struct {
	q      *op.Context
	ts     []types.Type // of the arguments
	inner  state        // of an ordinary aggregate
	set    orderedSet   // else
	keys   []sort.Key
	direct int // first column of the direct arguments
	flag   int // column of hypothetical, -1 for none

	groups int
	rows   *vector.Builder // group, inputs, the flag
	gids   vector.Vector
	flags  vector.Vector
	cols   []*vector.Vector

	done   bool
	order  []uint32 // the rows
	starts []uint32 // of each group in order, then the end
	first  []uint32 // a row of each group, vector.NoRow for none
}

// orderedSet computes the results of an ordered-set aggregate. The rows of group
// g are s.order[s.starts[g]:s.starts[g+1]].
type orderedSet interface {
	final(s *sorted, from, to int, out *column) error
}

// groupColumn and firstArg are places in sorted.rows.
const (
	groupColumn = 0
	firstArg    = 1
)

func newSorted(g physical.Agg, ts []types.Type) (s *sorted, strict bool, err error) {
	s = &sorted{ts: ts, flag: -1, gids: vector.Vector{Kind: vector.Int32}, flags: vector.Vector{Kind: vector.Int32}}
	sig := function.ByID(g.Func)
	if sig != nil && sig.Kind == function.OrderedSet {
		strict = sig.Strict
		s.set, err = newOrderedSet(sig, ts, g.T)
	} else {
		s.inner, strict, err = newState(g.Func, ts, g.T)
	}
	if err != nil {
		return nil, false, err
	}
	all := inputs(g)
	s.keys = []sort.Key{{Column: groupColumn, T: types.Of(types.Int4)}}
	for _, k := range g.Order {
		s.keys = append(s.keys, sort.Key{Column: firstArg + at(all, k.Expr), T: k.Expr.Type(), Desc: k.Desc, NullsFirst: k.NullsFirst})
	}
	kinds := []vector.Kind{vector.Int32}
	for _, e := range all {
		kinds = append(kinds, vector.KindOf(e.Type()))
	}
	s.direct = len(kinds) - len(g.Direct)
	if _, ok := s.set.(*hypothetical); ok {
		s.flag = len(kinds)
		s.keys = append(s.keys, sort.Key{Column: s.flag, T: types.Of(types.Int4)})
		kinds = append(kinds, vector.Int32)
	}
	s.rows = vector.NewBuilder(kinds...)
	s.cols = make([]*vector.Vector, len(kinds))
	return s, strict, nil
}

func (s *sorted) resize(groups int) {
	s.groups = groups
	s.first = growNone(s.first, groups)
}

// growNone extends rows by vector.NoRow.
func growNone(rows []uint32, n int) []uint32 {
	old := len(rows)
	rows = grow(rows, n)
	for i := old; i < n; i++ {
		rows[i] = vector.NoRow
	}
	return rows
}

func (s *sorted) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	n := args[0].Len
	s.gids.Len, s.gids.I32 = n, zeros(s.gids.I32, n)
	row := uint32(s.rows.Len())
	for i, r := range sel {
		g := group(gids, r)
		s.gids.I32[r] = int32(g)
		if s.first[g] == vector.NoRow {
			s.first[g] = row + uint32(i)
		}
	}
	s.cols[groupColumn] = &s.gids
	copy(s.cols[firstArg:], args)
	if s.flag >= 0 {
		s.flags.Len, s.flags.I32 = n, zeros(s.flags.I32, n)
		s.cols[s.flag] = &s.flags
	}
	return s.rows.Append(&vector.Batch{Len: n, Sel: sel, Cols: s.cols})
}

func (s *sorted) partials() []vector.Kind { return nil }

func (s *sorted) partial(int, int, []column) {
	invariants.Check(false, "partial state of an ordered aggregate")
}

func (s *sorted) merge([]uint32, []*vector.Vector, []uint16) error {
	invariants.Check(false, "merge of an ordered aggregate")
	return nil
}

func (s *sorted) final(from, to int, out *column) error {
	if !s.done {
		s.done = true
		if err := s.finish(); err != nil {
			return err
		}
	}
	if s.set != nil {
		return s.set.final(s, from, to, out)
	}
	return s.inner.final(from, to, out)
}

// finish sorts the rows, and gives them to the inner state.
func (s *sorted) finish() error {
	if h, ok := s.set.(*hypothetical); ok {
		if err := h.insert(s); err != nil {
			return err
		}
	}
	n := s.rows.Len()
	cols := s.rows.Columns()
	var err error
	if s.order, err = sort.Rows(s.q, cols, n, s.keys); err != nil {
		return err
	}
	s.starts = make([]uint32, s.groups+1)
	for _, g := range cols[groupColumn].I32[:n] {
		s.starts[g+1]++
	}
	for g := range s.groups {
		s.starts[g+1] += s.starts[g]
	}
	if s.inner == nil {
		return nil
	}
	s.inner.resize(s.groups)
	gids := make([]uint32, vector.MaxRows)
	var w vector.Window
	var args arguments
	for from := 0; from < n; from += vector.MaxRows {
		if err := s.q.Check(); err != nil {
			return err
		}
		to := min(from+vector.MaxRows, n)
		b := w.Gather(cols[:firstArg+len(s.ts)], s.order[from:to])
		for i, g := range b.Cols[groupColumn].I32[:b.Len] {
			gids[i] = uint32(g)
		}
		args.reset()
		flat, sel := args.flat(b.Cols[firstArg:], b.Rows(), 0)
		if err := s.inner.update(gids[:b.Len], flat, sel); err != nil {
			return err
		}
	}
	s.rows, s.order = vector.NewBuilder(), nil
	return nil
}

func (s *sorted) bytes() int64 {
	n := s.rows.Bytes() + size(s.order, 4) + size(s.starts, 4) + size(s.first, 4)
	if s.inner != nil {
		n += s.inner.bytes()
	}
	return n
}
