package compute

import (
	"math"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// time_bucket is TimescaleDB's (its docs, "time_bucket"): buckets of days and
// shorter count from Monday 2000-01-03, those of months from 2000-01-01, both in
// UTC or in the zone that is given.

func periodNotPositive() error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "period must be greater than 0")
}

// bucketWidth is the width of a bucket: either months or µs.
type bucketWidth struct {
	months int64
	micros int64
}

// widthOf checks an interval. Errors: 22023, 0A000.
func widthOf(w [2]uint64) (b bucketWidth, err error) {
	iv := vector.IntervalOf(w)
	if iv.Months != 0 {
		if iv.Days != 0 || iv.Micros != 0 {
			return b, sqlerr.New(sqlerr.FeatureNotSupported, "month intervals cannot have day or time component")
		}
		if iv.Months < 0 {
			return b, periodNotPositive()
		}
		return bucketWidth{months: int64(iv.Months)}, nil
	}
	us := iv.Micros + int64(iv.Days)*value.Day
	if us <= 0 || iv.Days > 0 && us < iv.Micros {
		return b, periodNotPositive()
	}
	return bucketWidth{micros: us}, nil
}

// find returns the bucket [lo, hi) that holds a finite time; origin is the start
// of some bucket. ok is false outside the range of timestamps.
func (b bucketWidth) find(us, origin int64) (lo, hi int64, ok bool) {
	if b.months > 0 {
		from, ok1 := monthOf(us)
		start, ok2 := monthOf(origin)
		if !ok1 || !ok2 {
			return 0, 0, false
		}
		k := floorDiv(from-start, b.months)*b.months + start
		lo, hi = monthStart(k), monthStart(k+b.months)
		return lo, hi, lo >= value.MinTimestamp
	}
	shift := origin % b.micros
	rest := us - shift
	if (us^shift)&(us^rest) < 0 {
		return 0, 0, false
	}
	lo = floorDiv(rest, b.micros)*b.micros + shift
	hi = lo + b.micros
	if hi < lo {
		hi = math.MaxInt64
	}
	return lo, hi, lo >= value.MinTimestamp
}

// monthOf counts months from year 0.
func monthOf(us int64) (int64, bool) {
	day, _ := value.SplitTimestamp(us)
	y, m, _ := value.Civil(day)
	return y*12 + int64(m) - 1, !isInf(us)
}

// monthStart is the first instant of a month, at most the end of time.
func monthStart(k int64) int64 {
	day := value.Days(floorDiv(k, 12), int(mod(k, 12))+1, 1)
	if day >= value.EndTimestamp/value.Day {
		return math.MaxInt64
	}
	return day * value.Day
}

// defaultOrigin is where buckets count from.
func (b bucketWidth) defaultOrigin() int64 {
	if b.months > 0 {
		return 0
	}
	return monday
}

// bindBucket returns the kernels of time_bucket over timestamp and timestamptz
// with an optional third argument: the origin, or an interval that shifts the
// buckets. It remembers the last bucket: near values share it.
func bindBucket(s Site) Kernel {
	offset := len(s.Args) > 2 && s.Sig.Args[2] == types.Interval
	zoned := s.Sig.Args[1] == types.Timestamptz
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		w, x := args[0], args[1]
		m, n := mask(w), mask(x)
		if m == 0 && len(args) == 2 && n != 0 {
			return bucketConst(out, w.W128[0], x.I64, rows)
		}
		for _, i := range rows.Selection() {
			width, err := widthOf(w.W128[int(i)&m])
			if err != nil {
				return err
			}
			us, origin := x.I64[int(i)&n], width.defaultOrigin()
			if len(args) > 2 && !offset {
				origin = args[2].I64[int(i)&mask(args[2])]
			}
			var shift vector.Interval
			var zone *value.ZoneMemo
			if offset {
				shift = vector.IntervalOf(args[2].W128[int(i)&mask(args[2])])
				if zoned {
					zone = e.sessionZone()
				}
			}
			if out.I64[i], err = bucketShifted(width, us, origin, shift, zone); err != nil {
				return err
			}
		}
		return nil
	}
}

// bucketShifted is the bucket of us - shift, moved back by shift.
func bucketShifted(w bucketWidth, us, origin int64, shift vector.Interval, zone *value.ZoneMemo) (int64, error) {
	if isInf(us) {
		return us, nil
	}
	if shift != (vector.Interval{}) {
		back, err := negInterval(shift)
		if err != nil {
			return 0, err
		}
		if us, err = shiftTimestamp(us, back, zone); err != nil {
			return 0, err
		}
	}
	lo, _, ok := w.find(us, origin)
	if !ok {
		return 0, timestampOutOfRange()
	}
	if shift == (vector.Interval{}) {
		return lo, nil
	}
	return shiftTimestamp(lo, shift, zone)
}

// bucketConst is the loop for one width: while values stay in the last bucket,
// one comparison each.
func bucketConst(out *vector.Vector, w [2]uint64, x []int64, rows vector.Rows) error {
	width, err := widthOf(w)
	if err != nil {
		return err
	}
	origin := width.defaultOrigin()
	lo, size := int64(0), uint64(0)
	d := out.I64[:rows.N]
	x = x[:rows.N]
	if rows.Sel == nil {
		for i, us := range x {
			if uint64(us)-uint64(lo) >= size {
				if lo, size, err = bucketNext(width, us, origin); err != nil {
					return err
				}
			}
			d[i] = lo
		}
		return nil
	}
	for _, i := range rows.Sel {
		us := x[i]
		if uint64(us)-uint64(lo) >= size {
			if lo, size, err = bucketNext(width, us, origin); err != nil {
				return err
			}
		}
		d[i] = lo
	}
	return nil
}

// bucketNext returns start and size of the bucket of us; an infinity is a bucket
// of its own.
func bucketNext(w bucketWidth, us, origin int64) (lo int64, size uint64, err error) {
	if isInf(us) {
		return us, 1, nil
	}
	lo, hi, ok := w.find(us, origin)
	if !ok {
		return 0, 0, timestampOutOfRange()
	}
	return lo, uint64(hi) - uint64(lo), nil
}

// bindBucketDate returns the kernels of time_bucket over date.
func bindBucketDate(s Site) Kernel {
	offset := len(s.Args) > 2 && s.Sig.Args[2] == types.Interval
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		w, x := args[0], args[1]
		m, n := mask(w), mask(x)
		for _, i := range rows.Selection() {
			width, err := widthOf(w.W128[int(i)&m])
			if err != nil {
				return err
			}
			if width.micros%value.Day != 0 {
				return sqlerr.New(sqlerr.FeatureNotSupported, "interval must not have sub-day precision")
			}
			d := x.I32[int(i)&n]
			if isInfDate(d) {
				out.I32[i] = d
				continue
			}
			us, fits := dateMicros(d)
			origin := width.defaultOrigin()
			var shift vector.Interval
			if len(args) > 2 {
				k := int(i) & mask(args[2])
				if offset {
					shift = vector.IntervalOf(args[2].W128[k])
				} else {
					var ok bool
					origin, ok = dateMicros(args[2].I32[k])
					fits = fits && ok
				}
			}
			if !fits {
				return timestampOutOfRange()
			}
			if us, err = bucketShifted(width, us, origin, shift, nil); err != nil {
				return err
			}
			out.I32[i] = dayOf(us)
		}
		return nil
	}
}

// bindBucketZone returns the kernel of time_bucket with a time zone, and with
// origin and offset that may be NULL.
func bindBucketZone(Site) Kernel {
	var zones zoneArg
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		w, x := args[0], args[1]
		m, n := mask(w), mask(x)
		var width bucketWidth
		// Wall clocks [lo, hi) at offset off are result, for one width, zone and
		// no further arguments.
		lo, hi, off, result := int64(1), int64(0), int64(0), int64(0)
		var last [2]uint64
		plain := args[3].Form == vector.Const && args[3].IsNull(0) && args[4].Form == vector.Const && args[4].IsNull(0)
		for _, row := range rows.Selection() {
			i := int(row)
			if w.IsNull(i) || x.IsNull(i) || args[2].IsNull(i) {
				setNull(out, i, rows.N)
				continue
			}
			zone, err := zones.get(e, args[2], i)
			if err != nil {
				return err
			}
			word := w.W128[i&m]
			if word != last || hi < lo || zones.fresh {
				if width, err = widthOf(word); err != nil {
					return err
				}
				last, lo, hi = word, 1, 0
			}
			us := x.I64[i&n]
			if isInf(us) {
				out.I64[i] = us
				continue
			}
			local := zone.ToLocal(us)
			if plain && local >= lo && local < hi && local-us == off {
				out.I64[i] = result
				continue
			}
			origin := width.defaultOrigin()
			if !args[3].IsNull(i) {
				origin = zone.ToLocal(args[3].I64[i&mask(args[3])])
			}
			var shift vector.Interval
			if !args[4].IsNull(i) {
				shift = vector.IntervalOf(args[4].W128[i&mask(args[4])])
			}
			start, err := bucketShifted(width, local, origin, shift, nil)
			if err != nil {
				return err
			}
			if plain {
				lo, hi, _ = width.find(local, origin)
				off = local - us
			}
			result = zone.ToUTC(start)
			out.I64[i] = result
		}
		return nil
	}
}

// bucketInt is time_bucket over integers in [low, high] with an optional offset.
func bucketInt[T integer](low, high int64) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		w, x, d := vector.Values[T](args[0]), vector.Values[T](args[1]), vector.Values[T](out)
		m, n := mask(args[0]), mask(args[1])
		for _, i := range rows.Selection() {
			width, v := int64(w[int(i)&m]), int64(x[int(i)&n])
			if width <= 0 {
				return periodNotPositive()
			}
			shift := int64(0)
			if len(args) > 2 {
				shift = int64(vector.Values[T](args[2])[int(i)&mask(args[2])]) % width
			}
			rest := v - shift
			if (v^shift)&(v^rest) < 0 || rest < low || rest > high {
				return timestampOutOfRange() // TimescaleDB says so for every type
			}
			start := floorDiv(rest, width) * width
			sum := start + shift
			if start > rest || start < low || sum < low || sum > high {
				return timestampOutOfRange() // TimescaleDB says so for every type
			}
			d[i] = T(sum)
		}
		return nil
	}
}

// dateBin is date_bin(stride, source, origin). A row kernel.
func dateBin(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	var m [3]int
	for k := range m {
		m[k] = mask(args[k])
	}
	for _, i := range rows.Selection() {
		iv := vector.IntervalOf(args[0].W128[int(i)&m[0]])
		us, origin := args[1].I64[int(i)&m[1]], args[2].I64[int(i)&m[2]]
		switch {
		case isInf(us):
			out.I64[i] = us
			continue
		case isInf(origin):
			return sqlerr.New(sqlerr.DatetimeFieldOverflow, "origin out of range")
		case iv.Months != 0:
			return sqlerr.New(sqlerr.FeatureNotSupported, "timestamps cannot be binned into intervals containing months or years")
		}
		stride := iv.Micros + int64(iv.Days)*value.Day
		if iv.Days > 0 && stride < iv.Micros {
			return intervalOutOfRange()
		}
		if stride <= 0 {
			return sqlerr.New(sqlerr.DatetimeFieldOverflow, "stride must be greater than zero")
		}
		diff := us - origin
		if (us^origin)&(us^diff) < 0 {
			return intervalOutOfRange()
		}
		lo := origin + floorDiv(diff, stride)*stride
		if !inRange(lo) || lo > us {
			return timestampOutOfRange()
		}
		out.I64[i] = lo
	}
	return nil
}
