package executor_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dejaq/fasti/executor"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/scan/scantest"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/planner"
	"github.com/dejaq/fasti/sql/parse"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// record is the connection string of a PostgreSQL 15: with it and -rewrite the
// expected results of testdata/postgres are taken from that server.
var record = flag.String("record", "", "connection string of a PostgreSQL 15 to record golden results from")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// database is a catalog and a store in memory, with a way to run statements.
type database struct {
	*scantest.Mem
	tables  map[string]*schema.Table
	options op.Options
}

func (d *database) Table(ns, name string) (*schema.Table, bool) {
	return d.tables[ns+"."+name], ns == "pg_catalog" || ns == "fasti"
}

func (d *database) CreateTable(_ context.Context, t schema.Table) (*schema.Table, error) {
	name := t.Namespace + "." + t.Name
	if d.tables[name] != nil {
		return nil, catalog.ErrTableExists
	}
	t.ID, t.KeyName = schema.TableID(len(d.tables)+1), t.Name+"_pkey"
	d.tables[name] = &t
	return &t, nil
}

func (d *database) Apply(_ context.Context, c *schema.Change) (*schema.Change, error) {
	for name, t := range d.tables {
		if slices.Contains(c.Drop, schema.ObjectID(t.ID)) {
			delete(d.tables, name)
		}
	}
	return c, nil
}

func (d *database) UpdateTable(_ context.Context, t *schema.Table) error {
	d.tables[t.Namespace+"."+t.Name] = t
	return nil
}

// run plans and executes one statement.
func (d *database) run(t testing.TB, sql string) (rows [][]vector.Datum, p *planner.Prepared, affected int64, err error) {
	st, err := parse.Parse(sql, parse.Options{})
	if err != nil {
		return nil, nil, 0, err
	}
	if p, err = planner.Plan(st[0].AST, planner.Options{Catalog: d}); err != nil {
		return nil, nil, 0, err
	}
	q := op.NewContext(context.Background(), d.options)
	defer q.Close()
	root, err := executor.Build(p.Plan, &executor.Env{Txn: d.Mem, Catalog: d, DB: d.Mem})
	if err != nil {
		return nil, nil, 0, err
	}
	mark := d.Mark()
	err = executor.Run(q, root, func(b *vector.Batch) error {
		rows = append(rows, vectortest.Rows(b)...)
		return nil
	})
	if err != nil {
		d.Rollback(mark)
	}
	require.Zero(t, q.Memory.Used(), sql)
	require.Zero(t, d.Open.Load(), "scans left open by %s", sql)
	return rows, p, executor.RowsAffected(root), err
}

// text runs a statement and prints what a client would see.
func (d *database) text(t testing.TB, sql string) string {
	rows, p, affected, err := d.run(t, sql)
	var e *sqlerr.Error
	switch {
	case errors.As(err, &e):
		return errorText(e.Code, e.Message, e.Detail, e.Hint)
	case err != nil:
		return "ERROR " + err.Error() + "\n"
	case p.Fields == nil:
		return fmt.Sprintf("%s %d\n", strings.Fields(p.Tag)[0], affected)
	}
	var lines []string
	for _, row := range rows {
		var fields []string
		for i, d := range row {
			if d.Null {
				fields = append(fields, "NULL")
				continue
			}
			fields = append(fields, quote(string(value.Append(nil, p.Fields[i].Type, d, value.Default()))))
		}
		lines = append(lines, strings.Join(fields, " "))
	}
	return sorted(sql, lines)
}

func errorText(code, message, detail, hint string) string {
	s := fmt.Sprintf("ERROR %s: %s\n", code, message)
	if detail != "" {
		s += "DETAIL: " + detail + "\n"
	}
	return s
}

func quote(s string) string {
	if s == "" || strings.ContainsAny(s, " \n") {
		return "'" + strings.ReplaceAll(s, "\n", "\\n") + "'"
	}
	return s
}

// sorted puts the lines of a result without ORDER BY into an order.
func sorted(sql string, lines []string) string {
	if !strings.Contains(strings.ToUpper(sql), "ORDER BY") {
		slices.Sort(lines)
	}
	if len(lines) == 0 {
		return "(no rows)\n"
	}
	return strings.Join(lines, "\n") + "\n"
}

// postgres runs a statement on a real server and prints it alike.
func postgres(t *testing.T, c *pgconn.PgConn, sql string) string {
	res, err := c.Exec(context.Background(), sql).ReadAll()
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return errorText(e.Code, e.Message, e.Detail, e.Hint)
	}
	require.NoError(t, err)
	r := res[0]
	if len(r.Rows) == 0 && !r.CommandTag.Select() && !strings.Contains(sql, "RETURNING") {
		return fmt.Sprintf("%s %d\n", strings.Fields(r.CommandTag.String())[0], r.CommandTag.RowsAffected())
	}
	var lines []string
	for _, row := range r.Rows {
		var fields []string
		for _, f := range row {
			if f == nil {
				fields = append(fields, "NULL")
			} else {
				fields = append(fields, quote(string(f)))
			}
		}
		lines = append(lines, strings.Join(fields, " "))
	}
	return sorted(sql, lines)
}

// TestSQL runs each file of testdata in databases of its own: one statement after
// the other, through parser, planner and executor over a store in memory. With
// every batch size, one worker and three, they give the same; and under
// testdata/postgres what PostgreSQL gave when the files were recorded. Commands:
//
//	sql       run the statement, print its rows or its tag, or the error
func TestSQL(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var server *pgconn.PgConn
		if *record != "" {
			if !strings.Contains(path, "postgres") {
				t.Skip("not recorded")
			}
			var err error
			server, err = pgconn.Connect(context.Background(), *record)
			require.NoError(t, err)
			defer server.Close(context.Background())
			postgres(t, server, "SET timezone = 'UTC'")
			postgres(t, server, "DROP SCHEMA IF EXISTS public CASCADE")
			postgres(t, server, "CREATE SCHEMA public")
		}
		var all []*database
		for _, rows := range []int{4096, 1, 3, 64} {
			for _, workers := range []int{1, 3} {
				d := &database{Mem: scantest.New(), tables: map[string]*schema.Table{}}
				d.options = op.Options{BatchRows: rows, Workers: workers, Now: time.Unix(1e9, 0), Clock: time.Unix(1e9, 0)}
				d.ShardRows, d.MorselRows = 7, 5
				all = append(all, d)
			}
		}
		datadriven.RunTest(t, path, func(t *testing.T, td *datadriven.TestData) string {
			if server != nil {
				return postgres(t, server, td.Input)
			}
			out := all[0].text(t, td.Input)
			for _, d := range all[1:] {
				require.Equal(t, out, d.text(t, td.Input), "%s\nwith batches of %d rows and %d workers", td.Input, d.options.BatchRows, d.options.Workers)
			}
			return out
		})
	})
}

func (d *database) NewIndexID(context.Context) (schema.TableID, error) { return 1, nil }
