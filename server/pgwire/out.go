package pgwire

import (
	"encoding/binary"
	"io"

	"github.com/jackc/pgproto3/v2"

	"github.com/dejaq/fasti/sql/sqlerr"
)

// flushAt is the size in bytes at which replies are written although the client
// has not asked for them yet.
const flushAt = 64 << 10

// out collects the replies to the client and writes them in large pieces.
type out struct {
	w   io.Writer
	buf []byte
	// written counts the bytes that have left the buffer.
	written int64
	err     error // of a write; everything after it is dropped
}

// message appends a message that pgproto3 knows.
func (o *out) message(m pgproto3.BackendMessage) {
	if b, err := m.Encode(o.buf); err == nil {
		o.buf = b
	}
}

// raw appends bytes that are whole messages.
func (o *out) raw(b []byte) { o.buf = append(o.buf, b...) }

// spill writes the buffer when it is large.
func (o *out) spill() error {
	if len(o.buf) < flushAt {
		return o.err
	}
	return o.flush()
}

// flush writes what is buffered. It blocks while the client does not read.
func (o *out) flush() error {
	if o.err == nil && len(o.buf) > 0 {
		_, o.err = o.w.Write(o.buf)
	}
	o.written += int64(len(o.buf))
	o.buf = o.buf[:0]
	o.shrink(4 * flushAt)
	return o.err
}

// shrink gives back an empty buffer of more than keep bytes.
func (o *out) shrink(keep int) {
	if len(o.buf) == 0 && cap(o.buf) > keep {
		o.buf = nil
	}
}

// status appends a ParameterStatus.
func (o *out) status(name, value string) {
	o.message(&pgproto3.ParameterStatus{Name: name, Value: value})
}

// copyData appends one CopyData message.
func (o *out) copyData(b []byte) {
	o.buf = append(o.buf, 'd')
	o.buf = binary.BigEndian.AppendUint32(o.buf, uint32(len(b)+4))
	o.buf = append(o.buf, b...)
}

// error appends an ErrorResponse; e.Pos is in characters by now.
func (o *out) error(e *sqlerr.Error) {
	o.message((*pgproto3.ErrorResponse)(response(e, "ERROR")))
}

// notice appends a NoticeResponse.
func (o *out) notice(e *sqlerr.Error) {
	o.message((*pgproto3.NoticeResponse)(response(e, "NOTICE")))
}

func response(e *sqlerr.Error, severity string) *pgproto3.ErrorResponse {
	if e.Severity != "" {
		severity = e.Severity
	}
	return &pgproto3.ErrorResponse{
		Severity: severity, SeverityUnlocalized: severity, Code: e.Code, Message: e.Message,
		Detail: e.Detail, Hint: e.Hint, Where: e.Context, Position: int32(e.Pos),
		SchemaName: e.Schema, TableName: e.Table, ColumnName: e.Column,
		DataTypeName: e.DataType, ConstraintName: e.Constraint,
	}
}

// rowDescription appends a RowDescription; formats has one entry for each
// column.
func (o *out) rowDescription(columns []Column, formats []int16) {
	fields := make([]pgproto3.FieldDescription, len(columns))
	for i, c := range columns {
		fields[i] = pgproto3.FieldDescription{
			Name: []byte(c.Name), DataTypeOID: c.Type.OID(), DataTypeSize: c.Type.Size(),
			TypeModifier: c.Type.Mod,
		}
		if formats != nil {
			fields[i].Format = formats[i]
		}
	}
	o.message(&pgproto3.RowDescription{Fields: fields})
}
