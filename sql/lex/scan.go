package lex

import (
	"strings"
	"unicode/utf8"

	"github.com/dejaq/fasti/sql/sqlerr"
)

// NameBytes is the longest name in bytes: NAMEDATALEN - 1.
const NameBytes = 63

// charClass bits.
const (
	isSpace = 1 << iota
	isDigit
	isNameStart // letters, _ and every byte of a multibyte character
	isNamePart
	isOperator
	isHex
)

var charClass = func() (t [256]uint8) {
	for _, c := range " \t\n\r\f" {
		t[c] |= isSpace
	}
	for c := '0'; c <= '9'; c++ {
		t[c] |= isDigit | isNamePart | isHex
	}
	for c := range 256 {
		lower := c | 0x20
		if lower >= 'a' && lower <= 'z' && c < 0x80 || c == '_' || c >= 0x80 {
			t[c] |= isNameStart | isNamePart
		}
		if lower >= 'a' && lower <= 'f' && c < 0x80 {
			t[c] |= isHex
		}
	}
	t['$'] |= isNamePart
	for _, c := range "~!@#^&|`?+-*/%<>=" {
		t[c] |= isOperator
	}
	return t
}()

func is(c byte, class uint8) bool { return charClass[c]&class != 0 }

// scanner is the state of one pass over the source.
type scanner struct {
	c   *Cursor
	src string
	i   int // next byte
}

// scan fills c.Toks; the last token is EOF or Bad.
func (c *Cursor) scan() {
	if want := len(c.Src)/4 + 4; cap(c.Toks) < want {
		c.Toks = make([]Token, 0, want)
	}
	s := scanner{c: c, src: c.Src}
	for s.next() {
	}
}

// next adds one token; false after EOF and Bad.
func (s *scanner) next() bool {
	if !s.skipSpace() {
		return false
	}
	if s.i >= len(s.src) {
		s.add(EOF, s.i, "")
		return false
	}
	start := s.i
	ch := s.src[start]
	switch {
	case is(ch, isNameStart):
		if q, ok := s.prefixed(ch); ok {
			return q
		}
		s.name()
		return true
	case ch == '\'':
		return s.quoted(String, start, start, 0)
	case ch == '"':
		return s.quotedName(start, start)
	case is(ch, isDigit), ch == '.' && start+1 < len(s.src) && is(s.src[start+1], isDigit):
		return s.number()
	case ch == '$':
		return s.dollar()
	case is(ch, isOperator):
		return s.operator()
	}
	kind, size := Other, 1
	switch ch {
	case '(':
		kind = LParen
	case ')':
		kind = RParen
	case ',':
		kind = Comma
	case ';':
		kind = Semicolon
	case '[':
		kind = LBracket
	case ']':
		kind = RBracket
	case '{':
		kind = LBrace
	case '}':
		kind = RBrace
	case '.':
		kind = Dot
		if s.peek(1) == '.' {
			kind, size = DotDot, 2
		}
	case ':':
		kind = Colon
		switch s.peek(1) {
		case ':':
			kind, size = Typecast, 2
		case '=':
			kind, size = ColonEquals, 2
		}
	}
	s.i += size
	s.add(kind, start, s.src[start:s.i])
	return true
}

// peek returns the k-th byte after the current one, 0 behind the end.
func (s *scanner) peek(k int) byte {
	if s.i+k < len(s.src) {
		return s.src[s.i+k]
	}
	return 0
}

func (s *scanner) add(k Kind, start int, text string) {
	s.c.Toks = append(s.c.Toks, Token{Kind: k, Pos: int32(start), End: int32(s.i), Text: text})
}

// fail ends the scan with a Bad token over [start, end).
func (s *scanner) fail(start, end int, err *sqlerr.Error) bool {
	s.i = end
	s.add(Bad, start, "")
	s.c.bad = err
	return false
}

// failNear fails with message and the bytes [start, end).
func (s *scanner) failNear(message string, start, end int) bool {
	return s.fail(start, end, s.c.near(message, start, end))
}

// skipSpace moves over white space and comments; false for a comment that does
// not end.
func (s *scanner) skipSpace() bool {
	src := s.src
	for s.i < len(src) {
		switch ch := src[s.i]; {
		case is(ch, isSpace):
			s.i++
		case ch == '-' && s.peek(1) == '-':
			s.skipLine()
		case ch == '/' && s.peek(1) == '*':
			start := s.i
			if !s.skipComment() {
				return s.failNear("unterminated /* comment", start, len(src))
			}
		default:
			return true
		}
	}
	return true
}

// skipLine moves to the end of the line.
func (s *scanner) skipLine() {
	if n := strings.IndexAny(s.src[s.i:], "\n\r"); n >= 0 {
		s.i += n
		return
	}
	s.i = len(s.src)
}

// skipComment moves behind a nested /* comment */.
func (s *scanner) skipComment() bool {
	depth := 0
	for s.i < len(s.src) {
		switch {
		case s.src[s.i] == '/' && s.peek(1) == '*':
			depth++
			s.i += 2
		case s.src[s.i] == '*' && s.peek(1) == '/':
			depth--
			s.i += 2
			if depth == 0 {
				return true
			}
		default:
			s.i++
		}
	}
	return false
}

// name reads an unquoted name or keyword.
func (s *scanner) name() {
	start := s.i
	fold := false
	for s.i < len(s.src) && is(s.src[s.i], isNamePart) {
		ch := s.src[s.i]
		fold = fold || ch >= 'A' && ch <= 'Z'
		s.i++
	}
	text := s.src[start:s.i]
	word := None
	if len(text) <= wordLengthMax {
		if !fold {
			word = lookup(text)
		} else {
			var buf [wordLengthMax]byte
			folded := buf[:len(text)]
			foldInto(folded, text)
			if word = lookup(string(folded)); word != None {
				text, fold = words[word], false
			}
		}
	}
	if fold {
		folded := make([]byte, len(text))
		foldInto(folded, text)
		text = string(folded)
	}
	text = s.cut(text, start)
	s.c.Toks = append(s.c.Toks, Token{Kind: Ident, Word: word, Pos: int32(start), End: int32(s.i), Text: text})
}

func foldInto(dst []byte, name string) {
	for i := range dst {
		ch := name[i]
		if ch >= 'A' && ch <= 'Z' {
			ch += 'a' - 'A'
		}
		dst[i] = ch
	}
}

// cut shortens a name to NameBytes, between characters, and says so.
func (s *scanner) cut(name string, start int) string {
	if len(name) <= NameBytes {
		return name
	}
	n := NameBytes
	for n > 0 && !utf8.RuneStart(name[n]) {
		n--
	}
	notice := sqlerr.New(sqlerr.NameTooLong, "identifier \"%s\" will be truncated to \"%s\"", name, name[:n])
	notice.Severity = "NOTICE"
	s.c.Notices = append(s.c.Notices, notice)
	return name[:n]
}

// operator reads an operator by PostgreSQL's rules (manual, 4.1.3).
func (s *scanner) operator() bool {
	src, start := s.src, s.i
	end := start + 1
	for end < len(src) && is(src[end], isOperator) {
		if end+1 < len(src) && (src[end] == '-' && src[end+1] == '-' || src[end] == '/' && src[end+1] == '*') {
			break
		}
		end++
	}
	// A trailing + or - belongs to the operator only behind one of these.
	if last := src[end-1]; end-start > 1 && (last == '+' || last == '-') && !strings.ContainsAny(src[start:end-1], "~!@#^&|`?%") {
		for end-start > 1 && (src[end-1] == '+' || src[end-1] == '-') {
			end--
		}
	}
	s.i = end
	text := src[start:end]
	switch {
	case text == "=>":
		s.add(Arrow, start, text)
	case text == "!=":
		s.add(Op, start, "<>")
	case len(text) > NameBytes:
		return s.failNear("operator too long", start, end)
	default:
		s.add(Op, start, text)
	}
	return true
}

// dollar reads $1 or a dollar-quoted string.
func (s *scanner) dollar() bool {
	src, start := s.src, s.i
	i := start + 1
	if i < len(src) && is(src[i], isDigit) {
		for i < len(src) && is(src[i], isDigit) {
			i++
		}
		if i < len(src) && is(src[i], isNameStart) {
			return s.failNear("trailing junk after parameter", start, nameEnd(src, i))
		}
		s.i = i
		s.add(Param, start, src[start+1:i])
		return true
	}
	if i < len(src) && is(src[i], isNameStart) {
		for i < len(src) && is(src[i], isNamePart) && src[i] != '$' {
			i++
		}
	}
	if i >= len(src) || src[i] != '$' {
		s.i = start + 1
		s.add(Other, start, "$")
		return true
	}
	tag := src[start : i+1]
	n := strings.Index(src[i+1:], tag)
	if n < 0 {
		return s.failNear("unterminated dollar-quoted string", start, len(src))
	}
	s.i = i + 1 + n + len(tag)
	s.add(String, start, src[i+1:i+1+n])
	return true
}

func nameEnd(src string, i int) int {
	for i < len(src) && is(src[i], isNamePart) {
		i++
	}
	return i
}
