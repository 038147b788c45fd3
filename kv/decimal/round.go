package decimal

import "math/big"

// Round returns d rounded half away from zero to scale digits behind the point,
// which may be negative; it then has that scale (0 for a negative one), with
// zeros appended as needed. It returns ErrOverflow.
func (d Decimal) Round(scale int) (Decimal, error) {
	return d.rescale(min(max(scale, -maxRoundScale), maxRoundScale), true)
}

// Trunc is Round towards zero.
func (d Decimal) Trunc(scale int) (Decimal, error) {
	return d.rescale(min(max(scale, -maxRoundScale), maxRoundScale), false)
}

// rescale rounds or cuts finite d to any scale up to MaxScale.
func (d Decimal) rescale(scale int, round bool) (Decimal, error) {
	if d.form != finite || scale == int(d.scale) {
		return d, nil
	}
	shown := max(scale, 0)
	drop := int(d.scale) - scale
	if d.big == nil {
		if drop < 0 {
			if c, ok := scale128(d.c, -drop); ok {
				return Decimal{c: c, scale: uint16(shown)}, nil
			}
		} else if c, ok := drop128(d.c, drop, round); ok {
			// Below the point of a negative scale stand zeros again.
			if c, ok = scale128(c, shown-scale); ok {
				return Decimal{c: c, scale: uint16(shown)}, nil
			}
		}
	}
	c := d.coef()
	switch {
	case drop < 0:
		return FromBig(new(big.Int).Mul(c, bigPow10(-drop)), shown)
	case round:
		c = roundBig(c, drop)
	default:
		c = new(big.Int).Quo(c, bigPow10(drop))
	}
	if shown > scale {
		c.Mul(c, bigPow10(shown-scale))
	}
	return FromBig(c, shown)
}

// drop128 returns c / 10^k, k > 0, rounded half away from zero or cut.
func drop128(c Int128, k int, round bool) (Int128, bool) {
	u := c.abs()
	if k > 38 {
		// |c| < 2^127 < 0.5 × 10^39.
		return Int128{}, true
	}
	for ; k > 19; k-- {
		u, _ = u.div(10)
	}
	q, r := u.div(pow10[k])
	if round && r >= pow10[k]-r {
		q = q.add1()
	}
	return q.signed(c.Hi < 0)
}

// roundBig returns c / 10^k rounded half away from zero, k > 0.
func roundBig(c *big.Int, k int) *big.Int { return quoBig(c, bigPow10(k)) }

// Ceil and Floor return the nearest integer not below and not above d.
func (d Decimal) Ceil() (Decimal, error) { return d.toward(1) }

// Floor returns the greatest integer not above d.
func (d Decimal) Floor() (Decimal, error) { return d.toward(-1) }

func (d Decimal) toward(sign int) (Decimal, error) {
	t, err := d.rescale(0, false)
	if err == nil && d.form == finite && d.Sign() == sign && t.Cmp(d) != 0 {
		return t.Add(FromInt64(int64(sign)))
	}
	return t, err
}

// IsInteger reports whether d is finite and has no fraction.
func (d Decimal) IsInteger() bool {
	t, err := d.rescale(0, false)
	return err == nil && d.form == finite && t.Cmp(d) == 0
}

// MinScale returns the least scale that holds d exactly; 0 for NaN and the
// infinities.
func (d Decimal) MinScale() int { return int(d.Trim().scale) }

// Trim returns d without trailing zeros behind the point: SQL's trim_scale.
func (d Decimal) Trim() Decimal {
	if d.form != finite || d.scale == 0 {
		return d
	}
	if d.big == nil {
		u := d.c.abs()
		for d.scale > 0 {
			q, r := u.div(10)
			if r != 0 {
				break
			}
			u = q
			d.scale--
		}
		d.c, _ = u.signed(d.c.Hi < 0)
		return d
	}
	ten, c, r := big.NewInt(10), new(big.Int).Set(d.big), new(big.Int)
	scale := int(d.scale)
	for scale > 0 {
		q, _ := new(big.Int).QuoRem(c, ten, r)
		if r.Sign() != 0 {
			break
		}
		c = q
		scale--
	}
	return fromBig(c, scale)
}

// Typmod returns d as numeric(precision, scale) stores it: rounded to scale,
// which may be negative, and below 10^(precision-scale). It returns a
// *FieldError. NaN fits everything.
func (d Decimal) Typmod(precision, scale int) (Decimal, error) {
	switch d.form {
	case nan:
		return d, nil
	case posInf, negInf:
		return d, &FieldError{Precision: precision, Scale: scale, Infinite: true}
	}
	// A value far too large is refused before it grows.
	if d.digits()-int(d.scale) > precision-scale && !d.IsZero() {
		return d, &FieldError{Precision: precision, Scale: scale}
	}
	r, err := d.rescale(scale, true)
	if err != nil {
		return d, err
	}
	if !r.IsZero() && r.digits()-int(r.scale) > precision-scale {
		return d, &FieldError{Precision: precision, Scale: scale}
	}
	return r, nil
}
