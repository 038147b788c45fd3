package compute

import (
	"regexp"
	"unicode/utf8"

	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// The functions regexp_* with a start, a number of a match, options and a number
// of a group, and those that give arrays or rows, after regexp.c of PostgreSQL 15.

// regexRole is what an argument of a regexp function says.
type regexRole uint8

const (
	roleText regexRole = iota
	rolePattern
	roleReplacement
	roleStart
	roleNth
	roleEnd
	roleFlags
	roleGroup
)

var (
	matchRoles  = []regexRole{roleText, rolePattern, roleFlags}
	countRoles  = []regexRole{roleText, rolePattern, roleStart, roleFlags}
	instrRoles  = []regexRole{roleText, rolePattern, roleStart, roleNth, roleEnd, roleFlags, roleGroup}
	substrRoles = []regexRole{roleText, rolePattern, roleStart, roleNth, roleFlags, roleGroup}
	rangeRoles  = []regexRole{roleText, rolePattern, roleReplacement, roleStart, roleNth, roleFlags}
	flagRoles   = []regexRole{roleText, rolePattern, roleReplacement, roleFlags}
)

// regexCall are the arguments of one call of a regexp function.
type regexCall struct {
	text, replacement []byte
	from              int // where the search starts, in bytes; beyond the text: nowhere
	nth               int // -1: not given
	end               bool
	group             int
	memo              *regexMemo
}

// regexReader reads the arguments of a regexp function whose name and roles it knows.
type regexReader struct {
	name   string
	roles  []regexRole
	global bool // takes the option g
	memo   regexMemo
}

// read reads the arguments of row i and compiles the pattern.
func (r *regexReader) read(args []*vector.Vector, i int) (c regexCall, err error) {
	c.nth = -1
	var pattern, flags []byte
	start := 1
	for k, a := range args {
		role := r.roles[k]
		switch role {
		case roleText:
			c.text = a.Bytes(i)
		case rolePattern:
			pattern = a.Bytes(i)
		case roleReplacement:
			c.replacement = a.Bytes(i)
		case roleFlags:
			flags = a.Bytes(i)
		default:
			n := int(a.Int(i))
			name, least := "start", 1
			switch role {
			case roleStart:
				start = n
			case roleNth:
				name, c.nth = "n", n
				if r.roles[2] == roleReplacement {
					least = 0
				}
			case roleEnd:
				name, least, c.end = "endoption", 0, n == 1
			case roleGroup:
				name, least, c.group = "subexpr", 0, n
			}
			if n < least || role == roleEnd && n > 1 {
				return c, sqlerr.New(sqlerr.InvalidParameterValue, `invalid value for parameter "%s": %d`, name, n)
			}
		}
	}
	if r.roles[2] == roleReplacement && len(args) == 4 && len(flags) > 0 && flags[0]-'0' <= 9 && r.roles[3] == roleFlags {
		return c, badFlag(flags[:1]).(*sqlerr.Error).
			WithHint("If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.")
	}
	if _, err = r.memo.get(pattern, flags, false, true); err != nil {
		return c, err
	}
	if r.memo.flags.global && !r.global {
		e := sqlerr.New(sqlerr.InvalidParameterValue, `%s() does not support the "global" option`, r.name)
		if r.name == "regexp_match" {
			e = e.WithHint("Use the regexp_matches function instead.")
		}
		return c, e
	}
	c.memo = &r.memo
	if c.from = 0; start > 1 {
		if c.from = skipRunes(c.text, start-1); c.from == len(c.text) && utf8.RuneCount(c.text) < start-1 {
			c.from++
		}
	}
	return c, nil
}

// each calls f for the matches one after the other until it returns false. A
// match is as regexp.FindSubmatchIndex gives it.
func (c *regexCall) each(f func(m []int) (more bool)) {
	for from := c.from; from <= len(c.text); {
		m := c.memo.find(c.text, from)
		if m == nil || !f(m) {
			return
		}
		if from = m[1]; m[0] == m[1] {
			if from == len(c.text) {
				return
			}
			from += runeLen(c.text[from:])
		}
	}
}

// match returns the n-th match, nil when there is none.
func (c *regexCall) match(n int) (found []int) {
	c.each(func(m []int) bool {
		if n--; n == 0 {
			found = m
		}
		return n > 0
	})
	return found
}

// part returns the piece of the match that the call asks for, ok false for none.
func (c *regexCall) part() (from, to int, ok bool) {
	m := c.match(max(c.nth, 1))
	if k := 2 * c.group; k < len(m) && m[k] >= 0 {
		return m[k], m[k+1], true
	}
	return 0, 0, false
}

// find returns the first match at or behind from, a byte between two characters.
// What stands before from is seen by ^ and the word boundaries.
func (m *regexMemo) find(s []byte, from int) []int {
	if from == 0 {
		return m.re.FindSubmatchIndex(s)
	}
	for {
		_, w := utf8.DecodeLastRune(s[:from])
		base := from - w
		found := m.re.FindSubmatchIndex(s[base:])
		if found != nil && found[0] < w {
			// It starts with the character before from: is there one at from?
			if m.next == nil {
				m.next = regexp.MustCompile(`\A(?s:.)(` + m.re.String() + `)`)
				if m.longest {
					m.next.Longest()
				}
			}
			if found = m.next.FindSubmatchIndex(s[base:]); found == nil {
				if from == len(s) {
					return nil
				}
				from += runeLen(s[from:])
				continue
			}
			found = found[2:]
		}
		for k := range found {
			if found[k] >= 0 {
				found[k] += base
			}
		}
		return found
	}
}

func regexEntries() map[function.ID]Entry {
	reader := func(roles []regexRole, global bool, f func(c *regexCall, out *vector.Vector, i, n int) error) func(Site) Kernel {
		return func(s Site) Kernel {
			r := regexReader{name: s.Sig.Name, roles: roles, global: global}
			return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
				for _, i := range rows.Selection() {
					c, err := r.read(args, int(i))
					if err == nil {
						err = f(&c, out, int(i), rows.N)
					}
					if err != nil {
						return err
					}
				}
				return nil
			}
		}
	}
	t := map[function.ID]Entry{
		"regexp_like(text,text)":              bound(reader(matchRoles, false, regexLike)),
		"regexp_like(text,text,text)":         bound(reader(matchRoles, false, regexLike)),
		"regexp_replace(text,text,text)":      bound(reader(flagRoles, true, regexReplace)),
		"regexp_replace(text,text,text,text)": bound(reader(flagRoles, true, regexReplace)),
		"substring(text,text,text)":           bound(bindSimilarPart),
	}
	// several adds a function with every number of arguments from least on.
	several := func(name string, roles []regexRole, least int, f func(Site) Kernel) {
		for n := least; n <= len(roles); n++ {
			args := make([]types.ID, n)
			for k := range args {
				args[k] = types.Int4
				if r := roles[k]; r <= roleReplacement || r == roleFlags {
					args[k] = types.Text
				}
			}
			t[function.MakeID(name, args, false)] = bound(f)
		}
	}
	several("regexp_count", countRoles, 2, reader(countRoles, false, regexCount))
	several("regexp_instr", instrRoles, 2, reader(instrRoles, false, regexInstr))
	several("regexp_substr", substrRoles, 2, reader(substrRoles, false, regexSubstr))
	several("regexp_replace", rangeRoles, 4, reader(rangeRoles, true, regexReplace))
	several("regexp_match", matchRoles, 2, bindRegexMatch)
	several("regexp_split_to_array", matchRoles, 2, bindRegexSplit)
	return t
}

func regexLike(c *regexCall, out *vector.Vector, i, _ int) error {
	setBit(out, i, c.memo.re.Match(c.text))
	return nil
}

func regexCount(c *regexCall, out *vector.Vector, i, _ int) error {
	n := int32(0)
	c.each(func([]int) bool { n++; return true })
	out.I32[i] = n
	return nil
}

func regexInstr(c *regexCall, out *vector.Vector, i, _ int) error {
	from, to, ok := c.part()
	if c.end {
		from = to
	}
	if out.I32[i] = 0; ok {
		out.I32[i] = int32(utf8.RuneCount(c.text[:from])) + 1
	}
	return nil
}

func regexSubstr(c *regexCall, out *vector.Vector, i, n int) error {
	from, to, ok := c.part()
	if !ok {
		setNull(out, i, n)
		return nil
	}
	at := len(out.Arena)
	out.Arena = append(out.Arena, c.text[from:to]...)
	appendSpan(out, i, at)
	return nil
}

// regexReplace replaces one match, or all with the option g, or the n-th; the
// 0th are all.
func regexReplace(c *regexCall, out *vector.Vector, i, _ int) (err error) {
	nth := 1
	if c.memo.flags.global {
		nth = 0
	}
	if c.nth >= 0 {
		nth = c.nth
	}
	at, end, k := len(out.Arena), 0, 0
	c.each(func(m []int) bool {
		if k++; nth > 0 && k < nth {
			return true
		}
		out.Arena = append(out.Arena, c.text[end:m[0]]...)
		out.Arena = appendReplacement(out.Arena, c.text, c.replacement, m)
		end = m[1]
		err = room(out.Arena[:at], len(out.Arena)-at)
		return nth == 0 && err == nil
	})
	out.Arena = append(out.Arena, c.text[end:]...)
	appendSpan(out, i, at)
	return err
}

// appendMatch gives the groups of a match, or the whole where the pattern has none.
func appendMatch(to *nested.Builder, s []byte, m []int) {
	to.Reset(vector.Bytes)
	if len(m) > 2 {
		m = m[2:]
	}
	for k := 0; k < len(m); k += 2 {
		if m[k] < 0 {
			to.Append(vector.NullDatum)
		} else {
			to.Append(vector.StringDatum(view(s[m[k]:m[k+1]])))
		}
	}
}

// bindRegexMatch is regexp_match.
func bindRegexMatch(s Site) Kernel {
	r := regexReader{name: s.Sig.Name, roles: matchRoles}
	var to nested.Builder
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, i := range rows.Selection() {
			c, err := r.read(args, int(i))
			if err != nil {
				return err
			}
			m := c.match(1)
			if m == nil {
				setNull(out, int(i), rows.N)
				continue
			}
			appendMatch(&to, c.text, m)
			putArray(out, int(i), &to)
		}
		return nil
	}
}

// split calls put for the pieces of the text between matches. An empty match at
// the end, or behind another match, separates nothing.
func (c *regexCall) split(put func(piece []byte)) {
	last, end := 0, 0
	c.each(func(m []int) bool {
		if m[0] < len(c.text) && m[1] > last {
			put(c.text[end:m[0]])
			end = m[1]
		}
		last = m[1]
		return true
	})
	put(c.text[end:])
}

// bindRegexSplit is regexp_split_to_array.
func bindRegexSplit(s Site) Kernel {
	r := regexReader{name: s.Sig.Name, roles: matchRoles}
	var to nested.Builder
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, i := range rows.Selection() {
			c, err := r.read(args, int(i))
			if err != nil {
				return err
			}
			to.Reset(vector.Bytes)
			c.split(func(piece []byte) { to.Append(vector.StringDatum(view(piece))) })
			putArray(out, int(i), &to)
		}
		return nil
	}
}

// textSetEntries are the set-returning functions over text.
func textSetEntries() map[function.ID]func(SetSite) (SetKernel, error) {
	return map[function.ID]func(SetSite) (SetKernel, error){
		"regexp_matches(text,text)":             perRow(regexMatches),
		"regexp_matches(text,text,text)":        perRow(regexMatches),
		"regexp_split_to_table(text,text)":      perRow(regexSplitRows),
		"regexp_split_to_table(text,text,text)": perRow(regexSplitRows),
	}
}

type appendRows = func(e *Env, out *vector.Builder, args []*vector.Vector, row int) error

// regexMatches is regexp_matches: a row for the match, or with g for each.
func regexMatches(s SetSite) appendRows {
	r := regexReader{name: s.Sig.Name, roles: matchRoles, global: true}
	var to nested.Builder
	var datum [1]vector.Datum
	var buf []byte
	return func(_ *Env, out *vector.Builder, args []*vector.Vector, row int) error {
		c, err := r.read(args, row)
		if err != nil {
			return err
		}
		c.each(func(m []int) bool {
			appendMatch(&to, c.text, m)
			buf = to.AppendTo(buf[:0])
			datum[0] = vector.StringDatum(view(buf))
			err = out.AppendDatums(datum[:])
			return c.memo.flags.global && err == nil
		})
		return err
	}
}

func regexSplitRows(s SetSite) appendRows {
	r := regexReader{name: s.Sig.Name, roles: matchRoles}
	var datum [1]vector.Datum
	return func(_ *Env, out *vector.Builder, args []*vector.Vector, row int) error {
		c, err := r.read(args, row)
		if err != nil {
			return err
		}
		c.split(func(piece []byte) {
			datum[0] = vector.StringDatum(view(piece))
			if err == nil {
				err = out.AppendDatums(datum[:])
			}
		})
		return err
	}
}

// bindSimilarPart is substring(text similar pattern escape e): the part between
// the separators of the pattern.
func bindSimilarPart(Site) Kernel {
	memo := new(regexMemo)
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, r := range rows.Selection() {
			i := int(r)
			esc := args[2].Bytes(i)
			if err := checkEscape(esc); err != nil {
				return err
			}
			var err error
			if e.buf, err = appendSimilar(e.buf[:0], args[1].Bytes(i), esc); err != nil {
				return err
			}
			if _, err := memo.get(e.buf, nil, false, false); err != nil {
				return err
			}
			s := args[0].Bytes(i)
			m := memo.re.FindSubmatchIndex(s)
			k := 0
			if len(m) > 2 {
				k = 2
			}
			if m == nil || m[k] < 0 {
				setNull(out, i, rows.N)
				continue
			}
			at := len(out.Arena)
			out.Arena = append(out.Arena, s[m[k]:m[k+1]]...)
			appendSpan(out, i, at)
		}
		return nil
	}
}
