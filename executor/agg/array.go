package agg

import (
	"math"
	"slices"
	"unsafe"

	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// arrayAgg is array_agg: the values of a group in order of arrival, NULL among
// them. Of arrays it makes one with a dimension more (stack). A partial state is
// an array of the values.
type arrayAgg struct {
	kind   vector.Kind // of the values
	stack  bool
	groups []itemList
	items  []item
	arena  []byte
	to     nested.Builder
}

// itemList is a list of items, by their places plus one; 0 is none.
type itemList struct{ head, tail uint32 }

// item is one value.
type item struct {
	word [2]uint64 // of a fixed width
	span vector.Span
	next uint32 // place plus one, 0 at the end
	null bool
}

func newArrayAgg(arg types.Type) *arrayAgg {
	return &arrayAgg{kind: vector.KindOf(arg), stack: arg.ID.IsArray()}
}

func (a *arrayAgg) resize(groups int) { a.groups = grow(a.groups, groups) }

func (a *arrayAgg) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		d := vector.Datum{Null: true}
		if !args[0].IsNull(int(r)) {
			d = peek(args[0], int(r))
		}
		if a.stack {
			if err := a.check(group(gids, r), d); err != nil {
				return err
			}
		}
		if err := a.add(group(gids, r), d); err != nil {
			return err
		}
	}
	return nil
}

// peek returns row i of v; its S aliases v.
func peek(v *vector.Vector, i int) vector.Datum {
	if v.Kind != vector.Bytes {
		return vector.At(v, i)
	}
	b := v.Bytes(i)
	return vector.StringDatum(unsafe.String(unsafe.SliceData(b), len(b)))
}

// check refuses an array that does not lie upon those of its group.
func (a *arrayAgg) check(g uint32, d vector.Datum) error {
	if d.Null {
		return sqlerr.New(sqlerr.NullValueNotAllowed, "cannot accumulate null arrays")
	}
	x, err := nested.OpenArray([]byte(d.S))
	if err != nil {
		return err
	}
	switch head := a.groups[g].head; {
	case x.Len() == 0:
		return sqlerr.New(sqlerr.ArraySubscriptError, "cannot accumulate empty arrays")
	case len(x.Dims()) == nested.MaxDims:
		return value.TooManyDims(nested.MaxDims + 1)
	case head != 0:
		first, err := nested.OpenArray(a.text(a.items[head-1]))
		if err != nil {
			return err
		}
		if !slices.Equal(first.Dims(), x.Dims()) {
			return sqlerr.New(sqlerr.ArraySubscriptError, "cannot accumulate arrays of different dimensionality")
		}
	}
	return nil
}

func (a *arrayAgg) text(it item) []byte { return a.arena[it.span.Off : it.span.Off+it.span.Len] }

func (a *arrayAgg) add(g uint32, d vector.Datum) error {
	if len(a.arena)+len(d.S) > math.MaxUint32 || len(a.items) == math.MaxUint32 {
		return vector.ErrTooLarge
	}
	it := item{null: d.Null}
	switch a.kind {
	case vector.Bytes:
		it.span = vector.Span{Off: uint32(len(a.arena)), Len: uint32(len(d.S))}
		a.arena = append(a.arena, d.S...)
	case vector.Float64:
		it.word[0] = math.Float64bits(d.F)
	case vector.Word128:
		it.word = d.W
	default:
		it.word[0] = uint64(d.I)
	}
	a.items = append(a.items, it)
	place := uint32(len(a.items))
	if l := &a.groups[g]; l.head == 0 {
		*l = itemList{place, place}
	} else {
		a.items[l.tail-1].next = place
		l.tail = place
	}
	return nil
}

func (a *arrayAgg) datum(it item) vector.Datum {
	if it.null {
		return vector.NullDatum
	}
	switch a.kind {
	case vector.Bytes:
		b := a.text(it)
		return vector.StringDatum(unsafe.String(unsafe.SliceData(b), len(b)))
	case vector.Float64:
		return vector.FloatDatum(math.Float64frombits(it.word[0]))
	case vector.Word128:
		return vector.WordDatum(it.word)
	}
	return vector.IntDatum(int64(it.word[0]))
}

func (a *arrayAgg) partials() []vector.Kind { return []vector.Kind{vector.Bytes} }

func (a *arrayAgg) partial(from, to int, out []column) {
	for g := from; g < to; g++ {
		if a.groups[g].head == 0 {
			out[0].setNull(g - from)
			continue
		}
		a.collect(g)
		out[0].setText(g-from, a.to.AppendTo(out[0].arena()))
	}
}

// collect puts the values of a group into a.to.
func (a *arrayAgg) collect(g int) {
	a.to.Reset(a.kind)
	for p := a.groups[g].head; p != 0; p = a.items[p-1].next {
		a.to.Append(a.datum(a.items[p-1]))
	}
}

func (a *arrayAgg) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		if in[0].IsNull(int(r)) {
			continue
		}
		values, err := nested.OpenArray(in[0].Bytes(int(r)))
		if err != nil {
			return err
		}
		for i := range values.Len() {
			d := values.Peek(i)
			if a.stack {
				if err := a.check(group(gids, r), d); err != nil {
					return err
				}
			}
			if err := a.add(group(gids, r), d); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *arrayAgg) final(from, to int, out *column) error {
	for g := from; g < to; g++ {
		switch {
		case a.groups[g].head == 0:
			out.setNull(g - from)
		case a.stack:
			if err := a.stacked(g, g-from, out); err != nil {
				return err
			}
		default:
			a.collect(g)
			out.setText(g-from, a.to.AppendTo(out.arena()))
		}
	}
	return nil
}

// stacked writes the array of the arrays of a group.
func (a *arrayAgg) stacked(g, row int, out *column) error {
	var dims []nested.Dim
	for p := a.groups[g].head; p != 0; p = a.items[p-1].next {
		x, err := nested.OpenArray(a.text(a.items[p-1]))
		if err != nil {
			return err
		}
		if dims == nil {
			a.to.Reset(x.Kind)
			dims = append([]nested.Dim{{Lower: 1}}, x.Dims()...)
		}
		dims[0].Len++
		for i := range x.Len() {
			a.to.AppendElement(&x, i)
		}
		if a.to.Len() > nested.MaxElements {
			return value.TooManyElements()
		}
	}
	out.setText(row, a.to.AppendTo(out.arena(), dims...))
	return nil
}

func (a *arrayAgg) bytes() int64 {
	return size(a.groups, 8) + size(a.items, 40) + int64(cap(a.arena))
}
