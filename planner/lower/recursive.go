package lower

import (
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
)

// lowerRecursive lowers both parts of a recursive query to the same columns.
func lowerRecursive(n *logical.Recursive) rel {
	part := func(in logical.Node, ids []int) physical.Node {
		need, cols := logical.Set{}, make([]logical.Col, len(ids))
		for k, id := range ids {
			need.Add(id)
			cols[k] = logical.Col{ID: id, Name: n.Out[k].Name, T: n.Out[k].T}
		}
		return exact(gather(lower(in, need), need), cols)
	}
	r := &physical.Recursive{ID: n.ID, Seed: part(n.Seed, n.In[0]), Step: part(n.Step, n.In[1]), All: n.All, Out: fields(n.Out)}
	return newRel(r, n.Out)
}
