package op

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/value"
)

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
//     once, also after a failed Open, and waits for goroutines.
//   - Long work inside one Next (build, sort, merge) calls q.Check every 64 k
//     rows.
type Operator interface {
	Open(q *Context) error
	Next() (*vector.Batch, error)
	Close() error
}

// Context is one statement's execution on one node; operators keep it from Open
// to Close. It is shared by the workers of a Gather.
type Context struct {
	Go        context.Context // for I/O below; Check is what loops use
	BatchRows int             // 1..vector.MaxRows; tests run 1, 3, 64, 4096
	Workers   int             // ≥ 1
	Memory    *Account        // of the statement; operators open children of it
	Values    *value.Settings // time zone and output styles of the session
	Now       time.Time       // transaction time, which now() gives
	Clock     time.Time       // statement time, for statement_timestamp()
	Params    []vector.Datum  // $1 is Params[0]
	Session   Session         // what current_user and the like answer

	cancelled atomic.Bool
}

// Session answers the functions of session information (manual 9.26).
type Session struct {
	User, Database, Version string
	SearchPath              []string
	BackendPID              int32
	// Setting returns current_setting(name); ok false when there is none.
	Setting func(name string) (string, bool)
}
