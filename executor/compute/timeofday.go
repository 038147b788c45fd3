package compute

import (
	"math"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// Times of day: time is µs since midnight, timetz a vector.TimeTZ.

// wrapDay brings a time of day back into the day.
func wrapDay(us int64) int64 { return mod(us, value.Day) }

// timeShift is time ± interval, of which only the clock counts; at is the time's
// argument.
func timeShift(at int, minus bool) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		t, iv := args[at], args[1-at]
		m, n := mask(t), mask(iv)
		for _, i := range rows.Selection() {
			by := vector.IntervalOf(iv.W128[int(i)&n]).Micros % value.Day
			if minus {
				by = -by
			}
			if t.Kind == vector.Int64 {
				out.I64[i] = wrapDay(t.I64[int(i)&m] + by)
				continue
			}
			v := vector.TimeTZOf(t.W128[int(i)&m])
			v.Micros = wrapDay(v.Micros + by)
			out.W128[i] = v.Word()
		}
		return nil
	}
}

func timeDiff(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	m, n := mask(args[0]), mask(args[1])
	for _, i := range rows.Selection() {
		out.W128[i] = vector.Interval{Micros: args[0].I64[int(i)&m] - args[1].I64[int(i)&n]}.Word()
	}
	return nil
}

// dateAndTime is date + time as a timestamp, or at the session's zone when zoned;
// at is the date's argument.
func dateAndTime(at int, zoned bool) Kernel {
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		d, t := args[at], args[1-at]
		m, n := mask(d), mask(t)
		for _, i := range rows.Selection() {
			day := d.I32[int(i)&m]
			us, fits := dateMicros(day)
			if !fits {
				return dateOutOfRange()
			}
			if !isInfDate(day) {
				us += t.I64[int(i)&n]
				if zoned {
					us = e.sessionZone().ToUTC(us)
				}
				if !inRange(us) {
					return timestampOutOfRange()
				}
			}
			out.I64[i] = us
		}
		return nil
	}
}

// dateAndTimetz is date + timetz.
func dateAndTimetz(at int) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		d, t := args[at], args[1-at]
		m, n := mask(d), mask(t)
		for _, i := range rows.Selection() {
			day := d.I32[int(i)&m]
			us, fits := dateMicros(day)
			if !fits {
				return dateOutOfRange()
			}
			if !isInfDate(day) {
				v := vector.TimeTZOf(t.W128[int(i)&n])
				us += v.Micros + int64(v.West)*value.Second
				if !inRange(us) {
					return timestampOutOfRange()
				}
			}
			out.I64[i] = us
		}
		return nil
	}
}

func makeTime(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	a, b, c := mask(args[0]), mask(args[1]), mask(args[2])
	for _, i := range rows.Selection() {
		h, m, s := args[0].I32[int(i)&a], args[1].I32[int(i)&b], args[2].F64[int(i)&c]
		us := math.RoundToEven(s * 1e6)
		total := (int64(h)*60+int64(m))*value.Minute + int64(us)
		if h < 0 || m < 0 || m > 59 || h > 24 || s < 0 || s != s || us > 60e6 || total > value.Day {
			return sqlerr.New(sqlerr.DatetimeFieldOverflow, "time field value out of range: %d:%02d:%s", h, m, format02g(s))
		}
		out.I64[i] = total
	}
	return nil
}

// bindPartTime returns the kernels of date_part and extract over time and timetz.
func bindPartTime(t types.ID) func(Site) Kernel {
	return func(Site) Kernel {
		var memo unitMemo
		zoned := t == types.Timetz
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			names, m := spansOf(args[0]), mask(args[1])
			for _, i := range rows.Selection() {
				name := names.get(int(i))
				u := memo.get(name)
				v := vector.TimeTZ{}
				if zoned {
					v = vector.TimeTZOf(args[1].W128[int(i)&m])
				} else {
					v.Micros = args[1].I64[int(i)&m]
				}
				if u == unitNone {
					return unitError(name, t, false)
				}
				f, ok := clockField(u, v, zoned)
				if !ok {
					return unitError(name, t, true)
				}
				if err := putField(out, int(i), f); err != nil {
					return err
				}
			}
			return nil
		}
	}
}

// clockField returns a field of a time of day; ok is false for those of a date.
func clockField(u timeUnit, v vector.TimeTZ, zoned bool) (f fieldValue, ok bool) {
	switch u {
	case unitEpoch:
		n := v.Micros + int64(v.West)*value.Second
		return fieldValue{n: n, scale: 6, float: float64(n) / 1e6, clock: -1}, true
	case unitHour:
		h := v.Micros / value.Hour
		return fieldValue{n: h, float: float64(h), clock: -1}, true
	case unitMicrosecond, unitMillisecond, unitSecond, unitMinute, unitTimezone, unitTimezoneHour, unitTimezoneMinute:
		return timeField(u, v.Micros, v.Micros, -int64(v.West), zoned)
	}
	return f, false
}

// zonedClock is a timetz at another offset, seconds west.
func zonedClock(v vector.TimeTZ, west int32) vector.TimeTZ {
	return vector.TimeTZ{Micros: wrapDay(v.Micros + int64(v.West-west)*value.Second), West: west}
}

// bindTimetzAtZone returns the kernel of timetz AT TIME ZONE with a name: the
// zone's offset is that of the transaction's time.
func bindTimetzAtZone(Site) Kernel {
	var zones zoneArg
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		m := mask(args[1])
		for _, i := range rows.Selection() {
			zone, err := zones.get(e, args[0], int(i))
			if err != nil {
				return err
			}
			now := e.now()
			west := int32((now - zone.ToLocal(now)) / value.Second)
			out.W128[i] = zonedClock(vector.TimeTZOf(args[1].W128[int(i)&m]), west).Word()
		}
		return nil
	}
}

// timetzAtOffset is timetz AT TIME ZONE with an interval.
func timetzAtOffset(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	m, n := mask(args[0]), mask(args[1])
	for _, i := range rows.Selection() {
		w := args[0].W128[int(i)&m]
		iv := vector.IntervalOf(w)
		if iv.Months != 0 || iv.Days != 0 {
			return sqlerr.New(sqlerr.InvalidParameterValue, `interval time zone "%s" must not include months or days`,
				value.Text(types.Of(types.Interval), vector.WordDatum(w), e.Values))
		}
		out.W128[i] = zonedClock(vector.TimeTZOf(args[1].W128[int(i)&n]), int32(-iv.Micros/value.Second)).Word()
	}
	return nil
}

// The casts between times.

func timeToInterval(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for i, us := range args[0].I64[:rows.N] {
		out.W128[i] = vector.Interval{Micros: us}.Word()
	}
	return nil
}

func intervalToTime(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for i, w := range args[0].W128[:rows.N] {
		out.I64[i] = wrapDay(vector.IntervalOf(w).Micros)
	}
	return nil
}

// localWest returns the seconds west of UTC of the session's zone for a time of
// the day of the transaction.
func (e *Env) localWest(clock int64) int32 {
	z := e.sessionZone()
	local := z.ToLocal(e.now())
	local += clock - wrapDay(local)
	return int32((z.ToUTC(local) - local) / value.Second)
}

func timeToTimetz(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for _, i := range rows.Selection() {
		us := args[0].I64[i]
		out.W128[i] = vector.TimeTZ{Micros: us, West: e.localWest(us)}.Word()
	}
	return nil
}

func timetzToTime(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for i, w := range args[0].W128[:rows.N] {
		out.I64[i] = vector.TimeTZOf(w).Micros
	}
	return nil
}

// timestampToTime and timestamptzToTime give NULL for infinities.
func timestampToTime(zoned bool) Kernel {
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, i := range rows.Selection() {
			us := args[0].I64[i]
			if isInf(us) {
				setNull(out, int(i), rows.N)
				continue
			}
			if zoned {
				us = e.sessionZone().ToLocal(us)
			}
			out.I64[i] = wrapDay(us)
		}
		return nil
	}
}

func timestamptzToTimetz(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for _, i := range rows.Selection() {
		us := args[0].I64[i]
		if isInf(us) {
			setNull(out, int(i), rows.N)
			continue
		}
		local := e.sessionZone().ToLocal(us)
		out.W128[i] = vector.TimeTZ{Micros: wrapDay(local), West: int32((us - local) / value.Second)}.Word()
	}
	return nil
}

func kernelCurrentTime(e *Env, out *vector.Vector, _ []*vector.Vector, rows vector.Rows) error {
	now := e.now()
	local := e.sessionZone().ToLocal(now)
	fill(out.W128, rows.N, vector.TimeTZ{Micros: wrapDay(local), West: int32((now - local) / value.Second)}.Word())
	return nil
}

func kernelClockTime(e *Env, out *vector.Vector, _ []*vector.Vector, rows vector.Rows) error {
	fill(out.I64, rows.N, wrapDay(e.sessionZone().ToLocal(e.now())))
	return nil
}
