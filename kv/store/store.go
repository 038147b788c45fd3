package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
)

// The words of Pebble that the rest of kv uses.
type (
	Batch       = pebble.Batch
	Iterator    = pebble.Iterator
	IterOptions = pebble.IterOptions
	Snapshot    = pebble.Snapshot
	// Reader is what can be read: a Snapshot; and a Store by its Reader method.
	Reader  = pebble.Reader
	Metrics = pebble.Metrics
)

// ErrNotFound is returned by Get for a key that has no value.
var ErrNotFound = pebble.ErrNotFound

// ErrClosed is returned by Apply after Close.
var ErrClosed = errors.New("store: closed")

// Store is one ordered, atomic key-value store on one directory.
type Store struct {
	kind  Kind
	db    *pebble.DB
	opts  Options
	cache *Cache // owned; nil when the caller gave one
	// failed is the first fatal error (S4).
	failed atomic.Pointer[error]
	closed atomic.Bool
}

// Open opens or creates the store in o.Dir. It fails when another process has
// it open, when it was written by a newer format, or when it is damaged.
func Open(o Options) (*Store, error) {
	s := &Store{kind: o.Kind}
	p, err := o.pebbleOptions(s)
	if err != nil {
		return nil, err
	}
	if o.Cache == nil {
		s.cache = NewCache(ownCache)
		o.Cache = s.cache
	}
	s.opts = o
	p.Cache, p.FileCache = o.Cache.blocks, o.Cache.files
	s.db, err = pebble.Open(o.Dir, p)
	if err != nil {
		s.cache.Close()
		return nil, fmt.Errorf("open %s store %s: %w", o.Kind, o.Dir, err)
	}
	return s, nil
}

// Kind returns what the store holds.
func (s *Store) Kind() Kind { return s.kind }

// NewBatch returns an empty batch. The caller closes it, also after Apply.
func (s *Store) NewBatch() *Batch { return s.db.NewBatch() }

// NewBatchSize is NewBatch with room for so many bytes of keys and values.
func (s *Store) NewBatchSize(bytes int) *Batch { return s.db.NewBatchWithSize(bytes) }

// Apply applies b atomically. With sync it returns after the batch is durable,
// which only a RaftLog store can promise; without, readers see the batch at once
// and S2 says what a crash leaves of it.
func (s *Store) Apply(b *Batch, sync bool) error {
	if err := s.usable(); err != nil {
		return err
	}
	o := pebble.NoSync
	if sync {
		o = pebble.Sync
	}
	if err := s.db.Apply(b, o); err != nil {
		return err
	}
	return s.Failed()
}

// ApplyNoSyncWait applies b so that readers see it, and begins to make it
// durable. The caller must call b.SyncWait before b.Close and before it relies
// on the batch.
func (s *Store) ApplyNoSyncWait(b *Batch) error {
	if err := s.usable(); err != nil {
		return err
	}
	if err := s.db.ApplyNoSyncWait(b, pebble.Sync); err != nil {
		return err
	}
	return s.Failed()
}

// Get returns the value of key or ErrNotFound. The value is valid until the
// caller closes the closer, which it must.
func (s *Store) Get(key []byte) ([]byte, io.Closer, error) { return s.db.Get(key) }

// NewIter returns an iterator over the present state. The caller closes it.
func (s *Store) NewIter(o *IterOptions) (*Iterator, error) { return s.db.NewIter(o) }

// NewSnapshot returns the present state for reading. The caller closes it soon:
// it keeps what is deleted meanwhile from being reclaimed.
func (s *Store) NewSnapshot() *Snapshot { return s.db.NewSnapshot() }

// Reader returns the store as a Reader of its changing state. It must not be
// closed.
func (s *Store) Reader() Reader { return s.db }

// Flush makes everything applied so far durable (in a Data store; in a RaftLog
// store it only shortens recovery) and returns when it is.
func (s *Store) Flush() error {
	if err := s.db.Flush(); err != nil {
		return err
	}
	return s.Failed()
}

// FlushAsync is Flush without the waiting: the channel closes when it is done.
func (s *Store) FlushAsync() (<-chan struct{}, error) { return s.db.AsyncFlush() }

// Compact compacts [from, to) to the last level.
func (s *Store) Compact(ctx context.Context, from, to []byte) error {
	return s.db.Compact(ctx, from, to, false)
}

// Excise removes [from, to) at once, with its space, in about 4 ms. Snapshots
// taken before no longer see the range.
func (s *Store) Excise(ctx context.Context, from, to []byte) error {
	return s.db.Excise(ctx, pebble.KeyRange{Start: from, End: to})
}

// DiskUsage estimates the bytes of [from, to) on disk; memtables do not count.
func (s *Store) DiskUsage(from, to []byte) (uint64, error) {
	return s.db.EstimateDiskUsage(from, to)
}

// Metrics returns the engine's figures.
func (s *Store) Metrics() *Metrics { return s.db.Metrics() }

// Failed returns the error that made the store unusable, nil if none did (S4).
func (s *Store) Failed() error {
	if p := s.failed.Load(); p != nil {
		return *p
	}
	return nil
}

// Close flushes a Data store and closes it. It fails when iterators or snapshots
// are still open. A second call does nothing.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	var err error
	if s.kind == Data && s.Failed() == nil {
		// Without a write-ahead log the memtables would have to be replayed.
		err = s.db.Flush()
	}
	err = errors.Join(err, s.db.Close())
	s.cache.Close()
	return err
}

func (s *Store) usable() error {
	if s.closed.Load() {
		return ErrClosed
	}
	return s.Failed()
}

// fail records the first fatal error and reports it.
func (s *Store) fail(err error) {
	err = fmt.Errorf("%s store: %w", s.kind, err)
	if !s.failed.CompareAndSwap(nil, &err) {
		return
	}
	if s.opts.OnFatal == nil {
		panic(err)
	}
	s.opts.OnFatal(err)
}
