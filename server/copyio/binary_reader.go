package copyio

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// signature begins binary data; 32 bits of flags and the length of a header
// extension follow.
const signature = "PGCOPY\n\377\r\n\000"

// readBinary fills the columns with up to a batch of rows of the binary format:
// per row a 16-bit count of fields, per field a 32-bit length, -1 for NULL, and
// its bytes; a count of -1 ends the data.
func (r *Reader) readBinary() (rows int, err error) {
	if !r.started {
		r.started = true
		if err := r.binaryHeader(); err != nil {
			return 0, err
		}
	}
	for rows < vector.MaxRows && !r.done && !r.full() {
		ok, err := r.binaryRow(rows)
		if err != nil {
			return rows, err
		}
		if ok {
			rows++
		}
	}
	return rows, nil
}

// need makes n bytes stand at pos; ok is false when the data ends before.
func (r *Reader) need(n int) (ok bool, err error) {
	if len(r.buf)-r.pos >= n {
		return true, nil
	}
	return r.wait(n)
}

func (r *Reader) wait(n int) (ok bool, err error) {
	for len(r.buf)-r.pos < n {
		if err := r.more(); err != nil {
			if errors.Is(err, io.EOF) {
				return false, nil
			}
			return false, err
		}
	}
	return true, nil
}

// take returns the next n bytes, which are there.
func (r *Reader) take(n int) []byte {
	b := r.buf[r.pos : r.pos+n : r.pos+n]
	r.pos += n
	return b
}

func (r *Reader) binaryHeader() error {
	ok, err := r.need(len(signature))
	if err != nil {
		return err
	}
	if !ok || string(r.take(len(signature))) != signature {
		return badFormat("COPY file signature not recognized")
	}
	if ok, err = r.need(4); err != nil || !ok {
		return orElse(err, badFormat("invalid COPY file header (missing flags)"))
	}
	switch flags := binary.BigEndian.Uint32(r.take(4)); {
	case flags&(1<<16) != 0:
		return badFormat("invalid COPY file header (WITH OIDS)")
	case flags>>16 != 0:
		return badFormat("unrecognized critical flags in COPY file header")
	}
	if ok, err = r.need(4); err != nil || !ok {
		return orElse(err, badFormat("invalid COPY file header (missing length)"))
	}
	size := int32(binary.BigEndian.Uint32(r.take(4)))
	if size < 0 {
		return badFormat("invalid COPY file header (missing length)")
	}
	for n := int(size); n > 0; { // an extension is skipped
		if ok, err = r.need(1); err != nil || !ok {
			return orElse(err, badFormat("invalid COPY file header (wrong length)"))
		}
		n -= len(r.take(min(n, len(r.buf)-r.pos)))
	}
	return nil
}

func orElse(err error, otherwise *sqlerr.Error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// binaryRow reads one row; ok is false at the end of the data.
func (r *Reader) binaryRow(row int) (ok bool, err error) {
	r.line++
	if ok, err = r.need(2); err != nil || !ok {
		r.done = !ok
		return false, err // half a count is the end, too
	}
	count := int16(binary.BigEndian.Uint16(r.take(2)))
	if count == -1 {
		r.done = true
		ok, err = r.need(1)
		if ok {
			err = r.inLine(badFormat("received copy data after EOF marker"), nil, false)
		}
		return false, err
	}
	if int(count) != len(r.columns) {
		return false, r.inLine(badFormat("row field count is %d, expected %d", count, len(r.columns)), nil, false)
	}
	for _, c := range r.columns {
		b, null, err := r.binaryField(c)
		switch {
		case err != nil:
			return false, err
		case null:
			c.putNull(row)
		default:
			if err := c.putBinary(row, b); err != nil {
				return false, r.inColumn(err, c, nil, false)
			}
		}
	}
	return true, nil
}

// binaryField reads the length of a field and its bytes, which are valid until the
// next call.
func (r *Reader) binaryField(c *column) (b []byte, null bool, err error) {
	ok, err := r.need(4)
	if err != nil {
		return nil, false, err
	}
	if !ok {
		return nil, false, r.inColumn(badFormat("unexpected EOF in COPY data"), c, nil, false)
	}
	size := int32(binary.BigEndian.Uint32(r.take(4)))
	switch {
	case size == -1:
		return nil, true, nil
	case size < 0:
		return nil, false, r.inColumn(badFormat("invalid field size"), c, nil, false)
	case size > maxLine:
		return nil, false, r.inColumn(sqlerr.New(sqlerr.ProgramLimitExceeded,
			"field of COPY data is longer than %d bytes", maxLine), c, nil, false)
	}
	if ok, err = r.need(int(size)); err != nil {
		return nil, false, err
	}
	if !ok {
		return nil, false, r.inColumn(badFormat("unexpected EOF in COPY data"), c, nil, false)
	}
	return r.take(int(size)), false, nil
}
