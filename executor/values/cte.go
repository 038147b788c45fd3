package values

import (
	"errors"
	"sync"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/spool"
	"github.com/dejaq/fasti/kv/vector"
)

// CTE is a WITH query that is computed once: it keeps the rows that its query has
// given, which runs as far as the scans want. Rows that memory does not hold go to
// a file; the query runs to its end then. Scans may read it in several goroutines.
type CTE struct {
	query op.Operator
	kinds []vector.Kind

	mu      sync.Mutex // of all below
	q       *op.Context
	account *op.Account
	opened  bool
	ended   bool
	err     error             // that ended the query
	pieces  []*vector.Builder // the rows so far, immutable each
	bytes   int64             // of pieces
	file    *spool.File       // the rows behind those of pieces, if any
}

// NewCTE returns the CTE of query, whose columns are of kinds.
func NewCTE(query op.Operator, kinds []vector.Kind) *CTE { return &CTE{query: query, kinds: kinds} }

// piece returns the piece i; where there is none, the file behind the pieces, nil
// for none.
func (c *CTE) piece(i int) (*vector.Builder, *spool.File, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i >= len(c.pieces) && !c.ended {
		c.err = c.pull()
		c.ended = c.ended || c.err != nil
	}
	if i < len(c.pieces) {
		return c.pieces[i], nil, nil
	}
	return nil, c.file, c.err
}

// begin runs a query that writes, which does all that it has to for its first rows.
func (c *CTE) begin() error {
	_, _, err := c.piece(0)
	return err
}

// pull makes a piece of the next batch of the query.
func (c *CTE) pull() error {
	b, err := c.next()
	if b == nil || err != nil {
		return err
	}
	if b.Count() == 0 {
		return nil
	}
	p := vector.NewBuilder(c.kinds...)
	if err := p.Append(b); err != nil {
		return c.q.Explain(err)
	}
	spill, err := c.q.Keep(c.account, c.bytes+p.Bytes())
	if err != nil {
		return err
	}
	if spill {
		return c.spill(b)
	}
	c.bytes += p.Bytes()
	c.pieces = append(c.pieces, p)
	return nil
}

func (c *CTE) next() (*vector.Batch, error) {
	if !c.opened {
		c.opened = true
		if err := c.query.Open(c.q); err != nil {
			return nil, err
		}
	}
	if err := c.q.Check(); err != nil {
		return nil, err
	}
	b, err := c.query.Next()
	c.ended = b == nil
	return b, err
}

// spill writes b and all that follows to a file.
func (c *CTE) spill(b *vector.Batch) error {
	file := c.q.Spool.File(c.kinds...)
	c.file = file
	for b != nil {
		if err := file.Append(b); err != nil {
			return err
		}
		var err error
		if b, err = c.next(); err != nil {
			return err
		}
	}
	return file.Finish()
}

func (c *CTE) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := errors.Join(c.file.Close(), c.query.Close())
	c.account.Close()
	c.pieces, c.file, c.ended = nil, nil, true
	return err
}

// With gives the rows of its input, which scans a CTE.
type With struct {
	cte    *CTE
	input  op.Operator
	writes bool
}

// NewWith returns a With over input. With writes the query of c is one that writes,
// and runs before input does.
func NewWith(c *CTE, input op.Operator, writes bool) *With {
	return &With{cte: c, input: input, writes: writes}
}

// Open runs a query that writes, and opens the input.
func (w *With) Open(q *op.Context) error {
	w.cte.q, w.cte.account = q, q.Memory.Child("WITH query")
	if w.writes {
		if err := w.cte.begin(); err != nil {
			return err
		}
	}
	return w.input.Open(q)
}

// Next returns the next rows of the input.
func (w *With) Next() (*vector.Batch, error) { return w.input.Next() }

// RowsAffected returns the number of rows that the input has changed.
func (w *With) RowsAffected() int64 {
	if a, ok := w.input.(op.Affected); ok {
		return a.RowsAffected()
	}
	return 0
}

// Figures returns the memory and the disk that the rows took.
func (w *With) Figures() []op.Figure {
	w.cte.mu.Lock()
	defer w.cte.mu.Unlock()
	disk := int64(0)
	if w.cte.file != nil {
		disk = w.cte.file.OnDisk()
	}
	return op.MemoryFigures(w.cte.account, disk)
}

// Close closes the input, and then the query.
func (w *With) Close() error { return errors.Join(w.input.Close(), w.cte.close()) }

// CTEScan gives the rows of a CTE.
type CTEScan struct {
	cte    *CTE
	q      *op.Context
	index  int             // of the next piece
	piece  *vector.Builder // being given, nil for none
	given  int             // rows of piece
	file   *spool.Reader   // when the pieces are given
	window vector.Window
}

// NewCTEScan returns a scan of c.
func NewCTEScan(c *CTE) *CTEScan { return &CTEScan{cte: c} }

// Open begins at the first row.
func (s *CTEScan) Open(q *op.Context) error {
	s.q, s.index, s.piece, s.file = q, 0, nil, nil
	return nil
}

// Next returns the next rows.
func (s *CTEScan) Next() (*vector.Batch, error) {
	if err := s.q.Check(); err != nil {
		return nil, err
	}
	if s.file != nil {
		return s.file.Next()
	}
	if s.piece == nil || s.given == s.piece.Len() {
		p, file, err := s.cte.piece(s.index)
		if err != nil {
			return nil, err
		}
		if p == nil {
			if file == nil {
				return nil, nil
			}
			s.file = file.Reader()
			return s.file.Next()
		}
		s.index, s.piece, s.given = s.index+1, p, 0
	}
	from := s.given
	s.given = min(from+s.q.BatchRows, s.piece.Len())
	return s.window.Slice(s.piece.Columns(), from, s.given), nil
}

// Close forgets the rows.
func (s *CTEScan) Close() error {
	s.piece, s.file = nil, nil
	return nil
}
