package value

import (
	"math"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/meta/types"
)

// ParseFloat reads a float of type t (float4, float8) as PostgreSQL does, that
// is as C's strtod does: decimal or hexadecimal digits, inf, infinity, nan,
// blanks around. A float4 comes back rounded to float32. Errors: 22P02; 22003
// when the value overflows, or is not zero but too small.
func ParseFloat(t types.Type, text string) (float64, error) {
	s := strings.TrimLeft(text, blanks)
	n := floatPrefix(s)
	if n == 0 {
		return 0, syntaxError(t, text)
	}
	bits := 64
	if t.ID == types.Float4 {
		bits = 32
	}
	f, ok := readFloat(s[:n], bits)
	if !ok {
		return 0, floatRange(t, s[:n])
	}
	if strings.TrimLeft(s[n:], blanks) != "" {
		return 0, syntaxError(t, text)
	}
	return f, nil
}

// quietNaN is the NaN that C's strtod returns; Go's has another bit set, which the
// binary form would show.
const quietNaN = 0x7ff8 << 48

// readFloat converts what floatPrefix found; ok is false when it is out of range.
func readFloat(s string, bits int) (f float64, ok bool) {
	if c := s[len(s)-1] | 0x20; c == 'f' && !isHexFloat(s) || c == 'y' {
		f, _ = strconv.ParseFloat(s, bits)
		return f, true
	}
	if c := strings.TrimLeft(s, "+-"); c[0]|0x20 == 'n' {
		return math.Float64frombits(quietNaN), true
	}
	if isHexFloat(s) && !strings.ContainsAny(s, "pP") {
		s += "p0"
	}
	f, err := strconv.ParseFloat(s, bits)
	if err != nil {
		return 0, false
	}
	if f == 0 && !zeroDigits(s) {
		return 0, false
	}
	return f, true
}

func isHexFloat(s string) bool {
	s = strings.TrimLeft(s, "+-")
	return len(s) > 1 && s[0] == '0' && s[1]|0x20 == 'x'
}

// zeroDigits reports whether the mantissa of s is zero.
func zeroDigits(s string) bool {
	s = strings.TrimLeft(s, "+-")
	end := "eE"
	if isHexFloat(s) {
		s, end = s[2:], "pP"
	}
	if i := strings.IndexAny(s, end); i >= 0 {
		s = s[:i]
	}
	return strings.Trim(s, "0.") == ""
}

// floatPrefix returns how many bytes of s strtod would take; 0 for none.
func floatPrefix(s string) int {
	i := 0
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	switch rest := s[i:]; {
	case hasFold(rest, "infinity"):
		return i + len("infinity")
	case hasFold(rest, "inf"):
		return i + len("inf")
	case hasFold(rest, "nan"):
		return i + len("nan") + nanPayload(rest[len("nan"):])
	case isHexFloat(rest):
		if n := digitsPrefix(rest[2:], true); n > 0 {
			return i + 2 + n + exponentPrefix(rest[2+n:], 'p')
		}
		return i + 1 // the zero before x
	}
	n := digitsPrefix(s[i:], false)
	if n == 0 {
		return 0
	}
	return i + n + exponentPrefix(s[i+n:], 'e')
}

func hasFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// nanPayload returns the length of "(chars)" after nan; 0 when there is none.
func nanPayload(s string) int {
	if s == "" || s[0] != '(' {
		return 0
	}
	for i := 1; i < len(s); i++ {
		c := s[i]
		switch {
		case c == ')':
			return i + 1
		case c != '_' && !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'z'):
			return 0
		}
	}
	return 0
}

// digitsPrefix returns the length of digits with at most one point among them;
// 0 when there is no digit.
func digitsPrefix(s string, hex bool) int {
	digits, point := 0, false
	for i := 0; i < len(s); i++ {
		_, ok := hexValue(s[i])
		switch {
		case isDigit(s[i]) || hex && ok:
			digits++
		case s[i] == '.' && !point:
			point = true
		default:
			if digits == 0 {
				return 0
			}
			return i
		}
	}
	if digits == 0 {
		return 0
	}
	return len(s)
}

// exponentPrefix returns the length of an exponent that begins with mark; 0 when
// it has no digits.
func exponentPrefix(s string, mark byte) int {
	if s == "" || s[0]|0x20 != mark {
		return 0
	}
	i := 1
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	from := i
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i == from {
		return 0
	}
	return i
}
