package replica

import (
	"encoding/binary"
	"fmt"

	"github.com/dejaq/fasti/meta/schema"
)

// reader takes an encoding apart. After the first error all methods return zeros.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("replica: damaged encoding: %s", what)
	}
	r.b = nil
}

// bytes returns the next n bytes, which alias the source.
func (r *reader) bytes(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.fail("short")
		return nil
	}
	out := r.b[:n:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint32() uint32 {
	if b := r.bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if b := r.bytes(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail("bad varint")
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) ts() schema.Timestamp { return schema.Timestamp(r.uint64()) }

func (r *reader) txn() (t TxnID) {
	copy(t[:], r.bytes(len(t)))
	return t
}

// blob returns a slice with its length before it.
func (r *reader) blob() []byte {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.fail("short")
		return nil
	}
	return r.bytes(int(n))
}

// count returns a number of things of at least size bytes each.
func (r *reader) count(size int) int {
	n := r.uvarint()
	if n > uint64(len(r.b)/size) {
		r.fail("impossible count")
		return 0
	}
	return int(n)
}

// done returns the first error, or one if bytes are left.
func (r *reader) done() error {
	if r.err == nil && len(r.b) != 0 {
		r.fail("bytes left over")
	}
	return r.err
}

func appendBlob(dst, b []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

func appendTS(dst []byte, ts schema.Timestamp) []byte {
	return binary.LittleEndian.AppendUint64(dst, uint64(ts))
}
