package compute

import (
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// timeUnit is a field of date_trunc, date_part and extract.
type timeUnit uint8

const (
	unitNone timeUnit = iota
	unitMicrosecond
	unitMillisecond
	unitSecond
	unitMinute
	unitHour
	unitDay
	unitWeek
	unitMonth
	unitQuarter
	unitYear
	unitDecade
	unitCentury
	unitMillennium
	unitDow
	unitIsodow
	unitDoy
	unitIsoyear
	unitEpoch
	unitJulian
	unitTimezone
	unitTimezoneHour
	unitTimezoneMinute
)

// parseUnit finds a unit by PostgreSQL's names (datetime.c, deltatktbl and the
// fields of datetktbl), of which ten characters count.
func parseUnit(name []byte) timeUnit {
	s := strings.ToLower(string(name))
	if len(s) > 10 {
		s = s[:10]
	}
	switch s {
	case "us", "usec", "usecs", "usecond", "useconds", "microsecon":
		return unitMicrosecond
	case "ms", "msec", "msecs", "msecond", "mseconds", "millisecon":
		return unitMillisecond
	case "s", "sec", "secs", "second", "seconds":
		return unitSecond
	case "m", "min", "mins", "minute", "minutes":
		return unitMinute
	case "h", "hr", "hrs", "hour", "hours":
		return unitHour
	case "d", "day", "days":
		return unitDay
	case "w", "week", "weeks":
		return unitWeek
	case "mon", "mons", "month", "months":
		return unitMonth
	case "qtr", "quarter":
		return unitQuarter
	case "y", "yr", "yrs", "year", "years":
		return unitYear
	case "dec", "decs", "decade", "decades":
		return unitDecade
	case "c", "cent", "century", "centuries":
		return unitCentury
	case "mil", "mils", "millennia", "millennium":
		return unitMillennium
	case "dow":
		return unitDow
	case "isodow":
		return unitIsodow
	case "doy":
		return unitDoy
	case "isoyear":
		return unitIsoyear
	case "epoch":
		return unitEpoch
	case "j", "jd", "julian":
		return unitJulian
	case "timezone":
		return unitTimezone
	case "timezone_h":
		return unitTimezoneHour
	case "timezone_m":
		return unitTimezoneMinute
	}
	return unitNone
}

// unitMemo is the unit parsed last: nearly always it is a constant.
type unitMemo struct {
	name []byte
	unit timeUnit
	ok   bool
}

func (m *unitMemo) get(name []byte) timeUnit {
	if !m.ok || string(m.name) != string(name) {
		m.name = append(m.name[:0], name...)
		m.unit, m.ok = parseUnit(name), true
	}
	return m.unit
}

// unitError says that a type has no such unit: unknown to all, or not for it.
func unitError(name []byte, t types.ID, known bool) *sqlerr.Error {
	s := strings.ToLower(string(name))
	if !known {
		return sqlerr.New(sqlerr.InvalidParameterValue, `unit "%s" not recognized for type %s`, s, types.Of(t))
	}
	return sqlerr.New(sqlerr.FeatureNotSupported, `unit "%s" not supported for type %s`, s, types.Of(t))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// truncLength holds the length in µs of units that divide the time line evenly.
var truncLength = [...]int64{
	unitMicrosecond: 1, unitMillisecond: 1000, unitSecond: value.Second, unitMinute: value.Minute,
	unitHour: value.Hour, unitDay: value.Day, unitWeek: 7 * value.Day,
}

// monday is the µs of 2000-01-03, from which weeks count.
const monday = 2 * value.Day

// truncUnit returns the stretch [lo, hi) of a unit that holds a finite wall
// clock. u is one that date_trunc takes.
func truncUnit(u timeUnit, us int64) (lo, hi int64) {
	if u <= unitWeek {
		w := truncLength[u]
		from := int64(0)
		if u == unitWeek {
			from = monday
		}
		lo = floorDiv(us-from, w)*w + from
		return lo, lo + w
	}
	day, _ := value.SplitTimestamp(us)
	y, m, _ := value.Civil(day)
	step := 12 // months
	switch u {
	case unitMonth:
		step = 1
	case unitQuarter:
		m, step = (m-1)/3*3+1, 3
	case unitYear:
		m = 1
	case unitDecade:
		y, m, step = decadeStart(y), 1, 120
	case unitCentury:
		y, m, step = spanStart(y, 100), 1, 1200
	case unitMillennium:
		y, m, step = spanStart(y, 1000), 1, 12000
	}
	return value.Days(y, m, 1) * value.Day, value.Days(y, m+step, 1) * value.Day
}

// decadeStart and spanStart return the first year of a decade, and of a century
// or millennium, which begin with 1. Year 0 is 1 BC.
func decadeStart(y int64) int64 {
	if y > 0 {
		return y / 10 * 10
	}
	return -((8 - (y - 1)) / 10) * 10
}

func spanStart(y, years int64) int64 {
	if y > 0 {
		return (y+years-1)/years*years - years + 1
	}
	return -((years - 1 - (y - 1)) / years * years) + 1
}

// canTrunc reports whether date_trunc takes the unit.
func canTrunc(u timeUnit) bool { return u >= unitMicrosecond && u <= unitMillennium }

// bindTrunc returns the kernel of date_trunc over timestamp, or over timestamptz
// in the session's zone or in that of a third argument. It remembers the stretch
// of the last value, in which near values lie.
func bindTrunc(t types.ID) func(Site) Kernel {
	return func(Site) Kernel {
		var memo unitMemo
		var zones zoneArg
		return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			names, x := spansOf(args[0]), args[1]
			m := mask(x)
			zone := e.sessionZone()
			var u timeUnit
			// Wall clocks [lo, hi) with the offset off give result, and so do all
			// values in [from, to).
			lo, hi, off, result := int64(0), int64(0), int64(0), int64(0)
			from, to := int64(0), int64(0)
			for k, i := range rows.Selection() {
				if k == 0 || names.mask != 0 {
					if n := memo.get(names.get(int(i))); n != u {
						u, hi, to = n, lo, from
					}
					if !canTrunc(u) {
						return unitError(names.get(int(i)), t, u >= unitTimezone)
					}
				}
				if len(args) > 2 {
					var err error
					if zone, err = zones.get(e, args[2], int(i)); err != nil {
						return err
					}
					if zones.fresh {
						hi, to = lo, from
					}
				}
				us := x.I64[int(i)&m]
				if us >= from && us < to {
					out.I64[i] = result
					continue
				}
				if isInf(us) {
					out.I64[i] = us
					continue
				}
				local := us
				if t == types.Timestamptz {
					local = zone.ToLocal(us)
				}
				if local < lo || local >= hi || local-us != off {
					off = local - us
					lo, hi = truncUnit(u, local)
					result = lo - off
					if t == types.Timestamptz && u >= unitDay {
						result = zone.ToUTC(lo) // midnight may have another offset
					}
					if result < value.MinTimestamp {
						return timestampOutOfRange()
					}
					from, to = lo-off, hi-off
					// No zone changes its offset twice within a day.
					if t == types.Timestamptz && (u > unitDay || zone.ToLocal(from) != lo || zone.ToLocal(to-1) != hi-1) {
						to = from
					}
				}
				out.I64[i] = result
			}
			return nil
		}
	}
}

// bindTruncInterval returns the kernel of date_trunc over interval.
func bindTruncInterval(Site) Kernel {
	var memo unitMemo
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		names, m := spansOf(args[0]), mask(args[1])
		for _, i := range rows.Selection() {
			name := names.get(int(i))
			u := memo.get(name)
			switch {
			case u == unitWeek:
				return unitError(name, types.Interval, true).WithDetail("Months usually have fractional weeks.")
			case !canTrunc(u):
				return unitError(name, types.Interval, u >= unitTimezone)
			}
			out.W128[i] = truncInterval(u, vector.IntervalOf(args[1].W128[int(i)&m])).Word()
		}
		return nil
	}
}

func truncInterval(u timeUnit, iv vector.Interval) vector.Interval {
	if u <= unitHour {
		iv.Micros -= iv.Micros % truncLength[u]
		return iv
	}
	iv.Micros = 0
	if u == unitDay {
		return iv
	}
	iv.Days = 0
	months := map[timeUnit]int32{unitMonth: 1, unitQuarter: 3, unitYear: 12, unitDecade: 120, unitCentury: 1200, unitMillennium: 12000}[u]
	iv.Months -= iv.Months % months
	return iv
}
