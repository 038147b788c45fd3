package project

import (
	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
)

// Set is the operator of physical.ProjectSet: for each row of its input the rows
// that the calls give for it, side by side. The memory it keeps is that of one
// batch and of what the kernels keep for it.
type Set struct {
	input      op.Operator
	calls      []call
	outer      bool
	ordinality bool
	q          *op.Context

	batch *vector.Batch // of the input; nil: ask for the next one
	rows  []uint16      // of batch, still to do
	on    bool          // rows[0] has given rows already
	n     int64         // how many

	from  []uint32   // the input row of each row to send
	take  [][]uint32 // per call its row, or NoRow
	count []int64    // the ordinal of each row
	null  []uint64   // rows without an ordinal
	parts []vector.Scratch
	ord   vector.Vector
	out   vector.Batch
}

// call is one call and the results that it has given and that were not sent.
type call struct {
	set   *compute.Set     // nil of a value
	value *compute.Program // gives one row
	kinds []vector.Kind

	cols []*vector.Vector
	from []uint16
	next int
	end  bool // nothing more comes for the batch
}

// NewSet returns the operator of n over input, whose columns have the types in.
func NewSet(input op.Operator, in []types.Type, n *physical.ProjectSet) (*Set, error) {
	s := &Set{
		input: input, calls: make([]call, len(n.Calls)), outer: n.Outer, ordinality: n.Ordinality,
		take: make([][]uint32, len(n.Calls)), parts: make([]vector.Scratch, len(n.Out)),
	}
	for i, c := range n.Calls {
		to := &s.calls[i]
		for _, t := range c.Out {
			to.kinds = append(to.kinds, vector.KindOf(t))
		}
		var err error
		if c.Func == "" {
			to.value, err = compute.Compile(c.Args, in)
		} else {
			to.set, err = compute.CompileSet(c.Func, c.Args, in, c.Out)
		}
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Open opens the input.
func (s *Set) Open(q *op.Context) error {
	s.q = q
	return s.input.Open(q)
}

// Next returns the next rows.
func (s *Set) Next() (*vector.Batch, error) {
	for {
		if err := s.q.Check(); err != nil {
			return nil, err
		}
		if s.batch == nil {
			if more, err := s.start(); !more || err != nil {
				return nil, err
			}
		}
		if len(s.calls) == 1 && !s.outer && !s.ordinality && s.calls[0].set != nil {
			if b, err := s.single(); b != nil || err != nil {
				return b, err
			}
			s.batch = nil
			continue
		}
		s.collect()
		if len(s.from) > 0 {
			return s.send(), nil
		}
		if len(s.rows) == 0 {
			s.batch = nil
			continue
		}
		if err := s.fill(); err != nil {
			return nil, err
		}
	}
}

// start takes the next batch of the input.
func (s *Set) start() (more bool, err error) {
	if s.batch, err = s.input.Next(); s.batch == nil || err != nil {
		return false, err
	}
	s.rows = append(s.rows[:0], s.batch.Rows().Selection()...)
	s.on, s.n = false, 0
	for i := range s.calls {
		c := &s.calls[i]
		c.cols, c.from, c.next, c.end = nil, nil, 0, false
		if c.set != nil {
			if err := c.set.Start(s.q, s.batch); err != nil {
				return false, err
			}
			continue
		}
		if c.cols, err = c.value.Run(s.q, s.batch); err != nil {
			return false, err
		}
		c.from, c.end = s.rows[:len(s.rows):len(s.rows)], true
	}
	return true, nil
}

// single is the common case, one call: its columns are sent as they are, beside
// the input's rows. It returns nil at the end of the batch.
func (s *Set) single() (*vector.Batch, error) {
	cols, from, err := s.calls[0].set.Next(s.q.BatchRows)
	if err != nil || len(from) == 0 {
		return nil, err
	}
	out := s.out.Cols[:0]
	if len(s.batch.Cols) > 0 {
		s.from = s.from[:0]
		for _, r := range from {
			s.from = append(s.from, uint32(r))
		}
		for i, v := range s.batch.Cols {
			out = append(out, s.parts[i].Gather(v, s.from))
		}
	}
	s.out = vector.Batch{Len: len(from), Cols: append(out, cols...)}
	return &s.out, nil
}

// fill asks every call that has sent all it gave for more.
func (s *Set) fill() (err error) {
	for i := range s.calls {
		c := &s.calls[i]
		if c.next < len(c.from) || c.end {
			continue
		}
		c.next = 0
		if c.cols, c.from, err = c.set.Next(s.q.BatchRows); err != nil {
			return err
		}
		c.end = len(c.from) == 0
	}
	return nil
}

// collect lists the rows that can be sent of what the calls have given: until
// one of them must be asked for more.
func (s *Set) collect() {
	s.from, s.count, s.null = s.from[:0], s.count[:0], s.null[:0]
	for i := range s.take {
		s.take[i] = s.take[i][:0]
	}
	for len(s.rows) > 0 && len(s.from) < s.q.BatchRows {
		r := s.rows[0]
		some := false
		for i := range s.calls {
			c := &s.calls[i]
			if c.next == len(c.from) && !c.end {
				return
			}
			some = some || c.next < len(c.from) && c.from[c.next] == r
		}
		if some || s.outer && !s.on {
			for i := range s.calls {
				c := &s.calls[i]
				row := uint32(vector.NoRow)
				if c.next < len(c.from) && c.from[c.next] == r {
					row = uint32(c.next)
					if c.set == nil {
						row = uint32(r) // the value's vector is beside the input's
					}
					c.next++
				}
				s.take[i] = append(s.take[i], row)
			}
			s.n++
			s.from, s.count = append(s.from, uint32(r)), append(s.count, s.n)
			if !some {
				k := len(s.from) - 1
				for len(s.null) <= k>>6 {
					s.null = append(s.null, 0)
				}
				s.null[k>>6] |= 1 << (uint(k) & 63)
				s.count[k] = 0
			}
			s.on = true
		}
		if !some {
			s.rows = s.rows[1:]
			s.on, s.n = false, 0
		}
	}
}

// send returns the collected rows.
func (s *Set) send() *vector.Batch {
	out := s.out.Cols[:0]
	at := 0
	for _, v := range s.batch.Cols {
		out = append(out, s.parts[at].Gather(v, s.from))
		at++
	}
	for i := range s.calls {
		c := &s.calls[i]
		for k := range c.kinds {
			if c.cols == nil { // it has given nothing for this batch
				out = append(out, vector.ConstOf(c.kinds[k], vector.NullDatum, len(s.from)))
			} else {
				out = append(out, s.parts[at].Gather(c.cols[k], s.take[i]))
			}
			at++
		}
	}
	if s.ordinality {
		s.ord = vector.Vector{Kind: vector.Int64, Len: len(s.count), I64: s.count}
		if len(s.null) > 0 {
			for len(s.null) <= (len(s.count)-1)>>6 {
				s.null = append(s.null, 0)
			}
			s.ord.Nulls = s.null
		}
		out = append(out, &s.ord)
	}
	s.out = vector.Batch{Len: len(s.from), Cols: out}
	return &s.out
}

// Close closes the input.
func (s *Set) Close() error { return s.input.Close() }
