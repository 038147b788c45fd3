package value

import (
	"bufio"
	"encoding/hex"
	"errors"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// golden reads the lines of a testdata file as tab-separated fields.
func golden(t *testing.T, path string) (rows [][]string) {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if !strings.HasPrefix(lines.Text(), "#") {
			rows = append(rows, strings.Split(lines.Text(), "\t"))
		}
	}
	require.NoError(t, lines.Err())
	return rows
}

// One TimestampWriter per zone prints what PostgreSQL prints, whatever it printed
// before; and the text reads back as the same instant.
func TestTimestampWriterZones(t *testing.T) {
	zones := NewZones()
	writers := map[string]*TimestampWriter{}
	for _, c := range golden(t, "testdata/zones.txt") {
		loc, ok := zones.Load(c[0])
		require.True(t, ok, c[0])
		if writers[c[0]] == nil {
			writers[c[0]] = NewTimestampWriter(loc)
		}
		us, err := strconv.ParseInt(c[1], 10, 64)
		require.NoError(t, err)
		require.Equal(t, c[2], string(writers[c[0]].Append(nil, us)), "%s %d", c[0], us)
		back, err := ParseTimestamptz(types.Of(types.Timestamptz), c[2], &Settings{Zone: time.UTC, Zones: zones})
		require.NoError(t, err, c[2])
		require.Equal(t, us, back, c[2])
	}
}

// The binary form is what PostgreSQL's send functions write, and reads back.
func TestBinaryGolden(t *testing.T) {
	s := Default()
	for _, c := range golden(t, "testdata/binary.txt") {
		typ := typeNamed(t, c[0])
		d, err := Parse(typ, c[1], s)
		require.NoError(t, err, c)
		b := AppendBinary(nil, typ, d)
		require.Equal(t, c[2], hex.EncodeToString(b), c)
		back, err := ParseBinary(typ, b)
		require.NoError(t, err, c)
		require.Equal(t, c[1], Text(typ, back, s), c)
	}
}

// Bytes that are no value get PostgreSQL's error.
func TestBinaryErrors(t *testing.T) {
	for _, c := range []struct {
		typ        types.Type
		hex, error string
	}{
		{types.Of(types.Int4), "0000", "08P01 insufficient data left in message"},
		{types.Of(types.Int4), "0000000000", "22P03 incorrect binary data format"},
		{types.Of(types.Bool), "", "08P01 insufficient data left in message"},
		{types.Of(types.Text), "ff", `22021 invalid byte sequence for encoding "UTF8": 0xff`},
		{types.Of(types.Text), "6100", `22021 invalid byte sequence for encoding "UTF8": 0x00`},
		{types.Of(types.Text), "c328", `22021 invalid byte sequence for encoding "UTF8": 0xc3 0x28`},
		{types.Of(types.Text), "eda080", `22021 invalid byte sequence for encoding "UTF8": 0xed 0xa0 0x80`},
		{types.Of(types.Numeric), "0001", "08P01 insufficient data left in message"},
		{types.Of(types.Numeric), "0001000000000000", "08P01 insufficient data left in message"},
		{types.Of(types.Numeric), "00010000000000002710", `22P03 invalid digit in external "numeric" value`},
		{types.Of(types.Numeric), "0000000012340000", `22P03 invalid sign in external "numeric" value`},
		{types.Of(types.Numeric), "0000000000007fff", `22P03 invalid scale in external "numeric" value`},
		{types.Of(types.Date), "7ffffffe", "22008 date out of range"},
		{types.Of(types.Timestamp), "7ffffffffffffffe", "22008 timestamp out of range"},
		{types.VarcharN(2), "616263", "22001 value too long for type character varying(2)"},
		{types.Of(types.Void), "00", "42883 no binary input function available for type void"},
	} {
		b, err := hex.DecodeString(c.hex)
		require.NoError(t, err)
		_, err = ParseBinary(c.typ, b)
		var e *sqlerr.Error
		require.ErrorAs(t, err, &e, "%v %s", c.typ, c.hex)
		require.Equal(t, c.error, e.Code+" "+e.Message)
	}
}

// drawValue draws a datum of a type within PostgreSQL's bounds.
func drawValue(t *rapid.T, id types.ID) vector.Datum {
	switch id {
	case types.Bool:
		return vector.BoolDatum(rapid.Bool().Draw(t, "b"))
	case types.Int2:
		return vector.IntDatum(int64(rapid.Int16().Draw(t, "i")))
	case types.Int4, types.OID, types.Regclass, types.Regproc, types.Regprocedure, types.Regoper, types.Regoperator,
		types.Regnamespace, types.Regrole, types.Regconfig, types.Regdictionary, types.Regcollation:
		return vector.IntDatum(int64(rapid.Int32().Draw(t, "i")))
	case types.Int8:
		return vector.IntDatum(rapid.Int64().Draw(t, "i"))
	case types.Float8:
		return vector.FloatDatum(math.Float64frombits(rapid.Uint64().Draw(t, "f")))
	case types.Float4:
		return vector.FloatDatum(float64(math.Float32frombits(rapid.Uint32().Draw(t, "f"))))
	case types.Numeric:
		d := decimal.New(rapid.Int64().Draw(t, "coef"), rapid.IntRange(0, 30).Draw(t, "scale"))
		return vector.StringDatum(string(d.Encode(nil)))
	case types.Date:
		return vector.IntDatum(rapid.OneOf(rapid.Int64Range(MinDate, EndDate-1), rapid.SampledFrom([]int64{vector.DateInfinity, vector.DateNegInfinity})).Draw(t, "d"))
	case types.Timestamp, types.Timestamptz:
		return vector.IntDatum(rapid.OneOf(rapid.Int64Range(MinTimestamp, EndTimestamp-1), rapid.SampledFrom([]int64{vector.TimeInfinity, vector.TimeNegInfinity, 0, -1})).Draw(t, "ts"))
	case types.Interval:
		iv := vector.Interval{
			Months: rapid.Int32Range(-math.MaxInt32, math.MaxInt32).Draw(t, "mon"),
			Days:   rapid.Int32Range(-math.MaxInt32, math.MaxInt32).Draw(t, "day"),
			Micros: rapid.Int64Range(-1<<60, 1<<60).Draw(t, "us"),
		}
		return vector.WordDatum(iv.Word())
	case types.UUID:
		return vector.WordDatum([2]uint64{rapid.Uint64().Draw(t, "hi"), rapid.Uint64().Draw(t, "lo")})
	case types.JSON, types.JSONB, types.JSONPath:
		text := rapid.SampledFrom([]string{"null", "1.50", `"a\"b"`, "true"}).Draw(t, "json")
		if typ := types.Of(id); id != types.JSONPath && rapid.Bool().Draw(t, "nested") {
			d, _ := Parse(typ, `{"b": [`+text+`, {}], "a": `+text+`}`, nil)
			return d
		}
		d, _ := Parse(types.Of(id), text, nil)
		return d
	case types.Bytea:
		return vector.StringDatum(string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")))
	}
	switch id {
	case types.Char:
		return CharDatum(rapid.Byte().Draw(t, "char"))
	case types.Time:
		return vector.IntDatum(rapid.Int64Range(0, Day).Draw(t, "time"))
	case types.Timetz:
		return vector.WordDatum(vector.TimeTZ{
			Micros: rapid.Int64Range(0, Day).Draw(t, "time"), West: rapid.Int32Range(1-westLimit, westLimit-1).Draw(t, "west"),
		}.Word())
	case types.Inet, types.Cidr:
		a := Inet{V6: rapid.Bool().Draw(t, "v6")}
		a.Bits = rapid.IntRange(0, a.Max()).Draw(t, "bits")
		copy(a.Bytes(), rapid.SliceOfN(rapid.SampledFrom([]byte{0, 0, 1, 0xff}), 16, 16).Draw(t, "address"))
		if id == types.Cidr {
			a = a.Network()
		}
		return a.Datum()
	case types.Bit, types.Varbit:
		return vector.StringDatum(rapid.StringMatching(`[01]{0,20}`).Draw(t, "bits"))
	}
	return vector.StringDatum(rapid.StringMatching(`[^\x00]{0,20}`).Draw(t, "text"))
}

// What Append writes, Parse reads back to the same value, in every style; and so
// for the binary form.
func TestRoundTrips(t *testing.T) {
	ny, _ := NewZones().Load("America/New_York")
	for _, typ := range types.All() {
		if typ.ID.IsArray() || typ.ID.IsPseudo() && typ.ID != types.Unknown || typ.ID == types.Name || typ.ID == types.Regtype {
			continue
		}
		t.Run(typ.Udt(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s := Default()
				s.Zone = rapid.SampledFrom([]*time.Location{time.UTC, ny}).Draw(t, "zone")
				s.DateOrder = rapid.SampledFrom([]string{"MDY", "DMY", "YMD"}).Draw(t, "order")
				s.IntervalStyle = rapid.SampledFrom([]string{"postgres", "postgres_verbose", "iso_8601"}).Draw(t, "style")
				s.ByteaEscape = rapid.Bool().Draw(t, "escape")
				d := drawValue(t, typ.ID)
				text := Text(typ, d, s)
				back, err := Parse(typ, text, s)
				if err != nil || !same(d, back) {
					t.Fatalf("%q: %+v became %+v, %v", text, d, back, err)
				}
				b := AppendBinary(nil, typ, d)
				back, err = ParseBinary(typ, b)
				if err != nil || !same(d, back) {
					t.Fatalf("%x: %+v became %+v, %v", b, d, back, err)
				}
			})
		})
	}
}

// same compares datums bit by bit, NaNs alike.
func same(a, b vector.Datum) bool {
	if a.F != a.F && b.F != b.F {
		return true
	}
	return math.Float64bits(a.F) == math.Float64bits(b.F) && a.I == b.I && a.W == b.W && a.S == b.S && a.Null == b.Null
}

// now and its like need a clock and mean the session's day.
func TestClockWords(t *testing.T) {
	s := Default()
	_, err := Parse(types.Of(types.Timestamptz), "now", s)
	require.Equal(t, sqlerr.FeatureNotSupported, sqlerr.Code(err))
	s.Zone, _ = NewZones().Load("America/New_York")
	s.Now = time.Date(2001, 7, 5, 2, 3, 4, 567891000, time.UTC) // the day before in New York
	for text, want := range map[string]string{
		"now": "2001-07-04 22:03:04.567891-04", "today": "2001-07-04 00:00:00-04", "tomorrow 13:00": "2001-07-05 13:00:00-04",
		"yesterday": "2001-07-03 00:00:00-04", "today allballs": "2001-07-03 20:00:00-04",
	} {
		d, err := Parse(types.Of(types.Timestamptz), text, s)
		require.NoError(t, err, text)
		require.Equal(t, want, Text(types.Of(types.Timestamptz), d, s), text)
	}
	_, err = Parse(types.Of(types.Date), "today tomorrow", s)
	require.Equal(t, sqlerr.InvalidDatetimeFormat, sqlerr.Code(err))
}

// Zone names are found in any case, POSIX zones are understood, and the rest is
// refused, as SET TIME ZONE and AT TIME ZONE do.
func TestZones(t *testing.T) {
	z := NewZones()
	for name, want := range map[string]string{
		"utc": "UTC", "america/NEW_YORK": "America/New_York", "gb": "GB", "EST5EDT": "EST5EDT", "utc+3": "UTC+3",
		"<abc>-3": "<ABC>-3", "x5": "X5", "Port-au-Prince/x": "", "foo/bar": "", "XXX": "", "cest": "", "": "",
		"US/Pacific-New": "", "posix/Europe/Paris": "Europe/Paris", "xyz5abc": "XYZ5ABC", "a>b5": "", "xyz168": "",
	} {
		loc, ok := z.Load(name)
		require.Equal(t, want != "", ok, name)
		if ok {
			require.Equal(t, want, loc.String())
		}
		_, again := z.Load(name)
		require.Equal(t, ok, again)
		var none *Zones
		_, again = none.Load(name)
		require.Equal(t, ok, again)
	}
	require.Equal(t, "<+03>-03", FixedZone(3*3600).String())
	require.Equal(t, "<-03:30>+03:30", FixedZone(-12600).String())
	loc, err := z.Lookup("est")
	require.NoError(t, err)
	_, off := time.Unix(0, 0).In(loc).Zone()
	require.Equal(t, -5*3600, off)
	_, err = z.Lookup("Foo")
	require.ErrorContains(t, err, `time zone "Foo" not recognized (SQLSTATE 22023)`)
	for i := range 3 * maxZones {
		z.Load("a" + strconv.Itoa(i%160) + "b" + strconv.Itoa(i))
	}
	require.LessOrEqual(t, len(z.byName), maxZones)
}

// Every name of the table is a zone of the database, and the tables are sorted.
func TestZoneTables(t *testing.T) {
	last := ""
	for _, n := range zoneNames {
		require.Less(t, last, strings.ToLower(n))
		last = strings.ToLower(n)
		_, err := time.LoadLocation(n)
		require.NoError(t, err)
	}
	last = ""
	for _, a := range abbrevs {
		require.Less(t, last, a.name)
		last = a.name
		if a.zone != "" {
			_, err := time.LoadLocation(a.zone)
			require.NoError(t, err)
		}
	}
}

// Days and Civil are inverse and agree with package time.
func TestCivil(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.Int64Range(MinDate, EndDate).Draw(t, "days")
		y, m, day := Civil(d)
		if Days(y, m, day) != d || day > MonthDays(y, m) {
			t.Fatalf("%d: %d-%d-%d", d, y, m, day)
		}
		u := time.Unix((d+epochDays)*secondsPerDay, 0).UTC()
		if int64(u.Year()) != y || int(u.Month()) != m || u.Day() != day {
			t.Fatalf("%d: %d-%d-%d, time has %v", d, y, m, day, u)
		}
		over := rapid.IntRange(-30, 30).Draw(t, "months")
		if got, want := Days(y, m+over, day), time.Date(int(y), time.Month(m+over), day, 0, 0, 0, 0, time.UTC).Unix()/secondsPerDay-epochDays; got != want && want > MinDate && y < 200000 {
			t.Fatalf("%d-%d-%d: %d, time has %d", y, m+over, day, got, want)
		}
	})
}

// ToUTC undoes ToLocal except in the hour that a clock runs through twice.
func TestZoneMemo(t *testing.T) {
	z := NewZones()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"America/New_York", "Australia/Lord_Howe", "Europe/London", "UTC", "EST5EDT", "Asia/Kolkata"}).Draw(t, "zone")
		loc, _ := z.Load(name)
		memo := NewZoneMemo(loc)
		for range 20 {
			us := rapid.Int64Range(-100*365*Day, 100*365*Day).Draw(t, "us")
			local := memo.ToLocal(us)
			back := memo.ToUTC(local)
			if back != us && abs(back-us) > uint64(2*Hour) {
				t.Fatalf("%s: %d is %d there, which is %d", name, us, local, back)
			}
			fresh := NewZoneMemo(loc)
			if fresh.ToUTC(local) != back || fresh.ToLocal(us) != local {
				t.Fatalf("%s: the memo of %d gave another answer than a fresh one", name, us)
			}
		}
	})
}

// Hot writers allocate nothing.
func TestNoAllocations(t *testing.T) {
	ny, _ := NewZones().Load("America/New_York")
	w := NewTimestampWriter(ny)
	p := NewTimestampParser(ny)
	buf := make([]byte, 0, 128)
	text := []byte("2001-07-04 12:34:56.789")
	i := int64(0)
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		i += 3 * Hour
		buf = w.Append(buf[:0], i)
		buf = AppendFloat8(buf, float64(i)/7, 1)
		buf = AppendScaled(buf, i, 2)
		buf = AppendInterval(buf, vector.Interval{Months: 14, Days: -3, Micros: i}, "postgres")
		buf = AppendUUID(buf, [2]uint64{1, 2})
		buf = AppendBytea(buf[:0], text, false)
		if _, ok := p.Parse(text); !ok {
			panic("refused")
		}
		if _, ok := ParseInt64Fast(text[:4]); !ok {
			panic("refused")
		}
	}))
}

// The fast parsers agree with the full ones on all that they accept.
func FuzzFastParsers(f *testing.F) {
	for _, s := range []string{
		"2001-07-04 12:34:56", "2001-07-04T12:34:56.789012", "2001-07-04 12:34:56+02", "2001-07-04 12:34:56.5-03:30", "2001-02-29 00:00:00",
		"2001-07-04 12:34:56Z", "2001-07-04 12:34:56+0530", "2001-07-04 24:00:00", "2001-07-04", "-123", "999999999999999999", "12.34", "-0", "9007199254740993", ".5", "5.", "0.0000001", "2001-07-04 12:3;:56",
	} {
		f.Add([]byte(s))
	}
	s := Default()
	s.Zones = NewZones()
	s.Zone, _ = s.Zones.Load("America/New_York")
	plain, zoned := NewTimestampParser(nil), NewTimestampParser(s.Zone)
	f.Fuzz(func(t *testing.T, b []byte) {
		if us, ok := plain.Parse(b); ok {
			want, err := ParseTimestamp(types.Of(types.Timestamp), string(b), s)
			if err != nil || us != want {
				t.Fatalf("%q: %d, the full parser says %d, %v", b, us, want, err)
			}
		}
		if us, ok := zoned.Parse(b); ok {
			want, err := ParseTimestamptz(types.Of(types.Timestamptz), string(b), s)
			if err != nil || us != want {
				t.Fatalf("%q: %d, the full parser says %d, %v", b, us, want, err)
			}
		}
		if d, ok := ParseDateFast(b); ok {
			var dec decoder
			dec.s = s
			if err := dec.read(string(b), "date"); err != nil || int64(d) != Days(dec.year, dec.month, dec.day) {
				t.Fatalf("%q: %d, %v", b, d, err)
			}
		}
		if v, ok := ParseFloat8Fast(b); ok {
			want, err := ParseFloat(types.Of(types.Float8), string(b))
			if err != nil || math.Float64bits(v) != math.Float64bits(want) {
				t.Fatalf("%q: %v, the full parser says %v, %v", b, v, want, err)
			}
		}
		if coef, scale, ok := ParseDecimalFast(b); ok {
			want, err := decimal.Parse(string(b))
			if err != nil || string(want.Encode(nil)) != string(decimal.EncodeInt64(nil, coef, scale)) {
				t.Fatalf("%q: %d / 10^%d, the full parser says %v, %v", b, coef, scale, want, err)
			}
		}
		if v, ok := ParseInt64Fast(b); ok {
			want, err := parseInt64(types.Of(types.Int8), string(b))
			if err != nil || v != want {
				t.Fatalf("%q: %d, %d %v", b, v, want, err)
			}
		}
	})
}

// Any text is read or refused with one of the input classes, and what was read
// prints to text that reads back.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"1 day 2:03:04", "P1Y2M3DT4H5M6.7S", "Feb 3 2001 04:05 PM EST", "1e5", "0x1p3", "\\x00ff", "\\001", "nan", "{a0eebc99-9c0b4ef8bb6d6bb9bd380a11}", "infinity", "J2451187", "2001-07-04 12:00 XYZ5ABC"} {
		for id := range 16 {
			f.Add(id, s)
		}
	}
	s := Default()
	s.Zones = NewZones()
	all := types.All()
	f.Fuzz(func(t *testing.T, id int, text string) {
		typ := all[(id%len(all)+len(all))%len(all)]
		if typ.ID.IsPseudo() && typ.ID != types.Unknown {
			return
		}
		d, err := Parse(typ, text, s)
		if err != nil {
			var e *sqlerr.Error
			if !errors.As(err, &e) || e.Code[:2] != "22" && e.Code != sqlerr.FeatureNotSupported && e.Code != sqlerr.UndefinedObject {
				t.Fatalf("%v %q: %v", typ, text, err)
			}
			return
		}
		out := Text(typ, d, s)
		back, err := Parse(typ, out, s)
		if err != nil || !same(d, back) {
			t.Fatalf("%v %q: printed %q, which is %+v, %v", typ, text, out, back, err)
		}
	})
}

// Any bytes are a value or an error, and a value writes the same bytes again (but
// for NaNs, numeric's trailing zeros and true as 1).
func FuzzParseBinary(f *testing.F) {
	f.Add(1, []byte{0, 0, 0, 1})
	f.Add(6, []byte{0, 1, 0, 0, 0, 0, 0, 2, 0, 5})
	all := types.All()
	f.Fuzz(func(t *testing.T, id int, b []byte) {
		typ := all[(id%len(all)+len(all))%len(all)]
		d, err := ParseBinary(typ, b)
		if err != nil {
			return
		}
		back, err := ParseBinary(typ, AppendBinary(nil, typ, d))
		if err != nil || !same(d, back) {
			t.Fatalf("%v %x: %+v became %+v, %v", typ, b, d, back, err)
		}
	})
}
