package optest

import (
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/types"
)

// Cut returns rows as full flat batches.
func Cut(ts []types.Type, rows []Row) []*vector.Batch {
	var all []*vector.Batch
	for len(rows) > 0 {
		n := min(len(rows), vector.MaxRows)
		all = append(all, vectortest.Batch(Kinds(ts), rows[:n]))
		rows = rows[n:]
	}
	return all
}

// Batches is an operator that gives batches made before, so that a benchmark
// measures what stands above it. It gives them Times over, at least once.
type Batches struct {
	All   []*vector.Batch
	Times int
	q     *op.Context
	at    int
}

// Open begins at the first batch.
func (b *Batches) Open(q *op.Context) error {
	b.q = q
	return nil
}

// Next returns the next batch.
func (b *Batches) Next() (*vector.Batch, error) {
	if err := b.q.Check(); err != nil {
		return nil, err
	}
	if b.at >= max(b.Times, 1)*len(b.All) {
		return nil, nil
	}
	b.at++
	return b.All[(b.at-1)%len(b.All)], nil
}

// Close has nothing to close.
func (b *Batches) Close() error { return nil }
