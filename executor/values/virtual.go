package values

import (
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// Provider computes the rows of a system table: all its columns in order, each
// value of the kind of its column's type. It is called once per scan.
type Provider func(q *op.Context, namespace, name string) ([][]vector.Datum, error)

// Virtual gives the rows of a system table.
type Virtual struct {
	provider        Provider
	namespace, name string
	columns         []int

	q    *op.Context
	rows [][]vector.Datum
	row  []vector.Datum
	out  *vector.Builder
}

// NewVirtual returns a Virtual of the named table's columns, which have the
// types out.
func NewVirtual(p Provider, namespace, name string, columns []int, out []types.Type) *Virtual {
	return &Virtual{
		provider: p, namespace: namespace, name: name, columns: columns,
		row: make([]vector.Datum, len(columns)), out: vector.NewBuilder(Kinds(out)...),
	}
}

// Open asks for the rows.
func (v *Virtual) Open(q *op.Context) (err error) {
	v.q = q
	v.rows, err = v.provider(q, v.namespace, v.name)
	return err
}

// Next returns the next rows.
func (v *Virtual) Next() (*vector.Batch, error) {
	n := min(v.q.BatchRows, len(v.rows))
	if n == 0 {
		return nil, nil
	}
	if err := v.q.Check(); err != nil {
		return nil, err
	}
	v.out.Reset()
	for _, all := range v.rows[:n] {
		for i, c := range v.columns {
			v.row[i] = all[c]
		}
		if err := v.out.AppendDatums(v.row); err != nil {
			return nil, err
		}
	}
	v.rows = v.rows[n:]
	if len(v.columns) == 0 {
		return &vector.Batch{Len: n}, nil
	}
	return v.out.Batch(), nil
}

// Close forgets the rows.
func (v *Virtual) Close() error {
	v.rows = nil
	return nil
}
