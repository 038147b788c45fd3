package syscat

import (
	"slices"
	"strings"

	"github.com/dejaq/fasti/sql/lex"
)

// class is a catalog of named things.
type class struct {
	table, name, namespace string // namespace is "" for things that are in none
}

// The catalogs whose rows have names.
var (
	classRelation   = class{"pg_class", "relname", "relnamespace"}
	classType       = class{"pg_type", "typname", "typnamespace"}
	classProc       = class{"pg_proc", "proname", "pronamespace"}
	classOperator   = class{"pg_operator", "oprname", "oprnamespace"}
	classOpclass    = class{"pg_opclass", "opcname", "opcnamespace"}
	classOpfamily   = class{"pg_opfamily", "opfname", "opfnamespace"}
	classConversion = class{"pg_conversion", "conname", "connamespace"}
	classCollation  = class{"pg_collation", "collname", "collnamespace"}
	classConfig     = class{"pg_ts_config", "cfgname", "cfgnamespace"}
	classDictionary = class{"pg_ts_dict", "dictname", "dictnamespace"}
	classParser     = class{"pg_ts_parser", "prsname", "prsnamespace"}
	classTemplate   = class{"pg_ts_template", "tmplname", "tmplnamespace"}
	classStatistics = class{"pg_statistic_ext", "stxname", "stxnamespace"}
	classNamespace  = class{table: "pg_namespace", name: "nspname"}
	classRole       = class{table: "pg_authid", name: "rolname"}
	classDatabase   = class{table: "pg_database", name: "datname"}
)

// path returns the namespaces in which names are looked for, in order.
func (r *Reader) path() []string {
	path := r.search
	if !slices.Contains(path, pgCatalog) {
		path = append([]string{pgCatalog}, path...)
	}
	return path
}

// pathOIDs is path without what does not exist.
func (r *Reader) pathOIDs() []uint32 {
	var oids []uint32
	for _, n := range r.path() {
		if oid := r.namespaceOID(n); oid != 0 {
			oids = append(oids, oid)
		}
	}
	return oids
}

// namespaceOID returns 0 when there is none of this name.
func (r *Reader) namespaceOID(name string) uint32 {
	if rows := r.findText("pg_namespace", "nspname", name); len(rows) > 0 {
		return rows[0].oid("oid")
	}
	return 0
}

func (r *Reader) namespaceName(oid uint32) string {
	if w := r.byOID("pg_namespace", oid); w.ok() {
		return w.text("nspname")
	}
	return ""
}

// named returns the things of a class that a name may mean: of the namespace, or
// of the first one of the path that has one of the name.
func (r *Reader) named(c class, namespace, name string) []row {
	all := r.findText(c.table, c.name, name)
	if c.namespace == "" || len(all) == 0 {
		return all
	}
	in := func(oid uint32) []row {
		return slices.DeleteFunc(slices.Clone(all), func(w row) bool { return w.oid(c.namespace) != oid })
	}
	if namespace != "" {
		return in(r.namespaceOID(namespace))
	}
	for _, oid := range r.pathOIDs() {
		if rows := in(oid); len(rows) > 0 {
			return rows
		}
	}
	return nil
}

// visible reports whether a thing is what its bare name means; ok is false when
// there is no such thing. Of functions and operators, those with other argument
// types do not hide it.
func (r *Reader) visible(c class, oid uint32) (visible, ok bool) {
	w := r.byOID(c.table, oid)
	if !w.ok() {
		return false, false
	}
	for _, ns := range r.pathOIDs() {
		if w.oid(c.namespace) == ns {
			return true, true
		}
		for _, o := range r.findText(c.table, c.name, w.text(c.name)) {
			if o.oid(c.namespace) == ns && sameSignature(c, o, w) {
				return false, true
			}
		}
	}
	return false, true
}

// sameSignature reports whether two things of one name cannot be told apart by
// their arguments.
func sameSignature(c class, a, b row) bool {
	switch c.table {
	case "pg_proc":
		return a.text("proargtypes") == b.text("proargtypes")
	case "pg_operator":
		return a.oid("oprleft") == b.oid("oprleft") && a.oid("oprright") == b.oid("oprright")
	case "pg_opclass":
		return a.oid("opcmethod") == b.oid("opcmethod")
	case "pg_opfamily":
		return a.oid("opfmethod") == b.oid("opfmethod")
	}
	return true
}

// displayName returns the name of a thing, quoted where it must be, and qualified
// when it is not visible.
func (r *Reader) displayName(c class, w row) string {
	name := quote(w.text(c.name))
	if c.namespace == "" {
		return name
	}
	if visible, _ := r.visible(c, w.oid("oid")); visible {
		return name
	}
	return quote(r.namespaceName(w.oid(c.namespace))) + "." + name
}

// relationName is displayName of a relation, its OID when there is none.
func (r *Reader) relationName(oid uint32) string {
	w := r.byOID("pg_class", oid)
	if !w.ok() {
		return ""
	}
	return r.displayName(classRelation, w)
}

// quote returns an identifier as quote_ident does.
func quote(name string) string {
	plain := name != "" && (name[0] < '0' || name[0] > '9')
	for i := range len(name) {
		c := name[i]
		plain = plain && (c == '_' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9')
	}
	if plain && lex.Lookup(name).Class() == lex.Unreserved {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = quote(n)
	}
	return strings.Join(quoted, ", ")
}
