package agg

import "github.com/dejaq/fasti/kv/vector"

// boolean is bool_and, every and bool_or.
type boolean struct {
	and bool
	s   []uint8 // cellEmpty, or 1 + the value
}

func (b *boolean) resize(groups int) { b.s = grow(b.s, groups) }

func (b *boolean) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	bits := args[0].Bits
	for _, r := range sel {
		v := uint8(bits[r>>6]>>(r&63)&1) + 1
		s := &b.s[group(gids, r)]
		if *s == cellEmpty || b.and && v < *s || !b.and && v > *s {
			*s = v
		}
	}
	return nil
}

func (b *boolean) partials() []vector.Kind { return []vector.Kind{vector.Bool} }

func (b *boolean) partial(from, to int, out []column) { b.write(from, to, &out[0]) }

func (b *boolean) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	return mergeValues(b, gids, in, sel)
}

func (b *boolean) final(from, to int, out *column) error {
	b.write(from, to, out)
	return nil
}

func (b *boolean) write(from, to int, out *column) {
	for g := from; g < to; g++ {
		if b.s[g] == cellEmpty {
			out.setNull(g - from)
		}
		out.setBool(g-from, b.s[g] == 2)
	}
}

func (b *boolean) bytes() int64 { return size(b.s, 1) }

// bitwise is bit_and, bit_or and bit_xor.
type bitwise struct {
	op   string // "and", "or", "xor"
	kind vector.Kind
	acc  []int64
	some []bool
}

func (b *bitwise) resize(groups int) {
	b.acc = grow(b.acc, groups)
	b.some = grow(b.some, groups)
}

func (b *bitwise) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		v, g := args[0].Int(int(r)), group(gids, r)
		switch {
		case !b.some[g]:
			b.acc[g], b.some[g] = v, true
		case b.op == "and":
			b.acc[g] &= v
		case b.op == "or":
			b.acc[g] |= v
		default:
			b.acc[g] ^= v
		}
	}
	return nil
}

func (b *bitwise) partials() []vector.Kind { return []vector.Kind{b.kind} }

func (b *bitwise) partial(from, to int, out []column) { b.write(from, to, &out[0]) }

func (b *bitwise) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	return mergeValues(b, gids, in, sel)
}

func (b *bitwise) final(from, to int, out *column) error {
	b.write(from, to, out)
	return nil
}

func (b *bitwise) write(from, to int, out *column) {
	for g := from; g < to; g++ {
		switch {
		case !b.some[g]:
			out.setNull(g - from)
		case b.kind == vector.Int32:
			out.v.I32[g-from] = int32(b.acc[g])
		default:
			out.v.I64[g-from] = b.acc[g]
		}
	}
}

func (b *bitwise) bytes() int64 { return size(b.acc, 8) + size(b.some, 1) }
