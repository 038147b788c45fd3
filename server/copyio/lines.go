package copyio

import (
	"errors"
	"io"
	"unicode/utf8"

	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// verdict is what a look at the front of the buffer found.
type verdict uint8

const (
	wholeLine verdict = iota
	cutLine           // the line's end has not been read yet
	endMarker         // \. behind the line, which may be empty
)

// readLine takes the next line from the buffer, without its ending. end is true
// behind the last line. It counts lines as PostgreSQL does. The line is valid until
// the next call.
func (r *Reader) readLine() (line []byte, end bool, err error) {
	if r.done {
		return nil, true, nil
	}
	r.line++
	for {
		b := r.text()
		atEnd := r.eof && r.bad < 0
		size, next, inner, v, err := r.scan(b, atEnd)
		if err != nil {
			r.line += inner
			return nil, false, r.inLine(err, nil, false)
		}
		switch {
		case v == wholeLine:
			r.pos += next
			r.line += inner
			return b[:size], false, nil
		case v == endMarker:
			r.pos += next
			r.line += inner
			if err := r.drain(); err != nil {
				return nil, false, err
			}
			return b[:size], size == 0, nil
		case atEnd:
			r.pos += len(b)
			r.line += inner
			r.done = true
			return b, len(b) == 0, nil
		case r.bad >= 0 && (r.eof || len(r.buf)-r.bad >= utf8.UTFMax): // the error shows so many bytes
			r.line += inner
			return nil, false, r.inLine(value.CheckText(r.buf[r.bad:]), nil, false)
		}
		if err := r.more(); err != nil && !errors.Is(err, io.EOF) {
			return nil, false, err
		}
	}
}

// drain reads and drops what stands behind the end marker.
func (r *Reader) drain() error {
	r.done = true
	for !r.eof {
		_, err := r.next()
		switch {
		case errors.Is(err, io.EOF):
			r.eof = true
		case err != nil:
			return err
		}
	}
	return nil
}

// scan looks for the end of the line at the front of b: the line is b[:size], the
// following one begins at next. inner counts the line ends inside quotes. atEnd says
// that nothing follows b. The ending of lines is settled by the first one.
func (r *Reader) scan(b []byte, atEnd bool) (size, next int, inner int64, v verdict, err error) {
	csv := r.options.Format == CSV
	quote, escape := r.options.Quote, r.options.Escape
	embedded := byte('\r') // what counts as a line end inside quotes
	if r.ending == endingLF {
		embedded = '\n'
	}
	quoted, escaped := false, false
	for i := 0; i < len(b); i++ {
		c := b[i]
		if !r.special[c] {
			escaped = false
			continue
		}
		if csv {
			if quoted && c == escape && escape != quote {
				escaped = !escaped
			}
			if c == quote && !escaped {
				quoted = !quoted
			}
			if c != escape || escape == quote {
				escaped = false
			}
			if quoted {
				if c == embedded {
					inner++
				}
				if c == '\r' || c == '\n' {
					continue
				}
			}
		}
		switch {
		case c == '\r':
			if r.ending == endingUnknown || r.ending == endingCRLF {
				if i+1 == len(b) && !atEnd {
					return 0, 0, inner, cutLine, nil
				}
				if i+1 < len(b) && b[i+1] == '\n' {
					r.ending = endingCRLF
					return i, i + 2, inner, wholeLine, nil
				}
				if r.ending == endingCRLF {
					return 0, 0, inner, 0, strayReturn(csv)
				}
				r.ending = endingCR
			} else if r.ending == endingLF {
				return 0, 0, inner, 0, strayReturn(csv)
			}
			return i, i + 1, inner, wholeLine, nil
		case c == '\n':
			if r.ending == endingCR || r.ending == endingCRLF {
				return 0, 0, inner, 0, strayNewline(csv)
			}
			r.ending = endingLF
			return i, i + 1, inner, wholeLine, nil
		case c == '\\' && (!csv || i == 0):
			if i+1 == len(b) {
				return 0, 0, inner, cutLine, nil
			}
			if b[i+1] == '.' {
				n, v, err := r.marker(b[i+2:], atEnd)
				if err != nil || v != wholeLine {
					return i, i + 2 + n, inner, v, err
				}
				// In csv it was a value that begins so.
			} else if !csv {
				i++ // what follows a backslash is data
			}
		}
	}
	return 0, 0, inner, cutLine, nil
}

// marker judges what stands behind \. : endMarker and the length of its line end;
// cutLine when more must be read; wholeLine when it is no marker after all, which
// only csv allows.
func (r *Reader) marker(b []byte, atEnd bool) (n int, v verdict, err error) {
	csv := r.options.Format == CSV
	wrongStyle := badFormat("end-of-copy marker does not match previous newline style")
	at := func(i int) (c byte, cut bool) {
		if i < len(b) {
			return b[i], false
		}
		return 0, !atEnd
	}
	i := 0
	if r.ending == endingCRLF {
		c, cut := at(i)
		i++
		switch {
		case cut:
			return 0, cutLine, nil
		case c == '\n' && !csv:
			return 0, 0, wrongStyle
		case c != '\r' && !csv:
			return 0, 0, badFormat("end-of-copy marker corrupt")
		case c != '\r':
			return 0, wholeLine, nil
		}
	}
	c, cut := at(i)
	switch {
	case cut:
		return 0, cutLine, nil
	case c != '\r' && c != '\n' && !csv:
		return 0, 0, badFormat("end-of-copy marker corrupt")
	case c != '\r' && c != '\n':
		return 0, wholeLine, nil
	case r.ending == endingLF && c != '\n', r.ending == endingCRLF && c != '\n', r.ending == endingCR && c != '\r':
		return 0, 0, wrongStyle
	}
	return i + 1, endMarker, nil
}

// strayReturn and strayNewline are the errors of a line end unlike the first.
func strayReturn(csv bool) *sqlerr.Error {
	if csv {
		return badFormat("unquoted carriage return found in data").WithHint("Use quoted CSV field to represent carriage return.")
	}
	return badFormat("literal carriage return found in data").WithHint(`Use "\r" to represent carriage return.`)
}

func strayNewline(csv bool) *sqlerr.Error {
	if csv {
		return badFormat("unquoted newline found in data").WithHint("Use quoted CSV field to represent newline.")
	}
	return badFormat("literal newline found in data").WithHint(`Use "\n" to represent newline.`)
}
