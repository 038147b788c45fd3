package decimal

import (
	"cmp"
	"math"
	"math/big"
)

// The bounds of PostgreSQL's numeric (D2).
const (
	// MaxScale is the largest display scale.
	MaxScale = 16383
	// MaxWholeDigits is the most digits before the point: PostgreSQL counts
	// groups of four up to weight 32767.
	MaxWholeDigits = 131072
	// minSignificant and maxDisplay steer the scale of quotients and roots
	// (NUMERIC_MIN_SIG_DIGITS, NUMERIC_MAX_DISPLAY_SCALE).
	minSignificant = 16
	maxDisplay     = 1000
	// maxRoundScale bounds the argument of Round and Trunc
	// (NUMERIC_MAX_RESULT_SCALE).
	maxRoundScale = 2000
)

// form tells finite values from the three others.
type form uint8

const (
	finite form = iota
	nan
	posInf
	negInf
)

// Decimal is one numeric value. Compare with Cmp, not ==.
type Decimal struct {
	// big is the coefficient when it does not fit c; never changed once set.
	big   *big.Int
	c     Int128
	scale uint16 // 0..MaxScale
	form  form
}

// New returns coef / 10^scale, scale in [0, MaxScale].
func New(coef int64, scale int) Decimal {
	return Decimal{c: Int128Of(coef), scale: uint16(scale)}
}

// FromInt64 returns v with scale 0.
func FromInt64(v int64) Decimal { return Decimal{c: Int128Of(v)} }

// FromInt128 returns c / 10^scale, scale in [0, MaxScale].
func FromInt128(c Int128, scale int) Decimal { return Decimal{c: c, scale: uint16(scale)} }

// FromBig returns c / 10^scale; c must not change afterwards. ErrOverflow when
// it breaks D2.
func FromBig(c *big.Int, scale int) (Decimal, error) {
	d := fromBig(c, scale)
	return d, d.check()
}

// fromBig sets D1 without looking at D2.
func fromBig(c *big.Int, scale int) Decimal {
	if a, ok := int128OfBig(c); ok {
		return Decimal{c: a, scale: uint16(scale)}
	}
	return Decimal{big: c, scale: uint16(scale)}
}

// NaN returns not-a-number, which equals itself and is greater than all.
func NaN() Decimal { return Decimal{form: nan} }

// Inf returns Infinity, or -Infinity when sign < 0.
func Inf(sign int) Decimal {
	if sign < 0 {
		return Decimal{form: negInf}
	}
	return Decimal{form: posInf}
}

// check returns ErrOverflow when d has too many digits before the point.
func (d Decimal) check() error {
	// 39 digits always fit; so do 2^435400 < 10^131072 in bits.
	if d.big == nil || d.big.BitLen()-1 <= 435400 {
		return nil
	}
	if d.digits()-int(d.scale) > MaxWholeDigits {
		return ErrOverflow
	}
	return nil
}

// IsNaN reports whether d is NaN.
func (d Decimal) IsNaN() bool { return d.form == nan }

// IsInf reports whether d is an infinity of this sign; of any for sign 0.
func (d Decimal) IsInf(sign int) bool {
	return d.form == posInf && sign >= 0 || d.form == negInf && sign <= 0
}

// IsFinite reports whether d is a number.
func (d Decimal) IsFinite() bool { return d.form == finite }

// IsZero reports whether d is 0 at any scale.
func (d Decimal) IsZero() bool { return d.form == finite && d.big == nil && d.c == Int128{} }

// Scale returns the digits behind the point; 0 for NaN and the infinities.
func (d Decimal) Scale() int { return int(d.scale) }

// Coefficient returns d·10^Scale when d is finite and it fits.
func (d Decimal) Coefficient() (c Int128, ok bool) { return d.c, d.form == finite && d.big == nil }

// Sign returns -1, 0 or 1; 0 for NaN.
func (d Decimal) Sign() int {
	switch {
	case d.form == posInf:
		return 1
	case d.form == negInf:
		return -1
	case d.big != nil:
		return d.big.Sign()
	}
	return d.c.Sign()
}

// coef returns the coefficient as a big.Int that the caller must not change.
func (d Decimal) coef() *big.Int {
	if d.big != nil {
		return d.big
	}
	return d.c.Big()
}

// digits returns how many decimal digits the coefficient has; 0 for 0.
func (d Decimal) digits() int {
	if d.big == nil {
		return d.c.abs().digits()
	}
	// The digits of the least number of this bit length; the largest has at most
	// one more.
	n := int(float64(d.big.BitLen()-1)*math.Log10(2)) + 1
	if d.big.CmpAbs(bigPow10(n)) >= 0 {
		n++
	}
	return n
}

// bigPow10 returns 10^k, k ≥ 0.
func bigPow10(k int) *big.Int {
	if k < len(pow10) {
		return new(big.Int).SetUint64(pow10[k])
	}
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(k)), nil)
}

// Neg returns -d.
func (d Decimal) Neg() Decimal {
	switch {
	case d.form == posInf:
		return Inf(-1)
	case d.form == negInf:
		return Inf(1)
	case d.big != nil:
		return fromBig(new(big.Int).Neg(d.big), int(d.scale))
	}
	n, ok := d.c.Neg()
	if !ok {
		return fromBig(new(big.Int).Neg(d.c.Big()), int(d.scale))
	}
	d.c = n
	return d
}

// Abs returns |d|.
func (d Decimal) Abs() Decimal {
	if d.Sign() < 0 {
		return d.Neg()
	}
	return d
}

// Cmp returns -1, 0 or 1 as d <, =, > o in PostgreSQL's order: -Infinity,
// numbers, Infinity, NaN. Scales do not count.
func (d Decimal) Cmp(o Decimal) int {
	if d.form != finite || o.form != finite {
		return cmp.Compare(rank(d), rank(o))
	}
	if d.scale == o.scale && d.big == nil && o.big == nil {
		return d.c.Cmp(o.c)
	}
	s, t := d.Sign(), o.Sign()
	switch {
	case s < t:
		return -1
	case s > t:
		return 1
	case s == 0:
		return 0
	}
	if a, b, ok := align128(d, o); ok {
		return a.Cmp(b)
	}
	// Different magnitudes need no common scale.
	if x, y := d.digits()-int(d.scale), o.digits()-int(o.scale); x != y {
		if x < y {
			return -s
		}
		return s
	}
	a, b, _ := alignBig(d, o)
	return a.Cmp(b)
}

// rank orders the special forms around the finite ones, which are 0.
func rank(d Decimal) int {
	switch d.form {
	case negInf:
		return -1
	case posInf:
		return 1
	case nan:
		return 2
	}
	return 0
}

// align128 returns the coefficients of d and o at the larger of their scales;
// ok is false when one does not fit.
func align128(d, o Decimal) (a, b Int128, ok bool) {
	if d.big != nil || o.big != nil {
		return a, b, false
	}
	switch {
	case d.scale == o.scale:
		return d.c, o.c, true
	case d.scale < o.scale:
		a, ok = scale128(d.c, int(o.scale-d.scale))
		return a, o.c, ok
	}
	b, ok = scale128(o.c, int(d.scale-o.scale))
	return d.c, b, ok
}

// scale128 returns c·10^k; ok is false when it does not fit.
func scale128(c Int128, k int) (Int128, bool) {
	if v, small := c.Int64(); small && k < 19 {
		return MulInt64(v, int64(pow10[k])), true
	}
	u, ok := c.abs().mulPow10(k)
	if !ok {
		return c, false
	}
	return u.signed(c.Hi < 0)
}

// alignBig is align128 without bounds; it returns the common scale too. The
// results may be the operands' own coefficients.
func alignBig(d, o Decimal) (a, b *big.Int, scale int) {
	a, b = d.coef(), o.coef()
	switch {
	case d.scale < o.scale:
		a = new(big.Int).Mul(a, bigPow10(int(o.scale-d.scale)))
	case d.scale > o.scale:
		b = new(big.Int).Mul(b, bigPow10(int(d.scale-o.scale)))
	}
	return a, b, int(max(d.scale, o.scale))
}
