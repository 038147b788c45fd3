package decimal

import (
	"math"
	"math/big"
)

// Power returns d^e at the scale that shows at least 16 significant digits. It
// returns ErrOverflow, ErrPowerZero, ErrPowerNegative.
func (d Decimal) Power(e Decimal) (Decimal, error) {
	if d.form != finite || e.form != finite {
		return powerSpecial(d, e)
	}
	switch {
	case d.IsZero() && e.Sign() < 0:
		return Decimal{}, ErrPowerZero
	case d.Sign() < 0 && !e.IsInteger():
		return Decimal{}, ErrPowerNegative
	}
	if v, ok := e.Int64(); ok && e.IsInteger() && v == int64(int32(v)) {
		return d.powerInt(v, clampScale(minSignificant, d))
	}
	if d.IsZero() {
		return Decimal{scale: minSignificant}, nil
	}
	base, negative := d.Abs(), d.Sign() < 0 && isOdd(e)
	// A first estimate of e·ln(base) gives the weight of the result.
	lnWeight := base.lnWeight()
	rough, err := base.product(e, clampScale(8-lnWeight))
	if err != nil {
		return Decimal{}, err
	}
	val := rough.estimate()
	switch {
	case val > 3.01*maxRoundScale:
		return Decimal{}, ErrOverflow
	case val < -3.01*maxRoundScale:
		return Decimal{scale: maxDisplay}, nil
	}
	weight := int(val * log10e)
	scale := clampScale(minSignificant-weight, d, e)
	ln, err := base.product(e, max(scale+weight-lnWeight+8, 0)+guard)
	if err != nil {
		return Decimal{}, err
	}
	r, err := ln.expAt(scale)
	if err == nil && negative {
		r = r.Neg()
	}
	return r, err
}

// product returns e·ln d rounded to scale digits behind the point.
func (d Decimal) product(e Decimal, scale int) (Decimal, error) {
	whole := max(e.digits()-int(e.scale), 0)
	l, err := d.ln(scale + whole)
	if err != nil {
		return Decimal{}, err
	}
	x, err := fromAPD(l, min(scale+whole, MaxScale))
	if err != nil {
		return Decimal{}, err
	}
	p := new(big.Int).Mul(x.coef(), e.coef())
	return fromExponent(p, -int(x.scale)-int(e.scale), min(scale, MaxScale))
}

// powerSpecial raises when one operand is NaN or an infinity (POSIX pow).
func powerSpecial(d, e Decimal) (Decimal, error) {
	one := FromInt64(1)
	switch {
	case e.IsZero(), d.form == finite && d.Cmp(one) == 0:
		return one, nil
	case d.form == nan || e.form == nan:
		return NaN(), nil
	case d.IsZero() && e.form == negInf:
		return Decimal{}, ErrPowerZero
	case d.IsZero():
		return Decimal{}, nil
	case e.form != finite:
		size := d.Abs().Cmp(one)
		switch {
		case size == 0:
			return one, nil
		case size > 0 == (e.form == posInf):
			return Inf(1), nil
		}
		return Decimal{}, nil
	case d.form == negInf && !e.IsInteger():
		return Decimal{}, ErrPowerNegative
	case e.Sign() < 0:
		return Decimal{}, nil
	case d.form == negInf && isOdd(e):
		return Inf(-1), nil
	}
	return Inf(1), nil
}

// isOdd reports whether the integer e is odd.
func isOdd(e Decimal) bool {
	t := e.Trim()
	return t.scale == 0 && t.coef().Bit(0) == 1
}

// powerInt returns d^e at a scale; d ≠ 0 when e < 0.
func (d Decimal) powerInt(e int64, scale int) (Decimal, error) {
	switch {
	case e == 0:
		return FromInt64(1).rescale(scale, true)
	case e == 1:
		return d.rescale(scale, true)
	case e == -1:
		return FromInt64(1).divAt(d, scale, true)
	case e == 2:
		p := new(big.Int).Mul(d.coef(), d.coef())
		return fromExponent(p, -2*int(d.scale), scale)
	case d.IsZero():
		return Decimal{scale: uint16(scale)}, nil
	}
	digits, weight := d.Abs().leading(4)
	size := float64(e) * (math.Log10(digits) + float64(weight)) // of the result, in digits
	switch {
	case size > 3*math.MaxInt16*4:
		return Decimal{}, ErrOverflow
	case size+1 < -float64(scale):
		return Decimal{scale: uint16(scale)}, nil
	}
	significant := 1 + scale + int(size) + int(math.Log(math.Abs(float64(e)))) + 8 + guard
	n := uint64(max(e, -e))
	result := scaled{big.NewInt(1), 0}
	for square := (scaled{d.coef(), -int(d.scale)}); ; square = square.mul(square, significant) {
		if n&1 != 0 {
			result = result.mul(square, significant)
		}
		if n >>= 1; n == 0 {
			break
		}
	}
	if e < 0 {
		return result.reciprocal(scale)
	}
	return fromExponent(result.c, result.exp, scale)
}

// scaled is c·10^exp, cut to some significant digits on the way.
type scaled struct {
	c   *big.Int
	exp int
}

// mul returns the product cut to about that many significant digits.
func (s scaled) mul(o scaled, digits int) scaled {
	p := scaled{new(big.Int).Mul(s.c, o.c), s.exp + o.exp}
	if extra := int(float64(p.c.BitLen())*0.30103) - digits - 1; extra > 0 {
		p.c.Quo(p.c, bigPow10(extra))
		p.exp += extra
	}
	return p
}

// reciprocal returns 1/s rounded half away from zero at a scale.
func (s scaled) reciprocal(scale int) (Decimal, error) {
	// 10^(scale - exp) / c
	shift := scale - s.exp
	if shift < 0 {
		return Decimal{scale: uint16(scale)}, nil
	}
	if shift > 3*(MaxWholeDigits+MaxScale) {
		return Decimal{}, ErrOverflow
	}
	return FromBig(quoBig(bigPow10(shift), s.c), scale)
}
