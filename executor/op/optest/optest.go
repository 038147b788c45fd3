// Package optest tests operators: sources of rows in random batches and forms,
// and a harness that runs an operator with every batch size, watched.
package optest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/spool"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Row is one row of values.
type Row = []vector.Datum

// Kinds returns the kinds of columns of these types.
func Kinds(ts []types.Type) []vector.Kind {
	kinds := make([]vector.Kind, len(ts))
	for i, t := range ts {
		kinds[i] = vector.KindOf(t)
	}
	return kinds
}

// Types returns types without modifiers.
func Types(ids ...types.ID) []types.Type {
	ts := make([]types.Type, len(ids))
	for i, id := range ids {
		ts[i] = types.Of(id)
	}
	return ts
}

// Source is an operator that gives rows in batches of random length, each a
// random mixture of forms, and fails with Err, if any, at the end.
type Source struct {
	Types []types.Type
	Rows  []Row
	Rand  *rand.Rand // nil: full flat batches
	Err   error
	// Opens counts calls of Open less those of Close.
	Opens int

	q    *op.Context
	next int
}

// NewSource returns a Source; r may be nil.
func NewSource(r *rand.Rand, ts []types.Type, rows []Row) *Source {
	return &Source{Types: ts, Rows: rows, Rand: r}
}

// Open begins at the first row.
func (s *Source) Open(q *op.Context) error {
	s.q = q
	s.Opens++
	return nil
}

// Next returns the next rows.
func (s *Source) Next() (*vector.Batch, error) {
	if err := s.q.Check(); err != nil {
		return nil, err
	}
	n := min(len(s.Rows)-s.next, s.q.BatchRows)
	if n == 0 {
		return nil, s.Err
	}
	if s.Rand != nil {
		n = 1 + s.Rand.IntN(n)
	}
	b := vectortest.Batch(Kinds(s.Types), s.Rows[s.next:s.next+n])
	s.next += n
	if s.Rand != nil {
		b = vectortest.Mix(s.Rand, b)
	}
	return b, nil
}

// Close forgets nothing.
func (s *Source) Close() error {
	s.Opens--
	return nil
}

// Context returns a context that must not keep memory when the test ends.
func Context(t testing.TB, o op.Options) *op.Context {
	q := op.NewContext(context.Background(), o)
	t.Cleanup(func() {
		q.Close()
		require.Zero(t, q.Memory.Used(), "bytes left in the statement's account")
	})
	return q
}

// Drain runs o, watched, and returns its rows.
func Drain(q *op.Context, o op.Operator) (rows []Row, err error) {
	w := op.Watch(o)
	defer func() {
		if e := w.Close(); err == nil {
			err = e
		}
	}()
	if err := w.Open(q); err != nil {
		return nil, err
	}
	for {
		b, err := w.Next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			break
		}
		if b.Count() > q.BatchRows {
			return nil, fmt.Errorf("batch of %d rows, the most is %d", b.Count(), q.BatchRows)
		}
		rows = append(rows, vectortest.Rows(b)...)
	}
	b, err := w.Next()
	if b != nil {
		return nil, fmt.Errorf("a batch after the end")
	}
	return rows, err
}

// Sizes runs f with each batch size that operators are tested with, and once more
// with so little memory for an operator that it spills whenever it can.
func Sizes(t *testing.T, f func(t *testing.T, r *rand.Rand, q *op.Context)) {
	for _, n := range []int{1, 3, 64, 4096} {
		t.Run(fmt.Sprintf("batch=%d", n), func(t *testing.T) {
			f(t, rand.New(rand.NewPCG(uint64(n), 7)), Context(t, op.Options{BatchRows: n, Workers: 2}))
		})
	}
	for _, n := range []int{3, 64} {
		t.Run(fmt.Sprintf("spill/batch=%d", n), func(t *testing.T) {
			f(t, rand.New(rand.NewPCG(uint64(n), 8)), Context(t, op.Options{BatchRows: n, Workers: 2, WorkMem: 1, Spool: Space(t, -1)}))
		})
	}
}

// Space returns room for limit bytes of temporary files, which must all be closed
// when the test ends.
func Space(t testing.TB, limit int64) *spool.Space {
	d, err := spool.Open(t.TempDir())
	require.NoError(t, err)
	s := d.Space(limit)
	t.Cleanup(func() { require.Zero(t, s.Used(), "temporary files left") })
	return s
}

// Cancel cancels the operator that make makes at a later and later check until
// it ends by itself: each time the error is 57014 and the memory is given back.
func Cancel(t *testing.T, batchRows int, make func() op.Operator) {
	for k := int64(1); ; k += 1 + k/3 {
		q := Context(t, op.Options{BatchRows: batchRows, Workers: 2})
		q.CancelAt(k)
		_, err := Drain(q, make())
		require.Zero(t, q.Memory.Used(), "cancelled at check %d", k)
		if err == nil {
			require.Greater(t, k, int64(1), "never checked")
			return
		}
		require.Equal(t, sqlerr.QueryCanceled, sqlerr.Code(err), "cancelled at check %d: %v", k, err)
	}
}

// Sorted returns the rows as sorted lines: equal for equal bags of rows.
func Sorted(rows []Row) []string {
	lines := vectortest.Text(rows)
	slices.Sort(lines)
	return lines
}
