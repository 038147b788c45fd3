package txn

import (
	"context"
	"errors"
	"fmt"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// fetcher is the memory of Fetch.
type fetcher struct {
	rows mvcc.Morsel
	cols []vector.Vector
	out  vector.Batch
}

// Fetch appends the rows that the locators of the given rows name to dst, in that
// order and as the statement sees them: the columns with the given ordinals, or
// Locator. The locators are of rows that the statement sees.
func (t *Txn) Fetch(ctx context.Context, tbl *schema.Table, columns []int, locators *vector.Vector, rows vector.Rows, dst *vector.Builder) error {
	w, err := t.writes(ctx, tbl)
	if err != nil {
		return err
	}
	sel := rows.Selection()
	own := &ownVersions{}
	for i, row := range sel {
		l := locators.Bytes(int(row))
		g, _, _, err := mvcc.SplitLocator(l)
		if err != nil {
			return err
		}
		if err := t.barrier(ctx, g); err != nil {
			return err
		}
		own.want(l, i)
	}
	if err := t.seen(tbl.ID, own); err != nil {
		return err
	}
	s, err := mvcc.NewScanner(t.db.opts.Data.Reader(), w.codec, t.readTS, true)
	if err != nil {
		return err
	}
	err = w.fetchAll(s, own, columns, locators, sel, dst)
	return errors.Join(err, s.Close())
}

func (w *table) fetchAll(s *mvcc.Scanner, own *ownVersions, columns []int, locators *vector.Vector, sel []uint16, dst *vector.Builder) error {
	f := &w.fetcher
	for from := 0; from < len(sel); {
		f.rows.Reset()
		for ; from < len(sel) && !f.rows.Full(); from++ {
			l := locators.Bytes(int(sel[from]))
			before := f.rows.Rows()
			s.SeekKey(l, own.overlay(l, from))
			if _, err := s.Fill(&f.rows); err != nil {
				return err
			}
			if f.rows.Rows() != before+1 {
				return fmt.Errorf("txn: table %s has no row %x", w.tbl.Name, l)
			}
		}
		if len(f.cols) < len(columns) {
			f.cols = make([]vector.Vector, len(columns))
		}
		f.out = vector.Batch{Len: f.rows.Rows(), Cols: f.out.Cols[:0]}
		for i, c := range columns {
			if err := f.rows.Decode(c, 0, f.rows.Rows(), &f.cols[i]); err != nil {
				return err
			}
			f.out.Cols = append(f.out.Cols, &f.cols[i])
		}
		if err := dst.Append(&f.out); err != nil {
			return err
		}
	}
	return nil
}

// ownVersions looks some keys up among the transaction's own writes: want all, then
// Txn.seen, then ask.
type ownVersions struct {
	places map[string]int // place in values of a store key without its version
	values []ownVersion
	of     []int // place, by the number given to want
}

type ownVersion struct {
	value []byte // empty for a tombstone
	found bool
}

// want asks for a key under a number; numbers come in order, from 0.
func (o *ownVersions) want(locator []byte, number int) {
	if o.places == nil {
		o.places = make(map[string]int)
	}
	p, ok := o.places[string(locator)]
	if !ok {
		p = len(o.values)
		o.places[string(locator)] = p
		o.values = append(o.values, ownVersion{})
	}
	for len(o.of) <= number {
		o.of = append(o.of, -1)
	}
	o.of[number] = p
}

// get returns what the transaction wrote last for the key under a number.
func (o *ownVersions) get(number int) (value []byte, found bool) {
	if number >= len(o.of) || o.of[number] < 0 {
		return nil, false
	}
	v := o.values[o.of[number]]
	return v.value, v.found
}

// overlay returns get's answer in the form that scanners take, nil for none.
func (o *ownVersions) overlay(locator []byte, number int) *mvcc.Overlay {
	v, ok := o.get(number)
	if !ok {
		return nil
	}
	return mvcc.NewOverlay([]mvcc.OverlayEntry{{Key: locator, Value: v}})
}

// seen fills o with what the statement sees of the transaction's own writes to a
// table.
func (t *Txn) seen(id schema.TableID, o *ownVersions) error {
	all, err := t.written(id)
	if err != nil || len(all) == 0 {
		return err
	}
	var cache pieceCache
	var locator []byte
	for group, w := range all {
		for i := range w.parts {
			p := &w.parts[i]
			ws, err := cache.bytes(w.list, p, t.db.opts.Data.Reader())
			if err != nil {
				return err
			}
			for _, b := range p.blocks {
				it := mvcc.ReadWritesAt(ws, b.offset)
				for it.Next() && it.Write.Shard == b.shard {
					k := &it.Write
					if k.Kind == mvcc.Lock {
						continue
					}
					locator = keys.AppendRowPrefix(locator[:0], group, b.shard)
					if k.Index {
						locator = keys.AppendIndexPrefix(locator[:0], group, b.shard)
					}
					locator = append(locator, k.Key...)
					if at, ok := o.places[string(locator)]; ok {
						o.values[at] = ownVersion{k.Value, true}
					}
				}
				if err := it.Err(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
