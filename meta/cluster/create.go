package cluster

import (
	"context"
	"fmt"
	"slices"

	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
)

// CreateShards makes sure that the wanted shards of t exist, and returns a
// revision of the metadata store at which they all do; the view has reached it.
// New ones are in state pre: their groups do not know them yet. A sequence above 0
// needs the one before it, existing or wanted too. If it fails, some of the shards
// may have been created, and the call may be repeated.
//
// It returns ErrNoTable when the table has been dropped, ErrLayout when its layout
// is no longer t's, ErrDropping, ErrInvalidShard, ErrNoGroup, etcd.ErrNotManager or etcd.ErrUnavailable.
func (c *Cluster) CreateShards(ctx context.Context, t *schema.Table, want []schema.ShardID) (rev int64, err error) {
	want = slices.Clone(want)
	slices.SortFunc(want, schema.ShardID.Compare)
	want = slices.Compact(want)
	for _, id := range want {
		if err := checkShard(t, id); err != nil {
			return 0, err
		}
	}
	rev, err = c.update(ctx, func(ctx context.Context, v *View) ([]etcd.Txn, error) {
		var b batch
		if err := planShards(&b, v, t, want); err != nil || len(b.txns) == 0 {
			return nil, err
		}
		unchanged, err := c.layoutStands(ctx, t)
		for i := range b.txns {
			b.txns[i].If = append(b.txns[i].If, unchanged)
		}
		return b.txns, err
	})
	if err != nil {
		return 0, fmt.Errorf("cluster: create shards of table %d: %w", t.ID, err)
	}
	return rev, nil
}

// layoutStands returns the condition that the stored descriptor of t stays as it
// is. ErrNoTable if there is none, ErrLayout if rows of t lie elsewhere by it.
func (c *Cluster) layoutStands(ctx context.Context, t *schema.Table) (etcd.Cond, error) {
	key := catalog.Key(t.ID)
	kv, ok, _, err := c.store.Get(ctx, key)
	switch {
	case err != nil:
		return etcd.Cond{}, err
	case !ok:
		return etcd.Cond{}, ErrNoTable
	}
	stored, err := schema.DecodeTable(kv.Value)
	if err != nil {
		return etcd.Cond{}, fmt.Errorf("%s: %w", key, err)
	}
	if !stored.SameLayout(t) {
		return etcd.Cond{}, fmt.Errorf("%w: version %d, used was %d", ErrLayout, stored.Version, t.Version)
	}
	return etcd.Cond{Key: key, ModRev: kv.ModRev}, nil
}

// checkShard returns ErrInvalidShard for an id that t cannot have.
func checkShard(t *schema.Table, id schema.ShardID) error {
	why := ""
	switch null := id.Partition == schema.NullPartition; {
	case id.Table != t.ID:
		why = "another table's"
	case id.Index() && id.Sequence > 0:
		why = "homes of keys have one sequence"
	case !null && !id.Index() && int(id.Partition) >= t.Partitions:
		why = "no such partition"
	case null && !t.Sliced():
		why = "a keyed table has no times"
	case (null || !t.Sliced()) && id.Start != 0:
		why = "its start is not 0"
	case !null && t.Sliced() && t.SliceStart(id.Start) != id.Start:
		why = "no slice begins there"
	default:
		return nil
	}
	return fmt.Errorf("cluster: table %d: shard %+v: %w: %s", t.ID, id, ErrInvalidShard, why)
}

// planShards adds to b what creates those of the wanted shards, which are in
// order, that v does not have.
func planShards(b *batch, v *View, t *schema.Table, want []schema.ShardID) error {
	ts := v.tables[t.ID]
	if ts == nil {
		ts = &tableShards{ordered: true}
	}
	// Wanted shards of one run are neighbours, except where rows without a
	// time, whose start is 0, come between: hence a map, in order of creation.
	edits := make(map[runID]*runEdit)
	var order []*runEdit
	for _, id := range want {
		if s, _, ok := v.locate(id); ok {
			if s.State == schema.ShardDropping {
				return fmt.Errorf("shard %+v: %w", id, ErrDropping)
			}
			continue
		}
		rid := runOf(t, id)
		e := edits[rid]
		if e == nil {
			e = editRun(t.ID, rid, ts.get(rid))
			edits[rid] = e
			order = append(order, e)
		}
		if err := e.create(v, t, id); err != nil {
			return err
		}
	}
	for _, e := range order {
		e.finish(b)
	}
	return nil
}

// create adds a shard to the run and chooses its group.
func (e *runEdit) create(v *View, t *schema.Table, id schema.ShardID) error {
	group, err := e.choose(v, id)
	if err != nil {
		return err
	}
	s := schema.Shard{ID: id, Group: group, State: schema.ShardPre}
	if t.Sliced() && id.Partition != schema.NullPartition {
		s.End = t.SliceEnd(id.Start)
	}
	i := len(e.chunks) - 1
	if i < 0 || len(e.chunks[i].shards) >= chunkShards {
		n := 0
		if i >= 0 {
			n = e.chunks[i].n + 1
		}
		e.chunks = append(e.chunks, chunk{n: n})
		i++
	}
	ch := e.own(i)
	at, _ := findShard(ch.shards, id)
	ch.shards = slices.Insert(ch.shards, at, s)
	return nil
}

// choose returns the group of a new shard.
func (e *runEdit) choose(v *View, id schema.ShardID) (schema.GroupID, error) {
	p := placement{table: id.Table, run: e.id, partition: id.Partition, sequence: id.Sequence}
	if id.Sequence > 0 {
		before := id
		before.Sequence--
		prev, _, ok := v.locate(before)
		if !ok {
			prev, ok = e.find(func(s *schema.Shard) bool { return s.ID == before })
		}
		if !ok {
			return 0, fmt.Errorf("shard %+v: %w: the sequence before it does not exist", id, ErrInvalidShard)
		}
		return place(v.groups, p, prev.Group, nil)
	}
	// Stay where the partition's other slices are, even if the hash has come
	// to prefer a group that is new. Partitions spread evenly over the groups.
	home := e.homes()
	if group, ok := home[id.Partition]; ok {
		if g := v.Group(group); g != nil && g.State == GroupOpen {
			return group, nil
		}
	}
	load := make(map[schema.GroupID]int)
	for _, g := range home {
		load[g]++
	}
	group, err := place(v.groups, p, noGroup, load)
	if err == nil {
		home[id.Partition] = group
	}
	return group, err
}

// homes returns the group of each partition's first sequence in the run.
func (e *runEdit) homes() map[uint16]schema.GroupID {
	if e.home == nil {
		e.home = make(map[uint16]schema.GroupID)
		for _, c := range e.chunks {
			for i := range c.shards {
				if s := &c.shards[i]; s.ID.Sequence == 0 {
					e.home[s.ID.Partition] = s.Group
				}
			}
		}
	}
	return e.home
}

// find returns the first shard of the run for which f holds.
func (e *runEdit) find(f func(*schema.Shard) bool) (schema.Shard, bool) {
	for _, c := range e.chunks {
		for i := range c.shards {
			if f(&c.shards[i]) {
				return c.shards[i], true
			}
		}
	}
	return schema.Shard{}, false
}
