package translate

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/shape"
	"github.com/dejaq/fasti/sql/skel"
)

// tables makes the items of FROM; nil for a block that has none.
func (l *lowering) tables(from []skel.Table) []ast.TableExpr {
	out := make([]ast.TableExpr, 0, len(from))
	for i := range from {
		if t := l.table(&from[i]); t != nil {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func (l *lowering) table(t *skel.Table) ast.TableExpr {
	if t.On != nil {
		left, right := l.table(t.Left), l.table(t.Right)
		j := take[*ast.JoinExpr](l, t.On.Node)
		j.Left, j.Right = left, right
		if len(t.On.Args) > 0 {
			j.On = l.expr(&t.On.Args[0])
		}
		return j
	}
	switch n := l.node(t.Node).(type) {
	case shape.Table:
		if n.AsOf > 0 {
			n.TableRef.AsOf = l.fields(n.AsOf)[0]
		}
		if n.Sample > 0 {
			l.sample(&n)
		}
		return n.TableRef
	case *ast.SubqueryRef:
		n.Query = l.query(t.Query)
		return n
	case *ast.FuncRef:
		for _, f := range t.Query.Blocks[0].Fields {
			call, ok := l.expr(&f.Expr).(*ast.FuncCall)
			if !ok {
				l.fail("a function in FROM is not a call")
			}
			n.Funcs = append(n.Funcs, call)
		}
		return n
	case shape.NoTable:
		return nil
	default:
		l.fail("%T is not a table", n)
	}
	return nil
}

func (l *lowering) sample(t *shape.Table) {
	args := l.fields(t.Sample)
	call := t.TableRef.Sample
	for i := range call.Args {
		call.Args[i].Expr = args[i]
	}
	if t.Repeatable {
		t.TableRef.Repeatable = args[len(args)-1]
	}
}
