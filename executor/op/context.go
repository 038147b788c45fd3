package op

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/dejaq/fasti/executor/spool"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// CheckRows is how many rows a loop may handle between two calls of Check.
const CheckRows = 64 << 10

// DefaultMemoryLimit is the memory of one statement when Options say nothing.
const DefaultMemoryLimit = 512 << 20

// Context is one statement's execution on one node; operators keep it from Open
// to Close. It is shared by the workers of a Gather. Make it with NewContext.
type Context struct {
	Go        context.Context // for I/O below; Check is what loops use
	BatchRows int             // 1..vector.MaxRows; tests run 1, 3, 64, 4096
	Workers   int             // ≥ 1
	Memory    *Account        // of the statement; operators open children of it
	WorkMem   int64           // what one operator may keep before it spills; 0: no bound of its own
	Spool     *spool.Space    // temporary files of the statement; nil: operators cannot spill
	Pool      *Pool           // of the statement
	Values    *value.Settings // time zone and output styles of the session
	Now       time.Time       // transaction time, which now() gives
	Clock     time.Time       // statement time, for statement_timestamp()
	Params    []vector.Datum  // $1 is Params[0]
	Session   Session         // what current_user and the like answer
	System    System          // the functions over the system catalogs; nil for none
	// Notice passes a NOTICE or WARNING to the client; nil drops it.
	Notice func(*sqlerr.Error)

	cancelled atomic.Bool
	checks    atomic.Int64 // calls of Check left before the cancellation that CancelAt asked for
	stop      func() bool
}

// Session answers the functions of session information (manual 9.26).
type Session struct {
	User, Database, Version string
	SearchPath              []string
	BackendPID              int32
	// Setting returns current_setting(name); ok false when there is none.
	Setting func(name string) (string, bool)
	// Sequences answers nextval and its relatives; nil: there are none.
	Sequences Sequences
}

// Sequences gives the values of sequences, named by their ids.
type Sequences interface {
	// Next takes n values and gives them in order.
	Next(ctx context.Context, id uint32, n int, give func(i int, v int64)) error
	// Current and Last are currval and lastval.
	Current(id uint32) (int64, error)
	Last() (int64, error)
	// Set is setval.
	Set(ctx context.Context, id uint32, v int64, called bool) error
}

// System computes the functions of function.Catalog and CatalogSets. It is used by all workers of
// a statement at once.
type System interface {
	// Function returns the code of a signature, nil when there is none.
	Function(id function.ID) func(q *Context, args []vector.Datum) (vector.Datum, error)
	// Set returns the code of a signature of function.CatalogSets, nil when there
	// is none: it calls add with each result row.
	Set(id function.ID) func(q *Context, args []vector.Datum, add func(row []vector.Datum) error) error
}

// Options are what a statement brings to its execution. The zero value works.
type Options struct {
	// BatchRows is the most rows of a batch. Default vector.MaxRows.
	BatchRows int
	// Workers is the most goroutines of one Gather. Default GOMAXPROCS.
	Workers int
	// MemoryLimit in bytes. Default DefaultMemoryLimit.
	MemoryLimit int64
	// Memory is the account of the node, which bounds all statements together;
	// nil for none.
	Memory *Account
	// WorkMem in bytes is what one operator may keep in memory before it spills
	// to Spool; 0 for the statement's limit alone. Without Spool it has no effect.
	WorkMem int64
	Spool   *spool.Space
	// Values is the session's settings. Default value.Default().
	Values *value.Settings
	// Now and Clock are the times of transaction and statement.
	Now, Clock time.Time
	Params     []vector.Datum
	Session    Session
	System     System
	Notice     func(*sqlerr.Error)
}

// NewContext returns the context of a statement that ends with ctx; the cause
// of ctx, when it is a *sqlerr.Error, is what Check returns then. The caller
// calls Close after the last operator's.
func NewContext(ctx context.Context, o Options) *Context {
	if o.BatchRows <= 0 || o.BatchRows > vector.MaxRows {
		o.BatchRows = vector.MaxRows
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.MemoryLimit <= 0 {
		o.MemoryLimit = DefaultMemoryLimit
	}
	if o.Values == nil {
		o.Values = value.Default()
	}
	q := &Context{
		Go: ctx, BatchRows: o.BatchRows, Workers: o.Workers, Memory: NewAccount(o.Memory, o.MemoryLimit), WorkMem: o.WorkMem, Spool: o.Spool, Pool: new(Pool),
		Values: o.Values, Now: o.Now, Clock: o.Clock, Params: o.Params, Session: o.Session, System: o.System, Notice: o.Notice,
	}
	q.watch()
	return q
}

// Child returns a context for a part of q's work that can be cancelled alone:
// all of q, but for Go, which must descend from q.Go. The caller closes it.
func (q *Context) Child(ctx context.Context) *Context {
	c := &Context{
		Go: ctx, BatchRows: q.BatchRows, Workers: q.Workers, Memory: q.Memory, WorkMem: q.WorkMem, Spool: q.Spool, Pool: q.Pool,
		Values: q.Values, Now: q.Now, Clock: q.Clock, Params: q.Params, Session: q.Session, System: q.System, Notice: q.Notice,
	}
	c.watch()
	return c
}

func (q *Context) watch() {
	q.stop = context.AfterFunc(q.Go, func() { q.cancelled.Store(true) })
}

// Keep sets the account of an operator that can spill to n bytes, or says that
// the operator has to spill: n is more than WorkMem, or than the statement or the
// node may have. The account is unchanged then. Without Spool it is a.Set.
func (q *Context) Keep(a *Account, n int64) (spill bool, err error) {
	if q.Spool == nil {
		return false, a.Set(n)
	}
	if n <= a.used {
		a.Shrink(a.used - n)
		return false, nil
	}
	return q.WorkMem > 0 && n > q.WorkMem || !a.Grow(n-a.used), nil
}

// Close ends the watch over Go. Check stays callable.
func (q *Context) Close() {
	if q.stop != nil {
		q.stop()
	}
}

// Check returns the reason when the statement has been cancelled, else nil. It
// costs an atomic load.
func (q *Context) Check() error {
	if q.checks.Load() > 0 && q.checks.Add(-1) == 0 {
		q.cancelled.Store(true)
	}
	if !q.cancelled.Load() {
		return nil
	}
	return q.Cause()
}

// CancelAt cancels the statement at the k-th next call of Check; for tests.
func (q *Context) CancelAt(k int64) { q.checks.Store(k) }

// Cause returns the error of a cancelled statement: the cause of Go when that
// is a *sqlerr.Error (a timeout, a shutdown), else the user's request, 57014.
func (q *Context) Cause() error {
	cause := context.Cause(q.Go)
	var e *sqlerr.Error
	if errors.As(cause, &e) {
		return e
	}
	e = sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request")
	e.Cause = cause
	return e
}

// Explain returns an error from below as the client should see it: the reason of
// the cancellation when the statement has been cancelled, since what lies below
// reports that as an error of its own, and 54000 for vector.ErrTooLarge.
func (q *Context) Explain(err error) error {
	switch {
	case err == nil:
		return nil
	case q.Go.Err() != nil:
		return q.Cause()
	case errors.Is(err, vector.ErrTooLarge):
		e := sqlerr.New(sqlerr.ProgramLimitExceeded, "a statement can keep at most 4 GB of one column's text")
		e.Cause = err
		return e
	}
	return err
}

// Note passes a NOTICE to the client.
func (q *Context) Note(code, format string, args ...any) {
	if q.Notice == nil {
		return
	}
	e := sqlerr.New(code, format, args...)
	e.Severity = "NOTICE"
	q.Notice(e)
}
