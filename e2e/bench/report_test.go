package bench

import (
	"cmp"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	loads = 3 // of the flights into each system; the last one stays for the queries
	runs  = 6 // of each query on each system; the first one warms up and does not count
)

// report measures COPY and the queries on both systems, in turns, and prints the
// medians as a table. PostgreSQL is configured as initdb leaves it and has no
// index on the flights, but it is vacuumed and analyzed before the queries.
func report(t *testing.T) {
	name := cmp.Or(os.Getenv("FLIGHTS"), "../testdata/flights-100k.csv.gz")
	file := unpack(t, name)
	server, data, systems := start(t)
	fasti, postgres := systems[0], systems[1]

	took := make([][]time.Duration, len(systems))
	for range loads {
		for i, s := range systems {
			s.exec(t, "DROP TABLE IF EXISTS flights")
			took[i] = append(took[i], s.load(t, "flights", flights, file))
		}
	}
	for _, s := range systems {
		s.load(t, "airports", airports, airportsFile)
	}
	for _, s := range systems {
		s.exec(t, "VACUUM (ANALYZE)")
	}
	verify(t, systems, file)

	var rows int64
	require.NoError(t, fasti.conn.QueryRow(t.Context(), "SELECT count(*) FROM flights").Scan(&rows))
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %d rows\n\n| | Fasti | PostgreSQL 15 | Fasti / PostgreSQL |\n| --- | ---: | ---: | ---: |\n", filepath.Base(name), rows)
	line := func(what, unit string, fasti, postgres float64) {
		fmt.Fprintf(&b, "| %s | %s %s | %s %s | %.2g |\n", what, number(fasti), unit, number(postgres), unit, fasti/postgres)
	}
	rate := func(d time.Duration) float64 { return float64(rows) / d.Seconds() }
	line(fmt.Sprintf("COPY, median of %d", loads), "rows/s", rate(median(took[0])), rate(median(took[1])))

	product := 1.0
	for _, q := range queries {
		took := make([][]time.Duration, len(systems))
		for run := range runs {
			for i, s := range systems {
				start := time.Now()
				s.rows(t, q.sql)
				if run > 0 {
					took[i] = append(took[i], time.Since(start))
				}
			}
		}
		line(fmt.Sprintf("%s, median of %d", q.name, runs-1), "ms", millis(median(took[0])), millis(median(took[1])))
		product *= float64(median(took[1])) / float64(median(took[0]))
	}
	fmt.Fprintf(&b, "| geometric mean of the queries, PostgreSQL / Fasti | | | %.2g |\n", math.Pow(product, 1/float64(len(queries))))

	var table, pgTable int64
	require.NoError(t, fasti.conn.QueryRow(t.Context(), "SELECT bytes FROM fasti.tables WHERE table_name = 'flights'").Scan(&table))
	require.NoError(t, postgres.conn.QueryRow(t.Context(), "SELECT pg_total_relation_size('flights')").Scan(&pgTable))
	line("size of the table", "MiB", mib(table), mib(pgTable))
	var pgData string
	require.NoError(t, postgres.conn.QueryRow(t.Context(), "SHOW data_directory").Scan(&pgData))
	line("data directory with logs", "MiB", mib(diskBytes(t, data)), mib(diskBytes(t, pgData)))
	fmt.Fprintf(&b, "| peak resident memory of the server | %s MiB | | |\n", number(mib(server.MaxRSS(t))))
	fmt.Fprintf(&b, "\nMore is better for COPY, less for everything else. All COPYs, in order: Fasti %v, PostgreSQL %v\n", took[0], took[1])
	_, err := fmt.Fprintf(os.Stdout, "\n%s\n", &b) // not t.Log, which indents
	require.NoError(t, err)
}

func median(d []time.Duration) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[len(d)/2]
}

func millis(d time.Duration) float64 { return d.Seconds() * 1000 }

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// number prints three significant digits, or all before the point.
func number(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// diskBytes adds up what the files below a folder occupy, holes left out.
func diskBytes(t *testing.T, dir string) (bytes int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if os.IsNotExist(err) {
			return nil // removed meanwhile, by a compaction or a checkpoint
		}
		if err == nil {
			bytes += info.Sys().(*syscall.Stat_t).Blocks * 512
		}
		return err
	})
	require.NoError(t, err)
	return bytes
}
