package write

import (
	"context"

	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// Store is the transaction that is written to.
type Store interface {
	Insert(ctx context.Context, t *schema.Table, b *vector.Batch) error
	// Update and Delete get the rows as they are too, old, if the table has indexes.
	Update(ctx context.Context, t *schema.Table, locators *vector.Vector, b, old *vector.Batch) error
	Delete(ctx context.Context, t *schema.Table, locators *vector.Vector, rows vector.Rows, old *vector.Batch) error
	// Conflicts appends to dst, which has one column of bytes, the locator of the row
	// with an equal key for each row of b that counts, NULL for none. index is an
	// index of t, 0 for its primary key.
	Conflicts(ctx context.Context, t *schema.Table, index schema.TableID, b *vector.Batch, dst *vector.Builder) error
	// Fetch appends columns, by ordinals, of the rows that locators name to dst.
	Fetch(ctx context.Context, t *schema.Table, columns []int, locators *vector.Vector, rows vector.Rows, dst *vector.Builder) error
}

// writer is what the three operators share: it drives the input through apply
// and keeps what RETURNING gives.
type writer struct {
	input     op.Operator
	store     Store
	table     *schema.Table
	rules     constraints
	returning *compute.Program // nil without RETURNING
	// apply changes the rows of b, and returns those that were really changed.
	apply func(b *vector.Batch) (*vector.Batch, error)

	q        *op.Context
	account  *op.Account
	affected int64
	done     bool
	kept     *vector.Builder
	given    int // rows of kept
	window   vector.Window
	old      stored
}

func newWriter(input op.Operator, in []types.Type, store Store, t *schema.Table, checks []physical.Check, returning []expr.Expr) (writer, error) {
	w := writer{input: input, store: store, table: t, old: newStored(t)}
	var err error
	if w.rules, err = newConstraints(t, checks); err != nil || len(returning) == 0 {
		return w, err
	}
	kinds := make([]vector.Kind, len(returning))
	for i, e := range returning {
		kinds[i] = vector.KindOf(e.Type())
	}
	w.kept = vector.NewBuilder(kinds...)
	w.returning, err = compute.Compile(returning, in)
	return w, err
}

// Open opens the input.
func (w *writer) Open(q *op.Context) error {
	w.q, w.account = q, q.Memory.Child("result of RETURNING")
	return w.input.Open(q)
}

// Next changes all rows, the first time; then it gives the results.
func (w *writer) Next() (*vector.Batch, error) {
	if !w.done {
		w.done = true
		if err := w.run(); err != nil {
			return nil, err
		}
	}
	if w.kept == nil || w.given == w.kept.Len() {
		return nil, nil
	}
	from := w.given
	w.given = min(from+w.q.BatchRows, w.kept.Len())
	return w.window.Slice(w.kept.Columns(), from, w.given), nil
}

func (w *writer) run() error {
	for {
		if err := w.q.Check(); err != nil {
			return err
		}
		b, err := w.input.Next()
		if b == nil || err != nil {
			return err
		}
		if b, err = w.apply(b); err != nil {
			return w.q.Explain(Error(err, w.q.Values))
		}
		w.affected += int64(b.Count())
		if w.returning == nil || b.Count() == 0 {
			continue
		}
		cols, err := w.returning.Run(w.q, b)
		if err != nil {
			return err
		}
		if err := w.kept.Append(&vector.Batch{Len: b.Len, Sel: b.Sel, Cols: cols}); err != nil {
			return err
		}
		if err := w.account.Set(w.kept.Bytes()); err != nil {
			return err
		}
	}
}

// RowsAffected returns the number of rows changed.
func (w *writer) RowsAffected() int64 { return w.affected }

// Close closes the input and forgets the results.
func (w *writer) Close() error {
	w.account.Close()
	w.kept = nil
	return w.input.Close()
}
