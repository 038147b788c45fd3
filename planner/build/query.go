package build

import (
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// result is a bound query: its node and, in order, what it puts out. An output
// may be an untyped literal still; textUnknowns or retype end that.
type result struct {
	node logical.Node
	cols []logical.Col
}

// query binds a query inside the scope outer, nil at the top.
func (b *binder) query(q ast.Query, outer *scope) (result, error) {
	if err := b.enter(); err != nil {
		return result{}, err
	}
	defer b.leave()
	sc := outer.child()
	var with *ast.With
	switch q := q.(type) {
	case *ast.Select:
		with = q.With
	case *ast.SetOp:
		with = q.With
	case *ast.Values:
		with = q.With
	}
	ctes, err := b.with(with, sc)
	if err != nil {
		return result{}, err
	}
	var r result
	switch q := q.(type) {
	case *ast.Select:
		r, err = b.selectCore(q, sc)
	case *ast.SetOp:
		r, err = b.setOp(q, sc)
	case *ast.Values:
		r, err = b.values(q, sc)
	}
	if err == nil {
		err = b.unusedCTEs(ctes)
	}
	return r, err
}

// textUnknowns makes the untyped outputs of r text.
func (b *binder) textUnknowns(r *result) error {
	for i := range r.cols {
		if r.cols[i].T.ID == types.Unknown {
			if err := b.retype(r, i, types.Of(types.Text), -1); err != nil {
				return err
			}
		}
	}
	return nil
}

// retype gives the untyped output i of r the type t.
func (b *binder) retype(r *result, i int, t types.Type, pos int) error {
	id := r.cols[i].ID
	if err := b.retypeIn(r.node, id, t.Plain(), pos); err != nil {
		return err
	}
	for k := range r.cols {
		if r.cols[k].ID == id {
			r.cols[k].T = t.Plain()
		}
	}
	return nil
}

// retypeIn changes the literal or parameter that defines id, in place: the tree
// has just been made and is not shared.
func (b *binder) retypeIn(n logical.Node, id int, t types.Type, pos int) error {
	if p, ok := n.(*logical.Project); ok {
		for k := range p.Out {
			if p.Out[k].ID != id {
				continue
			}
			p.Out[k].T = t
			if c, ok := p.Exprs[k].(expr.Column); ok {
				c.T = t
				p.Exprs[k] = c
				break
			}
			e, err := b.known(p.Exprs[k], t, pos)
			if err != nil {
				return err
			}
			p.Exprs[k] = e
			return nil
		}
	}
	for _, in := range n.Inputs() {
		if err := b.retypeIn(in, id, t, pos); err != nil {
			return err
		}
	}
	return nil
}

// cteScope is the list of common table expressions that a query sees, innermost
// first.
type cteScope struct {
	parent *cteScope
	cte    ast.CTE
	used   bool
	// recursive: the query refers to itself; work is set inside its step.
	recursive bool
	work      *logical.WorkTable
	outer     *scope // of the query that has the WITH
	// shared is the query once it is bound, unless every reference binds its own.
	shared  *sharedCTE
	scanned bool // shared has a scan
}

func (c *cteScope) find(name string) *cteScope {
	for ; c != nil; c = c.parent {
		if c.cte.Name == name {
			return c
		}
	}
	return nil
}

// with makes the common table expressions visible in sc and returns them.
func (b *binder) with(w *ast.With, sc *scope) ([]*cteScope, error) {
	if w == nil {
		return nil, nil
	}
	var all []*cteScope
	for i, c := range w.CTEs {
		for _, d := range w.CTEs[:i] {
			if d.Name == c.Name {
				return nil, sqlerr.New(sqlerr.DuplicateAlias, "WITH query name \"%s\" specified more than once", c.Name).At(c.Pos)
			}
		}
		q, ok := c.Stmt.(ast.Query)
		if !ok {
			if err := b.mayWrite(c, w, sc); err != nil {
				return nil, err
			}
		}
		env := &cteScope{parent: sc.ctes, cte: c, outer: sc.parent, recursive: ok && w.Recursive && mentions(q, c.Name)}
		all = append(all, env)
		sc.ctes = env
	}
	return all, nil
}

// unusedCTEs binds the expressions that nothing referred to: those that write run
// all the same, the others are bound for their errors.
func (b *binder) unusedCTEs(all []*cteScope) error {
	for _, c := range all {
		if !c.used {
			if _, err := b.cteQuery(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxCTERefs bounds how often common table expressions are bound: chains of such
// as are bound anew for each reference would grow without bound.
const maxCTERefs = 1000

// cteQuery binds the query of c, seeing what c sees, and shares it if that can be.
func (b *binder) cteQuery(c *cteScope) (result, error) {
	c.used = true
	r, err := b.bindCTE(c)
	if err == nil {
		b.share(c, r)
	}
	return r, err
}

func (b *binder) bindCTE(c *cteScope) (result, error) {
	if b.cteRefs++; b.cteRefs > maxCTERefs {
		return result{}, sqlerr.New(sqlerr.StatementTooComplex, "too many references to WITH queries")
	}
	outer := &scope{ctes: c.parent}
	if c.outer != nil {
		*outer = scope{parent: c.outer.parent, items: c.outer.items, entries: c.outer.entries, ctes: c.parent}
	}
	if c.recursive {
		return b.recursive(c, outer)
	}
	var r result
	var err error
	if q, ok := c.cte.Stmt.(ast.Query); ok {
		r, err = b.subquery(q, outer)
	} else {
		r, err = b.modifyingCTE(c)
	}
	if err != nil {
		return r, err
	}
	return r, c.name(&r)
}

// name gives the columns of r the names of the WITH clause.
func (c *cteScope) name(r *result) error {
	if len(c.cte.Cols) > len(r.cols) {
		return sqlerr.New(sqlerr.InvalidColumnReference, "WITH query \"%s\" has %d columns available but %d columns specified",
			c.cte.Name, len(r.cols), len(c.cte.Cols)).At(c.cte.Pos)
	}
	for i, n := range c.cte.Cols {
		r.cols[i].Name = n
	}
	return nil
}

func (b *binder) cteRef(c *cteScope, t *ast.TableRef, sc *scope) (logical.Node, []*item, error) {
	var r result
	var err error
	if c.work != nil {
		w := &logical.WorkTable{ID: c.work.ID, Out: b.renewed(c.work.Out)}
		r = result{w, w.Out}
	} else if c.shared == nil {
		if r, err = b.cteQuery(c); err != nil {
			return nil, nil, err
		}
	}
	if c.shared != nil {
		if c.shared.writes && len(c.shared.with.Out) == 0 {
			return nil, nil, sqlerr.New(sqlerr.FeatureNotSupported, "WITH query \"%s\" does not have a RETURNING clause", c.cte.Name).At(t.Pos)
		}
		s := b.scanCTE(c, t.Alias.Name)
		r = result{s, s.Out}
	}
	it := resultItem(c.cte.Name, r.cols)
	if err := it.rename(t.Alias, "table", t.Pos); err != nil {
		return nil, nil, err
	}
	sc.entries = append(sc.entries, it)
	return r.node, []*item{it}, nil
}

// mentions reports whether q refers to a table by this bare name.
func mentions(q ast.Query, name string) bool {
	var inTable func(t ast.TableExpr) bool
	inTable = func(t ast.TableExpr) bool {
		switch t := t.(type) {
		case *ast.TableRef:
			return len(t.Name.Parts) == 1 && t.Name.Parts[0] == name
		case *ast.SubqueryRef:
			return mentions(t.Query, name)
		case *ast.JoinExpr:
			return inTable(t.Left) || inTable(t.Right)
		}
		return false
	}
	switch q := q.(type) {
	case *ast.Select:
		for _, t := range q.From {
			if inTable(t) {
				return true
			}
		}
	case *ast.SetOp:
		return mentions(q.Left, name) || mentions(q.Right, name)
	}
	return false
}

// limit puts LIMIT and OFFSET on a query.
func (b *binder) limit(n logical.Node, t *ast.Tail, sc *scope) (logical.Node, error) {
	if len(t.Locks) > 0 {
		return nil, sqlerr.NotSupported("SELECT FOR %s", t.Locks[0].Strength).At(t.Locks[0].Pos)
	}
	if t.Limit == nil && t.Offset == nil {
		return n, nil
	}
	l := &logical.Limit{Input: n}
	var subs []attachment
	for _, x := range []struct {
		e ast.Expr
		c clause
		r *expr.Expr
	}{{t.Offset, inOffset, &l.Offset}, {t.Limit, inLimit, &l.Count}} {
		if x.e == nil {
			continue
		}
		lsc := sc.in(x.c)
		lsc.scalars = &subs
		e, err := b.bindClean(x.e, lsc)
		if err != nil {
			return nil, err
		}
		t := e.Type()
		e, ok, err := b.coerce(e, types.Of(types.Int8), function.Assignment, loc(x.e))
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, sqlerr.New(sqlerr.DatatypeMismatch, "argument of %s must be type bigint, not type %s", x.c.words(), t.Plain()).At(loc(x.e))
		}
		if usesColumns(e, sc) {
			return nil, sqlerr.New(sqlerr.InvalidColumnReference, "argument of %s must not contain variables", x.c.words()).At(columnPos(x.e))
		}
		*x.r = e
	}
	if t.WithTies {
		if c, ok := t.Limit.(*ast.Const); ok && c.Kind == ast.Null {
			return nil, sqlerr.New(sqlerr.InvalidRowCountInLimit, "row count cannot be null in FETCH FIRST ... WITH TIES clause")
		}
		l.Ties = orderOf(n)
	}
	if c, ok := l.Count.(expr.Const); ok && c.Value.Null {
		l.Count = nil
	}
	if l.Count == nil && l.Offset == nil {
		return n, nil
	}
	if len(subs) > 0 {
		in, err := attach(oneRow(), subs, sc, nil)
		return &logical.Join{Kind: physical.Inner, Left: in, Right: l, Lateral: true}, err
	}
	return l, nil
}

// orderOf returns the columns of the ORDER BY that stands on top of n.
func orderOf(n logical.Node) (keys []expr.Expr) {
	switch n := n.(type) {
	case *logical.DistinctOn:
		return orderOf(n.Input)
	case *logical.Sort:
		for _, k := range n.Keys {
			keys = append(keys, k.Expr)
		}
	}
	return keys
}

// usesColumns reports whether e reads columns of sc's level.
func usesColumns(e expr.Expr, sc *scope) bool {
	used := logical.Set{}
	used.AddExpr(e)
	for id := range used {
		if sc.has(id) {
			return true
		}
	}
	return false
}

// columnPos finds where the first column of an expression was written.
func columnPos(e ast.Expr) int {
	switch e := e.(type) {
	case *ast.ColumnRef:
		return e.Pos
	case *ast.Binary:
		if _, ok := e.L.(*ast.Const); !ok {
			return columnPos(e.L)
		}
		return columnPos(e.R)
	case *ast.Unary:
		return columnPos(e.X)
	case *ast.Cast:
		return columnPos(e.X)
	case *ast.FuncCall:
		for _, a := range e.Args {
			if _, ok := a.Expr.(*ast.Const); !ok {
				return columnPos(a.Expr)
			}
		}
	}
	return loc(e)
}
