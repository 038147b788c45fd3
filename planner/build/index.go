package build

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/format"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// createIndex binds CREATE INDEX.
func (b *binder) createIndex(s *ast.CreateIndex) (*Statement, error) {
	t, virtual, err := b.lookupTable(s.Table)
	if err != nil {
		return nil, noPos(err)
	}
	if virtual {
		return nil, systemTable(t.Name)
	}
	if err := indexMethod(s); err != nil {
		return nil, err
	}
	if s.Where != nil {
		return nil, sqlerr.NotSupported("partial index").At(loc(s.Where))
	}
	x := schema.Index{Name: s.Name, Unique: s.Unique, NullsNotDistinct: s.NullsNotDistinct, State: schema.IndexReady}
	var names []string
	for _, k := range s.Keys {
		ref, ok := k.Expr.(*ast.ColumnRef)
		if !ok || len(ref.Parts) != 1 {
			return nil, sqlerr.NotSupported("index on an expression").At(k.Pos)
		}
		o, err := indexColumn(t, ref.Parts[0])
		if err != nil {
			return nil, err
		}
		names = append(names, ref.Parts[0])
		x.Keys = append(x.Keys, schema.IndexKey{Column: o, Desc: k.Desc, NullsFirst: k.NullsFirst})
	}
	for _, n := range s.Include {
		o := t.Column(n.Parts[0])
		if o < 0 {
			return nil, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" does not exist", n.Parts[0])
		}
		x.Include = append(x.Include, o)
	}
	if len(x.Keys) > schema.MaxIndexKeys {
		return nil, sqlerr.New(sqlerr.TooManyColumns, "cannot use more than %d columns in an index", schema.MaxIndexKeys)
	}
	st := &Statement{Tag: "CREATE INDEX", Writes: true}
	if x.Name == "" {
		x.Name = b.freeName(t, t.Namespace, names, "idx")
	} else if b.relationExists(t.Namespace, x.Name) {
		if !s.IfNotExists {
			return nil, relationTaken(x.Name)
		}
		st.notice("relation \"%s\" already exists, skipping", x.Name)
		st.Notices[0].Code = sqlerr.DuplicateTable
		st.Plan = &physical.Change{Change: &schema.Change{}}
		return st, nil
	}
	nt := t.Clone()
	nt.Indexes = append(nt.Indexes, x)
	st.Plan = &physical.CreateIndex{Table: nt}
	return st, nil
}

func relationTaken(name string) error {
	return sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists", name)
}

// indexMethod accepts what an ordered index can stand for.
func indexMethod(s *ast.CreateIndex) error {
	switch s.Method {
	case "", "btree":
		return nil
	case "hash":
		switch {
		case s.Unique:
			return sqlerr.New(sqlerr.FeatureNotSupported, "access method \"hash\" does not support unique indexes")
		case len(s.Keys) > 1:
			return sqlerr.New(sqlerr.FeatureNotSupported, "access method \"hash\" does not support multicolumn indexes")
		}
		return nil
	case "gin", "gist", "spgist", "brin":
		return sqlerr.NotSupported("access method \"%s\"", s.Method)
	}
	return sqlerr.New(sqlerr.UndefinedObject, "access method \"%s\" does not exist", s.Method)
}

// indexColumn returns the ordinal of a column that can be a key of an index.
func indexColumn(t *schema.Table, name string) (int, error) {
	o := t.Column(name)
	if o < 0 {
		return 0, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" does not exist", name)
	}
	return o, indexable(t.Columns[o].Type)
}

// indexable refuses the types whose keys have no order: kv/keys lists them that have.
func indexable(t types.Type) error {
	switch t.ID {
	case types.Bool, types.Int2, types.Int4, types.Int8, types.Float4, types.Float8, types.Numeric, types.Date,
		types.Timestamp, types.Timestamptz, types.Interval, types.UUID, types.Text, types.Varchar, types.Name, types.Bytea, types.OID, types.Enum:
		return nil
	}
	if err := keyable(t); err != nil {
		return err
	}
	return sqlerr.NotSupported("index on a column of type %s", t)
}

// relationExists reports whether a name of a namespace is taken.
func (b *binder) relationExists(namespace, name string) bool {
	t, _ := b.o.Catalog.Table(namespace, name)
	return t != nil || b.view().Relation(namespace, name) != 0
}

// freeName is ChooseRelationName: table_columns_label, with a number behind it when
// the name is taken, by a relation or by an index of t, which may be new.
func (b *binder) freeName(t *schema.Table, namespace string, columns []string, label string) string {
	for pass := 0; ; pass++ {
		l := label
		if pass > 0 {
			l += strconv.Itoa(pass)
		}
		name := relationName(t.Name, strings.Join(columns, "_"), l)
		if !b.relationExists(namespace, name) && t.IndexNamed(name) == nil && name != t.Name && name != t.KeyName {
			return name
		}
	}
}

// relationName is makeObjectName of two names and a label: the longer name is cut
// until all fit 63 bytes.
func relationName(table, columns, label string) string {
	const maxName = 63
	room := maxName - len(label) - 2
	cut := func(s string) string {
		n := len(s) - 1
		for n > 0 && s[n]&0xc0 == 0x80 {
			n--
		}
		return s[:n]
	}
	for len(table)+len(columns) > room {
		if len(table) > len(columns) {
			table = cut(table)
		} else {
			columns = cut(columns)
		}
	}
	return table + "_" + columns + "_" + label
}

// uniqueConstraint adds a UNIQUE constraint over the named columns to t.
func (b *binder) uniqueConstraint(t *schema.Table, k ast.Constraint, cols []string) error {
	x := schema.Index{Name: k.Name, Unique: true, Constraint: true, NullsNotDistinct: k.NullsNotDistinct, State: schema.IndexReady}
	for _, name := range cols {
		o := t.Column(name)
		if o < 0 {
			return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" named in key does not exist", name).At(k.Pos)
		}
		if slices.Contains(x.Columns(), o) {
			return sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" appears twice in unique constraint", name).At(k.Pos)
		}
		if err := indexable(t.Columns[o].Type); err != nil {
			return err
		}
		x.Keys = append(x.Keys, schema.IndexKey{Column: o})
	}
	if len(x.Keys) > schema.MaxIndexKeys {
		return sqlerr.New(sqlerr.TooManyColumns, "cannot use more than %d columns in an index", schema.MaxIndexKeys)
	}
	// As in PostgreSQL, a second constraint that says the same needs no index.
	same := func(o schema.Index) bool {
		return o.Constraint && slices.Equal(o.Columns(), x.Columns()) && o.NullsNotDistinct == x.NullsNotDistinct
	}
	if k.Name == "" {
		if slices.ContainsFunc(t.Indexes, same) || slices.Equal(t.Key, x.Columns()) {
			return nil
		}
		x.Name = b.freeName(t, t.Namespace, cols, "key")
	} else if b.relationExists(t.Namespace, x.Name) || t.IndexNamed(x.Name) != nil || x.Name == t.Name || x.Name == t.KeyName {
		return relationTaken(x.Name)
	}
	t.Indexes = append(t.Indexes, x)
	return nil
}

// uniqueConstraints adds the UNIQUE constraints of CREATE TABLE to t, which has its
// columns and its primary key: those of columns first.
func (b *binder) uniqueConstraints(t *schema.Table, s *ast.CreateTable) error {
	for _, d := range s.Columns {
		for _, k := range d.Constraints {
			if k.Kind == "UNIQUE" {
				if err := b.uniqueConstraint(t, k, []string{d.Name}); err != nil {
					return err
				}
			}
		}
	}
	for _, k := range s.Constraints {
		if k.Kind == "UNIQUE" {
			if err := b.uniqueConstraint(t, k, k.Cols); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookupIndex finds an index by its name; nil when there is none. The name may be that
// of a primary key: then x is nil and t is not.
func (b *binder) lookupIndex(n ast.Name) (t *schema.Table, x *schema.Index, err error) {
	path := b.o.SearchPath
	name := n.Parts[len(n.Parts)-1]
	if len(n.Parts) > 1 {
		path = n.Parts[len(n.Parts)-2 : len(n.Parts)-1]
	}
	for _, ns := range path {
		if t, x := b.view().Index(ns, name); x != nil {
			return t, x, nil
		}
		for _, t := range b.view().Tables() {
			if t.Namespace == ns && len(t.Key) > 0 && t.KeyName == name {
				return t, nil, nil
			}
		}
		if b.relationExists(ns, name) {
			err := sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not an index", name)
			if t, _ := b.o.Catalog.Table(ns, name); t != nil {
				err = err.WithHint("Use DROP TABLE to remove a table.")
			}
			return nil, nil, err
		}
	}
	return nil, nil, nil
}

func noIndex(n ast.Name) error {
	return sqlerr.New(sqlerr.UndefinedObject, "index \"%s\" does not exist", dotted(n.Parts))
}

// dropIndex binds DROP INDEX.
func (b *binder) dropIndex(s *ast.DropIndex) (*Statement, error) {
	c := b.change()
	st := c.statement("DROP INDEX")
	for _, n := range s.Names {
		t, x, err := b.lookupIndex(n)
		switch {
		case err != nil:
			return nil, err
		case t == nil && s.IfExists:
			st.notice("index \"%s\" does not exist, skipping", dotted(n.Parts))
			continue
		case t == nil:
			return nil, noIndex(n)
		case x == nil || x.Constraint:
			name := format.Ident(n.Parts[len(n.Parts)-1])
			return nil, sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop index %s because constraint %s on table %s requires it", name, n.Parts[len(n.Parts)-1], t.Name).
				WithHint("You can drop constraint %s on table %s instead.", n.Parts[len(n.Parts)-1], t.Name)
		}
		nt := c.table(t)
		nt.Indexes = slices.DeleteFunc(nt.Indexes, func(o schema.Index) bool { return o.ID == x.ID })
	}
	return st, nil
}

// renameIndex binds ALTER INDEX … RENAME TO.
func (b *binder) renameIndex(s *ast.RenameIndex) (*Statement, error) {
	c := b.change()
	st := c.statement("ALTER INDEX")
	t, x, err := b.lookupIndex(s.Name)
	switch {
	case err != nil:
		return nil, err
	case t == nil && s.IfExists:
		st.notice("relation \"%s\" does not exist, skipping", dotted(s.Name.Parts))
		return st, nil
	case t == nil:
		return nil, sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" does not exist", dotted(s.Name.Parts))
	case b.relationExists(t.Namespace, s.To):
		return nil, relationTaken(s.To)
	}
	nt := c.table(t)
	if x == nil {
		nt.KeyName = s.To
	} else {
		nt.Index(x.ID).Name = s.To
	}
	return st, nil
}

// reindex binds REINDEX. Entries change with their rows in one transaction, so there
// is nothing that a rebuilt index would have and the old one has not.
func (b *binder) reindex(s *ast.Reindex) (*Statement, error) {
	switch s.Kind {
	case "INDEX":
		t, _, err := b.lookupIndex(s.Name)
		if err != nil {
			return nil, err
		}
		if t == nil {
			return nil, sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" does not exist", dotted(s.Name.Parts))
		}
	case "TABLE":
		if _, _, err := b.lookupTable(s.Name); err != nil {
			return nil, noPos(err)
		}
	case "SCHEMA":
		if _, err := b.namespace(s.Name.Parts[0], -1); err != nil {
			return nil, noPos(err)
		}
	}
	return b.change().statement("REINDEX"), nil
}
