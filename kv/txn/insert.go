package txn

import (
	"context"
	"errors"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// Insert adds the rows of b that count; b has all columns of the table, in order,
// behind them what schema.Table.Derived lists, and at most 65536 rows. It keeps nothing of b. It returns a *DuplicateKeyError or
// a *TooLargeError; after any error the transaction must be rolled back, to a
// savepoint at least.
func (t *Txn) Insert(ctx context.Context, tbl *schema.Table, b *vector.Batch) error {
	w, err := t.writes(ctx, tbl)
	if err != nil {
		return err
	}
	rows := b.Rows().Selection()
	if len(rows) == 0 {
		return nil
	}
	var ids []uint64
	if w.codec.RowID() {
		first, _, err := t.db.opts.Oracle.Now(ctx, len(rows))
		if err != nil {
			return oracleError(err)
		}
		if cap(w.ids) < b.Len {
			w.ids = make([]uint64, b.Len)
		}
		ids = w.ids[:b.Len]
		for i, r := range rows {
			ids[r] = uint64(first) + uint64(i)
		}
	}
	w.load(b, rows)
	w.inserting = true
	err = w.insert(ctx, b.Cols, rows, ids)
	w.inserting = false
	return t.fail(err)
}

// load prepares for the rows of a batch, as it is for Insert.
func (w *table) load(b *vector.Batch, rows []uint16) {
	n := len(w.tbl.Columns)
	w.enc.Load(&vector.Batch{Len: b.Len, Sel: b.Sel, Cols: b.Cols[:n:n]})
	w.loadEntries(b.Cols, b.Len, rows)
}

// fail notes the failure of a write.
func (t *Txn) fail(err error) error {
	if err != nil && t.broken == nil {
		t.broken = err
	}
	return err
}

// insert adds loaded rows of a batch with the columns cols. ids are the row ids, by
// row, of a table without a primary key.
func (w *table) insert(ctx context.Context, cols []*vector.Vector, rows []uint16, ids []uint64) error {
	runs := w.route.route(w.enc.Columns(), rows)
	var unknown []*target
	for _, u := range runs {
		if !u.to.resolved {
			unknown = append(unknown, u.to)
		}
	}
	if len(unknown) > 0 {
		if err := w.resolve(ctx, unknown); err != nil {
			return err
		}
	}
	if w.route.homing != homeNone {
		return w.insertKeyed(ctx, cols, runs)
	}
	if err := w.judgeEntries(ctx, cols, runs); err != nil {
		return err
	}
	for _, u := range runs {
		if err := w.insertRun(ctx, u.to, u.rows, mvcc.None, ids, nil); err != nil {
			return err
		}
	}
	return nil
}

// insertRun adds rows of one target; placed, if not nil, is told where they went.
func (w *table) insertRun(ctx context.Context, tg *target, rows []uint16, check mvcc.Check, ids []uint64, placed func(rows []uint16) error) error {
	for len(rows) > 0 {
		n, err := w.reserve(ctx, tg, len(rows))
		if err != nil {
			return err
		}
		c := check
		if tg.shard.ID.Sequence > 0 || w.route.homing == homeIndex {
			c = mvcc.None // judged at home
		}
		if err := w.put(tg.list, tg.shard.ID, mvcc.Insert, c, rows[:n], ids); err != nil {
			return err
		}
		if err := w.putEntries(tg.list, tg.shard.ID, rows[:n], ids); err != nil {
			return err
		}
		tg.granted -= int64(n)
		if placed != nil {
			if err := placed(rows[:n]); err != nil {
				return err
			}
		}
		rows = rows[n:]
	}
	return nil
}

// put appends writes of loaded rows to a shard.
func (w *table) put(l *list, shard schema.ShardID, kind mvcc.WriteKind, check mvcc.Check, rows []uint16, ids []uint64) error {
	for len(rows) > 0 {
		_, need := w.enc.Fit(rows[:1], replica.MaxInline)
		if need == 0 {
			return &TooLargeError{Limit: replica.MaxInline}
		}
		p, err := l.room(need)
		if err != nil {
			return err
		}
		n, size := w.enc.Fit(rows, replica.MaxInline-blockRoom-p.ws.Len())
		if n == 0 {
			return &TooLargeError{Limit: replica.MaxInline}
		}
		before := p.ws.Len()
		p.ws.Begin(shard, w.t.readTS)
		w.enc.AppendWrites(&p.ws, kind, check, rows[:n], size, ids)
		if err := l.wrote(p, before); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// putKey appends a single write that is not a row: a tombstone, a stub or a lock.
func (w *table) putKey(l *list, shard schema.ShardID, kind mvcc.WriteKind, check mvcc.Check, key, value []byte) error {
	p, err := l.room(len(key) + len(value))
	if err != nil {
		return err
	}
	before := p.ws.Len()
	p.ws.Begin(shard, w.t.readTS)
	p.ws.Add(kind, check, key, value)
	return l.wrote(p, before)
}

// insertKeyed adds rows with primary keys: it looks for duplicates among what the
// transaction itself has written and what is committed now, and leaves the verdict on
// what commits meanwhile to the home of each key.
func (w *table) insertKeyed(ctx context.Context, cols []*vector.Vector, runs []run) (err error) {
	own, err := w.ownKeys()
	if err != nil {
		return err
	}
	if err := w.catchUp(ctx, runs); err != nil {
		return err
	}
	if err := w.judgeEntries(ctx, cols, runs); err != nil {
		return err
	}
	seek, err := mvcc.NewSeeker(w.t.db.opts.Data.Reader())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, seek.Close()) }()
	for _, u := range runs {
		if err := w.insertKeyedRun(ctx, own, seek, u); err != nil {
			return err
		}
	}
	return nil
}

// catchUp waits until everything that was committed before the statement is applied
// in the groups where the keys of runs are at home.
func (w *table) catchUp(ctx context.Context, runs []run) error {
	groups := make(map[schema.GroupID]struct{})
	for _, u := range runs {
		if w.route.homing == homePlace {
			groups[u.to.home.group.ID()] = struct{}{}
			continue
		}
		for _, row := range u.rows {
			h, err := w.homeOf(ctx, u.to.place, w.enc.Key(int(row)))
			if err != nil {
				return err
			}
			groups[h.list.group.ID()] = struct{}{}
		}
	}
	return w.catchUpIn(ctx, groups)
}

// catchUpIn is catchUp for groups.
func (w *table) catchUpIn(ctx context.Context, groups map[schema.GroupID]struct{}) error {
	if w.t.isolation == ReadCommitted {
		for g := range groups {
			if err := w.t.barrier(ctx, g); err != nil {
				return err
			}
		}
		return nil
	}
	// The timestamp of the transaction may be old, but a duplicate is one whenever it
	// was committed.
	ts, _, err := w.t.db.opts.Oracle.Now(ctx, 1)
	if err != nil {
		return oracleError(err)
	}
	for id := range groups {
		g, err := w.t.db.group(id)
		if err != nil {
			return err
		}
		if err := g.ReadBarrier(ctx, ts); err != nil {
			return groupError(err)
		}
	}
	return nil
}

func (w *table) insertKeyedRun(ctx context.Context, own *keySet, seek *mvcc.Seeker, u run) error {
	tg := u.to
	empty := false // of the home, which then needs no look at single keys
	if w.route.homing == homePlace {
		var err error
		home := tg.shard.ID
		home.Sequence = 0
		if empty, err = seek.Empty(tg.home.group.ID(), home); err != nil {
			return err
		}
	}
	// Rows whose keys this transaction has removed need no check at home any more:
	// the removal has one. They are few, so runs of equal checks are long.
	from, check := 0, mvcc.Absent
	flush := func(to int, next mvcc.Check) error {
		if to > from {
			if err := w.insertHomed(ctx, tg, u.rows[from:to], check); err != nil {
				return err
			}
		}
		from, check = to, next
		return nil
	}
	for i, row := range u.rows {
		key := w.enc.Key(int(row))
		c := mvcc.Absent
		switch own.set(key, true) {
		case keyLive:
			return w.duplicate(int(row))
		case keyRemoved:
			c = mvcc.None
		default:
			if empty {
				break
			}
			if found, err := w.committed(ctx, seek, tg, key); err != nil {
				return err
			} else if found {
				return w.taken(int(row))
			}
		}
		if c != check {
			if err := flush(i, c); err != nil {
				return err
			}
		}
	}
	return flush(len(u.rows), check)
}

// committed reports whether a key has a row now, by what this node has applied.
func (w *table) committed(ctx context.Context, seek *mvcc.Seeker, tg *target, key []byte) (bool, error) {
	shard, l := tg.shard.ID, tg.home
	if w.route.homing == homePlace {
		shard.Sequence = 0
	} else {
		h, err := w.homeOf(ctx, tg.place, key)
		if err != nil {
			return false, err
		}
		shard, l = h.shard.ID, h.list
	}
	_, value, ok, err := seek.Newest(l.group.ID(), shard, key, mvcc.MaxTimestamp)
	return ok && len(value) > 0, err
}

// homeOf returns the target that stands for the home of a key, in a table that has
// shards for homes.
func (w *table) homeOf(ctx context.Context, at place, key []byte) (*target, error) {
	h := w.route.target(w.route.home(at, key))
	if h.resolved {
		return h, nil
	}
	return h, w.resolve(ctx, []*target{h})
}

// insertHomed adds rows whose keys are free, with stubs at home where they do not lie
// there.
func (w *table) insertHomed(ctx context.Context, tg *target, rows []uint16, check mvcc.Check) error {
	return w.insertRun(ctx, tg, rows, check, nil, func(rows []uint16) error {
		if w.route.homing == homePlace && tg.shard.ID.Sequence == 0 {
			return nil
		}
		stub := mvcc.AppendStub(nil, tg.shard.ID)
		for _, row := range rows {
			key := w.enc.Key(int(row))
			if err := w.putStub(ctx, tg, check, key, stub); err != nil {
				return err
			}
		}
		return nil
	})
}

// putStub writes a stub at the home of a key whose row belongs to tg.
func (w *table) putStub(ctx context.Context, tg *target, check mvcc.Check, key, stub []byte) error {
	shard, l := tg.shard.ID, tg.home
	shard.Sequence = 0
	if w.route.homing == homeIndex {
		h, err := w.homeOf(ctx, tg.place, key)
		if err != nil {
			return err
		}
		shard, l = h.shard.ID, h.list
	}
	return w.putKey(l, shard, mvcc.Replace, check, key, stub)
}

// duplicate returns the error for a loaded row whose key is taken.
func (w *table) duplicate(row int) *DuplicateKeyError {
	e := &DuplicateKeyError{Table: w.tbl}
	for _, o := range w.tbl.Key {
		e.Key = append(e.Key, vector.At(w.enc.Columns()[o], row))
	}
	return e
}

// taken is duplicate for a key that somebody else's row has.
func (w *table) taken(row int) error {
	d := w.duplicate(row)
	if w.arbiters[0] && w.inserting {
		return &ConflictError{Table: d.Table, Key: d.Key}
	}
	return d
}

// keyDatums decodes the row key of a primary key; nil when the table has none.
func keyDatums(c *mvcc.Codec, rowKey []byte) []vector.Datum {
	if c.RowID() {
		return nil
	}
	ds, err := c.DecodeKey(rowKey)
	if err != nil {
		return nil
	}
	return ds
}

// rowIDOf returns the row id at the end of a row key.
func rowIDOf(rowKey []byte) uint64 {
	return uint64(keys.Int64(rowKey[len(rowKey)-mvcc.RowIDLen:])) ^ 1<<63
}
