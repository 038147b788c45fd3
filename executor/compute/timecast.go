package compute

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// Dates, timestamps and timestamptz into each other. All are bulk: a wrong
// result in a row that does not count harms nobody. Infinities stay.

// isInf reports whether a timestamp is an infinity.
func isInf(us int64) bool { return us == vector.TimeInfinity || us == vector.TimeNegInfinity }

// dateMicros returns midnight of a date; fits is false when no timestamp holds
// it, and the result then the infinity on its side.
func dateMicros(d int32) (us int64, fits bool) {
	switch {
	case d == vector.DateInfinity:
		return vector.TimeInfinity, true
	case d == vector.DateNegInfinity:
		return vector.TimeNegInfinity, true
	case int64(d) >= value.EndTimestamp/value.Day:
		return vector.TimeInfinity, false
	}
	return int64(d) * value.Day, true
}

// inRange reports whether a timestamp is one that PostgreSQL has.
func inRange(us int64) bool {
	return us >= value.MinTimestamp && us < value.EndTimestamp || isInf(us)
}

func timestampOutOfRange() error {
	return sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp out of range")
}

func dateOutOfRange() error {
	return sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range for timestamp")
}

func dateToTimestamp(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x := args[0].I32[:rows.N]
	bad := false
	for i, d := range x {
		us, fits := dateMicros(d)
		out.I64[i] = us
		bad = bad || !fits
	}
	if bad && guilty(out, rows, func(i int) bool { _, fits := dateMicros(x[i]); return !fits }) {
		return dateOutOfRange()
	}
	return nil
}

func dateToTimestamptz(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	if err := dateToTimestamp(e, out, args, rows); err != nil {
		return err
	}
	if !localToUTC(e, out, out.I64[:rows.N], rows) {
		return dateOutOfRange()
	}
	return nil
}

// localToUTC takes wall clocks in src for times of the session's zone; false
// when a row that counts leaves the range.
func localToUTC(e *Env, out *vector.Vector, src []int64, rows vector.Rows) bool {
	z := e.sessionZone()
	bad := false
	for i, us := range src {
		if !isInf(us) {
			us = z.ToUTC(us)
			bad = bad || !inRange(us)
		}
		out.I64[i] = us
	}
	return !bad || !guilty(out, rows, func(i int) bool { return !inRange(out.I64[i]) })
}

func timestampToTimestamptz(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	if !localToUTC(e, out, args[0].I64[:rows.N], rows) {
		return timestampOutOfRange()
	}
	return nil
}

func timestamptzToTimestamp(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	z := e.sessionZone()
	for i, us := range args[0].I64[:rows.N] {
		out.I64[i] = z.ToLocal(us)
	}
	return nil
}

// dayOf returns the date of a timestamp.
func dayOf(us int64) int32 {
	switch us {
	case vector.TimeInfinity:
		return vector.DateInfinity
	case vector.TimeNegInfinity:
		return vector.DateNegInfinity
	}
	day, _ := value.SplitTimestamp(us)
	return int32(day)
}

func timestampToDate(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for i, us := range args[0].I64[:rows.N] {
		out.I32[i] = dayOf(us)
	}
	return nil
}

func timestamptzToDate(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	z := e.sessionZone()
	for i, us := range args[0].I64[:rows.N] {
		out.I32[i] = dayOf(z.ToLocal(us))
	}
	return nil
}

// asTime returns the conversion of a time type to the higher one with which it
// is compared, nil when it is that: what does not fit is above all timestamps
// but infinity.
func asTime(from, to types.ID) *Conversion {
	switch {
	case from == to:
		return nil
	case from == types.Date && to == types.Timestamp:
		return dateAsTimestamp
	case from == types.Date:
		return dateAsTimestamptz
	}
	return timestampAsTimestamptz
}

var (
	dateAsTimestamp = &Conversion{
		Name: "date as timestamp", To: types.Timestamp,
		Kernel: func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			for i, d := range args[0].I32[:rows.N] {
				us, fits := dateMicros(d)
				if !fits {
					us = vector.TimeInfinity - 1
				}
				out.I64[i] = us
			}
			return nil
		},
	}
	dateAsTimestamptz = &Conversion{
		Name: "date as timestamptz", To: types.Timestamptz, Stable: true,
		Kernel: func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			z := e.sessionZone()
			for i, d := range args[0].I32[:rows.N] {
				us, fits := dateMicros(d)
				if fits {
					us = z.ToUTC(us)
				} else {
					us = vector.TimeInfinity - 1
				}
				out.I64[i] = us
			}
			return nil
		},
	}
	timestampAsTimestamptz = &Conversion{
		Name: "timestamp as timestamptz", To: types.Timestamptz, Stable: true,
		Kernel: func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			z := e.sessionZone()
			for i, us := range args[0].I64[:rows.N] {
				out.I64[i] = z.ToUTC(us)
			}
			return nil
		},
	}
)
