package value

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// A bit string is kept as its text, one byte '0' or '1' for each bit: bytes
// compare like PostgreSQL's bits, and equal bits are equal bytes.

// parseBits reads binary digits, behind B or nothing, or hexadecimal ones behind
// X.
func parseBits(t types.Type, text string) (vector.Datum, error) {
	hex := false
	if text != "" && text[0]|0x20 == 'b' {
		text = text[1:]
	} else if text != "" && text[0]|0x20 == 'x' {
		hex, text = true, text[1:]
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if !hex {
			if c != '0' && c != '1' {
				return vector.NullDatum, sqlerr.New(sqlerr.InvalidTextRepresentation, `"%s" is not a valid binary digit`, firstRune(text[i:]))
			}
			continue
		}
		v, ok := hexValue(c)
		if !ok {
			return vector.NullDatum, sqlerr.New(sqlerr.InvalidTextRepresentation, `"%s" is not a valid hexadecimal digit`, firstRune(text[i:]))
		}
		for k := 3; k >= 0; k-- {
			b.WriteByte('0' + byte(v>>k&1))
		}
	}
	if hex {
		text = b.String()
	}
	text, err := bitTypmod(t, text, false)
	return vector.StringDatum(text), err
}

func firstRune(s string) string {
	return s[:min(runeLen(s[0]), len(s))]
}

// bitTypmod gives bits the length of t: an explicit cast cuts, and fills bit(n)
// with zeros; else a wrong length is an error (22026, 22001).
func bitTypmod(t types.Type, bits string, explicit bool) (string, error) {
	n := int(t.Mod)
	switch {
	case t.Mod < 0, len(bits) == n, t.ID == types.Varbit && len(bits) < n:
		return bits, nil
	case explicit && len(bits) > n:
		return bits[:n], nil
	case explicit:
		return bits + strings.Repeat("0", n-len(bits)), nil
	case t.ID == types.Varbit:
		return bits, sqlerr.New(sqlerr.StringDataRightTruncation, "bit string too long for type bit varying(%d)", n)
	}
	return bits, sqlerr.New(sqlerr.StringDataLengthMismatch, "bit string length %d does not match type bit(%d)", len(bits), n)
}

// parseBitsBinary reads the number of bits and the bits, eight a byte.
func parseBitsBinary(t types.Type, b []byte) (vector.Datum, error) {
	if len(b) < 4 {
		return vector.NullDatum, errShort()
	}
	n := binary.BigEndian.Uint32(b)
	b = b[4:]
	if n > math.MaxInt32-8 {
		return vector.NullDatum, binaryFormat("invalid length in external bit string")
	}
	size := (int(n) + 7) / 8
	switch {
	case len(b) < size:
		return vector.NullDatum, errShort()
	case len(b) > size:
		return vector.NullDatum, errLong()
	}
	bits := make([]byte, n)
	for i := range bits {
		bits[i] = '0' + b[i/8]>>(7-i%8)&1
	}
	text, err := bitTypmod(t, string(bits), false)
	return vector.StringDatum(text), err
}

// AppendBitsBinary writes the wire form of a bit column's value.
func AppendBitsBinary[T []byte | string](dst []byte, bits T) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(bits)))
	for i := 0; i < len(bits); i += 8 {
		var c byte
		for k := i; k < min(i+8, len(bits)); k++ {
			c |= (bits[k] - '0') << (7 - k%8)
		}
		dst = append(dst, c)
	}
	return dst
}
