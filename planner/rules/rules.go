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
	root = Decorrelate(root)
	next := o.Params + 1
	root = Normalize(Parametrize(root, &next))
	root = PushDown(root)
	root = MergeProjects(root)
	root = OrderJoins(root, o.Rows)
	root = TopN(root)
	return Prune(root, need)
}
