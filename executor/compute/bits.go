package compute

import (
	"math/bits"

	"github.com/dejaq/fasti/kv/vector"
)

func anyBit(w []uint64) bool {
	for _, x := range w {
		if x != 0 {
			return true
		}
	}
	return false
}

func orWords(d, a []uint64) {
	a = a[:len(d)]
	for i := range d {
		d[i] |= a[i]
	}
}

// fillBits sets bits [0, n) and clears the others of the last word.
func fillBits(w []uint64, n int) {
	for i := range w {
		w[i] = ^uint64(0)
	}
	cutBits(w, n)
}

// cutBits clears the bits past n in the last word.
func cutBits(w []uint64, n int) {
	if n&63 != 0 {
		w[len(w)-1] &= 1<<(uint(n)&63) - 1
	}
}

// appendSet appends the set bits of w below n.
func appendSet(sel []uint16, w []uint64, n int) []uint16 {
	for k := range (n + 63) / 64 {
		sel = appendWord(sel, w[k], k, n)
	}
	return sel
}

// appendClear appends the clear bits of w below n.
func appendClear(sel []uint16, w []uint64, n int) []uint16 {
	for k := range (n + 63) / 64 {
		sel = appendWord(sel, ^w[k], k, n)
	}
	return sel
}

// appendWord appends the set bits of word k that are below n.
func appendWord(sel []uint16, x uint64, k, n int) []uint16 {
	if n-k*64 < 64 {
		x &= 1<<(uint(n)&63) - 1
	}
	base := uint16(k * 64)
	if x == ^uint64(0) {
		for j := range uint16(64) {
			sel = append(sel, base+j)
		}
		return sel
	}
	for x != 0 {
		sel = append(sel, base+uint16(bits.TrailingZeros64(x)))
		x &= x - 1
	}
	return sel
}

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
		for i := range rows.N {
			sel = append(sel, uint16(i))
		}
		return sel
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
			sel = appendWord(sel, x, k, rows.N)
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
