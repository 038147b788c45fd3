package function

import "strings"

const systemFunctions = `
gen_random_uuid() uuid v t
version() text s t
current_database() name s t
current_catalog() name s t
current_schema() name s t
current_user() name s t
current_role() name s t
session_user() name s t
user() name s t
pg_backend_pid() int4 s t
current_setting(text) text s
current_setting(text,bool) text s
pg_typeof(any) regtype s n t
pg_is_in_recovery() bool v t
fasti_nextval(oid) int8 v
fasti_currval(oid) int8 v
fasti_lastval() int8 v
fasti_setval(oid,int8) int8 v
fasti_setval(oid,int8,bool) int8 v
num_nulls(any...) int4 n t
num_nonnulls(any...) int4 n t
`

// unsupported names functions that PostgreSQL 15 or TimescaleDB has and that
// people do call; calling one says that it is not there rather than that it
// does not exist.
func unsupported() map[string]bool {
	out := make(map[string]bool)
	for name := range strings.FieldsSeq(`
json_populate_record json_populate_recordset
json_to_record json_to_recordset
jsonb_populate_record jsonb_populate_recordset jsonb_set_lax jsonb_to_record jsonb_to_recordset
grouping range_agg xmlagg
parse_ident unistr normalize convert
to_date to_number to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery
ts_headline ts_rank setseed nextval currval setval lastval pg_sleep
pg_sleep_for pg_sleep_until txid_current pg_current_xact_id
histogram approximate_row_count time_weight candlestick_agg
`) {
		out[name] = true
	}
	return out
}
