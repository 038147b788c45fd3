package planner

import (
	"strings"

	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// deparser prints expressions of a physical plan as PostgreSQL's EXPLAIN does.
type deparser struct {
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
	s := expr.Format(e, func(i int) string {
		for _, n := range in {
			if w := len(n.Fields()); i >= w {
				i -= w
				continue
			}
			return d.column(n, i)
		}
		return "?column?"
	})
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
	return paren(d.text(expr.And{Args: es}, in...))
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
	case *physical.CTEScan:
		if n.Alias == "" {
			return d.name(n.Name, n.Out[i].Name)
		}
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
	case *physical.GapFill:
		if w := len(n.Input.Fields()); i >= w {
			f := n.Fills[i-w]
			return map[bool]string{true: "interpolate", false: "locf"}[f.Interpolate] + "(" + d.text(f.Value, n.Input) + ")"
		}
		return d.column(n.Input, i)
	case *physical.Window:
		if w := len(n.Input.Fields()); i >= w {
			return d.windowCall(n, i-w)
		}
		return d.column(n.Input, i)
	case *physical.ProjectSet:
		if i < len(n.Input.Fields()) {
			return d.column(n.Input, i)
		}
	case *physical.Apply:
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
	sig := function.ByID(a.Func)
	if sig != nil {
		name = sig.Name
	}
	args := d.list(a.Args, n.Input)
	if len(a.Args) == 0 {
		args = "*"
	}
	if a.Distinct {
		args = "DISTINCT " + args
	}
	order := ""
	if len(a.Order) > 0 {
		order = "ORDER BY " + d.sortKeys(a.Order, n.Input)
	}
	s := name + "(" + args
	switch {
	case sig != nil && sig.Kind == function.OrderedSet:
		s = name + "(" + d.list(a.Direct, n.Input) + ") WITHIN GROUP (" + order
	case order != "":
		s += " " + order
	}
	s += ")"
	if a.Filter != nil {
		s += " FILTER (WHERE " + d.text(a.Filter, n.Input) + ")"
	}
	return s
}

// sortKeys prints keys as ORDER BY has them.
func (d *deparser) sortKeys(keys []physical.SortKey, in physical.Node) string {
	s := make([]string, len(keys))
	for i, k := range keys {
		s[i] = d.text(k.Expr, in)
		if k.Desc {
			s[i] += " DESC"
		}
		if k.NullsFirst != k.Desc {
			s[i] += map[bool]string{true: " NULLS FIRST", false: " NULLS LAST"}[k.NullsFirst]
		}
	}
	return strings.Join(s, ", ")
}

// windowCall prints a call as PostgreSQL does, which leaves out the window.
func (d *deparser) windowCall(n *physical.Window, i int) string {
	c := n.Calls[i]
	name := string(c.Func)
	if sig := function.ByID(c.Func); sig != nil {
		name = sig.Name
	}
	s := name + "(" + d.list(c.Args, n.Input) + ")"
	if name == "count" && len(c.Args) == 0 {
		s = "count(*)"
	}
	if c.Filter != nil {
		s += " FILTER (WHERE " + d.text(c.Filter, n.Input) + ")"
	}
	return s + " OVER (?)"
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
