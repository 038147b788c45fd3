package encoding

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// load64 reads 8 bytes at p + off; on a big-endian machine it would swap them.
func load64(p unsafe.Pointer, off uint) uint64 {
	return binary.LittleEndian.Uint64((*[8]byte)(unsafe.Add(p, off))[:])
}

// blockLen is how many values share a base and a width.
const blockLen = 64

// appendPacked appends vals as packed integers.
func appendPacked(dst []byte, vals []uint64) []byte {
	nb := (len(vals) + blockLen - 1) / blockLen
	widths := len(dst)
	dst = append(dst, make([]byte, nb)...)
	var bases []uint64
	most := uint64(0)
	for b := range nb {
		block := vals[b*blockLen : min((b+1)*blockLen, len(vals))]
		lo, hi := block[0], block[0]
		for _, v := range block[1:] {
			lo, hi = min(lo, v), max(hi, v)
		}
		dst[widths+b] = byte(bits.Len64(hi - lo))
		bases = append(bases, lo)
		most = max(most, lo)
	}
	size := baseBytes(most)
	dst = append(dst, byte(size))
	for _, b := range bases {
		dst = append(dst, binary.LittleEndian.AppendUint64(nil, b)[:size]...)
	}
	for b, base := range bases {
		dst = appendBlock(dst, vals[b*blockLen:min((b+1)*blockLen, len(vals))], base, uint(dst[widths+b]))
	}
	return dst
}

// baseBytes returns how many bytes a base takes.
func baseBytes(most uint64) int {
	switch n := bits.Len64(most); {
	case n == 0:
		return 0
	case n <= 8:
		return 1
	case n <= 16:
		return 2
	case n <= 32:
		return 4
	}
	return 8
}

// appendBlock appends 8·width bytes: vals less base, the last one repeated.
func appendBlock(dst []byte, vals []uint64, base uint64, width uint) []byte {
	var word uint64
	used := uint(0)
	for i := range blockLen {
		v := vals[min(i, len(vals)-1)] - base
		word |= v << used
		if used += width; used >= 64 {
			dst = binary.LittleEndian.AppendUint64(dst, word)
			used -= 64
			word = 0
			if used > 0 {
				word = v >> (width - used)
			}
		}
	}
	return dst
}

// packed is a view of packed integers.
type packed struct {
	n      int
	widths []byte
	size   int // bytes of a base
	bases  []byte
	blocks []byte   // with what follows them, for reads beyond the last one
	starts []uint32 // offset of every block in blocks
}

// openPacked reads n packed integers at the front of b, and returns how many bytes
// they take; b is followed by Padding bytes in its memory. starts is used again.
func openPacked(b []byte, n int, starts []uint32) (p packed, size int, ok bool) {
	nb := (n + blockLen - 1) / blockLen
	if len(b) < nb+1 {
		return p, 0, false
	}
	p = packed{n: n, widths: b[:nb], size: int(b[nb]), starts: starts[:0]}
	switch p.size {
	case 0, 1, 2, 4, 8:
	default:
		return p, 0, false
	}
	rest := b[nb+1:]
	if len(rest) < nb*p.size {
		return p, 0, false
	}
	p.bases, rest = rest[:nb*p.size], rest[nb*p.size:]
	at := 0
	for _, w := range p.widths {
		if w > 64 {
			return p, 0, false
		}
		p.starts = append(p.starts, uint32(at))
		at += 8 * int(w)
	}
	if at > len(rest) {
		return p, 0, false
	}
	p.blocks = rest[: at : at+Padding]
	return p, nb + 1 + nb*p.size + at, true
}

func (p *packed) base(b int) uint64 {
	switch p.size {
	case 0:
		return 0
	case 1:
		return uint64(p.bases[b])
	case 2:
		return uint64(binary.LittleEndian.Uint16(p.bases[2*b:]))
	case 4:
		return uint64(binary.LittleEndian.Uint32(p.bases[4*b:]))
	}
	return binary.LittleEndian.Uint64(p.bases[8*b:])
}

// unpack sets dst to least + step · value, of values [from, from+len(dst)).
func unpack[T int32 | int64 | uint32](p *packed, dst []T, from int, least, step T) {
	var whole [blockLen]T
	for len(dst) > 0 {
		b, skip := from/blockLen, from%blockLen
		n := min(blockLen-skip, len(dst))
		add := least + T(p.base(b))*step
		if n == blockLen {
			unpackBlock((*[blockLen]T)(dst), p.blocks[p.starts[b]:cap(p.blocks)], uint(p.widths[b]), add, step)
		} else {
			unpackBlock(&whole, p.blocks[p.starts[b]:cap(p.blocks)], uint(p.widths[b]), add, step)
			copy(dst[:n], whole[skip:])
		}
		dst = dst[n:]
		from += n
	}
}

// unpackBlock unpacks the 64 values at the front of b, behind which Padding bytes
// can be read.
func unpackBlock[T int32 | int64 | uint32](dst *[blockLen]T, b []byte, width uint, add, step T) {
	switch {
	case width == 0:
		for i := range dst {
			dst[i] = add
		}
	case width == 8:
		b = b[:blockLen]
		for i := range dst {
			dst[i] = add + step*T(b[i])
		}
	case width == 16:
		b = b[:2*blockLen]
		for i := range dst {
			dst[i] = add + step*T(binary.LittleEndian.Uint16(b[2*i:]))
		}
	case width <= 57:
		// One unaligned load holds each value. All of them lie in the 8·width bytes of
		// the block and the 8 behind it, which the slice proves to be there.
		p := unsafe.Pointer(&b[: 8*width+8 : len(b)][0])
		mask := uint64(1)<<width - 1
		if step == 1 {
			for i := range dst {
				bit := uint(i) * width
				dst[i] = add + T(load64(p, bit>>3)>>(bit&7)&mask)
			}
			return
		}
		for i := range dst {
			bit := uint(i) * width
			dst[i] = add + step*T(load64(p, bit>>3)>>(bit&7)&mask)
		}
	default:
		mask := ^uint64(0) >> (64 - width)
		for i := range dst {
			bit := uint(i) * width
			word, shift := bit>>6, bit&63
			v := binary.LittleEndian.Uint64(b[8*word:]) >> shift
			if shift > 0 {
				v |= binary.LittleEndian.Uint64(b[8*word+8:]) << (64 - shift)
			}
			dst[i] = add + step*T(v&mask)
		}
	}
}
