package function

const textFunctions = `
lower(text) text t
upper(text) text t
initcap(text) text t
length(text) int4 t
char_length(text) int4 t
character_length(text) int4 t
octet_length(text) int4 t
bit_length(text) int4 t
substr(text,int4) text t
substr(text,int4,int4) text
substring(text,int4) text t
substring(text,int4,int4) text
substring(text,text) text
left(text,int4) text t
right(text,int4) text t
lpad(text,int4) text
lpad(text,int4,text) text
rpad(text,int4) text
rpad(text,int4,text) text
btrim(text) text t
btrim(text,text) text t
ltrim(text) text t
ltrim(text,text) text t
rtrim(text) text t
rtrim(text,text) text t
position(text,text) int4 t
strpos(text,text) int4 t
replace(text,text,text) text
translate(text,text,text) text t
overlay(text,text,int4) text
overlay(text,text,int4,int4) text
repeat(text,int4) text
reverse(text) text t
split_part(text,text,int4) text
starts_with(text,text) bool t
ascii(text) int4 t
chr(int4) text
md5(text) text t
to_hex(int4) text t
to_hex(int8) text t
quote_ident(text) text t
quote_literal(text) text t
quote_literal(any) text s t
quote_nullable(text) text n t
quote_nullable(any) text n s t
concat(any...) text n s
concat_ws(text,any...) text n s
format(text) text n s
format(text,any...) text n s
like_escape(text,text) text
similar_to_escape(text) text
similar_to_escape(text,text) text
substring(text,text,text) text
regexp_replace(text,text,text) text
regexp_replace(text,text,text,text) text
regexp_replace(text,text,text,int4) text
regexp_replace(text,text,text,int4,int4) text
regexp_replace(text,text,text,int4,int4,text) text
regexp_like(text,text) bool
regexp_like(text,text,text) bool
regexp_count(text,text) int4
regexp_count(text,text,int4) int4
regexp_count(text,text,int4,text) int4
regexp_instr(text,text) int4
regexp_instr(text,text,int4) int4
regexp_instr(text,text,int4,int4) int4
regexp_instr(text,text,int4,int4,int4) int4
regexp_instr(text,text,int4,int4,int4,text) int4
regexp_instr(text,text,int4,int4,int4,text,int4) int4
regexp_substr(text,text) text
regexp_substr(text,text,int4) text
regexp_substr(text,text,int4,int4) text
regexp_substr(text,text,int4,int4,text) text
regexp_substr(text,text,int4,int4,text,int4) text
regexp_match(text,text) _text
regexp_match(text,text,text) _text
regexp_split_to_array(text,text) _text
regexp_split_to_array(text,text,text) _text
`

const byteaFunctions = `
length(bytea) int4 t
octet_length(bytea) int4 t
bit_length(bytea) int4 t
substr(bytea,int4) bytea t
substr(bytea,int4,int4) bytea
substring(bytea,int4) bytea t
substring(bytea,int4,int4) bytea
position(bytea,bytea) int4 t
btrim(bytea,bytea) bytea t
ltrim(bytea,bytea) bytea t
rtrim(bytea,bytea) bytea t
like_escape(bytea,bytea) bytea
get_byte(bytea,int4) int4
set_byte(bytea,int4,int4) bytea
get_bit(bytea,int8) int4
set_bit(bytea,int8,int4) bytea
bit_count(bytea) int8 t
overlay(bytea,bytea,int4) bytea
overlay(bytea,bytea,int4,int4) bytea
md5(bytea) text t
sha224(bytea) bytea t
sha256(bytea) bytea t
sha384(bytea) bytea t
sha512(bytea) bytea t
encode(bytea,text) text
decode(text,text) bytea
convert_from(bytea,name) text s
convert_to(text,name) bytea s
`

const textSets = `
regexp_matches(text,text) _text
regexp_matches(text,text,text) _text
regexp_split_to_table(text,text) text
regexp_split_to_table(text,text,text) text
`
