package gapfill

import (
	"math/bits"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// filler computes one fill, row after row.
type filler struct {
	f     physical.Fill
	value int // column
	prev  int // column, -1 for none

	group uint32 // first row of the group that last is of, plus one
	last  uint32 // row whose value goes on; prevRow: prev of the group's first row
	none  bool   // there is none yet

	// rows names, for locf and for rows that interpolate leaves alone, the row of
	// the value; those from prevBase on are rows of prev.
	rows []uint32
	// points are what interpolate computed, by output row.
	points []point
	v      vector.Vector
}

// prevBit marks a row number of locf as one of the column prev.
const prevBit = 1 << 31

type point struct {
	at int
	x  float64
	n  int64
}

func newFiller(f physical.Fill) *filler {
	x := &filler{f: f, value: f.Value.(expr.Column).Index, prev: -1}
	if f.Prev != nil {
		x.prev = f.Prev.(expr.Column).Index
	}
	return x
}

func (f *filler) reset() { f.rows, f.points = f.rows[:0], f.points[:0] }

// row computes the value of an output row of the group [first, end): that of row
// src, or of none at time t.
func (f *filler) row(g *GapFill, src, first, end uint32, t int64) {
	if f.group != first+1 {
		f.group, f.none = first+1, true
		if f.prev >= 0 && end > 0 {
			f.last, f.none = first|prevBit, false
		}
	}
	v := g.rows.Columns()[f.value]
	if src != vector.NoRow {
		if f.f.SkipNull && v.IsNull(int(src)) {
			f.rows = append(f.rows, f.carried())
			return
		}
		f.last, f.none = src, false
		f.rows = append(f.rows, src)
		return
	}
	if !f.f.Interpolate {
		f.rows = append(f.rows, f.carried())
		return
	}
	f.rows = append(f.rows, vector.NoRow)
	next := g.at.row
	if f.none || f.last&prevBit != 0 || next >= end || v.IsNull(int(f.last)) || v.IsNull(int(next)) {
		return
	}
	time := g.rows.Columns()[g.n.Time]
	if time.IsNull(int(next)) || time.IsNull(int(f.last)) {
		return
	}
	t0, t1 := time.Int(int(f.last)), time.Int(int(next))
	p := point{at: len(f.rows) - 1}
	if v.Kind == vector.Float64 {
		a, b := v.F64[f.last], v.F64[next]
		p.x = (a*float64(t1-t) + b*float64(t-t0)) / float64(t1-t0)
	} else {
		p.n = between(v.Int(int(f.last)), v.Int(int(next)), t0, t1, t)
	}
	f.points = append(f.points, p)
}

// between returns the integer on the line from (t0, a) to (t1, b) at t, towards
// zero, for t0 < t < t1.
func between(a, b, t0, t1, t int64) int64 {
	// a + (b-a)·(t-t0)/(t1-t0) in 128 bits; b-a may need 65, so halves are signed.
	down := b < a
	d := uint64(b) - uint64(a)
	if down {
		d = -d
	}
	hi, lo := bits.Mul64(d, uint64(t-t0))
	q, r := bits.Div64(hi, lo, uint64(t1-t0))
	x := a + int64(q)
	if down {
		x = a - int64(q)
	}
	// The exact value lies r/(t1-t0) beyond x: cut towards zero.
	switch {
	case r == 0:
	case down && x > 0:
		x--
	case !down && x < 0:
		x++
	}
	return x
}

func (f *filler) carried() uint32 {
	if f.none {
		return vector.NoRow
	}
	return f.last
}

// column returns the values of the batch.
func (f *filler) column(s *vector.Scratch, cols []*vector.Vector) *vector.Vector {
	if f.prev >= 0 {
		b := vector.NewBuilder(cols[f.value].Kind)
		for _, r := range f.rows {
			src := cols[f.value]
			if r != vector.NoRow && r&prevBit != 0 {
				src, r = cols[f.prev], r&^prevBit
			}
			d := vector.NullDatum
			if r != vector.NoRow {
				d = vector.At(src, int(r))
			}
			if err := b.AppendDatums([]vector.Datum{d}); err != nil {
				break
			}
		}
		return b.Columns()[0]
	}
	v := s.Gather(cols[f.value], f.rows)
	if len(f.points) == 0 {
		return v
	}
	f.v = *v
	f.v.Nulls = append([]uint64(nil), v.Nulls...)
	for _, p := range f.points {
		f.v.Nulls[p.at>>6] &^= 1 << (uint(p.at) & 63)
		switch v.Kind {
		case vector.Float64:
			f.v.F64[p.at] = p.x
		case vector.Int32:
			f.v.I32[p.at] = int32(p.n)
		default:
			f.v.I64[p.at] = p.n
		}
	}
	if !vector.AnyBit(f.v.Nulls) {
		f.v.Nulls = nil
	}
	return &f.v
}
