package txn

import (
	"context"
	"sync"

	"github.com/dejaq/fasti/meta/schema"
)

// tableLocks keeps transactions that write a table and the end of the table apart
// (X6). It knows the transactions of this node.
type tableLocks struct {
	mu sync.Mutex
	m  map[schema.TableID]*tableLock
}

// tableLock is the lock of one table that somebody holds.
type tableLock struct {
	shared  int
	alone   bool
	changed chan struct{} // closed at the next release
}

func (l *tableLocks) init() { l.m = make(map[schema.TableID]*tableLock) }

// lock takes the lock of a table, shared or alone, and waits for it until ctx ends.
func (l *tableLocks) lock(ctx context.Context, id schema.TableID, alone bool) error {
	for {
		l.mu.Lock()
		t := l.m[id]
		if t == nil {
			t = &tableLock{changed: make(chan struct{})}
			l.m[id] = t
		}
		if !t.alone && (!alone || t.shared == 0) {
			if alone {
				t.alone = true
			} else {
				t.shared++
			}
			l.mu.Unlock()
			return nil
		}
		changed := t.changed
		l.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
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
	close(t.changed)
	if t.shared == 0 && !t.alone {
		delete(l.m, id)
		return
	}
	t.changed = make(chan struct{})
}
