package ddl

import (
	"errors"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/write"
	"github.com/dejaq/fasti/kv/txn"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// CreateIndex returns the operator of CREATE INDEX: first the entries, then the
// descriptor, so that an index which can be seen is complete.
func CreateIndex(c Catalog, db DB, n *physical.CreateIndex) op.Operator {
	return &statement{do: func(q *op.Context) (*vector.Batch, error) {
		return nil, BuildIndex(q, c, db, n.Table)
	}}
}

// BuildIndex makes the last index of t, which the catalog does not have yet; t.Version
// is the version that the catalog has.
func BuildIndex(q *op.Context, c Catalog, db DB, t *schema.Table) error {
	nt := t.Clone()
	x := &nt.Indexes[len(nt.Indexes)-1]
	var err error
	if x.ID, err = c.NewIndexID(q.Go); err != nil {
		return err
	}
	before := nt.Clone()
	before.Indexes = before.Indexes[:len(before.Indexes)-1]
	err = db.BuildIndex(q.Go, before, *x, func(since schema.Timestamp) error {
		x.Since, x.State = since, schema.IndexReady
		return Error(c.UpdateTable(q.Go, nt), nt)
	})
	var dup *txn.DuplicateKeyError
	if !errors.As(err, &dup) {
		return err
	}
	e := sqlerr.New(sqlerr.UniqueViolation, "could not create unique index \"%s\"", x.Name)
	if len(dup.Key) > 0 {
		e = e.WithDetail("Key %s is duplicated.", write.KeyText(dup, q.Values))
	}
	e.Schema, e.Table, e.Constraint, e.Cause = t.Namespace, t.Name, x.Name, err
	return e
}
