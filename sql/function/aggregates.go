package function

// aggregates: owner of their states is executor/agg. count() is count(*).
// first(value, time) and last(value, time) are TimescaleDB's: the value beside
// the least or the greatest time. percentile_agg and rollup make sketches of
// percentiles, as bytea.
const aggregates = `
count() int8
count(any) int8
sum(int2) int8
sum(int4) int8
sum(int8) numeric
sum(float4) float4
sum(float8) float8
sum(numeric) numeric
sum(interval) interval
avg(int2) numeric
avg(int4) numeric
avg(int8) numeric
avg(float4) float8
avg(float8) float8
avg(numeric) numeric
avg(interval) interval
min(int2) int2
min(int4) int4
min(int8) int8
min(float4) float4
min(float8) float8
min(numeric) numeric
min(text) text
min(date) date
min(timestamp) timestamp
min(timestamptz) timestamptz
min(interval) interval
min(oid) oid
min(bpchar) bpchar
min(time) time
min(timetz) timetz
min(inet) inet
max(int2) int2
max(int4) int4
max(int8) int8
max(float4) float4
max(float8) float8
max(numeric) numeric
max(text) text
max(date) date
max(timestamp) timestamp
max(timestamptz) timestamptz
max(interval) interval
max(oid) oid
max(bpchar) bpchar
max(time) time
max(timetz) timetz
max(inet) inet
bool_and(bool) bool
bool_or(bool) bool
every(bool) bool
bit_and(int2) int2
bit_and(int4) int4
bit_and(int8) int8
bit_or(int2) int2
bit_or(int4) int4
bit_or(int8) int8
bit_xor(int2) int2
bit_xor(int4) int4
bit_xor(int8) int8
array_agg(anynonarray) anyarray n
array_agg(anyarray) anyarray n
min(anyarray) anyarray
max(anyarray) anyarray
min(anyenum) anyenum
max(anyenum) anyenum
string_agg(text,text) text n
string_agg(bytea,bytea) bytea n
stddev(int2) numeric
stddev(int4) numeric
stddev(int8) numeric
stddev(float4) float8
stddev(float8) float8
stddev(numeric) numeric
stddev_samp(int2) numeric
stddev_samp(int4) numeric
stddev_samp(int8) numeric
stddev_samp(float4) float8
stddev_samp(float8) float8
stddev_samp(numeric) numeric
stddev_pop(int2) numeric
stddev_pop(int4) numeric
stddev_pop(int8) numeric
stddev_pop(float4) float8
stddev_pop(float8) float8
stddev_pop(numeric) numeric
variance(int2) numeric
variance(int4) numeric
variance(int8) numeric
variance(float4) float8
variance(float8) float8
variance(numeric) numeric
var_samp(int2) numeric
var_samp(int4) numeric
var_samp(int8) numeric
var_samp(float4) float8
var_samp(float8) float8
var_samp(numeric) numeric
var_pop(int2) numeric
var_pop(int4) numeric
var_pop(int8) numeric
var_pop(float4) float8
var_pop(float8) float8
var_pop(numeric) numeric
first(any,any) any n
last(any,any) any n
corr(float8,float8) float8
covar_pop(float8,float8) float8
covar_samp(float8,float8) float8
regr_avgx(float8,float8) float8
regr_avgy(float8,float8) float8
regr_count(float8,float8) int8
regr_intercept(float8,float8) float8
regr_r2(float8,float8) float8
regr_slope(float8,float8) float8
regr_sxx(float8,float8) float8
regr_sxy(float8,float8) float8
regr_syy(float8,float8) float8
rate(float8,timestamp) float8
rate(float8,timestamptz) float8
increase(float8,timestamp) float8
increase(float8,timestamptz) float8
delta(float8,timestamp) float8
delta(float8,timestamptz) float8
irate(float8,timestamp) float8
irate(float8,timestamptz) float8
idelta(float8,timestamp) float8
idelta(float8,timestamptz) float8
percentile_agg(float8) bytea
rollup(bytea) bytea
`

// orderedSets are the aggregates with WITHIN GROUP. Those over any number of
// arguments are hypothetical-set aggregates: as many direct arguments as ordered
// ones. Strict says that rows with a NULL do not count.
const orderedSets = `
percentile_cont(float8,float8) float8
percentile_cont(float8,interval) interval
percentile_disc(float8,anyelement) anyelement
percentile_cont(_float8,float8) _float8
percentile_cont(_float8,interval) _interval
percentile_disc(_float8,anyelement) anyarray
mode(anyelement) anyelement
rank(any...) int8 n
dense_rank(any...) int8 n
percent_rank(any...) float8 n
cume_dist(any...) float8 n
`

// orderless names the aggregates whose result does not depend on the order of the
// rows, so that ORDER BY in a call changes nothing.
var orderless = map[string]bool{
	"count": true, "sum": true, "avg": true, "min": true, "max": true, "bool_and": true, "bool_or": true, "every": true,
	"bit_and": true, "bit_or": true, "bit_xor": true, "stddev": true, "stddev_samp": true, "stddev_pop": true, "variance": true,
	"var_samp": true, "var_pop": true, "corr": true, "covar_pop": true, "covar_samp": true, "regr_avgx": true, "regr_avgy": true,
	"regr_count": true, "regr_intercept": true, "regr_r2": true, "regr_slope": true, "regr_sxx": true, "regr_sxy": true, "regr_syy": true,
	"first": true, "last": true, "percentile_agg": true, "rollup": true,
}

// ByTime reports whether an aggregate gets its rows in the order of its second
// argument, a time, unless the call says otherwise: those of counters and gauges.
func (s *Signature) ByTime() bool {
	switch s.Name {
	case "rate", "increase", "delta", "irate", "idelta":
		return true
	}
	return false
}

// OrderMatters reports whether the result of an aggregate depends on the order of
// the rows.
func (s *Signature) OrderMatters() bool { return !orderless[s.Name] }
