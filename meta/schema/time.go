package schema

import "math"

// IntegerTime returns the instant, in µs, that a value of an integer time column
// stands for: value × TimeUnit, without a shift of the epoch. What does not fit is
// clamped to one µs inside the infinities, so that the result never falls as v
// rises and no finite value becomes infinite.
func (t *Table) IntegerTime(v int64) int64 {
	if t.TimeUnit < 0 {
		q := v / -t.TimeUnit
		if v%-t.TimeUnit < 0 {
			q--
		}
		return q
	}
	switch {
	case v > (math.MaxInt64-1)/t.TimeUnit:
		return math.MaxInt64 - 1
	case v < (math.MinInt64+1)/t.TimeUnit:
		return math.MinInt64 + 1
	}
	return v * t.TimeUnit
}
