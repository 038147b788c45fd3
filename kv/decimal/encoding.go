package decimal

import (
	"encoding/binary"
	"math/big"
)

// First bytes of the encoding; below longScale it is the scale.
const (
	longScale = 0x40
	tagNaN    = 0x80
	tagInf    = 0x81
	tagNegInf = 0x82
)

// Encode appends the canonical encoding drawn in the package comment: the value
// of a numeric column.
func (d Decimal) Encode(dst []byte) []byte {
	switch d.form {
	case nan:
		return append(dst, tagNaN)
	case posInf:
		return append(dst, tagInf)
	case negInf:
		return append(dst, tagNegInf)
	}
	if d.scale < longScale {
		dst = append(dst, byte(d.scale))
	} else {
		dst = append(dst, longScale, byte(d.scale>>8), byte(d.scale))
	}
	if d.big != nil {
		return appendTwosBig(dst, d.big)
	}
	if v, ok := d.c.Int64(); ok {
		return appendTwos64(dst, v)
	}
	var buf [16]byte
	binary.BigEndian.PutUint64(buf[:], uint64(d.c.Hi))
	binary.BigEndian.PutUint64(buf[8:], d.c.Lo)
	return append(dst, trimTwos(buf[:])...)
}

// EncodeInt64 appends the encoding of coef / 10^scale, scale in [0, MaxScale]:
// what New(coef, scale).Encode writes.
func EncodeInt64(dst []byte, coef int64, scale int) []byte {
	if scale < longScale {
		return appendTwos64(append(dst, byte(scale)), coef)
	}
	return New(coef, scale).Encode(dst)
}

// appendTwos64 writes v in as few bytes as hold it.
func appendTwos64(dst []byte, v int64) []byte {
	n := twosLen(v)
	for ; n > 0; n-- {
		dst = append(dst, byte(v>>(8*(n-1))))
	}
	return dst
}

// twosLen returns how many bytes of two's complement v needs; 0 for 0.
func twosLen(v int64) int {
	if v == 0 {
		return 0
	}
	n := 1
	for x := v; x < -128 || x > 127; x >>= 8 {
		n++
	}
	return n
}

// trimTwos drops the leading bytes that only repeat the sign.
func trimTwos(b []byte) []byte {
	for len(b) > 1 && (b[0] == 0 && b[1] < 0x80 || b[0] == 0xff && b[1] >= 0x80) {
		b = b[1:]
	}
	return b
}

func appendTwosBig(dst []byte, b *big.Int) []byte {
	if b.Sign() >= 0 {
		at := len(dst)
		dst = append(dst, make([]byte, b.BitLen()/8+1)...)
		b.FillBytes(dst[at:])
		return dst
	}
	// -n is the complement of n-1.
	m := new(big.Int).Not(b)
	at := len(dst)
	dst = append(dst, make([]byte, m.BitLen()/8+1)...)
	m.FillBytes(dst[at:])
	for i := at; i < len(dst); i++ {
		dst[i] = ^dst[i]
	}
	return dst
}

// Decode reads what Encode wrote, and "" as 0. It returns ErrCorrupt for any
// other bytes. The Decimal does not alias src.
func Decode[T []byte | string](src T) (Decimal, error) {
	coef, scale, ok := cutScale(src)
	if !ok {
		return decodeSpecial(src)
	}
	switch {
	case len(coef) <= 8:
		v, ok := twos64(coef)
		if !ok {
			return Decimal{}, ErrCorrupt
		}
		return New(v, scale), nil
	case !minimal(coef):
		return Decimal{}, ErrCorrupt
	case len(coef) <= 16:
		hi, _ := twos64(coef[:len(coef)-8])
		lo := uint64(0)
		for i := len(coef) - 8; i < len(coef); i++ {
			lo = lo<<8 | uint64(coef[i])
		}
		return FromInt128(Int128{hi, lo}, scale), nil
	}
	b := new(big.Int)
	if coef[0] < 0x80 {
		b.SetBytes([]byte(coef))
	} else {
		not := make([]byte, len(coef)) // a conversion would alias src
		for i := range not {
			not[i] = ^coef[i]
		}
		b.SetBytes(not)
		b.Not(b)
	}
	d, err := FromBig(b, scale)
	if err != nil || d.big == nil {
		return Decimal{}, ErrCorrupt
	}
	return d, nil
}

// DecodeInt64 reads an encoding whose coefficient fits int64; ok is false for
// all others, bad ones included. It is the fast way into kernels.
func DecodeInt64[T []byte | string](src T) (coef int64, scale int, ok bool) {
	c, scale, ok := cutScale(src)
	if !ok || len(c) > 8 {
		return 0, 0, false
	}
	coef, ok = twos64(c)
	return coef, scale, ok
}

// cutScale splits a finite encoding.
func cutScale[T []byte | string](src T) (coef T, scale int, ok bool) {
	switch {
	case len(src) == 0:
		return src, 0, true
	case src[0] < longScale:
		return src[1:], int(src[0]), true
	case src[0] == longScale && len(src) >= 3:
		scale = int(src[1])<<8 | int(src[2])
		return src[3:], scale, scale >= longScale && scale <= MaxScale
	}
	return src, 0, false
}

func decodeSpecial[T []byte | string](src T) (Decimal, error) {
	if len(src) == 1 {
		switch src[0] {
		case tagNaN:
			return NaN(), nil
		case tagInf:
			return Inf(1), nil
		case tagNegInf:
			return Inf(-1), nil
		}
	}
	return Decimal{}, ErrCorrupt
}

// minimal reports whether no shorter string is the same two's complement number.
func minimal[T []byte | string](c T) bool {
	switch {
	case len(c) == 0:
		return true
	case len(c) == 1:
		return c[0] != 0
	case c[0] == 0:
		return c[1] >= 0x80
	case c[0] == 0xff:
		return c[1] < 0x80
	}
	return true
}

// twos64 reads a minimal number of at most 8 bytes.
func twos64[T []byte | string](c T) (v int64, ok bool) {
	if len(c) == 0 {
		return 0, true
	}
	v = int64(int8(c[0]))
	for i := 1; i < len(c); i++ {
		v = v<<8 | int64(c[i])
	}
	return v, minimal(c)
}
