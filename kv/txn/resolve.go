package txn

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dejaq/fasti/kv/replica"
)

const (
	resolveWorkers = 4
	// resolveQueue bounds the transactions that are committed and not carried out in
	// all groups; beyond it Commit carries out its own.
	resolveQueue   = 1024
	resolveTries   = 5
	resolvePause   = 50 * time.Millisecond
	resolveTimeout = 2 * time.Minute
	// releaseTimeout bounds how long a rollback waits for its groups.
	releaseTimeout = 10 * time.Second
)

// resolution is a decided transaction that its groups have to carry out.
type resolution struct {
	txn     replica.TxnID
	outcome replica.Outcome
	anchor  *replica.Group
	groups  []*replica.Group
	// others have no part in it, but reserved rows or staged chunks that are not
	// wanted any more.
	others []*replica.Group
}

// resolver carries out decisions in the background.
type resolver struct {
	db   *DB
	jobs chan resolution
	wg   sync.WaitGroup
	// mu keeps add from sending after close.
	mu     sync.RWMutex
	closed bool
}

func (r *resolver) start(db *DB) {
	jobs := make(chan resolution, resolveQueue)
	r.db, r.jobs = db, jobs
	for range resolveWorkers {
		r.wg.Go(func() {
			for j := range jobs {
				r.run(j)
			}
		})
	}
}

// add hands a resolution over, or carries it out at once when too many wait.
func (r *resolver) add(j resolution) {
	r.mu.RLock()
	if !r.closed {
		select {
		case r.jobs <- j:
			r.mu.RUnlock()
			return
		default:
		}
	}
	r.mu.RUnlock()
	r.run(j)
}

// close carries out what waits.
func (r *resolver) close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	close(r.jobs)
	r.wg.Wait()
}

// run tells all groups, a few times; what fails for good is left to the sweepers of
// the groups, which find it by themselves.
func (r *resolver) run(j resolution) {
	ctx, cancel := context.WithTimeout(context.Background(), resolveTimeout)
	defer cancel()
	for try := 1; ; try++ {
		var all errgroup.Group
		for _, g := range j.groups {
			all.Go(func() error { return g.Resolve(ctx, j.txn, j.outcome) })
		}
		for _, g := range j.others {
			all.Go(func() error { return g.Resolve(ctx, j.txn, replica.Outcome{}) })
		}
		err := all.Wait()
		if err == nil {
			if j.anchor != nil {
				j.anchor.Forget(j.txn)
			}
			return
		}
		if try == resolveTries || errors.Is(err, replica.ErrClosed) || ctx.Err() != nil {
			r.db.opts.Logger.Debug("transaction is resolved later", "txn", j.txn.String(), "error", err)
			return
		}
		time.Sleep(resolvePause)
	}
}

// release tells groups that a transaction is given up which was never prepared.
func (db *DB) release(ctx context.Context, txn replica.TxnID, groups []*replica.Group) error {
	if len(groups) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	var all errgroup.Group
	for _, g := range groups {
		all.Go(func() error { return g.Resolve(ctx, txn, replica.Outcome{}) })
	}
	return groupError(all.Wait())
}

// abort decides against a transaction that may be prepared somewhere, and tells its
// groups. What cannot be done now the sweepers do after the next boot; until then
// readers take the transaction for undecided.
func (db *DB) abort(ctx context.Context, txn replica.TxnID, anchor *replica.Group, groups []*replica.Group) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	for {
		o, err := anchor.Decide(ctx, txn, false)
		if err == nil {
			db.resolver.run(resolution{txn, o, anchor, groups, nil})
			return
		}
		if errors.Is(err, replica.ErrClosed) || ctx.Err() != nil {
			db.opts.Logger.Warn("transaction could not be aborted", "txn", txn.String(), "error", err)
			return
		}
		time.Sleep(resolvePause)
	}
}
