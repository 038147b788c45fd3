package syscat

import (
	"strconv"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// regClass returns the catalog that a type reg… names rows of.
func regClass(reg string) class {
	switch reg {
	case "regclass":
		return classRelation
	case "regtype":
		return classType
	case "regproc", "regprocedure":
		return classProc
	case "regoper", "regoperator":
		return classOperator
	case "regnamespace":
		return classNamespace
	case "regrole":
		return classRole
	case "regconfig":
		return classConfig
	case "regdictionary":
		return classDictionary
	case "regcollation":
		return classCollation
	}
	return class{}
}

// Names finds the objects that values of the types reg… name, for a session with a
// search path. Each look-up sees the catalog of its time.
type Names struct {
	tables *Tables
	view   func() *catalog.View
	path   []string
}

var _ value.Names = (*Names)(nil)

// Names returns what finds objects in the catalog that view returns.
func (t *Tables) Names(view func() *catalog.View, path []string) *Names {
	return &Names{t, view, path}
}

func (n *Names) reader() *Reader {
	r := n.tables.Reader(n.view(), nil)
	r.search = n.path
	return r
}

// OIDName is value.Names's.
func (n *Names) OIDName(t types.ID, oid uint32) (text string, ok bool) {
	return n.reader().OIDName(t, oid)
}

// NameOID is value.Names's.
func (n *Names) NameOID(t types.ID, text string) (uint32, error) {
	return n.reader().NameOID(t, text)
}

// OIDName returns what the output function of a type reg… prints for an OID that
// is not 0; ok is false when there is no such object.
func (r *Reader) OIDName(t types.ID, oid uint32) (text string, ok bool) {
	reg := types.Of(t).Udt()
	class := regClass(reg)
	w := r.byOID(class.table, oid)
	if !w.ok() {
		return "", false
	}
	switch reg {
	case "regtype":
		return r.typeName(oid, nil), true
	case "regprocedure":
		return r.procedureName(w), true
	case "regoper":
		return r.operatorName(w, len(r.named(class, "", w.text("oprname"))) == 1), true
	case "regoperator":
		visible, _ := r.visible(class, oid)
		return r.operatorName(w, visible) + r.operands(w), true
	case "regproc":
		// A name that others share does not say which is meant.
		if len(r.named(class, "", w.text("proname"))) != 1 {
			return quote(r.namespaceName(w.oid("pronamespace"))) + "." + quote(w.text("proname")), true
		}
	}
	return r.displayName(class, w), true
}

// operatorName is the name of an operator, qualified unless plain.
func (r *Reader) operatorName(w row, plain bool) string {
	if plain {
		return w.text("oprname")
	}
	return quote(r.namespaceName(w.oid("oprnamespace"))) + "." + w.text("oprname")
}

func (r *Reader) operands(w row) string {
	side := func(column string) string {
		if oid := w.oid(column); oid != 0 {
			return r.typeName(oid, nil)
		}
		return "NONE"
	}
	return "(" + side("oprleft") + "," + side("oprright") + ")"
}

// NameOID reads the name of an object as the input function of a type reg… does.
func (r *Reader) NameOID(t types.ID, text string) (uint32, error) {
	reg := types.Of(t).Udt()
	switch reg {
	case "regtype":
		return r.typeOID(text)
	case "regprocedure", "regoperator":
		return r.signatureOID(reg, text)
	}
	class := regClass(reg)
	what := map[string]string{
		"regclass": "relation", "regproc": "function", "regoper": "operator", "regnamespace": "schema", "regrole": "role",
		"regconfig": "text search configuration", "regdictionary": "text search dictionary", "regcollation": "collation",
	}[reg]
	code := map[string]string{"regclass": sqlerr.UndefinedTable, "regproc": sqlerr.UndefinedFunction, "regoper": sqlerr.UndefinedFunction, "regnamespace": sqlerr.InvalidSchemaName}[reg]
	if code == "" {
		code = sqlerr.UndefinedObject
	}
	var parts []string
	if reg == "regoper" {
		parts = operatorParts(text)
	} else {
		var err error
		if parts, err = splitName(text); err != nil {
			return 0, err
		}
	}
	if class.namespace == "" && len(parts) > 1 {
		return 0, sqlerr.New(sqlerr.InvalidName, "invalid name syntax")
	}
	namespace := ""
	if len(parts) > 1 {
		namespace = parts[len(parts)-2]
		if r.namespaceOID(namespace) == 0 && reg != "regclass" {
			return 0, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", namespace)
		}
	}
	rows := r.named(class, namespace, parts[len(parts)-1])
	switch {
	case len(rows) == 0 && reg == "regcollation":
		return 0, sqlerr.New(code, "collation \"%s\" for encoding \"UTF8\" does not exist", strings.Join(parts, "."))
	case len(rows) == 0 && (reg == "regproc" || reg == "regclass" || reg == "regnamespace" || reg == "regrole" || reg == "regconfig" || reg == "regdictionary"):
		return 0, sqlerr.New(code, "%s \"%s\" does not exist", what, strings.Join(parts, "."))
	case len(rows) == 0:
		return 0, sqlerr.New(code, "%s does not exist: %s", what, text)
	case len(rows) > 1 && reg == "regproc":
		return 0, sqlerr.New(sqlerr.AmbiguousFunction, "more than one function named \"%s\"", text)
	case len(rows) > 1:
		return 0, sqlerr.New(sqlerr.AmbiguousFunction, "more than one operator named %s", text)
	}
	return rows[0].oid("oid"), nil
}

// operatorParts cuts an operator's name, which may be qualified.
func operatorParts(text string) []string {
	text = strings.TrimSpace(text)
	if i := strings.LastIndexByte(text, '.'); i > 0 {
		if parts, err := splitName(text[:i]); err == nil {
			return append(parts, text[i+1:])
		}
	}
	return []string{text}
}

// signatureOID finds a function or operator by name and argument types.
func (r *Reader) signatureOID(reg, text string) (uint32, error) {
	head, arguments, ok := strings.Cut(text, "(")
	arguments, closed := strings.CutSuffix(strings.TrimSpace(arguments), ")")
	if !ok {
		return 0, sqlerr.New(sqlerr.InvalidTextRepresentation, "expected a left parenthesis")
	}
	if !closed {
		return 0, sqlerr.New(sqlerr.InvalidTextRepresentation, "expected a right parenthesis")
	}
	var oids []string
	for _, a := range defaults(arguments) {
		if strings.EqualFold(a, "none") && reg == "regoperator" {
			oids = append(oids, "0")
			continue
		}
		oid, err := r.typeOID(a)
		if err != nil {
			return 0, err
		}
		oids = append(oids, strconv.FormatUint(uint64(oid), 10))
	}
	parts := operatorParts(head)
	if reg == "regprocedure" {
		var err error
		if parts, err = splitName(head); err != nil {
			return 0, err
		}
	}
	namespace := ""
	if len(parts) > 1 {
		namespace = parts[len(parts)-2]
	}
	class := regClass(reg)
	for _, w := range r.named(class, namespace, parts[len(parts)-1]) {
		have := strings.Join(w.sides(), " ")
		if have == strings.Join(oids, " ") {
			return w.oid("oid"), nil
		}
	}
	if reg == "regoperator" {
		return 0, sqlerr.New(sqlerr.UndefinedFunction, "operator does not exist: %s", text)
	}
	return 0, sqlerr.New(sqlerr.UndefinedFunction, "function \"%s\" does not exist", text)
}

// sides returns the OIDs of the argument types of a function or an operator.
func (w row) sides() []string {
	if w.rel.def.Name == "pg_proc" {
		return w.list("proargtypes")
	}
	side := func(column string) string { return strconv.FormatUint(uint64(w.oid(column)), 10) }
	return []string{side("oprleft"), side("oprright")}
}

// typeOID reads the name of a type: SQL's own names, with a modifier that says
// nothing here, with [] for arrays, or a name that may be qualified.
func (r *Reader) typeOID(text string) (uint32, error) {
	name := strings.TrimSpace(text)
	array := false
	for strings.HasSuffix(name, "]") {
		open := strings.LastIndexByte(name, '[')
		if open < 0 {
			break
		}
		name, array = strings.TrimSpace(name[:open]), true
	}
	oid, err := r.elementOID(name)
	if err != nil || !array {
		if err != nil {
			err = sqlerr.New(sqlerr.UndefinedObject, "type \"%s\" does not exist", strings.TrimSpace(text))
		}
		return oid, err
	}
	if w := r.byOID("pg_type", oid); w.ok() && w.oid("typarray") != 0 {
		return w.oid("typarray"), nil
	}
	return 0, sqlerr.New(sqlerr.UndefinedObject, "type \"%s\" does not exist", text)
}

func (r *Reader) elementOID(text string) (uint32, error) {
	plain := strings.Join(strings.Fields(strings.ToLower(text)), " ")
	if open := strings.IndexByte(plain, '('); open > 0 {
		if end := strings.IndexByte(plain, ')'); end > open {
			plain = strings.TrimSpace(plain[:open]) + plain[end+1:]
		}
	}
	if alias, ok := map[string]string{
		"int": "int4", "integer": "int4", "smallint": "int2", "bigint": "int8", "real": "float4", "float": "float8",
		"double precision": "float8", "decimal": "numeric", "dec": "numeric", "boolean": "bool", "character varying": "varchar",
		"character": "bpchar", "char": "bpchar", "timestamp": "timestamp", "timestamp without time zone": "timestamp",
		"timestamp with time zone": "timestamptz", "time without time zone": "time", "time with time zone": "timetz",
		"bit varying": "varbit", "national character": "bpchar", "national character varying": "varchar", "nchar": "bpchar",
	}[plain]; ok {
		return r.named(classType, pgCatalog, alias)[0].oid("oid"), nil
	}
	parts, err := splitName(plain)
	if strings.Contains(text, `"`) {
		parts, err = splitName(text)
	}
	if err != nil {
		return 0, err
	}
	namespace := ""
	if len(parts) > 1 {
		namespace = parts[len(parts)-2]
	}
	if rows := r.named(classType, namespace, parts[len(parts)-1]); len(rows) > 0 {
		return rows[0].oid("oid"), nil
	}
	return 0, sqlerr.New(sqlerr.UndefinedObject, "type \"%s\" does not exist", text)
}

// toReg is to_regclass and its relatives: NULL for what does not exist.
func (c *call) toReg() (vector.Datum, error) {
	oid, err := c.NameOID(c.sig.Result, c.text(0))
	switch {
	case err == nil:
		return vector.IntDatum(int64(int32(oid))), nil
	case sqlerr.Code(err) == sqlerr.InvalidName || sqlerr.Code(err) == sqlerr.InvalidTextRepresentation:
		return vector.NullDatum, err
	}
	return vector.NullDatum, nil
}
