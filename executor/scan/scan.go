package scan

import (
	"errors"
	"sync"

	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/filter"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// Source is the scan of one plan node in one execution. Its methods may be
// called by the several workers that share it.
type Source struct {
	store Store
	node  *physical.Scan

	mu     sync.Mutex // guards what follows
	opened bool
	rows   Rows // nil when no row can match
	err    error
}

// NewSource returns the scan of node from store.
func NewSource(store Store, node *physical.Scan) *Source { return &Source{store: store, node: node} }

// Open evaluates the bounds and starts the scan, the first time it is called.
func (s *Source) Open(q *op.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened {
		return s.err
	}
	s.opened = true
	if spec, ok := SpecOf(q, s.node); ok {
		s.rows, s.err = s.store.Scan(q.Go, spec)
		s.err = q.Explain(s.err)
	}
	return s.err
}

// Shards returns how many shards the scan reads and how many the table has, once
// it is open.
func (s *Source) Shards() (kept, known int) {
	if s.rows == nil {
		return 0, 0
	}
	return s.rows.Shards()
}

// Close ends the scan; its readers are closed.
func (s *Source) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := s.rows
	s.rows, s.opened, s.err = nil, true, errors.New("scan: source is closed")
	if rows == nil {
		return nil
	}
	return rows.Close()
}

// Scan is the operator: one reader of a Source.
type Scan struct {
	source *Source
	owned  bool // the Source is this operator's alone
	cond   *compute.Program
	first  []int // positions of the columns that the filter uses
	rest   []int // positions of the others

	q      *op.Context
	reader Reader
	morsel Morsel
	at     int // next row of the morsel

	own    []vector.Vector // what Decode fills, per column
	absent []vector.Vector // stand for columns that are not decoded yet
	cols   []*vector.Vector
	sel    []uint16
	rows   []uint16 // sel as row numbers of the morsel
	dense  []vector.Scratch
	out    vector.Batch

	read, given int64 // rows
}

// New returns a scan of source. owned says that the operator opens and closes
// the source; else who shares it among workers does.
func New(source *Source, owned bool) (*Scan, error) {
	n := source.node
	s := &Scan{source: source, owned: owned}
	s.own = make([]vector.Vector, len(n.Out))
	s.absent = make([]vector.Vector, len(n.Out))
	s.dense = make([]vector.Scratch, len(n.Out))
	s.cols = make([]*vector.Vector, len(n.Out))
	in := make([]types.Type, len(n.Out))
	for i, f := range n.Out {
		in[i] = f.Type
		s.own[i].Kind = vector.KindOf(f.Type)
		s.absent[i] = *vector.ConstOf(s.own[i].Kind, vector.NullDatum, 0)
	}
	used := make([]bool, len(n.Out))
	if len(n.Filter) > 0 {
		var err error
		if s.cond, err = compute.CompileFilter(n.Filter, in); err != nil {
			return nil, err
		}
		for _, c := range expr.Columns(n.Filter...) {
			used[c] = true
		}
	}
	for i, u := range used {
		if u {
			s.first = append(s.first, i)
		} else {
			s.rest = append(s.rest, i)
		}
	}
	return s, nil
}

// Open opens the source and a reader of it.
func (s *Scan) Open(q *op.Context) (err error) {
	s.q = q
	if err := s.source.Open(q); err != nil {
		return err
	}
	if s.source.rows == nil {
		return nil
	}
	s.reader, err = s.source.rows.Open()
	return q.Explain(err)
}

// Next returns the next rows that pass the filter.
func (s *Scan) Next() (*vector.Batch, error) {
	for s.reader != nil {
		if err := s.q.Check(); err != nil {
			return nil, err
		}
		if s.morsel == nil || s.at == s.morsel.Rows() {
			m, err := s.reader.Next()
			if err != nil {
				return nil, s.q.Explain(err)
			}
			s.morsel, s.at = m, 0
			if m == nil {
				return nil, s.end()
			}
		}
		from := s.at
		s.at = min(from+s.q.BatchRows, s.morsel.Rows())
		b, err := s.window(from, s.at)
		s.read += int64(s.at - from)
		if b != nil {
			s.given += int64(b.Count())
		}
		if b != nil || err != nil {
			return b, err
		}
	}
	return nil, nil
}

// window reads rows [from, to) of the morsel; nil when the filter keeps none.
func (s *Scan) window(from, to int) (*vector.Batch, error) {
	n := to - from
	s.out = vector.Batch{Len: n, Cols: s.cols, Seq: s.morsel.Seq()}
	if s.cond == nil {
		return &s.out, s.decode(s.rest, from, to)
	}
	if err := s.decode(s.first, from, to); err != nil {
		return nil, err
	}
	for _, i := range s.rest {
		s.absent[i].Len = n
		s.cols[i] = &s.absent[i]
	}
	var err error
	if s.sel, err = s.cond.Filter(s.q, &s.out, s.sel[:0]); err != nil || len(s.sel) == 0 {
		return nil, err
	}
	kept := len(s.sel)
	switch {
	case kept == n:
		return &s.out, s.decode(s.rest, from, to)
	case len(s.rest) == 0 && kept*filter.DenseBelow > n, 4*kept > 3*n:
		// Nothing to save, or little: decode all, keep the selection.
		s.out.Sel = s.sel
		return &s.out, s.decode(s.rest, from, to)
	}
	for _, i := range s.first {
		s.cols[i] = s.dense[i].Select(s.cols[i], s.sel)
	}
	s.rows = s.rows[:0]
	for _, r := range s.sel {
		s.rows = append(s.rows, r+uint16(from))
	}
	for _, i := range s.rest {
		if err := s.morsel.DecodeSel(i, s.rows, &s.own[i]); err != nil {
			return nil, s.q.Explain(err)
		}
		s.cols[i] = &s.own[i]
	}
	s.out.Len = kept
	return &s.out, nil
}

func (s *Scan) decode(columns []int, from, to int) error {
	for _, i := range columns {
		if err := s.morsel.Decode(i, from, to, &s.own[i]); err != nil {
			return s.q.Explain(err)
		}
		s.cols[i] = &s.own[i]
	}
	return nil
}

func (s *Scan) end() error {
	r := s.reader
	s.reader, s.morsel = nil, nil
	return s.q.Explain(r.Close())
}

// Figures returns how many rows the filter has kept out.
func (s *Scan) Figures() []op.Figure {
	if s.cond == nil {
		return nil
	}
	return []op.Figure{{Name: "Rows Removed by Filter", Value: s.read - s.given}}
}

// Close closes the reader, and the source when it is owned.
func (s *Scan) Close() error {
	var err error
	if s.reader != nil {
		err = s.reader.Close()
		s.reader, s.morsel = nil, nil
	}
	if s.owned {
		err = errors.Join(err, s.source.Close())
	}
	return err
}
