package build

import (
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// changed is what UPDATE and DELETE have in common: the rows to change.
type changed struct {
	table   *schema.Table
	node    logical.Node
	scan    *logical.Scan
	item    *item // of the table, old values
	scope   *scope
	locator logical.Col
}

// rowsToChange binds the table, the other tables, WHERE and Cockroach's ORDER
// BY and LIMIT.
func (b *binder) rowsToChange(ref *ast.TableRef, more []ast.TableExpr, sc *scope) (*changed, error) {
	t, err := b.writable(ref.Name)
	if err != nil {
		return nil, err
	}
	if ref.Index != "" {
		return nil, sqlerr.NotSupported("index hint").At(ref.Pos)
	}
	alias := ref.Alias.Name
	if alias == "" {
		alias = t.Name
	}
	c := &changed{table: t, scan: b.scan(t, false, alias, true), scope: sc}
	c.locator = c.scan.Out[0]
	c.item = itemOf(c.scan)
	if err := c.item.rename(ref.Alias, "table", ref.Pos); err != nil {
		return nil, err
	}
	sc.items = append(sc.items, c.item)
	sc.entries = append(sc.entries, c.item)
	c.node = c.scan
	if len(more) > 0 {
		// The other tables do not see the target.
		fsc := &scope{parent: sc.parent, entries: sc.entries, ctes: sc.ctes}
		n, err := b.from(more, fsc)
		if err != nil {
			return nil, err
		}
		if err := sc.add(fsc.items, 0); err != nil {
			return nil, err
		}
		sc.entries = fsc.entries
		c.node = &logical.Join{Kind: physical.Inner, Left: c.node, Right: n}
	}
	return c, nil
}

// restrict applies WHERE, ORDER BY and LIMIT. A row that joins with several
// others is changed once.
func (b *binder) restrict(c *changed, where ast.Expr, tail *ast.Tail, joined bool) error {
	var err error
	if c.node, err = b.filter(c.node, where, c.scope.in(inWhere), nil); err != nil {
		return err
	}
	if joined {
		c.node = &logical.DistinctOn{Input: c.node, Keys: []expr.Expr{c.locator.Ref()}}
	}
	if len(tail.OrderBy) > 0 {
		s := &logical.Sort{Input: c.node, Limit: -1}
		for _, o := range tail.OrderBy {
			e, err := b.bindClean(o.Expr, c.scope.in(inOrderBy))
			if err != nil {
				return err
			}
			s.Keys = append(s.Keys, physical.SortKey{Expr: e, Desc: o.Desc, NullsFirst: o.NullsFirst})
		}
		c.node = s
	}
	c.node, err = b.limit(c.node, tail, c.scope)
	return err
}

func (b *binder) update(s *ast.Update) (*Statement, error) {
	sc := &scope{ctes: b.visibleCTEs()}
	ctes, err := b.with(s.With, sc)
	if err != nil {
		return nil, err
	}
	c, err := b.rowsToChange(s.Table, s.From, sc)
	if err != nil {
		return nil, err
	}
	if err := b.restrict(c, s.Where, &s.Tail, len(s.From) > 0); err != nil {
		return nil, err
	}
	values := make([]expr.Expr, len(c.table.Columns))
	var subs []attachment
	ssc := sc.in(inSet)
	ssc.scalars = &subs
	places := make([]int, len(values))
	for _, a := range s.Set {
		if err := b.assignment(a, c.table, ssc, values, places); err != nil {
			return nil, err
		}
	}
	for i, v := range values {
		if v == nil {
			continue
		}
		if values[i], err = b.assign(v, c.table, i, places[i]); err != nil {
			return nil, err
		}
	}
	if err := b.unusedCTEs(ctes); err != nil {
		return nil, err
	}
	for i, col := range c.item.cols {
		if values[i] == nil {
			values[i] = expr.Column{Index: col.id, T: c.table.Columns[i].Type}
		}
	}
	// RETURNING sees the new values under the table's name, and the other tables.
	row := b.rowItem(c.table, "")
	row.name, row.namespace, row.table = c.item.name, c.item.namespace, c.item.table
	for i := range row.cols {
		row.cols[i].name = c.item.cols[i].name
	}
	rsc := &scope{items: []*item{row}, entries: []*item{row}, ctes: sc.ctes}
	rsc.items = append(rsc.items, sc.items[1:]...)
	rsc.entries = append(rsc.entries, sc.entries[1:]...)
	u := &logical.Update{Table: c.table, Locator: c.locator.ID}
	if u.Returning, u.Out, err = b.returning(s.Returning, rsc); err != nil {
		return nil, err
	}
	if c.node, err = attach(c.node, subs, sc, nil); err != nil {
		return nil, err
	}
	p := &logical.Project{Input: c.node, Exprs: []expr.Expr{c.locator.Ref()}, Out: []logical.Col{c.locator}}
	for i, col := range row.cols {
		p.Exprs = append(p.Exprs, values[i])
		p.Out = append(p.Out, logical.Col{ID: col.id, Name: c.table.Columns[i].Name, T: c.table.Columns[i].Type})
		u.Row = append(u.Row, col.id)
	}
	used := logical.Set{}
	for _, e := range u.Returning {
		used.AddExpr(e)
	}
	for _, col := range p.Input.Cols() {
		if used.Has(col.ID) && col.ID != c.locator.ID {
			p.Exprs, p.Out = append(p.Exprs, col.Ref()), append(p.Out, col)
		}
	}
	if u.Input, err = b.generate(p, c.table, row); err != nil {
		return nil, err
	}
	if u.Checks, err = b.checks(c.table); err != nil {
		return nil, err
	}
	return &Statement{Root: u, Out: u.Out, Tag: "UPDATE", Rows: len(s.Returning) > 0, Writes: true}, nil
}

// assignment binds one item of SET into values, by ordinal, with the place of
// each value. They get the types of their columns when all are bound.
func (b *binder) assignment(a ast.Assignment, t *schema.Table, sc *scope, values []expr.Expr, places []int) error {
	var cols []int
	for _, n := range a.Cols {
		i := t.Column(n.Parts[0])
		if i < 0 {
			return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", n.Parts[0], t.Name).At(n.Pos)
		}
		if len(n.Parts) > 1 {
			return fieldAssignment(t, i, n) // PostgreSQL takes t.c for field c of column t
		}
		cols = append(cols, i)
	}
	set := func(i int, e expr.Expr, pos int) error {
		if values[i] != nil {
			return sqlerr.New(sqlerr.SyntaxError, "multiple assignments to same column \"%s\"", t.Columns[i].Name)
		}
		values[i], places[i] = e, pos
		return nil
	}
	one := func(i int, x ast.Expr) error {
		if _, ok := x.(*ast.Default); !ok {
			if err := updatable(t.Columns[i]); err != nil {
				return err
			}
		} else {
			d, err := b.defaultOf(t, i)
			if err != nil {
				return err
			}
			return set(i, d, -1)
		}
		e, err := b.bindClean(x, sc)
		if err != nil {
			return err
		}
		return set(i, e, loc(x))
	}
	if len(cols) == 1 {
		if row, ok := a.Value.(*ast.Row); ok && len(row.Elems) == 1 {
			return one(cols[0], row.Elems[0])
		}
		return one(cols[0], a.Value)
	}
	const mismatch = "number of columns does not match number of values"
	switch v := a.Value.(type) {
	case *ast.Row:
		if len(v.Elems) != len(cols) {
			return sqlerr.New(sqlerr.SyntaxError, mismatch).At(v.Pos)
		}
		for k, x := range v.Elems {
			if err := one(cols[k], x); err != nil {
				return err
			}
		}
		return nil
	case *ast.Subquery:
		r, err := b.query(v.Query, sc)
		if err != nil {
			return err
		}
		if len(r.cols) != len(cols) {
			return sqlerr.New(sqlerr.SyntaxError, mismatch).At(v.Pos)
		}
		for k, i := range cols {
			if r.cols[k].T.ID == types.Unknown {
				if err := b.retype(&r, k, t.Columns[i].Type, v.Pos); err != nil {
					return err
				}
			}
			if err := set(i, r.cols[k].Ref(), v.Pos); err != nil {
				return err
			}
		}
		n := r.node
		if !singleRow(n) {
			n = &logical.SingleRow{Input: n}
		}
		return b.scalar(attachment{node: n}, sc, v.Pos)
	}
	return sqlerr.New(sqlerr.FeatureNotSupported, "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression").At(loc(a.Value))
}

func (b *binder) delete(s *ast.Delete) (*Statement, error) {
	sc := &scope{ctes: b.visibleCTEs()}
	ctes, err := b.with(s.With, sc)
	if err != nil {
		return nil, err
	}
	c, err := b.rowsToChange(s.Table, s.Using, sc)
	if err != nil {
		return nil, err
	}
	if err := b.restrict(c, s.Where, &s.Tail, len(s.Using) > 0); err != nil {
		return nil, err
	}
	if err := b.unusedCTEs(ctes); err != nil {
		return nil, err
	}
	d := &logical.Delete{Input: c.node, Table: c.table, Locator: c.locator.ID}
	if d.Returning, d.Out, err = b.returning(s.Returning, sc); err != nil {
		return nil, err
	}
	return &Statement{Root: d, Out: d.Out, Tag: "DELETE", Rows: len(s.Returning) > 0, Writes: true}, nil
}
