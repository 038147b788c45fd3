package value

import (
	"unicode/utf8"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

const hexDigits = "0123456789abcdef"

// ParseBytea reads the hex form \x… , in which blanks may stand between bytes, or
// the escape form with \\ and \ooo. Errors: 22P02, 22023.
func ParseBytea(text string) ([]byte, error) {
	if len(text) >= 2 && text[0] == '\\' && text[1] == 'x' {
		return parseHex(text[2:])
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c != '\\':
			out = append(out, c)
			i++
		case i+1 < len(text) && text[i+1] == '\\':
			out = append(out, '\\')
			i += 2
		case i+3 < len(text) && text[i+1]-'0' <= 3 && text[i+2]-'0' <= 7 && text[i+3]-'0' <= 7:
			out = append(out, (text[i+1]-'0')<<6|(text[i+2]-'0')<<3|(text[i+3]-'0'))
			i += 4
		default:
			return nil, sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type %s", types.Of(types.Bytea))
		}
	}
	return out, nil
}

func parseHex(s string) ([]byte, error) {
	out := make([]byte, 0, len(s)/2)
	for i := 0; i < len(s); {
		if c := s[i]; c == ' ' || c == '\n' || c == '\t' || c == '\r' {
			i++
			continue
		}
		high, err := hexDigit(s[i:])
		if err != nil {
			return nil, err
		}
		if i++; i == len(s) {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "invalid hexadecimal data: odd number of digits")
		}
		low, err := hexDigit(s[i:])
		if err != nil {
			return nil, err
		}
		i++
		out = append(out, high<<4|low)
	}
	return out, nil
}

func hexDigit(s string) (byte, error) {
	if d, ok := hexValue(s[0]); ok {
		return d, nil
	}
	_, n := utf8.DecodeRuneInString(s)
	return 0, sqlerr.New(sqlerr.InvalidParameterValue, `invalid hexadecimal digit: "%s"`, s[:n])
}

func hexValue(c byte) (byte, bool) {
	switch {
	case isDigit(c):
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// AppendBytea writes b in the hex form, or the escape form.
func AppendBytea[T []byte | string](dst []byte, b T, escape bool) []byte {
	if !escape {
		dst = append(dst, '\\', 'x')
		for i := range len(b) {
			dst = append(dst, hexDigits[b[i]>>4], hexDigits[b[i]&15])
		}
		return dst
	}
	for i := range len(b) {
		switch c := b[i]; {
		case c == '\\':
			dst = append(dst, '\\', '\\')
		case c < ' ' || c > '~':
			dst = append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
