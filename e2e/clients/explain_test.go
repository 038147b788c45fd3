package clients

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/e2e/fastitest"
)

// EXPLAIN ANALYZE runs the statement and tells what each node did: the rows of a
// known query, memory, what went to files when little may stay in memory, times
// unless they are turned off; the same as a JSON document; and a write is done.
func TestExplainAnalyze(t *testing.T) {
	c := fastitest.Start(t, "--memory").Connect(t)
	exec := func(sql string) {
		_, err := c.Exec(t.Context(), sql)
		require.NoError(t, err, sql)
	}
	plan := func(sql string) string {
		rows, err := c.Query(t.Context(), sql, pgx.QueryExecModeSimpleProtocol)
		require.NoError(t, err)
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err, sql)
		return strings.Join(lines, "\n")
	}
	exec(`CREATE TABLE t (ts timestamptz NOT NULL, host text, v int)`)
	exec(`INSERT INTO t SELECT '2026-01-01'::timestamptz + i * interval '10 seconds', 'h' || i % 10, i FROM generate_series(1, 20000) i`)

	text := plan(`EXPLAIN (ANALYZE, TIMING off, SUMMARY off) SELECT host, count(*) FROM t WHERE v <= 100 GROUP BY host ORDER BY host`)
	for _, want := range []string{
		`Sort \(actual rows=10 loops=1\)`, `HashAggregate \(actual rows=10 loops=1\)`, `Scan on t \(actual rows=\d+ loops=\d\)`,
		`Rows Removed by Filter: 19900`, `Memory Usage: [1-9]\d*kB`, `Shards: \d+ of \d+`,
	} {
		require.Regexp(t, want, text)
	}
	require.NotContains(t, text, "time=")
	require.NotContains(t, text, "Execution Time")

	exec(`SET work_mem = '64kB'`)
	text = plan(`EXPLAIN ANALYZE SELECT * FROM t ORDER BY host, v`)
	require.Regexp(t, `Sort \(actual time=[\d.]+\.\.[\d.]+ rows=20000 loops=1\)`, text)
	require.Regexp(t, `Disk Usage: [1-9]\d*kB`, text)
	require.Regexp(t, regexp.MustCompile(`Planning Time: [\d.]+ ms\nExecution Time: [\d.]+ ms\nPeak Memory: \d+kB\nTemporary Files: \d+kB`), strings.ReplaceAll(text, "\n ", "\n"))

	var doc []struct {
		Plan struct {
			NodeType   string `json:"Node Type"`
			ActualRows int    `json:"Actual Rows"`
		}
		ExecutionTime *float64 `json:"Execution Time"`
	}
	require.NoError(t, json.Unmarshal([]byte(plan(`EXPLAIN (ANALYZE, FORMAT json) SELECT * FROM t WHERE v < 4 ORDER BY v`)), &doc))
	require.Equal(t, "Sort", doc[0].Plan.NodeType)
	require.Equal(t, 3, doc[0].Plan.ActualRows)
	require.NotNil(t, doc[0].ExecutionTime)

	require.Contains(t, plan(`EXPLAIN ANALYZE DELETE FROM t WHERE v <= 10`), "Delete on t")
	require.Contains(t, plan(`EXPLAIN DELETE FROM t`), "Delete on t")
	var n int
	require.NoError(t, c.QueryRow(t.Context(), `SELECT count(*) FROM t`).Scan(&n))
	require.Equal(t, 19990, n, "ANALYZE deletes, EXPLAIN alone does not")
}
