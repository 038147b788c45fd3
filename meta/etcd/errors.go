package etcd

import (
	"context"
	"errors"
	"fmt"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	servererrors "go.etcd.io/etcd/server/v3/etcdserver/errors"
)

var (
	// ErrUncertain is returned by Txn when the transaction may or may not have
	// been applied, now or a moment later. See R2.
	ErrUncertain = errors.New("etcd: outcome unknown")
	// ErrConflict is what a function inside Retry returns when the state it
	// read has changed: it is run again at once.
	ErrConflict = errors.New("etcd: state changed meanwhile")
	// ErrNotManager is returned by a fenced Txn of a Store that has claimed
	// nothing, or whose claim a newer manager has replaced.
	ErrNotManager = errors.New("etcd: this node is not the manager")
	// ErrNoSpace is returned by Txn while the store is full; reads go on.
	ErrNoSpace = errors.New("etcd: metadata store is full")
	// ErrTooLarge is returned by Txn for more bytes or operations than one
	// transaction may have.
	ErrTooLarge = errors.New("etcd: transaction too large")
	// ErrUnavailable is returned when the store has not answered for
	// Options.RetryFor; it wraps the last failure.
	ErrUnavailable = errors.New("etcd: metadata store does not answer")
	// ErrClosed is returned by everything once the Store or Mirror is closed.
	ErrClosed = errors.New("etcd: closed")
)

// classify turns an error of the client into one of ours. The context is the
// caller's: once it has ended, its error is the answer.
func classify(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, rpctypes.ErrNoSpace), errors.Is(err, servererrors.ErrNoSpace):
		return ErrNoSpace
	case errors.Is(err, rpctypes.ErrRequestTooLarge), errors.Is(err, rpctypes.ErrTooManyOps),
		errors.Is(err, servererrors.ErrRequestTooLarge):
		return fmt.Errorf("%w: %w", ErrTooLarge, err)
	case errors.Is(err, servererrors.ErrStopped), errors.Is(err, rpctypes.ErrStopped):
		return ErrClosed
	}
	return fmt.Errorf("%w: %w", ErrUncertain, err)
}
