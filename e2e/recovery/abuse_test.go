package recovery

import (
	"encoding/binary"
	"encoding/hex"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/e2e/fastitest"
)

// memoryMax is what the server may use whatever clients send it.
const memoryMax = 512 << 20

// startupPacket is a valid StartupMessage for user and database fasti.
var startupPacket = func() []byte {
	body := "\x00\x03\x00\x00user\x00fasti\x00database\x00fasti\x00\x00"
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4)), body...)
}()

func message(typ byte, body string) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{typ}, uint32(len(body)+4)), body...)
}

// TestAbuse sends hostile bytes, before and after authentication, each on a
// connection of its own, and asks after each whether the server still answers. Its
// memory must stay small.
func TestAbuse(t *testing.T) {
	s := fastitest.Start(t, "--memory")
	send := func(name string, chunks ...[]byte) {
		t.Helper()
		c, err := net.Dial("tcp", s.SQL)
		require.NoError(t, err, name)
		defer func() { _ = c.Close() }()
		for _, b := range chunks {
			if _, err := c.Write(b); err != nil {
				break
			}
		}
		require.NoError(t, c.SetReadDeadline(time.Now().Add(200*time.Millisecond)))
		_, _ = io.Copy(io.Discard, c)
	}
	alive := func(name string) {
		t.Helper()
		require.EqualValues(t, 1, count(t, s.Connect(t), "SELECT 1::int8"), name)
	}

	for n := range len(startupPacket) {
		if n%5 == 0 {
			send("truncated startup", startupPacket[:n])
		}
	}
	alive("truncated startup")
	for _, length := range []uint32{0, 3, 7, 10001, 1 << 31, 1<<32 - 1} {
		send("startup length", binary.BigEndian.AppendUint32(nil, length), make([]byte, 100))
	}
	alive("startup length")
	send("protocol 2", []byte("\x00\x00\x00\x09\x00\x02\x00\x00\x00"))
	send("not Postgres", []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
	send("4 GiB before authentication", []byte{'Q', 0xff, 0xff, 0xff, 0xff}, make([]byte, 1000))
	send("2 GiB before authentication", []byte{'p', 0x7f, 0xff, 0xff, 0xff}, make([]byte, 1000))
	alive("announced lengths")

	for _, typ := range []byte("QPBdEDCpfFcSHX?z\x00\xff") {
		for _, length := range []uint32{0, 3, 4, 5, 1 << 20, 1 << 30, 1<<32 - 1} {
			send("frame "+string(typ), startupPacket, binary.BigEndian.AppendUint32([]byte{typ}, length), make([]byte, 64))
		}
	}
	alive("frames")

	inputs, err := os.ReadFile("testdata/hostile.tsv")
	require.NoError(t, err)
	types := map[string]byte{"Query": 'Q', "CopyFail": 'f', "Bind": 'B', "SASLInitialResponse": 'p', "FunctionCall": 'F'}
	for _, line := range strings.Split(strings.TrimSpace(string(inputs)), "\n") {
		kind, body, _ := strings.Cut(line, "\t")
		raw, err := hex.DecodeString(strings.TrimSpace(body))
		require.NoError(t, err)
		require.Contains(t, types, kind)
		send(line, startupPacket, message(types[kind], string(raw)))
		send(line+" unauthenticated", message(types[kind], string(raw)))
		alive(line)
	}
	require.Less(t, s.MaxRSS(t), int64(memoryMax))
}

// TestVanishDuringCopy drops the connection in the middle of a COPY of many rows:
// nothing of it stays, and the next client is served.
func TestVanishDuringCopy(t *testing.T) {
	s := fastitest.Start(t, "--memory")
	_, err := s.Connect(t).Exec(t.Context(), "CREATE TABLE m (ts timestamp, k int)")
	require.NoError(t, err)
	c, err := net.Dial("tcp", s.SQL)
	require.NoError(t, err)
	_, err = c.Write(append(startupPacket, message('Q', "COPY m FROM STDIN\x00")...))
	require.NoError(t, err)
	rows := strings.Repeat("2020-01-01 00:00:00\t1\n2020-03-01 00:00:00\t2\n", 20000)
	for range 5 {
		_, err = c.Write(message('d', rows))
		require.NoError(t, err)
	}
	require.NoError(t, c.Close())
	require.Eventually(t, func() bool {
		return count(t, s.Connect(t), "SELECT count(*) FROM m") == 0
	}, 5*time.Second, 100*time.Millisecond)
	require.Less(t, s.MaxRSS(t), int64(memoryMax))
}

// TestMalformedCSV: the error names line and column as PostgreSQL does, and
// nothing of that COPY stays.
func TestMalformedCSV(t *testing.T) {
	s := fastitest.Start(t, "--memory")
	conn := s.Connect(t)
	_, err := conn.Exec(t.Context(), "CREATE TABLE e (ts timestamp NOT NULL, n int, s varchar(3))")
	require.NoError(t, err)
	for _, tc := range []struct{ rows, want, context string }{
		{"2001-01-01,1,a\n2001-01-01,12a,b\n", `22P02: invalid input syntax for type integer: "12a"`, `COPY e, line 2, column n: "12a"`},
		{"2001-01-01,1,a\n2001-13-01,1,b\n", `22008: date/time field value out of range: "2001-13-01"`, `COPY e, line 2, column ts: "2001-13-01"`},
		{"2001-01-01,1\n", `22P04: missing data for column "s"`, `COPY e, line 1: "2001-01-01,1"`},
		{"2001-01-01,1,a,b\n", `22P04: extra data after last expected column`, `COPY e, line 1: "2001-01-01,1,a,b"`},
		{"2001-01-01,1,abcd\n", `22001: value too long for type character varying(3)`, `COPY e, line 1, column s: "abcd"`},
		{"2001-01-01,1,\"a\n", `22P04: unterminated CSV quoted field`, `COPY e, line 1: "2001-01-01,1,"a`},
	} {
		cmd := exec.Command("psql", "-X", "-q", "-v", "VERBOSITY=verbose", "-v", "SHOW_CONTEXT=always", s.DSN(), "-c", `\copy e from stdin with (format csv)`)
		cmd.Stdin = strings.NewReader(tc.rows)
		out, err := cmd.CombinedOutput()
		require.Error(t, err, tc.rows)
		require.Contains(t, string(out), tc.want, tc.rows)
		require.Contains(t, string(out), tc.context, tc.rows)
	}
	require.Zero(t, count(t, conn, "SELECT count(*) FROM e"))
}
