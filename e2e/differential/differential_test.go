package differential

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/e2e/fastitest"
	"github.com/dejaq/fasti/meta/types"
)

var (
	queries = flag.Int("queries", 1500, "how many queries to compare")
	seed    = flag.Uint64("seed", 1, "of the random numbers")
	spill   = flag.Bool("spill", false, "let Fasti use temporary files wherever it can")
)

// queriesPerSchema is how many queries the tables of one schema serve.
const queriesPerSchema = 100

func TestMain(m *testing.M) { fastitest.Main(m) }

// TestDifferential runs random queries on both servers and compares the results.
func TestDifferential(t *testing.T) {
	ours, theirs := connect(t, fastitest.Start(t, "--memory").DSN()), connect(t, fastitest.StartPostgres(t))
	_, err := theirs.Exec(t.Context(), "SET log_min_messages = panic; SET log_min_error_statement = panic").ReadAll()
	require.NoError(t, err)
	known := map[string]bool{}
	for _, row := range run(t, theirs, "SELECT proname FROM pg_proc UNION SELECT oprname FROM pg_operator").rows {
		known[row[0]] = true
	}
	if *spill {
		_, err := ours.Exec(t.Context(), "SET fasti.spill = on").ReadAll()
		require.NoError(t, err)
	}
	var compared, failed, open, differences int
	unsupported := map[string]int{}
	for n := 0; n < *queries; n += queriesPerSchema {
		r := rand.New(rand.NewPCG(*seed, uint64(n)))
		tables, statements := newSchema(r)
		for _, c := range []*pgconn.PgConn{ours, theirs} {
			for _, s := range statements {
				_, err := c.Exec(t.Context(), s).ReadAll()
				require.NoError(t, err, s)
			}
		}
		g := newGenerator(r, tables, known)
		for range min(queriesPerSchema, *queries-n) {
			q := g.query()
			want, got := run(t, theirs, q.sql), run(t, ours, q.sql)
			switch compare(q, &want, &got) {
			case same:
				compared++
				if want.code != "" {
					failed++
				}
			case undefined:
				open++
			case missing:
				unsupported[got.message]++
			case different:
				if differences++; differences <= 20 {
					t.Errorf("-- PostgreSQL: %s\n-- Fasti:      %s\n%s;\n%s;", want, got, strings.Join(used(statements, tables, q.sql), ";\n"), q.sql)
				}
			}
		}
		for _, c := range []*pgconn.PgConn{ours, theirs} {
			for _, table := range tables {
				_, err := c.Exec(t.Context(), "DROP TABLE "+table.name).ReadAll()
				require.NoError(t, err)
			}
		}
	}
	for message, n := range unsupported {
		t.Logf("%d times: %s", n, message)
	}
	t.Logf("%d queries gave the same, %d of them an error; %d may give either; %d differ", compared, failed, open, differences)
}

// used returns the statements for the tables that a query names.
func used(statements []string, tables []table, query string) (some []string) {
	for _, s := range statements {
		for _, t := range tables {
			if strings.Contains(query, t.name+" AS") && strings.Contains(s, " "+t.name+" (") {
				some = append(some, s)
			}
		}
	}
	return some
}

func connect(t *testing.T, dsn string) *pgconn.PgConn {
	config, err := pgconn.ParseConfig(dsn)
	require.NoError(t, err)
	config.RuntimeParams["timezone"] = "UTC"
	config.RuntimeParams["statement_timeout"] = "20s"
	c, err := pgconn.ConnectConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = c.Close(ctx)
	})
	return c
}

// result is what a server answered.
type result struct {
	code, message string
	oids          []uint32
	rows          [][]string // "NULL" for NULL
	from          int        // the first row to show
}

// data reports whether r is an error that values cause. PostgreSQL has one under
// a code of another class.
func (r result) data() bool {
	return strings.HasPrefix(r.code, "22") || r.code == "0A000" && strings.HasPrefix(r.message, "cannot convert")
}

func (r result) String() string {
	if r.code != "" {
		return "error " + r.code + " " + r.message
	}
	shown := r.rows[min(r.from, len(r.rows)):]
	more := ""
	if len(shown) > 8 {
		shown, more = shown[:8], " …"
	}
	return fmt.Sprintf("%d rows %v%s", len(r.rows), shown, more)
}

func run(t *testing.T, c *pgconn.PgConn, sql string) (r result) {
	results, err := c.Exec(t.Context(), sql).ReadAll()
	var e *pgconn.PgError
	switch {
	case errors.As(err, &e):
		return result{code: e.Code, message: e.Message}
	case err != nil:
		require.NoError(t, err, sql)
	}
	for _, f := range results[0].FieldDescriptions {
		r.oids = append(r.oids, f.DataTypeOID)
	}
	for _, row := range results[0].Rows {
		values := make([]string, len(row))
		for i, v := range row {
			if values[i] = string(v); v == nil {
				values[i] = "NULL"
			}
		}
		r.rows = append(r.rows, values)
	}
	return r
}

type verdict int

const (
	same verdict = iota
	undefined
	missing // Fasti says that it cannot
	different
)

// compare says what to think of two results; they show the first row that differs.
func compare(q output, want, got *result) verdict {
	if want.code != "" || got.code != "" {
		w, g := want.data(), got.data()
		switch {
		case want.code == got.code, w && g:
			return same
		case q.unsure && (w && got.code == "" || want.code == "" && g):
			return undefined
		case got.code == "0A000":
			return missing
		}
		return different
	}
	if !slices.Equal(want.oids, got.oids) || len(want.rows) != len(got.rows) {
		return different
	}
	if !q.ordered {
		for _, rows := range [][][]string{want.rows, got.rows} {
			slices.SortFunc(rows, func(a, b []string) int { return slices.Compare(keys(q, a), keys(q, b)) })
		}
	}
	for i := range want.rows {
		for c, a := range want.rows[i] {
			if b := got.rows[i][c]; a != b && !(q.types[c] == types.Float8 && near(a, b)) {
				want.from, got.from = i, i
				return different
			}
		}
	}
	return same
}

// keys returns a row with floats rounded, so that rows of both sides sort alike.
func keys(q output, row []string) []string {
	k := slices.Clone(row)
	for i, t := range q.types {
		if t == types.Float8 {
			if f, err := strconv.ParseFloat(k[i], 64); err == nil {
				k[i] = strconv.FormatFloat(f, 'g', 9, 64)
			}
		}
	}
	return k
}

// near reports whether two floats are the same but for rounding: to 12 digits, or
// both nothing (the variance of equal values).
func near(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && (x == y || math.Abs(x-y) <= max(1e-12*max(math.Abs(x), math.Abs(y)), 1e-25))
}
