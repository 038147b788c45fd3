package op

import "github.com/dejaq/fasti/kv/vector"

// Operator produces batches on demand. Open, Next and Close are called by one
// goroutine at a time.
//
//   - Next returns nil, nil at the end, and again after the end. It never
//     returns a batch without rows that count.
//   - The batch and everything it points to is valid until the next call of
//     Next or Close on the same operator. The caller must not modify vectors,
//     Sel or Runs. To narrow, it puts its own Sel into its own Batch that shares
//     Cols; to add columns, its own Cols slice. To keep rows it copies them with
//     a vector.Builder.
//   - After an error Next is not called again; Close is always called exactly
//     once, also after a failed Open or without one, and waits for goroutines.
//   - Long work inside one Next (build, sort, merge) calls q.Check every 64 k
//     rows.
type Operator interface {
	Open(q *Context) error
	Next() (*vector.Batch, error)
	Close() error
}

// Affected is implemented by the operators that change rows. RowsAffected is
// the number in the command tag; it is final when Next has returned nil.
type Affected interface{ RowsAffected() int64 }
