package replica

import (
	"errors"
	"fmt"

	"github.com/dejaq/fasti/meta/schema"
)

// What a caller of a Group can meet. All but ErrUnknown and ErrExpired mean that
// the request has done nothing.
var (
	// ErrNotLeader is returned by every operation of a Group whose replica here
	// does not lead; ask Info for who does.
	ErrNotLeader = errors.New("replica: not the leader")
	// ErrUnknown is returned when leadership or the process ended while the
	// request was in the log: it may or may not take effect. Repeating it with the
	// same transaction tells which.
	ErrUnknown = errors.New("replica: outcome unknown")
	// ErrExpired is returned by Commit, Prepare and Decide for a transaction whose
	// record may have been dropped: whether it committed can no longer be told.
	ErrExpired = errors.New("replica: transaction too old, outcome unknown")
	// ErrConflict is what a ConflictError unwraps to.
	ErrConflict = errors.New("replica: write conflict")
	// ErrDuplicateKey is what a DuplicateKeyError unwraps to.
	ErrDuplicateKey = errors.New("replica: duplicate key")
	// ErrAborted is returned by Commit, Prepare and Decide(commit) for a
	// transaction that has an ABORT record.
	ErrAborted = errors.New("replica: transaction aborted")
	// ErrTxnUnknown is returned by Decide(commit) for a transaction that is not
	// prepared at its anchor, and by Commit and Prepare that name staged chunks
	// which are not there.
	ErrTxnUnknown = errors.New("replica: transaction unknown")
	// ErrShardFull is returned by Commit and Prepare for inserts that neither
	// Reserve has granted nor the shard has room for.
	ErrShardFull = errors.New("replica: shard full")
	// ErrShardNotOpen is returned for a shard that OpenShards has not opened in
	// this group, or that was dropped.
	ErrShardNotOpen = errors.New("replica: shard not open")
	// ErrSchemaChanged is returned by Commit and Decide when a table of the
	// transaction changed before its commit timestamp; see Schema.
	ErrSchemaChanged = errors.New("replica: schema changed")
	// ErrTooLarge is returned for a write set or chunk above MaxInline; larger
	// ones are staged in chunks.
	ErrTooLarge = errors.New("replica: write set too large for one entry")
	// ErrClosed is returned after Close, and after a fatal error.
	ErrClosed = errors.New("replica: closed")
)

// ConflictError says that another transaction wrote, or is about to write, a key
// that this one read at an older timestamp. It unwraps to ErrConflict.
type ConflictError struct {
	Shard schema.ShardID
	Key   []byte // row key, or with Index that of an index's entry
	Index bool
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("replica: write conflict on key %x of table %d", e.Key, e.Shard.Table)
}

// Unwrap lets errors.Is(err, ErrConflict) hold.
func (e *ConflictError) Unwrap() error { return ErrConflict }

// DuplicateKeyError says that a row to be inserted exists already. It unwraps to
// ErrDuplicateKey.
type DuplicateKeyError struct {
	Shard schema.ShardID
	Key   []byte // row key, or with Index that of an index's entry
	Index bool
}

func (e *DuplicateKeyError) Error() string {
	return fmt.Sprintf("replica: duplicate key %x in table %d", e.Key, e.Shard.Table)
}

// Unwrap lets errors.Is(err, ErrDuplicateKey) hold.
func (e *DuplicateKeyError) Unwrap() error { return ErrDuplicateKey }
