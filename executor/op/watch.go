package op

import (
	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/kv/vector"
)

// Watch returns o for test builds: each batch is verified and handed on as a
// copy, which is overwritten as soon as the contract allows (O3), and calls that
// break the contract panic.
func Watch(o Operator) Operator { return &watched{in: o} }

type watched struct {
	in     Operator
	out    *vector.Batch
	failed bool
	closed bool
}

func (w *watched) Open(q *Context) error {
	invariants.Check(!w.closed, "%T: Open after Close", w.in)
	err := w.in.Open(q)
	w.failed = err != nil
	return err
}

func (w *watched) Next() (*vector.Batch, error) {
	invariants.Check(!w.closed && !w.failed, "%T: Next after Close or an error", w.in)
	w.poison()
	b, err := w.in.Next()
	if err != nil {
		w.failed = true
		invariants.Check(b == nil, "%T: a batch beside an error", w.in)
		return nil, err
	}
	if b == nil {
		return nil, nil
	}
	if err := vector.Verify(b); err != nil {
		invariants.Check(false, "%T: %v", w.in, err)
	}
	w.out = vector.Copy(b)
	return w.out, nil
}

func (w *watched) poison() {
	if w.out != nil {
		vector.Poison(w.out)
		w.out = nil
	}
}

func (w *watched) Close() error {
	invariants.Check(!w.closed, "%T: Close twice", w.in)
	w.closed = true
	w.poison()
	return w.in.Close()
}

// RowsAffected passes the operator's number on.
func (w *watched) RowsAffected() int64 {
	if a, ok := w.in.(Affected); ok {
		return a.RowsAffected()
	}
	return 0
}
