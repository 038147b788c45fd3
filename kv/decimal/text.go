package decimal

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Parse reads what PostgreSQL's numeric_in reads: optional blanks around digits
// with an optional sign, point and exponent, or NaN, inf, infinity in any case.
// The scale is the number of digits written behind the point, less the exponent.
// It returns ErrSyntax or ErrOverflow.
func Parse(text string) (Decimal, error) {
	s := strings.Trim(text, blanks)
	neg, t := cutSign(s)
	if t == "" {
		return Decimal{}, ErrSyntax
	}
	if c := t[0]; c != '.' && (c < '0' || c > '9') {
		return parseWord(neg, len(t) != len(s), t)
	}
	var (
		c        uint128 // of the first 38 significant digits
		digits   int     // significant ones, without leading zeros
		fraction int     // digits behind the point
		i, first int     // first: where the significant digits begin
		point    = -1
	)
	for ; i < len(t); i++ {
		d := t[i] - '0'
		if d > 9 {
			if t[i] != '.' || point >= 0 {
				break
			}
			point = i
			continue
		}
		if digits == 0 {
			first = i
		}
		if digits > 0 || d != 0 {
			digits++
			if digits <= 19 {
				c.lo = c.lo*10 + uint64(d)
			} else if digits <= 38 {
				c, _ = c.mul(10)
				lo := c.lo + uint64(d)
				if lo < c.lo {
					c.hi++
				}
				c.lo = lo
			}
		}
		if point >= 0 {
			fraction++
		}
	}
	mantissa := t[:i]
	if point < 0 && i == 0 || point == 0 && i == 1 {
		return Decimal{}, ErrSyntax
	}
	exp := 0
	if i < len(t) {
		var err error
		if exp, err = parseExponent(t[i:]); err != nil {
			return Decimal{}, err
		}
	}
	scale := max(0, fraction-exp)
	if scale > MaxScale || digits > 0 && digits+exp-fraction > MaxWholeDigits {
		return Decimal{}, ErrOverflow
	}
	zeros := exp - fraction + scale // to append to the digits
	if digits <= 38 {
		if u, ok := c.mulPow10(zeros); ok {
			if v, ok := u.signed(neg); ok {
				return Decimal{c: v, scale: uint16(scale)}, nil
			}
		}
	}
	b, ok := new(big.Int).SetString(strings.Replace(mantissa[first:], ".", "", 1), 10)
	if !ok {
		return Decimal{}, ErrSyntax
	}
	if zeros > 0 {
		b.Mul(b, bigPow10(zeros))
	}
	if neg {
		b.Neg(b)
	}
	return fromBig(b, scale), nil
}

// blanks are the characters that C's isspace accepts.
const blanks = " \t\n\v\f\r"

func cutSign(s string) (neg bool, rest string) {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		return s[0] == '-', s[1:]
	}
	return false, s
}

// parseWord reads NaN and the infinities; NaN has no sign.
func parseWord(neg, signed bool, t string) (Decimal, error) {
	switch {
	case strings.EqualFold(t, "nan") && !signed:
		return NaN(), nil
	case strings.EqualFold(t, "infinity"), strings.EqualFold(t, "inf"):
		if neg {
			return Inf(-1), nil
		}
		return Inf(1), nil
	}
	return Decimal{}, ErrSyntax
}

// parseExponent reads "e5", "E-3" and, as C's strtol does, "e +5".
func parseExponent(t string) (int, error) {
	if t[0]|0x20 != 'e' {
		return 0, ErrSyntax
	}
	neg, digits := cutSign(strings.TrimLeft(t[1:], blanks))
	if digits == "" {
		return 0, ErrSyntax
	}
	e := 0
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return 0, ErrSyntax
		}
		e = min(e*10+int(c-'0'), math.MaxInt32)
	}
	if e >= math.MaxInt32/2 {
		return 0, ErrOverflow
	}
	if neg {
		e = -e
	}
	return e, nil
}

// String returns d's text.
func (d Decimal) String() string { return string(d.AppendText(nil)) }

// AppendText writes d as PostgreSQL's numeric_out does: all Scale digits behind
// the point, never an exponent.
func (d Decimal) AppendText(dst []byte) []byte {
	switch d.form {
	case nan:
		return append(dst, "NaN"...)
	case posInf:
		return append(dst, "Infinity"...)
	case negInf:
		return append(dst, "-Infinity"...)
	}
	if v, ok := d.c.Int64(); ok && d.big == nil && d.scale == 0 {
		return strconv.AppendInt(dst, v, 10)
	}
	if d.Sign() < 0 {
		dst = append(dst, '-')
	}
	at := len(dst)
	dst = d.appendDigits(dst)
	if d.scale == 0 {
		return dst
	}
	// At least one digit stands before the point.
	if missing := int(d.scale) + 1 - (len(dst) - at); missing > 0 {
		dst = append(dst, make([]byte, missing)...)
		copy(dst[at+missing:], dst[at:])
		for i := range missing {
			dst[at+i] = '0'
		}
	}
	point := len(dst) - int(d.scale)
	dst = append(dst, 0)
	copy(dst[point+1:], dst[point:])
	dst[point] = '.'
	return dst
}

// appendDigits writes the digits of |coefficient|; "0" for zero.
func (d Decimal) appendDigits(dst []byte) []byte {
	if d.big != nil {
		at := len(dst)
		dst = d.big.Append(dst, 10)
		if dst[at] == '-' {
			dst = append(dst[:at], dst[at+1:]...)
		}
		return dst
	}
	return d.c.abs().appendDigits(dst)
}

func (u uint128) appendDigits(dst []byte) []byte {
	if u.hi == 0 {
		return strconv.AppendUint(dst, u.lo, 10)
	}
	high, low := u.div(pow10[19])
	dst = high.appendDigits(dst)
	at := len(dst)
	dst = append(dst, "0000000000000000000"...)
	for i := at + 18; low > 0; i-- {
		dst[i] = byte('0' + low%10)
		low /= 10
	}
	return dst
}
