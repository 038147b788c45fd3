package compute

import (
	"math"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/value"
)

// julianEpoch is the Julian day of 2000-01-01; unixEpoch is 2000-01-01 in µs
// since 1970.
const (
	julianEpoch = 2451545
	unixEpoch   = vector.EpochUnixMicro
)

// fieldValue is the value of a field: n / 10^scale, to which a Julian day adds
// the part of the day that has passed.
type fieldValue struct {
	n     int64
	scale int
	float float64 // as date_part computes it
	clock int64   // of a Julian day, µs of the day; else -1
}

// monotone reports whether a field of an infinite time is infinite rather than
// NULL.
func (u timeUnit) monotone() bool {
	switch u {
	case unitYear, unitDecade, unitCentury, unitMillennium, unitJulian, unitIsoyear, unitEpoch:
		return true
	}
	return false
}

// timeField returns a field of a finite wall clock; utc is the instant for
// epoch, off the seconds east of UTC, zoned says that the type has a zone. ok is
// false when the type does not have the field.
func timeField(u timeUnit, local, utc, off int64, zoned bool) (f fieldValue, ok bool) {
	day, clock := value.SplitTimestamp(local)
	whole := func(n int64) (fieldValue, bool) { return fieldValue{n: n, float: float64(n), clock: -1}, true }
	second, frac := clock/value.Second%60, clock%value.Second
	switch u {
	case unitMicrosecond:
		return whole(second*1e6 + frac)
	case unitMillisecond:
		return fieldValue{n: second*1e6 + frac, scale: 3, float: float64(second)*1000 + float64(frac)/1000, clock: -1}, true
	case unitSecond:
		return fieldValue{n: second*1e6 + frac, scale: 6, float: float64(second) + float64(frac)/1e6, clock: -1}, true
	case unitMinute:
		return whole(clock / value.Minute % 60)
	case unitHour:
		return whole(clock / value.Hour)
	case unitEpoch:
		n := utc + unixEpoch
		if n < utc { // beyond int64: PostgreSQL goes on in floats
			return fieldValue{n: n, scale: 6, float: (float64(utc) + unixEpoch) / 1e6, clock: -2}, true
		}
		return fieldValue{n: n, scale: 6, float: float64(n) / 1e6, clock: -1}, true
	case unitTimezone, unitTimezoneHour, unitTimezoneMinute:
		switch {
		case !zoned:
			return f, false
		case u == unitTimezone:
			return whole(off)
		case u == unitTimezoneHour:
			return whole(off / 3600)
		}
		return whole(off / 60 % 60)
	}
	n, ok := dayField(u, day)
	if u == unitJulian {
		return fieldValue{n: n, float: float64(n) + float64(clock)/value.Day, clock: clock}, true
	}
	return fieldValue{n: n, float: float64(n), clock: -1}, ok
}

// dayField returns a field of a date.
func dayField(u timeUnit, day int64) (n int64, ok bool) {
	switch u {
	case unitJulian:
		return day + julianEpoch, true
	case unitDow:
		return mod(day+6, 7), true // 2000-01-01 was a Saturday
	case unitIsodow:
		return mod(day+5, 7) + 1, true
	}
	y, m, d := value.Civil(day)
	switch u {
	case unitDay:
		return int64(d), true
	case unitMonth:
		return int64(m), true
	case unitQuarter:
		return int64(m-1)/3 + 1, true
	case unitYear:
		return noYearZero(y), true
	case unitDecade:
		if y >= 0 {
			return y / 10, true
		}
		return -((8 - (y - 1)) / 10), true
	case unitCentury:
		return century(y, 100), true
	case unitMillennium:
		return century(y, 1000), true
	case unitDoy:
		return day - value.Days(y, 1, 1) + 1, true
	case unitWeek:
		_, w := isoWeek(day)
		return int64(w), true
	case unitIsoyear:
		iy, _ := isoWeek(day)
		return noYearZero(iy), true
	}
	return 0, false
}

func mod(a, b int64) int64 { return a - floorDiv(a, b)*b }

// noYearZero counts 1 BC as -1.
func noYearZero(y int64) int64 {
	if y <= 0 {
		return y - 1
	}
	return y
}

// century counts spans of years that begin with year 1, backwards before it.
func century(y, years int64) int64 {
	if y > 0 {
		return (y + years - 1) / years
	}
	return -((years - 1 - (y - 1)) / years)
}

// isoWeek returns the year and week of ISO 8601: week 1 has the year's first
// Thursday.
func isoWeek(day int64) (year int64, week int) {
	thursday := day - mod(day+5, 7) + 3
	year, _, _ = value.Civil(thursday)
	return year, int(thursday-value.Days(year, 1, 1))/7 + 1
}

// putField writes a field as float8 or numeric.
func putField(out *vector.Vector, i int, f fieldValue) error {
	if out.Kind == vector.Float64 {
		out.F64[i] = f.float
		return nil
	}
	switch {
	case f.clock >= 0:
		part, err := decimal.FromInt64(f.clock).Div(decimal.FromInt64(value.Day))
		if err == nil {
			part, err = part.Add(decimal.FromInt64(f.n))
		}
		if err != nil {
			return numericError(err)
		}
		putNumeric(out, i, part)
	case f.clock == -2:
		// n has wrapped around: it is 2^64 too small.
		sum, err := decimal.FromInt64(f.n - unixEpoch).Add(decimal.FromInt64(unixEpoch))
		if err != nil {
			return numericError(err)
		}
		c, _ := sum.Coefficient()
		putNumeric(out, i, decimal.FromInt128(c, 6))
	default:
		putScaled(out, i, f.n, f.scale)
	}
	return nil
}

// putInfinite writes what an infinite time gives: an infinity or NULL.
func putInfinite(out *vector.Vector, i, n int, u timeUnit, sign int) {
	switch {
	case !u.monotone():
		setNull(out, i, n)
	case out.Kind == vector.Float64:
		out.F64[i] = math.Inf(sign)
	default:
		putNumeric(out, i, decimal.Inf(sign))
	}
}

// bindPart returns the kernels of date_part and extract over timestamp and
// timestamptz.
func bindPart(t types.ID) func(Site) Kernel {
	return func(Site) Kernel {
		var memo unitMemo
		return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			names, m := spansOf(args[0]), mask(args[1])
			zone := e.sessionZone()
			zoned := t == types.Timestamptz
			// Values in [from, to) have the field last.
			var last fieldValue
			from, to := int64(0), int64(0)
			for _, i := range rows.Selection() {
				us := args[1].I64[int(i)&m]
				if us >= from && us < to && names.mask == 0 {
					if err := putField(out, int(i), last); err != nil {
						return err
					}
					continue
				}
				name := names.get(int(i))
				u := memo.get(name)
				if u == unitNone {
					return unitError(name, t, false)
				}
				if isInf(us) {
					if !zoned && u >= unitTimezone {
						return unitError(name, t, true)
					}
					putInfinite(out, int(i), rows.N, u, sign64(us))
					continue
				}
				local := us
				if zoned {
					local = zone.ToLocal(us)
				}
				f, ok := timeField(u, local, us, (local-us)/value.Second, zoned)
				if !ok {
					return unitError(name, t, true)
				}
				if err := putField(out, int(i), f); err != nil {
					return err
				}
				from, to, last = 0, 0, f
				if steady := u.steady(); steady != unitNone {
					lo, hi := truncUnit(steady, local)
					from, to = lo-(local-us), hi-(local-us)
					if zoned && (zone.ToLocal(from) != lo || zone.ToLocal(to-1) != hi-1) {
						to = from // the clock changes in between
					}
				}
			}
			return nil
		}
	}
}

// steady returns the unit within which a field of the wall clock stays the same,
// unitNone for those that run.
func (u timeUnit) steady() timeUnit {
	switch u {
	case unitMinute:
		return unitMinute
	case unitHour:
		return unitHour
	case unitDay, unitWeek, unitMonth, unitQuarter, unitYear, unitDecade, unitCentury, unitMillennium,
		unitDow, unitIsodow, unitDoy, unitIsoyear:
		return unitDay
	}
	return unitNone
}

func sign64(x int64) int {
	if x < 0 {
		return -1
	}
	return 1
}

// bindPartDate returns the kernel of extract over date; date_part(date) is that
// of its timestamp and accepts the fields of the clock.
func bindPartDate(exact bool) func(Site) Kernel {
	return func(Site) Kernel {
		var memo unitMemo
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			names, m := spansOf(args[0]), mask(args[1])
			t := types.Date
			if !exact {
				t = types.Timestamp
			}
			for _, i := range rows.Selection() {
				d, name := args[1].I32[int(i)&m], names.get(int(i))
				u := memo.get(name)
				switch {
				case u == unitNone:
					return unitError(name, t, false)
				case exact && (u <= unitHour || u >= unitTimezone), u >= unitTimezone:
					return unitError(name, t, true)
				case isInfDate(d):
					putInfinite(out, int(i), rows.N, u, sign64(int64(d)))
					continue
				}
				if exact {
					n, _ := dayField(u, int64(d))
					if u == unitEpoch {
						n = int64(d)*86400 + unixEpoch/1e6
					}
					putScaled(out, int(i), n, 0)
					continue
				}
				us, fits := dateMicros(d)
				if !fits {
					return dateOutOfRange()
				}
				f, _ := timeField(u, us, us, 0, false)
				if err := putField(out, int(i), f); err != nil {
					return err
				}
			}
			return nil
		}
	}
}

// bindPartInterval returns the kernels of date_part and extract over interval.
func bindPartInterval(Site) Kernel {
	var memo unitMemo
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		names, m := spansOf(args[0]), mask(args[1])
		for _, i := range rows.Selection() {
			name := names.get(int(i))
			u := memo.get(name)
			if u == unitNone {
				return unitError(name, types.Interval, false)
			}
			f, ok := intervalField(u, vector.IntervalOf(args[1].W128[int(i)&m]))
			if !ok {
				return unitError(name, types.Interval, true)
			}
			if err := putField(out, int(i), f); err != nil {
				return err
			}
		}
		return nil
	}
}

func intervalField(u timeUnit, iv vector.Interval) (f fieldValue, ok bool) {
	whole := func(n int64) (fieldValue, bool) { return fieldValue{n: n, float: float64(n), clock: -1}, true }
	year, month := int64(iv.Months/12), int64(iv.Months%12)
	inMinute := iv.Micros % value.Minute
	second, frac := inMinute/value.Second, inMinute%value.Second
	switch u {
	case unitMicrosecond:
		return whole(inMinute)
	case unitMillisecond:
		return fieldValue{n: inMinute, scale: 3, float: float64(second)*1000 + float64(frac)/1000, clock: -1}, true
	case unitSecond:
		return fieldValue{n: inMinute, scale: 6, float: float64(second) + float64(frac)/1e6, clock: -1}, true
	case unitMinute:
		return whole(iv.Micros % value.Hour / value.Minute)
	case unitHour:
		return whole(iv.Micros / value.Hour)
	case unitDay:
		return whole(int64(iv.Days))
	case unitMonth:
		return whole(month)
	case unitQuarter:
		return whole(month/3 + 1)
	case unitYear:
		return whole(year)
	case unitDecade:
		return whole(year / 10)
	case unitCentury:
		return whole(year / 100)
	case unitMillennium:
		return whole(year / 1000)
	case unitEpoch:
		// A year has 365.25 days here, a month of the rest 30: quarters of days.
		secs := (1461*year + 120*month + 4*int64(iv.Days)) * 21600
		x := float64(iv.Micros) / 1e6
		x += 365.25 * 86400 * float64(year)
		x += 30 * 86400 * float64(month)
		x += 86400 * float64(iv.Days)
		return fieldValue{n: secs*1e6 + iv.Micros, scale: 6, float: x, clock: -1}, true
	}
	return f, false
}
