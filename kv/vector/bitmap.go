package vector

import "math/bits"

// Bitmaps are []uint64, LSB first: bit i of word k is row 64k+i. They hold null
// bits and the values of Bool vectors. Predicates combine as bitmaps, word by
// word, and are turned into a selection once.

// AnyBit reports whether some bit is set.
func AnyBit(w []uint64) bool {
	for _, x := range w {
		if x != 0 {
			return true
		}
	}
	return false
}

// CountBits returns how many of the first n bits are set.
func CountBits(w []uint64, n int) int {
	c := 0
	for _, x := range w[:n/64] {
		c += bits.OnesCount64(x)
	}
	if n%64 != 0 {
		c += bits.OnesCount64(w[n/64] & (1<<(uint(n)&63) - 1))
	}
	return c
}

// AndBits sets d to d AND a; a is as long as d.
func AndBits(d, a []uint64) {
	a = a[:len(d)]
	for i := range d {
		d[i] &= a[i]
	}
}

// OrBits sets d to d OR a; a is as long as d.
func OrBits(d, a []uint64) {
	a = a[:len(d)]
	for i := range d {
		d[i] |= a[i]
	}
}

// NotBits inverts d; bits past the rows become set, so CutBits may have to
// follow.
func NotBits(d []uint64) {
	for i := range d {
		d[i] = ^d[i]
	}
}

// FillBits sets the first n bits of w, which has just the words for them, and
// clears the rest of the last word.
func FillBits(w []uint64, n int) {
	for i := range w {
		w[i] = ^uint64(0)
	}
	CutBits(w, n)
}

// CutBits clears the bits at and past n in the last word of w, which has just
// the words for n.
func CutBits(w []uint64, n int) {
	if n&63 != 0 {
		w[len(w)-1] &= 1<<(uint(n)&63) - 1
	}
}

// AppendSet appends the rows below n whose bits are set.
func AppendSet(sel []uint16, w []uint64, n int) []uint16 {
	for k := range (n + 63) / 64 {
		sel = AppendWord(sel, w[k], k, n)
	}
	return sel
}

// AppendClear appends the rows below n whose bits are clear.
func AppendClear(sel []uint16, w []uint64, n int) []uint16 {
	for k := range (n + 63) / 64 {
		sel = AppendWord(sel, ^w[k], k, n)
	}
	return sel
}

// AppendWord appends the rows below n of the set bits of x, word k of a bitmap.
func AppendWord(sel []uint16, x uint64, k, n int) []uint16 {
	if n-k*64 < 64 {
		x &= 1<<(uint(n)&63) - 1
	}
	base := uint16(k * 64)
	if x == ^uint64(0) {
		return append(sel, iota16[base:int(base)+64]...)
	}
	for x != 0 {
		sel = append(sel, base+uint16(bits.TrailingZeros64(x)))
		x &= x - 1
	}
	return sel
}
