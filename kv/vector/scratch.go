package vector

import "math"

// NoRow is the row number of no row: Gather gives NULL for it.
const NoRow = math.MaxUint32

// Scratch is a vector over memory of its own, which is used again by each call.
// Text and dictionaries are shared with the source: a result is valid as long
// as both the Scratch is not used again and the source lives.
type Scratch struct {
	v   Vector // the result
	own Vector // its memory: what v has of the source's is never written
}

func (s *Scratch) reset(src *Vector, n int) *Vector {
	s.v = Vector{Kind: src.Kind, Form: src.Form, Scaled: src.Scaled, Exp: src.Exp, Len: n, Dict: src.Dict, Arena: src.Arena}
	return &s.v
}

func (s *Scratch) clearNulls(n int) []uint64 {
	s.own.Nulls = growBits(s.own.Nulls[:0], n)
	return s.own.Nulls
}

func (s *Scratch) clearBits(n int) []uint64 {
	s.own.Bits = growBits(s.own.Bits[:0], n)
	return s.own.Bits
}

// Gather returns the named rows of src, NULL for NoRow.
func (s *Scratch) Gather(src *Vector, rows []uint32) *Vector {
	for _, r := range rows {
		if r == NoRow {
			return s.gatherOuter(src, rows)
		}
	}
	return gather(s, src, rows)
}

// Select returns the rows of src in sel, dense.
func (s *Scratch) Select(src *Vector, sel []uint16) *Vector { return gather(s, src, sel) }

func gather[I uint16 | uint32](s *Scratch, src *Vector, rows []I) *Vector {
	v := s.reset(src, len(rows))
	if src.Nulls != nil {
		v.Nulls = s.clearNulls(len(rows))
		gatherBits(v.Nulls, 0, src.Nulls, rows, src.Form == Const)
	}
	switch src.Form {
	case Const:
		aliasValues(v, src)
		return v
	case Dict:
		s.own.Codes = appendGather(s.own.Codes[:0], src.Codes, rows)
		v.Codes = s.own.Codes
		return v
	}
	switch src.Kind {
	case Bool:
		v.Bits = s.clearBits(len(rows))
		gatherBits(v.Bits, 0, src.Bits, rows, false)
	case Int32:
		s.own.I32 = appendGather(s.own.I32[:0], src.I32, rows)
		v.I32 = s.own.I32
	case Int64:
		s.own.I64 = appendGather(s.own.I64[:0], src.I64, rows)
		v.I64 = s.own.I64
	case Float64:
		s.own.F64 = appendGather(s.own.F64[:0], src.F64, rows)
		v.F64 = s.own.F64
	case Word128:
		s.own.W128 = appendGather(s.own.W128[:0], src.W128, rows)
		v.W128 = s.own.W128
	case Bytes:
		s.own.Spans = appendGather(s.own.Spans[:0], src.Spans, rows)
		v.Spans = s.own.Spans
	}
	return v
}

// gatherOuter is Gather where some rows are NoRow; the result is not Const.
func (s *Scratch) gatherOuter(src *Vector, rows []uint32) *Vector {
	v := s.reset(src, len(rows))
	v.Nulls = s.clearNulls(len(rows))
	if src.Form == Const {
		v.Form = Flat
	}
	if src.Kind == Bool && src.Form != Dict {
		v.Bits = s.clearBits(len(rows))
	}
	for i, r := range rows {
		if r == NoRow || src.IsNull(int(r)) {
			v.Nulls[i>>6] |= 1 << (uint(i) & 63)
		}
	}
	switch {
	case src.Form == Dict:
		s.own.Codes = appendOuter(s.own.Codes[:0], src.Codes, rows, false)
		v.Codes = s.own.Codes
	case src.Kind == Bool:
		for i, r := range rows {
			if r != NoRow && src.Bool(int(r)) {
				v.Bits[i>>6] |= 1 << (uint(i) & 63)
			}
		}
	case src.Kind == Int32:
		s.own.I32 = appendOuter(s.own.I32[:0], src.I32, rows, src.Form == Const)
		v.I32 = s.own.I32
	case src.Kind == Int64:
		s.own.I64 = appendOuter(s.own.I64[:0], src.I64, rows, src.Form == Const)
		v.I64 = s.own.I64
	case src.Kind == Float64:
		s.own.F64 = appendOuter(s.own.F64[:0], src.F64, rows, src.Form == Const)
		v.F64 = s.own.F64
	case src.Kind == Word128:
		s.own.W128 = appendOuter(s.own.W128[:0], src.W128, rows, src.Form == Const)
		v.W128 = s.own.W128
	case src.Kind == Bytes:
		s.own.Spans = appendOuter(s.own.Spans[:0], src.Spans, rows, src.Form == Const)
		v.Spans = s.own.Spans
	}
	return v
}

func appendOuter[T any](dst, src []T, rows []uint32, one bool) []T {
	dst = reserve(dst, len(rows))
	for _, r := range rows {
		var x T
		switch {
		case r == NoRow:
		case one:
			x = src[0]
		default:
			x = src[r]
		}
		dst = append(dst, x)
	}
	return dst
}

// Slice returns rows [from, to) of src; fixed-width values are shared too.
func (s *Scratch) Slice(src *Vector, from, to int) *Vector {
	n := to - from
	v := s.reset(src, n)
	if src.Form == Const {
		aliasValues(v, src)
		v.Nulls = src.Nulls
		return v
	}
	if src.Nulls != nil {
		v.Nulls = s.clearNulls(n)
		copyBits(v.Nulls, 0, src.Nulls, from, n)
	}
	if src.Form == Dict {
		v.Codes = src.Codes[from:to:to]
		return v
	}
	switch src.Kind {
	case Bool:
		v.Bits = s.clearBits(n)
		copyBits(v.Bits, 0, src.Bits, from, n)
	case Int32:
		v.I32 = src.I32[from:to:to]
	case Int64:
		v.I64 = src.I64[from:to:to]
	case Float64:
		v.F64 = src.F64[from:to:to]
	case Word128:
		v.W128 = src.W128[from:to:to]
	case Bytes:
		v.Spans = src.Spans[from:to:to]
	}
	return v
}

// Flatten returns src in Form Flat and unscaled: src itself when it is so. Rows
// that do not count get anything.
func (s *Scratch) Flatten(src *Vector, rows Rows) *Vector {
	if src.Form == Flat && !src.Scaled {
		return src
	}
	n := src.Len
	v := s.reset(src, n)
	v.Form, v.Dict = Flat, nil
	v.Nulls = s.flatNulls(src)
	switch {
	case src.Scaled:
		v.Kind, v.Scaled, v.Exp = Float64, false, 0
		s.own.F64 = resize(s.own.F64, n)
		for _, i := range rows.Selection() {
			s.own.F64[i] = src.Unscaled(int(i))
		}
		v.F64 = s.own.F64
	case src.Form == Const:
		s.flattenConst(src, n)
	default:
		s.flattenDict(src, rows)
	}
	return v
}

func (s *Scratch) flattenConst(src *Vector, n int) {
	v := &s.v
	switch src.Kind {
	case Bool:
		v.Bits = s.clearBits(n)
		if src.Bits[0]&1 != 0 {
			setBits(v.Bits, 0, n)
		}
	case Int32:
		s.own.I32 = appendFill(s.own.I32[:0], src.I32[0], n)
		v.I32 = s.own.I32
	case Int64:
		s.own.I64 = appendFill(s.own.I64[:0], src.I64[0], n)
		v.I64 = s.own.I64
	case Float64:
		s.own.F64 = appendFill(s.own.F64[:0], src.F64[0], n)
		v.F64 = s.own.F64
	case Word128:
		s.own.W128 = appendFill(s.own.W128[:0], src.W128[0], n)
		v.W128 = s.own.W128
	case Bytes:
		s.own.Spans = appendFill(s.own.Spans[:0], src.Spans[0], n)
		v.Spans = s.own.Spans
	}
}

func (s *Scratch) flattenDict(src *Vector, rows Rows) {
	v, d, sel := &s.v, src.Dict.Values, rows.Selection()
	switch src.Kind {
	case Bool:
		v.Bits = s.clearBits(src.Len)
		for _, i := range sel {
			c := src.Codes[i]
			v.Bits[i>>6] |= (d.Bits[c>>6] >> (c & 63) & 1) << (i & 63)
		}
	case Int32:
		s.own.I32 = lookUp(s.own.I32, d.I32, src, sel)
		v.I32 = s.own.I32
	case Int64:
		s.own.I64 = lookUp(s.own.I64, d.I64, src, sel)
		v.I64 = s.own.I64
	case Float64:
		s.own.F64 = lookUp(s.own.F64, d.F64, src, sel)
		v.F64 = s.own.F64
	case Word128:
		s.own.W128 = lookUp(s.own.W128, d.W128, src, sel)
		v.W128 = s.own.W128
	case Bytes:
		s.own.Spans = lookUp(s.own.Spans, d.Spans, src, sel)
		v.Spans, v.Arena = s.own.Spans, d.Arena
	}
	switch {
	case v.Nulls == nil:
	case v.Kind == Bytes:
		clearNullSpans(v, 0)
	default:
		zeroUnderNulls(v, 0)
	}
}

// lookUp returns the dictionary's values of the rows in sel.
func lookUp[T any](dst, values []T, src *Vector, sel []uint16) []T {
	dst = resize(dst, src.Len)
	codes := src.Codes
	for _, i := range sel {
		dst[i] = values[codes[i]]
	}
	return dst
}

// resize returns s with n elements, dirty.
func resize[T any](s []T, n int) []T {
	if n > cap(s) {
		return make([]T, n, max(n, min(2*cap(s), MaxRows)))
	}
	return s[:n]
}

// flatNulls returns the null bits of src row by row, nil when there are none.
func (s *Scratch) flatNulls(src *Vector) []uint64 {
	if src.Nulls == nil || src.Form != Const {
		return src.Nulls
	}
	if src.Nulls[0]&1 == 0 {
		return nil
	}
	n := s.clearNulls(src.Len)
	setBits(n, 0, src.Len)
	return n
}

func aliasValues(v, src *Vector) {
	v.Bits, v.I32, v.I64, v.F64, v.W128, v.Spans = src.Bits, src.I32, src.I64, src.F64, src.W128, src.Spans
}

// Unscaled returns row i of a Scaled vector as the float8 that it stands for.
func (v *Vector) Unscaled(i int) float64 {
	return float64(v.I64[v.index(i)]) / pow10[v.Exp]
}

// pow10 are the scales of Scaled vectors.
var pow10 = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// Window is a Batch over a stretch of longer columns, or over a selection of
// shorter ones. Its memory is used again by each call.
type Window struct {
	batch Batch
	cols  []*Vector
	parts []Scratch
}

func (w *Window) prepare(n int) {
	if len(w.parts) != n {
		w.parts, w.cols = make([]Scratch, n), make([]*Vector, n)
	}
}

// Slice returns rows [from, to) of cols as a batch.
func (w *Window) Slice(cols []*Vector, from, to int) *Batch {
	w.prepare(len(cols))
	for i, c := range cols {
		w.cols[i] = w.parts[i].Slice(c, from, to)
	}
	w.batch = Batch{Len: to - from, Cols: w.cols}
	return &w.batch
}

// Select returns the rows of b in sel as a dense batch.
func (w *Window) Select(b *Batch, sel []uint16) *Batch {
	w.prepare(len(b.Cols))
	for i, c := range b.Cols {
		w.cols[i] = w.parts[i].Select(c, sel)
	}
	w.batch = Batch{Len: len(sel), Cols: w.cols, Seq: b.Seq}
	return &w.batch
}

// Gather returns the named rows of cols as a batch; NULLs for NoRow.
func (w *Window) Gather(cols []*Vector, rows []uint32) *Batch {
	w.prepare(len(cols))
	for i, c := range cols {
		w.cols[i] = w.parts[i].Gather(c, rows)
	}
	w.batch = Batch{Len: len(rows), Cols: w.cols}
	return &w.batch
}
