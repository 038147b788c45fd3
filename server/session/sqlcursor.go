package session

import (
	"context"
	"math"
	"slices"
	"strconv"

	"github.com/dejaq/fasti/server/pgwire"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// declared is what a portal made by DECLARE has beside the others.
type declared struct {
	binary, scroll bool
	hold           bool // WITH HOLD
	survives       bool // its transaction has committed: all rows are in cursor.past
}

// declare is DECLARE CURSOR: a portal that FETCH reads.
func (s *Session) declare(ctx context.Context, p *portal, st *ast.Declare) error {
	if !st.Hold && s.tx.status != txBlock && !s.several {
		return sqlerr.New(sqlerr.NoActiveSQLTransaction, "DECLARE CURSOR can only be used in transaction blocks")
	}
	plan, err := s.prepared(p.statement)
	if err != nil {
		return err
	}
	if plan.Writes {
		return sqlerr.New(sqlerr.FeatureNotSupported, "DECLARE CURSOR must not contain data-modifying statements in WITH")
	}
	if _, taken := s.portals[st.Name]; taken {
		return sqlerr.New(sqlerr.DuplicateCursor, "cursor %q already exists", st.Name)
	}
	if len(s.portals) >= portalsMax {
		return sqlerr.New(sqlerr.ConfigurationLimitExceeded, "a session holds at most %d portals", portalsMax)
	}
	s.tx.ran++
	c, err := s.open(ctx, plan.Plan, p.params, nil)
	if err != nil {
		return err
	}
	c.tag, c.columns = plan.Tag, columnsOf(plan)
	if st.Scroll || st.Hold {
		c.past = &past{memory: c.q.Memory.Child("cursor")}
	}
	s.portals[st.Name] = &portal{
		name: st.Name, statement: p.statement, cursor: c, at: s.engine.Clock(),
		declared: &declared{binary: st.Binary, scroll: st.Scroll, hold: st.Hold},
	}
	return nil
}

// closeStatement is CLOSE; CLOSE ALL leaves the portal that runs it.
func (s *Session) closeStatement(p *portal, st *ast.Close) (tag string, err error) {
	if st.Name == "" {
		for name, other := range s.portals {
			if other != p {
				s.ClosePortal(name)
			}
		}
		return "CLOSE CURSOR ALL", nil
	}
	if _, ok := s.portals[st.Name]; !ok {
		return "", noCursor(st.Name)
	}
	s.ClosePortal(st.Name)
	return "CLOSE CURSOR", nil
}

func noCursor(name string) error {
	return sqlerr.New(sqlerr.InvalidCursorName, "cursor %q does not exist", name)
}

// fetchStatement is FETCH and MOVE, run by p.
func (s *Session) fetchStatement(ctx context.Context, p *portal, st *ast.Fetch, w *pgwire.Writer) error {
	of, ok := s.portals[st.Name]
	switch {
	case !ok:
		return noCursor(st.Name)
	case of.cursor == nil:
		return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "portal %q cannot be run", st.Name)
	}
	c := of.cursor
	defer c.link(ctx)()
	f := fetching{cursor: c, scroll: of.declared != nil && of.declared.scroll}
	if !st.Move {
		formats := p.results
		if formats == nil && of.declared != nil && of.declared.binary {
			formats = slices.Repeat([]int16{1}, len(c.columns))
		}
		enc, err := s.encoder(c.columns, formats)
		if err != nil {
			return err
		}
		announced := false
		f.send = func(from, to int) error {
			if !announced {
				announced = true
				w.Columns(c.columns, formats)
			}
			if from == to {
				return nil
			}
			return w.Batch(enc, c.batch, from, to)
		}
	}
	rows, err := f.run(st)
	if err != nil {
		s.ClosePortal(st.Name)
		return err
	}
	word := "MOVE"
	if !st.Move {
		word = "FETCH"
		if err := f.send(0, 0); err != nil {
			return err
		}
		p.tag = word
	}
	s.complete(w, word+" "+strconv.FormatInt(rows, 10))
	return nil
}

// executeDeclared is Execute of a cursor's portal.
func (s *Session) executeDeclared(ctx context.Context, p *portal, limit uint32, w *pgwire.Writer) error {
	c := p.cursor
	defer c.link(ctx)()
	enc, err := s.encoder(c.columns, nil)
	if err != nil {
		return err
	}
	f := fetching{cursor: c, send: func(from, to int) error { return w.Batch(enc, c.batch, from, to) }}
	count := int64(limit)
	if count == 0 {
		count = ast.FetchAll
	}
	rows, err := f.ahead(count)
	switch {
	case err != nil:
		return err
	case !c.atEnd:
		w.Suspended()
	default:
		s.completeRows(w, c.tag, rows)
	}
	return nil
}

// fetching is one FETCH. Its steps are those of PostgreSQL's pquery.c, which
// decide what a cursor may do that goes forward only.
type fetching struct {
	cursor *cursor
	scroll bool
	send   func(from, to int) error // sends rows of cursor.batch; nil for MOVE
}

// run moves the cursor and returns the count of the command tag.
func (f fetching) run(st *ast.Fetch) (int64, error) {
	c, count := f.cursor, st.Count
	forward := st.Direction != ast.Backward
	switch st.Direction {
	case ast.Absolute:
		return f.absolute(count)
	case ast.Relative:
		if count != 0 {
			return f.relative(count)
		}
	}
	if count < 0 {
		forward, count = !forward, -count
	}
	if count == 0 {
		on := c.begun && !c.atEnd
		switch {
		case f.send == nil && on:
			return 1, nil
		case f.send == nil || !on:
			return 0, nil
		}
		if _, err := f.skip().back(1); err != nil {
			return 0, err
		}
		return f.ahead(1)
	}
	if forward {
		return f.ahead(count)
	}
	return f.back(count)
}

// absolute goes to a row counted from the first, or from behind the last.
func (f fetching) absolute(count int64) (int64, error) {
	c := f.cursor
	switch {
	case count < 0:
		if _, err := f.skip().ahead(ast.FetchAll); err != nil {
			return 0, err
		}
		if count < -1 {
			if _, err := f.skip().back(-count - 1); err != nil {
				return 0, err
			}
		}
		return f.back(1)
	case count == 0:
		return 0, f.rewind()
	case count-1 <= c.row/2:
		if err := f.rewind(); err != nil {
			return 0, err
		}
		if _, err := f.skip().ahead(count - 1); err != nil {
			return 0, err
		}
		return f.ahead(1)
	}
	row := c.row
	if c.atEnd {
		row++
	}
	var err error
	if count <= row {
		_, err = f.skip().back(row - count + 1)
	} else {
		_, err = f.skip().ahead(count - row - 1)
	}
	if err != nil {
		return 0, err
	}
	return f.ahead(1)
}

// relative skips rows and gives the one behind them; count is not 0.
func (f fetching) relative(count int64) (int64, error) {
	step := fetching.ahead
	if count < 0 {
		step, count = fetching.back, -count
	}
	if count > 1 {
		if _, err := step(f.skip(), count-1); err != nil {
			return 0, err
		}
	}
	return step(f, 1)
}

// skip is f without sending.
func (f fetching) skip() fetching {
	f.send = nil
	return f
}

// ahead gives the next count rows.
func (f fetching) ahead(count int64) (rows int64, err error) {
	c := f.cursor
	if c.atEnd {
		return 0, nil
	}
	for rows < count {
		n, err := c.advance(count - rows)
		if err != nil {
			return rows, err
		}
		if n == 0 {
			c.atEnd = true
			break
		}
		if f.send != nil {
			if err := f.send(c.at, c.at+n); err != nil {
				return rows, err
			}
		}
		c.took(n)
		rows += int64(n)
	}
	return rows, nil
}

// back gives the rows before the one that the cursor is on, the nearest first.
func (f fetching) back(count int64) (rows int64, err error) {
	c := f.cursor
	if !f.scroll {
		return 0, forwardOnly()
	}
	if !c.begun || count <= 0 {
		return 0, nil
	}
	from := c.row - 1 // rows before the one to give next
	if c.atEnd {
		from = c.row
	}
	rows = min(count, from)
	for i := range rows {
		at := c.past.seek(c, from-i-1)
		if f.send != nil {
			if err := f.send(at, at+1); err != nil {
				return i, err
			}
		}
	}
	to := from - rows + 1
	if c.begun = rows == count; !c.begun {
		to = 0
	}
	c.atEnd = c.atEnd && rows == 0
	c.place(to)
	return rows, nil
}

// rewind goes in front of the first row.
func (f fetching) rewind() error {
	c := f.cursor
	if !c.begun && !c.atEnd {
		return nil
	}
	if !f.scroll {
		return forwardOnly()
	}
	c.begun, c.atEnd = false, false
	c.place(0)
	return nil
}

func forwardOnly() error {
	return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "cursor can only scan forward").
		WithHint("Declare it with SCROLL option to enable backward scan.")
}

// keepHeld takes all rows of the cursors that outlive the transaction.
func (s *Session) keepHeld(ctx context.Context) error {
	for _, p := range s.portals {
		if p.declared == nil || !p.declared.hold || p.declared.survives || p.cursor == nil {
			continue
		}
		c := p.cursor
		unlink := c.link(ctx)
		row, atEnd := c.row, c.atEnd
		begun := c.begun
		_, err := fetching{cursor: c}.ahead(math.MaxInt64)
		unlink()
		if err != nil {
			return err
		}
		c.atEnd, c.begun = atEnd, begun
		c.place(row)
		if err := c.end(); err != nil {
			return err
		}
		p.declared.survives = true
	}
	return nil
}
