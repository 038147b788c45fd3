package syscat

import (
	"strconv"
)

func number10(n int) string { return strconv.Itoa(n) }

// viewSources are the views of pg_catalog over its own tables.
func viewSources() map[string]source {
	return map[string]source{
		"pg_tables": {columns: "schemaname tablename tableowner tablespace hasindexes hasrules hastriggers rowsecurity", rows: (*Reader).tableViewRows},
		"pg_views":  {columns: "schemaname viewname viewowner definition", rows: (*Reader).viewViewRows},
		"pg_indexes": {
			columns: "schemaname tablename indexname tablespace indexdef", rows: (*Reader).indexViewRows,
		},
		"pg_roles": {
			columns: "rolname rolsuper rolinherit rolcreaterole rolcreatedb rolcanlogin rolreplication rolconnlimit rolpassword rolvaliduntil rolbypassrls oid",
			rows:    (*Reader).roleViewRows,
		},
		"pg_user":   {columns: "usename usesysid usecreatedb usesuper userepl usebypassrls passwd valuntil", rows: (*Reader).userViewRows},
		"pg_shadow": {columns: "usename usesysid usecreatedb usesuper userepl usebypassrls passwd valuntil", rows: (*Reader).userViewRows},
		"pg_group":  {columns: "groname grosysid grolist", rows: (*Reader).groupViewRows},
	}
}

func (r *Reader) roleName(oid uint32) string {
	if w := r.byOID("pg_authid", oid); w.ok() {
		return w.text("rolname")
	}
	return ""
}

func (r *Reader) tableViewRows(e *emitter) error {
	r.each("pg_class", func(w row) {
		if w.char("relkind") != 'r' {
			return
		}
		var space any
		if w.oid("reltablespace") != 0 {
			space = r.byOID("pg_tablespace", w.oid("reltablespace")).text("spcname")
		}
		e.add(r.namespaceName(w.oid("relnamespace")), w.text("relname"), r.roleName(w.oid("relowner")), space,
			w.bool("relhasindex"), w.bool("relhasrules"), w.bool("relhastriggers"), w.bool("relrowsecurity"))
	})
	return nil
}

func (r *Reader) viewViewRows(e *emitter) error {
	r.each("pg_class", func(w row) {
		if w.char("relkind") == 'v' {
			e.add(r.namespaceName(w.oid("relnamespace")), w.text("relname"), r.roleName(w.oid("relowner")), textOrNil(r.viewText(w.oid("oid"))))
		}
	})
	return nil
}

func (r *Reader) indexViewRows(e *emitter) error {
	r.each("pg_index", func(w row) {
		index, table := r.byOID("pg_class", w.oid("indexrelid")), r.byOID("pg_class", w.oid("indrelid"))
		if !index.ok() || !table.ok() {
			return
		}
		var space any
		if index.oid("reltablespace") != 0 {
			space = r.byOID("pg_tablespace", index.oid("reltablespace")).text("spcname")
		}
		e.add(r.namespaceName(table.oid("relnamespace")), table.text("relname"), index.text("relname"), space, r.indexText(w, 0, false))
	})
	return nil
}

func (r *Reader) roleViewRows(e *emitter) error {
	r.each("pg_authid", func(w row) {
		e.add(w.text("rolname"), w.bool("rolsuper"), w.bool("rolinherit"), w.bool("rolcreaterole"), w.bool("rolcreatedb"), w.bool("rolcanlogin"),
			w.bool("rolreplication"), w.integer("rolconnlimit"), "********", w.value("rolvaliduntil"), w.bool("rolbypassrls"), w.oid("oid"))
	})
	return nil
}

func (r *Reader) userViewRows(e *emitter) error {
	r.each("pg_authid", func(w row) {
		if w.bool("rolcanlogin") {
			var password any = "********"
			if e.rel.def.Name == "pg_shadow" {
				password = w.value("rolpassword")
			}
			e.add(w.text("rolname"), w.oid("oid"), w.bool("rolcreatedb"), w.bool("rolsuper"), w.bool("rolreplication"), w.bool("rolbypassrls"),
				password, w.value("rolvaliduntil"))
		}
	})
	return nil
}

func (r *Reader) groupViewRows(e *emitter) error {
	r.each("pg_authid", func(w row) {
		if w.bool("rolcanlogin") {
			return
		}
		members := []int{}
		for _, m := range r.find("pg_auth_members", "roleid", w.oid("oid")) {
			members = append(members, int(m.oid("member")))
		}
		e.add(w.text("rolname"), w.oid("oid"), members)
	})
	return nil
}
