package rowenc

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/value"
)

// columnTypes are those that a result can have.
var columnTypes = []types.ID{
	types.Bool, types.Int2, types.Int4, types.Int8, types.Float4, types.Float8, types.Numeric, types.Text, types.Varchar,
	types.Date, types.Timestamp, types.Timestamptz, types.Interval, types.Bytea, types.UUID, types.OID, types.Name, types.Regtype,
}

func settings() *value.Settings {
	s := value.Default()
	s.Zone, _ = value.NewZones().Load("America/New_York")
	return s
}

// drawDatum draws a value of a type, NULL now and then.
func drawDatum(t *rapid.T, id types.ID) vector.Datum {
	if rapid.IntRange(0, 5).Draw(t, "null") == 0 {
		return vector.NullDatum
	}
	i := rapid.Int64().Draw(t, "i")
	switch id {
	case types.Bool:
		return vector.BoolDatum(i&1 == 0)
	case types.Int2:
		return vector.IntDatum(int64(int16(i)))
	case types.Date:
		return vector.IntDatum(i % 1000000)
	case types.Int4, types.OID, types.Regtype:
		return vector.IntDatum(int64(int32(i)))
	case types.Int8:
		return vector.IntDatum(i)
	case types.Timestamp, types.Timestamptz:
		return vector.IntDatum(i / 64)
	case types.Float4:
		return vector.FloatDatum(float64(math.Float32frombits(uint32(i))))
	case types.Float8:
		return vector.FloatDatum(math.Float64frombits(uint64(i)))
	case types.Numeric:
		return vector.StringDatum(string(decimal.New(i, int(i&31)).Encode(nil)))
	case types.Interval, types.UUID:
		return vector.WordDatum([2]uint64{uint64(i), uint64(i) * 0x9E3779B97F4A7C15})
	case types.Bytea:
		return vector.StringDatum(string(rapid.SliceOfN(rapid.Byte(), 0, 10).Draw(t, "bytes")))
	}
	return vector.StringDatum(rapid.StringN(0, 10, -1).Draw(t, "text"))
}

// column makes a vector of datums in a form: flat, constant (then all equal the
// first), or a dictionary.
func vectorOf(t *rapid.T, id types.ID, rows int) (*vector.Vector, []vector.Datum) {
	kind := vector.KindOf(types.Of(id))
	ds := make([]vector.Datum, rows)
	for i := range ds {
		ds[i] = drawDatum(t, id)
	}
	form := rapid.SampledFrom([]vector.Form{vector.Flat, vector.Const, vector.Dict}).Draw(t, "form")
	if form == vector.Const {
		for i := range ds {
			ds[i] = ds[0]
		}
		return vector.ConstOf(kind, ds[0], rows), ds
	}
	b := vector.NewBuilder(kind)
	for _, d := range ds {
		require.NoError(t, b.AppendDatums([]vector.Datum{d}))
	}
	flat := vector.Copy(b.Batch()).Cols[0]
	if form == vector.Flat {
		return flat, ds
	}
	// The dictionary holds the values backwards; code 0 stands under NULL.
	values := vector.NewBuilder(kind)
	v := &vector.Vector{Kind: kind, Form: vector.Dict, Len: rows, Codes: make([]uint32, rows), Nulls: flat.Nulls}
	code := uint32(0)
	for i := rows - 1; i >= 0; i-- {
		if !ds[i].Null {
			require.NoError(t, values.AppendDatums([]vector.Datum{ds[i]}))
			v.Codes[i] = code
			code++
		}
	}
	if code == 0 {
		return flat, ds
	}
	v.Dict = &vector.Dictionary{ID: 1, Values: vector.Copy(values.Batch()).Cols[0]}
	return v, ds
}

// parseRows cuts DataRow messages into fields; nil is NULL.
func parseRows(t require.TestingT, b []byte) (rows [][][]byte) {
	for len(b) > 0 {
		require.Equal(t, byte('D'), b[0])
		size := int(binary.BigEndian.Uint32(b[1:]))
		row := b[5 : 1+size]
		b = b[1+size:]
		fields := make([][]byte, binary.BigEndian.Uint16(row))
		row = row[2:]
		for i := range fields {
			n := int(int32(binary.BigEndian.Uint32(row)))
			row = row[4:]
			if n >= 0 {
				fields[i] = row[:n:n]
				row = row[n:]
			}
		}
		require.Empty(t, row)
		rows = append(rows, fields)
	}
	return rows
}

// Every type in both formats and all forms of vectors, with and without a
// selection, encodes as sql/value encodes each datum.
func TestAppendRows(t *testing.T) {
	s := settings()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 70).Draw(t, "rows")
		b := &vector.Batch{Len: n}
		var ts []types.Type
		var formats []int16
		var datums [][]vector.Datum
		for range rapid.IntRange(1, 4).Draw(t, "columns") {
			id := rapid.SampledFrom(columnTypes).Draw(t, "type")
			v, ds := vectorOf(t, id, n)
			b.Cols = append(b.Cols, v)
			datums = append(datums, ds)
			ts = append(ts, types.Of(id))
			formats = append(formats, int16(rapid.IntRange(0, 1).Draw(t, "format")))
		}
		rows := make([]int, n)
		for i := range rows {
			rows[i] = i
		}
		if rapid.Bool().Draw(t, "selected") {
			rows, b.Sel = rows[:0], []uint16{}
			for i := range n {
				if rapid.Bool().Draw(t, "keep") {
					rows, b.Sel = append(rows, i), append(b.Sel, uint16(i))
				}
			}
		}
		from := rapid.IntRange(0, len(rows)).Draw(t, "from")
		to := rapid.IntRange(from, len(rows)).Draw(t, "to")
		e, err := New(ts, formats, s)
		require.NoError(t, err)
		out, err := e.AppendRows([]byte("before"), b, from, to)
		require.NoError(t, err)
		require.Equal(t, "before", string(out[:6]))
		got := parseRows(t, out[6:])
		require.Len(t, got, to-from)
		for i, row := range rows[from:to] {
			require.Len(t, got[i], len(ts))
			for j := range ts {
				d := datums[j][row]
				switch {
				case d.Null:
					require.Nil(t, got[i][j])
				case formats[j] == Text:
					require.Equal(t, value.Text(ts[j], d, s), string(got[i][j]), "%v", ts[j])
				default:
					require.Equal(t, string(value.AppendBinary(nil, ts[j], d)), string(got[i][j]), "%v", ts[j])
				}
			}
		}
	})
}

// A scaled float8 column prints as its unscaled twin, for every digits setting.
func TestScaled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := settings()
		s.ExtraFloatDigits = rapid.IntRange(-15, 3).Draw(t, "digits")
		exp := rapid.IntRange(0, 10).Draw(t, "exp")
		v := rapid.Int64Range(-1<<53, 1<<53).Draw(t, "v")
		if rapid.Bool().Draw(t, "small") {
			v %= 1000
		}
		for _, format := range []int16{Text, Binary} {
			e, err := New([]types.Type{types.Of(types.Float8)}, []int16{format}, s)
			require.NoError(t, err)
			scaled := &vector.Vector{Kind: vector.Int64, Scaled: true, Exp: int8(exp), Len: 1, I64: []int64{v}}
			flat := &vector.Vector{Kind: vector.Float64, Len: 1, F64: []float64{float64(v) / math.Pow10(exp)}}
			a, err := e.AppendRows(nil, &vector.Batch{Len: 1, Cols: []*vector.Vector{scaled}}, 0, 1)
			require.NoError(t, err)
			b, err := e.AppendRows(nil, &vector.Batch{Len: 1, Cols: []*vector.Vector{flat}}, 0, 1)
			require.NoError(t, err)
			require.Equal(t, string(b), string(a), "%d / 10^%d", v, exp)
		}
	})
}

// Wrong formats are refused in PostgreSQL's words.
func TestFormats(t *testing.T) {
	two := []types.Type{types.Of(types.Int4), types.Of(types.Text)}
	_, err := New(two, []int16{0, 0, 0}, settings())
	require.ErrorContains(t, err, "bind message has 3 result formats but query has 2 columns (SQLSTATE 08P01)")
	_, err = New(two, []int16{7}, settings())
	require.ErrorContains(t, err, "unsupported format code: 7 (SQLSTATE 22023)")
	for _, ok := range [][]int16{nil, {1}, {0, 1}} {
		_, err = New(two, ok, settings())
		require.NoError(t, err)
	}
}

// Parameters in both formats become the datums that sql/value reads, and keep no
// hold of the message.
func TestDecodeParam(t *testing.T) {
	s := settings()
	for _, c := range []struct {
		id     types.ID
		format int16
		raw    string
		want   string // text, or an error
	}{
		{types.Int4, Text, "42", "42"},
		{types.Int4, Text, " 42 ", "42"},
		{types.Int4, Text, "2147483648", `value "2147483648" is out of range for type integer`},
		{types.Int8, Text, "-9223372036854775808", "-9223372036854775808"},
		{types.Int4, Binary, "\x00\x00\x00\x2a", "42"},
		{types.Int4, Binary, "\x00", "insufficient data left in message"},
		{types.Text, Text, "é", "é"},
		{types.Text, Text, "\xff", `invalid byte sequence for encoding "UTF8": 0xff`},
		{types.Timestamptz, Text, "2001-07-04 12:00", "2001-07-04 12:00:00-04"},
		{types.Float8, Binary, "\x3f\xf8\x00\x00\x00\x00\x00\x00", "1.5"},
		{types.Float8, 2, "x", "unsupported format code: 2"},
	} {
		raw := []byte(c.raw)
		d, err := DecodeParam(types.Of(c.id), c.format, raw, s)
		if err != nil {
			require.ErrorContains(t, err, c.want, c.raw)
			continue
		}
		clear(raw)
		require.Equal(t, c.want, value.Text(types.Of(c.id), d, s))
	}
	d, err := DecodeParam(types.Of(types.Int4), Text, nil, s)
	require.NoError(t, err)
	require.True(t, d.Null)
}

// Any bytes for any type and format give a datum or an error.
func FuzzDecodeParam(f *testing.F) {
	f.Add(0, int16(0), []byte("true"))
	f.Add(3, int16(1), []byte{0, 0, 0, 0, 0, 0, 0, 1})
	s := settings()
	f.Fuzz(func(t *testing.T, id int, format int16, raw []byte) {
		typ := types.Of(columnTypes[(id%len(columnTypes)+len(columnTypes))%len(columnTypes)])
		d, err := DecodeParam(typ, format, raw, s)
		if err == nil && !d.Null {
			value.Text(typ, d, s)
		}
	})
}

// resultBatch is a batch like those of a time series query.
func resultBatch(rows int) (*vector.Batch, []types.Type) {
	ts := &vector.Vector{Kind: vector.Int64, Len: rows}
	id := &vector.Vector{Kind: vector.Int32, Len: rows}
	host := &vector.Vector{Kind: vector.Bytes, Len: rows}
	usage := &vector.Vector{Kind: vector.Float64, Len: rows}
	for i := range rows {
		ts.I64 = append(ts.I64, 818208000000000+int64(i)*10000000+int64(i%1000))
		id.I32 = append(id.I32, int32(i*7919%100000))
		at := len(host.Arena)
		host.Arena = fmt.Appendf(host.Arena, "host_%d", i%4000)
		host.Spans = append(host.Spans, vector.Span{Off: uint32(at), Len: uint32(len(host.Arena) - at)})
		usage.F64 = append(usage.F64, float64(i*31%10000)/100)
	}
	return &vector.Batch{Len: rows, Cols: []*vector.Vector{ts, id, host, usage}},
		[]types.Type{types.Of(types.Timestamptz), types.Of(types.Int4), types.Of(types.Text), types.Of(types.Float8)}
}

// R1: rows cost no allocation, in either format.
func TestNoAllocations(t *testing.T) {
	b, ts := resultBatch(4096)
	for _, format := range []int16{Text, Binary} {
		e, err := New(ts, []int16{format}, settings())
		require.NoError(t, err)
		dst := make([]byte, 0, 1<<20)
		require.Zero(t, testing.AllocsPerRun(10, func() {
			if _, err := e.AppendRows(dst, b, 0, b.Len); err != nil {
				panic(err)
			}
		}))
	}
}

// The four columns of wire.md §2, 256 rows at a time.
func BenchmarkAppendRows(b *testing.B) {
	batch, ts := resultBatch(vector.MaxRows)
	s := value.Default()
	s.Zone = time.UTC
	for name, formats := range map[string][]int16{"text": {0}, "binary": {1}} {
		b.Run(name, func(b *testing.B) {
			e, err := New(ts, formats, s)
			require.NoError(b, err)
			b.ReportAllocs()
			dst := make([]byte, 0, 64<<10)
			for b.Loop() {
				for i := 0; i < batch.Len; i += 256 {
					if dst, err = e.AppendRows(dst[:0], batch, i, i+256); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.N)*float64(batch.Len)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}
