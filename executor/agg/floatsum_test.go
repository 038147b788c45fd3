package agg

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dejaq/fasti/kv/vector"
)

// decimalIn draws a float64 that is a decimal of at most ten places.
func decimalIn(t *rapid.T) (float64, *big.Rat) {
	e := rapid.IntRange(0, 10).Draw(t, "places")
	d := rapid.Int64Range(-1<<51+1, 1<<51-1).Draw(t, "digits") >> rapid.IntRange(0, 50).Draw(t, "shift")
	v := float64(d) / floatPow10[e]
	return v, new(big.Rat).SetFrac64(d, int64(intPow10[e]))
}

// The sum and the average of decimals are the correctly rounded exact ones, in
// whatever order and parts they come.
func TestFloatSumIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 50).Draw(t, "rows")
		vals, exact := make([]float64, n), new(big.Rat)
		for i := range vals {
			v, r := decimalIn(t)
			vals[i] = v
			exact.Add(exact, r)
		}
		for _, avg := range []bool{false, true} {
			s := &floatSum{avg: avg}
			s.resize(1)
			part := &floatSum{}
			part.resize(1)
			cut := rapid.IntRange(0, n).Draw(t, "cut")
			add := func(s *floatSum, vals []float64) {
				if len(vals) == 0 {
					return
				}
				v := &vector.Vector{Kind: vector.Float64, Len: len(vals), F64: vals}
				require.NoError(t, s.update(make([]uint32, len(vals)), []*vector.Vector{v}, vector.Rows{N: len(vals)}.Selection()))
			}
			add(s, vals[cut:])
			add(part, vals[:cut])
			require.NoError(t, s.merge(nil, partialOf(part), []uint16{0}))
			var res column
			res.reset(vector.Float64, 1)
			require.NoError(t, s.final(0, 1, &res))
			want := exact
			if avg {
				want = new(big.Rat).Quo(exact, new(big.Rat).SetInt64(int64(n)))
			}
			f, _ := want.Float64()
			require.Equal(t, f, res.v.F64[0], "avg %v of %v", avg, vals)
		}
	})
}

// partialOf returns the partial state of the only group.
func partialOf(s state) []*vector.Vector {
	var in []*vector.Vector
	out := make([]column, len(s.partials()))
	for i, k := range s.partials() {
		out[i].reset(k, 1)
		in = append(in, &out[i].v)
	}
	s.partial(0, 1, out)
	return in
}

// quotient is correctly rounded for any 126-bit numerator and any divisor.
func TestQuotientRounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := rapid.Uint64().Draw(t, "h") >> rapid.IntRange(1, 64).Draw(t, "by")
		l := rapid.Uint64().Draw(t, "l")
		n := rapid.Uint64Range(1, 1<<40-1).Draw(t, "n") >> rapid.IntRange(0, 39).Draw(t, "nby")
		n = max(n, 1)
		num := new(big.Int).SetUint64(h)
		num.Lsh(num, 64).Or(num, new(big.Int).SetUint64(l))
		den := new(big.Int).Mul(new(big.Int).SetUint64(n), big.NewInt(unit))
		want, _ := new(big.Rat).SetFrac(num, den).Float64()
		require.Equal(t, want, quotient(h, l, n))
	})
	// Beside and at a tie: an odd number of 54 bits times the divisor, or next to it.
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(1, 1<<20).Draw(t, "n")
		den := new(big.Int).Mul(new(big.Int).SetUint64(n), big.NewInt(unit))
		num := new(big.Int).SetUint64(1<<53 | rapid.Uint64Range(0, 1<<53-1).Draw(t, "q") | 1)
		num.Mul(num, den).Lsh(num, uint(rapid.IntRange(0, 17).Draw(t, "shift")))
		num.Add(num, big.NewInt(int64(rapid.IntRange(-1, 1).Draw(t, "beside"))))
		want, _ := new(big.Rat).SetFrac(num, den).Float64()
		require.Equal(t, want, quotient(new(big.Int).Rsh(num, 64).Uint64(), num.Uint64(), n))
	})
}

// A sum of floats that are no decimals is that of big floats to a few units in
// the last place, and what is not finite makes the result as PostgreSQL has it.
func TestFloatSumOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vals := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 60).Draw(t, "values")
		exact := new(big.Float).SetPrec(2000)
		size := 0.0
		for _, v := range vals {
			exact.Add(exact, new(big.Float).SetFloat64(v))
			size += math.Abs(v)
		}
		want, _ := exact.Float64()
		s := &floatSum{}
		s.resize(1)
		for _, part := range [][]float64{vals[:len(vals)/2], vals[len(vals)/2:]} {
			p := &floatSum{}
			p.resize(1)
			v := &vector.Vector{Kind: vector.Float64, Len: len(part), F64: part}
			require.NoError(t, p.update(nil, []*vector.Vector{v}, vector.Rows{N: len(part)}.Selection()))
			require.NoError(t, s.merge(nil, partialOf(p), []uint16{0}))
		}
		var res column
		res.reset(vector.Float64, 1)
		require.NoError(t, s.final(0, 1, &res))
		require.InDelta(t, want, res.v.F64[0], size*1e-16*4+1e-300)
	})
}
