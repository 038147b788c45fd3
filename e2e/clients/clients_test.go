// Package clients drives the real server with real clients: psql, pgx and lib/pq.
package clients

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/e2e/fastitest"
)

// psql runs a script and returns stdout and stderr as one.
func psql(t *testing.T, s *fastitest.Server, script string, args ...string) string {
	t.Helper()
	cmd := exec.Command("psql", append([]string{"-X", "-q", "-A", "-t", s.DSN()}, args...)...)
	cmd.Stdin = strings.NewReader(script)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return strings.TrimSpace(string(out))
}

// flightsCSV unpacks the 100,000 flights into a file of the test.
func flightsCSV(t *testing.T) string {
	t.Helper()
	f, err := os.Open("../testdata/flights-100k.csv.gz")
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	data, err := io.ReadAll(z)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "flights.csv")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

const createFlights = "CREATE TABLE flights(ts timestamp, delay int, distance int, origin text, destination text);"

// TestPsql is a newcomer's session: create, \copy, aggregate, join, explain, and
// copy out what was copied in.
func TestPsql(t *testing.T) {
	s := fastitest.Start(t, "--data", t.TempDir())
	path := flightsCSV(t)
	require.Equal(t, "COPY 100000", psql(t, s, createFlights+`
\set QUIET off
\copy flights from '`+path+`' with (format csv, header true)
`))

	require.Equal(t, "100000", psql(t, s, "SELECT count(*) FROM flights"))
	require.Equal(t, "LAX|3", psql(t, s, `SELECT origin, count(*) FROM flights WHERE ts >= '2001-01-02 08:00' AND ts < '2001-01-02 09:00' AND destination = 'SFO' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1`))

	plan := psql(t, s, "EXPLAIN SELECT * FROM flights WHERE ts >= '2001-01-02 08:00' AND ts < '2001-01-02 09:00'")
	var kept, known int
	for _, line := range strings.Split(plan, "\n") {
		_, _ = fmt.Sscanf(strings.TrimSpace(line), "Shards: %d of %d", &kept, &known)
	}
	require.LessOrEqual(t, kept, 5, plan)
	require.Greater(t, known, 500, plan)
	require.Equal(t, fmt.Sprintf("%d|100000", known), psql(t, s, "SELECT count(*), sum(rows) FROM fasti.shards WHERE table_name = 'flights'"))

	psql(t, s, `CREATE TABLE airports(iata text PRIMARY KEY, name text, city text, state text, country text, latitude float8, longitude float8);
\copy airports from '../testdata/airports.csv' with (format csv, header true)
`)
	require.Equal(t, "3376", psql(t, s, "SELECT count(*) FROM airports"))
	require.NotEmpty(t, psql(t, s, "SELECT a.state, count(*) FROM flights f JOIN airports a ON f.origin = a.iata GROUP BY 1 ORDER BY 2 DESC LIMIT 3"))

	in, err := os.ReadFile(path)
	require.NoError(t, err)
	out := psql(t, s, "COPY (SELECT * FROM flights ORDER BY ts, delay, distance, origin, destination) TO STDOUT WITH (FORMAT csv, HEADER)")
	require.Equal(t, sortedLines(string(in)), sortedLines(out), "what goes in comes out")
}

func sortedLines(s string) string {
	cmd := exec.Command("sort")
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.Stdin = strings.NewReader(strings.TrimSpace(s) + "\n")
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		return err.Error()
	}
	return out.String()
}

// TestPgx uses pgx as programs do: every type in text and binary, prepared
// statements, a batch, CopyFrom, and an error with its SQLSTATE.
func TestPgx(t *testing.T) {
	s := fastitest.Start(t, "--memory")
	ctx := t.Context()
	c := s.Connect(t)
	_, err := c.Exec(ctx, `CREATE TABLE v (id int8 PRIMARY KEY, b bool, i2 int2, i4 int4, f4 float4, f8 float8, n numeric(12,3),
		t text, vc varchar(5), d date, ts timestamp, tz timestamptz, iv interval, by bytea, u uuid)`)
	require.NoError(t, err)

	tz := time.Date(2026, 11, 24, 1, 2, 3, 4000, time.UTC)
	args := []any{
		int64(1), true, int16(-2), int32(1 << 30), float32(1.5), 2.25, "12.345", "häßlich", "abc",
		time.Date(2020, 2, 29, 0, 0, 0, 0, time.UTC), tz, tz, time.Hour + time.Microsecond,
		[]byte{0, 255},
		"00112233-4455-6677-8899-aabbccddeeff",
	}
	_, err = c.Exec(ctx, `INSERT INTO v VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)`, args...)
	require.NoError(t, err)

	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol} {
		var id int64
		var b bool
		var f8 float64
		var text, num string
		var ts time.Time
		var by []byte
		err := c.QueryRow(ctx, "SELECT id, b, f8, t, n::text, tz, by FROM v WHERE id = $1", mode, int64(1)).Scan(&id, &b, &f8, &text, &num, &ts, &by)
		require.NoError(t, err, "%v", mode)
		require.Equal(t, []any{int64(1), true, 2.25, "häßlich", "12.345", []byte{0, 255}}, []any{id, b, f8, text, num, by}, "%v", mode)
		require.True(t, tz.Equal(ts), "%v: %v", mode, ts)
	}

	batch := &pgx.Batch{}
	for i := range 10 {
		batch.Queue("INSERT INTO v (id, i4) VALUES ($1, $2)", int64(10+i), int32(i))
	}
	batch.Queue("SELECT count(*) FROM v")
	res := c.SendBatch(ctx, batch)
	for range 10 {
		tag, err := res.Exec()
		require.NoError(t, err)
		require.Equal(t, "INSERT 0 1", tag.String())
	}
	var n int64
	require.NoError(t, res.QueryRow().Scan(&n))
	require.EqualValues(t, 11, n)
	require.NoError(t, res.Close())

	rows := make([][]any, 5000)
	for i := range rows {
		rows[i] = []any{int64(1000 + i), float64(i) / 4, fmt.Sprint("row ", i), tz.Add(time.Duration(i) * time.Second)}
	}
	copied, err := c.CopyFrom(ctx, pgx.Identifier{"v"}, []string{"id", "f8", "t", "tz"}, pgx.CopyFromRows(rows))
	require.NoError(t, err)
	require.EqualValues(t, 5000, copied)
	var sum float64
	require.NoError(t, c.QueryRow(ctx, "SELECT sum(f8) FROM v WHERE id >= 1000").Scan(&sum))
	require.InDelta(t, 4999*5000/8.0, sum, 1e-6)

	_, err = c.Exec(ctx, "INSERT INTO v (id) VALUES (1)")
	var pg *pgconn.PgError
	require.ErrorAs(t, err, &pg)
	require.Equal(t, "23505", pg.Code)
	require.Equal(t, "Key (id)=(1) already exists.", pg.Detail)

	tx, err := c.Begin(ctx)
	require.NoError(t, err)
	_, err = tx.Exec(ctx, "DELETE FROM v WHERE id >= 1000")
	require.NoError(t, err)
	require.NoError(t, tx.QueryRow(ctx, "SELECT count(*) FROM v").Scan(&n))
	require.EqualValues(t, 11, n)
	require.NoError(t, tx.Rollback(ctx))
	require.NoError(t, c.QueryRow(ctx, "SELECT count(*) FROM v").Scan(&n))
	require.EqualValues(t, 5011, n)
}

// TestLibPQ uses database/sql with lib/pq: CopyIn inside a transaction, and a
// transaction that is rolled back.
func TestLibPQ(t *testing.T) {
	s := fastitest.Start(t, "--memory")
	db, err := sql.Open("postgres", s.DSN())
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	_, err = db.Exec("CREATE TABLE m (ts timestamptz NOT NULL, host text, v float8)")
	require.NoError(t, err)
	load := func(end func(*sql.Tx) error) {
		tx, err := db.Begin()
		require.NoError(t, err)
		//lint:ignore SA1019 programs in the field use it
		st, err := tx.Prepare(pq.CopyIn("m", "ts", "host", "v"))
		require.NoError(t, err)
		for i := range 1000 {
			_, err := st.Exec(time.Unix(int64(i), 0), fmt.Sprint("h", i%7), float64(i))
			require.NoError(t, err)
		}
		_, err = st.Exec()
		require.NoError(t, err)
		require.NoError(t, st.Close())
		require.NoError(t, end(tx))
	}
	count := func() (n int) {
		require.NoError(t, db.QueryRow("SELECT count(*) FROM m WHERE host <> $1", "none").Scan(&n))
		return n
	}
	load((*sql.Tx).Rollback)
	require.Zero(t, count())
	load((*sql.Tx).Commit)
	require.Equal(t, 1000, count())
	require.NoError(t, db.Ping())
}

// TestCancel cancels a running query by its context and goes on with a new
// connection; the server must not keep the old query.
func TestCancel(t *testing.T) {
	s := fastitest.Start(t, "--memory")
	c := s.Connect(t)
	_, err := c.Exec(t.Context(), "CREATE TABLE n (i int8 PRIMARY KEY); INSERT INTO n SELECT g FROM generate_series(1, 3000) g")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err = c.Exec(ctx, "SELECT count(*) FROM n a, n b, n c WHERE a.i + b.i + c.i = -1")
	require.Error(t, err)
	require.Less(t, time.Since(start), 10*time.Second)

	c = s.Connect(t)
	_, err = c.Exec(t.Context(), "SET statement_timeout = '200ms'")
	require.NoError(t, err)
	_, err = c.Exec(t.Context(), "SELECT count(*) FROM n a, n b, n c WHERE a.i + b.i + c.i = -1")
	var pg *pgconn.PgError
	require.ErrorAs(t, err, &pg)
	require.Equal(t, "57014", pg.Code)
	require.Equal(t, "canceling statement due to statement timeout", pg.Message)
	require.NoError(t, c.Ping(t.Context()))
}
