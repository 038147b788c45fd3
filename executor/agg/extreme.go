package agg

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// newExtreme returns the states of min and max: with loops of their own for the
// fixed-width kinds, through a comparer for the others.
func newExtreme(t types.Type, max bool) state {
	k := vector.KindOf(t)
	switch {
	case t.ID.IsOID(), k == vector.Bool, k == vector.Word128, k == vector.Bytes:
		return &extreme{max: max, best: newCells(k), cmp: comparerOf(t)}
	case k == vector.Int32:
		return &extremeOf[int32]{max: max, kind: k}
	case k == vector.Int64:
		return &extremeOf[int64]{max: max, kind: k}
	}
	return &extremeOf[float64]{max: max, kind: k}
}

// extremeOf is min and max of a fixed-width kind. Of equal values that print
// unlike (0 and -0, 1.1 and 1.10) the last wins, as in PostgreSQL.
type extremeOf[T int32 | int64 | float64] struct {
	max  bool
	kind vector.Kind
	best []T
	some []bool
}

func (e *extremeOf[T]) resize(groups int) {
	e.best = grow(e.best, groups)
	e.some = grow(e.some, groups)
}

func (e *extremeOf[T]) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	vals := vector.Values[T](args[0])
	best, some := e.best, e.some
	if gids == nil {
		b, any := best[0], some[0]
		for _, r := range sel {
			v := vals[r]
			if !any || e.max && (v >= b || v != v) || !e.max && (v <= b || b != b) {
				b, any = v, true
			}
		}
		best[0], some[0] = b, any
		return nil
	}
	if e.max {
		for _, r := range sel {
			v, g := vals[r], gids[r]
			if v >= best[g] || !some[g] || v != v {
				best[g], some[g] = v, true
			}
		}
		return nil
	}
	for _, r := range sel {
		v, g := vals[r], gids[r]
		if v <= best[g] || !some[g] || best[g] != best[g] {
			best[g], some[g] = v, true
		}
	}
	return nil
}

func (e *extremeOf[T]) partials() []vector.Kind { return []vector.Kind{e.kind} }

func (e *extremeOf[T]) partial(from, to int, out []column) { e.write(from, to, &out[0]) }

func (e *extremeOf[T]) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	return mergeValues(e, gids, in, sel)
}

func (e *extremeOf[T]) final(from, to int, out *column) error {
	e.write(from, to, out)
	return nil
}

func (e *extremeOf[T]) write(from, to int, out *column) {
	copy(vector.Values[T](&out.v), e.best[from:to])
	for g := from; g < to; g++ {
		if !e.some[g] {
			out.setNull(g - from)
		}
	}
}

func (e *extremeOf[T]) bytes() int64 { return size(e.best, 8) + size(e.some, 1) }

// mergeValues merges partial states that are values, NULL for none, by updating
// with those that are not NULL.
func mergeValues(s state, gids []uint32, in []*vector.Vector, sel []uint16) error {
	if in[0].Nulls == nil {
		return s.update(gids, in, sel)
	}
	some := make([]uint16, 0, len(sel))
	for _, r := range sel {
		if !in[0].IsNull(int(r)) {
			some = append(some, r)
		}
	}
	return s.update(gids, in, some)
}

// extreme is min and max through a comparer.
type extreme struct {
	max  bool
	best cells
	cmp  comparer
}

func (e *extreme) resize(groups int) { e.best.resize(groups) }

func (e *extreme) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		g := group(gids, r)
		if e.best.state[g] == cellValue {
			if c := e.cmp(args[0], r, &e.best, g); c != 0 && c < 0 == e.max {
				continue
			}
		}
		if err := e.best.set(g, args[0], r); err != nil {
			return err
		}
	}
	return nil
}

func (e *extreme) partials() []vector.Kind { return []vector.Kind{e.best.kind} }

func (e *extreme) partial(from, to int, out []column) { e.best.write(from, to, &out[0]) }

func (e *extreme) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	return mergeValues(e, gids, in, sel)
}

func (e *extreme) final(from, to int, out *column) error {
	e.best.write(from, to, out)
	return nil
}

func (e *extreme) bytes() int64 { return e.best.bytes() }

// edge is first and last: the value beside the least or greatest time. Rows
// whose time is NULL do not count; of equal times the row that came first wins.
type edge struct {
	last        bool
	value, time cells
	cmp         comparer
}

func (e *edge) resize(groups int) {
	e.value.resize(groups)
	e.time.resize(groups)
}

func (e *edge) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		if args[1].IsNull(int(r)) {
			continue
		}
		g := group(gids, r)
		if e.time.state[g] == cellValue {
			c := e.cmp(args[1], r, &e.time, g)
			if c == 0 || c < 0 == e.last {
				continue
			}
		}
		if err := e.value.set(g, args[0], r); err != nil {
			return err
		}
		if err := e.time.set(g, args[1], r); err != nil {
			return err
		}
	}
	return nil
}

func (e *edge) partials() []vector.Kind { return []vector.Kind{e.value.kind, e.time.kind} }

func (e *edge) partial(from, to int, out []column) {
	e.value.write(from, to, &out[0])
	e.time.write(from, to, &out[1])
}

// merge is update: a state without rows has no time.
func (e *edge) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	return e.update(gids, in, sel)
}

func (e *edge) final(from, to int, out *column) error {
	e.value.write(from, to, out)
	return nil
}

func (e *edge) bytes() int64 { return e.value.bytes() + e.time.bytes() }
