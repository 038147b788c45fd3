package session

import (
	"context"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/server/copyio"
	"github.com/dejaq/fasti/server/pgwire"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// copy runs COPY FROM STDIN and COPY TO STDOUT.
func (s *Session) copy(ctx context.Context, p *portal, st *ast.Copy, last bool, w *pgwire.Writer) error {
	switch {
	case st.Program:
		return sqlerr.NotSupported("COPY with a program").At(st.Pos)
	case st.File != "":
		return sqlerr.NotSupported("COPY with a file of the server").WithHint(`psql's \copy reads and writes files of the client.`).At(st.Pos)
	}
	options, err := copyio.ParseOptions(st.Options, st.From)
	if err != nil {
		return err
	}
	plan, err := s.prepared(p.statement)
	if err != nil {
		return err
	}
	if err := s.writable(plan); err != nil {
		return err
	}
	s.tx.ran++
	var rows int64
	if st.From {
		rows, err = s.copyFrom(ctx, plan, options, w)
	} else {
		rows, err = s.copyTo(ctx, plan, options, w)
	}
	if err != nil {
		return err
	}
	if last && s.tx.status == txImplicit {
		if err := s.commit(ctx); err != nil {
			return err
		}
	}
	s.completeRows(w, "COPY", rows)
	return nil
}

// copyFrom feeds the client's rows into the plan, an insert over physical.Input.
// What is wrong with the options or the table is said before the client is asked
// for data.
func (s *Session) copyFrom(ctx context.Context, plan *plan, options copyio.Options, w *pgwire.Writer) (int64, error) {
	values, err := s.valuesNow()
	if err != nil {
		return 0, err
	}
	var in *pgwire.CopyIn
	next := func() ([]byte, error) { return in.Next() }
	reader, err := copyio.NewReader(next, options, plan.Copy.Table.Name, copyColumns(plan.Fields), values)
	if err != nil {
		return 0, err
	}
	c, err := s.open(ctx, plan.Plan, nil, &copySource{reader})
	if err != nil {
		return 0, err
	}
	defer c.close()
	if in, err = w.CopyIn(ctx, len(plan.Fields), options.Binary()); err != nil {
		return 0, err
	}
	return c.drain(ctx, w)
}

func copyColumns(fields []physical.Field) []copyio.Column {
	columns := make([]copyio.Column, len(fields))
	for i, f := range fields {
		columns[i] = copyio.Column{Name: f.Name, Type: f.Type}
	}
	return columns
}

// copySource gives the batches of a COPY to the plan.
type copySource struct{ reader *copyio.Reader }

func (s *copySource) Open(*op.Context) error { return nil }

func (s *copySource) Next() (*vector.Batch, error) { return s.reader.Next() }

func (s *copySource) Close() error { return nil }

// copyTo sends the rows of the plan, a query.
func (s *Session) copyTo(ctx context.Context, plan *plan, options copyio.Options, w *pgwire.Writer) (int64, error) {
	values, err := s.settings()
	if err != nil {
		return 0, err
	}
	out, err := copyio.NewWriter(options, copyColumns(plan.Fields), values)
	if err != nil {
		return 0, err
	}
	c, err := s.open(ctx, plan.Plan, nil, nil)
	if err != nil {
		return 0, err
	}
	defer c.close()
	defer c.link(ctx)()
	// CopyOutResponse waits for the first rows: a query that fails at once answers
	// nothing but the error.
	b, err := c.root.Next()
	if err != nil {
		return 0, err
	}
	w.CopyOut(len(plan.Fields), options.Binary())
	line := out.AppendHeader(nil)
	if len(line) > 0 && !options.Binary() { // a binary header shares the first message
		if err := w.CopyRow(line); err != nil {
			return 0, err
		}
		line = line[:0]
	}
	var rows int64
	for ; b != nil && err == nil; b, err = c.root.Next() {
		for i := range b.Count() {
			if line, err = out.AppendRow(line, b, i); err != nil {
				return 0, err
			}
			if err := w.CopyRow(line); err != nil {
				return 0, err
			}
			line = line[:0]
		}
		rows += int64(b.Count())
	}
	if err != nil {
		return 0, err
	}
	if line = out.AppendTrailer(line); len(line) > 0 {
		if err := w.CopyRow(line); err != nil {
			return 0, err
		}
	}
	w.CopyDone()
	return rows, nil
}
