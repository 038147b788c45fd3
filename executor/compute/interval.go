package compute

import (
	"cmp"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/value"
)

// intervalSpan returns the length of an interval for comparisons, as days of 24
// hours and µs in [0, a day); a month is 30 days.
func intervalSpan(w [2]uint64) (days, micros int64) {
	iv := vector.IntervalOf(w)
	days, micros = value.SplitTimestamp(iv.Micros)
	return days + int64(iv.Months)*30 + int64(iv.Days), micros
}

func compareInterval(a, b [2]uint64) int {
	d, m := intervalSpan(a)
	e, n := intervalSpan(b)
	if d != e {
		return cmp.Compare(d, e)
	}
	return cmp.Compare(m, n)
}
