package compute

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// appendIdent is quote_ident: as it is when it reads back as the same name.
func appendIdent(dst, s []byte) []byte {
	safe := len(s) > 0 && (s[0]-'a' < 26 || s[0] == '_')
	for _, c := range s {
		safe = safe && (c-'a' < 26 || c-'0' < 10 || c == '_')
	}
	if safe && lex.Open(string(s)).Tok().Word.Class() == lex.Unreserved {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	for _, c := range s {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

// appendLiteral is quote_literal.
func appendLiteral(dst, s []byte) []byte {
	escape := bytes.IndexByte(s, '\\') >= 0
	if escape {
		dst = append(dst, 'E')
	}
	dst = append(dst, '\'')
	for _, c := range s {
		if c == '\'' || c == '\\' {
			dst = append(dst, c)
		}
		dst = append(dst, c)
	}
	return append(dst, '\'')
}

// castText appends a value of any type as its cast to text does, which differs
// from its output for booleans.
func castText(dst []byte, t types.Type, v *vector.Vector, i int, e *Env) []byte {
	if t.ID == types.Bool {
		return strconv.AppendBool(dst, v.Bool(i))
	}
	return appendText(dst, t, v, i, e.Values)
}

// quoteAny is quote_literal or quote_nullable over any type. The program does
// not look after NULL for quote_nullable.
func quoteAny(s Site) Kernel {
	t := s.Args[0]
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, i := range rows.Selection() {
			at := len(out.Arena)
			if args[0].IsNull(int(i)) {
				out.Arena = append(out.Arena, "NULL"...)
			} else {
				e.buf = castText(e.buf[:0], t, args[0], int(i), e)
				if err := room(out.Arena, 2*len(e.buf)+3); err != nil {
					return err
				}
				out.Arena = appendLiteral(out.Arena, e.buf)
			}
			appendSpan(out, int(i), at)
		}
		return nil
	}
}

// joinAny is || of a text and any type, in either order.
func joinAny(s Site) Kernel {
	l, r := s.Args[0], s.Args[1]
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, i := range rows.Selection() {
			at := len(out.Arena)
			out.Arena = castText(out.Arena, l, args[0], int(i), e)
			out.Arena = castText(out.Arena, r, args[1], int(i), e)
			if err := room(out.Arena[:at], len(out.Arena)-at); err != nil {
				return err
			}
			appendSpan(out, int(i), at)
		}
		return nil
	}
}

// concat is concat or, with a separator as its first argument, concat_ws. NULLs
// are left out; a NULL separator gives NULL.
func concat(separated bool) func(Site) Kernel {
	return func(s Site) Kernel {
		return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			from := 0
			if separated {
				from = 1
			}
			for _, i := range rows.Selection() {
				if separated && args[0].IsNull(int(i)) {
					setNull(out, int(i), rows.N)
					continue
				}
				at := len(out.Arena)
				first := true
				for k := from; k < len(args); k++ {
					if args[k].IsNull(int(i)) {
						continue
					}
					if separated && !first {
						out.Arena = append(out.Arena, args[0].Bytes(int(i))...)
					}
					first = false
					out.Arena = appendText(out.Arena, s.Args[k], args[k], int(i), e.Values)
				}
				if err := room(out.Arena[:at], len(out.Arena)-at); err != nil {
					return err
				}
				appendSpan(out, int(i), at)
			}
			return nil
		}
	}
}

// format is format(text, …), manual 9.4.1.
func format(s Site) Kernel {
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, i := range rows.Selection() {
			if args[0].IsNull(int(i)) {
				setNull(out, int(i), rows.N)
				continue
			}
			at := len(out.Arena)
			if err := formatRow(e, out, s.Args, args, int(i)); err != nil {
				return err
			}
			appendSpan(out, int(i), at)
		}
		return nil
	}
}

func formatRow(e *Env, out *vector.Vector, ts []types.Type, args []*vector.Vector, i int) error {
	f := args[0].Bytes(i)
	next := 1 // argument of the next specifier without a number
	for len(f) > 0 {
		if f[0] != '%' {
			out.Arena = append(out.Arena, f[0])
			f = f[1:]
			continue
		}
		f = f[1:]
		if len(f) > 0 && f[0] == '%' {
			out.Arena = append(out.Arena, '%')
			f = f[1:]
			continue
		}
		sp, rest, err := formatSpec(f)
		if err != nil {
			return err
		}
		f = rest
		if sp.star {
			k := sp.widthArg
			if k < 0 {
				k = next
				next++
			}
			if k >= len(args) {
				return tooFewArguments()
			}
			if !args[k].IsNull(i) {
				w, err := formatWidth(e, ts[k], args[k], i)
				if err != nil {
					return err
				}
				sp.width = w
			}
		}
		k := sp.arg
		if k >= 0 {
			next = k + 1
		} else {
			k = next
			next++
		}
		switch sp.verb {
		case 's', 'I', 'L':
		default:
			r, _ := utf8.DecodeRune([]byte{sp.verb})
			return sqlerr.New(sqlerr.InvalidParameterValue, `unrecognized format() type specifier "%c"`, r).
				WithHint(`For a single "%%" use "%%%%".`)
		}
		if k >= len(args) {
			return tooFewArguments()
		}
		e.buf2 = e.buf2[:0]
		if args[k].IsNull(i) {
			switch sp.verb {
			case 'I':
				return sqlerr.New(sqlerr.NullValueNotAllowed, "null values cannot be formatted as an SQL identifier")
			case 'L':
				e.buf2 = append(e.buf2, "NULL"...)
			}
		} else {
			e.buf = appendText(e.buf[:0], ts[k], args[k], i, e.Values)
			switch sp.verb {
			case 's':
				e.buf2 = append(e.buf2, e.buf...)
			case 'I':
				e.buf2 = appendIdent(e.buf2, e.buf)
			default:
				e.buf2 = appendLiteral(e.buf2, e.buf)
			}
		}
		width, left := sp.width, sp.left
		if width < 0 {
			width, left = -width, true
		}
		fill := max(0, width-utf8.RuneCount(e.buf2))
		if err := room(out.Arena, len(e.buf2)+fill); err != nil {
			return err
		}
		if left {
			out.Arena = append(out.Arena, e.buf2...)
		}
		for range fill {
			out.Arena = append(out.Arena, ' ')
		}
		if !left {
			out.Arena = append(out.Arena, e.buf2...)
		}
	}
	return nil
}

func formatWidth(e *Env, t types.Type, v *vector.Vector, i int) (int, error) {
	e.buf = appendText(e.buf[:0], t, v, i, e.Values)
	w, err := strconv.Atoi(string(e.buf))
	if err != nil || w != int(int32(w)) {
		return 0, sqlerr.New(sqlerr.InvalidTextRepresentation, `invalid input syntax for type integer: "%s"`, e.buf)
	}
	return w, nil
}

func tooFewArguments() error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "too few arguments for format()")
}

// spec is one %[n$][-][width]verb.
type spec struct {
	arg      int // from 1, -1 for the next
	left     bool
	width    int
	star     bool // the width is an argument
	widthArg int  // from 1, -1 for the next
	verb     byte
}

func formatSpec(f []byte) (s spec, rest []byte, err error) {
	unterminated := func() (spec, []byte, error) {
		return s, nil, sqlerr.New(sqlerr.InvalidParameterValue, "unterminated format() type specifier").
			WithHint(`For a single "%%" use "%%%%".`)
	}
	s.arg, s.widthArg = -1, -1
	n, k := leadingInt(f)
	if k > 0 && k < len(f) && f[k] == '$' {
		if n == 0 {
			return s, nil, sqlerr.New(sqlerr.InvalidParameterValue, "format specifies argument 0, but arguments are numbered from 1")
		}
		s.arg = n
		f = f[k+1:]
	}
	for len(f) > 0 && f[0] == '-' {
		s.left = true
		f = f[1:]
	}
	if len(f) > 0 && f[0] == '*' {
		s.star = true
		f = f[1:]
		if n, k := leadingInt(f); k > 0 {
			if k >= len(f) || f[k] != '$' {
				return s, nil, sqlerr.New(sqlerr.InvalidParameterValue, "width argument position must be ended by \"$\"")
			}
			if n == 0 {
				return s, nil, sqlerr.New(sqlerr.InvalidParameterValue, "format specifies argument 0, but arguments are numbered from 1")
			}
			s.widthArg = n
			f = f[k+1:]
		}
	} else if n, k := leadingInt(f); k > 0 {
		s.width = n
		f = f[k:]
	}
	if len(f) == 0 {
		return unterminated()
	}
	s.verb = f[0]
	return s, f[1:], nil
}

// leadingInt reads digits at the front of f and returns how many; huge numbers
// stay huge.
func leadingInt(f []byte) (n, digits int) {
	for digits < len(f) && f[digits]-'0' < 10 {
		n = min(n*10+int(f[digits]-'0'), 1<<30)
		digits++
	}
	return n, digits
}
