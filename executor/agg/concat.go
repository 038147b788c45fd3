package agg

import (
	"math"

	"github.com/dejaq/fasti/kv/vector"
)

// concat is string_agg: the values of a group in order of arrival, each behind
// its row's delimiter, but for the first.
type concat struct {
	groups []concatGroup
	pieces []piece
	arena  []byte
}

// concatGroup is a list of pieces, by their places plus one.
type concatGroup struct {
	head, tail uint32
	first      uint32 // length of the first delimiter, which the result leaves out
}

type piece struct {
	span vector.Span // the delimiter and the value
	next uint32      // place plus one, 0 at the end
}

func (c *concat) resize(groups int) { c.groups = grow(c.groups, groups) }

func (c *concat) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	values, delimiters := args[0], args[1]
	for _, r := range sel {
		if values.IsNull(int(r)) {
			continue
		}
		var d []byte
		if !delimiters.IsNull(int(r)) {
			d = delimiters.Bytes(int(r))
		}
		if err := c.add(group(gids, r), d, values.Bytes(int(r)), uint32(len(d))); err != nil {
			return err
		}
	}
	return nil
}

// add appends d and v to a group, of whose text, if it is the group's first,
// the first bytes are the delimiter to leave out.
func (c *concat) add(g uint32, d, v []byte, first uint32) error {
	if len(c.arena)+len(d)+len(v) > math.MaxUint32 || len(c.pieces) == math.MaxUint32 {
		return vector.ErrTooLarge
	}
	s := vector.Span{Off: uint32(len(c.arena)), Len: uint32(len(d) + len(v))}
	c.arena = append(append(c.arena, d...), v...)
	c.pieces = append(c.pieces, piece{span: s})
	at := uint32(len(c.pieces))
	if l := &c.groups[g]; l.head == 0 {
		*l = concatGroup{head: at, tail: at, first: first}
	} else {
		c.pieces[l.tail-1].next = at
		l.tail = at
	}
	return nil
}

func (c *concat) partials() []vector.Kind { return []vector.Kind{vector.Bytes, vector.Int64} }

func (c *concat) partial(from, to int, out []column) {
	for g := from; g < to; g++ {
		if c.groups[g].head == 0 {
			out[0].setNull(g - from)
			out[1].setNull(g - from)
			continue
		}
		out[0].setText(g-from, c.append(out[0].arena(), g))
		out[1].v.I64[g-from] = int64(c.groups[g].first)
	}
}

func (c *concat) append(dst []byte, g int) []byte {
	for at := c.groups[g].head; at != 0; at = c.pieces[at-1].next {
		s := c.pieces[at-1].span
		dst = append(dst, c.arena[s.Off:s.Off+s.Len]...)
	}
	return dst
}

func (c *concat) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		if in[1].IsNull(int(r)) {
			continue
		}
		if err := c.add(group(gids, r), nil, in[0].Bytes(int(r)), uint32(in[1].I64[r])); err != nil {
			return err
		}
	}
	return nil
}

func (c *concat) final(from, to int, out *column) error {
	for g := from; g < to; g++ {
		l := c.groups[g]
		if l.head == 0 {
			out.setNull(g - from)
			continue
		}
		dst := out.arena()
		at := len(dst)
		dst = c.append(dst, g)
		if l.first > 0 {
			dst = append(dst[:at], dst[at+int(l.first):]...)
		}
		if len(dst) > math.MaxUint32 {
			return vector.ErrTooLarge
		}
		out.setText(g-from, dst)
	}
	return nil
}

func (c *concat) bytes() int64 {
	return size(c.groups, 12) + size(c.pieces, 12) + int64(cap(c.arena))
}
