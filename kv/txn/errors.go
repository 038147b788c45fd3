package txn

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// What a transaction may end with. Unless said otherwise the transaction is still
// open and its caller rolls it back.
var (
	// ErrConflict is what a ConflictError unwraps to (SQLSTATE 40001). After Commit
	// returned it the transaction is rolled back.
	ErrConflict = errors.New("txn: could not serialize access due to concurrent update")
	// ErrDuplicateKey is what a DuplicateKeyError unwraps to (23505).
	ErrDuplicateKey = errors.New("txn: duplicate key")
	// ErrTooLarge is what a TooLargeError unwraps to (54000).
	ErrTooLarge = errors.New("txn: transaction too large")
	// ErrUnknown is returned by Commit when nobody could tell in time whether the
	// transaction committed (08007). It may have.
	ErrUnknown = errors.New("txn: outcome of the commit unknown")
	// ErrNoGroup is returned when no replica of a group that a statement needs
	// serves here (57P03).
	ErrNoGroup = errors.New("txn: replication group not available")
	// ErrTableGone is returned by statements and Commit when a table they write was
	// dropped or changed meanwhile (40001: the statement is planned anew).
	ErrTableGone = errors.New("txn: table changed")
	// ErrDone is returned by every method of a transaction that has committed or
	// rolled back.
	ErrDone = errors.New("txn: transaction is over")
	// ErrClosed is returned after DB.Close.
	ErrClosed = errors.New("txn: closed")
)

// ConflictError says that another transaction changed a row that this one changes
// too, after this one's statement had read it.
type ConflictError struct {
	Table *schema.Table
	Key   []vector.Datum // primary key; nil for a table without one
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("txn: write conflict in table %s", e.Table.Name)
}

// Unwrap lets errors.Is(err, ErrConflict) hold.
func (e *ConflictError) Unwrap() error { return ErrConflict }

// DuplicateKeyError says that a row with this primary key, or these keys of a unique
// index, exists.
type DuplicateKeyError struct {
	Table *schema.Table
	Index *schema.Index  // nil for the primary key
	Key   []vector.Datum // in the order of Table.Key, or of Index.Keys
}

func (e *DuplicateKeyError) Error() string {
	if e.Index != nil {
		return fmt.Sprintf("txn: duplicate key in index %s of table %s", e.Index.Name, e.Table.Name)
	}
	names := make([]string, len(e.Table.Key))
	for i, c := range e.Table.Key {
		names[i] = e.Table.Columns[c].Name
	}
	return fmt.Sprintf("txn: duplicate key (%s) in table %s", strings.Join(names, ", "), e.Table.Name)
}

// Unwrap lets errors.Is(err, ErrDuplicateKey) hold.
func (e *DuplicateKeyError) Unwrap() error { return ErrDuplicateKey }

// TooLargeError says that the transaction writes more than it may.
type TooLargeError struct{ Limit int64 } // bytes

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("txn: transaction writes more than %d bytes", e.Limit)
}

// Unwrap lets errors.Is(err, ErrTooLarge) hold.
func (e *TooLargeError) Unwrap() error { return ErrTooLarge }
