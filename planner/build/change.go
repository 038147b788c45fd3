package build

import (
	"cmp"
	"slices"

	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/format"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// change is a change of the catalog while a statement is bound: copies of the
// descriptors that it touches, and what is new.
type change struct {
	view    *catalog.View
	plan    physical.Change
	next    schema.ObjectID
	tables  map[schema.TableID]*schema.Table
	objects map[schema.ObjectID]*schema.Object
}

// change begins a change of the catalog that the statement sees.
func (b *binder) change() *change {
	v := b.view()
	return &change{
		view: v, plan: physical.Change{Change: &schema.Change{At: v.DefinitionsRev()}}, next: schema.NewID,
		tables: map[schema.TableID]*schema.Table{}, objects: map[schema.ObjectID]*schema.Object{},
	}
}

// view returns what the catalog stores; empty when the options have none.
func (b *binder) view() *catalog.View {
	if b.o.View == nil {
		return &catalog.View{}
	}
	return b.o.View
}

// table returns the copy of t that the change stores.
func (c *change) table(t *schema.Table) *schema.Table {
	if have := c.tables[t.ID]; have != nil {
		return have
	}
	n := t.Clone()
	c.tables[t.ID] = n
	c.plan.Change.Tables = append(c.plan.Change.Tables, n)
	return n
}

// object returns the copy of o that the change stores.
func (c *change) object(o *schema.Object) *schema.Object {
	if have := c.objects[o.ID]; have != nil {
		return have
	}
	n := o.Clone()
	c.objects[o.ID] = n
	c.plan.Change.Objects = append(c.plan.Change.Objects, n)
	return n
}

// id returns a placeholder for something new.
func (c *change) id() schema.ObjectID {
	c.next++
	return c.next - 1
}

// addObject stores something new.
func (c *change) addObject(o *schema.Object) *schema.Object {
	o.ID = c.id()
	return c.object(o)
}

// statement is the statement that makes the change.
func (c *change) statement(tag string) *Statement {
	return &Statement{Plan: &c.plan, Tag: tag, Writes: true}
}

// namespace finds a namespace by its name.
func (b *binder) namespace(name string, pos int) (*schema.Object, error) {
	if o := b.view().Object(schema.NamespaceObject, "", name); o != nil {
		return o, nil
	}
	return nil, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", name).At(pos)
}

// relation is what a name of a table, view or sequence stands for: one field is
// set.
type relation struct {
	table   *schema.Table
	virtual bool
	object  *schema.Object
}

func (r relation) name() string {
	if r.object != nil {
		return r.object.Name
	}
	return r.table.Name
}

func (r relation) kind() string {
	if r.object != nil {
		return r.object.Kind.String()
	}
	return "table"
}

// relation finds a table, view or sequence; the error is that of lookupTable.
func (b *binder) relation(n ast.Name) (relation, error) {
	if o := b.findObject(n, schema.ViewObject, schema.SequenceObject); o != nil {
		return relation{object: o}, nil
	}
	t, virtual, err := b.lookupTable(n)
	return relation{table: t, virtual: virtual}, err
}

// findObject finds an object of one of the kinds by a possibly qualified name,
// nil if there is none; a table before it in the search path hides it.
func (b *binder) findObject(n ast.Name, kinds ...schema.ObjectKind) *schema.Object {
	parts := n.Parts
	name := parts[len(parts)-1]
	path := b.o.SearchPath
	if len(parts) > 1 {
		path = parts[len(parts)-2 : len(parts)-1]
	}
	for _, ns := range path {
		for _, k := range kinds {
			if o := b.view().Object(k, ns, name); o != nil {
				return o
			}
		}
		if t, _ := b.o.Catalog.Table(ns, name); t != nil && kinds[0].Relation() {
			return nil
		}
	}
	return nil
}

// display is a name as PostgreSQL's messages print it: qualified unless the search
// path finds the relation.
func (b *binder) display(namespace, name string) string {
	for _, ns := range b.o.SearchPath {
		if ns == namespace {
			return format.Ident(name)
		}
		if t, _ := b.o.Catalog.Table(ns, name); t != nil || b.view().Relation(ns, name) != 0 {
			break
		}
	}
	return format.Ident(namespace) + "." + format.Ident(name)
}

// createSchema binds CREATE SCHEMA.
func (b *binder) createSchema(s *ast.CreateSchema) (*Statement, error) {
	name := cmp.Or(s.Name, s.Owner)
	c := b.change()
	o := &schema.Object{Kind: schema.NamespaceObject, Name: name}
	if s.Owner != "" {
		role, err := b.role(s.Owner)
		if err != nil {
			return nil, err
		}
		o.Owner, o.Name = role.ID, cmp.Or(s.Name, role.Name)
	} else {
		o.Owner = b.user()
	}
	if len(o.Name) > 3 && o.Name[:3] == "pg_" {
		return nil, sqlerr.New(sqlerr.ReservedName, "unacceptable schema name \"%s\"", o.Name).
			WithDetail("The prefix \"pg_\" is reserved for system schemas.")
	}
	st := c.statement("CREATE SCHEMA")
	if b.view().Object(schema.NamespaceObject, "", o.Name) != nil {
		if !s.IfNotExists {
			return nil, sqlerr.New(sqlerr.DuplicateSchema, "schema \"%s\" already exists", o.Name)
		}
		st.notice("schema \"%s\" already exists, skipping", o.Name)
		st.Notices[0].Code = sqlerr.DuplicateSchema
		return st, nil
	}
	if len(s.Elements) > 0 {
		return nil, sqlerr.NotSupported("CREATE SCHEMA with elements")
	}
	c.addObject(o)
	return st, nil
}

// alterSchema binds ALTER SCHEMA.
func (b *binder) alterSchema(s *ast.Alter) (*Statement, error) {
	o, err := b.namespace(s.Name.Parts[0], 0)
	if err != nil {
		return nil, err
	}
	if virtual, _ := b.view().Namespace(o.Name); virtual {
		return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for schema %s", o.Name)
	}
	c := b.change()
	n := c.object(o)
	a := s.Actions[0]
	if a.Kind == "OWNER" {
		role, err := b.role(a.To)
		if err != nil {
			return nil, err
		}
		n.Owner = role.ID
		return c.statement("ALTER SCHEMA"), nil
	}
	if b.view().Object(schema.NamespaceObject, "", a.To) != nil {
		return nil, sqlerr.New(sqlerr.DuplicateSchema, "schema \"%s\" already exists", a.To)
	}
	if len(a.To) > 3 && a.To[:3] == "pg_" {
		return nil, sqlerr.New(sqlerr.ReservedName, "unacceptable schema name \"%s\"", a.To).
			WithDetail("The prefix \"pg_\" is reserved for system schemas.")
	}
	n.Name = a.To
	for _, t := range c.view.Tables() {
		if t.Namespace == o.Name {
			c.table(t).Namespace = a.To
		}
	}
	for _, kind := range []schema.ObjectKind{schema.ViewObject, schema.SequenceObject, schema.TypeObject} {
		for _, x := range c.view.Objects(kind) {
			if x.Namespace == o.Name {
				c.object(x).Namespace = a.To
			}
		}
	}
	return c.statement("ALTER SCHEMA"), nil
}

// role finds a role by the name or the word that a statement gives.
func (b *binder) role(name string) (*schema.Object, error) {
	switch name {
	case "current_user", "current_role", "session_user":
		if o := b.view().ObjectByID(b.user()); o != nil {
			return o, nil
		}
	case "public", "none":
		return nil, sqlerr.New(sqlerr.ReservedName, "role name \"%s\" is reserved", name)
	}
	if o := b.view().Object(schema.RoleObject, "", name); o != nil {
		return o, nil
	}
	return nil, sqlerr.New(sqlerr.UndefinedObject, "role \"%s\" does not exist", name)
}

// user returns the role that the statement runs as.
func (b *binder) user() schema.ObjectID {
	if o := b.view().Object(schema.RoleObject, "", b.o.User); o != nil {
		return o.ID
	}
	return schema.BootstrapRole
}

// alter binds ALTER.
func (b *binder) alter(s *ast.Alter) (*Statement, error) {
	switch s.Kind {
	case "SCHEMA":
		return b.alterSchema(s)
	case "TABLE", "VIEW", "SEQUENCE":
		return b.alterRelation(s)
	case "TYPE":
		return b.alterType(s)
	}
	return nil, sqlerr.NotSupported("ALTER %s", s.Kind)
}

// comment binds COMMENT ON.
func (b *binder) comment(s *ast.Comment) (*Statement, error) {
	c := b.change()
	text := ""
	if s.Text != nil {
		text = *s.Text
	}
	st := c.statement("COMMENT")
	name := s.Name.Parts[len(s.Name.Parts)-1]
	global := map[string]schema.ObjectKind{"SCHEMA": schema.NamespaceObject, "ROLE": schema.RoleObject, "DATABASE": schema.DatabaseObject}
	if kind, ok := global[s.Kind]; ok {
		o := b.view().Object(kind, "", name)
		if o == nil && kind == schema.DatabaseObject {
			st.Notices = append(st.Notices, &sqlerr.Error{Severity: "WARNING", Code: sqlerr.InvalidCatalogName, Message: "database \"" + name + "\" does not exist"})
			return st, nil
		}
		if o == nil {
			code := map[string]string{"SCHEMA": sqlerr.InvalidSchemaName, "ROLE": sqlerr.UndefinedObject}[s.Kind]
			return nil, sqlerr.New(code, "%s \"%s\" does not exist", kind, name)
		}
		c.object(o).Comment = text
		return st, nil
	}
	switch s.Kind {
	case "COLUMN":
		return st, b.commentColumn(c, s, text)
	case "CONSTRAINT":
		return st, b.commentConstraint(c, s, text)
	case "TYPE":
		o := b.findObject(s.Name, schema.TypeObject)
		if o == nil {
			return nil, sqlerr.New(sqlerr.UndefinedObject, "type \"%s\" does not exist", dotted(s.Name.Parts))
		}
		c.object(o).Comment = text
		return st, nil
	case "INDEX":
		return nil, sqlerr.NotSupported("COMMENT ON INDEX")
	}
	r, err := b.relation(s.Name)
	if err != nil {
		return nil, noPos(err)
	}
	want := map[string]string{"TABLE": "table", "VIEW": "view", "SEQUENCE": "sequence"}[s.Kind]
	switch {
	case r.virtual:
		return nil, systemTable(r.name())
	case r.kind() != want:
		return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a %s", r.name(), want)
	case r.object != nil:
		c.object(r.object).Comment = text
	default:
		c.table(r.table).Comment = text
	}
	return st, nil
}

func (b *binder) commentColumn(c *change, s *ast.Comment, text string) error {
	parts := s.Name.Parts
	if len(parts) < 2 {
		return sqlerr.New(sqlerr.SyntaxError, "column name must be qualified")
	}
	name := parts[len(parts)-1]
	r, err := b.relation(ast.Name{Pos: s.Name.Pos, Parts: parts[:len(parts)-1]})
	if err != nil {
		return noPos(err)
	}
	if r.virtual {
		return systemTable(r.name())
	}
	var cols []schema.Column
	if r.table != nil {
		cols = c.table(r.table).Columns
	} else if r.object.View != nil {
		cols = c.object(r.object).View.Columns
	} else {
		return sqlerr.New(sqlerr.WrongObjectType, "cannot set comment on relation \"%s\"", r.name()).
			WithDetail("This operation is not supported for sequences.")
	}
	i := slices.IndexFunc(cols, func(c schema.Column) bool { return c.Name == name })
	if i < 0 {
		return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name, r.name())
	}
	cols[i].Comment = text
	return nil
}

func (b *binder) commentConstraint(c *change, s *ast.Comment, text string) error {
	r, err := b.relation(s.Name)
	switch {
	case err != nil:
		return noPos(err)
	case r.virtual:
		return systemTable(r.name())
	}
	if r.table != nil {
		t := c.table(r.table)
		if len(t.Key) > 0 && t.KeyName == s.Constraint {
			t.KeyComment = text
			return nil
		}
		for i := range t.Checks {
			if t.Checks[i].Name == s.Constraint {
				t.Checks[i].Comment = text
				return nil
			}
		}
	}
	return sqlerr.New(sqlerr.UndefinedObject, "constraint \"%s\" for table \"%s\" does not exist", s.Constraint, r.name())
}
