package pgwire

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dejaq/fasti/sql/sqlerr"
)

// Options tunes a Server. The zero value is ready to use.
type Options struct {
	// MaxConnections bounds the sessions at one time. Default 2000.
	MaxConnections int
	// MaxUnauthenticated bounds connections that are still starting. Default 256.
	MaxUnauthenticated int
	// AuthenticationTimeout bounds everything up to the first ReadyForQuery.
	// Default 30 s.
	AuthenticationTimeout time.Duration
	// Drain is how long Close waits for running statements before it cancels
	// them. Default 10 s.
	Drain time.Duration
	// Logger gets one line per failed connection. Default: none.
	Logger *slog.Logger
}

func (o *Options) ensureDefaults() {
	if o.MaxConnections == 0 {
		o.MaxConnections = 2000
	}
	if o.MaxUnauthenticated == 0 {
		o.MaxUnauthenticated = 256
	}
	if o.AuthenticationTimeout == 0 {
		o.AuthenticationTimeout = 30 * time.Second
	}
	if o.Drain == 0 {
		o.Drain = 10 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

// Open makes the session of a new connection. status sends a ParameterStatus. An
// error refuses the connection; it is sent as FATAL.
type Open func(ctx context.Context, s Startup, status func(name, value string)) (Handler, error)

// Server accepts connections and owns their goroutines.
type Server struct {
	open     Open
	opts     Options
	registry registry

	ctx      context.Context
	stop     context.CancelCauseFunc
	conns    sync.WaitGroup
	starting atomic.Int64
	sessions atomic.Int64
	closing  atomic.Bool

	mu        sync.Mutex
	listeners []net.Listener // guarded by mu
}

// NewServer returns a server that asks open for a session per connection.
func NewServer(open Open, o Options) *Server {
	o.ensureDefaults()
	s := &Server{open: open, opts: o, registry: registry{conns: map[uint32]*conn{}}}
	s.ctx, s.stop = context.WithCancelCause(context.Background())
	return s
}

// Sessions returns how many connections are past start-up.
func (s *Server) Sessions() int { return int(s.sessions.Load()) }

// Serve accepts connections from l until Close. It returns nil after Close.
func (s *Server) Serve(l net.Listener) error {
	s.mu.Lock()
	s.listeners = append(s.listeners, l)
	s.mu.Unlock()
	if s.closing.Load() {
		return l.Close()
	}
	for {
		c, err := l.Accept()
		switch {
		case s.closing.Load():
			if err == nil {
				err = c.Close()
			}
			return ignoreClosed(err)
		case err != nil:
			var t interface{ Temporary() bool }
			if errors.As(err, &t) && t.Temporary() {
				time.Sleep(10 * time.Millisecond) // out of file descriptors
				continue
			}
			return err
		}
		s.ServeConn(c)
	}
}

// ServeConn serves one connection, an in-process pipe too, in a goroutine of its
// own. It takes ownership of c.
func (s *Server) ServeConn(c net.Conn) {
	s.conns.Add(1)
	go func() {
		defer s.conns.Done()
		newConn(s, c).serve()
	}()
}

// Close stops accepting, tells idle sessions that the server goes down, lets
// busy ones finish their statement for Options.Drain (or until ctx ends), then
// cancels them, and returns when every connection's goroutine has ended.
func (s *Server) Close(ctx context.Context) {
	s.closing.Store(true)
	s.mu.Lock()
	for _, l := range s.listeners {
		_ = l.Close()
	}
	s.mu.Unlock()
	for _, c := range s.registry.all() {
		c.drain()
	}
	done := make(chan struct{})
	go func() {
		s.conns.Wait()
		close(done)
	}()
	drained, stop := context.WithTimeout(ctx, s.opts.Drain)
	defer stop()
	select {
	case <-done:
	case <-drained.Done():
	}
	s.stop(errShutdown())
	select {
	case <-done:
	case <-time.After(time.Second): // a client that does not read
		for _, c := range s.registry.all() {
			_ = c.net.Close()
		}
		<-done
	}
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func errCanceled() *sqlerr.Error {
	return sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request")
}

func errShutdown() *sqlerr.Error {
	return fatal(sqlerr.AdminShutdown, "terminating connection due to administrator command")
}
