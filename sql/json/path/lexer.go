package path

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dejaq/fasti/sql/sqlerr"
)

// tokenKind is a sign itself, or one of these.
type tokenKind rune

const (
	tEnd tokenKind = -iota - 1
	tIdent
	tString
	tNumber
	tInteger
	tVariable
	tKeyword // text is its name in lower case
	tAny     // **
	tAnd
	tOr
	tNotEqual
	tLessOrEqual
	tGreaterOrEqual
	tEqual
)

type token struct {
	kind tokenKind
	text string // the value of strings, names and numbers; a keyword in lower case
	name string // of a keyword as it is written
	raw  string // what errors show
}

// keywords in any case, but for null, true and false.
var keywords = map[string]bool{
	"is": true, "to": true, "abs": true, "lax": true, "flag": true, "last": true, "null": true, "size": true, "true": true,
	"type": true, "with": true, "false": true, "floor": true, "double": true, "exists": true, "starts": true, "strict": true,
	"ceiling": true, "unknown": true, "datetime": true, "keyvalue": true, "like_regex": true,
}

type lexer struct {
	in  string
	pos int
}

// syntaxError is the 42601 of jsonpath_yyerror: raw is the text of the token.
func syntaxError(what, raw string) error {
	if raw == "" {
		return sqlerr.New(sqlerr.SyntaxError, "%s at end of jsonpath input", what)
	}
	return sqlerr.New(sqlerr.SyntaxError, `%s at or near "%s" of jsonpath input`, what, raw)
}

const (
	special = `?%$.[]{}()|&!=<>@#,*:-+/`
	blanks  = " \t\n\r\f"
)

// isOther reports whether c may stand in a name: all that is no sign, blank,
// backslash or quotation mark.
func isOther(c byte) bool {
	return strings.IndexByte(special, c) < 0 && strings.IndexByte(blanks, c) < 0 && c != '\\' && c != '"'
}

// next returns the next token. Errors: 42601, 22P02, 22P05.
func (l *lexer) next() (token, error) {
	if err := l.skip(); err != nil {
		return token{}, err
	}
	from := l.pos
	if from == len(l.in) {
		return token{kind: tEnd}, nil
	}
	c := l.in[from]
	rest := l.in[from:]
	switch {
	case c == '"':
		l.pos++
		return l.quoted(tString, from)
	case strings.HasPrefix(rest, `$"`):
		l.pos += 2
		return l.quoted(tVariable, from)
	case c == '$' && len(rest) > 1 && isOther(rest[1]):
		for l.pos++; l.pos < len(l.in) && isOther(l.in[l.pos]); l.pos++ {
		}
		return token{kind: tVariable, text: l.in[from+1 : l.pos], raw: l.in[from:l.pos]}, nil
	case c >= '0' && c <= '9', c == '.' && len(rest) > 1 && isDigit(rest[1]):
		return l.number()
	case isOther(c), c == '\\':
		return l.name()
	}
	for sign, kind := range map[string]tokenKind{
		"&&": tAnd, "||": tOr, "!=": tNotEqual, "<>": tNotEqual, "<=": tLessOrEqual, ">=": tGreaterOrEqual, "==": tEqual, "**": tAny,
	} {
		if strings.HasPrefix(rest, sign) {
			l.pos += 2
			return token{kind: kind, raw: sign}, nil
		}
	}
	l.pos++
	return token{kind: tokenKind(c), raw: rest[:1]}, nil
}

// skip passes blanks and comments.
func (l *lexer) skip() error {
	for l.pos < len(l.in) {
		switch {
		case strings.IndexByte(blanks, l.in[l.pos]) >= 0:
			l.pos++
		case strings.HasPrefix(l.in[l.pos:], "/*"):
			end := strings.Index(l.in[l.pos+2:], "*/")
			if end < 0 {
				return syntaxError("unexpected end of comment", "")
			}
			l.pos += end + 4
		default:
			return nil
		}
	}
	return nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// number reads an integer, decimal or real.
func (l *lexer) number() (token, error) {
	from, i := l.pos, l.pos
	digits := func() {
		for i < len(l.in) && isDigit(l.in[i]) {
			i++
		}
	}
	kind := tInteger
	if l.in[i] == '0' {
		i++
	} else {
		digits()
	}
	if i < len(l.in) && l.in[i] == '.' {
		kind = tNumber
		i++
		digits()
	}
	if i < len(l.in) && l.in[i]|0x20 == 'e' {
		k := i + 1
		if k < len(l.in) && (l.in[k] == '+' || l.in[k] == '-') {
			k++
		}
		switch {
		case k < len(l.in) && isDigit(l.in[k]):
			kind, i = tNumber, k
			digits()
		case k > i+1:
			return token{}, syntaxError("invalid numeric literal", l.in[from:k])
		}
	}
	if i < len(l.in) && isOther(l.in[i]) {
		// The longest match decides: with more behind it this is a name.
		word := from
		for word < len(l.in) && isOther(l.in[word]) {
			word++
		}
		if word > i+1 {
			return l.name()
		}
		return token{}, syntaxError("trailing junk after numeric literal", l.in[from:i+1])
	}
	l.pos = i
	return token{kind: kind, text: l.in[from:i], raw: l.in[from:i]}, nil
}

// name reads a name, in which escape sequences may stand.
func (l *lexer) name() (token, error) {
	var b strings.Builder
	for l.pos < len(l.in) {
		switch c := l.in[l.pos]; {
		case c == '\\':
			if err := l.escape(&b); err != nil {
				return token{}, err
			}
			continue
		case isOther(c):
			b.WriteByte(c)
			l.pos++
			continue
		}
		break
	}
	// PostgreSQL's scanner has looked at what ends the name, which is what its
	// errors show: a blank, or nothing.
	t := token{kind: tIdent, text: b.String()}
	if l.pos < len(l.in) && strings.IndexByte(blanks, l.in[l.pos]) >= 0 {
		t.raw = l.in[l.pos : l.pos+1]
	}
	if lower := strings.ToLower(t.text); keywords[lower] {
		if t.text == lower || lower != "null" && lower != "true" && lower != "false" {
			t.kind, t.name, t.text = tKeyword, t.text, lower
		}
	}
	return t, nil
}

// quoted reads the rest of a string or of a quoted variable.
func (l *lexer) quoted(kind tokenKind, from int) (token, error) {
	var b strings.Builder
	for l.pos < len(l.in) {
		switch c := l.in[l.pos]; c {
		case '"':
			l.pos++
			return token{kind: kind, text: b.String(), raw: l.in[from:l.pos]}, nil
		case '\\':
			if err := l.escape(&b); err != nil {
				return token{}, err
			}
		default:
			b.WriteByte(c)
			l.pos++
		}
	}
	return token{}, syntaxError("unexpected end of quoted string", "")
}

// escape reads an escape sequence; several \u in a row may be a surrogate pair.
func (l *lexer) escape(b *strings.Builder) error {
	from := l.pos
	if from+1 == len(l.in) {
		l.pos++
		return syntaxError("unexpected end after backslash", `\`)
	}
	c := l.in[from+1]
	if c == 'u' {
		return l.unicode(b)
	}
	l.pos += 2
	switch c {
	case 'b':
		b.WriteByte('\b')
	case 'f':
		b.WriteByte('\f')
	case 'n':
		b.WriteByte('\n')
	case 'r':
		b.WriteByte('\r')
	case 't':
		b.WriteByte('\t')
	case 'v':
		b.WriteByte('\v')
	case 'x':
		n := 0
		for n < 2 && l.pos+n < len(l.in) && isHex(l.in[l.pos+n]) {
			n++
		}
		if n < 2 {
			return syntaxError("invalid hex character sequence", l.in[from:l.pos+n])
		}
		x, _ := strconv.ParseUint(l.in[l.pos:l.pos+2], 16, 32)
		l.pos += 2
		return add(b, rune(x))
	default:
		r, n := utf8.DecodeRuneInString(l.in[from+1:])
		b.WriteRune(r)
		l.pos = from + 1 + n
	}
	return nil
}

// unicode reads sequences \uXXXX and \u{X…}.
func (l *lexer) unicode(b *strings.Builder) error {
	first, high := l.pos, rune(-1)
	for strings.HasPrefix(l.in[l.pos:], `\u`) {
		i, n := l.pos+2, 0
		braced := i < len(l.in) && l.in[i] == '{'
		most := 4
		if braced {
			most = 6
			i++
		}
		for n < most && i+n < len(l.in) && isHex(l.in[i+n]) {
			n++
		}
		end := i + n
		ok := n == 4
		if braced {
			ok = n > 0 && end < len(l.in) && l.in[end] == '}'
			end++
		}
		if !ok {
			return syntaxError("invalid unicode sequence", l.in[first:min(i+n, len(l.in))])
		}
		x, _ := strconv.ParseUint(l.in[i:i+n], 16, 32)
		l.pos = end
		ch := rune(x)
		switch {
		case ch >= 0xd800 && ch < 0xdc00:
			if high >= 0 {
				return badUnicode("Unicode high surrogate must not follow a high surrogate.")
			}
			high = ch
			continue
		case ch >= 0xdc00 && ch < 0xe000:
			if high < 0 {
				return lowSurrogate()
			}
			ch = (high-0xd800)<<10 + (ch - 0xdc00) + 0x10000
			high = -1
		case high >= 0:
			return lowSurrogate()
		}
		if err := add(b, ch); err != nil {
			return err
		}
	}
	if high >= 0 {
		return lowSurrogate()
	}
	return nil
}

func lowSurrogate() error {
	return badUnicode("Unicode low surrogate must follow a high surrogate.")
}

func badUnicode(detail string) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type jsonpath").WithDetail("%s", detail)
}

// add writes a character given by its code.
func add(b *strings.Builder, r rune) error {
	switch {
	case r == 0:
		return sqlerr.New(sqlerr.UntranslatableCharacter, "unsupported Unicode escape sequence").
			WithDetail(`\u0000 cannot be converted to text.`)
	case r > utf8.MaxRune:
		return sqlerr.New(sqlerr.SyntaxError, "invalid Unicode code point")
	}
	b.WriteRune(r)
	return nil
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
