package agg

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
)

// States are the states of one aggregate call for numbered groups, for operators
// that decide themselves what a group is.
type States struct {
	s      state
	strict bool
	kind   vector.Kind // of the result
	cols   []column
	vs     []*vector.Vector
	out    column
}

// NewStates returns states without groups. Errors as New's.
func NewStates(id function.ID, args []types.Type, result types.Type) (*States, error) {
	s, strict, err := newState(id, args, result)
	if err != nil {
		return nil, err
	}
	n := len(s.partials())
	return &States{s: s, strict: strict, kind: vector.KindOf(result), cols: make([]column, n), vs: make([]*vector.Vector, n)}, nil
}

// Strict reports whether rows with a NULL argument do not count; the caller
// leaves them out.
func (s *States) Strict() bool { return s.strict }

// Resize makes room for so many groups; those that are new are empty.
func (s *States) Resize(groups int) { s.s.resize(groups) }

// Update adds the rows in sel of args, which are Flat, to their groups.
func (s *States) Update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	if len(sel) == 0 {
		return nil
	}
	return s.s.update(gids, args, sel)
}

// Partials returns the kinds of the columns of Partial.
func (s *States) Partials() []vector.Kind { return s.s.partials() }

// Partial returns the states of groups [from, to), at most vector.MaxRows, as
// columns that Merge takes; valid until the next call.
func (s *States) Partial(from, to int) []*vector.Vector {
	for i, k := range s.s.partials() {
		s.cols[i].reset(k, to-from)
		s.vs[i] = &s.cols[i].v
	}
	s.s.partial(from, to, s.cols)
	return s.vs
}

// Merge adds the partial states in sel to their groups.
func (s *States) Merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	return s.s.merge(gids, in, sel)
}

// Final returns the results of groups [from, to), at most vector.MaxRows; valid
// until the next call.
func (s *States) Final(from, to int) (*vector.Vector, error) {
	s.out.reset(s.kind, to-from)
	if err := s.s.final(from, to, &s.out); err != nil {
		return nil, err
	}
	return &s.out.v, nil
}

// Bytes returns the memory held.
func (s *States) Bytes() int64 { return s.s.bytes() }
