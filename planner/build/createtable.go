package build

import (
	"slices"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/format"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// maxTableColumns is PostgreSQL's MaxHeapAttributeNumber.
const maxTableColumns = 1600

// createTable binds CREATE TABLE. Defaults are checked here and stored as text.
func (b *binder) createTable(s *ast.CreateTable) (*Statement, error) {
	switch {
	case s.Temp:
		return nil, sqlerr.NotSupported("temporary table")
	case s.Unlogged:
		return nil, sqlerr.NotSupported("UNLOGGED table")
	case s.As != nil:
		return nil, sqlerr.NotSupported("CREATE TABLE AS")
	case len(s.Likes) > 0:
		return nil, sqlerr.NotSupported("LIKE in CREATE TABLE").At(s.Likes[0].Pos)
	}
	t := &schema.Table{Time: -1}
	var err error
	if t.Namespace, t.Name, err = b.creationName(s.Name); err != nil {
		return nil, err
	}
	st := &Statement{Plan: &physical.CreateTable{Table: t, IfNotExists: s.IfNotExists}, Tag: "CREATE TABLE", Writes: true}
	if have, _ := b.o.Catalog.Table(t.Namespace, t.Name); have != nil {
		if !s.IfNotExists {
			return nil, sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists", t.Name)
		}
		st.notice("relation \"%s\" already exists, skipping", t.Name)
		st.Notices[0].Code = sqlerr.DuplicateTable
		st.Plan = &physical.CreateTable{Table: have, IfNotExists: true}
		return st, nil
	}
	if b.view().Object(schema.TypeObject, t.Namespace, t.Name) != nil {
		return nil, sqlerr.New(sqlerr.DuplicateObject, "type \"%s\" already exists", t.Name).
			WithHint("A relation has an associated type of the same name, so you must use a name that doesn't conflict with any existing type.")
	}
	if len(s.Columns) > maxTableColumns {
		return nil, sqlerr.New(sqlerr.TooManyColumns, "tables can have at most %d columns", maxTableColumns)
	}
	for i, d := range s.Columns {
		if t.Column(d.Name) >= 0 {
			return nil, sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" specified more than once", d.Name)
		}
		c, err := b.columnDef(t, d)
		if err != nil {
			return nil, err
		}
		c.ID = schema.ColumnID(i + 1)
		t.Columns = append(t.Columns, c)
	}
	if err := primaryKey(t, s); err != nil {
		return nil, err
	}
	if err := b.uniqueConstraints(t, s); err != nil {
		return nil, err
	}
	if err := b.tableOptions(t, s.Options); err != nil {
		return nil, err
	}
	c := b.change()
	c.next++ // of the table
	for i, d := range s.Columns {
		t.Columns[i].Generated = slices.ContainsFunc(d.Constraints, func(k ast.Constraint) bool { return k.Kind == "GENERATED" })
	}
	for i, d := range s.Columns {
		if err := b.columnValue(c, t, i, d); err != nil {
			return nil, err
		}
	}
	for _, d := range s.Columns {
		if err := b.tableChecks(t, d.Constraints); err != nil {
			return nil, err
		}
	}
	if err := b.tableChecks(t, s.Constraints); err != nil {
		return nil, err
	}
	if len(c.plan.Change.Objects) > 0 {
		t.ID = schema.TableID(schema.NewID)
		for _, o := range c.plan.Change.Objects {
			o.Sequence.OwnerTable = schema.NewID
		}
		c.table(t)
		st.Plan = &c.plan
	}
	return st, nil
}

// columnValue gives column i what d says about its value: a default, a sequence, or
// the expression that generates it.
func (b *binder) columnValue(c *change, t *schema.Table, i int, d ast.ColumnDef) error {
	col := &t.Columns[i]
	_, serial := serialType(d.Type)
	value := d.Default != nil || serial
	generated, identity := false, false
	for _, k := range d.Constraints {
		if k.Kind != "GENERATED" && k.Kind != "IDENTITY" {
			continue
		}
		what := map[string]string{"GENERATED": "generation expression", "IDENTITY": "identity"}[k.Kind]
		switch {
		case value:
			return sqlerr.New(sqlerr.SyntaxError, "both default and %s specified for column \"%s\" of table \"%s\"", what, d.Name, t.Name).At(k.Pos)
		case generated && k.Kind == "GENERATED":
			return sqlerr.New(sqlerr.SyntaxError, "multiple generation clauses specified for column \"%s\" of table \"%s\"", d.Name, t.Name).At(k.Pos)
		case identity && k.Kind == "IDENTITY":
			return sqlerr.New(sqlerr.SyntaxError, "multiple identity specifications for column \"%s\" of table \"%s\"", d.Name, t.Name).At(k.Pos)
		case generated || identity:
			return sqlerr.New(sqlerr.SyntaxError, "both identity and generation expression specified for column \"%s\" of table \"%s\"", d.Name, t.Name).At(k.Pos)
		}
		if k.Kind == "GENERATED" {
			generated = true
			continue
		}
		identity = true
		if d.Null {
			return sqlerr.New(sqlerr.SyntaxError, "conflicting NULL/NOT NULL declarations for column \"%s\" of table \"%s\"", d.Name, t.Name).At(k.Pos)
		}
		col.Identity = schema.IdentityByDefault
		if k.Always {
			col.Identity = schema.IdentityAlways
		}
		if err := b.ownSequence(c, t, i, k.Sequence, true); err != nil {
			return err
		}
	}
	for _, k := range d.Constraints {
		if k.Kind == "GENERATED" {
			return b.setGenerated(t, i, k.Expr)
		}
	}
	if serial {
		if d.Default != nil {
			return sqlerr.New(sqlerr.SyntaxError, "multiple default values specified for column \"%s\" of table \"%s\"", d.Name, t.Name)
		}
		return b.ownSequence(c, t, i, nil, false)
	}
	if d.Default == nil {
		return nil
	}
	return b.setDefault(t, i, d.Default)
}

// setDefault sets the default of column i, which it binds for its errors and for
// what it names.
func (b *binder) setDefault(t *schema.Table, i int, tree ast.Expr) error {
	var depends []schema.Dependency
	b.depends = &depends
	e, err := b.defaultExpr(tree, t, i)
	b.depends = nil
	if err != nil {
		return defaultError(err)
	}
	t.Columns[i].Default, t.Columns[i].Depends = format.Expr(tree), depends
	if k, ok := e.(expr.Const); ok && k.Value.Null {
		t.Columns[i].Default = "" // as PostgreSQL does: no default is NULL
	}
	return nil
}

// tableChecks adds the CHECK constraints among a list.
func (b *binder) tableChecks(t *schema.Table, list []ast.Constraint) error {
	for _, k := range list {
		if k.Kind != "CHECK" {
			continue
		}
		if _, err := b.addCheck(t, k); err != nil {
			return err
		}
	}
	return nil
}

// defaultError words a type mismatch of a default as cookDefault does.
func defaultError(err error) error {
	if e, ok := err.(*sqlerr.Error); ok && e.Code == sqlerr.DatatypeMismatch {
		const is, want = " but expression is", " but default expression is"
		if i := indexOf(e.Message, is); i >= 0 {
			e.Message = e.Message[:i] + want + e.Message[i+len(is):]
		}
	}
	return err
}

func indexOf(s, part string) int {
	for i := 0; i+len(part) <= len(s); i++ {
		if s[i:i+len(part)] == part {
			return i
		}
	}
	return -1
}

// creationName resolves the name of a new table.
func (b *binder) creationName(n ast.Name) (ns, name string, err error) {
	parts := n.Parts
	name = parts[len(parts)-1]
	switch {
	case len(parts) == 1:
		for _, p := range b.o.SearchPath {
			if b.view().HoldsTables(p) {
				return p, name, nil
			}
		}
		return "", "", sqlerr.New(sqlerr.InvalidSchemaName, "no schema has been selected to create in").At(n.Pos)
	case len(parts) == 3 && b.o.Database != "" && parts[0] != b.o.Database:
		return "", "", sqlerr.New(sqlerr.FeatureNotSupported, "cross-database references are not implemented: \"%s\"", dotted(parts)).At(n.Pos)
	case len(parts) > 3:
		return "", "", sqlerr.New(sqlerr.SyntaxError, "improper qualified name (too many dotted names): %s", dotted(parts)).At(n.Pos)
	}
	ns = parts[len(parts)-2]
	switch {
	case b.view().HoldsTables(ns):
		return ns, name, nil
	case b.isNamespace(ns):
		return "", "", sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied to create \"%s.%s\"", ns, name).
			WithDetail("System catalog modifications are currently disallowed.")
	case ns == "pg_temp":
		return "", "", sqlerr.NotSupported("temporary table")
	}
	return "", "", sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", ns).At(n.Pos)
}

func isSystemColumn(name string) bool {
	return slices.Contains([]string{"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"}, name)
}

// columnDef resolves one column but its default.
func (b *binder) columnDef(t *schema.Table, d ast.ColumnDef) (_ schema.Column, err error) {
	c := schema.Column{Name: d.Name}
	if id, ok := serialType(d.Type); ok {
		if d.Type.Dims > 0 {
			return c, sqlerr.New(sqlerr.FeatureNotSupported, "array of serial is not implemented").At(d.Type.Pos)
		}
		c.Type = types.Of(id)
	} else if c.Type, err = b.typeOf(d.Type); err != nil {
		return c, err
	}
	switch c.Type.ID {
	case types.Unknown, types.Void:
		return c, sqlerr.New(sqlerr.InvalidTableDefinition, "column \"%s\" has pseudo-type %s", d.Name, c.Type)
	}
	if isSystemColumn(d.Name) {
		return c, sqlerr.New(sqlerr.DuplicateColumn, "column name \"%s\" conflicts with a system column name", d.Name)
	}
	if d.Collation != nil {
		name := d.Collation.Parts[len(d.Collation.Parts)-1]
		if name != "C" && name != "POSIX" && name != "default" {
			return c, sqlerr.New(sqlerr.UndefinedObject, "collation \"%s\" for encoding \"UTF8\" does not exist", dotted(d.Collation.Parts)).At(d.Collation.Pos)
		}
		if !c.Type.IsString() {
			return c, sqlerr.New(sqlerr.DatatypeMismatch, "collations are not supported by type %s", c.Type.Plain()).At(d.Collation.Pos)
		}
	}
	c.NotNull = d.NotNull
	for _, k := range d.Constraints {
		switch k.Kind {
		case "PRIMARY KEY", "UNIQUE", "CHECK", "GENERATED", "IDENTITY":
		default:
			return c, unsupportedConstraint(k)
		}
	}
	if d.Null && d.NotNull {
		return c, sqlerr.New(sqlerr.SyntaxError, "conflicting NULL/NOT NULL declarations for column \"%s\" of table \"%s\"", d.Name, t.Name)
	}
	return c, nil
}

func unsupportedConstraint(k ast.Constraint) error {
	what := k.Kind + " constraint"
	switch k.Kind {
	case "INDEX":
		what = "INDEX in CREATE TABLE"
	case "FAMILY":
		what = "FAMILY in CREATE TABLE"
	}
	return sqlerr.NotSupported("%s", what).At(k.Pos)
}

// primaryKey finds the primary key among the constraints.
func primaryKey(t *schema.Table, s *ast.CreateTable) error {
	found := false
	set := func(k ast.Constraint, cols []string) error {
		switch k.Kind {
		case "PRIMARY KEY":
		case "UNIQUE", "CHECK", "GENERATED", "IDENTITY":
			return nil
		default:
			return unsupportedConstraint(k)
		}
		if found {
			return sqlerr.New(sqlerr.InvalidTableDefinition, "multiple primary keys for table \"%s\" are not allowed", t.Name).At(k.Pos)
		}
		found = true
		for _, name := range cols {
			i := t.Column(name)
			if i < 0 {
				return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" named in key does not exist", name).At(k.Pos)
			}
			if slices.Contains(t.Key, i) {
				return sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" appears twice in primary key constraint", name).At(k.Pos)
			}
			if err := keyable(t.Columns[i].Type); err != nil {
				return err
			}
			t.Key = append(t.Key, i)
			t.Columns[i].NotNull = true
		}
		t.KeyName = k.Name
		if t.KeyName == "" {
			t.KeyName = objectName(t.Name, "pkey")
		}
		return nil
	}
	for _, d := range s.Columns {
		for _, k := range d.Constraints {
			if err := set(k, []string{d.Name}); err != nil {
				return err
			}
		}
	}
	for _, k := range s.Constraints {
		if err := set(k, k.Cols); err != nil {
			return err
		}
	}
	if len(t.Key) > 32 {
		return sqlerr.New(sqlerr.TooManyColumns, "cannot use more than %d columns in an index", 32)
	}
	return nil
}

// objectName is makeObjectName: name_label cut to 63 bytes.
func objectName(name, label string) string {
	const maxName = 63
	if n := maxName - len(label) - 1; len(name) > n {
		for n > 0 && name[n]&0xc0 == 0x80 {
			n--
		}
		name = name[:n]
	}
	return name + "_" + label
}
