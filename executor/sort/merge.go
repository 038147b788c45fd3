package sort

import (
	"bytes"
	"cmp"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/spool"
	"github.com/dejaq/fasti/kv/vector"
)

// fanIn is how many runs are merged at once; a merge keeps one block of each,
// at most blockBytes where rows are not larger than that.
const fanIn = 64

// blockBytes is about how many bytes of rows go into a block of a run.
const blockBytes = 32 << 10

// run is one sorted part of a file: its first byte and the one behind its last.
type run struct{ from, to int64 }

// runs are the sorted parts of the input that are not in memory, in the order in
// which they came.
type runs struct {
	file *spool.File
	list []run
}

// spill writes the kept rows as one more run and forgets them.
func (s *Sort) spill() error {
	if s.rows.Len() == 0 {
		return nil
	}
	if err := s.sort(); err != nil {
		return err
	}
	if s.runs.file == nil {
		s.runs.file = s.q.Spool.File(s.kinds()...)
	}
	f, cols := s.runs.file, s.columns()
	from, step := f.Size(), s.blockRows()
	for at := 0; at < len(s.order); at += step {
		if err := s.q.Check(); err != nil {
			return err
		}
		s.numbers = s.numbers[:0]
		for _, e := range s.order[at:min(at+step, len(s.order))] {
			s.numbers = append(s.numbers, e.row)
		}
		if err := f.Append(s.window.Gather(cols, s.numbers)); err != nil {
			return err
		}
	}
	s.runs.list = append(s.runs.list, run{from, f.Size()})
	// The memory goes back: what comes next may be small.
	s.order = nil
	s.rows = vector.NewBuilder(s.kinds()[:s.width]...)
	for i, k := range s.kinds()[s.width:] {
		s.extra[i] = vector.NewBuilder(k)
	}
	return s.account.Set(f.Memory())
}

// kinds returns the kinds of the kept columns.
func (s *Sort) kinds() []vector.Kind {
	var kinds []vector.Kind
	for _, v := range s.columns() {
		kinds = append(kinds, v.Kind)
	}
	return kinds
}

// blockRows returns how many of the kept rows make a block.
func (s *Sort) blockRows() int {
	each := s.rows.Bytes()/int64(s.rows.Len()) + 1
	return int(max(min(blockBytes/each, vector.MaxRows), 16))
}

// startMerge spills what is left in memory and merges until one merge is left to
// do, which then gives the rows.
func (s *Sort) startMerge() error {
	if err := s.spill(); err != nil {
		return err
	}
	if err := s.runs.file.Finish(); err != nil {
		return err
	}
	for len(s.runs.list) > fanIn {
		if err := s.pass(); err != nil {
			return err
		}
	}
	var err error
	s.merge, err = s.mergeOf(s.runs.file, s.runs.list, s.width)
	return err
}

// pass merges each fanIn neighbouring runs into one, in a new file.
func (s *Sort) pass() error {
	old := s.runs
	s.runs = runs{file: s.q.Spool.File(s.kinds()...)}
	f := s.runs.file
	defer old.file.Close()
	for at := 0; at < len(old.list); at += fanIn {
		m, err := s.mergeOf(old.file, old.list[at:min(at+fanIn, len(old.list))], len(s.kinds()))
		if err != nil {
			return err
		}
		from, given := f.Size(), int64(0)
		for s.limit < 0 || given < s.limit {
			b, err := m.next(m.blockRows)
			if err != nil {
				return err
			}
			if b == nil {
				break
			}
			if err := f.Append(b); err != nil {
				return err
			}
			given += int64(b.Len)
		}
		s.runs.list = append(s.runs.list, run{from, f.Size()})
	}
	return f.Finish()
}

// mergeOf starts to merge runs of f; the result has the first width columns.
func (s *Sort) mergeOf(f *spool.File, list []run, width int) (*merge, error) {
	m := &merge{q: s.q, account: s.account, keys: s.keys, width: width, sources: make([]source, len(list)), from: -1}
	m.out = vector.NewBuilder(s.kinds()[:width]...)
	for i, r := range list {
		m.sources[i].reader = f.Part(r.from, r.to)
		if err := m.load(&m.sources[i]); err != nil {
			return nil, err
		}
		m.blockRows = max(m.blockRows, m.sources[i].batch.Len)
		m.heap = append(m.heap, i)
	}
	for i := len(m.heap)/2 - 1; i >= 0; i-- {
		m.down(i)
	}
	return m, nil
}

// source is a run that is being read.
type source struct {
	reader *spool.Reader
	batch  *vector.Batch // nil at the end
	row    int           // of batch: the least row that is not given yet
	first  []entry       // first words of the first key of its rows
}

// merge gives the rows of sorted sources in order, those of equal keys in the
// order of the sources.
type merge struct {
	q         *op.Context
	account   *op.Account
	keys      []key
	width     int
	blockRows int
	sources   []source
	heap      []int // sources that have rows, the one with the least row first

	out  *vector.Builder
	from int      // the source of rows, -1 for none
	rows []uint32 // of its batch: taken, but not yet in out
}

// next returns at most n rows, nil at the end; valid until the next call.
func (m *merge) next(n int) (*vector.Batch, error) {
	if err := m.q.Check(); err != nil {
		return nil, err
	}
	m.out.Reset()
	for m.out.Len()+len(m.rows) < n && len(m.heap) > 0 {
		i := m.heap[0]
		if i != m.from {
			if err := m.flush(); err != nil {
				return nil, err
			}
			m.from = i
		}
		s := &m.sources[i]
		m.rows = append(m.rows, uint32(s.row))
		if s.row++; s.row == s.batch.Len {
			if err := m.flush(); err != nil {
				return nil, err
			}
			if err := m.load(s); err != nil {
				return nil, err
			}
			if s.batch == nil {
				last := len(m.heap) - 1
				m.heap[0] = m.heap[last]
				m.heap = m.heap[:last]
			}
		}
		m.down(0)
	}
	if err := m.flush(); err != nil || m.out.Len() == 0 {
		return nil, err
	}
	return m.out.Batch(), nil
}

// flush copies the rows that were taken.
func (m *merge) flush() error {
	if len(m.rows) == 0 {
		return nil
	}
	err := m.out.AppendRows(m.sources[m.from].batch.Cols[:m.width], m.rows)
	m.rows = m.rows[:0]
	return err
}

// load reads the next block of s.
func (m *merge) load(s *source) (err error) {
	if s.batch, err = s.reader.Next(); err != nil || s.batch == nil {
		return err
	}
	s.row = 0
	if cap(s.first) < s.batch.Len {
		s.first = make([]entry, s.batch.Len)
	}
	s.first = s.first[:s.batch.Len]
	for i := range s.first {
		s.first[i].row = uint32(i)
	}
	m.keys[0].fill(s.first, s.batch.Cols[m.keys[0].column], 0)
	total := m.out.Bytes()
	for i := range m.sources {
		t := &m.sources[i]
		if t.batch != nil {
			total += t.reader.Memory() + int64(cap(t.first))*entrySize
			for _, v := range t.batch.Cols {
				total += v.Memory()
			}
		}
	}
	return m.account.Set(total)
}

// down restores the heap from position i downwards.
func (m *merge) down(i int) {
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(m.heap); c++ {
			if m.less(m.heap[c], m.heap[least]) {
				least = c
			}
		}
		if least == i {
			return
		}
		m.heap[i], m.heap[least] = m.heap[least], m.heap[i]
		i = least
	}
}

// less compares the least rows of two sources.
func (m *merge) less(x, y int) bool {
	a, b := &m.sources[x], &m.sources[y]
	k := &m.keys[0]
	va, vb := a.batch.Cols[k.column], b.batch.Cols[k.column]
	if va.Nulls == nil && vb.Nulls == nil {
		if wa, wb := a.first[a.row].word, b.first[b.row].word; wa != wb {
			return wa < wb
		}
	}
	for i := range m.keys {
		k := &m.keys[i]
		if c := k.compare(a.batch.Cols[k.column], a.row, b.batch.Cols[k.column], b.row); c != 0 {
			return c < 0
		}
	}
	return x < y
}

// compare orders two values of flat key columns.
func (k *key) compare(a *vector.Vector, i int, b *vector.Vector, j int) int {
	if na, nb := a.IsNull(i), b.IsNull(j); na || nb {
		switch {
		case na == nb:
			return 0
		case na == k.nullsFirst:
			return -1
		}
		return 1
	}
	var c int
	switch k.class {
	case texts:
		c = bytes.Compare(a.Bytes(i), b.Bytes(j))
	case halves:
		x, y := a.Word(i), b.Word(j)
		c = cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1]))
	case floating:
		c = cmp.Compare(floatWord(a.Float(i)), floatWord(b.Float(j)))
	case unsigned:
		c = cmp.Compare(uint32(a.Int(i)), uint32(b.Int(j)))
	default:
		if a.Kind == vector.Bool {
			c = cmp.Compare(boolInt(a.Bool(i)), boolInt(b.Bool(j)))
		} else {
			c = cmp.Compare(a.Int(i), b.Int(j))
		}
	}
	if k.desc {
		return -c
	}
	return c
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
