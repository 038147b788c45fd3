package txn

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// errLocator is returned for bytes that are no locator of the table.
var errLocator = errors.New("txn: no locator of this table")

// located is a row by its locator.
type located struct {
	list   *list
	shard  schema.ShardID
	rowKey []byte
}

// locate takes a locator apart. The last located row helps: neighbours are in one
// shard.
func (w *table) locate(l []byte, last *located) (r located, err error) {
	g, shard, key, err := mvcc.SplitLocator(l)
	if err != nil || shard.Table != w.tbl.ID {
		return r, fmt.Errorf("%w: %x", errLocator, l)
	}
	r.shard, r.rowKey = shard, key
	if last.list != nil && last.list.group.ID() == g {
		r.list = last.list
		return r, nil
	}
	r.list, err = w.t.list(g)
	return r, err
}

func (r *located) place() place { return place{r.shard.Start, r.shard.Partition} }

// Delete removes the rows that the locators of the given rows name: each once, and
// each as a scan of this statement gave it. old has the same rows with all columns of
// the table and what schema.Table.Derived lists; it may be nil when the table has no
// indexes.
func (t *Txn) Delete(ctx context.Context, tbl *schema.Table, locators *vector.Vector, rows vector.Rows, old *vector.Batch) error {
	w, err := t.writes(ctx, tbl)
	if err != nil {
		return err
	}
	own, err := w.ownKeys()
	if err != nil {
		return err
	}
	ownEntries, err := w.ownEntries()
	if err != nil {
		return err
	}
	var at located
	for _, row := range rows.Selection() {
		if at, err = w.locate(locators.Bytes(int(row)), &at); err != nil {
			return t.fail(err)
		}
		if len(w.entries.list) > 0 {
			if err := w.dropEntries(ctx, ownEntries, &at, old.Cols, int(row)); err != nil {
				return t.fail(err)
			}
		}
		if err := w.delete(ctx, own, &at); err != nil {
			return t.fail(err)
		}
	}
	return nil
}

// delete removes a row, and its stub if it does not lie at home.
func (w *table) delete(ctx context.Context, own *keySet, r *located) error {
	if err := w.putKey(r.list, r.shard, mvcc.Delete, mvcc.Unchanged, r.rowKey, nil); err != nil {
		return err
	}
	if w.route.homing == homeNone {
		return nil
	}
	own.set(r.rowKey, false)
	if w.route.isHome(r.shard) {
		return nil
	}
	home, l, err := w.homeOfRow(ctx, r)
	if err != nil {
		return err
	}
	return w.putKey(l, home, mvcc.Retract, mvcc.Unchanged, r.rowKey, nil)
}

// homeOfRow returns the home of a row that lies elsewhere.
func (w *table) homeOfRow(ctx context.Context, r *located) (schema.ShardID, *list, error) {
	if w.route.homing == homeIndex {
		h, err := w.homeOf(ctx, r.place(), r.rowKey)
		if err != nil {
			return schema.ShardID{}, nil, err
		}
		return h.shard.ID, h.list, nil
	}
	id := r.shard
	id.Sequence = 0
	s, ok := w.t.view.Shard(id)
	if !ok {
		return id, nil, ErrTableGone
	}
	l, err := w.t.list(s.Group)
	return id, l, err
}

// Update replaces the rows that locators name by the rows of b that count: row i of
// locators is row i of b, each locator comes once, and as a scan of this statement
// gave it. All columns may change; a row whose key, time or partition changes moves.
// b is as for Insert, old has the rows as they are, as for Delete. Errors are those of
// Insert.
func (t *Txn) Update(ctx context.Context, tbl *schema.Table, locators *vector.Vector, b, old *vector.Batch) error {
	w, err := t.writes(ctx, tbl)
	if err != nil {
		return err
	}
	rows := b.Rows().Selection()
	if len(rows) == 0 {
		return nil
	}
	w.load(b, rows)
	return t.fail(w.update(ctx, locators, b, old, rows))
}

func (w *table) update(ctx context.Context, locators *vector.Vector, b, old *vector.Batch, rows []uint16) error {
	own, err := w.ownKeys()
	if err != nil {
		return err
	}
	var ids []uint64
	if w.codec.RowID() {
		ids = make([]uint64, b.Len)
	}
	// First all rows that stay, in runs of one shard, then those that move: their
	// removals before their insertions, so that keys may change places.
	ownEntries, err := w.ownEntries()
	if err != nil {
		return err
	}
	var at, last located
	var stay, move []uint16
	var kept []run // where rows stay, with entries that change
	flush := func() error {
		if len(stay) == 0 {
			return nil
		}
		err := w.put(last.list, last.shard, mvcc.Replace, mvcc.Unchanged, stay, ids)
		if len(w.entries.list) > 0 {
			kept = append(kept, runAt(&last, stay))
			stay = nil
		}
		stay = stay[:0]
		return err
	}
	cols := w.enc.Columns()
	for _, row := range rows {
		if at, err = w.locate(locators.Bytes(int(row)), &at); err != nil {
			return err
		}
		if ids != nil {
			ids[row] = rowIDOf(at.rowKey)
		}
		to := w.route.placeOf(cols, int(row), place{}, 0)
		if len(w.route.hashed) == 0 && to.partition == w.route.any && at.shard.Partition < schema.IndexPartition {
			to.partition = at.shard.Partition // any partition will do
		}
		if to != at.place() || !w.sameKey(int(row), at.rowKey) {
			move = append(move, row)
			if len(w.entries.list) > 0 {
				if err := w.dropEntries(ctx, ownEntries, &at, old.Cols, int(row)); err != nil {
					return err
				}
			}
			continue
		}
		if len(w.entries.list) > 0 {
			if err := w.changeEntries(ctx, ownEntries, &at, old.Cols, int(row)); err != nil {
				return err
			}
		}
		if at.shard != last.shard || at.list != last.list {
			if err := flush(); err != nil {
				return err
			}
			last = at
		}
		stay = append(stay, row)
	}
	if err := flush(); err != nil {
		return err
	}
	if len(kept) > 0 {
		if err := w.judgeEntries(ctx, b.Cols, kept); err != nil {
			return err
		}
		for _, u := range kept {
			if err := w.putEntries(u.to.list, u.to.shard.ID, u.rows, ids); err != nil {
				return err
			}
		}
	}
	if len(move) == 0 {
		return nil
	}
	return w.move(ctx, own, locators, b.Cols, move, ids)
}

// sameKey reports whether a loaded row has the key of a stored one, but for its id.
func (w *table) sameKey(row int, rowKey []byte) bool {
	if w.codec.RowID() {
		rowKey = rowKey[:len(rowKey)-mvcc.RowIDLen]
		if len(rowKey) == 0 {
			return true
		}
	}
	return bytes.Equal(w.enc.Key(row), rowKey)
}

// move removes rows where they are and inserts them where they belong now.
func (w *table) move(ctx context.Context, own *keySet, locators *vector.Vector, cols []*vector.Vector, rows []uint16, ids []uint64) error {
	var at located
	var err error
	for _, row := range rows {
		if at, err = w.locate(locators.Bytes(int(row)), &at); err != nil {
			return err
		}
		if err := w.delete(ctx, own, &at); err != nil {
			return err
		}
	}
	return w.insert(ctx, cols, rows, ids)
}
