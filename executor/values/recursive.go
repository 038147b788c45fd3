package values

import (
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// Work is the working table of a recursive query: what its last step gave. The
// scans of one step read it, the recursion replaces it between steps.
type Work struct{ rows *vector.Builder }

// WorkScan gives the rows of a working table.
type WorkScan struct {
	work   *Work
	q      *op.Context
	next   int
	window vector.Window
}

// NewWorkScan returns a scan of w.
func NewWorkScan(w *Work) *WorkScan { return &WorkScan{work: w} }

// Open begins at the first row.
func (s *WorkScan) Open(q *op.Context) error {
	s.q, s.next = q, 0
	return nil
}

// Next returns the next rows.
func (s *WorkScan) Next() (*vector.Batch, error) {
	if err := s.q.Check(); err != nil {
		return nil, err
	}
	from, to := s.next, min(s.next+s.q.BatchRows, s.work.rows.Len())
	if from == to {
		return nil, nil
	}
	s.next = to
	return s.window.Slice(s.work.rows.Columns(), from, to), nil
}

// Close has nothing to close.
func (s *WorkScan) Close() error { return nil }

// Steps gives the rows of a seed, and then those of one step after the other,
// each over a working table of what the one before gave, until that is nothing.
type Steps struct {
	step func() (op.Operator, error)
	work *Work // of the step that runs
	next *vector.Builder
	now  op.Operator // the seed or a step; nil at the end
	q    *op.Context
}

// NewSteps returns the Steps of seed; step makes the operators of a step, which
// read w.
func NewSteps(seed op.Operator, step func() (op.Operator, error), w *Work, out []types.Type) *Steps {
	w.rows = vector.NewBuilder(Kinds(out)...)
	return &Steps{step: step, work: w, next: vector.NewBuilder(Kinds(out)...), now: seed}
}

// Open opens the seed.
func (s *Steps) Open(q *op.Context) error {
	s.q = q
	return s.now.Open(q)
}

// Next returns the next rows. What Recursive kept of those before is the working
// table of the next step.
func (s *Steps) Next() (*vector.Batch, error) {
	for s.now != nil {
		b, err := s.now.Next()
		if b != nil || err != nil {
			return b, err
		}
		err = s.now.Close()
		if s.now = nil; err != nil {
			return nil, err
		}
		s.work.rows, s.next = s.next, s.work.rows
		s.next.Reset()
		if s.work.rows.Len() == 0 {
			return nil, nil
		}
		if err := s.q.Check(); err != nil {
			return nil, err
		}
		if s.now, err = s.step(); err != nil {
			return nil, err
		}
		if err := s.now.Open(s.q); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// Close closes what runs.
func (s *Steps) Close() error {
	if s.now == nil {
		return nil
	}
	return s.now.Close()
}

// Recursive is WITH RECURSIVE: it passes on the rows of steps, those that input
// leaves of them, and keeps them for the next step. Its memory is that of two
// working tables, and for UNION of all rows.
type Recursive struct {
	input   op.Operator // over steps
	steps   *Steps
	account *op.Account
}

// NewRecursive returns a Recursive over input, which is steps or drops rows of it
// that have been there, a batch at a time.
func NewRecursive(input op.Operator, steps *Steps) *Recursive {
	return &Recursive{input: input, steps: steps}
}

// Open opens the input.
func (r *Recursive) Open(q *op.Context) error {
	r.account = q.Memory.Child("recursive query")
	return r.input.Open(q)
}

// Next returns the next rows.
func (r *Recursive) Next() (*vector.Batch, error) {
	b, err := r.input.Next()
	if b == nil || err != nil {
		return nil, err
	}
	if err := r.steps.next.Append(b); err != nil {
		return nil, r.steps.q.Explain(err)
	}
	return b, r.account.Set(r.steps.next.Bytes() + r.steps.work.rows.Bytes())
}

// Close closes the input.
func (r *Recursive) Close() error {
	err := r.input.Close()
	r.account.Close()
	return err
}
