package logical

import (
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

type (
	// Window computes calls over partitions of its input, whose columns stay:
	// output is the input's columns, then Out, one a call. In what order the rows
	// come out is not said.
	Window struct {
		Input     Node
		Partition []expr.Expr
		Order     []physical.SortKey
		Calls     []WindowCall
		Out       []Col
	}
	// WindowCall is one call; Filter may be nil. See physical.WindowCall, but
	// Args and Filter are any expressions.
	WindowCall struct {
		Func   function.ID
		Args   []expr.Expr
		Filter expr.Expr
		Frame  physical.Frame
		T      types.Type
	}
)

// Cols returns the input's columns and the calls'.
func (n *Window) Cols() []Col {
	in := n.Input.Cols()
	return append(append(make([]Col, 0, len(in)+len(n.Out)), in...), n.Out...)
}

// Inputs returns the input.
func (n *Window) Inputs() []Node { return []Node{n.Input} }

// With returns n over another input.
func (n *Window) With(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// exprs calls f with every expression of the node.
func (n *Window) exprs(f func(expr.Expr)) {
	for _, e := range n.Partition {
		f(e)
	}
	for _, k := range n.Order {
		f(k.Expr)
	}
	for _, c := range n.Calls {
		for _, a := range c.Args {
			f(a)
		}
		for _, e := range []expr.Expr{c.Filter, c.Frame.Start.Offset, c.Frame.End.Offset} {
			if e != nil {
				f(e)
			}
		}
	}
}
