package planner

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/parse"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// record is the connection string of a PostgreSQL 15 server: with it the tests
// ask the server anew and rewrite what they compare with.
var record = flag.String("record", "", "connection string of a PostgreSQL 15 to record golden results from")

// testCatalog is a catalog of tables by "namespace.name".
type testCatalog struct {
	tables map[string]*schema.Table
	nextID schema.TableID
}

func (c *testCatalog) Table(ns, name string) (*schema.Table, bool) {
	t := c.tables[ns+"."+name]
	return t, ns == "pg_catalog" || ns == "fasti"
}

func (c *testCatalog) add(t *schema.Table) {
	c.nextID++
	n := *t
	n.ID, n.Version = c.nextID, 1
	c.tables[t.Namespace+"."+t.Name] = &n
}

// newCatalog has the tables of testdata/schema.sql and one system table.
func newCatalog(t testing.TB) *testCatalog {
	t.Helper()
	c := &testCatalog{tables: map[string]*schema.Table{}}
	for _, sql := range statements(t, "testdata/schema.sql") {
		p, err := planText(sql, Options{Catalog: c})
		require.NoError(t, err, sql)
		c.add(p.Plan.(*physical.CreateTable).Table)
	}
	c.add(&schema.Table{Namespace: "pg_catalog", Name: "pg_class", Time: -1, Partitions: 1, Columns: []schema.Column{
		{ID: 1, Name: "oid", Type: types.Of(types.OID), NotNull: true}, {ID: 2, Name: "relname", Type: types.Of(types.Name), NotNull: true},
	}})
	return c
}

// statements reads one statement a line; # begins a comment line.
func statements(t testing.TB, file string) []string {
	t.Helper()
	src, err := os.ReadFile(file)
	require.NoError(t, err)
	var out []string
	for line := range strings.Lines(string(src)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}

// planText parses and plans one statement.
func planText(sql string, o Options) (*Prepared, error) {
	st, err := parse.Parse(sql, parse.Options{})
	if err != nil {
		return nil, err
	}
	if len(st) != 1 {
		return nil, fmt.Errorf("%d statements", len(st))
	}
	return Plan(st[0].AST, o)
}

// describeError prints what a client sees of an error.
func describeError(code, msg, detail, hint string, pos int) string {
	s := "  error " + code
	if pos > 0 {
		s += fmt.Sprintf(" at %d", pos)
	}
	s += ": " + msg + "\n"
	if detail != "" {
		s += "  detail: " + detail + "\n"
	}
	if hint != "" {
		s += "  hint: " + hint + "\n"
	}
	return s
}

// describe prints what a client learns of a statement before it is executed:
// the types of parameters, the names and types of fields; or the error.
func describe(sql string, o Options) string {
	p, err := planText(sql, o)
	var e *sqlerr.Error
	if errors.As(err, &e) {
		return describeError(e.Code, e.Message, e.Detail, e.Hint, e.Pos)
	}
	if err != nil {
		return "  " + err.Error() + "\n"
	}
	var params []string
	for _, t := range p.Params {
		params = append(params, types.Of(t.ID).String())
	}
	s := ""
	if len(params) > 0 {
		s = "  params: " + strings.Join(params, ", ") + "\n"
	}
	for _, f := range p.Fields {
		s += "  " + f.Name + " " + f.Type.String() + "\n"
	}
	if p.Copy != nil || p.DDL {
		return ""
	}
	return s
}

// describePostgres is describe on the server; utility statements run in a
// transaction that is rolled back.
func describePostgres(t *testing.T, conn *pgconn.PgConn, sql string) string {
	ctx := context.Background()
	name := func(oid uint32, mod int32) string {
		if ty, ok := types.ByOID(oid); ok {
			ty.Mod = mod
			return ty.String()
		}
		return fmt.Sprintf("oid %d", oid)
	}
	fail := func(err error) string {
		var e *pgconn.PgError
		require.True(t, errors.As(err, &e), "%s: %v", sql, err)
		return describeError(e.Code, e.Message, e.Detail, e.Hint, int(e.Position))
	}
	word := strings.ToLower(strings.Fields(sql)[0])
	if word == "create" || word == "drop" || word == "truncate" || word == "copy" {
		_, err := conn.Exec(ctx, "begin").ReadAll()
		require.NoError(t, err)
		_, err = conn.Exec(ctx, sql).ReadAll()
		_, rerr := conn.Exec(ctx, "rollback").ReadAll()
		require.NoError(t, rerr)
		if err != nil {
			return fail(err)
		}
		return ""
	}
	d, err := conn.Prepare(ctx, "", sql, nil)
	if err != nil {
		return fail(err)
	}
	s := ""
	if len(d.ParamOIDs) > 0 {
		var params []string
		for _, o := range d.ParamOIDs {
			params = append(params, name(o, -1))
		}
		s = "  params: " + strings.Join(params, ", ") + "\n"
	}
	for _, f := range d.Fields {
		s += "  " + f.Name + " " + name(f.DataTypeOID, f.TypeModifier) + "\n"
	}
	return s
}

// What the binder says of a statement is what PostgreSQL 15 says: types of
// parameters, names and types of fields, and for wrong ones SQLSTATE, message,
// detail, hint and position. testdata/postgres.golden has the server's answers to
// testdata/postgres.sql.
func TestDescribeLikePostgres(t *testing.T) {
	const golden = "testdata/postgres.golden"
	sqls := statements(t, "testdata/postgres.sql")
	if *record != "" {
		conn, err := pgconn.Connect(context.Background(), *record)
		require.NoError(t, err)
		defer conn.Close(context.Background())
		var b strings.Builder
		for _, sql := range append([]string{"drop schema public cascade", "create schema public"}, statements(t, "testdata/schema.sql")...) {
			if i := strings.Index(sql, " with ("); i > 0 {
				sql = sql[:i]
			}
			_, err := conn.Exec(context.Background(), sql).ReadAll()
			require.NoError(t, err, sql)
		}
		for _, sql := range sqls {
			fmt.Fprintf(&b, "%s\n%s", sql, describePostgres(t, conn, sql))
		}
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	src, err := os.ReadFile(golden)
	require.NoError(t, err, "record it with -record")
	want := map[string]string{}
	var at string
	for line := range strings.Lines(string(src)) {
		if strings.HasPrefix(line, "  ") {
			want[at] += line
		} else {
			at = strings.TrimSuffix(line, "\n")
			want[at] = ""
		}
	}
	c := newCatalog(t)
	for _, sql := range sqls {
		w, ok := want[sql]
		if !ok {
			t.Errorf("%s: not recorded", sql)
			continue
		}
		if got := describe(sql, Options{Catalog: c, Database: "fasti"}); got != w {
			t.Errorf("%s\ngot:\n%swant:\n%s", sql, got, w)
		}
	}
}
