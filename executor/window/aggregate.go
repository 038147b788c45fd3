package window

import (
	"math"

	"github.com/dejaq/fasti/executor/agg"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
)

// aggregate computes an aggregate over frames.
func (c *call) aggregate(k *chunk) (*result, error) {
	states, err := agg.NewStates(c.n.Func, c.ts, c.n.T)
	if err != nil {
		return nil, err
	}
	in := &input{k: k, pass: c.pass(k, states.Strict())}
	for i := range c.args {
		in.args = append(in.args, c.args[i].vector(k))
	}
	f := &c.n.Frame
	peersOnly := len(k.order) == 0 && f.Mode != physical.RowsFrame
	fromStart := f.Start.Kind == physical.UnboundedPreceding || peersOnly && f.Start.Kind == physical.CurrentRow
	toEnd := f.End.Kind == physical.UnboundedFollowing || peersOnly && f.End.Kind == physical.CurrentRow
	whole := f.Exclude == physical.ExcludeNone && fromStart && toEnd
	if whole {
		return c.whole(in, states)
	}
	fr, err := k.frame(c)
	if err != nil {
		return nil, err
	}
	if t := c.totals(in); t != nil {
		return overTotals(k, t, fr, c.n.T)
	}
	one := len(fr.lo) == 1
	if (c.name == "min" || c.name == "max") && one {
		if rows := extremes(in, c.ts[0].ID, c.name == "max", fr.lo[0], fr.hi[0]); rows != nil {
			return &result{v: in.args[0], rows: rows}, nil
		}
	}
	if one && fromStart {
		return c.running(in, states, fr.hi[0])
	}
	return c.overTree(in, states, fr)
}

// input is the rows that an aggregate sees.
type input struct {
	k    *chunk
	args []*vector.Vector
	pass []uint64 // bit i: row i counts; nil: all do

	slices []vector.Scratch
	flats  []vector.Scratch
	vs     []*vector.Vector
	sel    []uint16
}

// pass returns the rows that pass FILTER and, for a strict aggregate, have no
// NULL argument.
func (c *call) pass(k *chunk, strict bool) []uint64 {
	var pass []uint64
	take := func(bits []uint64, invert uint64) {
		if pass == nil {
			pass = make([]uint64, (k.n+63)/64)
			for i := range pass {
				pass[i] = math.MaxUint64
			}
		}
		for i := range pass {
			pass[i] &= bits[i] ^ invert
		}
	}
	if c.filter >= 0 {
		v := k.cols[c.filter]
		take(v.Bits, 0)
		if v.Nulls != nil {
			take(v.Nulls, math.MaxUint64)
		}
	}
	for i := range c.args {
		if !strict {
			break
		}
		if a := &c.args[i]; a.column >= 0 {
			if n := k.cols[a.column].Nulls; n != nil {
				take(n, math.MaxUint64)
			}
		} else if a.value.Null {
			take(make([]uint64, (k.n+63)/64), 0)
		}
	}
	return pass
}

// window returns rows [from, to), at most vector.MaxRows, of the arguments, flat,
// and those that count.
func (in *input) window(from, to int) ([]*vector.Vector, []uint16) {
	in.prepare()
	rows := vector.Rows{N: to - from}
	for i, a := range in.args {
		in.vs[i] = in.flats[i].Flatten(in.slices[i].Slice(a, from, to), rows)
		if a.Form == vector.Const {
			in.vs[i].Len = to - from
		}
	}
	if in.pass == nil {
		return in.vs, rows.Selection()
	}
	in.sel = in.sel[:0]
	for i := range to - from {
		if at := from + i; in.pass[at>>6]>>(uint(at)&63)&1 != 0 {
			in.sel = append(in.sel, uint16(i))
		}
	}
	return in.vs, in.sel
}

// gather returns the named rows of the arguments, flat.
func (in *input) gather(rows []uint32) []*vector.Vector {
	in.prepare()
	for i, a := range in.args {
		in.vs[i] = in.flats[i].Flatten(in.slices[i].Gather(a, rows), vector.Rows{N: len(rows)})
	}
	return in.vs
}

func (in *input) prepare() {
	if in.vs == nil {
		in.vs = make([]*vector.Vector, len(in.args))
		in.slices, in.flats = make([]vector.Scratch, len(in.args)), make([]vector.Scratch, len(in.args))
	}
}

// whole aggregates each partition once.
func (c *call) whole(in *input, states *agg.States) (*result, error) {
	k := in.k
	groups := len(k.parts) - 1
	states.Resize(groups)
	rows := make([]uint32, k.n)
	for p := range groups {
		fill(rows[k.parts[p]:k.parts[p+1]], uint32(p))
	}
	for from := 0; from < k.n; from += vector.MaxRows {
		if err := k.q.Check(); err != nil {
			return nil, err
		}
		to := min(from+vector.MaxRows, k.n)
		args, sel := in.window(from, to)
		if err := states.Update(rows[from:to], args, sel); err != nil {
			return nil, err
		}
	}
	b := vector.NewBuilder(vector.KindOf(c.n.T))
	for from := 0; from < groups; from += vector.MaxRows {
		v, err := states.Final(from, min(from+vector.MaxRows, groups))
		if err != nil {
			return nil, err
		}
		if err := b.Append(&vector.Batch{Len: v.Len, Cols: []*vector.Vector{v}}); err != nil {
			return nil, err
		}
	}
	return &result{v: b.Columns()[0], rows: rows}, nil
}

// totals returns running totals where they answer the call.
func (c *call) totals(in *input) *agg.Totals {
	var arg *vector.Vector
	var t types.Type
	if len(c.args) > 0 {
		arg, t = in.args[0], c.ts[0]
		if arg.Form != vector.Flat && c.name != "count" {
			return nil
		}
	}
	return agg.NewTotals(c.n.Func, c.n.T, arg, t, in.pass, in.k.n)
}

// overTotals reads the totals over frames.
func overTotals(k *chunk, t *agg.Totals, f *frame, of types.Type) (*result, error) {
	b := vector.NewBuilder(vector.KindOf(of))
	lo, hi := make([][]uint32, len(f.lo)), make([][]uint32, len(f.lo))
	for from := 0; from < k.n; from += vector.MaxRows {
		to := min(from+vector.MaxRows, k.n)
		for s := range f.lo {
			lo[s], hi[s] = f.lo[s][from:to], f.hi[s][from:to]
		}
		v, err := t.Final(lo, hi)
		if err != nil {
			return nil, err
		}
		if err := b.Append(&vector.Batch{Len: v.Len, Cols: []*vector.Vector{v}}); err != nil {
			return nil, err
		}
	}
	return &result{v: b.Columns()[0]}, nil
}

// running adds rows up to each bound of frames that begin with the partition.
func (c *call) running(in *input, states *agg.States, hi []uint32) (*result, error) {
	k := in.k
	b := vector.NewBuilder(vector.KindOf(c.n.T))
	states.Resize(len(k.parts) - 1)
	gids := make([]uint32, vector.MaxRows)
	var same []uint32
	var err error
	p := -1
	k.partitions(func(from, to int) {
		p++
		fill(gids, uint32(p))
		added := from
		for i := from; i < to && err == nil; {
			if err = k.q.Check(); err != nil {
				return
			}
			for added < int(hi[i]) {
				next := min(added+vector.MaxRows, int(hi[i]))
				args, sel := in.window(added, next)
				if err = states.Update(gids[:next-added], args, sel); err != nil {
					return
				}
				added = next
			}
			same = same[:0]
			for j := i; j < to && hi[j] == hi[i]; j++ {
				same = append(same, 0)
			}
			var v *vector.Vector
			if v, err = states.Final(p, p+1); err == nil {
				err = b.AppendRows([]*vector.Vector{v}, same)
			}
			i += len(same)
		}
	})
	return &result{v: b.Columns()[0]}, err
}
