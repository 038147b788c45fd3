package compute

import (
	"bufio"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/value"
	"github.com/stretchr/testify/require"
)

// edgeValues are values of each type at which kernels go wrong.
var edgeValues = map[types.ID][]string{
	types.Bool:        {"true", "false"},
	types.Int2:        {"0", "1", "-1", "3", "32767", "-32768", "100"},
	types.Int4:        {"0", "1", "-1", "2", "5", "-3", "2147483647", "-2147483648", "65536", "40"},
	types.Int8:        {"0", "1", "-1", "2", "7", "9223372036854775807", "-9223372036854775808", "4294967296", "3037000500"},
	types.Float4:      {"0", "1.5", "-1.5", "0.1", "NaN", "Infinity", "-Infinity", "3e38", "1e-40", "-0", "16777216"},
	types.Float8:      {"0", "1.5", "-2.5", "0.1", "NaN", "Infinity", "-Infinity", "1e308", "1e-308", "-0", "2147483647.5", "-1"},
	types.Numeric:     {"0", "1.10", "-1.1", "0.001", "NaN", "Infinity", "-Infinity", "12345678901234567890.12", "2.5", "-0.5", "100", "9223372036854775807"},
	types.Text:        {"", "a", "abc", "ABC", "héllo wörld", "  x ", "a%b_c", "12", "it's", "ß", "aXbXc", "-7"},
	types.Varchar:     {"", "abc", "héllo", "42"},
	types.Name:        {"", "abc", "pg_class", "UTF8"},
	types.Date:        {"2000-01-01", "1999-12-31", "2020-02-29", "infinity", "-infinity", "5874897-12-31", "4714-11-24 BC", "2021-03-14"},
	types.Timestamp:   {"2000-01-01 00:00:00", "1999-12-31 23:59:59.999999", "2020-02-29 12:34:56.789", "infinity", "-infinity", "294276-12-31 23:59:59.999999", "4714-11-24 00:00:00 BC", "2021-03-14 02:30:00"},
	types.Timestamptz: {"2000-01-01 00:00:00+00", "1999-12-31 23:59:59.999999+00", "2020-02-29 12:34:56.789+00", "infinity", "-infinity", "294276-12-31 00:00:00+00", "2021-03-14 07:30:00+00", "2021-11-07 05:30:00+00"},
	types.Interval:    {"00:00:00", "1 day", "-1 mon", "1 year 2 mons 3 days 04:05:06.789", "-00:00:01", "178000000 years", "35 days", "27:00:00", "1 mon -3 days 01:00:00"},
	types.Bytea:       {`\x`, `\x00`, `\x61`, `\x0102ff`, `\x616263`},
	types.UUID:        {"00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "ffffffff-ffff-ffff-ffff-ffffffffffff"},
	types.OID:         {"0", "1", "2147483648", "4294967295"},
	types.Regtype:     {"integer", "text"},
	types.JSON:        {`{"a":1,"b":{"c":[1,2,null]},"a":"x"}`, `[1, "a", {"b":null}, true]`, `"abc"`, "1.50", "null", " [] ", "{}", `{"abc":null, "12":[]}`},
	types.JSONB:       {`{"a":1,"b":{"c":[1,2,null]},"abc":"x"}`, `[1, "a", {"b":null}, true]`, `"abc"`, "1.50", "null", "[]", "{}", "true", "2147483648", `{"a":1.0}`},
	types.JSONPath:    {"$", "$.a", "$[*]", "strict $.b.c[1]", "$.** ? (@ > 1)", "$.a == 1", `$.keyvalue()`, "$.abc.type()", "$x + 1"},

	types.Int2.Array():    {"{}", "{1,-2}"},
	types.Int4.Array():    {"{}", "{1,2,3}", "{NULL,2,2}", "[0:1]={5,-3}", "{{1,2},{3,4}}", "{2}", "[2147483645:2147483646]={1,2}"},
	types.Int8.Array():    {"{}", "{1,2,3}", "{{NULL}}", "{9223372036854775807}"},
	types.Float8.Array():  {"{1.5,NaN,-0}", "{}"},
	types.Numeric.Array(): {"{1.10,NaN,-3}", "{}"},
	types.Text.Array():    {"{}", "{a,\"b c\",NULL}", "{\"\",\"NULL\",\"x\\\"y\"}", "{{1},{2}}", "[3:3]={12}"},
	types.Varchar.Array(): {"{abc,\"\"}"},
	types.Date.Array():    {"{2000-01-01,infinity}"},
	types.Bpchar:          {"", "a", "abc  ", "ABC ", "héllo wörld", "a%b_c", "12"},
	types.Char:            {"", "a", "Z", "~"},
	types.Time:            {"00:00:00", "12:34:56.789", "23:59:59.999999", "24:00:00", "01:02:03"},
	types.Timetz:          {"00:00:00+00", "12:34:56.789-05", "23:59:59.999999+15:59", "24:00:00+00", "07:34:56.789-10:30"},
	types.Inet:            {"10.1.2.3", "10.1.2.3/8", "10.0.0.0/8", "0.0.0.0/0", "255.255.255.255", "::1", "2001:db8::/32", "::ffff:1.2.3.4/96", "192.168.1.0/24"},
	types.Cidr:            {"10.0.0.0/8", "10.1.2.3/32", "0.0.0.0/0", "224.0.0.0/4", "2001:db8::/32", "::/0", "192.168.1.128/25"},
	types.Bit:             {"0", "1", "10110", "11111111000000001", "00000000000000000000000000000000"},
	types.Varbit:          {"", "1", "0101", "111100001111"},
	types.Regclass:        {"0", "4294967295"},
}

// perSignature is how many combinations of values a signature is tried on.
const perSignature = 8

// skipped are the signatures whose result no two systems share, or whose
// arguments only make sense together; these are in the golden files.
func skipped(s *function.Signature) bool {
	switch s.Name {
	case "random", "gen_random_uuid", "now", "transaction_timestamp", "statement_timestamp", "clock_timestamp",
		"current_timestamp", "localtimestamp", "current_date", "timeofday", "version", "current_database",
		"current_catalog", "current_schema", "current_user", "current_role", "session_user", "user",
		"pg_backend_pid", "current_setting", "pg_is_in_recovery", "time_bucket", "assign", "to_char",
		"date_part", "extract", "date_trunc", "encode", "decode", "convert_from", "convert_to", "format", "timezone",
		"lpad", "rpad", "repeat", "factorial", "make_timestamptz", "make_timestamp",
		// libm and Go round the last digit differently.
		"cbrt", "||/", "exp", "ln", "log", "log10", "power", "pow", "^", "sin", "cos", "tan", "cot", "sinh", "cosh",
		"tanh", "asinh", "acosh", "atanh", "asin", "acos", "atan", "atan2":
		return true
	}
	if s.Timescale() || slices.Contains(function.Catalog(), s) {
		return true // asks the catalogs of a server
	}
	if strings.HasPrefix(s.Name, "fasti_") {
		return true // internal
	}
	for _, a := range append(slices.Clone(s.Args), s.Result) {
		a = map[bool]types.ID{true: types.Int4, false: a}[a == function.Any || a.IsPolymorphic() && a != types.Anyenum]
		if edgeValues[a] == nil && (isNested(a) || a.IsPolymorphic()) {
			return true // enumerations, records, arrays over all else
		}
	}
	if s.Result.IsReg() && edgeValues[s.Result] == nil {
		return true // names are the catalog's
	}
	for _, a := range s.Args {
		if a.IsReg() && edgeValues[a] == nil {
			return true // as regclass
		}
	}
	switch s.ID {
	case "current_time()", "localtime()", "inet_client_addr()", "inet_client_port()", "inet_server_addr()", "inet_server_port()",
		"cast(time,timetz)", "cast(text,timetz)", "cast(varchar,timetz)", "cast(bpchar,timetz)", "cast(name,timetz)", // today's offset
		"cast(bpchar,jsonpath)": // where the scanner of jsonpath sees blanks
		return true
	case "bpchar(bpchar,int4,bool)", "varchar(varchar,int4,bool)", "bit(bit,int4,bool)", "varbit(varbit,int4,bool)",
		"numeric(numeric,int4)", "time(time,int4)", "timetz(timetz,int4)", "timestamp(timestamp,int4)",
		"timestamptz(timestamptz,int4)", "interval(interval,int4)", "bit(int4,int4)", "bit(int8,int4)":
		return true // a modifier is no number at will
	}
	if s.Name == "age" && len(s.Args) == 1 {
		return true // counts from today
	}
	if len(s.Args) > 0 && s.Kind == function.Cast && types.Of(s.Args[0]).IsString() && s.Result.IsReg() {
		return true
	}
	for _, a := range s.Args {
		if a.IsArray() || a == types.Anyarray || a == types.Anycompatiblearray || a == types.Anyenum || a == types.Record {
			return true // with their families
		}
	}
	return s.Kind != function.Scalar && s.Kind != function.Cast
}

// tried returns the combinations of values for a signature: for each its
// arguments' texts, nil for NULL.
func tried(s *function.Signature) (ts []types.Type, rows [][]string) {
	for _, a := range s.Args {
		switch {
		case a == types.Anyarray || a == types.Anycompatiblearray:
			a = types.Int4.Array()
		case a == function.Any || a.IsPolymorphic():
			a = types.Int4
		}
		ts = append(ts, types.Of(a))
	}
	h := fnv.New64a()
	h.Write([]byte(s.ID))
	r := rand.New(rand.NewPCG(h.Sum64(), 1))
	seen := map[string]bool{}
	for range 20 * perSignature {
		row := make([]string, len(ts))
		for i, t := range ts {
			v := edgeValues[t.ID]
			if (s.Name == "round" || s.Name == "trunc") && t.ID == types.Int4 {
				v = []string{"0", "2", "-2", "30", "-2147483648"} // results as long as the argument says
			}
			row[i] = v[r.IntN(len(v))]
			if s.Name == "age" && strings.Contains(row[i], "infinity") {
				row[i] = v[0] // PostgreSQL reckons with the number that stands for it
			}
		}
		if key := strings.Join(row, "\x00"); !seen[key] {
			seen[key] = true
			rows = append(rows, row)
		}
		if len(rows) == perSignature {
			break
		}
	}
	return ts, rows
}

// sqlType writes a type without a modifier: the words char and bit alone have one.
func sqlType(t types.Type) string {
	if t.ID == types.Char || t.ID == types.Bit {
		return `"` + t.Udt() + `"`
	}
	return t.Udt()
}

// exprText writes a call as SQL.
func exprText(s *function.Signature, ts []types.Type, row []string) string {
	lit := make([]string, len(row))
	for i, v := range row {
		lit[i] = "'" + strings.ReplaceAll(v, "'", "''") + "'::" + sqlType(ts[i])
	}
	switch {
	case s.Kind == function.Cast:
		return lit[0] + "::" + sqlType(types.Of(s.Result))
	case strings.IndexByte("+-*/<>=~!@#%^&|?", s.Name[0]) < 0:
		return `"` + s.Name + `"(` + strings.Join(lit, ", ") + ")"
	case len(lit) == 1:
		return "(" + s.Name + " " + lit[0] + ")"
	}
	return "(" + lit[0] + " " + s.Name + " " + lit[1] + ")"
}

// Goal: every signature gives PostgreSQL's results and errors at the edges of
// its types, and kernels over vectors give what they give over constants.
// Method: combinations of edge values against recorded answers, then all rows of
// a signature at once as columns.
func TestSignaturesAgainstPostgres(t *testing.T) {
	const file = "testdata/signatures.tsv"
	q := testContext(t)
	if *record != "" {
		var exprs []string
		for _, s := range function.All() {
			if !skipped(s) {
				ts, rows := tried(s)
				for _, row := range rows {
					exprs = append(exprs, exprText(s, ts, row))
				}
			}
		}
		var b strings.Builder
		for i, a := range ask(t, exprs) {
			fmt.Fprintf(&b, "%s\t%s\n", exprs[i], a)
		}
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	answers := map[string]string{}
	for sc := bufio.NewScanner(f); sc.Scan(); {
		e, a, _ := strings.Cut(sc.Text(), "\t")
		answers[e] = a
	}
	for _, s := range function.All() {
		if skipped(s) {
			continue
		}
		ts, rows := tried(s)
		want := make([]string, len(rows))
		for i, row := range rows {
			text := exprText(s, ts, row)
			var ok bool
			want[i], ok = answers[text]
			require.True(t, ok, "%s is not recorded", text)
			if got := evalText(q, text); got != want[i] {
				t.Errorf("%s: %s\n   got  %s\n   want %s", s.ID, text, got, want[i])
			}
		}
		checkColumns(t, q, s, ts, rows, want)
	}
}

// checkColumns runs a signature over columns that hold all rows: first the rows
// without an error together, then each row with one alone.
func checkColumns(t *testing.T, q *op.Context, s *function.Signature, ts []types.Type, rows [][]string, want []string) {
	if len(ts) == 0 {
		return
	}
	b := &vector.Batch{Len: len(rows)}
	args := make([]expr.Expr, len(ts))
	var keep []uint16
	for c, ty := range ts {
		kind := vector.KindOf(ty)
		bld := vector.NewBuilder(kind)
		for _, row := range rows {
			d, err := value.Parse(ty, row[c], q.Values)
			if err != nil {
				return // the answers are about the literal
			}
			require.NoError(t, bld.AppendDatums([]vector.Datum{d}))
		}
		b.Cols = append(b.Cols, vector.Copy(bld.Batch()).Cols[0])
		args[c] = expr.Column{Index: c, T: ty}
	}
	for i, w := range want {
		if !strings.HasPrefix(w, "! ") {
			keep = append(keep, uint16(i))
		}
	}
	_, result, err := s.Instantiate(ts)
	require.NoError(t, err)
	p, err := Compile([]expr.Expr{expr.Call{Func: s.ID, Args: args, T: result}}, ts)
	require.NoError(t, err)
	if len(keep) > 0 {
		b.Sel = keep
		out, err := p.Run(q, b)
		require.NoError(t, err, "%s over columns", s.ID)
		for _, i := range keep {
			if got := render(q.Values, result, vector.At(out[0], int(i)), nil); got != want[i] {
				t.Errorf("%s over columns, %q: got %s, want %s", s.ID, rows[i], got, want[i])
			}
		}
	}
	for i, w := range want {
		if strings.HasPrefix(w, "! ") {
			b.Sel = []uint16{uint16(i)}
			_, err := p.Run(q, b)
			if got := render(q.Values, result, vector.Datum{}, err); got != w {
				t.Errorf("%s over columns, %q: got %s, want %s", s.ID, rows[i], got, w)
			}
		}
	}
}
