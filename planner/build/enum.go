package build

import (
	"slices"
	"strings"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// maxLabel is the longest label of an enumeration, in bytes.
const maxLabel = 63

// typeOf resolves a type as written: a built-in one, or one that the catalog has.
// Errors are *sqlerr.Error with the position.
func (b *binder) typeOf(n ast.TypeName) (types.Type, error) {
	parts := n.Name.Parts
	name := parts[len(parts)-1]
	if len(parts) == 1 || parts[len(parts)-2] == "pg_catalog" {
		if _, ok := typeID(name); ok || len(parts) > 1 {
			return Type(n)
		}
	}
	d, err := b.typeDef(n.Name)
	if d == nil {
		if elem, ok := strings.CutPrefix(name, "_"); ok { // pg_type.typname of an array
			of := n.Name
			of.Parts = append(slices.Clone(parts[:len(parts)-1]), elem)
			d, _ = b.typeDef(of)
			n.Dims++
		}
	}
	if ref := b.viewing.find(n.Pos); ref != nil {
		if known := b.view().TypeDefByID(ref.ID); known != nil {
			d = known
		}
	}
	switch {
	case d == nil && err != nil:
		return types.Type{}, err
	case d == nil && len(parts) > 1 && parts[len(parts)-2] != "public":
		return types.Type{}, sqlerr.New(sqlerr.UndefinedObject, "type \"%s\" does not exist", dotted(parts)).At(n.Pos)
	case d == nil:
		return Type(n)
	case n.SetOf:
		return types.Type{}, sqlerr.NotSupported("SETOF").At(n.Pos)
	case len(n.Mods) > 0:
		return types.Type{}, sqlerr.New(sqlerr.SyntaxError, "type modifier is not allowed for type \"%s\"", dotted(parts)).At(n.Pos)
	}
	id := schema.ObjectID(d.OID)
	b.viewing.note(n.Pos, id, d.Namespace, nil)
	if b.depends != nil {
		*b.depends = append(*b.depends, schema.Dependency{ID: id})
	}
	t := types.OfDef(types.Enum, d)
	if n.Dims > 0 {
		t = t.Array()
	}
	return t, nil
}

// typeDef finds a type of the catalog, nil if there is none. The error says that
// the namespace does not exist.
func (b *binder) typeDef(n ast.Name) (*types.Def, error) {
	name := n.Parts[len(n.Parts)-1]
	if len(n.Parts) > 1 {
		ns := n.Parts[len(n.Parts)-2]
		if _, ok := b.view().Namespace(ns); !ok && ns != "public" {
			return nil, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", ns).At(n.Pos)
		}
		return b.view().TypeDef(ns, name), nil
	}
	for _, ns := range b.o.SearchPath {
		if d := b.view().TypeDef(ns, name); d != nil {
			return d, nil
		}
	}
	return nil, nil
}

// current returns t with the definition that the statement's view has of it.
func (b *binder) current(t types.Type) types.Type {
	if t.Def != nil {
		if now, ok := b.view().TypeByOID(t.OID()); ok {
			return now
		}
	}
	return t
}

// createType binds CREATE TYPE … AS ENUM.
func (b *binder) createType(s *ast.CreateType) (*Statement, error) {
	ns, name, err := b.creationName(s.Name)
	if err != nil {
		return nil, noPos(err)
	}
	if err := b.freeTypeName(ns, name); err != nil {
		return nil, err
	}
	for i, l := range s.Labels {
		if err := checkLabel(l); err != nil {
			return nil, err
		}
		if slices.Contains(s.Labels[:i], l) {
			e := sqlerr.New(sqlerr.UniqueViolation, "duplicate key value violates unique constraint \"pg_enum_typid_label_index\"")
			e.Schema, e.Table, e.Constraint = "pg_catalog", "pg_enum", "pg_enum_typid_label_index"
			return nil, e
		}
	}
	o := &schema.Object{Kind: schema.TypeObject, Namespace: ns, Name: name, Owner: b.user()}
	o.SetLabels(s.Labels)
	c := b.change()
	c.addObject(o)
	return c.statement("CREATE TYPE"), nil
}

// freeTypeName checks that no type, and no row type of a relation, has the name.
func (b *binder) freeTypeName(ns, name string) error {
	v := b.view()
	if v.Object(schema.TypeObject, ns, name) != nil || v.Table(ns, name) != nil || v.Object(schema.ViewObject, ns, name) != nil {
		return sqlerr.New(sqlerr.DuplicateObject, "type \"%s\" already exists", name)
	}
	return nil
}

func checkLabel(label string) error {
	if len(label) > maxLabel {
		return sqlerr.New(sqlerr.InvalidName, "invalid enum label \"%s\"", label).WithDetail("Labels must be %d bytes or less.", maxLabel)
	}
	return nil
}

// userType finds the type that ALTER or DROP names. notEnum is the error for a
// type that is not an enumeration.
func (b *binder) userType(n ast.Name, notEnum func(t types.Type) error) (*schema.Object, error) {
	t, err := b.typeOf(ast.TypeName{Pos: n.Pos, Name: n})
	switch {
	case err == nil && t.ID != types.Enum:
		return nil, notEnum(t)
	case err == nil:
		return b.view().ObjectByID(schema.ObjectID(t.Def.OID)), nil
	}
	if r, e := b.relation(n); e == nil && (r.table != nil || r.object.View != nil) {
		return nil, rowTypeError{r}
	}
	return nil, noPos(err)
}

// rowTypeError says that a type is that of a relation's rows.
type rowTypeError struct{ relation }

func (e rowTypeError) Error() string { return e.name() + " is a row type" }

// alterType binds ALTER TYPE of an enumeration.
func (b *binder) alterType(s *ast.Alter) (*Statement, error) {
	a := &s.Actions[0]
	labels := a.Kind == "ADD VALUE" || a.Kind == "RENAME VALUE"
	o, err := b.userType(s.Name, func(t types.Type) error {
		if labels {
			return sqlerr.New(sqlerr.WrongObjectType, "%s is not an enum", t)
		}
		return sqlerr.New(sqlerr.InsufficientPrivilege, "must be owner of type %s", t)
	})
	if row, ok := err.(rowTypeError); ok {
		if labels {
			return nil, sqlerr.New(sqlerr.WrongObjectType, "%s is not an enum", row.name())
		}
		return nil, sqlerr.New(sqlerr.WrongObjectType, "%s is a table's row type", row.name()).WithHint("Use ALTER TABLE instead.")
	}
	if err != nil {
		return nil, err
	}
	c := b.change()
	st := c.statement("ALTER TYPE")
	switch a.Kind {
	case "ADD VALUE":
		return st, addLabel(c, st, o, a)
	case "RENAME VALUE":
		return st, b.renameLabel(c, o, a)
	case "OWNER":
		role, err := b.role(a.To)
		if err != nil {
			return nil, err
		}
		c.object(o).Owner = role.ID
		return st, nil
	}
	ns, name := o.Namespace, o.Name
	if a.Kind == "RENAME" {
		name = a.To
	} else if ns = a.To; !b.view().HoldsTables(ns) {
		if b.isNamespace(ns) {
			return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for schema %s", ns)
		}
		return nil, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", ns)
	}
	if a.Kind == "SET SCHEMA" && ns == o.Namespace {
		return st, nil
	}
	if err := b.freeTypeName(ns, name); err != nil {
		return nil, err
	}
	if err := unnamed(c, o, "renaming type"); err != nil {
		return nil, err
	}
	n := c.object(o)
	n.Namespace, n.Name = ns, name
	return st, nil
}

// addLabel is ADD VALUE.
func addLabel(c *change, st *Statement, o *schema.Object, a *ast.AlterAction) error {
	if err := checkLabel(a.Name); err != nil {
		return err
	}
	if slices.Contains(o.Labels, a.Name) {
		if !a.IfExists {
			return sqlerr.New(sqlerr.DuplicateObject, "enum label \"%s\" already exists", a.Name)
		}
		st.notice("enum label \"%s\" already exists, skipping", a.Name)
		st.Notices[0].Code = sqlerr.DuplicateObject
		return nil
	}
	at := len(o.Labels)
	if a.Text != "" {
		if at = slices.Index(o.Labels, a.To); at < 0 {
			return sqlerr.New(sqlerr.InvalidParameterValue, "\"%s\" is not an existing enum label", a.To)
		}
		if a.Text == "AFTER" {
			at++
		}
	}
	if !c.object(o).InsertLabel(at, a.Name) {
		return sqlerr.NotSupported("another label between \"%s\" and its neighbour", a.To)
	}
	return nil
}

// renameLabel is RENAME VALUE.
func (b *binder) renameLabel(c *change, o *schema.Object, a *ast.AlterAction) error {
	i := slices.Index(o.Labels, a.Name)
	if i < 0 {
		return sqlerr.New(sqlerr.InvalidParameterValue, "\"%s\" is not an existing enum label", a.Name)
	}
	if slices.Contains(o.Labels, a.To) {
		return sqlerr.New(sqlerr.DuplicateObject, "enum label \"%s\" already exists", a.To)
	}
	if err := checkLabel(a.To); err != nil {
		return err
	}
	if err := unnamed(c, o, "renaming a value of type"); err != nil {
		return err
	}
	c.object(o).Labels[i] = a.To
	return nil
}

// unnamed refuses a change of names that stored text may use: of a default, a
// check or a view. what words the change.
func unnamed(c *change, o *schema.Object, what string) error {
	is := func(d schema.Dependency) bool { return d.ID == o.ID }
	for _, t := range c.view.Tables() {
		uses := false
		for i := range t.Columns {
			col := &t.Columns[i]
			mine := columnOf(col, o.ID)
			uses = uses || mine
			if col.Default != "" && (mine || slices.ContainsFunc(col.Depends, is)) {
				return sqlerr.NotSupported("%s \"%s\", which the default of column \"%s\" of table \"%s\" names", what, o.Name, col.Name, t.Name)
			}
		}
		if uses && len(t.Checks) > 0 {
			return sqlerr.NotSupported("%s \"%s\", which a check of table \"%s\" may name", what, o.Name, t.Name)
		}
	}
	for _, w := range c.view.Objects(schema.ViewObject) {
		if slices.ContainsFunc(w.Depends, is) && what != "renaming type" {
			return sqlerr.NotSupported("%s \"%s\", which view \"%s\" may name", what, o.Name, w.Name)
		}
	}
	return nil
}

// columnOf reports whether a column is of the type with the id, or an array of it.
func columnOf(c *schema.Column, id schema.ObjectID) bool {
	return c.Type.Def != nil && schema.ObjectID(c.Type.Def.OID) == id
}

// dropType finds the type that DROP TYPE names.
func (b *binder) dropType(n ast.Name) (*schema.Object, error) {
	o, err := b.userType(n, func(t types.Type) error {
		if t.Def != nil {
			return sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop type %s because type %s requires it", t, t.Elem()).
				WithHint("You can drop type %s instead.", t.Elem())
		}
		return sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop type %s because it is required by the database system", t)
	})
	if row, ok := err.(rowTypeError); ok {
		what := row.kind() + " " + row.name()
		return nil, sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop type %s because %s requires it", row.name(), what).
			WithHint("You can drop %s instead.", what)
	}
	return o, err
}

// typedColumns notes the columns of the type that goes.
func (d *dropper) typedColumns(id schema.ObjectID) {
	for _, t := range d.view.Tables() {
		if _, ok := d.gone[schema.ObjectID(t.ID)]; ok {
			continue
		}
		for i := range t.Columns {
			c := &t.Columns[i]
			if columnOf(c, id) {
				d.columns = append(d.columns, c.Name)
				d.blocked = append(d.blocked, dependent{"column " + c.Name + " of " + d.describeTable(t), "type " + c.Type.String()})
			}
		}
	}
}
