package replica

import (
	"context"
	"errors"
	"fmt"

	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/meta/schema"
)

// admission is a request that holds its locks and has passed its checks.
type admission struct {
	o *owner
	// extra is what the request had to reserve beyond what Reserve gave it.
	extra []schema.ShardID
	rows  []int64
}

// admit locks the keys of a request, validates them under the locks and makes sure
// of room in the shards. On an error nothing is held.
func (l *leader) admit(ctx context.Context, r *Write, mayDie bool) (*admission, error) {
	var w writes
	add := func(ws []byte) error { return w.add(l, ws) }
	if err := l.eachWrite(r, add); err != nil {
		return nil, err
	}
	w.sum()
	a := &admission{o: &owner{txn: r.Txn, hashes: w.hashes}}
	if hash, err := l.lock(ctx, a.o, mayDie); err != nil {
		if errors.Is(err, errDeadlock) {
			err = l.conflictAt(r, hash)
		}
		return nil, err
	}
	err := l.validate(r, &w)
	l.g.m.mu.Lock()
	defer l.g.m.mu.Unlock()
	if err == nil {
		err = l.room(a, &w)
	}
	if err != nil {
		l.giveBack(a)
		return nil, err
	}
	return a, nil
}

// giveBack undoes admit; mu is held.
func (l *leader) giveBack(a *admission) {
	l.locks.release(a.o)
	for i, id := range a.extra {
		if s := l.g.m.shards[id]; s != nil {
			s.reserved -= a.rows[i]
		}
		if r := l.reserved[a.o.txn]; r != nil {
			r[id] -= a.rows[i]
		}
	}
	a.extra = nil
}

// eachWrite calls f with the write sets of a request: its chunks and its own.
func (l *leader) eachWrite(r *Write, f func(ws []byte) error) error {
	if r.Staged > 0 {
		n := uint32(0)
		err := l.g.m.eachChunk(r.Txn, func(_ uint32, ws []byte) error { n++; return f(ws) })
		if err != nil {
			return err
		}
		if n != r.Staged {
			return ErrTxnUnknown
		}
	}
	return f(r.WriteSet)
}

// validate checks, under the locks, that the newest committed versions of the keys
// are what the writes expect.
func (l *leader) validate(r *Write, w *writes) error {
	if len(w.hashes) == 0 {
		return nil
	}
	// A shard whose newest commit a transaction has seen needs no look at its keys.
	l.g.m.mu.Lock()
	for i := range w.shards {
		if s := l.g.m.shards[w.shards[i].id]; s != nil {
			w.shards[i].lastTS = s.lastTS
		}
	}
	l.g.m.mu.Unlock()
	s, err := mvcc.NewSeeker(l.g.m.data.Reader())
	if err != nil {
		return err
	}
	err = l.eachWrite(r, func(ws []byte) error { return l.validateSet(s, w, ws) })
	return errors.Join(err, s.Close())
}

func (l *leader) validateSet(s *mvcc.Seeker, of *writes, ws []byte) error {
	if len(ws) == 0 {
		return nil
	}
	it := mvcc.ReadWrites(ws)
	var shard schema.ShardID
	newest, first := schema.Timestamp(0), true
	for it.Next() {
		w := &it.Write
		if first || w.Shard != shard {
			shard, first = w.Shard, false
			newest = of.use(shard).lastTS
		}
		switch w.Check {
		case mvcc.None:
			continue
		case mvcc.Absent:
			if newest == 0 {
				continue
			}
		case mvcc.Unchanged:
			if newest <= w.CheckTS {
				continue
			}
		}
		ts, value, ok, err := s.NewestOf(l.g.id, w, mvcc.MaxTimestamp)
		switch {
		case err != nil:
			return err
		case !ok:
		case w.Check == mvcc.Absent && len(value) > 0:
			return &DuplicateKeyError{shard, append([]byte(nil), w.Key...), w.Index}
		case ts > w.CheckTS:
			return &ConflictError{shard, append([]byte(nil), w.Key...), w.Index}
		}
	}
	return it.Err()
}

// room checks that the shards take writes and have been promised the inserts; mu is
// held.
func (l *leader) room(a *admission, w *writes) error {
	for _, u := range w.shards {
		id := u.id
		s := l.g.m.shards[id]
		if s == nil {
			return fmt.Errorf("%w: %v", ErrShardNotOpen, id)
		}
		if s.maxRows == 0 {
			continue
		}
		need := u.inserts - l.reserved[a.o.txn][id]
		if need <= 0 {
			continue
		}
		if need > s.room() {
			return fmt.Errorf("%w: %v", ErrShardFull, id)
		}
		l.promise(a.o.txn, s, need)
		a.extra, a.rows = append(a.extra, id), append(a.rows, need)
	}
	return nil
}

// conflictAt returns the error for the key with a hash.
func (l *leader) conflictAt(r *Write, hash uint64) error {
	found := &ConflictError{}
	err := l.eachWrite(r, func(ws []byte) error {
		if len(ws) == 0 {
			return nil
		}
		it := mvcc.ReadWrites(ws)
		for it.Next() {
			if w := &it.Write; found.Key == nil && l.locks.hash(w) == hash {
				found.Shard, found.Key, found.Index = w.Shard, append([]byte(nil), w.Key...), w.Index
			}
		}
		return it.Err()
	})
	if err != nil {
		return err
	}
	return found
}
