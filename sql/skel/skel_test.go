package skel

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pingcap/tidb/pkg/parser"
	"github.com/pingcap/tidb/pkg/parser/format"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/sql/ast/asttest"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/shape"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// TestParse shows what is kept of a skeleton.
func TestParse(t *testing.T) {
	for _, c := range []struct{ skeleton, want string }{
		{
			"SELECT t0,f1(t2,(SELECT t3)) AS t4 FROM t5, (SELECT t6) AS t7 JOIN t8 ON f9(t10) WHERE t11 GROUP BY t12 HAVING t13 ORDER BY f14(t15) LIMIT 16",
			"(Stmt Query:(Query Blocks:[(Block Fields:[(Field Label:-1) (Field Expr:(Expr Node:1 Args:[(Expr Node:2) " +
				"(Expr Node:-1 Query:(Query Blocks:[(Block Fields:[(Field Expr:(Expr Node:3) Label:-1)])] Limit:-1))]) Label:4)] " +
				"From:[(Table Node:5) (Table Node:-1 Left:(Table Node:7 Query:(Query Blocks:[(Block Fields:[(Field Expr:(Expr Node:6) Label:-1)])] Limit:-1)) " +
				"Right:(Table Node:8) On:(Expr Node:9 Args:[(Expr Node:10)]))] Where:(Expr Node:11) GroupBy:[(Expr Node:12)] Having:(Expr Node:13))] " +
				"OrderBy:[(Expr Node:14 Args:[(Expr Node:15)])] Limit:16) Target:-1 Limit:-1)",
		},
		{
			"WITH RECURSIVE t0 AS (SELECT 1) SELECT t1 UNION ALL SELECT t2 EXCEPT SELECT t3 LIMIT 4",
			"(Stmt Query:(Query CTEs:[(CTE Query:(Query Blocks:[(Block Fields:[(Field Expr:(Expr Node:-1) Label:-1)])] Limit:-1))] " +
				"Blocks:[(Block Fields:[(Field Expr:(Expr Node:1) Label:-1)]) (Block Fields:[(Field Expr:(Expr Node:2) Label:-1)]) (Block Fields:[(Field Expr:(Expr Node:3) Label:-1)])] " +
				"Ops:[(Op Name:\"UNION\" All:true) (Op Name:\"EXCEPT\")] Limit:4) Target:-1 Limit:-1)",
		},
		{"INSERT INTO t0 VALUES ()", "(Stmt Verb:1 Limit:-1)"},
		{"INSERT INTO t0 SELECT t1", "(Stmt Verb:1 Query:(Query Blocks:[(Block Fields:[(Field Expr:(Expr Node:1) Label:-1)])] Limit:-1) Limit:-1)"},
		{
			"UPDATE t0 SET t1 = t2 WHERE t3 ORDER BY f4(t5) LIMIT 6",
			"(Stmt Verb:2 Set:[(Assignment Node:1 Value:(Expr Node:2))] Where:(Expr Node:3) OrderBy:[(Expr Node:4 Args:[(Expr Node:5)])] Limit:6)",
		},
		{"DELETE FROM t7", "(Stmt Verb:3 Target:7 Limit:-1)"},
	} {
		tree, err := (*Cache)(nil).Parse([]byte(c.skeleton))
		require.NoError(t, err)
		require.Len(t, tree.Stmts, 1)
		require.Equal(t, c.want, asttest.Dump(&tree.Stmts[0], asttest.Options{}), c.skeleton)
	}
}

// TestRefused shows invariants I1 and I2: what no skeleton has is an internal
// error and not a tree with something missing.
func TestRefused(t *testing.T) {
	for _, s := range []string{
		"SELECT 'x'", "SELECT t0 -- t1", "SELECT t0 # t1", "SELECT x0", "SELECT t0 t0 t0", "SELECT", "", "SELECT t0 FROM t1 AS t2",
		"SELECT DISTINCT t0", "SELECT t0 FROM t1 FOR UPDATE", "SELECT COUNT(t0)", "SELECT t0 ORDER BY t1 DESC", "SELECT t0 LIMIT 1 OFFSET 2",
		"SELECT f0(t1) OVER (t2)", "REPLACE INTO t0 SELECT t1", "INSERT INTO t0 (t1) SELECT t2", "DELETE t0 FROM t1", "SELECT t0 FROM t1 LEFT JOIN t2 ON t3 USE",
		"SELECT t0 FROM t1 NATURAL JOIN t2", "SELECT t0 = t1", "SELECT NULL", "TABLE t0", "BEGIN", "SELECT t0.t1", "WITH t0 AS (SELECT t1) DELETE FROM t2",
		"SELECT CASE WHEN t0 THEN t1 END", "SELECT (t0)", "SELECT t0 IS NULL", "SELECT t0 FROM (t1) UNION (SELECT t2)",
	} {
		tree, err := (*Cache)(nil).Parse([]byte(s))
		if s == "" {
			require.NoError(t, err)
			require.Empty(t, tree.Stmts)
			continue
		}
		require.Equal(t, sqlerr.InternalError, sqlerr.Code(err), "%q gave %s", s, asttest.Dump(tree, asttest.Options{}))
	}
}

// TestCache fills a small cache: it stays within its bound, keeps the latest, gives
// the same tree again and leaves long skeletons out.
func TestCache(t *testing.T) {
	c := NewCache(20_000)
	for i := range 200 {
		_, err := c.Parse(fmt.Appendf(nil, "SELECT t%d", i))
		require.NoError(t, err)
		n, bytes := c.Len()
		require.LessOrEqual(t, bytes, 20_000)
		require.Positive(t, n)
	}
	n, _ := c.Len()
	require.Less(t, n, 200)
	first, err := c.Parse([]byte("SELECT t199"))
	require.NoError(t, err)
	second, err := c.Parse([]byte("SELECT t199"))
	require.NoError(t, err)
	require.Same(t, first, second)
	_, err = c.Parse([]byte("SELECT t0" + strings.Repeat(",t1", skeletonMax)))
	require.NoError(t, err)
	after, _ := c.Len()
	require.Equal(t, n, after)
	for len(c.entries) > 0 { // the sizes that go are those that came
		c.maxBytes = 0
		c.add(&entry{"x", &Tree{}})
	}
	require.Zero(t, c.bytes)
}

// TestConcurrent parses from several goroutines at once, with little room, so that
// they meet in the cache and in the pool of parsers; it is for the race detector.
func TestConcurrent(t *testing.T) {
	c := NewCache(5_000)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 200 {
				tree, err := c.Parse(fmt.Appendf(nil, "SELECT t%d", (i*7+g)%40))
				if err != nil || len(tree.Stmts) != 1 {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// FuzzSkeleton encodes texts and holds what TiDB made of the skeleton against the
// skeleton: printed again it is the same, but for blanks, brackets and quotes, and
// each tN and fN is there once.
func FuzzSkeleton(f *testing.F) {
	files, err := filepath.Glob("../parse/testdata/corpus/*.sql")
	require.NoError(f, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(f, err)
		for _, sql := range strings.Split(string(text), "\n;;\n") {
			f.Add(sql)
		}
	}
	f.Fuzz(func(t *testing.T, sql string) {
		e, err := shape.Statement(lex.Open(sql), shape.Options{Cockroach: true})
		if err != nil {
			return
		}
		defer e.Release()
		tree, err := (*Cache)(nil).Parse(e.Skeleton)
		require.NoError(t, err, "%s\n%s", sql, e.Skeleton)
		require.Len(t, tree.Stmts, e.Fragments)
		seen := map[string]bool{}
		for _, w := range strings.FieldsFunc(string(e.Skeleton), func(r rune) bool { return !strings.ContainsRune("tf0123456789", r) }) {
			if w[0] == 't' || w[0] == 'f' {
				require.False(t, seen[w[1:]], "%s twice in %s", w, e.Skeleton)
				seen[w[1:]] = true
			}
		}
		require.Equal(t, plain(string(e.Skeleton)), plain(restore(t, string(e.Skeleton))))
	})
}

// restore prints TiDB's tree of a skeleton.
func restore(t *testing.T, skeleton string) string {
	setHooks()
	stmts, _, err := parser.New().ParseSQL(skeleton)
	require.NoError(t, err)
	var b strings.Builder
	for i, s := range stmts {
		if i > 0 {
			b.WriteString(";")
		}
		require.NoError(t, s.Restore(format.NewRestoreCtx(format.RestoreKeyWordUppercase, &b)))
	}
	return b.String()
}

// plain leaves out what TiDB prints otherwise: blanks, quotes, the brackets of
// joins and the word AS, and JOIN for a comma.
func plain(skeleton string) string {
	return strings.NewReplacer(" ", "", "`", "", "(", "", ")", "", "crossjoin", ",", "join", ",", "as", "").Replace(strings.ToLower(skeleton))
}
