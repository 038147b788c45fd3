package json

import "unicode/utf8"

// token is what next has read.
type token uint8

const (
	tokenInvalid token = iota
	tokenEnd
	tokenString
	tokenNumber
	tokenObjectStart
	tokenObjectEnd
	tokenArrayStart
	tokenArrayEnd
	tokenComma
	tokenColon
	tokenTrue
	tokenFalse
	tokenNull
)

// next reads the next token into tok, start and end; a string is decoded into
// str when decode is set. Errors: 22P02, 22P05.
func (r *Reader) next() error {
	i := r.end
	for ; i < len(r.in); i++ {
		switch r.in[i] {
		case '\n':
			r.line++
			r.lineStart = i + 1
			continue
		case ' ', '\t', '\r':
			continue
		}
		break
	}
	r.start = i
	if i == len(r.in) {
		r.tok, r.end = tokenEnd, i
		return nil
	}
	switch c := r.in[i]; {
	case c == '"':
		return r.lexString()
	case c == '-':
		return r.lexNumber(i + 1)
	case c >= '0' && c <= '9':
		return r.lexNumber(i)
	case punctuation[c] != tokenInvalid:
		r.tok, r.end = punctuation[c], i+1
		return nil
	}
	return r.lexWord()
}

var punctuation = [256]token{
	'{': tokenObjectStart, '}': tokenObjectEnd, '[': tokenArrayStart, ']': tokenArrayEnd, ',': tokenComma, ':': tokenColon,
}

// lexWord reads true, false or null. Of anything else the whole word is the
// invalid token, so that the error does not name some unintuitive prefix.
func (r *Reader) lexWord() error {
	i := r.start
	for i < len(r.in) && inWord(r.in[i]) {
		i++
	}
	r.end = max(i, r.start+1)
	switch string(r.in[r.start:r.end]) {
	case "true":
		r.tok = tokenTrue
	case "false":
		r.tok = tokenFalse
	case "null":
		r.tok = tokenNull
	default:
		return r.invalidToken()
	}
	return nil
}

func (r *Reader) invalidToken() error {
	r.tok = tokenInvalid
	return r.syntaxError(`Token "%s" is invalid.`, r.in[r.start:r.end])
}

func inWord(c byte) bool {
	return c >= utf8.RuneSelf || c == '_' || isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// lexNumber reads a number whose digits begin at i.
func (r *Reader) lexNumber(i int) error {
	at := func(i int) byte {
		if i < len(r.in) {
			return r.in[i]
		}
		return 0
	}
	digits := func() bool {
		from := i
		for isDigit(at(i)) {
			i++
		}
		return i > from
	}
	ok := true
	if at(i) == '0' {
		i++
	} else {
		ok = digits()
	}
	if at(i) == '.' {
		i++
		ok = digits() && ok
	}
	if c := at(i); c == 'e' || c == 'E' {
		i++
		if c := at(i); c == '+' || c == '-' {
			i++
		}
		ok = digits() && ok
	}
	for i < len(r.in) && inWord(r.in[i]) {
		ok = false
		i++
	}
	r.end = i
	if !ok {
		return r.invalidToken()
	}
	r.tok = tokenNumber
	return nil
}

// lexString reads a string, of which start is the quotation mark.
func (r *Reader) lexString() error {
	plain := r.start + 1 // what is not yet in str
	high := rune(-1)     // the first half of a surrogate pair
	r.str = r.str[:0]
	i := plain
	for {
		// Most characters of most strings stand for themselves.
		for i < len(r.in) && r.in[i] >= ' ' && r.in[i] != '"' && r.in[i] != '\\' {
			i++
		}
		if i > plain && high >= 0 && r.decode {
			return r.lowSurrogate(r.behind(plain))
		}
		if i == len(r.in) {
			r.end = i
			return r.invalidToken()
		}
		switch c := r.in[i]; {
		case c == '"':
			if high >= 0 {
				return r.lowSurrogate(i + 1)
			}
			r.tok, r.end = tokenString, i+1
			if r.decode {
				r.str = append(r.str, r.in[plain:i]...)
			}
			return nil
		case c < ' ':
			r.end = i
			r.tok = tokenInvalid
			return r.syntaxError("Character with value 0x%02x must be escaped.", c)
		}
		if r.decode {
			r.str = append(r.str, r.in[plain:i]...)
		}
		var err error
		if i, high, err = r.escape(i+1, high); err != nil {
			return err
		}
		plain = i
	}
}

// behind returns where the character at i ends.
func (r *Reader) behind(i int) int {
	_, n := utf8.DecodeRune(r.in[i:])
	return i + n
}

// lowSurrogate is the error of a string in which the second half of a pair is
// missing; end is where that shows.
func (r *Reader) lowSurrogate(end int) error {
	r.tok, r.end = tokenInvalid, end
	return r.syntaxError("Unicode low surrogate must follow a high surrogate.")
}

// escape reads the escape sequence whose character behind the backslash is at i.
// It returns where the string goes on and the surrogate that waits for another,
// or -1.
func (r *Reader) escape(i int, high rune) (int, rune, error) {
	if i == len(r.in) {
		r.end = i
		return 0, 0, r.invalidToken()
	}
	c := r.in[i]
	if c != 'u' {
		if high >= 0 && r.decode {
			return 0, 0, r.lowSurrogate(r.behind(i))
		}
		plain := unescape[c]
		if plain == 0 {
			r.tok, r.start, r.end = tokenInvalid, i, r.behind(i)
			return 0, 0, r.syntaxError(`Escape sequence "\%s" is invalid.`, r.in[r.start:r.end])
		}
		if r.decode {
			r.str = append(r.str, plain)
		}
		return i + 1, -1, nil
	}
	var ch rune
	for range 4 {
		i++
		if i == len(r.in) {
			r.end = i
			return 0, 0, r.invalidToken()
		}
		d, ok := hexDigit(r.in[i])
		if !ok {
			r.tok, r.end = tokenInvalid, r.behind(i)
			return 0, 0, r.syntaxError(`"\u" must be followed by four hexadecimal digits.`)
		}
		ch = ch<<4 | d
	}
	i++
	if !r.decode {
		return i, -1, nil
	}
	r.end = i
	switch {
	case ch >= 0xd800 && ch < 0xdc00:
		if high >= 0 {
			r.tok = tokenInvalid
			return 0, 0, r.syntaxError("Unicode high surrogate must not follow a high surrogate.")
		}
		return i, ch, nil
	case ch >= 0xdc00 && ch < 0xe000:
		if high < 0 {
			return 0, 0, r.lowSurrogate(i)
		}
		ch = (high-0xd800)<<10 + (ch - 0xdc00) + 0x10000
	case high >= 0:
		return 0, 0, r.lowSurrogate(i)
	case ch == 0:
		r.tok = tokenInvalid
		return 0, 0, r.zeroCharacter()
	}
	r.str = utf8.AppendRune(r.str, ch)
	return i, -1, nil
}

var unescape = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func hexDigit(c byte) (rune, bool) {
	switch {
	case isDigit(c):
		return rune(c - '0'), true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return rune(c|0x20-'a') + 10, true
	}
	return 0, false
}
