package value

import (
	"strings"
	"unicode/utf8"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// BpcharTypmod returns text as char(n) of t stores it: filled with blanks to n
// characters. What is longer is cut when explicit, else only blanks may be cut
// (22001).
func BpcharTypmod(t types.Type, text string, explicit bool) (string, error) {
	n, ok := t.MaxLen()
	if !ok {
		return text, nil
	}
	if have := utf8.RuneCountInString(text); have < n {
		return text + strings.Repeat(" ", n-have), nil
	}
	keep, fits := VarcharFits(text, n)
	if len(text) <= n || !fits && explicit {
		return text[:keep], nil
	}
	if !fits {
		return text, tooLong(t)
	}
	// VarcharFits keeps all when it fits exactly, else what the limit leaves.
	return text[:keep], nil
}

// ParseChar reads a "char": a byte as \ooo, else the first byte of the text, 0
// for none.
func ParseChar[T []byte | string](text T) byte {
	if len(text) == 4 && text[0] == '\\' && isOctal(text[1]) && isOctal(text[2]) && isOctal(text[3]) {
		return (text[1]-'0')<<6 | (text[2]-'0')<<3 | (text[3] - '0')
	}
	return CharByte(text)
}

func isOctal(c byte) bool { return c >= '0' && c <= '7' }

// AppendChar writes a "char": bytes above 127 as \ooo, 0 as nothing.
func AppendChar(dst []byte, c byte) []byte {
	switch {
	case c == 0:
		return dst
	case c >= utf8.RuneSelf:
		return append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
	}
	return append(dst, c)
}

// CharByte returns the byte of a "char" column's value.
func CharByte[T []byte | string](s T) byte {
	if len(s) == 0 {
		return 0
	}
	return s[0]
}

// CharDatum returns the value of a "char" column for a byte.
func CharDatum(c byte) vector.Datum {
	if c == 0 {
		return vector.StringDatum("")
	}
	return vector.StringDatum(string([]byte{c}))
}
