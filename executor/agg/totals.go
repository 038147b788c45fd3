package agg

import (
	"math"
	"math/bits"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
)

// Totals answers count, sum and avg over any stretch of rows from running
// totals, by a subtraction: for windows, whose frames overlap. It exists where
// that is exact: for counts, integers, and floats that are decimals as the sum of
// floats defines them (see the package comment).
type Totals struct {
	name    string
	single  bool // float4 result
	numeric bool
	kind    vector.Kind // of the argument; Bool for none
	counts  []uint32    // rows before row i that count; nil: all do
	sums    []int64     // of the values before row i
	wide    [][2]uint64 // instead of sums, {high, low}
	out     column
}

// NewTotals returns the totals of a call over rows; arg, nil for count(*), is
// Flat and may be longer than vector.MaxRows; pass, nil for all, has bit i set when
// row i counts and is not NULL. It returns nil when this call, or these values,
// cannot be answered so.
func NewTotals(id function.ID, result types.Type, arg *vector.Vector, argType types.Type, pass []uint64, rows int) *Totals {
	sig := function.ByID(id)
	if sig == nil {
		return nil
	}
	t := &Totals{name: sig.Name, numeric: result.ID == types.Numeric, single: result.ID == types.Float4}
	ok := false
	switch sig.Name {
	case "count":
		ok = true
	case "sum", "avg":
		t.kind = arg.Kind
		switch argType.ID {
		case types.Int2, types.Int4:
			ok = true
			t.sums = make([]int64, rows+1) // 2^31 rows of 2^31 fit
			addInts(t.sums, arg.I32, pass)
		case types.Int8:
			ok = true
			var m uint64
			for _, x := range arg.I64[:rows] {
				m |= uint64(x ^ x>>63)
			}
			if bits.Len64(m)+bits.Len(uint(rows)) < 63 {
				t.sums = make([]int64, rows+1)
				addInts(t.sums, arg.I64, pass)
			} else {
				t.addWide(rows, pass, func(i int) int64 { return arg.I64[i] })
			}
		case types.Float4, types.Float8:
			ok = true
			for i, v := range arg.F64[:rows] {
				x := float64(v*unit) + rounder - rounder
				if !(v < scaledMax && v > -scaledMax && x/unit == v) && passes(pass, i) {
					return nil
				}
			}
			t.addWide(rows, pass, func(i int) int64 {
				return int64(float64(arg.F64[i]*unit) + rounder - rounder)
			})
		}
	}
	if !ok {
		return nil
	}
	if pass != nil {
		t.counts = make([]uint32, rows+1)
		n := uint32(0)
		for i := range rows {
			n += uint32(pass[i>>6] >> (uint(i) & 63) & 1)
			t.counts[i+1] = n
		}
	}
	return t
}

func passes(pass []uint64, i int) bool { return pass == nil || pass[i>>6]>>(uint(i)&63)&1 != 0 }

func addInts[T int32 | int64](sums []int64, vals []T, pass []uint64) {
	sum := int64(0)
	vals = vals[:len(sums)-1]
	if pass == nil {
		for i, v := range vals {
			sum += int64(v)
			sums[i+1] = sum
		}
		return
	}
	for i, v := range vals {
		sum += int64(v) & -int64(pass[i>>6]>>(uint(i)&63)&1)
		sums[i+1] = sum
	}
}

func (t *Totals) addWide(rows int, pass []uint64, at func(i int) int64) {
	t.wide = make([][2]uint64, rows+1)
	var hi, lo, carry uint64
	for i := range rows {
		if passes(pass, i) {
			x := at(i)
			lo, carry = bits.Add64(lo, uint64(x), 0)
			hi += uint64(x>>63) + carry
		}
		t.wide[i+1] = [2]uint64{hi, lo}
	}
}

// Bytes returns the memory held.
func (t *Totals) Bytes() int64 {
	return size(t.counts, 4) + size(t.sums, 8) + size(t.wide, 16)
}

// Final returns the results over rows [lo[i], hi[i]) for at most vector.MaxRows
// stretches, valid until the next call. With several lists each stretch is the
// union of those at its place, which are disjoint.
func (t *Totals) Final(lo, hi [][]uint32) (*vector.Vector, error) {
	n := len(lo[0])
	switch {
	case t.name == "count":
		t.out.reset(vector.Int64, n)
		for k := range lo {
			t.addCounts(t.out.v.I64, lo[k], hi[k])
		}
		return &t.out.v, nil
	case t.kind == vector.Float64:
		t.out.reset(vector.Float64, n)
	case t.numeric:
		t.out.reset(vector.Bytes, n)
	default:
		t.out.reset(vector.Int64, n)
		if len(lo) == 1 && t.sums != nil {
			t.sumOne(lo[0], hi[0])
			return &t.out.v, nil
		}
	}
	for i := range n {
		var sum decimal.Int128
		rows := int64(0)
		for k := range lo {
			a, b := lo[k][i], hi[k][i]
			if a >= b {
				continue
			}
			rows += t.count(a, b)
			sum, _ = sum.Add(t.sum(a, b))
		}
		if err := t.set(i, sum, rows); err != nil {
			return nil, err
		}
	}
	return &t.out.v, nil
}

func (t *Totals) addCounts(out []int64, lo, hi []uint32) {
	if t.counts == nil {
		for i := range out {
			if lo[i] < hi[i] {
				out[i] += int64(hi[i] - lo[i])
			}
		}
		return
	}
	for i := range out {
		if lo[i] < hi[i] {
			out[i] += int64(t.counts[hi[i]] - t.counts[lo[i]])
		}
	}
}

// sumOne is the common case: sums of integers that give int8, one stretch each.
func (t *Totals) sumOne(lo, hi []uint32) {
	out := t.out.v.I64
	lo, hi = lo[:len(out)], hi[:len(out)]
	for i := range out {
		a, b := lo[i], hi[i]
		if a >= b || t.counts != nil && t.counts[a] == t.counts[b] {
			t.out.setNull(i)
			continue
		}
		out[i] = t.sums[b] - t.sums[a]
	}
}

func (t *Totals) count(a, b uint32) int64 {
	if t.counts == nil {
		return int64(b - a)
	}
	return int64(t.counts[b] - t.counts[a])
}

func (t *Totals) sum(a, b uint32) decimal.Int128 {
	if t.sums != nil {
		return decimal.Int128Of(t.sums[b] - t.sums[a])
	}
	lo, borrow := bits.Sub64(t.wide[b][1], t.wide[a][1], 0)
	hi, _ := bits.Sub64(t.wide[b][0], t.wide[a][0], borrow)
	return decimal.Int128{Hi: int64(hi), Lo: lo}
}

// set makes result i of a sum and its number of rows, as the states do.
func (t *Totals) set(i int, sum decimal.Int128, rows int64) error {
	if rows == 0 {
		t.out.setNull(i)
		return nil
	}
	avg := t.name == "avg"
	if t.kind == vector.Float64 {
		n := uint64(1)
		if avg {
			n = uint64(rows)
		}
		x := decimalFloat(sum.Hi, sum.Lo, n)
		if t.single {
			if x = float64(float32(x)); math.IsInf(x, 0) {
				return overflow()
			}
		}
		t.out.v.F64[i] = x
		return nil
	}
	acc := intSum{avg: avg, numeric: t.numeric, acc: []intAcc{{sum: int64(sum.Lo), n: rows}}, high: []int64{sum.Hi}}
	return acc.write(0, i, &t.out)
}
