package vector

import (
	"errors"
	"math"
	"slices"
	"unsafe"

	"github.com/dejaq/fasti/kv/invariants"
)

// ErrTooLarge is returned when the text of one column of a Builder would not
// fit its arena: spans count in 32 bits, so 4 GiB.
var ErrTooLarge = errors.New("vector: more than 4 GiB of text in one column")

// Builder appends selected rows of foreign batches to memory it owns: the only
// way to keep rows past the producer's next call. It may hold more rows than a
// Batch; Window cuts batches out of it.
//
// A column stays in Form Dict while every batch brought the same dictionary,
// which is immutable and need not be copied; else it is Flat.
type Builder struct {
	cols []*Vector
	rows int
	more []columnState
	out  Batch
}

// columnState is what a Builder knows of a column beside its vector.
type columnState struct {
	// dict is the dictionary whose arena was copied to base, so that rows of a
	// flat column share its values.
	dict  *Dictionary
	base  uint32
	nulls []uint64 // memory for the next vector with NULLs
}

// NewBuilder returns an empty Builder of columns of these kinds.
func NewBuilder(kinds ...Kind) *Builder {
	b := &Builder{cols: make([]*Vector, len(kinds)), more: make([]columnState, len(kinds))}
	vs := make([]Vector, len(kinds))
	for i, k := range kinds {
		vs[i].Kind = k
		b.cols[i] = &vs[i]
	}
	return b
}

// Append copies the rows of src that count. It honours Sel and flattens Const.
// The only error is ErrTooLarge, after which the Builder is unusable.
func (b *Builder) Append(src *Batch) error {
	for i, v := range b.cols {
		var err error
		if src.Sel != nil {
			err = appendVector(v, &b.more[i], b.rows, src.Cols[i], src.Sel)
		} else {
			err = appendAll(v, &b.more[i], b.rows, src.Cols[i])
		}
		if err != nil {
			return err
		}
	}
	b.rows += src.Count()
	return nil
}

// AppendRows copies the named rows of src, in their order; a row may occur
// twice. It serves joins and sorts.
func (b *Builder) AppendRows(src []*Vector, rows []uint32) error {
	for i, v := range b.cols {
		if err := appendVector(v, &b.more[i], b.rows, src[i], rows); err != nil {
			return err
		}
	}
	b.rows += len(rows)
	return nil
}

// AppendBeside copies the named rows of left and, beside them, as many of right:
// the columns of left come first. Right may be nil.
func (b *Builder) AppendBeside(left []*Vector, l []uint32, right []*Vector, r []uint32) error {
	for i, v := range b.cols {
		src, rows, at := left, l, i
		if i >= len(left) {
			src, rows, at = right, r, i-len(left)
		}
		if err := appendVector(v, &b.more[i], b.rows, src[at], rows); err != nil {
			return err
		}
	}
	b.rows += len(l)
	return nil
}

// AppendDatums copies one row of values, which have the columns' kinds.
func (b *Builder) AppendDatums(row []Datum) error {
	for i, v := range b.cols {
		if err := appendDatum(v, &b.more[i], b.rows, &row[i]); err != nil {
			return err
		}
	}
	b.rows++
	return nil
}

// appendDatum appends d to v, which has n rows.
func appendDatum(v *Vector, more *columnState, n int, d *Datum) error {
	if v.Form == Dict {
		if err := flattenDict(v, more, n); err != nil {
			return err
		}
	}
	if growNulls(v, more, n+1, d.Null) && d.Null {
		v.Nulls[n>>6] |= 1 << (uint(n) & 63)
	}
	v.Len = n + 1
	var zero Datum
	if d.Null {
		d = &zero
	}
	switch v.Kind {
	case Bool:
		v.Bits = growBits(v.Bits, n+1)
		v.Bits[n>>6] |= uint64(d.I&1) << (uint(n) & 63)
	case Int32:
		v.I32 = append(v.I32, int32(d.I))
	case Int64:
		v.I64 = append(v.I64, d.I)
	case Float64:
		v.F64 = append(v.F64, d.F)
	case Word128:
		v.W128 = append(v.W128, d.W)
	case Bytes:
		if len(v.Arena)+len(d.S) > math.MaxUint32 {
			return ErrTooLarge
		}
		v.Spans = append(v.Spans, Span{uint32(len(v.Arena)), uint32(len(d.S))})
		v.Arena = append(v.Arena, d.S...)
	}
	return nil
}

// Len returns the number of rows.
func (b *Builder) Len() int { return b.rows }

// Columns returns the columns over all rows: valid until the next Append or
// Reset, not to be modified.
func (b *Builder) Columns() []*Vector { return b.cols }

// Batch returns all rows, at most MaxRows: valid until the next Append or
// Reset.
func (b *Builder) Batch() *Batch {
	invariants.Check(b.rows <= MaxRows, "batch of %d rows", b.rows)
	b.out = Batch{Len: b.rows, Cols: b.cols}
	return &b.out
}

// Bytes returns the memory that the Builder holds.
func (b *Builder) Bytes() int64 {
	n := int64(0)
	for _, v := range b.cols {
		n += v.Memory()
	}
	return n
}

// Reset forgets the rows and keeps the memory.
func (b *Builder) Reset() {
	for i, v := range b.cols {
		if v.Nulls != nil {
			b.more[i].nulls = v.Nulls[:0]
		}
		b.more[i].dict = nil
		*v = Vector{
			Kind: v.Kind, Bits: v.Bits[:0], I32: v.I32[:0], I64: v.I64[:0], F64: v.F64[:0], W128: v.W128[:0],
			Spans: v.Spans[:0], Arena: v.Arena[:0], Codes: v.Codes[:0],
		}
	}
	b.rows = 0
}

// Memory returns the bytes of the slices of v, by capacity, without its
// dictionary.
func (v *Vector) Memory() int64 {
	return int64(cap(v.Bits)+cap(v.I64)+cap(v.F64)+cap(v.Spans)+cap(v.Nulls))*8 +
		int64(cap(v.I32)+cap(v.Codes))*4 + int64(cap(v.W128))*16 + int64(cap(v.Arena))
}

// appendAll appends all rows of src to v, which has n rows.
func appendAll(v *Vector, more *columnState, n int, src *Vector) error {
	k := src.Len
	if src.Form != Flat || v.Form != Flat || src.Scaled {
		return appendVector(v, more, n, src, iota16[:k])
	}
	if growNulls(v, more, n+k, src.Nulls != nil) && src.Nulls != nil {
		copyBits(v.Nulls, n, src.Nulls, 0, k)
	}
	switch v.Kind {
	case Bool:
		v.Bits = growBits(v.Bits, n+k)
		copyBits(v.Bits, n, src.Bits, 0, k)
	case Int32:
		v.I32 = append(reserve(v.I32, k), src.I32[:k]...)
	case Int64:
		v.I64 = append(reserve(v.I64, k), src.I64[:k]...)
	case Float64:
		v.F64 = append(reserve(v.F64, k), src.F64[:k]...)
	case Word128:
		v.W128 = append(reserve(v.W128, k), src.W128[:k]...)
	case Bytes:
		if err := appendText(v, src, iota16[:k]); err != nil {
			return err
		}
	}
	v.Len = n + k
	return nil
}

// Selection returns the rows that count as a list, also when all do: Sel, or
// 0, 1, 2 … up to N. It must not be changed.
func (r Rows) Selection() []uint16 {
	if r.Sel != nil {
		return r.Sel
	}
	return iota16[:r.N:r.N]
}

// iota16 are the row numbers of a whole batch: 0, 1, 2 …. It never changes.
var iota16 = func() (a [MaxRows]uint16) {
	for i := range a {
		a[i] = uint16(i)
	}
	return a
}()

// appendVector appends the named rows of src to v, which has n rows.
func appendVector[I uint16 | uint32](v *Vector, more *columnState, n int, src *Vector, rows []I) error {
	k := len(rows)
	if growNulls(v, more, n+k, src.Nulls != nil) && src.Nulls != nil {
		gatherBits(v.Nulls, n, src.Nulls, rows, src.Form == Const)
	}
	v.Len = n + k
	switch src.Form {
	case Const:
		appendConst(v, more, n, src, k)
		return textFits(v)
	case Dict:
		return appendDict(v, more, n, src, rows)
	}
	if v.Form == Dict {
		if err := flattenDict(v, more, n); err != nil {
			return err
		}
	}
	switch v.Kind {
	case Bool:
		v.Bits = growBits(v.Bits, n+k)
		gatherBits(v.Bits, n, src.Bits, rows, false)
	case Int32:
		v.I32 = appendGather(v.I32, src.I32, rows)
	case Int64:
		v.I64 = appendGather(v.I64, src.I64, rows)
	case Float64:
		if src.Scaled {
			v.F64 = reserve(v.F64, k)
			for _, r := range rows {
				v.F64 = append(v.F64, src.Unscaled(int(r)))
			}
			return nil
		}
		v.F64 = appendGather(v.F64, src.F64, rows)
	case Word128:
		v.W128 = appendGather(v.W128, src.W128, rows)
	case Bytes:
		return appendText(v, src, rows)
	}
	return nil
}

// growNulls makes room for the null bits of n rows of v, when it has any or
// gets some, and reports whether it has.
func growNulls(v *Vector, more *columnState, n int, some bool) bool {
	if v.Nulls == nil {
		if !some {
			return false
		}
		v.Nulls, more.nulls = more.nulls[:0], nil
	}
	v.Nulls = growBits(v.Nulls, n)
	return true
}

// appendConst appends value 0 of src k times.
func appendConst(v *Vector, more *columnState, n int, src *Vector, k int) {
	if v.Form == Dict && flattenDict(v, more, n) != nil {
		return // textFits reports it
	}
	switch v.Kind {
	case Bool:
		v.Bits = growBits(v.Bits, n+k)
		if src.Bits[0]&1 != 0 {
			setBits(v.Bits, n, n+k)
		}
	case Int32:
		v.I32 = appendFill(v.I32, src.I32[0], k)
	case Int64:
		v.I64 = appendFill(v.I64, src.I64[0], k)
	case Float64:
		if src.Scaled {
			v.F64 = appendFill(v.F64, src.Unscaled(0), k)
			return
		}
		v.F64 = appendFill(v.F64, src.F64[0], k)
	case Word128:
		v.W128 = appendFill(v.W128, src.W128[0], k)
	case Bytes:
		s := src.Spans[0]
		at := Span{uint32(len(v.Arena)), s.Len}
		v.Arena = append(reserve(v.Arena, int(s.Len)), src.Arena[s.Off:s.Off+s.Len]...)
		v.Spans = appendFill(v.Spans, at, k)
	}
}

// appendDict appends rows of a Dict vector: codes while the dictionary is the
// same, else values.
func appendDict[I uint16 | uint32](v *Vector, more *columnState, n int, src *Vector, rows []I) error {
	if n == 0 && v.Form == Flat {
		v.Form, v.Dict = Dict, src.Dict
	}
	if v.Form == Dict && v.Dict == src.Dict {
		v.Codes = appendGather(v.Codes, src.Codes, rows)
		return nil
	}
	if v.Form == Dict {
		if err := flattenDict(v, more, n); err != nil {
			return err
		}
	}
	values := src.Dict.Values
	if v.Kind != Bytes {
		codes := make([]uint32, len(rows))
		for i, r := range rows {
			codes[i] = src.Codes[r]
		}
		flat := Vector{Kind: v.Kind, Len: n, Bits: v.Bits, I32: v.I32, I64: v.I64, F64: v.F64, W128: v.W128}
		if err := appendVector(&flat, more, n, values, codes); err != nil {
			return err
		}
		v.Bits, v.I32, v.I64, v.F64, v.W128 = flat.Bits, flat.I32, flat.I64, flat.F64, flat.W128
		zeroUnderNulls(v, n)
		return nil
	}
	total := 0
	for _, r := range rows {
		total += int(values.Spans[src.Codes[r]].Len)
	}
	if more.dict != src.Dict && len(values.Arena) > total {
		at := len(v.Spans)
		v.Arena = reserve(v.Arena, total)
		v.Spans = slices.Grow(v.Spans, len(rows))
		for _, r := range rows {
			s := values.Spans[src.Codes[r]]
			v.Spans = append(v.Spans, Span{uint32(len(v.Arena)), s.Len})
			v.Arena = append(v.Arena, values.Arena[s.Off:s.Off+s.Len]...)
		}
		clearNullSpans(v, at)
		return textFits(v)
	}
	if err := shareDict(v, more, src.Dict); err != nil {
		return err
	}
	at := len(v.Spans)
	v.Spans = reserve(v.Spans, len(rows))
	for _, r := range rows {
		s := values.Spans[src.Codes[r]]
		v.Spans = append(v.Spans, Span{s.Off + more.base, s.Len})
	}
	clearNullSpans(v, at)
	return nil
}

// shareDict copies the dictionary's arena behind that of v, once.
func shareDict(v *Vector, more *columnState, d *Dictionary) error {
	if more.dict == d {
		return nil
	}
	more.dict, more.base = d, uint32(len(v.Arena))
	v.Arena = append(reserve(v.Arena, len(d.Values.Arena)), d.Values.Arena...)
	return textFits(v)
}

// flattenDict turns the n rows of a Dict column into values.
func flattenDict(v *Vector, more *columnState, n int) error {
	d, codes := v.Dict, v.Codes[:n]
	v.Form, v.Dict, v.Codes = Flat, nil, v.Codes[:0]
	if v.Kind != Bytes {
		flat := Vector{Kind: v.Kind}
		if err := appendVector(&flat, more, 0, d.Values, codes); err != nil {
			return err
		}
		v.Bits, v.I32, v.I64, v.F64, v.W128 = flat.Bits, flat.I32, flat.I64, flat.F64, flat.W128
		zeroUnderNulls(v, 0)
		return nil
	}
	if err := shareDict(v, more, d); err != nil {
		return err
	}
	v.Spans = reserve(v.Spans[:0], n)
	for _, c := range codes {
		s := d.Values.Spans[c]
		v.Spans = append(v.Spans, Span{s.Off + more.base, s.Len})
	}
	clearNullSpans(v, 0)
	return nil
}

// clearNullSpans zeroes the spans under NULL from row at on: code 0 under a
// NULL named the dictionary's first value.
func clearNullSpans(v *Vector, at int) {
	if v.Nulls == nil {
		return
	}
	for i := at; i < len(v.Spans); i++ {
		if v.Nulls[i>>6]>>(uint(i)&63)&1 != 0 {
			v.Spans[i] = Span{}
		}
	}
}

// zeroUnderNulls zeroes the fixed-width values under NULL from row at on.
func zeroUnderNulls(v *Vector, at int) {
	for i := at; v.Nulls != nil && i < v.Len; i++ {
		if v.Nulls[i>>6]>>(uint(i)&63)&1 == 0 {
			continue
		}
		switch v.Kind {
		case Bool:
			v.Bits[i>>6] &^= 1 << (uint(i) & 63)
		case Int32:
			v.I32[i] = 0
		case Int64:
			v.I64[i] = 0
		case Float64:
			v.F64[i] = 0
		case Word128:
			v.W128[i] = [2]uint64{}
		}
	}
}

// appendText copies the named values of a flat Bytes vector.
func appendText[I uint16 | uint32](v, src *Vector, rows []I) error {
	total := 0
	for _, r := range rows {
		total += int(src.Spans[r].Len)
	}
	if len(v.Arena)+total > math.MaxUint32 {
		return ErrTooLarge
	}
	v.Spans = reserve(v.Spans, len(rows))
	v.Arena = reserve(v.Arena, total)
	at := len(v.Arena)
	arena := v.Arena[:at+total]
	for _, r := range rows {
		s := src.Spans[r]
		v.Spans = append(v.Spans, Span{uint32(at), s.Len})
		at += copy(arena[at:], src.Arena[s.Off:s.Off+s.Len])
	}
	v.Arena = arena
	return nil
}

func textFits(v *Vector) error {
	if len(v.Arena) > math.MaxUint32 {
		return ErrTooLarge
	}
	return nil
}

// reserve makes room for k more elements: by doubling up to 64 MiB, by half
// beyond, so that a large column wastes little.
func reserve[T any](s []T, k int) []T {
	need := len(s) + k
	if need <= cap(s) {
		return s
	}
	var z T
	grown := 2 * cap(s)
	if grown*int(unsafe.Sizeof(z)) > 64<<20 {
		grown = cap(s) + cap(s)/2
	}
	return append(make([]T, 0, max(need, grown)), s...)
}

func appendFill[T any](s []T, x T, k int) []T {
	n := len(s)
	s = reserve(s, k)[:n+k]
	for i := n; i < len(s); i++ {
		s[i] = x
	}
	return s
}

func appendGather[T any, I uint16 | uint32](dst, src []T, rows []I) []T {
	n := len(dst)
	dst = reserve(dst, len(rows))[:n+len(rows)]
	d := dst[n:]
	d = d[:len(rows)]
	for i, r := range rows {
		d[i] = src[r]
	}
	return dst
}

// Keep reduces the rows to those named, in that order.
func (b *Builder) Keep(rows []uint32) error {
	kinds := make([]Kind, len(b.cols))
	for i, v := range b.cols {
		kinds[i] = v.Kind
	}
	kept := NewBuilder(kinds...)
	if err := kept.AppendRows(b.cols, rows); err != nil {
		return err
	}
	*b = *kept
	return nil
}
