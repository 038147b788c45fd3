package agg

import (
	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/value"
)

// numericSum is sum and avg of numeric. A sum is a 128-bit coefficient at the
// largest scale seen while it fits; what does not goes to big.
type numericSum struct {
	avg bool
	acc []numericAcc
	big []decimal.Decimal
}

type numericAcc struct {
	hi    int64
	lo    uint64
	n     int64
	scale int32
	big   int32 // where in big the sum is, plus one; 0 while it is here
}

func (s *numericSum) resize(groups int) { s.acc = grow(s.acc, groups) }

func (s *numericSum) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	v := args[0]
	for _, r := range sel {
		a := &s.acc[group(gids, r)]
		a.n++
		if err := s.add(a, v.Arena[v.Spans[r].Off:v.Spans[r].Off+v.Spans[r].Len]); err != nil {
			return err
		}
	}
	return nil
}

// add adds an encoded numeric.
func (s *numericSum) add(a *numericAcc, enc []byte) error {
	if a.big == 0 {
		if coef, scale, ok := decimal.DecodeInt64(enc); ok && a.addInt64(coef, int32(scale)) {
			return nil
		}
	}
	d, err := decimal.Decode(enc)
	if err != nil {
		return err
	}
	if a.big == 0 {
		s.big = append(s.big, decimal.FromInt128(decimal.Int128{Hi: a.hi, Lo: a.lo}, int(a.scale)))
		a.big = int32(len(s.big))
	}
	sum, err := s.big[a.big-1].Add(d)
	if err != nil {
		return value.NumericError(err)
	}
	s.big[a.big-1] = sum
	return nil
}

// addInt64 adds coef / 10^scale; false when that does not fit.
func (a *numericAcc) addInt64(coef int64, scale int32) bool {
	x := decimal.Int128Of(coef)
	switch {
	case scale < a.scale:
		if a.scale-scale > 18 {
			return false
		}
		x = decimal.MulInt64(coef, tens[a.scale-scale])
	case scale > a.scale:
		up, ok := scaleUp(decimal.Int128{Hi: a.hi, Lo: a.lo}, scale-a.scale)
		if !ok {
			return false
		}
		a.hi, a.lo, a.scale = up.Hi, up.Lo, scale
	}
	sum, ok := decimal.Int128{Hi: a.hi, Lo: a.lo}.Add(x)
	if ok {
		a.hi, a.lo = sum.Hi, sum.Lo
	}
	return ok
}

// tens are the powers of ten of int64.
var tens = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// scaleUp returns x·10^k when it is known to fit.
func scaleUp(x decimal.Int128, k int32) (decimal.Int128, bool) {
	if x == (decimal.Int128{}) {
		return x, true
	}
	v, ok := x.Int64()
	if k > 18 || !ok {
		return x, false
	}
	return decimal.MulInt64(v, tens[k]), true
}

// at returns the sum of group g.
func (s *numericSum) at(g int) decimal.Decimal {
	a := &s.acc[g]
	if a.big != 0 {
		return s.big[a.big-1]
	}
	return decimal.FromInt128(decimal.Int128{Hi: a.hi, Lo: a.lo}, int(a.scale))
}

func (s *numericSum) partials() []vector.Kind { return []vector.Kind{vector.Bytes, vector.Int64} }

func (s *numericSum) partial(from, to int, out []column) {
	for g := from; g < to; g++ {
		out[0].setText(g-from, s.at(g).Encode(out[0].arena()))
		out[1].v.I64[g-from] = s.acc[g].n
	}
}

func (s *numericSum) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		a := &s.acc[group(gids, r)]
		a.n += in[1].I64[r]
		if err := s.add(a, in[0].Bytes(int(r))); err != nil {
			return err
		}
	}
	return nil
}

func (s *numericSum) final(from, to int, out *column) error {
	for g := from; g < to; g++ {
		if s.acc[g].n == 0 {
			out.setNull(g - from)
			continue
		}
		d := s.at(g)
		if s.avg {
			var err error
			if d, err = d.Div(decimal.FromInt64(s.acc[g].n)); err != nil {
				return value.NumericError(err)
			}
		}
		out.setText(g-from, d.Encode(out.arena()))
	}
	return nil
}

func (s *numericSum) bytes() int64 { return size(s.acc, 32) + size(s.big, 48) }
