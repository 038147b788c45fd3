package encoding

import (
	"encoding/binary"
	"math"

	"github.com/dejaq/fasti/kv/vector"
)

// Chunk is a view of a chunk. Open makes it, and may make it anew over other bytes;
// it does not copy them.
type Chunk struct {
	kind     vector.Kind
	encoding byte
	exponent byte
	rows     int
	least    int64
	step     int64
	nulls    []byte
	payload  []byte
	ints     packed // integers, decimals, lengths or codes

	arena  []byte
	ends   []uint32 // of text: where each value ends in arena
	dict   *vector.Dictionary
	starts []uint32
	temp   []int64
	words  []uint64
}

// Open makes c the view of the chunk at the front of b, whose bytes must not change
// while c is used. verify recomputes the checksum. It returns ErrCorrupt for bytes
// that Append did not write.
func (c *Chunk) Open(b []byte, verify bool) error {
	if len(b) < headerLen+Padding || binary.LittleEndian.Uint16(b) != magic || b[2] != 1 {
		return ErrCorrupt
	}
	*c = Chunk{kind: vector.Kind(b[3]), encoding: b[4], exponent: b[6], starts: c.starts, ends: c.ends[:0], temp: c.temp, words: c.words}
	rows, payload := binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[16:])
	c.least, c.step = int64(binary.LittleEndian.Uint64(b[24:])), int64(binary.LittleEndian.Uint64(b[32:]))
	if rows == 0 || rows > RowsMax || c.kind > vector.Bytes || c.exponent > exponentMax {
		return ErrCorrupt
	}
	c.rows = int(rows)
	at := headerLen
	if b[5]&1 != 0 {
		at += (c.rows + 63) / 64 * 8
	}
	end := int64(at) + int64(payload)
	if end+Padding != int64(len(b)) {
		return ErrCorrupt
	}
	if verify && checksum(b[:end]) != binary.LittleEndian.Uint32(b[40:]) {
		return ErrCorrupt
	}
	if b[5]&1 != 0 {
		c.nulls = b[headerLen:at]
	}
	c.payload = b[at:end:len(b)]
	if !c.open() {
		return ErrCorrupt
	}
	return nil
}

// open checks the payload.
func (c *Chunk) open() (ok bool) {
	n, size := len(c.payload), 0
	switch c.encoding {
	case raw:
		return c.kind == vector.Float64 && n == 8*c.rows || c.kind == vector.Word128 && n == 16*c.rows
	case constant:
		return c.integer() && n == 0
	case integers:
		c.ints, size, ok = openPacked(c.payload, c.rows, c.starts)
		c.starts = c.ints.starts
		return ok && c.integer() && size == n
	case decimal:
		c.ints, size, ok = openPacked(c.payload, c.rows, c.starts)
		c.starts = c.ints.starts
		return ok && c.kind == vector.Float64 && size == n
	case bitmap:
		return c.kind == vector.Bool && n == (c.rows+63)/64*8
	case text:
		c.ints, size, ok = openPacked(c.payload, c.rows, c.starts)
		c.starts = c.ints.starts
		return ok && c.kind == vector.Bytes && c.openText(c.rows, &c.ints, c.payload[size:])
	case dict:
		return c.kind == vector.Bytes && c.openDict()
	}
	return false
}

func (c *Chunk) integer() bool { return c.kind == vector.Int32 || c.kind == vector.Int64 }

// openText sums the lengths of n values, which must be all of b.
func (c *Chunk) openText(n int, lengths *packed, b []byte) bool {
	if cap(c.ends) < n {
		c.ends = make([]uint32, n)
	}
	c.ends = c.ends[:n]
	unpack(lengths, c.ends, 0, 0, 1)
	sum := uint64(0)
	for i, l := range c.ends {
		if sum += uint64(l); sum > uint64(len(b)) {
			return false
		}
		c.ends[i] = uint32(sum)
	}
	c.arena = b
	return sum == uint64(len(b))
}

func (c *Chunk) openDict() bool {
	b := c.payload
	if len(b) < 8 {
		return false
	}
	values, size := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
	b = b[8:]
	if values == 0 || values > dictMax || uint64(size) > uint64(len(b)) {
		return false
	}
	lengths, n, ok := openPacked(b, int(values), nil)
	if !ok || n != int(size) {
		return false
	}
	ends := make([]uint32, values)
	unpack(&lengths, ends, 0, 0, 1)
	b = b[size:]
	v := &vector.Vector{Kind: vector.Bytes, Len: int(values), Spans: make([]vector.Span, values)}
	at := uint64(0)
	for i, l := range ends {
		v.Spans[i] = vector.Span{Off: uint32(at), Len: l}
		if at += uint64(l); at > uint64(len(b)) {
			return false
		}
	}
	v.Arena = append([]byte(nil), b[:at]...) // the dictionary outlives the chunk
	c.ints, n, ok = openPacked(b[at:], c.rows, c.starts)
	c.starts = c.ints.starts
	if !ok || n != len(b[at:]) {
		return false
	}
	c.dict = &vector.Dictionary{ID: dictionaries.Add(1), Values: v, Sorted: true}
	return c.codesFit()
}

// codesFit reports whether every code is in the dictionary.
func (c *Chunk) codesFit() bool {
	var codes [blockLen]uint32
	most := uint32(c.dict.Values.Len)
	for at := 0; at < c.rows; at += blockLen {
		b := at / blockLen
		if w := c.ints.widths[b]; w > 16 || c.ints.base(b)+1<<w-1 < uint64(most) {
			if w <= 16 {
				continue // no code of the block can be too large
			}
			return false
		}
		n := min(blockLen, c.rows-at)
		unpack(&c.ints, codes[:n], at, 0, 1)
		for _, x := range codes[:n] {
			if x >= most {
				return false
			}
		}
	}
	return true
}

// Rows returns the number of rows.
func (c *Chunk) Rows() int { return c.rows }

// Decode gives rows [from, to) in out, whose memory it uses again. Text aliases the
// bytes of the chunk, NULLs memory of c: they are valid until the next call.
func (c *Chunk) Decode(from, to int, out *vector.Vector) {
	n := to - from
	*out = vector.Vector{
		Kind: c.kind, Len: n, Bits: out.Bits, I32: out.I32, I64: out.I64, F64: out.F64, W128: out.W128,
		Spans: out.Spans, Codes: out.Codes,
	}
	switch c.encoding {
	case constant, integers:
		c.decodeIntegers(from, n, out)
	case decimal:
		c.temp = grown(c.temp, n)
		unpack(&c.ints, c.temp, from, c.least, c.step)
		out.F64 = grown(out.F64, n)
		p := pow10[c.exponent]
		for i, x := range c.temp {
			out.F64[i] = float64(x) / p
		}
	case raw:
		c.decodeRaw(from, n, out)
	case bitmap:
		out.Bits = grown(out.Bits, (n+63)/64)
		copyBits(out.Bits, c.payload, from, n)
	case text:
		out.Spans, out.Arena = grown(out.Spans, n), c.arena
		start := uint32(0)
		if from > 0 {
			start = c.ends[from-1]
		}
		for i, end := range c.ends[from:to] {
			out.Spans[i] = vector.Span{Off: start, Len: end - start}
			start = end
		}
	case dict:
		out.Form, out.Dict = vector.Dict, c.dict
		out.Codes = grown(out.Codes, n)
		unpack(&c.ints, out.Codes, from, 0, 1)
	}
	if c.nulls != nil {
		c.decodeNulls(from, n, out)
	}
}

func (c *Chunk) decodeIntegers(from, n int, out *vector.Vector) {
	if c.kind == vector.Int32 {
		out.I32 = grown(out.I32, n)
		if c.encoding == constant {
			fill(out.I32, int32(c.least))
		} else {
			unpack(&c.ints, out.I32, from, int32(c.least), int32(c.step))
		}
		return
	}
	out.I64 = grown(out.I64, n)
	if c.encoding == constant {
		fill(out.I64, c.least)
	} else {
		unpack(&c.ints, out.I64, from, c.least, c.step)
	}
}

func (c *Chunk) decodeRaw(from, n int, out *vector.Vector) {
	if c.kind == vector.Float64 {
		out.F64 = grown(out.F64, n)
		b := c.payload[8*from:]
		for i := range out.F64 {
			out.F64[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
		}
		return
	}
	out.W128 = grown(out.W128, n)
	b := c.payload[16*from:]
	for i := range out.W128 {
		out.W128[i] = [2]uint64{binary.LittleEndian.Uint64(b[16*i:]), binary.LittleEndian.Uint64(b[16*i+8:])}
	}
}

// decodeNulls sets the null bits, when there are any, and zeroes the slots under
// them.
func (c *Chunk) decodeNulls(from, n int, out *vector.Vector) {
	c.words = grown(c.words, (n+63)/64)
	copyBits(c.words, c.nulls, from, n)
	some := uint64(0)
	for _, w := range c.words {
		some |= w
	}
	if some == 0 {
		return
	}
	out.Nulls = c.words
	for i := range n {
		if !out.IsNull(i) {
			continue
		}
		switch {
		case out.Form == vector.Dict:
			out.Codes[i] = 0
		case out.Kind == vector.Bool:
			out.Bits[i>>6] &^= 1 << (uint(i) & 63)
		case out.Kind == vector.Int32:
			out.I32[i] = 0
		case out.Kind == vector.Int64:
			out.I64[i] = 0
		case out.Kind == vector.Float64:
			out.F64[i] = 0
		case out.Kind == vector.Word128:
			out.W128[i] = [2]uint64{}
		default:
			out.Spans[i] = vector.Span{}
		}
	}
}

// copyBits sets dst to n bits of src from bit from on, the rest of dst to zero.
func copyBits(dst []uint64, src []byte, from, n int) {
	word := func(i int) uint64 {
		if 8*i+8 > len(src) {
			return 0
		}
		return binary.LittleEndian.Uint64(src[8*i:])
	}
	at, shift := from/64, uint(from%64)
	for i := range dst {
		w := word(at+i) >> shift
		if shift > 0 {
			w |= word(at+i+1) << (64 - shift)
		}
		dst[i] = w
	}
	if n&63 != 0 {
		dst[len(dst)-1] &= 1<<(n&63) - 1
	}
}

func fill[T any](s []T, x T) {
	for i := range s {
		s[i] = x
	}
}

// grown returns s with n elements, dirty.
func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, max(n, 2*cap(s)))
	}
	return s[:n]
}
