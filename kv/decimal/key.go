package decimal

import (
	"math/big"
)

// Tags of the key encoding, in PostgreSQL's order.
const (
	keyNegInf   = 0x10
	keyNegative = 0x20
	keyZero     = 0x30
	keyPositive = 0x40
	keyInf      = 0x50
	keyNaN      = 0x60

	keyExponentBias = 1 << 23
)

// EncodeKey appends the order-preserving encoding: bytes.Compare of two keys is
// Cmp of their values. No key is a prefix of another.
func (d Decimal) EncodeKey(dst []byte) []byte {
	switch d.form {
	case nan:
		return append(dst, keyNaN)
	case posInf:
		return append(dst, keyInf)
	case negInf:
		return append(dst, keyNegInf)
	}
	sign := d.Sign()
	if sign == 0 {
		return append(dst, keyZero)
	}
	var buf [48]byte
	digits := d.appendDigits(buf[:0])
	exp := len(digits) - int(d.scale) + keyExponentBias
	for digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	if sign > 0 {
		dst = append(dst, keyPositive)
	} else {
		dst = append(dst, keyNegative)
	}
	at := len(dst)
	dst = append(dst, byte(exp>>16), byte(exp>>8), byte(exp))
	for i := 0; i < len(digits); i += 2 {
		pair := (digits[i] - '0') * 10
		if i+1 < len(digits) {
			pair += digits[i+1] - '0'
		}
		dst = append(dst, pair+1)
	}
	dst = append(dst, 0)
	if sign < 0 {
		for i := at; i < len(dst); i++ {
			dst[i] = ^dst[i]
		}
	}
	return dst
}

// DecodeKey reads a key from the front of src and returns what follows it. The
// scale is the smallest that holds the value. It returns ErrCorrupt.
func DecodeKey(src []byte) (d Decimal, rest []byte, err error) {
	if len(src) == 0 {
		return d, nil, ErrCorrupt
	}
	tag, src := src[0], src[1:]
	var flip byte
	switch tag {
	case keyNegInf:
		return Inf(-1), src, nil
	case keyZero:
		return Decimal{}, src, nil
	case keyInf:
		return Inf(1), src, nil
	case keyNaN:
		return NaN(), src, nil
	case keyNegative:
		flip = 0xff
	case keyPositive:
	default:
		return d, nil, ErrCorrupt
	}
	if len(src) < 5 {
		return d, nil, ErrCorrupt
	}
	exp := int(src[0]^flip)<<16 + int(src[1]^flip)<<8 + int(src[2]^flip) - keyExponentBias
	if exp < -MaxScale || exp > MaxWholeDigits {
		return d, nil, ErrCorrupt
	}
	var buf [48]byte
	digits := buf[:0]
	src = src[3:]
	for {
		if len(src) == 0 {
			return d, nil, ErrCorrupt
		}
		pair := src[0] ^ flip
		src = src[1:]
		if pair == 0 {
			break
		}
		if pair--; pair > 99 {
			return d, nil, ErrCorrupt
		}
		digits = append(digits, '0'+pair/10, '0'+pair%10)
	}
	if len(digits) > 0 && digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	if len(digits) == 0 || digits[0] == '0' || digits[len(digits)-1] == '0' || len(digits) > MaxWholeDigits+MaxScale {
		return d, nil, ErrCorrupt
	}
	scale := max(0, len(digits)-exp)
	if scale > MaxScale {
		return d, nil, ErrCorrupt
	}
	d = fromDigits(digits, flip != 0, exp+scale-len(digits), scale)
	return d, src, nil
}

// fromDigits returns ±digits·10^zeros / 10^scale.
func fromDigits(digits []byte, neg bool, zeros, scale int) Decimal {
	if len(digits)+zeros <= 38 {
		var u uint128
		for _, c := range digits {
			u, _ = u.mul(10)
			lo := u.lo + uint64(c-'0')
			if lo < u.lo {
				u.hi++
			}
			u.lo = lo
		}
		u, _ = u.mulPow10(zeros)
		c, _ := u.signed(neg)
		return Decimal{c: c, scale: uint16(scale)}
	}
	b, _ := new(big.Int).SetString(string(digits), 10)
	b.Mul(b, bigPow10(zeros))
	if neg {
		b.Neg(b)
	}
	return fromBig(b, scale)
}

// AppendKey appends the order-preserving encoding of a value that Encode wrote.
// Bytes that Encode does not write sort as NaN.
func AppendKey(dst, enc []byte) []byte {
	d, err := Decode(enc)
	if err != nil {
		d = NaN()
	}
	return d.EncodeKey(dst)
}
