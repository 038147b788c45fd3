package cluster

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/dejaq/fasti/meta/etcd"
)

// ReportGroup publishes the status of a group in place of the one before, as its
// leader does seldom (replication.md 4.3): on a change of leader, members or
// health, else at most each 30 s. s.Shards may be in any order and at most 24,576.
// Nothing is written if nothing has changed. It returns ErrNoGroup,
// ErrTooManyShards, or ErrStaleTerm when a leader of a later term has reported.
func (c *Cluster) ReportGroup(ctx context.Context, s *GroupStatus) error {
	counts := slices.Clone(s.Shards)
	slices.SortFunc(counts, func(a, b ShardCount) int { return a.ID.Compare(b.ID) })
	pages := slices.Collect(slices.Chunk(counts, statusPageShards))
	if len(pages) > maxStatusPages {
		return fmt.Errorf("cluster: group %d: %w: %d, at most %d", s.Group, ErrTooManyShards, len(counts), maxStatusPages*statusPageShards)
	}
	head := appendStatus(nil, s, len(pages))
	key := statusKey(s.Group)
	err := c.store.Retry(ctx, func(ctx context.Context) error {
		v, err := c.mirror.WaitNewest(ctx)
		if err != nil {
			return err
		}
		if v.Group(s.Group) == nil {
			return ErrNoGroup
		}
		kv, _, _, err := c.store.Get(ctx, key)
		if err != nil {
			return err
		}
		old := v.status[s.Group]
		if old != nil && old.whole.Term > s.Term {
			return fmt.Errorf("%w: %d, reported is %d", ErrStaleTerm, s.Term, old.whole.Term)
		}
		if old != nil && bytes.Equal(kv.Value, head) && slices.Equal(old.whole.Shards, counts) {
			return nil
		}
		txn := etcd.Txn{
			If:   []etcd.Cond{{Key: key, ModRev: kv.ModRev}},
			Then: []etcd.Op{etcd.Put(key, head)},
		}
		for i, p := range pages {
			if old == nil || !slices.Equal(old.pages[i], p) {
				txn.Then = append(txn.Then, etcd.Put(pageKey(key, i), appendCounts(nil, p)))
			}
		}
		for i := len(pages); old != nil && i < maxStatusPages && old.pages[i] != nil; i++ {
			txn.Then = append(txn.Then, etcd.Delete(pageKey(key, i)))
		}
		res, err := c.store.Txn(ctx, txn)
		if err != nil {
			return err
		}
		if !res.OK {
			return etcd.ErrConflict
		}
		_, err = c.mirror.Settle(ctx, res.Rev)
		return err
	})
	if err != nil {
		return fmt.Errorf("cluster: status of group %d: %w", s.Group, err)
	}
	return nil
}

func pageKey(key string, page int) string { return key + "/" + strconv.Itoa(page) }
