package format_test

import (
	"context"
	"errors"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/format"
	"github.com/dejaq/fasti/sql/parse"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// connect opens a connection to the PostgreSQL 15 that FASTI_PG names and
// skips the test when it names none.
func connect(t *testing.T) *pgconn.PgConn {
	dsn := os.Getenv("FASTI_PG")
	if dsn == "" {
		t.Skip("FASTI_PG is not set")
	}
	conn, err := pgconn.Connect(context.Background(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// plan returns what PostgreSQL understands by a query: its plan, or the SQLSTATE
// of its error.
func plan(t *testing.T, conn *pgconn.PgConn, sql string) string {
	results, err := conn.Exec(context.Background(), "EXPLAIN (VERBOSE, COSTS OFF) "+sql).ReadAll()
	if err != nil {
		var e *pgconn.PgError
		require.True(t, errors.As(err, &e), "%v\n%s", err, sql)
		return e.Code
	}
	var b strings.Builder
	for _, row := range results[0].Rows {
		b.Write(row[0])
		b.WriteByte('\n')
	}
	return b.String()
}

// generator makes expressions without protective parentheses, so that precedence
// decides what they mean.
type generator struct{ *rand.Rand }

func (g generator) pick(list ...string) string { return list[g.Intn(len(list))] }

func (g generator) expr(depth int) string {
	if depth <= 0 {
		return g.pick("i", "j", "f", "s", "u", "b", "c", "a", "ts", "js", "1", "2", "2.5", "'x'", "'1'", "true", "null",
			"'2020-01-01'", "interval '1 day'", "'{1,2}'", "'UTC'", "'a'")
	}
	e := func() string { return g.expr(depth - 1) }
	switch g.Intn(23) {
	case 0, 1, 2:
		return e() + g.pick(" + ", " - ", " * ", " / ", " % ", " ^ ", "*-", " - -") + e()
	case 3, 4, 5:
		return e() + g.pick(" || ", " -> ", " ->> ", " ~ ", " !~* ", " | ", " & ", " # ", " << ", " @> ", " && ", " ? ", " #>> ", " OPERATOR(pg_catalog.+) ") + e()
	case 6, 7:
		return e() + g.pick(" = ", " < ", " >= ", " <> ", " != ") + e()
	case 8, 9:
		return e() + g.pick(" AND ", " OR ") + e()
	case 10:
		return g.pick("NOT ", "- ", "~ ", "+ ", "@ ") + e()
	case 11:
		return e() + g.pick("::int", "::text", "::float8", "::bool", "::numeric(10,2)", "::jsonb", "::timestamptz", "::int[]", "::date", "::interval day to second(2)", "::varchar(3)", "::char")
	case 12:
		return e() + g.pick(" IS NULL", " IS NOT NULL", " ISNULL", " NOTNULL", " IS TRUE", " IS NOT FALSE", " IS UNKNOWN")
	case 13:
		return e() + g.pick(" LIKE ", " NOT LIKE ", " ILIKE ", " SIMILAR TO ", " NOT ILIKE ") + e() + g.pick("", "", " ESCAPE "+e())
	case 14:
		return e() + g.pick(" BETWEEN ", " NOT BETWEEN ", " BETWEEN SYMMETRIC ") + e() + " AND " + e()
	case 15:
		return e() + g.pick(" IN ", " NOT IN ") + "(" + e() + ", " + g.expr(depth-2) + ")"
	case 16:
		return e() + g.pick(" IS DISTINCT FROM ", " IS NOT DISTINCT FROM ") + e()
	case 17:
		return e() + " AT TIME ZONE " + e()
	case 18:
		return "(" + e() + ")" + g.pick("", "[1]", "::text", ` COLLATE "C"`)
	case 19:
		return g.pick("a", "ARRAY[i,j]", "(ARRAY[i,j])") + "[" + g.expr(depth-2) + g.pick("", ":", ":2") + "]"
	case 20:
		return e() + g.pick(" = ANY(", " <> ALL(", " ~~ ANY (", " LIKE ANY (") + g.pick("a", "ARRAY[1,2]", "'{1}'") + ")"
	case 21:
		return g.pick("CASE WHEN "+e()+" THEN "+e()+" END", "CASE "+e()+" WHEN "+e()+" THEN 1 ELSE "+e()+" END", "("+e()+", "+e()+") = (1, 2)",
			"substring(s FROM "+e()+" FOR 2)", "position("+g.expr(depth-2)+" IN s)", "extract(day FROM "+e()+")", "trim(LEADING 'x' FROM "+e()+")", "overlay(s PLACING 'x' FROM "+e()+")")
	default:
		return g.pick("length", "abs", "coalesce", "nullif") + "(" + e() + g.pick("", ", "+e()) + ")"
	}
}

// TestOracleExpressions generates expressions. PostgreSQL's grammar and ours take
// the same ones, and what PostgreSQL understands by the text is what it
// understands by our print of the tree, which has parentheses everywhere.
func TestOracleExpressions(t *testing.T) {
	conn := connect(t)
	_, err := conn.Exec(context.Background(),
		"CREATE TEMP TABLE fz (i int, j int, f float8, s text, u text, b bool, c bool, a int[], ts timestamptz, js jsonb)").ReadAll()
	require.NoError(t, err)
	g := generator{rand.New(rand.NewSource(20261124))}
	count := map[string]int{}
	for range 20000 {
		text := g.expr(1 + g.Intn(4))
		sql := "SELECT " + text + " FROM fz"
		theirs := plan(t, conn, sql)
		stmts, err := parse.Parse(sql, parse.Options{Strict: true})
		if rejected := theirs == sqlerr.SyntaxError; rejected != (err != nil) {
			t.Errorf("PostgreSQL says %s, we %v: %s", theirs, err, sql)
			continue
		}
		if err != nil {
			count["both reject"]++
			continue
		}
		printed := format.Stmt(stmts[0].AST)
		again := plan(t, conn, printed)
		if hasOwnSyntax(text) && len(theirs) > 5 && len(again) > 5 {
			continue // PostgreSQL remembers how such a call was written
		}
		if again != theirs {
			t.Errorf("%s\nprinted as\n%s\nPostgreSQL understands\n%s\nand\n%s", sql, printed, theirs, again)
		}
		if len(theirs) == 5 {
			count["same error"]++
		} else {
			count["same plan"]++
		}
	}
	t.Log(count)
}

// hasOwnSyntax tells whether the text has a call that is written with keywords.
func hasOwnSyntax(text string) bool {
	for _, name := range []string{"substring(", "position(", "extract(", "trim(", "overlay("} {
		if strings.Contains(strings.ToLower(text), name) {
			return true
		}
	}
	return false
}

// TestOracleStatements prints the statements of the corpus and lets PostgreSQL read
// the text and our print: the same plan, or at least the same error. The queries of
// psql, JDBC, SQLAlchemy and pg_dump are about catalogs that PostgreSQL has.
func TestOracleStatements(t *testing.T) {
	conn := connect(t)
	files, err := filepath.Glob("../parse/testdata/corpus/*.sql")
	require.NoError(t, err)
	count := map[string]int{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, sql := range strings.Split(string(text), "\n;;\n") {
			stmts, err := parse.Parse(sql, parse.Options{Strict: true})
			if err != nil || len(stmts) != 1 || strings.Contains(sql, "0x1F") { // PostgreSQL 16's
				continue
			}
			switch stmts[0].AST.(type) {
			case ast.Query, *ast.Insert, *ast.Update, *ast.Delete:
			default:
				continue
			}
			theirs, again := plan(t, conn, stmts[0].Source), plan(t, conn, format.Stmt(stmts[0].AST))
			if hasOwnSyntax(stmts[0].Source) && len(theirs) > 5 && len(again) > 5 {
				continue
			}
			require.Equal(t, theirs, again, "%s\nprinted as\n%s", sql, format.Stmt(stmts[0].AST))
			if len(theirs) == 5 {
				count["same error "+theirs]++
			} else {
				count["same plan"]++
			}
		}
	}
	t.Log(count)
}
