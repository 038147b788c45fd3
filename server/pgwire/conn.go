package pgwire

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgproto3/v2"

	"github.com/dejaq/fasti/sql/sqlerr"
)

// conn is one client connection. It belongs to its goroutine; only interrupt
// and drain may be called from others.
type conn struct {
	server  *Server
	net     net.Conn
	frames  frames
	out     out
	handler Handler
	writer  Writer

	pid, secret uint32

	running  atomic.Pointer[running] // nil while no statement runs
	draining atomic.Bool
	idle     atomic.Bool // waiting for the next message

	// skipping drops messages up to Sync after an error in the extended
	// protocol.
	skipping bool
	// failed says that a message since the last Sync or Query has failed.
	failed bool
	// owed: the client waits for what is in out.
	owed bool
}

func newConn(s *Server, n net.Conn) *conn {
	c := &conn{server: s, net: n}
	c.frames.r = n
	c.out.w = n
	c.writer.c = c
	return c
}

// serve runs the connection to its end. A panic ends this connection alone.
func (c *conn) serve() {
	defer func() { _ = c.net.Close() }()
	defer func() {
		if p := recover(); p != nil {
			c.server.opts.Logger.Error("connection panicked", slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			c.out.error(fatal(sqlerr.InternalError, "internal error: %v", p))
			_ = c.out.flush()
		}
	}()
	if err := c.begin(); err != nil {
		c.end(err)
		return
	}
	defer c.server.registry.remove(c)
	defer c.server.sessions.Add(-1)
	defer c.handler.Close()
	c.end(c.loop())
}

// begin does everything up to the first ReadyForQuery.
func (c *conn) begin() error {
	s := c.server
	if s.starting.Add(1) > int64(s.opts.MaxUnauthenticated) {
		s.starting.Add(-1)
		return errSilent
	}
	defer s.starting.Add(-1)
	if err := c.net.SetDeadline(time.Now().Add(s.opts.AuthenticationTimeout)); err != nil {
		return err
	}
	if err := s.registry.add(c); err != nil {
		return err
	}
	started := false
	defer func() {
		if !started {
			s.registry.remove(c)
		}
	}()
	startup, err := c.startup()
	if err != nil {
		return err
	}
	if s.closing.Load() {
		return fatal(sqlerr.CannotConnectNow, "the database system is shutting down")
	}
	if s.sessions.Add(1) > int64(s.opts.MaxConnections) {
		s.sessions.Add(-1)
		return fatal(sqlerr.TooManyConnections, "sorry, too many clients already")
	}
	// Without passwords the listener is on loopback, or the operator has said
	// --insecure: whoever connects is trusted.
	c.out.message(&pgproto3.AuthenticationOk{})
	c.handler, err = s.open(s.ctx, startup, c.out.status)
	if err != nil {
		s.sessions.Add(-1)
		e := asError(err)
		e.Severity = "FATAL"
		return e
	}
	started = true
	c.out.message(&pgproto3.BackendKeyData{ProcessID: c.pid, SecretKey: c.secret})
	c.ready()
	return errors.Join(c.out.flush(), c.net.SetDeadline(time.Time{}))
}

// loop serves messages until the client leaves; it returns why.
func (c *conn) loop() error {
	for {
		typ, body, err := c.advance()
		switch {
		case errors.Is(err, errTooLong):
			if !c.skipping {
				c.refuse(typ, sqlerr.New(sqlerr.ProgramLimitExceeded, "message of %d bytes or more exceeds the limit", limit(typ)))
			}
		case err != nil:
			return err
		case typ == 'X':
			return c.out.flush() // what was withheld because of this message
		case c.skipping && typ != 'S':
			// Dropped, whatever it is: even a Query.
		default:
			if err := c.dispatch(typ, body); err != nil {
				return err
			}
		}
		if err := c.pace(typ); err != nil {
			return err
		}
	}
}

// advance reads the next frame; while it waits, drain may end the connection.
func (c *conn) advance() (typ byte, body []byte, err error) {
	c.frames.shrink(bufferIdle)
	c.out.shrink(bufferIdle)
	c.idle.Store(true)
	defer c.idle.Store(false)
	if c.draining.Load() {
		return 0, nil, errShutdown()
	}
	typ, body, err = c.frames.advance()
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded) && c.draining.Load():
		err = errShutdown()
	case errors.Is(err, errType):
		err = fatal(sqlerr.ProtocolViolation, "invalid frontend message type %d", typ)
	case errors.Is(err, errLength):
		err = fatal(sqlerr.ProtocolViolation, "invalid message length")
	}
	return typ, body, err
}

// dispatch handles one frame. It returns an error only to end the connection.
func (c *conn) dispatch(typ byte, body []byte) error {
	if err := guard(typ, body); err != nil {
		c.refuse(typ, err)
		return nil
	}
	switch typ {
	case 'Q':
		return c.query(body)
	case 'S':
		c.sync()
	case 'H':
		return c.out.flush()
	case 'd', 'c', 'f':
		// COPY messages outside COPY are what a client still sends after COPY
		// failed.
	case 'p':
		return fatal(sqlerr.ProtocolViolation, "unexpected message type 0x70")
	default:
		if err := c.extended(typ, body); err != nil {
			if c.writer.lost {
				return errSync()
			}
			c.failExtended(err)
		}
	}
	return nil
}

// refuse answers a message that the session never sees.
func (c *conn) refuse(typ byte, err error) {
	if typ == 'Q' || typ == 'F' {
		c.fail(err)
		c.sync()
	} else {
		c.failExtended(err)
	}
}

// query serves a simple Query message.
func (c *conn) query(body []byte) error {
	var m pgproto3.Query
	if err := m.Decode(body); err != nil {
		return err
	}
	err := c.run(func(ctx context.Context) error {
		c.writer.reset(true)
		return c.handler.Query(ctx, m.String, &c.writer)
	})
	if err != nil {
		c.fail(err)
	}
	if c.writer.lost {
		return errSync()
	}
	c.sync()
	return nil
}

// extended serves one message of the extended protocol.
func (c *conn) extended(typ byte, body []byte) error {
	switch typ {
	case 'P':
		var m pgproto3.Parse
		if err := m.Decode(body); err != nil {
			return errFormat()
		}
		err := c.run(func(ctx context.Context) error {
			return c.handler.Parse(ctx, m.Name, m.Query, m.ParameterOIDs)
		})
		if err == nil {
			c.out.message(&pgproto3.ParseComplete{})
		}
		return err
	case 'B':
		var m pgproto3.Bind
		if err := m.Decode(body); err != nil {
			return errFormat()
		}
		err := c.run(func(ctx context.Context) error {
			return c.handler.Bind(ctx, Bind{
				Portal: m.DestinationPortal, Statement: m.PreparedStatement,
				Formats: m.ParameterFormatCodes, Values: m.Parameters, Results: m.ResultFormatCodes,
			})
		})
		if err == nil {
			c.out.message(&pgproto3.BindComplete{})
		}
		return err
	case 'D':
		return c.describe(body[0], cstring(body[1:]))
	case 'E':
		name := cstring(body)
		rows := binary.BigEndian.Uint32(body[len(body)-4:])
		return c.run(func(ctx context.Context) error {
			c.writer.reset(false)
			c.writer.syncFollows = c.frames.next() == 'S'
			return c.handler.Execute(ctx, name, rows, &c.writer)
		})
	case 'C':
		switch name := cstring(body[1:]); body[0] {
		case 'S':
			c.handler.CloseStatement(name)
		case 'P':
			c.handler.ClosePortal(name)
		default:
			return sqlerr.New(sqlerr.ProtocolViolation, "invalid CLOSE message subtype %d", body[0])
		}
		c.out.message(&pgproto3.CloseComplete{})
		return nil
	}
	return sqlerr.New(sqlerr.ProtocolViolation, "unexpected message type 0x%02x", typ)
}

func (c *conn) describe(kind byte, name string) error {
	return c.run(func(ctx context.Context) error {
		var columns []Column
		var formats []int16
		switch kind {
		case 'S':
			params, cols, err := c.handler.DescribeStatement(ctx, name)
			if err != nil {
				return err
			}
			c.out.message(&pgproto3.ParameterDescription{ParameterOIDs: params})
			columns, formats = cols, make([]int16, len(cols))
		case 'P':
			var err error
			if columns, formats, err = c.handler.DescribePortal(ctx, name); err != nil {
				return err
			}
		default:
			return sqlerr.New(sqlerr.ProtocolViolation, "invalid DESCRIBE message subtype %d", kind)
		}
		if columns == nil {
			c.out.message(&pgproto3.NoData{})
		} else {
			c.out.rowDescription(columns, formats)
		}
		return nil
	})
}

// sync ends the implicit transaction and says that we are ready.
func (c *conn) sync() {
	err := c.run(func(ctx context.Context) error {
		return c.handler.Sync(ctx, c.failed, &c.writer)
	})
	if err != nil {
		c.fail(err)
	}
	c.skipping = false
	c.ready()
}

// run calls f with a context that a cancel request, a shutdown or the end of
// the server ends.
func (c *conn) run(f func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(c.server.ctx)
	c.running.Store(&running{cancel})
	defer func() {
		c.running.Store(nil)
		cancel(nil)
	}()
	return f(ctx)
}

// interrupt cancels the running statement, if there is one.
func (c *conn) interrupt(cause error) {
	if r := c.running.Load(); r != nil {
		r.cancel(cause)
	}
}

// drain ends the connection at its next idle moment.
func (c *conn) drain() {
	c.draining.Store(true)
	if c.idle.Load() {
		_ = c.net.SetReadDeadline(time.Now())
	}
}

// fail answers an error.
func (c *conn) fail(err error) {
	c.failed = true
	c.out.error(asError(err))
}

// failExtended answers an error and drops what comes up to Sync, a Flush too.
func (c *conn) failExtended(err error) {
	c.fail(err)
	c.skipping, c.owed = true, true
}

// ready appends ReadyForQuery.
func (c *conn) ready() {
	c.failed = false
	c.out.message(&pgproto3.ReadyForQuery{TxStatus: c.handler.TxStatus()})
}

// pace writes the replies when the client waits for them, unless a whole further
// message is buffered: then after that one.
func (c *conn) pace(typ byte) error {
	c.owed = c.owed || typ == 'S' || typ == 'Q' || typ == 'F'
	if c.owed && c.frames.next() == 0 {
		c.owed = false
		return c.out.flush()
	}
	return c.out.spill()
}

// end tells the client why the connection ends, when it can still hear it.
func (c *conn) end(err error) {
	var e *sqlerr.Error
	if errors.As(err, &e) {
		c.out.error(e)
		_ = c.net.SetWriteDeadline(time.Now().Add(time.Second))
		_ = c.out.flush()
	} else if err != nil && !gone(err) {
		c.server.opts.Logger.Debug("connection lost", slog.Any("error", err))
	}
}

// asError turns any error into one for the client; a copy, so that the caller
// may change it.
func asError(err error) *sqlerr.Error {
	var e *sqlerr.Error
	if errors.As(err, &e) {
		c := *e
		return &c
	}
	return sqlerr.New(sqlerr.InternalError, "%v", err)
}

func errSync() *sqlerr.Error {
	return fatal(sqlerr.ProtocolViolation, "terminating connection because protocol synchronization was lost")
}

// cstring returns a copy of the C string at the head of b, which has one.
func cstring(b []byte) string {
	s, _, _ := strings.Cut(string(b), "\x00")
	return s
}
