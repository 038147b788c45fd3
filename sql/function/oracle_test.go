package function

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
)

// record is the connection string of a PostgreSQL 15 server: with it the tests
// ask the server anew and rewrite their files in testdata.
var record = flag.String("record", "", "connection string of a PostgreSQL 15 to record golden results from")

// columnTypes are the types of the calls that the tests try; "unknown" is an
// untyped NULL.
var columnTypes = []string{
	"bool", "int2", "int4", "int8", "float4", "float8", "numeric", "text", "varchar", "name",
	"date", "timestamp", "timestamptz", "interval", "bytea", "uuid", "oid", "_int4", "_int8", "_text", "unknown",
	"bpchar", "char", "time", "timetz", "inet", "cidr", "bit", "varbit", "regclass",
}

// recorded runs one query per call on the server, or reads what it answered
// when the file was recorded: the result's type, or the SQLSTATE. Lines are
// call, tab, answer; a call that is not there answered 42883 (does not exist).
func recorded(t *testing.T, file string, calls []string, query func(call string) string) map[string]string {
	t.Helper()
	if *record != "" {
		conn, err := pgx.Connect(context.Background(), *record)
		require.NoError(t, err)
		defer conn.Close(context.Background())
		var b strings.Builder
		for _, c := range calls {
			var answer string
			err := conn.QueryRow(context.Background(), query(c), pgx.QueryExecModeSimpleProtocol).Scan(&answer)
			if err != nil {
				pe, ok := err.(*pgconn.PgError)
				require.True(t, ok, "%s: %v", c, err)
				answer = pe.Code
			}
			if answer != sqlerr.UndefinedFunction {
				fmt.Fprintf(&b, "%s\t%s\n", c, answer)
			}
		}
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	f, err := os.Open(file)
	require.NoError(t, err, "record it with -record")
	defer f.Close()
	answers := make(map[string]string)
	for sc := bufio.NewScanner(f); sc.Scan(); {
		call, answer, _ := strings.Cut(sc.Text(), "\t")
		answers[call] = answer
	}
	return answers
}

// null writes a NULL of a type.
func null(ty string) string {
	if ty == "unknown" {
		return "NULL"
	}
	return "NULL::" + pgName(ty)
}

// pgName writes a type's short name as SQL.
func pgName(ty string) string {
	if ty == "char" {
		return `"char"`
	}
	return ty
}

// parseCall reads a call as the tests write it: "op l r", "op x" or "f(a,b)".
func parseCall(call string) (name string, in []types.Type) {
	name, args, ok := strings.Cut(strings.TrimSuffix(call, ")"), "(")
	fields := strings.Split(args, ",")
	if !ok {
		fields = strings.Fields(call)
		name, fields = fields[0], fields[1:]
	}
	for _, a := range fields {
		if a != "" {
			in = append(in, types.Of(signatures().types[a]))
		}
	}
	return name, in
}

// resolveText resolves a call and renders the outcome as recorded does.
func resolveText(call string) string {
	name, in := parseCall(call)
	sig, err := Resolve(name, in)
	if err != nil {
		return sqlerr.Code(err)
	}
	_, result, err := sig.Instantiate(in)
	if err != nil {
		return sqlerr.Code(err)
	}
	return result.String()
}
