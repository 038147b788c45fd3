package compute

import (
	"math/bits"

	"github.com/dejaq/fasti/kv/vector"
)

// narrow appends the rows on which the condition holds. For the conditions on
// truth v is Bool, Flat or Const.
func narrow(sel []uint16, v *vector.Vector, rows vector.Rows, t truth) []uint16 {
	if rows.Sel != nil {
		for _, i := range rows.Sel {
			if holds(v, int(i), t) {
				sel = append(sel, i)
			}
		}
		return sel
	}
	if v.Form == vector.Const {
		if !holds(v, 0, t) {
			return sel
		}
		return append(sel, rows.Selection()...)
	}
	for k := range (rows.N + 63) / 64 {
		var null uint64
		if v.Nulls != nil {
			null = v.Nulls[k]
		}
		var x uint64
		switch t {
		case isTrue:
			x = v.Bits[k] &^ null
		case notTrue:
			x = ^v.Bits[k] | null
		case notFalse:
			x = v.Bits[k] | null
		case isNull:
			x = null
		case notNull:
			x = ^null
		}
		if x != 0 {
			sel = vector.AppendWord(sel, x, k, rows.N)
		}
	}
	return sel
}

// zero makes all values of v the zero of its kind.
func zero(v *vector.Vector) {
	clear(v.Bits)
	clear(v.I32)
	clear(v.I64)
	clear(v.F64)
	clear(v.W128)
	clear(v.Spans)
}

// zeroNulls makes the values under NULL the zero of the kind.
func zeroNulls(v *vector.Vector) {
	switch v.Kind {
	case vector.Bool:
		for i, x := range v.Nulls {
			v.Bits[i] &^= x
		}
	case vector.Int32:
		zeroUnder(v.I32, v.Nulls)
	case vector.Int64:
		zeroUnder(v.I64, v.Nulls)
	case vector.Float64:
		zeroUnder(v.F64, v.Nulls)
	case vector.Word128:
		zeroUnder(v.W128, v.Nulls)
	case vector.Bytes:
		zeroUnder(v.Spans, v.Nulls)
	}
}

func zeroUnder[T any](d []T, nulls []uint64) {
	var z T
	for k, x := range nulls {
		if x == ^uint64(0) {
			clear(d[k*64 : min(k*64+64, len(d))])
			continue
		}
		for x != 0 {
			d[k*64+bits.TrailingZeros64(x)] = z
			x &= x - 1
		}
	}
}
