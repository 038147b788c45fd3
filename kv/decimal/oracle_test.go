package decimal

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
)

// expressions are the operations of testdata/postgres.txt in SQL.
var expressions = map[string]string{
	"add": "$1::numeric + $2::numeric", "sub": "$1::numeric - $2::numeric", "mul": "$1::numeric * $2::numeric",
	"div": "$1::numeric / $2::numeric", "mod": "$1::numeric % $2::numeric", "quo": "div($1::numeric, $2::numeric)",
	"cmp":   "case when $1::numeric < $2::numeric then -1 when $1::numeric = $2::numeric then 0 else 1 end",
	"round": "round($1::numeric, $2::int)", "trunc": "trunc($1::numeric, $2::int)", "ceil": "ceil($1::numeric)",
	"floor": "floor($1::numeric)", "sign": "sign($1::numeric)", "abs": "abs($1::numeric)", "neg": "-($1::numeric)",
	"trim": "trim_scale($1::numeric)", "minscale": "min_scale($1::numeric)", "sqrt": "sqrt($1::numeric)",
	"int8": "$1::numeric::int8", "float8": "$1::numeric::float8", "float4": "$1::numeric::float4", "text": "$1::numeric",
	"wire": "encode(numeric_send($1::numeric), 'hex')", "exp": "exp($1::numeric)", "ln": "ln($1::numeric)",
	"log10": "log($1::numeric)", "log": "log($2::numeric, $1::numeric)", "power": "power($1::numeric, $2::numeric)",
	"typmod": "$1::numeric::numeric($2)",
}

// Asks the PostgreSQL that FASTI_PG names all of testdata/postgres.txt again and
// writes down what it answers; nothing should change.
func TestOracle(t *testing.T) {
	dsn := os.Getenv("FASTI_PG")
	if dsn == "" {
		t.Skip("FASTI_PG names no PostgreSQL")
	}
	c, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	defer c.Close(t.Context())
	old, err := os.ReadFile("testdata/postgres.txt")
	require.NoError(t, err)
	var out bytes.Buffer
	for _, line := range strings.Split(strings.TrimSuffix(string(old), "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			out.WriteString(line + "\n")
			continue
		}
		f := strings.SplitN(line, "|", 4)
		second := "'" + f[2] + "'"
		if f[0] == "typmod" {
			second = f[2]
		}
		sql := strings.NewReplacer("$1", "'"+f[1]+"'", "$2", second).Replace(expressions[f[0]])
		answer := ""
		err := c.QueryRow(t.Context(), "select coalesce(("+sql+")::text, 'NULL')", pgx.QueryExecModeSimpleProtocol).Scan(&answer)
		var pe *pgconn.PgError
		if errors.As(err, &pe) {
			answer, err = "!"+pe.Message, nil
		}
		require.NoError(t, err, sql)
		out.WriteString(strings.Join(append(f[:3], answer), "|") + "\n")
	}
	require.NoError(t, os.WriteFile("testdata/postgres.txt", out.Bytes(), 0o644))
}
