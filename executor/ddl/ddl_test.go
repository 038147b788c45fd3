package ddl_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/ddl"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/executor/scan/scantest"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// world records what is asked of catalog and store, and answers with err.
type world struct {
	*scantest.Mem
	log []string
	err map[string]error // by the word of the log entry; each once
}

func (w *world) did(what string, args ...any) error {
	w.log = append(w.log, fmt.Sprint(append([]any{what, " "}, args...)...))
	err := w.err[what]
	delete(w.err, what)
	return err
}

func (w *world) CreateTable(_ context.Context, t schema.Table) (*schema.Table, error) {
	return &t, w.did("create", t.Name)
}

func (w *world) UpdateTable(_ context.Context, t *schema.Table) error { return w.did("update", t.Name) }

func (w *world) Truncate(_ context.Context, t *schema.Table) error { return w.did("truncate", t.Name) }

type catalogHalf struct{ *world }

func (c catalogHalf) Apply(_ context.Context, x *schema.Change) (*schema.Change, error) {
	return x, c.did("apply", x.Drop)
}

type storeHalf struct{ *world }

func (s storeHalf) DropTable(_ context.Context, id schema.TableID) error { return s.did("remove", id) }

var table = &schema.Table{ID: 7, Namespace: "public", Name: "t", Time: -1, Columns: []schema.Column{{ID: 1, Name: "a", Type: types.Of(types.Int4)}}}

// Each statement asks for the right things in the right order, and the catalog's
// errors become PostgreSQL's.
func TestStatements(t *testing.T) {
	for name, c := range map[string]struct {
		make func(w *world) op.Operator
		err  map[string]error
		log  []string
		want string // the error
		note string
	}{
		"create": {
			make: func(w *world) op.Operator {
				return ddl.CreateTable(catalogHalf{w}, &physical.CreateTable{Table: table})
			},
			log: []string{"create t"},
		},
		"create twice": {
			make: func(w *world) op.Operator {
				return ddl.CreateTable(catalogHalf{w}, &physical.CreateTable{Table: table})
			},
			err: map[string]error{"create": fmt.Errorf("x: %w", catalog.ErrTableExists)}, log: []string{"create t"},
			want: `relation "t" already exists (SQLSTATE 42P07)`,
		},
		"create if not exists": {
			make: func(w *world) op.Operator {
				return ddl.CreateTable(catalogHalf{w}, &physical.CreateTable{Table: table, IfNotExists: true})
			},
			err: map[string]error{"create": catalog.ErrTableExists}, log: []string{"create t"}, note: `relation "t" already exists, skipping`,
		},
		"create in no schema": {
			make: func(w *world) op.Operator {
				return ddl.CreateTable(catalogHalf{w}, &physical.CreateTable{Table: table, IfNotExists: true})
			},
			err: map[string]error{"create": catalog.ErrNoNamespace}, log: []string{"create t"}, want: `schema "public" does not exist (SQLSTATE 3F000)`,
		},
		"drop": {
			make: func(w *world) op.Operator {
				return ddl.Change(catalogHalf{w}, storeHalf{w}, &physical.Change{Change: &schema.Change{Drop: []schema.ObjectID{7, 8}}, Rows: []schema.TableID{7}}, nil)
			},
			log: []string{"apply [7 8]", "remove 7"},
		},
		"drop of an outdated plan": {
			make: func(w *world) op.Operator {
				return ddl.Change(catalogHalf{w}, storeHalf{w}, &physical.Change{Change: &schema.Change{Drop: []schema.ObjectID{7}}, Rows: []schema.TableID{7}}, nil)
			},
			err: map[string]error{"apply": catalog.ErrChanged}, log: []string{"apply [7]"}, want: `could not serialize access due to concurrent update (SQLSTATE 40001)`,
		},
		"truncate": {
			make: func(w *world) op.Operator {
				return ddl.Truncate(storeHalf{w}, &physical.Truncate{Tables: []*schema.Table{table}})
			},
			log: []string{"truncate t"},
		},
		"truncate fails": {
			make: func(w *world) op.Operator {
				return ddl.Truncate(storeHalf{w}, &physical.Truncate{Tables: []*schema.Table{table}})
			},
			err: map[string]error{"truncate": errors.New("no leader")}, log: []string{"truncate t"}, want: "no leader",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{Mem: scantest.New(), err: c.err}
			var note string
			q := optest.Context(t, op.Options{Notice: func(e *sqlerr.Error) { note = e.Message }})
			rows, err := optest.Drain(q, c.make(w))
			if c.want != "" {
				require.EqualError(t, err, c.want)
			} else {
				require.NoError(t, err)
			}
			require.Empty(t, rows)
			require.Equal(t, c.log, w.log)
			require.Equal(t, c.note, note)
		})
	}
}

// create_hypertable changes an empty table, also one that once had rows; one
// with rows only if that changes nothing and IF NOT EXISTS is said. Its result is
// TimescaleDB's, as columns or as one text.
func TestCreateHypertable(t *testing.T) {
	field := func(name string, id types.ID) physical.Field { return physical.Field{Name: name, Type: types.Of(id)} }
	record := []physical.Field{field("create_hypertable", types.Text)}
	full := []physical.Field{field("hypertable_id", types.Int4), field("schema_name", types.Name), field("table_name", types.Name), field("created", types.Bool)}
	shards := fmt.Errorf("update: %w", catalog.ErrHasShards)
	for name, c := range map[string]struct {
		rows     bool
		ifNot    bool
		err      error // of the first update
		out      []physical.Field
		log      []string
		want     string
		failWith string
	}{
		"empty":             {out: record, log: []string{"update t"}, want: "0 0 [0 0] \"(7,public,t,t)\"|"},
		"columns":           {out: full, log: []string{"update t"}, want: `7 0 [0 0] ""|0 0 [0 0] "public"|0 0 [0 0] "t"|1 0 [0 0] ""|`},
		"emptied":           {err: shards, out: record, log: []string{"update t", "truncate t", "update t"}, want: "0 0 [0 0] \"(7,public,t,t)\"|"},
		"rows":              {rows: true, out: record, failWith: `table "t" is not empty (SQLSTATE 0A000)`},
		"rows, changed":     {rows: true, ifNot: true, err: shards, out: record, log: []string{"update t"}, failWith: `table "t" is not empty (SQLSTATE 0A000)`},
		"rows, not changed": {rows: true, ifNot: true, out: record, log: []string{"update t"}, want: "0 0 [0 0] \"(7,public,t,f)\"|"},
		"changed meanwhile": {err: catalog.ErrChanged, out: record, log: []string{"update t"}, failWith: "could not serialize access due to concurrent update (SQLSTATE 40001)"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{Mem: scantest.New(), err: map[string]error{}}
			if c.err != nil {
				w.err["update"] = c.err
			}
			if c.rows {
				b := vectortest.Batch([]vector.Kind{vector.Int32}, [][]vector.Datum{{vector.IntDatum(1)}})
				require.NoError(t, w.Insert(context.Background(), table, b))
			}
			o := ddl.CreateHypertable(catalogHalf{w}, storeHalf{w}, w.Mem, &physical.CreateHypertable{Table: table, IfNotExists: c.ifNot, Out: c.out})
			rows, err := optest.Drain(optest.Context(t, op.Options{}), o)
			require.Equal(t, c.log, w.log)
			if c.failWith != "" {
				require.EqualError(t, err, c.failWith)
				return
			}
			require.NoError(t, err)
			require.Equal(t, []string{c.want}, vectortest.Text(rows))
			require.Zero(t, w.Open.Load())
		})
	}
}

func (catalogHalf) NewIndexID(context.Context) (schema.TableID, error) { return 1, nil }
