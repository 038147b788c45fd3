package cluster

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dejaq/fasti/meta/schema"
)

// reader takes numbers off b; after the first failure err is set and all results
// are 0.
type reader struct {
	b   []byte
	err error
}

var errShort = errors.New("ends early, or a number is out of range")

func (r *reader) fail() {
	if r.err == nil {
		r.b, r.err = nil, fmt.Errorf("%w: %w", schema.ErrCorrupt, errShort)
	}
}

// close returns the reader's error, or one if bytes are left.
func (r *reader) close() error {
	if r.err == nil && len(r.b) > 0 {
		return fmt.Errorf("%w: %d bytes too many", schema.ErrCorrupt, len(r.b))
	}
	return r.err
}

// uvarint returns a number that must not be above most.
func (r *reader) uvarint(most uint64) uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > most {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// string returns a uvarint length's worth of bytes.
func (r *reader) string() string {
	n := r.uvarint(maxUint)
	if n > uint64(len(r.b)) {
		r.fail()
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func appendUvarints(b []byte, vs ...uint64) []byte {
	for _, v := range vs {
		b = binary.AppendUvarint(b, v)
	}
	return b
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
