package path

import (
	"strconv"

	"github.com/dejaq/fasti/sql/json"
)

// String returns the path as the output function of jsonpath prints it.
func (p *Path) String() string { return p.text(false) }

// Source returns a text that Parse reads as this path.
func (p *Path) Source() string { return p.text(true) }

func (p *Path) text(exact bool) string {
	w := writer{exact: exact}
	if p.Strict {
		w.buf = append(w.buf, "strict "...)
	}
	w.item(p.Expr, false, true)
	return string(w.buf)
}

// writer follows printJsonPathItem of PostgreSQL's jsonpath.c. That leaves out
// parentheses that count when an accessor follows an operator; exact writes them.
type writer struct {
	buf   []byte
	exact bool
}

func (w *writer) string(s string) { w.buf = append(w.buf, s...) }

func (w *writer) quoted(s string) { w.buf = json.AppendQuoted(w.buf, []byte(s)) }

// item writes it and what follows it; accessor says that something stands before
// it, brackets that an operator is put in parentheses.
func (w *writer) item(it *Item, accessor, brackets bool) {
	brackets = brackets || w.exact && it.Next != nil
	switch it.Kind {
	case Null:
		w.string("null")
	case String:
		w.quoted(it.Text)
	case Number:
		if it.Next != nil {
			w.string("(")
		}
		w.buf = it.Num.AppendText(w.buf)
		if it.Next != nil {
			w.string(")")
		}
	case Bool:
		w.buf = strconv.AppendBool(w.buf, it.True)
	case Variable:
		w.string("$")
		w.quoted(it.Text)
	case Root:
		w.string("$")
	case Current:
		w.string("@")
	case Last:
		w.string("last")
	case Key:
		w.dot(accessor)
		w.quoted(it.Text)
	case AnyKey:
		w.dot(accessor)
		w.string("*")
	case AnyArray:
		w.string("[*]")
	case IndexArray:
		w.subscripts(it.Subs)
	case Any:
		w.dot(accessor)
		w.levels(it.First, it.Last)
	case Filter:
		w.wrapped("?(", it.Left, ")")
	case Not:
		w.wrapped("!(", it.Left, ")")
	case IsUnknown:
		w.wrapped("(", it.Left, ") is unknown")
	case Exists:
		w.wrapped("exists (", it.Left, ")")
	case Datetime:
		if it.Left == nil {
			w.string(".datetime()")
			break
		}
		w.wrapped(".datetime(", it.Left, ")")
	case TypeOf, Size, Abs, Floor, Ceiling, Double, KeyValue:
		w.string("." + it.Kind.name() + "()")
	default:
		w.operator(it, brackets)
	}
	if it.Next != nil {
		w.item(it.Next, true, true)
	}
}

func (w *writer) dot(accessor bool) {
	if accessor {
		w.string(".")
	}
}

func (w *writer) wrapped(open string, it *Item, end string) {
	w.string(open)
	w.item(it, false, false)
	w.string(end)
}

func (w *writer) operator(it *Item, brackets bool) {
	if brackets {
		w.string("(")
	}
	switch it.Kind {
	case Plus, Minus:
		w.string(operators[it.Kind])
		w.operand(it, it.Left)
	case LikeRegex:
		w.operand(it, it.Left)
		w.string(" like_regex ")
		w.quoted(it.Text)
		if it.Flags != 0 {
			w.string(` flag "`)
			for i, c := range "ismxq" {
				if it.Flags&(1<<i) != 0 {
					w.string(string(c))
				}
			}
			w.string(`"`)
		}
	default:
		w.operand(it, it.Left)
		w.string(" " + operators[it.Kind] + " ")
		w.operand(it, it.Right)
	}
	if brackets {
		w.string(")")
	}
}

func (w *writer) operand(op, it *Item) { w.item(it, false, priority(it.Kind) <= priority(op.Kind)) }

// priority is operationPriority of jsonpath.c.
func priority(k Kind) int {
	switch k {
	case Or:
		return 0
	case And:
		return 1
	case Equal, NotEqual, Less, Greater, LessOrEqual, GreaterOrEqual, StartsWith:
		return 2
	case Add, Sub:
		return 3
	case Mul, Div, Mod:
		return 4
	case Plus, Minus:
		return 5
	}
	return 6
}

func (w *writer) subscripts(subs []Subscript) {
	w.string("[")
	for i, s := range subs {
		if i > 0 {
			w.string(",")
		}
		w.item(s.From, false, false)
		if s.To != nil {
			w.string(" to ")
			w.item(s.To, false, false)
		}
	}
	w.string("]")
}

func (w *writer) levels(first, last uint32) {
	level := func(n uint32) string {
		if n == toLast {
			return "last"
		}
		return strconv.FormatUint(uint64(n), 10)
	}
	w.string("**")
	switch {
	case first == 0 && last == toLast:
	case first == last:
		w.string("{" + level(first) + "}")
	default:
		w.string("{" + level(first) + " to " + level(last) + "}")
	}
}
