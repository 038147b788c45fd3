package pgwire

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"

	"github.com/jackc/pgproto3/v2"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Writer receives the results of one Query or Execute.
type Writer struct {
	c *conn
	// simple: RowDescription is sent with the rows.
	simple      bool
	syncFollows bool
	// lost: the client broke the COPY protocol, the connection must end.
	lost bool
}

func (w *Writer) reset(simple bool) {
	*w = Writer{c: w.c, simple: simple}
}

// SyncFollows reports whether a whole Sync stands behind this Execute, so that
// the statement is the last of its implicit transaction.
func (w *Writer) SyncFollows() bool { return w.syncFollows }

// Mark remembers the replies so far.
func (w *Writer) Mark() int64 { return w.c.out.written + int64(len(w.c.out.buf)) }

// Rewind takes back the replies since mark, if none of them has been sent.
func (w *Writer) Rewind(mark int64) bool {
	o := &w.c.out
	if mark < o.written {
		return false
	}
	o.buf = o.buf[:mark-o.written]
	return true
}

// Columns sends RowDescription; in the extended protocol Describe has done it.
func (w *Writer) Columns(columns []Column, formats []int16) {
	if w.simple {
		w.c.out.rowDescription(columns, formats)
	}
}

// RowEncoder appends rows as DataRow messages; server/rowenc has the real one.
type RowEncoder interface {
	// AppendRows appends the selected rows of b, numbered [from, to) among the
	// selected.
	AppendRows(dst []byte, b *vector.Batch, from, to int) ([]byte, error)
}

// Batch sends the selected rows of b, numbered [from, to) among the selected. It
// blocks while the client does not read.
func (w *Writer) Batch(enc RowEncoder, b *vector.Batch, from, to int) error {
	const slabMax = 256 // rows between looks at the buffer
	o := &w.c.out
	for slab := 8; from < to; {
		n := min(slab, to-from)
		size := len(o.buf)
		var err error
		if o.buf, err = enc.AppendRows(o.buf, b, from, from+n); err != nil {
			return err
		}
		// Wide rows come in small slabs, so that the buffer stays near flushAt.
		width := (len(o.buf) - size) / n
		slab = min(slabMax, 2*slab, 1+flushAt/(width+1))
		from += n
		if err := o.spill(); err != nil {
			return err
		}
	}
	return nil
}

// Row sends one row that AppendRows has made.
func (w *Writer) Row(message []byte) error {
	w.c.out.raw(message)
	return w.c.out.spill()
}

// Complete sends CommandComplete.
func (w *Writer) Complete(tag string) {
	w.c.out.message(&pgproto3.CommandComplete{CommandTag: []byte(tag)})
}

// CompleteRows sends CommandComplete with a row count.
func (w *Writer) CompleteRows(tag string, rows int64) {
	w.Complete(tag + " " + strconv.FormatInt(rows, 10))
}

// Suspended sends PortalSuspended: the row limit has stopped the portal.
func (w *Writer) Suspended() { w.c.out.message(&pgproto3.PortalSuspended{}) }

// Empty sends EmptyQueryResponse.
func (w *Writer) Empty() { w.c.out.message(&pgproto3.EmptyQueryResponse{}) }

// Notice sends a notice or warning.
func (w *Writer) Notice(e *sqlerr.Error) { w.c.out.notice(e) }

// Status sends a ParameterStatus.
func (w *Writer) Status(name, value string) { w.c.out.status(name, value) }

// CopyOut announces COPY TO STDOUT with this many columns.
func (w *Writer) CopyOut(columns int, binary bool) {
	format, codes := copyFormats(columns, binary)
	w.c.out.message(&pgproto3.CopyOutResponse{OverallFormat: format, ColumnFormatCodes: codes})
}

// copyFormats returns the overall format and that of each column.
func copyFormats(columns int, binary bool) (byte, []uint16) {
	codes := make([]uint16, columns)
	if !binary {
		return 0, codes
	}
	for i := range codes {
		codes[i] = 1
	}
	return 1, codes
}

// CopyRow sends one row of COPY TO STDOUT.
func (w *Writer) CopyRow(row []byte) error {
	w.c.out.copyData(row)
	return w.c.out.spill()
}

// CopyDone ends COPY TO STDOUT.
func (w *Writer) CopyDone() { w.c.out.message(&pgproto3.CopyDone{}) }

// CopyIn asks for COPY FROM STDIN data of this many columns.
func (w *Writer) CopyIn(ctx context.Context, columns int, binary bool) (*CopyIn, error) {
	format, codes := copyFormats(columns, binary)
	w.c.out.message(&pgproto3.CopyInResponse{OverallFormat: format, ColumnFormatCodes: codes})
	if err := w.c.out.flush(); err != nil {
		return nil, err
	}
	return &CopyIn{w: w, ctx: ctx}, nil
}

// CopyIn is the data of one COPY FROM STDIN.
type CopyIn struct {
	w    *Writer
	ctx  context.Context
	done bool
}

// Next returns the next piece of data, valid until the next call: io.EOF after
// CopyDone, 57014 after CopyFail. Pieces end anywhere.
func (in *CopyIn) Next() ([]byte, error) {
	f := &in.w.c.frames
	for {
		if in.ctx.Err() != nil {
			return nil, context.Cause(in.ctx)
		}
		if in.done {
			return nil, io.EOF
		}
		if piece, err := f.copyData(); piece != nil || err != nil {
			return piece, in.broken(err)
		}
		typ, body, err := f.advance()
		if err != nil {
			return nil, in.broken(err)
		}
		switch typ {
		case 'd', 'H', 'S': // Flush and Sync are ignored during COPY
		case 'c':
			in.done = true
		case 'f':
			in.done = true
			if err := guard(typ, body); err != nil {
				return nil, err
			}
			return nil, sqlerr.New(sqlerr.QueryCanceled, "COPY from stdin failed: %s", cstring(body))
		default:
			in.w.lost = true
			return nil, sqlerr.New(sqlerr.ProtocolViolation, "unexpected message type 0x%02x during COPY from stdin", typ)
		}
	}
}

// broken turns an error of the stream into the client's error.
func (in *CopyIn) broken(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded), in.ctx.Err() != nil:
		in.w.lost = true
		return errShutdown()
	}
	in.w.lost = true
	return sqlerr.New(sqlerr.ConnectionFailure, "unexpected EOF on client connection with an open transaction")
}
