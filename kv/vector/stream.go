package vector

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"slices"
)

// The column stream: blocks of rows as bytes, for what leaves memory and comes
// back (temporary files) or crosses to another node. Little endian:
//
//	rows u32 | length u32 of the columns | crc32c u32 of all but itself
//	per column:
//	  flags u8     bit 0: has NULLs
//	  nulls        ⌈rows/64⌉ × u64, when it has
//	  Bool         ⌈rows/64⌉ × u64
//	  Int32, Int64 width u8 (0, 1, 2, 4, 8) | base i64 | rows × (value - base) of that width
//	  Float64      rows × 8
//	  Word128      rows × 16
//	  Bytes        the lengths as Int32 above | the bytes, one value behind the other
//
// Kinds are not in the block: who wrote it knows them.

// ErrBlock is returned for bytes that are not a whole block of the columns asked
// for.
var ErrBlock = errors.New("vector: damaged block of rows")

// BlockHeader is the size of what precedes the columns of a block, in bytes.
const BlockHeader = 12

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(block []byte) uint32 {
	return crc32.Update(crc32.Checksum(block[:8], castagnoli), castagnoli, block[BlockHeader:])
}

// BlockEncoder writes blocks. Its memory is used again by each call.
type BlockEncoder struct {
	dense   Window
	flat    []Scratch
	lengths []int32
}

// Append appends the rows of b that count, at most MaxRows, to dst as one block.
func (e *BlockEncoder) Append(dst []byte, b *Batch) []byte {
	if b.Sel != nil {
		b = e.dense.Select(b, b.Sel)
	}
	if len(e.flat) < len(b.Cols) {
		e.flat = make([]Scratch, len(b.Cols))
	}
	start := len(dst)
	dst = append(dst, make([]byte, BlockHeader)...)
	for i, v := range b.Cols {
		dst = e.column(dst, e.flat[i].Flatten(v, b.Rows()), b.Len)
	}
	body := dst[start+BlockHeader:]
	binary.LittleEndian.PutUint32(dst[start:], uint32(b.Len))
	binary.LittleEndian.PutUint32(dst[start+4:], uint32(len(body)))
	binary.LittleEndian.PutUint32(dst[start+8:], checksum(dst[start:]))
	return dst
}

func (e *BlockEncoder) column(dst []byte, v *Vector, n int) []byte {
	if v.Nulls == nil {
		dst = append(dst, 0)
	} else {
		dst = appendWords(append(dst, 1), v.Nulls, n)
	}
	switch v.Kind {
	case Bool:
		return appendWords(dst, v.Bits, n)
	case Int32:
		return appendIntegers(dst, v.I32[:n])
	case Int64:
		return appendIntegers(dst, v.I64[:n])
	case Float64:
		for _, f := range v.F64[:n] {
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(f))
		}
		return dst
	case Word128:
		for _, w := range v.W128[:n] {
			dst = binary.LittleEndian.AppendUint64(dst, w[0])
			dst = binary.LittleEndian.AppendUint64(dst, w[1])
		}
		return dst
	}
	e.lengths = e.lengths[:0]
	for _, s := range v.Spans[:n] {
		e.lengths = append(e.lengths, int32(s.Len))
	}
	dst = appendIntegers(dst, e.lengths)
	for _, s := range v.Spans[:n] {
		dst = append(dst, v.Arena[s.Off:s.Off+s.Len]...)
	}
	return dst
}

func appendWords(dst []byte, bits []uint64, n int) []byte {
	for _, w := range bits[:(n+63)/64] {
		dst = binary.LittleEndian.AppendUint64(dst, w)
	}
	return dst
}

// appendIntegers writes the distances from the least value, in as few bytes each
// as the largest needs.
func appendIntegers[T int32 | int64](dst []byte, vals []T) []byte {
	var lo, hi T
	if len(vals) > 0 {
		lo, hi = slices.Min(vals), slices.Max(vals)
	}
	spread := uint64(hi) - uint64(lo)
	width := byte(8)
	switch {
	case spread == 0:
		width = 0
	case spread <= math.MaxUint8:
		width = 1
	case spread <= math.MaxUint16:
		width = 2
	case spread <= math.MaxUint32:
		width = 4
	}
	dst = binary.LittleEndian.AppendUint64(append(dst, width), uint64(lo))
	switch width {
	case 1:
		for _, x := range vals {
			dst = append(dst, byte(x-lo))
		}
	case 2:
		for _, x := range vals {
			dst = binary.LittleEndian.AppendUint16(dst, uint16(x-lo))
		}
	case 4:
		for _, x := range vals {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(x-lo))
		}
	case 8:
		for _, x := range vals {
			dst = binary.LittleEndian.AppendUint64(dst, uint64(x)-uint64(lo))
		}
	}
	return dst
}

// BlockDecoder reads blocks of columns of these kinds into memory of its own,
// which the next call uses again.
type BlockDecoder struct {
	batch   Batch
	cols    []Vector
	nulls   [][]uint64
	lengths []int32
}

// NewBlockDecoder returns a decoder of blocks of such columns.
func NewBlockDecoder(kinds ...Kind) *BlockDecoder {
	d := &BlockDecoder{cols: make([]Vector, len(kinds)), nulls: make([][]uint64, len(kinds))}
	for i, k := range kinds {
		d.cols[i].Kind = k
		d.batch.Cols = append(d.batch.Cols, &d.cols[i])
	}
	return d
}

// BlockSize returns how many bytes the block takes whose header this is, the
// header included.
func BlockSize(header []byte) (int64, error) {
	if len(header) < BlockHeader {
		return 0, ErrBlock
	}
	return BlockHeader + int64(binary.LittleEndian.Uint32(header[4:])), nil
}

// Decode returns the rows of one whole block: valid until the next call, text as
// long as block is. It returns ErrBlock for anything else.
func (d *BlockDecoder) Decode(block []byte) (*Batch, error) {
	size, err := BlockSize(block)
	if err != nil || size != int64(len(block)) {
		return nil, ErrBlock
	}
	n := int(binary.LittleEndian.Uint32(block))
	r := blockReader{rest: block[BlockHeader:]}
	if n > MaxRows || checksum(block) != binary.LittleEndian.Uint32(block[8:]) {
		return nil, ErrBlock
	}
	d.batch.Len = n
	for i := range d.cols {
		d.column(&r, i, n)
	}
	if r.failed || len(r.rest) > 0 {
		return nil, ErrBlock
	}
	return &d.batch, nil
}

func (d *BlockDecoder) column(r *blockReader, i, n int) {
	v := &d.cols[i]
	v.Len, v.Nulls = n, nil
	if r.byte() == 1 {
		d.nulls[i] = r.words(d.nulls[i], n)
		v.Nulls = d.nulls[i]
	}
	switch v.Kind {
	case Bool:
		v.Bits = r.words(v.Bits, n)
	case Int32:
		v.I32 = readIntegers(r, v.I32, n)
	case Int64:
		v.I64 = readIntegers(r, v.I64, n)
	case Float64:
		v.F64 = resize(v.F64, n)
		if b := r.take(8 * n); b != nil {
			for i := range v.F64 {
				v.F64[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
			}
		}
	case Word128:
		v.W128 = resize(v.W128, n)
		if b := r.take(16 * n); b != nil {
			for i := range v.W128 {
				v.W128[i] = [2]uint64{binary.LittleEndian.Uint64(b[16*i:]), binary.LittleEndian.Uint64(b[16*i+8:])}
			}
		}
	case Bytes:
		d.lengths = readIntegers(r, d.lengths, n)
		v.Arena, v.Spans = r.rest, resize(v.Spans, n)
		at := uint32(0)
		for i, l := range d.lengths {
			if l < 0 || int64(at)+int64(l) > int64(len(v.Arena)) {
				r.failed = true
				return
			}
			v.Spans[i] = Span{Off: at, Len: uint32(l)}
			if l == 0 {
				v.Spans[i].Off = 0
			}
			at += uint32(l)
		}
		v.Arena = r.take(int(at))
	}
}

// blockReader takes pieces from the front; once one is missing all are.
type blockReader struct {
	rest   []byte
	failed bool
}

func (r *blockReader) take(n int) []byte {
	if r.failed || n > len(r.rest) {
		r.failed = true
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *blockReader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

// words reads the bits of n rows; those past them are cleared.
func (r *blockReader) words(dst []uint64, n int) []uint64 {
	dst = resize(dst, (n+63)/64)
	b := r.take(8 * len(dst))
	if b == nil {
		clear(dst)
		return dst
	}
	for i := range dst {
		dst[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	if n&63 != 0 {
		dst[len(dst)-1] &= 1<<(n&63) - 1
	}
	return dst
}

func readIntegers[T int32 | int64](r *blockReader, dst []T, n int) []T {
	dst = resize(dst, n)
	width := int(r.byte())
	head := r.take(8)
	if head == nil || width > 8 {
		r.failed = true
		clear(dst)
		return dst
	}
	base := T(binary.LittleEndian.Uint64(head))
	b := r.take(width * n)
	if b == nil && width > 0 {
		clear(dst)
		return dst
	}
	switch width {
	case 0:
		for i := range dst {
			dst[i] = base
		}
	case 1:
		for i := range dst {
			dst[i] = base + T(b[i])
		}
	case 2:
		for i := range dst {
			dst[i] = base + T(binary.LittleEndian.Uint16(b[2*i:]))
		}
	case 4:
		for i := range dst {
			dst[i] = base + T(binary.LittleEndian.Uint32(b[4*i:]))
		}
	case 8:
		for i := range dst {
			dst[i] = base + T(binary.LittleEndian.Uint64(b[8*i:]))
		}
	default:
		r.failed = true
	}
	return dst
}
