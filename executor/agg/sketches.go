package agg

import (
	"github.com/dejaq/fasti/executor/sketch"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// sketches is percentile_agg of numbers, and rollup of what it gives.
type sketches struct {
	encoded bool             // the arguments are sketches
	all     []*sketch.Sketch // nil for no values
}

func (s *sketches) resize(groups int) { s.all = grow(s.all, groups) }

// of returns the sketch of a group.
func (s *sketches) of(g uint32) *sketch.Sketch {
	if s.all[g] == nil {
		s.all[g] = new(sketch.Sketch)
	}
	return s.all[g]
}

func (s *sketches) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	if s.encoded {
		return s.merge(gids, args, sel)
	}
	vals := args[0].F64
	for _, r := range sel {
		s.of(group(gids, r)).Add(vals[r])
	}
	return nil
}

func (s *sketches) partials() []vector.Kind { return []vector.Kind{vector.Bytes} }

func (s *sketches) partial(from, to int, out []column) { s.write(from, to, &out[0]) }

func (s *sketches) write(from, to int, out *column) {
	for g := from; g < to; g++ {
		if s.all[g] == nil {
			out.setNull(g - from)
			continue
		}
		out.setText(g-from, s.all[g].Append(out.arena()))
	}
}

func (s *sketches) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		if in[0].IsNull(int(r)) {
			continue
		}
		o, err := sketch.Decode(in[0].Bytes(int(r)))
		if err != nil {
			return sqlerr.New(sqlerr.InvalidBinaryRepresentation, "invalid percentile sketch")
		}
		s.of(group(gids, r)).Merge(o)
	}
	return nil
}

func (s *sketches) final(from, to int, out *column) error {
	s.write(from, to, out)
	return nil
}

func (s *sketches) bytes() int64 {
	n := size(s.all, 8)
	for _, x := range s.all {
		if x != nil {
			n += 128 + x.Bytes()
		}
	}
	return n
}
