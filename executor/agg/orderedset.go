package agg

import (
	"math"
	"strconv"

	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/sort"
	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

func newOrderedSet(sig *function.Signature, args []types.Type, result types.Type) (orderedSet, error) {
	switch sig.Name {
	case "percentile_cont", "percentile_disc":
		return &percentile{between: sig.Name == "percentile_cont", many: sig.Args[0].IsArray(), kind: vector.KindOf(args[0])}, nil
	case "mode":
		return &mode{t: args[0]}, nil
	case "rank", "dense_rank", "percent_rank", "cume_dist":
		return &hypothetical{name: sig.Name, ts: args}, nil
	}
	return nil, sqlerr.NotSupported("aggregate %s", sig.ID)
}

// group returns the rows of group g in order.
func (s *sorted) group(g int) []uint32 { return s.order[s.starts[g]:s.starts[g+1]] }

// percentile is percentile_cont, which may lie between two values, and
// percentile_disc.
type percentile struct {
	between bool
	many    bool        // for an array of fractions
	kind    vector.Kind // of a value

	one column // a value on its way into an array
	to  nested.Builder
}

func (p *percentile) final(s *sorted, from, to int, out *column) error {
	cols := s.rows.Columns()
	v, fractions := cols[firstArg], cols[s.direct]
	for g := from; g < to; g++ {
		i, rows := g-from, s.group(g)
		if len(rows) == 0 || fractions.IsNull(int(rows[0])) {
			out.setNull(i)
			continue
		}
		var err error
		if p.many {
			err = p.array(fractions.Bytes(int(rows[0])), v, rows, i, out)
		} else {
			err = p.at(fractions.Float(int(rows[0])), v, rows, i, out)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// array writes the values at each of an array of fractions to row i, as an array
// of the same form.
func (p *percentile) array(fractions []byte, v *vector.Vector, rows []uint32, i int, out *column) error {
	fs, err := nested.OpenArray(fractions)
	if err != nil {
		return err
	}
	p.to.Reset(p.kind)
	for k := range fs.Len() {
		p.one.reset(p.kind, 1)
		if fs.IsNull(k) {
			p.one.setNull(0)
		} else if err := p.at(fs.Float(k), v, rows, 0, &p.one); err != nil {
			return err
		}
		p.to.AppendRow(&p.one.v, 0)
	}
	out.setText(i, p.to.AppendTo(out.arena(), fs.Dims()...))
	return nil
}

// at writes the value at fraction f of rows to row i.
func (p *percentile) at(f float64, v *vector.Vector, rows []uint32, i int, out *column) error {
	if !(f >= 0 && f <= 1) {
		return sqlerr.New(sqlerr.NumericValueOutOfRange, "percentile value %s is not between 0 and 1", strconv.FormatFloat(f, 'g', 6, 64))
	}
	if !p.between {
		at := max(int(math.Ceil(f*float64(len(rows)))), 1) - 1
		out.copy(i, v, int(rows[at]))
		return nil
	}
	place := f * float64(len(rows)-1)
	lo, hi := int(rows[int(math.Floor(place))]), int(rows[int(math.Ceil(place))])
	part := place - math.Floor(place)
	if p.kind == vector.Float64 {
		a, b := v.F64[lo], v.F64[hi]
		if lo != hi {
			a += part * (b - a)
		}
		out.v.F64[i] = a
		return nil
	}
	if lo == hi {
		out.v.W128[i] = v.W128[lo]
		return nil
	}
	iv, err := compute.IntervalBetween(vector.IntervalOf(v.W128[lo]), vector.IntervalOf(v.W128[hi]), part)
	out.v.W128[i] = iv.Word()
	return err
}

// mode is the most frequent value, of several the first in the order.
type mode struct{ t types.Type }

func (m *mode) final(s *sorted, from, to int, out *column) error {
	v := s.rows.Columns()[firstArg]
	var scratch vector.Scratch
	var edges []bool
	for g := from; g < to; g++ {
		rows := s.group(g)
		if len(rows) == 0 {
			out.setNull(g - from)
			continue
		}
		edges = zeros(edges, len(rows))
		sort.Changes(edges, scratch.Gather(v, rows), m.t, 0)
		best, most, start := 0, 0, 0
		for i := 1; i <= len(rows); i++ {
			if i < len(rows) && !edges[i] {
				continue
			}
			if i-start > most {
				best, most = start, i-start
			}
			start = i
		}
		out.copy(g-from, v, int(rows[best]))
	}
	return nil
}

// hypothetical is the rank that a row of the direct arguments would have: it is
// put among the others of its group, before its peers or, for cume_dist, behind.
type hypothetical struct {
	name string
	ts   []types.Type
}

// insert adds the hypothetical row of each group that has rows.
func (h *hypothetical) insert(s *sorted) error {
	flag := int32(-1)
	if h.name == "cume_dist" {
		flag = 1
	}
	all := make([]uint32, 0, s.groups)
	for _, r := range s.first {
		if r != vector.NoRow {
			all = append(all, r)
		}
	}
	cols := s.rows.Columns()
	src := append([]*vector.Vector(nil), cols...)
	copy(src[firstArg:firstArg+len(h.ts)], cols[s.direct:s.direct+len(h.ts)])
	var w vector.Window
	added := vector.NewBuilder(kindsOf(cols)...)
	for from := 0; from < len(all); from += vector.MaxRows {
		b := w.Gather(src, all[from:min(from+vector.MaxRows, len(all))])
		flags := vector.ConstOf(vector.Int32, vector.IntDatum(int64(flag)), b.Len)
		b.Cols[s.flag] = flags
		if err := added.Append(b); err != nil {
			return err
		}
	}
	rows := make([]uint32, added.Len())
	for i := range rows {
		rows[i] = uint32(i)
	}
	return s.rows.AppendRows(added.Columns(), rows)
}

func kindsOf(cols []*vector.Vector) []vector.Kind {
	kinds := make([]vector.Kind, len(cols))
	for i, c := range cols {
		kinds[i] = c.Kind
	}
	return kinds
}

func (h *hypothetical) final(s *sorted, from, to int, out *column) error {
	flags := s.rows.Columns()[s.flag].I32
	for g := from; g < to; g++ {
		i, rows := g-from, s.group(g)
		at := 0
		for at < len(rows) && flags[rows[at]] == 0 {
			at++
		}
		others := float64(max(len(rows)-1, 0))
		switch h.name {
		case "rank":
			out.v.I64[i] = int64(at + 1)
		case "dense_rank":
			out.v.I64[i] = h.distinct(s, rows[:min(at+1, len(rows))])
		case "percent_rank":
			if others > 0 {
				out.v.F64[i] = float64(at) / others
			}
		default:
			out.v.F64[i] = float64(at+1) / (others + 1)
		}
	}
	return nil
}

// distinct counts the combinations of values in rows; one when there are none.
func (h *hypothetical) distinct(s *sorted, rows []uint32) int64 {
	edges := make([]bool, len(rows))
	var scratch vector.Scratch
	for i, t := range h.ts {
		sort.Changes(edges, scratch.Gather(s.rows.Columns()[firstArg+i], rows), t, 0)
	}
	n := int64(1)
	for _, e := range edges {
		if e {
			n++
		}
	}
	return n
}
