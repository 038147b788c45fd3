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

// Update stores new versions of rows.
type Update struct {
	writer
	once once
	rows vector.Batch // the table's columns of the input
}

// NewUpdate returns an Update of t. The input's columns, of the types in, are
// the locator, the new values of all columns of t, and what returning needs
// beyond. joined says that a locator may come more than once: then its first row
// counts, as in PostgreSQL's UPDATE … FROM.
func NewUpdate(input op.Operator, in []types.Type, store Store, t *schema.Table, checks []physical.Check, returning []expr.Expr, joined bool) (*Update, error) {
	w, err := newWriter(input, in, store, t, checks, returning)
	if err != nil {
		return nil, err
	}
	u := &Update{writer: w, once: newOnce(joined)}
	u.apply = u.update
	return u, nil
}

func (u *Update) update(b *vector.Batch) (*vector.Batch, error) {
	b, err := u.once.first(b, u.account)
	if err != nil || b.Count() == 0 {
		return b, err
	}
	cols := b.Cols[1 : 1+len(u.table.Columns)]
	if err := u.rules.verify(u.q, cols, b.Rows()); err != nil {
		return nil, err
	}
	u.rows = vector.Batch{Len: b.Len, Sel: b.Sel, Cols: cols}
	old, err := u.old.read(&u.writer, b.Cols[0], b.Rows())
	if err != nil {
		return nil, err
	}
	return b, u.store.Update(u.q.Go, u.table, b.Cols[0], &u.rows, old)
}

// Delete removes rows.
type Delete struct {
	writer
	once once
}

// NewDelete returns a Delete from t. The input's columns, of the types in, are
// the locator and what returning needs; joined as for NewUpdate.
func NewDelete(input op.Operator, in []types.Type, store Store, t *schema.Table, returning []expr.Expr, joined bool) (*Delete, error) {
	w, err := newWriter(input, in, store, t, nil, returning)
	if err != nil {
		return nil, err
	}
	d := &Delete{writer: w, once: newOnce(joined)}
	d.apply = d.delete
	return d, nil
}

func (d *Delete) delete(b *vector.Batch) (*vector.Batch, error) {
	b, err := d.once.first(b, d.account)
	if err != nil || b.Count() == 0 {
		return b, err
	}
	old, err := d.old.read(&d.writer, b.Cols[0], b.Rows())
	if err != nil {
		return nil, err
	}
	return b, d.store.Delete(d.q.Go, d.table, b.Cols[0], b.Rows(), old)
}

// once lets each locator, column 0, through the first time it comes.
type once struct {
	seen *hash.Table // nil: none comes twice
	ids  []uint32
	sel  []uint16
	out  vector.Batch
}

func newOnce(joined bool) once {
	if !joined {
		return once{}
	}
	return once{seen: hash.New([]types.Type{types.Of(types.Bytea)}), ids: make([]uint32, vector.MaxRows)}
}

func (o *once) first(b *vector.Batch, account *op.Account) (*vector.Batch, error) {
	if o.seen == nil {
		return b, nil
	}
	used := o.seen.Bytes()
	if err := o.seen.Map(o.ids, b.Cols[:1], b.Rows()); err != nil {
		return nil, err
	}
	if err := account.Set(account.Used() + o.seen.Bytes() - used); err != nil {
		return nil, err
	}
	o.sel = o.sel[:0]
	for _, r := range o.seen.Fresh() {
		o.sel = append(o.sel, uint16(r))
	}
	if len(o.sel) == b.Count() {
		return b, nil
	}
	o.out = vector.Batch{Len: b.Len, Sel: o.sel, Cols: b.Cols}
	return &o.out, nil
}
