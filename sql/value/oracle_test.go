package value

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
)

// Asks the PostgreSQL that FASTI_PG names all of testdata/postgres.txt again and
// writes down what it answers; nothing should change.
func TestOracle(t *testing.T) {
	dsn := os.Getenv("FASTI_PG")
	if dsn == "" {
		t.Skip("FASTI_PG names no PostgreSQL")
	}
	ctx := t.Context()
	c, err := pgx.Connect(ctx, dsn)
	require.NoError(t, err)
	defer c.Close(ctx)
	exec := func(sql string) {
		_, err := c.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
		require.NoError(t, err, sql)
	}
	old, err := os.ReadFile("testdata/postgres.txt")
	require.NoError(t, err)
	var out bytes.Buffer
	settings := ""
	for _, line := range strings.Split(strings.TrimSuffix(string(old), "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			out.WriteString(line + "\n")
			continue
		}
		f := strings.Split(line, "\t")
		var input, answer string
		require.NoError(t, json.Unmarshal([]byte(`"`+f[2]+`"`), &input))
		if f[1] != settings {
			settings = f[1]
			s := strings.Fields(settings)
			exec("set datestyle = 'ISO," + s[0] + "'; set timezone = '" + s[1] + "'; set intervalstyle = '" + s[2] +
				"'; set extra_float_digits = " + s[3] + "; set bytea_output = '" + s[4] + "'")
		}
		literal := "'" + strings.ReplaceAll(input, "'", "''") + "'"
		sql := "select (" + literal + "::" + f[0] + ")::text"
		switch {
		case f[0] == "bool": // whose cast to text is not its output
			sql = "select case when " + literal + "::bool then 't' else 'f' end"
		case f[0] == "inet" || f[0] == "bpchar": // nor those
			sql = "select concat(" + literal + "::" + f[0] + ")"
		case strings.HasPrefix(f[0], "varchar"): // an explicit cast would cut
			exec("drop table if exists pg_temp.v; create temp table v(v " + f[0] + ")")
			sql = "insert into v values (" + literal + ") returning v::text"
		}
		err := c.QueryRow(ctx, sql, pgx.QueryExecModeSimpleProtocol).Scan(&answer)
		var pe *pgconn.PgError
		if errors.As(err, &pe) {
			answer, err = "!"+pe.Code+" "+pe.Message, nil
			if pe.Hint != "" {
				answer += "|" + pe.Hint
			}
		}
		require.NoError(t, err, sql)
		var quoted bytes.Buffer
		enc := json.NewEncoder(&quoted)
		enc.SetEscapeHTML(false)
		require.NoError(t, enc.Encode(answer))
		text := strings.TrimSuffix(quoted.String(), "\n")
		out.WriteString(strings.Join(append(f[:3], text[1:len(text)-1]), "\t") + "\n")
	}
	require.NoError(t, os.WriteFile("testdata/postgres.txt", out.Bytes(), 0o644))
}
