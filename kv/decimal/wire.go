package decimal

import (
	"encoding/binary"
)

// Sign words of PostgreSQL's binary numeric.
const (
	wirePositive = 0x0000
	wireNegative = 0x4000
	wireNaN      = 0xC000
	wireInf      = 0xD000
	wireNegInf   = 0xF000

	// wireInfScale is what PostgreSQL sends as the scale of an infinity, read from
	// bits that mean something else there.
	wireInfScale = 0x20
)

// AppendWire writes d as PostgreSQL's numeric_send does: four 16-bit words, the
// number of base-10000 digits, the weight of the first, the sign and the scale,
// then the digits, all big-endian.
func (d Decimal) AppendWire(dst []byte) []byte {
	switch d.form {
	case nan:
		return appendWords(dst, 0, 0, wireNaN, 0)
	case posInf:
		return appendWords(dst, 0, 0, wireInf, wireInfScale)
	case negInf:
		return appendWords(dst, 0, 0, wireNegInf, wireInfScale)
	}
	sign := uint16(wirePositive)
	switch d.Sign() {
	case 0:
		return appendWords(dst, 0, 0, wirePositive, d.scale)
	case -1:
		sign = wireNegative
	}
	var buf [64]byte
	digits := d.appendDigits(buf[:0])
	// e is the exponent of the first digit; its group reaches down to 4·weight.
	e := len(digits) - 1 - int(d.scale)
	weight := floorDiv(e, 4)
	at := len(dst)
	dst = appendWords(dst, 0, uint16(int16(weight)), sign, d.scale)
	zeros := 0 // groups of 0000 not yet written: the last ones never are
	for n := e - 4*weight + 1; len(digits) > 0; n = 4 {
		var group uint16
		for i := range n {
			group *= 10
			if i < len(digits) {
				group += uint16(digits[i] - '0')
			}
		}
		digits = digits[min(n, len(digits)):]
		if group == 0 {
			zeros++
			continue
		}
		for ; zeros > 0; zeros-- {
			dst = append(dst, 0, 0)
		}
		dst = binary.BigEndian.AppendUint16(dst, group)
	}
	binary.BigEndian.PutUint16(dst[at:], uint16((len(dst)-at-8)/2))
	return dst
}

func appendWords(dst []byte, w ...uint16) []byte {
	for _, x := range w {
		dst = binary.BigEndian.AppendUint16(dst, x)
	}
	return dst
}

// WireError says which word of a binary numeric is bad: "length", "sign",
// "scale" or "digit". It unwraps to ErrCorrupt.
type WireError struct{ Part string }

func (e *WireError) Error() string {
	return `decimal: invalid ` + e.Part + ` in external "numeric" value`
}

// Unwrap returns ErrCorrupt.
func (e *WireError) Unwrap() error { return ErrCorrupt }

// FromWire reads PostgreSQL's binary form; digits beyond the stated scale are
// cut, as numeric_recv does. src must be exactly one value. It returns a
// *WireError or ErrOverflow.
func FromWire(src []byte) (Decimal, error) {
	if len(src) < 8 {
		return Decimal{}, &WireError{"length"}
	}
	n := int(binary.BigEndian.Uint16(src))
	weight := int(int16(binary.BigEndian.Uint16(src[2:])))
	sign := binary.BigEndian.Uint16(src[4:])
	scale := int(binary.BigEndian.Uint16(src[6:]))
	src = src[8:]
	if len(src) != 2*n {
		return Decimal{}, &WireError{"length"}
	}
	switch sign {
	case wirePositive, wireNegative, wireNaN, wireInf, wireNegInf:
	default:
		return Decimal{}, &WireError{"sign"}
	}
	if scale > MaxScale {
		return Decimal{}, &WireError{"scale"}
	}
	digits := make([]byte, 0, 4*n)
	for ; len(src) > 0; src = src[2:] {
		g := binary.BigEndian.Uint16(src)
		if g > 9999 {
			return Decimal{}, &WireError{"digit"}
		}
		digits = append(digits, byte('0'+g/1000), byte('0'+g/100%10), byte('0'+g/10%10), byte('0'+g%10))
	}
	switch sign {
	case wireNaN:
		return NaN(), nil
	case wireInf:
		return Inf(1), nil
	case wireNegInf:
		return Inf(-1), nil
	}
	// keep is how many digits stand before the end of the scale.
	keep := 4*(weight+1) + scale
	for len(digits) > 0 && digits[0] == '0' {
		digits = digits[1:]
		keep--
	}
	if len(digits) == 0 || keep <= 0 {
		return Decimal{scale: uint16(scale)}, nil
	}
	if keep-scale > MaxWholeDigits {
		return Decimal{}, ErrOverflow
	}
	digits = digits[:min(len(digits), keep)]
	d := fromDigits(digits, sign == wireNegative, keep-len(digits), scale)
	return d, nil
}
