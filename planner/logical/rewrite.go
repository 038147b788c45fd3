package logical

import (
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// MapExprs returns the tree of n with f applied to every expression in it. The
// first error of f ends it and is returned.
func MapExprs(n Node, f func(expr.Expr) (expr.Expr, error)) (Node, error) {
	in := n.Inputs()
	if len(in) > 0 {
		out := make([]Node, len(in))
		for i, c := range in {
			var err error
			if out[i], err = MapExprs(c, f); err != nil {
				return nil, err
			}
		}
		n = n.With(out)
	}
	m := mapper{f: f}
	switch n := n.(type) {
	case *Scan:
		c := *n
		c.Filter = m.list(n.Filter)
		return &c, m.err
	case *Values:
		c := *n
		c.Rows = make([][]expr.Expr, len(n.Rows))
		for i, r := range n.Rows {
			c.Rows[i] = m.list(r)
		}
		return &c, m.err
	case *ProjectSet:
		c := *n
		c.Calls = make([]SetCall, len(n.Calls))
		for i, s := range n.Calls {
			s.Args = m.list(s.Args)
			c.Calls[i] = s
		}
		return &c, m.err
	case *Filter:
		c := *n
		c.Conds = m.list(n.Conds)
		return &c, m.err
	case *Project:
		c := *n
		c.Exprs = m.list(n.Exprs)
		return &c, m.err
	case *Aggregate:
		c := *n
		c.Keys = m.list(n.Keys)
		c.Aggs = make([]Agg, len(n.Aggs))
		for i, a := range n.Aggs {
			a.Args, a.Filter, a.Order, a.Direct = m.list(a.Args), m.one(a.Filter), m.keys(a.Order), m.list(a.Direct)
			c.Aggs[i] = a
		}
		return &c, m.err
	case *Window:
		c := *n
		c.Partition, c.Order = m.list(n.Partition), m.keys(n.Order)
		c.Calls = make([]WindowCall, len(n.Calls))
		for i, w := range n.Calls {
			w.Args, w.Filter = m.list(w.Args), m.one(w.Filter)
			w.Frame.Start.Offset, w.Frame.End.Offset = m.one(w.Frame.Start.Offset), m.one(w.Frame.End.Offset)
			c.Calls[i] = w
		}
		return &c, m.err
	case *GapFill:
		c := *n
		c.Step, c.Start, c.Finish = m.one(n.Step), m.one(n.Start), m.one(n.Finish)
		return &c, m.err
	case *Join:
		c := *n
		c.On = m.list(n.On)
		return &c, m.err
	case *Sort:
		c := *n
		c.Keys, c.Count, c.Offset = m.keys(n.Keys), m.one(n.Count), m.one(n.Offset)
		return &c, m.err
	case *Limit:
		c := *n
		c.Count, c.Offset, c.Ties = m.one(n.Count), m.one(n.Offset), m.list(n.Ties)
		return &c, m.err
	case *DistinctOn:
		c := *n
		c.Keys = m.list(n.Keys)
		return &c, m.err
	case *Insert:
		c := *n
		c.Returning = m.list(n.Returning)
		return &c, m.err
	case *Upsert:
		c := *n
		c.Returning = m.list(n.Returning)
		return &c, m.err
	case *Update:
		c := *n
		c.Returning = m.list(n.Returning)
		return &c, m.err
	case *Delete:
		c := *n
		c.Returning = m.list(n.Returning)
		return &c, m.err
	}
	return n, nil
}

// mapper applies f until it fails.
type mapper struct {
	f   func(expr.Expr) (expr.Expr, error)
	err error
}

// one maps an expression that may be nil.
func (m *mapper) one(e expr.Expr) expr.Expr {
	if e == nil || m.err != nil {
		return e
	}
	var r expr.Expr
	if r, m.err = m.f(e); m.err != nil {
		return e
	}
	return r
}

func (m *mapper) list(es []expr.Expr) []expr.Expr {
	if es == nil {
		return nil
	}
	out := make([]expr.Expr, len(es))
	for i, e := range es {
		out[i] = m.one(e)
	}
	return out
}

func (m *mapper) keys(keys []physical.SortKey) []physical.SortKey {
	if keys == nil {
		return nil
	}
	out := make([]physical.SortKey, len(keys))
	for i, k := range keys {
		k.Expr = m.one(k.Expr)
		out[i] = k
	}
	return out
}

// Pull takes the conditions that use columns of outer out of n's filters, as far
// as they may be applied above n as well. With exists only whether n gives a row
// matters, so that sorts and limits above 0 may go.
func Pull(n Node, outer Set, exists bool) (Node, []expr.Expr) {
	switch n := n.(type) {
	case *Filter:
		in, on := Pull(n.Input, outer, exists)
		var keep []expr.Expr
		for _, c := range n.Conds {
			used := Set{}
			used.AddExpr(c)
			if used.Meets(outer) {
				on = append(on, c)
			} else {
				keep = append(keep, c)
			}
		}
		if len(keep) == 0 {
			return in, on
		}
		return &Filter{Input: in, Conds: keep}, on
	case *Project:
		in, on := Pull(n.Input, outer, exists)
		p := &Project{Input: in, Exprs: n.Exprs, Out: n.Out}
		used := Set{}
		for _, c := range on {
			used.AddExpr(c)
		}
		have := Columns(p)
		for _, c := range in.Cols() {
			if used.Has(c.ID) && !have.Has(c.ID) {
				p.Exprs = append(p.Exprs[:len(p.Exprs):len(p.Exprs)], c.Ref())
				p.Out = append(p.Out[:len(p.Out):len(p.Out)], c)
			}
		}
		return p, on
	case *Sort:
		if exists {
			return Pull(n.Input, outer, exists)
		}
	case *Limit:
		c, ok := n.Count.(expr.Const)
		if exists && n.Offset == nil && ok && c.Value.I > 0 {
			return Pull(n.Input, outer, exists)
		}
	case *Join:
		c := *n
		if n.Asof && n.Kind == physical.Inner { // which right row is nearest depends on the others
			var on []expr.Expr
			c.Left, on = Pull(n.Left, outer, exists)
			return &c, on
		}
		switch n.Kind {
		case physical.Inner:
			var on, more []expr.Expr
			c.Left, on = Pull(n.Left, outer, exists)
			c.Right, more = Pull(n.Right, outer, exists)
			return &c, append(on, more...)
		case physical.Semi, physical.Anti, physical.AntiNull:
			var on []expr.Expr
			c.Left, on = Pull(n.Left, outer, exists)
			return &c, on
		}
	}
	return n, nil
}
