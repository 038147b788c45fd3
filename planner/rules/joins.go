package rules

import (
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// OrderJoins chooses the order of inner joins and which side of a join is built:
// the largest input streams, the others are joined to it one after the other,
// those that an equality connects before those that none does, small ones
// first. Without row counts the order written decides between equals.
func OrderJoins(n logical.Node, rows func(*schema.Table) (int64, bool)) logical.Node {
	o := &joinOrder{est: estimator{rows}}
	return o.visit(n)
}

type joinOrder struct{ est estimator }

func (o *joinOrder) visit(n logical.Node) logical.Node {
	if j, ok := n.(*logical.Join); ok && j.Kind == physical.Inner && !j.Lateral && !j.Asof {
		var leaves []logical.Node
		var conds []expr.Expr
		collect(j, &leaves, &conds)
		for i := range leaves {
			leaves[i] = o.visit(leaves[i])
		}
		return o.order(leaves, conds)
	}
	in := n.Inputs()
	if len(in) == 0 {
		return n
	}
	out := make([]logical.Node, len(in))
	for i, c := range in {
		out[i] = o.visit(c)
	}
	n = n.With(out)
	// A left join whose right side is much larger builds the left one instead.
	if j, ok := n.(*logical.Join); ok && j.Kind == physical.Left && !j.Lateral && !j.Asof && o.est.of(j.Right) > 2*o.est.of(j.Left) {
		return &logical.Join{Kind: physical.Right, Left: j.Right, Right: j.Left, On: j.On}
	}
	return n
}

// collect lists the inputs and the conditions of nested inner joins.
func collect(n logical.Node, leaves *[]logical.Node, conds *[]expr.Expr) {
	j, ok := n.(*logical.Join)
	if !ok || j.Kind != physical.Inner || j.Lateral || j.Asof {
		*leaves = append(*leaves, n)
		return
	}
	collect(j.Left, leaves, conds)
	collect(j.Right, leaves, conds)
	*conds = append(*conds, j.On...)
}

func (o *joinOrder) order(leaves []logical.Node, conds []expr.Expr) logical.Node {
	size := make([]float64, len(leaves))
	first := 0
	for i, l := range leaves {
		if size[i] = o.est.of(l); size[i] > size[first] {
			first = i
		}
	}
	done := make([]bool, len(leaves))
	done[first] = true
	tree := leaves[first]
	have := logical.Columns(tree)
	for range len(leaves) - 1 {
		best := -1
		bestConnected := false
		for i, l := range leaves {
			if done[i] {
				continue
			}
			// One row costs nothing and may bring a condition with it.
			connected := size[i] <= 1 || connects(conds, have, logical.Columns(l))
			if best < 0 || connected && !bestConnected || connected == bestConnected && size[i] < size[best] {
				best, bestConnected = i, connected
			}
		}
		done[best] = true
		for id := range logical.Columns(leaves[best]) {
			have.Add(id)
		}
		var on, rest []expr.Expr
		for _, c := range conds {
			if have.Covers(c) {
				on = append(on, c)
			} else {
				rest = append(rest, c)
			}
		}
		conds = rest
		tree = &logical.Join{Kind: physical.Inner, Left: tree, Right: leaves[best], On: on}
	}
	return filter(tree, conds)
}

// connects reports whether an equality ties two sets of columns together.
func connects(conds []expr.Expr, a, b logical.Set) bool {
	for _, c := range conds {
		call, ok := c.(expr.Call)
		if !ok || len(call.Args) != 2 {
			continue
		}
		if sig := function.ByID(call.Func); sig == nil || sig.Name != "=" {
			continue
		}
		l, r := call.Args[0], call.Args[1]
		if logical.Constant(l) || logical.Constant(r) {
			continue
		}
		if a.Covers(l) && b.Covers(r) || a.Covers(r) && b.Covers(l) {
			return true
		}
	}
	return false
}
