package value

import (
	"strings"
	"unicode/utf8"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// maxName is the longest name in bytes (NAMEDATALEN - 1).
const maxName = 63

// CheckText returns the 22021 of text that is not UTF-8 or holds a zero byte, in
// PostgreSQL's words.
func CheckText[T []byte | string](text T) error {
	for i := 0; i < len(text); {
		c := text[i]
		if c != 0 && c < utf8.RuneSelf {
			i++
			continue
		}
		n := sequence(text[i:])
		if n == 0 {
			return badSequence(text[i:])
		}
		i += n
	}
	return nil
}

// sequence returns the length of the UTF-8 sequence at the front of b, 0 when it
// is bad.
func sequence[T []byte | string](b T) int {
	if b[0] == 0 {
		return 0
	}
	var buf [utf8.UTFMax]byte
	n := copy(buf[:], b[:min(len(b), utf8.UTFMax)])
	r, size := utf8.DecodeRune(buf[:n])
	if r == utf8.RuneError && size <= 1 {
		return 0
	}
	return size
}

// badSequence names the bytes of the sequence that its first byte announces.
func badSequence[T []byte | string](b T) error {
	n := 1
	switch c := b[0]; {
	case c&0xe0 == 0xc0:
		n = 2
	case c&0xf0 == 0xe0:
		n = 3
	case c&0xf8 == 0xf0:
		n = 4
	}
	var hex strings.Builder
	for i := range min(n, len(b)) {
		if i > 0 {
			hex.WriteByte(' ')
		}
		hex.WriteString("0x")
		hex.WriteByte(hexDigits[b[i]>>4])
		hex.WriteByte(hexDigits[b[i]&15])
	}
	return sqlerr.New(sqlerr.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": %s`, hex.String())
}

// VarcharFits returns how many bytes of text a varchar(n) stores: all when it has
// at most n characters, else the first n, with ok false when one behind them is
// no blank.
func VarcharFits[T []byte | string](text T, n int) (length int, ok bool) {
	if len(text) <= n {
		return len(text), true
	}
	i := 0
	for ; n > 0 && i < len(text); n-- {
		i += max(1, runeLen(text[i]))
	}
	if i >= len(text) {
		return len(text), true
	}
	for j := i; j < len(text); j++ {
		if text[j] != ' ' {
			return i, false
		}
	}
	return i, true
}

// runeLen returns the length of the UTF-8 sequence that starts with c.
func runeLen(c byte) int {
	switch {
	case c < 0xc0:
		return 1
	case c < 0xe0:
		return 2
	case c < 0xf0:
		return 3
	}
	return 4
}

// tooLong is the 22001 of varchar(n).
func tooLong(t types.Type) error {
	return sqlerr.New(sqlerr.StringDataRightTruncation, "value too long for type %s", t)
}

// cutName cuts text to the length of a name, between characters.
func cutName(text string) string {
	if len(text) <= maxName {
		return text
	}
	n := maxName
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
