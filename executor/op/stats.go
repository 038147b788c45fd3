package op

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/dejaq/fasti/kv/vector"
)

// Stats is what EXPLAIN ANALYZE tells of one node of a plan: sums over all
// operators that were made of it, and over all runs of them.
type Stats struct {
	mu      sync.Mutex
	Loops   int64         // how often one was opened
	Rows    int64         // given
	Startup time.Duration // until a first batch or the end, in all loops
	Total   time.Duration // in Open and Next, with everything below
	Figures []Figure      // ordered by name
}

// Figure is a further number of a node, in the unit that its name implies: "kB"
// where Bytes.
type Figure struct {
	Name  string
	Value int64
	Bytes bool
}

// Measured is implemented by operators that know more than their rows. Figures is
// called once, before Close, after the last Next.
type Measured interface{ Figures() []Figure }

// Snapshot returns a copy that no operator changes.
func (s *Stats) Snapshot() *Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Stats{Loops: s.Loops, Rows: s.Rows, Startup: s.Startup, Total: s.Total, Figures: slices.Clone(s.Figures)}
}

// Measure returns o, which adds what it does to s when it is closed.
func Measure(o Operator, s *Stats) Operator { return &measured{in: o, to: s} }

type measured struct {
	in  Operator
	to  *Stats
	own Stats
}

func (m *measured) Open(q *Context) error {
	m.own.Loops++
	defer m.clock(time.Now(), true)
	return m.in.Open(q)
}

func (m *measured) Next() (*vector.Batch, error) {
	defer m.clock(time.Now(), m.own.Rows == 0)
	b, err := m.in.Next()
	if b != nil {
		m.own.Rows += int64(b.Count())
	}
	return b, err
}

func (m *measured) clock(start time.Time, startup bool) {
	d := time.Since(start)
	m.own.Total += d
	if startup {
		m.own.Startup += d
	}
}

func (m *measured) Close() error {
	if k, ok := m.in.(Measured); ok && m.own.Loops > 0 {
		m.own.Figures = k.Figures()
	}
	err := m.in.Close()
	m.to.add(&m.own)
	m.own = Stats{}
	return err
}

func (s *Stats) add(o *Stats) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Loops += o.Loops
	s.Rows += o.Rows
	s.Startup += o.Startup
	s.Total += o.Total
	for _, f := range o.Figures {
		i, found := slices.BinarySearchFunc(s.Figures, f, func(a, b Figure) int { return cmp.Compare(a.Name, b.Name) })
		if found {
			s.Figures[i].Value += f.Value
		} else {
			s.Figures = slices.Insert(s.Figures, i, f)
		}
	}
}

// RowsAffected passes the operator's number on.
func (m *measured) RowsAffected() int64 {
	if a, ok := m.in.(Affected); ok {
		return a.RowsAffected()
	}
	return 0
}

// MemoryFigures returns the figures of an operator that keeps rows: the most
// bytes that it had in memory, and how many it wrote to files.
func MemoryFigures(a *Account, disk int64) []Figure {
	f := []Figure{{Name: "Memory Usage", Value: a.Peak(), Bytes: true}}
	if disk > 0 {
		f = append(f, Figure{Name: "Disk Usage", Value: disk, Bytes: true})
	}
	return f
}
