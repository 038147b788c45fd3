package value

import (
	"math"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Bits of an interval modifier's fields, PostgreSQL's INTERVAL_MASK.
const (
	fieldMonth  = 1 << 1
	fieldYear   = 1 << 2
	fieldDay    = 1 << 3
	fieldHour   = 1 << 10
	fieldMinute = 1 << 11
	fieldSecond = 1 << 12

	fieldsAll     = 0x7fff
	precisionFull = 0xffff
)

// intervalRange returns the fields that t's modifier allows.
func intervalRange(t types.Type) int {
	if t.Mod < 0 {
		return fieldsAll
	}
	return int(t.Mod) >> 16 & fieldsAll
}

// ParseInterval reads an interval in the PostgreSQL, SQL standard and ISO 8601
// forms and cuts it to t's fields. Errors: 22007, 22008, 22015.
func ParseInterval(t types.Type, text string, s *Settings) (vector.Interval, error) {
	fields := intervalRange(t)
	var buf [maxFields]field
	fs, ok := splitFields(buf[:0], text, maxIntervalChars)
	var sum intervalSum
	p := badFormat
	if ok {
		p = sum.decode(fs, fields, s.IntervalStyle)
	}
	if p == badFormat {
		sum = intervalSum{}
		p = sum.decodeISO(text)
	}
	switch p {
	case fine:
	case fieldRange:
		return vector.Interval{}, sqlerr.New(sqlerr.IntervalFieldOverflow, `interval field value out of range: "%s"`, text)
	default:
		return vector.Interval{}, datetimeSyntax("interval", text)
	}
	iv, ok := sum.interval()
	if !ok {
		return iv, sqlerr.New(sqlerr.DatetimeFieldOverflow, "interval out of range")
	}
	return intervalTypmod(t, iv)
}

// intervalTypmod cuts iv to the fields and the fractional digits of t's modifier.
func intervalTypmod(t types.Type, iv vector.Interval) (vector.Interval, error) {
	if t.Mod < 0 {
		return iv, nil
	}
	fields := intervalRange(t)
	switch {
	case fields == fieldsAll || fields == 0:
	case fields == fieldYear:
		iv = vector.Interval{Months: iv.Months / monthsPerYear * monthsPerYear}
	case fields&(fieldDay|fieldHour|fieldMinute|fieldSecond) == 0:
		iv = vector.Interval{Months: iv.Months}
	case fields == fieldDay:
		iv.Micros = 0
	case fields&(fieldMinute|fieldSecond) == 0:
		iv.Micros = iv.Micros / Hour * Hour
	case fields&fieldSecond == 0:
		iv.Micros = iv.Micros / Minute * Minute
	}
	if p := int(t.Mod) & precisionFull; p < 6 {
		iv.Micros = roundTo(iv.Micros, roundUnits[p])
	}
	return iv, nil
}

// intervalSum collects the parts of an interval; every step checks its range.
type intervalSum struct {
	years, months, days int32
	micros              int64
}

func (v *intervalSum) interval() (iv vector.Interval, ok bool) {
	months := int64(v.years)*monthsPerYear + int64(v.months)
	if months != int64(int32(months)) {
		return iv, false
	}
	return vector.Interval{Months: int32(months), Days: v.days, Micros: v.micros}, true
}

// add adds n and a fraction of it, of one sign, of a unit; ok is false when it
// does not fit. Fractions of years become whole months, those of months and weeks
// days and time, those of days time.
func (v *intervalSum) add(unit int, n int64, frac float64) (ok bool) {
	switch unit {
	case unitMicrosecond:
		return v.addMicros(n, frac, 1)
	case unitMillisecond:
		return v.addMicros(n, frac, 1000)
	case unitSecond:
		return v.addMicros(n, frac, Second)
	case unitMinute:
		return v.addMicros(n, frac, Minute)
	case unitHour:
		return v.addMicros(n, frac, Hour)
	case unitDay:
		return addScaled(&v.days, n, 1) && v.addMicros(0, frac, Day)
	case unitWeek:
		return addScaled(&v.days, n, 7) && v.addDays(frac, 7)
	case unitMonth:
		return addScaled(&v.months, n, 1) && v.addDays(frac, 30)
	case unitYear:
		return v.addYears(n, frac, 1)
	case unitDecade:
		return v.addYears(n, frac, 10)
	case unitCentury:
		return v.addYears(n, frac, 100)
	}
	return v.addYears(n, frac, 1000)
}

func (v *intervalSum) addMicros(n int64, frac float64, scale int64) bool {
	product := n * scale
	if n != 0 && (product/scale != n) {
		return false
	}
	frac *= float64(scale)
	whole := int64(frac)
	switch rest := frac - float64(whole); {
	case rest > 0.5:
		whole++
	case rest < -0.5:
		whole--
	}
	return addInt64(&v.micros, product) && addInt64(&v.micros, whole)
}

func (v *intervalSum) addDays(frac float64, scale float64) bool {
	frac *= scale
	whole := int64(frac)
	return addScaled(&v.days, whole, 1) && v.addMicros(0, frac-float64(whole), Day)
}

func (v *intervalSum) addYears(n int64, frac, scale float64) bool {
	months := int64(math.RoundToEven(frac * scale * monthsPerYear))
	return addScaled(&v.years, n, int64(scale)) && addScaled(&v.months, months, 1)
}

// addScaled adds n·scale to *sum; false when n or a result does not fit int32.
func addScaled(sum *int32, n, scale int64) bool {
	if n != int64(int32(n)) || n*scale != int64(int32(n*scale)) {
		return false
	}
	total := int64(*sum) + n*scale
	*sum = int32(total)
	return total == int64(int32(total))
}

func addInt64(sum *int64, n int64) bool {
	total := *sum + n
	ok := (total > *sum) == (n > 0)
	*sum = total
	return ok
}

// decode reads fields from the last to the first, so that a unit is known before
// its number. allowed names the fields of the type, which give a number without a
// unit its meaning.
func (v *intervalSum) decode(fs []field, allowed int, style string) problem {
	negative := style == "sql_standard" && leadingSign(fs)
	var have mask
	ago := false
	unit := unitNone
	minutesFirst := allowed == fieldMinute|fieldSecond
	for i := len(fs) - 1; i >= 0; i-- {
		f := fs[i]
		var got mask
		switch f.kind {
		case stringField, specialField:
			u, ok := intervalUnit(f.text)
			switch {
			case !ok:
				return badFormat
			case u == unitAgo:
				ago = true
			}
			unit = u
			continue
		case timeField:
			if p := v.setTime(f.text, minutesFirst); p != fine {
				return p
			}
			if negative && v.micros > 0 {
				v.micros = -v.micros
			}
			unit, got = unitDay, maskTime
		default:
			if f.kind == signedField && strings.IndexByte(f.text, ':') > 0 {
				switch p := v.setTime(f.text[1:], minutesFirst); {
				case p == fine && f.text[0] == '-':
					v.micros = -v.micros
					fallthrough
				case p == fine:
					if negative && v.micros > 0 {
						v.micros = -v.micros
					}
					unit, got = unitDay, maskTime
				}
			}
			if got != 0 {
				break
			}
			if unit == unitNone {
				unit = lastUnit(allowed)
			}
			var p problem
			if got, unit, p = v.number(f.text, unit, negative); p != fine {
				return p
			}
		}
		if got&have != 0 {
			return badFormat
		}
		have |= got
	}
	if have == 0 {
		return badFormat
	}
	if ago {
		if v.micros == math.MinInt64 || v.days == math.MinInt32 || v.months == math.MinInt32 || v.years == math.MinInt32 {
			return fieldRange
		}
		*v = intervalSum{-v.years, -v.months, -v.days, -v.micros}
	}
	return fine
}

// leadingSign reports whether a minus stands before all fields and no other sign
// follows: the SQL standard then means all of them.
func leadingSign(fs []field) bool {
	if len(fs) == 0 || fs[0].text[0] != '-' {
		return false
	}
	for _, f := range fs[1:] {
		if f.text[0] == '-' || f.text[0] == '+' {
			return false
		}
	}
	return true
}

// lastUnit is the unit of a last number without one, by the type's fields.
func lastUnit(allowed int) int {
	switch {
	case allowed == fieldsAll || allowed&fieldSecond != 0:
		return unitSecond
	case allowed&fieldMinute != 0:
		return unitMinute
	case allowed&fieldHour != 0:
		return unitHour
	case allowed&fieldDay != 0:
		return unitDay
	case allowed&fieldMonth != 0:
		return unitMonth
	case allowed&fieldYear != 0:
		return unitYear
	}
	return unitSecond
}

// setTime sets the time of the sum from h:m:s.
func (v *intervalSum) setTime(text string, minutesFirst bool) problem {
	c, p := parseClock(text, minutesFirst)
	if p != fine {
		return p
	}
	us := c.micro
	if c.hour > math.MaxInt64/Hour || !addInt64(&us, c.hour*Hour) ||
		!addInt64(&us, c.minute*Minute) || !addInt64(&us, c.second*Second) {
		return fieldRange
	}
	v.micros = us
	return fine
}

// number adds a number, or the years-months of the SQL standard, and returns the
// unit of a number before it without one.
func (v *intervalSum) number(text string, unit int, negative bool) (got mask, next int, p problem) {
	n, rest, ok := leadingInt(text, 64)
	if !ok {
		return 0, unit, fieldRange
	}
	frac := 0.0
	switch {
	case rest == "":
	case rest[0] == '-':
		months, rest, ok := leadingInt(rest[1:], 32)
		if !ok || months < 0 || months >= monthsPerYear {
			return 0, unit, fieldRange
		}
		if rest != "" {
			return 0, unit, badFormat
		}
		if text[0] == '-' {
			months = -months
		}
		if n > math.MaxInt64/monthsPerYear-1 || n < math.MinInt64/monthsPerYear+1 {
			return 0, unit, fieldRange
		}
		unit, n = unitMonth, n*monthsPerYear+months
	case rest[0] == '.':
		if frac, ok = fractionFloat(rest); !ok {
			return 0, unit, badFormat
		}
		if text[0] == '-' {
			frac = -frac
		}
	default:
		return 0, unit, badFormat
	}
	if negative {
		n, frac = -max(n, -n), -math.Abs(frac)
	}
	next = unit
	switch unit {
	case unitMicrosecond:
		got = maskMicrosecond
	case unitMillisecond:
		got = maskMillisecond
	case unitSecond:
		got = maskSecond
		if frac != 0 {
			got = maskSeconds
		}
	case unitMinute:
		got = maskMinute
	case unitHour:
		got, next = maskHour, unitDay
	case unitDay:
		got = maskDay
	case unitWeek:
		got = maskWeek
	case unitMonth:
		got = maskMonth
	case unitYear:
		got = maskYear
	case unitDecade:
		got = maskDecade
	case unitCentury:
		got = maskCentury
	case unitMillennium:
		got = maskMillennium
	default:
		return 0, unit, badFormat
	}
	if !v.add(unit, n, frac) {
		return 0, unit, fieldRange
	}
	return got, next, fine
}
