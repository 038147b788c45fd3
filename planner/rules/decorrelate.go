package rules

import (
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// Decorrelate makes plain joins of lateral ones where that can be done: a
// set-returning function is called over the left side, the select list of a query
// without FROM computed there, and conditions with left columns become conditions
// of the join.
func Decorrelate(n logical.Node) logical.Node {
	in := n.Inputs()
	if len(in) > 0 {
		out := make([]logical.Node, len(in))
		for i, c := range in {
			out[i] = Decorrelate(c)
		}
		n = n.With(out)
	}
	if j, ok := n.(*logical.Join); ok && j.Lateral {
		return decorrelate(j)
	}
	return n
}

func decorrelate(j *logical.Join) logical.Node {
	outer := logical.Columns(j.Left)
	if !logical.Free(j.Right).Meets(outer) {
		c := *j
		c.Lateral = false
		return &c
	}
	one := j.Kind == physical.Inner || j.Kind == physical.Left && len(normalizeAll(j.On)) == 0
	switch r := j.Right.(type) {
	case *logical.ProjectSet:
		if one && isOneRow(r.Input) {
			c := *r
			c.Input, c.Outer = j.Left, j.Kind == physical.Left
			return filter(&c, j.On)
		}
	case *logical.Project:
		if one && isOneRow(r.Input) {
			return filter(above(j.Left, r), j.On)
		}
	}
	if (j.Kind == physical.Semi || j.Kind == physical.Anti) && len(j.On) > 0 {
		j = unproject(j)
	}
	right, conds := logical.Pull(j.Right, outer, j.Kind == physical.Semi || j.Kind == physical.Anti)
	if !logical.Free(right).Meets(outer) {
		return &logical.Join{Kind: j.Kind, Left: j.Left, Right: right, On: append(j.On[:len(j.On):len(j.On)], conds...)}
	}
	if p, ok := j.Right.(*logical.Project); ok && j.Kind == physical.Inner {
		c := *j
		c.Right, c.On = p.Input, nil
		if in := decorrelate(&c); !lateral(in) {
			return filter(above(in, p), j.On)
		}
	}
	return j
}

// unproject compares what the select list of the right side makes of left columns
// on the left row.
func unproject(j *logical.Join) *logical.Join {
	c := *j
	for {
		p, ok := c.Right.(*logical.Project)
		if !ok {
			return &c
		}
		defs := map[int]expr.Expr{}
		for i, o := range p.Out {
			defs[o.ID] = p.Exprs[i]
		}
		on := make([]expr.Expr, len(c.On))
		for i, e := range c.On {
			on[i] = substitute(e, defs)
		}
		c.On, c.Right = on, p.Input
	}
}

func lateral(n logical.Node) bool {
	j, ok := n.(*logical.Join)
	return ok && j.Lateral
}

// above computes p's columns over n, whose columns it keeps.
func above(n logical.Node, p *logical.Project) *logical.Project {
	out := &logical.Project{Input: n, Exprs: p.Exprs[:len(p.Exprs):len(p.Exprs)], Out: p.Out[:len(p.Out):len(p.Out)]}
	have := logical.Columns(p)
	for _, c := range n.Cols() {
		if !have.Has(c.ID) {
			out.Exprs, out.Out = append(out.Exprs, c.Ref()), append(out.Out, c)
		}
	}
	return out
}

// isOneRow reports whether n gives one row without columns.
func isOneRow(n logical.Node) bool {
	v, ok := n.(*logical.Values)
	return ok && len(v.Out) == 0 && len(v.Rows) == 1
}

// Parametrize puts parameters, numbered from next on, in the place of the left
// columns that right sides of lateral joins use.
func Parametrize(n logical.Node, next *int) logical.Node {
	if j, ok := n.(*logical.Join); ok && j.Lateral {
		c := *j
		outer := logical.Columns(j.Left)
		free := logical.Free(j.Right)
		params := map[int]expr.Expr{}
		for _, col := range j.Left.Cols() {
			if _, have := params[col.ID]; free.Has(col.ID) && outer.Has(col.ID) && !have {
				params[col.ID] = expr.Param{N: *next, T: col.T}
				c.Binds = append(c.Binds, logical.Bind{Col: col, N: *next})
				*next++
			}
		}
		c.Right, _ = logical.MapExprs(j.Right, func(e expr.Expr) (expr.Expr, error) { return substitute(e, params), nil })
		n = &c
	}
	in := n.Inputs()
	if len(in) == 0 {
		return n
	}
	out := make([]logical.Node, len(in))
	for i, c := range in {
		out[i] = Parametrize(c, next)
	}
	return n.With(out)
}
