package config

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestParse shows precedence (flag over environment over default) and that every
// complaint names its flag.
func TestParse(t *testing.T) {
	env := map[string]string{}
	parse := func(args ...string) (Config, error) {
		return Parse(args, func(k string) (string, bool) { v, ok := env[k]; return v, ok }, io.Discard)
	}
	c, err := parse()
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:5433", c.SQL)

	env["FASTI_SQL"] = "127.0.0.1:1"
	env["FASTI_CACHE"] = "64MiB"
	c, err = parse()
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:1", c.SQL)
	require.EqualValues(t, 64<<20, c.Cache)
	c, err = parse("--sql", "localhost:2")
	require.NoError(t, err)
	require.Equal(t, "localhost:2", c.SQL)

	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"--sql", "0.0.0.0:5433"}, "not on loopback"},
		{[]string{"--sql", "nonsense"}, "--sql"},
		{[]string{"--join", "a:1"}, "--join"},
		{[]string{"--roles", "data"}, "--roles=data"},
		{[]string{"--roles", "cook"}, `unknown role "cook"`},
		{[]string{"--tls-cert", "x"}, "--tls-cert"},
		{[]string{"--cache", "1"}, "--cache=1"},
		{[]string{"--cache", "much"}, "much"},
		{[]string{"extra"}, `"extra"`},
	} {
		_, err := parse(tc.args...)
		require.ErrorContains(t, err, tc.want, "%v", tc.args)
	}
	_, err = parse("--sql", "0.0.0.0:5433", "--insecure")
	require.NoError(t, err)
}

// TestParseSize shows the units.
func TestParseSize(t *testing.T) {
	for in, want := range map[string]int64{"1": 1, "2KiB": 2048, "1.5 MB": 1500000, "1gib": 1 << 30} {
		got, err := ParseSize(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
	}
	for _, in := range []string{"", "x", "-1", "1XB"} {
		_, err := ParseSize(in)
		require.Error(t, err, in)
	}
}
