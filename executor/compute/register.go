package compute

import "github.com/dejaq/fasti/kv/vector"

// register holds one vector of a program.
type register struct {
	// cur is what the register holds now: v, a column of the batch, or a constant.
	cur *vector.Vector
	v   vector.Vector
	// own is the memory that v is built on; v may instead alias an argument.
	own vector.Vector
	// flat is cur without dictionary and scale, made when first asked for in a
	// batch; flattened is the batch in which it was.
	flat      vector.Scratch
	flattened uint64
	flatCur   *vector.Vector
}

// grow returns s with n elements, dirty, in memory that it keeps.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		// Whole words of bitmaps, and room for the next batch.
		return make([]T, n, (n+63)&^63)
	}
	return s[:n]
}

// prepare makes the register a Flat vector of n rows over its own memory,
// without nulls; spans are zero, the arena is empty.
func (r *register) prepare(k vector.Kind, n int) *vector.Vector {
	r.v = vector.Vector{Kind: k, Len: n}
	switch k {
	case vector.Bool:
		r.own.Bits = grow(r.own.Bits, (n+63)/64)
		clear(r.own.Bits)
		r.v.Bits = r.own.Bits
	case vector.Int32:
		r.own.I32 = grow(r.own.I32, n)
		r.v.I32 = r.own.I32
	case vector.Int64:
		r.own.I64 = grow(r.own.I64, n)
		r.v.I64 = r.own.I64
	case vector.Float64:
		r.own.F64 = grow(r.own.F64, n)
		r.v.F64 = r.own.F64
	case vector.Word128:
		r.own.W128 = grow(r.own.W128, n)
		r.v.W128 = r.own.W128
	case vector.Bytes:
		r.own.Spans = grow(r.own.Spans, n)
		clear(r.own.Spans)
		r.v.Spans = r.own.Spans
		r.v.Arena = r.own.Arena[:0]
	}
	r.cur = &r.v
	return &r.v
}

// nulls returns a zero bitmap of the register's own for n rows.
func (r *register) nulls(n int) []uint64 {
	r.own.Nulls = grow(r.own.Nulls, (n+63)/64)
	clear(r.own.Nulls)
	return r.own.Nulls
}

// constant makes the register the Const d for n rows.
func (r *register) constant(k vector.Kind, d vector.Datum, n int) *vector.Vector {
	arena := append(r.own.Arena[:0], d.S...)
	v := r.prepare(k, 1)
	v.Form, v.Len = vector.Const, n
	if d.Null {
		v.Nulls = r.nulls(1)
		v.Nulls[0] = 1
	}
	switch k {
	case vector.Bool:
		v.Bits[0] = uint64(d.I)
	case vector.Int32:
		v.I32[0] = int32(d.I)
	case vector.Int64:
		v.I64[0] = d.I
	case vector.Float64:
		v.F64[0] = d.F
	case vector.Word128:
		v.W128[0] = d.W
	case vector.Bytes:
		r.own.Arena = arena
		v.Arena = arena
		v.Spans[0] = vector.Span{Len: uint32(len(d.S))}
	}
	return v
}

// keep remembers the arena that a kernel has grown.
func (r *register) keep() {
	if r.v.Kind == vector.Bytes {
		r.own.Arena = r.v.Arena
	}
	if r.v.Nulls != nil {
		r.own.Nulls = r.v.Nulls
	}
}

// flatten returns what the register holds as Flat or Const and unscaled; batch
// numbers the running batch and rows are those of it that count.
func (r *register) flatten(batch uint64, rows vector.Rows) *vector.Vector {
	v := r.cur
	if v.Form != vector.Dict && !v.Scaled {
		return v
	}
	if r.flattened != batch || r.flatCur == nil {
		r.flatCur = r.flat.Flatten(v, rows)
		r.flattened = batch
	}
	return r.flatCur
}
