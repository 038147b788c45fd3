package rules

import (
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/planner/logical"
)

// Options are what rules may ask.
type Options struct {
	// Rows estimates the rows of a table; nil: unknown.
	Rows func(*schema.Table) (rows int64, ok bool)
	// NextID is the first column id that is free.
	NextID int
	// Params is the number of the statement's parameters.
	Params int
}

// Apply runs all rules on root. need are the columns of the result.
func Apply(root logical.Node, need logical.Set, o Options) logical.Node {
	if w, ok := root.(*logical.With); ok {
		// Each query has its own parameters, and shares no column with others.
		all := logical.Set{}
		for _, c := range w.Out {
			all.Add(c.ID)
		}
		return w.With([]logical.Node{Apply(w.Query, all, o), Apply(w.Input, need, o)})
	}
	root = Decorrelate(root)
	next := o.Params + 1
	root = Normalize(Parametrize(root, &next))
	root = PushDown(root)
	root = MergeProjects(root)
	root = OrderJoins(root, o.Rows)
	root = TopN(root)
	return Prune(root, need)
}
