package decimal

import "math/big"

// Sqrt returns the square root, exactly rounded, at the scale that shows at least
// 16 significant digits and no fewer than d does. It returns ErrSqrtNegative.
func (d Decimal) Sqrt() (Decimal, error) {
	switch {
	case d.form == nan || d.form == posInf:
		return d, nil
	case d.Sign() < 0:
		return Decimal{}, ErrSqrtNegative
	}
	weight, _ := d.nbase()
	// C's division cuts towards zero: (weight+1)·4/2 has no remainder.
	scale := min(max(minSignificant-((weight+1)*2-1), int(d.scale), 0), maxDisplay)
	// root is floor(√d · 10^scale); one digit more is not needed: the remainder
	// decides on rounding.
	n := new(big.Int).Set(d.coef())
	shift := 2*scale - int(d.scale)
	if shift >= 0 {
		n.Mul(n, bigPow10(shift))
	} else {
		// Digits below 10^(2·scale) do not move the floor, and √ is never exactly
		// half way without them being all zero.
		n.Quo(n, bigPow10(-shift))
	}
	root := new(big.Int).Sqrt(n)
	// Round up when n ≥ (root + ½)², that is n > root² + root as integers.
	half := new(big.Int).Mul(root, root)
	half.Add(half, root)
	if n.Cmp(half) > 0 {
		root.Add(root, big.NewInt(1))
	}
	return FromBig(root, scale)
}
