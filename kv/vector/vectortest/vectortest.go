// Package vectortest makes and compares batches in tests: from rows of datums,
// to rows of datums, and the same rows in another mixture of forms.
package vectortest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"

	"github.com/dejaq/fasti/kv/vector"
)

// Batch returns one batch of the rows, at most vector.MaxRows.
func Batch(kinds []vector.Kind, rows [][]vector.Datum) *vector.Batch {
	b := vector.NewBuilder(kinds...)
	for _, r := range rows {
		if err := b.AppendDatums(r); err != nil {
			panic(err)
		}
	}
	return b.Batch()
}

// Rows returns the rows of b that count.
func Rows(b *vector.Batch) [][]vector.Datum {
	var rows [][]vector.Datum
	row := func(i int) {
		r := make([]vector.Datum, len(b.Cols))
		for c, v := range b.Cols {
			if v.Scaled && !v.IsNull(i) {
				r[c] = vector.FloatDatum(v.Unscaled(i))
				continue
			}
			r[c] = vector.At(v, i)
		}
		rows = append(rows, r)
	}
	if b.Sel != nil {
		for _, i := range b.Sel {
			row(int(i))
		}
		return rows
	}
	for i := range b.Len {
		row(i)
	}
	return rows
}

// nextDict numbers the dictionaries of tests; the process's own are numbered
// from 0 up.
var nextDict atomic.Uint64

// Mix returns the rows of b that count in a random mixture of forms: with rows
// that do not count between them, columns as dictionaries, and columns of one
// value as Const. The batch keeps at most max rows' length when it allows.
func Mix(r *rand.Rand, b *vector.Batch) *vector.Batch {
	kinds := make([]vector.Kind, len(b.Cols))
	for i, v := range b.Cols {
		kinds[i] = v.Kind
		if v.Scaled {
			kinds[i] = vector.Float64
		}
	}
	rows := Rows(b)
	out := vector.NewBuilder(kinds...)
	var sel []uint16
	junk := r.IntN(2) == 0
	for _, row := range rows {
		if junk && r.IntN(3) == 0 && len(rows) < vector.MaxRows/2 {
			must(out.AppendDatums(rows[r.IntN(len(rows))]))
		}
		sel = append(sel, uint16(out.Len()))
		must(out.AppendDatums(row))
	}
	m := vector.Copy(out.Batch())
	if m.Len > len(sel) || r.IntN(4) == 0 {
		m.Sel = sel
	}
	for i, v := range m.Cols {
		switch {
		case r.IntN(2) == 0 && one(v):
			m.Cols[i] = vector.ConstOf(v.Kind, vector.At(v, 0), v.Len)
		case r.IntN(2) == 0 && v.Kind == vector.Bytes:
			m.Cols[i] = dict(r, v)
		}
	}
	return m
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func one(v *vector.Vector) bool {
	for i := 1; i < v.Len; i++ {
		if !Same(vector.At(v, i), vector.At(v, 0)) {
			return false
		}
	}
	return v.Len > 0
}

// dict returns v as codes into a dictionary that also holds other values.
func dict(r *rand.Rand, v *vector.Vector) *vector.Vector {
	values := []string{"not in any row"}
	for i := range v.Len {
		if !v.IsNull(i) {
			values = append(values, string(v.Bytes(i)))
		}
	}
	slices.Sort(values)
	values = slices.Compact(values)
	sorted := r.IntN(2) == 0
	if !sorted {
		r.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
	}
	code := map[string]uint32{}
	flat := vector.NewBuilder(v.Kind)
	for i, s := range values {
		code[s] = uint32(i)
		must(flat.AppendDatums([]vector.Datum{vector.StringDatum(s)}))
	}
	d := &vector.Vector{Kind: v.Kind, Form: vector.Dict, Len: v.Len, Nulls: v.Nulls, Codes: make([]uint32, v.Len)}
	d.Dict = &vector.Dictionary{ID: 1<<63 + nextDict.Add(1), Values: flat.Columns()[0], Sorted: sorted}
	for i := range v.Len {
		if !v.IsNull(i) {
			d.Codes[i] = code[string(v.Bytes(i))]
		}
	}
	return d
}

// Same reports whether two datums are the same value: NaN is itself, -0 not 0.
func Same(a, b vector.Datum) bool {
	if math.IsNaN(a.F) && math.IsNaN(b.F) {
		a.F, b.F = 0, 0
	}
	return a == b && math.Signbit(a.F) == math.Signbit(b.F)
}

// Text returns rows as lines, for messages and for sorting.
func Text(rows [][]vector.Datum) []string {
	lines := make([]string, len(rows))
	for i, row := range rows {
		for _, d := range row {
			switch {
			case d.Null:
				lines[i] += "NULL|"
			default:
				lines[i] += fmt.Sprintf("%d %v %x %q|", d.I, d.F, d.W, d.S)
			}
		}
	}
	return lines
}
