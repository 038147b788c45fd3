package compute

import (
	"bytes"
	"math"
	"unicode"
	"unicode/utf8"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Text is UTF-8; lengths and positions in SQL are characters. Bytes that are no
// UTF-8 cannot get in, but nothing here relies on it.

// textMax is PostgreSQL's limit of one value, in bytes.
const textMax = 1<<30 - 1

func tooLarge() error {
	return sqlerr.New(sqlerr.ProgramLimitExceeded, "requested length too large")
}

// room returns an error when an arena would pass what spans reach, or a value
// its limit.
func room(arena []byte, n int) error {
	switch {
	case n > textMax:
		return tooLarge()
	case len(arena)+n > math.MaxUint32:
		return sqlerr.New(sqlerr.OutOfMemory, "out of memory").WithDetail("The text of one batch of rows exceeds 4 GB.")
	}
	return nil
}

// runeLen returns the bytes of the character at the front of s, which is not
// empty.
func runeLen(s []byte) int {
	if s[0] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRune(s)
	return n
}

// skipRunes returns the bytes of the first n characters of s, all for less.
func skipRunes(s []byte, n int) int {
	if n >= len(s) {
		return len(s)
	}
	i := 0
	for ; n > 0 && i < len(s); n-- {
		i += runeLen(s[i:])
	}
	return i
}

// Adapters that make kernels of functions over one value.

// textToText is a row kernel that appends results.
func textToText(f func(dst, s []byte) []byte) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		for _, i := range rows.Selection() {
			s := x.get(int(i))
			if err := room(out.Arena, 4*len(s)); err != nil {
				return err
			}
			at := len(out.Arena)
			out.Arena = f(out.Arena, s)
			appendSpan(out, int(i), at)
		}
		return nil
	}
}

// textToInt is a row kernel of a number that depends on a text.
func textToInt(f func(s []byte) int) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		for _, i := range rows.Selection() {
			out.I32[i] = int32(f(x.get(int(i))))
		}
		return nil
	}
}

// part is a row kernel whose result is the stretch [from, to) of the text.
func part(f func(s []byte) (from, to int)) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		out.Arena = args[0].Arena
		for _, i := range rows.Selection() {
			from, to := f(x.get(int(i)))
			setPart(out, &x, int(i), from, to)
		}
		return nil
	}
}

func setPart(out *vector.Vector, x *spans, i, from, to int) {
	p := x.at[i&x.mask]
	out.Spans[i] = vector.Span{Off: p.Off + uint32(from), Len: uint32(to - from)}
}

// partInt is part with an integer argument.
func partInt(f func(s []byte, n int) (from, to int)) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		m := mask(args[1])
		out.Arena = args[0].Arena
		for _, i := range rows.Selection() {
			from, to := f(x.get(int(i)), int(args[1].I32[int(i)&m]))
			setPart(out, &x, int(i), from, to)
		}
		return nil
	}
}

// partText is part with a text argument.
func partText(f func(s, t []byte) (from, to int)) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := spansOf(args[0]), spansOf(args[1])
		out.Arena = args[0].Arena
		for _, i := range rows.Selection() {
			from, to := f(x.get(int(i)), y.get(int(i)))
			setPart(out, &x, int(i), from, to)
		}
		return nil
	}
}

// textsToText binds a row kernel over texts that appends results; bound says how
// many bytes it appends at most.
func textsToText(bound func(args [][]byte) int, f func(dst []byte, args [][]byte) []byte) func(Site) Kernel {
	return func(Site) Kernel {
		var in []spans
		var vals [][]byte
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			in, vals = in[:0], vals[:0]
			for _, a := range args {
				in = append(in, spansOf(a))
				vals = append(vals, nil)
			}
			for _, i := range rows.Selection() {
				for k := range in {
					vals[k] = in[k].get(int(i))
				}
				if err := room(out.Arena, bound(vals)); err != nil {
					return err
				}
				at := len(out.Arena)
				out.Arena = f(out.Arena, vals)
				appendSpan(out, int(i), at)
			}
			return nil
		}
	}
}

// isASCII reports whether s has no byte above 127.
func isASCII(s []byte) bool {
	for _, c := range s {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func appendLower(dst, s []byte) []byte {
	if isASCII(s) {
		for _, c := range s {
			if c-'A' < 26 {
				c += 'a' - 'A'
			}
			dst = append(dst, c)
		}
		return dst
	}
	return appendMapped(dst, s, unicode.ToLower)
}

func appendUpper(dst, s []byte) []byte {
	if isASCII(s) {
		for _, c := range s {
			if c-'a' < 26 {
				c -= 'a' - 'A'
			}
			dst = append(dst, c)
		}
		return dst
	}
	return appendMapped(dst, s, unicode.ToUpper)
}

func appendMapped(dst, s []byte, f func(rune) rune) []byte {
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		dst = utf8.AppendRune(dst, f(r))
		s = s[n:]
	}
	return dst
}

// appendInitcap writes the first letter of each word upper, the others lower.
func appendInitcap(dst, s []byte) []byte {
	word := false
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		if word {
			r = unicode.ToLower(r)
		} else {
			r = unicode.ToUpper(r)
		}
		word = unicode.IsLetter(r) || unicode.IsDigit(r)
		dst = utf8.AppendRune(dst, r)
		s = s[n:]
	}
	return dst
}

func appendReverse(dst, s []byte) []byte {
	for len(s) > 0 {
		_, n := utf8.DecodeLastRune(s)
		dst = append(dst, s[len(s)-n:]...)
		s = s[:len(s)-n]
	}
	return dst
}

// leftPart and rightPart take n characters, or all but -n.
func leftPart(s []byte, n int) (int, int) {
	if n < 0 {
		n = max(0, utf8.RuneCount(s)+n)
	}
	return 0, skipRunes(s, n)
}

func rightPart(s []byte, n int) (int, int) {
	if n == math.MinInt32 {
		return 0, len(s) // as PostgreSQL, where it has no opposite
	}
	if n < 0 {
		return skipRunes(s, -n), len(s)
	}
	return skipRunes(s, max(0, utf8.RuneCount(s)-n)), len(s)
}

// fromPart is substr(s, start), counted from 1.
func fromPart(s []byte, start int) (int, int) { return skipRunes(s, max(start, 1)-1), len(s) }

// bytesFrom is fromPart of bytea.
func bytesFrom(s []byte, start int) (int, int) {
	return min(max(start, 1)-1, len(s)), len(s)
}

// substr is substr(s, start, count); skip counts characters, or bytes.
func substr(skip func(s []byte, n int) int) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		m, n := mask(args[1]), mask(args[2])
		out.Arena = args[0].Arena
		for _, i := range rows.Selection() {
			start, count := int(args[1].I32[int(i)&m]), int(args[2].I32[int(i)&n])
			if count < 0 {
				return sqlerr.New(sqlerr.SubstringError, "negative substring length not allowed")
			}
			s := x.get(int(i))
			end := start + count // exclusive; int holds it
			start = max(start, 1)
			from := skip(s, start-1)
			to := from
			if end > start {
				to += skip(s[from:], end-start)
			}
			setPart(out, &x, int(i), from, to)
		}
		return nil
	}
}

func skipBytes(s []byte, n int) int { return min(n, len(s)) }

// trimSet is trim of the characters in set at the ends that are asked for.
func trimSet(left, right bool) func(s, set []byte) (int, int) {
	return func(s, set []byte) (int, int) {
		from, to := 0, len(s)
		for left && from < to {
			n := runeLen(s[from:to])
			if !hasRune(set, s[from:from+n]) {
				break
			}
			from += n
		}
		for right && from < to {
			_, n := utf8.DecodeLastRune(s[from:to])
			if !hasRune(set, s[to-n:to]) {
				break
			}
			to -= n
		}
		return from, to
	}
}

// hasRune reports whether the character c is in set.
func hasRune(set, c []byte) bool {
	if len(c) == 1 {
		return bytes.IndexByte(set, c[0]) >= 0
	}
	return bytes.Contains(set, c) // UTF-8: no character begins inside another
}

// trimBytes is trimSet of bytea.
func trimBytes(left, right bool) func(s, set []byte) (int, int) {
	return func(s, set []byte) (int, int) {
		from, to := 0, len(s)
		for left && from < to && bytes.IndexByte(set, s[from]) >= 0 {
			from++
		}
		for right && from < to && bytes.IndexByte(set, s[to-1]) >= 0 {
			to--
		}
		return from, to
	}
}

// trimBlanks is trimSet of the blank.
func trimBlanks(left, right bool) func(s []byte) (int, int) {
	return func(s []byte) (int, int) {
		from, to := 0, len(s)
		for left && from < to && s[from] == ' ' {
			from++
		}
		for right && from < to && s[to-1] == ' ' {
			to--
		}
		return from, to
	}
}

// textsToInt is a row kernel of a number over two texts.
func textsToInt(f func(s, t []byte) int) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := spansOf(args[0]), spansOf(args[1])
		for _, i := range rows.Selection() {
			out.I32[i] = int32(f(x.get(int(i)), y.get(int(i))))
		}
		return nil
	}
}

// positionOf is the first place of t in s in characters from 1, 0 for none.
func positionOf(s, t []byte) int {
	i := bytes.Index(s, t)
	if i < 0 {
		return 0
	}
	return utf8.RuneCount(s[:i]) + 1
}

func startsWith(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x, y := spansOf(args[0]), spansOf(args[1])
	for _, i := range rows.Selection() {
		setBit(out, int(i), bytes.HasPrefix(x.get(int(i)), y.get(int(i))))
	}
	return nil
}

// pad is lpad or rpad; without a third argument the fill is a blank.
func pad(left bool) Kernel {
	blank := []byte{' '}
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		m := mask(args[1])
		var y spans
		if len(args) > 2 {
			y = spansOf(args[2])
		}
		for _, i := range rows.Selection() {
			s, n, fill := x.get(int(i)), max(0, int(args[1].I32[int(i)&m])), blank
			if len(args) > 2 {
				fill = y.get(int(i))
			}
			have := utf8.RuneCount(s)
			missing := max(0, n-have)
			if len(fill) == 0 {
				missing = 0
			}
			if missing > textMax/utf8.UTFMax {
				return tooLarge()
			}
			if err := room(out.Arena, len(s)+missing*utf8.UTFMax); err != nil {
				return err
			}
			at := len(out.Arena)
			if left {
				out.Arena = appendFill(out.Arena, fill, missing)
			}
			out.Arena = append(out.Arena, s[:skipRunes(s, n)]...)
			if !left {
				out.Arena = appendFill(out.Arena, fill, missing)
			}
			appendSpan(out, int(i), at)
		}
		return nil
	}
}

// appendFill appends n characters of fill, over and over.
func appendFill(dst, fill []byte, n int) []byte {
	rest := fill
	for ; n > 0; n-- {
		k := runeLen(rest)
		dst = append(dst, rest[:k]...)
		if rest = rest[k:]; len(rest) == 0 {
			rest = fill
		}
	}
	return dst
}

func repeat(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x := spansOf(args[0])
	m := mask(args[1])
	for _, i := range rows.Selection() {
		s, n := x.get(int(i)), max(0, int(args[1].I32[int(i)&m]))
		if err := room(out.Arena, len(s)*n); err != nil {
			return err
		}
		at := len(out.Arena)
		if len(s) > 0 {
			for range n {
				out.Arena = append(out.Arena, s...)
			}
		}
		appendSpan(out, int(i), at)
	}
	return nil
}

func appendReplace(dst []byte, args [][]byte) []byte {
	s, from, to := args[0], args[1], args[2]
	if len(from) == 0 {
		return append(dst, s...)
	}
	for {
		i := bytes.Index(s, from)
		if i < 0 {
			return append(dst, s...)
		}
		dst = append(append(dst, s[:i]...), to...)
		s = s[i+len(from):]
	}
}

// replaceBound is what replace can give.
func replaceBound(args [][]byte) int {
	s, from, to := args[0], args[1], args[2]
	if len(from) == 0 || len(to) <= len(from) {
		return len(s)
	}
	return len(s)/len(from)*len(to) + len(from)
}

func appendTranslate(dst []byte, args [][]byte) []byte {
	s, from, to := args[0], args[1], args[2]
	for len(s) > 0 {
		n := runeLen(s)
		c := s[:n]
		s = s[n:]
		at := -1
		for f, k := from, 0; len(f) > 0; k++ {
			m := runeLen(f)
			if bytes.Equal(f[:m], c) {
				at = k
				break
			}
			f = f[m:]
		}
		if at < 0 {
			dst = append(dst, c...)
			continue
		}
		t := to[skipRunes(to, at):]
		if len(t) > 0 {
			dst = append(dst, t[:runeLen(t)]...)
		}
	}
	return dst
}

// sumOf bounds results that repeat their arguments at most times.
func sumOf(times int) func(args [][]byte) int {
	return func(args [][]byte) int {
		n := 0
		for _, a := range args {
			n += len(a)
		}
		return n * times
	}
}

// overlay replaces count characters from start on; count is that of the new text
// without a fourth argument.
func overlay(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x, y := spansOf(args[0]), spansOf(args[1])
	m := mask(args[2])
	for _, i := range rows.Selection() {
		s, t, start := x.get(int(i)), y.get(int(i)), int(args[2].I32[int(i)&m])
		count := utf8.RuneCount(t)
		if len(args) > 3 {
			count = int(args[3].I32[int(i)&mask(args[3])])
		}
		if start <= 0 {
			return sqlerr.New(sqlerr.SubstringError, "negative substring length not allowed")
		}
		if start+count > math.MaxInt32 {
			return outOfRange(types.Int4)
		}
		if err := room(out.Arena, 2*len(s)+len(t)); err != nil {
			return err
		}
		at := len(out.Arena)
		out.Arena = append(append(out.Arena, s[:skipRunes(s, start-1)]...), t...)
		from, _ := fromPart(s, start+count)
		out.Arena = append(out.Arena, s[from:]...)
		appendSpan(out, int(i), at)
	}
	return nil
}

// splitPart is split_part(s, delimiter, n); n below 0 counts from the end.
func splitPart(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x, y := spansOf(args[0]), spansOf(args[1])
	m := mask(args[2])
	out.Arena = args[0].Arena
	for _, i := range rows.Selection() {
		s, d, n := x.get(int(i)), y.get(int(i)), int(args[2].I32[int(i)&m])
		if n == 0 {
			return sqlerr.New(sqlerr.InvalidParameterValue, "field position must not be zero")
		}
		from, to := fieldOf(s, d, n)
		setPart(out, &x, int(i), from, to)
	}
	return nil
}

func fieldOf(s, d []byte, n int) (from, to int) {
	if len(d) == 0 {
		if n == 1 || n == -1 {
			return 0, len(s)
		}
		return 0, 0
	}
	if n < 0 {
		end := len(s)
		for {
			i := bytes.LastIndex(s[:end], d)
			switch {
			case n == -1 && i < 0:
				return 0, end
			case n == -1:
				return i + len(d), end
			case i < 0:
				return 0, 0
			}
			end = i
			n++
		}
	}
	for {
		i := bytes.Index(s[from:], d)
		switch {
		case n == 1 && i < 0:
			return from, len(s)
		case n == 1:
			return from, from + i
		case i < 0:
			return 0, 0
		}
		from += i + len(d)
		n--
	}
}

// ascii is the code point of the first character, 0 of the empty text.
func ascii(s []byte) int {
	if len(s) == 0 {
		return 0
	}
	r, _ := utf8.DecodeRune(s)
	return int(r)
}

func chr(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for _, i := range rows.Selection() {
		c := args[0].I32[i]
		switch {
		case c < 0:
			return sqlerr.New(sqlerr.InvalidParameterValue, "character number must be positive")
		case c == 0:
			return sqlerr.New(sqlerr.ProgramLimitExceeded, "null character not permitted")
		case c > unicode.MaxRune:
			return sqlerr.New(sqlerr.ProgramLimitExceeded, "requested character too large for encoding: %d", c)
		case !utf8.ValidRune(c):
			return sqlerr.New(sqlerr.ProgramLimitExceeded, "requested character not valid for encoding: %d", c)
		}
		at := len(out.Arena)
		out.Arena = utf8.AppendRune(out.Arena, c)
		appendSpan(out, int(i), at)
	}
	return nil
}
