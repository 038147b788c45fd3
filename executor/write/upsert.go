package write

import (
	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// Upsert stores new rows, and new versions of rows that a Conflict has found.
type Upsert struct {
	writer
	seen        *hash.Table // locators of the rows changed so far
	ids         []uint32
	fresh, have []uint16 // rows to be inserted, and to be changed
	rows        vector.Batch
}

// NewUpsert returns an Upsert into t. The input's columns are those of NewUpdate's;
// the locator is NULL in new rows.
func NewUpsert(input op.Operator, in []types.Type, store Store, t *schema.Table, checks []physical.Check, returning []expr.Expr) (*Upsert, error) {
	w, err := newWriter(input, in, store, t, checks, returning)
	if err != nil {
		return nil, err
	}
	u := &Upsert{writer: w, seen: hash.New([]types.Type{types.Of(types.Bytea)}), ids: make([]uint32, vector.MaxRows)}
	u.apply = u.upsert
	return u, nil
}

func (u *Upsert) upsert(b *vector.Batch) (*vector.Batch, error) {
	cols := b.Cols[1 : 1+len(u.table.Columns)]
	if err := u.rules.verify(u.q, cols, b.Rows()); err != nil {
		return nil, err
	}
	u.fresh, u.have = u.fresh[:0], u.have[:0]
	for _, r := range b.Rows().Selection() {
		if b.Cols[0].IsNull(int(r)) {
			u.fresh = append(u.fresh, r)
		} else {
			u.have = append(u.have, r)
		}
	}
	if len(u.fresh) > 0 {
		u.rows = vector.Batch{Len: b.Len, Sel: u.fresh, Cols: cols}
		if err := u.store.Insert(u.q.Go, u.table, &u.rows); err != nil {
			return nil, err
		}
	}
	if len(u.have) == 0 {
		return b, nil
	}
	used := u.seen.Bytes()
	if err := u.seen.Map(u.ids, b.Cols[:1], vector.Rows{N: b.Len, Sel: u.have}); err != nil {
		return nil, err
	}
	if err := u.account.Set(u.account.Used() + u.seen.Bytes() - used); err != nil {
		return nil, err
	}
	if len(u.seen.Fresh()) < len(u.have) {
		return nil, secondTime()
	}
	u.rows = vector.Batch{Len: b.Len, Sel: u.have, Cols: cols}
	old, err := u.old.read(&u.writer, b.Cols[0], u.rows.Rows())
	if err != nil {
		return nil, err
	}
	return b, u.store.Update(u.q.Go, u.table, b.Cols[0], &u.rows, old)
}
