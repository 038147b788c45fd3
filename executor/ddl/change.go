package ddl

import (
	"errors"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/catalog"
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
			if _, err := c.Apply(q.Go, n.Change); err != nil {
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
