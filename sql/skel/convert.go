package skel

import (
	"strconv"
	"unsafe"

	"github.com/pingcap/tidb/pkg/parser/ast"
)

// converter reduces TiDB's trees. It panics on what it does not expect; parse
// recovers.
type converter struct{ bytes int }

const (
	stmtBytes  = int(unsafe.Sizeof(Stmt{}))
	queryBytes = int(unsafe.Sizeof(Query{}))
	blockBytes = int(unsafe.Sizeof(Block{}))
	fieldBytes = int(unsafe.Sizeof(Field{}))
	tableBytes = int(unsafe.Sizeof(Table{}))
	exprBytes  = int(unsafe.Sizeof(Expr{}))
)

// node returns N of tN or fN.
func node(name string, letter byte) int32 {
	if len(name) < 2 || name[0] != letter {
		unexpected(name)
	}
	n, err := strconv.ParseInt(name[1:], 10, 32)
	if err != nil {
		panic(err)
	}
	return int32(n)
}

func (c *converter) stmt(s ast.StmtNode) Stmt {
	switch s := s.(type) {
	case *ast.SelectStmt, *ast.SetOprStmt:
		return Stmt{Verb: Select, Query: c.query(s), Target: None, Limit: None}
	case *ast.InsertStmt:
		return c.insert(s)
	case *ast.UpdateStmt:
		out := Stmt{Verb: Update, Target: c.target(s.TableRefs), Where: c.optional(s.Where), OrderBy: c.orderBy(s.Order), Limit: limit(s.Limit)}
		if s.With != nil || s.MultipleTable || s.IgnoreErr || len(s.TableHints) > 0 {
			unexpected(s)
		}
		for _, a := range s.List {
			out.Set = append(out.Set, Assignment{Node: column(a.Column), Value: c.expr(a.Expr)})
			c.bytes += exprBytes + 8
		}
		return out
	case *ast.DeleteStmt:
		if s.With != nil || s.IsMultiTable || s.IgnoreErr || len(s.TableHints) > 0 || s.Tables != nil {
			unexpected(s)
		}
		return Stmt{Verb: Delete, Target: c.target(s.TableRefs), Where: c.optional(s.Where), OrderBy: c.orderBy(s.Order), Limit: limit(s.Limit)}
	}
	unexpected(s)
	return Stmt{}
}

func (c *converter) insert(s *ast.InsertStmt) Stmt {
	out := Stmt{Verb: Insert, Target: c.target(s.Table), Limit: None}
	if s.IsReplace || s.IgnoreErr || s.Setlist || s.OnDuplicate != nil || len(s.Columns) > 0 {
		unexpected(s)
	}
	switch {
	case s.Select != nil:
		out.Query = c.query(s.Select)
	case len(s.Lists) != 1 || len(s.Lists[0]) != 0: // VALUES () is DEFAULT VALUES
		unexpected(s.Lists)
	}
	return out
}

// target returns the one table of a data-changing statement.
func (c *converter) target(refs *ast.TableRefsClause) int32 {
	tables := c.tables(refs)
	if len(tables) != 1 || tables[0].Query != nil || tables[0].Left != nil {
		unexpected(refs)
	}
	return tables[0].Node
}

func (c *converter) query(n ast.Node) *Query {
	c.bytes += queryBytes
	switch s := n.(type) {
	case *ast.SelectStmt:
		q := &Query{CTEs: c.with(s.With), OrderBy: c.orderBy(s.OrderBy), Limit: limit(s.Limit)}
		q.Blocks = []Block{c.block(s)}
		return q
	case *ast.SetOprStmt:
		q := &Query{CTEs: c.with(s.With), OrderBy: c.orderBy(s.OrderBy), Limit: limit(s.Limit)}
		for i, n := range s.SelectList.Selects {
			b, ok := n.(*ast.SelectStmt)
			if !ok || b.With != nil || b.OrderBy != nil || b.Limit != nil {
				unexpected(n)
			}
			if i > 0 {
				q.Ops = append(q.Ops, operation(b.AfterSetOperator))
			}
			q.Blocks = append(q.Blocks, c.block(b))
		}
		return q
	}
	unexpected(n)
	return nil
}

func operation(op *ast.SetOprType) Op {
	if op == nil {
		panic("set operation without operator")
	}
	switch *op {
	case ast.Union:
		return Op{"UNION", false}
	case ast.UnionAll:
		return Op{"UNION", true}
	case ast.Except:
		return Op{"EXCEPT", false}
	case ast.ExceptAll:
		return Op{"EXCEPT", true}
	case ast.Intersect:
		return Op{"INTERSECT", false}
	case ast.IntersectAll:
		return Op{"INTERSECT", true}
	}
	unexpected(*op)
	return Op{}
}

func (c *converter) with(w *ast.WithClause) []CTE {
	if w == nil {
		return nil
	}
	var out []CTE
	for _, e := range w.CTEs {
		if len(e.ColNameList) > 0 {
			unexpected(e)
		}
		out = append(out, CTE{Node: node(e.Name.O, 't'), Query: c.query(e.Query.Query)})
	}
	return out
}

func (c *converter) block(s *ast.SelectStmt) Block {
	c.bytes += blockBytes
	if s.Kind != ast.SelectStmtKindSelect || s.Distinct || s.LockInfo != nil || s.SelectIntoOpt != nil ||
		len(s.WindowSpecs) > 0 || len(s.Lists) > 0 || len(s.TableHints) > 0 {
		unexpected(s)
	}
	b := Block{Where: c.optional(s.Where)}
	for _, f := range s.Fields.Fields {
		if f.WildCard != nil {
			unexpected(f)
		}
		out := Field{Expr: c.expr(f.Expr), Label: None}
		if f.AsName.O != "" {
			out.Label = node(f.AsName.O, 't')
		}
		b.Fields = append(b.Fields, out)
		c.bytes += fieldBytes
	}
	if s.From != nil {
		b.From = c.tables(s.From)
	}
	if s.GroupBy != nil {
		if s.GroupBy.Rollup {
			unexpected(s.GroupBy)
		}
		b.GroupBy = c.items(s.GroupBy.Items)
	}
	if s.Having != nil {
		b.Having = c.optional(s.Having.Expr)
	}
	return b
}

// tables returns the items of FROM. TiDB keeps the commas as a left-deep tree of
// joins without a condition.
func (c *converter) tables(refs *ast.TableRefsClause) []Table {
	var items []ast.ResultSetNode
	n := ast.ResultSetNode(refs.TableRefs)
	for {
		j, ok := n.(*ast.Join)
		if !ok || j.On != nil {
			items = append(items, n)
			break
		}
		if len(j.Using) > 0 || j.NaturalJoin || j.StraightJoin || j.Tp == ast.LeftJoin || j.Tp == ast.RightJoin {
			unexpected(j)
		}
		if j.Right != nil {
			items = append(items, j.Right)
		}
		n = j.Left
	}
	out := make([]Table, len(items))
	for i, n := range items {
		out[len(items)-1-i] = c.table(n)
	}
	return out
}

func (c *converter) table(n ast.ResultSetNode) Table {
	c.bytes += tableBytes
	switch n := n.(type) {
	case *ast.TableSource:
		if n.Lateral || len(n.ColumnNames) > 0 {
			unexpected(n)
		}
		switch s := n.Source.(type) {
		case *ast.TableName:
			if n.AsName.O != "" || s.Schema.O != "" || len(s.IndexHints) > 0 || s.TableSample != nil || s.AsOf != nil || len(s.PartitionNames) > 0 {
				unexpected(n)
			}
			return Table{Node: node(s.Name.O, 't')}
		case *ast.SelectStmt, *ast.SetOprStmt:
			return Table{Node: node(n.AsName.O, 't'), Query: c.query(s)}
		}
	case *ast.Join:
		if n.Right == nil && n.On == nil { // brackets
			return c.table(n.Left)
		}
		if n.On == nil || len(n.Using) > 0 || n.NaturalJoin || n.StraightJoin || n.Right == nil {
			unexpected(n)
		}
		left, right := c.table(n.Left), c.table(n.Right)
		return Table{Node: None, Left: &left, Right: &right, On: c.optional(n.On.Expr)}
	}
	unexpected(n)
	return Table{}
}

func (c *converter) orderBy(o *ast.OrderByClause) []Expr {
	if o == nil {
		return nil
	}
	return c.items(o.Items)
}

func (c *converter) items(items []*ast.ByItem) []Expr {
	out := make([]Expr, len(items))
	for i, it := range items {
		if it.Desc {
			unexpected(it)
		}
		out[i] = c.expr(it.Expr)
	}
	c.bytes += exprBytes * len(out)
	return out
}

// limit returns N of LIMIT N.
func limit(l *ast.Limit) int32 {
	if l == nil {
		return None
	}
	v, ok := l.Count.(*number)
	if !ok || l.Offset != nil {
		unexpected(l)
	}
	switch n := v.value.(type) {
	case uint64:
		return int32(n)
	case int64:
		return int32(n)
	}
	unexpected(v.value)
	return None
}

func (c *converter) optional(e ast.ExprNode) *Expr {
	if e == nil {
		return nil
	}
	out := c.expr(e)
	c.bytes += exprBytes
	return &out
}

func (c *converter) expr(e ast.ExprNode) Expr {
	switch e := e.(type) {
	case *ast.ColumnNameExpr:
		return Expr{Node: column(e.Name)}
	case *ast.FuncCallExpr:
		if e.Schema.O != "" {
			unexpected(e)
		}
		out := Expr{Node: node(e.FnName.O, 'f')}
		if len(e.Args) > 0 {
			out.Args = make([]Expr, len(e.Args))
			for i, a := range e.Args {
				out.Args[i] = c.expr(a)
			}
			c.bytes += exprBytes * len(e.Args)
		}
		return out
	case *ast.SubqueryExpr:
		return Expr{Node: None, Query: c.query(e.Query)}
	case *number:
		if e.value == int64(1) {
			return Expr{Node: None}
		}
	}
	unexpected(e)
	return Expr{}
}

func column(n *ast.ColumnName) int32 {
	if n.Schema.O != "" || n.Table.O != "" {
		unexpected(n)
	}
	return node(n.Name.O, 't')
}
