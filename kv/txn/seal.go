package txn

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/kv/segment"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

const (
	// sealInterval is how often the sealer looks for shards that have come to rest.
	sealInterval = time.Second
	// sealGrowth is the part, as a divisor, of a block's rows that must have changed
	// before its segment is written anew: a block that grows slice by slice is written
	// about sealGrowth times in all.
	sealGrowth = 4
)

// sealer writes segments of shards that have come to rest, in the background. It
// works at most half of the time.
type sealer struct {
	db     *DB
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex // held while sealing
	headers map[segment.ID]*segment.Header
	settled map[schema.GroupID]uint64 // applied index up to which there is nothing to do
}

func (s *sealer) start(db *DB) {
	ctx, cancel := context.WithCancel(context.Background())
	s.db, s.cancel = db, cancel
	s.headers, s.settled = map[segment.ID]*segment.Header{}, map[schema.GroupID]uint64{}
	if db.opts.SealQuiet < 0 {
		return
	}
	s.wg.Go(func() {
		tick := time.NewTicker(min(sealInterval, max(db.opts.SealQuiet, time.Millisecond)))
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			for _, g := range db.opts.Host.Groups() {
				if err := s.pass(ctx, g, db.opts.SealQuiet, 0); err != nil && ctx.Err() == nil {
					db.opts.Logger.Warn("segments are not written", "group", g.ID(), "error", err)
				}
			}
		}
	})
}

func (s *sealer) close() {
	s.cancel()
	s.wg.Wait()
}

// Seal writes segments of everything in a table that has changed, without waiting for
// it to come to rest; shards that are being written stay as they are. 0 stands for
// every table that this node has used.
func (db *DB) Seal(ctx context.Context, id schema.TableID) error {
	if db.closed.Load() {
		return ErrClosed
	}
	for _, g := range db.opts.Host.Groups() {
		if err := db.sealer.pass(ctx, g, -1, id); err != nil {
			return err
		}
	}
	return nil
}

// pass seals what has come to rest in a group for as long as quiet says; quiet < 0
// means all that has changed in a table, 0 for every table.
func (s *sealer) pass(ctx context.Context, g *replica.Group, quiet time.Duration, only schema.TableID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	applied := g.Info().Applied
	if quiet >= 0 && s.settled[g.ID()] == applied {
		return nil
	}
	settled := true
	shards := g.Shards(only)
	for len(shards) > 0 {
		tbl := s.table(shards[0].ID.Table)
		n := 1
		if tbl == nil {
			for n < len(shards) && shards[n].ID.Table == shards[0].ID.Table {
				n++
			}
			shards = shards[n:]
			continue
		}
		id := segment.ID{Group: g.ID(), Table: tbl.Table().ID, Block: segment.Block(tbl.Table(), shards[0].ID.Start)}
		for n < len(shards) && shards[n].ID.Table == id.Table && segment.Block(tbl.Table(), shards[n].ID.Start) == id.Block {
			n++
		}
		done, err := s.block(ctx, g, tbl, id, shards[:n], quiet)
		if err != nil {
			return err
		}
		settled = settled && done
		shards = shards[n:]
	}
	if settled && only == 0 {
		s.settled[g.ID()] = applied
	}
	return ctx.Err()
}

// table returns the codec of a table that this node has used.
func (s *sealer) table(id schema.TableID) *mvcc.Codec {
	if v, ok := s.db.codecs.Load(id); ok {
		return v.(*mvcc.Codec)
	}
	return nil
}

// block seals the shards of one block when that is worth it; done is false when it
// has to be looked at again although nothing changes.
func (s *sealer) block(ctx context.Context, g *replica.Group, c *mvcc.Codec, id segment.ID, shards []replica.ShardStat, quiet time.Duration) (done bool, err error) {
	h, known := s.headers[id]
	if !known {
		if h, err = segment.Find(s.db.opts.Data.Reader(), id); err != nil && !errors.Is(err, segment.ErrCorrupt) {
			return false, err
		}
		s.headers[id] = h
	}
	sealed := map[schema.ShardID]schema.Timestamp{}
	if h != nil {
		for _, sh := range h.Shards {
			sealed[sh.ID] = sh.LastTS
		}
	}
	limit := schema.Timestamp(time.Now().Add(-quiet).UnixMilli()) << schema.LogicalBits
	var rest []schema.ShardID
	var rows, changed int64
	done = true
	for _, sh := range shards {
		switch {
		case sh.ID.Index() || sh.Rows == 0:
			continue
		case quiet >= 0 && sh.LastTS > limit:
			done = false
			continue
		}
		rest = append(rest, sh.ID)
		rows += sh.Rows
		if sealed[sh.ID] != sh.LastTS {
			changed += sh.Rows
		}
	}
	if changed == 0 || rows < s.db.opts.SealRows || quiet >= 0 && changed*sealGrowth < rows {
		return done, nil
	}
	started := time.Now()
	h, err = s.write(ctx, g, c, id, rest)
	if err != nil {
		return false, err
	}
	s.headers[id] = h
	if quiet >= 0 {
		select {
		case <-ctx.Done():
		case <-time.After(time.Since(started)):
		}
	}
	return done, nil
}

// write writes the segment of those of the shards that nobody writes meanwhile.
func (s *sealer) write(ctx context.Context, g *replica.Group, c *mvcc.Codec, id segment.ID, shards []schema.ShardID) (*segment.Header, error) {
	before, after := make([]schema.Timestamp, len(shards)), make([]schema.Timestamp, len(shards))
	g.LastTS(shards, before)
	t := s.db.Begin(ReadCommitted)
	defer func() { _ = t.Rollback(context.WithoutCancel(ctx)) }()
	if err := t.Statement(ctx); err != nil {
		return nil, err
	}
	if err := t.barrier(ctx, g.ID()); err != nil {
		return nil, err
	}
	snap := s.db.opts.Data.NewSnapshot()
	defer func() { _ = snap.Close() }()
	// Every commit at or below the read timestamp was published by the barrier. Where
	// the newest one is still the one of before, it is what the snapshot shows.
	g.LastTS(shards, after)

	tbl := c.Table()
	keyed := false
	for o := range tbl.Columns {
		keyed = keyed || c.NeedsKey(o)
	}
	rows, err := mvcc.NewScanner(snap, c, t.readTS, keyed)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	w, err := segment.NewWriter(s.db.opts.Data, id, tbl)
	if err != nil {
		return nil, err
	}
	out := sealBuffer{w: w, cols: make([]vector.Vector, len(tbl.Columns))}
	for i, sh := range shards {
		if before[i] != after[i] || after[i] == 0 || after[i] > t.readTS {
			continue
		}
		n, err := out.shard(ctx, rows, g.ID(), sh)
		if err != nil {
			return nil, err
		}
		w.Shard(segment.Shard{ID: sh, LastTS: after[i], Rows: n})
	}
	if s.db.emptied.since(id.Table, t.moment) {
		return nil, ErrTableGone
	}
	return w.Finish()
}

// sealBuffer carries rows from a scanner to a writer.
type sealBuffer struct {
	w      *segment.Writer
	morsel mvcc.Morsel
	cols   []vector.Vector
	batch  vector.Batch
}

// shard copies the rows of a shard and returns their number.
func (b *sealBuffer) shard(ctx context.Context, rows *mvcc.Scanner, g schema.GroupID, id schema.ShardID) (n uint32, err error) {
	from, to := keys.ShardBounds(g, id)
	rows.Seek(from, to, nil)
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		b.morsel.Reset()
		if more, err = rows.Fill(&b.morsel); err != nil {
			return 0, err
		}
		k := b.morsel.Rows()
		if k == 0 {
			continue
		}
		b.batch = vector.Batch{Len: k, Cols: b.batch.Cols[:0]}
		for o := range b.cols {
			if err := b.morsel.Decode(o, 0, k, &b.cols[o]); err != nil {
				return 0, err
			}
			b.batch.Cols = append(b.batch.Cols, &b.cols[o])
		}
		if err := b.w.Append(&b.batch); err != nil {
			return 0, err
		}
		n += uint32(k)
	}
	return n, nil
}
