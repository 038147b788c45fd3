package planner

import (
	"strconv"
	"strings"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/value"
)

// deparser prints expressions of a physical plan as PostgreSQL's EXPLAIN does.
type deparser struct {
	values *value.Settings
	// qualify puts the table's name before columns: the plan has several tables.
	qualify bool
	depth   int
}

// maxText bounds one printed expression; nesting beyond maxTextDepth is cut.
const (
	maxText      = 10000
	maxTextDepth = 200
)

// text prints e, an expression over the output of the nodes in, side by side.
func (d *deparser) text(e expr.Expr, in ...physical.Node) string {
	if d.depth++; d.depth > maxTextDepth {
		d.depth--
		return "…"
	}
	defer func() { d.depth-- }()
	s := d.print(e, in)
	if len(s) > maxText {
		s = s[:maxText] + "…"
	}
	return s
}

func (d *deparser) list(es []expr.Expr, in ...physical.Node) string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = d.text(e, in...)
	}
	return strings.Join(parts, ", ")
}

// conjunction prints conditions that all must hold.
func (d *deparser) conjunction(es []expr.Expr, in ...physical.Node) string {
	if len(es) == 1 {
		return paren(d.text(es[0], in...))
	}
	return d.chain(es, " AND ", in)
}

func (d *deparser) chain(es []expr.Expr, op string, in []physical.Node) string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = d.text(e, in...)
	}
	return "(" + strings.Join(parts, op) + ")"
}

// paren puts parentheses around s unless one pair encloses all of it already.
func paren(s string) string {
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		depth, quoted := 0, false
		for i := 0; i < len(s); i++ {
			switch {
			case s[i] == '\'':
				quoted = !quoted
			case quoted:
			case s[i] == '(':
				depth++
			case s[i] == ')':
				if depth--; depth == 0 && i < len(s)-1 {
					return "(" + s + ")"
				}
			}
		}
		return s
	}
	return "(" + s + ")"
}

func (d *deparser) print(e expr.Expr, in []physical.Node) string {
	switch e := e.(type) {
	case expr.Column:
		i := e.Index
		for _, n := range in {
			if w := len(n.Fields()); i >= w {
				i -= w
				continue
			}
			return d.column(n, i)
		}
		return "?column?"
	case expr.Const:
		return d.constant(e)
	case expr.Param:
		return "$" + strconv.Itoa(e.N)
	case expr.Call:
		return d.call(e, in)
	case expr.And:
		return d.chain(e.Args, " AND ", in)
	case expr.Or:
		return d.chain(e.Args, " OR ", in)
	case expr.Not:
		return "(NOT " + d.text(e.X, in...) + ")"
	case expr.IsNull:
		return "(" + d.text(e.X, in...) + is(e.Not) + "NULL)"
	case expr.IsTruth:
		return "(" + d.text(e.X, in...) + is(e.Not) + strings.ToUpper(strconv.FormatBool(e.Want)) + ")"
	case expr.Distinct:
		op := " IS DISTINCT FROM "
		if e.Not {
			op = " IS NOT DISTINCT FROM "
		}
		return "(" + d.text(e.L, in...) + op + d.text(e.R, in...) + ")"
	case expr.In:
		op := " IN ("
		if e.Not {
			op = " NOT IN ("
		}
		return "(" + d.text(e.X, in...) + op + d.list(e.List, in...) + "))"
	case expr.Case:
		var b strings.Builder
		b.WriteString("CASE")
		for _, w := range e.Whens {
			b.WriteString(" WHEN " + d.text(w.Cond, in...) + " THEN " + d.text(w.Then, in...))
		}
		return b.String() + " ELSE " + d.text(e.Else, in...) + " END"
	case expr.Coalesce:
		return "COALESCE(" + d.list(e.Args, in...) + ")"
	case expr.Extreme:
		if e.Max {
			return "GREATEST(" + d.list(e.Args, in...) + ")"
		}
		return "LEAST(" + d.list(e.Args, in...) + ")"
	}
	return "?"
}

func is(not bool) string {
	if not {
		return " IS NOT "
	}
	return " IS "
}

func (d *deparser) constant(e expr.Const) string {
	if e.Value.Null {
		return "NULL::" + e.T.String()
	}
	s := value.Text(e.T, e.Value, d.values)
	switch e.T.ID {
	case types.Bool:
		if s == "t" {
			return "true"
		}
		return "false"
	case types.Int4:
		if s[0] != '-' {
			return s
		}
	case types.Numeric:
		if s[0] >= '0' && s[0] <= '9' && strings.Contains(s, ".") {
			return s
		}
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'::" + e.T.String()
}

func (d *deparser) call(e expr.Call, in []physical.Node) string {
	sig := function.ByID(e.Func)
	if sig == nil {
		return string(e.Func) + "(" + d.list(e.Args, in...) + ")"
	}
	switch {
	case sig.Kind == function.Cast:
		x := d.text(e.Args[0], in...)
		if _, ok := e.Args[0].(expr.Call); !ok {
			x = paren(x)
		}
		return x + "::" + e.T.String()
	case isSymbol(sig.Name) && len(e.Args) == 2:
		return "(" + d.text(e.Args[0], in...) + " " + sig.Name + " " + d.text(e.Args[1], in...) + ")"
	case isSymbol(sig.Name):
		return "(" + sig.Name + " " + d.text(e.Args[0], in...) + ")"
	}
	return sig.Name + "(" + d.list(e.Args, in...) + ")"
}

func isSymbol(name string) bool {
	return strings.IndexByte("+-*/<>=~!@#%^&|`?", name[0]) >= 0
}

// column prints output column i of n by what it was computed from.
func (d *deparser) column(n physical.Node, i int) string {
	if d.depth++; d.depth > maxTextDepth {
		d.depth--
		return "…"
	}
	defer func() { d.depth-- }()
	switch n := n.(type) {
	case *physical.Scan:
		if n.Columns[i] == physical.LocatorColumn {
			return "locator"
		}
		return d.name(n.Alias, n.Table.Columns[n.Columns[i]].Name)
	case *physical.VirtualScan:
		return d.name(n.Alias, n.Out[i].Name)
	case *physical.Project:
		if _, ok := n.Exprs[i].(expr.Column); ok {
			return d.text(n.Exprs[i], n.Input)
		}
		return paren(d.text(n.Exprs[i], n.Input))
	case *physical.Aggregate:
		if n.Mode == physical.Final {
			if p := partial(n.Input); p != nil {
				return d.aggregate(p, n, i)
			}
		}
		return d.aggregate(n, n, i)
	case *physical.Join:
		if w := len(n.Left.Fields()); i >= w {
			return d.column(n.Right, i-w)
		}
		return d.column(n.Left, i)
	case *physical.Filter, *physical.Sort, *physical.Limit, *physical.Gather, *physical.DistinctOn, *physical.SingleRow:
		return d.column(n.Inputs()[0], i)
	}
	if f := n.Fields(); i < len(f) {
		return quote(f[i].Name)
	}
	return "?column?"
}

// partial finds the first half of an aggregation below its Gather.
func partial(n physical.Node) *physical.Aggregate {
	if g, ok := n.(*physical.Gather); ok {
		n = g.Input
	}
	p, _ := n.(*physical.Aggregate)
	return p
}

// aggregate prints output i of an aggregation: n holds keys and calls over its
// input, out the number of keys.
func (d *deparser) aggregate(n, out *physical.Aggregate, i int) string {
	if i < len(out.Keys) {
		k := n.Keys[i]
		if _, ok := k.(expr.Column); ok {
			return d.text(k, n.Input)
		}
		return paren(d.text(k, n.Input))
	}
	if i -= len(out.Keys); i >= len(n.Aggs) {
		return "?column?"
	}
	a := n.Aggs[i]
	name := string(a.Func)
	if sig := function.ByID(a.Func); sig != nil {
		name = sig.Name
	}
	args := d.list(a.Args, n.Input)
	if len(a.Args) == 0 {
		args = "*"
	}
	if a.Distinct {
		args = "DISTINCT " + args
	}
	s := name + "(" + args + ")"
	if a.Filter != nil {
		s += " FILTER (WHERE " + d.text(a.Filter, n.Input) + ")"
	}
	return s
}

func (d *deparser) name(table, col string) string {
	if d.qualify && table != "" {
		return quote(table) + "." + quote(col)
	}
	return quote(col)
}

// quote puts an identifier in quotes when it needs them.
func quote(s string) string {
	plain := s != "" && (s[0] >= 'a' && s[0] <= 'z' || s[0] == '_')
	for i := 0; i < len(s); i++ {
		c := s[i]
		plain = plain && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_')
	}
	if plain || s == "?column?" {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
