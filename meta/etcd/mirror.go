package etcd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// rootPrefix is watched whole by every mirror, so that its revision moves with
// every write, also those that do not concern it.
const rootPrefix = "/"

// Event is the change of one key.
type Event struct {
	Key     string
	Value   []byte // nil when deleted; not to be changed
	Deleted bool
	ModRev  int64
}

// Feed says what a mirror shows and how its views are made. Both functions are
// called by one goroutine at a time and return an immutable view; an error is
// fatal for the process, since it means a value that this binary cannot read.
type Feed[V any] struct {
	// Prefixes are the keys of interest.
	Prefixes []string
	// Reset makes the view of all keys as of a revision.
	Reset func(kvs []KV, rev int64) (V, error)
	// Apply makes the view that follows old after the events, which are in
	// order, whole transactions, and possibly none.
	Apply func(old V, events []Event, rev int64) (V, error)
}

// Mirror keeps a view of type V in step with the store.
type Mirror[V any] struct {
	store *Store
	feed  Feed[V]

	current atomic.Pointer[published[V]]

	stop   context.CancelFunc
	wg     sync.WaitGroup
	ended  chan struct{} // closed when no newer view will come
	endErr error         // why; written before ended is closed
}

// published is a view with the revision it shows; next is closed when a newer
// one is current.
type published[V any] struct {
	view V
	rev  int64
	next chan struct{}
}

// NewMirror returns a mirror whose view is filled, and follows the store until
// Close. ctx bounds only the first filling.
func NewMirror[V any](ctx context.Context, s *Store, feed Feed[V]) (*Mirror[V], error) {
	m := &Mirror[V]{store: s, feed: feed, ended: make(chan struct{})}
	if err := m.reload(ctx); err != nil {
		return nil, err
	}
	run, stop := context.WithCancel(s.closing)
	m.stop = stop
	m.wg.Go(func() { m.run(run) })
	return m, nil
}

// View returns the current view.
func (m *Mirror[V]) View() V { return m.current.Load().view }

// Wait returns a view that shows the revision rev or a later one. It returns
// the cause of ctx's end, or ErrClosed when the mirror has stopped before.
func (m *Mirror[V]) Wait(ctx context.Context, rev int64) (V, error) {
	for {
		p := m.current.Load()
		if p.rev >= rev {
			return p.view, nil
		}
		select {
		case <-p.next:
		case <-ctx.Done():
			return p.view, context.Cause(ctx)
		case <-m.ended:
			if p = m.current.Load(); p.rev >= rev {
				return p.view, nil
			}
			return p.view, m.endErr
		}
	}
}

// WaitNewest returns a view that shows all that was acknowledged before the
// call: a linearizable read.
func (m *Mirror[V]) WaitNewest(ctx context.Context) (V, error) {
	rev, err := m.store.Revision(ctx)
	if err != nil {
		return m.View(), err
	}
	return m.Wait(ctx, rev)
}

// Settle is Wait for the revision of a write that has taken place: it goes on
// when ctx ends, for at most Options.RequestTimeout.
func (m *Mirror[V]) Settle(ctx context.Context, rev int64) (V, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.store.opts.RequestTimeout)
	defer cancel()
	return m.Wait(ctx, rev)
}

// Close stops following; the last view stays. It waits for the goroutine.
func (m *Mirror[V]) Close() {
	m.stop()
	m.wg.Wait()
}

func (m *Mirror[V]) publish(view V, rev int64) {
	old := m.current.Swap(&published[V]{view: view, rev: rev, next: make(chan struct{})})
	if old != nil {
		close(old.next)
	}
}

// reload fills the view from a list of everything.
func (m *Mirror[V]) reload(ctx context.Context) error {
	kvs, rev, err := m.store.List(ctx, m.feed.Prefixes...)
	if err != nil {
		return err
	}
	view, err := m.feed.Reset(kvs, rev)
	if err != nil {
		return err
	}
	m.publish(view, rev)
	return nil
}

// run follows the store until ctx ends. A watch that breaks is taken up again
// where it was; one whose past has been compacted away begins with a reload.
func (m *Mirror[V]) run(ctx context.Context) {
	err := m.follow(ctx)
	if ctx.Err() != nil {
		err = ErrClosed
	}
	m.endErr = err
	close(m.ended)
	if !errors.Is(err, ErrClosed) {
		m.store.fatal(err)
	}
}

func (m *Mirror[V]) follow(ctx context.Context) error {
	pause := backoffMin
	for {
		before := m.current.Load().rev
		err := m.watch(ctx, before+1)
		switch {
		case ctx.Err() != nil:
			return ErrClosed
		case isCompacted(err):
			// Reload retries by itself; an outage longer than that only
			// leaves the view old, which is no reason to die.
			if err := m.reload(ctx); err != nil && !errors.Is(err, ErrUnavailable) {
				return err
			}
		case err != nil:
			return err
		}
		if m.current.Load().rev > before {
			pause = backoffMin
			continue
		}
		if err := m.store.sleep(ctx, pause); err != nil {
			return ErrClosed
		}
		pause = min(2*pause, backoffMax)
	}
}

// watch applies what happens from revision rev on. It returns nil when the
// watch broke and may be taken up again, an error of which isCompacted holds when
// it may not, and the error of the feed.
func (m *Mirror[V]) watch(ctx context.Context, rev int64) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ch := m.store.client.Watch(ctx, rootPrefix, clientv3.WithPrefix(), clientv3.WithRev(rev), clientv3.WithProgressNotify())
	for resp := range ch {
		if resp.CompactRevision != 0 {
			return rpctypes.ErrCompacted
		}
		if err := resp.Err(); err != nil {
			if isCompacted(err) {
				return err
			}
			return nil
		}
		// The header's revision runs ahead of the events while a watch
		// catches up; only a progress notice promises that all were sent.
		at := m.current.Load().rev
		if resp.IsProgressNotify() {
			at = max(at, resp.Header.Revision)
		}
		var events []Event
		for _, ev := range resp.Events {
			at = max(at, ev.Kv.ModRevision)
			if !m.concerns(ev.Kv.Key) {
				continue
			}
			e := Event{Key: string(ev.Kv.Key), ModRev: ev.Kv.ModRevision, Deleted: ev.Type == mvccpb.DELETE}
			if !e.Deleted {
				e.Value = ev.Kv.Value
			}
			events = append(events, e)
		}
		view, err := m.feed.Apply(m.View(), events, at)
		if err != nil {
			return fmt.Errorf("etcd: revision %d: %w", at, err)
		}
		m.publish(view, at)
	}
	return nil
}

func (m *Mirror[V]) concerns(key []byte) bool {
	for _, p := range m.feed.Prefixes {
		if len(key) >= len(p) && string(key[:len(p)]) == p {
			return true
		}
	}
	return false
}

// isCompacted reports whether err says that a revision is no longer there.
func isCompacted(err error) bool {
	return err != nil && (errors.Is(err, rpctypes.ErrCompacted) || strings.Contains(err.Error(), "required revision has been compacted"))
}
