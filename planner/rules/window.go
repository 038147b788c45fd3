package rules

import (
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/sql/expr"
)

// pruneWindow drops the calls that nobody reads.
func pruneWindow(n *logical.Window, need logical.Set) logical.Node {
	c := *n
	c.Calls, c.Out = nil, nil
	below := logical.Set{}
	for id := range need {
		below.Add(id)
	}
	for i, o := range n.Out {
		delete(below, o.ID)
		if need.Has(o.ID) {
			c.Calls, c.Out = append(c.Calls, n.Calls[i]), append(c.Out, o)
		}
	}
	if len(c.Calls) == 0 {
		return Prune(n.Input, below)
	}
	logical.Exprs(&c, below.AddExpr)
	c.Input = Prune(n.Input, below)
	return &c
}

// pushWindow pushes what speaks of columns that the window is partitioned by:
// whole partitions go.
func pushWindow(n *logical.Window, conds []expr.Expr) logical.Node {
	keys := logical.Set{}
	for _, k := range n.Partition {
		if c, ok := k.(expr.Column); ok {
			keys.Add(c.Index)
		}
	}
	below, above := split(conds, func(c expr.Expr) bool { return !logical.Constant(c) && keys.Covers(c) })
	c := *n
	c.Input = push(n.Input, below)
	return filter(&c, above)
}
