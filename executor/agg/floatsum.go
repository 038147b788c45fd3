package agg

import (
	"math"
	"math/bits"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// floatSum is sum and avg of float4 and float8, defined by value: see doc.go.
type floatSum struct {
	avg    bool
	single bool // the result is float4

	acc     []floatAcc
	special []float64 // sums of the NaN and infinities; nil while there are none
}

// floatAcc is the sum of a group: decimals exactly, as a 128-bit multiple of
// 10^-10, the other finite values as s + c.
type floatAcc struct {
	lo   uint64
	hi   int64
	s, c float64
	n    int64
}

const (
	// places is the scale of the decimals.
	places = 10
	unit   = 1e10
	// exactMax bounds what float64 rounds to integers without a fraction to lose:
	// |v·10^e| < 2^51 keeps the rounding below exact.
	exactMax = 1 << 51
	// scaledMax is the |v| below which all places are looked at.
	scaledMax = exactMax / unit
	// rounder, added and subtracted, rounds |x| < 2^51 to an integer, half to even.
	rounder = 3 << 51
)

func (s *floatSum) resize(groups int) {
	s.acc = grow(s.acc, groups)
	if s.special != nil {
		s.special = grow(s.special, groups)
	}
}

func (s *floatSum) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	vals := args[0].F64
	if gids == nil {
		a := s.acc[0] // kept in registers
		for _, r := range sel {
			v := vals[r]
			x := float64(v*unit) + rounder - rounder
			if v < scaledMax && v > -scaledMax && x/unit == v {
				a.addScaled(int64(x))
			} else {
				s.addOther(0, &a, v)
			}
		}
		a.n += int64(len(sel))
		s.acc[0] = a
		return nil
	}
	for _, r := range sel {
		v := vals[r]
		a := &s.acc[gids[r]]
		a.n++
		x := float64(v*unit) + rounder - rounder
		if v < scaledMax && v > -scaledMax && x/unit == v {
			a.addScaled(int64(x))
		} else {
			s.addOther(gids[r], a, v)
		}
	}
	return nil
}

// addScaled adds d·10^-10.
func (a *floatAcc) addScaled(d int64) {
	var carry uint64
	a.lo, carry = bits.Add64(a.lo, uint64(d), 0)
	a.hi += d>>63 + int64(carry)
}

// addOther adds what is no decimal of ten places below scaledMax.
func (s *floatSum) addOther(g uint32, a *floatAcc, v float64) {
	abs := math.Abs(v)
	switch {
	case !(abs <= math.MaxFloat64):
		if s.special == nil {
			s.special = make([]float64, len(s.acc), cap(s.acc))
		}
		s.special[g] += v
		return
	case abs >= scaledMax && abs < exactMax:
		// The most places that keep it exact.
		e := places - 1
		for e > 0 && abs*floatPow10[e] >= exactMax {
			e--
		}
		x := float64(v*floatPow10[e]) + rounder - rounder
		if x/floatPow10[e] == v {
			hi, lo := bits.Mul64(uint64(math.Abs(x)), intPow10[places-e])
			if v < 0 {
				var b uint64
				lo, b = bits.Sub64(0, lo, 0)
				hi, _ = bits.Sub64(0, hi, b)
			}
			var carry uint64
			a.lo, carry = bits.Add64(a.lo, lo, 0)
			a.hi += int64(hi) + int64(carry)
			return
		}
	}
	a.s, a.c = twoSum(a.s, v, a.c)
}

// twoSum returns the sum of s and v, and c plus what its rounding lost.
func twoSum(s, v, c float64) (sum, lost float64) {
	sum = s + v
	z := sum - s
	return sum, c + ((s - (sum - z)) + (v - z))
}

var (
	floatPow10 = [places + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10}
	intPow10   = [places + 1]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10}
)

// value returns the sum of the finite values divided by n: correctly rounded
// when all were decimals.
func (a *floatAcc) value(n int64) float64 {
	if a.s == 0 && a.c == 0 && n < 1<<40 {
		return decimalFloat(a.hi, a.lo, uint64(n))
	}
	d := decimalFloat(a.hi, a.lo, 1)
	sum, lost := twoSum(d, a.s, a.c+restOf(a.hi, a.lo, d))
	return (sum + lost) / float64(n)
}

// decimalFloat returns the int128 hi·2^64+lo divided by 10^10·n, correctly
// rounded, for 1 ≤ n < 2^40.
func decimalFloat(hi int64, lo uint64, n uint64) float64 {
	if hi >= 0 {
		return quotient(uint64(hi), lo, n)
	}
	l, b := bits.Sub64(0, lo, 0)
	h, _ := bits.Sub64(0, uint64(hi), b)
	return -quotient(h, l, n)
}

// quotient returns (h·2^64+l) / (10^10·n) rounded to the nearest float64, to
// even: the numerator is shifted up to 128 bits and divided by 5^10·n; the last
// bit of what is rounded stands for all that follows.
func quotient(h, l, n uint64) float64 {
	if h == 0 && l < 1<<53 && n < 1<<19 {
		return float64(l) / float64(n*unit) // both are exact
	}
	shift := bits.LeadingZeros64(h)
	if h == 0 {
		shift = 64 + bits.LeadingZeros64(l)
	}
	if shift >= 64 {
		h, l = l<<(shift-64), 0
	} else {
		h, l = h<<shift|l>>(64-shift), l<<shift
	}
	const five10 = 9765625 // 24 bits
	by := five10 * n
	q1, r := h/by, h%by
	q0, r := bits.Div64(r, l, by)
	if q1 == 0 { // by is above h
		q1, q0 = q0, 0
		// What follows in r is below the last bit of q0, which has 63 or 64.
		top := q1
		if r != 0 {
			top |= 1
		}
		return math.Ldexp(float64(top), -shift-places)
	}
	lead := bits.LeadingZeros64(q1)
	top := q1<<lead | q0>>(64-lead)
	if q0<<lead != 0 || r != 0 {
		top |= 1
	}
	// value = top·2^(64-lead)·2^-shift / 2^10
	return math.Ldexp(float64(top), 64-lead-shift-places)
}

// restOf returns (hi·2^64+lo)/10^10 - d for d that is close to it.
func restOf(hi int64, lo uint64, d float64) float64 {
	// d·10^10 as an int128: d has 53 bits, the exponent is bounded by the sum.
	m, e := math.Frexp(math.Abs(d))
	p, q := bits.Mul64(uint64(m*(1<<53)), unit)
	e -= 53
	frac := 0.0
	switch {
	case e >= 0:
		p, q = p<<e|q>>(64-e), q<<e
	default:
		// Bits below one unit are kept as a fraction.
		n := -e
		if n >= 128 {
			return 0
		}
		if n >= 64 {
			frac = math.Ldexp(float64(p&(1<<(n-64)-1)), 64-n) + math.Ldexp(float64(q), -n)
			p, q = 0, p>>(n-64)
		} else {
			frac = math.Ldexp(float64(q&(1<<n-1)), -n)
			p, q = p>>n, q>>n|p<<(64-n)
		}
	}
	if d < 0 {
		var b uint64
		q, b = bits.Sub64(0, q, 0)
		p, _ = bits.Sub64(0, p, b)
		frac = -frac
	}
	l, b := bits.Sub64(lo, q, 0)
	h, _ := bits.Sub64(uint64(hi), p, b)
	rest := math.Ldexp(float64(int64(h)), 64) + float64(l)
	if int64(h) < 0 { // small and negative: h is -1
		rest = -float64(-l)
	}
	return (rest - frac) / unit
}

func (s *floatSum) partials() []vector.Kind {
	return []vector.Kind{vector.Word128, vector.Float64, vector.Float64, vector.Float64, vector.Int64}
}

func (s *floatSum) partial(from, to int, out []column) {
	for g := from; g < to; g++ {
		i, a := g-from, &s.acc[g]
		out[0].v.W128[i] = [2]uint64{uint64(a.hi), a.lo}
		out[1].v.F64[i], out[2].v.F64[i] = a.s, a.c
		if s.special != nil {
			out[3].v.F64[i] = s.special[g]
		}
		out[4].v.I64[i] = a.n
	}
}

func (s *floatSum) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		g := group(gids, r)
		a := &s.acc[g]
		w := in[0].W128[r]
		lo, carry := bits.Add64(a.lo, w[1], 0)
		a.lo = lo
		a.hi += int64(w[0]) + int64(carry)
		a.s, a.c = twoSum(a.s, in[1].F64[r], a.c+in[2].F64[r])
		a.n += in[4].I64[r]
		if x := in[3].F64[r]; x != 0 {
			if s.special == nil {
				s.special = make([]float64, len(s.acc), cap(s.acc))
			}
			s.special[g] += x
		}
	}
	return nil
}

func (s *floatSum) final(from, to int, out *column) error {
	for g := from; g < to; g++ {
		i, a := g-from, &s.acc[g]
		if a.n == 0 {
			out.setNull(i)
			continue
		}
		var sum float64
		if s.special != nil && s.special[g] != 0 {
			sum = s.special[g] // NaN or infinite, and so is the average
		} else {
			n := int64(1)
			if s.avg {
				n = a.n
			}
			if sum = a.value(n); math.IsInf(sum, 0) || sum != sum {
				return overflow()
			}
		}
		if s.single {
			single := float64(float32(sum))
			if math.IsInf(single, 0) && !math.IsInf(sum, 0) {
				return overflow()
			}
			sum = single
		}
		out.v.F64[i] = sum
	}
	return nil
}

func overflow() error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "value out of range: overflow")
}

func (s *floatSum) bytes() int64 { return size(s.acc, 40) + size(s.special, 8) }
