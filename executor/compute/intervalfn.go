package compute

import (
	"math"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// Interval arithmetic follows timestamp.c of PostgreSQL 15 step by step, with its
// rounding to microseconds by floating point.

func intervalOutOfRange() error {
	return sqlerr.New(sqlerr.DatetimeFieldOverflow, "interval out of range")
}

func addInterval(a, b vector.Interval) (vector.Interval, error) {
	m := int64(a.Months) + int64(b.Months)
	d := int64(a.Days) + int64(b.Days)
	us := a.Micros + b.Micros
	if m != int64(int32(m)) || d != int64(int32(d)) || (a.Micros^us)&(b.Micros^us) < 0 {
		return a, intervalOutOfRange()
	}
	return vector.Interval{Months: int32(m), Days: int32(d), Micros: us}, nil
}

func negInterval(a vector.Interval) (vector.Interval, error) {
	if a.Months == math.MinInt32 || a.Days == math.MinInt32 || a.Micros == math.MinInt64 {
		return a, intervalOutOfRange()
	}
	return vector.Interval{Months: -a.Months, Days: -a.Days, Micros: -a.Micros}, nil
}

func subInterval(a, b vector.Interval) (vector.Interval, error) {
	m := int64(a.Months) - int64(b.Months)
	d := int64(a.Days) - int64(b.Days)
	us := a.Micros - b.Micros
	if m != int64(int32(m)) || d != int64(int32(d)) || (a.Micros^b.Micros)&(a.Micros^us) < 0 {
		return a, intervalOutOfRange()
	}
	return vector.Interval{Months: int32(m), Days: int32(d), Micros: us}, nil
}

// roundMicros is TSROUND.
func roundMicros(f float64) float64 { return math.RoundToEven(f*1e6) / 1e6 }

// scaleInterval is interval_mul and interval_div: what is left of a month goes
// to days, of a day to the time.
func scaleInterval(a vector.Interval, scale func(f float64) float64, checked bool) (vector.Interval, error) {
	var r vector.Interval
	months, days := scale(float64(a.Months)), scale(float64(a.Days))
	if checked && (!fitsInt32(months) || !fitsInt32(days)) {
		return r, intervalOutOfRange()
	}
	r.Months, r.Days = int32(months), int32(days)
	monthDays := roundMicros((months - float64(r.Months)) * 30)
	sec := roundMicros((days - float64(r.Days) + monthDays - math.Trunc(monthDays)) * 86400)
	// A whole day can come about by rounding.
	if math.Abs(sec) >= 86400 {
		whole := math.Trunc(sec / 86400)
		r.Days += int32(whole)
		sec -= whole * 86400
	}
	r.Days += int32(monthDays)
	us := math.RoundToEven(scale(float64(a.Micros)) + sec*1e6)
	if us != us || us < -1<<63 || us >= 1<<63 {
		return r, intervalOutOfRange()
	}
	r.Micros = int64(us)
	return r, nil
}

func fitsInt32(f float64) bool { return f >= math.MinInt32 && f < math.MaxInt32+1 }

func mulInterval(a vector.Interval, by float64) (vector.Interval, error) {
	return scaleInterval(a, func(f float64) float64 { return f * by }, true)
}

func divInterval(a vector.Interval, by float64) (vector.Interval, error) {
	if by == 0 {
		return a, divisionByZero()
	}
	return scaleInterval(a, func(f float64) float64 { return f / by }, true)
}

func justifyHours(a vector.Interval) (vector.Interval, error) {
	days := int64(a.Days) + a.Micros/value.Day
	a.Micros %= value.Day
	if days != int64(int32(days)) {
		return a, intervalOutOfRange()
	}
	a.Days = int32(days)
	alignTime(&a)
	return a, nil
}

// alignTime gives time and days the same sign.
func alignTime(a *vector.Interval) {
	switch {
	case a.Days > 0 && a.Micros < 0:
		a.Micros += value.Day
		a.Days--
	case a.Days < 0 && a.Micros > 0:
		a.Micros -= value.Day
		a.Days++
	}
}

func justifyDays(a vector.Interval) (vector.Interval, error) {
	months := int64(a.Months) + int64(a.Days/30)
	a.Days %= 30
	if months != int64(int32(months)) {
		return a, intervalOutOfRange()
	}
	a.Months = int32(months)
	switch {
	case a.Months > 0 && a.Days < 0:
		a.Days += 30
		a.Months--
	case a.Months < 0 && a.Days > 0:
		a.Days -= 30
		a.Months++
	}
	return a, nil
}

func justifyInterval(a vector.Interval) (vector.Interval, error) {
	days := int64(a.Days) + a.Micros/value.Day
	a.Micros %= value.Day
	months := int64(a.Months) + days/30
	days %= 30
	if months != int64(int32(months)) {
		return a, intervalOutOfRange()
	}
	a.Months, a.Days = int32(months), int32(days)
	switch {
	case a.Months > 0 && (a.Days < 0 || a.Days == 0 && a.Micros < 0):
		a.Days += 30
		a.Months--
	case a.Months < 0 && (a.Days > 0 || a.Days == 0 && a.Micros > 0):
		a.Days -= 30
		a.Months++
	}
	alignTime(&a)
	return a, nil
}

// intervalFunc is a row kernel of one interval.
func intervalFunc(f func(vector.Interval) (vector.Interval, error)) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, i := range rows.Selection() {
			r, err := f(vector.IntervalOf(args[0].W128[i]))
			if err != nil {
				return err
			}
			out.W128[i] = r.Word()
		}
		return nil
	}
}

// intervalFunc2 is a row kernel of two intervals.
func intervalFunc2(f func(a, b vector.Interval) (vector.Interval, error)) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		m, n := mask(args[0]), mask(args[1])
		for _, i := range rows.Selection() {
			r, err := f(vector.IntervalOf(args[0].W128[int(i)&m]), vector.IntervalOf(args[1].W128[int(i)&n]))
			if err != nil {
				return err
			}
			out.W128[i] = r.Word()
		}
		return nil
	}
}

// intervalScale is a row kernel of an interval and a float8; the interval is
// argument iv.
func intervalScale(iv int, f func(a vector.Interval, by float64) (vector.Interval, error)) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		a, b := args[iv], args[1-iv]
		m, n := mask(a), mask(b)
		for _, i := range rows.Selection() {
			r, err := f(vector.IntervalOf(a.W128[int(i)&m]), b.F64[int(i)&n])
			if err != nil {
				return err
			}
			out.W128[i] = r.Word()
		}
		return nil
	}
}

// addMonths moves a finite wall clock by months; a day past the end of the month
// becomes its last.
func addMonths(us int64, months int32) (int64, bool) {
	day, clock := value.SplitTimestamp(us)
	y, m, d := value.Civil(day)
	n := y*12 + int64(m-1) + int64(months)
	y, m = n/12, int(n%12)+1
	if m < 1 {
		y, m = y-1, m+12
	}
	return clockAt(value.Days(y, m, min(d, value.MonthDays(y, m))), clock)
}

// clockAt returns a time of a day, ok false outside the range.
func clockAt(day, clock int64) (int64, bool) {
	if day < value.MinTimestamp/value.Day || day >= value.EndTimestamp/value.Day {
		return 0, false
	}
	return day*value.Day + clock, true
}

// addDays moves a finite wall clock by days.
func addDays(us int64, days int32) (int64, bool) {
	day, clock := value.SplitTimestamp(us)
	return clockAt(day+int64(days), clock)
}

// shiftTimestamp is timestamp + interval: months, then days, then time; zone nil
// for timestamp, else months and days move the wall clock of the zone.
func shiftTimestamp(us int64, iv vector.Interval, zone *value.ZoneMemo) (int64, error) {
	if isInf(us) {
		return us, nil
	}
	ok := true
	step := func(f func(us int64, n int32) (int64, bool), n int32) {
		if n == 0 || !ok {
			return
		}
		if zone != nil {
			us = zone.ToLocal(us)
		}
		if us, ok = f(us, n); ok && zone != nil {
			us = zone.ToUTC(us)
		}
	}
	step(addMonths, iv.Months)
	step(addDays, iv.Days)
	sum := us + iv.Micros
	if !ok || (us^sum)&(iv.Micros^sum) < 0 || isInf(sum) || !inRange(sum) {
		return 0, timestampOutOfRange()
	}
	return sum, nil
}

// signed returns iv, or its opposite for a subtraction.
func signed(iv vector.Interval, minus bool) (vector.Interval, error) {
	if !minus {
		return iv, nil
	}
	if iv.Months == math.MinInt32 || iv.Days == math.MinInt32 || iv.Micros == math.MinInt64 {
		return iv, timestampOutOfRange()
	}
	return vector.Interval{Months: -iv.Months, Days: -iv.Days, Micros: -iv.Micros}, nil
}

// timestampShift is a row kernel of timestamp or timestamptz ± interval; the
// time is argument at.
func timestampShift(at int, minus, zoned bool) Kernel {
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := args[at], args[1-at]
		m, n := mask(x), mask(y)
		var zone *value.ZoneMemo
		if zoned {
			zone = e.sessionZone()
		}
		for _, i := range rows.Selection() {
			iv, err := signed(vector.IntervalOf(y.W128[int(i)&n]), minus)
			if err != nil {
				return err
			}
			if out.I64[i], err = shiftTimestamp(x.I64[int(i)&m], iv, zone); err != nil {
				return err
			}
		}
		return nil
	}
}

// dateIntervalShift is timestampShift of a date, which becomes a timestamp.
func dateIntervalShift(at int, minus bool) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := args[at], args[1-at]
		m, n := mask(x), mask(y)
		for _, i := range rows.Selection() {
			iv, err := signed(vector.IntervalOf(y.W128[int(i)&n]), minus)
			if err != nil {
				return err
			}
			us, fits := dateMicros(x.I32[int(i)&m])
			if !fits {
				return dateOutOfRange()
			}
			if out.I64[i], err = shiftTimestamp(us, iv, nil); err != nil {
				return err
			}
		}
		return nil
	}
}

// timestampDiff is timestamp - timestamp, in days and time. A row kernel.
func timestampDiff(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	m, n := mask(args[0]), mask(args[1])
	for _, i := range rows.Selection() {
		a, b := args[0].I64[int(i)&m], args[1].I64[int(i)&n]
		if isInf(a) || isInf(b) {
			return sqlerr.New(sqlerr.DatetimeFieldOverflow, "cannot subtract infinite timestamps")
		}
		d := a - b
		if (a^b)&(a^d) < 0 {
			return intervalOutOfRange()
		}
		iv, err := justifyHours(vector.Interval{Micros: d})
		if err != nil {
			return err
		}
		out.W128[i] = iv.Word()
	}
	return nil
}

func isInfDate(d int32) bool { return d == vector.DateInfinity || d == vector.DateNegInfinity }

// dateDiff is date - date in days. A row kernel.
func dateDiff(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	m, n := mask(args[0]), mask(args[1])
	for _, i := range rows.Selection() {
		a, b := args[0].I32[int(i)&m], args[1].I32[int(i)&n]
		if isInfDate(a) || isInfDate(b) {
			return sqlerr.New(sqlerr.DatetimeFieldOverflow, "cannot subtract infinite dates")
		}
		out.I32[i] = a - b
	}
	return nil
}

// dateShift is date ± days; the date is argument at. A row kernel.
func dateShift(at int, minus bool) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := args[at], args[1-at]
		m, n := mask(x), mask(y)
		for _, i := range rows.Selection() {
			d, by := x.I32[int(i)&m], int64(y.I32[int(i)&n])
			if isInfDate(d) {
				out.I32[i] = d
				continue
			}
			if minus {
				by = -by
			}
			sum := int64(d) + by
			if sum < value.MinDate || sum >= value.EndDate {
				return sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range")
			}
			out.I32[i] = int32(sum)
		}
		return nil
	}
}

// age is age(a, b), the difference in years, months, days and time of wall
// clocks. A row kernel.
func age(zoned bool) Kernel {
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		m, n := mask(args[0]), mask(args[1])
		for _, i := range rows.Selection() {
			a, b := args[0].I64[int(i)&m], args[1].I64[int(i)&n]
			if isInf(a) || isInf(b) {
				return timestampOutOfRange()
			}
			if zoned {
				z := e.sessionZone()
				a, b = z.ToLocal(a), z.ToLocal(b)
			}
			out.W128[i] = ageOf(a, b).Word()
		}
		return nil
	}
}

// ageSince is age(b): from b to the midnight that began today.
func ageSince(zoned bool) Kernel {
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		z := e.sessionZone()
		day, _ := value.SplitTimestamp(z.ToLocal(e.now()))
		for _, i := range rows.Selection() {
			b := args[0].I64[i]
			if isInf(b) {
				return timestampOutOfRange()
			}
			if zoned {
				b = z.ToLocal(b)
			}
			out.W128[i] = ageOf(day*value.Day, b).Word()
		}
		return nil
	}
}

func ageOf(a, b int64) vector.Interval {
	if a < b {
		iv := ageSpan(b, a)
		return vector.Interval{Months: -iv.Months, Days: -iv.Days, Micros: -iv.Micros}
	}
	return ageSpan(a, b)
}

// ageSpan returns a - b for a ≥ b. A day that lacks is borrowed from the month of
// b, the earlier one.
func ageSpan(a, b int64) vector.Interval {
	day1, clock1 := value.SplitTimestamp(a)
	day2, clock2 := value.SplitTimestamp(b)
	y1, m1, d1 := value.Civil(day1)
	y2, m2, d2 := value.Civil(day2)
	us := clock1 - clock2
	days := d1 - d2
	months := (y1-y2)*12 + int64(m1-m2)
	if us < 0 {
		us += value.Day
		days--
	}
	for days < 0 {
		days += value.MonthDays(y2, m2)
		months--
	}
	return vector.Interval{Months: int32(months), Days: int32(days), Micros: us}
}

// IntervalBetween returns a + (b - a) * part, as percentile_cont of intervals has
// it. It returns 22008 when that is out of range.
func IntervalBetween(a, b vector.Interval, part float64) (vector.Interval, error) {
	diff, err := subInterval(b, a)
	if err != nil {
		return a, err
	}
	if diff, err = mulInterval(diff, part); err != nil {
		return a, err
	}
	return addInterval(diff, a)
}
