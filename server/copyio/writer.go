package copyio

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/server/rowenc"
	"github.com/dejaq/fasti/sql/value"
)

// Writer turns batches into the rows of COPY TO STDOUT.
type Writer struct {
	options    Options
	columns    []Column
	fields     *rowenc.Fields
	forceQuote []bool
	// plain columns print nothing that needs quotes or backslashes.
	plain   []bool
	batch   *vector.Batch // whose values fields gives
	row     int           // last row appended
	scratch []byte
}

// NewWriter returns a writer of rows of these columns. The settings are copied.
// Errors: 42P10 for options that name other columns, 0A000.
func NewWriter(o Options, columns []Column, s *value.Settings) (*Writer, error) {
	ts := make([]types.Type, len(columns))
	for i, c := range columns {
		ts[i] = c.Type
	}
	format := rowenc.Text
	if o.Binary() {
		format = rowenc.Binary
	}
	f, err := rowenc.NewFields(ts, []int16{format}, s)
	if err != nil {
		return nil, err
	}
	w := &Writer{options: o, columns: columns, fields: f, forceQuote: make([]bool, len(columns)), plain: make([]bool, len(columns))}
	for i := range w.forceQuote {
		w.forceQuote[i] = o.ForceQuote.All
	}
	for _, name := range o.ForceQuote.List {
		i := slices.IndexFunc(columns, func(c Column) bool { return c.Name == name })
		if i < 0 {
			return nil, notReferenced("FORCE_QUOTE", name)
		}
		w.forceQuote[i] = true
	}
	for i := range columns {
		w.plain[i] = isPlain(&o, ts[i]) && !w.forceQuote[i]
	}
	return w, nil
}

// isPlain reports whether no value of a type can need quotes or backslashes: what
// numbers and times are written with is neither delimiter nor quote, nor can it
// spell the null string.
func isPlain(o *Options, t types.Type) bool {
	if t.IsString() || t.ID == types.Bytea || t.ID == types.Char || t.ID.IsReg() {
		return false
	}
	const others = "+-.:@ " // and letters and digits
	special := []byte{o.Delimiter}
	if o.Format == CSV {
		if o.Null != "" && o.Null != `\N` {
			return false
		}
		special = append(special, o.Quote)
	}
	for _, c := range special {
		if c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte(others, c) >= 0 {
			return false
		}
	}
	return true
}

// AppendHeader appends what stands before the rows: the signature of the binary
// format, the line of HEADER, or nothing.
func (w *Writer) AppendHeader(dst []byte) []byte {
	if w.options.Binary() {
		return append(append(dst, signature...), make([]byte, 8)...)
	}
	if w.options.Header == NoHeader {
		return dst
	}
	for i, c := range w.columns {
		if i > 0 {
			dst = append(dst, w.options.Delimiter)
		}
		if w.options.Format == CSV {
			dst = w.appendCSV(dst, []byte(c.Name), false)
		} else {
			dst = appendEscaped(dst, []byte(c.Name), w.options.Delimiter)
		}
	}
	return append(dst, '\n')
}

// AppendTrailer appends what stands behind the rows.
func (w *Writer) AppendTrailer(dst []byte) []byte {
	if w.options.Binary() {
		return append(dst, 0xff, 0xff)
	}
	return dst
}

// AppendRow appends the i-th selected row of b with its line end. The rows of a
// batch must come in ascending order, so that the first of a new one is known.
func (w *Writer) AppendRow(dst []byte, b *vector.Batch, i int) ([]byte, error) {
	if b != w.batch || i <= w.row {
		w.fields.Set(b)
		w.batch = b
	}
	w.row = i
	row := i
	if b.Sel != nil {
		row = int(b.Sel[i])
	}
	if w.options.Binary() {
		return w.appendBinary(dst, row), nil
	}
	for j := range w.columns {
		if j > 0 {
			dst = append(dst, w.options.Delimiter)
		}
		dst = w.appendField(dst, j, row)
	}
	return append(dst, '\n'), nil
}

// appendField appends one value of the text or csv format.
func (w *Writer) appendField(dst []byte, col, row int) []byte {
	var text []byte
	var null bool
	switch {
	case w.plain[col]:
		dst, null = w.fields.Append(dst, col, row)
		if !null {
			return dst
		}
	case w.fields.IsString(col):
		text, null = w.fields.Bytes(col, row)
	default:
		text, null = w.fields.Append(w.scratch[:0], col, row)
		w.scratch = text[:0]
	}
	switch {
	case null:
		return append(dst, w.options.Null...)
	case w.options.Format == CSV:
		return w.appendCSV(dst, text, w.forceQuote[col])
	}
	return appendEscaped(dst, text, w.options.Delimiter)
}

func (w *Writer) appendBinary(dst []byte, row int) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(w.columns)))
	for j := range w.columns {
		at := len(dst)
		var null bool
		dst, null = w.fields.Append(append(dst, 0xff, 0xff, 0xff, 0xff), j, row)
		if !null {
			binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
		}
	}
	return dst
}

// appendEscaped writes a value of the text format: line ends, other C escapes,
// backslashes and the delimiter get a backslash.
func appendEscaped(dst, text []byte, delimiter byte) []byte {
	from := 0
	for i, c := range text {
		if c > '\\' && c != delimiter {
			continue
		}
		letter := byte(0)
		switch c {
		case '\b':
			letter = 'b'
		case '\f':
			letter = 'f'
		case '\n':
			letter = 'n'
		case '\r':
			letter = 'r'
		case '\t':
			letter = 't'
		case '\v':
			letter = 'v'
		case '\\', delimiter:
			letter = c
		default:
			continue
		}
		dst = append(append(dst, text[from:i]...), '\\', letter)
		from = i + 1
	}
	return append(dst, text[from:]...)
}

// appendCSV writes a value of the csv format, in quotes when they are needed to
// read it back, or asked for.
func (w *Writer) appendCSV(dst, text []byte, quoted bool) []byte {
	o := &w.options
	if !quoted {
		quoted = string(text) == o.Null || len(w.columns) == 1 && string(text) == `\.`
		for i := 0; i < len(text) && !quoted; i++ {
			c := text[i]
			quoted = c == o.Delimiter || c == o.Quote || c == '\n' || c == '\r'
		}
	}
	if !quoted {
		return append(dst, text...)
	}
	dst = append(dst, o.Quote)
	from := 0
	for i, c := range text {
		if c == o.Quote || c == o.Escape {
			dst = append(append(dst, text[from:i]...), o.Escape)
			from = i
		}
	}
	return append(append(dst, text[from:]...), o.Quote)
}
