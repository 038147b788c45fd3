package translate

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/shape"
	"github.com/dejaq/fasti/sql/skel"
)

// operands hands out the arguments of one call in order.
type operands struct {
	l    *lowering
	args []skel.Expr
}

func (o *operands) peek() *skel.Expr {
	if len(o.args) == 0 {
		o.l.fail("a call has too few arguments")
	}
	return &o.args[0]
}

func (o *operands) next() ast.Expr {
	e := o.l.expr(o.peek())
	o.args = o.args[1:]
	return e
}

func (o *operands) query() ast.Query {
	q := o.peek().Query
	if q == nil {
		o.l.fail("an argument is not a query")
	}
	o.args = o.args[1:]
	return o.l.query(q)
}

// fill puts operands where the list has nil.
func (o *operands) fill(list []ast.Expr) {
	for i, e := range list {
		if e == nil {
			list[i] = o.next()
		}
	}
}

// expr makes the tree of tN or fN(…).
func (l *lowering) expr(e *skel.Expr) ast.Expr {
	if e.Query != nil {
		l.fail("a query stands for an expression")
	}
	o := operands{l, e.Args}
	out := o.build(l.node(e.Node))
	if len(o.args) > 0 {
		l.fail("a call has %d arguments too many", len(o.args))
	}
	return out
}

// optional makes the tree of an expression that may be absent.
func (l *lowering) optional(e *skel.Expr) ast.Expr {
	if e == nil {
		return nil
	}
	return l.expr(e)
}

// build completes a node of the side table with its operands.
func (o *operands) build(node any) ast.Expr {
	switch n := node.(type) {
	case *ast.Const:
		return n
	case *ast.ColumnRef:
		return n
	case *ast.Param:
		return n
	case *ast.Default:
		return n
	case *ast.SQLValue:
		return n
	case *ast.Binary:
		n.L, n.R = o.next(), o.next()
		return n
	case *ast.Unary:
		n.X = o.next()
		return n
	case *ast.And:
		n.Args = o.rest()
		return n
	case *ast.Or:
		n.Args = o.rest()
		return n
	case *ast.Not:
		n.X = o.next()
		return n
	case *ast.FuncCall:
		o.call(n)
		return n
	case shape.Reordered:
		for _, slot := range n.Order {
			n.Args[slot].Expr = o.next()
		}
		return n.FuncCall
	case *ast.Cast:
		if n.X == nil {
			n.X = o.next()
		}
		return n
	case *ast.Star:
		if len(o.args) > 0 {
			n.Of = o.next()
		}
		return n
	}
	return o.buildRare(node)
}

func (o *operands) buildRare(node any) ast.Expr {
	switch n := node.(type) {
	case *ast.IsTest:
		n.X = o.next()
		return n
	case *ast.IsDistinct:
		n.L, n.R = o.next(), o.next()
		return n
	case *ast.Between:
		n.X, n.Lo, n.Hi = o.next(), o.next(), o.next()
		return n
	case *ast.In:
		n.X = o.next()
		if n.List == nil {
			n.Query = o.query()
		} else {
			o.fill(n.List)
		}
		return n
	case *ast.Like:
		n.X, n.Pattern = o.next(), o.next()
		if len(o.args) > 0 {
			n.Escape = o.next()
		}
		return n
	case *ast.Quantified:
		n.X = o.next()
		if o.peek().Query != nil {
			n.Query = o.query()
		} else {
			n.Array = o.next()
		}
		return n
	case shape.Case:
		if n.HasArg {
			n.Arg = o.next()
		}
		for i := range n.Whens {
			n.Whens[i].Cond, n.Whens[i].Then = o.next(), o.next()
		}
		if len(o.args) > 0 {
			n.Else = o.next()
		}
		return n.Case
	case shape.Subscript:
		n.X = o.next()
		if n.HasLo {
			n.Lo = o.next()
		}
		if n.HasHi {
			n.Hi = o.next()
		}
		return n.Subscript
	case *ast.Field:
		n.X = o.next()
		return n
	case *ast.Array:
		o.fill(n.Elems)
		return n
	case *ast.Row:
		o.fill(n.Elems)
		return n
	case *ast.Grouping:
		o.fill(n.Args)
		return n
	case *ast.ArrayQuery:
		n.Query = o.query()
		return n
	case *ast.Subquery:
		n.Query = o.query()
		return n
	case *ast.Exists:
		n.Query = o.query()
		return n
	case *ast.AtTimeZone:
		n.X, n.Zone = o.next(), o.next()
		return n
	case *ast.Collate:
		n.X = o.next()
		return n
	}
	o.l.fail("%T is not an expression", node)
	return nil
}

// rest returns all operands.
func (o *operands) rest() []ast.Expr {
	out := make([]ast.Expr, len(o.args))
	for i := range out {
		out[i] = o.next()
	}
	return out
}

// call completes a call: arguments, ORDER BY, FILTER and the window, in that
// order.
func (o *operands) call(n *ast.FuncCall) {
	for i := range n.Args {
		if n.Args[i].Expr == nil {
			n.Args[i].Expr = o.next()
		}
	}
	o.orderBy(n.OrderBy)
	if len(o.args) > windowOperands(n.Over) {
		n.Filter = o.next()
	}
	if n.Over != nil {
		o.window(n.Over)
	}
	if len(n.Name.Parts) == 1 && n.Name.Parts[0] == "overlaps" && len(n.Args) == 2 {
		flattenOverlaps(n)
	}
}

// flattenOverlaps makes the two rows of OVERLAPS four arguments.
func flattenOverlaps(n *ast.FuncCall) {
	var args []ast.Arg
	for _, a := range n.Args {
		row, ok := a.Expr.(*ast.Row)
		if !ok {
			return // a call written as overlaps(a, b)
		}
		for _, e := range row.Elems {
			args = append(args, ast.Arg{Expr: e})
		}
	}
	n.Args = args
}

func (o *operands) orderBy(items []ast.OrderItem) {
	for i := range items {
		items[i].Expr = o.next()
		items[i].Pos = ast.Start(items[i].Expr)
	}
}

// windowOperands counts the operands that a window takes.
func windowOperands(w *ast.WindowDef) int {
	if w == nil {
		return 0
	}
	n := len(w.PartitionBy) + len(w.OrderBy)
	if w.Frame != nil {
		n += boundOperands(w.Frame.Start) + boundOperands(w.Frame.End)
	}
	return n
}

func boundOperands(b ast.Bound) int {
	if b.Kind == "PRECEDING" || b.Kind == "FOLLOWING" {
		return 1
	}
	return 0
}

func (o *operands) window(w *ast.WindowDef) {
	o.fill(w.PartitionBy)
	o.orderBy(w.OrderBy)
	if w.Frame == nil {
		return
	}
	for _, b := range []*ast.Bound{&w.Frame.Start, &w.Frame.End} {
		if boundOperands(*b) > 0 {
			b.Offset = o.next()
		}
	}
}
