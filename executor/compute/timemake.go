package compute

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// micros returns an instant as a timestamptz.
func micros(t time.Time) int64 { return t.UnixMicro() - vector.EpochUnixMicro }

// now is the time of the transaction.
func (e *Env) now() int64 { return micros(e.Q.Now) }

// The current time in its forms; they run on one row unless volatile.

func kernelNow(e *Env, out *vector.Vector, _ []*vector.Vector, rows vector.Rows) error {
	fill(out.I64, rows.N, e.now())
	return nil
}

func kernelStatementTime(e *Env, out *vector.Vector, _ []*vector.Vector, rows vector.Rows) error {
	fill(out.I64, rows.N, micros(e.Q.Clock))
	return nil
}

func kernelClock(_ *Env, out *vector.Vector, _ []*vector.Vector, rows vector.Rows) error {
	for i := range rows.N {
		out.I64[i] = micros(time.Now())
	}
	return nil
}

func kernelLocalTime(e *Env, out *vector.Vector, _ []*vector.Vector, rows vector.Rows) error {
	fill(out.I64, rows.N, e.sessionZone().ToLocal(e.now()))
	return nil
}

func kernelToday(e *Env, out *vector.Vector, _ []*vector.Vector, rows vector.Rows) error {
	fill(out.I32, rows.N, dayOf(e.sessionZone().ToLocal(e.now())))
	return nil
}

func kernelTimeOfDay(e *Env, out *vector.Vector, _ []*vector.Vector, rows vector.Rows) error {
	for i := range rows.N {
		at := len(out.Arena)
		out.Arena = time.Now().In(e.Values.Zone).AppendFormat(out.Arena, "Mon Jan 02 15:04:05.000000 2006 MST")
		appendSpan(out, i, at)
	}
	return nil
}

func fill[T any](d []T, n int, x T) {
	for i := range n {
		d[i] = x
	}
}

// civilDay checks a date of make_date and the like: years before Christ are
// negative and there is no year 0.
func civilDay(y, m, d int32) (int64, bool) {
	year := int64(y)
	if y < 0 {
		year++
	}
	if y == 0 || m < 1 || m > 12 || d < 1 || int(d) > value.MonthDays(year, int(m)) {
		return 0, false
	}
	return value.Days(year, int(m), int(d)), true
}

func dateFieldRange(y, m, d int32) error {
	return sqlerr.New(sqlerr.DatetimeFieldOverflow, "date field value out of range: %d-%02d-%02d", y, m, d)
}

func makeDate(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	var m [3]int
	for k := range m {
		m[k] = mask(args[k])
	}
	for _, i := range rows.Selection() {
		y, mon, d := args[0].I32[int(i)&m[0]], args[1].I32[int(i)&m[1]], args[2].I32[int(i)&m[2]]
		day, ok := civilDay(y, mon, d)
		if !ok {
			if y < 0 {
				y++ // PostgreSQL names the year as it counts inside
			}
			return dateFieldRange(y, mon, d)
		}
		if day < value.MinDate || day >= value.EndDate {
			return sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range: %d-%02d-%02d", y, mon, d)
		}
		out.I32[i] = int32(day)
	}
	return nil
}

// makeClock returns the wall clock of the arguments of make_timestamp, row i.
func makeClock(args []*vector.Vector, i int) (int64, error) {
	var f [5]int32
	for k := range f {
		f[k] = args[k].I32[i&mask(args[k])]
	}
	sec := args[5].F64[i&mask(args[5])]
	day, ok := civilDay(f[0], f[1], f[2])
	if !ok {
		return 0, dateFieldRange(f[0], f[1], f[2])
	}
	h, m := f[3], f[4]
	// 24:00:00 and a second of 60 are taken, as on input.
	if h < 0 || m < 0 || m > 59 || !(sec >= 0 && sec <= 60) || h > 24 || h == 24 && (m > 0 || sec > 0) {
		return 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "time field value out of range: %d:%02d:%s", h, m, format02g(sec))
	}
	us := day*value.Day + int64(h)*value.Hour + int64(m)*value.Minute + int64(math.RoundToEven(sec*1e6))
	if day < value.MinTimestamp/value.Day || us >= value.EndTimestamp || day >= value.EndTimestamp/value.Day {
		return 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp out of range: %d-%02d-%02d %d:%02d:%s", f[0], f[1], f[2], h, m, format02g(sec))
	}
	return us, nil
}

// format02g is C's %02g.
func format02g(f float64) string {
	if math.IsInf(f, 0) {
		return strings.Replace(strconv.FormatFloat(f, 'g', 6, 64)[1:], "Inf", "Infinity", 1)
	}
	s := strconv.FormatFloat(f, 'g', 6, 64)
	if len(s) < 2 {
		s = "0" + s
	}
	return s
}

func makeTimestamp(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for _, i := range rows.Selection() {
		us, err := makeClock(args, int(i))
		if err != nil {
			return err
		}
		out.I64[i] = us
	}
	return nil
}

// bindMakeTimestamptz returns the kernels of make_timestamptz, in the session's
// zone or that of a seventh argument.
func bindMakeTimestamptz(Site) Kernel {
	var zones zoneArg
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		zone := e.sessionZone()
		for _, i := range rows.Selection() {
			us, err := makeClock(args, int(i))
			if err != nil {
				return err
			}
			if len(args) > 6 {
				if zone, err = zones.get(e, args[6], int(i)); err != nil {
					return err
				}
			}
			if us = zone.ToUTC(us); !inRange(us) {
				return timestampOutOfRange()
			}
			out.I64[i] = us
		}
		return nil
	}
}

func makeInterval(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for _, i := range rows.Selection() {
		var f [6]int32
		for k := range f {
			f[k] = args[k].I32[int(i)&mask(args[k])]
		}
		sec := args[6].F64[int(i)&mask(args[6])]
		if math.IsInf(sec, 0) || sec != sec {
			return intervalOutOfRange()
		}
		// Sums of months and of days wrap around, as PostgreSQL 15's do.
		us := int64(f[4])*value.Hour + int64(f[5])*value.Minute + int64(math.RoundToEven(sec*1e6))
		out.W128[i] = vector.Interval{Months: f[0]*12 + f[1], Days: f[2]*7 + f[3], Micros: us}.Word()
	}
	return nil
}

// toTimestamp is to_timestamp(seconds since 1970).
func toTimestamp(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for _, i := range rows.Selection() {
		f := args[0].F64[i]
		switch {
		case f != f:
			return sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp cannot be NaN")
		case math.IsInf(f, 1):
			out.I64[i] = vector.TimeInfinity
			continue
		case math.IsInf(f, -1):
			out.I64[i] = vector.TimeNegInfinity
			continue
		}
		us := math.RoundToEven((f - unixEpoch/1e6) * 1e6)
		if !(us >= value.MinTimestamp && us < value.EndTimestamp) {
			return sqlerr.New(sqlerr.DatetimeFieldOverflow, `timestamp out of range: "%s"`, formatG(f))
		}
		out.I64[i] = int64(us)
	}
	return nil
}

// formatG is C's %g.
func formatG(f float64) string { return strconv.FormatFloat(f, 'g', 6, 64) }

// isFinite is isfinite over date, timestamp or timestamptz.
func isFinite(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for i := range rows.N {
		if args[0].Kind == vector.Int32 {
			setBit(out, i, !isInfDate(args[0].I32[i]))
		} else {
			setBit(out, i, !isInf(args[0].I64[i]))
		}
	}
	return nil
}

func always(_ *Env, out *vector.Vector, _ []*vector.Vector, rows vector.Rows) error {
	vector.FillBits(out.Bits, rows.N)
	return nil
}
