// Package session is what stands behind one connection: settings, prepared
// statements, portals, and the state of the transaction. It implements
// pgwire.Handler: text comes in, parse, planner and executor do their part, and
// the results go to pgwire.Writer.
//
// # Transactions
//
// The first statement outside a block opens an implicit transaction, which ends
// at Sync (or at the end of a simple Query string); BEGIN opens a block. A
// statement that is alone in its implicit transaction is committed before its
// CommandComplete, and is run again, with a new snapshot, when it met a
// concurrent write and nothing of its result has been sent.
//
// # Cursors
//
// DECLARE makes a portal, which FETCH reads and the transaction's end closes. It
// goes forward only, except with SCROLL: then it keeps the rows taken so far. WITH
// HOLD takes the rows that are left when the transaction commits.
//
// # Concurrency
//
// A Session belongs to the goroutine of its connection. Engine is shared and
// immutable.
package session
