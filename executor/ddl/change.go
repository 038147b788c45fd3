package ddl

import (
	"errors"
	"slices"

	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Change returns the operator of a change of the catalog: the descriptors first,
// so that nobody writes rows of what is gone, then the rows. checks are the inputs
// of n.Checks; a row that is written while they run is not seen by them.
func Change(c Catalog, db DB, n *physical.Change, checks []op.Operator) op.Operator {
	return &statement{do: func(q *op.Context) (*vector.Batch, error) {
		for i, in := range checks {
			if err := checkRows(q, in, &n.Checks[i]); err != nil {
				return nil, err
			}
		}
		if len(n.Change.Tables)+len(n.Change.Objects)+len(n.Change.Drop) > 0 {
			change, err := withMissing(q, n)
			if err != nil {
				return nil, err
			}
			if _, err := c.Apply(q.Go, change); err != nil {
				return nil, changeError(err)
			}
		}
		for _, id := range n.Rows {
			if err := db.DropTable(q.Go, id); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}}
}

// withMissing returns the change with the values of the columns that it adds.
func withMissing(q *op.Context, n *physical.Change) (*schema.Change, error) {
	if len(n.Missing) == 0 {
		return n.Change, nil
	}
	change := *n.Change
	change.Tables = slices.Clone(change.Tables)
	for i := range change.Tables {
		change.Tables[i] = change.Tables[i].Clone()
	}
	for _, m := range n.Missing {
		d, err := compute.Eval(q, m.Value)
		if err != nil {
			return nil, err
		}
		col := &change.Tables[m.Table].Columns[m.Column]
		col.Missing = mvcc.EncodeMissing(col.Type, d)
	}
	return &change, nil
}

// checkRows returns the error of a check whose input gives a row.
func checkRows(q *op.Context, in op.Operator, k *physical.RowCheck) (err error) {
	defer func() {
		if e := in.Close(); err == nil {
			err = e
		}
	}()
	if err := in.Open(q); err != nil {
		return err
	}
	for {
		b, err := in.Next()
		if b == nil || err != nil {
			return err
		}
		if b.Count() > 0 {
			return &sqlerr.Error{
				Code: k.Code, Message: k.Message, Schema: k.Schema, Table: k.Table, Column: k.Column, Constraint: k.Constraint,
			}
		}
	}
}

// changeError maps the errors of a change. All but an outdated one are found when
// the statement is bound.
func changeError(err error) error {
	var e *sqlerr.Error
	switch {
	case errors.Is(err, catalog.ErrChanged), errors.Is(err, catalog.ErrNoObject), errors.Is(err, catalog.ErrNoTable):
		e = sqlerr.New(sqlerr.SerializationFailure, "could not serialize access due to concurrent update")
	case errors.Is(err, catalog.ErrTableExists), errors.Is(err, catalog.ErrObjectExists):
		e = sqlerr.New(sqlerr.DuplicateObject, "an object of this name already exists")
	case errors.Is(err, catalog.ErrHasShards):
		e = sqlerr.New(sqlerr.FeatureNotSupported, "the table is not empty")
	default:
		return err
	}
	e.Cause = err
	return e
}
