package value

import (
	"strconv"
	"strings"

	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// parseArray is array_in of PostgreSQL's arrayfuncs.c: optional bounds, then
// nested braces, elements by the input function of the element type.
func parseArray(t types.Type, text string, s *Settings) (vector.Datum, error) {
	r := arrayReader{text: text}
	dims, err := r.read()
	if err != nil {
		return vector.NullDatum, err
	}
	elem := t.Elem()
	var b nested.Builder
	b.Reset(vector.KindOf(elem))
	for _, e := range r.elems {
		word := text[e.from:e.to]
		if !e.quoted && len(word) == 4 && strings.EqualFold(word, "null") {
			b.Append(vector.NullDatum)
			continue
		}
		if e.quoted {
			word = unescapeElement(word)
		}
		d, err := Parse(elem, word, s)
		if err != nil {
			return vector.NullDatum, err
		}
		b.Append(d)
	}
	return vector.StringDatum(string(b.AppendTo(nil, dims...))), nil
}

// isArraySpace is array_isspace.
func isArraySpace(c byte) bool {
	return c == ' ' || c >= '\t' && c <= '\r'
}

// unescapeElement takes quotes and backslashes out of an element.
func unescapeElement(word string) string {
	if strings.IndexByte(word, '\\') < 0 {
		return strings.ReplaceAll(word, `"`, "")
	}
	b := make([]byte, 0, len(word))
	for i := 0; i < len(word); i++ {
		switch c := word[i]; c {
		case '\\':
			i++
			b = append(b, word[i])
		case '"':
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// arrayReader finds the elements of the text of an array.
type arrayReader struct {
	text  string
	at    int
	elems []element
}

// element is where an element stands, without blanks around it; quoted when it
// has quotes or backslashes in it.
type element struct {
	from, to int
	quoted   bool
}

func (r *arrayReader) malformed(detail string) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, `malformed array literal: "%s"`, r.text).WithDetail("%s", detail)
}

func (r *arrayReader) skip() {
	for r.at < len(r.text) && isArraySpace(r.text[r.at]) {
		r.at++
	}
}

// peek returns the byte at hand, 0 at the end.
func (r *arrayReader) peek() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

// number takes digits and signs as atoi does; ok is false when there are none.
func (r *arrayReader) number() (n int, ok bool) {
	from := r.at
	for c := r.peek(); c >= '0' && c <= '9' || c == '-' || c == '+'; c = r.peek() {
		r.at++
	}
	v, _ := strconv.ParseInt(r.text[from:r.at], 10, 32)
	return int(v), r.at > from
}

// bounds reads "[from:to]" for each dimension.
func (r *arrayReader) bounds() (dims []nested.Dim, err error) {
	for r.skip(); r.peek() == '['; r.skip() {
		r.at++
		if len(dims) == nested.MaxDims {
			return nil, TooManyDims(len(dims) + 1)
		}
		lower := 1
		upper, ok := r.number()
		if !ok {
			return nil, r.malformed(`"[" must introduce explicitly-specified array dimensions.`)
		}
		if r.peek() == ':' {
			r.at++
			lower = upper
			if upper, ok = r.number(); !ok {
				return nil, r.malformed("Missing array dimension value.")
			}
		}
		if r.peek() != ']' {
			return nil, r.malformed(`Missing "]" after array dimensions.`)
		}
		r.at++
		if upper < lower {
			return nil, sqlerr.New(sqlerr.ArraySubscriptError, "upper bound cannot be less than lower bound")
		}
		n := upper - lower + 1
		if n > nested.MaxElements {
			return nil, TooManyElements()
		}
		dims = append(dims, nested.Dim{Len: int32(n), Lower: int32(lower)})
	}
	return dims, nil
}

// read finds dimensions and elements.
func (r *arrayReader) read() ([]nested.Dim, error) {
	dims, err := r.bounds()
	if err != nil {
		return nil, err
	}
	given := len(dims) > 0
	switch {
	case !given && r.peek() != '{':
		return nil, r.malformed(`Array value must start with "{" or dimension information.`)
	case given && r.peek() != '=':
		return nil, r.malformed(`Missing "=" after array dimensions.`)
	case given:
		r.at++
		if r.skip(); r.peek() != '{' {
			return nil, r.malformed(`Array contents must start with "{".`)
		}
	}
	sizes, err := r.contents()
	if err != nil {
		return nil, err
	}
	n := 1
	for i, size := range sizes {
		if !given {
			dims = append(dims, nested.Dim{Len: int32(size), Lower: 1})
		}
		if n *= size; n > nested.MaxElements {
			return nil, TooManyElements()
		}
		if given && (len(dims) != len(sizes) || int(dims[i].Len) != size) {
			return nil, r.malformed("Specified array dimensions do not match array contents.")
		}
	}
	switch {
	case given && len(sizes) != len(dims):
		return nil, r.malformed("Specified array dimensions do not match array contents.")
	case n != len(r.elems) && len(sizes) > 0:
		return nil, sqlerr.New(sqlerr.InvalidTextRepresentation, `malformed array literal: "%s"`, r.text)
	}
	return dims, CheckBounds(dims)
}

// arrayState is ArrayParseState.
type arrayState uint8

const (
	noLevel arrayState = iota
	levelStarted
	elemStarted
	quotedStarted
	quotedCompleted
	elemDelimited
	levelCompleted
	levelDelimited
)

// contents reads the braces as ArrayCount does, and collects the elements. It
// returns the length of each dimension, none of an empty array.
func (r *arrayReader) contents() ([]int, error) {
	const delimiter = ','
	var (
		state         = noLevel
		level, ndim   = 0, 1
		sizes         [nested.MaxDims]int // of the dimension being read
		counts, lasts [nested.MaxDims]int // of items at each level
		quotes, empty = false, true
		cur           element // being read
		reading       = false
	)
	for i := range counts {
		counts[i] = 1
	}
	unexpected := func(c byte) error { return r.malformed(`Unexpected "` + string(rune(c)) + `" character.`) }
	start := func(quoted bool) {
		if !reading {
			cur = element{from: r.at}
			reading = true
		}
		cur.quoted = cur.quoted || quoted
		empty = false
	}
	end := func() {
		if reading {
			r.elems = append(r.elems, cur)
			reading = false
		}
	}
	for done := false; !done; r.at++ {
		if r.at >= len(r.text) {
			return nil, r.malformed("Unexpected end of input.")
		}
		switch c := r.text[r.at]; {
		case c == '\\':
			if state != levelStarted && state != elemStarted && state != quotedStarted && state != elemDelimited {
				return nil, unexpected('\\')
			}
			if state != quotedStarted {
				state = elemStarted
			}
			start(true)
			if r.at++; r.at >= len(r.text) {
				return nil, r.malformed("Unexpected end of input.")
			}
			cur.to = r.at + 1
		case c == '"':
			if state != levelStarted && state != quotedStarted && state != elemDelimited {
				return nil, r.malformed("Unexpected array element.")
			}
			start(true)
			if quotes = !quotes; quotes {
				state = quotedStarted
			} else {
				state = quotedCompleted
			}
			cur.to = r.at + 1
		case quotes:
			cur.to = r.at + 1
		case c == '{':
			if state != noLevel && state != levelStarted && state != levelDelimited {
				return nil, unexpected('{')
			}
			state = levelStarted
			if level >= nested.MaxDims {
				return nil, TooManyDims(level + 1)
			}
			sizes[level] = 0
			level++
			ndim = max(ndim, level)
		case c == '}':
			if state != elemStarted && state != quotedCompleted && state != levelCompleted && (level != 1 || state != levelStarted) {
				return nil, unexpected('}')
			}
			end()
			state = levelCompleted
			level--
			if lasts[level] != 0 && counts[level] != lasts[level] {
				return nil, r.malformed("Multidimensional arrays must have sub-arrays with matching dimensions.")
			}
			lasts[level], counts[level] = counts[level], 1
			if level == 0 {
				done = true
			} else {
				sizes[level-1]++
			}
		case c == delimiter:
			if state != elemStarted && state != quotedCompleted && state != levelCompleted {
				return nil, unexpected(delimiter)
			}
			end()
			if state == levelCompleted {
				state = levelDelimited
			} else {
				state = elemDelimited
			}
			sizes[ndim-1]++
			counts[level-1]++
		case !isArraySpace(c):
			if state != levelStarted && state != elemStarted && state != elemDelimited {
				return nil, r.malformed("Unexpected array element.")
			}
			state = elemStarted
			start(false)
			cur.to = r.at + 1
		}
	}
	sizes[ndim-1]++
	if r.skip(); r.at < len(r.text) {
		return nil, r.malformed("Junk after closing right brace.")
	}
	if empty {
		return nil, nil
	}
	return sizes[:ndim], nil
}

// TooManyDims, TooManyElements and CheckBounds word the limits of arrays.
func TooManyDims(n int) error {
	return sqlerr.New(sqlerr.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", n, nested.MaxDims)
}

// TooManyElements is the 54000 of an array that is too long.
func TooManyElements() error {
	return sqlerr.New(sqlerr.ProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", nested.MaxElements)
}

// CheckBounds is ArrayCheckBounds: the subscript behind the last one must be a
// number.
func CheckBounds(dims []nested.Dim) error {
	for _, d := range dims {
		if end := d.Lower + d.Len; end < d.Lower {
			return sqlerr.New(sqlerr.ProgramLimitExceeded, "array lower bound is too large: %d", d.Lower)
		}
	}
	return nil
}

// appendArray is array_out.
func appendArray(dst []byte, t types.Type, enc string, s *Settings) []byte {
	a, err := nested.OpenArray(bytesOf(enc))
	if err != nil || a.Len() == 0 {
		return append(dst, "{}"...)
	}
	dims := a.Dims()
	for _, d := range dims {
		if d.Lower != 1 {
			dst = appendBounds(dst, dims)
			dst = append(dst, '=')
			break
		}
	}
	elem := t.Elem()
	var at [nested.MaxDims]int32
	level := 0
	for i := range a.Len() {
		for ; level < len(dims); level++ {
			dst = append(dst, '{')
		}
		if a.IsNull(i) {
			dst = append(dst, "NULL"...)
		} else {
			start := len(dst)
			dst = quoteElement(Append(dst, elem, a.Peek(i), s), start)
		}
		for level > 0 {
			if at[level-1]++; at[level-1] < dims[level-1].Len {
				dst = append(dst, ',')
				break
			}
			at[level-1] = 0
			dst = append(dst, '}')
			level--
		}
	}
	return dst
}

// appendBounds writes "[from:to]" of each dimension.
func appendBounds(dst []byte, dims []nested.Dim) []byte {
	for _, d := range dims {
		dst = append(dst, '[')
		dst = strconv.AppendInt(dst, int64(d.Lower), 10)
		dst = append(dst, ':')
		dst = strconv.AppendInt(dst, int64(d.Lower)+int64(d.Len)-1, 10)
		dst = append(dst, ']')
	}
	return dst
}

// AppendDims writes the bounds of an array, as array_dims does.
func AppendDims(dst []byte, a *nested.Array) []byte { return appendBounds(dst, a.Dims()) }

// quoteElement puts dst[start:] in quotes where array_in would read it otherwise.
func quoteElement(dst []byte, start int) []byte {
	word := dst[start:]
	quote := len(word) == 0 || len(word) == 4 && strings.EqualFold(string(word), "null")
	escapes := 0
	for _, c := range word {
		switch {
		case c == '"' || c == '\\':
			quote = true
			escapes++
		case c == '{' || c == '}' || c == ',' || isArraySpace(c):
			quote = true
		}
	}
	if !quote {
		return dst
	}
	return spread(dst, start, escapes, func(c byte) bool { return c == '"' || c == '\\' }, '\\')
}

// spread puts dst[start:] in quotes, with an extra byte before each of the n
// that need one: esc, or the byte itself when esc is 0.
func spread(dst []byte, start, n int, needs func(byte) bool, esc byte) []byte {
	size := len(dst) - start
	for range n + 2 {
		dst = append(dst, 0)
	}
	w := len(dst) - 1
	dst[w] = '"'
	w--
	for i := start + size - 1; i >= start; i-- {
		c := dst[i]
		dst[w] = c
		w--
		if needs(c) {
			if dst[w] = esc; esc == 0 {
				dst[w] = c
			}
			w--
		}
	}
	dst[w] = '"'
	return dst
}
