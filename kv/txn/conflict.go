package txn

import (
	"context"
	"errors"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// Conflicts appends to dst, which has one column of bytes, for each row of b that
// counts the locator of the row that has its keys in a unique index, or its primary
// key when index is 0, NULL if there is none; b is as for Insert. It tells what the statement sees. A row that another transaction
// has made since then is no duplicate to this statement's inserts, and not to
// Commit: they return a *ConflictError, for whoever asked would ask again.
func (t *Txn) Conflicts(ctx context.Context, tbl *schema.Table, index schema.TableID, b *vector.Batch, dst *vector.Builder) error {
	w, err := t.writes(ctx, tbl)
	if err != nil {
		return err
	}
	if w.arbiters == nil {
		w.arbiters, w.everArbiter = make(map[schema.TableID]bool), make(map[schema.TableID]bool)
	}
	w.arbiters[index], w.everArbiter[index] = true, true
	rows := b.Rows().Selection()
	if len(rows) == 0 {
		return nil
	}
	w.load(b, rows)
	at := -1
	for i := range w.entries.list {
		if w.entries.list[i].ID == index {
			at = i
		}
	}
	own := &ownVersions{}
	locators := make([][]byte, len(rows))
	for i, row := range rows {
		p := w.route.placeOf(w.enc.Columns(), int(row), place{}, 0)
		var key []byte
		var h place
		if at < 0 {
			key = w.enc.Key(int(row))
			h = w.route.home(p, key)
		} else {
			if e := &w.entries.state[at]; !e.todo[row] || !e.judged[row] {
				continue
			}
			key = w.entryKey(at, row)
			h = w.entries.list[at].place(&w.route.spread, p, key)
		}
		first := t.view.Slice(tbl.ID, h.start, h.partition)
		if len(first) == 0 || first[0].State == schema.ShardDropping {
			continue
		}
		if err := t.barrier(ctx, first[0].Group); err != nil {
			return err
		}
		locators[i] = keys.AppendRowPrefix(nil, first[0].Group, first[0].ID)
		if at >= 0 {
			locators[i] = keys.AppendIndexPrefix(nil, first[0].Group, first[0].ID)
		}
		locators[i] = append(locators[i], key...)
		own.want(locators[i], i)
	}
	if err := t.seen(tbl.ID, own); err != nil {
		return err
	}
	seek, err := mvcc.NewSeeker(t.db.opts.Data.Reader())
	if err != nil {
		return err
	}
	err = w.conflicts(seek, own, at >= 0, rows, locators, dst)
	return errors.Join(err, seek.Close())
}

func (w *table) conflicts(seek *mvcc.Seeker, own *ownVersions, indexed bool, rows []uint16, locators [][]byte, dst *vector.Builder) (err error) {
	for i, row := range rows {
		d := vector.NullDatum
		if locators[i] != nil {
			value, found := own.get(i)
			if !found {
				if _, value, _, err = seek.NewestAt(locators[i], w.t.readTS); err != nil {
					return err
				}
			}
			switch {
			case len(value) == 0:
			case indexed:
				l, err := appendLocator(nil, locators[i], value)
				if err != nil {
					return err
				}
				d = vector.StringDatum(string(l))
			case mvcc.IsStub(value):
				id, err := mvcc.StubShard(value)
				if err != nil {
					return err
				}
				if s, ok := w.t.view.Shard(id); ok && s.State != schema.ShardDropping {
					d = vector.StringDatum(string(append(keys.AppendRowPrefix(nil, s.Group, id), w.enc.Key(int(row))...)))
				}
			default:
				d = vector.StringDatum(string(locators[i]))
			}
		}
		if err := dst.AppendDatums([]vector.Datum{d}); err != nil {
			return err
		}
	}
	return nil
}
