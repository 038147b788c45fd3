package value

// ParseFloat8Fast reads [-]ddd[.ddd] with at most 19 digits where the result is
// exactly rounded by one division, which is what measurements look like; ok is
// false for all other text, which ParseFloat then judges. It allocates nothing.
func ParseFloat8Fast(b []byte) (f float64, ok bool) {
	m, scale, neg, ok := parseDecimal(b)
	if !ok || m > 1<<53 || scale > 22 || m == 0 && neg {
		return 0, false
	}
	f = float64(m) / floatPow10[scale]
	if neg {
		f = -f
	}
	return f, true
}

// ParseDecimalFast reads [-]ddd[.ddd] with at most 18 digits as coef / 10^scale,
// for numeric; ok is false for all other text.
func ParseDecimalFast(b []byte) (coef int64, scale int, ok bool) {
	m, scale, neg, ok := parseDecimal(b)
	if !ok || m >= 1e18 {
		return 0, 0, false
	}
	if neg {
		return -int64(m), scale, true
	}
	return int64(m), scale, true
}

// parseDecimal reads digits with at most one point among them, at most 19 digits
// in all and at least one.
func parseDecimal(b []byte) (m uint64, scale int, neg, ok bool) {
	if len(b) > 0 && b[0] == '-' {
		neg, b = true, b[1:]
	}
	if len(b) == 0 || len(b) > 20 {
		return 0, 0, false, false
	}
	point := -1
	for i, c := range b {
		d := c - '0'
		if d > 9 {
			if c != '.' || point >= 0 {
				return 0, 0, false, false
			}
			point = i
			continue
		}
		m = m*10 + uint64(d)
	}
	digits := len(b)
	if point >= 0 {
		digits--
		scale = len(b) - point - 1
	}
	return m, scale, neg, digits > 0 && digits <= 19
}

// floatPow10 holds the powers of ten that float64 holds exactly.
var floatPow10 = [23]float64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}
