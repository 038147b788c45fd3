package decimal

import "math/big"

// Add returns d+o with the larger of the two scales. Infinities of opposite sign
// give NaN. It returns ErrOverflow.
func (d Decimal) Add(o Decimal) (Decimal, error) {
	if d.form != finite || o.form != finite {
		return addSpecial(d, o), nil
	}
	if a, b, ok := align128(d, o); ok {
		if s, ok := a.Add(b); ok {
			return Decimal{c: s, scale: max(d.scale, o.scale)}, nil
		}
	}
	a, b, scale := alignBig(d, o)
	return FromBig(new(big.Int).Add(a, b), scale)
}

func addSpecial(d, o Decimal) Decimal {
	switch {
	case d.form == nan || o.form == nan, d.form == posInf && o.form == negInf, d.form == negInf && o.form == posInf:
		return NaN()
	case d.form != finite:
		return d
	}
	return o
}

// Sub returns d-o with the larger of the two scales, else as Add.
func (d Decimal) Sub(o Decimal) (Decimal, error) {
	if d.form != finite || o.form != finite {
		return addSpecial(d, o.Neg()), nil
	}
	if a, b, ok := align128(d, o); ok {
		if s, ok := a.Sub(b); ok {
			return Decimal{c: s, scale: max(d.scale, o.scale)}, nil
		}
	}
	a, b, scale := alignBig(d, o)
	return FromBig(new(big.Int).Sub(a, b), scale)
}

// Mul returns d·o with the sum of the scales, rounded when that exceeds
// MaxScale. Infinity times 0 is NaN. It returns ErrOverflow.
func (d Decimal) Mul(o Decimal) (Decimal, error) {
	if d.form != finite || o.form != finite {
		return mulSpecial(d, o), nil
	}
	scale := int(d.scale) + int(o.scale)
	if d.big == nil && o.big == nil && scale <= MaxScale {
		x, ok1 := d.c.Int64()
		y, ok2 := o.c.Int64()
		if ok1 && ok2 {
			return Decimal{c: MulInt64(x, y), scale: uint16(scale)}, nil
		}
		if p, ok := mul128(d.c, o.c); ok {
			return Decimal{c: p, scale: uint16(scale)}, nil
		}
	}
	p := new(big.Int).Mul(d.coef(), o.coef())
	if scale > MaxScale {
		p, scale = roundBig(p, scale-MaxScale), MaxScale
	}
	return FromBig(p, scale)
}

// mul128 returns a·b; ok is false when it does not fit, or might not.
func mul128(a, b Int128) (Int128, bool) {
	x, y := a.abs(), b.abs()
	if x.hi != 0 {
		x, y = y, x
	}
	if x.hi != 0 {
		return Int128{}, false
	}
	p, ok := y.mul(x.lo)
	if !ok {
		return Int128{}, false
	}
	return p.signed(a.Hi^b.Hi < 0)
}

func mulSpecial(d, o Decimal) Decimal {
	if d.form == nan || o.form == nan {
		return NaN()
	}
	switch s := d.Sign() * o.Sign(); s {
	case 0:
		return NaN() // Infinity times 0
	default:
		return Inf(s)
	}
}

// Div returns d/o, rounded half away from zero at the scale that shows at least
// 16 significant digits and no fewer than either operand does, at most 1000
// (PostgreSQL's select_div_scale). It returns ErrDivisionByZero, ErrOverflow.
func (d Decimal) Div(o Decimal) (Decimal, error) {
	if d.form != finite || o.form != finite {
		return divSpecial(d, o)
	}
	if o.IsZero() {
		return Decimal{}, ErrDivisionByZero
	}
	weight1, first1 := d.nbase()
	weight2, first2 := o.nbase()
	weight := weight1 - weight2
	if first1 <= first2 {
		weight--
	}
	scale := min(max(minSignificant-4*weight, int(d.scale), int(o.scale), 0), maxDisplay)
	return d.divAt(o, scale, true)
}

// divSpecial divides when one operand is NaN or an infinity.
func divSpecial(d, o Decimal) (Decimal, error) {
	switch {
	case d.form == nan || o.form == nan:
		return NaN(), nil
	case o.IsZero():
		return Decimal{}, ErrDivisionByZero
	case d.form != finite && o.form != finite:
		return NaN(), nil
	case d.form != finite:
		return Inf(d.Sign() * o.Sign()), nil
	}
	return Decimal{}, nil
}

// divAt returns d/o at a scale, rounded half away from zero or cut. Both are
// finite and o is not 0.
func (d Decimal) divAt(o Decimal, scale int, round bool) (Decimal, error) {
	shift := scale - int(d.scale) + int(o.scale) // d·10^shift / o, as integers
	if d.big == nil && o.big == nil && shift >= 0 {
		if v := o.c.abs(); v.hi == 0 {
			if u, ok := d.c.abs().mulPow10(shift); ok {
				q, r := u.div(v.lo)
				if round && r >= v.lo-r {
					q = q.add1()
				}
				if c, ok := q.signed(d.c.Hi^o.c.Hi < 0); ok {
					return Decimal{c: c, scale: uint16(scale)}, nil
				}
			}
		}
	}
	a, b := d.coef(), o.coef()
	if shift >= 0 {
		a = new(big.Int).Mul(a, bigPow10(shift))
	} else {
		b = new(big.Int).Mul(b, bigPow10(-shift))
	}
	if round {
		return FromBig(quoBig(a, b), scale)
	}
	return FromBig(new(big.Int).Quo(a, b), scale)
}

// quoBig returns a/b rounded half away from zero, b ≠ 0.
func quoBig(a, b *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(a, b, new(big.Int))
	if r.Lsh(r, 1).CmpAbs(b) >= 0 {
		if a.Sign()*b.Sign() < 0 {
			q.Sub(q, big.NewInt(1))
		} else {
			q.Add(q, big.NewInt(1))
		}
	}
	return q
}

// QuoInteger returns d/o cut to an integer: SQL's div(d, o).
func (d Decimal) QuoInteger(o Decimal) (Decimal, error) {
	if d.form != finite || o.form != finite {
		return divSpecial(d, o)
	}
	if o.IsZero() {
		return Decimal{}, ErrDivisionByZero
	}
	return d.divAt(o, 0, false)
}

// Mod returns the remainder of QuoInteger, with d's sign and the larger of the
// scales. Infinity mod x is NaN, x mod Infinity is x.
func (d Decimal) Mod(o Decimal) (Decimal, error) {
	switch {
	case d.form == nan || o.form == nan:
		return NaN(), nil
	case o.IsZero():
		return Decimal{}, ErrDivisionByZero
	case d.form != finite:
		return NaN(), nil
	case o.form != finite:
		return d, nil
	}
	if a, b, ok := align128(d, o); ok {
		if v := b.abs(); v.hi == 0 {
			_, r := a.abs().div(v.lo)
			c, _ := uint128{0, r}.signed(a.Hi < 0)
			return Decimal{c: c, scale: max(d.scale, o.scale)}, nil
		}
	}
	a, b, scale := alignBig(d, o)
	return FromBig(new(big.Int).Rem(a, b), scale)
}

// nbase returns the weight and value of the first digit of finite d in
// PostgreSQL's base 10000, whose digits are aligned to the point: |d| = first ×
// 10000^weight + less. Both are 0 for 0.
func (d Decimal) nbase() (weight, first int) {
	n := d.digits()
	if n == 0 {
		return 0, 0
	}
	e := n - 1 - int(d.scale) // of the first decimal digit
	weight = floorDiv(e, 4)
	lead := e - 4*weight + 1 // decimal digits in the first group
	if d.big != nil {
		q := new(big.Int).Quo(d.big, bigPow10(n-lead))
		return weight, int(q.Abs(q).Int64())
	}
	u := d.c.abs()
	for cut := n - lead; cut > 0; cut -= 19 {
		u, _ = u.div(pow10[min(cut, 19)])
	}
	first = int(u.lo)
	for ; n < lead; n++ {
		first *= 10
	}
	return weight, first
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
