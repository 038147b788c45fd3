package cluster

import (
	"context"
	"errors"

	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
)

const (
	// Bounds of one transaction of several runs, below etcd's, so that a few
	// conditions more have room.
	batchOps   = etcd.MaxTxnOps - 6
	batchBytes = 512 << 10
)

// update runs the transactions that plan makes of a view, one after the other,
// and returns the revision at which all of them are done, once the view shows it.
// If the state has changed meanwhile, or an outcome is unknown, it plans anew: what
// is already done must not appear in the new plan.
func (c *Cluster) update(ctx context.Context, plan func(ctx context.Context, v *View) ([]etcd.Txn, error)) (rev int64, err error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	uncertain := false
	err = c.store.Retry(ctx, func(ctx context.Context) (err error) {
		// All writes come from here, so the view is current, unless the
		// outcome of the last one is unknown or there is another manager.
		v := c.View()
		if uncertain {
			if v, err = c.mirror.WaitNewest(ctx); err != nil {
				return err
			}
		}
		txns, err := plan(ctx, v)
		if err != nil {
			return err
		}
		rev = v.Rev()
		for _, t := range txns {
			t.Fenced = true
			res, err := c.store.Txn(ctx, t)
			if err != nil {
				uncertain = uncertain || errors.Is(err, etcd.ErrUncertain)
				return err
			}
			rev = res.Rev
			if res.OK {
				continue
			}
			if _, err := c.mirror.Settle(ctx, rev); err != nil {
				return err
			}
			return etcd.ErrConflict
		}
		_, err = c.mirror.Settle(ctx, rev)
		return err
	})
	return rev, err
}

// batch gathers changes of runs into as few transactions as their bounds allow.
// What concerns one run stays in one transaction.
type batch struct {
	txns  []etcd.Txn
	bytes int // of the last transaction
}

// add appends the change of one run.
func (b *batch) add(conds []etcd.Cond, ops []etcd.Op) {
	size := 0
	for _, o := range ops {
		size += o.Size()
	}
	last := len(b.txns) - 1
	if last < 0 || b.bytes+size > batchBytes ||
		len(b.txns[last].If)+len(conds) > batchOps || len(b.txns[last].Then)+len(ops) > batchOps {
		b.txns = append(b.txns, etcd.Txn{})
		b.bytes = 0
		last++
	}
	t := &b.txns[last]
	t.If, t.Then = append(t.If, conds...), append(t.Then, ops...)
	b.bytes += size
}

// runEdit is a run in the making: copies of its chunks, and which have changed.
type runEdit struct {
	table   schema.TableID
	id      runID
	chunks  []chunk
	changed map[int]bool              // chunk.n
	home    map[uint16]schema.GroupID // see homes
}

// editRun begins the change of a run; old is nil if it does not exist.
func editRun(table schema.TableID, id runID, old *run) *runEdit {
	e := &runEdit{table: table, id: id, changed: make(map[int]bool)}
	if old != nil {
		e.chunks = append(e.chunks, old.chunks...)
	}
	return e
}

// own returns chunk i with shards that may be changed.
func (e *runEdit) own(i int) *chunk {
	c := &e.chunks[i]
	if !e.changed[c.n] {
		c.shards = append([]schema.Shard(nil), c.shards...)
		e.changed[c.n] = true
	}
	return c
}

// finish adds the change to b. It is conditioned on all chunks of the run, since
// a shard is in one of them only.
func (e *runEdit) finish(b *batch) {
	if len(e.changed) == 0 {
		return
	}
	var conds []etcd.Cond
	var ops []etcd.Op
	for _, c := range e.chunks {
		key := runKey(e.table, e.id, c.n)
		conds = append(conds, etcd.Cond{Key: key, ModRev: c.modRev})
		switch {
		case !e.changed[c.n]:
		case len(c.shards) == 0:
			ops = append(ops, etcd.Delete(key))
		default:
			ops = append(ops, etcd.Put(key, appendRun(nil, c.shards)))
		}
	}
	b.add(conds, ops)
}
