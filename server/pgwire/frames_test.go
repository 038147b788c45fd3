package pgwire

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"runtime"
	"testing"

	"github.com/jackc/pgproto3/v2"
	"github.com/stretchr/testify/require"
)

func frame(typ byte, body string) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{typ}, uint32(len(body)+4)), body...)
}

// trickle returns its bytes n at a time.
type trickle struct {
	b []byte
	n int
}

func (t *trickle) Read(p []byte) (int, error) {
	if len(t.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, t.b[:min(t.n, len(t.b))])
	t.b = t.b[n:]
	return n, nil
}

// TestFrames reads messages that arrive in pieces of every size and looks at what
// next sees ahead.
func TestFrames(t *testing.T) {
	stream := bytes.Join([][]byte{
		frame('Q', "select 1\x00"), frame('d', "copy data"), frame('S', ""), frame('P', string(make([]byte, 100<<10))),
	}, nil)
	for _, n := range []int{1, 3, 5, 1000, 1 << 20} {
		f := &frames{r: &trickle{stream, n}}
		typ, body, err := f.advance()
		require.NoError(t, err)
		require.Equal(t, "Q select 1\x00", string(typ)+" "+string(body))

		typ, _, err = f.advance()
		require.NoError(t, err)
		require.Equal(t, byte('d'), typ)
		require.Zero(t, f.next(), "nothing stands ahead of unread copy data")
		var data []byte
		for {
			piece, err := f.copyData()
			require.NoError(t, err)
			if piece == nil {
				break
			}
			data = append(data, piece...)
		}
		require.Equal(t, "copy data", string(data))
		if n == 1<<20 {
			require.Equal(t, byte('S'), f.next())
		}
		typ, _, err = f.advance()
		require.NoError(t, err)
		require.Equal(t, byte('S'), typ)
		_, body, err = f.advance()
		require.NoError(t, err)
		require.Len(t, body, 100<<10)
		_, _, err = f.advance()
		require.ErrorIs(t, err, io.EOF)
	}
}

// TestFrameLimits: what is too long is dropped with the stream in step, what cannot
// be is refused, and an announced length alone allocates nothing.
func TestFrameLimits(t *testing.T) {
	long := append(binary.BigEndian.AppendUint32([]byte{'Q'}, statementMax+5), make([]byte, statementMax+1)...)
	f := &frames{r: bytes.NewReader(append(long, frame('S', "")...))}
	_, _, err := f.advance()
	require.ErrorIs(t, err, errTooLong)
	typ, _, err := f.advance()
	require.NoError(t, err)
	require.Equal(t, byte('S'), typ)

	for _, tc := range []struct {
		header string
		want   error
	}{
		{"5100000003", errLength},
		{"51ffffffff", errLength},
		{"5300000005", errLength},
		{"4400002005", errLength},
		{"3f00000004", errType},
		{"5100000005", io.ErrUnexpectedEOF},
		{"5180000000", errLength},
		{"5200000004", errType},
	} {
		header, err := hex.DecodeString(tc.header)
		require.NoError(t, err)
		_, _, err = (&frames{r: bytes.NewReader(header)}).advance()
		require.ErrorIs(t, err, tc.want, tc.header)
	}

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err = (&frames{r: bytes.NewReader([]byte{'B', 3, 0xff, 0xff, 0xff})}).advance()
	require.Error(t, err)
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(256<<10))
}

// decode runs the decoder that conn would run on a body that guard has passed.
func decode(typ byte, body []byte) error {
	var m pgproto3.FrontendMessage
	switch typ {
	case 'Q':
		m = &pgproto3.Query{}
	case 'P':
		m = &pgproto3.Parse{}
	case 'B':
		m = &pgproto3.Bind{}
	case 'f':
		m = &pgproto3.CopyFail{}
	case 'D':
		m = &pgproto3.Describe{}
	case 'C':
		m = &pgproto3.Close{}
	case 'E':
		m = &pgproto3.Execute{}
	default:
		return nil
	}
	return m.Decode(body)
}

// FuzzFrame feeds any bytes through frames, guard and the decoders of pgproto3: no
// panic, what guard has passed is decoded, and the stream stays in step.
func FuzzFrame(f *testing.F) {
	for _, body := range []string{
		"", "6100", "00b1b1b1b1", "530000000000", "7000730000010001f000000000017800010001",
		"5300000000001794545b000100000ff08d2c152dc7a52961", "000000000001fffffffe0000", "73656c656374203100",
	} {
		raw, err := hex.DecodeString(body)
		require.NoError(f, err)
		for _, typ := range []byte("QPBDECfFp") {
			f.Add(append(frame(typ, string(raw)), frame('S', "")...))
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		fr := &frames{r: bytes.NewReader(stream)}
		for {
			typ, body, err := fr.advance()
			if errors.Is(err, errTooLong) {
				continue
			}
			if err != nil {
				return
			}
			if typ == 'd' {
				for {
					piece, err := fr.copyData()
					if piece == nil || err != nil {
						break
					}
				}
				continue
			}
			if guard(typ, body) == nil {
				if err := decode(typ, body); err != nil {
					t.Fatalf("%c %x passed guard, the decoder says %v", typ, body, err)
				}
			}
		}
	})
}
