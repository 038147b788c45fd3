package mvcc

import (
	"errors"
	"fmt"
)

// ErrCorrupt is what every *CorruptError unwraps to.
var ErrCorrupt = errors.New("mvcc: corrupt")

// CorruptError says where bytes break a format of doc.go.
type CorruptError struct {
	Offset int    // bytes from the start of the value or write set
	Reason string // what was found and what the format demands
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("mvcc: corrupt at byte %d: %s", e.Offset, e.Reason)
}

// Unwrap lets errors.Is(err, ErrCorrupt) hold.
func (e *CorruptError) Unwrap() error { return ErrCorrupt }
