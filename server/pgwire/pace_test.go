package pgwire

import (
	"bytes"
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/vector"
)

// TestReplies: a client gets what it waits for whatever it has sent behind, and
// nothing more: it need not send Sync after an error, may have the next message on
// its way, or leave.
func TestReplies(t *testing.T) {
	parse := func(text string) []byte { return frame('P', "\x00"+text+"\x00\x00\x00") }
	for _, tc := range []struct {
		name, want string
		messages   [][]byte
	}{
		{"error before Flush", "E(ERROR 42601)", [][]byte{parse("fail"), frame('H', "")}},
		{"error alone", "E(ERROR 42601)", [][]byte{parse("fail")}},
		{"whole message behind", "C(DONE a) Z", [][]byte{query("a"), parse("x")}},
		{"half a message behind", "C(DONE a) Z", [][]byte{query("a"), parse("x")[:4]}},
		{"Terminate behind", "C(DONE a) Z .", [][]byte{query("a"), frame('X', "")}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, dial := serve(t, Options{})
			c, _ := dial()
			require.NoError(t, c.SetReadDeadline(time.Now().Add(5*time.Second)))
			send(t, c, tc.messages...)
			var got []reply
			for len(kinds(got)) < len(tc.want) {
				one := next(t, c)
				require.NotZero(t, one.typ, "no reply")
				got = append(got, one)
			}
			require.Equal(t, tc.want, kinds(got))
		})
	}
}

// TestBadStrings: text that is not UTF-8 is refused in every message, and fails the
// transaction like any error.
func TestBadStrings(t *testing.T) {
	for _, m := range [][]byte{
		query("a\xff"), frame('P', "\xff\x00\x00\x00\x00"), frame('P', "\x00\xff\x00\x00\x00"),
		frame('B', "\xff\x00\x00\x00\x00\x00\x00\x00\x00"), frame('D', "S\xff\x00"), frame('E', "\xff\x00\x00\x00\x00\x00"),
	} {
		_, dial := serve(t, Options{})
		c, h := dial()
		send(t, c, m)
		if m[0] != 'Q' {
			send(t, c, frame('S', ""))
		}
		require.Equal(t, "E(ERROR 22021) Z", kinds(read(t, c)), "%c", m[0])
		require.Equal(t, []string{"sync failed=true"}, h.log(), "%c", m[0])
	}
}

// TestTooLong: a message over its limit is dropped; while messages are skipped up to
// Sync that is no second error.
func TestTooLong(t *testing.T) {
	_, dial := serve(t, Options{})
	c, _ := dial()
	long := make([]byte, statementMax+1)
	send(t, c, frame('P', "\x00fail\x00\x00\x00"), frame('Q', string(long)), frame('S', ""))
	require.Equal(t, "E(ERROR 42601) Z", kinds(read(t, c)))
	send(t, c, frame('Q', string(long)))
	require.Equal(t, "E(ERROR 54000) Z", kinds(read(t, c)))
}

// wide encodes every row as so many bytes.
type wide int

func (e wide) AppendRows(dst []byte, _ *vector.Batch, from, to int) ([]byte, error) {
	for range to - from {
		dst = append(dst, 'D')
		dst = binary.BigEndian.AppendUint32(dst, uint32(e)+4)
		dst = append(dst, make([]byte, e)...)
	}
	return dst, nil
}

// meter notes the largest write.
type meter struct {
	bytes.Buffer
	largest int
}

func (m *meter) Write(p []byte) (int, error) {
	m.largest = max(m.largest, len(p))
	return len(p), nil
}

// TestBatchBuffer: the buffer of a result stays near flushAt, however wide its rows
// are, and holds at most a few of the widest.
func TestBatchBuffer(t *testing.T) {
	for _, width := range []int{10, 1000, 100 << 10, 1 << 20} {
		m := &meter{}
		w := &Writer{c: &conn{out: out{w: m}}}
		require.NoError(t, w.Batch(wide(width), nil, 0, 1000))
		require.NoError(t, w.c.out.flush())
		require.Equal(t, int64(1000*(width+5)), w.c.out.written)
		require.LessOrEqual(t, m.largest, max(2*flushAt, flushAt+8*(width+5)), "rows of %d bytes", width)
	}
}

// TestIdleBuffers: a connection that waits keeps no large buffer.
func TestIdleBuffers(t *testing.T) {
	s, dial := serve(t, Options{})
	c, _ := dial()
	send(t, c, query(string(bytes.Repeat([]byte("x"), 100<<10))))
	read(t, c)
	conn := s.registry.all()[0]
	require.Eventually(t, conn.idle.Load, time.Second, time.Millisecond)
	s.Close(context.Background()) // its goroutine has ended
	require.LessOrEqual(t, cap(conn.frames.buf), bufferIdle)
	require.LessOrEqual(t, cap(conn.out.buf), bufferIdle)
}
