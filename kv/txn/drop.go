package txn

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/dejaq/fasti/meta/schema"
)

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
// meanwhile wait for it. Statements that have begun may find the table empty.
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
	rev, err := db.opts.Cluster.SetShardState(ctx, ids, schema.ShardDropping)
	if err != nil {
		return err
	}
	db.opts.Oracle.AdvanceMeta(rev)
	var all errgroup.Group
	done := make(map[schema.GroupID]bool)
	for _, s := range shards {
		if done[s.Group] {
			continue
		}
		done[s.Group] = true
		g, err := db.group(s.Group)
		if err != nil {
			return err
		}
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
