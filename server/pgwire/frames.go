package pgwire

import (
	"encoding/binary"
	"errors"
	"io"
)

// The bounds of a frame's body in bytes, by message type.
const (
	startupMax   = 10000      // MAX_STARTUP_PACKET_LENGTH of PostgreSQL
	statementMax = 16 << 20   // Query, Parse
	bindMax      = 64 << 20   // Bind
	smallMax     = 8 << 10    // Describe, Close, Execute, CopyFail, FunctionCall
	copyDataMax  = 1<<30 - 1  // CopyData; streamed, never held whole
	bufferMin    = 8 << 10    // read buffer of an idle connection
	bufferCopy   = 256 << 10  // read buffer while COPY data streams in
	growthFirst  = 64 << 10   // a frame larger than the buffer is first given this
	bufferKeep   = bufferCopy // a larger buffer is dropped after its frame, in COPY
	bufferIdle   = 16 << 10   // and outside COPY, where a connection may idle with it
)

// Errors of frames.advance besides those of the connection.
var (
	// errTooLong: the frame was read and dropped; the stream is in step.
	errTooLong = errors.New("message exceeds its limit")
	// errLength: the announced length is impossible; the stream is lost.
	errLength = errors.New("invalid message length")
	// errType: no such message; the stream is lost.
	errType = errors.New("invalid frontend message type")
)

// frames reads messages from the client: whole, bounded, into one reused
// buffer.
type frames struct {
	r          io.Reader
	buf        []byte
	start, end int // unread bytes are buf[start:end]
	// data counts the bytes of a CopyData body not yet taken by copyData.
	data int
}

// limit returns the bound of a body of type typ, -1 for an unknown type.
func limit(typ byte) int {
	switch typ {
	case 'Q', 'P':
		return statementMax
	case 'B':
		return bindMax
	case 'd':
		return copyDataMax
	case 'D', 'C', 'E', 'f', 'F', 'p':
		return smallMax
	case 'S', 'H', 'c', 'X':
		return 0
	}
	return -1
}

// advance reads the next frame. The body is valid until the next call. For 'd'
// only the header is read, the body comes by copyData; what the caller leaves of
// it is skipped by the next advance.
func (f *frames) advance() (typ byte, body []byte, err error) {
	if f.data > 0 {
		if err := f.discard(f.data); err != nil {
			return 0, nil, err
		}
		f.data = 0
	}
	f.shrink(bufferKeep)
	if err := f.fill(5); err != nil {
		return 0, nil, err
	}
	typ = f.buf[f.start]
	length := binary.BigEndian.Uint32(f.buf[f.start+1:])
	bound := limit(typ)
	if bound < 0 {
		return typ, nil, errType
	}
	if length < 4 || length > 1<<30 {
		return typ, nil, errLength
	}
	n := int(length) - 4
	if n > bound && typ != 'Q' && typ != 'P' && typ != 'B' {
		return typ, nil, errLength
	}
	f.start += 5
	switch {
	case typ == 'd':
		f.data = n
		return typ, nil, nil
	case n > bound:
		if err := f.discard(n); err != nil {
			return typ, nil, err
		}
		return typ, nil, errTooLong
	}
	if err := f.fill(n); err != nil {
		return typ, nil, unexpected(err)
	}
	body = f.buf[f.start : f.start+n : f.start+n]
	f.start += n
	return typ, body, nil
}

// copyData returns the next piece of the CopyData body that advance announced,
// nil at its end. The piece is valid until the next call.
func (f *frames) copyData() ([]byte, error) {
	if f.data == 0 {
		return nil, nil
	}
	if f.start == f.end {
		if cap(f.buf) < bufferCopy {
			f.buf = make([]byte, bufferCopy)
		}
		f.start, f.end = 0, 0
		n, err := f.r.Read(f.buf)
		if n == 0 && err != nil {
			return nil, unexpected(err)
		}
		f.end = n
	}
	n := min(f.data, f.end-f.start)
	piece := f.buf[f.start : f.start+n : f.start+n]
	f.start += n
	f.data -= n
	return piece, nil
}

// next reports the type of the next frame if the whole of it is buffered, else
// 0: then a reply may be withheld without a dead lock.
func (f *frames) next() byte {
	b := f.buf[f.start:f.end]
	if f.data > 0 || len(b) < 5 {
		return 0
	}
	if n := binary.BigEndian.Uint32(b[1:]); uint64(len(b)) < uint64(n)+1 {
		return 0
	}
	return b[0]
}

// fill makes at least n unread bytes available. The buffer grows by doubling as
// the bytes arrive, so that an announced length alone costs nothing.
func (f *frames) fill(n int) error {
	if f.end-f.start >= n {
		return nil
	}
	if f.start > 0 {
		f.end = copy(f.buf, f.buf[f.start:f.end])
		f.start = 0
	}
	for f.end < n {
		if f.end == len(f.buf) {
			size := min(max(2*len(f.buf), growthFirst), max(n, bufferMin))
			if len(f.buf) == 0 {
				size = bufferMin
			}
			grown := make([]byte, size)
			copy(grown, f.buf[:f.end])
			f.buf = grown
		}
		m, err := f.r.Read(f.buf[f.end:])
		f.end += m
		if err != nil && f.end < n {
			if f.end > 0 {
				err = unexpected(err)
			}
			return err
		}
	}
	return nil
}

// discard reads and drops n bytes.
func (f *frames) discard(n int) error {
	have := min(n, f.end-f.start)
	f.start += have
	n -= have
	for n > 0 {
		if len(f.buf) == 0 {
			f.buf = make([]byte, bufferMin)
		}
		f.start, f.end = 0, 0
		m, err := f.r.Read(f.buf)
		if m == 0 && err != nil {
			return unexpected(err)
		}
		used := min(n, m)
		f.start, f.end = used, m
		n -= used
	}
	return nil
}

// shrink gives back a buffer of more than keep bytes once nothing unread is in it.
func (f *frames) shrink(keep int) {
	if f.start == f.end && cap(f.buf) > keep {
		f.buf, f.start, f.end = nil, 0, 0
	}
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
