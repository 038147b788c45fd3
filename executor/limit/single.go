package limit

import (
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Single gives exactly one row: that of its input, or NULLs when there is none.
type Single struct {
	input op.Operator
	kept  *vector.Builder
	q     *op.Context
	done  bool
}

// NewSingle returns a Single over input, whose columns have these kinds.
func NewSingle(input op.Operator, kinds []vector.Kind) *Single {
	return &Single{input: input, kept: vector.NewBuilder(kinds...)}
}

// Open opens the input.
func (s *Single) Open(q *op.Context) error {
	s.q = q
	return s.input.Open(q)
}

// Next returns the row; a second one of the input is 21000.
func (s *Single) Next() (*vector.Batch, error) {
	if s.done {
		return nil, nil
	}
	s.done = true
	for {
		b, err := s.input.Next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			break
		}
		if s.kept.Len()+b.Count() > 1 {
			return nil, sqlerr.New(sqlerr.CardinalityViolation, "more than one row returned by a subquery used as an expression")
		}
		if err := s.kept.Append(b); err != nil {
			return nil, err
		}
	}
	if s.kept.Len() == 0 {
		row := make([]vector.Datum, len(s.kept.Columns()))
		for i := range row {
			row[i] = vector.NullDatum
		}
		if err := s.kept.AppendDatums(row); err != nil {
			return nil, err
		}
	}
	return s.kept.Batch(), nil
}

// Close closes the input.
func (s *Single) Close() error { return s.input.Close() }
