package compute

import (
	"testing"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/value"
	"github.com/stretchr/testify/require"
)

// Goal: time_bucket is TimescaleDB's. Method: cases of its documentation and of
// its rules: buckets of days and shorter count from a Monday, months from 2000,
// origin and offset move them, zones move the wall clock. The session is in New
// York, which only matters where a zone is asked for.
func TestTimeBucket(t *testing.T) {
	q := testContext(t)
	for _, tc := range []struct{ expr, want string }{
		{`time_bucket('5 minutes', '2021-01-01 12:34:56'::timestamp)`, "2021-01-01 12:30:00"},
		{`time_bucket('1 week', '2021-01-01'::timestamp)`, "2020-12-28 00:00:00"},
		{`time_bucket('1 week', '1999-12-31'::timestamp)`, "1999-12-27 00:00:00"},
		{`time_bucket('2 weeks', '2000-01-02 23:59:59.999999'::timestamp)`, "1999-12-20 00:00:00"},
		{`time_bucket('1 day', '1970-01-01 00:00:00.000001'::timestamp)`, "1970-01-01 00:00:00"},
		{`time_bucket('1 month', '2021-03-15'::timestamp)`, "2021-03-01 00:00:00"},
		{`time_bucket('3 months', '1999-12-31'::timestamp)`, "1999-10-01 00:00:00"},
		{`time_bucket('1 year', '2021-03-15 12:00'::timestamptz)`, "2020-12-31 19:00:00-05"},
		{`time_bucket('1 day', '2021-07-01 12:00+00'::timestamptz)`, "2021-06-30 20:00:00-04"},
		{`time_bucket('5 minutes', '2021-01-01 12:34:56'::timestamp, '2021-01-01 00:02:30'::timestamp)`, "2021-01-01 12:32:30"},
		{`time_bucket('2 months', '2021-03-15'::timestamp, '2021-02-10'::timestamp)`, "2021-02-01 00:00:00"},
		{`time_bucket('5 minutes', '2021-01-01 12:34:56'::timestamp, '2 minutes'::interval)`, "2021-01-01 12:32:00"},
		{`time_bucket('1 week', '2021-01-03'::date)`, "2020-12-28"},
		{`time_bucket('1 week', '2021-01-03'::date, '-1 day'::interval)`, "2021-01-03"},
		{`time_bucket('1 month', '2021-01-31'::date, '2021-01-15'::date)`, "2021-01-01"},
		{`time_bucket('1 day', '2021-03-14 12:00+00'::timestamptz, 'Europe/Berlin', NULL::timestamptz, NULL::interval)`, "2021-03-13 18:00:00-05"},
		{`time_bucket('1 day', '2021-11-07 12:00'::timestamptz, 'America/New_York', NULL::timestamptz, NULL::interval)`, "2021-11-07 00:00:00-04"},
		{`time_bucket('1 month', '2021-11-07 12:00'::timestamptz, 'America/New_York', NULL::timestamptz, NULL::interval)`, "2021-11-01 00:00:00-04"},
		{`time_bucket('1 day', '2021-11-07 12:00'::timestamptz, 'America/New_York', NULL::timestamptz, '6 hours'::interval)`, "2021-11-07 06:00:00-05"},
		{`time_bucket('7 days', '2021-11-07 12:00'::timestamptz, 'America/New_York', '2021-11-03 00:00'::timestamptz, NULL::interval)`, "2021-11-03 00:00:00-04"},
		{`time_bucket('1 day', NULL::timestamptz, 'UTC', NULL::timestamptz, NULL::interval)`, `\N`},
		{`time_bucket('1 day', 'infinity'::timestamp)`, "infinity"},
		{`time_bucket('1 day', '-infinity'::timestamptz, 'UTC', NULL::timestamptz, NULL::interval)`, "-infinity"},
		{`time_bucket('1 day', 'infinity'::date)`, "infinity"},
		{`time_bucket(10, 23)`, "20"},
		{`time_bucket(10, '-1'::int4)`, "-10"},
		{`time_bucket(10, 23, 5)`, "15"},
		{`time_bucket('10'::int8, '-5'::int8, '5'::int8)`, "-5"},
		{`time_bucket('3'::int2, '7'::int2)`, "6"},
		{`time_bucket('10'::int2, '-32768'::int2)`, "! 22008 timestamp out of range"},
		{`time_bucket(0, 23)`, "! 22023 period must be greater than 0"},
		{`time_bucket('0', '2021-01-01'::timestamp)`, "! 22023 period must be greater than 0"},
		{`time_bucket('-1 mon', '2021-01-01'::timestamp)`, "! 22023 period must be greater than 0"},
		{`time_bucket('1 mon 1 day', '2021-01-01'::timestamp)`, "! 0A000 month intervals cannot have day or time component"},
		{`time_bucket('1 hour', '2021-01-01'::date)`, "! 0A000 interval must not have sub-day precision"},
		{`time_bucket('1000 years', '4714-11-24 BC'::timestamp)`, "! 22008 timestamp out of range"},
		{`time_bucket('1 day', '2021-01-01'::timestamptz, 'Nowhere', NULL::timestamptz, NULL::interval)`, `! 22023 time zone "Nowhere" not recognized`},
	} {
		require.Equal(t, tc.want, evalText(q, tc.expr), tc.expr)
	}
}

// Goal: what bucketing kernels remember from row to row never shows. Method:
// times in order and out of order, around changes of the clock in odd zones,
// over a whole column against one row at a time.
func TestBucketingRemembersRightly(t *testing.T) {
	q := testContext(t)
	// Each is followed in steps of 10 minutes for two weeks.
	starts := []string{"2021-03-08", "2021-11-01", "2011-12-24", "2018-11-01", "2018-02-12", "1999-12-25", "2021-04-01", "2021-10-01"}
	ts := types.Of(types.Timestamptz)
	var column []int64
	for _, s := range starts {
		us, err := value.ParseTimestamptz(ts, s+" 00:00+00", q.Values)
		require.NoError(t, err)
		for k := range int64(14 * 144) {
			column = append(column, us+k*10*value.Minute+k%7)
		}
	}
	column = append(column, vector.TimeInfinity, vector.TimeNegInfinity, column[0])
	for i := 0; i < len(column); i += 97 {
		j := (i * 31) % len(column)
		column[i], column[j] = column[j], column[i]
	}
	col := expr.Column{Index: 0, T: ts}
	text := func(s string) expr.Expr {
		return expr.Const{Value: vector.StringDatum(s), T: types.Of(types.Text)}
	}
	width := func(s string) expr.Expr {
		iv, err := value.ParseInterval(types.Of(types.Interval), s, q.Values)
		require.NoError(t, err)
		return expr.Const{Value: vector.WordDatum(iv.Word()), T: types.Of(types.Interval)}
	}
	null := func(t types.ID) expr.Expr { return expr.Const{Value: vector.NullDatum, T: types.Of(t)} }
	var exprs []expr.Expr
	for _, u := range []string{"minute", "hour", "day", "week", "month", "year"} {
		exprs = append(exprs, expr.Call{Func: "date_trunc(text,timestamptz)", Args: []expr.Expr{text(u), col}, T: ts})
		for _, z := range []string{"Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca"} {
			exprs = append(exprs, expr.Call{Func: "date_trunc(text,timestamptz,text)", Args: []expr.Expr{text(u), col, text(z)}, T: ts})
		}
	}
	parts := len(exprs)
	for _, u := range []string{"second", "minute", "hour", "day", "dow", "week", "isoyear", "timezone"} {
		exprs = append(exprs, expr.Call{Func: "date_part(text,timestamptz)", Args: []expr.Expr{text(u), col}, T: types.Of(types.Float8)})
	}
	buckets := len(exprs)
	for _, w := range []string{"1 minute", "1 hour", "6 hours", "1 day", "1 week", "1 month"} {
		exprs = append(exprs, expr.Call{Func: "time_bucket(interval,timestamptz)", Args: []expr.Expr{width(w), col}, T: ts})
		exprs = append(exprs, expr.Call{
			Func: "time_bucket(interval,timestamptz,text,timestamptz,interval)",
			Args: []expr.Expr{width(w), col, text("Pacific/Apia"), null(types.Timestamptz), null(types.Interval)}, T: ts,
		})
	}
	p, err := Compile(exprs, []types.Type{ts})
	require.NoError(t, err)
	single, err := Compile(exprs, []types.Type{ts})
	require.NoError(t, err)
	for at := 0; at < len(column); at += 4096 {
		vals := column[at:min(at+4096, len(column))]
		out, err := p.Run(q, &vector.Batch{Len: len(vals), Cols: []*vector.Vector{{Kind: vector.Int64, I64: vals, Len: len(vals)}}})
		require.NoError(t, err)
		for i := 0; i < len(vals); i += 5 {
			// A value given as a constant meets a fresh state in every kernel.
			one, err := single.Run(q, &vector.Batch{Len: 1, Cols: []*vector.Vector{vector.ConstOf(vector.Int64, vector.IntDatum(vals[i]), 1)}})
			require.NoError(t, err)
			for k := parts; k < buckets; k++ {
				got, want := vector.At(out[k], i), vector.At(one[k], 0)
				require.Equal(t, want, got, "%s of %s", expr.Format(exprs[k], nil), value.Text(ts, vector.IntDatum(vals[i]), q.Values))
			}
			for k := range exprs {
				if k >= parts && k < buckets {
					continue
				}
				if got, want := out[k].Int(i), one[k].Int(0); got != want {
					t.Fatalf("%s of %s: %s, want %s", expr.Format(exprs[k], nil), value.Text(ts, vector.IntDatum(vals[i]), q.Values),
						value.Text(ts, vector.IntDatum(got), q.Values), value.Text(ts, vector.IntDatum(want), q.Values))
				}
			}
		}
	}
}
