package values

import (
	"errors"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
)

// Append gives the rows of one input after the other. Inputs are opened when
// their turn comes.
type Append struct {
	inputs []op.Operator
	q      *op.Context
	opened int // inputs opened; the last of them is being read
}

// NewAppend returns an Append over inputs of equal columns.
func NewAppend(inputs []op.Operator) *Append { return &Append{inputs: inputs} }

// Open remembers the context.
func (a *Append) Open(q *op.Context) error {
	a.q = q
	return nil
}

// Next returns the next batch of the current input, or of the next one.
func (a *Append) Next() (*vector.Batch, error) {
	for {
		if a.opened > 0 {
			b, err := a.inputs[a.opened-1].Next()
			if b != nil || err != nil {
				return b, err
			}
		}
		if a.opened == len(a.inputs) {
			return nil, nil
		}
		a.opened++
		if err := a.inputs[a.opened-1].Open(a.q); err != nil {
			return nil, err
		}
	}
}

// Close closes the inputs, those that were never opened too.
func (a *Append) Close() error {
	var errs []error
	for _, in := range a.inputs {
		errs = append(errs, in.Close())
	}
	return errors.Join(errs...)
}
