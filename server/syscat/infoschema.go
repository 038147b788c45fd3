package syscat

import (
	"slices"
	"strings"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
)

// informationSources are the views of information_schema. They show what the
// current user has a privilege on, so they are made at each scan.
func informationSources() map[string]source {
	sources := map[string]source{
		"information_schema_catalog_name": {rows: func(r *Reader, e *emitter) error { e.add(r.database()); return nil }},
		"schemata":                        {columns: "catalog_name schema_name schema_owner", rows: (*Reader).schemataRows},
		"tables": {
			columns: "table_catalog table_schema table_name table_type is_insertable_into is_typed commit_action", rows: (*Reader).tablesRows,
		},
		"columns": {
			columns: "table_catalog table_schema table_name column_name ordinal_position column_default is_nullable data_type " + lengthColumns +
				" collation_catalog collation_schema collation_name udt_catalog udt_schema udt_name dtd_identifier is_self_referencing is_identity " +
				"identity_generation identity_start identity_increment identity_maximum identity_minimum identity_cycle is_generated " +
				"generation_expression is_updatable domain_catalog domain_schema domain_name",
			rows: (*Reader).columnsRows,
		},
		"views": {
			columns: "table_catalog table_schema table_name view_definition check_option is_updatable is_insertable_into is_trigger_updatable " +
				"is_trigger_deletable is_trigger_insertable_into",
			rows: (*Reader).viewsRows,
		},
		"view_table_usage":  {rows: (*Reader).viewTableRows},
		"view_column_usage": {rows: (*Reader).viewColumnRows},
		"table_constraints": {rows: (*Reader).tableConstraintRows},
		"key_column_usage": {
			columns: "constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name column_name ordinal_position " +
				"position_in_unique_constraint",
			rows: (*Reader).keyColumnRows,
		},
		"constraint_column_usage": {rows: (*Reader).constraintColumnRows},
		"constraint_table_usage":  {rows: (*Reader).constraintTableRows},
		"referential_constraints": {rows: (*Reader).referentialRows},
		"check_constraints":       {rows: (*Reader).checkRows},
		"sequences":               {rows: (*Reader).sequencesRows},
		"routines": {
			columns: "specific_catalog specific_schema specific_name routine_catalog routine_schema routine_name routine_type data_type type_udt_catalog " +
				"type_udt_schema type_udt_name dtd_identifier routine_body routine_definition external_name external_language parameter_style " +
				"is_deterministic sql_data_access is_null_call schema_level_routine max_dynamic_result_sets security_type as_locator is_udt_dependent",
			rows: (*Reader).routineRows,
		},
		"parameters": {
			columns: "specific_catalog specific_schema specific_name ordinal_position parameter_mode is_result as_locator parameter_name data_type " +
				"udt_catalog udt_schema udt_name dtd_identifier parameter_default",
			rows: (*Reader).parameterRows,
		},
		"element_types": {
			columns: "object_catalog object_schema object_name object_type collection_type_identifier data_type udt_catalog udt_schema udt_name dtd_identifier",
			rows:    (*Reader).elementRows,
		},
		"table_privileges":   {rows: (*Reader).tablePrivilegeRows},
		"role_table_grants":  {rows: (*Reader).tablePrivilegeRows},
		"column_privileges":  {rows: (*Reader).columnPrivilegeRows},
		"role_column_grants": {rows: (*Reader).columnPrivilegeRows},
		"enabled_roles":      {rows: (*Reader).enabledRoleRows},
		"applicable_roles":   {rows: (*Reader).applicableRoleRows},
		"character_sets": {
			columns: "character_set_name character_repertoire form_of_use default_collate_catalog default_collate_schema default_collate_name",
			rows: func(r *Reader, e *emitter) error {
				e.add("UTF8", "UCS", "UTF8", r.database(), pgCatalog, "C")
				return nil
			},
		},
		"collations": {rows: (*Reader).collationRows},
		"collation_character_set_applicability": {
			columns: "collation_catalog collation_schema collation_name character_set_name", rows: (*Reader).collationSetRows,
		},
	}
	for n, s := range sources {
		s.live = true
		sources[n] = s
	}
	return sources
}

func (r *Reader) database() string { return r.q.Session.Database }

// me returns the row of the current user.
func (r *Reader) me() row { return r.roleNamed(r.q.Session.User) }

// relations calls f for each relation of the kinds that the user may see.
func (r *Reader) eachRelation(kinds string, f func(w row, namespace string)) {
	me := r.me()
	wanted := allPrivileges()
	r.each("pg_class", func(w row) {
		if strings.IndexByte(kinds, w.char("relkind")) >= 0 && r.may(me, "table", w, wanted) {
			f(w, r.namespaceName(w.oid("relnamespace")))
		}
	})
}

// allPrivileges are those of which one makes a table visible.
func allPrivileges() []privilege {
	var list []privilege
	for p := range strings.SplitSeq("SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER", ",") {
		list = append(list, privilege{name: p})
	}
	return list
}

func (r *Reader) schemataRows(e *emitter) error {
	me := r.me()
	r.each("pg_namespace", func(w row) {
		if r.may(me, "schema", w, []privilege{{name: "CREATE"}, {name: "USAGE"}}) {
			e.add(r.database(), w.text("nspname"), r.roleName(w.oid("nspowner")))
		}
	})
	return nil
}

func (r *Reader) tablesRows(e *emitter) error {
	r.eachRelation("rv", func(w row, namespace string) {
		kind, commit := "BASE TABLE", any(nil)
		switch {
		case w.char("relpersistence") == 't':
			kind, commit = "LOCAL TEMPORARY", nil
		case w.char("relkind") == 'v':
			kind = "VIEW"
		}
		e.add(r.database(), namespace, w.text("relname"), kind, w.char("relkind") == 'r', false, commit)
	})
	return nil
}

// lengthColumns are those of lengths, which follow from a type with its modifier.
const lengthColumns = "character_maximum_length character_octet_length numeric_precision numeric_precision_radix numeric_scale " +
	"datetime_precision interval_type"

// lengths returns the values of lengthColumns; see information_schema.sql's
// _pg_char_max_length and its relatives.
func lengths(oid uint32, mod int) []any {
	const (
		int2, int4, int8, float4, float8, numeric      = 21, 23, 20, 700, 701, 1700
		text, varchar, bpchar, bit, varbit             = 25, 1043, 1042, 1560, 1562
		date, clock, stamp, clockTZ, stampTZ, interval = 1082, 1083, 1114, 1266, 1184, 1186
	)
	v := make([]any, 7)
	switch oid {
	case varchar, bpchar:
		v[1] = 1 << 30
		if mod != -1 {
			v[0], v[1] = mod-4, (mod-4)*4
		}
	case text:
		v[1] = 1 << 30
	case bit, varbit:
		if mod != -1 {
			v[0] = mod
		}
	case int2:
		v[2], v[3], v[4] = 16, 2, 0
	case int4:
		v[2], v[3], v[4] = 32, 2, 0
	case int8:
		v[2], v[3], v[4] = 64, 2, 0
	case float4:
		v[2], v[3] = 24, 2
	case float8:
		v[2], v[3] = 53, 2
	case numeric:
		v[3] = 10
		if mod != -1 {
			p, s, _ := types.Type{ID: types.Numeric, Mod: int32(mod)}.PrecisionScale()
			v[2], v[4] = p, s
		}
	case date:
		v[5] = 0
	case clock, stamp, clockTZ, stampTZ:
		v[5] = 6
		if mod >= 0 {
			v[5] = mod
		}
	case interval:
		v[5] = 6
		if mod >= 0 && mod&0xffff != 0xffff {
			v[5] = mod & 0xffff
		}
		if mod >= 0 {
			m := int32(mod)
			if name := (types.Type{ID: types.Interval, Mod: m | 0xffff}).String(); name != "interval" {
				v[6] = strings.ToUpper(strings.TrimPrefix(name, "interval "))
			}
		}
	}
	return v
}

// dataType is the data_type of a type: its name, ARRAY or USER-DEFINED.
func (r *Reader) dataType(w row) string {
	switch {
	case w.oid("typelem") != 0 && w.integer("typlen") == -1:
		return "ARRAY"
	case w.oid("typnamespace") == oidPgCatalog:
		return r.typeName(w.oid("oid"), nil)
	}
	return "USER-DEFINED"
}

func (r *Reader) columnsRows(e *emitter) error {
	db := r.database()
	r.eachRelation("rv", func(w row, namespace string) {
		for _, a := range r.find("pg_attribute", "attrelid", w.oid("oid")) {
			if a.integer("attnum") < 1 || a.bool("attisdropped") {
				continue
			}
			t := r.byOID("pg_type", a.oid("atttypid"))
			if !t.ok() {
				continue
			}
			base, mod := t, a.integer("atttypmod")
			domain := []any{nil, nil, nil}
			if t.char("typtype") == 'd' {
				base, mod = r.byOID("pg_type", t.oid("typbasetype")), t.integer("typtypmod")
				domain = []any{db, r.namespaceName(t.oid("typnamespace")), t.text("typname")}
			}
			var def, generation any
			for _, d := range r.find("pg_attrdef", "adrelid", w.oid("oid")) {
				if d.integer("adnum") == a.integer("attnum") {
					def = d.text("adbin")
				}
			}
			generated := "NEVER"
			if a.text("attgenerated") == "s" {
				def, generation, generated = nil, def, "ALWAYS"
			}
			identity := r.identity(w.oid("oid"), a)
			collation := []any{nil, nil, nil}
			if c := r.byOID("pg_collation", a.oid("attcollation")); c.ok() && c.text("collname") != "default" {
				collation = []any{db, r.namespaceName(c.oid("collnamespace")), c.text("collname")}
			}
			values := []any{
				db, namespace, w.text("relname"), a.text("attname"), a.integer("attnum"), def,
				!a.bool("attnotnull"), r.dataType(base),
			}
			values = append(values, lengths(base.oid("oid"), mod)...)
			values = append(values, collation...)
			values = append(values, db, r.namespaceName(base.oid("typnamespace")), base.text("typname"), number10(a.integer("attnum")), false)
			values = append(values, identity...)
			values = append(values, generated, generation, w.char("relkind") == 'r')
			e.add(append(values, domain...)...)
		}
	})
	return nil
}

// identity returns is_identity to identity_cycle of a column.
func (r *Reader) identity(table uint32, a row) []any {
	generation := map[string]string{"a": "ALWAYS", "d": "BY DEFAULT"}[a.text("attidentity")]
	if generation == "" {
		return []any{false, nil, nil, nil, nil, nil, false}
	}
	for _, d := range r.find("pg_depend", "refobjid", table) {
		if d.integer("refobjsubid") != a.integer("attnum") || d.text("deptype") != "i" {
			continue
		}
		if s := r.find("pg_sequence", "seqrelid", d.oid("objid")); len(s) > 0 {
			text := func(column string) string { return number10(s[0].integer(column)) }
			return []any{true, generation, text("seqstart"), text("seqincrement"), text("seqmax"), text("seqmin"), s[0].bool("seqcycle")}
		}
	}
	return []any{true, generation, nil, nil, nil, nil, false}
}

func (r *Reader) viewsRows(e *emitter) error {
	r.eachRelation("v", func(w row, namespace string) {
		check := "NONE"
		for _, o := range w.list("reloptions") {
			if c, ok := strings.CutPrefix(o, "check_option="); ok {
				check = strings.ToUpper(c)
			}
		}
		e.add(r.database(), namespace, w.text("relname"), textOrNil(r.viewText(w.oid("oid"))), check, false, false, false, false, false)
	})
	return nil
}

// eachUse calls f for what a view of users reads.
func (r *Reader) eachUse(f func(view *schema.Object, table row, column int)) {
	for _, o := range r.view.Objects(schema.ViewObject) {
		for _, d := range o.Depends {
			if w := r.byOID("pg_class", uint32(d.ID)); w.ok() {
				f(o, w, int(d.Column))
			}
		}
	}
}

func (r *Reader) viewTableRows(e *emitter) error {
	seen := map[[2]uint32]bool{}
	r.eachUse(func(o *schema.Object, w row, _ int) {
		key := [2]uint32{uint32(o.ID), w.oid("oid")}
		if !seen[key] {
			seen[key] = true
			e.add(r.database(), o.Namespace, o.Name, r.database(), r.namespaceName(w.oid("relnamespace")), w.text("relname"))
		}
	})
	return nil
}

func (r *Reader) viewColumnRows(e *emitter) error {
	r.eachUse(func(o *schema.Object, w row, column int) {
		if column != 0 {
			e.add(r.database(), o.Namespace, o.Name, r.database(), r.namespaceName(w.oid("relnamespace")), w.text("relname"),
				r.columnName(w.oid("oid"), column))
		}
	})
	return nil
}

// eachConstraint calls f for each constraint of the kinds.
func (r *Reader) eachConstraint(kinds string, f func(c, table row)) {
	r.each("pg_constraint", func(c row) {
		if strings.IndexByte(kinds, c.char("contype")) >= 0 {
			if table := r.byOID("pg_class", c.oid("conrelid")); table.ok() {
				f(c, table)
			}
		}
	})
}

// eachNotNull calls f for each column that is NOT NULL, which the standard calls a
// check with a name of its own.
func (r *Reader) eachNotNull(f func(table, column row, name string)) {
	r.eachRelation("r", func(w row, namespace string) {
		for _, a := range r.find("pg_attribute", "attrelid", w.oid("oid")) {
			if a.bool("attnotnull") && a.integer("attnum") > 0 && !a.bool("attisdropped") {
				f(w, a, number10(int(w.oid("relnamespace")))+"_"+number10(int(w.oid("oid")))+"_"+number10(a.integer("attnum"))+"_not_null")
			}
		}
	})
}

func (r *Reader) tableConstraintRows(e *emitter) error {
	db := r.database()
	r.eachConstraint("cpuf", func(c, w row) {
		kind := map[byte]string{'c': "CHECK", 'p': "PRIMARY KEY", 'u': "UNIQUE", 'f': "FOREIGN KEY"}[c.char("contype")]
		var distinct any
		if c.char("contype") == 'u' {
			distinct = true
			for _, i := range r.find("pg_index", "indexrelid", c.oid("conindid")) {
				distinct = !i.bool("indnullsnotdistinct")
			}
		}
		e.add(db, r.namespaceName(c.oid("connamespace")), c.text("conname"), db, r.namespaceName(w.oid("relnamespace")), w.text("relname"), kind,
			c.bool("condeferrable"), c.bool("condeferred"), true, distinct)
	})
	r.eachNotNull(func(w, _ row, name string) {
		ns := r.namespaceName(w.oid("relnamespace"))
		e.add(db, ns, name, db, ns, w.text("relname"), "CHECK", false, false, true, nil)
	})
	return nil
}

func (r *Reader) keyColumnRows(e *emitter) error {
	db := r.database()
	r.eachConstraint("puf", func(c, w row) {
		var unique []int
		for _, x := range r.find("pg_constraint", "conindid", c.oid("conindid")) {
			if c.char("contype") == 'f' && x.char("contype") != 'f' {
				unique = x.numbers("conkey")
			}
		}
		refs := c.numbers("confkey")
		for i, k := range c.numbers("conkey") {
			var position any
			if i < len(refs) {
				if at := slices.Index(unique, refs[i]); at >= 0 {
					position = at + 1
				}
			}
			e.add(db, r.namespaceName(c.oid("connamespace")), c.text("conname"), db, r.namespaceName(w.oid("relnamespace")), w.text("relname"),
				r.columnName(w.oid("oid"), k), i+1, position)
		}
	})
	return nil
}

// used returns the table that a constraint speaks of: of a foreign key the one
// that it refers to.
func (r *Reader) used(c, w row) (table row, columns []int) {
	if c.char("contype") == 'f' {
		return r.byOID("pg_class", c.oid("confrelid")), c.numbers("confkey")
	}
	return w, c.numbers("conkey")
}

func (r *Reader) constraintColumnRows(e *emitter) error {
	db := r.database()
	r.eachConstraint("cpuf", func(c, w row) {
		table, columns := r.used(c, w)
		for _, k := range columns {
			e.add(db, r.namespaceName(table.oid("relnamespace")), table.text("relname"), r.columnName(table.oid("oid"), k),
				db, r.namespaceName(c.oid("connamespace")), c.text("conname"))
		}
	})
	return nil
}

func (r *Reader) constraintTableRows(e *emitter) error {
	db := r.database()
	r.eachConstraint("puf", func(c, w row) {
		table, _ := r.used(c, w)
		e.add(db, r.namespaceName(table.oid("relnamespace")), table.text("relname"), db, r.namespaceName(c.oid("connamespace")), c.text("conname"))
	})
	return nil
}

func (r *Reader) referentialRows(e *emitter) error {
	db := r.database()
	actions := map[byte]string{'a': "NO ACTION", 'r': "RESTRICT", 'c': "CASCADE", 'n': "SET NULL", 'd': "SET DEFAULT"}
	r.eachConstraint("f", func(c, _ row) {
		unique := []any{nil, nil, nil}
		for _, x := range r.find("pg_constraint", "conindid", c.oid("conindid")) {
			if x.char("contype") != 'f' {
				unique = []any{db, r.namespaceName(x.oid("connamespace")), x.text("conname")}
			}
		}
		match := map[byte]string{'f': "FULL", 'p': "PARTIAL", 's': "NONE"}[c.char("confmatchtype")]
		e.add(append(append([]any{db, r.namespaceName(c.oid("connamespace")), c.text("conname")}, unique...),
			match, actions[c.char("confupdtype")], actions[c.char("confdeltype")])...)
	})
	return nil
}

func (r *Reader) checkRows(e *emitter) error {
	db := r.database()
	r.eachConstraint("c", func(c, _ row) {
		e.add(db, r.namespaceName(c.oid("connamespace")), c.text("conname"), strings.TrimSuffix(strings.TrimPrefix(r.constraintText(c, false), "CHECK ("), ")"))
	})
	r.eachNotNull(func(w, a row, name string) {
		e.add(db, r.namespaceName(w.oid("relnamespace")), name, a.text("attname")+" IS NOT NULL")
	})
	return nil
}

func (r *Reader) sequencesRows(e *emitter) error {
	r.eachRelation("S", func(w row, namespace string) {
		for _, s := range r.find("pg_sequence", "seqrelid", w.oid("oid")) {
			bits := map[uint32]int{21: 16, 23: 32, 20: 64}[s.oid("seqtypid")]
			e.add(r.database(), namespace, w.text("relname"), r.typeName(s.oid("seqtypid"), nil), bits, 2, 0, number10(s.integer("seqstart")),
				number10(s.integer("seqmin")), number10(s.integer("seqmax")), number10(s.integer("seqincrement")), s.bool("seqcycle"))
		}
	})
	return nil
}

func specificName(p row) string { return p.text("proname") + "_" + number10(int(p.oid("oid"))) }

func (r *Reader) routineRows(e *emitter) error {
	db := r.database()
	r.each("pg_proc", func(p row) {
		ns := r.namespaceName(p.oid("pronamespace"))
		kind := map[byte]string{'f': "FUNCTION", 'p': "PROCEDURE"}[p.char("prokind")]
		var definition, external any
		language := strings.ToUpper(r.byOID("pg_language", p.oid("prolang")).text("lanname"))
		body := "EXTERNAL"
		definition = p.text("prosrc")
		if language == "SQL" {
			body = "SQL"
		} else if language == "C" || language == "INTERNAL" {
			external = p.text("prosrc")
			if language == "INTERNAL" {
				external = nil
			}
		}
		t := r.byOID("pg_type", p.oid("prorettype"))
		security := "INVOKER"
		if p.bool("prosecdef") {
			security = "DEFINER"
		}
		e.add(db, ns, specificName(p), db, ns, p.text("proname"), textOrNil(kind), r.dataType(t), db, r.namespaceName(t.oid("typnamespace")), t.text("typname"),
			"0", body, definition, external, language, "GENERAL", p.char("provolatile") == 'i', "MODIFIES", p.bool("proisstrict"), true, 0, security, false, false)
	})
	return nil
}

func (r *Reader) parameterRows(e *emitter) error {
	db := r.database()
	r.each("pg_proc", func(p row) {
		list := parameters(p)
		values := defaults(p.text("proargdefaults"))
		inputs := 0
		for _, a := range list {
			if a.mode != 'o' && a.mode != 't' {
				inputs++
			}
		}
		input := 0
		for i, a := range list {
			t := r.byOID("pg_type", a.typ)
			var def any
			if a.mode != 'o' && a.mode != 't' {
				input++
				if n := input - (inputs - len(values)) - 1; n >= 0 && n < len(values) {
					def = values[n]
				}
			}
			mode := map[byte]string{'i': "IN", 'o': "OUT", 'b': "INOUT", 'v': "IN", 't': "OUT"}[a.mode]
			e.add(db, r.namespaceName(p.oid("pronamespace")), specificName(p), i+1, mode, false, false, textOrNil(a.name), r.dataType(t),
				db, r.namespaceName(t.oid("typnamespace")), t.text("typname"), number10(i+1), def)
		}
	})
	return nil
}

func (r *Reader) elementRows(e *emitter) error {
	db := r.database()
	r.eachRelation("rv", func(w row, namespace string) {
		for _, a := range r.find("pg_attribute", "attrelid", w.oid("oid")) {
			t := r.byOID("pg_type", a.oid("atttypid"))
			if a.integer("attnum") < 1 || !t.ok() || t.oid("typelem") == 0 || t.integer("typlen") != -1 {
				continue
			}
			element := r.byOID("pg_type", t.oid("typelem"))
			kind := "TABLE"
			if w.char("relkind") == 'v' {
				kind = "VIEW"
			}
			e.add(db, namespace, w.text("relname"), kind, number10(a.integer("attnum")), r.dataType(element), db,
				r.namespaceName(element.oid("typnamespace")), element.text("typname"), "a"+number10(a.integer("attnum")))
		}
	})
	return nil
}

// grants calls f for each privilege on an object: what its list says, or without
// one what its owner has.
func (r *Reader) grants(w row, owner, list, letters string, f func(grantor, grantee, privilege string, grantable bool)) {
	acl := w.list(list)
	if w.null(list) {
		if owner == "" {
			return
		}
		name := quote(r.roleName(w.oid(owner)))
		acl = []string{name + "=" + letters + "/" + name}
	}
	for _, item := range acl {
		grantee, privileges := splitACL(item)
		grantor := item[strings.LastIndexByte(item, '/')+1:]
		if parts, err := splitName(grantor); err == nil {
			grantor = parts[0]
		}
		own := owner != "" && grantee == r.roleName(w.oid(owner))
		if grantee == "" {
			grantee = "PUBLIC"
		}
		for i := range len(privileges) {
			if name := privilegeName(privileges[i]); name != "" && strings.IndexByte(letters, privileges[i]) >= 0 {
				f(grantor, grantee, name, own || strings.HasPrefix(privileges[i+1:], "*"))
			}
		}
	}
}

func privilegeName(letter byte) string {
	return map[byte]string{
		'a': "INSERT", 'r': "SELECT", 'w': "UPDATE", 'd': "DELETE", 'D': "TRUNCATE", 'x': "REFERENCES", 't': "TRIGGER", 'X': "EXECUTE",
		'U': "USAGE", 'C': "CREATE", 'T': "TEMPORARY", 'c': "CONNECT",
	}[letter]
}

func (r *Reader) tablePrivilegeRows(e *emitter) error {
	r.each("pg_class", func(w row) {
		if k := w.char("relkind"); k != 'r' && k != 'v' {
			return
		}
		r.grants(w, "relowner", "relacl", "arwdDxt", func(grantor, grantee, privilege string, grantable bool) {
			if e.rel.def.Name == "role_table_grants" && grantee == "PUBLIC" {
				return
			}
			e.add(grantor, grantee, r.database(), r.namespaceName(w.oid("relnamespace")), w.text("relname"), privilege, grantable, privilege == "SELECT")
		})
	})
	return nil
}

func (r *Reader) columnPrivilegeRows(e *emitter) error {
	r.each("pg_class", func(w row) {
		if k := w.char("relkind"); k != 'r' && k != 'v' {
			return
		}
		for _, a := range r.find("pg_attribute", "attrelid", w.oid("oid")) {
			if a.integer("attnum") < 1 || a.bool("attisdropped") {
				continue
			}
			add := func(grantor, grantee, privilege string, grantable bool) {
				if e.rel.def.Name == "role_column_grants" && grantee == "PUBLIC" {
					return
				}
				e.add(grantor, grantee, r.database(), r.namespaceName(w.oid("relnamespace")), w.text("relname"), a.text("attname"), privilege, grantable)
			}
			r.grants(w, "relowner", "relacl", "arwx", add)
			r.grants(a, "", "attacl", "arwx", add)
		}
	})
	return nil
}

func (r *Reader) enabledRoleRows(e *emitter) error {
	me := r.me()
	r.each("pg_authid", func(w row) {
		if me.ok() && (me.bool("rolsuper") || r.isMember(me, w.oid("oid"), false, map[uint32]bool{})) {
			e.add(w.text("rolname"))
		}
	})
	return nil
}

func (r *Reader) applicableRoleRows(e *emitter) error {
	me := r.me()
	r.each("pg_auth_members", func(m row) {
		if me.ok() && (me.bool("rolsuper") || r.isMember(me, m.oid("member"), false, map[uint32]bool{})) {
			e.add(r.roleName(m.oid("member")), r.roleName(m.oid("roleid")), m.bool("admin_option"))
		}
	})
	return nil
}

func (r *Reader) collationRows(e *emitter) error {
	r.each("pg_collation", func(w row) {
		if n := w.integer("collencoding"); n == -1 || n == encodingUTF8 {
			e.add(r.database(), r.namespaceName(w.oid("collnamespace")), w.text("collname"), "NO PAD")
		}
	})
	return nil
}

func (r *Reader) collationSetRows(e *emitter) error {
	r.each("pg_collation", func(w row) {
		if n := w.integer("collencoding"); n == -1 || n == encodingUTF8 {
			e.add(r.database(), r.namespaceName(w.oid("collnamespace")), w.text("collname"), "UTF8")
		}
	})
	return nil
}
