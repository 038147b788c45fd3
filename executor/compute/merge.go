package compute

import "github.com/dejaq/fasti/kv/vector"

// merge puts the branches of s together: row i has the value of the argument
// whose set holds i. Rows in no set are zero, or dirty when fixed.
func (p *Program) merge(s *step, set *rowSet, n int) {
	out := &p.regs[s.out]
	if set.n == 0 {
		out.constant(s.outKind, vector.Datum{}, n)
		return
	}
	nulls := false
	for i, r := range s.args {
		from := &p.sets[s.sets[i]]
		if from.n == set.n {
			// One branch has all rows. The compiler keeps its register.
			out.v = *p.regs[r].cur
			out.cur = &out.v
			return
		}
		nulls = nulls || from.n > 0 && p.regs[r].cur.Nulls != nil
	}
	v := out.prepare(s.outKind, n)
	if nulls {
		v.Nulls = out.nulls(n)
	}
	for i, r := range s.args {
		from := &p.sets[s.sets[i]]
		if from.n == 0 {
			continue
		}
		a := p.regs[r].flatten(p.batch, p.rows)
		rows := from.sel
		m := mask(a)
		switch s.outKind {
		case vector.Bool:
			for _, i := range rows {
				k := int(i) & m
				v.Bits[i>>6] |= a.Bits[k>>6] >> (uint(k) & 63) & 1 << (i & 63)
			}
		case vector.Int32:
			copyRows(v.I32, a.I32, rows, m)
		case vector.Int64:
			copyRows(v.I64, a.I64, rows, m)
		case vector.Float64:
			copyRows(v.F64, a.F64, rows, m)
		case vector.Word128:
			copyRows(v.W128, a.W128, rows, m)
		case vector.Bytes:
			copyBytes(v, a, rows, m)
		}
		if a.Nulls != nil {
			for _, i := range rows {
				k := int(i) & m
				v.Nulls[i>>6] |= a.Nulls[k>>6] >> (uint(k) & 63) & 1 << (i & 63)
			}
		}
	}
	if v.Nulls != nil && !vector.AnyBit(v.Nulls) {
		v.Nulls = nil
	}
	out.keep()
}

func copyRows[T any](d, a []T, rows []uint16, mask int) {
	for _, i := range rows {
		d[i] = a[int(i)&mask]
	}
}

// copyBytes copies values into v's arena; those of a constant only once.
func copyBytes(v, a *vector.Vector, rows []uint16, mask int) {
	if mask == 0 {
		at := len(v.Arena)
		v.Arena = append(v.Arena, a.Bytes(0)...)
		s := vector.Span{Off: uint32(at), Len: uint32(len(v.Arena) - at)}
		for _, i := range rows {
			v.Spans[i] = s
		}
		return
	}
	for _, i := range rows {
		p := a.Spans[i]
		at := len(v.Arena)
		v.Arena = append(v.Arena, a.Arena[p.Off:p.Off+p.Len]...)
		v.Spans[i] = vector.Span{Off: uint32(at), Len: p.Len}
	}
}
