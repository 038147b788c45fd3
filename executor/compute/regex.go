package compute

import (
	"bytes"
	"errors"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Regular expressions are PostgreSQL's "advanced" ones (manual 9.7.3) translated
// to Go's, which run in linear time. What that cannot express is refused with
// 0A000: back references, look-around, \m \M [[:<:]] [[:>:]], collating elements.
// A difference remains: when greedy and non-greedy quantifiers are mixed, Go
// decides each for itself, PostgreSQL the whole expression by the first.

// regexFlags are the options of a regular expression.
type regexFlags struct {
	fold    bool // i
	newline bool // n: . and [^] stop at line ends, ^ and $ match there
	lines   bool // w: only ^ and $ do
	dot     bool // p: only . and [^] do
	literal bool // q
	expand  bool // x: blanks and comments do not count
	global  bool // g, of regexp_replace
}

// parseFlags reads the flags argument of regexp functions.
func parseFlags(s []byte, global bool) (f regexFlags, err error) {
	for len(s) > 0 {
		n := runeLen(s)
		switch s[0] {
		case 'g':
			if !global {
				return f, badFlag(s[:n])
			}
			f.global = true
		case 'b', 'e':
			return f, sqlerr.NotSupported("regular expression option %q", string(s[:1]))
		case 'i':
			f.fold = true
		case 'c':
			f.fold = false
		case 'm', 'n':
			f.newline, f.lines, f.dot = true, false, false
		case 's':
			f.newline, f.lines, f.dot = false, false, false
		case 'w':
			f.newline, f.lines, f.dot = false, true, false
		case 'p':
			f.newline, f.lines, f.dot = false, false, true
		case 'q':
			f.literal = true
		case 't':
			f.expand = false
		case 'x':
			f.expand = true
		default:
			return f, badFlag(s[:n])
		}
		s = s[n:]
	}
	return f, nil
}

func badFlag(c []byte) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, `invalid regular expression option: "%s"`, c)
}

// compileRegex translates and compiles. Errors: 2201B, 0A000.
// longest says that matches are the longest of the leftmost ones.
func compileRegex(pattern string, f regexFlags) (re *regexp.Regexp, longest bool, err error) {
	if strings.HasPrefix(pattern, "***:") {
		pattern = pattern[4:]
	} else if strings.HasPrefix(pattern, "***=") {
		pattern, f.literal = pattern[4:], true
	} else if strings.HasPrefix(pattern, "(?") && !f.literal {
		if pattern, err = embedded(pattern, &f); err != nil {
			return nil, false, err
		}
	}
	source, lazy := regexp.QuoteMeta(pattern), false
	if !f.literal {
		t := regexTranslator{in: pattern, flags: f}
		if err := t.run(); err != nil {
			return nil, false, err
		}
		source, lazy = t.out.String(), t.lazy
	}
	switch {
	case f.newline:
		source = "(?m)" + source
	case f.lines:
		source = "(?ms)" + source
	case !f.dot:
		source = "(?s)" + source
	}
	if f.fold {
		source = "(?i)" + source
	}
	if re, err = regexp.Compile(source); err != nil {
		return nil, false, regexError(err)
	}
	if !lazy {
		re.Longest()
	}
	return re, !lazy, nil
}

// embedded takes the options of a leading (?xyz) off.
func embedded(pattern string, f *regexFlags) (string, error) {
	end := strings.IndexByte(pattern, ')')
	if end < 3 || strings.IndexFunc(pattern[2:end], func(r rune) bool { return r < 'a' || r > 'z' }) >= 0 {
		return pattern, nil
	}
	g, err := parseFlags([]byte(pattern[2:end]), false)
	if err != nil {
		return pattern, sqlerr.New(sqlerr.InvalidRegularExpression, "invalid regular expression: invalid embedded option")
	}
	g.fold = g.fold || f.fold
	*f = g
	return pattern[end+1:], nil
}

func invalidRegex(what string) error {
	return sqlerr.New(sqlerr.InvalidRegularExpression, "invalid regular expression: %s", what)
}

// regexError says in PostgreSQL's words what Go complains about.
func regexError(err error) error {
	what := "invalid argument to regex function"
	var e *syntax.Error
	if errors.As(err, &e) {
		switch e.Code {
		case syntax.ErrMissingParen, syntax.ErrUnexpectedParen:
			what = "parentheses () not balanced"
		case syntax.ErrMissingBracket:
			what = "brackets [] not balanced"
		case syntax.ErrInvalidCharRange:
			what = "invalid character range"
			if strings.HasPrefix(e.Expr, "[:") {
				what = "invalid character class"
			}
		case syntax.ErrInvalidCharClass:
			what = "invalid character class"
		case syntax.ErrMissingRepeatArgument, syntax.ErrInvalidRepeatOp:
			what = "quantifier operand invalid"
		case syntax.ErrInvalidRepeatSize:
			what = "invalid repetition count(s)"
		case syntax.ErrTrailingBackslash, syntax.ErrInvalidEscape:
			what = `invalid escape \ sequence`
		case syntax.ErrLarge, syntax.ErrNestingDepth:
			what = "regular expression is too complex"
		}
	}
	return invalidRegex(what)
}

// regexTranslator writes a Go regular expression for PostgreSQL's.
type regexTranslator struct {
	in    string
	pos   int
	out   strings.Builder
	flags regexFlags
	lazy  bool  // a quantifier is non-greedy
	open  []int // where in out the groups start that are open
}

func (t *regexTranslator) run() error {
	for t.pos < len(t.in) {
		switch c := t.in[t.pos]; c {
		case '\\':
			if err := t.escape(false); err != nil {
				return err
			}
		case '[':
			if err := t.bracket(); err != nil {
				return err
			}
		case '(':
			if err := t.group(); err != nil {
				return err
			}
		case ')':
			t.out.WriteByte(c)
			t.pos++
			t.close()
		case '*', '+', '?', '}':
			t.out.WriteByte(c)
			t.pos++
			if t.pos < len(t.in) && t.in[t.pos] == '?' {
				t.lazy = true
				t.out.WriteByte('?')
				t.pos++
			}
		case '{':
			// A brace that no digit follows is a character.
			if t.pos+1 >= len(t.in) || t.in[t.pos+1]-'0' > 9 {
				t.out.WriteByte('\\')
			}
			t.out.WriteByte(c)
			t.pos++
		case ' ', '\t', '\n', '\r', '\v', '\f', '#':
			t.blank(c)
		default:
			t.out.WriteByte(c)
			t.pos++
		}
	}
	return nil
}

// blank writes white space and comments, or skips them in expanded syntax.
func (t *regexTranslator) blank(c byte) {
	t.pos++
	switch {
	case !t.flags.expand:
		t.out.WriteByte(c)
	case c == '#':
		for t.pos < len(t.in) && t.in[t.pos] != '\n' {
			t.pos++
		}
	}
}

func (t *regexTranslator) group() error {
	rest := t.in[t.pos:]
	for _, p := range []string{"(?=", "(?!", "(?<=", "(?<!"} {
		if strings.HasPrefix(rest, p) {
			return sqlerr.NotSupported("regular expression constraint %s…)", p)
		}
	}
	t.open = append(t.open, t.out.Len())
	switch {
	case strings.HasPrefix(rest, "(?#"):
		t.open = t.open[:len(t.open)-1]
		end := strings.IndexByte(rest, ')')
		if end < 0 {
			return invalidRegex("parentheses () not balanced")
		}
		t.pos += end + 1
	case strings.HasPrefix(rest, "(?:"):
		t.out.WriteString("(?:")
		t.pos += 3
	case strings.HasPrefix(rest, "(?"):
		return invalidRegex("quantifier operand invalid")
	default:
		t.out.WriteByte('(')
		t.pos++
	}
	return nil
}

// close ends a group. Behind it {1,1} says that what is inside prefers long
// matches, {1,1}? short ones, whatever the quantifiers inside say.
func (t *regexTranslator) close() {
	if len(t.open) == 0 {
		return // unbalanced, which the compiler will say
	}
	start := t.open[len(t.open)-1]
	t.open = t.open[:len(t.open)-1]
	rest, ok := strings.CutPrefix(t.in[t.pos:], "{1,1}")
	if !ok {
		return
	}
	t.pos += len("{1,1}")
	short := strings.HasPrefix(rest, "?")
	if short {
		t.pos++
		t.lazy = true
	}
	syn := syntax.Perl
	if !t.flags.newline && !t.flags.dot {
		syn |= syntax.DotNL
	}
	if t.flags.newline || t.flags.lines {
		syn &^= syntax.OneLine
	}
	all := t.out.String()
	re, err := syntax.Parse(all[start:], syn)
	if err != nil {
		return
	}
	prefer(re, short)
	t.out.Reset()
	t.out.WriteString(all[:start] + "(?:" + re.String() + ")")
}

// prefer makes all quantifiers of re non-greedy, or all greedy. The depth is
// bounded by the parser.
func prefer(re *syntax.Regexp, short bool) {
	if re.Flags &^= syntax.NonGreedy; short {
		re.Flags |= syntax.NonGreedy
	}
	for _, sub := range re.Sub {
		prefer(sub, short)
	}
}

// bracket copies a bracket expression.
func (t *regexTranslator) bracket() error {
	rest := t.in[t.pos:]
	if strings.HasPrefix(rest, "[[:<:]]") || strings.HasPrefix(rest, "[[:>:]]") {
		return sqlerr.NotSupported("regular expression constraint %s", rest[:7])
	}
	t.out.WriteByte('[')
	t.pos++
	if t.pos < len(t.in) && t.in[t.pos] == '^' {
		t.out.WriteByte('^')
		t.pos++
		if t.flags.newline || t.flags.dot {
			t.out.WriteString(`\n`)
		}
	}
	if t.pos < len(t.in) && t.in[t.pos] == ']' {
		t.out.WriteString(`\]`)
		t.pos++
	}
	for t.pos < len(t.in) {
		switch c := t.in[t.pos]; c {
		case ']':
			t.out.WriteByte(']')
			t.pos++
			return nil
		case '\\':
			if err := t.escape(true); err != nil {
				return err
			}
		case '[':
			rest := t.in[t.pos:]
			switch {
			case strings.HasPrefix(rest, "[:"):
				end := strings.Index(rest, ":]")
				if end < 0 {
					return invalidRegex("brackets [] not balanced")
				}
				t.out.WriteString(rest[:end+2])
				t.pos += end + 2
			case strings.HasPrefix(rest, "[."), strings.HasPrefix(rest, "[="):
				return sqlerr.NotSupported("regular expression with collating elements")
			default:
				t.out.WriteString(`\[`)
				t.pos++
			}
		default:
			t.out.WriteByte(c)
			t.pos++
		}
	}
	return invalidRegex("brackets [] not balanced")
}

// escape translates a backslash and what follows.
func (t *regexTranslator) escape(inBracket bool) error {
	t.pos++
	if t.pos == len(t.in) {
		return invalidRegex(`invalid escape \ sequence`)
	}
	c := t.in[t.pos]
	t.pos++
	switch c {
	case 'a', 'f', 'n', 'r', 't', 'v', 'd', 'D', 's', 'S', 'w', 'W':
		t.out.WriteString(`\` + string(c))
	case 'b':
		t.out.WriteString(`\x08`)
	case 'B':
		t.out.WriteString(`\\`)
	case 'e':
		t.out.WriteString(`\x1b`)
	case 'c':
		if t.pos == len(t.in) {
			return invalidRegex(`invalid escape \ sequence`)
		}
		t.char(rune(t.in[t.pos] & 31))
		t.pos++
	case 'u':
		return t.hex(4, 4)
	case 'U':
		return t.hex(8, 8)
	case 'x':
		return t.hex(1, 255)
	case '0':
		t.char(0)
	case 'A', 'Z', 'y', 'Y':
		if inBracket {
			return invalidRegex(`invalid escape \ sequence`)
		}
		t.out.WriteString(map[byte]string{'A': `\A`, 'Z': `\z`, 'y': `\b`, 'Y': `\B`}[c])
	case 'm', 'M':
		return sqlerr.NotSupported(`regular expression constraint \%c`, c)
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return sqlerr.NotSupported("regular expression back reference")
	default:
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return invalidRegex(`invalid escape \ sequence`)
		}
		if c >= utf8.RuneSelf {
			t.pos-- // an escaped letter beyond ASCII is itself
			r, n := utf8.DecodeRuneInString(t.in[t.pos:])
			t.pos += n
			t.char(r)
			return nil
		}
		t.char(rune(c))
	}
	return nil
}

// char writes a character that stands for itself.
func (t *regexTranslator) char(r rune) {
	t.out.WriteString(`\x{` + strconv.FormatInt(int64(r), 16) + `}`)
}

func (t *regexTranslator) hex(atLeast, atMost int) error {
	n := 0
	v := rune(0)
	for n < atMost && t.pos < len(t.in) {
		d, err := strconv.ParseUint(t.in[t.pos:t.pos+1], 16, 8)
		if err != nil {
			break
		}
		v = (v<<4 | rune(d)) & 0x7fffffff
		t.pos++
		n++
	}
	if n < atLeast || v > utf8.MaxRune {
		return invalidRegex(`invalid escape \ sequence`)
	}
	t.char(v)
	return nil
}

// regexMemo is the expression compiled last.
type regexMemo struct {
	re             *regexp.Regexp
	next           *regexp.Regexp // made by find: one character, then re
	longest        bool
	flags          regexFlags
	pattern, given []byte
}

// get compiles a pattern with the options in flags, nil for none.
func (m *regexMemo) get(pattern, flags []byte, fold, global bool) (*regexp.Regexp, error) {
	if m.re != nil && bytes.Equal(m.pattern, pattern) && bytes.Equal(m.given, flags) {
		return m.re, nil
	}
	f, err := parseFlags(flags, global)
	if err != nil {
		return nil, err
	}
	f.fold = f.fold || fold
	re, longest, err := compileRegex(string(pattern), f)
	if err != nil {
		return nil, err
	}
	m.re, m.next, m.longest, m.flags = re, nil, longest, f
	m.pattern, m.given = append(m.pattern[:0], pattern...), append(m.given[:0], flags...)
	return re, nil
}

// bindMatch returns the kernels of ~ and its relatives.
func bindMatch(not, fold bool) func(Site) Kernel {
	return func(Site) Kernel {
		memo := new(regexMemo)
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			x, y := spansOf(args[0]), spansOf(args[1])
			for _, i := range rows.Selection() {
				re, err := memo.get(y.get(int(i)), nil, fold, false)
				if err != nil {
					return err
				}
				setBit(out, int(i), re.Match(x.get(int(i))) != not)
			}
			return nil
		}
	}
}

// appendReplacement writes to with \1 … \9 and \& for parts of the match m.
func appendReplacement(dst, s, to []byte, m []int) []byte {
	for i := 0; i < len(to); i++ {
		if to[i] != '\\' || i+1 == len(to) {
			dst = append(dst, to[i])
			continue
		}
		i++
		switch c := to[i]; {
		case c == '&':
			dst = append(dst, s[m[0]:m[1]]...)
		case c >= '1' && c <= '9':
			if k := 2 * int(c-'0'); k < len(m) && m[k] >= 0 {
				dst = append(dst, s[m[k]:m[k+1]]...)
			}
		case c == '\\':
			dst = append(dst, '\\')
		default:
			dst = append(dst, '\\', c)
		}
	}
	return dst
}

// bindExtract returns the kernel of substring(text, pattern), which prefers the
// first group. No match is NULL.
func bindExtract(Site) Kernel {
	memo := new(regexMemo)
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := spansOf(args[0]), spansOf(args[1])
		out.Arena = args[0].Arena
		for _, i := range rows.Selection() {
			re, err := memo.get(y.get(int(i)), nil, false, false)
			if err != nil {
				return err
			}
			m := re.FindSubmatchIndex(x.get(int(i)))
			k := 0
			if len(m) > 2 {
				k = 2
			}
			if m == nil || m[k] < 0 {
				setNull(out, int(i), rows.N)
				continue
			}
			setPart(out, &x, int(i), m[k], m[k+1])
		}
		return nil
	}
}

// similarEscape turns a pattern of SIMILAR TO into a regular expression. A row
// kernel; without a second argument the escape is the backslash.
func similarEscape(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x := spansOf(args[0])
	esc := []byte{'\\'}
	var y spans
	if len(args) > 1 {
		y = spansOf(args[1])
	}
	for _, i := range rows.Selection() {
		if len(args) > 1 {
			esc = y.get(int(i))
			if err := checkEscape(esc); err != nil {
				return err
			}
		}
		at := len(out.Arena)
		var err error
		if out.Arena, err = appendSimilar(out.Arena, x.get(int(i)), esc); err != nil {
			return err
		}
		appendSpan(out, int(i), at)
	}
	return nil
}

// appendSimilar writes p as a regular expression: similar_escape_internal. Two
// separators, the escape and a quote, make a group of what is between them.
func appendSimilar(dst, p, esc []byte) ([]byte, error) {
	dst = append(dst, "^(?:"...)
	after, quotes := false, 0
	// depth counts brackets. seen is what of a bracket expression has been: 1 its
	// start, 2 a caret, 3 more; a closing bracket ends it only then.
	depth, seen := 0, 0
	for len(p) > 0 {
		n := runeLen(p)
		c := p[:n]
		p = p[n:]
		switch {
		case after && c[0] == '"' && depth == 0:
			switch quotes {
			case 0:
				dst = append(dst, "){1,1}?("...)
			case 1:
				dst = append(dst, "){1,1}(?:"...)
			default:
				return dst, sqlerr.New(sqlerr.InvalidUseOfEscapeCharacter, "SQL regular expression may not contain more than two escape-double-quote separators")
			}
			quotes++
			after = false
		case after:
			dst = append(append(dst, '\\'), c...)
			after, seen = false, 3
		case len(esc) > 0 && bytes.Equal(c, esc):
			after = true
		case depth > 0:
			if c[0] == '\\' {
				dst = append(dst, '\\')
			}
			dst = append(dst, c...)
			switch {
			case c[0] == ']' && seen > 2:
				depth--
			case c[0] == '[':
				depth++
			}
			if seen++; c[0] != '^' {
				seen = 3
			}
		case c[0] == '[':
			dst = append(dst, '[')
			depth, seen = 1, 1
		case c[0] == '%':
			dst = append(dst, ".*"...)
		case c[0] == '_':
			dst = append(dst, '.')
		case c[0] == '(':
			dst = append(dst, "(?:"...)
		case strings.IndexByte(`\.^$`, c[0]) >= 0:
			dst = append(dst, '\\', c[0])
		default:
			dst = append(dst, c...)
		}
	}
	return append(dst, ")$"...), nil
}
