package translate

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/shape"
	"github.com/dejaq/fasti/sql/skel"
)

// stmt makes the tree of the statement that begins with the fragment.
func (l *lowering) stmt(number int) ast.Stmt {
	s := l.fragment(number)
	switch s.Verb {
	case skel.Insert:
		return l.insert(s)
	case skel.Update:
		n := take[shape.Update](l, s.Target)
		n.Update.With = l.withFragment(n.With)
		n.Set = l.assignments(s.Set)
		if n.From > 0 {
			n.Update.From = l.tables(l.block(n.From).From)
		}
		n.Where = l.optional(s.Where)
		l.tail(&n.Tail, s.OrderBy, s.Limit)
		n.Update.Returning = l.returning(n.Returning)
		return n.Update
	case skel.Delete:
		n := take[shape.Delete](l, s.Target)
		n.Delete.With = l.withFragment(n.With)
		if n.Using > 0 {
			n.Delete.Using = l.tables(l.block(n.Using).From)
		}
		n.Where = l.optional(s.Where)
		l.tail(&n.Tail, s.OrderBy, s.Limit)
		n.Delete.Returning = l.returning(n.Returning)
		return n.Delete
	}
	return l.query(s.Query)
}

func (l *lowering) insert(s *skel.Stmt) ast.Stmt {
	n := take[shape.Insert](l, s.Target)
	n.Insert.With = l.withFragment(n.With)
	if s.Query != nil {
		n.Source = l.query(s.Query)
	}
	if n.Target > 0 {
		b := l.block(n.Target)
		n.OnConflict.Target = l.fields(n.Target)
		if b.From != nil {
			l.tables(b.From)
		}
		n.OnConflict.Where = l.optional(b.Where)
	}
	if n.Set > 0 {
		u := l.fragment(n.Set)
		take[shape.NoTable](l, u.Target)
		n.OnConflict.Update = l.assignments(u.Set)
		n.OnConflict.UpdateIf = l.optional(u.Where)
	}
	n.Insert.Returning = l.returning(n.Returning)
	return n.Insert
}

func (l *lowering) withFragment(number int) *ast.With {
	if number == 0 {
		return nil
	}
	return l.with(l.fragment(number).Query.CTEs)
}

func (l *lowering) returning(number int) []ast.Target {
	if number == 0 {
		return nil
	}
	return l.targets(l.block(number).Fields)
}

func (l *lowering) assignments(set []skel.Assignment) []ast.Assignment {
	out := make([]ast.Assignment, len(set))
	for i := range set {
		a := take[*ast.Assignment](l, set[i].Node)
		a.Value = l.expr(&set[i].Value)
		out[i] = *a
	}
	return out
}
