package recovery

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/e2e/fastitest"
)

// No query text, however hostile, stops the server or takes more memory than its
// limits: each is answered by rows or by an error of the classes for limits, in
// bounded time, and the connection goes on. (Results of text functions that are
// large in themselves are not counted yet, and not here.)
func TestHostileQueries(t *testing.T) {
	s := fastitest.Start(t, "--memory")
	c := s.Connect(t)
	exec := func(sql string) string {
		_, err := c.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol)
		var e *pgconn.PgError
		if err != nil {
			require.True(t, errors.As(err, &e), "%.80s: %v", sql, err)
			return e.Code
		}
		return ""
	}
	require.Empty(t, exec(`SET max_query_memory = '64MB'`))
	require.Empty(t, exec(`SET work_mem = '1MB'`))
	require.Empty(t, exec(`SET temp_file_limit = '64MB'`))
	require.Empty(t, exec(`CREATE TABLE big (id int, t text)`))
	require.Empty(t, exec(`INSERT INTO big SELECT i, 'text ' || i FROM generate_series(1, 20000) i`))

	require.Empty(t, exec(`SET statement_timeout = '5s'`))

	list := func(n int, item func(i int) string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = item(i)
		}
		return strings.Join(items, ", ")
	}
	number := func(i int) string { return fmt.Sprint(i) }
	for name, q := range map[string]struct {
		sql   string
		codes []string // "" for success
	}{
		"nested parentheses":  {"SELECT " + strings.Repeat("(", 50000) + "1" + strings.Repeat(")", 50000), []string{"54001"}},
		"nested functions":    {"SELECT " + strings.Repeat("abs(", 20000) + "1" + strings.Repeat(")", 20000), []string{"54001"}},
		"nested subqueries":   {"SELECT " + strings.Repeat("(SELECT ", 5000) + "1" + strings.Repeat(")", 5000), []string{"54001"}},
		"nested arrays":       {"SELECT " + strings.Repeat("ARRAY[", 5000) + "1" + strings.Repeat("]", 5000), []string{"54001", "54000"}},
		"deep json":           {"SELECT '" + strings.Repeat("[", 200000) + "'::jsonb", []string{"54001", "22P02"}},
		"long IN":             {"SELECT count(*) FROM big WHERE id IN (" + list(100000, number) + ")", []string{""}},
		"long OR":             {"SELECT count(*) FROM big WHERE id = 1" + strings.Repeat(" OR id = 2", 10000), []string{""}},
		"long AND of texts":   {"SELECT count(*) FROM big WHERE t <> 'a'" + strings.Repeat(" AND t <> 'b'", 5000), []string{""}},
		"columns of a result": {"SELECT " + list(1665, number), []string{"54000", "54011"}},
		"columns of a table":  {"CREATE TABLE wide (" + list(1601, func(i int) string { return fmt.Sprintf("c%d int", i) }) + ")", []string{"54011"}},
		"most columns":        {"CREATE TABLE wide (" + list(1600, func(i int) string { return fmt.Sprintf("c%d int", i) }) + ")", []string{""}},
		"cross join sorted":   {"SELECT a.t, b.t FROM big a CROSS JOIN big b ORDER BY 1, 2", []string{"53400", "57014", "53200"}},
		"cross join grouped":  {"SELECT a.id + b.id * 20001, count(*) FROM big a CROSS JOIN big b GROUP BY 1", []string{"53400", "57014", "53200"}},
		"cross join counted":  {"SELECT count(*) FROM big a, big b, big c", []string{"57014"}},
		"joined by nothing":   {"SELECT count(*) FROM big a JOIN big b ON a.id % 2 = b.id % 2 JOIN big c ON c.id > b.id", []string{"57014", "53200", "53400"}},
		"endless recursion":   {"WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r", []string{"57014", "53200", "53400"}},
		"endless series":      {"SELECT count(*) FROM generate_series(1, 9000000000000000000)", []string{"57014"}},
		"large number":        {"SELECT 9::numeric ^ 99999999", []string{"22003", "57014"}},
		"catastrophic regexp": {"SELECT repeat('a', 5000) ~ '(a*)*(a*)*(a*)*b'", []string{"", "2201B", "57014", "0A000"}},
	} {
		began := time.Now()
		require.Contains(t, append(q.codes, "57014"), exec(q.sql), name) // the timeout, on a busy machine
		require.Less(t, time.Since(began), 60*time.Second, name)
		var n int
		require.NoError(t, c.QueryRow(t.Context(), `SELECT count(*) FROM big`).Scan(&n), "after %s", name)
		require.Equal(t, 20000, n)
	}
	require.Less(t, s.MaxRSS(t), int64(1)<<30, "most resident memory of the server")
}
