package rules

import (
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/sql/expr"
)

// Prune drops columns and aggregates that nobody reads; need are those that the
// parent of n reads.
func Prune(n logical.Node, need logical.Set) logical.Node {
	switch n := n.(type) {
	case *logical.Scan:
		return pruneScan(n, need)
	case *logical.Values:
		return pruneValues(n, need)
	case *logical.Project:
		c := *n
		c.Exprs, c.Out = nil, nil
		below := logical.Set{}
		for i, o := range n.Out {
			if need.Has(o.ID) {
				c.Exprs, c.Out = append(c.Exprs, n.Exprs[i]), append(c.Out, o)
				below.AddExpr(n.Exprs[i])
			}
		}
		c.Input = Prune(n.Input, below)
		return &c
	case *logical.Aggregate:
		c := *n
		c.Aggs, c.AggCols = nil, nil
		for i, o := range n.AggCols {
			if need.Has(o.ID) {
				c.Aggs, c.AggCols = append(c.Aggs, n.Aggs[i]), append(c.AggCols, o)
			}
		}
		below := logical.Set{}
		logical.Exprs(&c, below.AddExpr)
		c.Input = Prune(n.Input, below)
		return &c
	case *logical.Window:
		return pruneWindow(n, need)
	case *logical.Recursive:
		in := make([]logical.Node, 2)
		for i, c := range n.Inputs() {
			below := logical.Set{}
			for _, id := range n.In[i] {
				below.Add(id)
			}
			in[i] = Prune(c, below)
		}
		return n.With(in)
	case *logical.ProjectSet:
		below := logical.Set{}
		for _, c := range n.Input.Cols() {
			if need.Has(c.ID) {
				below.Add(c.ID)
			}
		}
		logical.Exprs(n, below.AddExpr)
		return n.With([]logical.Node{Prune(n.Input, below)})
	case *logical.Append:
		return pruneAppend(n, need)
	case *logical.Insert:
		return n.With([]logical.Node{Prune(n.Input, writes(n.Row, n.Returning))})
	case *logical.Conflict:
		return pruneConflict(n, need)
	case *logical.Upsert:
		return n.With([]logical.Node{Prune(n.Input, writes(append(n.Row[:len(n.Row):len(n.Row)], n.Locator), n.Returning))})
	case *logical.Update:
		return n.With([]logical.Node{Prune(n.Input, writes(append(n.Row, n.Locator), n.Returning))})
	case *logical.Delete:
		return n.With([]logical.Node{Prune(n.Input, writes([]int{n.Locator}, n.Returning))})
	}
	in := n.Inputs()
	if len(in) == 0 {
		return n
	}
	below := logical.Set{}
	for id := range need {
		below.Add(id)
	}
	logical.Exprs(n, below.AddExpr)
	out := make([]logical.Node, len(in))
	for i, c := range in {
		out[i] = Prune(c, below)
	}
	return n.With(out)
}

func writes(row []int, returning []expr.Expr) logical.Set {
	s := logical.Set{}
	for _, id := range row {
		s.Add(id)
	}
	for _, e := range returning {
		s.AddExpr(e)
	}
	return s
}

// pruneConflict keeps the whole row below and drops what nobody reads of the rows in
// the way.
func pruneConflict(n *logical.Conflict, need logical.Set) logical.Node {
	c := *n
	c.Old, c.Ordinals = nil, nil
	for i, o := range n.Old {
		if need.Has(o.ID) {
			c.Old, c.Ordinals = append(c.Old, o), append(c.Ordinals, n.Ordinals[i])
		}
	}
	below := writes(n.Row, nil)
	for id := range need {
		below.Add(id)
	}
	c.Input = Prune(n.Input, below)
	return &c
}

func pruneScan(n *logical.Scan, need logical.Set) logical.Node {
	filter := logical.Set{}
	for _, f := range n.Filter {
		filter.AddExpr(f)
	}
	c := *n
	c.Ordinals, c.Out = nil, nil
	for i, o := range n.Out {
		if need.Has(o.ID) || filter.Has(o.ID) {
			c.Ordinals, c.Out = append(c.Ordinals, n.Ordinals[i]), append(c.Out, o)
		}
	}
	return &c
}

func pruneValues(n *logical.Values, need logical.Set) logical.Node {
	var keep []int
	for i, o := range n.Out {
		if need.Has(o.ID) {
			keep = append(keep, i)
		}
	}
	if len(keep) == len(n.Out) {
		return n
	}
	c := &logical.Values{}
	for _, i := range keep {
		c.Out = append(c.Out, n.Out[i])
	}
	for _, r := range n.Rows {
		row := make([]expr.Expr, 0, len(keep))
		for _, i := range keep {
			row = append(row, r[i])
		}
		c.Rows = append(c.Rows, row)
	}
	return c
}

func pruneAppend(n *logical.Append, need logical.Set) logical.Node {
	c := &logical.Append{In: make([][]int, len(n.In))}
	for k, o := range n.Out {
		if !need.Has(o.ID) {
			continue
		}
		c.Out = append(c.Out, o)
		for i := range n.In {
			c.In[i] = append(c.In[i], n.In[i][k])
		}
	}
	for i, in := range n.All {
		below := logical.Set{}
		for _, id := range c.In[i] {
			below.Add(id)
		}
		c.All = append(c.All, Prune(in, below))
	}
	return c
}
