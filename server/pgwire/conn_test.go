package pgwire

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgproto3/v2"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a session that answers by what the text says.
type fake struct {
	mu    sync.Mutex
	calls []string // guarded by mu
}

func (h *fake) call(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, fmt.Sprintf(format, args...))
}

// log returns the calls so far.
func (h *fake) log() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.calls)
}

func (h *fake) Query(ctx context.Context, text string, w *Writer) error {
	h.call("query %s", text)
	switch {
	case text == "panic":
		panic("as asked")
	case text == "wait":
		<-ctx.Done()
		return context.Cause(ctx)
	case text == "fail":
		return sqlerr.New(sqlerr.SyntaxError, "failed")
	case text == "copy":
		in, err := w.CopyIn(ctx, 1, false)
		if err != nil {
			return err
		}
		var data []byte
		for {
			piece, err := in.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
			data = append(data, piece...)
		}
		w.Complete("COPY " + string(data))
		return nil
	}
	w.Complete("DONE " + text)
	return nil
}

func (h *fake) Parse(_ context.Context, name, text string, oids []uint32) error {
	h.call("parse %q %q %v", name, text, oids)
	if text == "fail" {
		return sqlerr.New(sqlerr.SyntaxError, "failed")
	}
	return nil
}

func (h *fake) Bind(_ context.Context, b Bind) error {
	h.call("bind %q %q %v %q %v", b.Portal, b.Statement, b.Formats, b.Values, b.Results)
	return nil
}

func (h *fake) DescribeStatement(context.Context, string) ([]uint32, []Column, error) {
	return []uint32{23}, []Column{{"a", types.Of(types.Int4)}}, nil
}

func (h *fake) DescribePortal(context.Context, string) ([]Column, []int16, error) {
	return nil, nil, nil
}

func (h *fake) Execute(_ context.Context, portal string, limit uint32, w *Writer) error {
	h.call("execute %q %d sync=%v", portal, limit, w.SyncFollows())
	w.Complete("EXECUTED")
	return nil
}
func (h *fake) CloseStatement(name string) { h.call("close statement %q", name) }
func (h *fake) ClosePortal(name string)    { h.call("close portal %q", name) }
func (h *fake) Sync(_ context.Context, failed bool, _ *Writer) error {
	h.call("sync failed=%v", failed)
	return nil
}
func (h *fake) TxStatus() byte { return 'I' }
func (h *fake) Close()         { h.call("close") }

// serve runs a server with fakes and returns how to connect, past start-up.
func serve(t *testing.T, o Options) (s *Server, dial func() (net.Conn, *fake)) {
	sessions := make(chan *fake, 64)
	s = NewServer(func(_ context.Context, st Startup, status func(name, value string)) (Handler, error) {
		if st.Database == "none" {
			return nil, sqlerr.New(sqlerr.InvalidCatalogName, "no such database")
		}
		status("server_version", "15.0")
		h := &fake{}
		sessions <- h
		return h, nil
	}, o)
	t.Cleanup(func() { s.Close(context.Background()) })
	return s, func() (net.Conn, *fake) {
		c := connect(t, s)
		send(t, c, startupBytes("user\x00u\x00database\x00d\x00\x00", 3<<16))
		require.Equal(t, "R S K Z", kinds(read(t, c)))
		return c, <-sessions
	}
}

func connect(t *testing.T, s *Server) net.Conn {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	a, err := l.Accept()
	require.NoError(t, err)
	require.NoError(t, l.Close())
	s.ServeConn(a)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func startupBytes(body string, version uint32) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)+8))
	return append(binary.BigEndian.AppendUint32(b, version), body...)
}

func send(t *testing.T, c net.Conn, messages ...[]byte) {
	_, err := c.Write(bytes.Join(messages, nil))
	require.NoError(t, err)
}

type reply struct {
	typ  byte
	body []byte
}

// read returns the replies up to ReadyForQuery or the end.
func read(t *testing.T, c net.Conn) (replies []reply) {
	require.NoError(t, c.SetReadDeadline(time.Now().Add(5*time.Second)))
	for {
		r := next(t, c)
		replies = append(replies, r)
		if r.typ == '.' || r.typ == 'Z' || r.typ == 'G' || r.typ == 0 {
			return replies
		}
	}
}

// next reads one reply; its type is '.' at the end and 0 when nothing comes.
func next(t *testing.T, c net.Conn) reply {
	header := make([]byte, 5)
	if _, err := io.ReadFull(c, header); err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return reply{}
		}
		return reply{typ: '.'}
	}
	body := make([]byte, binary.BigEndian.Uint32(header[1:])-4)
	_, err := io.ReadFull(c, body)
	require.NoError(t, err)
	return reply{header[0], body}
}

// kinds prints the types of replies, errors with their SQLSTATE.
func kinds(replies []reply) string {
	var out []string
	for _, r := range replies {
		s := string(r.typ)
		if r.typ == 'E' {
			var e pgproto3.ErrorResponse
			if err := e.Decode(r.body); err == nil {
				s += "(" + e.Severity + " " + e.Code + ")"
			}
		}
		if r.typ == 'C' {
			s += "(" + strings.TrimRight(string(r.body), "\x00") + ")"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func query(text string) []byte { return frame('Q', text+"\x00") }

// TestStartup sends start-up packets of every sort and compares the answers with
// PostgreSQL's.
func TestStartup(t *testing.T) {
	s, _ := serve(t, Options{})
	for _, tc := range []struct {
		name, want string
		bytes      []byte
	}{
		{"length 3", ".", []byte{0, 0, 0, 3}},
		{"length above 10,000", ".", binary.BigEndian.AppendUint32(nil, 10005)},
		{"protocol 2", ".", startupBytes("", 2<<16)},
		{"protocol 4", "E(FATAL 0A000) .", startupBytes("", 4<<16)},
		{"no user", "E(FATAL 28000) .", startupBytes("\x00", 3<<16)},
		{"no terminator", "E(FATAL 08P01) .", startupBytes("user", 3<<16)},
		{"unknown database", "R E(FATAL 3D000) .", startupBytes("user\x00u\x00database\x00none\x00\x00", 3<<16)},
		{"minor version and option", "v R S K Z", startupBytes("user\x00u\x00_pq_.x\x00y\x00\x00", 3<<16|9999)},
		{"cancel of nothing", ".", startupBytes("\x00\x00\x00\x01\x00\x00\x00\x02", codeCancel)},
	} {
		c := connect(t, s)
		send(t, c, tc.bytes)
		require.Equal(t, tc.want, kinds(read(t, c)), tc.name)
		require.NoError(t, c.Close())
	}
	c := connect(t, s)
	send(t, c, startupBytes("", codeGSS))
	answer := make([]byte, 1)
	_, err := io.ReadFull(c, answer)
	require.NoError(t, err)
	require.Equal(t, "N", string(answer))
	send(t, c, startupBytes("", codeSSL))
	_, err = io.ReadFull(c, answer)
	require.NoError(t, err)
	require.Equal(t, "N", string(answer))
	send(t, c, startupBytes("user\x00u\x00\x00", 3<<16))
	require.Equal(t, "R S K Z", kinds(read(t, c)))
	require.NoError(t, c.Close())

	c = connect(t, s)
	send(t, c, startupBytes("", codeSSL), startupBytes("user\x00u\x00\x00", 3<<16))
	require.Equal(t, ".", kinds(read(t, c)), "bytes behind SSLRequest")
}

// TestProtocol runs message sequences; the answers are those that PostgreSQL 15
// gives (wire protocol, 55.2.2 to 55.2.6).
func TestProtocol(t *testing.T) {
	parse := func(name, text string) []byte { return frame('P', name+"\x00"+text+"\x00\x00\x00") }
	bind := frame('B', "\x00\x00\x00\x00\x00\x00\x00\x00")
	execute := frame('E', "\x00\x00\x00\x00\x00")
	sync := frame('S', "")
	for _, tc := range []struct {
		name, want string
		messages   [][]byte
	}{
		{"query", "C(DONE a) Z", [][]byte{query("a")}},
		{"failing query", "E(ERROR 42601) Z", [][]byte{query("fail")}},
		{"query without its NUL", "E(ERROR 08P01) Z", [][]byte{frame('Q', "a")}},
		{"trailing bytes", "E(ERROR 08P01) Z", [][]byte{frame('Q', "a\x00b")}},
		{"extended", "1 2 t T n C(EXECUTED) 3 Z", [][]byte{
			parse("", "x"), bind, frame('D', "S\x00"), frame('D', "P\x00"), execute, frame('C', "S\x00"), sync,
		}},
		{"error skips to Sync", "E(ERROR 42601) Z", [][]byte{parse("", "fail"), bind, query("a"), execute, sync}},
		{"bad Bind", "E(ERROR 08P01) Z", [][]byte{frame('B', "\x00\x00\x00\x00\x00\x01\xff\xff\xff\xfe\x00\x00"), sync}},
		{"bad Describe", "E(ERROR 08P01) Z", [][]byte{frame('D', "X\x00"), sync}},
		{"copy", "G C(COPY 12345) Z", [][]byte{
			query("copy"), frame('d', "123"), frame('S', ""), frame('H', ""), frame('d', "45"), frame('c', ""),
		}},
		{"copy fails", "G E(ERROR 57014) Z", [][]byte{query("copy"), frame('d', "123"), frame('f', "no\x00")}},
		{"query during copy", "G E(ERROR 08P01) E(FATAL 08P01) .", [][]byte{query("copy"), query("a")}},
		{"copy messages outside copy", "C(DONE a) Z", [][]byte{frame('d', "x"), frame('c', ""), frame('f', "x\x00"), query("a")}},
		{"function call", "E(ERROR 0A000) Z", [][]byte{frame('F', "\x00\x00\x00\x00")}},
		{"unknown message", "E(FATAL 08P01) .", [][]byte{frame('?', "")}},
		{"panic", "E(FATAL XX000) .", [][]byte{query("panic")}},
		{"terminate", ".", [][]byte{frame('X', "")}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, dial := serve(t, Options{})
			c, _ := dial()
			send(t, c, tc.messages...)
			got := read(t, c)
			if got[len(got)-1].typ == 'G' {
				got = append(got, read(t, c)...)
			}
			require.Equal(t, tc.want, kinds(got))
		})
	}
}

// TestSyncFollows: an Execute knows whether its Sync has arrived with it.
func TestSyncFollows(t *testing.T) {
	_, dial := serve(t, Options{})
	c, h := dial()
	send(t, c, frame('E', "p\x00\x00\x00\x00\x07"), frame('E', "q\x00\x00\x00\x00\x00"), frame('S', ""))
	require.Equal(t, "C(EXECUTED) C(EXECUTED) Z", kinds(read(t, c)))
	require.Equal(t, []string{`execute "p" 7 sync=false`, `execute "q" 0 sync=true`, "sync failed=false"}, h.log())
}

// TestCancel cancels with the right and the wrong secret.
func TestCancel(t *testing.T) {
	s, dial := serve(t, Options{})
	c, _ := dial()
	target := s.registry.all()[0]
	send(t, c, query("wait"))
	require.Eventually(t, func() bool { return target.running.Load() != nil }, time.Second, time.Millisecond)
	for _, secret := range []uint32{target.secret + 1, target.secret} {
		k := connect(t, s)
		body := binary.BigEndian.AppendUint32(nil, target.pid)
		send(t, k, startupBytes(string(binary.BigEndian.AppendUint32(body, secret)), codeCancel))
		require.Equal(t, ".", kinds(read(t, k)))
		if secret != target.secret {
			require.NotNil(t, target.running.Load(), "a wrong secret cancels nothing")
		}
	}
	require.Equal(t, "E(ERROR 57014) Z", kinds(read(t, c)))
}

// TestClose: idle clients are told and dropped, a running statement is cancelled
// after the drain time, and nobody gets in any more.
func TestClose(t *testing.T) {
	s, dial := serve(t, Options{Drain: 50 * time.Millisecond})
	idle, _ := dial()
	busy, _ := dial()
	send(t, busy, query("wait"))
	time.Sleep(20 * time.Millisecond)
	s.Close(context.Background())
	require.Equal(t, "E(FATAL 57P01) .", kinds(read(t, idle)))
	require.Contains(t, kinds(read(t, busy)), "57P01")
	late := connect(t, s)
	send(t, late, startupBytes("user\x00u\x00\x00", 3<<16))
	require.Equal(t, "E(FATAL 57P03) .", kinds(read(t, late)))
}

// TestLimits: one client too many is refused with 53300.
func TestLimits(t *testing.T) {
	s, dial := serve(t, Options{MaxConnections: 1})
	dial()
	c := connect(t, s)
	send(t, c, startupBytes("user\x00u\x00\x00", 3<<16))
	require.Equal(t, "E(FATAL 53300) .", kinds(read(t, c)))
}
