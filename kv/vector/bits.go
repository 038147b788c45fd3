package vector

// Bit runs of vectors, LSB first, that begin at any bit. What bitmap.go offers
// works on whole bitmaps; these append and cut.

// growBits returns b with room for n bits; new words are zero.
func growBits(b []uint64, n int) []uint64 {
	w := (n + 63) / 64
	if w <= len(b) {
		return b
	}
	old := len(b)
	b = reserve(b, w-old)[:w]
	clear(b[old:])
	return b
}

// copyBits sets the zero bits [at, at+k) of dst to bits [from, from+k) of src.
func copyBits(dst []uint64, at int, src []uint64, from, k int) {
	for k > 0 {
		step := min(64-at&63, k)
		dst[at>>6] |= bitsAt(src, from, step) << (uint(at) & 63)
		at, from, k = at+step, from+step, k-step
	}
}

// bitsAt returns k ≤ 64 bits of src from bit at on, in the low bits.
func bitsAt(src []uint64, at, k int) uint64 {
	w, s := at>>6, uint(at)&63
	x := src[w] >> s
	if s != 0 && int(s)+k > 64 {
		x |= src[w+1] << (64 - s)
	}
	if k < 64 {
		x &= 1<<uint(k) - 1
	}
	return x
}

// gatherBits sets the zero bits of dst from bit at on to the named bits of src;
// all of them to bit 0 when one.
func gatherBits[I uint16 | uint32](dst []uint64, at int, src []uint64, rows []I, one bool) {
	if one {
		if src[0]&1 != 0 {
			setBits(dst, at, at+len(rows))
		}
		return
	}
	for _, r := range rows {
		dst[at>>6] |= (src[r>>6] >> (uint(r) & 63) & 1) << (uint(at) & 63)
		at++
	}
}

// setBits sets bits [from, to).
func setBits(dst []uint64, from, to int) {
	for from < to {
		step := min(64-from&63, to-from)
		m := ^uint64(0) >> uint(64-step)
		dst[from>>6] |= m << (uint(from) & 63)
		from += step
	}
}
