package compute

import (
	"math"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
)

func timeEntries() map[function.ID]Entry {
	return map[function.ID]Entry{
		"+(interval,interval)":       row(intervalFunc2(addInterval)),
		"-(interval,interval)":       row(intervalFunc2(subInterval)),
		"-(interval)":                row(intervalFunc(negInterval)),
		"*(interval,float8)":         row(intervalScale(0, mulInterval)),
		"*(float8,interval)":         row(intervalScale(1, mulInterval)),
		"/(interval,float8)":         row(intervalScale(0, divInterval)),
		"justify_hours(interval)":    row(intervalFunc(justifyHours)),
		"justify_days(interval)":     row(intervalFunc(justifyDays)),
		"justify_interval(interval)": row(intervalFunc(justifyInterval)),

		"+(date,int4)":                 row(dateShift(0, false)),
		"+(int4,date)":                 row(dateShift(1, false)),
		"-(date,int4)":                 row(dateShift(0, true)),
		"-(date,date)":                 row(dateDiff),
		"+(date,interval)":             row(dateIntervalShift(0, false)),
		"-(date,interval)":             row(dateIntervalShift(0, true)),
		"+(interval,date)":             row(dateIntervalShift(1, false)),
		"+(timestamp,interval)":        row(timestampShift(0, false, false)),
		"+(interval,timestamp)":        row(timestampShift(1, false, false)),
		"-(timestamp,interval)":        row(timestampShift(0, true, false)),
		"+(timestamptz,interval)":      row(timestampShift(0, false, true)),
		"+(interval,timestamptz)":      row(timestampShift(1, false, true)),
		"-(timestamptz,interval)":      row(timestampShift(0, true, true)),
		"-(timestamp,timestamp)":       row(timestampDiff),
		"-(timestamptz,timestamptz)":   row(timestampDiff),
		"age(timestamp,timestamp)":     row(age(false)),
		"age(timestamptz,timestamptz)": row(age(true)),
		"age(timestamp)":               row(ageSince(false)),
		"age(timestamptz)":             row(ageSince(true)),

		"date_trunc(text,timestamp)":                 bound(bindTrunc(types.Timestamp)),
		"date_trunc(text,timestamptz)":               bound(bindTrunc(types.Timestamptz)),
		"date_trunc(text,timestamptz,text)":          bound(bindTrunc(types.Timestamptz)),
		"date_trunc(text,interval)":                  bound(bindTruncInterval),
		"date_bin(interval,timestamp,timestamp)":     row(dateBin),
		"date_bin(interval,timestamptz,timestamptz)": row(dateBin),
		"date_part(text,date)":                       bound(bindPartDate(false)),
		"date_part(text,timestamp)":                  bound(bindPart(types.Timestamp)),
		"date_part(text,timestamptz)":                bound(bindPart(types.Timestamptz)),
		"date_part(text,interval)":                   bound(bindPartInterval),
		"extract(text,date)":                         bound(bindPartDate(true)),
		"extract(text,timestamp)":                    bound(bindPart(types.Timestamp)),
		"extract(text,timestamptz)":                  bound(bindPart(types.Timestamptz)),
		"extract(text,interval)":                     bound(bindPartInterval),

		"isfinite(date)":        bulk(isFinite),
		"isfinite(timestamp)":   bulk(isFinite),
		"isfinite(timestamptz)": bulk(isFinite),
		"isfinite(interval)":    bulk(always),

		"make_date(int4,int4,int4)":                              row(makeDate),
		"make_timestamp(int4,int4,int4,int4,int4,float8)":        row(makeTimestamp),
		"make_timestamptz(int4,int4,int4,int4,int4,float8)":      bound(bindMakeTimestamptz),
		"make_timestamptz(int4,int4,int4,int4,int4,float8,text)": bound(bindMakeTimestamptz),
		"make_interval(int4,int4,int4,int4,int4,int4,float8)":    row(makeInterval),
		"to_timestamp(float8)":                                   row(toTimestamp),
		"timezone(text,timestamp)":                               bound(bindAtZone(true)),
		"timezone(text,timestamptz)":                             bound(bindAtZone(false)),
		"timezone(interval,timestamp)":                           row(atOffset(true)),
		"timezone(interval,timestamptz)":                         row(atOffset(false)),

		"now()":                   bulk(kernelNow),
		"transaction_timestamp()": bulk(kernelNow),
		"current_timestamp()":     bulk(kernelNow),
		"statement_timestamp()":   bulk(kernelStatementTime),
		"clock_timestamp()":       bulk(kernelClock),
		"localtimestamp()":        bulk(kernelLocalTime),
		"current_date()":          bulk(kernelToday),
		"timeofday()":             row(kernelTimeOfDay),

		"time_bucket(interval,date)":                                  bound(bindBucketDate),
		"time_bucket(interval,date,date)":                             bound(bindBucketDate),
		"time_bucket(interval,date,interval)":                         bound(bindBucketDate),
		"time_bucket(interval,timestamp)":                             bound(bindBucket),
		"time_bucket(interval,timestamp,timestamp)":                   bound(bindBucket),
		"time_bucket(interval,timestamp,interval)":                    bound(bindBucket),
		"time_bucket(interval,timestamptz)":                           bound(bindBucket),
		"time_bucket(interval,timestamptz,timestamptz)":               bound(bindBucket),
		"time_bucket(interval,timestamptz,interval)":                  bound(bindBucket),
		"time_bucket(interval,timestamptz,text,timestamptz,interval)": bound(bindBucketZone),
		"time_bucket(int2,int2)":                                      row(bucketInt[int32](types.Int2, math.MinInt16, math.MaxInt16)),
		"time_bucket(int4,int4)":                                      row(bucketInt[int32](types.Int4, math.MinInt32, math.MaxInt32)),
		"time_bucket(int8,int8)":                                      row(bucketInt[int64](types.Int8, math.MinInt64, math.MaxInt64)),
		"time_bucket(int2,int2,int2)":                                 row(bucketInt[int32](types.Int2, math.MinInt16, math.MaxInt16)),
		"time_bucket(int4,int4,int4)":                                 row(bucketInt[int32](types.Int4, math.MinInt32, math.MaxInt32)),
		"time_bucket(int8,int8,int8)":                                 row(bucketInt[int64](types.Int8, math.MinInt64, math.MaxInt64)),
	}
}

func systemEntries() map[function.ID]Entry {
	return map[function.ID]Entry{
		"random()":                   bulk(random),
		"gen_random_uuid()":          bulk(randomUUID),
		"version()":                  row(sessionText(sessionVersion)),
		"current_database()":         row(sessionText(sessionDatabase)),
		"current_catalog()":          row(sessionText(sessionDatabase)),
		"current_schema()":           row(sessionText(currentSchema)),
		"current_user()":             row(sessionText(sessionUser)),
		"current_role()":             row(sessionText(sessionUser)),
		"session_user()":             row(sessionText(sessionUser)),
		"user()":                     row(sessionText(sessionUser)),
		"pg_backend_pid()":           bulk(backendPID),
		"current_setting(text)":      row(currentSetting),
		"current_setting(text,bool)": row(currentSetting),
		"pg_typeof(any)":             {Bind: typeOf},
		"pg_is_in_recovery()":        bulk(never),
		"num_nulls(any...)":          bulk(countNulls(true)),
		"num_nonnulls(any...)":       bulk(countNulls(false)),
	}
}
