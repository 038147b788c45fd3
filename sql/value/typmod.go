package value

import (
	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Coerce gives a value of t's ID the modifier of t: varchar(n) cuts when
// explicit, else refuses all but trailing blanks (22001); char(n) and bit(n) also
// fill; numeric(p,s) rounds
// (22003); the time types round to their fractional digits.
func Coerce(t types.Type, d vector.Datum, explicit bool) (vector.Datum, error) {
	if d.Null || t.Mod < 0 {
		return d, nil
	}
	switch t.ID {
	case types.Varchar:
		n, ok := t.MaxLen()
		if !ok {
			return d, nil
		}
		keep, fits := VarcharFits(d.S, n)
		if !fits && !explicit {
			return d, tooLong(t)
		}
		d.S = d.S[:keep]
	case types.Bpchar:
		text, err := BpcharTypmod(t, d.S, explicit)
		d.S = text
		return d, err
	case types.Bit, types.Varbit:
		bits, err := bitTypmod(t, d.S, explicit)
		d.S = bits
		return d, err
	case types.Time:
		d.I = TimeTypmod(t, d.I)
	case types.Timetz:
		v := vector.TimeTZOf(d.W)
		v.Micros = TimeTypmod(t, v.Micros)
		d.W = v.Word()
	case types.Numeric:
		x, err := decimal.Decode(d.S)
		if err != nil {
			return d, NumericError(err)
		}
		if x, err = numericTypmod(t, x); err != nil {
			return d, err
		}
		d.S = string(x.Encode(nil))
	case types.Timestamp, types.Timestamptz:
		us, err := TimestampTypmod(t, d.I)
		d.I = us
		return d, err
	case types.Interval:
		iv, err := intervalTypmod(t, vector.IntervalOf(d.W))
		d.W = iv.Word()
		return d, err
	}
	return d, nil
}

// roundUnits holds the µs of one unit of the last digit kept, by precision.
var roundUnits = [7]int64{1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1}

// TimestampTypmod rounds a timestamp or timestamptz to t's fractional digits, half
// away from zero. Errors: 22008 when that leaves the range.
func TimestampTypmod(t types.Type, us int64) (int64, error) {
	if t.Mod < 0 || t.Mod >= 6 || isInfinite(us) {
		return us, nil
	}
	us = roundTo(us, roundUnits[t.Mod])
	if us < MinTimestamp || us >= EndTimestamp {
		return us, sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp out of range")
	}
	return us, nil
}

// roundTo rounds v to a multiple of unit, half away from zero; it wraps.
func roundTo(v, unit int64) int64 {
	if v >= 0 {
		return (v + unit/2) / unit * unit
	}
	return -((-v + unit/2) / unit * unit)
}
