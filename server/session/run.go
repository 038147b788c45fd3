package session

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/dejaq/fasti/executor"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/txn"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/server/pgwire"
	"github.com/dejaq/fasti/server/rowenc"
	"github.com/dejaq/fasti/sql/parse"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Query runs a simple query string.
func (s *Session) Query(ctx context.Context, text string, w *pgwire.Writer) error {
	delete(s.statements, "")
	s.ClosePortal("")
	list, err := parse.Parse(text, s.engine.parseOptions())
	if err != nil {
		return s.fail(err, text)
	}
	if len(list) == 0 {
		w.Empty()
		return nil
	}
	for _, n := range list[0].Notices {
		s.notice(n)
	}
	s.several = len(list) > 1
	defer func() { s.several = false }()
	for i := range list {
		p := &portal{statement: &statement{text: text, ast: list[i].AST}}
		last := i == len(list)-1
		if err := s.execute(ctx, p, 0, last, w); err != nil {
			return s.fail(err, text)
		}
	}
	return nil
}

// Execute runs a portal.
func (s *Session) Execute(ctx context.Context, name string, limit uint32, w *pgwire.Writer) error {
	p, ok := s.portals[name]
	if !ok {
		return s.fail(sqlerr.New(sqlerr.InvalidCursorName, "portal %q does not exist", name), "")
	}
	if p.statement.ast == nil {
		w.Empty()
		return nil
	}
	if err := s.execute(ctx, p, limit, w.SyncFollows(), w); err != nil {
		return s.fail(err, p.statement.text)
	}
	return nil
}

// retriesMax bounds how often a statement that is alone in its transaction is
// run again after a conflict.
const retriesMax = 30

// execute runs a portal, for at most limit rows (0: all). last says that nothing
// follows in an implicit transaction, so it is committed before its
// CommandComplete. After an error, or a panic, the portal's cursor is closed.
func (s *Session) execute(ctx context.Context, p *portal, limit uint32, last bool, w *pgwire.Writer) error {
	if err := s.allowed(p.statement.ast); err != nil {
		return err
	}
	if p.done {
		return s.again(p, w)
	}
	s.enter()
	s.tx.statements++
	s.active(p.statement.text)
	ctx, cancel, err := s.withTimeout(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	defer s.sendNotices(w)
	return s.dispatch(ctx, p, limit, last, w)
}

// dispatch runs what kind of statement a portal has.
func (s *Session) dispatch(ctx context.Context, p *portal, limit uint32, last bool, w *pgwire.Writer) error {
	running := true
	defer func() {
		if running {
			p.close()
		}
	}()
	var err error
	switch tag, ok := "", false; {
	case p.cursor != nil:
		err = s.fetch(ctx, p, limit, w)
	default:
		if tag, ok, err = s.utility(ctx, p, last, w); !ok {
			err = s.query(ctx, p, limit, last, w)
			break
		}
		p.done = true
		if err == nil && tag != "" {
			s.complete(w, tag)
		}
	}
	running = err != nil
	return err
}

// again executes a portal that has come to its end.
func (s *Session) again(p *portal, w *pgwire.Writer) error {
	switch p.tag {
	case "":
		return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "portal %q cannot be run", p.name)
	case "SHOW", "EXPLAIN":
		s.complete(w, p.tag)
	default:
		s.completeRows(w, p.tag, 0)
	}
	return nil
}

// query runs a planned statement, and again after a conflict when it is alone in
// its transaction and nothing of its result has been sent.
func (s *Session) query(ctx context.Context, p *portal, limit uint32, last bool, w *pgwire.Writer) error {
	alone := last && s.tx.status == txImplicit && s.tx.statements == 1
	for attempt := 0; ; attempt++ {
		mark := w.Mark()
		s.tx.ran++
		err := s.attempt(ctx, p, limit, last, w)
		// DDL commits at once: nothing else can be lost with it.
		again := alone || p.statement.plan != nil && p.statement.plan.DDL && s.tx.status == txImplicit && !s.tx.wrote
		if err == nil || !again || attempt == retriesMax || !s.retryable(err) || !w.Rewind(mark) {
			return err
		}
		p.close()
		s.notices = s.notices[:0]
		s.rollback()
		s.enter()
		s.tx.statements++
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(time.Duration(rand.Int64N(int64(time.Millisecond) << min(attempt, 6)))):
		}
	}
}

// attempt runs a planned statement once.
func (s *Session) attempt(ctx context.Context, p *portal, limit uint32, last bool, w *pgwire.Writer) error {
	plan, err := s.prepared(p.statement)
	if err != nil {
		return err
	}
	if err := s.writable(plan); err != nil {
		return err
	}
	for _, n := range plan.Notices {
		s.notice(n)
	}
	if p.cursor, err = s.open(ctx, plan.Plan, p.params, nil); err != nil {
		return err
	}
	p.cursor.tag = plan.Tag
	columns := columnsOf(plan)
	if columns != nil {
		if err := s.shape(p.cursor, columns, p.results); err != nil {
			return err
		}
	}
	switch {
	case limit == 0 || columns == nil:
	case plan.Writes:
		// It runs to its end now, whatever the client takes of its rows.
		if err := p.cursor.hold(ctx); err != nil {
			return err
		}
		return s.fetch(ctx, p, limit, w)
	default:
		return s.fetch(ctx, p, limit, w)
	}
	rows, err := p.cursor.drain(ctx, w)
	if err != nil {
		return err
	}
	p.finish()
	if (last || plan.DDL) && s.tx.status == txImplicit {
		if err := s.commit(ctx); err != nil {
			return err
		}
	}
	switch plan.Tag {
	case "INSERT", "SELECT", "UPDATE", "DELETE":
		s.completeRows(w, plan.Tag, rows)
	default:
		s.complete(w, plan.Tag)
	}
	return nil
}

// shape gives a cursor the columns of its rows and their encoder.
func (s *Session) shape(c *cursor, columns []pgwire.Column, formats []int16) (err error) {
	c.columns, c.formats = columns, formats
	c.enc, err = s.encoder(columns, formats)
	return err
}

// encoder returns the encoder of rows with these columns.
func (s *Session) encoder(columns []pgwire.Column, formats []int16) (*rowenc.Encoder, error) {
	values, err := s.settings()
	if err != nil {
		return nil, err
	}
	ts := make([]types.Type, len(columns))
	for i := range columns {
		ts[i] = columns[i].Type
	}
	return rowenc.New(ts, formats, values)
}

// fetch sends the next limit rows of a suspended portal.
func (s *Session) fetch(ctx context.Context, p *portal, limit uint32, w *pgwire.Writer) error {
	if p.declared != nil {
		return s.executeDeclared(ctx, p, limit, w)
	}
	rows, more, err := p.cursor.fetch(ctx, w, int64(limit))
	switch {
	case err != nil:
		return err
	case more:
		w.Suspended()
	default:
		p.finish()
		s.completeRows(w, p.tag, rows)
	}
	return nil
}

// finish notes that a portal has come to its end.
func (p *portal) finish() {
	if p.cursor.enc != nil {
		p.tag = p.cursor.tag
	}
	p.close()
	p.done = true
}

// writable refuses a statement that changes something where that cannot be.
func (s *Session) writable(plan *plan) error {
	if !plan.Writes {
		return nil
	}
	if s.tx.isReadOnly(s) {
		return sqlerr.New(sqlerr.ReadOnlySQLTransaction, "cannot execute %s in a read-only transaction", plan.Tag)
	}
	if !plan.DDL {
		s.tx.wrote = true
		return nil
	}
	// DDL commits at once, so it must not stand behind writes that could still be
	// rolled back with it.
	if s.tx.status == txBlock || s.tx.wrote {
		return sqlerr.NotSupported("%s inside a transaction block", plan.Tag)
	}
	return nil
}

// withTimeout applies statement_timeout.
func (s *Session) withTimeout(ctx context.Context) (context.Context, context.CancelFunc, error) {
	ms, err := parseMilliseconds(s.vars.must("statement_timeout"))
	if err != nil || ms == 0 {
		return ctx, func() {}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, time.Duration(ms)*time.Millisecond,
		sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to statement timeout"))
	return ctx, cancel, nil
}

// retryable reports whether running the statement again can help.
func (s *Session) retryable(err error) bool {
	return sqlerr.Code(s.translate(err)) == sqlerr.SerializationFailure
}

// cursor is a running plan. It outlives the Execute that opened it when the
// portal is suspended, so it has a context of its own.
type cursor struct {
	root   op.Operator
	q      *op.Context
	cancel context.CancelCauseFunc
	tag    string
	// columns, their formats and the encoder; nil when there are no rows to send.
	columns   []pgwire.Column
	formats   []int16
	enc       *rowenc.Encoder
	announced bool          // RowDescription has been sent
	batch     *vector.Batch // of root, sent up to at
	at        int
	held      *held // all rows that are left, nil while root makes them
	past      *past // of a cursor that keeps its rows, else nil
	// row is the one that the cursor is on, counted from 1: the rows taken so far.
	// begun: it is not before the first row any more; atEnd: it is behind the last.
	row          int64
	begun, atEnd bool
}

// held is the result of a statement that has come to its end before its client has
// taken all rows.
type held struct {
	rows   []byte // DataRow messages
	memory *op.Account
}

// open starts a plan.
func (s *Session) open(ctx context.Context, node physical.Node, params []vector.Datum, input op.Operator) (*cursor, error) {
	return s.start(ctx, node, params, input, nil)
}

// start is open with a profile of what the operators do; nil for none.
func (s *Session) start(ctx context.Context, node physical.Node, params []vector.Datum, input op.Operator, profile *executor.Profile) (*cursor, error) {
	t, err := s.data(ctx)
	if err != nil {
		return nil, err
	}
	own, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	c := &cursor{cancel: cancel}
	q, err := s.opContext(own, params)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	c.q = q
	defer c.link(ctx)()
	env := s.env(t, input)
	env.Profile = profile
	if c.root, err = executor.Build(node, env); err != nil {
		c.close()
		return nil, err
	}
	if err := c.root.Open(q); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (s *Session) env(t *txn.Txn, input op.Operator) *executor.Env {
	return &executor.Env{
		Txn: executor.Over(t), DB: s.engine.DB, Catalog: s.engine.Catalog,
		Virtual: s.system().Scan, Input: input,
	}
}

// link makes the cursor end with ctx while one call of it runs.
func (c *cursor) link(ctx context.Context) (unlink func()) {
	stop := context.AfterFunc(ctx, func() { c.cancel(context.Cause(ctx)) })
	return func() { stop() }
}

// drain sends every row, or runs a statement without rows to its end, and
// returns the count for the command tag.
func (c *cursor) drain(ctx context.Context, w *pgwire.Writer) (rows int64, err error) {
	rows, _, err = c.fetch(ctx, w, -1)
	if n := executor.RowsAffected(c.root); n > 0 {
		rows = n
	}
	return rows, err
}

// fetch sends at most limit rows (below 0: all). more says that it stopped at
// the limit, which says nothing about what is left.
func (c *cursor) fetch(ctx context.Context, w *pgwire.Writer, limit int64) (rows int64, more bool, err error) {
	defer c.link(ctx)()
	if limit == 0 {
		limit = -1
	}
	if c.held != nil {
		return c.held.send(w, limit)
	}
	for rows != limit {
		n, err := c.advance(limit - rows)
		if err != nil {
			return rows, false, err
		}
		if c.enc != nil && !c.announced {
			// Not before there is a first batch: a statement that fails at once
			// answers nothing but the error.
			c.announced = true
			w.Columns(c.columns, c.formats)
		}
		if n == 0 {
			return rows, false, nil
		}
		if c.enc != nil {
			if err := w.Batch(c.enc, c.batch, c.at, c.at+n); err != nil {
				return rows, false, err
			}
		}
		rows += int64(n)
		c.took(n)
	}
	return rows, true, nil
}

// took notes that n rows were taken.
func (c *cursor) took(n int) {
	c.at += n
	c.row += int64(n)
	c.begun = true
}

// advance returns how many of at most limit rows (below 0: any number) stand in
// batch from at on; 0 at the end.
func (c *cursor) advance(limit int64) (n int, err error) {
	if c.batch == nil || c.at == c.batch.Count() {
		if err := c.next(); c.batch == nil || err != nil {
			return 0, err
		}
	}
	n = c.batch.Count() - c.at
	if limit >= 0 {
		n = int(min(int64(n), limit))
	}
	return n, nil
}

// next takes the next batch, nil at the end.
func (c *cursor) next() (err error) {
	c.batch, c.at = nil, 0
	switch {
	case c.past != nil && c.row < c.past.rows():
		c.at = c.past.seek(c, c.row)
		return nil
	case c.root == nil: // at its end, and past has all rows
		return nil
	}
	if c.batch, err = c.root.Next(); c.past != nil && c.batch != nil && err == nil {
		c.batch, err = c.past.add(c.batch)
	}
	return err
}

// hold runs the plan to its end and keeps its rows.
func (c *cursor) hold(ctx context.Context) error {
	defer c.link(ctx)()
	h := &held{memory: c.q.Memory.Child("result")}
	c.held = h
	for {
		n, err := c.advance(-1)
		if n == 0 || err != nil {
			return err
		}
		if h.rows, err = c.enc.AppendRows(h.rows, c.batch, c.at, c.at+n); err != nil {
			return err
		}
		c.at += n
		if err := h.memory.Set(int64(cap(h.rows))); err != nil {
			return err
		}
	}
}

// send is fetch over held rows.
func (h *held) send(w *pgwire.Writer, limit int64) (rows int64, more bool, err error) {
	for rows != limit {
		if len(h.rows) == 0 {
			return rows, false, nil
		}
		size := 1 + binary.BigEndian.Uint32(h.rows[1:])
		if err := w.Row(h.rows[:size]); err != nil {
			return rows, false, err
		}
		h.rows = h.rows[size:]
		rows++
	}
	return rows, true, nil
}

// end closes the operators.
func (c *cursor) end() error {
	if c.root == nil {
		return nil
	}
	root := c.root
	c.root = nil
	return root.Close()
}

func (c *cursor) close() {
	_ = c.end()
	if c.held != nil {
		c.held.memory.Close()
	}
	if c.past != nil {
		c.past.memory.Close()
	}
	c.q.Close()
	c.cancel(errors.New("cursor closed"))
}
