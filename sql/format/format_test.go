package format_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/ast/asttest"
	"github.com/dejaq/fasti/sql/format"
	"github.com/dejaq/fasti/sql/parse"
)

// TestRoundTripCorpus parses the statements that clients send, prints each tree
// and parses that: the trees are the same, positions and kept texts aside, and
// printing again changes nothing.
func TestRoundTripCorpus(t *testing.T) {
	files, err := filepath.Glob("../parse/testdata/corpus/*.sql")
	require.NoError(t, err)
	n := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		for _, sql := range strings.Split(string(text), "\n;;\n") {
			stmts, err := parse.Parse(sql, parse.Options{})
			if err != nil {
				continue // TestCorpus of sql/parse knows which these are
			}
			for _, s := range stmts {
				roundTrip(t, s)
				n++
			}
		}
	}
	require.Greater(t, n, 700)
}

func roundTrip(t *testing.T, s parse.Statement) {
	if _, ok := s.AST.(*ast.Unsupported); ok {
		return // the tree does not hold the statement
	}
	if e, ok := s.AST.(*ast.Explain); ok {
		if _, ok := e.Stmt.(*ast.Unsupported); ok {
			return
		}
	}
	text := format.Stmt(s.AST)
	again, err := parse.Parse(text, parse.Options{})
	require.NoError(t, err, "%s\nprinted as\n%s", s.Source, text)
	require.Len(t, again, 1, text)
	require.Equal(t, asttest.Dump(s.AST, asttest.Options{}), asttest.Dump(again[0].AST, asttest.Options{}),
		"%s\nprinted as\n%s", s.Source, text)
	require.Equal(t, text, format.Stmt(again[0].AST))
}

// FuzzRoundTrip prints what parses and parses it again.
func FuzzRoundTrip(f *testing.F) {
	files, err := filepath.Glob("../parse/testdata/corpus/*.sql")
	require.NoError(f, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(f, err)
		for _, sql := range strings.Split(string(text), "\n;;\n") {
			f.Add(sql)
		}
	}
	for _, sql := range []string{
		`SELECT "set", "of" FROM "a""b" AS "select" ORDER BY "rows" LIMIT (-1)`,
		`SELECT sum(a) OVER (ROWS (unbounded) PRECEDING), sum(b) OVER w, sum(c) OVER (w) FROM t GROUP BY "cube"(a), CUBE (b)`,
		`SELECT (-1)::int, - 1::int, -(-1), + 1, a[1][2:3], (a).b.c, (f(x)).*, row(1), (1, 2), ARRAY[[1], [2]], ARRAY[ARRAY[1]]`,
		`SELECT bit '101', 'x'::"char", 'x'::char, '1'::interval(3), interval '1' day to second(2), x::timestamp(3) with time zone[]`,
		`CREATE TABLE t ("a b" "interval" DEFAULT (a AND b), LIKE u, CHECK (a IN (1)))`,
		`SET a.b TO 'x', "Y", -1, on; COPY t FROM STDIN (force_null (a, "B"), "null" 'x'); EXPLAIN (analyze) SELECT 1`,
	} {
		f.Add(sql)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		stmts, err := parse.Parse(sql, parse.Options{})
		if err != nil {
			return
		}
		for _, s := range stmts {
			roundTrip(t, s)
		}
	})
}
