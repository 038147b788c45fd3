package lex

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/dejaq/fasti/sql/sqlerr"
)

// prefixed reads the literals that begin with a letter: E”, B”, X”, N”,
// U&” and U&"". ok is false when none starts here.
func (s *scanner) prefixed(ch byte) (more, ok bool) {
	start := s.i
	switch ch | 0x20 {
	case 'e', 'b', 'x', 'n':
		if s.peek(1) == '\'' {
			kind := String
			if low := ch | 0x20; low == 'b' || low == 'x' {
				kind = BitString
			}
			return s.quoted(kind, start, start+1, ch|0x20), true
		}
	case 'u':
		if s.peek(1) == '&' {
			switch s.peek(2) {
			case '\'':
				return s.quoted(String, start, start+2, 'u'), true
			case '"':
				return s.quotedName(start, start+2), true
			}
		}
	}
	return false, false
}

// quoted reads the literal that starts at start and whose opening quote is at
// quote; form is 'e', 'b', 'x', 'n', 'u' or 0.
func (s *scanner) quoted(kind Kind, start, quote int, form byte) bool {
	src := s.src
	i := quote + 1
	var buf []byte // the decoded characters, once they differ from the source
	from := i      // first byte not yet copied
	unterminated := "unterminated quoted string"
	switch form {
	case 'b':
		unterminated = "unterminated bit string literal"
	case 'x':
		unterminated = "unterminated hexadecimal string literal"
	}
	for {
		n := strings.IndexByte(src[i:], '\'')
		if form == 'e' {
			n = strings.IndexAny(src[i:], `'\`)
		}
		if n < 0 {
			return s.failNear(unterminated, start, len(src))
		}
		i += n
		switch {
		case src[i] == '\\':
			buf = append(buf, src[from:i]...)
			var end int
			var err *sqlerr.Error
			if buf, end, err = s.escape(buf, i); err != nil {
				return s.fail(start, len(src), err)
			} else if end < 0 {
				return s.failNear(unterminated, start, len(src))
			}
			i, from = end, end
		case i+1 < len(src) && src[i+1] == '\'':
			buf = append(buf, src[from:i+1]...)
			i += 2
			from = i
		default:
			s.i = i + 1
			if next := s.continuation(); next >= 0 {
				buf = append(buf, src[from:i]...)
				i, from = next, next
				continue
			}
			text := src[from:i]
			if buf != nil || from > quote+1 {
				text = string(append(buf, text...))
			}
			return s.finishQuoted(kind, start, quote, text, form)
		}
	}
}

// continuation returns the offset behind the opening quote of a literal that
// continues the one which ends at s.i: only white space with a line break, and
// -- comments, may stand between. It returns -1 when there is none.
func (s *scanner) continuation() int {
	src := s.src
	newline := false
	for i := s.i; i < len(src); {
		switch {
		case is(src[i], isSpace):
			newline = newline || src[i] == '\n' || src[i] == '\r'
			i++
		case src[i] == '-' && i+1 < len(src) && src[i+1] == '-':
			n := strings.IndexAny(src[i:], "\n\r")
			if n < 0 {
				return -1
			}
			i += n
		case src[i] == '\'' && newline:
			return i + 1
		default:
			return -1
		}
	}
	return -1
}

func (s *scanner) finishQuoted(kind Kind, start, quote int, text string, form byte) bool {
	switch form {
	case 'b', 'x':
		text = string(form) + text // the digits are checked where the value is made
	case 'e':
		if i := firstInvalid(text); i >= 0 {
			return s.fail(start, s.i, invalidBytes(text[i:]))
		}
	case 'u':
		end := s.i
		decoded, err := s.unicodeEscapes(text, quote+1)
		if err != nil {
			return s.fail(start, max(s.i, end), err)
		}
		text = decoded
	}
	s.add(kind, start, text)
	return true
}

// quotedName reads "name" or U&"name"; the opening quote is at quote.
func (s *scanner) quotedName(start, quote int) bool {
	src := s.src
	i := quote + 1
	var buf []byte
	from := i
	for {
		n := strings.IndexByte(src[i:], '"')
		if n < 0 {
			return s.failNear("unterminated quoted identifier", start, len(src))
		}
		i += n
		if i+1 >= len(src) || src[i+1] != '"' {
			break
		}
		buf = append(buf, src[from:i+1]...)
		i += 2
		from = i
	}
	text := src[from:i]
	if buf != nil {
		text = string(append(buf, text...))
	}
	s.i = i + 1
	if text == "" {
		return s.failNear("zero-length delimited identifier", start, s.i)
	}
	if quote > start {
		end := s.i
		decoded, err := s.unicodeEscapes(text, quote+1)
		if err != nil {
			return s.fail(start, max(s.i, end), err)
		}
		text = decoded
	}
	s.add(QuotedIdent, start, s.cut(text, start))
	return true
}

// escape decodes the backslash escape at src[i] of an E” literal into buf. It
// returns the offset behind it, -1 when the source ends.
func (s *scanner) escape(buf []byte, i int) (out []byte, end int, err *sqlerr.Error) {
	src := s.src
	if i+1 >= len(src) {
		return buf, -1, nil
	}
	ch := src[i+1]
	switch ch {
	case 'b':
		return append(buf, '\b'), i + 2, nil
	case 'f':
		return append(buf, '\f'), i + 2, nil
	case 'n':
		return append(buf, '\n'), i + 2, nil
	case 'r':
		return append(buf, '\r'), i + 2, nil
	case 't':
		return append(buf, '\t'), i + 2, nil
	case 'x':
		v, n := hexPrefix(src[i+2:], 2)
		if n > 0 {
			return append(buf, byte(v)), i + 2 + n, nil
		}
	case 'u', 'U':
		return s.unicodeEscape(buf, i)
	case '0', '1', '2', '3', '4', '5', '6', '7':
		v, n := 0, 0
		for n < 3 && i+1+n < len(src) && src[i+1+n] >= '0' && src[i+1+n] <= '7' {
			v = v*8 + int(src[i+1+n]-'0')
			n++
		}
		return append(buf, byte(v)), i + 1 + n, nil
	}
	return append(buf, ch), i + 2, nil
}

// hexPrefix reads up to limit hexadecimal digits and says how many there were.
func hexPrefix(text string, limit int) (v rune, n int) {
	for n < limit && n < len(text) && is(text[n], isHex) {
		ch := text[n]
		if is(ch, isDigit) {
			v = v<<4 | rune(ch-'0')
		} else {
			v = v<<4 | rune(ch|0x20-'a'+10)
		}
		n++
	}
	return v, n
}

// unicodeEscape decodes \uXXXX or \UXXXXXXXX at src[i], surrogate pairs
// included.
func (s *scanner) unicodeEscape(buf []byte, i int) (out []byte, end int, err *sqlerr.Error) {
	v, end, err := s.codePoint(i)
	if err != nil {
		return nil, 0, err
	}
	if isHighSurrogate(v) {
		second := rune(0)
		if end+1 < len(s.src) && s.src[end] == '\\' && s.src[end+1]|0x20 == 'u' {
			next := end
			if second, end, err = s.codePoint(end); err != nil {
				return nil, 0, err
			} else if !isLowSurrogate(second) {
				return nil, 0, s.c.near("invalid Unicode surrogate pair", next, end)
			}
		}
		if !isLowSurrogate(second) {
			return nil, 0, s.c.near("invalid Unicode surrogate pair", end, min(end+1, len(s.src)))
		}
		v = joinSurrogates(v, second)
	} else if isLowSurrogate(v) {
		return nil, 0, s.c.near("invalid Unicode surrogate pair", i, end)
	}
	if v <= 0 || v > utf8.MaxRune {
		return nil, 0, s.c.near("invalid Unicode escape value", i, end)
	}
	return utf8.AppendRune(buf, v), end, nil
}

func (s *scanner) codePoint(i int) (v rune, end int, err *sqlerr.Error) {
	want := 4
	if s.src[i+1] == 'U' {
		want = 8
	}
	v, n := hexPrefix(s.src[i+2:], want)
	if n < want {
		return 0, 0, sqlerr.New(sqlerr.InvalidEscapeSequence, "invalid Unicode escape").
			WithHint(`Unicode escapes must be \uXXXX or \UXXXXXXXX.`).At(i)
	}
	return v, i + 2 + n, nil
}

func isHighSurrogate(v rune) bool { return v >= 0xd800 && v <= 0xdbff }
func isLowSurrogate(v rune) bool  { return v >= 0xdc00 && v <= 0xdfff }
func joinSurrogates(high, low rune) rune {
	return 0x10000 + (high&0x3ff)<<10 + low&0x3ff
}

// firstInvalid returns the offset of the first byte that is no UTF-8 or is NUL,
// -1 when there is none.
func firstInvalid(text string) int {
	for i := 0; i < len(text); {
		if text[i] != 0 && text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == 0 || r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// invalidBytes is the error for a character that is no UTF-8. As PostgreSQL it
// shows as many bytes as the first one announces.
func invalidBytes(text string) *sqlerr.Error {
	n := 1
	switch c := text[0]; {
	case c&0xe0 == 0xc0:
		n = 2
	case c&0xf0 == 0xe0:
		n = 3
	case c&0xf8 == 0xf0:
		n = 4
	}
	shown := make([]string, min(n, len(text)))
	for i := range shown {
		shown[i] = fmt.Sprintf("0x%02x", text[i])
	}
	return sqlerr.New(sqlerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": %s", strings.Join(shown, " "))
}

// unicodeEscapes decodes the body of a U& literal or name, which begins at the
// offset body in the source; a UESCAPE clause that follows is read too.
func (s *scanner) unicodeEscapes(text string, body int) (string, *sqlerr.Error) {
	esc, err := s.uescape()
	if err != nil {
		return "", err
	}
	if strings.IndexByte(text, esc) < 0 {
		return text, nil
	}
	out := make([]byte, 0, len(text))
	var high rune // pending first half of a surrogate pair
	for i := 0; i < len(text); {
		if text[i] != esc {
			if high != 0 {
				return "", surrogateError(body + i)
			}
			out = append(out, text[i])
			i++
			continue
		}
		if i+1 < len(text) && text[i+1] == esc {
			if high != 0 {
				return "", surrogateError(body + i)
			}
			out = append(out, esc)
			i += 2
			continue
		}
		want, from := 4, i+1
		if from < len(text) && text[from] == '+' {
			want, from = 6, from+1
		}
		v, n := hexPrefix(text[from:], want)
		if n < want {
			return "", sqlerr.New(sqlerr.SyntaxError, "invalid Unicode escape").
				WithHint(`Unicode escapes must be \XXXX or \+XXXXXX.`).At(body + i)
		}
		switch {
		case high != 0 && !isLowSurrogate(v), high == 0 && isLowSurrogate(v):
			return "", surrogateError(body + i)
		case high != 0:
			v, high = joinSurrogates(high, v), 0
		case isHighSurrogate(v):
			high = v
		case v == 0 || v > utf8.MaxRune:
			return "", sqlerr.New(sqlerr.SyntaxError, "invalid Unicode escape value").At(body + i)
		}
		if high == 0 {
			out = utf8.AppendRune(out, v)
		}
		i = from + n
	}
	if high != 0 {
		return "", surrogateError(body + len(text))
	}
	return string(out), nil
}

func surrogateError(pos int) *sqlerr.Error {
	return sqlerr.New(sqlerr.SyntaxError, "invalid Unicode surrogate pair").At(pos)
}

// uescape reads UESCAPE 'c' if it follows and returns the escape character.
func (s *scanner) uescape() (byte, *sqlerr.Error) {
	end := s.i
	if !s.skipSpace() {
		s.c.Toks = s.c.Toks[:len(s.c.Toks)-1] // the comment is met again
		s.c.bad = nil
		s.i = end
		return '\\', nil
	}
	word := nameEnd(s.src, s.i)
	if !strings.EqualFold(s.src[s.i:word], "uescape") {
		s.i = end
		return '\\', nil
	}
	s.i = word
	mark := len(s.c.Toks)
	s.next()
	t := s.c.Toks[mark]
	s.c.Toks = s.c.Toks[:mark]
	pos, stop := int(t.Pos), int(t.End)
	switch {
	case t.Kind == Bad:
		return 0, s.c.bad
	case t.Kind != String || s.src[pos] != '\'':
		err := s.c.near("UESCAPE must be followed by a simple string literal", pos, stop)
		if t.Kind == EOF {
			err = sqlerr.New(sqlerr.SyntaxError, "UESCAPE must be followed by a simple string literal at end of input").At(pos)
		}
		return 0, err
	case len(t.Text) != 1 || is(t.Text[0], isHex|isSpace) || strings.IndexByte(`+'"`, t.Text[0]) >= 0:
		return 0, s.c.near("invalid Unicode escape character", pos, stop)
	}
	return t.Text[0], nil
}
