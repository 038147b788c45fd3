package txn

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/meta/cluster"
	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
)

// resolve finds the shards of the targets that are not known yet, and makes those
// that do not exist.
func (w *table) resolve(ctx context.Context, targets []*target) error {
	var ids []schema.ShardID
	view := w.t.db.opts.Cluster.View()
	for _, tg := range targets {
		id := schema.ShardID{Table: w.tbl.ID, Start: tg.start, Partition: tg.partition}
		if have := view.Slice(w.tbl.ID, tg.start, tg.partition); len(have) > 0 {
			id = have[len(have)-1].ID
		}
		ids = append(ids, id)
	}
	shards, err := w.t.db.openShards(ctx, w.tbl, ids)
	if err != nil {
		return err
	}
	for i, tg := range targets {
		if err := w.direct(tg, shards[i]); err != nil {
			return err
		}
	}
	return nil
}

// direct sends the rows of a target to a shard from now on.
func (w *table) direct(tg *target, s schema.Shard) (err error) {
	if tg.list, err = w.t.list(s.Group); err != nil {
		return err
	}
	if s.ID.Sequence == 0 {
		tg.home = tg.list
	} else if tg.home == nil {
		first := w.t.db.opts.Cluster.View().Slice(w.tbl.ID, tg.start, tg.partition)
		if tg.home, err = w.t.list(first[0].Group); err != nil {
			return err
		}
	}
	tg.shard, tg.granted, tg.resolved = s, 0, true
	return nil
}

// next sends the rows of a target, whose shard is full, to the following sequence.
func (w *table) next(ctx context.Context, tg *target) error {
	id := tg.shard.ID
	if id.Sequence == 1<<16-1 {
		return errors.New("txn: slice has too many shards")
	}
	id.Sequence++
	shards, err := w.t.db.openShards(ctx, w.tbl, []schema.ShardID{id})
	if err != nil {
		return err
	}
	w.t.db.states.set(schema.ShardFull, tg.shard.ID)
	return w.direct(tg, shards[0])
}

// reserve makes sure that the target takes at least one of n more rows, and returns
// how many it takes. Who inserts them subtracts them from tg.granted.
func (w *table) reserve(ctx context.Context, tg *target, n int) (int, error) {
	if w.tbl.MaxRows == 0 || tg.shard.ID.Index() {
		return n, nil
	}
	for {
		if tg.granted < int64(n) {
			got, err := tg.list.group.Reserve(w.t.id, tg.shard.ID, int64(n)-tg.granted)
			if err != nil {
				return 0, groupError(err)
			}
			if got > 0 {
				tg.list.reserved = true
			}
			tg.granted += got
		}
		if tg.granted > 0 {
			return int(min(tg.granted, int64(n))), nil
		}
		if err := w.next(ctx, tg); err != nil {
			return 0, err
		}
	}
}

// openShards returns the shards with the given ids, all of a table, ready to take
// writes. The order is the one of X1: create, announce, open, write.
func (db *DB) openShards(ctx context.Context, tbl *schema.Table, ids []schema.ShardID) ([]schema.Shard, error) {
	view := db.opts.Cluster.View()
	var want []schema.ShardID
	for _, id := range ids {
		if _, ok := view.Shard(id); !ok {
			want = append(want, id)
		}
	}
	if len(want) > 0 {
		rev, err := db.opts.Cluster.CreateShards(ctx, tbl, want)
		if err != nil {
			return nil, createError(err)
		}
		db.opts.Oracle.AdvanceMeta(rev)
		view = db.opts.Cluster.View()
	}
	open := make(map[schema.GroupID][]replica.ShardOpen)
	var fresh []schema.ShardID
	shards := make([]schema.Shard, len(ids))
	for i, id := range ids {
		s, ok := view.Shard(id)
		if !ok {
			return nil, ErrTableGone
		}
		shards[i] = s
		switch s.State {
		case schema.ShardDropping:
			return nil, ErrTableGone
		case schema.ShardPre:
			o := replica.ShardOpen{ID: s.ID, MaxRows: tbl.MaxRows}
			if s.ID.Index() {
				o.MaxRows = 0
			}
			open[s.Group] = append(open[s.Group], o)
			fresh = append(fresh, s.ID)
		}
	}
	if len(open) == 0 {
		return shards, nil
	}
	// Whoever made a shard that we found may not have announced it yet.
	rev := view.Rev()
	db.opts.Oracle.AdvanceMeta(rev)
	var all errgroup.Group
	for id, list := range open {
		g, err := db.group(id)
		if err != nil {
			return nil, err
		}
		all.Go(func() error { return g.OpenShards(ctx, list, rev) })
	}
	if err := all.Wait(); err != nil {
		return nil, groupError(err)
	}
	db.states.set(schema.ShardOpen, fresh...)
	return shards, nil
}

func createError(err error) error {
	switch {
	case errors.Is(err, cluster.ErrNoTable), errors.Is(err, cluster.ErrDropping):
		return errors.Join(ErrTableGone, err)
	case errors.Is(err, cluster.ErrNoGroup), errors.Is(err, etcd.ErrNotManager), errors.Is(err, etcd.ErrUnavailable):
		return errors.Join(ErrNoGroup, err)
	}
	return err
}

// stateKeeper tells the metadata which shards are open and full, a little later and
// many at once: nothing but displays and short cuts depend on it.
type stateKeeper struct {
	db *DB
	// flushing is held while states are written.
	flushing sync.Mutex
	mu       sync.Mutex
	todo     [2]map[schema.ShardID]struct{} // open, full; of at most stateMax shards
	wake     chan struct{}
	stop     chan struct{}
	done     chan struct{}
}

const (
	stateMax   = 1 << 16
	stateDelay = 200 * time.Millisecond
)

func (k *stateKeeper) start(db *DB) {
	k.db, k.wake, k.stop, k.done = db, make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	go k.run()
}

// set notes that shards have reached a state: open or full.
func (k *stateKeeper) set(state schema.ShardState, ids ...schema.ShardID) {
	k.mu.Lock()
	m := &k.todo[state-schema.ShardOpen]
	if *m == nil {
		*m = make(map[schema.ShardID]struct{})
	}
	for _, id := range ids {
		if len(*m) < stateMax {
			(*m)[id] = struct{}{}
		}
	}
	k.mu.Unlock()
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

func (k *stateKeeper) run() {
	defer close(k.done)
	for {
		select {
		case <-k.wake:
		case <-k.stop:
			k.flush()
			return
		}
		select {
		case <-time.After(stateDelay):
		case <-k.stop:
		}
		k.flush()
	}
}

// flush writes what has been noted; what fails stays as it is.
func (k *stateKeeper) flush() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	k.flushing.Lock()
	defer k.flushing.Unlock()
	for i := range k.todo {
		k.mu.Lock()
		m := k.todo[i]
		k.todo[i] = nil
		k.mu.Unlock()
		if len(m) == 0 {
			continue
		}
		ids := make([]schema.ShardID, 0, len(m))
		for id := range m {
			if _, ok := k.db.opts.Cluster.View().Shard(id); ok {
				ids = append(ids, id)
			}
		}
		if _, err := k.db.opts.Cluster.SetShardState(ctx, ids, schema.ShardOpen+schema.ShardState(i)); err != nil {
			k.db.opts.Logger.Debug("states of shards are not written", "shards", len(ids), "error", err)
		}
	}
}

// forget drops what has been noted of a table, and returns when none of it is being
// written: a shard that is made again later must begin as one that is not open.
func (k *stateKeeper) forget(id schema.TableID) {
	k.flushing.Lock()
	defer k.flushing.Unlock()
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, m := range k.todo {
		maps.DeleteFunc(m, func(s schema.ShardID, _ struct{}) bool { return s.Table == id })
	}
}

func (k *stateKeeper) close() {
	close(k.stop)
	<-k.done
}
