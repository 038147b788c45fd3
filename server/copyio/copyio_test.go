package copyio

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// What PostgreSQL says of bad options, class and words.
func TestOptionErrors(t *testing.T) {
	for _, c := range []struct{ direction, options, want string }{
		{"from", "format foo", `22023 COPY format "foo" not recognized`},
		{"from", "format 'CSV'", `22023 COPY format "CSV" not recognized`},
		{"from", "format csv, format csv", "42601 conflicting or redundant options"},
		{"from", "foo 1", `42601 option "foo" not recognized`},
		{"from", "delimiter 'ab'", "0A000 COPY delimiter must be a single one-byte character"},
		{"from", "delimiter ''", "0A000 COPY delimiter must be a single one-byte character"},
		{"from", "delimiter 'é'", "0A000 COPY delimiter must be a single one-byte character"},
		{"from", "delimiter '\n'", "22023 COPY delimiter cannot be newline or carriage return"},
		{"from", "delimiter 'a'", `22023 COPY delimiter cannot be "a"`},
		{"from", "delimiter '.'", `22023 COPY delimiter cannot be "."`},
		{"from", `delimiter '\'`, `22023 COPY delimiter cannot be "\"`},
		{"to", "delimiter 5", `22023 COPY delimiter cannot be "5"`},
		{"from", "null 'a\n'", "22023 COPY null representation cannot use newline or carriage return"},
		{"from", "delimiter ':', null 'a:b'", "0A000 COPY delimiter must not appear in the NULL specification"},
		{"from", "quote '\"'", "0A000 COPY quote available only in CSV mode"},
		{"from", "format csv, quote 'ab'", "0A000 COPY quote must be a single one-byte character"},
		{"from", "format csv, quote ''", "0A000 COPY quote must be a single one-byte character"},
		{"from", "format csv, quote ','", "22023 COPY delimiter and quote must be different"},
		{"to", "format csv, delimiter '\"'", "22023 COPY delimiter and quote must be different"},
		{"from", "escape '\"'", "0A000 COPY escape available only in CSV mode"},
		{"from", "format csv, escape 'ab'", "0A000 COPY escape must be a single one-byte character"},
		{"from", "format csv, null 'a\"b'", "0A000 CSV quote character must not appear in the NULL specification"},
		{"from", "force_quote (n)", "0A000 COPY force quote available only in CSV mode"},
		{"from", "format csv, force_quote (n)", "0A000 COPY force quote only available using COPY TO"},
		{"to", "format csv, force_quote n", `22023 argument to option "force_quote" must be a list of column names`},
		{"to", "format csv, force_quote (zz)", `42P10 FORCE_QUOTE column "zz" not referenced by COPY`},
		{"to", "format csv, force_not_null (n)", "0A000 COPY force not null only available using COPY FROM"},
		{"from", "force_not_null (n)", "0A000 COPY force not null available only in CSV mode"},
		{"from", "format csv, force_not_null *", `22023 argument to option "force_not_null" must be a list of column names`},
		{"from", "format csv, force_not_null (zz)", `42P10 FORCE_NOT_NULL column "zz" not referenced by COPY`},
		{"to", "format csv, force_null (n)", "0A000 COPY force null only available using COPY FROM"},
		{"from", "force_null (n)", "0A000 COPY force null available only in CSV mode"},
		{"from", "format csv, force_null (zz)", `42P10 FORCE_NULL column "zz" not referenced by COPY`},
		{"from", "format binary, delimiter ','", "42601 cannot specify DELIMITER in BINARY mode"},
		{"from", "format binary, null ''", "42601 cannot specify NULL in BINARY mode"},
		{"from", "format binary, header", "0A000 cannot specify HEADER in BINARY mode"},
		{"from", "format binary, quote '\"'", "0A000 COPY quote available only in CSV mode"},
		{"from", "header maybe", `42601 header requires a Boolean value or "match"`},
		{"from", "header 2", `42601 header requires a Boolean value or "match"`},
		{"to", "header match", `0A000 cannot use "match" with HEADER in COPY TO`},
		{"from", "encoding 'foo'", `22023 argument to option "encoding" must be a valid encoding name`},
		{"from", "encoding 'latin1'", `0A000 COPY in encoding "latin1" is not supported`},
		{"from", "freeze maybe", "42601 freeze requires a Boolean value"},
		{"from", "convert_selectively (n)", "0A000 COPY option convert_selectively is not supported"},
		{"to", "format", "42601 format requires a parameter"},
		{"to", "delimiter", "42601 delimiter requires a parameter"},
		{"to", "null", "42601 null requires a parameter"},
		{"to", "encoding", "42601 encoding requires a parameter"},
	} {
		o, err := parseOptions(c.options, c.direction == "from")
		if err == nil {
			_, err = NewReader(source(nil, 1), o, "e", columnsOf(t, "n int4"), value.Default())
		}
		if err == nil {
			_, err = NewWriter(o, columnsOf(t, "n int4"), value.Default())
		}
		var e *sqlerr.Error
		require.ErrorAs(t, err, &e, c.options)
		require.Equal(t, c.want, e.Code+" "+e.Message, c.options)
	}
}

// Good options in their several spellings.
func TestOptions(t *testing.T) {
	csv := Options{Format: CSV, Delimiter: ',', Quote: '"', Escape: '"'}
	for text, want := range map[string]Options{
		"":                                  {Delimiter: '\t', Null: `\N`},
		"format text, freeze off":           {Delimiter: '\t', Null: `\N`},
		"format csv":                        csv,
		"format csv, encoding 'UTF-8'":      csv,
		"format csv, header 0, freeze off":  csv,
		"format csv, header 'OFF'":          csv,
		"format csv, header":                {Format: CSV, Delimiter: ',', Quote: '"', Escape: '"', Header: WithHeader},
		"format csv, header on, quote 5":    {Format: CSV, Delimiter: ',', Quote: '5', Escape: '5', Header: WithHeader},
		"format csv, header 'MATCH'":        {Format: CSV, Delimiter: ',', Quote: '"', Escape: '"', Header: MatchHeader},
		"format csv, force_null (a, b)":     {Format: CSV, Delimiter: ',', Quote: '"', Escape: '"', ForceNull: Names{List: []string{"a", "b"}}},
		"format csv, null 'x', escape '\\'": {Format: CSV, Delimiter: ',', Quote: '"', Escape: '\\', Null: "x"},
		"format binary":                     {Format: Binary, Delimiter: '\t', Null: `\N`},
	} {
		o, err := parseOptions(text, true)
		require.NoError(t, err, text)
		require.Equal(t, want, o, text)
	}
	o, err := ParseOptions([]ast.Option{{Name: "header", Value: &ast.Const{Kind: ast.True}}}, false)
	require.NoError(t, err)
	require.Equal(t, WithHeader, o.Header)
	_, err = ParseOptions([]ast.Option{{Name: "header"}, {Name: "header", Pos: 42}}, false)
	var e *sqlerr.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, 43, e.Pos)
}

// setup makes readers of tests what they should be.
type setup func(*Reader)

// cuts makes a reader look at every piece as soon as it has come.
func cuts(r *Reader) { r.step = 1 }

// slowly takes the fast way from a reader.
func slowly(r *Reader) { r.slowOnly = true }

// outcome is the rows and the error of a COPY as one string.
func outcome(o Options, cols []Column, next func() ([]byte, error), with ...setup) string {
	s := value.Default()
	r, err := NewReader(next, o, "e", cols, s)
	if err != nil {
		return err.Error()
	}
	for _, f := range with {
		f(r)
	}
	w, _ := NewWriter(Options{Delimiter: '\t', Null: `\N`}, cols, s)
	var out []byte
	for {
		b, err := r.Next()
		if err != nil {
			return string(out) + describe(err)
		}
		if b == nil {
			return string(out)
		}
		if err := vector.Verify(b); err != nil {
			return err.Error()
		}
		for i := range b.Len {
			out, _ = w.AppendRow(out, b, i)
		}
	}
}

// pieces gives each of them.
func pieces(ps ...[]byte) func() ([]byte, error) {
	return func() ([]byte, error) {
		if len(ps) == 0 {
			return nil, io.EOF
		}
		p := ps[0]
		ps = ps[1:]
		return p, nil
	}
}

// C3: data cut into two at every position, and into pieces of one byte, gives what
// the whole gives.
func TestSplits(t *testing.T) {
	cols := columnsOf(t, "a text, b int4, c timestamp")
	w, err := NewWriter(Options{Format: Binary}, cols, value.Default())
	require.NoError(t, err)
	csv := Options{Format: CSV, Delimiter: ',', Quote: '"', Escape: '"'}
	_, batches, err := readAll(csv, cols, []byte("é,1,2001-01-01\n,2,\n\"x\",3,\n"), 100)
	require.NoError(t, err)
	bin := w.AppendHeader(nil)
	for i := range 3 {
		bin, err = w.AppendRow(bin, batches[0], i)
		require.NoError(t, err)
	}
	bin = w.AppendTrailer(bin)
	for _, c := range []struct{ options, data string }{
		{"format csv", "é,1,2001-01-01 00:00:00\r\n\"a\r\nb\",\"2\",\r\n\"x\"\"y\",,\r\n"},
		{"format csv", "a,1,\nb,2,\n\\.\nafter"},
		{"format csv", "a,1,\nb,2x,\n"},
		{"format csv, header match", "a,b,c\n€,1,\n"},
		{"format text", "é\t1\t\\N\n\\x41\\n\t\\N\t2001-02-03\n\\.\n"},
		{"format text", "a\t1\t\\N\r\nb\t2\t\\N\r\n\\.\r\nrest"},
		{"format text", "a\t1\t\\N\rb\t2\t\\N\r\\.\r"},
		{"format text", "a\t1\t\xe2\x82\n"},
		{"format binary", string(bin)},
		{"format binary", string(bin[:len(bin)-9])},
	} {
		o := optionsOf(t, c.options, true)
		data := []byte(c.data)
		want := outcome(o, cols, pieces(data))
		require.Equal(t, want, outcome(o, cols, source(data, 1), cuts), "%q byte by byte", data)
		for i := range data {
			require.Equal(t, want, outcome(o, cols, pieces(data[:i], nil, data[i:]), cuts), "%q cut at %d", data, i)
		}
	}
}

// C2: on random heaps of what matters, the fast way and the slow way agree.
func TestFastMatchesSlow(t *testing.T) {
	atoms := []string{
		",", "\t", "\n", "\r\n", "\r", `"`, `\`, `\N`, "1", "-22", "333333", "4.5", "a", "éé", "2001-02-03",
		"2001-02-03 04:05:06.7", "t", "NaN", " ",
	}
	options := []Options{
		{Format: CSV, Delimiter: ',', Quote: '"', Escape: '"'},
		{Format: CSV, Delimiter: ',', Quote: '"', Escape: '"', Null: "1"},
		{Format: CSV, Delimiter: ',', Quote: '"', Escape: '"', ForceNotNull: Names{List: []string{"a"}}},
		{Format: CSV, Delimiter: '\t', Quote: '\'', Escape: '\\'},
		{Delimiter: '\t', Null: `\N`},
		{Delimiter: ',', Null: ""},
	}
	var shapes [][]Column
	for _, s := range []string{
		"a text, b int4", "a varchar(3), b timestamp, c float8", "a int2, b numeric(6,2)", "a date, b bool, c int8",
		"a numeric, b timestamptz", "a bytea", "a float4, b interval",
	} {
		shapes = append(shapes, columnsOf(t, s))
	}
	rapid.Check(t, func(t *rapid.T) {
		o := rapid.SampledFrom(options).Draw(t, "options")
		cols := rapid.SampledFrom(shapes).Draw(t, "columns")
		data := []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom(atoms), 0, 20).Draw(t, "data"), ""))
		fast, slow := outcome(o, cols, pieces(data)), outcome(o, cols, pieces(data), slowly)
		if fast != slow {
			t.Fatalf("%q\nfast %q\nslow %q", data, fast, slow)
		}
	})
}

// drawRow draws a row, with NULLs and with text that needs every escape.
func drawRow(t *rapid.T, cols []Column) []vector.Datum {
	row := make([]vector.Datum, len(cols))
	for i, c := range cols {
		n := rapid.Int64().Draw(t, "n")
		switch c.Type.ID {
		case types.Bool:
			row[i] = vector.BoolDatum(n&1 == 0)
		case types.Int2:
			row[i] = vector.IntDatum(int64(int16(n)))
		case types.Int4:
			row[i] = vector.IntDatum(int64(int32(n)))
		case types.Date:
			row[i] = vector.IntDatum(n % 700000)
		case types.Int8:
			row[i] = vector.IntDatum(n)
		case types.Timestamp, types.Timestamptz:
			row[i] = vector.IntDatum(n / 128)
		case types.Float8:
			row[i] = vector.FloatDatum(math.Float64frombits(uint64(n)))
		case types.Float4:
			row[i] = vector.FloatDatum(float64(math.Float32frombits(uint32(n))))
		case types.Numeric:
			row[i] = vector.StringDatum(string(decimal.New(n, int(n&15)).Encode(nil)))
		case types.UUID:
			row[i] = vector.WordDatum([2]uint64{uint64(n), uint64(n)})
		case types.Interval:
			row[i] = vector.WordDatum(vector.Interval{Months: int32(n), Days: int32(n >> 32), Micros: n / 1000}.Word())
		case types.Bytea:
			row[i] = vector.StringDatum(string(rapid.SliceOfN(rapid.Byte(), 0, 5).Draw(t, "bytes")))
		default:
			row[i] = vector.StringDatum(strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
				"a", "é", "\t", "\n", "\r", `\`, ".", "N", `"`, "'", ",", ";", " ", "1", "\x01", "\b",
			}), 0, 5).Draw(t, "text"), ""))
		}
		if rapid.IntRange(0, 4).Draw(t, "null") == 0 {
			row[i] = vector.NullDatum
		}
	}
	return row
}

// COPY FROM undoes COPY TO, in every format and with all sorts of options.
func TestIdentity(t *testing.T) {
	all := []types.ID{
		types.Bool, types.Int2, types.Int4, types.Int8, types.Float4, types.Float8, types.Numeric, types.Text, types.Varchar,
		types.Date, types.Timestamp, types.Timestamptz, types.Interval, types.Bytea, types.UUID,
	}
	s := value.Default()
	s.Zone, _ = value.NewZones().Load("America/New_York")
	rapid.Check(t, func(t *rapid.T) {
		cols := []Column{{Name: "the name"}, {Name: "b"}}[:rapid.IntRange(1, 2).Draw(t, "columns")]
		kinds := make([]vector.Kind, len(cols))
		for i := range cols {
			cols[i].Type = types.Of(rapid.SampledFrom(all).Draw(t, "type"))
			kinds[i] = vector.KindOf(cols[i].Type)
		}
		o := rapid.SampledFrom([]Options{
			{Delimiter: '\t', Null: `\N`},
			{Delimiter: ',', Null: "nil", Header: WithHeader},
			{Delimiter: ';', Null: `\N`, Header: MatchHeader},
			{Delimiter: '-', Null: `\N`},
			{Format: CSV, Delimiter: ',', Quote: '"', Escape: '"'},
			{Format: CSV, Delimiter: ';', Quote: '\'', Escape: '\\', Null: "1", Header: MatchHeader},
			{Format: CSV, Delimiter: '-', Quote: '1', Escape: '1', Null: "x"},
			{Format: CSV, Delimiter: ',', Quote: '"', Escape: '"', ForceQuote: Names{All: true}, Header: WithHeader},
			{Format: Binary},
		}).Draw(t, "options")
		b := vector.NewBuilder(kinds...)
		n := rapid.IntRange(1, 8).Draw(t, "rows")
		rows := make([][]vector.Datum, n)
		for i := range rows {
			rows[i] = drawRow(t, cols)
			require.NoError(t, b.AppendDatums(rows[i]))
		}
		w, err := NewWriter(o, cols, s)
		require.NoError(t, err)
		data := w.AppendHeader(nil)
		for i := range n {
			data, err = w.AppendRow(data, b.Batch(), i)
			require.NoError(t, err)
		}
		data = w.AppendTrailer(data)
		r, err := NewReader(source(data, rapid.IntRange(1, 50).Draw(t, "size")), o, "t", cols, s)
		require.NoError(t, err)
		cuts(r)
		back, err := r.Next()
		require.NoError(t, err, "%q", data)
		require.Equal(t, n, back.Len, "%q", data)
		for i, row := range rows {
			for j, want := range row {
				got := vector.At(back.Cols[j], i)
				if got != want && !(got.F != got.F && want.F != want.F) {
					t.Fatalf("%q: row %d column %d (%v): %+v became %+v", data, i, j, cols[j].Type, want, got)
				}
			}
		}
		back, err = r.Next()
		require.NoError(t, err)
		require.Nil(t, back)
	})
}

// C1, and batches of the right size: many rows, then a bad one. Its line number
// counts all lines, and the rows before it come first.
func TestBatches(t *testing.T) {
	cols := columnsOf(t, "a int4, b text")
	var data []byte
	const n = 2*vector.MaxRows + 100
	for i := range n {
		data = fmt.Appendf(data, "%d,x%d\n", i, i)
	}
	data = append(data, "oops,1\n5,6\n"...)
	r, err := NewReader(source(data, 1000), optionsOf(t, "format csv", true), "e", cols, value.Default())
	require.NoError(t, err)
	total := 0
	for _, want := range []int{vector.MaxRows, vector.MaxRows, 100} {
		b, err := r.Next()
		require.NoError(t, err)
		require.Equal(t, want, b.Len)
		for i := range b.Len {
			require.Equal(t, int64(total), b.Cols[0].Int(i))
			require.Equal(t, fmt.Sprintf("x%d", total), string(b.Cols[1].Bytes(i)))
			total++
		}
	}
	_, err = r.Next()
	require.Equal(t, fmt.Sprintf(`22P02 | invalid input syntax for type integer: "oops" |  |  | COPY e, line %d, column a: "oops"`, n+1), describe(err))
}

// Nothing of a batch, nor of a bad row, is left in the next: NULLs and booleans,
// whose bits are set and not assigned, change from batch to batch.
func TestBatchesAreClean(t *testing.T) {
	cols := columnsOf(t, "a bool, b int4")
	var data, want []byte
	for i := range 3 * vector.MaxRows {
		row := []string{"t\t5\n", "f\t\\N\n", "\\N\t6\n"}[(i/vector.MaxRows+i)%3]
		data, want = append(data, row...), append(want, row...)
	}
	data = append(data, "t\t1\n\\N\tx\n"...)
	want = append(want, "t\t1\n"...)
	got := outcome(optionsOf(t, "format text", true), cols, source(data, 8192))
	require.Equal(t, string(want), got[:len(want)])
	require.Contains(t, got[len(want):], `invalid input syntax for type integer: "x"`)
}

// The error of the source comes through as it is; a line without end is refused in
// time, and one that is merely long is read.
func TestSourceAndLength(t *testing.T) {
	cols := columnsOf(t, "a text")
	cancelled := sqlerr.New(sqlerr.QueryCanceled, "COPY from stdin failed: enough")
	r, err := NewReader(func() ([]byte, error) { return nil, cancelled }, optionsOf(t, "format csv", true), "e", cols, value.Default())
	require.NoError(t, err)
	_, err = r.Next()
	require.ErrorIs(t, err, cancelled)

	long := strings.Repeat("x", 3<<20)
	got := outcome(optionsOf(t, "format csv", true), cols, source([]byte(long+"\ny"), 8192))
	require.Equal(t, long+"\ny\n", got)

	piece := bytes.Repeat([]byte("x"), 1<<20)
	n := 0
	endless := func() ([]byte, error) { n++; return piece, nil }
	got = outcome(optionsOf(t, "format text", true), cols, endless, func(r *Reader) { r.longest = 4 << 20 })
	require.Equal(t, "54000 | line of COPY data is longer than 4194304 bytes |  |  | COPY e, line 1", got)
	require.LessOrEqual(t, n, 10)
}

// A table without columns takes empty lines.
func TestNoColumns(t *testing.T) {
	for _, format := range []string{"format text", "format csv"} {
		r, err := NewReader(pieces([]byte("\n\n")), optionsOf(t, format, true), "e", nil, value.Default())
		require.NoError(t, err)
		b, err := r.Next()
		require.NoError(t, err)
		require.Equal(t, 2, b.Len)
		require.Contains(t, outcome(optionsOf(t, format, true), nil, pieces([]byte("x\n"))), "extra data after last expected column")
	}
}

// After the first batches, reading and writing allocate nothing.
func TestNoAllocations(t *testing.T) {
	data := flights(t)
	body := data[bytes.IndexByte(data, '\n')+1:]
	at := 0
	endless := func() ([]byte, error) {
		if at >= len(body) {
			at = 0
		}
		piece := body[at:min(at+8192, len(body))]
		at += len(piece)
		return piece, nil
	}
	csv := Options{Format: CSV, Delimiter: ',', Quote: '"', Escape: '"'}
	r, err := NewReader(endless, csv, "e", flightColumns, value.Default())
	require.NoError(t, err)
	var b *vector.Batch
	for range 20 { // until the buffer and the arenas have their size
		b, err = r.Next()
		require.NoError(t, err)
	}
	require.Zero(t, testing.AllocsPerRun(10, func() {
		if b, err = r.Next(); err != nil || b.Len != vector.MaxRows {
			panic("bad batch")
		}
	}))
	for _, o := range []Options{csv, {Delimiter: '\t', Null: `\N`}, {Format: Binary}} {
		w, err := NewWriter(o, flightColumns, value.Default())
		require.NoError(t, err)
		dst := make([]byte, 0, 1<<10)
		i := 0
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if _, err := w.AppendRow(dst, b, i); err != nil {
				panic(err)
			}
			i++
		}))
	}
}

// fuzzReader compares whole, cut and slow reading of any bytes in one format.
func fuzzReader(f *testing.F, options ...string) {
	shapes := []string{"a text, b int4", "a varchar(2), b timestamp, c float8", "a text"}
	f.Fuzz(func(t *testing.T, data []byte, cut, option, shape uint) {
		o := optionsOf(t, options[option%uint(len(options))], true)
		cols := columnsOf(t, shapes[shape%uint(len(shapes))])
		want := outcome(o, cols, pieces(data))
		if got := outcome(o, cols, pieces(data), slowly); got != want {
			t.Fatalf("%q\n fast %q\n slow %q", data, want, got)
		}
		at := int(cut % uint(len(data)+1))
		if got := outcome(o, cols, pieces(data[:at], data[at:]), cuts); got != want {
			t.Fatalf("%q\nwhole %q\n cut at %d %q", data, want, at, got)
		}
	})
}

// Any bytes as csv; see fuzzReader.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,1\n\"b\n\",2\r\n", "\"\"\"\",\n\\.\n", "x,2001-02-03 04:05:06,1.5\n", "\xff", "é,1\r"} {
		f.Add([]byte(s), uint(3), uint(0), uint(0))
	}
	fuzzReader(f, "format csv", "format csv, header match", "format csv, quote '''', escape '\\', null 'x'", "format csv, force_null (a), force_not_null (a)")
}

// Any bytes as text; see fuzzReader.
func FuzzText(f *testing.F) {
	for _, s := range []string{"a\t1\n\\N\t\\N\n\\.\n", "\\x41\\101\t1\r\n\\.\r\n", "\\377\t\n", "a\\\nb\t5\n"} {
		f.Add([]byte(s), uint(3), uint(0), uint(0))
	}
	fuzzReader(f, "format text", "delimiter ',', null ''", "header")
}

// Any bytes, whole and cut, give the same rows or error.
func FuzzBinary(f *testing.F) {
	head := signature + "\x00\x00\x00\x00\x00\x00\x00\x00"
	for _, s := range []string{head + "\xff\xff", head + "\x00\x02\x00\x00\x00\x01a\x00\x00\x00\x04\x00\x00\x00\x05\xff\xff", head[:13]} {
		f.Add([]byte(s), uint(3))
	}
	f.Fuzz(func(t *testing.T, data []byte, cut uint) {
		cols := columnsOf(t, "a text, b int4")
		want := outcome(Options{Format: Binary}, cols, pieces(data))
		at := int(cut % uint(len(data)+1))
		if got := outcome(Options{Format: Binary}, cols, pieces(data[:at], data[at:]), cuts); got != want {
			t.Fatalf("%q\nwhole %q\n cut at %d %q", data, want, at, got)
		}
	})
}
