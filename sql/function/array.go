package function

// arrayFunctions are those over arrays and enumerations of any type, and what
// the syntax of arrays and rows stands for: ARRAY[…], a[i], a[l:u], the
// assignments to these, x op ANY (a), ROW(…) and (x).f. Plans name the latter by
// IDs only; their results have the type that the binder gives the call.
const arrayFunctions = `
array_append(anycompatiblearray,anycompatible) anycompatiblearray n
array_prepend(anycompatible,anycompatiblearray) anycompatiblearray n
array_cat(anycompatiblearray,anycompatiblearray) anycompatiblearray n
array_dims(anyarray) text
array_ndims(anyarray) int4
array_length(anyarray,int4) int4
array_lower(anyarray,int4) int4
array_upper(anyarray,int4) int4
cardinality(anyarray) int4
array_fill(anyelement,_int4) anyarray n
array_fill(anyelement,_int4,_int4) anyarray n
array_position(anycompatiblearray,anycompatible) int4 n
array_position(anycompatiblearray,anycompatible,int4) int4 n
array_positions(anycompatiblearray,anycompatible) _int4 n
array_remove(anycompatiblearray,anycompatible) anycompatiblearray n
array_replace(anycompatiblearray,anycompatible,anycompatible) anycompatiblearray n
array_to_string(anyarray,text) text s
array_to_string(anyarray,text,text) text s n
string_to_array(text,text) _text n
string_to_array(text,text,text) _text n
trim_array(anyarray,int4) anyarray
enum_first(anyenum) anyenum s n
enum_last(anyenum) anyenum s n
enum_range(anyenum) anyarray s n
enum_range(anyenum,anyenum) anyarray s n

||(anycompatiblearray,anycompatible) anycompatiblearray n
||(anycompatible,anycompatiblearray) anycompatiblearray n
||(anycompatiblearray,anycompatiblearray) anycompatiblearray n
&&(anyarray,anyarray) bool
@>(anyarray,anyarray) bool
<@(anyarray,anyarray) bool
=(anyarray,anyarray) bool
<>(anyarray,anyarray) bool
<(anyarray,anyarray) bool
<=(anyarray,anyarray) bool
>(anyarray,anyarray) bool
>=(anyarray,anyarray) bool
=(anyenum,anyenum) bool t
<>(anyenum,anyenum) bool t
<(anyenum,anyenum) bool t
<=(anyenum,anyenum) bool t
>(anyenum,anyenum) bool t
>=(anyenum,anyenum) bool t
=(record,record) bool
<>(record,record) bool
<(record,record) bool
<=(record,record) bool
>(record,record) bool
>=(record,record) bool

fasti_array(any...) any n
fasti_array_stack(any...) any n
fasti_element(any,int4...) any
fasti_slice(any,text,int4...) any
fasti_set_element(any,any,int4...) any n
fasti_set_slice(any,any,text,int4...) any n
fasti_any(text,any,any) bool s n
fasti_all(text,any,any) bool s n
fasti_row(any...) record n
fasti_field(any,int4) any
fasti_row_is_null(any) bool n
fasti_row_is_not_null(any) bool n
`

const arraySets = `
unnest(anyarray) anyelement
generate_subscripts(anyarray,int4) int4
generate_subscripts(anyarray,int4,bool) int4
string_to_table(text,text) text n
string_to_table(text,text,text) text n
`
