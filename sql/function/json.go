package function

// jsonFunctions are json, jsonb and jsonpath (manual 9.16), operators first.
// Each operator of PostgreSQL is a function with a name too.
const jsonFunctions = `
->(json,text) json
->(json,int4) json
->(jsonb,text) jsonb t
->(jsonb,int4) jsonb t
->>(json,text) text
->>(json,int4) text
->>(jsonb,text) text t
->>(jsonb,int4) text t
@>(jsonb,jsonb) bool t
<@(jsonb,jsonb) bool t
?(jsonb,text) bool t
||(jsonb,jsonb) jsonb
-(jsonb,text) jsonb
-(jsonb,int4) jsonb
@?(jsonb,jsonpath) bool
@@(jsonb,jsonpath) bool
#>(json,_text) json
#>(jsonb,_text) jsonb
#>>(json,_text) text
#>>(jsonb,_text) text
?|(jsonb,_text) bool
?&(jsonb,_text) bool
-(jsonb,_text) jsonb
#-(jsonb,_text) jsonb
jsonb_exists_any(jsonb,_text) bool
jsonb_exists_all(jsonb,_text) bool
jsonb_delete_path(jsonb,_text) jsonb
jsonb_set(jsonb,_text,jsonb,bool) jsonb
jsonb_insert(jsonb,_text,jsonb,bool) jsonb
json_extract_path(json,text...) json
json_extract_path_text(json,text...) text
jsonb_extract_path(jsonb,text...) jsonb
jsonb_extract_path_text(jsonb,text...) text
json_object(_text) json
json_object(_text,_text) json
jsonb_object(_text) jsonb
jsonb_object(_text,_text) jsonb
=(jsonb,jsonb) bool t
<>(jsonb,jsonb) bool t
<(jsonb,jsonb) bool t
<=(jsonb,jsonb) bool t
>(jsonb,jsonb) bool t
>=(jsonb,jsonb) bool t

json_object_field(json,text) json
json_object_field_text(json,text) text
json_array_element(json,int4) json
json_array_element_text(json,int4) text
jsonb_object_field(jsonb,text) jsonb t
jsonb_object_field_text(jsonb,text) text t
jsonb_array_element(jsonb,int4) jsonb t
jsonb_array_element_text(jsonb,int4) text t
jsonb_contains(jsonb,jsonb) bool t
jsonb_contained(jsonb,jsonb) bool t
jsonb_exists(jsonb,text) bool t
jsonb_concat(jsonb,jsonb) jsonb
jsonb_delete(jsonb,text) jsonb
jsonb_delete(jsonb,int4) jsonb
jsonb_eq(jsonb,jsonb) bool t
jsonb_ne(jsonb,jsonb) bool t
jsonb_lt(jsonb,jsonb) bool t
jsonb_le(jsonb,jsonb) bool t
jsonb_gt(jsonb,jsonb) bool t
jsonb_ge(jsonb,jsonb) bool t
jsonb_cmp(jsonb,jsonb) int4 t
jsonb_path_exists_opr(jsonb,jsonpath) bool
jsonb_path_match_opr(jsonb,jsonpath) bool

to_json(anyelement) json s
to_jsonb(anyelement) jsonb s
row_to_json(record) json s
row_to_json(record,bool) json s
array_to_json(anyarray) json s
array_to_json(anyarray,bool) json s
json_build_array() json s n
json_build_array(any...) json s n
json_build_object() json s n
json_build_object(any...) json s n
jsonb_build_array() jsonb s n
jsonb_build_array(any...) jsonb s n
jsonb_build_object() jsonb s n
jsonb_build_object(any...) jsonb s n
json_array_length(json) int4
jsonb_array_length(jsonb) int4
json_typeof(json) text
jsonb_typeof(jsonb) text t
json_strip_nulls(json) json
jsonb_strip_nulls(jsonb) jsonb
jsonb_pretty(jsonb) text t

jsonb_path_exists(jsonb,jsonpath,jsonb,bool) bool
jsonb_path_exists_tz(jsonb,jsonpath,jsonb,bool) bool s
jsonb_path_match(jsonb,jsonpath,jsonb,bool) bool
jsonb_path_match_tz(jsonb,jsonpath,jsonb,bool) bool s
jsonb_path_query_array(jsonb,jsonpath,jsonb,bool) jsonb
jsonb_path_query_array_tz(jsonb,jsonpath,jsonb,bool) jsonb s
jsonb_path_query_first(jsonb,jsonpath,jsonb,bool) jsonb
jsonb_path_query_first_tz(jsonb,jsonpath,jsonb,bool) jsonb s
`

// jsonNames are the parameters that a call may name, with their defaults.
const jsonNames = `
json_object_field(json,text) from_json field_name
json_object_field_text(json,text) from_json field_name
json_array_element(json,int4) from_json element_index
json_array_element_text(json,int4) from_json element_index
jsonb_object_field(jsonb,text) from_json field_name
jsonb_object_field_text(jsonb,text) from_json field_name
jsonb_array_element(jsonb,int4) from_json element_index
jsonb_array_element_text(jsonb,int4) from_json element_index
jsonb_set(jsonb,_text,jsonb,bool) jsonb_in path replacement create_if_missing=true
jsonb_insert(jsonb,_text,jsonb,bool) jsonb_in path replacement insert_after=false
jsonb_path_exists(jsonb,jsonpath,jsonb,bool) target path vars={} silent=false
jsonb_path_exists_tz(jsonb,jsonpath,jsonb,bool) target path vars={} silent=false
jsonb_path_match(jsonb,jsonpath,jsonb,bool) target path vars={} silent=false
jsonb_path_match_tz(jsonb,jsonpath,jsonb,bool) target path vars={} silent=false
jsonb_path_query_array(jsonb,jsonpath,jsonb,bool) target path vars={} silent=false
jsonb_path_query_array_tz(jsonb,jsonpath,jsonb,bool) target path vars={} silent=false
jsonb_path_query_first(jsonb,jsonpath,jsonb,bool) target path vars={} silent=false
jsonb_path_query_first_tz(jsonb,jsonpath,jsonb,bool) target path vars={} silent=false
`

// jsonAggregates are given json values of their arguments by the binder.
const jsonAggregates = `
json_agg(anyelement) json s n
jsonb_agg(anyelement) jsonb s n
json_object_agg(any,any) json s n
jsonb_object_agg(any,any) jsonb n
`

// jsonSets are the functions that take json apart: kernels in executor/compute.
const jsonSets = `
json_array_elements(json) value:json
json_array_elements_text(json) value:text
json_each(json) key:text,value:json
json_each_text(json) key:text,value:text
json_object_keys(json) text
jsonb_array_elements(jsonb) value:jsonb
jsonb_array_elements_text(jsonb) value:text
jsonb_each(jsonb) key:text,value:jsonb
jsonb_each_text(jsonb) key:text,value:text
jsonb_object_keys(jsonb) text
jsonb_path_query(jsonb,jsonpath,jsonb,bool) jsonb
jsonb_path_query_tz(jsonb,jsonpath,jsonb,bool) jsonb s
`

// jsonSetNames are their parameters.
const jsonSetNames = `
json_array_elements(json) from_json
json_array_elements_text(json) from_json
json_each(json) from_json
json_each_text(json) from_json
jsonb_array_elements(jsonb) from_json
jsonb_array_elements_text(jsonb) from_json
jsonb_each(jsonb) from_json
jsonb_each_text(jsonb) from_json
jsonb_path_query(jsonb,jsonpath,jsonb,bool) target path vars={} silent=false
jsonb_path_query_tz(jsonb,jsonpath,jsonb,bool) target path vars={} silent=false
`
