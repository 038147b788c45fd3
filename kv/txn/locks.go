package txn

import (
	"context"
	"sync"
	"time"

	"github.com/dejaq/fasti/meta/schema"
)

// tableLocks keeps transactions that write a table and the end of the table apart
// (X6). It knows the transactions of this node.
type tableLocks struct {
	mu sync.Mutex
	m  map[schema.TableID]*tableLock
}

// lockPatience is how long who shares a table gives way to one that wants it alone.
// It is not for ever, since transactions that wait for each other's tables behind two
// such could not go on.
const lockPatience = time.Second

// tableLock is the lock of one table that somebody holds or wants alone.
type tableLock struct {
	shared  int
	waiting int // who wants it alone
	alone   bool
	changed chan struct{} // closed at the next release
}

func (l *tableLocks) init() { l.m = make(map[schema.TableID]*tableLock) }

// lock takes the lock of a table, shared or alone, and waits for it until ctx ends.
func (l *tableLocks) lock(ctx context.Context, id schema.TableID, alone bool) error {
	var patience <-chan time.Time
	queued, polite := false, !alone
	for {
		l.mu.Lock()
		t := l.m[id]
		if t == nil {
			t = &tableLock{changed: make(chan struct{})}
			l.m[id] = t
		}
		if alone && !queued {
			queued = true
			t.waiting++ // keeps t in the map
		}
		if !t.alone && (!alone || t.shared == 0) && (!polite || t.waiting == 0) {
			if alone {
				t.alone = true
				t.waiting--
			} else {
				t.shared++
			}
			l.mu.Unlock()
			return nil
		}
		changed := t.changed
		l.mu.Unlock()
		if polite && patience == nil {
			timer := time.NewTimer(lockPatience)
			defer timer.Stop()
			patience = timer.C
		}
		select {
		case <-changed:
		case <-patience:
			polite, patience = false, nil
		case <-ctx.Done():
			if alone {
				l.mu.Lock()
				t.waiting--
				l.wake(id, t)
				l.mu.Unlock()
			}
			return context.Cause(ctx)
		}
	}
}

// unlock releases what lock took.
func (l *tableLocks) unlock(id schema.TableID, alone bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.m[id]
	if alone {
		t.alone = false
	} else {
		t.shared--
	}
	l.wake(id, t)
}

// wake lets all who wait look at a lock again; mu is held.
func (l *tableLocks) wake(id schema.TableID, t *tableLock) {
	close(t.changed)
	if t.shared == 0 && t.waiting == 0 && !t.alone {
		delete(l.m, id)
		return
	}
	t.changed = make(chan struct{})
}
