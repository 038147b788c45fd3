package expr

import (
	"strconv"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/value"
)

// Format returns e in the style of PostgreSQL's EXPLAIN: operators in
// parentheses, constants with their types, casts as (x)::type. name gives the
// name of input column i; nil writes $i.
func Format(e Expr, name func(i int) string) string {
	f := formatter{name: name, settings: value.Default()}
	f.expr(e)
	return f.String()
}

// FormatAnd returns conditions joined as one, as EXPLAIN writes a filter.
func FormatAnd(conds []Expr, name func(i int) string) string {
	switch len(conds) {
	case 0:
		return ""
	case 1:
		return Format(conds[0], name)
	}
	return Format(And{Args: conds}, name)
}

type formatter struct {
	strings.Builder
	name     func(i int) string
	settings *value.Settings
}

func (f *formatter) expr(e Expr) {
	switch e := e.(type) {
	case Column:
		if f.name == nil {
			f.WriteString("$" + strconv.Itoa(e.Index))
			return
		}
		f.WriteString(f.name(e.Index))
	case Param:
		f.WriteString("$" + strconv.Itoa(e.N))
	case Const:
		f.constant(e.Value, e.T)
	case Call:
		f.call(e)
	case And:
		f.joined("(", e.Args, " AND ", ")")
	case Or:
		f.joined("(", e.Args, " OR ", ")")
	case Not:
		f.joined("(NOT ", []Expr{e.X}, "", ")")
	case IsNull:
		f.suffixed(e.X, not(" IS ", e.Not, "NULL"))
	case IsTruth:
		f.suffixed(e.X, not(" IS ", e.Not, strings.ToUpper(strconv.FormatBool(e.Want))))
	case Distinct:
		// PostgreSQL keeps IS NOT DISTINCT FROM as the negation.
		if e.Not {
			f.WriteString("(NOT ")
		}
		f.joined("(", []Expr{e.L, e.R}, " IS DISTINCT FROM ", ")")
		if e.Not {
			f.WriteByte(')')
		}
	case In:
		f.in(e)
	case Case:
		f.WriteString("CASE")
		for _, w := range e.Whens {
			f.WriteString(" WHEN ")
			f.expr(w.Cond)
			f.WriteString(" THEN ")
			f.expr(w.Then)
		}
		f.WriteString(" ELSE ")
		f.expr(e.Else)
		f.WriteString(" END")
	case Coalesce:
		f.joined("COALESCE(", e.Args, ", ", ")")
	case Extreme:
		if e.Max {
			f.joined("GREATEST(", e.Args, ", ", ")")
		} else {
			f.joined("LEAST(", e.Args, ", ", ")")
		}
	}
}

func not(before string, not bool, after string) string {
	if not {
		return before + "NOT " + after
	}
	return before + after
}

func (f *formatter) joined(open string, args []Expr, sep, end string) {
	f.WriteString(open)
	for i, a := range args {
		if i > 0 {
			f.WriteString(sep)
		}
		f.expr(a)
	}
	f.WriteString(end)
}

func (f *formatter) suffixed(x Expr, suffix string) {
	f.WriteByte('(')
	f.expr(x)
	f.WriteString(suffix)
	f.WriteByte(')')
}

func (f *formatter) in(e In) {
	for _, x := range e.List {
		if _, ok := x.(Const); !ok {
			f.inEach(e)
			return
		}
	}
	f.WriteByte('(')
	f.expr(e.X)
	if e.Not {
		f.WriteString(" <> ALL (")
	} else {
		f.WriteString(" = ANY (")
	}
	f.array(e)
	f.WriteString("))")
}

// inEach writes a list that is not constant as comparisons, which it is.
func (f *formatter) inEach(e In) {
	op, sep := " = ", " OR "
	if e.Not {
		op, sep = " <> ", " AND "
	}
	f.WriteByte('(')
	for i, x := range e.List {
		if i > 0 {
			f.WriteString(sep)
		}
		f.joined("(", []Expr{e.X, x}, op, ")")
	}
	f.WriteByte(')')
}

// array writes a list of constants as the literal of an array.
func (f *formatter) array(e In) {
	var b strings.Builder
	b.WriteByte('{')
	for i, x := range e.List {
		if i > 0 {
			b.WriteByte(',')
		}
		d := x.(Const).Value
		if d.Null {
			b.WriteString("NULL")
			continue
		}
		s := value.Text(e.X.Type(), d, f.settings)
		if s == "" || strings.EqualFold(s, "null") || strings.ContainsAny(s, "{},\"\\ \t\n\r\v\f") {
			s = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
		}
		b.WriteString(s)
	}
	b.WriteByte('}')
	f.quoted(b.String())
	f.WriteString("::" + types.Of(e.X.Type().ID).String() + "[]")
}

func (f *formatter) quoted(s string) {
	if strings.Contains(s, `\`) {
		f.WriteByte('E')
		s = strings.ReplaceAll(s, `\`, `\\`)
	}
	f.WriteString("'" + strings.ReplaceAll(s, "'", "''") + "'")
}

// constant writes a literal: numbers that read back as their type stand bare.
func (f *formatter) constant(d vector.Datum, t types.Type) {
	if d.Null {
		f.WriteString("NULL::" + t.String())
		return
	}
	s := value.Text(t, d, f.settings)
	switch t.ID {
	case types.Bool:
		f.WriteString(strconv.FormatBool(d.I != 0))
		return
	case types.Int4, types.Numeric:
		if s[0] != '-' && s[0] != 'N' && s[0] != 'I' && (t.ID == types.Int4 || strings.Contains(s, ".")) && t.Mod < 0 {
			f.WriteString(s)
			return
		}
	}
	f.quoted(s)
	f.WriteString("::" + t.String())
}

func (f *formatter) call(e Call) {
	s := function.ByID(e.Func)
	switch {
	case s == nil:
		f.joined(string(e.Func)+"(", e.Args, ", ", ")")
	case s.Kind == function.Cast:
		f.joined("(", e.Args, "", ")::"+e.T.String())
	case s.Name == "fasti_any" || s.Name == "fasti_all":
		op, _, _ := strings.Cut(e.Args[0].(Const).Value.S, "(")
		f.joined("(", e.Args[1:], " "+op+map[bool]string{true: " ANY (", false: " ALL ("}[s.Name == "fasti_any"], "))")
	case s.Name == "fasti_array" || s.Name == "fasti_array_stack":
		f.joined("ARRAY[", e.Args, ", ", "]")
	case s.Name == "fasti_row":
		f.joined("ROW(", e.Args, ", ", ")")
	case s.Name == "fasti_element":
		f.joined("", e.Args[:1], "", "")
		for _, i := range e.Args[1:] {
			f.joined("[", []Expr{i}, "", "]")
		}
	case !isSymbol(s.Name):
		f.joined(s.Name+"(", e.Args, ", ", ")")
	case len(e.Args) == 1:
		f.joined("("+s.Name+" ", e.Args, "", ")")
	default:
		f.joined("(", e.Args, " "+s.Name+" ", ")")
	}
}

func isSymbol(name string) bool { return strings.IndexByte("+-*/<>=~!@#%^&|`?", name[0]) >= 0 }
