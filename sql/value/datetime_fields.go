package value

// fieldKind says what the characters of a field look like; what they mean is
// decided later, by context.
type fieldKind uint8

const (
	numberField  fieldKind = iota // digits, maybe a point: also yy.ddd
	dateField                     // digits and delimiters, maybe letters; also America/New_York, GMT-8
	timeField                     // digits, colons, maybe a point
	stringField                   // letters
	specialField                  // a sign, then letters
	signedField                   // a sign, then digits, ':', '.', '-': a UTC offset or a signed number
)

// field is a piece of a date, time or interval, in lower case.
type field struct {
	kind fieldKind
	text string
}

// Bounds of PostgreSQL's input: fields, and characters with one more per field.
const (
	maxFields        = 25
	maxDateChars     = 128 + maxFields
	maxIntervalChars = 256
)

// splitFields cuts s into dst, which the result aliases. ok is false for
// characters that stand in no date and for more than limit characters.
func splitFields(dst []field, s string, limit int) (fields []field, ok bool) {
	s = lowerASCII(s)
	used := 0 // characters and terminators so far
	for i := 0; i < len(s); {
		c := s[i]
		if isBlank(c) {
			i++
			continue
		}
		if len(dst) >= maxFields {
			return nil, false
		}
		from := i
		f := field{}
		switch {
		case isDigit(c):
			i, f.kind = scanNumber(s, i)
		case c == '.':
			i = skip(s, i+1, isDigit)
			f.kind = numberField
		case isAlpha(c):
			i, f.kind = scanWord(s, i)
		case c == '+' || c == '-':
			i = skip(s, i+1, isBlank)
			at := i
			switch {
			case i < len(s) && isDigit(s[i]):
				f.kind = signedField
				i = skip(s, i, func(c byte) bool { return isDigit(c) || c == ':' || c == '.' || c == '-' })
			case i < len(s) && isAlpha(s[i]):
				f.kind = specialField
				i = skip(s, i, isAlpha)
			default:
				return nil, false
			}
			if at > from+1 { // blanks behind the sign are dropped
				f.text = s[from:from+1] + s[at:i]
			}
		case isPunct(c):
			i++ // other punctuation only divides
			continue
		default:
			return nil, false
		}
		if f.text == "" {
			f.text = s[from:i]
		}
		if used += len(f.text) + 1; used > limit {
			return nil, false
		}
		dst = append(dst, f)
	}
	return dst, true
}

// scanNumber reads a field that begins with a digit; it returns its end.
func scanNumber(s string, i int) (int, fieldKind) {
	i = skip(s, i, isDigit)
	if i == len(s) {
		return i, numberField
	}
	switch delim := s[i]; delim {
	case ':':
		return skip(s, i, func(c byte) bool { return isDigit(c) || c == ':' || c == '.' }), timeField
	case '-', '/', '.':
		i++
		if i == len(s) || !isDigit(s[i]) { // a month in letters, or nothing
			return skip(s, i, func(c byte) bool { return isDigit(c) || isAlpha(c) || c == delim }), dateField
		}
		kind := dateField
		if delim == '.' {
			kind = numberField
		}
		i = skip(s, i, isDigit)
		if i < len(s) && s[i] == delim { // three parts need equal delimiters
			return skip(s, i, func(c byte) bool { return isDigit(c) || c == delim }), dateField
		}
		return i, kind
	}
	return i, numberField
}

// scanWord reads a field that begins with a letter. Punctuation makes it a date
// or a zone name, and so do + and a digit unless the letters are a word of dates.
func scanWord(s string, i int) (int, fieldKind) {
	from := i
	i = skip(s, i, isAlpha)
	if i == len(s) {
		return i, stringField
	}
	switch c := s[i]; {
	case c == '-' || c == '/' || c == '.':
	case c == '+' || isDigit(c):
		if _, known := dateWord(s[from:i]); known {
			return i, stringField
		}
	default:
		return i, stringField
	}
	return skip(s, i, func(c byte) bool {
		return isDigit(c) || isAlpha(c) || c == '+' || c == '-' || c == '/' || c == '_' || c == '.' || c == ':'
	}), dateField
}

func skip(s string, i int, is func(byte) bool) int {
	for i < len(s) && is(s[i]) {
		i++
	}
	return i
}

func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isPunct(c byte) bool { return c > ' ' && c < 0x7f && !isDigit(c) && !isAlpha(c) }

func lowerASCII(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			b := []byte(s)
			for j := i; j < len(b); j++ {
				if b[j] >= 'A' && b[j] <= 'Z' {
					b[j] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// leadingInt reads an optional sign and digits from the front of s, like C's
// strtol: without digits the value is 0 and nothing is taken. ok is false when
// the value does not fit bits.
func leadingInt(s string, bits int) (v int64, rest string, ok bool) {
	i := 0
	neg := false
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		neg = s[i] == '-'
		i++
	}
	from := i
	least := int64(-1) << (bits - 1)
	for ok = true; i < len(s) && isDigit(s[i]); i++ {
		d := int64(s[i] - '0')
		if !ok || v < (least+d)/10 {
			ok = false
			continue
		}
		v = v*10 - d
	}
	switch {
	case i == from:
		return 0, s, true
	case neg:
		return v, s[i:], ok
	case v == least:
		return 0, s[i:], false
	}
	return -v, s[i:], ok
}
