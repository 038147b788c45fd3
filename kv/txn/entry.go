package txn

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
)

// entryHoming is where the entries of an index are; doc.go says more.
type entryHoming uint8

const (
	entryLocal entryHoming = iota // in the shard of the row
	entryPlace                    // in sequence 0 of the row's place
	entryIndex                    // in a shard of homes
)

// The first byte of an entry's value.
const (
	entryHere    = 1 // uvarint: how many bytes at the key's end are the row key
	entryLocator = 2 // the row's locator
)

// index is an index of a table as transactions write it.
type index struct {
	*schema.Index
	homing entryHoming
	// timed: a key is the time column.
	timed bool
	keys  []indexKey
	pred  int // column of the batch with the predicate, -1 for none
}

type indexKey struct {
	column int // of the batch
	typ    types.Type
	order  keys.Order
}

// newIndexes describes the indexes of a table.
func newIndexes(s *spread) []index {
	t := s.tbl
	var all []index
	derived := len(t.Columns)
	for i := range t.Indexes {
		x := index{Index: &t.Indexes[i], pred: -1}
		columns := make([]int, 0, len(x.Keys))
		for k, key := range x.Keys {
			c := key.Column
			if c < 0 {
				c = derived
				derived++
			} else {
				columns = append(columns, c)
			}
			x.keys = append(x.keys, indexKey{c, t.KeyType(x.Index, k), keys.Order{Desc: key.Desc, NullsFirst: key.NullsFirst}})
		}
		if x.Predicate != "" {
			x.pred = derived
			derived++
		}
		if x.Unique {
			x.timed = t.Sliced() && slices.Contains(columns, t.Time)
			x.homing = entryIndex
			spread := t.Partitions == 1 || len(s.hashed) > 0
			for _, o := range s.hashed {
				spread = spread && slices.Contains(columns, o)
			}
			if spread && (x.timed || !t.Sliced()) {
				x.homing = entryPlace
			}
		}
		all = append(all, x)
	}
	return all
}

// appendKeys appends the index's id and the keys of a row of a batch, and reports
// whether one of them is NULL.
func (x *index) appendKeys(dst []byte, cols []*vector.Vector, row int) (key []byte, null bool) {
	dst = binary.BigEndian.AppendUint32(dst, uint32(x.ID))
	for i := range x.keys {
		k := &x.keys[i]
		null = null || cols[k.column].IsNull(row)
		dst = keys.AppendIndexed(dst, k.typ, k.order, cols[k.column], row)
	}
	return dst, null
}

// holds reports whether the index has an entry of a row.
func (x *index) holds(cols []*vector.Vector, row int) bool {
	if x.pred < 0 {
		return true
	}
	p := cols[x.pred]
	return !p.IsNull(row) && p.Bool(row)
}

// judges reports whether the keys of an entry belong to one row only.
func (x *index) judges(null bool) bool { return x.Unique && (!null || x.NullsNotDistinct) }

// place returns the place of an entry that is not local, of a row at a place.
func (x *index) place(s *spread, at place, entryKeys []byte) place {
	if x.homing == entryPlace {
		return at
	}
	h := place{partition: schema.IndexPartition + uint16(xxhash.Sum64(entryKeys)%homePartitions)}
	switch {
	case x.timed:
		h.start = at.start
	case s.tbl.Sliced():
		h.start = s.tbl.SliceStart(0)
	}
	return h
}

// decode returns the keys of an entry.
func (x *index) decode(entry []byte) ([]vector.Datum, error) {
	if len(entry) < 4 {
		return nil, &keys.FormatError{Reason: "short entry", Bytes: entry}
	}
	ds := make([]vector.Datum, len(x.keys))
	rest := entry[4:]
	var err error
	for i, k := range x.keys {
		if ds[i], rest, err = keys.DecodeIndexed(rest, k.typ, k.order); err != nil {
			return nil, err
		}
	}
	return ds, nil
}

// appendLocator appends the locator of the row of an entry, which has a store key
// (without its version) and a value.
func appendLocator(dst, key, value []byte) ([]byte, error) {
	if len(value) > 1 {
		switch value[0] {
		case entryLocator:
			return append(dst, value[1:]...), nil
		case entryHere:
			n, size := binary.Uvarint(value[1:])
			if size > 0 && n <= uint64(len(key)-keys.RowOffset) {
				at := len(dst)
				dst = append(dst, key[:keys.RowOffset]...)
				dst[at+4] = byte(keys.KindRow)
				return append(dst, key[len(key)-int(n):]...), nil
			}
		}
	}
	return nil, &keys.FormatError{Reason: "no value of an entry", Bytes: value}
}

// entryState is what is known of the entries of a batch's rows in one index.
type entryState struct {
	buf  []byte
	ends []uint32 // of the keys in buf, by row
	todo []bool   // the row's entry is to be written
	// judged: the keys must be the row's alone; check is what the write checks.
	judged []bool
	check  []mvcc.Check
	home   []*target // of entries that are not local
}

func (e *entryState) reset(n int) {
	e.buf = e.buf[:0]
	e.ends = slices.Grow(e.ends[:0], n)[:n]
	e.todo = slices.Grow(e.todo[:0], n)[:n]
	e.judged = slices.Grow(e.judged[:0], n)[:n]
	e.check = slices.Grow(e.check[:0], n)[:n]
	e.home = slices.Grow(e.home[:0], n)[:n]
	clear(e.todo)
}

// key returns the index's id and the keys of a row; starts remembers where they begin.
func (e *entryState) key(start uint32, row int) []byte { return e.buf[start:e.ends[row]:e.ends[row]] }

// entries is what a transaction keeps of the indexes of a table.
type entries struct {
	list []index
	// own tells which judged keys the transaction has made and removed; stale says
	// that it has to be made anew.
	own   *keySet
	stale bool

	state  []entryState // by index, of the batch being written
	starts [][]uint32   // by index and row: where the key begins in buf
	key    []byte
	value  []byte
}

func (w *table) initEntries() {
	w.entries = entries{list: newIndexes(&w.route.spread)}
	w.entries.state = make([]entryState, len(w.entries.list))
	w.entries.starts = make([][]uint32, len(w.entries.list))
	w.entries.own = newKeySet()
}

// loadEntries computes the keys of all rows of a batch of n rows.
func (w *table) loadEntries(cols []*vector.Vector, n int, rows []uint16) {
	for i := range w.entries.list {
		x, e := &w.entries.list[i], &w.entries.state[i]
		e.reset(n)
		starts := slices.Grow(w.entries.starts[i][:0], n)[:n]
		for _, r := range rows {
			if !x.holds(cols, int(r)) {
				continue
			}
			starts[r] = uint32(len(e.buf))
			var null bool
			e.buf, null = x.appendKeys(e.buf, cols, int(r))
			e.ends[r] = uint32(len(e.buf))
			e.todo[r], e.judged[r], e.check[r], e.home[r] = true, x.judges(null), mvcc.None, nil
		}
		w.entries.starts[i] = starts
	}
}

func (w *table) entryKey(i int, row uint16) []byte {
	return w.entries.state[i].key(w.entries.starts[i][row], int(row))
}

// judgeEntries finds the homes of the entries to be written of rows that belong to a
// target, and a duplicate among them. cols are the batch's.
func (w *table) judgeEntries(ctx context.Context, cols []*vector.Vector, runs []run) error {
	judged := false
	groups := make(map[schema.GroupID]struct{})
	for i := range w.entries.list {
		x, e := &w.entries.list[i], &w.entries.state[i]
		if x.homing == entryLocal {
			continue
		}
		for _, u := range runs {
			for _, r := range u.rows {
				if !e.todo[r] {
					continue
				}
				h, err := w.entryHome(ctx, x, u.to.place, w.entryKey(i, r))
				if err != nil {
					return err
				}
				e.home[r] = h
				groups[h.home.group.ID()] = struct{}{}
				judged = judged || e.judged[r]
			}
		}
	}
	if !judged {
		return nil
	}
	if err := w.catchUpIn(ctx, groups); err != nil {
		return err
	}
	own, err := w.ownEntries()
	if err != nil {
		return err
	}
	seek, err := mvcc.NewSeeker(w.t.db.opts.Data.Reader())
	if err != nil {
		return err
	}
	return errors.Join(w.judge(own, seek, cols, runs), seek.Close())
}

func (w *table) judge(own *keySet, seek *mvcc.Seeker, cols []*vector.Vector, runs []run) error {
	for i := range w.entries.list {
		x, e := &w.entries.list[i], &w.entries.state[i]
		for _, u := range runs {
			for _, r := range u.rows {
				if !e.todo[r] || !e.judged[r] {
					continue
				}
				key := w.entryKey(i, r)
				switch own.set(key, true) {
				case keyLive:
					return w.entryTaken(x, cols, int(r), false)
				case keyRemoved:
					continue
				}
				e.check[r] = mvcc.Absent
				h := e.home[r]
				w.entries.key = append(keys.AppendIndexPrefix(w.entries.key[:0], h.home.group.ID(), h.first()), key...)
				_, value, ok, err := seek.NewestAt(w.entries.key, mvcc.MaxTimestamp)
				if err != nil {
					return err
				}
				if ok && len(value) > 0 {
					return w.entryTaken(x, cols, int(r), true)
				}
			}
		}
	}
	return nil
}

// first returns the shard of a place where keys are judged.
func (tg *target) first() schema.ShardID {
	id := tg.shard.ID
	id.Sequence = 0
	return id
}

// entryHome returns the target whose first shard has an entry that is not local.
func (w *table) entryHome(ctx context.Context, x *index, at place, key []byte) (*target, error) {
	h := w.route.target(x.place(&w.route.spread, at, key))
	if h.resolved {
		return h, nil
	}
	return h, w.resolve(ctx, []*target{h})
}

// entryTaken is the error for a row of a batch whose keys are another's; others says
// that it is not one of the transaction's own.
func (w *table) entryTaken(x *index, cols []*vector.Vector, row int, others bool) error {
	var ds []vector.Datum
	for _, k := range x.keys {
		ds = append(ds, vector.At(cols[k.column], row))
	}
	if others && w.inserting && w.arbiters[x.ID] {
		return &ConflictError{Table: w.tbl}
	}
	return &DuplicateKeyError{Table: w.tbl, Index: x.Index, Key: ds}
}

// putEntries writes the entries of rows that have been put into a shard. ids are the
// row ids, by row, of a table without a primary key.
func (w *table) putEntries(l *list, shard schema.ShardID, rows []uint16, ids []uint64) error {
	for i := range w.entries.list {
		e := &w.entries.state[i]
		for _, r := range rows {
			if !e.todo[r] {
				continue
			}
			s := &w.entries
			s.key = append(s.key[:0], w.entryKey(i, r)...)
			n := len(s.key)
			if !e.judged[r] {
				s.key = w.appendRowKey(s.key, int(r), ids)
			}
			to, in := l, shard
			if h := e.home[r]; h != nil {
				to, in = h.home, h.first()
				s.value = append(s.value[:0], entryLocator)
				s.value = keys.AppendRowPrefix(s.value, l.group.ID(), shard)
				s.value = w.appendRowKey(s.value, int(r), ids)
			} else {
				s.value = binary.AppendUvarint(append(s.value[:0], entryHere), uint64(len(s.key)-n))
			}
			if err := w.putEntry(to, in, mvcc.Replace, e.check[r], s.key, s.value); err != nil {
				return err
			}
		}
	}
	return nil
}

// appendRowKey appends the row key of a loaded row.
func (w *table) appendRowKey(dst []byte, row int, ids []uint64) []byte {
	if !w.codec.RowID() {
		return append(dst, w.enc.Key(row)...)
	}
	if len(w.tbl.OrderBy) > 0 {
		dst = append(dst, w.enc.Key(row)...)
	}
	return binary.BigEndian.AppendUint64(dst, ids[row])
}

func (w *table) putEntry(l *list, shard schema.ShardID, kind mvcc.WriteKind, check mvcc.Check, key, value []byte) error {
	p, err := l.room(len(key) + len(value))
	if err != nil {
		return err
	}
	before := p.ws.Len()
	p.ws.Begin(shard, w.t.readTS)
	p.ws.AddEntry(kind, check, key, value)
	return l.wrote(p, before)
}

// dropEntry removes the entry of a stored row in an index. key has the index's id and
// the keys of the row.
func (w *table) dropEntry(ctx context.Context, own *keySet, x *index, r *located, key []byte, null bool) error {
	judged := x.judges(null)
	l, shard := r.list, r.shard
	if x.homing != entryLocal {
		h, err := w.entryHome(ctx, x, r.place(), key)
		if err != nil {
			return err
		}
		l, shard = h.home, h.first()
	}
	if judged {
		own.set(key, false)
	} else {
		key = append(key, r.rowKey...)
	}
	check := mvcc.None // the row has one
	if judged {
		check = mvcc.Unchanged
	}
	return w.putEntry(l, shard, mvcc.Retract, check, key, nil)
}

// dropEntries removes all entries of a stored row, which is row i of a batch.
func (w *table) dropEntries(ctx context.Context, own *keySet, r *located, old []*vector.Vector, i int) error {
	for k := range w.entries.list {
		x := &w.entries.list[k]
		if !x.holds(old, i) {
			continue
		}
		var null bool
		w.entries.key, null = x.appendKeys(w.entries.key[:0], old, i)
		if err := w.dropEntry(ctx, own, x, r, w.entries.key, null); err != nil {
			return err
		}
	}
	return nil
}

// changeEntries compares the entries of a stored row that stays with those of its new
// version, row i of both batches: what goes is removed, what does not change is not
// to be written.
func (w *table) changeEntries(ctx context.Context, own *keySet, r *located, old []*vector.Vector, i int) error {
	for k := range w.entries.list {
		x, e := &w.entries.list[k], &w.entries.state[k]
		if !x.holds(old, i) {
			continue
		}
		var null bool
		w.entries.key, null = x.appendKeys(w.entries.key[:0], old, i)
		if e.todo[i] && bytes.Equal(w.entries.key, w.entryKey(k, uint16(i))) {
			e.todo[i] = false
			continue
		}
		if err := w.dropEntry(ctx, own, x, r, w.entries.key, null); err != nil {
			return err
		}
	}
	return nil
}

// ownEntries returns the set of judged keys, made anew from what is left of the
// writes after a rollback to a savepoint.
func (w *table) ownEntries() (*keySet, error) {
	s := &w.entries
	if !s.stale {
		return s.own, nil
	}
	s.own = newKeySet()
	unique := make(map[schema.TableID]bool)
	for i := range s.list {
		unique[s.list[i].ID] = s.list[i].Unique
	}
	for _, l := range w.t.lists {
		for i, p := range l.pieces {
			open := l.open && i == len(l.pieces)-1
			if !open && !p.has(w.tbl.ID) {
				continue
			}
			ws, err := l.bytes(p, i, w.t.db.opts.Data.Reader())
			if err != nil {
				return nil, err
			}
			it := mvcc.ReadWrites(ws)
			for it.Next() {
				k := &it.Write
				if k.Index && k.Shard.Table == w.tbl.ID && len(k.Key) > 4 && unique[schema.TableID(binary.BigEndian.Uint32(k.Key))] {
					s.own.set(k.Key, !k.Kind.Tombstone())
				}
			}
			if err := it.Err(); err != nil {
				return nil, err
			}
		}
	}
	s.stale = false
	return s.own, nil
}
