package build

import (
	"slices"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/format"
	"github.com/dejaq/fasti/sql/parse"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// dropColumn binds DROP COLUMN on t, the copy that the change stores.
func (b *binder) dropColumn(c *change, st *Statement, t *schema.Table, a *ast.AlterAction) error {
	i := t.Column(a.Name)
	switch {
	case i >= 0:
	case isSystemColumn(a.Name):
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot drop system column \"%s\"", a.Name)
	case a.IfExists:
		st.notice("column \"%s\" of relation \"%s\" does not exist, skipping", a.Name, t.Name)
		return nil
	default:
		return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", a.Name, t.Name)
	}
	if len(c.plan.Checks) > 0 { // they speak of the ordinals there are now
		return sqlerr.NotSupported("DROP COLUMN behind an action that checks rows").At(a.Pos)
	}
	if err := droppable(t, i, a.Pos); err != nil {
		return err
	}
	col := t.Columns[i]
	d := &dropper{change: c, b: b, gone: map[schema.ObjectID]string{}}
	what := "column " + format.Ident(col.Name) + " of " + d.describeTable(t)
	d.targets = []string{what}
	if err := b.generatedFrom(d, t, i, what, a); err != nil {
		return err
	}
	for _, o := range c.view.Objects(schema.SequenceObject) {
		if o.Sequence.OwnerTable == schema.ObjectID(t.ID) && o.Sequence.OwnerColumn == col.ID {
			d.add(o.ID, d.describe(o)) // without a word: it is a part of the column
		}
	}
	for _, o := range c.view.Objects(schema.ViewObject) {
		if slices.Contains(o.Depends, schema.Dependency{ID: schema.ObjectID(t.ID), Column: col.ID}) {
			d.blockedBy(o.ID, d.describe(o), what)
		}
	}
	at := slices.Index(c.plan.Change.Tables, t)
	t.DropColumn(i)
	c.plan.Missing = slices.DeleteFunc(c.plan.Missing, func(m physical.MissingValue) bool { return m.Table == at && m.Column == i })
	for k := range c.plan.Missing {
		if m := &c.plan.Missing[k]; m.Table == at && m.Column > i {
			m.Column--
		}
	}
	made, err := d.finish(st.Tag, a.Cascade, nil)
	if err == nil {
		st.Notices = append(st.Notices, made.Notices...)
	}
	return err
}

// droppable refuses a column that row keys, shards or entries of indexes are made of.
func droppable(t *schema.Table, i, pos int) error {
	what := ""
	switch {
	case slices.Contains(t.Key, i):
		what = "a column of the primary key"
	case t.Time == i:
		what = "the time column"
	case slices.Contains(t.PartitionBy, i):
		what = "a partition column"
	case slices.Contains(t.OrderBy, i):
		what = "a column of order_by"
	}
	for _, x := range t.Indexes {
		switch {
		case slices.ContainsFunc(x.Keys, func(k schema.IndexKey) bool { return k.Column == i }), slices.Contains(x.Include, i):
			return sqlerr.NotSupported("dropping column \"%s\", which index \"%s\" names", t.Columns[i].Name, x.Name).At(pos)
		case x.Predicate != "" || slices.ContainsFunc(x.Keys, func(k schema.IndexKey) bool { return k.Expr != "" }):
			return sqlerr.NotSupported("dropping a column of a table with index \"%s\" on an expression", x.Name).At(pos)
		}
	}
	if what != "" {
		return sqlerr.NotSupported("dropping column \"%s\", %s", t.Columns[i].Name, what).At(pos)
	}
	return nil
}

// generatedFrom blocks the drop of column i by the generated columns that name it.
func (b *binder) generatedFrom(d *dropper, t *schema.Table, i int, what string, a *ast.AlterAction) error {
	for k, g := range t.Columns {
		if !g.Generated {
			continue
		}
		tree, err := parse.Expr(g.Default)
		if err != nil {
			return sqlerr.New(sqlerr.InternalError, "generated column \"%s\" of relation \"%s\": %v", g.Name, t.Name, err)
		}
		row := b.rowItem(t, "")
		e, err := b.generatedExpr(tree, t, k, row)
		if err != nil {
			return err
		}
		if !slices.Contains(expr.Columns(overRow(e, row)), i) {
			continue
		}
		if a.Cascade {
			return sqlerr.NotSupported("dropping column \"%s\" with generated column \"%s\"", t.Columns[i].Name, g.Name).At(a.Pos)
		}
		d.blocked = append(d.blocked, dependent{"column " + format.Ident(g.Name) + " of " + d.describeTable(t), what})
	}
	return nil
}
