package lower

import (
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
)

// lowerProjectSet calls the set-returning functions over the columns of the
// input that are needed above or by them; those that only they need are passed
// through, since the operator shares them.
func lowerProjectSet(n *logical.ProjectSet, need logical.Set) rel {
	in := plus(need)
	logical.Exprs(n, in.AddExpr)
	r := narrow(gather(lower(n.Input, in), in), in)
	p := &physical.ProjectSet{Input: r.node, Outer: n.Outer, Ordinality: n.Ordinality.ID != 0}
	for _, c := range n.Calls {
		call := physical.SetCall{Func: c.Func, Args: r.exprs(c.Args), Out: make([]types.Type, len(c.Out))}
		for i, o := range c.Out {
			call.Out[i] = o.T
		}
		p.Calls = append(p.Calls, call)
	}
	have := r.node.Fields()
	made := n.Made()
	p.Out = append(have[:len(have):len(have)], fields(made)...)
	out := rel{node: p, pos: make(map[int]int, len(p.Out))}
	for id, at := range r.pos {
		out.pos[id] = at
	}
	for i, c := range made {
		out.pos[c.ID] = len(have) + i
	}
	return out
}
