package syscat

import (
	"strings"

	"github.com/dejaq/fasti/meta/schema"
)

// acl writes an access control list as aclitem[] does; an empty one is NULL.
func (r *Reader) acl(list []schema.Grant) any {
	if len(list) == 0 {
		return nil
	}
	items := make([]string, len(list))
	for i, g := range list {
		var b strings.Builder
		if g.Grantee != 0 {
			b.WriteString(quote(r.roleByID(g.Grantee)))
		}
		b.WriteByte('=')
		for bit := schema.Privilege(1); bit <= g.Privileges; bit <<= 1 {
			if g.Privileges&bit != 0 {
				b.WriteString(bit.String())
				if g.GrantOption&bit != 0 {
					b.WriteByte('*')
				}
			}
		}
		items[i] = b.String() + "/" + quote(r.roleByID(g.Grantor))
	}
	return items
}

// roleByID returns the name of a role without asking pg_authid.
func (r *Reader) roleByID(id schema.ObjectID) string {
	if o := r.view.ObjectByID(schema.ObjectID(owner(id))); o != nil {
		return o.Name
	}
	return number10(int(id))
}

func (r *Reader) namespaceRows(e *emitter) error {
	for _, o := range r.view.Objects(schema.NamespaceObject) {
		if o.ID != schema.CatalogNamespace && o.ID != schema.InformationSchema {
			e.add(uint32(o.ID), o.Name, owner(o.Owner), r.acl(o.ACL))
		}
	}
	return nil
}

func (r *Reader) databaseRows(e *emitter) error {
	for _, o := range r.view.Objects(schema.DatabaseObject) {
		e.add(uint32(o.ID), o.Name, owner(o.Owner), encodingUTF8, "c", true, -1, "0", "1", oidDefaultSpace, "C", "C.UTF-8", r.acl(o.ACL))
	}
	return nil
}

func (r *Reader) roleRows(e *emitter) error {
	for _, o := range r.view.Objects(schema.RoleObject) {
		a := o.Role
		e.add(uint32(o.ID), o.Name, a.Superuser, a.Inherit, a.CreateRole, a.CreateDB, a.Login, a.Replication, a.BypassRLS, a.Limit,
			textOrNil(a.Password), textOrNil(a.ValidUntil))
	}
	return nil
}

func (r *Reader) memberRows(e *emitter) error {
	for _, o := range r.view.Objects(schema.RoleObject) {
		for _, m := range o.Role.Members {
			e.add(uint32(m.Role), uint32(o.ID), owner(m.Grantor), m.Admin)
		}
	}
	return nil
}

func (r *Reader) roleSettingRows(e *emitter) error {
	for _, o := range r.view.Objects(schema.RoleObject) {
		if len(o.Role.Settings) > 0 {
			e.add(0, uint32(o.ID), o.Role.Settings)
		}
	}
	return nil
}

// catalogOID returns the OID of a catalog.
func (r *Reader) catalogOID(table string) uint32 {
	return uint32(r.relations[name{pgCatalog, table}].def.ID)
}

func (r *Reader) descriptionRows(e *emitter) error {
	relations, constraints := r.catalogOID("pg_class"), r.catalogOID("pg_constraint")
	add := func(oid, class uint32, column int, text string) {
		if text != "" {
			e.add(oid, class, column, text)
		}
	}
	for _, t := range r.view.Tables() {
		id := tableOID(t)
		add(id, relations, 0, t.Comment)
		for _, c := range t.Columns {
			add(id, relations, int(c.ID), c.Comment)
		}
		add(derived(id, partConstraint, 0), constraints, 0, t.KeyComment)
		for i, c := range t.Checks {
			add(derived(id, partConstraint, i+1), constraints, 0, c.Comment)
		}
	}
	for _, o := range r.view.Objects(schema.ViewObject) {
		add(uint32(o.ID), relations, 0, o.Comment)
		for i, c := range o.View.Columns {
			add(uint32(o.ID), relations, i+1, c.Comment)
		}
	}
	for _, o := range r.view.Objects(schema.SequenceObject) {
		add(uint32(o.ID), relations, 0, o.Comment)
	}
	for _, o := range r.view.Objects(schema.TypeObject) {
		add(uint32(o.ID), r.catalogOID("pg_type"), 0, o.Comment)
	}
	for _, o := range r.view.Objects(schema.NamespaceObject) {
		if o.ID != schema.CatalogNamespace && o.ID != schema.InformationSchema {
			add(uint32(o.ID), r.catalogOID("pg_namespace"), 0, o.Comment)
		}
	}
	return nil
}

func (r *Reader) sharedDescriptionRows(e *emitter) error {
	for kind, table := range map[schema.ObjectKind]string{schema.RoleObject: "pg_authid", schema.DatabaseObject: "pg_database"} {
		for _, o := range r.view.Objects(kind) {
			if o.Comment != "" {
				e.add(uint32(o.ID), r.catalogOID(table), o.Comment)
			}
		}
	}
	return nil
}

func (r *Reader) sequenceRows(e *emitter) error {
	for _, o := range r.view.Objects(schema.SequenceObject) {
		s := o.Sequence
		e.add(uint32(o.ID), sequenceType(s.Type), s.Start, s.Increment, s.Max, s.Min, s.Cache, s.Cycle)
	}
	return nil
}

// sequenceType is the OID of a sequence's type.
func sequenceType(name string) uint32 {
	return map[string]uint32{"smallint": 21, "integer": 23, "bigint": 20}[name]
}

// ruleRows has the rule that PostgreSQL keeps for each view; a tree is the SQL.
func (r *Reader) ruleRows(e *emitter) error {
	for _, o := range r.view.Objects(schema.ViewObject) {
		e.add(derived(uint32(o.ID), partRule, 0), "_RETURN", uint32(o.ID), "1", "O", true, "<>", o.View.Text)
	}
	return nil
}

// viewText returns the query of a view, "" for what is none and for the views of
// the system, which Fasti computes.
func (r *Reader) viewText(oid uint32) string {
	o := r.view.ObjectByID(schema.ObjectID(oid))
	if o == nil || o.View == nil {
		return ""
	}
	return o.View.Text
}

// dependRows has what clients look for: which sequence belongs to which column,
// which index to which constraint, what a view reads, and the namespaces.
func (r *Reader) dependRows(e *emitter) error {
	relations, constraints, namespaces := r.catalogOID("pg_class"), r.catalogOID("pg_constraint"), r.catalogOID("pg_namespace")
	defaults, rules, kinds := r.catalogOID("pg_attrdef"), r.catalogOID("pg_rewrite"), r.catalogOID("pg_type")
	for _, t := range r.view.Tables() {
		id := tableOID(t)
		e.add(relations, id, 0, namespaces, r.namespaceOID(t.Namespace), 0, "n")
		e.add(kinds, derived(id, partRowType, 0), 0, relations, id, 0, "i")
		for _, c := range t.Columns {
			if defaultText(r, &c) != "" {
				d := derived(id, partDefault, int(c.ID))
				e.add(defaults, d, 0, relations, id, int(c.ID), "a")
				if c.Sequence != 0 {
					e.add(defaults, d, 0, relations, uint32(c.Sequence), 0, "n")
				}
			}
			if c.Type.Def != nil {
				e.add(relations, id, int(c.ID), kinds, c.Type.Elem().OID(), 0, "n")
			}
		}
		if len(t.Key) > 0 {
			con := derived(id, partConstraint, 0)
			for _, c := range ids(t, t.Key) {
				e.add(constraints, con, 0, relations, id, c, "a")
			}
			e.add(relations, derived(id, partKeyIndex, 0), 0, constraints, con, 0, "i")
		}
		for i, c := range t.Checks {
			for _, column := range c.Columns {
				e.add(constraints, derived(id, partConstraint, i+1), 0, relations, id, int(column), "a")
			}
		}
		for i := range t.Indexes {
			x := &t.Indexes[i]
			con := derived(uint32(x.ID), partUnique, 0)
			if x.Constraint {
				e.add(relations, uint32(x.ID), 0, constraints, con, 0, "i")
			}
			for _, k := range x.Keys {
				switch {
				case k.Column < 0:
				case x.Constraint:
					e.add(constraints, con, 0, relations, id, int(t.Columns[k.Column].ID), "a")
				default:
					e.add(relations, uint32(x.ID), 0, relations, id, int(t.Columns[k.Column].ID), "a")
				}
			}
		}
	}
	for _, o := range r.view.Objects(schema.ViewObject) {
		id, rule := uint32(o.ID), derived(uint32(o.ID), partRule, 0)
		e.add(relations, id, 0, namespaces, r.namespaceOID(o.Namespace), 0, "n")
		e.add(kinds, derived(id, partRowType, 0), 0, relations, id, 0, "i")
		e.add(rules, rule, 0, relations, id, 0, "i")
		for _, d := range o.Depends {
			if r.view.TableByID(schema.TableID(d.ID)) != nil || r.view.ObjectByID(d.ID) != nil && r.view.ObjectByID(d.ID).Kind.Relation() {
				e.add(rules, rule, 0, relations, uint32(d.ID), int(d.Column), "n")
			}
		}
	}
	for _, o := range r.view.Objects(schema.SequenceObject) {
		e.add(relations, uint32(o.ID), 0, namespaces, r.namespaceOID(o.Namespace), 0, "n")
		if s := o.Sequence; s.OwnerTable != 0 {
			kind := "a"
			if s.Identity {
				kind = "i"
			}
			e.add(relations, uint32(o.ID), 0, relations, uint32(s.OwnerTable), int(s.OwnerColumn), kind)
		}
	}
	for _, o := range r.view.Objects(schema.TypeObject) {
		e.add(kinds, uint32(o.ID), 0, namespaces, r.namespaceOID(o.Namespace), 0, "n")
	}
	return nil
}
