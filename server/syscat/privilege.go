package syscat

import (
	"strconv"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// privileged says of one kind of object how has_…_privilege finds it and which
// privileges it has.
type privileged struct {
	class      class
	missing    string // the error's words for a name that does not exist
	code       string
	privileges string // divided by commas
}

// privilegedKinds is by the word in the function's name.
func privilegedKinds() map[string]privileged {
	const table = "SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER,RULE"
	return map[string]privileged{
		"table":                {classRelation, "relation", sqlerr.UndefinedTable, table},
		"any_column":           {classRelation, "relation", sqlerr.UndefinedTable, "SELECT,INSERT,UPDATE,REFERENCES"},
		"column":               {classRelation, "relation", sqlerr.UndefinedTable, "SELECT,INSERT,UPDATE,REFERENCES"},
		"sequence":             {classRelation, "relation", sqlerr.UndefinedTable, "USAGE,SELECT,UPDATE"},
		"schema":               {classNamespace, "schema", sqlerr.InvalidSchemaName, "CREATE,USAGE"},
		"database":             {classDatabase, "database", sqlerr.InvalidCatalogName, "CREATE,TEMPORARY,TEMP,CONNECT"},
		"function":             {classProc, "function", sqlerr.UndefinedFunction, "EXECUTE"},
		"type":                 {classType, "type", sqlerr.UndefinedObject, "USAGE"},
		"language":             {class{table: "pg_language", name: "lanname"}, "language", sqlerr.UndefinedObject, "USAGE"},
		"tablespace":           {class{table: "pg_tablespace", name: "spcname"}, "tablespace", sqlerr.UndefinedObject, "CREATE"},
		"server":               {class{table: "pg_foreign_server", name: "srvname"}, "server", sqlerr.UndefinedObject, "USAGE"},
		"foreign_data_wrapper": {class{table: "pg_foreign_data_wrapper", name: "fdwname"}, "foreign-data wrapper", sqlerr.UndefinedObject, "USAGE"},
		"parameter":            {class{}, "parameter", sqlerr.UndefinedObject, "SET,ALTER SYSTEM"},
	}
}

// hasPrivilege is has_…_privilege([role,] object, [column,] privileges).
func (c *call) hasPrivilege() (vector.Datum, error) {
	word := strings.TrimSuffix(strings.TrimPrefix(c.sig.Name, "has_"), "_privilege")
	kind := privilegedKinds()[word]
	args := c.args
	at := 0
	role := c.roleNamed(c.q.Session.User)
	own := 2
	if word == "column" {
		own = 3
	}
	if len(args) > own {
		var err error
		if role, err = c.role(0); err != nil {
			return vector.NullDatum, err
		}
		at = 1
	}
	wanted, err := parsePrivileges(args[len(args)-1].S, kind.privileges)
	if err != nil {
		return vector.NullDatum, err
	}
	if word == "parameter" {
		return vector.BoolDatum(role.ok() && role.bool("rolsuper")), nil
	}
	object := row{}
	if c.textual(at) {
		if object, err = c.objectNamed(kind, c.text(at)); err != nil {
			return vector.NullDatum, err
		}
	} else if object = c.byOID(kind.class.table, c.oid(at)); !object.ok() {
		return vector.NullDatum, nil
	}
	if word == "column" {
		exists := false
		for _, a := range c.find("pg_attribute", "attrelid", object.oid("oid")) {
			exists = exists || (c.textual(at+1) && a.text("attname") == c.text(at+1)) || (!c.textual(at+1) && a.integer("attnum") == int(c.number(at+1)))
		}
		if !exists && c.textual(at+1) {
			return vector.NullDatum, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", c.text(at+1), object.text("relname"))
		}
		if !exists {
			return vector.NullDatum, nil
		}
	}
	return vector.BoolDatum(c.may(role, word, object, wanted)), nil
}

// role reads argument i, the name or OID of a role; PUBLIC is the zero row.
func (c *call) role(i int) (row, error) {
	if !c.textual(i) {
		return c.byOID("pg_authid", c.oid(i)), nil
	}
	name := c.text(i)
	if name == "public" {
		return row{}, nil
	}
	if w := c.roleNamed(name); w.ok() {
		return w, nil
	}
	return row{}, sqlerr.New(sqlerr.UndefinedObject, "role \"%s\" does not exist", name)
}

func (r *Reader) roleNamed(name string) row {
	if rows := r.findText("pg_authid", "rolname", name); len(rows) > 0 {
		return rows[0]
	}
	return row{}
}

// objectNamed finds an object by its name as SQL writes it.
func (c *call) objectNamed(kind privileged, text string) (row, error) {
	parts := []string{text}
	if kind.class.namespace != "" {
		name, _, _ := strings.Cut(text, "(")
		var err error
		if parts, err = splitName(name); err != nil {
			return row{}, err
		}
	}
	namespace := ""
	if len(parts) > 1 {
		namespace = parts[len(parts)-2]
	}
	if rows := c.named(kind.class, namespace, parts[len(parts)-1]); len(rows) > 0 {
		return rows[0], nil
	}
	return row{}, sqlerr.New(kind.code, "%s \"%s\" does not exist", kind.missing, text)
}

// privilege is one privilege that a caller asks for.
type privilege struct {
	name   string
	option bool // WITH GRANT OPTION
}

func parsePrivileges(text, known string) ([]privilege, error) {
	var list []privilege
	for word := range strings.SplitSeq(text, ",") {
		name, option := strings.CutSuffix(strings.ToUpper(strings.TrimSpace(word)), " WITH GRANT OPTION")
		found := false
		for k := range strings.SplitSeq(known, ",") {
			found = found || k == name
		}
		if !found {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized privilege type: \"%s\"", strings.TrimSpace(word))
		}
		list = append(list, privilege{name, option})
	}
	return list, nil
}

// hasRole is pg_has_role([role,] role, privileges).
func (c *call) hasRole() (vector.Datum, error) {
	member, at := c.roleNamed(c.q.Session.User), 0
	if len(c.args) > 2 {
		var err error
		if member, err = c.role(0); err != nil {
			return vector.NullDatum, err
		}
		at = 1
	}
	role, err := c.role(at)
	if err != nil {
		return vector.NullDatum, err
	}
	wanted, err := parsePrivileges(c.args[len(c.args)-1].S, "USAGE,MEMBER")
	if err != nil {
		return vector.NullDatum, err
	}
	for _, w := range wanted {
		if member.ok() && role.ok() && (member.bool("rolsuper") || c.isMember(member, role.oid("oid"), w.option, map[uint32]bool{})) {
			return vector.BoolDatum(true), nil
		}
	}
	return vector.BoolDatum(false), nil
}

// isMember reports whether a role is, or belongs to, another; with admin that it
// may hand the membership on. seen holds the roles that were looked at.
func (r *Reader) isMember(member row, role uint32, admin bool, seen map[uint32]bool) bool {
	id := member.oid("oid")
	if id == role && !admin {
		return true
	}
	seen[id] = true
	for _, m := range r.find("pg_auth_members", "member", id) {
		if m.oid("roleid") == role && (!admin || m.bool("admin_option")) {
			return true
		}
		if above := r.byOID("pg_authid", m.oid("roleid")); above.ok() && !seen[above.oid("oid")] && r.isMember(above, role, admin, seen) {
			return true
		}
	}
	return false
}

// may reports whether a role has one of the privileges: as a superuser, as the
// owner, or by a grant to itself, to a role that it belongs to, or to PUBLIC.
func (r *Reader) may(role row, word string, object row, wanted []privilege) bool {
	if role.ok() && role.bool("rolsuper") {
		return true
	}
	owner, acl := ownerOf(object), aclOf(object)
	if role.ok() && owner != 0 && r.isMember(role, owner, false, map[uint32]bool{}) {
		return true
	}
	for _, item := range acl {
		grantee, privileges := splitACL(item)
		if grantee != "" {
			g := r.roleNamed(grantee)
			if !role.ok() || !g.ok() || !r.isMember(role, g.oid("oid"), false, map[uint32]bool{}) {
				continue
			}
		}
		for _, w := range wanted {
			if i := strings.IndexByte(privileges, privilegeLetter(w.name)); i >= 0 && (!w.option || strings.HasPrefix(privileges[i+1:], "*")) {
				return true
			}
		}
	}
	if len(acl) > 0 {
		return false
	}
	// Without a list of its own, an object has what acldefault gives to PUBLIC.
	for _, w := range wanted {
		if !w.option && strings.IndexByte(publicByDefault(word), privilegeLetter(w.name)) >= 0 {
			return true
		}
	}
	return false
}

// ownerOf and aclOf read the columns that every catalog names after itself.
func ownerOf(w row) uint32 {
	for _, c := range w.rel.def.Columns {
		if strings.HasSuffix(c.Name, "owner") || c.Name == "datdba" {
			return w.oid(c.Name)
		}
	}
	return 0
}

func aclOf(w row) []string {
	for _, c := range w.rel.def.Columns {
		if strings.HasSuffix(c.Name, "acl") {
			return w.list(c.Name)
		}
	}
	return nil
}

// splitACL cuts an aclitem, grantee=privileges/grantor.
func splitACL(item string) (grantee, privileges string) {
	at := strings.LastIndexByte(item, '/')
	if at >= 0 {
		item = item[:at]
	}
	at = strings.LastIndexByte(item, '=')
	if at < 0 {
		return "", ""
	}
	grantee = item[:at]
	if parts, err := splitName(grantee); err == nil && grantee != "" {
		grantee = parts[0]
	}
	return grantee, item[at+1:]
}

func privilegeLetter(name string) byte {
	return map[string]byte{
		"INSERT": 'a', "SELECT": 'r', "UPDATE": 'w', "DELETE": 'd', "TRUNCATE": 'D', "REFERENCES": 'x', "TRIGGER": 't', "EXECUTE": 'X',
		"USAGE": 'U', "CREATE": 'C', "TEMPORARY": 'T', "TEMP": 'T', "CONNECT": 'c', "SET": 's', "ALTER SYSTEM": 'A', "RULE": 'R',
	}[name]
}

func publicByDefault(word string) string {
	return map[string]string{"database": "Tc", "function": "X", "type": "U", "language": "U"}[word]
}

// defaultPrivileges is acldefault: what an owner and all others may do with an
// object of a kind when nobody has said.
func (c *call) defaultPrivileges() (vector.Datum, error) {
	kind := c.text(0)
	kinds := map[string]struct{ owner, public string }{
		"c": {}, "r": {owner: "arwdDxt"}, "s": {owner: "rwU"}, "d": {owner: "CTc", public: "Tc"}, "f": {owner: "X", public: "X"},
		"l": {owner: "U", public: "U"}, "L": {owner: "rw"}, "n": {owner: "UC"}, "p": {owner: "sA"}, "t": {owner: "C"},
		"F": {owner: "U"}, "S": {owner: "U"}, "T": {owner: "U", public: "U"},
	}
	p, ok := kinds[kind]
	if !ok {
		return vector.NullDatum, sqlerr.New(sqlerr.InternalError, "unrecognized objtype abbreviation: %s", kind)
	}
	owner := strconv.FormatUint(uint64(c.oid(1)), 10)
	if w := c.byOID("pg_authid", c.oid(1)); w.ok() {
		owner = quote(w.text("rolname"))
	}
	var list []string
	if p.public != "" {
		list = append(list, "="+p.public+"/"+owner)
	}
	if p.owner != "" {
		list = append(list, owner+"="+p.owner+"/"+owner)
	}
	return c.result(arrayText(list))
}
