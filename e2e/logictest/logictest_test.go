package logictest

import (
	"context"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/e2e/fastitest"
)

var recordFlag = flag.Bool("record", false, "write the results of PostgreSQL 15 into the files")

var filesFlag = flag.String("files", "*", "pattern of the names of the files to run or to record, without .slt")

func files(t *testing.T) []string {
	list, err := filepath.Glob("testdata/" + *filesFlag + ".slt")
	require.NoError(t, err)
	require.NotEmpty(t, list)
	return list
}

// configurations are the ways in which every file is run, by name: start-up
// parameters of the connection.
var configurations = map[string]map[string]string{
	"default": {},
	"batch=3": {"fasti.batch_rows": "3"}, // every operator meets the borders of batches
	"spill":   {"fasti.spill": "on"},     // nothing stays in memory that need not
}

// TestFiles runs every file on a fresh Fasti in every configuration and compares
// each outcome with the recorded one.
func TestFiles(t *testing.T) {
	total := 0
	for _, file := range files(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".slt")
		for configuration, parameters := range configurations {
			t.Run(name+"/"+configuration, func(t *testing.T) { total += runFile(t, file, parameters) })
		}
	}
	t.Logf("%d records", total)
}

// runFile returns how many records it ran.
func runFile(t *testing.T, file string, parameters map[string]string) (total int) {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	records, err := parse(string(text))
	require.NoError(t, err)
	s := fastitest.Start(t, "--memory")
	c := connect(t, s.DSN(), parameters)
	for i := range records {
		r := &records[i]
		if r.line == 0 {
			continue
		}
		total++
		got, err := run(t.Context(), c, r)
		require.NoError(t, err, "%s:%d: %s", file, r.line, r.sql)
		if !r.expect.same(got) {
			t.Errorf("%s:%d: %s\nwant %s\ngot  %s", file, r.line, r.sql, r.expect, got)
		}
	}
	return total
}

// TestRecord writes what PostgreSQL 15 answers into the files; with -record only.
// -run TestRecord/NAME records one file.
func TestRecord(t *testing.T) {
	if !*recordFlag {
		t.Skip("writes files; run by make slt-record")
	}
	dsn := fastitest.StartPostgres(t)
	for _, file := range files(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".slt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			records, err := parse(string(text))
			require.NoError(t, err, file)
			c := connect(t, dsn, nil)
			_, err = c.Exec(t.Context(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public").ReadAll()
			require.NoError(t, err)
			for i := range records {
				r := &records[i]
				if r.line == 0 || r.fastiOnly {
					continue
				}
				r.expect, err = run(t.Context(), c, r)
				require.NoError(t, err, "%s:%d", file, r.line)
			}
			require.NoError(t, os.WriteFile(file, []byte(format(records)), 0o644))
		})
	}
}

// TestFormat: format and parse are inverse on the files there are.
func TestFormat(t *testing.T) {
	for _, file := range files(t) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		records, err := parse(string(text))
		require.NoError(t, err)
		require.Equal(t, string(text), format(records), file)
	}
}

func connect(t *testing.T, dsn string, parameters map[string]string) *pgconn.PgConn {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	config, err := pgconn.ParseConfig(dsn)
	require.NoError(t, err)
	config.RuntimeParams["timezone"] = "UTC"
	maps.Copy(config.RuntimeParams, parameters)
	c, err := pgconn.ConnectConfig(ctx, config)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

// Recorded floats accept another last digit and nothing else.
func TestSame(t *testing.T) {
	o := outcome{types: []string{"float8", "text"}, rows: []string{"1.8547236990991407\t1"}}
	for row, want := range map[string]bool{
		"1.8547236990991405\t1": true, "1.85472369\t1": false, "1.8547236990991407\t1.0": false, "NULL\t1": false,
	} {
		require.Equal(t, want, o.same(outcome{types: o.types, rows: []string{row}}), row)
	}
}
