package compute

import "github.com/dejaq/fasti/kv/vector"

// dictMax bounds the dictionaries whose results a step remembers: the parts of a
// scan bring few at a time.
const dictMax = 4

// dictCache remembers what a step computed for the values of dictionaries.
type dictCache struct {
	next  int // which entry to replace
	known [dictMax]dictResult
}

type dictResult struct {
	id  uint64
	ok  bool // the entry is in use
	bad bool // the kernel failed on some value, which may be in no row
	reg register
}

// callDict runs s once per dictionary entry and maps the codes of the rows to
// the results. It reports false when the step must run row by row.
func (p *Program) callDict(s *step, out *register, rows vector.Rows) bool {
	a := p.regs[s.args[0]].cur
	res := p.dictResult(s, a.Dict)
	if res.bad {
		return false
	}
	src := &res.reg.v
	n := rows.N
	v := out.prepare(s.outKind, n)
	if a.Nulls != nil {
		out.own.Nulls = grow(out.own.Nulls, (n+63)/64)
		copy(out.own.Nulls, a.Nulls)
		v.Nulls = out.own.Nulls
	}
	codes := a.Codes[:n]
	if rows.Sel != nil {
		for _, i := range rows.Sel {
			mapCode(v, src, int(i), codes[i])
		}
	} else {
		for i, c := range codes {
			mapCode(v, src, i, c)
		}
	}
	if s.outKind == vector.Bytes {
		v.Arena = src.Arena // which stays as long as the step
	}
	if v.Nulls != nil {
		zeroNulls(v)
	}
	return true
}

// mapCode sets row i to value c of src.
func mapCode(v, src *vector.Vector, i int, c uint32) {
	switch v.Kind {
	case vector.Bool:
		v.Bits[i>>6] |= src.Bits[c>>6] >> (c & 63) & 1 << (uint(i) & 63)
	case vector.Int32:
		v.I32[i] = src.I32[c]
	case vector.Int64:
		v.I64[i] = src.I64[c]
	case vector.Float64:
		v.F64[i] = src.F64[c]
	case vector.Word128:
		v.W128[i] = src.W128[c]
	case vector.Bytes:
		v.Spans[i] = src.Spans[c]
	}
}

func (p *Program) dictResult(s *step, d *vector.Dictionary) *dictResult {
	if s.dict == nil {
		s.dict = new(dictCache)
	}
	c := s.dict
	for i := range c.known {
		if r := &c.known[i]; r.ok && r.id == d.ID {
			return r
		}
	}
	r := &c.known[c.next]
	c.next = (c.next + 1) % dictMax
	r.id, r.ok = d.ID, true
	// A result with a NULL of its own, and dictionaries too long for a
	// selection, go row by row.
	r.bad = d.Values.Len > vector.MaxRows
	if r.bad {
		return r
	}
	s.argv[0] = d.Values
	for i, a := range s.args[1:] {
		s.argv[i+1] = p.regs[a].flatten(p.batch, p.rows)
		r.bad = r.bad || s.argv[i+1].Form != vector.Const || s.argv[i+1].IsNull(0)
	}
	if r.bad {
		return r
	}
	err := p.env.call(s, &r.reg, s.argv, vector.Rows{N: d.Values.Len})
	r.bad = err != nil || r.reg.v.Nulls != nil
	return r
}
