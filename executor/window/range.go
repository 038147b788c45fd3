package window

import (
	"math"

	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// within reports whether the value of row j is in range of that of row i, as an
// in_range support function of PostgreSQL: at most, or at least, value i plus or
// minus the offset. Neither is NULL.
type within func(j, i int) bool

// rangeBound is the bound by value. As in PostgreSQL it moves forward only, also
// where time zones make sums of times fall.
func (k *chunk) rangeBound(dst []uint32, kind physical.BoundKind, offset vector.Datum, offsetType types.Type, end bool) error {
	key := k.order[0]
	v := k.cols[key.column]
	// A frame starts at the first value not before, and ends behind the last not
	// after; against DESC both change.
	minus, less := kind == physical.Preceding, end
	if key.desc {
		minus, less = !minus, !less
	}
	in, err := k.within(key, v, offset, offsetType, minus, less)
	if err != nil {
		return err
	}
	// stay tells, where a NULL is in it, whether the bound of row i is at row at.
	stay := func(at, i int) bool {
		an, in := v.IsNull(at), v.IsNull(i)
		switch {
		case end && key.nullsFirst:
			return !an && in
		case end:
			return an && !in
		case key.nullsFirst:
			return !an || in
		}
		return an || !in
	}
	nulls := v.Nulls != nil
	k.partitions(func(from, to int) {
		at := from
		for i := from; i < to; i++ {
			for at < to {
				if nulls && (v.IsNull(at) || v.IsNull(i)) {
					if stay(at, i) {
						break
					}
				} else if in(at, i) != end {
					break
				}
				at++
			}
			dst[i] = uint32(at)
		}
	})
	return nil
}

// within makes the test of a bound. Arithmetic that fails is an error, but for
// integers, whose range is taken as endless.
func (k *chunk) within(key orderKey, v *vector.Vector, offset vector.Datum, offsetType types.Type, minus, less bool) (within, error) {
	invalid := sqlerr.New(sqlerr.InvalidPrecedingOrFollowing, "invalid preceding or following size in window function")
	some := v.Nulls == nil
	for i := 0; i < k.n && !some; i++ {
		some = !v.IsNull(i)
	}
	if !some {
		return func(int, int) bool { return false }, nil // nobody asks
	}
	switch key.t.ID {
	case types.Int2, types.Int4, types.Int8:
		if offset.I < 0 {
			return nil, invalid
		}
		return withinInts(v, offset.I, minus, less), nil
	case types.Float4, types.Float8:
		if !(offset.F >= 0) {
			return nil, invalid
		}
		return withinFloats(v.F64, offset.F, minus, less), nil
	case types.Numeric:
		off, err := decimal.Decode(offset.S)
		if err != nil {
			return nil, err
		}
		if off.IsNaN() || off.Sign() < 0 {
			return nil, invalid
		}
		return k.withinNumerics(v, off, minus, less)
	}
	if key := hash.IntervalKey(offset.W); int64(key[0]) < 0 {
		return nil, invalid
	}
	return k.withinTimes(key, offset, offsetType, minus, less)
}

func withinInts(v *vector.Vector, offset int64, minus, less bool) within {
	return func(j, i int) bool {
		base, x := v.Int(i), v.Int(j)
		sum := base + offset
		over := sum < base
		if minus {
			sum = base - offset
			over = sum > base
		}
		switch {
		case over:
			return minus != less
		case less:
			return x <= sum
		}
		return x >= sum
	}
}

func withinFloats(vals []float64, offset float64, minus, less bool) within {
	return func(j, i int) bool {
		base, x := vals[i], vals[j]
		switch {
		case x != x:
			return base != base || !less
		case base != base:
			return less
		case math.IsInf(offset, 1) && math.IsInf(base, 0) && base > 0 == minus:
			return true // ∞ - ∞: all are in range
		}
		sum := base + offset
		if minus {
			sum = base - offset
		}
		if less {
			return x <= sum
		}
		return x >= sum
	}
}

func (k *chunk) withinNumerics(v *vector.Vector, offset decimal.Decimal, minus, less bool) (within, error) {
	vals, bounds := make([]decimal.Decimal, k.n), make([]decimal.Decimal, k.n)
	for i := range vals {
		if v.IsNull(i) {
			continue
		}
		var err error
		if vals[i], err = decimal.Decode(v.Bytes(i)); err != nil {
			return nil, err
		}
		if minus {
			bounds[i], err = vals[i].Sub(offset)
		} else {
			bounds[i], err = vals[i].Add(offset)
		}
		if err != nil {
			return nil, sqlerr.New(sqlerr.NumericValueOutOfRange, "value overflows numeric format")
		}
	}
	return func(j, i int) bool {
		if bounds[i].IsNaN() && !vals[i].IsNaN() {
			return true // ∞ - ∞
		}
		c := vals[j].Cmp(bounds[i])
		return c <= 0 && less || c >= 0 && !less
	}, nil
}

// withinTimes computes the bounds of all rows as the operators + and - do.
func (k *chunk) withinTimes(key orderKey, offset vector.Datum, offsetType types.Type, minus, less bool) (within, error) {
	op := "+"
	if minus {
		op = "-"
	}
	sig, err := function.Resolve(op, []types.Type{types.Of(key.t.ID), offsetType})
	if err != nil {
		return nil, err
	}
	t := types.Of(sig.Result)
	col := expr.Expr(expr.Column{Index: 0, T: key.t})
	value := col
	if key.t.ID != t.ID { // a date is taken as a timestamp
		value = expr.Call{Func: function.MakeID("cast", []types.ID{key.t.ID, t.ID}, false), Args: []expr.Expr{col}, T: t}
	}
	bound := expr.Call{Func: sig.ID, Args: []expr.Expr{col, expr.Const{Value: offset, T: offsetType}}, T: t}
	p, err := compute.Compile([]expr.Expr{value, bound}, []types.Type{key.t})
	if err != nil {
		return nil, err
	}
	b := vector.NewBuilder(vector.KindOf(t), vector.KindOf(t))
	var s vector.Scratch
	for from := 0; from < k.n; from += vector.MaxRows {
		to := min(from+vector.MaxRows, k.n)
		cols, err := p.Run(k.q, &vector.Batch{Len: to - from, Cols: []*vector.Vector{s.Slice(k.cols[key.column], from, to)}})
		if err != nil {
			return nil, err
		}
		if err := b.Append(&vector.Batch{Len: to - from, Cols: cols}); err != nil {
			return nil, err
		}
	}
	vals, bounds := b.Columns()[0], b.Columns()[1]
	if t.ID == types.Interval {
		return func(j, i int) bool {
			x, y := hash.IntervalKey(vals.W128[j]), hash.IntervalKey(bounds.W128[i])
			if x == y {
				return true
			}
			below := int64(x[0]) < int64(y[0]) || x[0] == y[0] && x[1] < y[1]
			return below == less
		}, nil
	}
	if less {
		return func(j, i int) bool { return vals.I64[j] <= bounds.I64[i] }, nil
	}
	return func(j, i int) bool { return vals.I64[j] >= bounds.I64[i] }, nil
}
