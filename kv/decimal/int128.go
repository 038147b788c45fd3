package decimal

import (
	"math"
	"math/big"
	"math/bits"
)

// Int128 is a signed 128-bit integer in two's complement: Hi·2^64 + Lo. Besides
// being the coefficient of a Decimal it is the state of exact integer sums. The
// zero Int128 is 0.
type Int128 struct {
	Hi int64
	Lo uint64
}

// Int128Of returns v.
func Int128Of(v int64) Int128 { return Int128{v >> 63, uint64(v)} }

// MulInt64 returns a·b, which always fits.
func MulInt64(a, b int64) Int128 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	// The unsigned product counts a negative factor 2^64 too high.
	return Int128{int64(hi) - (a>>63)&b - (b>>63)&a, lo}
}

// Add returns a+b; ok is false when it does not fit.
func (a Int128) Add(b Int128) (sum Int128, ok bool) {
	lo, c := bits.Add64(a.Lo, b.Lo, 0)
	hi, _ := bits.Add64(uint64(a.Hi), uint64(b.Hi), c)
	s := Int128{int64(hi), lo}
	return s, (a.Hi^s.Hi)&(b.Hi^s.Hi) >= 0
}

// AddInt64 returns a+v; ok is false when it does not fit.
func (a Int128) AddInt64(v int64) (sum Int128, ok bool) { return a.Add(Int128Of(v)) }

// Neg returns -a; ok is false for the least Int128.
func (a Int128) Neg() (n Int128, ok bool) {
	lo, b := bits.Sub64(0, a.Lo, 0)
	hi, _ := bits.Sub64(0, uint64(a.Hi), b)
	n = Int128{int64(hi), lo}
	return n, !(a.Hi == math.MinInt64 && a.Lo == 0)
}

// Sub returns a-b; ok is false when it does not fit.
func (a Int128) Sub(b Int128) (diff Int128, ok bool) {
	lo, c := bits.Sub64(a.Lo, b.Lo, 0)
	hi, _ := bits.Sub64(uint64(a.Hi), uint64(b.Hi), c)
	d := Int128{int64(hi), lo}
	return d, (a.Hi^b.Hi)&(a.Hi^d.Hi) >= 0
}

// Sign returns -1, 0 or 1.
func (a Int128) Sign() int {
	switch {
	case a.Hi < 0:
		return -1
	case a.Hi == 0 && a.Lo == 0:
		return 0
	}
	return 1
}

// Cmp returns -1, 0 or 1 as a <, =, > b.
func (a Int128) Cmp(b Int128) int {
	switch {
	case a.Hi < b.Hi || a.Hi == b.Hi && a.Lo < b.Lo:
		return -1
	case a == b:
		return 0
	}
	return 1
}

// Int64 returns a as an int64; ok is false when it does not fit.
func (a Int128) Int64() (v int64, ok bool) {
	return int64(a.Lo), a.Hi == int64(a.Lo)>>63
}

// Float64 returns the float64 nearest to a.
func (a Int128) Float64() float64 {
	if v, ok := a.Int64(); ok {
		return float64(v)
	}
	f, _ := new(big.Float).SetInt(a.Big()).Float64()
	return f
}

// Big returns a as a new big.Int.
func (a Int128) Big() *big.Int {
	u := a.abs()
	b := new(big.Int).SetUint64(u.hi)
	b.Lsh(b, 64).Or(b, new(big.Int).SetUint64(u.lo))
	if a.Hi < 0 {
		b.Neg(b)
	}
	return b
}

// int128OfBig returns b; ok is false when it does not fit.
func int128OfBig(b *big.Int) (a Int128, ok bool) {
	n := b.BitLen()
	if n > 128 {
		return a, false
	}
	var buf [16]byte
	b.FillBytes(buf[:])
	return uint128{be64(buf[:8]), be64(buf[8:])}.signed(b.Sign() < 0)
}

func be64(b []byte) uint64 {
	var v uint64
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v
}

// uint128 is the magnitude of an Int128, and what the digit arithmetic runs on.
type uint128 struct{ hi, lo uint64 }

// abs returns |a|, which always fits.
func (a Int128) abs() uint128 {
	if a.Hi >= 0 {
		return uint128{uint64(a.Hi), a.Lo}
	}
	lo, b := bits.Sub64(0, a.Lo, 0)
	hi, _ := bits.Sub64(0, uint64(a.Hi), b)
	return uint128{hi, lo}
}

// signed returns u, negated when neg; ok is false when it does not fit.
func (u uint128) signed(neg bool) (a Int128, ok bool) {
	a = Int128{int64(u.hi), u.lo}
	if !neg {
		return a, a.Hi >= 0
	}
	a, _ = a.Neg()
	return a, a.Hi < 0 || u == uint128{}
}

// mul returns u·m; ok is false when it does not fit.
func (u uint128) mul(m uint64) (p uint128, ok bool) {
	if u.hi == 0 {
		p.hi, p.lo = bits.Mul64(u.lo, m)
		return p, true
	}
	over, mid := bits.Mul64(u.hi, m)
	carry, lo := bits.Mul64(u.lo, m)
	hi, c := bits.Add64(mid, carry, 0)
	return uint128{hi, lo}, over == 0 && c == 0
}

// mulPow10 returns u·10^k, k ≥ 0; ok is false when it does not fit.
func (u uint128) mulPow10(k int) (p uint128, ok bool) {
	for ; k > 19; k -= 19 {
		if u, ok = u.mul(pow10[19]); !ok {
			return u, false
		}
	}
	return u.mul(pow10[k])
}

// div returns u/d and u%d, d > 0.
func (u uint128) div(d uint64) (q uint128, r uint64) {
	if u.hi == 0 {
		return uint128{0, u.lo / d}, u.lo % d
	}
	q.hi = u.hi / d
	q.lo, r = bits.Div64(u.hi%d, u.lo, d)
	return q, r
}

// add1 returns u+1; it wraps.
func (u uint128) add1() uint128 {
	u.lo++
	if u.lo == 0 {
		u.hi++
	}
	return u
}

// digits returns how many decimal digits u has; 0 for 0.
func (u uint128) digits() int {
	if u.hi == 0 {
		return digits64(u.lo)
	}
	// 10^19 < 2^64 ≤ u: what is above 10^19 counts its digits.
	q, _ := u.div(pow10[19])
	if q.hi == 0 {
		return 19 + digits64(q.lo)
	}
	return 39 // u < 2^128 < 10^39, q ≥ 2^64 > 10^19
}

// digits64 returns how many decimal digits u has; 0 for 0.
func digits64(u uint64) int {
	n := bits.Len64(u) * 1233 >> 12 // log10(2) ≈ 1233/4096
	if u >= pow10[n] {
		n++
	}
	return n
}

// pow10 holds the powers of ten of a uint64.
var pow10 = [20]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}
