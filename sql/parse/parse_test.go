package parse

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/ast/asttest"
	"github.com/dejaq/fasti/sql/skel"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// TestStatements shows how a text is split: for each statement its source, where
// it begins, the kind of its tree and its parameters.
func TestStatements(t *testing.T) {
	datadriven.RunTest(t, "testdata/statements/split", func(t *testing.T, d *datadriven.TestData) string {
		stmts, err := Parse(d.Input, Options{})
		if err != nil {
			return describe(err.(*sqlerr.Error), d.Input) + "\n"
		}
		var b strings.Builder
		for _, s := range stmts {
			fmt.Fprintf(&b, "%d %q %T\n", s.Pos, s.Source, s.AST)
			for _, p := range s.Params {
				fmt.Fprintf(&b, "  $%d at %d %s\n", p.Number, p.Pos, asttest.Dump(p.Type, asttest.Options{}))
			}
			for _, n := range s.Notices {
				fmt.Fprintf(&b, "  %s: %s\n", n.Severity, n.Message)
			}
		}
		if len(stmts) == 0 {
			return "nothing\n"
		}
		return b.String()
	})
}

// TestErrors prints the error of each statement, one a line; TestOracleErrors holds
// the same file against PostgreSQL.
func TestErrors(t *testing.T) {
	datadriven.RunTest(t, "testdata/statements/errors", func(t *testing.T, d *datadriven.TestData) string {
		var b strings.Builder
		for _, sql := range strings.Split(d.Input, "\n") {
			_, err := Parse(sql, Options{Strict: true})
			b.WriteString(fullError(t, err, sql) + "\n")
		}
		return b.String()
	})
}

func fullError(t *testing.T, err error, sql string) string {
	if err == nil {
		return "accepted"
	}
	var e *sqlerr.Error
	require.ErrorAs(t, err, &e)
	out := describe(e, sql)
	if e.Hint != "" {
		out += " hint: " + e.Hint
	}
	return out
}

// TestExpr and TestType read the parts that are kept as text.
func TestExpr(t *testing.T) {
	e, err := Expr("a + 1")
	require.NoError(t, err)
	require.Equal(t, `(Binary Op:"+" L:(ColumnRef Parts:["a"]) R:(Const Kind:3 Raw:"1"))`, asttest.Dump(e, asttest.Options{}))
	for _, wrong := range []string{"", "a b", "a;", "a +", "DEFAULT", "'x"} {
		_, err := Expr(wrong)
		require.Error(t, err, wrong)
	}
}

func TestType(t *testing.T) {
	typ, err := Type(" timestamp(3) with time zone[] ")
	require.NoError(t, err)
	require.Equal(t, `(TypeName Name:"timestamptz" Mods:[3] Dims:1)`, asttest.Dump(typ, asttest.Options{}))
	for _, wrong := range []string{"", "int int", "1", "geometry(point)"} {
		_, err := Type(wrong)
		require.Error(t, err, wrong)
	}
}

// TestStrict takes PostgreSQL's grammar alone.
func TestStrict(t *testing.T) {
	for _, sql := range []string{
		"UPSERT INTO t VALUES (1)", "SELECT * FROM t@i", "DELETE FROM t LIMIT 1", "UPDATE t SET a = 1 ORDER BY b",
		"CREATE TABLE t (a int, INDEX (a))", "USE db", "BEGIN PRIORITY HIGH",
		"CREATE TABLE t (PRIMARY KEY (a ASC))", "SELECT * FROM t AS OF SYSTEM TIME '1'", "SHOW COLUMNS FROM t", "EXPLAIN ANALYZE (DISTSQL) SELECT 1",
	} {
		_, err := Parse(sql, Options{})
		require.NoError(t, err, sql)
		_, err = Parse(sql, Options{Strict: true})
		require.Equal(t, sqlerr.SyntaxError, sqlerr.Code(err), sql)
	}
}

// TestManyRows reads rows of which some values are plain and some are not, from
// one text with a cache of skeletons and from one without.
func TestManyRows(t *testing.T) {
	var b strings.Builder
	b.WriteString("INSERT INTO t VALUES ")
	const n = 3000
	for i := range n {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "(%d, 'x%d', -%d.5, $%d::int, DEFAULT, now() + %d)", i, i, i, i+1, i)
	}
	for _, o := range []Options{{}, {Skeletons: skel.NewCache(0)}} {
		stmts, err := Parse(b.String(), o)
		require.NoError(t, err)
		require.Len(t, stmts[0].Params, n)
		rows := stmts[0].AST.(*ast.Insert).Source.(*ast.Values).Rows
		require.Len(t, rows, n)
		for i, row := range rows {
			require.Len(t, row, 6)
			require.Equal(t, fmt.Sprint(i), row[0].(*ast.Const).Raw)
			require.Equal(t, fmt.Sprintf("x%d", i), row[1].(*ast.Const).Raw)
			require.Equal(t, fmt.Sprintf("-%d.5", i), row[2].(*ast.Const).Raw)
			require.Equal(t, i+1, row[3].(*ast.Cast).X.(*ast.Param).N)
			require.IsType(t, &ast.Default{}, row[4])
			require.Equal(t, fmt.Sprint(i), row[5].(*ast.Binary).R.(*ast.Const).Raw)
		}
	}
}

// TestPlainRowsHaveNoSkeleton shows that the rows of a bulk INSERT do not reach the
// TiDB parser: texts of any number of rows have the same skeleton.
func TestPlainRowsHaveNoSkeleton(t *testing.T) {
	c := skel.NewCache(0)
	for _, n := range []int{1, 2, 1000} {
		_, err := Parse(rows(n), Options{Skeletons: c})
		require.NoError(t, err)
	}
	trees, _ := c.Len()
	require.Equal(t, 1, trees)
}

// TestHostile gives texts that nest or go on without end, which must be refused or
// read, and neither blow the stack nor take long.
func TestHostile(t *testing.T) {
	const n = 30_000
	for _, sql := range []string{
		"SELECT " + strings.Repeat("(", n), "SELECT " + strings.Repeat("(", n) + "SELECT 1", strings.Repeat("(", n),
		"SELECT " + strings.Repeat("-", 2) + strings.Repeat(" - ", n) + "1", "SELECT 1" + strings.Repeat("+1", n),
		"SELECT " + strings.Repeat("CASE ", n), "SELECT " + strings.Repeat("[", n), "SELECT ARRAY" + strings.Repeat("[", n),
		"EXPLAIN " + strings.Repeat("(", n), "COPY " + strings.Repeat("(", n), strings.Repeat("EXPLAIN ", n), strings.Repeat("PREPARE a AS ", n),
		"CREATE TABLE t (a int CHECK " + strings.Repeat("(", n), "CREATE INDEX i ON t " + strings.Repeat("(", n),
		strings.Repeat("WITH a AS (", n), "SELECT a" + strings.Repeat(".a", n), "SELECT 1 FROM " + strings.Repeat("(", n) + "a",
		"SELECT 'a'" + strings.Repeat("\n'b'", n), "SELECT 1::int" + strings.Repeat("[]", n), strings.Repeat("/*", n), strings.Repeat("SELECT 1;", n/10),
		"SELECT 1 FROM t WHERE a" + strings.Repeat(" AND a", n), "SELECT a IN (1" + strings.Repeat(",1", n) + ")",
	} {
		stmts, err := Parse(sql, Options{})
		if err != nil {
			require.Contains(t, []string{sqlerr.SyntaxError, sqlerr.StatementTooComplex}, sqlerr.Code(err), sql[:30])
			continue
		}
		require.NotEmpty(t, stmts)
	}
}
