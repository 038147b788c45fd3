package build

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/format"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// dropper finds what goes with the objects that a statement drops.
type dropper struct {
	*change
	b       *binder
	targets []string // what the statement names, described
	gone    map[schema.ObjectID]string
	order   []schema.ObjectID
	// blocked are the dependents that stop DROP … RESTRICT, and what CASCADE takes
	// along: their description and what they depend on.
	blocked []dependent
	// columns are those of a type that goes: CASCADE would have to drop them.
	columns []string
}

type dependent struct{ what, on string }

func (b *binder) dropper() *dropper {
	return &dropper{change: b.change(), b: b, gone: map[schema.ObjectID]string{}}
}

// target adds what the statement itself drops.
func (d *dropper) target(id schema.ObjectID, what string) {
	d.targets = append(d.targets, what)
	d.add(id, what)
}

func (d *dropper) targetTable(t *schema.Table) {
	d.target(schema.ObjectID(t.ID), d.describeTable(t))
}

func (d *dropper) add(id schema.ObjectID, what string) {
	if _, ok := d.gone[id]; !ok {
		d.gone[id] = what
		d.order = append(d.order, id)
	}
}

func (d *dropper) describeTable(t *schema.Table) string {
	return "table " + d.b.display(t.Namespace, t.Name)
}

func (d *dropper) describe(o *schema.Object) string {
	if o.Kind.Global() {
		return o.Kind.String() + " " + format.Ident(o.Name)
	}
	return o.Kind.String() + " " + d.b.display(o.Namespace, o.Name)
}

// close follows the dependencies from what is gone until nothing more goes.
func (d *dropper) close() {
	for i := 0; i < len(d.order); i++ {
		id := d.order[i]
		if o := d.view.ObjectByID(id); o != nil && o.Kind == schema.NamespaceObject {
			d.members(o)
		}
		d.dependents(id)
	}
}

// members takes along what is in a namespace.
func (d *dropper) members(ns *schema.Object) {
	on := d.gone[ns.ID]
	for _, t := range d.view.Tables() {
		if t.Namespace == ns.Name {
			d.blockedBy(schema.ObjectID(t.ID), d.describeTable(t), on)
		}
	}
	for _, kind := range []schema.ObjectKind{schema.ViewObject, schema.SequenceObject, schema.TypeObject} {
		for _, o := range d.view.Objects(kind) {
			if o.Namespace != ns.Name {
				continue
			}
			if s := o.Sequence; s != nil && s.OwnerTable != 0 {
				if t := d.view.TableByID(schema.TableID(s.OwnerTable)); t != nil && t.Namespace == ns.Name {
					continue // it goes with its table
				}
			}
			d.blockedBy(o.ID, d.describe(o), on)
		}
	}
}

func (d *dropper) blockedBy(id schema.ObjectID, what, on string) {
	if _, ok := d.gone[id]; ok {
		return
	}
	d.blocked = append(d.blocked, dependent{what, on})
	d.add(id, what)
}

// dependents takes along what depends on one object.
func (d *dropper) dependents(id schema.ObjectID) {
	on := d.gone[id]
	if strings.HasPrefix(on, "type ") {
		d.typedColumns(id)
	}
	needs := func(list []schema.Dependency) bool {
		return slices.ContainsFunc(list, func(x schema.Dependency) bool { return x.ID == id })
	}
	for _, o := range d.view.Objects(schema.SequenceObject) {
		if o.Sequence.OwnerTable == id {
			d.add(o.ID, d.describe(o)) // without a word: it is a part of the table
		}
	}
	for _, o := range d.view.Objects(schema.ViewObject) {
		if needs(o.Depends) {
			d.blockedBy(o.ID, d.describe(o), on)
		}
	}
	for _, t := range d.view.Tables() {
		if _, ok := d.gone[schema.ObjectID(t.ID)]; ok {
			continue
		}
		if n := d.tables[t.ID]; n != nil {
			t = n // as the change leaves it
		}
		for i := range t.Columns {
			if !needs(t.Columns[i].Depends) && (t.Columns[i].Sequence != id || id == 0) {
				continue
			}
			d.blocked = append(d.blocked, dependent{
				fmt.Sprintf("default value for column %s of %s", format.Ident(t.Columns[i].Name), d.describeTable(t)), on,
			})
			c := &d.table(t).Columns[i]
			c.Default, c.Depends, c.Sequence = "", nil, 0
		}
		if needs(t.Depends) {
			d.blockedBy(schema.ObjectID(t.ID), d.describeTable(t), on)
		}
	}
}

// finish makes the statement, or PostgreSQL's error when something depends on what
// is dropped and CASCADE was not said. skipped are the notices of IF EXISTS.
func (d *dropper) finish(tag string, cascade bool, skipped []string) (*Statement, error) {
	d.close()
	if len(d.blocked) > 0 && !cascade {
		what := d.targets[0] + " because other objects depend on it"
		if len(d.targets) > 1 {
			what = "desired object(s) because other objects depend on them"
		}
		var lines []string
		for _, x := range d.blocked {
			lines = append(lines, x.what+" depends on "+x.on)
		}
		return nil, sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop %s", what).
			WithDetail("%s", strings.Join(lines, "\n")).
			WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
	}
	if len(d.columns) > 0 {
		return nil, sqlerr.NotSupported("%s CASCADE of the type of column \"%s\"", tag, d.columns[0])
	}
	st := d.statement(tag)
	for _, text := range skipped {
		st.notice("%s", text)
	}
	if n := len(d.blocked); n == 1 {
		st.notice("drop cascades to %s", d.blocked[0].what)
	} else if n > 1 {
		var lines []string
		for _, x := range d.blocked {
			lines = append(lines, "drop cascades to "+x.what)
		}
		st.notice("drop cascades to %d other objects", n)
		st.Notices[len(st.Notices)-1].Detail = strings.Join(lines, "\n")
	}
	d.plan.Change.Drop = append(d.plan.Change.Drop, d.order...)
	for _, id := range d.order {
		if strings.HasPrefix(d.gone[id], "table ") {
			d.plan.Rows = append(d.plan.Rows, schema.TableID(id))
		}
	}
	d.plan.Change.Tables = slices.DeleteFunc(d.plan.Change.Tables, func(t *schema.Table) bool {
		_, ok := d.gone[schema.ObjectID(t.ID)]
		return ok
	})
	return st, nil
}

// drop binds DROP of anything but a table.
func (b *binder) drop(s *ast.Drop) (*Statement, error) {
	d := b.dropper()
	var skipped []string
	for _, n := range s.Names {
		o, err := b.dropTarget(s.Kind, n)
		switch {
		case err == nil && o.Kind == schema.SequenceObject && o.Sequence.Identity:
			return nil, d.required(o)
		case err == nil:
			d.target(o.ID, d.describe(o))
		case s.IfExists && isMissing(err):
			skipped = append(skipped, err.(*sqlerr.Error).Message+", skipping")
		default:
			return nil, noPos(err)
		}
	}
	return d.finish("DROP "+s.Kind, s.Cascade, skipped)
}

// required is the error of dropping the sequence of an identity column.
func (d *dropper) required(o *schema.Object) error {
	what := ""
	if t := d.view.TableByID(schema.TableID(o.Sequence.OwnerTable)); t != nil {
		if i := t.ColumnByID(o.Sequence.OwnerColumn); i >= 0 {
			what = fmt.Sprintf("column %s of %s", format.Ident(t.Columns[i].Name), d.describeTable(t))
		}
	}
	return sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop %s because %s requires it", d.describe(o), what).
		WithHint("You can drop %s instead.", what)
}

func isMissing(err error) bool {
	switch sqlerr.Code(err) {
	case sqlerr.UndefinedTable, sqlerr.UndefinedObject, sqlerr.InvalidSchemaName:
		return true
	}
	return false
}

// dropTarget finds one object that DROP names.
func (b *binder) dropTarget(kind string, n ast.Name) (*schema.Object, error) {
	name := n.Parts[len(n.Parts)-1]
	if kind == "SCHEMA" {
		o, err := b.namespace(name, 0)
		if err != nil {
			return nil, err
		}
		if virtual, _ := b.view().Namespace(name); virtual {
			return nil, sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop schema %s because it is required by the database system", name)
		}
		return o, nil
	}
	if kind == "TYPE" {
		return b.dropType(n)
	}
	if len(n.Parts) > 1 {
		ns := n.Parts[len(n.Parts)-2]
		if _, ok := b.view().Namespace(ns); !ok {
			return nil, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", ns)
		}
	}
	r, err := b.relation(n)
	want := strings.ToLower(kind)
	switch {
	case err != nil && sqlerr.Code(err) == sqlerr.UndefinedTable:
		return nil, sqlerr.New(sqlerr.UndefinedTable, "%s \"%s\" does not exist", want, name)
	case err != nil:
		return nil, err
	case r.kind() != want:
		return nil, wrongDrop(r, want)
	}
	return r.object, nil
}

// wrongDrop is the error of DROP VIEW of a table and the like.
func wrongDrop(r relation, want string) error {
	article := "a "
	return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not %s%s", r.name(), article, want).
		WithHint("Use DROP %s to remove %s%s.", strings.ToUpper(r.kind()), article, r.kind())
}
