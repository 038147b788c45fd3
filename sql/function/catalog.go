package function

// catalogFunctions are the functions over the system catalogs: a session computes
// them by looking its catalog view up. What takes a regclass in PostgreSQL takes an
// oid here, to which that type converts.
const catalogFunctions = `
acldefault(char,oid) _text
col_description(oid,int4) text s
format_type(oid,int4) text s n
getdatabaseencoding() name s
has_any_column_privilege(name,text,text) bool s
has_any_column_privilege(name,oid,text) bool s
has_any_column_privilege(oid,text,text) bool s
has_any_column_privilege(oid,oid,text) bool s
has_any_column_privilege(text,text) bool s
has_any_column_privilege(oid,text) bool s
has_column_privilege(name,text,text,text) bool s
has_column_privilege(name,text,int2,text) bool s
has_column_privilege(name,oid,text,text) bool s
has_column_privilege(name,oid,int2,text) bool s
has_column_privilege(oid,text,text,text) bool s
has_column_privilege(oid,text,int2,text) bool s
has_column_privilege(oid,oid,text,text) bool s
has_column_privilege(oid,oid,int2,text) bool s
has_column_privilege(text,text,text) bool s
has_column_privilege(text,int2,text) bool s
has_column_privilege(oid,text,text) bool s
has_column_privilege(oid,int2,text) bool s
has_database_privilege(name,text,text) bool s
has_database_privilege(name,oid,text) bool s
has_database_privilege(oid,text,text) bool s
has_database_privilege(oid,oid,text) bool s
has_database_privilege(text,text) bool s
has_database_privilege(oid,text) bool s
has_foreign_data_wrapper_privilege(name,text,text) bool s
has_foreign_data_wrapper_privilege(name,oid,text) bool s
has_foreign_data_wrapper_privilege(oid,text,text) bool s
has_foreign_data_wrapper_privilege(oid,oid,text) bool s
has_foreign_data_wrapper_privilege(text,text) bool s
has_foreign_data_wrapper_privilege(oid,text) bool s
has_function_privilege(name,text,text) bool s
has_function_privilege(name,oid,text) bool s
has_function_privilege(oid,text,text) bool s
has_function_privilege(oid,oid,text) bool s
has_function_privilege(text,text) bool s
has_function_privilege(oid,text) bool s
has_language_privilege(name,text,text) bool s
has_language_privilege(name,oid,text) bool s
has_language_privilege(oid,text,text) bool s
has_language_privilege(oid,oid,text) bool s
has_language_privilege(text,text) bool s
has_language_privilege(oid,text) bool s
has_parameter_privilege(name,text,text) bool s
has_parameter_privilege(oid,text,text) bool s
has_parameter_privilege(text,text) bool s
has_schema_privilege(name,text,text) bool s
has_schema_privilege(name,oid,text) bool s
has_schema_privilege(oid,text,text) bool s
has_schema_privilege(oid,oid,text) bool s
has_schema_privilege(text,text) bool s
has_schema_privilege(oid,text) bool s
has_sequence_privilege(name,text,text) bool s
has_sequence_privilege(name,oid,text) bool s
has_sequence_privilege(oid,text,text) bool s
has_sequence_privilege(oid,oid,text) bool s
has_sequence_privilege(text,text) bool s
has_sequence_privilege(oid,text) bool s
has_server_privilege(name,text,text) bool s
has_server_privilege(name,oid,text) bool s
has_server_privilege(oid,text,text) bool s
has_server_privilege(oid,oid,text) bool s
has_server_privilege(text,text) bool s
has_server_privilege(oid,text) bool s
has_table_privilege(name,text,text) bool s
has_table_privilege(name,oid,text) bool s
has_table_privilege(oid,text,text) bool s
has_table_privilege(oid,oid,text) bool s
has_table_privilege(text,text) bool s
has_table_privilege(oid,text) bool s
has_tablespace_privilege(name,text,text) bool s
has_tablespace_privilege(name,oid,text) bool s
has_tablespace_privilege(oid,text,text) bool s
has_tablespace_privilege(oid,oid,text) bool s
has_tablespace_privilege(text,text) bool s
has_tablespace_privilege(oid,text) bool s
has_type_privilege(name,text,text) bool s
has_type_privilege(name,oid,text) bool s
has_type_privilege(oid,text,text) bool s
has_type_privilege(oid,oid,text) bool s
has_type_privilege(text,text) bool s
has_type_privilege(oid,text) bool s
obj_description(oid,name) text s
obj_description(oid) text s
pg_char_to_encoding(name) int4 s
pg_collation_actual_version(oid) text v
pg_collation_for(any) text s n
pg_collation_is_visible(oid) bool s
pg_conf_load_time() timestamptz s
pg_conversion_is_visible(oid) bool s
pg_database_size(name) int8 v
pg_database_size(oid) int8 v
pg_describe_object(oid,oid,int4) text s
pg_encoding_max_length(int4) int4
pg_encoding_to_char(int4) name s
pg_function_is_visible(oid) bool s
pg_get_constraintdef(oid) text s
pg_get_constraintdef(oid,bool) text s
pg_get_expr(text,oid) text s
pg_relation_size(oid) int8 v
pg_relation_size(oid,text) int8 v
pg_table_size(oid) int8 v
pg_total_relation_size(oid) int8 v
pg_indexes_size(oid) int8 v
pg_relation_is_publishable(oid) bool s
pg_relation_is_updatable(oid,bool) int4 s
pg_column_is_updatable(oid,int2,bool) bool s
pg_partition_root(oid) oid
pg_relation_filenode(oid) oid s
current_schemas(bool) _name s
pg_advisory_unlock_all() void v
pg_blocking_pids(int4) _int4 v
pg_get_expr(text,oid,bool) text s
pg_get_function_arg_default(oid,int4) text s
pg_get_function_arguments(oid) text s
pg_get_function_identity_arguments(oid) text s
pg_get_function_result(oid) text s
pg_get_function_sqlbody(oid) text s
pg_get_functiondef(oid) text s
pg_get_indexdef(oid) text s
pg_get_indexdef(oid,int4,bool) text s
pg_get_partition_constraintdef(oid) text s
pg_get_partkeydef(oid) text s
pg_get_ruledef(oid) text s
pg_get_ruledef(oid,bool) text s
pg_get_serial_sequence(text,text) text s
pg_get_statisticsobjdef(oid) text s
pg_get_statisticsobjdef_columns(oid) text s
pg_get_triggerdef(oid) text s
pg_get_triggerdef(oid,bool) text s
pg_get_userbyid(oid) name s
pg_get_viewdef(text) text s
pg_get_viewdef(oid) text s
pg_get_viewdef(text,bool) text s
pg_get_viewdef(oid,bool) text s
pg_get_viewdef(oid,int4) text s
pg_has_role(name,name,text) bool s
pg_has_role(name,oid,text) bool s
pg_has_role(oid,name,text) bool s
pg_has_role(oid,oid,text) bool s
pg_has_role(name,text) bool s
pg_has_role(oid,text) bool s
pg_indexam_has_property(oid,text) bool s
pg_is_other_temp_schema(oid) bool s
pg_is_wal_replay_paused() bool v
pg_jit_available() bool v
pg_last_xact_replay_timestamp() timestamptz v
pg_my_temp_schema() oid s
pg_notification_queue_usage() float8 v
pg_opclass_is_visible(oid) bool s
pg_operator_is_visible(oid) bool s
pg_opfamily_is_visible(oid) bool s
pg_postmaster_start_time() timestamptz s
pg_size_bytes(text) int8
pg_size_pretty(int8) text
pg_size_pretty(numeric) text
pg_stat_clear_snapshot() void v n
pg_stat_get_analyze_count(oid) int8 s
pg_stat_get_backend_pid(int4) int4 s
pg_stat_get_blocks_fetched(oid) int8 s
pg_stat_get_blocks_hit(oid) int8 s
pg_stat_get_db_numbackends(oid) int4 s
pg_stat_get_dead_tuples(oid) int8 s
pg_stat_get_last_analyze_time(oid) timestamptz s
pg_stat_get_last_autoanalyze_time(oid) timestamptz s
pg_stat_get_last_autovacuum_time(oid) timestamptz s
pg_stat_get_last_vacuum_time(oid) timestamptz s
pg_stat_get_live_tuples(oid) int8 s
pg_stat_get_numscans(oid) int8 s
pg_stat_get_tuples_deleted(oid) int8 s
pg_stat_get_tuples_fetched(oid) int8 s
pg_stat_get_tuples_inserted(oid) int8 s
pg_stat_get_tuples_returned(oid) int8 s
pg_stat_get_tuples_updated(oid) int8 s
pg_stat_get_vacuum_count(oid) int8 s
pg_statistics_obj_is_visible(oid) bool s
pg_table_is_visible(oid) bool s
pg_tablespace_location(oid) text s
pg_tablespace_size(oid) int8 v
pg_tablespace_size(name) int8 v
pg_trigger_depth() int4 s
pg_ts_config_is_visible(oid) bool s
pg_ts_dict_is_visible(oid) bool s
pg_ts_parser_is_visible(oid) bool s
pg_ts_template_is_visible(oid) bool s
pg_type_is_visible(oid) bool s
row_security_active(oid) bool s
row_security_active(text) bool s
set_config(text,text,bool) text v n
shobj_description(oid,name) text s
to_regclass(text) regclass s
to_regcollation(text) regcollation s
to_regnamespace(text) regnamespace s
to_regoper(text) regoper s
to_regoperator(text) regoperator s
to_regproc(text) regproc s
to_regprocedure(text) regprocedure s
to_regrole(text) regrole s
to_regtype(text) regtype s
txid_current() int8 s
txid_current_if_assigned() int8 s
`

// Catalog returns the signatures that op.System computes.
func Catalog() []*Signature {
	t := signatures()
	return t.all[t.catalog[0]:t.catalog[1]]
}

// catalogSets are the set-returning functions that op.System computes.
const catalogSets = `
pg_get_keywords() word:text,catcode:text,barelabel:bool,catdesc:text,baredesc:text s
pg_timezone_names() name:text,abbrev:text,utc_offset:interval,is_dst:bool s
pg_timezone_abbrevs() abbrev:text,utc_offset:interval,is_dst:bool s
pg_available_extensions() name:name,default_version:text,comment:text s
pg_listening_channels() text s
pg_options_to_table(_text) option_name:text,option_value:text s
_pg_expandarray(_int2) x:int2,n:int4
_pg_expandarray(_oid) x:oid,n:int4
pg_partition_ancestors(oid) oid v
`

// CatalogSets returns the set-returning signatures that op.System computes.
func CatalogSets() []*Signature {
	t := signatures()
	return t.all[t.catalogSets[0]:t.catalogSets[1]]
}
