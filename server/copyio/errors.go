package copyio

import (
	"errors"
	"unicode/utf8"

	"github.com/dejaq/fasti/sql/sqlerr"
)

// maxShown is how many bytes of a value or line an error shows
// (MAX_COPY_DATA_DISPLAY).
const maxShown = 100

// shown cuts text to what an error shows, between characters.
func shown(text []byte) string {
	if len(text) <= maxShown {
		return string(text)
	}
	n := maxShown
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return string(text[:n]) + "..."
}

// badFormat is the 22P04 of data that is not of the format.
func badFormat(format string, args ...any) *sqlerr.Error {
	return sqlerr.New(sqlerr.BadCopyFileFormat, format, args...)
}

// inColumn adds where a value stands to the error of reading it.
func (r *Reader) inColumn(err error, c *column, text []byte, null bool) error {
	var e *sqlerr.Error
	if !errors.As(err, &e) {
		return err
	}
	switch {
	case r.options.Binary():
		return e.WithContext("COPY %s, line %d, column %s", r.table, r.line, c.name)
	case null:
		return e.WithContext("COPY %s, line %d, column %s: null input", r.table, r.line, c.name)
	}
	return e.WithContext(`COPY %s, line %d, column %s: "%s"`, r.table, r.line, c.name, shown(text))
}

// inLine adds the line, when it is known where it ends, to an error.
func (r *Reader) inLine(err error, line []byte, whole bool) error {
	var e *sqlerr.Error
	if !errors.As(err, &e) {
		return err
	}
	if whole {
		return e.WithContext(`COPY %s, line %d: "%s"`, r.table, r.line, shown(line))
	}
	return e.WithContext("COPY %s, line %d", r.table, r.line)
}
