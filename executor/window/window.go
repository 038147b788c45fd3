package window

import (
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/sort"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// chunkRows is how many rows are collected before whole partitions among them
// are worked on: sixteen batches keep the price of a chunk per row small.
const chunkRows = 16 * vector.MaxRows

// Window is the operator.
type Window struct {
	input     op.Operator
	in        []types.Type
	partition []int // columns
	order     []orderKey
	calls     []*call

	q       *op.Context
	account *op.Account
	rows    *vector.Builder // kept rows of the input
	spare   *vector.Builder
	numbers []uint32
	edges   []bool
	parts   []uint32 // starts of the partitions in rows
	ready   int      // rows that are worked on
	given   int      // rows of these that were given
	done    bool     // the input has ended

	results []*result
	slices  []vector.Scratch
	out     vector.Batch
}

// orderKey is one ORDER BY item.
type orderKey struct {
	column           int
	t                types.Type
	desc, nullsFirst bool
}

// New returns the operator of n over input, whose columns have the types in.
func New(input op.Operator, in []types.Type, n *physical.Window) (*Window, error) {
	w := &Window{input: input, in: in}
	for _, e := range n.Partition {
		w.partition = append(w.partition, e.(expr.Column).Index)
	}
	for _, k := range n.Order {
		w.order = append(w.order, orderKey{column: k.Expr.(expr.Column).Index, t: k.Expr.Type(), desc: k.Desc, nullsFirst: k.NullsFirst})
	}
	for i := range n.Calls {
		c, err := newCall(&n.Calls[i])
		if err != nil {
			return nil, err
		}
		w.calls = append(w.calls, c)
	}
	kinds := make([]vector.Kind, len(in))
	for i, t := range in {
		kinds[i] = vector.KindOf(t)
	}
	w.rows, w.spare = vector.NewBuilder(kinds...), vector.NewBuilder(kinds...)
	w.results = make([]*result, len(w.calls))
	w.slices = make([]vector.Scratch, len(in)+len(w.calls))
	w.out.Cols = make([]*vector.Vector, len(in)+len(w.calls))
	return w, nil
}

// Open opens the input.
func (w *Window) Open(q *op.Context) error {
	w.q, w.account = q, q.Memory.Child("window functions")
	return w.input.Open(q)
}

// Next returns the next rows, in the order of the input.
func (w *Window) Next() (*vector.Batch, error) {
	if err := w.q.Check(); err != nil {
		return nil, err
	}
	for w.given == w.ready {
		if w.done {
			return nil, nil
		}
		if err := w.fill(); err != nil {
			return nil, w.q.Explain(err)
		}
		if w.ready == 0 {
			continue
		}
		if err := w.compute(); err != nil {
			return nil, w.q.Explain(err)
		}
	}
	from, to := w.given, min(w.given+w.q.BatchRows, w.ready)
	w.given = to
	for i, c := range w.rows.Columns() {
		w.out.Cols[i] = w.slices[i].Slice(c, from, to)
	}
	for i, r := range w.results {
		w.out.Cols[len(w.in)+i] = r.slice(&w.slices[len(w.in)+i], from, to)
	}
	w.out.Len = to - from
	return &w.out, nil
}

// fill drops the rows that were given and collects whole partitions.
func (w *Window) fill() error {
	if err := w.drop(); err != nil {
		return err
	}
	for {
		if err := w.q.Check(); err != nil {
			return err
		}
		b, err := w.input.Next()
		if err != nil {
			return err
		}
		if b == nil {
			w.done, w.ready = true, w.rows.Len()
			return nil
		}
		from := w.rows.Len()
		if err := w.rows.Append(b); err != nil {
			return err
		}
		w.findPartitions(from)
		if err := w.account.Set(w.rows.Bytes() + w.spare.Bytes()); err != nil {
			return err
		}
		if last := w.parts[len(w.parts)-1]; w.rows.Len() >= chunkRows && last > 0 {
			w.ready = int(last)
			w.parts = w.parts[:len(w.parts)-1]
			return nil
		}
	}
}

// drop keeps only the rows behind those that are worked on.
func (w *Window) drop() error {
	if w.ready == 0 {
		return nil
	}
	w.spare.Reset()
	w.numbers = w.numbers[:0]
	for r := w.ready; r < w.rows.Len(); r++ {
		w.numbers = append(w.numbers, uint32(r))
	}
	if err := w.spare.AppendRows(w.rows.Columns(), w.numbers); err != nil {
		return err
	}
	w.rows, w.spare = w.spare, w.rows
	w.parts = w.parts[:0]
	if w.rows.Len() > 0 {
		w.parts = append(w.parts, 0) // it is all of one partition
	}
	w.ready, w.given = 0, 0
	return nil
}

// findPartitions adds the starts of partitions from row from on.
func (w *Window) findPartitions(from int) {
	n := w.rows.Len()
	w.edges = append(w.edges[:0], make([]bool, n-from)...)
	if from == 0 {
		w.edges[0] = true
	}
	cols := w.rows.Columns()
	for _, c := range w.partition {
		sort.Changes(w.edges, cols[c], w.in[c], from)
	}
	for i, e := range w.edges {
		if e {
			w.parts = append(w.parts, uint32(from+i))
		}
	}
}

// compute computes all calls over the rows that are ready.
func (w *Window) compute() error {
	c := &chunk{q: w.q, n: w.ready, in: w.in, cols: w.rows.Columns(), parts: append(w.parts, uint32(w.ready)), order: w.order}
	held := w.rows.Bytes() + w.spare.Bytes()
	for i, call := range w.calls {
		if err := w.q.Check(); err != nil {
			return err
		}
		r, err := call.compute(c)
		if err != nil {
			return err
		}
		w.results[i] = r
		held += r.bytes()
		if err := w.account.Set(held); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the input and forgets the rows.
func (w *Window) Close() error {
	w.account.Close()
	w.rows, w.spare, w.results = nil, nil, nil
	return w.input.Close()
}

// result is the column of a call over a chunk: v row by row, or with rows the
// named rows of v.
type result struct {
	v    *vector.Vector
	rows []uint32
}

func (r *result) slice(s *vector.Scratch, from, to int) *vector.Vector {
	if r.rows != nil {
		return s.Gather(r.v, r.rows[from:to])
	}
	return s.Slice(r.v, from, to)
}

func (r *result) bytes() int64 { return r.v.Memory() + int64(cap(r.rows))*4 }
