// Package bench loads real flights into Fasti and into PostgreSQL 15 on the same
// machine in the same run, and compares first the answers, then the times.
package bench

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/e2e/fastitest"
)

var reportFlag = flag.Bool("bench-report", false, "measure, and print a table; the environment variable FLIGHTS names the csv.gz to load")

// queries are what is compared and measured; %s is the table of flights.
var queries = []struct{ name, sql string }{
	{"count(*)", `SELECT count(*) FROM flights`},
	{"average delay by month", `SELECT date_trunc('month', ts), count(*), avg(delay) FROM flights GROUP BY 1 ORDER BY 1`},
	{"ten busiest origins", `SELECT origin, count(*) FROM flights GROUP BY origin ORDER BY count(*) DESC, origin LIMIT 10`},
	{"one hour", `SELECT count(*), max(delay) FROM flights WHERE ` + oneHour},
	{"join with airports, ten states", `SELECT a.state, count(*), avg(f.delay) FROM flights f JOIN airports a ON f.origin = a.iata GROUP BY a.state ORDER BY count(*) DESC, a.state LIMIT 10`},
	{"filter and sum", `SELECT count(*), sum(delay), avg(distance) FROM flights WHERE delay > 30 AND distance < 1000`},
	{"distinct pairs", `SELECT count(*) FROM (SELECT DISTINCT origin, destination FROM flights) d`},
	{"sort, the last ten", `SELECT delay, distance, origin FROM flights ORDER BY delay, distance, origin, destination, ts OFFSET (SELECT count(*) - 10 FROM flights)`},
	{"window, ranks by origin", `SELECT count(*), max(r), sum(r) FROM (SELECT rank() OVER (PARTITION BY origin ORDER BY delay) r FROM flights) w`},
}

const (
	oneHour      = `ts >= '2001-01-02 08:00' AND ts < '2001-01-02 09:00'`
	flights      = `(ts timestamp, delay int, distance int, origin text, destination text)`
	airports     = `(iata text PRIMARY KEY, name text, city text, state text, country text, latitude float8, longitude float8)`
	airportsFile = "../testdata/airports.csv"
)

// system is one of the two databases under test.
type system struct {
	name, dsn string
	conn      *pgx.Conn // simple protocol, one session for all queries
}

func newSystem(t *testing.T, name, dsn string) *system {
	config, err := pgx.ParseConfig(dsn)
	require.NoError(t, err)
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	conn, err := pgx.ConnectConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	})
	return &system{name, dsn, conn}
}

// start starts both systems: Fasti as a process with its data on disk, and
// PostgreSQL.
func start(t *testing.T) (*fastitest.Server, string, []*system) {
	data := t.TempDir()
	server := fastitest.Start(t, "--data", data)
	return server, data, []*system{newSystem(t, "Fasti", server.DSN()), newSystem(t, "PostgreSQL", fastitest.StartPostgres(t))}
}

// load makes a table and fills it from a csv file with psql's \copy, which is one
// COPY. It returns how long psql ran.
func (s *system) load(t *testing.T, table, columns, file string) time.Duration {
	t.Helper()
	s.exec(t, "CREATE TABLE "+table+" "+columns)
	start := time.Now()
	out, err := exec.CommandContext(t.Context(), "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", s.dsn,
		"-c", fmt.Sprintf(`\copy %s from '%s' with (format csv, header true)`, table, file)).CombinedOutput()
	took := time.Since(start)
	require.NoError(t, err, "%s: %s", s.name, out)
	return took
}

func (s *system) exec(t *testing.T, sql string) {
	t.Helper()
	_, err := s.conn.Exec(t.Context(), sql)
	require.NoError(t, err, "%s: %s", s.name, sql)
}

// rows returns the types (as OIDs) and the rows of a query in text form, one a
// line.
func (s *system) rows(t *testing.T, sql string) []string {
	t.Helper()
	results, err := s.conn.PgConn().Exec(t.Context(), sql).ReadAll()
	require.NoError(t, err, "%s: %s", s.name, sql)
	require.Len(t, results, 1)
	var oids []string
	for _, f := range results[0].FieldDescriptions {
		oids = append(oids, strconv.Itoa(int(f.DataTypeOID)))
	}
	lines := []string{strings.Join(oids, "\t")}
	for _, row := range results[0].Rows {
		var cells []string
		for _, v := range row {
			cells = append(cells, string(v))
		}
		lines = append(lines, strings.Join(cells, "\t"))
	}
	return lines
}

// unpack writes a csv.gz as a csv file of the test.
func unpack(t *testing.T, name string) string {
	t.Helper()
	in, err := os.Open(name)
	require.NoError(t, err)
	defer func() { require.NoError(t, in.Close()) }()
	z, err := gzip.NewReader(in)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "flights.csv")
	out, err := os.Create(path)
	require.NoError(t, err)
	_, err = io.Copy(out, z)
	require.NoError(t, err)
	require.NoError(t, out.Close())
	return path
}

// verify compares the systems' answers to every query, and what Fasti's system
// tables say about the shards of the table flights with the file it came from.
func verify(t *testing.T, systems []*system, file string) {
	t.Helper()
	fasti, postgres := systems[0], systems[1]
	for _, q := range queries {
		require.Equal(t, postgres.rows(t, q.sql), fasti.rows(t, q.sql), q.name)
	}

	var origin time.Time
	var shards int
	var width time.Duration
	err := fasti.conn.QueryRow(t.Context(), `SELECT origin, slice, shards FROM fasti.tables WHERE table_name = 'flights'`).Scan(&origin, &width, &shards)
	require.NoError(t, err)
	require.Equal(t, 15*time.Minute, width)
	want := sliceRows(t, file, origin, width)

	got := map[time.Time]int64{}
	rows, err := fasti.conn.Query(t.Context(), `SELECT range_start, range_end, rows FROM fasti.shards WHERE table_name = 'flights'`)
	require.NoError(t, err)
	var from, to time.Time
	var n, sum int64
	_, err = pgx.ForEachRow(rows, []any{&from, &to, &n}, func() error {
		require.Equal(t, width, to.Sub(from))
		got[from] += n
		sum += n
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, want, got, "a shard for each slice with rows, and for no other")
	require.Len(t, got, shards)
	require.Equal(t, fmt.Sprint(sum), fasti.rows(t, queries[0].sql)[1])

	var kept, known int
	plan := fasti.rows(t, "EXPLAIN SELECT count(*), max(delay) FROM flights WHERE "+oneHour)
	for _, line := range plan {
		_, _ = fmt.Sscanf(strings.TrimSpace(line), "Shards: %d of %d", &kept, &known)
	}
	require.Equal(t, shards, known, strings.Join(plan, "\n"))
	require.True(t, 4 <= kept && kept <= 5, "an hour meets four or five slices:\n%s", strings.Join(plan, "\n"))
}

// sliceRows counts the rows of a csv file by the start of their slice, which is
// origin + floor((ts - origin) / width) · width.
func sliceRows(t *testing.T, file string, origin time.Time, width time.Duration) map[time.Time]int64 {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	r := csv.NewReader(f)
	r.ReuseRecord = true
	_, err = r.Read() // the header
	require.NoError(t, err)
	counts := map[time.Time]int64{}
	for {
		record, err := r.Read()
		if err == io.EOF {
			return counts
		}
		require.NoError(t, err)
		ts, err := time.Parse(time.DateTime, record[0])
		require.NoError(t, err)
		offset := ts.Sub(origin) % width
		if offset < 0 {
			offset += width
		}
		counts[ts.Add(-offset)]++
	}
}

// TestBench: the answers to five queries over real flights equal PostgreSQL's, an
// hour is read from four or five shards, and the shards that are registered are
// those the data needs. With -bench-report it measures as well.
func TestBench(t *testing.T) {
	if *reportFlag {
		report(t)
		return
	}
	file := unpack(t, "../testdata/flights-100k.csv.gz")
	_, _, systems := start(t)
	for _, s := range systems {
		s.load(t, "flights", flights, file)
		s.load(t, "airports", airports, airportsFile)
	}
	verify(t, systems, file)
}
