package compute

import (
	"bytes"
	"unicode/utf8"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// likePattern is a compiled pattern of LIKE. The usual shapes are plain
// comparisons; the others run likeMatch.
type likePattern struct {
	shape   likeShape
	literal []byte // of all shapes but general
	text    []byte // the pattern
	bytes   bool   // over bytea: _ is a byte
}

type likeShape uint8

const (
	likeGeneral  likeShape = iota
	likeEqual              // abc
	likePrefix             // abc%
	likeSuffix             // %abc
	likeContains           // %abc%
)

// compileLike never fails: a bad end shows only when a match gets there.
func compileLike(pattern []byte, overBytes bool) *likePattern {
	p := &likePattern{text: bytes.Clone(pattern), bytes: overBytes}
	rest := pattern
	open := len(rest) > 0 && rest[0] == '%'
	if open {
		rest = rest[1:]
	}
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; c {
		case '_':
			return p
		case '\\':
			if i++; i == len(rest) {
				return p
			}
			p.literal = append(p.literal, rest[i])
		case '%':
			if i != len(rest)-1 {
				return p
			}
			p.shape = likePrefix
			if open {
				p.shape = likeContains
			}
			return p
		default:
			p.literal = append(p.literal, c)
		}
	}
	p.shape = likeEqual
	if open {
		p.shape = likeSuffix
	}
	return p
}

// match reports whether s matches. Errors: 22025.
func (p *likePattern) match(s []byte) (bool, error) {
	switch p.shape {
	case likeEqual:
		return bytes.Equal(s, p.literal), nil
	case likePrefix:
		return bytes.HasPrefix(s, p.literal), nil
	case likeSuffix:
		return bytes.HasSuffix(s, p.literal), nil
	case likeContains:
		return bytes.Contains(s, p.literal), nil
	}
	return likeMatch(s, p.text, p.bytes)
}

// likeMatch matches by going back to the last % only: what an earlier one could
// take, the last can too. Time is at most the product of the lengths.
func likeMatch(s, p []byte, overBytes bool) (bool, error) {
	i, k := 0, 0
	backS, backP := 0, -1 // where to go on after the last %
	for i < len(s) {
		if k < len(p) {
			switch c := p[k]; {
			case c == '%':
				backS, backP = i, k+1
				k++
				continue
			case c == '_':
				if overBytes {
					i++
				} else {
					i += runeLen(s[i:])
				}
				k++
				continue
			case c == '\\':
				if k+1 == len(p) {
					return false, sqlerr.New(sqlerr.InvalidEscapeSequence, "LIKE pattern must not end with escape character")
				}
				if s[i] == p[k+1] {
					i++
					k += 2
					continue
				}
			case s[i] == c:
				i++
				k++
				continue
			}
		}
		if backP < 0 {
			return false, nil
		}
		if overBytes {
			backS++
		} else {
			backS += runeLen(s[backS:])
		}
		i, k = backS, backP
	}
	for k < len(p) && p[k] == '%' {
		k++
	}
	return k == len(p), nil
}

// likeKind says what an operator of the family does.
type likeKind struct {
	not, fold, bytes bool
}

// likeMemo is the pattern compiled last.
type likeMemo struct {
	p      *likePattern
	source []byte
}

func (m *likeMemo) get(e *Env, pattern []byte, kind likeKind) *likePattern {
	if m.p != nil && bytes.Equal(m.source, pattern) {
		return m.p
	}
	m.source = append(m.source[:0], pattern...)
	if kind.fold {
		e.buf = appendLower(e.buf[:0], pattern)
		pattern = e.buf
	}
	m.p = compileLike(pattern, kind.bytes)
	return m.p
}

// bindLike returns the kernels of a LIKE operator. A constant pattern is compiled
// once, another one as long as it stays the same from row to row.
func bindLike(kind likeKind) func(Site) Kernel {
	return func(Site) Kernel {
		memo := new(likeMemo)
		return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			return matchLike(e, out, args, rows, kind, memo)
		}
	}
}

func matchLike(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows, kind likeKind, memo *likeMemo) error {
	x, y := spansOf(args[0]), spansOf(args[1])
	var p *likePattern
	if y.mask == 0 {
		p = memo.get(e, y.get(0), kind)
	}
	for _, i := range rows.Selection() {
		s := x.get(int(i))
		if y.mask != 0 {
			p = memo.get(e, y.get(int(i)), kind)
		}
		if kind.fold {
			e.buf = appendLower(e.buf[:0], s)
			s = e.buf
		}
		ok, err := p.match(s)
		if err != nil {
			return err
		}
		setBit(out, int(i), ok != kind.not)
	}
	return nil
}

// likeEscape rewrites a pattern with another escape character, or with none, to
// one with the backslash. A row kernel.
func likeEscape(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x, y := spansOf(args[0]), spansOf(args[1])
	for _, i := range rows.Selection() {
		p, esc := x.get(int(i)), y.get(int(i))
		if err := checkEscape(esc); err != nil {
			return err
		}
		at := len(out.Arena)
		out.Arena = appendLikeEscape(out.Arena, p, esc)
		appendSpan(out, int(i), at)
	}
	return nil
}

func checkEscape(esc []byte) error {
	if utf8.RuneCount(esc) > 1 {
		return sqlerr.New(sqlerr.InvalidEscapeSequence, "invalid escape string").
			WithHint("Escape string must be empty or one character.")
	}
	return nil
}

func appendLikeEscape(dst, p, esc []byte) []byte {
	if len(esc) == 1 && esc[0] == '\\' {
		return append(dst, p...)
	}
	after := false // an escape character came before
	for len(p) > 0 {
		n := runeLen(p)
		switch c := p[:n]; {
		case len(esc) > 0 && bytes.Equal(c, esc) && !after:
			dst = append(dst, '\\')
			after = true
		case c[0] == '\\':
			dst = append(dst, '\\')
			if !after {
				dst = append(dst, '\\')
			}
			after = false
		default:
			dst = append(dst, c...)
			after = false
		}
		p = p[n:]
	}
	return dst
}
