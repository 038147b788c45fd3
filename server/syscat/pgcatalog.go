package syscat

import (
	"strings"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
)

// catalogSources are the catalogs that follow from the catalog view: relations,
// their columns, constraints and indexes, types, roles, schemas, comments.
func catalogSources() map[string]source {
	return map[string]source{
		"pg_class": {
			columns: "oid relname relnamespace reltype relowner relam relfilenode reltuples relhasindex relpersistence relkind relnatts " +
				"relchecks relhasrules relhastriggers relispopulated relreplident relminmxid relacl reloptions",
			rows: (*Reader).classRows,
		},
		"pg_attribute": {
			columns: "attrelid attname atttypid attstattarget attlen attnum attndims attcacheoff atttypmod attbyval attalign attstorage " +
				"attnotnull atthasdef attidentity attgenerated attisdropped attislocal attcollation attacl",
			rows: (*Reader).attributeRows,
		},
		"pg_attrdef": {columns: "oid adrelid adnum adbin", rows: (*Reader).defaultRows},
		"pg_constraint": {
			columns: "oid conname connamespace contype convalidated conrelid conindid confupdtype confdeltype confmatchtype conislocal connoinherit conkey conbin",
			rows:    (*Reader).constraintRows,
		},
		"pg_index": {
			columns: "indexrelid indrelid indnatts indnkeyatts indisunique indnullsnotdistinct indisprimary indimmediate indisvalid indisready " +
				"indislive indkey indcollation indclass indoption indexprs indpred",
			rows: (*Reader).indexRows,
		},
		"pg_type": {
			columns: "oid typname typnamespace typowner typlen typbyval typtype typcategory typisdefined typdelim typrelid typsubscript typelem " +
				"typarray typinput typoutput typreceive typsend typanalyze typalign typstorage typtypmod typacl",
			rows: (*Reader).typeRows,
		},
		"pg_enum":      {columns: "oid enumtypid enumsortorder enumlabel", rows: (*Reader).enumRows},
		"pg_namespace": {columns: "oid nspname nspowner nspacl", rows: (*Reader).namespaceRows},
		"pg_database": {
			columns: "oid datname datdba encoding datlocprovider datallowconn datconnlimit datfrozenxid datminmxid dattablespace datcollate datctype datacl",
			rows:    (*Reader).databaseRows,
		},
		"pg_authid": {
			columns: "oid rolname rolsuper rolinherit rolcreaterole rolcreatedb rolcanlogin rolreplication rolbypassrls rolconnlimit rolpassword rolvaliduntil",
			rows:    (*Reader).roleRows,
		},
		"pg_auth_members":    {columns: "roleid member grantor admin_option", rows: (*Reader).memberRows},
		"pg_db_role_setting": {columns: "setdatabase setrole setconfig", rows: (*Reader).roleSettingRows},
		"pg_description":     {columns: "objoid classoid objsubid description", rows: (*Reader).descriptionRows},
		"pg_shdescription":   {columns: "objoid classoid description", rows: (*Reader).sharedDescriptionRows},
		"pg_sequence":        {columns: "seqrelid seqtypid seqstart seqincrement seqmax seqmin seqcache seqcycle", rows: (*Reader).sequenceRows},
		"pg_rewrite":         {columns: "oid rulename ev_class ev_type ev_enabled is_instead ev_qual ev_action", rows: (*Reader).ruleRows},
		"pg_depend":          {columns: "classid objid objsubid refclassid refobjid refobjsubid deptype", rows: (*Reader).dependRows},
	}
}

// column is a column of a relation of users.
type column struct {
	number                       int
	name                         string
	typ                          types.Type
	notNull, hasDefault, dropped bool
	identity, generated          string
	acl                          []schema.Grant
}

// typeFacts are what pg_attribute repeats of pg_type.
type typeFacts struct {
	length         int
	byValue        bool
	align, storage string
	collation      uint32
	dims           int
}

func (r *Reader) typeFacts(t types.Type) typeFacts {
	w := r.byOID("pg_type", t.OID())
	if !w.ok() {
		return typeFacts{length: -1, align: "i", storage: "x"}
	}
	f := typeFacts{
		length: w.integer("typlen"), byValue: w.bool("typbyval"), align: w.text("typalign"), storage: w.text("typstorage"),
		collation: w.oid("typcollation"),
	}
	if t.ID.IsArray() {
		f.dims = 1
	}
	return f
}

// owner returns the OID of an object's owner.
func owner(id schema.ObjectID) uint32 {
	if id == 0 {
		return oidBootstrapRole
	}
	return uint32(id)
}

// classRow is what a row of pg_class says that differs between relations.
type classRow struct {
	oid, namespace, rowType, owner, am uint32
	name, kind, persistence            string
	columns, checks                    int
	indexed, rules                     bool
	acl                                []schema.Grant
	options                            []string
}

func (r *Reader) addClass(e *emitter, c classRow) {
	file, tuples, identity, multixact := any(c.oid), -1, "n", "0"
	switch c.kind {
	case "r":
		identity, multixact = "d", "1"
	case "v":
		file = 0
	case "i":
		tuples = 0
	case "S":
		tuples = 1
	}
	var options any
	if len(c.options) > 0 {
		options = c.options
	}
	if c.persistence == "" {
		c.persistence = "p"
	}
	e.add(c.oid, c.name, c.namespace, c.rowType, c.owner, c.am, file, tuples, c.indexed, c.persistence, c.kind, c.columns,
		c.checks, c.rules, false, true, identity, multixact, r.acl(c.acl), options)
}

func (r *Reader) classRows(e *emitter) error {
	for _, t := range r.view.Tables() {
		id := tableOID(t)
		c := classRow{
			oid: id, name: t.Name, namespace: r.namespaceOID(t.Namespace), rowType: derived(id, partRowType, 0), owner: owner(t.Owner), am: oidHeap,
			kind: "r", columns: int(t.NextColumn()) - 1, checks: len(t.Checks), indexed: len(t.Key)+len(t.Indexes) > 0, acl: t.ACL,
		}
		if t.Temporary != 0 {
			c.persistence = "t"
		}
		r.addClass(e, c)
		index := classRow{namespace: c.namespace, owner: c.owner, am: oidBtree, kind: "i", persistence: c.persistence}
		if len(t.Key) > 0 {
			index.oid, index.name, index.columns = derived(id, partKeyIndex, 0), t.KeyName, len(t.Key)
			r.addClass(e, index)
		}
		for i := range t.Indexes {
			x := &t.Indexes[i]
			index.oid, index.name, index.columns = uint32(x.ID), x.Name, len(x.Keys)+len(x.Include)
			r.addClass(e, index)
		}
	}
	for _, o := range r.view.Objects(schema.ViewObject) {
		id := uint32(o.ID)
		r.addClass(e, classRow{
			oid: id, name: o.Name, namespace: r.namespaceOID(o.Namespace), rowType: derived(id, partRowType, 0), owner: owner(o.Owner),
			kind: "v", columns: len(o.View.Columns), rules: true, acl: o.ACL, options: o.View.Options,
		})
	}
	for _, o := range r.view.Objects(schema.SequenceObject) {
		r.addClass(e, classRow{
			oid: uint32(o.ID), name: o.Name, namespace: r.namespaceOID(o.Namespace), owner: owner(o.Owner), kind: "S", columns: 3, acl: o.ACL,
		})
	}
	return nil
}

func (r *Reader) attributeRows(e *emitter) error {
	add := func(relation uint32, c column) {
		f := r.typeFacts(c.typ)
		e.add(relation, c.name, c.typ.OID(), -1, f.length, c.number, f.dims, -1, c.typ.Mod, f.byValue, f.align, f.storage,
			c.notNull, c.hasDefault, c.identity, c.generated, c.dropped, true, f.collation, r.acl(c.acl))
	}
	for _, t := range r.view.Tables() {
		for _, c := range t.Columns {
			d := column{
				number: int(c.ID), name: c.Name, typ: c.Type, notNull: c.NotNull, hasDefault: defaultText(r, &c) != "",
				identity: [...]string{"", "a", "d"}[c.Identity], acl: c.ACL,
			}
			if c.Generated {
				d.generated = "s"
			}
			add(tableOID(t), d)
		}
		for _, c := range t.Dropped {
			add(tableOID(t), column{number: int(c.ID), name: "........pg.dropped." + number10(int(c.ID)) + "........", typ: c.Type, dropped: true})
		}
		for i, o := range t.Key {
			c := t.Columns[o]
			add(derived(tableOID(t), partKeyIndex, 0), column{number: i + 1, name: c.Name, typ: c.Type})
		}
		for i := range t.Indexes {
			x := &t.Indexes[i]
			used := map[string]bool{}
			for k := range x.Keys {
				name := ""
				if o := x.Keys[k].Column; o >= 0 {
					name = t.Columns[o].Name
				} else {
					name = expressionName(x.Keys[k].Expr)
				}
				for base, n := name, 1; used[name]; n++ {
					name = base + number10(n)
				}
				used[name] = true
				add(uint32(x.ID), column{number: k + 1, name: name, typ: t.KeyType(x, k)})
			}
			for k, o := range x.Include {
				c := t.Columns[o]
				add(uint32(x.ID), column{number: len(x.Keys) + k + 1, name: c.Name, typ: c.Type})
			}
		}
	}
	for _, o := range r.view.Objects(schema.ViewObject) {
		for i, c := range o.View.Columns {
			add(uint32(o.ID), column{number: i + 1, name: c.Name, typ: c.Type})
		}
	}
	for _, o := range r.view.Objects(schema.SequenceObject) {
		add(uint32(o.ID), column{number: 1, name: "last_value", typ: types.Of(types.Int8), notNull: true})
		add(uint32(o.ID), column{number: 2, name: "log_cnt", typ: types.Of(types.Int8), notNull: true})
		add(uint32(o.ID), column{number: 3, name: "is_called", typ: types.Of(types.Bool), notNull: true})
	}
	return nil
}

// expressionName is the name of an index's column over an expression: the
// function's, else "expr".
func expressionName(sql string) string {
	if isCall(sql) {
		parts, err := splitName(sql[:strings.IndexByte(sql, '(')])
		if err == nil {
			return parts[len(parts)-1]
		}
	}
	return "expr"
}

// defaultText is the SQL of a column's default, or of what generates it; "" for
// none, and for identity columns.
func defaultText(r *Reader, c *schema.Column) string {
	if c.Sequence != 0 && c.Identity == schema.NoIdentity && c.Default == "" {
		if o := r.view.ObjectByID(c.Sequence); o != nil {
			return "nextval('" + strings.ReplaceAll(r.relationName(uint32(o.ID)), "'", "''") + "'::regclass)"
		}
	}
	return c.Default
}

func (r *Reader) defaultRows(e *emitter) error {
	for _, t := range r.view.Tables() {
		for _, c := range t.Columns {
			if d := defaultText(r, &c); d != "" {
				e.add(derived(tableOID(t), partDefault, int(c.ID)), tableOID(t), int(c.ID), d)
			}
		}
	}
	return nil
}

// ids returns the numbers of columns by their ordinals.
func ids(t *schema.Table, ordinals []int) []int {
	numbers := make([]int, len(ordinals))
	for i, o := range ordinals {
		numbers[i] = int(t.Columns[o].ID)
	}
	return numbers
}

func (r *Reader) constraintRows(e *emitter) error {
	for _, t := range r.view.Tables() {
		ns := r.namespaceOID(t.Namespace)
		if len(t.Key) > 0 {
			e.add(derived(tableOID(t), partConstraint, 0), t.KeyName, ns, "p", true, tableOID(t), derived(tableOID(t), partKeyIndex, 0),
				" ", " ", " ", true, true, ids(t, t.Key), nil)
		}
		for i, c := range t.Checks {
			var columns []int
			for _, id := range c.Columns {
				columns = append(columns, int(id))
			}
			e.add(derived(tableOID(t), partConstraint, i+1), c.Name, ns, "c", !c.NotValid, tableOID(t), 0, " ", " ", " ", true, false, columns, c.Text)
		}
		for i := range t.Indexes {
			x := &t.Indexes[i]
			if !x.Constraint {
				continue
			}
			var keys []int
			for _, k := range x.Keys {
				keys = append(keys, k.Column)
			}
			e.add(derived(uint32(x.ID), partUnique, 0), x.Name, ns, "u", true, tableOID(t), uint32(x.ID), " ", " ", " ", true, true, ids(t, keys), nil)
		}
	}
	return nil
}

func (r *Reader) indexRows(e *emitter) error {
	for _, t := range r.view.Tables() {
		if len(t.Key) > 0 {
			var collations, classes []int
			for _, o := range t.Key {
				collations = append(collations, int(r.typeFacts(t.Columns[o].Type).collation))
				classes = append(classes, int(r.opclass(t.Columns[o].Type)))
			}
			e.add(derived(tableOID(t), partKeyIndex, 0), tableOID(t), len(t.Key), len(t.Key), true, false, true, true, true, true, true,
				ids(t, t.Key), collations, classes, make([]int, len(t.Key)), nil, nil)
		}
		for i := range t.Indexes {
			x := &t.Indexes[i]
			var keys, collations, classes, options []int
			var expressions []string
			for k := range x.Keys {
				key := &x.Keys[k]
				number := 0
				if key.Column >= 0 {
					number = int(t.Columns[key.Column].ID)
				} else {
					expressions = append(expressions, key.Expr)
				}
				option := 0
				if key.Desc {
					option |= 1
				}
				if key.NullsFirst {
					option |= 2
				}
				keys, options = append(keys, number), append(options, option)
				collations = append(collations, int(r.typeFacts(t.KeyType(x, k)).collation))
				classes = append(classes, int(r.opclass(t.KeyType(x, k))))
			}
			keys = append(keys, ids(t, x.Include)...)
			ready := x.State == schema.IndexReady
			e.add(uint32(x.ID), tableOID(t), len(keys), len(x.Keys), x.Unique, x.NullsNotDistinct, false, true, ready, true, true,
				keys, collations, classes, options, listOrNil(expressions), textOrNil(x.Predicate))
		}
	}
	return nil
}

// listOrNil joins expressions; none are NULL.
func listOrNil(list []string) any { return textOrNil(strings.Join(list, ", ")) }

func textOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// opclass returns the default operator class of btree for a type.
func (r *Reader) opclass(t types.Type) uint32 {
	const oidText, oidAnyArray, oidAnyEnum = 25, 2277, 3500
	want := t.OID()
	switch {
	case t.ID.IsArray():
		want = oidAnyArray
	case t.Udt() == "varchar":
		want = oidText
	case want >= firstUserOID:
		want = oidAnyEnum
	}
	for _, w := range r.find("pg_opclass", "opcintype", want) {
		if w.oid("opcmethod") == oidBtree && w.bool("opcdefault") {
			return w.oid("oid")
		}
	}
	return 0
}

// The OIDs of the functions that read and write values, in pg_proc.
const (
	oidArrayIn, oidArrayOut, oidArrayRecv, oidArraySend     = 750, 751, 2400, 2401
	oidArrayAnalyze                                         = 3816
	oidRecordIn, oidRecordOut, oidRecordRecv, oidRecordSend = 2290, 2291, 2402, 2403
	oidEnumIn, oidEnumOut, oidEnumRecv, oidEnumSend         = 3506, 3507, 3532, 3533
)

func (r *Reader) typeRows(e *emitter) error {
	for _, t := range r.view.Tables() {
		r.rowType(e, tableOID(t), t.Name, r.namespaceOID(t.Namespace), owner(t.Owner))
	}
	for _, o := range r.view.Objects(schema.ViewObject) {
		r.rowType(e, uint32(o.ID), o.Name, r.namespaceOID(o.Namespace), owner(o.Owner))
	}
	for _, o := range r.view.Objects(schema.TypeObject) {
		id, ns := uint32(o.ID), r.namespaceOID(o.Namespace)
		array := o.ID.ArrayOID()
		e.add(id, o.Name, ns, owner(o.Owner), 4, true, "e", "E", true, ",", 0, 0, 0, array,
			oidEnumIn, oidEnumOut, oidEnumRecv, oidEnumSend, 0, "i", "p", -1, r.acl(o.ACL))
		r.arrayType(e, array, id, "_"+o.Name, ns, owner(o.Owner), "i")
	}
	return nil
}

func (r *Reader) enumRows(e *emitter) error {
	for _, o := range r.view.Objects(schema.TypeObject) {
		for i, label := range o.Labels {
			e.add(derived(uint32(o.ID), partLabel, i+1), uint32(o.ID), i+1, label)
		}
	}
	return nil
}

// rowType adds the type of a relation's rows and its array type.
func (r *Reader) rowType(e *emitter, relation uint32, name string, namespace, owner uint32) {
	row, array := derived(relation, partRowType, 0), derived(relation, partArray, 0)
	e.add(row, name, namespace, owner, -1, false, "c", "C", true, ",", relation, 0, 0, array,
		oidRecordIn, oidRecordOut, oidRecordRecv, oidRecordSend, 0, "d", "x", -1, nil)
	r.arrayType(e, array, row, "_"+name, namespace, owner, "d")
}

func (r *Reader) arrayType(e *emitter, array, element uint32, name string, namespace, owner uint32, align string) {
	e.add(array, name, namespace, owner, -1, false, "b", "A", true, ",", 0, oidArraySubscript, element, 0,
		oidArrayIn, oidArrayOut, oidArrayRecv, oidArraySend, oidArrayAnalyze, align, "x", -1, nil)
}
