package lower

import (
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// lowerGapFill sorts the groups by key and time.
func lowerGapFill(n *logical.GapFill, need logical.Set) rel {
	need = plus(need)
	logical.Exprs(n, need.AddExpr)
	r := lower(n.Input, need)
	r = narrow(gather(r, need), need)
	c := columns{r: r}
	g := &physical.GapFill{
		Time: r.pos[n.Time.ID], Bucket: n.Bucket, Step: n.Step, Start: n.Start, Finish: n.Finish, Out: fields(n.Out),
	}
	s := &physical.Sort{Limit: -1}
	for _, k := range n.Keys {
		g.Keys = append(g.Keys, c.column(k.Ref()))
		s.Keys = append(s.Keys, physical.SortKey{Expr: g.Keys[len(g.Keys)-1]})
	}
	s.Keys = append(s.Keys, physical.SortKey{Expr: expr.Column{Index: g.Time, T: n.Time.T}})
	for _, f := range n.Fills {
		f.Value = c.column(f.Value)
		if f.Prev != nil {
			f.Prev = c.column(f.Prev)
		}
		g.Fills = append(g.Fills, f)
	}
	s.Input = c.node()
	g.Input = s
	out := rel{node: g, pos: make(map[int]int, len(r.pos)+len(n.Out))}
	for id, p := range r.pos {
		out.pos[id] = p
	}
	width := len(s.Fields())
	for i, col := range n.Out {
		out.pos[col.ID] = width + i
	}
	return out
}
