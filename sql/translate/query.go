package translate

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/shape"
	"github.com/dejaq/fasti/sql/skel"
)

// query makes the tree of a query. Set operations of one level hang to the left.
func (l *lowering) query(q *skel.Query) ast.Query {
	if q == nil {
		l.fail("a fragment is not a query")
	}
	with := l.with(q.CTEs)
	out := l.blockQuery(&q.Blocks[0])
	for i, op := range q.Ops {
		right := l.blockQuery(&q.Blocks[i+1])
		out = &ast.SetOp{Pos: queryPos(out), Op: op.Name, All: op.All, Left: out, Right: right}
	}
	if with != nil {
		*withOf(out) = with
	}
	l.tail(tailOf(out), q.OrderBy, q.Limit)
	return out
}

// queryPos, withOf and tailOf return parts that all queries have.
func queryPos(q ast.Query) int {
	switch q := q.(type) {
	case *ast.Select:
		return q.Pos
	case *ast.SetOp:
		return q.Pos
	}
	return q.(*ast.Values).Pos
}

func withOf(q ast.Query) **ast.With {
	switch q := q.(type) {
	case *ast.Select:
		return &q.With
	case *ast.SetOp:
		return &q.With
	}
	return &q.(*ast.Values).With
}

func tailOf(q ast.Query) *ast.Tail {
	switch q := q.(type) {
	case *ast.Select:
		return &q.Tail
	case *ast.SetOp:
		return &q.Tail
	}
	return &q.(*ast.Values).Tail
}

func (l *lowering) with(ctes []skel.CTE) *ast.With {
	if len(ctes) == 0 {
		return nil
	}
	w := &ast.With{CTEs: make([]ast.CTE, len(ctes))}
	for i := range ctes {
		c := take[shape.CTE](l, ctes[i].Node)
		w.Pos, w.Recursive = c.WithPos, c.Recursive
		if c.Body > 0 {
			c.Stmt = l.stmt(c.Body)
		} else {
			c.Stmt = l.query(ctes[i].Query)
		}
		w.CTEs[i] = c.CTE
	}
	return w
}

// tail adds what stands behind a query to its tail. A query in brackets and the
// clauses behind them share one tail; sql/shape has seen to it that no clause is
// there twice.
func (l *lowering) tail(t *ast.Tail, orderBy []skel.Expr, limit int32) {
	if len(orderBy) > 0 {
		t.OrderBy = l.orderItems(orderBy)
	}
	if limit == skel.None {
		return
	}
	s := take[shape.Tail](l, limit)
	if s.Limit != nil {
		t.Limit = s.Limit
	} else if s.LimitIn > 0 {
		t.Limit = l.fields(s.LimitIn)[0]
	}
	if s.Offset != nil {
		t.Offset = s.Offset
	} else if s.OffsetIn > 0 {
		t.Offset = l.fields(s.OffsetIn)[0]
	}
	t.WithTies = t.WithTies || s.WithTies
	t.Locks = append(t.Locks, s.Locks...)
}

func (l *lowering) orderItems(items []skel.Expr) []ast.OrderItem {
	out := make([]ast.OrderItem, len(items))
	for i := range items {
		if len(items[i].Args) != 1 {
			l.fail("an item of ORDER BY has %d arguments", len(items[i].Args))
		}
		out[i] = *take[*ast.OrderItem](l, items[i].Node)
		out[i].Expr = l.expr(&items[i].Args[0])
		out[i].Pos = ast.Start(out[i].Expr)
	}
	return out
}

// blockQuery makes the tree of one block by its first field.
func (l *lowering) blockQuery(b *skel.Block) ast.Query {
	head := &b.Fields[0].Expr
	o := operands{l, head.Args}
	switch n := l.node(head.Node).(type) {
	case shape.Select:
		o.fill(n.DistinctOn)
		n.Targets = l.targets(b.Fields[1:])
		if b.From != nil {
			n.From = l.tables(b.From)
		}
		n.Where = l.optional(b.Where)
		if b.GroupBy != nil {
			n.GroupBy = make([]ast.Expr, len(b.GroupBy))
			for i := range b.GroupBy {
				n.GroupBy[i] = l.expr(&b.GroupBy[i])
			}
		}
		n.Having = l.optional(b.Having)
		if n.Windows > 0 {
			n.Select.Windows = l.windows(n.Windows)
		}
		return n.Select
	case shape.Values:
		if len(head.Args) > 0 {
			for _, row := range n.Rows {
				o.fill(row)
			}
		}
		return n.Values
	case shape.Nested:
		return o.query()
	default:
		l.fail("%T is not the head of a block", n)
	}
	return nil
}

func (l *lowering) targets(fields []skel.Field) []ast.Target {
	if len(fields) == 0 {
		return nil
	}
	out := make([]ast.Target, len(fields))
	for i := range fields {
		f := &fields[i]
		out[i].Expr = l.expr(&f.Expr)
		out[i].Pos = ast.Start(out[i].Expr)
		if f.Label != skel.None {
			out[i].Alias = string(take[shape.Label](l, f.Label))
		}
	}
	return out
}

// windows makes the definitions of a WINDOW clause.
func (l *lowering) windows(fragment int) []ast.WindowDef {
	b := l.block(fragment)
	out := make([]ast.WindowDef, len(b.Fields))
	for i := range b.Fields {
		e := &b.Fields[i].Expr
		w := take[*ast.WindowDef](l, e.Node)
		o := operands{l, e.Args}
		o.window(w)
		out[i] = *w
	}
	return out
}
