package values

import (
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// Provider computes the columns of a system table by their ordinals: vectors of
// any length, all of rows elements and of the kind of their type. They may be
// shared and are not changed. It is called once per scan.
type Provider func(q *op.Context, namespace, name string, ordinals []int) (columns []*vector.Vector, rows int, err error)

// Virtual gives the rows of a system table.
type Virtual struct {
	provider        Provider
	namespace, name string
	ordinals        []int

	q       *op.Context
	columns []*vector.Vector
	rows    int
	at      int // the row that Next begins with
	numbers []uint32
	out     *vector.Builder
}

// NewVirtual returns a Virtual of the named table's columns, which have the
// types out.
func NewVirtual(p Provider, namespace, name string, ordinals []int, out []types.Type) *Virtual {
	return &Virtual{
		provider: p, namespace: namespace, name: name, ordinals: ordinals,
		out: vector.NewBuilder(Kinds(out)...),
	}
}

// Open asks for the rows.
func (v *Virtual) Open(q *op.Context) (err error) {
	v.q, v.at = q, 0
	v.columns, v.rows, err = v.provider(q, v.namespace, v.name, v.ordinals)
	return err
}

// Next returns the next rows.
func (v *Virtual) Next() (*vector.Batch, error) {
	n := min(v.q.BatchRows, v.rows-v.at)
	if n == 0 {
		return nil, nil
	}
	if err := v.q.Check(); err != nil {
		return nil, err
	}
	from := v.at
	v.at += n
	if len(v.ordinals) == 0 {
		return &vector.Batch{Len: n}, nil
	}
	v.numbers = v.numbers[:0]
	for i := range n {
		v.numbers = append(v.numbers, uint32(from+i))
	}
	v.out.Reset()
	if err := v.out.AppendRows(v.columns, v.numbers); err != nil {
		return nil, err
	}
	return v.out.Batch(), nil
}

// Close forgets the rows.
func (v *Virtual) Close() error {
	v.columns, v.rows = nil, 0
	return nil
}
