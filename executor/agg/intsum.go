package agg

import (
	"math/bits"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// intSum is sum and avg of int2, int4 and int8: exact in 128 bits.
//
// While no group can have left int64, which the sizes of the values seen bound,
// only the low words are added to; then high words come in for good.
type intSum struct {
	avg, numeric bool // the result is an average; is numeric, not int8
	narrow       bool // arguments are Int32

	acc  []intAcc
	high []int64 // high words of the sums; nil while they are extensions of sign
	room int64   // by how much any sum may still grow without one
}

type intAcc struct{ sum, n int64 }

// roomMax keeps sums well inside int64.
const roomMax = 1 << 62

func (s *intSum) resize(groups int) {
	s.acc = grow(s.acc, groups)
	if s.high != nil {
		s.high = grow(s.high, groups)
	}
}

func (s *intSum) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	v := args[0]
	if s.narrow {
		if s.fits(1<<31, len(sel)) {
			sumNarrow(s.acc, gids, v.I32, sel)
		} else {
			sumWide(s.acc, s.high, gids, v.I32, sel)
		}
		return nil
	}
	if s.high == nil && s.fits(magnitude(v, sel), len(sel)) {
		sumNarrow(s.acc, gids, v.I64, sel)
	} else {
		s.widen()
		sumWide(s.acc, s.high, gids, v.I64, sel)
	}
	return nil
}

// magnitude returns a power of two that no |value| in sel exceeds.
func magnitude(v *vector.Vector, sel []uint16) uint64 {
	var m uint64
	if v.Bounded {
		m = uint64(v.Lo^v.Lo>>63) | uint64(v.Hi^v.Hi>>63)
	} else {
		for _, r := range sel {
			x := v.I64[r]
			m |= uint64(x ^ x>>63)
		}
	}
	return 1 << bits.Len64(m) // of 2^63 at most
}

// fits takes n values of at most that magnitude from the room, or widens.
func (s *intSum) fits(magnitude uint64, n int) bool {
	if s.high != nil {
		return false
	}
	hi, need := bits.Mul64(magnitude, uint64(n))
	if hi != 0 || need > uint64(s.room) {
		s.widen()
		return false
	}
	s.room -= int64(need)
	return true
}

func (s *intSum) widen() {
	if s.high != nil {
		return
	}
	s.high = make([]int64, len(s.acc), cap(s.acc))
	for g := range s.acc {
		s.high[g] = s.acc[g].sum >> 63
	}
}

func sumNarrow[T int32 | int64](acc []intAcc, gids []uint32, vals []T, sel []uint16) {
	if gids == nil {
		var sum int64
		if len(sel) == len(vals) {
			for _, x := range vals {
				sum += int64(x)
			}
		} else {
			for _, r := range sel {
				sum += int64(vals[r])
			}
		}
		acc[0].sum += sum
		acc[0].n += int64(len(sel))
		return
	}
	for _, r := range sel {
		a := &acc[gids[r]]
		a.sum += int64(vals[r])
		a.n++
	}
}

func sumWide[T int32 | int64](acc []intAcc, high []int64, gids []uint32, vals []T, sel []uint16) {
	for _, r := range sel {
		g := group(gids, r)
		a := &acc[g]
		x := int64(vals[r])
		lo, carry := bits.Add64(uint64(a.sum), uint64(x), 0)
		a.sum = int64(lo)
		high[g] += x>>63 + int64(carry)
		a.n++
	}
}

// at returns the sum of group g.
func (s *intSum) at(g int) decimal.Int128 {
	a := s.acc[g]
	if s.high == nil {
		return decimal.Int128Of(a.sum)
	}
	return decimal.Int128{Hi: s.high[g], Lo: uint64(a.sum)}
}

func (s *intSum) partials() []vector.Kind { return []vector.Kind{vector.Word128, vector.Int64} }

func (s *intSum) partial(from, to int, out []column) {
	for g := from; g < to; g++ {
		sum := s.at(g)
		out[0].v.W128[g-from] = [2]uint64{uint64(sum.Hi), sum.Lo}
		out[1].v.I64[g-from] = s.acc[g].n
	}
}

func (s *intSum) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	s.widen()
	for _, r := range sel {
		g := group(gids, r)
		w := in[0].W128[r]
		lo, carry := bits.Add64(uint64(s.acc[g].sum), w[1], 0)
		s.acc[g].sum = int64(lo)
		s.high[g] += int64(w[0]) + int64(carry)
		s.acc[g].n += in[1].I64[r]
	}
	return nil
}

func (s *intSum) final(from, to int, out *column) error {
	for g := from; g < to; g++ {
		if err := s.write(g, g-from, out); err != nil {
			return err
		}
	}
	return nil
}

// write writes the result of group g to row i.
func (s *intSum) write(g, i int, out *column) error {
	sum, n := s.at(g), s.acc[g].n
	switch {
	case n == 0:
		out.setNull(i)
	case s.avg:
		d, err := decimal.FromInt128(sum, 0).Div(decimal.FromInt64(n))
		if err != nil {
			return value.NumericError(err)
		}
		out.setText(i, d.Encode(out.arena()))
	case s.numeric:
		out.setText(i, decimal.FromInt128(sum, 0).Encode(out.arena()))
	default:
		v, ok := sum.Int64()
		if !ok {
			return sqlerr.New(sqlerr.NumericValueOutOfRange, "bigint out of range")
		}
		out.v.I64[i] = v
	}
	return nil
}

func (s *intSum) bytes() int64 { return size(s.acc, 16) + size(s.high, 8) }
