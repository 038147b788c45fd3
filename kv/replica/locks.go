package replica

import (
	"bytes"
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"time"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/mvcc"
)

// lockTable is the row locks of a group in the memory of its leader, lost with the
// term. A key is locked by its 64-bit hash: two keys with one hash exclude each
// other without need, once in 10⁷ transactions of 3 million rows, and nothing else.
// A lock costs 16 bytes or so.
//
// A request takes all its locks at once or none: while it waits for one it holds
// no other, so that requests of one group cannot wait for each other in a circle.
// Methods are called with the machine's mu held.
type lockTable struct {
	seed   maphash.Seed
	owners map[uint64]*owner
	queues map[uint64][]*waiter // waiting for a key, first come first
}

// owner is a request that holds locks. They are released by the request, or by the
// removal of the PREP that the request made, and by nothing else (I8): never by
// the id of the transaction, of which a later request may be on its way.
type owner struct {
	txn    TxnID
	hashes []uint64 // sorted, distinct
	// prepared: the locks now belong to the transaction's PREP.
	prepared bool
}

// waiter is an owner in line for one key.
type waiter struct {
	o     *owner
	hash  uint64
	ready chan struct{} // closed when it is the first in line and the key is free
	woken bool
}

func newLockTable() *lockTable {
	return &lockTable{seed: maphash.MakeSeed(), owners: map[uint64]*owner{}, queues: map[uint64][]*waiter{}}
}

// hash returns what stands for the key of a write; it needs no mu.
func (t *lockTable) hash(w *mvcc.Write) uint64 {
	var h maphash.Hash
	h.SetSeed(t.seed)
	var b [keys.ShardLen]byte
	h.Write(keys.AppendShard(b[:0], w.Shard))
	h.WriteByte(byte(w.StoreKind()))
	h.Write(w.Key)
	return h.Sum64()
}

// take gives o all its locks, or returns the hash of one that it must wait for.
// w is o's place in a line, nil if it has none.
func (t *lockTable) take(o *owner, w *waiter) (blocked uint64, ok bool) {
	for _, h := range o.hashes {
		if t.owners[h] != nil {
			return h, false
		}
		if len(t.queues) > 0 {
			if q := t.queues[h]; len(q) > 0 && q[0] != w {
				return h, false
			}
		}
	}
	for _, h := range o.hashes {
		t.owners[h] = o
	}
	return 0, true
}

// enqueue puts o in line for a key.
func (t *lockTable) enqueue(o *owner, hash uint64) *waiter {
	w := &waiter{o: o, hash: hash, ready: make(chan struct{})}
	t.queues[hash] = append(t.queues[hash], w)
	return w
}

// leave takes w out of its line; if it was first, the next one's turn comes.
func (t *lockTable) leave(w *waiter) {
	q := t.queues[w.hash]
	i := slices.Index(q, w)
	if i < 0 {
		return
	}
	if q = slices.Delete(q, i, i+1); len(q) == 0 {
		delete(t.queues, w.hash)
		return
	}
	t.queues[w.hash] = q
	t.wake(w.hash)
}

// wake tells the first in line that the key is free, if it is.
func (t *lockTable) wake(hash uint64) {
	if q := t.queues[hash]; len(q) > 0 && t.owners[hash] == nil && !q[0].woken {
		q[0].woken = true
		close(q[0].ready)
	}
}

// release frees all locks of o.
func (t *lockTable) release(o *owner) {
	for _, h := range o.hashes {
		if t.owners[h] == o {
			delete(t.owners, h)
		}
	}
	if len(t.queues) > 0 {
		for _, h := range o.hashes {
			t.wake(h)
		}
	}
}

// adopt gives a PREP that was there before the term its locks; they cannot be
// taken, because no two PREPs share a key (I7).
func (t *lockTable) adopt(o *owner) {
	for _, h := range o.hashes {
		t.owners[h] = o
	}
}

// lock takes all locks of o, waiting for others until ctx or the term ends. If it
// waits for a prepared transaction that stays undecided and o will be prepared too
// (mayDie), it gives up after a while with errDeadlock, the younger transaction
// sooner: each could be waiting for the other in another group. It returns the hash
// it was waiting for.
func (l *leader) lock(ctx context.Context, o *owner, mayDie bool) (uint64, error) {
	if len(o.hashes) == 0 {
		return 0, nil
	}
	mu := &l.g.m.mu
	mu.Lock()
	defer mu.Unlock()
	var w *waiter
	for {
		if !l.alive() {
			return 0, ErrNotLeader
		}
		hash, ok := l.locks.take(o, w)
		if w != nil {
			// Out of the old line only now: nobody behind may overtake.
			l.locks.leave(w)
		}
		if ok {
			return 0, nil
		}
		w = l.locks.enqueue(o, hash)
		mu.Unlock()
		err := l.await(ctx, w, mayDie)
		mu.Lock()
		if err != nil {
			l.locks.leave(w)
			return hash, err
		}
	}
}

// errDeadlock ends a wait that may be part of a circle through several groups.
var errDeadlock = errors.New("replica: deadlock suspected")

// await waits for w's turn.
func (l *leader) await(ctx context.Context, w *waiter, mayDie bool) error {
	timer := time.NewTimer(l.g.h.opts.LockTimeout)
	defer timer.Stop()
	for round := 1; ; round++ {
		select {
		case <-w.ready:
			return nil
		case <-l.lost:
			return ErrNotLeader
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		timer.Reset(l.g.h.opts.LockTimeout)
		l.g.m.mu.Lock()
		var p *prep
		if o := l.locks.owners[w.hash]; o != nil && o.prepared {
			p = l.g.m.preps[o.txn]
		}
		l.g.m.mu.Unlock()
		if p == nil {
			continue // what holds the key is in the log: it ends soon
		}
		pending, err := l.push(ctx, p, mvcc.MaxTimestamp)
		if err == nil && pending && mayDie && (round > 1 || bytes.Compare(w.o.txn[:], p.txn[:]) > 0) {
			return errDeadlock
		}
	}
}
