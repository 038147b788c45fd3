package pgwire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"github.com/jackc/pgproto3/v2"

	"github.com/dejaq/fasti/sql/sqlerr"
)

// The codes that stand where a StartupMessage has its version.
const (
	codeCancel = 80877102
	codeSSL    = 80877103
	codeGSS    = 80877104
)

// errSilent closes a connection without a word, as PostgreSQL does with a
// start-up packet that makes no sense.
var errSilent = errors.New("connection closed")

// startup reads packets up to the StartupMessage. A cancel request is delivered
// and answered by errSilent.
func (c *conn) startup() (Startup, error) {
	for asked := 0; ; asked++ {
		packet, err := c.startupPacket()
		if err != nil {
			return Startup{}, err
		}
		switch code := binary.BigEndian.Uint32(packet); {
		case (code == codeSSL || code == codeGSS) && asked < 2 && len(packet) == 4:
			if c.frames.end > c.frames.start {
				// Bytes behind the request would bypass encryption (CVE-2021-23214).
				return Startup{}, errSilent
			}
			if _, err := c.net.Write([]byte{'N'}); err != nil {
				return Startup{}, err
			}
		case code == codeCancel && len(packet) == 12:
			c.server.registry.cancel(binary.BigEndian.Uint32(packet[4:]), binary.BigEndian.Uint32(packet[8:]))
			return Startup{}, errSilent
		case code>>16 == 3:
			return c.startupMessage(packet)
		case code>>16 == 2:
			return Startup{}, errSilent
		default:
			return Startup{}, fatal(sqlerr.FeatureNotSupported,
				"unsupported frontend protocol %d.%d: server supports 3.0 to 3.0", code>>16, code&0xffff)
		}
	}
}

// startupPacket reads one packet without its length. It is valid until the next
// read.
func (c *conn) startupPacket() ([]byte, error) {
	f := &c.frames
	if err := f.fill(4); err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint32(f.buf[f.start:])) - 4
	if n < 4 || n > startupMax {
		return nil, errSilent
	}
	f.start += 4
	if err := f.fill(n); err != nil {
		return nil, unexpected(err)
	}
	packet := f.buf[f.start : f.start+n]
	f.start += n
	return packet, nil
}

// startupMessage decodes the message, whatever its minor version, and answers
// versions and options that we do not know (NegotiateProtocolVersion).
func (c *conn) startupMessage(packet []byte) (Startup, error) {
	minor := binary.BigEndian.Uint32(packet) & 0xffff
	s := Startup{Parameters: map[string]string{}, PID: c.pid}
	if !bytes.Equal(packet[4:], []byte{0}) {
		if len(packet) < 6 || packet[len(packet)-1] != 0 || packet[len(packet)-2] != 0 {
			return s, fatal(sqlerr.ProtocolViolation, "invalid startup packet layout: expected terminator as last byte")
		}
		binary.BigEndian.PutUint32(packet, pgproto3.ProtocolVersionNumber)
		var m pgproto3.StartupMessage
		if err := m.Decode(packet); err != nil {
			return s, fatal(sqlerr.ProtocolViolation, "invalid startup packet layout: expected terminator as last byte")
		}
		s.Parameters = m.Parameters
	}
	var unknown []string
	for name := range s.Parameters {
		if strings.HasPrefix(name, "_pq_.") {
			unknown = append(unknown, name)
			delete(s.Parameters, name)
		}
	}
	if minor != 0 || len(unknown) > 0 {
		c.negotiate(unknown)
	}
	s.User, s.Database = s.Parameters["user"], s.Parameters["database"]
	delete(s.Parameters, "user")
	delete(s.Parameters, "database")
	if s.User == "" {
		return s, fatal(sqlerr.InvalidAuthorization, "no PostgreSQL user name specified in startup packet")
	}
	if s.Database == "" {
		s.Database = s.User
	}
	if r, ok := s.Parameters["replication"]; ok {
		if r != "off" && r != "false" && r != "0" && r != "no" {
			return s, fatal(sqlerr.FeatureNotSupported, "replication connections are not supported")
		}
		delete(s.Parameters, "replication")
	}
	return s, nil
}

// negotiate appends NegotiateProtocolVersion, which pgproto3/v2 does not know:
// the newest version we speak and the options we do not.
func (c *conn) negotiate(unknown []string) {
	size := 4 + 4 + 4
	for _, name := range unknown {
		size += len(name) + 1
	}
	b := binary.BigEndian.AppendUint32([]byte{'v'}, uint32(size))
	b = binary.BigEndian.AppendUint32(b, pgproto3.ProtocolVersionNumber)
	b = binary.BigEndian.AppendUint32(b, uint32(len(unknown)))
	for _, name := range unknown {
		b = append(append(b, name...), 0)
	}
	c.out.raw(b)
}

func fatal(code, format string, args ...any) *sqlerr.Error {
	e := sqlerr.New(code, format, args...)
	e.Severity = "FATAL"
	return e
}

// gone reports whether err means that the client is not there any more.
func gone(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errSilent)
}
