package write

import (
	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Conflict finds the rows that stand in the way of rows to be inserted.
type Conflict struct {
	input    op.Operator
	store    Store
	node     *physical.Conflict
	arbiters []arbiter

	q       *op.Context
	account *op.Account
	sel     []uint16
	dense   vector.Window
	out     vector.Batch

	blocked  *vector.Builder // per row: the locator of the row in the way, or NULL
	old      *vector.Builder // the columns of those rows
	place    []uint32        // row of old, by row of the batch
	gathered vector.Window
}

// arbiter is a unique index that is asked, or the primary key.
type arbiter struct {
	index schema.TableID
	cols  []int // of the input: its keys
	nulls bool  // NULLs are equal
	// seen numbers the keys of the rows proposed so far; made says which of them this
	// statement inserts.
	seen *hash.Table
	made []bool
	ids  []uint32
	// in is where the batch's rows collide, by their place in the selection.
	in *vector.Builder
}

// NewConflict returns the operator of a Conflict over input, whose columns have the
// types in.
func NewConflict(input op.Operator, in []types.Type, store Store, n *physical.Conflict) *Conflict {
	c := &Conflict{input: input, store: store, node: n, blocked: vector.NewBuilder(vector.Bytes)}
	var kinds []vector.Kind
	for _, o := range n.Old {
		kinds = append(kinds, vector.KindOf(n.Table.Columns[o].Type))
	}
	c.old = vector.NewBuilder(kinds...)
	for _, id := range n.Arbiters {
		x := n.Table.Index(id)
		a := arbiter{index: id, cols: n.Table.Key, nulls: x != nil && x.NullsNotDistinct, in: vector.NewBuilder(vector.Bytes), ids: make([]uint32, vector.MaxRows)}
		if x != nil {
			a.cols = nil
			for _, k := range x.Keys {
				a.cols = append(a.cols, k.Column)
			}
		}
		var keys []types.Type
		for _, o := range a.cols {
			keys = append(keys, in[o])
		}
		a.seen = hash.New(keys)
		c.arbiters = append(c.arbiters, a)
	}
	return c
}

// Open opens the input.
func (c *Conflict) Open(q *op.Context) error {
	c.q, c.account = q, q.Memory.Child("keys of ON CONFLICT")
	return c.input.Open(q)
}

// Next returns the next rows that are not dropped.
func (c *Conflict) Next() (*vector.Batch, error) {
	for {
		if err := c.q.Check(); err != nil {
			return nil, err
		}
		b, err := c.input.Next()
		if b == nil || err != nil {
			return nil, err
		}
		if b.Sel != nil {
			b = c.dense.Select(b, b.Sel)
		}
		if b.Len == 0 {
			continue
		}
		if err := checkNotNull(c.node.Table, b.Cols, b.Rows(), c.q.Values); err != nil {
			return nil, c.q.Explain(err)
		}
		if err := c.ask(b); err != nil {
			return nil, c.q.Explain(err)
		}
		if c.node.Update {
			return c.resolve(b)
		}
		c.sel = c.sel[:0]
		for i := range b.Len {
			if c.free(i) {
				c.sel = append(c.sel, uint16(i))
			}
		}
		if len(c.sel) > 0 {
			c.out = vector.Batch{Len: b.Len, Sel: c.sel, Cols: b.Cols}
			return &c.out, nil
		}
	}
}

// ask finds out about the keys of a batch.
func (c *Conflict) ask(b *vector.Batch) error {
	used := int64(0)
	for i := range c.arbiters {
		a := &c.arbiters[i]
		a.in.Reset()
		if err := c.store.Conflicts(c.q.Go, c.node.Table, a.index, b, a.in); err != nil {
			return err
		}
		keys := make([]*vector.Vector, len(a.cols))
		for k, o := range a.cols {
			keys[k] = b.Cols[o]
		}
		if err := a.seen.Map(a.ids, keys, b.Rows()); err != nil {
			return err
		}
		for len(a.made) < a.seen.Len() {
			a.made = append(a.made, false)
		}
		if !a.nulls {
			for _, k := range keys {
				if k.Nulls == nil {
					continue
				}
				for r := range b.Len {
					if k.IsNull(r) {
						a.ids[r] = hash.None
					}
				}
			}
		}
		used += a.seen.Bytes() + int64(cap(a.made))
	}
	return c.account.Set(used)
}

// again reports whether a row collides with one that this statement inserts.
func (c *Conflict) again(row int) bool {
	for i := range c.arbiters {
		a := &c.arbiters[i]
		if id := a.ids[row]; id != hash.None && a.made[id] {
			return true
		}
	}
	return false
}

// claim notes that the statement inserts a row.
func (c *Conflict) claim(row int) {
	for i := range c.arbiters {
		a := &c.arbiters[i]
		if id := a.ids[row]; id != hash.None {
			a.made[id] = true
		}
	}
}

// free reports whether a row collides with none, and claims its keys then.
func (c *Conflict) free(row int) bool {
	for i := range c.arbiters {
		if !c.arbiters[i].in.Columns()[0].IsNull(row) {
			return false
		}
	}
	if c.again(row) {
		return false
	}
	c.claim(row)
	return true
}

// resolve puts beside each row the one in its way.
func (c *Conflict) resolve(b *vector.Batch) (*vector.Batch, error) {
	c.blocked.Reset()
	c.old.Reset()
	c.sel, c.place = c.sel[:0], c.place[:0]
	for r := range b.Len {
		d := vector.NullDatum
		for i := range c.arbiters {
			if v := c.arbiters[i].in.Columns()[0]; !v.IsNull(r) {
				d = vector.StringDatum(string(v.Bytes(r)))
				break
			}
		}
		at := uint32(vector.NoRow)
		if !d.Null {
			at = uint32(len(c.sel))
			c.sel = append(c.sel, uint16(r))
		} else if c.again(r) {
			return nil, secondTime()
		} else {
			c.claim(r)
		}
		c.place = append(c.place, at)
		if err := c.blocked.AppendDatums([]vector.Datum{d}); err != nil {
			return nil, err
		}
	}
	locators := c.blocked.Columns()[0]
	if len(c.node.Old) > 0 && len(c.sel) > 0 {
		err := c.store.Fetch(c.q.Go, c.node.Table, c.node.Old, locators, vector.Rows{N: b.Len, Sel: c.sel}, c.old)
		if err != nil {
			return nil, c.q.Explain(err)
		}
	}
	old := c.gathered.Gather(c.old.Columns(), c.place)
	c.out = vector.Batch{Len: b.Len, Cols: append(append(append(c.out.Cols[:0], b.Cols...), locators), old.Cols...)}
	return &c.out, nil
}

// secondTime is the error for a row of ON CONFLICT DO UPDATE that meets one that
// the statement itself has made.
func secondTime() error {
	return sqlerr.New(sqlerr.CardinalityViolation, "ON CONFLICT DO UPDATE command cannot affect row a second time").
		WithHint("Ensure that no rows proposed for insertion within the same command have duplicate constrained values.")
}

// Close closes the input.
func (c *Conflict) Close() error {
	c.account.Close()
	return c.input.Close()
}
