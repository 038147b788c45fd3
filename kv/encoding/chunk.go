package encoding

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"slices"
	"sync/atomic"

	"github.com/dejaq/fasti/kv/vector"
)

// RowsMax is the most rows of a chunk.
const RowsMax = 1 << 16

// Padding is how many zero bytes follow a chunk.
const Padding = 64

const headerLen = 48

const magic = 0x4354 // "TC"

// ErrCorrupt is returned for bytes that are no chunk.
var ErrCorrupt = errors.New("encoding: damaged chunk")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// The encodings.
const (
	raw byte = iota
	constant
	integers
	decimal
	bitmap
	text
	dict
)

// dictMax bounds the values of a dictionary; above, or when values hardly repeat,
// text is stored as it is.
const (
	dictMax    = 4096
	dictRepeat = 4
)

// exponentMax is the largest power of ten by which floats are taken for decimals.
const exponentMax = 6

// Append appends the chunk of v, a Flat vector of 1 to RowsMax rows, and Padding.
func Append(dst []byte, v *vector.Vector) []byte {
	e := encoder{v: v, start: len(dst)}
	dst = append(dst, make([]byte, headerLen)...)
	notNull := v.Len
	if hasNulls(v) {
		e.nulls = true
		for _, w := range v.Nulls[:(v.Len+63)/64] {
			dst = binary.LittleEndian.AppendUint64(dst, w)
		}
		for i := range v.Len {
			if v.IsNull(i) {
				notNull--
			}
		}
	}
	payload := len(dst)
	dst = e.payload(dst)
	h := dst[e.start:]
	binary.LittleEndian.PutUint16(h, magic)
	h[2], h[3], h[4], h[6] = 1, byte(v.Kind), e.encoding, e.exponent
	if e.nulls {
		h[5] = 1
	}
	binary.LittleEndian.PutUint32(h[8:], uint32(v.Len))
	binary.LittleEndian.PutUint32(h[12:], uint32(notNull))
	binary.LittleEndian.PutUint32(h[16:], uint32(len(dst)-payload))
	binary.LittleEndian.PutUint64(h[24:], uint64(e.least))
	binary.LittleEndian.PutUint64(h[32:], uint64(e.step))
	binary.LittleEndian.PutUint32(h[40:], checksum(h))
	return append(dst, make([]byte, Padding)...)
}

func hasNulls(v *vector.Vector) bool {
	for i := range v.Len {
		if v.IsNull(i) {
			return true
		}
	}
	return false
}

func checksum(chunk []byte) uint32 {
	c := crc32.Update(0, castagnoli, chunk[:40])
	return crc32.Update(c, castagnoli, chunk[44:])
}

// encoder is one call of Append.
type encoder struct {
	v           *vector.Vector
	start       int
	nulls       bool
	encoding    byte
	exponent    byte
	least, step int64
}

func (e *encoder) payload(dst []byte) []byte {
	v := e.v
	switch v.Kind {
	case vector.Bool:
		e.encoding = bitmap
		for _, w := range v.Bits[:(v.Len+63)/64] {
			dst = binary.LittleEndian.AppendUint64(dst, w)
		}
		if v.Len&63 != 0 { // bits past the end are zero
			last := dst[len(dst)-8:]
			binary.LittleEndian.PutUint64(last, binary.LittleEndian.Uint64(last)&(1<<(v.Len&63)-1))
		}
		return dst
	case vector.Int32:
		vals := make([]int64, v.Len)
		for i, x := range v.I32[:v.Len] {
			vals[i] = int64(x)
		}
		return e.integers(dst, vals, integers)
	case vector.Int64:
		return e.integers(dst, slices.Clone(v.I64[:v.Len]), integers)
	case vector.Float64:
		return e.floats(dst)
	case vector.Word128:
		e.encoding = raw
		for _, w := range v.W128[:v.Len] {
			dst = binary.LittleEndian.AppendUint64(dst, w[0])
			dst = binary.LittleEndian.AppendUint64(dst, w[1])
		}
		return dst
	}
	return e.text(dst)
}

// integers appends vals, which it changes.
func (e *encoder) integers(dst []byte, vals []int64, encoding byte) []byte {
	e.fill(func(to, from int) { vals[to] = vals[from] })
	lo, hi := slices.Min(vals), slices.Max(vals)
	e.least, e.step = lo, 1
	if lo == hi && encoding == integers {
		e.encoding = constant
		return dst
	}
	e.encoding = encoding
	out := make([]uint64, len(vals))
	g := uint64(0)
	for i, x := range vals {
		out[i] = uint64(x) - uint64(lo)
		if g != 1 {
			g = gcd(g, out[i])
		}
	}
	if g > 1 && g <= math.MaxInt64 {
		e.step = int64(g)
		for i := range out {
			out[i] /= g
		}
	}
	return appendPacked(dst, out)
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// fill repeats in every slot under NULL the value before it, in leading ones the
// first value there is.
func (e *encoder) fill(set func(to, from int)) {
	if !e.nulls {
		return
	}
	first := 0
	for first < e.v.Len && e.v.IsNull(first) {
		first++
	}
	if first == e.v.Len {
		return
	}
	for i := range e.v.Len {
		switch {
		case !e.v.IsNull(i):
		case i < first:
			set(i, first)
		default:
			set(i, i-1)
		}
	}
}

// floats appends floats as decimals when that is exact for all of them.
func (e *encoder) floats(dst []byte) []byte {
	vals := e.v.F64[:e.v.Len]
	ints := make([]int64, len(vals))
	for exponent := range exponentMax + 1 {
		if decimals(vals, ints, exponent) {
			e.exponent = byte(exponent)
			return e.integers(dst, ints, decimal)
		}
	}
	e.encoding = raw
	for _, f := range vals {
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(f))
	}
	return dst
}

// decimals sets ints to vals · 10^exponent and reports whether dividing gives every
// value back, bit by bit.
func decimals(vals []float64, ints []int64, exponent int) bool {
	p := pow10[exponent]
	for i, f := range vals {
		x := math.RoundToEven(f * p)
		if !(math.Abs(x) < 1<<51) {
			return false
		}
		ints[i] = int64(x) // loses the sign of -0, which then is no decimal
		if math.Float64bits(float64(ints[i])/p) != math.Float64bits(f) {
			return false
		}
	}
	return true
}

var pow10 = [exponentMax + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6}

func (e *encoder) text(dst []byte) []byte {
	v := e.v
	if codes, values := e.dictionary(); values != nil {
		e.encoding = dict
		lengths := make([]uint64, len(values))
		for i, s := range values {
			lengths[i] = uint64(len(s))
		}
		packedLengths := appendPacked(nil, lengths)
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(values)))
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(packedLengths)))
		dst = append(dst, packedLengths...)
		for _, s := range values {
			dst = append(dst, s...)
		}
		return appendPacked(dst, codes)
	}
	e.encoding = text
	lengths := make([]uint64, v.Len)
	for i, s := range v.Spans[:v.Len] {
		lengths[i] = uint64(s.Len)
	}
	dst = appendPacked(dst, lengths)
	for _, s := range v.Spans[:v.Len] {
		dst = append(dst, v.Arena[s.Off:s.Off+s.Len]...)
	}
	return dst
}

// dictionary returns the distinct values, sorted, and the code of every row; nil when
// a dictionary does not pay.
func (e *encoder) dictionary() (codes []uint64, values []string) {
	v := e.v
	most := min(dictMax, v.Len/dictRepeat)
	index := map[string]uint64{}
	for i := range v.Len {
		if v.IsNull(i) {
			continue
		}
		if b := v.Bytes(i); len(b) > 0 || index[""] == 0 {
			if _, ok := index[string(b)]; !ok {
				if len(index) == most {
					return nil, nil
				}
				index[string(b)] = 0
				values = append(values, string(b))
			}
		}
	}
	if len(values) == 0 {
		return nil, nil
	}
	slices.Sort(values)
	for i, s := range values {
		index[s] = uint64(i)
	}
	codes = make([]uint64, v.Len)
	for i := range codes {
		if !v.IsNull(i) {
			codes[i] = index[string(v.Bytes(i))]
		}
	}
	e.fill(func(to, from int) { codes[to] = codes[from] })
	return codes, values
}

// dictionaries numbers dictionaries: their IDs are unique in the process.
var dictionaries atomic.Uint64
