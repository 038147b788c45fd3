// Package ddl holds the operators that change what tables there are. Each does
// its work in the first call of Next and, but for create_hypertable, gives no
// rows. A change of the catalog is in force at once and for every session, also
// inside a transaction block.
package ddl

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/scan"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Catalog changes descriptors, as *catalog.Catalog does.
type Catalog interface {
	CreateTable(ctx context.Context, t schema.Table) (*schema.Table, error)
	UpdateTable(ctx context.Context, t *schema.Table) error
	// NewIndexID returns an id for an index.
	NewIndexID(ctx context.Context) (schema.TableID, error)
	// Apply makes a change and returns it with the ids that it was given.
	Apply(ctx context.Context, c *schema.Change) (*schema.Change, error)
}

// DB removes the rows of whole tables.
type DB interface {
	// DropTable removes the rows of a table that the catalog no longer has.
	DropTable(ctx context.Context, id schema.TableID) error
	// Truncate removes the rows of a table.
	Truncate(ctx context.Context, t *schema.Table) error
	// BuildIndex makes the entries of an index that t does not have yet, and then calls
	// publish.
	BuildIndex(ctx context.Context, t *schema.Table, x schema.Index, publish func(since schema.Timestamp) error) error
}

// statement is an operator that does something once.
type statement struct {
	do   func(q *op.Context) (*vector.Batch, error)
	q    *op.Context
	done bool
}

func (s *statement) Open(q *op.Context) error {
	s.q = q
	return q.Check()
}

func (s *statement) Next() (*vector.Batch, error) {
	if s.done {
		return nil, nil
	}
	s.done = true
	b, err := s.do(s.q)
	return b, s.q.Explain(err)
}

func (s *statement) Close() error { return nil }

// CreateTable returns the operator of CREATE TABLE.
func CreateTable(c Catalog, n *physical.CreateTable) op.Operator {
	return &statement{do: func(q *op.Context) (*vector.Batch, error) {
		_, err := c.CreateTable(q.Go, *n.Table)
		if errors.Is(err, catalog.ErrTableExists) && n.IfNotExists {
			q.Note(sqlerr.DuplicateTable, "relation \"%s\" already exists, skipping", n.Table.Name)
			return nil, nil
		}
		return nil, Error(err, n.Table)
	}}
}

// Truncate returns the operator of TRUNCATE.
func Truncate(db DB, n *physical.Truncate) op.Operator {
	return &statement{do: func(q *op.Context) (*vector.Batch, error) {
		for _, t := range n.Tables {
			if err := db.Truncate(q.Go, t); err != nil {
				return nil, Error(err, t)
			}
		}
		return nil, nil
	}}
}

// CreateHypertable returns the operator of create_hypertable: an existing, empty
// table gets new options. Its one row is TimescaleDB's, of whose columns it
// fills those that the plan names.
func CreateHypertable(c Catalog, db DB, rows scan.Store, n *physical.CreateHypertable) op.Operator {
	t := n.Table
	return &statement{do: func(q *op.Context) (*vector.Batch, error) {
		some, err := hasRows(q, rows, t)
		if err != nil {
			return nil, err
		}
		if some && !n.IfNotExists {
			return nil, notEmpty(t)
		}
		err = c.UpdateTable(q.Go, t)
		switch {
		case !errors.Is(err, catalog.ErrHasShards):
		case some:
			return nil, notEmpty(t)
		default:
			// Shards whose rows are gone were cut by the old options.
			if err := db.Truncate(q.Go, t); err != nil {
				return nil, Error(err, t)
			}
			err = c.UpdateTable(q.Go, t)
		}
		if err != nil {
			return nil, Error(err, t)
		}
		if some {
			q.Note(sqlerr.DuplicateTable, "table \"%s\" is already a hypertable, skipping", t.Name)
		}
		return hypertableRow(n, !some)
	}}
}

func notEmpty(t *schema.Table) error {
	return sqlerr.New(sqlerr.FeatureNotSupported, "table \"%s\" is not empty", t.Name).
		WithHint("Create the hypertable before inserting data.")
}

// hypertableRow is TimescaleDB's result: of the function in FROM its columns, in
// the select list one record, as text.
func hypertableRow(n *physical.CreateHypertable, created bool) (*vector.Batch, error) {
	id, ns, name := vector.IntDatum(int64(n.Table.ID)), n.Table.Namespace, n.Table.Name
	kinds := make([]vector.Kind, len(n.Out))
	row := make([]vector.Datum, len(n.Out))
	for i, f := range n.Out {
		kinds[i] = vector.KindOf(f.Type)
		switch f.Name {
		case "hypertable_id":
			row[i] = id
		case "schema_name":
			row[i] = vector.StringDatum(ns)
		case "table_name":
			row[i] = vector.StringDatum(name)
		case "created":
			row[i] = vector.BoolDatum(created)
		default:
			row[i] = vector.StringDatum(fmt.Sprintf("(%d,%s,%s,%.1s)", id.I, field(ns), field(name), strconv.FormatBool(created)))
		}
	}
	out := vector.NewBuilder(kinds...)
	if err := out.AppendDatums(row); err != nil {
		return nil, err
	}
	return out.Batch(), nil
}

// field quotes a name as record_out does.
func field(s string) string {
	if s != "" && !strings.ContainsAny(s, "(),\"\\ \t\n\v\f\r") {
		return s
	}
	return `"` + strings.NewReplacer(`"`, `""`, `\`, `\\`).Replace(s) + `"`
}

// hasRows reports whether the transaction sees a row of t.
func hasRows(q *op.Context, store scan.Store, t *schema.Table) (bool, error) {
	source := scan.NewSource(store, &physical.Scan{Table: t})
	s, err := scan.New(source, true)
	if err != nil {
		return false, err
	}
	defer s.Close()
	if err := s.Open(q); err != nil {
		return false, err
	}
	b, err := s.Next()
	return b != nil, err
}

// Error maps the errors of the catalog about t to what the client sees.
func Error(err error, t *schema.Table) error {
	var e *sqlerr.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, catalog.ErrTableExists):
		e = sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists", t.Name)
	case errors.Is(err, catalog.ErrNoTable):
		e = sqlerr.New(sqlerr.UndefinedTable, "table \"%s\" does not exist", t.Name)
	case errors.Is(err, catalog.ErrNoNamespace):
		e = sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", t.Namespace)
	case errors.Is(err, catalog.ErrHasShards):
		e = sqlerr.New(sqlerr.FeatureNotSupported, "table \"%s\" is not empty", t.Name)
	case errors.Is(err, catalog.ErrChanged):
		e = sqlerr.New(sqlerr.SerializationFailure, "could not serialize access due to concurrent update")
	case errors.Is(err, schema.ErrInvalid):
		e = sqlerr.New(sqlerr.InvalidTableDefinition, "%v", err)
	default:
		return err
	}
	e.Cause = err
	return e
}
