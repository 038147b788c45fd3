package value

import (
	"bytes"
	"math"
	"math/big"
	"strconv"
)

// AppendFloat8 writes f as float8out does. With extraDigits above 0: the
// shortest digits that read back as f, in fixed notation for exponents -4..14,
// else as 1e+15. At or below 0: 15+extraDigits significant digits in C's %g.
func AppendFloat8(dst []byte, f float64, extraDigits int) []byte {
	if extraDigits <= 0 {
		if dst, ok := appendSpecial(dst, f); ok {
			return dst
		}
		return strconv.AppendFloat(dst, f, 'g', max(15+extraDigits, 1), 64)
	}
	a := math.Abs(f)
	if a < 1e15 && a >= 1e-4 { // most values; false for NaN
		if i := int64(f); float64(i) == f {
			return strconv.AppendInt(dst, i, 10)
		}
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	if dst, ok := appendSpecial(dst, f); ok {
		return dst
	}
	return appendShortest(dst, f, 64)
}

// appendSpecial writes NaN, the infinities, 0 and -0; ok is false for the rest.
func appendSpecial(dst []byte, f float64) ([]byte, bool) {
	switch {
	case f != f:
		return append(dst, "NaN"...), true
	case f > math.MaxFloat64:
		return append(dst, "Infinity"...), true
	case f < -math.MaxFloat64:
		return append(dst, "-Infinity"...), true
	case f == 0 && math.Signbit(f):
		return append(dst, "-0"...), true
	case f == 0:
		return append(dst, '0'), true
	}
	return dst, false
}

// appendShortest writes f as d.ddde±nn with the shortest digits that PostgreSQL
// accepts: they lie strictly inside the interval that rounds to f. strconv takes
// the edge of the interval too when the mantissa is even, so on an edge this asks
// for one digit more until it is left: 1e23 is 9.999999999999999e+22 in
// PostgreSQL. Only integers from 2^53 (2^24) up can have an edge of so few digits,
// and none above 1e40 (1e18) does (wire.md, decision W8).
func appendShortest(dst []byte, f float64, bits int) []byte {
	at := len(dst)
	dst = strconv.AppendFloat(dst, f, 'e', -1, bits)
	a := math.Abs(f)
	if bits == 64 && (a < 1<<53 || a >= 1e40) || bits == 32 && (a < 1<<24 || a >= 1e18) {
		return dst
	}
	for range 18 { // a float64 has 17 digits at most
		digits := dst[at:]
		if f < 0 {
			digits = digits[1:]
		}
		e := bytes.IndexByte(digits, 'e')
		if !onEdge(digits, e, a, bits) {
			break
		}
		dst = strconv.AppendFloat(dst[:at], f, 'e', max(e-1, 1), bits)
	}
	return dst
}

// onEdge reports whether the decimal s, whose mantissa ends at e, lies exactly
// halfway between a and one of its neighbours.
func onEdge(s []byte, e int, a float64, bits int) bool {
	var even bool
	var below, above float64
	if bits == 32 {
		f := float32(a)
		even = math.Float32bits(f)&1 == 0
		below, above = float64(math.Nextafter32(f, 0)), float64(math.Nextafter32(f, math.MaxFloat32))
	} else {
		even = math.Float64bits(a)&1 == 0
		below, above = math.Nextafter(a, 0), math.Nextafter(a, math.MaxFloat64)
	}
	if !even {
		return false
	}
	exp, err := strconv.Atoi(string(s[e+1:]))
	if err != nil {
		return false
	}
	var d uint64 // at most 17 digits
	for i, c := range s[:e] {
		if c == '.' {
			exp -= e - i - 1
		} else {
			d = d*10 + uint64(c-'0')
		}
	}
	if exp < 0 {
		return false
	}
	twice := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(exp)), nil)
	twice.Mul(twice, new(big.Int).SetUint64(d)).Lsh(twice, 1)
	for _, neighbour := range [2]float64{below, above} {
		sum, _ := big.NewFloat(a).Int(nil)
		n, _ := big.NewFloat(neighbour).Int(nil)
		if twice.Cmp(sum.Add(sum, n)) == 0 {
			return true
		}
	}
	return false
}

// AppendFloat4 writes f, a float32 value, as float4out does: see AppendFloat8;
// the fixed notation ends at exponent 5.
func AppendFloat4(dst []byte, f float64, extraDigits int) []byte {
	if extraDigits <= 0 {
		if dst, ok := appendSpecial(dst, f); ok {
			return dst
		}
		return strconv.AppendFloat(dst, f, 'g', max(6+extraDigits, 1), 64)
	}
	if dst, ok := appendSpecial(dst, f); ok {
		return dst
	}
	a := float32(math.Abs(f))
	if a < 1e6 && a >= 1e-4 { // as float32: 1e-4 is less than the float64 of that name
		return strconv.AppendFloat(dst, f, 'f', -1, 32)
	}
	return appendShortest(dst, f, 32)
}

// AppendScaled writes v / 10^exp, 0 ≤ exp ≤ 18, as float8out writes the same
// value; |v| < 10^15 and the value is 0 or at least 1e-4.
func AppendScaled(dst []byte, v int64, exp int) []byte {
	for exp > 0 && v%10 == 0 {
		v /= 10
		exp--
	}
	if exp == 0 {
		return strconv.AppendInt(dst, v, 10)
	}
	if v < 0 {
		dst = append(dst, '-')
		v = -v
	}
	whole, frac := uint64(v)/pow10[exp], uint64(v)%pow10[exp]
	dst = strconv.AppendUint(dst, whole, 10)
	dst = append(dst, '.')
	at := len(dst)
	dst = append(dst, "000000000000000000"[:exp]...)
	for i := at + exp - 1; frac > 0; i-- {
		dst[i] = byte('0' + frac%10)
		frac /= 10
	}
	return dst
}

var pow10 = [19]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}
