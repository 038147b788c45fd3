package lower

import (
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// lowerWindow sorts the input by partition and order, unless it is so already,
// with what is computed for the window as columns.
func lowerWindow(n *logical.Window, need logical.Set) rel {
	need = plus(need)
	logical.Exprs(n, need.AddExpr)
	r := lower(n.Input, need)
	r = narrow(gather(r, need), need)
	c := columns{r: r}
	w := &physical.Window{}
	for _, e := range n.Partition {
		if !logical.Constant(e) { // which cuts nothing
			w.Partition = append(w.Partition, c.column(e))
		}
	}
	for _, k := range n.Order {
		w.Order = append(w.Order, physical.SortKey{Expr: c.column(k.Expr), Desc: k.Desc, NullsFirst: k.NullsFirst})
	}
	for _, call := range n.Calls {
		p := physical.WindowCall{Func: call.Func, Frame: call.Frame, T: call.T}
		for _, a := range call.Args {
			if !logical.Constant(a) {
				a = c.column(a)
			}
			p.Args = append(p.Args, a)
		}
		if call.Filter != nil {
			p.Filter = c.column(call.Filter)
		}
		w.Calls = append(w.Calls, p)
	}
	w.Input, w.Out = c.node(), fields(n.Out)
	if !ordered(physical.Ordering(w.Input), w.Partition, w.Order) {
		s := &physical.Sort{Input: w.Input, Limit: -1}
		for _, e := range w.Partition {
			s.Keys = append(s.Keys, physical.SortKey{Expr: e})
		}
		s.Keys = append(s.Keys, w.Order...)
		w.Input = s
	}
	out := rel{node: w, pos: make(map[int]int, len(r.pos)+len(n.Out))}
	for id, p := range r.pos {
		out.pos[id] = p
	}
	width := len(w.Input.Fields())
	for i, col := range n.Out {
		out.pos[col.ID] = width + i
	}
	return out
}

// columns puts expressions behind the columns of r.
type columns struct {
	r     rel
	exprs []expr.Expr
}

// column returns the column that has e, over r's ids.
func (c *columns) column(e expr.Expr) expr.Expr {
	e = c.r.expr(e)
	if _, ok := e.(expr.Column); ok {
		return e
	}
	width := len(c.r.node.Fields())
	for i, have := range c.exprs {
		if expr.Equal(have, e) {
			return expr.Column{Index: width + i, T: e.Type()}
		}
	}
	c.exprs = append(c.exprs, e)
	return expr.Column{Index: width + len(c.exprs) - 1, T: e.Type()}
}

func (c *columns) node() physical.Node {
	if len(c.exprs) == 0 {
		return c.r.node
	}
	have := c.r.node.Fields()
	p := &physical.Project{Input: c.r.node}
	for i, f := range have {
		p.Exprs, p.Out = append(p.Exprs, expr.Column{Index: i, T: f.Type}), append(p.Out, f)
	}
	for _, e := range c.exprs {
		p.Exprs, p.Out = append(p.Exprs, e), append(p.Out, physical.Field{Name: "expr", Type: e.Type()})
	}
	return p
}

// ordered reports whether rows in this order stand partition by partition, and
// in the order of the window within each.
func ordered(have []physical.SortKey, partition []expr.Expr, order []physical.SortKey) bool {
	wanted := map[int]bool{}
	for _, e := range partition {
		wanted[e.(expr.Column).Index] = true
	}
	n := len(wanted)
	if len(have) < n {
		return false
	}
	for _, k := range have[:n] {
		delete(wanted, k.Expr.(expr.Column).Index)
	}
	return len(wanted) == 0 && sortedBy(have[n:], order)
}

// sortedBy reports whether the order have implies the order want.
func sortedBy(have, want []physical.SortKey) bool {
	if len(have) < len(want) {
		return false
	}
	for i, k := range want {
		c, ok := k.Expr.(expr.Column)
		if !ok || have[i].Expr.(expr.Column).Index != c.Index || have[i].Desc != k.Desc || have[i].NullsFirst != k.NullsFirst {
			return false
		}
	}
	return true
}
