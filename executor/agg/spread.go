package agg

import (
	"math"
	"math/big"
	"math/bits"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/value"
)

// spread is what variance and stddev have in common.
type spread struct {
	root   bool // the result is the standard deviation
	sample bool // divided by n-1, else by n
}

// enough reports whether n rows have a result.
func (s spread) enough(n int64) bool { return n > 1 || n == 1 && !s.sample }

// numeric returns the result from the sums of n values and their squares, as
// PostgreSQL's numeric_stddev_internal computes it.
func (s spread) numeric(n int64, sum, squares decimal.Decimal) (decimal.Decimal, error) {
	if !sum.IsFinite() || !squares.IsFinite() {
		return decimal.NaN(), nil
	}
	count := decimal.FromInt64(n)
	sum2, err := sum.Mul(sum)
	if err != nil {
		return sum, err
	}
	total, err := squares.Mul(count)
	if err != nil {
		return sum, err
	}
	diff, err := total.Sub(sum2)
	if err != nil {
		return sum, err
	}
	if diff.Sign() <= 0 {
		return decimal.Decimal{}, nil
	}
	by := n
	if s.sample {
		by--
	}
	// n·by has at most 126 bits.
	variance, err := diff.Div(decimal.FromInt128(decimal.MulInt64(n, by), 0))
	if err != nil || !s.root {
		return variance, err
	}
	return squareRoot(variance)
}

// squareRoot returns the square root of d ≥ 0 at the scale of d, rounded half up:
// PostgreSQL's sqrt_var with the scale of the division before it.
func squareRoot(d decimal.Decimal) (decimal.Decimal, error) {
	scale := d.Scale()
	x, ok := d.Coefficient()
	var c *big.Int
	if ok {
		c = x.Big()
	} else {
		c, _ = new(big.Int).SetString(digits(d.String()), 10)
	}
	// sqrt(c / 10^scale) · 10^scale = sqrt(c · 10^scale)
	c = new(big.Int).Mul(c, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
	r := new(big.Int).Sqrt(c)
	// Round up when c > r² + r, that is sqrt(c) > r + 1/2.
	if rest := new(big.Int).Sub(c, new(big.Int).Mul(r, r)); rest.Cmp(r) > 0 {
		r.Add(r, big.NewInt(1))
	}
	return decimal.FromBig(r, scale)
}

func digits(s string) string {
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		if s[i] != '.' {
			out = append(out, s[i])
		}
	}
	return string(out)
}

// writeNumeric writes the results of groups [from, to).
func (s spread) writeNumeric(from, to int, out *column, at func(g int) (n int64, sum, squares decimal.Decimal, err error)) error {
	for g := from; g < to; g++ {
		n, sum, squares, err := at(g)
		if err != nil {
			return value.NumericError(err)
		}
		if !s.enough(n) {
			out.setNull(g - from)
			continue
		}
		d, err := s.numeric(n, sum, squares)
		if err != nil {
			return value.NumericError(err)
		}
		out.setText(g-from, d.Encode(out.arena()))
	}
	return nil
}

// intSpread is variance and stddev of integers, from exact sums.
type intSpread struct {
	spread
	acc []intSpreadAcc
}

// intSpreadAcc holds the sum in 128 bits and the sum of squares in 192.
type intSpreadAcc struct {
	hi         int64
	lo         uint64
	q2, q1, q0 uint64 // high, middle, low word
	n          int64
}

func (s *intSpread) resize(groups int) { s.acc = grow(s.acc, groups) }

func (s *intSpread) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		v := args[0].Int(int(r))
		a := &s.acc[group(gids, r)]
		abs := uint64(v)
		if v < 0 {
			abs = -abs
		}
		h, l := bits.Mul64(abs, abs)
		a.add(v>>63, uint64(v), 0, h, l, 1)
	}
	return nil
}

func (a *intSpreadAcc) add(hi int64, lo, q2, q1, q0 uint64, n int64) {
	var c uint64
	a.lo, c = bits.Add64(a.lo, lo, 0)
	a.hi += hi + int64(c)
	a.q0, c = bits.Add64(a.q0, q0, 0)
	a.q1, c = bits.Add64(a.q1, q1, c)
	a.q2 += q2 + c
	a.n += n
}

func (s *intSpread) partials() []vector.Kind {
	return []vector.Kind{vector.Word128, vector.Word128, vector.Int64, vector.Int64}
}

func (s *intSpread) partial(from, to int, out []column) {
	for g := from; g < to; g++ {
		i, a := g-from, &s.acc[g]
		out[0].v.W128[i] = [2]uint64{uint64(a.hi), a.lo}
		out[1].v.W128[i] = [2]uint64{a.q1, a.q0}
		out[2].v.I64[i], out[3].v.I64[i] = int64(a.q2), a.n
	}
}

func (s *intSpread) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		w, q := in[0].W128[r], in[1].W128[r]
		s.acc[group(gids, r)].add(int64(w[0]), w[1], uint64(in[2].I64[r]), q[0], q[1], in[3].I64[r])
	}
	return nil
}

func (s *intSpread) final(from, to int, out *column) error {
	return s.writeNumeric(from, to, out, func(g int) (int64, decimal.Decimal, decimal.Decimal, error) {
		a := &s.acc[g]
		sum := decimal.FromInt128(decimal.Int128{Hi: a.hi, Lo: a.lo}, 0)
		if a.q2 == 0 && a.q1 < 1<<63 {
			return a.n, sum, decimal.FromInt128(decimal.Int128{Hi: int64(a.q1), Lo: a.q0}, 0), nil
		}
		b := new(big.Int).SetUint64(a.q2)
		for _, w := range [2]uint64{a.q1, a.q0} {
			b.Lsh(b, 64).Or(b, new(big.Int).SetUint64(w))
		}
		squares, err := decimal.FromBig(b, 0)
		return a.n, sum, squares, err
	})
}

func (s *intSpread) bytes() int64 { return size(s.acc, 48) }

// numericSpread is variance and stddev of numeric.
type numericSpread struct {
	spread
	acc []numericSpreadAcc
}

type numericSpreadAcc struct {
	sum, squares decimal.Decimal
	n            int64
}

func (s *numericSpread) resize(groups int) { s.acc = grow(s.acc, groups) }

func (s *numericSpread) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		d := mustDecode(args[0].Bytes(int(r)))
		square, err := d.Mul(d)
		if err != nil {
			return value.NumericError(err)
		}
		if err := s.acc[group(gids, r)].add(d, square, 1); err != nil {
			return value.NumericError(err)
		}
	}
	return nil
}

func (a *numericSpreadAcc) add(sum, squares decimal.Decimal, n int64) (err error) {
	if a.sum, err = a.sum.Add(sum); err != nil {
		return err
	}
	a.squares, err = a.squares.Add(squares)
	a.n += n
	return err
}

func (s *numericSpread) partials() []vector.Kind {
	return []vector.Kind{vector.Bytes, vector.Bytes, vector.Int64}
}

func (s *numericSpread) partial(from, to int, out []column) {
	for g := from; g < to; g++ {
		out[0].setText(g-from, s.acc[g].sum.Encode(out[0].arena()))
		out[1].setText(g-from, s.acc[g].squares.Encode(out[1].arena()))
		out[2].v.I64[g-from] = s.acc[g].n
	}
}

func (s *numericSpread) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		err := s.acc[group(gids, r)].add(mustDecode(in[0].Bytes(int(r))), mustDecode(in[1].Bytes(int(r))), in[2].I64[r])
		if err != nil {
			return value.NumericError(err)
		}
	}
	return nil
}

func (s *numericSpread) final(from, to int, out *column) error {
	return s.writeNumeric(from, to, out, func(g int) (int64, decimal.Decimal, decimal.Decimal, error) {
		a := &s.acc[g]
		return a.n, a.sum, a.squares, nil
	})
}

func (s *numericSpread) bytes() int64 { return size(s.acc, 104) }

// floatSpread is variance and stddev of floats by Youngs and Cramer, step for
// step as PostgreSQL's float8_accum and float8_combine.
type floatSpread struct {
	spread
	acc []floatSpreadAcc
}

type floatSpreadAcc struct {
	sx, sxx float64
	n       int64
}

func (s *floatSpread) resize(groups int) { s.acc = grow(s.acc, groups) }

func (s *floatSpread) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	vals := args[0].F64
	for _, r := range sel {
		v := vals[r]
		a := &s.acc[group(gids, r)]
		a.n++
		before := a.sx
		a.sx += v
		if a.n == 1 {
			if math.IsInf(v, 0) || v != v {
				a.sxx = math.NaN()
			}
			continue
		}
		n := float64(a.n)
		t := float64(v*n) - a.sx
		a.sxx += t * t / (n * (n - 1))
		if math.IsInf(a.sx, 0) || math.IsInf(a.sxx, 0) {
			if !math.IsInf(before, 0) && !math.IsInf(v, 0) {
				return overflow()
			}
			a.sxx = math.NaN()
		}
	}
	return nil
}

func (s *floatSpread) partials() []vector.Kind {
	return []vector.Kind{vector.Float64, vector.Float64, vector.Int64}
}

func (s *floatSpread) partial(from, to int, out []column) {
	for g := from; g < to; g++ {
		i, a := g-from, &s.acc[g]
		out[0].v.F64[i], out[1].v.F64[i], out[2].v.I64[i] = a.sx, a.sxx, a.n
	}
}

func (s *floatSpread) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		a := &s.acc[group(gids, r)]
		b := floatSpreadAcc{in[0].F64[r], in[1].F64[r], in[2].I64[r]}
		switch {
		case b.n == 0:
		case a.n == 0:
			*a = b
		default:
			n1, n2 := float64(a.n), float64(b.n)
			t := a.sx/n1 - b.sx/n2
			sxx := a.sxx + b.sxx + n1*n2*t*t/(n1+n2)
			if math.IsInf(sxx, 0) && !math.IsInf(a.sxx, 0) && !math.IsInf(b.sxx, 0) {
				return overflow()
			}
			*a = floatSpreadAcc{a.sx + b.sx, sxx, a.n + b.n}
		}
	}
	return nil
}

func (s *floatSpread) final(from, to int, out *column) error {
	for g := from; g < to; g++ {
		a := s.acc[g]
		if !s.enough(a.n) {
			out.setNull(g - from)
			continue
		}
		by := float64(a.n)
		if s.sample {
			by--
		}
		v := a.sxx / by
		if s.root {
			v = math.Sqrt(v)
		}
		out.v.F64[g-from] = v
	}
	return nil
}

func (s *floatSpread) bytes() int64 { return size(s.acc, 24) }
