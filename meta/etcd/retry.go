package etcd

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	backoffMin = 5 * time.Millisecond
	backoffMax = 500 * time.Millisecond
)

// Retry runs f until it returns something else than ErrConflict or ErrUncertain.
// f reads the state it depends on anew each time, which is how an unknown outcome
// is resolved. After an unknown outcome it pauses, growing to half a second; after
// Options.RetryFor it gives up with ErrUnavailable.
func (s *Store) Retry(ctx context.Context, f func(ctx context.Context) error) error {
	var deadline time.Time // set by the first failure
	pause := backoffMin
	for {
		err := f(ctx)
		conflict, uncertain := errors.Is(err, ErrConflict), errors.Is(err, ErrUncertain)
		if !conflict && !uncertain {
			return err
		}
		if s.closing.Err() != nil {
			return ErrClosed
		}
		now := time.Now()
		if deadline.IsZero() {
			deadline = now.Add(s.opts.RetryFor)
		}
		if now.After(deadline) {
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		if conflict {
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			continue
		}
		if err := s.sleep(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, backoffMax)
	}
}

// sleep waits for d, or for the end of ctx or of the store.
func (s *Store) sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-s.closing.Done():
		return ErrClosed
	}
}
