package logical

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/expr"
)

// True returns the constant TRUE.
func True() expr.Expr { return expr.Const{Value: vector.BoolDatum(true), T: expr.Bool} }

// Set is a set of column ids.
type Set map[int]struct{}

// Has reports whether id is in s.
func (s Set) Has(id int) bool { _, ok := s[id]; return ok }

// Add puts id into s.
func (s Set) Add(id int) { s[id] = struct{}{} }

// AddExpr puts the columns of e into s.
func (s Set) AddExpr(e expr.Expr) {
	expr.Walk(e, func(x expr.Expr) bool {
		if c, ok := x.(expr.Column); ok {
			s.Add(c.Index)
		}
		return true
	})
}

// Columns returns the ids that node n puts out.
func Columns(n Node) Set {
	s := Set{}
	for _, c := range n.Cols() {
		s.Add(c.ID)
	}
	return s
}

// Covers reports whether all columns of e are in s.
func (s Set) Covers(e expr.Expr) bool {
	ok := true
	expr.Walk(e, func(x expr.Expr) bool {
		if c, is := x.(expr.Column); is && !s.Has(c.Index) {
			ok = false
		}
		return ok
	})
	return ok
}

// Constant reports whether e has no columns.
func Constant(e expr.Expr) bool { return Set(nil).Covers(e) }

// Exprs calls f with each expression of node n itself, not of its inputs.
func Exprs(n Node, f func(expr.Expr)) {
	all := func(list []expr.Expr) {
		for _, e := range list {
			f(e)
		}
	}
	opt := func(e expr.Expr) {
		if e != nil {
			f(e)
		}
	}
	switch n := n.(type) {
	case *Scan:
		all(n.Filter)
	case *Values:
		for _, r := range n.Rows {
			all(r)
		}
	case *ProjectSet:
		for _, c := range n.Calls {
			all(c.Args)
		}
	case *Filter:
		all(n.Conds)
	case *Project:
		all(n.Exprs)
	case *Aggregate:
		all(n.Keys)
		for _, a := range n.Aggs {
			all(a.Args)
			opt(a.Filter)
			all(a.Direct)
			for _, k := range a.Order {
				f(k.Expr)
			}
		}
	case *Window:
		n.exprs(f)
	case *GapFill:
		n.exprs(f)
	case *Join:
		all(n.On)
		for _, b := range n.Binds {
			f(b.Col.Ref())
		}
	case *Sort:
		for _, k := range n.Keys {
			f(k.Expr)
		}
	case *Limit:
		opt(n.Count)
		opt(n.Offset)
		all(n.Ties)
	case *DistinctOn:
		all(n.Keys)
	case *Insert:
		all(n.Returning)
	case *Upsert:
		all(n.Returning)
	case *Update:
		all(n.Returning)
	case *Delete:
		all(n.Returning)
	}
}

// Free returns the columns that n's tree uses and does not get from its inputs:
// those of the enclosing query when n is a correlated subquery, those of what
// stands before it when it is lateral.
func Free(n Node) Set {
	in := n.Inputs()
	free := Set{}
	var left Set
	if j, ok := n.(*Join); ok && j.Lateral {
		left = Columns(j.Left)
	}
	for i, c := range in {
		for id := range Free(c) {
			if i == 0 || !left.Has(id) {
				free.Add(id)
			}
		}
	}
	used := Set{}
	Exprs(n, used.AddExpr)
	if len(used) == 0 {
		return free
	}
	if len(in) == 0 {
		in = []Node{n} // a scan filters its own columns
	}
	have := Set{}
	for _, c := range in {
		for _, col := range c.Cols() {
			have.Add(col.ID)
		}
	}
	for id := range used {
		if !have.Has(id) {
			free.Add(id)
		}
	}
	return free
}

// Meets reports whether s and t have an id in common.
func (s Set) Meets(t Set) bool {
	for id := range s {
		if t.Has(id) {
			return true
		}
	}
	return false
}
