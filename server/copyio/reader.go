package copyio

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

const (
	// chunk is how much is read ahead before parsing: enough for a batch of narrow
	// rows, and it stays in the cache.
	chunk = 256 << 10
	// maxLine is the longest line or binary row.
	maxLine = 64 << 20
)

// Reader turns the bytes of COPY FROM STDIN into batches.
type Reader struct {
	next    func() ([]byte, error)
	options Options
	table   string
	columns []*column
	null    []byte
	batch   vector.Batch
	// special are the bytes that may matter for where a line ends.
	special [256]bool

	// buf[pos:] is what has been read and not parsed; eof says that nothing follows.
	buf []byte
	pos int
	eof bool
	// checked is how far buf is known to be UTF-8 without zero bytes, and bad where
	// it is not, -1 while all is well.
	checked, bad int

	line    int64 // number of the line at hand, as PostgreSQL counts
	ending  ending
	started bool // the header has been read
	done    bool
	pending error // to be returned by the following Next

	// quoteAt, slashAt and returnAt are where the next quote, backslash and carriage
	// return stand, at or behind pos, len(buf) for none: a line that ends before them
	// is plain. Valid while ≥ pos.
	quoteAt, slashAt, returnAt int
	// step is how much to read ahead at least, longest the longest line; tests set 1 to
	// meet every cut, and a smaller bound.
	step, longest int
	slowOnly      bool // tests compare the two ways
	// fields and unescaped hold the fields of a line on the slow way.
	fields    []fieldRange
	unescaped []byte
}

// ending is how lines end; the first one decides.
type ending uint8

const (
	endingUnknown ending = iota
	endingLF
	endingCR
	endingCRLF
)

// NewReader returns a reader of rows of these columns. next returns the data piece
// by piece, each valid until its next call, and io.EOF behind the last. table is
// for the CONTEXT of errors. The settings must not change while the Reader is in
// use. Errors: 42P10 for options that name other columns.
func NewReader(next func() ([]byte, error), o Options, table string, columns []Column, s *value.Settings) (*Reader, error) {
	r := &Reader{
		next: next, options: o, table: table, null: []byte(o.Null), step: chunk, longest: maxLine,
		bad: -1, quoteAt: -1, slashAt: -1, returnAt: -1,
	}
	for _, c := range [...]byte{'\r', '\n', '\\'} {
		r.special[c] = true
	}
	if o.Format == CSV {
		r.special[o.Quote], r.special[o.Escape] = true, true
	}
	for _, c := range columns {
		r.columns = append(r.columns, newColumn(c, s))
	}
	r.batch.Cols = make([]*vector.Vector, len(columns))
	for _, list := range [2]struct {
		option string
		names  Names
		flag   func(*column) *bool
	}{
		{"FORCE_NOT_NULL", o.ForceNotNull, func(c *column) *bool { return &c.forceNotNull }},
		{"FORCE_NULL", o.ForceNull, func(c *column) *bool { return &c.forceNull }},
	} {
		for _, name := range list.names.List {
			i := slices.IndexFunc(r.columns, func(c *column) bool { return c.name == name })
			if i < 0 {
				return nil, notReferenced(list.option, name)
			}
			*list.flag(r.columns[i]) = true
		}
	}
	return r, nil
}

func notReferenced(option, name string) error {
	return sqlerr.New(sqlerr.InvalidColumnReference, `%s column "%s" not referenced by COPY`, option, name)
}

// Next returns the next batch of at most vector.MaxRows rows, nil at the end. The
// batch is valid until the next call. Errors of the data carry PostgreSQL's class,
// message and CONTEXT; the error of next is passed on as it is. After an error
// Next must not be called again.
func (r *Reader) Next() (*vector.Batch, error) {
	if r.pending != nil {
		return nil, r.pending
	}
	for _, c := range r.columns {
		c.begin()
	}
	rows, err := r.read()
	if err != nil {
		r.takeBack(rows, len(r.columns)) // what the bad row has put already
		if rows == 0 {
			return nil, err
		}
		r.pending = err // C1
	}
	if rows == 0 {
		return nil, nil
	}
	r.batch.Len = rows
	for i, c := range r.columns {
		r.batch.Cols[i] = c.finish(rows)
	}
	if invariants.Enabled {
		err := vector.Verify(&r.batch)
		invariants.Check(err == nil, "COPY batch: %v", err)
	}
	return &r.batch, nil
}

// read fills the columns with up to a batch of rows.
func (r *Reader) read() (rows int, err error) {
	if r.options.Binary() {
		return r.readBinary()
	}
	if !r.started {
		r.started = true
		if r.options.Header != NoHeader {
			if err := r.readHeader(); err != nil {
				return 0, err
			}
		}
	}
	for rows < vector.MaxRows && !r.done && !r.full() {
		if rows = r.fastRows(rows); rows == vector.MaxRows {
			break
		}
		ok, err := r.slowRow(rows)
		if err != nil {
			return rows, err
		}
		if ok {
			rows++
		}
	}
	return rows, nil
}

// full reports whether a column's text leaves no room for another line.
func (r *Reader) full() bool {
	for _, c := range r.columns {
		if len(c.v.Arena) > maxArena {
			return true
		}
	}
	return false
}

// more reads on when the line at pos has no end yet: at least a chunk, and as much
// as there is already, so that a long line is looked at a bounded number of times.
// It returns io.EOF when there is nothing more, and 54000 for a line too long.
func (r *Reader) more() error {
	if r.eof {
		return io.EOF
	}
	rest := len(r.buf) - r.pos
	if rest > r.longest {
		return r.inLine(sqlerr.New(sqlerr.ProgramLimitExceeded, "line of COPY data is longer than %d bytes", r.longest), nil, false)
	}
	if r.pos > 0 { // move what is left to the front
		copy(r.buf, r.buf[r.pos:])
		r.buf = r.buf[:rest]
		r.checked -= r.pos
		if r.bad >= 0 {
			r.bad -= r.pos
		}
		r.pos = 0
		r.quoteAt, r.slashAt, r.returnAt = -1, -1, -1
	}
	for want := rest + max(r.step, rest); len(r.buf) < want; {
		piece, err := r.next()
		if errors.Is(err, io.EOF) {
			r.eof = true
			break
		}
		if err != nil {
			return err
		}
		r.buf = append(r.buf, piece...)
	}
	// Marks that said "none" are wrong now.
	r.quoteAt, r.slashAt, r.returnAt = -1, -1, -1
	if !r.options.Binary() {
		r.check()
	}
	return nil
}

// check looks for bytes that are not UTF-8 and for zero bytes in what is new. A
// character that the buffer cuts off waits for its rest, unless nothing follows.
func (r *Reader) check() {
	if r.bad >= 0 {
		return
	}
	from, to := r.checked, len(r.buf)
	if !r.eof {
		for n := 1; n < utf8.UTFMax && n <= to-from; n++ {
			if c := r.buf[len(r.buf)-n]; c >= 0xc0 {
				if !utf8.FullRune(r.buf[len(r.buf)-n:]) {
					to = len(r.buf) - n
				}
				break
			} else if c < 0x80 {
				break
			}
		}
	}
	b := r.buf[from:to]
	if utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 {
		r.checked = to
		return
	}
	for i := 0; i < len(b); {
		c, n := utf8.DecodeRune(b[i:])
		if c == 0 || c == utf8.RuneError && n == 1 {
			r.bad = from + i
			return
		}
		i += n
	}
}

// text returns what may be parsed: all that has been read, up to a bad character.
func (r *Reader) text() []byte {
	if r.bad >= 0 {
		return r.buf[r.pos:r.bad]
	}
	return r.buf[r.pos:r.checked]
}

// fastRows parses plain lines from the row on, as many as there are, and returns
// the next row. It stops before the first line that the slow way must look at.
func (r *Reader) fastRows(row int) int {
	if len(r.columns) == 0 || r.slowOnly {
		return row
	}
	for row < vector.MaxRows && !r.full() {
		b := r.text()
		end := bytes.IndexByte(b, '\n')
		if end < 0 {
			break
		}
		line, ok := r.plainLine(b[:end])
		if !ok || !r.fastRow(line, row) {
			break
		}
		r.line++
		if r.ending == endingUnknown {
			r.ending = endingLF
		}
		r.pos += end + 1
		row++
	}
	return row
}

// plainLine returns a line without its carriage return; ok is false when it needs
// the slow way: by an ending unlike the others, a quote, or a backslash.
func (r *Reader) plainLine(line []byte) (plain []byte, ok bool) {
	end := r.pos + len(line)
	if r.returnAt < r.pos {
		r.returnAt = r.find('\r')
	}
	switch {
	case r.returnAt < end-1 || r.ending == endingCR:
		return nil, false
	case r.returnAt == end-1:
		if r.ending != endingCRLF {
			return nil, false
		}
		end--
	case r.ending == endingCRLF:
		return nil, false
	}
	if r.options.Format == CSV {
		if r.quoteAt < r.pos {
			r.quoteAt = r.find(r.options.Quote)
		}
		// A backslash matters in front only, where \. may stand.
		return line[:end-r.pos], r.quoteAt >= end && (len(line) == 0 || line[0] != '\\')
	}
	if r.slashAt < r.pos {
		r.slashAt = r.find('\\')
	}
	return line[:end-r.pos], r.slashAt >= end
}

// find returns where c stands next, len(buf) for nowhere.
func (r *Reader) find(c byte) int {
	if i := bytes.IndexByte(r.buf[r.pos:], c); i >= 0 {
		return r.pos + i
	}
	return len(r.buf)
}

// fastRow puts the fields of a plain line into a row; ok is false when the slow
// way must judge it, and then the row is to be put again.
func (r *Reader) fastRow(line []byte, row int) (ok bool) {
	last := len(r.columns) - 1
	for j, c := range r.columns {
		text := line
		end := bytes.IndexByte(line, r.options.Delimiter)
		if (end < 0) != (j == last) {
			return r.takeBack(row, j)
		}
		if end >= 0 {
			text, line = line[:end], line[end+1:]
		}
		if len(text) == len(r.null) && string(text) == string(r.null) && !c.forceNotNull {
			c.putNull(row)
			continue
		}
		if !c.putFast(row, text) {
			return r.takeBack(row, j+1)
		}
	}
	return true
}

// takeBack clears what fastRow has put into the first columns of a row.
func (r *Reader) takeBack(row, columns int) bool {
	for _, c := range r.columns[:columns] {
		c.clearRow(row)
	}
	return false
}

// slowRow reads one line, whatever it is, into a row; ok is false when it was the
// end of the data.
func (r *Reader) slowRow(row int) (ok bool, err error) {
	line, end, err := r.readLine()
	if err != nil || end {
		return false, err
	}
	if r.options.Format == CSV {
		err = r.splitCSV(line)
	} else {
		err = r.splitText(line)
	}
	if err != nil {
		return false, r.inLine(err, line, true)
	}
	if len(r.fields) > len(r.columns) {
		return false, r.inLine(badFormat("extra data after last expected column"), line, true)
	}
	for j, c := range r.columns {
		if j >= len(r.fields) {
			return false, r.inLine(badFormat(`missing data for column "%s"`, c.name), line, true)
		}
		text, null := r.field(j)
		switch {
		case null && c.forceNotNull:
			text, null = r.null, false
		case !null && c.forceNull && string(text) == string(r.null):
			null = true
		}
		if null {
			c.putNull(row)
		} else if err := c.putText(row, text); err != nil {
			return false, r.inColumn(err, c, text, false)
		}
	}
	return true, nil
}

// readHeader reads the first line and, for MATCH, compares it with the columns.
func (r *Reader) readHeader() error {
	line, _, err := r.readLine() // data without a line counts as an empty one
	if err != nil || r.options.Header != MatchHeader {
		return err
	}
	if r.options.Format == CSV {
		err = r.splitCSV(line)
	} else {
		err = r.splitText(line)
	}
	if err != nil {
		return r.inLine(err, line, true)
	}
	if len(r.fields) != len(r.columns) {
		return r.inLine(badFormat("wrong number of fields in header line: got %d, expected %d",
			len(r.fields), len(r.columns)), line, true)
	}
	for j, c := range r.columns {
		text, null := r.field(j)
		switch {
		case null:
			return r.inLine(badFormat(`column name mismatch in header line field %d: got null value ("%s"), expected "%s"`,
				j+1, r.null, c.name), line, true)
		case string(text) != c.name:
			return r.inLine(badFormat(`column name mismatch in header line field %d: got "%s", expected "%s"`,
				j+1, text, c.name), line, true)
		}
	}
	return nil
}
