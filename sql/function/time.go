package function

// timeFunctions follow manual 9.9, and TimescaleDB for time_bucket.
// current_timestamp, localtimestamp and the others that SQL calls without
// parentheses are functions without arguments here; the precision of
// current_timestamp(p) is a cast around the call.
const timeFunctions = `
now() timestamptz s t
transaction_timestamp() timestamptz s t
statement_timestamp() timestamptz s t
clock_timestamp() timestamptz v t
current_timestamp() timestamptz s t
localtimestamp() timestamp s t
current_date() date s t
timeofday() text v t

date_trunc(text,timestamp) timestamp
date_trunc(text,timestamptz) timestamptz s
date_trunc(text,timestamptz,text) timestamptz s
date_trunc(text,interval) interval
date_bin(interval,timestamp,timestamp) timestamp
date_bin(interval,timestamptz,timestamptz) timestamptz
date_part(text,date) float8
date_part(text,timestamp) float8
date_part(text,timestamptz) float8 s
date_part(text,interval) float8
extract(text,date) numeric
extract(text,timestamp) numeric
extract(text,timestamptz) numeric s
extract(text,interval) numeric
age(timestamp) interval s
age(timestamptz) interval s
age(timestamp,timestamp) interval
age(timestamptz,timestamptz) interval s
isfinite(date) bool t
isfinite(timestamp) bool t
isfinite(timestamptz) bool t
isfinite(interval) bool t
justify_days(interval) interval
justify_hours(interval) interval
justify_interval(interval) interval
make_date(int4,int4,int4) date
make_timestamp(int4,int4,int4,int4,int4,float8) timestamp
make_timestamptz(int4,int4,int4,int4,int4,float8) timestamptz s
make_timestamptz(int4,int4,int4,int4,int4,float8,text) timestamptz s
make_interval(int4,int4,int4,int4,int4,int4,float8) interval
to_timestamp(float8) timestamptz
timezone(text,timestamp) timestamptz
timezone(text,timestamptz) timestamp
timezone(interval,timestamp) timestamptz
timezone(interval,timestamptz) timestamp
to_char(timestamp,text) text s
to_char(timestamptz,text) text s
to_char(interval,text) text s
to_char(int4,text) text s
to_char(int8,text) text s
to_char(float4,text) text s
to_char(float8,text) text s
to_char(numeric,text) text s

time_bucket(interval,date) date
time_bucket(interval,timestamp) timestamp
time_bucket(interval,timestamptz) timestamptz
time_bucket(interval,date,date) date
time_bucket(interval,timestamp,timestamp) timestamp
time_bucket(interval,timestamptz,timestamptz) timestamptz
time_bucket(interval,date,interval) date
time_bucket(interval,timestamp,interval) timestamp
time_bucket(interval,timestamptz,interval) timestamptz
time_bucket(interval,timestamptz,text,timestamptz,interval) timestamptz n
approx_percentile(float8,bytea) float8
approx_percentile_rank(float8,bytea) float8
mean(bytea) float8
error(bytea) float8
num_vals(bytea) float8
time_bucket(int2,int2) int2
time_bucket(int4,int4) int4
time_bucket(int8,int8) int8
time_bucket(int2,int2,int2) int2
time_bucket(int4,int4,int4) int4
time_bucket(int8,int8,int8) int8
`

// namedArguments are the functions that people call with name => value.
const namedArguments = `
make_interval(int4,int4,int4,int4,int4,int4,float8) years=0 months=0 weeks=0 days=0 hours=0 mins=0 secs=0
time_bucket(interval,date) bucket_width ts
time_bucket(interval,timestamp) bucket_width ts
time_bucket(interval,timestamptz) bucket_width ts
time_bucket(interval,date,date) bucket_width ts origin
time_bucket(interval,timestamp,timestamp) bucket_width ts origin
time_bucket(interval,timestamptz,timestamptz) bucket_width ts origin
time_bucket(interval,date,interval) bucket_width ts offset
time_bucket(interval,timestamp,interval) bucket_width ts offset
time_bucket(interval,timestamptz,interval) bucket_width ts offset
time_bucket(interval,timestamptz,text,timestamptz,interval) bucket_width ts timezone origin=NULL offset=NULL
time_bucket(int2,int2) bucket_width ts
time_bucket(int4,int4) bucket_width ts
time_bucket(int8,int8) bucket_width ts
time_bucket(int2,int2,int2) bucket_width ts offset
time_bucket(int4,int4,int4) bucket_width ts offset
time_bucket(int8,int8,int8) bucket_width ts offset
make_date(int4,int4,int4) year month day
make_timestamp(int4,int4,int4,int4,int4,float8) year month mday hour min sec
make_timestamptz(int4,int4,int4,int4,int4,float8) year month mday hour min sec
make_timestamptz(int4,int4,int4,int4,int4,float8,text) year month mday hour min sec timezone
`
