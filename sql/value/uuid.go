package value

import (
	"encoding/binary"

	"github.com/dejaq/fasti/meta/types"
)

// ParseUUID reads 32 hexadecimal digits, with a hyphen after any group of four,
// or all of that in braces, into a Word128 value. Errors: 22P02.
func ParseUUID(text string) (w [2]uint64, err error) {
	s := text
	if s != "" && s[0] == '{' {
		if s[len(s)-1] != '}' {
			return w, syntaxError(types.Of(types.UUID), text)
		}
		s = s[1 : len(s)-1]
	}
	n := 0 // digits read
	for i := 0; i < len(s); i++ {
		if s[i] == '-' && n%4 == 0 && n > 0 && n < 32 && s[i-1] != '-' {
			continue
		}
		d, ok := hexValue(s[i])
		if !ok || n == 32 {
			return w, syntaxError(types.Of(types.UUID), text)
		}
		w[n/16] = w[n/16]<<4 | uint64(d)
		n++
	}
	if n != 32 || s[len(s)-1] == '-' {
		return w, syntaxError(types.Of(types.UUID), text)
	}
	return w, nil
}

// AppendUUID writes w as 8-4-4-4-12 lower-case digits.
func AppendUUID(dst []byte, w [2]uint64) []byte {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], w[0])
	binary.BigEndian.PutUint64(b[8:], w[1])
	for i, c := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
	}
	return dst
}
