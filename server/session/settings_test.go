package session

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/sql/sqlerr"
)

// TestSettings sets parameters and compares what SHOW prints, or the error, with
// PostgreSQL 15's, but for the lines marked ours. What e2e/clients plays against a
// real server in settings.protocol is not repeated.
func TestSettings(t *testing.T) {
	table := NewSettings("test")
	for _, tc := range []struct{ name, text, want string }{
		{"statement_timeout", "60000", "1min"},
		{"statement_timeout", " 7 s ", "7s"},
		{"statement_timeout", "0.5s", "500ms"},
		{"statement_timeout", "010", "8ms"},
		{"statement_timeout", ".5", "0"},
		{"statement_timeout", "2.5", "2ms"},
		{"statement_timeout", "1 S", `22023 invalid value for parameter "statement_timeout": "1 S"`},
		{"statement_timeout", "nan", `22023 invalid value for parameter "statement_timeout": "nan"`},
		{"statement_timeout", "-1s", `22023 -1000 ms is outside the valid range for parameter "statement_timeout" (0 .. 2147483647)`},
		{"extra_float_digits", "-15", "-15"},
		{"extra_float_digits", "-16", `22023 -16 is outside the valid range for parameter "extra_float_digits" (-15 .. 3)`},
		{"extra_float_digits", "1s", `22023 invalid value for parameter "extra_float_digits": "1s"`},
		{"default_transaction_read_only", "TRUE", "on"},
		{"default_transaction_read_only", "n", "off"},
		{"default_transaction_read_only", "", `22023 parameter "default_transaction_read_only" requires a Boolean value`},
		{"default_transaction_isolation", "READ UNCOMMITTED", "read committed"}, // ours
		{"default_transaction_isolation", "serializable", "0A000 isolation level SERIALIZABLE is not supported"},
		{"client_encoding", "Unicode", "UTF8"},
		{"client_encoding", "UTF-8", "UTF8"},
		{"client_encoding", "latin1", `0A000 client encoding "latin1" is not supported`},
		{"DateStyle", "European, ISO", "ISO, DMY"},
		{"datestyle", "sql", `0A000 DateStyle "sql" is not supported`},
		{"TimeZone", "europe/london", "Europe/London"},
		{"TimeZone", "-7", "<-07>+07"},
		{"synchronous_commit", "true", "on"},
		{"synchronous_commit", "off", `0A000 setting parameter "synchronous_commit" to "off" is not supported`},
		{"lock_timeout", "0s", "0"},
		{"lock_timeout", "1s", `0A000 setting parameter "lock_timeout" to "1s" is not supported`},
		{"standard_conforming_strings", "1", "on"},
		{"max_query_memory", "1024MB", "1GB"},
		{"max_query_memory", "65536", "64MB"},
		{"max_query_memory", "1.5GB", "1536MB"},
		{"max_query_memory", "1000000B", "1000000B"},
		{"max_query_memory", "1kB", `22023 1024 B is outside the valid range for parameter "max_query_memory" (64 kB .. 1024 TB)`},
		{"max_query_memory", "1 mb", `22023 invalid value for parameter "max_query_memory": "1 mb"`},
		{"search_path", `a, "B c" ,d`, `a, "B c" ,d`},
		{"search_path", `a,,b`, `22023 invalid value for parameter "search_path": "a,,b"`},
		{"server_version_num", "1", `55P02 parameter "server_version_num" cannot be changed`},
		{"my.own", "any text", "any text"},
		{"nope", "1", `42704 unrecognized configuration parameter "nope"`},
	} {
		v := newVariables(table)
		got := ""
		if err := v.set(v.session, tc.name, tc.text); err != nil {
			var e *sqlerr.Error
			require.ErrorAs(t, err, &e, tc.name)
			got = e.Code + " " + e.Message
		} else {
			got = v.must(tc.name)
		}
		require.Equal(t, tc.want, got, "set %s = %q", tc.name, tc.text)
	}
}

// TestInitial: every parameter's default passes its own check and prints as it is.
func TestInitial(t *testing.T) {
	table := NewSettings("test")
	for _, name := range table.names {
		if s := table.byName[name]; s.check != nil {
			got, err := s.check(s.initial)
			require.NoError(t, err, name)
			if name == "datestyle" {
				continue // without an order, none is given
			}
			require.Equal(t, s.initial, got, name)
		}
	}
	v := newVariables(table)
	values, err := v.values()
	require.NoError(t, err)
	require.Equal(t, "UTC", values.Zone.String())
	require.Equal(t, "MDY", values.DateOrder)
}

// TestLayers: the transaction's value before the session's before that of the start;
// RESET goes back to the start, and restore to what was saved.
func TestLayers(t *testing.T) {
	v := newVariables(NewSettings("test"))
	const name = "application_name"
	require.NoError(t, v.set(v.start, name, "start"))
	saved := v.save()
	require.NoError(t, v.set(v.session, name, "session"))
	require.NoError(t, v.set(v.local, name, "local"))
	require.Equal(t, "local", v.must(name))
	require.NoError(t, v.reset(v.session, name))
	require.Equal(t, "start", v.must(name))
	require.NoError(t, v.set(v.session, name, "again"))
	v.restore(saved)
	require.Equal(t, "start", v.must(name))
	require.NoError(t, v.set(v.session, name, "later"))
	require.Empty(t, saved.local)

	require.NoError(t, v.reset(v.session, "a.b"))
	_, ok := v.get("a.b")
	require.False(t, ok)
	require.NoError(t, v.set(v.session, "DateStyle", "dmy"))
	require.NoError(t, v.set(v.session, "datestyle", "iso"))
	require.NoError(t, v.set(v.session, "datestyle", ""))
	require.Equal(t, "ISO, DMY", v.must("datestyle"), "a style without an order keeps the order")
}

// TestSearchPath: names in quotes stay as they are, others are lower case; "$user" and
// repetitions drop out.
func TestSearchPath(t *testing.T) {
	v := newVariables(NewSettings("test"))
	require.Equal(t, []string{"public"}, v.searchPath())
	for text, want := range map[string][]string{
		``:                   nil,
		`""`:                 nil,
		`A, "B", a , public`: {"a", "B", "public"},
		`"a, b","c""d"`:      {"a, b", `c"d`},
		`"$user",x`:          {"x"},
		"x,\ty\n":            {"x", "y"},
	} {
		require.NoError(t, v.set(v.session, "search_path", text))
		require.Equal(t, want, v.searchPath(), text)
	}
	for _, bad := range []string{`a b`, `"a`, `a,`, `,a`, `"a"b`} {
		require.Error(t, v.set(v.session, "search_path", bad), bad)
	}
}

// TestQuoteIdentifier: what would not come back as the same name is quoted.
func TestQuoteIdentifier(t *testing.T) {
	for name, want := range map[string]string{
		"a_1": "a_1", "A": `"A"`, "1a": `"1a"`, "": `""`, `a"b`: `"a""b"`, "ä": `"ä"`, "a b": `"a b"`, "$user": `"$user"`,
	} {
		require.Equal(t, want, quoteIdentifier(name))
		names, ok := splitIdentifiers(want)
		require.True(t, ok)
		require.Equal(t, []string{name}, names)
	}
}

// TestCharacters: positions of errors count characters from 1; none stays none.
func TestCharacters(t *testing.T) {
	const text = "aäb€c"
	for pos, want := range map[int]int{0: 0, -1: 0, 1: 1, 2: 2, 4: 3, 5: 4, 8: 5, 9: 6, 10: 0} {
		require.Equal(t, want, characters(text, pos), "byte %d", pos)
	}
	require.Equal(t, 1, characters("", 1))
}
