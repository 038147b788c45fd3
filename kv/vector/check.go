package vector

import (
	"fmt"
	"math/bits"
)

// Verify returns what is wrong with b by the invariants V1 to V3, nil when
// nothing is. Tests and test builds call it; it looks at every value.
func Verify(b *Batch) error {
	if b.Len < 0 || b.Len > MaxRows {
		return fmt.Errorf("batch of %d rows", b.Len)
	}
	if b.Count() == 0 {
		return fmt.Errorf("batch without rows that count (len %d)", b.Len)
	}
	for i, r := range b.Sel {
		if int(r) >= b.Len || i > 0 && r <= b.Sel[i-1] {
			return fmt.Errorf("selection entry %d is row %d of %d", i, r, b.Len)
		}
	}
	if b.Runs != nil {
		if n := len(b.Runs.Ends); b.Sel != nil || n == 0 || int(b.Runs.Ends[n-1]) != b.Len {
			return fmt.Errorf("runs %v of %d rows", b.Runs.Ends, b.Len)
		}
	}
	for i, v := range b.Cols {
		if v.Len != b.Len {
			return fmt.Errorf("column %d: %d rows in a batch of %d", i, v.Len, b.Len)
		}
		if err := verify(v, b.Rows()); err != nil {
			return fmt.Errorf("column %d: %w", i, err)
		}
	}
	return nil
}

func verify(v *Vector, rows Rows) error {
	n := v.Len
	if v.Form == Const {
		n = 1
	}
	if v.Scaled && (v.Kind != Int64 || v.Form == Dict) {
		return fmt.Errorf("scaled vector of kind %d, form %d", v.Kind, v.Form)
	}
	if v.Nulls != nil {
		w := (n + 63) / 64
		if len(v.Nulls) < w {
			return fmt.Errorf("null bitmap of %d words for %d rows", len(v.Nulls), n)
		}
		for k, x := range v.Nulls {
			if k >= w && x != 0 || k == w-1 && n%64 != 0 && x>>(n%64) != 0 && v.Form != Const {
				return fmt.Errorf("null bits past row %d: %#x", n, bits.Reverse64(x))
			}
		}
	}
	have := 0
	switch {
	case v.Form == Dict:
		have = len(v.Codes)
		if v.Dict == nil || v.Dict.Values.Form != Flat || v.Dict.Values.Nulls != nil || v.Dict.Values.Kind != v.Kind {
			return fmt.Errorf("bad dictionary")
		}
	case v.Kind == Bool:
		have = 64 * len(v.Bits)
	default:
		have = max(len(v.I32), len(v.I64), len(v.F64), len(v.W128), len(v.Spans))
	}
	if have < n {
		return fmt.Errorf("%d values for %d rows", have, n)
	}
	at := func(i int) error {
		null := v.IsNull(i)
		if v.Form == Const {
			i = 0
		}
		if v.Form == Dict {
			if c := v.Codes[i]; int(c) >= v.Dict.Values.Len && !null || null && c != 0 {
				return fmt.Errorf("row %d: code %d of %d, null %v", i, c, v.Dict.Values.Len, null)
			}
			return nil
		}
		if v.Kind == Bytes {
			if s := v.Spans[i]; uint64(s.Off)+uint64(s.Len) > uint64(len(v.Arena)) {
				return fmt.Errorf("row %d: span %v in an arena of %d", i, s, len(v.Arena))
			}
		}
		if v.Bounded && !null && (v.Kind == Int32 || v.Kind == Int64) && (v.Int(i) < v.Lo || v.Int(i) > v.Hi) {
			return fmt.Errorf("row %d: %d outside [%d, %d]", i, v.Int(i), v.Lo, v.Hi)
		}
		zero := true
		switch v.Kind {
		case Bool:
			zero = !v.Bool(i)
		case Int32, Int64:
			zero = v.Int(i) == 0
		case Float64:
			zero = v.F64[i] == 0
		case Word128:
			zero = v.W128[i] == [2]uint64{}
		case Bytes:
			zero = v.Spans[i].Len == 0
		}
		if null && !zero {
			return fmt.Errorf("row %d: a value under NULL", i)
		}
		return nil
	}
	if rows.Sel != nil {
		for _, r := range rows.Sel {
			if err := at(int(r)); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range rows.N {
		if err := at(i); err != nil {
			return err
		}
	}
	return nil
}

// Copy returns a batch equal to b in memory of its own, but for dictionaries.
func Copy(b *Batch) *Batch {
	c := *b
	c.Sel = clone(b.Sel)
	c.Cols = make([]*Vector, len(b.Cols))
	for i, v := range b.Cols {
		w := *v
		w.Bits, w.I32, w.I64, w.F64, w.W128 = clone(v.Bits), clone(v.I32), clone(v.I64), clone(v.F64), clone(v.W128)
		w.Spans, w.Arena, w.Codes, w.Nulls = clone(v.Spans), clone(v.Arena), clone(v.Codes), clone(v.Nulls)
		c.Cols[i] = &w
	}
	if b.Runs != nil {
		c.Runs = &Runs{Ends: clone(b.Runs.Ends), Cols: clone(b.Runs.Cols)}
	}
	return &c
}

func clone[T any](s []T) []T {
	if s == nil {
		return nil
	}
	return append(make([]T, 0, len(s)), s...)
}

// Poison overwrites a batch that Copy made, so that who still holds it gets
// garbage: wrong values, and spans and codes that panic when used.
func Poison(b *Batch) {
	fill(b.Sel, 0xdbdb)
	for _, v := range b.Cols {
		fill(v.Bits, 0xdbdbdbdbdbdbdbdb)
		fill(v.I32, -0x24242425)
		fill(v.I64, -0x2424242424242425)
		fill(v.F64, -1.2345e234)
		fill(v.W128, [2]uint64{0xdbdbdbdbdbdbdbdb, 0xdbdbdbdbdbdbdbdb})
		fill(v.Spans, Span{0xdbdbdbdb, 0xdbdb})
		fill(v.Arena, 0xdb)
		fill(v.Codes, 0xdbdbdbdb)
		fill(v.Nulls, 0xdbdbdbdbdbdbdbdb)
		*v = Vector{Kind: v.Kind, Len: v.Len}
	}
	if b.Runs != nil {
		fill(b.Runs.Ends, 0xdbdb)
	}
	b.Len, b.Cols = 0, nil
}

func fill[T any](s []T, x T) {
	for i := range s {
		s[i] = x
	}
}
