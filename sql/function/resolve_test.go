package function

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/stretchr/testify/require"
)

// foreign are the calls that PostgreSQL answers otherwise for a reason: it has
// candidates over types that we lack (xid, macaddr, jsonb), or casts that are functions
// and so take what an implicit cast makes fit.
var foreign = map[string]bool{
	"- unknown _text": true,
	"age(unknown)":    true, "trunc(unknown)": true, "&& unknown unknown": true, "?| unknown unknown": true,
	"- unknown text": true, "- unknown varchar": true, "- unknown name": true, "- unknown bpchar": true, "- unknown char": true,
	"bit_and(bit)": true, "bit_and(varbit)": true, "bit_or(bit)": true, "bit_or(varbit)": true, "bit_xor(bit)": true, "bit_xor(varbit)": true,
}

// foreignOperators are those that PostgreSQL has over types that we lack too
// (ranges, points, tsvector), so that untyped literals are ambiguous there.
var foreignOperators = map[string]bool{"<@": true, "@>": true, "@@": true}

// Goal: operators resolve, or fail with the words, as in PostgreSQL. Method:
// every operator symbol of the table over every pair of types, against answers
// recorded from a server.
func TestOperatorsResolveAsRecorded(t *testing.T) {
	names := make(map[string]bool)
	for _, s := range All() {
		if s.Kind == Scalar && isOperator(s.Name) {
			names[s.Name] = true
		}
	}
	var calls []string
	for _, op := range slices.Sorted(maps.Keys(names)) {
		if op == "&&" || op == "@>" || op == "<@" {
			continue // PostgreSQL has candidates over ranges
		}
		for _, l := range columnTypes {
			if len(signatures().candidates(op, 1)) > 0 {
				calls = append(calls, op+" "+l)
			}
			for _, r := range columnTypes {
				calls = append(calls, op+" "+l+" "+r)
			}
		}
	}
	answers := recorded(t, "testdata/operators.tsv", calls, func(call string) string {
		f := strings.Fields(call)
		if len(f) == 2 {
			return "SELECT pg_typeof(" + f[0] + " " + null(f[1]) + ")::text"
		}
		return "SELECT pg_typeof(" + null(f[1]) + " " + f[0] + " " + null(f[2]) + ")::text"
	})
	compare(t, calls, answers)
}

// Goal: functions resolve as in PostgreSQL. Method: every function with one or
// two arguments over every type (pair), and every signature over its own types.
func TestFunctionsResolveAsRecorded(t *testing.T) {
	arity := make(map[string]map[int]bool)
	var calls []string
	for _, s := range All() {
		if strings.HasPrefix(s.Name, "fasti_") || s.Name == "array_fill" || s.Name == "array_agg" || slices.Contains(s.Args, types.Anyenum) {
			continue
		}
		// NULL arguments of a set-returning function give no row that tells a type.
		if s.Kind == Cast || s.Kind == Window || s.Kind == SetReturning || s.Kind == OrderedSet || isOperator(s.Name) || s.Timescale() ||
			strings.HasPrefix(s.Name, "fasti_") || strings.HasPrefix(s.Name, "current_") && len(s.Args) == 0 ||
			slices.Contains([]string{"session_user", "user", "localtimestamp", "localtime", "count", "log10", "nullif"}, s.Name) || slices.Contains(Catalog(), s) {
			continue
		}
		if arity[s.Name] == nil {
			arity[s.Name] = make(map[int]bool)
		}
		arity[s.Name][len(s.Args)] = true
		var in []string
		for _, a := range s.Args {
			switch {
			case a == types.Anyarray || a == types.Anycompatiblearray:
				a = types.Int4.Array()
			case a == Any || a.IsPolymorphic():
				a = types.Int4
			}
			in = append(in, types.Of(a).Udt())
		}
		calls = append(calls, s.Name+"("+strings.Join(in, ",")+")")
	}
	for _, name := range slices.Sorted(maps.Keys(arity)) {
		for _, l := range columnTypes {
			calls = append(calls, name+"("+l+")")
			if arity[name][2] {
				for _, r := range columnTypes {
					calls = append(calls, name+"("+l+","+r+")")
				}
			}
		}
	}
	for _, ty := range columnTypes {
		for _, arg := range columnTypes {
			if ty != "unknown" && ty != "timestamp" && ty != "timestamptz" && ty != "interval" && ty != "numeric" && ty != "varchar" && ty != "oid" && ty != "name" {
				calls = append(calls, ty+"("+arg+")")
			}
		}
	}
	answers := recorded(t, "testdata/functions.tsv", calls, func(call string) string {
		name, args, _ := strings.Cut(strings.TrimSuffix(call, ")"), "(")
		var in []string
		for a := range strings.SplitSeq(args, ",") {
			if a != "" {
				in = append(in, null(a))
			}
		}
		return `SELECT pg_typeof(pg_catalog."` + name + `"(` + strings.Join(in, ",") + "))::text"
	})
	compare(t, calls, answers)
}

func compare(t *testing.T, calls []string, answers map[string]string) {
	t.Helper()
	for _, c := range calls {
		want, ok := answers[c]
		if !ok {
			want = sqlerr.UndefinedFunction
		}
		op, _, _ := strings.Cut(c, " ")
		if got := resolveText(c); got != want && !foreign[c] && !foreignOperators[op] && !strings.Contains(c, "(any") && want != sqlerr.InvalidParameterValue {
			t.Errorf("%s: %s, want %s", c, got, want)
		}
	}
}

// Goal: volatility and strictness are PostgreSQL's. Method: pg_proc's row of
// each signature, as recorded; what TimescaleDB or the grammar gives is not
// there, and the exception says why.
func TestPropertiesAreAsRecorded(t *testing.T) {
	// PostgreSQL calls it immutable although it asks the session's zone, which
	// folding at compile time does not know.
	stable := map[ID]bool{"age(timestamptz,timestamptz)": true}
	var calls []string
	for _, s := range All() {
		if s.Kind != Cast && s.Kind != Window && s.Kind != OrderedSet {
			calls = append(calls, string(s.ID))
		}
	}
	answers := recorded(t, "testdata/properties.tsv", calls, func(call string) string {
		s := ByID(ID(call))
		var oids []string
		for _, a := range s.Args {
			oid := types.Of(a).OID()
			if a == Any {
				oid = 2276 // "any"
				if isOperator(s.Name) {
					oid = 2776 // anynonarray
				} else if strings.HasPrefix(s.Name, "quote") {
					oid = 2283 // anyelement
				}
			}
			oids = append(oids, fmt.Sprint(oid))
		}
		if isOperator(s.Name) {
			left, right := "0", oids[len(oids)-1]
			if len(oids) == 2 {
				left = oids[0]
			}
			return fmt.Sprintf("SELECT concat(provolatile, proisstrict) FROM pg_operator o JOIN pg_proc p ON p.oid = oprcode WHERE oprname = '%s' AND oprleft = %s AND oprright = %s", s.Name, left, right)
		}
		return fmt.Sprintf("SELECT concat(provolatile, proisstrict) FROM pg_proc WHERE proname = '%s' AND proargtypes::text = '%s' UNION ALL SELECT 'absent' ORDER BY 1 DESC LIMIT 1", s.Name, strings.Join(oids, " "))
	})
	for _, c := range calls {
		s := ByID(ID(c))
		want := answers[c]
		if s.Kind == Aggregate || want == "absent" || stable[s.ID] || strings.HasPrefix(s.Name, "fasti_") {
			continue
		}
		got := string("isv"[s.Volatility]) + map[bool]string{true: "t", false: "f"}[s.Strict]
		if got != want {
			t.Errorf("%s: %s, want %s", c, got, want)
		}
	}
}

// Goal: casts and their contexts are pg_cast's. Method: the server's rows over
// our types, as recorded, in both directions.
func TestCastsAreAsRecorded(t *testing.T) {
	var calls []string
	for _, from := range types.All() {
		for _, to := range types.All() {
			if !from.ID.IsPseudo() && !to.ID.IsPseudo() && !from.ID.IsArray() && !to.ID.IsArray() {
				calls = append(calls, from.Udt()+" "+to.Udt())
			}
		}
	}
	answers := recorded(t, "testdata/casts.tsv", calls, func(call string) string {
		from, to, _ := strings.Cut(call, " ")
		return fmt.Sprintf("SELECT coalesce((SELECT castcontext FROM pg_cast WHERE castsource = '%s'::regtype AND casttarget = '%s'::regtype), '-')::text", pgName(from), pgName(to))
	})
	for _, c := range calls {
		from, to, _ := strings.Cut(c, " ")
		s := signatures().casts[[2]types.ID{signatures().types[from], signatures().types[to]}]
		want := answers[c]
		stringFrom, stringTo := types.Of(signatures().types[from]).IsString(), types.Of(signatures().types[to]).IsString()
		switch {
		case from == to && want == "-":
			want = "i" // our no-op
		case want == "-" && stringTo:
			want = "a" // output
		case want == "-" && stringFrom:
			want = "e" // input
		}
		got := "-"
		if s != nil {
			got = string("eai"[s.Context])
		}
		if got != want {
			t.Errorf("%s: %s, want %s", c, got, want)
		}
	}
}

// Goal: the words of a failed resolution are PostgreSQL's. Method: one call per
// kind of failure; the texts were read off a server.
func TestErrors(t *testing.T) {
	const hint = "You might need to add explicit type cast"
	for _, tc := range []struct{ call, code, message, hint string }{
		{"lower(int4)", "42883", "function lower(integer) does not exist", "No function matches the given name and argument types. " + hint + "s."},
		{"nosuch()", "42883", "function nosuch() does not exist", "No function matches the given name and argument types. " + hint + "s."},
		{"+ int4 text", "42883", "operator does not exist: integer + text", "No operator matches the given name and argument types. " + hint + "s."},
		{"- text", "42883", "operator does not exist: - text", "No operator matches the given name and argument type. You might need to add an explicit type cast."},
		{"sum(unknown)", "42725", "function sum(unknown) is not unique", "Could not choose a best candidate function. " + hint + "s."},
		{"+ date unknown", "42725", "operator is not unique: date + unknown", "Could not choose a best candidate operator. " + hint + "s."},
		{"xmlagg(int4)", "0A000", "function xmlagg is not supported", ""},
	} {
		name, in := parseCall(tc.call)
		_, err := Resolve(name, in)
		require.Error(t, err)
		e := err.(*sqlerr.Error)
		require.Equal(t, []string{tc.code, tc.message, tc.hint}, []string{e.Code, e.Message, e.Hint})
	}
}

// Goal: name => value finds the parameter, in any order, and leaves defaults.
func TestNamedArguments(t *testing.T) {
	of := func(names ...string) (ts []types.Type) {
		for _, n := range names {
			ts = append(ts, types.Of(signatures().types[n]))
		}
		return ts
	}
	s, order, err := ResolveNamed("make_interval", of("int4", "int4"), []string{"hours", "days"})
	require.NoError(t, err)
	require.Equal(t, []int{-1, -1, -1, 1, 0, -1, -1}, order)
	lit, null := s.Default(0)
	require.Equal(t, "0", lit)
	require.False(t, null)
	s, order, err = ResolveNamed("time_bucket", of("unknown", "timestamptz", "unknown"), []string{"", "", "timezone"})
	require.NoError(t, err)
	require.Equal(t, ID("time_bucket(interval,timestamptz,text,timestamptz,interval)"), s.ID)
	require.Equal(t, []int{0, 1, 2, -1, -1}, order)
	_, null = s.Default(4)
	require.True(t, null)
	s, _, err = ResolveNamed("time_bucket", of("interval", "date", "interval"), []string{"", "", "offset"})
	require.NoError(t, err)
	require.Equal(t, ID("time_bucket(interval,date,interval)"), s.ID)
	_, _, err = ResolveNamed("make_date", of("int4"), []string{"century"})
	require.EqualError(t, err, "function make_date(century => integer) does not exist (SQLSTATE 42883)")
}
