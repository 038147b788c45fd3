package session

import (
	"context"
	"errors"

	"github.com/dejaq/fasti/executor/write"
	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/kv/txn"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// translate gives an error of the layers below SQL its SQLSTATE. It is the one
// place that does.
func (s *Session) translate(err error) error {
	var e *sqlerr.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	if values, failed := s.settings(); failed == nil && errors.As(write.Error(err, values), &e) {
		return e
	}
	var large *txn.TooLargeError
	switch {
	case errors.Is(err, txn.ErrUnknown):
		e = sqlerr.New(sqlerr.TransactionResolutionUnknown, "the outcome of the transaction is unknown").
			WithDetail("%v", err)
	case errors.Is(err, txn.ErrConflict), errors.Is(err, txn.ErrTableGone), errors.Is(err, replica.ErrSchemaChanged):
		e = sqlerr.New(sqlerr.SerializationFailure, "could not serialize access due to concurrent update")
	case errors.As(err, &large):
		e = sqlerr.New(sqlerr.ProgramLimitExceeded, "transaction exceeds the limit of %d bytes", large.Limit)
	case errors.Is(err, txn.ErrNoGroup), errors.Is(err, txn.ErrClosed), errors.Is(err, replica.ErrNotLeader):
		e = sqlerr.New(sqlerr.CannotConnectNow, "the data is not available: %v", err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		e = sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request")
	default:
		return err
	}
	e.Cause = err
	return e
}
