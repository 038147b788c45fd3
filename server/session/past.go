package session

import (
	"sort"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
)

// past keeps the rows of a cursor that can go back, or that outlives its
// transaction.
type past struct {
	batches []*vector.Batch
	ends    []int64 // how many rows there are up to the end of each batch
	bytes   int64
	memory  *op.Account
}

// rows returns how many rows are kept.
func (p *past) rows() int64 {
	if len(p.ends) == 0 {
		return 0
	}
	return p.ends[len(p.ends)-1]
}

// add keeps a copy of a batch behind the others, and returns it. Over the memory
// limit it returns 53200.
func (p *past) add(b *vector.Batch) (*vector.Batch, error) {
	b = vector.Copy(b)
	size := int64(2 * cap(b.Sel))
	for _, v := range b.Cols {
		size += v.Memory()
	}
	if err := p.memory.Set(p.bytes + size); err != nil {
		return nil, err
	}
	p.bytes += size
	p.ends = append(p.ends, p.rows()+int64(b.Count()))
	p.batches = append(p.batches, b)
	return b, nil
}

// seek makes the batch with a row that is kept, counted from 0, the cursor's, and
// returns the row's place in it.
func (p *past) seek(c *cursor, row int64) int {
	i := sort.Search(len(p.ends), func(i int) bool { return p.ends[i] > row })
	c.batch = p.batches[i]
	return int(row - p.ends[i] + int64(c.batch.Count()))
}

// place puts the cursor on a row that is kept, counted from 1, or for 0 before the
// first one: the next advance gives what follows.
func (c *cursor) place(row int64) {
	c.row = row
	c.batch, c.at = nil, 0
	if row < c.past.rows() {
		c.at = c.past.seek(c, row)
	}
}
