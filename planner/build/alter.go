package build

import (
	"slices"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// alterRelation binds ALTER TABLE, VIEW and SEQUENCE.
func (b *binder) alterRelation(s *ast.Alter) (*Statement, error) {
	c := b.change()
	st := c.statement("ALTER " + s.Kind)
	r, err := b.relation(s.Name)
	if err != nil {
		if s.IfExists && sqlerr.Code(err) == sqlerr.UndefinedTable {
			st.notice("relation \"%s\" does not exist, skipping", s.Name.Parts[len(s.Name.Parts)-1])
			return st, nil
		}
		return nil, noPos(err)
	}
	a := &s.Actions[0]
	rename := a.Kind == "RENAME" || a.Kind == "OWNER" || a.Kind == "SET SCHEMA"
	switch want := map[string]string{"TABLE": "table", "VIEW": "view", "SEQUENCE": "sequence"}[s.Kind]; {
	case r.virtual:
		return nil, systemTable(r.name())
	case r.kind() != want && !(s.Kind == "TABLE" && rename):
		return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a %s", r.name(), want)
	}
	if r.object != nil {
		return st, b.alterOther(c, r.object, s.Actions)
	}
	t := c.table(r.table)
	for i := range s.Actions {
		if err := b.alterTable(c, st, t, &s.Actions[i]); err != nil {
			return nil, err
		}
	}
	return st, nil
}

// alterOther applies actions to a view or a sequence.
func (b *binder) alterOther(c *change, o *schema.Object, actions []ast.AlterAction) error {
	n := c.object(o)
	for _, a := range actions {
		switch a.Kind {
		case "RENAME":
			if b.view().Relation(n.Namespace, a.To) != 0 {
				return sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists", a.To)
			}
			n.Name = a.To
			if err := renamable(c, o); err != nil {
				return err
			}
		case "OWNER":
			role, err := b.role(a.To)
			if err != nil {
				return err
			}
			n.Owner = role.ID
		case "SET SCHEMA":
			if err := b.moveTo(a.To, o.Namespace, o.Name); err != nil {
				return err
			}
			n.Namespace = a.To
			if err := renamable(c, o); err != nil {
				return err
			}
		case "RENAME COLUMN":
			if n.View == nil {
				return sqlerr.New(sqlerr.WrongObjectType, "cannot rename column of %s \"%s\"", o.Kind, o.Name)
			}
			if err := renameColumn(n.View.Columns, o.Name, a.Name, a.To); err != nil {
				return err
			}
		case "SEQUENCE":
			return b.alterSequence(c, o, a.Sequence)
		default:
			return sqlerr.NotSupported("ALTER %s %s", o.Kind, a.Kind).At(a.Pos)
		}
	}
	return nil
}

// renamable refuses to rename a sequence that the text of a default names.
func renamable(c *change, o *schema.Object) error {
	if o.Kind != schema.SequenceObject {
		return nil
	}
	for _, t := range c.view.Tables() {
		for _, col := range t.Columns {
			if slices.ContainsFunc(col.Depends, func(d schema.Dependency) bool { return d.ID == o.ID }) {
				return sqlerr.NotSupported("renaming sequence \"%s\", which the default of column \"%s\" of table \"%s\" names", o.Name, col.Name, t.Name)
			}
		}
	}
	return nil
}

// moveTo checks that a relation can move to a namespace.
func (b *binder) moveTo(to, from, name string) error {
	if !b.view().HoldsTables(to) {
		if b.isNamespace(to) {
			return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for schema %s", to)
		}
		return sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", to)
	}
	if to != from && b.view().Relation(to, name) != 0 {
		return sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists in schema \"%s\"", name, to)
	}
	return nil
}

func renameColumn(cols []schema.Column, relation, from, to string) error {
	i := slices.IndexFunc(cols, func(c schema.Column) bool { return c.Name == from })
	if i < 0 {
		return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" does not exist", from)
	}
	if slices.ContainsFunc(cols, func(c schema.Column) bool { return c.Name == to }) {
		return sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", to, relation)
	}
	cols[i].Name = to
	return nil
}

// alterTable applies one action to t, the copy that the change stores.
func (b *binder) alterTable(c *change, st *Statement, t *schema.Table, a *ast.AlterAction) error {
	column := func() (int, error) {
		if i := t.Column(a.Name); i >= 0 {
			return i, nil
		}
		return 0, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", a.Name, t.Name)
	}
	switch a.Kind {
	case "RENAME":
		if b.view().Relation(t.Namespace, a.To) != 0 {
			return sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists", a.To)
		}
		t.Name = a.To
	case "RENAME COLUMN":
		return b.renameTableColumn(t, a)
	case "RENAME CONSTRAINT":
		return renameConstraint(t, a)
	case "OWNER":
		role, err := b.role(a.To)
		if err != nil {
			return err
		}
		t.Owner = role.ID
	case "SET SCHEMA":
		if err := b.moveTo(a.To, t.Namespace, t.Name); err != nil {
			return err
		}
		for _, o := range c.view.Objects(schema.SequenceObject) {
			if o.Sequence.OwnerTable == schema.ObjectID(t.ID) {
				c.object(o).Namespace = a.To
			}
		}
		t.Namespace = a.To
	case "ADD COLUMN":
		return b.addColumn(c, st, t, a)
	case "DROP COLUMN":
		return b.dropColumn(c, st, t, a)
	case "SET DEFAULT", "DROP DEFAULT":
		i, err := column()
		if err != nil {
			return err
		}
		return b.alterDefault(t, i, a.Expr)
	case "SET NOT NULL":
		i, err := column()
		if err != nil || t.Columns[i].NotNull {
			return err
		}
		t.Columns[i].NotNull = true
		b.mustBeEmpty(c, t, expr.IsNull{X: expr.Column{Index: i, T: t.Columns[i].Type}}, containsNulls(t, i))
	case "DROP NOT NULL":
		i, err := column()
		switch {
		case err != nil:
			return err
		case slices.Contains(t.Key, i):
			return sqlerr.New(sqlerr.InvalidTableDefinition, "column \"%s\" is in a primary key", a.Name)
		case t.Columns[i].Identity != schema.NoIdentity:
			return sqlerr.New(sqlerr.SyntaxError, "column \"%s\" of relation \"%s\" is an identity column", a.Name, t.Name)
		}
		t.Columns[i].NotNull = false
	case "ADD CONSTRAINT":
		return b.addTableCheck(c, t, *a.Constraint)
	case "DROP CONSTRAINT":
		i := slices.IndexFunc(t.Checks, func(k schema.Check) bool { return k.Name == a.Name })
		switch {
		case i >= 0:
			t.Checks = slices.Delete(t.Checks, i, i+1)
		case hasConstraint(t, a.Name):
			return sqlerr.NotSupported("dropping constraint \"%s\", which is a key", a.Name).At(a.Pos)
		case a.IfExists:
			st.notice("constraint \"%s\" of relation \"%s\" does not exist, skipping", a.Name, t.Name)
		default:
			return sqlerr.New(sqlerr.UndefinedObject, "constraint \"%s\" of relation \"%s\" does not exist", a.Name, t.Name)
		}
	default:
		return sqlerr.NotSupported("ALTER TABLE %s", a.Kind).At(a.Pos)
	}
	return nil
}

// addTableCheck adds a CHECK constraint that the rows there are must fulfil.
func (b *binder) addTableCheck(c *change, t *schema.Table, k ast.Constraint) error {
	e, err := b.addCheck(t, k)
	if err != nil {
		return err
	}
	name := t.Checks[len(t.Checks)-1].Name
	b.mustBeEmpty(c, t, expr.Not{X: e}, &sqlerr.Error{
		Code: sqlerr.CheckViolation, Message: "check constraint \"" + name + "\" of relation \"" + t.Name + "\" is violated by some row",
		Schema: t.Namespace, Table: t.Name, Constraint: name,
	})
	return nil
}

func containsNulls(t *schema.Table, i int) *sqlerr.Error {
	name := t.Columns[i].Name
	return &sqlerr.Error{
		Code: sqlerr.NotNullViolation, Message: "column \"" + name + "\" of relation \"" + t.Name + "\" contains null values",
		Schema: t.Namespace, Table: t.Name, Column: name,
	}
}

// mustBeEmpty makes the change fail with e when a row of t fulfils cond, which
// speaks of the table's ordinals. A nil cond is fulfilled by every row.
func (b *binder) mustBeEmpty(c *change, t *schema.Table, cond expr.Expr, e *sqlerr.Error) {
	scan := &physical.Scan{Table: t, Alias: t.Name}
	for i, col := range t.Columns {
		scan.Columns, scan.Out = append(scan.Columns, i), append(scan.Out, physical.Field{Name: col.Name, Type: col.Type})
	}
	for _, m := range c.plan.Missing {
		if cond != nil && c.plan.Change.Tables[m.Table] == t {
			cond = withValue(cond, m.Column, m.Value)
		}
	}
	if cond != nil {
		scan.Filter = []expr.Expr{cond}
	}
	c.plan.Checks = append(c.plan.Checks, physical.RowCheck{
		Input: scan, Code: e.Code, Message: e.Message, Schema: e.Schema, Table: e.Table, Column: e.Column, Constraint: e.Constraint,
	})
}

// withValue replaces column i in e.
func withValue(e expr.Expr, i int, value expr.Expr) expr.Expr {
	return logical.Rewrite(e, func(x expr.Expr) (expr.Expr, bool) {
		if c, ok := x.(expr.Column); ok && c.Index == i {
			return value, true
		}
		return nil, false
	})
}

// addColumn adds a column at the end: stored rows, which do not have it, give the
// value of its default, as it is now, for ever.
func (b *binder) addColumn(c *change, st *Statement, t *schema.Table, a *ast.AlterAction) error {
	d := *a.Column
	if t.Column(d.Name) >= 0 {
		if !a.IfExists {
			return sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", d.Name, t.Name)
		}
		st.notice("column \"%s\" of relation \"%s\" already exists, skipping", d.Name, t.Name)
		return nil
	}
	if len(t.Columns)+len(t.Dropped) >= maxTableColumns {
		return sqlerr.New(sqlerr.TooManyColumns, "tables can have at most %d columns", maxTableColumns)
	}
	if _, serial := serialType(d.Type); serial {
		return sqlerr.NotSupported("ADD COLUMN of a serial type").At(a.Pos)
	}
	col, err := b.columnDef(t, d)
	if err != nil {
		return err
	}
	col.ID = t.NextColumn()
	t.Columns = append(t.Columns, col)
	i := len(t.Columns) - 1
	if d.Default != nil {
		if err := b.setDefault(t, i, d.Default); err != nil {
			return err
		}
	}
	if t.Columns[i].Default != "" {
		e, err := b.defaultExpr(d.Default, t, i)
		if err != nil {
			return defaultError(err)
		}
		if e = clean(e, 0); expr.VolatilityOf(e) == function.Volatile {
			b.mustBeEmpty(c, t, nil, sqlerr.NotSupported("ADD COLUMN with a volatile default to a table that has rows"))
		} else {
			c.plan.Missing = append(c.plan.Missing, physical.MissingValue{Table: slices.Index(c.plan.Change.Tables, t), Column: i, Value: e})
		}
	}
	if col.NotNull {
		b.mustBeEmpty(c, t, expr.IsNull{X: expr.Column{Index: i, T: col.Type}}, containsNulls(t, i))
	}
	for _, k := range d.Constraints {
		if err := b.addTableCheck(c, t, k); err != nil {
			return err
		}
	}
	return nil
}

// alterDefault sets the default of column i, or removes it when tree is nil.
func (b *binder) alterDefault(t *schema.Table, i int, tree ast.Expr) error {
	col := &t.Columns[i]
	switch {
	case col.Identity != schema.NoIdentity:
		return sqlerr.New(sqlerr.SyntaxError, "column \"%s\" of relation \"%s\" is an identity column", col.Name, t.Name)
	case col.Generated:
		return sqlerr.New(sqlerr.SyntaxError, "column \"%s\" of relation \"%s\" is a generated column", col.Name, t.Name)
	}
	col.Sequence, col.Default, col.Depends = 0, "", nil
	if tree == nil {
		return nil
	}
	return b.setDefault(t, i, tree)
}

// renameTableColumn renames a column that no expression of the table names: their
// texts would have to follow.
func (b *binder) renameTableColumn(t *schema.Table, a *ast.AlterAction) error {
	i := t.Column(a.Name)
	if i >= 0 {
		id := t.Columns[i].ID
		for _, k := range t.Checks {
			if slices.Contains(k.Columns, id) {
				return sqlerr.NotSupported("renaming column \"%s\", which constraint \"%s\" names", a.Name, k.Name).At(a.Pos)
			}
		}
		for _, c := range t.Columns {
			if c.Generated {
				return sqlerr.NotSupported("renaming a column of a table with generated columns").At(a.Pos)
			}
		}
		for _, x := range t.Indexes {
			if x.Predicate != "" || slices.ContainsFunc(x.Keys, func(k schema.IndexKey) bool { return k.Expr != "" }) {
				return sqlerr.NotSupported("renaming a column of a table with index \"%s\" on an expression", x.Name).At(a.Pos)
			}
		}
	}
	return renameColumn(t.Columns, t.Name, a.Name, a.To)
}

func renameConstraint(t *schema.Table, a *ast.AlterAction) error {
	if hasConstraint(t, a.To) {
		return sqlerr.New(sqlerr.DuplicateObject, "constraint \"%s\" for relation \"%s\" already exists", a.To, t.Name)
	}
	for i := range t.Checks {
		if t.Checks[i].Name == a.Name {
			t.Checks[i].Name = a.To
			return nil
		}
	}
	if len(t.Key) > 0 && t.KeyName == a.Name {
		t.KeyName = a.To
		return nil
	}
	if hasConstraint(t, a.Name) {
		return sqlerr.NotSupported("renaming constraint \"%s\"", a.Name).At(a.Pos)
	}
	return sqlerr.New(sqlerr.UndefinedObject, "constraint \"%s\" for table \"%s\" does not exist", a.Name, t.Name)
}
