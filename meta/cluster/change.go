package cluster

import (
	"context"
	"fmt"
	"slices"

	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
)

// SetShardState moves shards forward to a state; those that are there already, or
// further, stay. It returns a revision at which the view shows it. ErrNoShard when
// one of them does not exist; then none has changed.
func (c *Cluster) SetShardState(ctx context.Context, ids []schema.ShardID, state schema.ShardState) (rev int64, err error) {
	rev, err = c.update(ctx, func(_ context.Context, v *View) ([]etcd.Txn, error) {
		return planChange(v, ids, true, func(ch *chunk, i int) {
			ch.shards[i].State = state
		}, func(s *schema.Shard) bool { return s.State < state })
	})
	if err != nil {
		return 0, fmt.Errorf("cluster: shards to state %s: %w", state, err)
	}
	return rev, nil
}

// RemoveShards forgets shards: after their groups have dropped the rows. Those that
// do not exist are passed over. It returns a revision at which the view shows it.
func (c *Cluster) RemoveShards(ctx context.Context, ids []schema.ShardID) (rev int64, err error) {
	rev, err = c.update(ctx, func(_ context.Context, v *View) ([]etcd.Txn, error) {
		return planChange(v, ids, false, func(ch *chunk, i int) {
			ch.shards = slices.Delete(ch.shards, i, i+1)
		}, func(*schema.Shard) bool { return true })
	})
	if err != nil {
		return 0, fmt.Errorf("cluster: remove shards: %w", err)
	}
	return rev, nil
}

// DropTable forgets all shards of a table in one step. It returns a revision at
// which the view shows none.
func (c *Cluster) DropTable(ctx context.Context, table schema.TableID) (rev int64, err error) {
	rev, err = c.update(ctx, func(_ context.Context, v *View) ([]etcd.Txn, error) {
		if v.tables[table] == nil {
			return nil, nil
		}
		return []etcd.Txn{{Then: []etcd.Op{etcd.DeletePrefix(catalog.ShardsPrefix(table))}}}, nil
	})
	if err != nil {
		return 0, fmt.Errorf("cluster: drop table %d: %w", table, err)
	}
	return rev, nil
}

// planChange makes the transactions that change those of the named shards for
// which needed holds. If strict, a shard that does not exist is ErrNoShard.
func planChange(v *View, ids []schema.ShardID, strict bool, change func(ch *chunk, i int), needed func(*schema.Shard) bool) ([]etcd.Txn, error) {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, schema.ShardID.Compare)
	edits := make(map[*run]*runEdit)
	var order []*runEdit
	for _, id := range slices.Compact(ids) {
		s, r, ok := v.locate(id)
		switch {
		case !ok && strict:
			return nil, fmt.Errorf("shard %+v: %w", id, ErrNoShard)
		case !ok || !needed(&s):
			continue
		}
		e := edits[r]
		if e == nil {
			e = editRun(id.Table, r.id, r)
			edits[r] = e
			order = append(order, e)
		}
		e.change(id, change)
	}
	var b batch
	for _, e := range order {
		e.finish(&b)
	}
	return b.txns, nil
}

// change applies f to the chunk that holds the shard.
func (e *runEdit) change(id schema.ShardID, f func(ch *chunk, i int)) {
	for c := range e.chunks {
		i, ok := findShard(e.chunks[c].shards, id)
		if ok {
			f(e.own(c), i)
			return
		}
	}
}
