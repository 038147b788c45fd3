package mvcc

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/vector"
)

// Encoder turns the rows of a batch into writes, column by column: Load looks at
// the whole batch, AppendWrites then takes rows in any order and number. Its memory
// is used again for every batch.
type Encoder struct {
	codec   *Codec
	scratch []vector.Scratch
	cols    []*vector.Vector // flat, by ordinal
	// stored are the columns of a value: of cols, or NULL for one that was dropped.
	stored  []*vector.Vector
	dropped []vector.Scratch // of stored
	rows    int

	// varLen is the length of all variable columns of each row; nil without any.
	varLen []uint32
	// nulls has the bit of every row with a NULL in a stored column; nil for none.
	nulls []uint64
	// keyBuf holds the row keys of all rows without their ids, keyEnd their ends;
	// unused when a row key is only an id.
	keyBuf []byte
	keyEnd []uint32

	// Of AppendWrites, by row to write: where its value begins, where its variable
	// columns go next, and where the next end goes.
	valueAt, dataAt, endAt []uint32
	varLenBuf              []uint32
	nullsBuf               []uint64
}

// NewEncoder returns an Encoder of rows of the codec's table.
func NewEncoder(c *Codec) *Encoder {
	n := len(c.table.Columns)
	e := &Encoder{codec: c, scratch: make([]vector.Scratch, n), cols: make([]*vector.Vector, n), stored: make([]*vector.Vector, len(c.stored))}
	if len(c.table.Dropped) > 0 {
		e.dropped = make([]vector.Scratch, len(c.stored))
	}
	return e
}

// Codec returns the codec.
func (e *Encoder) Codec() *Codec { return e.codec }

// Load prepares for the rows of b, which has all columns of the table in order and
// must not change while its rows are appended. It honours no selection: the callers
// of AppendWrites name rows.
func (e *Encoder) Load(b *vector.Batch) {
	invariants.Check(len(b.Cols) == len(e.cols), "mvcc: %d columns for table %s of %d", len(b.Cols), e.codec.table.Name, len(e.cols))
	e.rows = b.Len
	for i, v := range b.Cols {
		e.cols[i] = e.scratch[i].Flatten(v, b.Rows())
	}
	for i := range e.codec.stored {
		s := &e.codec.stored[i]
		if s.ordinal >= 0 {
			e.stored[i] = e.cols[s.ordinal]
			continue
		}
		e.stored[i] = e.dropped[i].Flatten(vector.ConstOf(s.kind(), vector.NullDatum, b.Len), b.Rows())
	}
	e.loadNulls()
	e.loadVars()
	e.loadKeys(b)
}

func (e *Encoder) loadNulls() {
	e.nulls = nil
	words := (e.rows + 63) / 64
	for i := range e.codec.stored {
		v := e.stored[i]
		if v.Nulls == nil {
			continue
		}
		if e.nulls == nil {
			e.nulls = grow(&e.nullsBuf, words)
			clear(e.nulls)
		}
		for w, x := range v.Nulls[:words] {
			e.nulls[w] |= x
		}
	}
}

func (e *Encoder) loadVars() {
	e.varLen = nil
	for i := range e.codec.stored {
		s := &e.codec.stored[i]
		if s.form != formBytes {
			continue
		}
		spans := e.stored[i].Spans[:e.rows]
		if e.varLen == nil {
			e.varLen = grow(&e.varLenBuf, e.rows)
			for j, sp := range spans {
				e.varLen[j] = sp.Len
			}
			continue
		}
		for j, sp := range spans {
			e.varLen[j] += sp.Len
		}
	}
}

func (e *Encoder) loadKeys(b *vector.Batch) {
	e.keyBuf, e.keyEnd = e.keyBuf[:0], e.keyEnd[:0]
	if len(e.codec.key) == 0 {
		return
	}
	appendKey := func() {
		for i := range e.codec.key {
			k := &e.codec.key[i]
			e.keyBuf = keys.AppendRow(e.keyBuf, k.typ, k.nullable, e.cols[k.ordinal], len(e.keyEnd))
		}
		e.keyEnd = append(e.keyEnd, uint32(len(e.keyBuf)))
	}
	if b.Sel == nil {
		for range e.rows {
			appendKey()
		}
		return
	}
	// Rows that do not count may hold anything, a NULL key even.
	for _, r := range b.Sel {
		for len(e.keyEnd) < int(r) {
			e.keyEnd = append(e.keyEnd, uint32(len(e.keyBuf)))
		}
		appendKey()
	}
}

// Key returns the row key of a loaded row, without a row id. It is valid until the
// next Load.
func (e *Encoder) Key(row int) []byte {
	from := uint32(0)
	if row > 0 {
		from = e.keyEnd[row-1]
	}
	return e.keyBuf[from:e.keyEnd[row]:e.keyEnd[row]]
}

// Columns returns the loaded columns in Form Flat, by ordinal.
func (e *Encoder) Columns() []*vector.Vector { return e.cols }

// null reports whether the row has a NULL in a column of the row value.
func (e *Encoder) null(row int) bool {
	return e.nulls != nil && e.nulls[row>>6]>>(row&63)&1 != 0
}

// valueSize returns the bytes of a row's value and the width of its ends.
func (e *Encoder) valueSize(row int) (size, width int) {
	c := e.codec
	n := len(c.stored)
	size, width = headerLen+c.fixedAt[n], 1
	if e.null(row) {
		size += (n + 7) / 8
	}
	if e.varLen != nil {
		l := int(e.varLen[row])
		if l > math.MaxUint8 {
			width = 2
			if l > math.MaxUint16 {
				width = 4
			}
		}
		size += l + width*c.varsAt[n]
	}
	return size, width
}

func (e *Encoder) keySize(row int) int {
	n := 0
	if e.codec.rowID {
		n = RowIDLen
	}
	if len(e.codec.key) > 0 {
		n += len(e.Key(row))
	}
	return n
}

func uvarintLen(n int) int { return (bits.Len32(uint32(n|1)) + 6) / 7 }

// Fit returns how many of the rows, from the first on, AppendWrites turns into at
// most room bytes, and how many bytes that are.
func (e *Encoder) Fit(rows []uint16, room int) (n, size int) {
	for i, r := range rows {
		v, _ := e.valueSize(int(r))
		k := e.keySize(int(r))
		s := 1 + uvarintLen(k) + uvarintLen(v) + k + v
		if size+s > room {
			return i, size
		}
		size += s
	}
	return len(rows), size
}

// AppendWrites appends a write of each of the rows, in their order, to the open
// block of w; size is what Fit returned for them. In a table without a primary key
// row r has the row id ids[r]. The kind is Insert or Replace.
func (e *Encoder) AppendWrites(w *WriteSet, kind WriteKind, check Check, rows []uint16, size int, ids []uint64) {
	if len(rows) == 0 {
		return
	}
	start := len(w.buf)
	w.Grow(size)
	w.buf = w.buf[:start+size]
	buf := w.buf[start:]
	c := e.codec
	n := len(c.stored)
	fixed, vars := c.fixedAt[n], c.varsAt[n]
	valueAt := grow(&e.valueAt, len(rows))
	dataAt, endAt := grow(&e.dataAt, len(rows)), grow(&e.endAt, len(rows))
	op := byte(kind) | byte(check)<<4
	pos := 0
	for i, r := range rows {
		row := int(r)
		vlen, width := e.valueSize(row)
		buf[pos] = op
		pos++
		var key []byte
		if len(c.key) > 0 {
			key = e.Key(row)
		}
		klen := len(key)
		if c.rowID {
			klen += RowIDLen
		}
		pos += putUvarint(buf[pos:], klen)
		pos += putUvarint(buf[pos:], vlen)
		pos += copy(buf[pos:], key)
		if c.rowID {
			binary.BigEndian.PutUint64(buf[pos:], ids[r])
			pos += RowIDLen
		}
		valueAt[i] = uint32(pos + headerLen)
		h := uint16(n<<countShift) | uint16(width>>1)
		ends := pos + headerLen + fixed
		if e.null(row) {
			h |= flagNulls
			bitmap := buf[ends : ends+(n+7)/8]
			clear(bitmap)
			for s := range c.stored {
				if e.stored[s].IsNull(row) {
					bitmap[s>>3] |= 1 << (s & 7)
				}
			}
			ends += len(bitmap)
		}
		binary.LittleEndian.PutUint16(buf[pos:], h)
		endAt[i] = uint32(ends)
		dataAt[i] = uint32(ends + vars*width)
		pos += vlen
	}
	invariants.Check(pos == size, "mvcc: %d bytes of writes, %d expected", pos, size)
	for i := range c.stored {
		s := &c.stored[i]
		if s.form == formBytes {
			e.putBytes(buf, e.stored[i], rows, s.at, vars)
		} else {
			putFixed(buf, s, e.stored[i], rows, valueAt)
		}
	}
	w.added(len(rows))
}

// putFixed stores a column of fixed width at its place in each row's value.
func putFixed(buf []byte, s *storedColumn, v *vector.Vector, rows []uint16, valueAt []uint32) {
	at := uint32(s.at)
	valueAt = valueAt[:len(rows)]
	switch s.form {
	case formBool:
		for i, r := range rows {
			buf[valueAt[i]+at] = byte(v.Bits[r>>6] >> (r & 63) & 1)
		}
	case formInt16:
		for i, r := range rows {
			binary.LittleEndian.PutUint16(buf[valueAt[i]+at:], uint16(v.I32[r]))
		}
	case formInt32:
		for i, r := range rows {
			binary.LittleEndian.PutUint32(buf[valueAt[i]+at:], uint32(v.I32[r]))
		}
	case formInt64:
		for i, r := range rows {
			binary.LittleEndian.PutUint64(buf[valueAt[i]+at:], uint64(v.I64[r]))
		}
	case formFloat32:
		for i, r := range rows {
			binary.LittleEndian.PutUint32(buf[valueAt[i]+at:], math.Float32bits(float32(v.F64[r])))
		}
	case formFloat64:
		for i, r := range rows {
			binary.LittleEndian.PutUint64(buf[valueAt[i]+at:], math.Float64bits(v.F64[r]))
		}
	case formWord:
		for i, r := range rows {
			p := buf[valueAt[i]+at:]
			binary.LittleEndian.PutUint64(p, v.W128[r][0])
			binary.LittleEndian.PutUint64(p[8:], v.W128[r][1])
		}
	}
}

// putBytes stores variable column number k of vars: its bytes and its end.
func (e *Encoder) putBytes(buf []byte, v *vector.Vector, rows []uint16, k, vars int) {
	dataAt, endAt := e.dataAt[:len(rows)], e.endAt[:len(rows)]
	for i, r := range rows {
		sp := v.Spans[r]
		at := dataAt[i]
		end := at + sp.Len
		src := v.Arena[sp.Off : sp.Off+sp.Len]
		if len(src) <= 8 {
			for j, c := range src {
				buf[int(at)+j] = c
			}
		} else {
			copy(buf[at:end], src)
		}
		dataAt[i] = end
		l := e.varLen[r]
		ends := endAt[i]
		switch {
		case l <= math.MaxUint8:
			buf[ends+uint32(k)] = byte(end - ends - uint32(vars))
		case l <= math.MaxUint16:
			binary.LittleEndian.PutUint16(buf[ends+2*uint32(k):], uint16(end-ends-2*uint32(vars)))
		default:
			binary.LittleEndian.PutUint32(buf[ends+4*uint32(k):], end-ends-4*uint32(vars))
		}
	}
}

// putUvarint is binary.PutUvarint, inlined for the short lengths.
func putUvarint(dst []byte, n int) int {
	if n < 0x80 {
		dst[0] = byte(n)
		return 1
	}
	return binary.PutUvarint(dst, uint64(n))
}

// grow returns *s with length n, dirty.
func grow[T any](s *[]T, n int) []T {
	if cap(*s) < n {
		*s = make([]T, n, n+n/2)
	}
	*s = (*s)[:n]
	return *s
}

func float32frombits(p []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(p)) }

func float64frombits(p []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(p)) }
