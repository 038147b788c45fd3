package logical

import (
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// GapFill adds the rows of missing buckets; see physical.GapFill. The input's
// columns pass under their ids, as those of the nullable side of an outer join.
type GapFill struct {
	Input         Node
	Time          Col // of the input
	Keys          []Col
	Bucket, Step  expr.Expr // Bucket over the column with index 0
	Start, Finish expr.Expr
	Fills         []physical.Fill // over the input's columns
	Out           []Col           // of Fills
}

// Cols returns the input's columns and those of the fills.
func (n *GapFill) Cols() []Col {
	in := n.Input.Cols()
	return append(append(make([]Col, 0, len(in)+len(n.Out)), in...), n.Out...)
}

// Inputs returns the input.
func (n *GapFill) Inputs() []Node { return []Node{n.Input} }

// With returns n over another input.
func (n *GapFill) With(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// exprs calls f with every expression over the input.
func (n *GapFill) exprs(f func(expr.Expr)) {
	f(n.Time.Ref())
	for _, k := range n.Keys {
		f(k.Ref())
	}
	f(n.Start)
	f(n.Finish)
	for _, x := range n.Fills {
		f(x.Value)
		if x.Prev != nil {
			f(x.Prev)
		}
	}
}
