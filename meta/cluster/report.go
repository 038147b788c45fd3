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
	head, key := appendStatus(nil, s), statusKey(s.Group)
	err := c.store.Retry(ctx, func(ctx context.Context) error {
		v, err := c.mirror.WaitNewest(ctx)
		if err != nil {
			return err
		}
		if v.Group(s.Group) == nil {
			return ErrNoGroup
		}
		old := v.status[s.Group]
		if old == nil {
			old = new(status)
		} else if old.head.Term > s.Term {
			return fmt.Errorf("%w: %d, reported is %d", ErrStaleTerm, s.Term, old.head.Term)
		}
		ops := changedPages(key, &old.pages, pages)
		if len(ops) == 0 && old.head != nil && bytes.Equal(appendStatus(nil, old.head), head) {
			return nil
		}
		// The head is written each time, so that its revision guards the pages.
		res, err := c.store.Txn(ctx, etcd.Txn{
			If:   []etcd.Cond{{Key: key, ModRev: old.modRev}},
			Then: append(ops, etcd.Put(key, head)),
		})
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

// changedPages returns what turns the stored pages into the new ones.
func changedPages(key string, old *[maxStatusPages][]ShardCount, pages [][]ShardCount) []etcd.Op {
	var ops []etcd.Op
	for i := range old {
		switch {
		case i >= len(pages) && old[i] != nil:
			ops = append(ops, etcd.Delete(pageKey(key, i)))
		case i < len(pages) && !slices.Equal(old[i], pages[i]):
			ops = append(ops, etcd.Put(pageKey(key, i), appendCounts(nil, pages[i])))
		}
	}
	return ops
}

func pageKey(key string, page int) string { return key + "/" + strconv.Itoa(page) }
