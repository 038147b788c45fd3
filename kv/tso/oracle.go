package tso

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/meta/schema"
)

const (
	// ahead is how far the bound is put above the timestamps in use.
	ahead = 3 * time.Second
	// low is how much of that must be left; below it the bound is raised in the
	// background, so that nobody has to wait.
	low = time.Second
	// raiseTimeout bounds one raise in the background.
	raiseTimeout = 10 * time.Second
)

// MaxBatch is the most timestamps of one Now.
const MaxBatch = 1 << 20

// Oracle hands out timestamps. It may be used by any number of goroutines.
type Oracle struct {
	group *replica.Group
	now   func() time.Time
	// metaRev is the newest metadata revision that was announced.
	metaRev atomic.Int64
	// lease is what the present term may hand out, nil before the first.
	lease atomic.Pointer[lease]

	mu      sync.Mutex // held while a lease is made or raised by a caller that waits
	raising atomic.Bool
	wg      sync.WaitGroup
	ctx     context.Context
	cancel  context.CancelFunc
}

// lease is the right of one term to hand out timestamps.
type lease struct {
	term uint64
	// next is the first timestamp not handed out.
	next atomic.Uint64
	// bound is the first one that may not be: it is in the group's state.
	bound atomic.Uint64
}

var _ replica.Oracle = (*Oracle)(nil)

// New returns an oracle over the system group; now is the wall clock, which
// timestamps follow as long as it does not run backwards. The caller closes it
// before the Host of the group.
func New(group *replica.Group, now func() time.Time) *Oracle {
	o := &Oracle{group: group, now: now}
	o.ctx, o.cancel = context.WithCancel(context.Background())
	return o
}

// Close ends work in the background and waits for it. Now must not be called any
// more.
func (o *Oracle) Close() {
	o.cancel()
	o.wg.Wait()
}

// AdvanceMeta announces that a change of the metadata with this revision is done:
// every Now that begins later returns a revision at or above it.
func (o *Oracle) AdvanceMeta(rev int64) {
	for {
		old := o.metaRev.Load()
		if rev <= old || o.metaRev.CompareAndSwap(old, rev) {
			return
		}
	}
}

// MetaRev returns the newest revision announced.
func (o *Oracle) MetaRev() int64 { return o.metaRev.Load() }

// Now reserves n timestamps (1 … MaxBatch), which are consecutive, above all that
// were handed out before the call, and never handed out again. It returns the first
// of them and the metadata revision. It returns replica.ErrNotLeader when this node
// does not lead the system group, and replica.ErrClosed after the Host's end.
func (o *Oracle) Now(ctx context.Context, n int) (first schema.Timestamp, metaRev int64, err error) {
	if n < 1 || n > MaxBatch {
		panic("tso: number of timestamps out of range")
	}
	for {
		l := o.lease.Load()
		if l == nil || l.term != o.group.Serving() {
			if l, err = o.begin(ctx); err != nil {
				return 0, 0, err
			}
		}
		first, ok := l.reserve(uint64(n), o.wall())
		if !ok {
			if err := o.raise(ctx, l, uint64(n)); err != nil {
				return 0, 0, err
			}
			continue
		}
		// Reserve first, then confirm: if nobody else led by now, nobody else had
		// begun to hand out timestamps when these were reserved.
		if err := o.group.Confirm(ctx, l.term); err != nil {
			return 0, 0, err
		}
		if l.bound.Load()-first-uint64(n) < uint64(low.Milliseconds())<<schema.LogicalBits {
			o.raiseAhead(l)
		}
		// The revision is read after the reservation: a change announced before a
		// timestamp below ours was reserved is in it (I11).
		return schema.Timestamp(first), o.metaRev.Load(), nil
	}
}

// wall returns the first timestamp of the present millisecond.
func (o *Oracle) wall() uint64 { return stamp(o.now()) }

func stamp(t time.Time) uint64 { return uint64(max(0, t.UnixMilli())) << schema.LogicalBits }

// reserve takes n timestamps at or above wall; it fails when the bound is too near.
func (l *lease) reserve(n, wall uint64) (uint64, bool) {
	for {
		next := l.next.Load()
		first := max(next, wall)
		if first+n > l.bound.Load() {
			return 0, false
		}
		if l.next.CompareAndSwap(next, first+n) {
			return first, true
		}
	}
}

// begin returns the lease of the present term, making it if need be: above all that
// earlier terms may have handed out.
func (o *Oracle) begin(ctx context.Context) (*lease, error) {
	term, err := o.group.Lead(ctx)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if l := o.lease.Load(); l != nil && l.term >= term {
		return l, nil
	}
	// The state of the term: all entries of earlier ones are applied.
	l := &lease{term: term}
	bound := uint64(o.group.Bound())
	l.next.Store(bound)
	l.bound.Store(bound)
	o.lease.Store(l)
	return l, nil
}

// raiseAhead raises the bound in the background, once at a time. If that fails, a
// later Now will try, and then the caller hears of it.
func (o *Oracle) raiseAhead(l *lease) {
	if !o.raising.CompareAndSwap(false, true) {
		return
	}
	o.wg.Go(func() {
		defer o.raising.Store(false)
		ctx, cancel := context.WithTimeout(o.ctx, raiseTimeout)
		defer cancel()
		_ = o.raise(ctx, l, uint64(ahead.Milliseconds()-low.Milliseconds())<<schema.LogicalBits)
	})
}

// raise puts the bound so high that n more timestamps fit.
func (o *Oracle) raise(ctx context.Context, l *lease, n uint64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	from := max(l.next.Load(), o.wall())
	if from+n <= l.bound.Load() {
		return nil // another caller has raised it
	}
	bound := from + n + uint64(ahead.Milliseconds())<<schema.LogicalBits
	if err := o.group.RaiseBound(ctx, l.term, schema.Timestamp(bound)); err != nil {
		return err
	}
	l.bound.Store(max(bound, l.bound.Load()))
	return nil
}
