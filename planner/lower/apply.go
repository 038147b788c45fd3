package lower

import (
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// lowerApply evaluates the right side of a lateral join for each left row.
func lowerApply(n *logical.Join, need logical.Set) rel {
	in := plus(need, n.On...)
	bound := plus(in)
	for _, b := range n.Binds {
		bound.Add(b.Col.ID)
	}
	left := narrow(gather(lower(n.Left, bound), bound), bound)
	right := narrow(gather(lower(n.Right, in), in), in)
	a := &physical.Apply{Kind: n.Kind, Left: left.node, Right: right.node, Memo: !volatile(n.Right)}
	for i, b := range n.Binds {
		if i == 0 {
			a.First = b.N
		}
		a.Params = append(a.Params, left.pos[b.Col.ID])
	}
	both := rel{pos: make(map[int]int, len(left.pos)+len(right.pos))}
	width := len(left.node.Fields())
	for id, p := range left.pos {
		both.pos[id] = p
	}
	for id, p := range right.pos {
		both.pos[id] = width + p
	}
	a.Residual = both.exprs(cheapFirst(n.On))
	a.Out = append(a.Out, left.node.Fields()...)
	if n.Filters() {
		return rel{node: a, pos: left.pos}
	}
	a.Out = append(a.Out, right.node.Fields()...)
	both.node = a
	return both
}

// volatile reports whether some expression of n's tree may give another value
// each time.
func volatile(n logical.Node) bool {
	is := false
	logical.Exprs(n, func(e expr.Expr) { is = is || expr.VolatilityOf(e) == function.Volatile })
	for _, in := range n.Inputs() {
		is = is || volatile(in)
	}
	return is
}
