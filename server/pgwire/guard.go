package pgwire

import (
	"bytes"
	"encoding/binary"

	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// guard refuses every body on which a decoder of pgproto3/v2 would panic,
// allocate out of proportion, or silently ignore bytes, and strings that are not
// UTF-8. The messages are
// PostgreSQL's.
func guard(typ byte, b []byte) error {
	switch typ {
	case 'Q', 'f': // one C string that fills the body
		switch i := bytes.IndexByte(b, 0); {
		case i < 0:
			return errString()
		case i != len(b)-1:
			return errFormat()
		}
		return value.CheckText(b[:len(b)-1])
	case 'P': // two C strings, a count, that many oids
		return guardParse(b)
	case 'B':
		return guardBind(b)
	case 'D', 'C': // one byte and a C string
		if len(b) < 2 {
			return errShort()
		}
		return guardString(b[1:], 0)
	case 'E': // a C string and four bytes
		return guardString(b, 4)
	case 'F':
		return sqlerr.NotSupported("function call protocol")
	}
	return nil
}

func errString() error { return sqlerr.New(sqlerr.ProtocolViolation, "invalid string in message") }
func errFormat() error { return sqlerr.New(sqlerr.ProtocolViolation, "invalid message format") }
func errShort() error {
	return sqlerr.New(sqlerr.ProtocolViolation, "insufficient data left in message")
}

// guardString wants one C string and exactly rest bytes behind it.
func guardString(b []byte, rest int) error {
	i := bytes.IndexByte(b, 0)
	switch {
	case i < 0:
		return errString()
	case len(b)-i-1 < rest:
		return errShort()
	case len(b)-i-1 > rest:
		return errFormat()
	}
	return value.CheckText(b[:i])
}

// skipString returns what follows the C string at the head of b.
func skipString(b []byte) ([]byte, error) {
	i := bytes.IndexByte(b, 0)
	if i < 0 {
		return nil, errString()
	}
	return b[i+1:], value.CheckText(b[:i])
}

func guardParse(b []byte) (err error) {
	for range 2 {
		if b, err = skipString(b); err != nil {
			return err
		}
	}
	if len(b) < 2 {
		return errShort()
	}
	n := 4 * int(binary.BigEndian.Uint16(b))
	switch b = b[2:]; {
	case len(b) < n:
		return errShort()
	case len(b) > n:
		return errFormat()
	}
	return nil
}

func guardBind(b []byte) (err error) {
	for range 2 {
		if b, err = skipString(b); err != nil {
			return err
		}
	}
	codes := func() bool {
		if len(b) < 2 {
			return false
		}
		n := 2 + 2*int(binary.BigEndian.Uint16(b))
		if len(b) < n {
			return false
		}
		b = b[n:]
		return true
	}
	if !codes() || len(b) < 2 {
		return errShort()
	}
	n := int(binary.BigEndian.Uint16(b))
	b = b[2:]
	if len(b) < 4*n {
		return errShort()
	}
	for range n {
		if len(b) < 4 {
			return errShort()
		}
		l := int64(int32(binary.BigEndian.Uint32(b)))
		b = b[4:]
		if l == -1 {
			continue
		}
		if l < 0 || l > int64(len(b)) {
			return errShort()
		}
		b = b[l:]
	}
	switch {
	case !codes():
		return errShort()
	case len(b) != 0:
		return errFormat()
	}
	return nil
}
