package agg

import (
	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
)

// DistinctOn keeps the first row of each key, in order of arrival. It streams.
type DistinctOn struct {
	input op.Operator
	keys  *compute.Program
	table *hash.Table

	q       *op.Context
	account *op.Account
	ids     []uint32
	sel     []uint16
	out     vector.Batch
}

// NewDistinctOn returns a DistinctOn over input, whose columns have the types in.
func NewDistinctOn(input op.Operator, in []types.Type, keys []expr.Expr) (*DistinctOn, error) {
	ts := make([]types.Type, len(keys))
	for i, k := range keys {
		ts[i] = k.Type()
	}
	p, err := compute.Compile(keys, in)
	if err != nil {
		return nil, err
	}
	return &DistinctOn{input: input, keys: p, table: hash.New(ts)}, nil
}

// Open opens the input.
func (d *DistinctOn) Open(q *op.Context) error {
	d.q, d.account = q, q.Memory.Child("DISTINCT ON")
	d.ids = op.Get[uint32](q.Pool, vector.MaxRows)
	return d.input.Open(q)
}

// Next returns the next rows with new keys.
func (d *DistinctOn) Next() (*vector.Batch, error) {
	for {
		if err := d.q.Check(); err != nil {
			return nil, err
		}
		b, err := d.input.Next()
		if b == nil || err != nil {
			return nil, err
		}
		keys, err := d.keys.Run(d.q, b)
		if err != nil {
			return nil, err
		}
		if err := d.table.Map(d.ids, keys, b.Rows()); err != nil {
			return nil, d.q.Explain(err)
		}
		if err := d.account.Set(d.table.Bytes()); err != nil {
			return nil, err
		}
		d.sel = d.sel[:0]
		for _, r := range d.table.Fresh() {
			d.sel = append(d.sel, uint16(r))
		}
		switch len(d.sel) {
		case 0:
			continue
		case b.Count():
			return b, nil
		}
		d.out = vector.Batch{Len: b.Len, Sel: d.sel, Cols: b.Cols, Seq: b.Seq}
		return &d.out, nil
	}
}

// Close closes the input and forgets the keys.
func (d *DistinctOn) Close() error {
	d.account.Close()
	if d.ids != nil {
		op.Put(d.q.Pool, d.ids)
		d.ids = nil
	}
	d.table = nil
	return d.input.Close()
}
