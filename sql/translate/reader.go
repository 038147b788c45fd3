package translate

import (
	"fmt"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/shape"
	"github.com/dejaq/fasti/sql/skel"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Reader reads parts of statements into trees. The zero value works.
type Reader struct {
	Shape shape.Options
	// Skeletons keeps parsed skeletons; nil keeps none.
	Skeletons *skel.Cache
}

// Result is what was found beside the tree.
type Result struct {
	// Params are the parameters in the order of the text.
	Params []shape.Param
	// Later is an error that PostgreSQL raises only when the whole text is well
	// formed; nil when there is none.
	Later *sqlerr.Error
}

// StatementAhead tells whether what begins at the cursor is for Statement.
func (r *Reader) StatementAhead(c *lex.Cursor) bool {
	switch c.Tok().Word {
	case lex.KwSelect, lex.KwWith, lex.KwValues, lex.KwTable, lex.KwInsert, lex.KwUpdate, lex.KwDelete:
		return true
	}
	return c.Is(lex.LParen) || r.Shape.Cockroach && c.IsName("upsert")
}

// Statement reads a query or a data-changing statement at the cursor.
func (r *Reader) Statement(c *lex.Cursor) (stmt ast.Stmt, res Result, err error) {
	err = r.read(c, shape.Statement, &res, func(l *lowering) { stmt = l.stmt(l.enc.Main) })
	return stmt, res, err
}

// Query reads a query at the cursor.
func (r *Reader) Query(c *lex.Cursor) (q ast.Query, res Result, err error) {
	err = r.read(c, shape.Query, &res, func(l *lowering) { q = l.query(l.fragment(l.enc.Main).Query) })
	return q, res, err
}

// Expr reads an expression at the cursor.
func (r *Reader) Expr(c *lex.Cursor) (e ast.Expr, res Result, err error) {
	err = r.read(c, shape.Expr, &res, func(l *lowering) { e = l.fields(l.enc.Main)[0] })
	return e, res, err
}

// BExpr reads an expression of the kind that may be a column's DEFAULT.
func (r *Reader) BExpr(c *lex.Cursor) (e ast.Expr, res Result, err error) {
	err = r.read(c, shape.BExpr, &res, func(l *lowering) { e = l.fields(l.enc.Main)[0] })
	return e, res, err
}

// Exprs reads expressions with commas between.
func (r *Reader) Exprs(c *lex.Cursor) (list []ast.Expr, res Result, err error) {
	err = r.read(c, shape.Exprs, &res, func(l *lowering) { list = l.fields(l.enc.Main) })
	return list, res, err
}

// Type reads a type name at the cursor.
func (r *Reader) Type(c *lex.Cursor) (t ast.TypeName, res Result, err error) {
	t, res.Later, err = shape.Type(c, r.Shape)
	return t, res, err
}

func (r *Reader) read(c *lex.Cursor, encode func(*lex.Cursor, shape.Options) (*shape.Encoding, error), res *Result, lower func(*lowering)) error {
	enc, err := encode(c, r.Shape)
	if err != nil {
		return err
	}
	defer enc.Release()
	*res = Result{Params: enc.Params, Later: enc.Later}
	tree, err := r.Skeletons.Parse(enc.Skeleton)
	if err != nil {
		return err
	}
	return lowerAll(enc, tree, lower)
}

// lowering is the state of one translation.
type lowering struct {
	enc  *shape.Encoding
	tree *skel.Tree
	used []bool // entries of the side table
	left int    // how many are not used yet
}

// broken is what lowering panics with when encoding and tree do not fit.
type broken struct{ what string }

func lowerAll(enc *shape.Encoding, tree *skel.Tree, lower func(*lowering)) (err error) {
	l := &lowering{enc: enc, tree: tree, used: make([]bool, len(enc.Nodes)), left: len(enc.Nodes)}
	defer func() {
		switch x := recover().(type) {
		case nil:
		case broken:
			err = sqlerr.New(sqlerr.InternalError, "cannot translate the statement: %s", x.what).
				WithDetail("%s", enc.Skeleton)
		default:
			panic(x)
		}
	}()
	if len(tree.Stmts) != enc.Fragments {
		l.fail("%d fragments, want %d", len(tree.Stmts), enc.Fragments)
	}
	lower(l)
	if l.left != 0 {
		for n, used := range l.used {
			if !used {
				l.fail("node %d of kind %T is left over", n, enc.Nodes[n])
			}
		}
	}
	return nil
}

func (l *lowering) fail(format string, args ...any) {
	panic(broken{fmt.Sprintf(format, args...)})
}

// node takes entry n of the side table.
func (l *lowering) node(n int32) any {
	if n < 0 || int(n) >= len(l.used) || l.used[n] {
		l.fail("node %d is not there", n)
	}
	l.used[n] = true
	l.left--
	return l.enc.Nodes[n]
}

// take takes entry n of the side table, which must be of type T.
func take[T any](l *lowering, n int32) T {
	v, ok := l.node(n).(T)
	if !ok {
		l.fail("node %d is of kind %T, want %T", n, l.enc.Nodes[n], v)
	}
	return v
}

// fragment returns the fragment of that number.
func (l *lowering) fragment(number int) *skel.Stmt {
	if number < 1 || number > len(l.tree.Stmts) {
		l.fail("fragment %d is not there", number)
	}
	return &l.tree.Stmts[number-1]
}

// block returns the only block of a fragment that is a plain SELECT.
func (l *lowering) block(number int) *skel.Block {
	s := l.fragment(number)
	if s.Verb != skel.Select || len(s.Query.Blocks) != 1 {
		l.fail("fragment %d is not a block", number)
	}
	return &s.Query.Blocks[0]
}

// fields returns the expressions of a fragment's select list.
func (l *lowering) fields(number int) []ast.Expr {
	b := l.block(number)
	out := make([]ast.Expr, len(b.Fields))
	for i := range b.Fields {
		out[i] = l.expr(&b.Fields[i].Expr)
	}
	return out
}
