package clients

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/e2e/fastitest"
)

// schema is what the statements of testdata/catalog.sql look at.
var schema = []string{
	`CREATE TABLE devices (id serial PRIMARY KEY, name text NOT NULL, labels text[], meta jsonb, price numeric CHECK (price > 0), created timestamptz DEFAULT now())`,
	`CREATE TABLE metrics (ts timestamptz NOT NULL, device_id int NOT NULL, usage double precision, "Mixed Case" text, key text, PRIMARY KEY (ts, device_id))`,
	`CREATE INDEX ON metrics (device_id, ts DESC)`,
	`CREATE VIEW latest AS SELECT ts, device_id, usage FROM metrics WHERE usage > 1`,
	`COMMENT ON TABLE metrics IS 'the metrics'`,
	`COMMENT ON COLUMN metrics.usage IS 'in percent'`,
}

// placeholder is the OID of a relation or type of the schema: {metrics}.
var placeholder = regexp.MustCompile(`\{([a-z_]+)\}`)

// statements reads testdata/catalog.sql: statements divided by lines of ;;.
func statements(t *testing.T) []string {
	text, err := os.ReadFile("testdata/catalog.sql")
	require.NoError(t, err)
	var list []string
	for s := range strings.SplitSeq(string(text), "\n;;\n") {
		if s = strings.TrimSpace(s); s != "" {
			list = append(list, s)
		}
	}
	return list
}

// oids finds the placeholders' values.
func oids(t *testing.T, conn *pgx.Conn) map[string]string {
	rows, err := conn.Query(context.Background(), `SELECT relname::text, oid FROM pg_class WHERE oid >= 16384
		UNION ALL SELECT typname::text, oid FROM pg_type WHERE typname = 'mood'`, pgx.QueryExecModeSimpleProtocol)
	require.NoError(t, err)
	found := map[string]string{}
	for rows.Next() {
		var name string
		var oid uint32
		require.NoError(t, rows.Scan(&name, &oid))
		found[name] = fmt.Sprint(oid)
	}
	require.NoError(t, rows.Err())
	return found
}

// shape runs a statement and returns the names of its columns, or its error.
func shape(conn *pgx.Conn, sql string) string {
	var parts []string
	results := conn.PgConn().Exec(context.Background(), sql)
	for results.NextResult() {
		r := results.ResultReader()
		var names []string
		for _, f := range r.FieldDescriptions() {
			names = append(names, f.Name)
		}
		parts = append(parts, strings.Join(names, "|"))
		_, _ = r.Close() // results.Close returns the error
	}
	err := results.Close()
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return "ERROR " + e.Code + " " + e.Message
	}
	if err != nil {
		return "ERROR " + err.Error()
	}
	return strings.Join(parts, " ; ")
}

// shapes runs all statements over the schema.
func shapes(t *testing.T, dsn string) []string {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(ctx)) }()
	for _, s := range schema {
		_, err := conn.Exec(ctx, s, pgx.QueryExecModeSimpleProtocol)
		require.NoError(t, err, "%s", s)
	}
	names := oids(t, conn)
	var list []string
	for _, s := range statements(t) {
		s = placeholder.ReplaceAllStringFunc(s, func(p string) string {
			if oid, ok := names[p[1:len(p)-1]]; ok {
				return oid
			}
			return p
		})
		list = append(list, shape(conn, s))
	}
	return list
}

// TestCatalogStatements runs what clients and tools ask the catalogs (the comment
// of each statement names the client it is from) and compares columns and errors
// with those of PostgreSQL 15; what we refuse is listed.
func TestCatalogStatements(t *testing.T) {
	const path = "testdata/catalog.shapes"
	if *record {
		text := strings.Join(shapes(t, fastitest.StartPostgres(t)), "\n") + "\n"
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	want := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	got := shapes(t, fastitest.Start(t, "--memory").DSN())
	require.Len(t, got, len(want))
	refused := map[string]int{
		// A row of a function as one value, as JDBC asks for primary keys.
		"ERROR 0A000 composite result of function _pg_expandarray is not supported": 3,
		"ERROR 0A000 function parse_ident is not supported":                         1,
		// Names as arrays of characters.
		"ERROR 42804 cannot subscript type name because it does not support subscripting": 1,
	}
	for i, s := range statements(t) {
		if got[i] != want[i] && refused[got[i]] > 0 {
			refused[got[i]]--
			continue
		}
		assert.Equal(t, want[i], got[i], "%s", s)
	}
	for message, n := range refused {
		assert.Zero(t, n, "not refused any more: %s", message)
	}
}
