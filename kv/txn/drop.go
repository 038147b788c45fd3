package txn

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/meta/schema"
)

// emptyTimeout bounds how long the removal of a table's shards goes on, once it has
// begun, whatever becomes of the statement that wants it.
const emptyTimeout = time.Minute

// DropTable removes the rows and shards of a table that the catalog has dropped. It
// waits for the transactions of this node that write the table.
func (db *DB) DropTable(ctx context.Context, id schema.TableID) error {
	if db.closed.Load() {
		return ErrClosed
	}
	if err := db.tables.lock(ctx, id, true); err != nil {
		return err
	}
	defer db.tables.unlock(id, true)
	db.codecs.Delete(id)
	return db.empty(ctx, id)
}

// Truncate removes all rows and shards of a table, which stays. It waits for the
// transactions of this node that write the table; those that begin to write it
// meanwhile wait for it. Scans of statements that have begun return ErrTableGone.
// Once it has begun to remove shards, the end of ctx does not stop it.
func (db *DB) Truncate(ctx context.Context, t *schema.Table) error {
	if db.closed.Load() {
		return ErrClosed
	}
	if err := db.tables.lock(ctx, t.ID, true); err != nil {
		return err
	}
	defer db.tables.unlock(t.ID, true)
	return db.empty(ctx, t.ID)
}

// empty removes all shards of a table: first from sight, then from their groups, then
// from the metadata. Its steps may be repeated.
func (db *DB) empty(ctx context.Context, id schema.TableID) error {
	shards := db.opts.Cluster.View().AllShards(id)
	if len(shards) == 0 {
		return nil
	}
	ids := make([]schema.ShardID, len(shards))
	for i, s := range shards {
		ids[i] = s.ID
	}
	var groups []*replica.Group
	for _, s := range shards {
		g, err := db.group(s.Group)
		if err != nil {
			return err
		}
		if !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	if err := db.settle(ctx, groups); err != nil {
		return err
	}
	db.states.forget(id)
	// Half of it is no state to stop in: the table would take no rows.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), emptyTimeout)
	defer cancel()
	rev, err := db.opts.Cluster.SetShardState(ctx, ids, schema.ShardDropping)
	if err != nil {
		return err
	}
	db.opts.Oracle.AdvanceMeta(rev)
	db.emptied.note(id) // before any row goes
	var all errgroup.Group
	for _, g := range groups {
		all.Go(func() error { return g.DropTable(ctx, id) })
	}
	if err := all.Wait(); err != nil {
		return groupError(err)
	}
	rev, err = db.opts.Cluster.DropTable(ctx, id)
	if err != nil {
		return err
	}
	db.opts.Oracle.AdvanceMeta(rev)
	return nil
}

// settle waits until what was committed is carried out in groups: a commit that
// came after the end of its table would bring rows into the next shard of that name.
func (db *DB) settle(ctx context.Context, groups []*replica.Group) error {
	ts, _, err := db.opts.Oracle.Now(ctx, 1)
	if err != nil {
		return oracleError(err)
	}
	var all errgroup.Group
	for _, g := range groups {
		all.Go(func() error { return g.ReadBarrier(ctx, ts) })
	}
	return groupError(all.Wait())
}

// emptied tells since when statements may have begun that meet a table only half
// emptied. It knows tables by their ids modulo its size.
type emptied struct {
	n  atomic.Uint64
	at [256]atomic.Uint64
}

// now returns the present moment. Who takes his timestamp after it does not see the
// shards of tables that were noted before it.
func (e *emptied) now() uint64 { return e.n.Load() }

// note says that a table is being emptied, and that its shards are out of sight.
func (e *emptied) note(id schema.TableID) {
	n, at := e.n.Add(1), &e.at[uint(id)%uint(len(e.at))]
	for old := at.Load(); old < n && !at.CompareAndSwap(old, n); old = at.Load() {
	}
}

// since reports whether a table may have been emptied after a moment.
func (e *emptied) since(id schema.TableID, moment uint64) bool {
	return e.at[uint(id)%uint(len(e.at))].Load() > moment
}

// Recover finishes what a crash has left halfway: the shards of tables for which
// exists is false, and those that were being dropped. The node calls it once, before
// it serves.
func (db *DB) Recover(ctx context.Context, exists func(schema.TableID) bool) error {
	view := db.opts.Cluster.View()
	for _, id := range view.Tables() {
		dropping := !exists(id)
		for _, s := range view.AllShards(id) {
			dropping = dropping || s.State == schema.ShardDropping
		}
		if dropping {
			if err := db.DropTable(ctx, id); err != nil {
				return err
			}
		}
	}
	return nil
}
