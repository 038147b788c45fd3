package pgwire

import (
	"context"

	"github.com/dejaq/fasti/meta/types"
)

// Handler is the session behind one connection. All methods are called by the
// connection's goroutine, one at a time. ctx ends at cancel, hang-up or shutdown
// and its cause is a *sqlerr.Error. A returned error is sent as ErrorResponse;
// in the extended protocol the connection then drops messages up to Sync by
// itself. A *sqlerr.Error's Pos is in characters by then.
type Handler interface {
	// Query runs a simple query string of zero or more statements and writes
	// their results to w.
	Query(ctx context.Context, text string, w *Writer) error
	// Parse makes a prepared statement; name "" replaces the unnamed one. oids
	// may be shorter than the parameters; 0 leaves a type open.
	Parse(ctx context.Context, name, text string, oids []uint32) error
	// Bind makes a portal. It decodes the values before it returns: they alias
	// the frame.
	Bind(ctx context.Context, b Bind) error
	// DescribeStatement and DescribePortal return shapes; nil columns mean
	// NoData. formats are a portal's, one per column.
	DescribeStatement(ctx context.Context, name string) (params []uint32, columns []Column, err error)
	DescribePortal(ctx context.Context, name string) (columns []Column, formats []int16, err error)
	// Execute runs a portal for at most limit rows (0: all).
	Execute(ctx context.Context, portal string, limit uint32, w *Writer) error
	// CloseStatement and ClosePortal forget a name; an unknown one is no error.
	CloseStatement(name string)
	ClosePortal(name string)
	// Sync ends the implicit transaction: commits it, or rolls it back when a
	// message since the last Sync has failed. It is called after each Query too.
	Sync(ctx context.Context, failed bool, w *Writer) error
	// TxStatus is the byte of the next ReadyForQuery: 'I', 'T' or 'E'.
	TxStatus() byte
	// Close ends the session; an open transaction is rolled back.
	Close()
}

// Bind is the Bind message.
type Bind struct {
	Portal, Statement string
	// Formats has the parameters' formats: none (all text), one for all, or one
	// each; 0 is text, 1 binary.
	Formats []int16
	// Values alias the frame; nil is NULL.
	Values [][]byte
	// Results has the formats of the result columns, counted as Formats.
	Results []int16
}

// Column describes one result column.
type Column struct {
	Name string
	Type types.Type
}

// Startup is what a client said in its StartupMessage.
type Startup struct {
	User, Database string
	// Parameters are the other run-time settings asked for.
	Parameters map[string]string
	// PID is the backend process id of this connection, > 0.
	PID uint32
}
