package sort

import (
	"errors"
	"math"

	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// Sort is the operator. It reads all of its input in the first Next.
type Sort struct {
	input  op.Operator
	width  int              // columns of the input
	keys   []key            // in order of importance
	exprs  *compute.Program // the values of all keys
	limit  int64            // rows that will be asked for; -1: all
	count  expr.Expr        // with offset they give the limit at Open, unless nil
	offset expr.Expr

	q       *op.Context
	account *op.Account
	rows    *vector.Builder   // the input's columns
	extra   []*vector.Builder // key columns that are no input columns as they are
	top     top
	built   bool
	runs    runs   // what does not fit in memory
	merge   *merge // gives the rows when there are runs
	merged  int64  // rows it has given

	order   []entry
	given   int
	numbers []uint32
	window  vector.Window
}

// New returns the operator of n over input, whose columns have the types in.
func New(input op.Operator, in []types.Type, n *physical.Sort) (*Sort, error) {
	keys := n.Keys
	s := &Sort{input: input, width: len(in), limit: n.Limit, count: n.Count, offset: n.Offset}
	kinds := make([]vector.Kind, len(in))
	for i, t := range in {
		kinds[i] = vector.KindOf(t)
	}
	s.rows = vector.NewBuilder(kinds...)
	exprs := make([]expr.Expr, len(keys))
	for i, k := range keys {
		exprs[i] = k.Expr
		key := newKey(k.Expr.Type(), k.Desc, k.NullsFirst)
		if c, ok := k.Expr.(expr.Column); ok && !key.normalizes() {
			key.column = c.Index
		} else {
			key.column = s.width + len(s.extra)
			s.extra = append(s.extra, vector.NewBuilder(vector.KindOf(k.Expr.Type())))
		}
		s.keys = append(s.keys, key)
	}
	var err error
	s.exprs, err = compute.Compile(exprs, in)
	return s, err
}

// Open opens the input.
func (s *Sort) Open(q *op.Context) error {
	s.q, s.account = q, q.Memory.Child("sort")
	s.numbers = make([]uint32, 0, q.BatchRows)
	if s.limit < 0 && s.count != nil {
		s.limit = s.wanted()
	}
	return s.input.Open(q)
}

// wanted evaluates how many rows the Limit above will ask for, -1 for all. What
// is wrong with its numbers is the Limit's to say.
func (s *Sort) wanted() int64 {
	sum := int64(0)
	for i, e := range []expr.Expr{s.count, s.offset} {
		if e == nil {
			continue
		}
		d, err := compute.Eval(s.q, e)
		switch {
		case err != nil, d.I < 0, d.I > math.MaxInt64-sum, d.Null && i == 0:
			return -1
		case !d.Null:
			sum += d.I
		}
	}
	return sum
}

// Next returns the next rows in order.
func (s *Sort) Next() (*vector.Batch, error) {
	if !s.built {
		s.built = true
		if err := s.build(); err != nil {
			return nil, s.q.Explain(err)
		}
	}
	if err := s.q.Check(); err != nil {
		return nil, err
	}
	if s.merge != nil {
		b, err := s.nextMerged()
		return b, s.q.Explain(err)
	}
	n := min(s.q.BatchRows, len(s.order)-s.given)
	if n <= 0 {
		return nil, nil
	}
	s.numbers = s.numbers[:0]
	for _, e := range s.order[s.given : s.given+n] {
		s.numbers = append(s.numbers, e.row)
	}
	s.given += n
	return s.window.Gather(s.rows.Columns(), s.numbers), nil
}

// nextMerged is Next when rows are outside memory.
func (s *Sort) nextMerged() (*vector.Batch, error) {
	n := int64(s.q.BatchRows)
	if s.limit >= 0 {
		n = min(n, s.limit-s.merged)
	}
	if n == 0 {
		return nil, nil
	}
	b, err := s.merge.next(int(n))
	if b != nil {
		s.merged += int64(b.Len)
	}
	return b, err
}

func (s *Sort) build() error {
	if s.limit == 0 {
		return nil
	}
	for {
		if err := s.q.Check(); err != nil {
			return err
		}
		b, err := s.input.Next()
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		values, err := s.exprs.Run(s.q, b)
		if err != nil {
			return err
		}
		rows := b.Rows()
		if s.limit > 0 {
			if rows = s.top.pass(&s.keys[0], values[0], rows); rows.Count() == 0 {
				continue
			}
		}
		if err := s.keep(b, values, rows); err != nil {
			return err
		}
		spill, err := s.q.Keep(s.account, s.bytes(2*s.rows.Len()))
		switch {
		case err != nil:
			return err
		case spill:
			if err := s.spill(); err != nil {
				return err
			}
		}
		if s.limit > 0 && int64(s.rows.Len())-s.limit >= max(s.limit, vector.MaxRows) {
			if err := s.cut(); err != nil {
				return err
			}
		}
	}
	if s.runs.list != nil {
		return s.startMerge()
	}
	return s.sort()
}

// keep appends the rows of b and their keys.
func (s *Sort) keep(b *vector.Batch, values []*vector.Vector, rows vector.Rows) error {
	if err := s.rows.Append(&vector.Batch{Len: b.Len, Sel: rows.Sel, Cols: b.Cols}); err != nil {
		return err
	}
	for i := range s.keys {
		k := &s.keys[i]
		if k.column < s.width {
			continue
		}
		extra := s.extra[k.column-s.width]
		if k.normalizes() {
			if err := k.normalize(extra, values[i], rows.Selection()); err != nil {
				return err
			}
			continue
		}
		if err := extra.Append(&vector.Batch{Len: b.Len, Sel: rows.Sel, Cols: values[i : i+1]}); err != nil {
			return err
		}
	}
	return nil
}

// columns returns the kept columns: the input's, then the extra keys'.
func (s *Sort) columns() []*vector.Vector {
	cols := append([]*vector.Vector(nil), s.rows.Columns()...)
	for _, e := range s.extra {
		cols = append(cols, e.Columns()...)
	}
	return cols
}

// bytes returns the memory of the kept rows and of so many entries.
func (s *Sort) bytes(entries int) int64 {
	n := s.rows.Bytes() + int64(entries)*entrySize
	for _, e := range s.extra {
		n += e.Bytes()
	}
	return n
}

// sort orders the kept rows, and cuts them to the limit.
func (s *Sort) sort() error {
	n := s.rows.Len()
	s.order = make([]entry, n)
	for i := range s.order {
		s.order[i].row = uint32(i)
	}
	w := sorter{q: s.q, keys: s.keys, cols: s.columns()}
	if err := w.sort(s.order, make([]entry, n), 0); err != nil {
		return err
	}
	if s.limit >= 0 && int64(n) > s.limit {
		s.order = s.order[:s.limit]
	}
	return s.account.Set(s.bytes(n))
}

// cut keeps the first rows only, and makes the last of them the threshold.
func (s *Sort) cut() error {
	if err := s.sort(); err != nil {
		return err
	}
	s.numbers = s.numbers[:0]
	for _, e := range s.order {
		s.numbers = append(s.numbers, e.row)
	}
	s.order = nil
	for _, b := range append([]*vector.Builder{s.rows}, s.extra...) {
		if err := b.Keep(s.numbers); err != nil {
			return err
		}
	}
	s.top.set(&s.keys[0], s.columns()[s.keys[0].column], len(s.keys) == 1)
	return s.account.Set(s.bytes(0))
}

// Figures returns the memory and the disk that the rows took.
func (s *Sort) Figures() []op.Figure {
	disk := int64(0)
	if s.runs.file != nil {
		disk = s.runs.file.OnDisk()
	}
	return op.MemoryFigures(s.account, disk)
}

// Close closes the input and forgets the rows.
func (s *Sort) Close() error {
	s.account.Close()
	s.rows, s.extra, s.order, s.merge = nil, nil, nil, nil
	return errors.Join(s.runs.file.Close(), s.input.Close())
}
