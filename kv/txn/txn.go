package txn

import (
	"context"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// Isolation is how much a transaction sees of others that commit beside it.
type Isolation uint8

const (
	// ReadCommitted: every statement sees what was committed when it began.
	ReadCommitted Isolation = iota
	// RepeatableRead: every statement sees what was committed when the first began.
	RepeatableRead
)

// DB runs transactions. It may be used by any number of goroutines.
type DB struct{}

// Txn is one transaction. It belongs to one goroutine, but for the Readers of its
// scans.
type Txn struct{}

// Mark is a point in a transaction's writes: a savepoint.
type Mark struct{ n int }

// Begin starts a transaction. It costs nothing until the first Statement.
func (db *DB) Begin(i Isolation) *Txn { return &Txn{} }

// Close waits for the background work of committed transactions.
func (db *DB) Close() error { return nil }

// DropTable removes the rows of a table that the catalog no longer has.
func (db *DB) DropTable(ctx context.Context, id schema.TableID) error { return nil }

// Statement begins a statement: scans see what was committed before it (or before
// the first one) and what earlier statements of the transaction wrote.
func (t *Txn) Statement(ctx context.Context) error { return nil }

// Insert adds the rows of b that count; b has all columns of the table, in order.
// It keeps nothing of b. It returns a *DuplicateKeyError or a *TooLargeError.
func (t *Txn) Insert(ctx context.Context, tbl *schema.Table, b *vector.Batch) error { return nil }

// Update replaces the rows that locators name by the rows of b that count: row i of
// locators is row i of b. All columns may change; a row whose key, time or
// partition changes moves.
func (t *Txn) Update(ctx context.Context, tbl *schema.Table, locators *vector.Vector, b *vector.Batch) error {
	return nil
}

// Delete removes the rows that the locators of the given rows name.
func (t *Txn) Delete(ctx context.Context, tbl *schema.Table, locators *vector.Vector, rows vector.Rows) error {
	return nil
}

// Savepoint returns the present point of the transaction.
func (t *Txn) Savepoint() Mark { return Mark{} }

// RollbackTo undoes what was written since m, which stays valid; marks taken after m
// are not.
func (t *Txn) RollbackTo(ctx context.Context, m Mark) error { return nil }

// Commit makes the writes visible, all at once, and durable. After it, whatever it
// returns, the transaction is over.
func (t *Txn) Commit(ctx context.Context) error { return nil }

// Rollback drops the writes. It does nothing when the transaction is over.
func (t *Txn) Rollback(ctx context.Context) error { return nil }
