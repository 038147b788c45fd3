package syscat

import (
	"strconv"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// functionNamed returns the code of a function, nil when there is none.
func functionNamed(name string) code {
	switch name {
	case "format_type":
		return (*call).formatType
	case "pg_get_expr":
		return (*call).expression
	case "pg_get_constraintdef":
		return (*call).constraintDefinition
	case "pg_get_indexdef":
		return (*call).indexDefinition
	case "pg_get_viewdef":
		return (*call).viewDefinition
	case "pg_get_serial_sequence":
		return (*call).serialSequence
	case "pg_get_userbyid":
		return (*call).userByID
	case "pg_get_function_arguments":
		return func(c *call) (vector.Datum, error) { return c.functionArguments(true) }
	case "pg_get_function_identity_arguments":
		return func(c *call) (vector.Datum, error) { return c.functionArguments(false) }
	case "pg_get_function_result":
		return (*call).functionResult
	case "pg_get_functiondef":
		return (*call).functionDefinition
	case "obj_description":
		return (*call).objectDescription
	case "shobj_description":
		return (*call).sharedDescription
	case "col_description":
		return (*call).columnDescription
	case "pg_describe_object":
		return (*call).describeObject
	case "pg_table_is_visible":
		return isVisible(classRelation)
	case "pg_type_is_visible":
		return isVisible(classType)
	case "pg_function_is_visible":
		return isVisible(classProc)
	case "pg_operator_is_visible":
		return isVisible(classOperator)
	case "pg_opclass_is_visible":
		return isVisible(classOpclass)
	case "pg_opfamily_is_visible":
		return isVisible(classOpfamily)
	case "pg_conversion_is_visible":
		return isVisible(classConversion)
	case "pg_collation_is_visible":
		return isVisible(classCollation)
	case "pg_ts_config_is_visible":
		return isVisible(classConfig)
	case "pg_ts_dict_is_visible":
		return isVisible(classDictionary)
	case "pg_ts_parser_is_visible":
		return isVisible(classParser)
	case "pg_ts_template_is_visible":
		return isVisible(classTemplate)
	case "pg_statistics_obj_is_visible":
		return isVisible(classStatistics)
	case "pg_encoding_to_char":
		return encodingName
	case "pg_char_to_encoding":
		return encodingNumber
	case "pg_encoding_max_length":
		return encodingMaxLength
	case "acldefault":
		return (*call).defaultPrivileges
	case "set_config":
		return (*call).setConfig
	case "getdatabaseencoding":
		return always(vector.StringDatum("UTF8"))
	case "pg_size_pretty":
		return sizePretty
	case "pg_size_bytes":
		return sizeBytes
	case "pg_has_role":
		return (*call).hasRole
	case "row_security_active", "pg_is_other_temp_schema", "pg_jit_available", "pg_is_wal_replay_paused":
		return always(vector.BoolDatum(false))
	case "pg_my_temp_schema", "pg_trigger_depth":
		return always(vector.IntDatum(0))
	case "pg_notification_queue_usage":
		return always(vector.FloatDatum(0))
	case "pg_stat_clear_snapshot", "pg_advisory_unlock_all": // there are no such locks
		return always(vector.StringDatum(""))
	case "txid_current", "pg_current_xact_id":
		return (*call).transactionID
	case "pg_postmaster_start_time", "pg_conf_load_time":
		return (*call).startTime
	case "pg_tablespace_location":
		return (*call).tablespaceLocation
	case "pg_database_size":
		return (*call).databaseSize
	case "pg_relation_size", "pg_table_size", "pg_total_relation_size", "pg_indexes_size":
		return (*call).relationSize
	case "pg_tablespace_size":
		return (*call).tablespaceSize
	case "pg_blocking_pids": // nobody waits for a session's locks
		return func(c *call) (vector.Datum, error) { return c.result("{}") }
	case "pg_relation_filenode":
		return func(c *call) (vector.Datum, error) {
			if w := c.byOID("pg_class", c.oid(0)); w.ok() && w.oid("relfilenode") != 0 {
				return w.value("relfilenode"), nil
			}
			return vector.NullDatum, nil
		}
	case "current_schemas":
		return (*call).currentSchemas
	case "pg_relation_is_publishable":
		return (*call).publishable
	case "pg_relation_is_updatable", "pg_column_is_updatable":
		return (*call).updatable
	}
	switch {
	case strings.HasPrefix(name, "has_") && strings.HasSuffix(name, "_privilege"):
		return (*call).hasPrivilege
	case strings.HasPrefix(name, "to_reg"):
		return (*call).toReg
	case strings.HasPrefix(name, "pg_stat_get_"):
		return statistic(name)
	}
	// What Fasti has none of: rules, triggers, partitions, statistics objects,
	// write-ahead log positions.
	return always(vector.NullDatum)
}

func isVisible(class class) code {
	return func(c *call) (vector.Datum, error) {
		v, ok := c.visible(class, c.oid(0))
		if !ok {
			return vector.NullDatum, nil
		}
		return vector.BoolDatum(v), nil
	}
}

func (c *call) userByID() (vector.Datum, error) {
	if w := c.byOID("pg_authid", c.oid(0)); w.ok() {
		return vector.StringDatum(w.text("rolname")), nil
	}
	return vector.StringDatum("unknown (OID=" + strconv.FormatUint(uint64(c.oid(0)), 10) + ")"), nil
}

// description returns the comment on an object or one of its columns.
func (c *call) description(class, oid uint32, column int) (vector.Datum, error) {
	for _, w := range c.find("pg_description", "objoid", oid) {
		if (class == 0 || w.oid("classoid") == class) && w.integer("objsubid") == column {
			return vector.StringDatum(w.text("description")), nil
		}
	}
	return vector.NullDatum, nil
}

func (c *call) objectDescription() (vector.Datum, error) {
	if len(c.args) == 1 {
		return c.description(0, c.oid(0), 0)
	}
	rel := c.relations[name{pgCatalog, c.text(1)}]
	if rel == nil {
		return vector.NullDatum, nil
	}
	return c.description(uint32(rel.def.ID), c.oid(0), 0)
}

func (c *call) columnDescription() (vector.Datum, error) {
	return c.description(uint32(c.relations[name{pgCatalog, "pg_class"}].def.ID), c.oid(0), int(c.number(1)))
}

func (c *call) sharedDescription() (vector.Datum, error) {
	rel := c.relations[name{pgCatalog, c.text(1)}]
	for _, w := range c.find("pg_shdescription", "objoid", c.oid(0)) {
		if rel != nil && w.oid("classoid") == uint32(rel.def.ID) {
			return vector.StringDatum(w.text("description")), nil
		}
	}
	return vector.NullDatum, nil
}

// describeObject names an object in words; see getObjectDescription.
func (c *call) describeObject() (vector.Datum, error) {
	catalog, oid, sub := c.oid(0), c.oid(1), int(c.number(2))
	if catalog == 0 && oid == 0 {
		return vector.NullDatum, nil
	}
	rel := c.byOID("pg_class", catalog)
	if !rel.ok() {
		return vector.NullDatum, sqlerr.New(sqlerr.InternalError, "unsupported object class: %d", catalog)
	}
	type word struct {
		class
		word string
	}
	simple := map[string]word{
		"pg_type": {classType, "type"}, "pg_collation": {classCollation, "collation"}, "pg_conversion": {classConversion, "conversion"},
		"pg_namespace": {classNamespace, "schema"}, "pg_authid": {classRole, "role"}, "pg_database": {classDatabase, "database"},
		"pg_ts_config": {classConfig, "text search configuration"}, "pg_ts_dict": {classDictionary, "text search dictionary"},
	}
	switch table := rel.text("relname"); table {
	case "pg_class":
		w := c.byOID("pg_class", oid)
		if !w.ok() {
			return vector.NullDatum, nil
		}
		word := map[byte]string{'r': "table", 'v': "view", 'i': "index", 'S': "sequence"}[w.char("relkind")] + " " + c.displayName(classRelation, w)
		if sub != 0 {
			word = "column " + quote(c.columnName(oid, sub)) + " of " + word
		}
		return vector.StringDatum(word), nil
	case "pg_constraint":
		w := c.byOID("pg_constraint", oid)
		if !w.ok() {
			return vector.NullDatum, nil
		}
		return vector.StringDatum("constraint " + quote(w.text("conname")) + " on table " + c.relationName(w.oid("conrelid"))), nil
	case "pg_attrdef":
		w := c.byOID("pg_attrdef", oid)
		if !w.ok() {
			return vector.NullDatum, nil
		}
		return vector.StringDatum("default value for column " + quote(c.columnName(w.oid("adrelid"), w.integer("adnum"))) +
			" of table " + c.relationName(w.oid("adrelid"))), nil
	case "pg_proc":
		w := c.byOID("pg_proc", oid)
		if !w.ok() {
			return vector.NullDatum, nil
		}
		return vector.StringDatum("function " + c.procedureName(w)), nil
	default:
		if s, ok := simple[table]; ok {
			if w := c.byOID(table, oid); w.ok() {
				return vector.StringDatum(s.word + " " + c.displayName(s.class, w)), nil
			}
		}
	}
	return vector.NullDatum, nil
}

// columnName returns the name of a column, "" when there is none.
func (r *Reader) columnName(relation uint32, number int) string {
	for _, w := range r.find("pg_attribute", "attrelid", relation) {
		if w.integer("attnum") == number {
			return w.text("attname")
		}
	}
	return ""
}

func (r *Reader) columnNames(relation uint32, numbers []int) []string {
	names := make([]string, len(numbers))
	for i, n := range numbers {
		names[i] = r.columnName(relation, n)
	}
	return names
}

// serialSequence is pg_get_serial_sequence.
func (c *call) serialSequence() (vector.Datum, error) {
	oid, err := c.regclass(c.text(0))
	if err != nil {
		return vector.NullDatum, err
	}
	number := 0
	for _, w := range c.find("pg_attribute", "attrelid", oid) {
		if w.text("attname") == c.text(1) {
			number = w.integer("attnum")
		}
	}
	if number == 0 {
		return vector.NullDatum, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist",
			c.text(1), c.byOID("pg_class", oid).text("relname"))
	}
	for _, d := range c.find("pg_depend", "refobjid", oid) {
		if d.integer("refobjsubid") != number || !strings.ContainsRune("ai", rune(d.char("deptype"))) {
			continue
		}
		if w := c.byOID("pg_class", d.oid("objid")); w.ok() && w.char("relkind") == 'S' {
			return vector.StringDatum(quote(c.namespaceName(w.oid("relnamespace"))) + "." + quote(w.text("relname"))), nil
		}
	}
	return vector.NullDatum, nil
}

func (c *call) currentSchemas() (vector.Datum, error) {
	path := c.q.Session.SearchPath
	if c.flag(0) {
		path = c.path()
	}
	var names []string
	for _, n := range path {
		if c.namespaceOID(n) != 0 {
			names = append(names, n)
		}
	}
	return c.result(arrayText(names))
}

func (c *call) publishable() (vector.Datum, error) {
	w := c.byOID("pg_class", c.oid(0))
	if !w.ok() {
		return vector.NullDatum, nil
	}
	return vector.BoolDatum(w.char("relkind") == 'r' && w.oid("oid") >= firstUserOID && w.char("relpersistence") == 'p'), nil
}

// updatable is pg_relation_is_updatable, 28 for INSERT, UPDATE and DELETE, and
// pg_column_is_updatable.
func (c *call) updatable() (vector.Datum, error) {
	w := c.byOID("pg_class", c.oid(0))
	yes := w.ok() && w.char("relkind") == 'r'
	if c.sig.Name == "pg_column_is_updatable" {
		return vector.BoolDatum(yes && c.number(1) > 0), nil
	}
	if yes {
		return vector.IntDatum(28), nil
	}
	return vector.IntDatum(0), nil
}
