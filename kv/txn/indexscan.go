package txn

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"slices"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// IndexRange is a range of an index: its leading keys are Equal, values of their types
// or NULL, and the next one lies between Lo and Hi, if it has them; it is then not
// NULL.
type IndexRange struct {
	Equal  []vector.Datum
	Lo, Hi *IndexBound
}

// IndexBound is one end of an IndexRange.
type IndexBound struct {
	Value  vector.Datum // not NULL
	Strict bool         // the value itself is outside
}

// indexScan is what a scan through an index adds to a Scan.
type indexScan struct {
	index *index
	own   map[schema.GroupID]*written // entries
}

// useIndex turns a scan into one through the index that its Spec names. It reports
// false when the index cannot be used at the statement's timestamp.
func (t *Txn) useIndex(ctx context.Context, sc *Scan) (bool, error) {
	tbl := sc.spec.Table
	sp := newSpread(tbl, sc.codec)
	all := newIndexes(&sp)
	i := slices.IndexFunc(all, func(x index) bool { return x.ID == sc.spec.Index })
	if i < 0 || all[i].State != schema.IndexReady || all[i].Since > t.readTS {
		return false, nil
	}
	x := &all[i]
	rows := t.view.Shards(tbl.ID, math.MinInt64, math.MaxInt64, true)
	if tbl.Sliced() {
		rows = t.shards(tbl.ID, sc.spec.Lo, sc.spec.Hi, sc.spec.Nulls)
	}
	sc.kept = len(rows)
	sc.index = &indexScan{index: x}
	for _, s := range rows {
		if err := t.barrier(ctx, s.Group); err != nil {
			return false, err
		}
	}
	homes := rows
	switch x.homing {
	case entryPlace:
		homes = nil
		for _, s := range rows {
			if s.ID.Sequence == 0 {
				homes = append(homes, s)
			}
		}
	case entryIndex:
		homes = nil
		for _, s := range t.view.AllShards(tbl.ID) {
			if s.ID.Index() && s.State != schema.ShardDropping {
				homes = append(homes, s)
			}
		}
	}
	for _, s := range homes {
		if err := t.barrier(ctx, s.Group); err != nil {
			return false, err
		}
	}
	var err error
	if sc.own, err = t.written(tbl.ID); err != nil {
		return false, err
	}
	if sc.index.own, err = t.written(tbl.ID); err != nil {
		return false, err
	}
	for _, w := range sc.index.own {
		w.index = true
	}
	for k := range sc.spec.Ranges {
		x.cut(sc, &sc.spec.Ranges[k], homes, &sp)
	}
	return true, nil
}

// cut makes a unit of each shard that may have entries of a range.
func (x *index) cut(sc *Scan, r *IndexRange, homes []schema.Shard, sp *spread) {
	prefix := binary.BigEndian.AppendUint32(nil, uint32(x.ID))
	for i, d := range r.Equal {
		prefix = keys.AppendIndexedDatum(prefix, x.keys[i].typ, x.keys[i].order, d)
	}
	whole := len(r.Equal) == len(x.keys)
	partition := x.place(sp, place{}, prefix).partition
	for _, s := range homes {
		if whole && x.homing == entryIndex && s.ID.Partition != partition {
			continue
		}
		at := append(keys.AppendIndexPrefix(nil, s.Group, s.ID), prefix...)
		u := unit{group: s.Group, first: s.ID, last: s.ID}
		u.from, u.to = keys.Bounds(at)
		if !whole && (r.Lo != nil || r.Hi != nil) {
			k := &x.keys[len(r.Equal)]
			lo, hi := r.Lo, r.Hi
			if k.order.Desc {
				lo, hi = hi, lo
			}
			u.from = keys.AppendEnd(k.bound(at, lo, false))
			u.to = keys.AppendEnd(k.bound(at, hi, true))
		}
		sc.units = append(sc.units, u)
	}
}

// bound appends the end of a range of the key to prefix: a bound of store keys.
func (k *indexKey) bound(prefix []byte, b *IndexBound, upper bool) []byte {
	dst := bytes.Clone(prefix)
	if b == nil {
		return keys.AppendNotNull(dst, upper)
	}
	dst = keys.AppendIndexedDatum(dst, k.typ, k.order, b.Value)
	if b.Strict != upper {
		// Behind everything that begins with the value.
		dst = keys.AppendAfter(nil, dst)
		dst = dst[:len(dst)-1]
	}
	return dst
}

// indexReader is the part of a Reader that reads entries.
type indexReader struct {
	entries *mvcc.Scanner
	own     map[schema.GroupID]*mvcc.Overlay // rows
	locator []byte
}

// fillByIndex appends the rows of the unit's next entries to the morsel; more is false
// at the unit's end.
func (r *Reader) fillByIndex() (more bool, err error) {
	x := r.index
	for !r.m.rows.Full() {
		key, value, ok, err := x.entries.NextEntry()
		if !ok || err != nil {
			return false, err
		}
		if x.locator, err = appendLocator(x.locator[:0], key, value); err != nil {
			return false, err
		}
		g, _, _, err := mvcc.SplitLocator(x.locator)
		if err != nil {
			return false, err
		}
		own, err := r.ownRows(g)
		if err != nil {
			return false, err
		}
		var o *mvcc.Overlay
		if v, ok := own.Get(x.locator); ok {
			o = mvcc.NewOverlay([]mvcc.OverlayEntry{{Key: x.locator, Value: v}})
		}
		r.rows.SeekKey(x.locator, o)
		if _, err := r.rows.Fill(&r.m.rows); err != nil {
			return false, err
		}
	}
	return true, nil
}

// ownRows returns all that the transaction wrote to the table's rows in a group.
func (r *Reader) ownRows(g schema.GroupID) (*mvcc.Overlay, error) {
	w := r.scan.own[g]
	if w == nil {
		return nil, nil
	}
	if o, ok := r.index.own[g]; ok {
		return o, nil
	}
	first := schema.ShardID{Table: r.scan.spec.Table.ID, Start: math.MinInt64}
	last := schema.ShardID{Table: first.Table, Start: math.MaxInt64, Partition: math.MaxUint16, Sequence: math.MaxUint16}
	from, to := keys.TableBounds(g, keys.KindRow, first.Table)
	o, err := w.overlay(&r.scan.cache, r.scan.snap, first, last, from, to)
	if err != nil {
		return nil, err
	}
	if r.index.own == nil {
		r.index.own = make(map[schema.GroupID]*mvcc.Overlay)
	}
	r.index.own[g] = o
	return o, nil
}
