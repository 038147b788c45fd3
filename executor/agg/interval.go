package agg

import (
	"math"
	"math/bits"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// intervalSum is sum and avg of interval: fields add up apart, as PostgreSQL's
// interval_pl has it.
type intervalSum struct {
	avg bool
	acc []intervalAcc
}

// intervalAcc is the sum of a group. 2^32 rows of any interval fit.
type intervalAcc struct {
	months, days int64
	hi           int64 // of the µs
	lo           uint64
	n            int64
}

func (s *intervalSum) resize(groups int) { s.acc = grow(s.acc, groups) }

func (s *intervalSum) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		iv := vector.IntervalOf(args[0].W128[r])
		a := &s.acc[group(gids, r)]
		a.months += int64(iv.Months)
		a.days += int64(iv.Days)
		a.addMicros(iv.Micros>>63, uint64(iv.Micros))
		a.n++
	}
	return nil
}

func (a *intervalAcc) addMicros(hi int64, lo uint64) {
	var carry uint64
	a.lo, carry = bits.Add64(a.lo, lo, 0)
	a.hi += hi + int64(carry)
}

func (s *intervalSum) partials() []vector.Kind {
	return []vector.Kind{vector.Int64, vector.Int64, vector.Word128, vector.Int64}
}

func (s *intervalSum) partial(from, to int, out []column) {
	for g := from; g < to; g++ {
		i, a := g-from, &s.acc[g]
		out[0].v.I64[i], out[1].v.I64[i] = a.months, a.days
		out[2].v.W128[i] = [2]uint64{uint64(a.hi), a.lo}
		out[3].v.I64[i] = a.n
	}
}

func (s *intervalSum) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		a := &s.acc[group(gids, r)]
		a.months += in[0].I64[r]
		a.days += in[1].I64[r]
		a.addMicros(int64(in[2].W128[r][0]), in[2].W128[r][1])
		a.n += in[3].I64[r]
	}
	return nil
}

func (s *intervalSum) final(from, to int, out *column) error {
	for g := from; g < to; g++ {
		a := &s.acc[g]
		if a.n == 0 {
			out.setNull(g - from)
			continue
		}
		if a.months != int64(int32(a.months)) || a.days != int64(int32(a.days)) || a.hi != int64(a.lo)>>63 {
			return sqlerr.New("22008", "interval out of range")
		}
		iv := vector.Interval{Months: int32(a.months), Days: int32(a.days), Micros: int64(a.lo)}
		if s.avg {
			iv = divide(iv, float64(a.n))
		}
		out.v.W128[g-from] = iv.Word()
	}
	return nil
}

// divide is PostgreSQL's interval_div (timestamp.c): what months and days leave
// over cascades down, a month being 30 days and a day 24 hours.
func divide(iv vector.Interval, by float64) vector.Interval {
	const day = 24 * 3600
	round := func(x float64) float64 { return math.RoundToEven(x*1e6) / 1e6 }
	months, days := float64(iv.Months)/by, float64(iv.Days)/by
	out := vector.Interval{Months: int32(months), Days: int32(days)}
	restDays := round((months - float64(out.Months)) * 30)
	restSeconds := round((days - float64(out.Days) + restDays - math.Trunc(restDays)) * day)
	if math.Abs(restSeconds) >= day {
		whole := int32(restSeconds / day)
		out.Days += whole
		restSeconds -= float64(whole) * day
	}
	out.Days += int32(restDays)
	out.Micros = int64(math.RoundToEven(float64(float64(iv.Micros)/by) + float64(restSeconds*1e6)))
	return out
}

func (s *intervalSum) bytes() int64 { return size(s.acc, 40) }
