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
}

// Apply runs all rules on root. need are the columns of the result. It returns
// the names of the rules that changed the tree, for tests.
func Apply(root logical.Node, need logical.Set, o Options) (logical.Node, []string) {
	return root, nil
}
