package decimal

import (
	"bytes"
	"math"
	"math/big"

	"github.com/cockroachdb/apd/v3"
)

// guard is how many digits more than shown are computed, so that the last one is
// rounded right but in the rarest cases.
const guard = 12

// log10e is log10(e), as PostgreSQL writes it: the scales depend on it.
const log10e = 0.434294481903252

// Exp returns e^d at the scale that shows at least 16 significant digits. It
// returns ErrOverflow.
func (d Decimal) Exp() (Decimal, error) {
	switch d.form {
	case nan, posInf:
		return d, nil
	case negInf:
		return Decimal{}, nil
	}
	val := d.estimate()
	weight := math.Min(math.Max(val*log10e, -maxRoundScale), maxRoundScale)
	return d.expAt(clampScale(minSignificant-int(weight), d))
}

// estimate returns d as a float64, infinite when it is too large.
func (d Decimal) estimate() float64 {
	f, _ := d.Float64()
	return f
}

// clampScale bounds a result's scale from below by those of the operands, and by
// PostgreSQL's limit from above.
func clampScale(scale int, operands ...Decimal) int {
	scale = max(scale, 0)
	for _, o := range operands {
		scale = max(scale, int(o.scale))
	}
	return min(scale, maxDisplay)
}

// expAt returns e^d at a scale.
func (d Decimal) expAt(scale int) (Decimal, error) {
	val := d.estimate()
	switch {
	case val >= 3*maxRoundScale:
		return Decimal{}, ErrOverflow
	case val <= -3*maxRoundScale:
		return Decimal{scale: uint16(scale)}, nil
	}
	digits := scale + int(math.Max(val*log10e, 0)) + guard
	// Below 10^-scale there is nothing to show, but Exp needs some digits.
	var r apd.Decimal
	if _, err := apdContext(digits).Exp(&r, d.apd()); err != nil {
		return Decimal{}, ErrOverflow
	}
	return fromAPD(&r, scale)
}

// Ln returns the natural logarithm at the scale that shows at least 16
// significant digits. It returns ErrLogZero, ErrLogNegative.
func (d Decimal) Ln() (Decimal, error) {
	switch {
	case d.form == nan || d.form == posInf:
		return d, nil
	case d.Sign() == 0:
		return Decimal{}, ErrLogZero
	case d.Sign() < 0:
		return Decimal{}, ErrLogNegative
	}
	scale := clampScale(minSignificant-d.lnWeight(), d)
	l, err := d.ln(scale)
	if err != nil {
		return Decimal{}, err
	}
	return fromAPD(l, scale)
}

// ln returns ln d, d > 0, right to scale digits behind the point.
func (d Decimal) ln(scale int) (*apd.Decimal, error) {
	var l apd.Decimal
	digits := max(scale+d.lnWeight()+guard, guard)
	if _, err := apdContext(digits).Ln(&l, d.apd()); err != nil {
		return nil, ErrOverflow
	}
	return &l, nil
}

// lnWeight estimates the decimal weight of ln d, as PostgreSQL's
// estimate_ln_dweight does: the scale of logarithms depends on it.
func (d Decimal) lnWeight() int {
	if d.Sign() <= 0 {
		return 0
	}
	if d.Cmp(New(9, 1)) >= 0 && d.Cmp(New(11, 1)) <= 0 {
		x, err := d.Sub(FromInt64(1))
		if err != nil || x.IsZero() {
			return 0
		}
		weight, first := x.nbase()
		return weight*4 + int(math.Log10(float64(first)))
	}
	digits, weight := d.leading(2)
	l := math.Abs(math.Log(digits) + float64(weight)*2.302585092994046)
	return int(math.Log10(l))
}

// leading returns the first base-10000 digits of d > 0, at most n and none of the
// zero ones at the end, as digits × 10^weight.
func (d Decimal) leading(n int) (digits float64, weight int) {
	text := d.appendDigits(nil)
	e := len(text) - 1 - int(d.scale)
	weight = floorDiv(e, 4) * 4
	text = bytes.TrimRight(text, "0")
	for size := e - weight + 1; ; size = 4 {
		group := 0
		for i := range size {
			group *= 10
			if i < len(text) {
				group += int(text[i] - '0')
			}
		}
		digits = digits*10000 + float64(group)
		text = text[min(size, len(text)):]
		if n--; n == 0 || len(text) == 0 {
			return digits, weight
		}
		weight -= 4
	}
}

// Log10 returns Log to base 10.
func (d Decimal) Log10() (Decimal, error) { return d.Log(FromInt64(10)) }

// Log returns the logarithm of d to a base: SQL's log(base, d). It returns
// ErrLogZero, ErrLogNegative for either, ErrDivisionByZero for base 1.
func (d Decimal) Log(base Decimal) (Decimal, error) {
	if d.form == nan || base.form == nan {
		return NaN(), nil
	}
	for _, x := range [2]Decimal{base, d} {
		switch {
		case x.Sign() < 0:
			return Decimal{}, ErrLogNegative
		case x.Sign() == 0:
			return Decimal{}, ErrLogZero
		}
	}
	switch {
	case base.form == posInf && d.form == posInf:
		return NaN(), nil
	case base.form == posInf:
		return Decimal{}, nil
	case d.form == posInf:
		return Inf(1), nil
	}
	w, v := base.lnWeight(), d.lnWeight()
	scale := clampScale(minSignificant-(v-w), base, d)
	b, err := base.ln(scale + v - 2*w + guard)
	if err != nil {
		return Decimal{}, err
	}
	if b.IsZero() {
		return Decimal{}, ErrDivisionByZero
	}
	n, err := d.ln(scale - w + guard)
	if err != nil {
		return Decimal{}, err
	}
	var q apd.Decimal
	if _, err := apdContext(max(scale+v-w, 0)+2*guard).Quo(&q, n, b); err != nil {
		return Decimal{}, ErrOverflow
	}
	return fromAPD(&q, scale)
}

// apdContext computes with a number of significant digits and never traps.
func apdContext(digits int) *apd.Context {
	return &apd.Context{
		Precision: uint32(max(digits, guard)), MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent,
		Rounding: apd.RoundHalfUp,
	}
}

// apd returns d as apd's type.
func (d Decimal) apd() *apd.Decimal {
	r := &apd.Decimal{Exponent: -int32(d.scale)}
	r.Coeff.SetMathBigInt(d.coef())
	if r.Coeff.Sign() < 0 {
		r.Coeff.Neg(&r.Coeff)
		r.Negative = true
	}
	return r
}

// fromAPD rounds r half away from zero at a scale.
func fromAPD(r *apd.Decimal, scale int) (Decimal, error) {
	if r.Form != apd.Finite {
		return Decimal{}, ErrOverflow
	}
	c := new(big.Int).Set(r.Coeff.MathBigInt())
	if r.Negative {
		c.Neg(c)
	}
	return fromExponent(c, int(r.Exponent), scale)
}

// fromExponent returns c·10^exp rounded half away from zero at a scale.
func fromExponent(c *big.Int, exp, scale int) (Decimal, error) {
	switch shift := exp + scale; {
	case shift > MaxWholeDigits+MaxScale && c.Sign() != 0:
		return Decimal{}, ErrOverflow
	case shift >= 0:
		c = new(big.Int).Mul(c, bigPow10(shift))
	case -shift > len(c.Text(10))+1:
		c = new(big.Int)
	default:
		c = roundBig(c, -shift)
	}
	return FromBig(c, scale)
}
