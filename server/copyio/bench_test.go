package copyio

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/value"
)

// flightColumns are those of testdata/flights.csv.gz: 20,000 departures of January
// 2001 of the US Bureau of Transportation Statistics (public domain).
var flightColumns = []Column{
	{"ts", types.Of(types.Timestamp)},
	{"delay", types.Of(types.Int4)},
	{"distance", types.Of(types.Int4)},
	{"origin", types.Of(types.Text)},
	{"destination", types.Of(types.Text)},
}

func flights(t testing.TB) []byte {
	f, err := os.Open("testdata/flights.csv.gz")
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	b, err := io.ReadAll(z)
	require.NoError(t, err)
	return b
}

// source gives data in pieces of a size.
func source(data []byte, size int) func() ([]byte, error) {
	return func() ([]byte, error) {
		if len(data) == 0 {
			return nil, io.EOF
		}
		n := min(size, len(data))
		piece := data[:n:n]
		data = data[n:]
		return piece, nil
	}
}

// The flights in every dress: as they are, with line ends of two bytes, each field
// in quotes, and in the text and binary formats.
func BenchmarkRead(b *testing.B) {
	plain := flights(b)
	body := plain[bytes.IndexByte(plain, '\n')+1:]
	quoted := append([]byte{'"'}, bytes.ReplaceAll(bytes.ReplaceAll(body, []byte(","), []byte(`","`)), []byte("\n"), []byte("\"\n\""))...)
	quoted = quoted[:len(quoted)-1]
	csv := Options{Format: CSV, Delimiter: ',', Quote: '"', Escape: '"'}
	text := Options{Delimiter: '\t', Null: `\N`}
	bin := Options{Format: Binary}
	w, err := NewWriter(bin, flightColumns, value.Default())
	require.NoError(b, err)
	binary := w.AppendHeader(nil)
	rows := 0
	r, err := NewReader(source(body, 1<<16), csv, "f", flightColumns, value.Default())
	require.NoError(b, err)
	for {
		batch, err := r.Next()
		require.NoError(b, err)
		if batch == nil {
			break
		}
		for i := range batch.Len {
			binary, err = w.AppendRow(binary, batch, i)
			require.NoError(b, err)
		}
		rows += batch.Len
	}
	binary = w.AppendTrailer(binary)
	for _, c := range []struct {
		name string
		o    Options
		data []byte
	}{
		{"csv", csv, body},
		{"csv/crlf", csv, bytes.ReplaceAll(body, []byte("\n"), []byte("\r\n"))},
		{"csv/quoted", csv, quoted},
		{"text", text, bytes.ReplaceAll(body, []byte(","), []byte("\t"))},
		{"text/nulls", text, bytes.ReplaceAll(bytes.ReplaceAll(body, []byte(","), []byte("\t")), []byte("ATL"), []byte(`\N`))},
		{"binary", bin, binary},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.data)))
			b.ReportAllocs()
			for b.Loop() {
				r, err := NewReader(source(c.data, 8192), c.o, "f", flightColumns, value.Default())
				require.NoError(b, err)
				for n := 0; ; {
					batch, err := r.Next()
					if err != nil {
						b.Fatal(err)
					}
					if batch == nil {
						require.Equal(b, rows, n)
						break
					}
					n += batch.Len
				}
			}
			b.ReportMetric(float64(b.N)*float64(rows)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}

// Rows of the flights in all formats.
func BenchmarkWrite(b *testing.B) {
	r, err := NewReader(source(flights(b), 1<<16), Options{Format: CSV, Delimiter: ',', Quote: '"', Escape: '"', Header: WithHeader}, "f", flightColumns, value.Default())
	require.NoError(b, err)
	batch, err := r.Next()
	require.NoError(b, err)
	for name, o := range map[string]Options{
		"csv": {Format: CSV, Delimiter: ',', Quote: '"', Escape: '"'}, "text": {Delimiter: '\t', Null: `\N`}, "binary": {Format: Binary},
	} {
		b.Run(name, func(b *testing.B) {
			w, err := NewWriter(o, flightColumns, value.Default())
			require.NoError(b, err)
			var dst []byte
			b.ReportAllocs()
			for b.Loop() {
				for i := range batch.Len {
					if dst, err = w.AppendRow(dst[:0], batch, i); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.N)*vector.MaxRows/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}
