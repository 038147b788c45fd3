package txn

import (
	"context"
	"errors"
	"math"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// buildRows is how many rows get their entries in one transaction of BuildIndex.
const buildRows = 1 << 15

// BuildIndex makes the entries of a new index of a table, all of whose rows it reads,
// and then calls publish, which puts the index into the table's descriptor; since is
// what Index.Since must be. x has its id, and is not in t. The writers of the table
// wait meanwhile, as they do for PostgreSQL's CREATE INDEX; those that have planned
// their statement before cannot commit it any more. An index whose building has
// failed, or that a crash has cut short, is in no descriptor: what there is of its
// entries nobody reads, and it goes with its table. Of two rows with equal keys in a
// unique index it returns a *DuplicateKeyError.
func (db *DB) BuildIndex(ctx context.Context, t *schema.Table, x schema.Index, publish func(since schema.Timestamp) error) error {
	if db.closed.Load() {
		return ErrClosed
	}
	if err := db.tables.lock(ctx, t.ID, true); err != nil {
		return err
	}
	defer db.tables.unlock(t.ID, true)
	only := t.Clone()
	x.State = schema.IndexReady
	only.Indexes = []schema.Index{x}
	if err := db.buildEntries(ctx, only); err != nil {
		return err
	}
	since, _, err := db.opts.Oracle.Now(ctx, 1)
	if err != nil {
		return oracleError(err)
	}
	return publish(since)
}

// buildEntries makes the entries of the only index of t.
func (db *DB) buildEntries(ctx context.Context, t *schema.Table) (err error) {
	reading := db.Begin(RepeatableRead)
	defer func() { err = errors.Join(err, reading.Rollback(ctx)) }()
	spec := Spec{Table: t, Lo: math.MinInt64, Hi: math.MaxInt64, Nulls: true}
	for c := range t.Columns {
		spec.Columns = append(spec.Columns, c)
	}
	spec.Columns = append(spec.Columns, Locator)
	rows, err := reading.Scan(ctx, spec)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	r, err := rows.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	cols := make([]vector.Vector, len(spec.Columns))
	for more := true; more; {
		if more, err = db.buildSome(ctx, t, r, cols); err != nil {
			return err
		}
	}
	return nil
}

// buildSome makes the entries of the next rows of a reader, in a transaction of their
// own; more is false at the end.
func (db *DB) buildSome(ctx context.Context, t *schema.Table, r *Reader, cols []vector.Vector) (more bool, err error) {
	tx := db.Begin(ReadCommitted)
	tx.alone = true
	defer func() { err = errors.Join(err, tx.Rollback(ctx)) }()
	w, err := tx.writes(ctx, t)
	if err != nil {
		return false, err
	}
	for done := 0; done < buildRows; {
		m, err := r.Next()
		if err != nil {
			return false, err
		}
		if m == nil {
			return false, tx.Commit(ctx)
		}
		b := &vector.Batch{Len: m.Rows()}
		for c := range cols {
			if err := m.Decode(c, 0, m.Rows(), &cols[c]); err != nil {
				return false, err
			}
			b.Cols = append(b.Cols, &cols[c])
		}
		if err := w.build(ctx, b); err != nil {
			return false, err
		}
		done += m.Rows()
	}
	return true, tx.Commit(ctx)
}

// build makes the entries of stored rows: the columns of the table, then the locators.
func (w *table) build(ctx context.Context, b *vector.Batch) error {
	n := len(w.tbl.Columns)
	rows, locators := b.Rows().Selection(), b.Cols[n]
	w.load(&vector.Batch{Len: b.Len, Cols: b.Cols[:n:n]}, rows)
	var ids []uint64
	if w.codec.RowID() {
		ids = make([]uint64, b.Len)
	}
	var runs []run
	var at located
	var err error
	from := 0
	for i, r := range rows {
		last := at
		if at, err = w.locate(locators.Bytes(int(r)), &at); err != nil {
			return err
		}
		if ids != nil {
			ids[r] = rowIDOf(at.rowKey)
		}
		if i > from && (at.shard != last.shard || at.list != last.list) {
			runs = append(runs, runAt(&last, rows[from:i]))
			from = i
		}
	}
	runs = append(runs, runAt(&at, rows[from:]))
	if err := w.judgeEntries(ctx, b.Cols, runs); err != nil {
		return err
	}
	for _, u := range runs {
		if err := w.putEntries(u.to.list, u.to.shard.ID, u.rows, ids); err != nil {
			return err
		}
	}
	return nil
}

// runAt is a run of rows that lie where r does.
func runAt(r *located, rows []uint16) run {
	return run{&target{place: r.place(), list: r.list, shard: schema.Shard{ID: r.shard}}, rows}
}
