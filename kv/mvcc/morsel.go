package mvcc

import (
	"encoding/binary"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// Locator, as a column, is the row's locator: the store key without its version.
const Locator = -1

// morselBytes bounds the row values of a morsel, but for the last one.
const morselBytes = 4 << 20

// Morsel is a run of rows whose columns are decoded when asked for. Its memory is
// used again after Reset.
type Morsel struct {
	codec *Codec
	rows  int
	// header is the first row's, lay its layout; mixed says that another row has
	// another header.
	header uint16
	lay    layout
	mixed  bool

	hasKeys          bool
	values, keys     []byte
	valueEnd, keyEnd [vector.MaxRows + 1]uint32 // element i+1 is the end of row i

	// Memory that decoded columns point to until Reset: null bits, and text that had
	// to be unescaped.
	nulls pool[uint64]
	text  pool[byte]
}

// pool hands out buffers that are all free again after reset.
type pool[T any] struct {
	bufs [][]T
	next int
}

func (p *pool[T]) reset() { p.next = 0 }

// get returns n elements, dirty.
func (p *pool[T]) get(n int) []T {
	if p.next == len(p.bufs) {
		p.bufs = append(p.bufs, nil)
	}
	b := &p.bufs[p.next]
	p.next++
	return growTo(b, n)
}

// Reset forgets the rows.
func (m *Morsel) Reset() {
	m.rows, m.values, m.keys, m.mixed = 0, m.values[:0], m.keys[:0], false
	m.nulls.reset()
	m.text.reset()
}

// Rows returns the number of rows, at most vector.MaxRows.
func (m *Morsel) Rows() int { return m.rows }

// Full reports whether the morsel takes no more rows: it has vector.MaxRows, or very
// long ones.
func (m *Morsel) Full() bool { return m.rows == vector.MaxRows || len(m.values) >= morselBytes }

// scan prepares for rows of a codec.
func (m *Morsel) scan(c *Codec, withKeys bool) { m.codec, m.hasKeys = c, withKeys }

// LocatorOf returns the locator of a row; it aliases the morsel.
func (m *Morsel) LocatorOf(row int) []byte { return m.keys[m.keyEnd[row]:m.keyEnd[row+1]] }

// ValueOf returns the row value of a row; it aliases the morsel.
func (m *Morsel) ValueOf(row int) []byte { return m.values[m.valueEnd[row]:m.valueEnd[row+1]] }

// SplitLocator takes a locator apart: group, shard and row key, which aliases it.
func SplitLocator(l []byte) (g schema.GroupID, s schema.ShardID, rowKey []byte, err error) {
	if len(l) <= keys.RowOffset || keys.Kind(l[4]) != keys.KindRow {
		return 0, s, nil, &CorruptError{0, "no locator"}
	}
	return schema.GroupID(binary.BigEndian.Uint32(l)), keys.Shard(l[5:]), l[keys.RowOffset:], nil
}

// Decode gives rows [from, to) of a column (an ordinal of the table, or Locator) in
// out, using the memory out has. Text may alias the morsel: it is valid until Reset.
func (m *Morsel) Decode(ordinal, from, to int, out *vector.Vector) error {
	return m.decode(ordinal, from, to-from, nil, out)
}

// DecodeSel is Decode of the named rows: row rows[i] becomes row i of out.
func (m *Morsel) DecodeSel(ordinal int, rows []uint16, out *vector.Vector) error {
	return m.decode(ordinal, 0, len(rows), rows, out)
}

// decode gives n rows: from, from+1, … or, when rows is not nil, the named ones.
func (m *Morsel) decode(ordinal, from, n int, rows []uint16, out *vector.Vector) error {
	if ordinal == Locator {
		reset(out, vector.Bytes, n)
		spans := growTo(&out.Spans, n)
		for i := range spans {
			j := pick(from, i, rows)
			spans[i] = vector.Span{Off: m.keyEnd[j], Len: m.keyEnd[j+1] - m.keyEnd[j]}
		}
		out.Arena = m.keys
		return nil
	}
	col := &m.codec.cols[ordinal]
	reset(out, col.kind, n)
	if col.inKey {
		return m.decodeKey(col, from, n, rows, out)
	}
	s := &m.codec.stored[col.place]
	if lacks := col.place >= m.lay.columns; m.mixed || m.lay.nulls > 0 || lacks {
		if s.form == formBytes && !s.missing.Null && (m.mixed || lacks) {
			m.decodeMissingBytes(col.place, s, from, n, rows, out)
			return nil
		}
		m.decodeMixed(col.place, s, from, n, rows, out)
		return nil
	}
	if s.form == formBytes {
		m.decodeBytes(s.at, from, n, rows, out)
		return nil
	}
	m.decodeFixed(s, from, n, rows, out)
	return nil
}

// pick returns the row that becomes row i.
func pick(from, i int, rows []uint16) int {
	if rows != nil {
		return int(rows[i])
	}
	return from + i
}

// reset makes out a Flat vector of n rows without NULLs, keeping its memory.
func reset(out *vector.Vector, k vector.Kind, n int) {
	*out = vector.Vector{
		Kind: k, Len: n, Bits: out.Bits, I32: out.I32, I64: out.I64, F64: out.F64, W128: out.W128,
		Spans: out.Spans, Arena: out.Arena,
	}
}

// growTo returns *s with length n, dirty.
func growTo[T any](s *[]T, n int) []T {
	if cap(*s) < n {
		*s = make([]T, n, max(n, 2*cap(*s)))
	}
	*s = (*s)[:n]
	return *s
}

// decodeFixed decodes a column of fixed width where every row has the layout m.lay
// and no NULL.
func (m *Morsel) decodeFixed(s *storedColumn, from, n int, rows []uint16, out *vector.Vector) {
	at := uint32(headerLen + s.at)
	b := m.values
	starts := m.valueEnd[from:]
	switch s.form {
	case formBool:
		dst := growTo(&out.Bits, (n+63)/64)
		clear(dst)
		for i := range n {
			dst[i>>6] |= uint64(b[m.valueEnd[pick(from, i, rows)]+at]) << (i & 63)
		}
	case formInt16:
		dst := growTo(&out.I32, n)
		for i := range dst {
			dst[i] = int32(int16(binary.LittleEndian.Uint16(b[m.valueEnd[pick(from, i, rows)]+at:])))
		}
	case formInt32:
		dst := growTo(&out.I32, n)
		if rows == nil {
			for i, p := range starts[:len(dst)] {
				dst[i] = int32(binary.LittleEndian.Uint32(b[p+at:]))
			}
			return
		}
		for i, r := range rows[:len(dst)] {
			dst[i] = int32(binary.LittleEndian.Uint32(b[m.valueEnd[r]+at:]))
		}
	case formInt64:
		dst := growTo(&out.I64, n)
		if rows == nil {
			for i, p := range starts[:len(dst)] {
				dst[i] = int64(binary.LittleEndian.Uint64(b[p+at:]))
			}
			return
		}
		for i, r := range rows[:len(dst)] {
			dst[i] = int64(binary.LittleEndian.Uint64(b[m.valueEnd[r]+at:]))
		}
	case formFloat32:
		dst := growTo(&out.F64, n)
		for i := range dst {
			dst[i] = float64(float32frombits(b[m.valueEnd[pick(from, i, rows)]+at:]))
		}
	case formFloat64:
		dst := growTo(&out.F64, n)
		if rows == nil {
			for i, p := range starts[:len(dst)] {
				dst[i] = float64frombits(b[p+at:])
			}
			return
		}
		for i, r := range rows[:len(dst)] {
			dst[i] = float64frombits(b[m.valueEnd[r]+at:])
		}
	case formWord:
		dst := growTo(&out.W128, n)
		for i := range dst {
			p := b[m.valueEnd[pick(from, i, rows)]+at:]
			dst[i] = [2]uint64{binary.LittleEndian.Uint64(p), binary.LittleEndian.Uint64(p[8:])}
		}
	}
}

// decodeBytes gives the spans of variable column k where every row has the layout
// m.lay and no NULL.
func (m *Morsel) decodeBytes(k, from, n int, rows []uint16, out *vector.Vector) {
	dst := growTo(&out.Spans, n)
	out.Arena = m.values
	l := &m.lay
	b := m.values
	if l.width == 1 {
		ends, data := uint32(l.ends+k), uint32(l.data)
		for i := range dst {
			p := m.valueEnd[pick(from, i, rows)]
			start := uint32(0)
			if k > 0 {
				start = uint32(b[p+ends-1])
			}
			dst[i] = vector.Span{Off: p + data + start, Len: uint32(b[p+ends]) - start}
		}
		return
	}
	for i := range dst {
		p := m.valueEnd[pick(from, i, rows)]
		start, end := l.varBounds(b[p:], k)
		dst[i] = vector.Span{Off: p + uint32(start), Len: uint32(end - start)}
	}
}

// decodeMixed decodes stored column number place row by row: rows with NULLs, of
// several widths, or written before the column was added.
func (m *Morsel) decodeMixed(place int, s *storedColumn, from, n int, rows []uint16, out *vector.Vector) {
	switch s.form {
	case formBool:
		clear(growTo(&out.Bits, (n+63)/64))
	case formInt16, formInt32:
		clear(growTo(&out.I32, n))
	case formInt64:
		clear(growTo(&out.I64, n))
	case formFloat32, formFloat64:
		clear(growTo(&out.F64, n))
	case formWord:
		clear(growTo(&out.W128, n))
	case formBytes:
		clear(growTo(&out.Spans, n))
		out.Arena = m.values
	}
	var nulls []uint64
	lay, header := m.lay, m.header
	for i := range n {
		p := m.valueEnd[pick(from, i, rows)]
		v := m.values[p:]
		if h := binary.LittleEndian.Uint16(v); h != header {
			header = h
			lay = m.codec.layoutOf(h)
		}
		if place >= lay.columns {
			nulls = m.setMissing(s, nulls, i, n, out)
			continue
		}
		if lay.nulls > 0 && v[lay.nulls+place>>3]>>(place&7)&1 != 0 {
			nulls = m.setNull(nulls, i, n)
			continue
		}
		x := v[headerLen+s.at:]
		switch s.form {
		case formBool:
			out.Bits[i>>6] |= uint64(x[0]&1) << (i & 63)
		case formInt16:
			out.I32[i] = int32(int16(binary.LittleEndian.Uint16(x)))
		case formInt32:
			out.I32[i] = int32(binary.LittleEndian.Uint32(x))
		case formInt64:
			out.I64[i] = int64(binary.LittleEndian.Uint64(x))
		case formFloat32:
			out.F64[i] = float64(float32frombits(x))
		case formFloat64:
			out.F64[i] = float64frombits(x)
		case formWord:
			out.W128[i] = [2]uint64{binary.LittleEndian.Uint64(x), binary.LittleEndian.Uint64(x[8:])}
		case formBytes:
			start, end := lay.varBounds(v, s.at)
			out.Spans[i] = vector.Span{Off: p + uint32(start), Len: uint32(end - start)}
		}
	}
	out.Nulls = nulls
}

// layoutOf returns the layout of the values with a header that parse has accepted.
func (c *Codec) layoutOf(h uint16) (l layout) {
	l.columns, l.width = int(h>>countShift), 1<<(h&endWidthMask)
	l.fixed = headerLen + c.fixedAt[l.columns]
	l.vars = c.varsAt[l.columns]
	l.ends = l.fixed
	if h&flagNulls != 0 {
		l.nulls = l.fixed
		l.ends += (l.columns + 7) / 8
	}
	l.data = l.ends + l.vars*l.width
	return l
}

// decodeKey decodes a column of the row key.
func (m *Morsel) decodeKey(col *column, from, n int, rows []uint16, out *vector.Vector) error {
	k := &m.codec.key[col.place]
	if col.fromStart >= 0 || col.fromEnd >= 0 {
		return m.decodeKeyFixed(col, k, from, n, rows, out)
	}
	if col.kind == vector.Bytes {
		return m.decodeKeyText(col, k, from, n, rows, out)
	}
	switch col.kind {
	case vector.Bool:
		clear(growTo(&out.Bits, (n+63)/64))
	case vector.Int32:
		clear(growTo(&out.I32, n))
	case vector.Int64:
		clear(growTo(&out.I64, n))
	case vector.Word128:
		clear(growTo(&out.W128, n))
	}
	for i := range n {
		b, err := m.keyAt(col, pick(from, i, rows))
		if err != nil {
			return err
		}
		d, _, err := keys.DecodeValue(b, k.typ, k.nullable)
		if err != nil {
			return err
		}
		if d.Null {
			out.Nulls = m.setNull(out.Nulls, i, n)
			continue
		}
		switch col.kind {
		case vector.Bool:
			out.Bits[i>>6] |= uint64(d.I) << (i & 63)
		case vector.Int32:
			out.I32[i] = int32(d.I)
		case vector.Int64:
			out.I64[i] = d.I
		case vector.Word128:
			out.W128[i] = d.W
		}
	}
	return nil
}

// keyAt returns the row key of a row from the column on.
func (m *Morsel) keyAt(col *column, row int) ([]byte, error) {
	b := m.keys[m.keyEnd[row]+keys.RowOffset : m.keyEnd[row+1]]
	for c := range col.place {
		var err error
		if b, err = keys.Skip(b, m.codec.key[c].typ, m.codec.key[c].nullable); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// decodeKeyText decodes a text or bytea of the row key.
func (m *Morsel) decodeKeyText(col *column, k *keyColumn, from, n int, rows []uint16, out *vector.Vector) error {
	spans := growTo(&out.Spans, n)
	clear(spans)
	// The unescaped text of all rows is not longer than their keys.
	arena := m.text.get(len(m.keys))[:0]
	for i := range n {
		b, err := m.keyAt(col, pick(from, i, rows))
		if err != nil {
			return err
		}
		if k.nullable {
			var null bool
			if b, null, err = keys.CutMark(b); err != nil {
				return err
			}
			if null {
				out.Nulls = m.setNull(out.Nulls, i, n)
				continue
			}
		}
		start, ok := len(arena), false
		if arena, _, ok = keys.AppendDecodedBytes(arena, b); !ok {
			return &CorruptError{0, "bad text in a row key"}
		}
		spans[i] = vector.Span{Off: uint32(start), Len: uint32(len(arena) - start)}
	}
	out.Arena = arena
	return nil
}

// setNull sets bit i of a bitmap for n rows, which it makes when it is nil.
func (m *Morsel) setNull(nulls []uint64, i, n int) []uint64 {
	if nulls == nil {
		nulls = m.nulls.get((n + 63) / 64)
		clear(nulls)
	}
	nulls[i>>6] |= 1 << (i & 63)
	return nulls
}

// decodeKeyFixed decodes a column whose place in the key is known.
func (m *Morsel) decodeKeyFixed(col *column, k *keyColumn, from, n int, rows []uint16, out *vector.Vector) error {
	at := func(i int) ([]byte, bool) {
		j := pick(from, i, rows)
		b := m.keys[m.keyEnd[j]+keys.RowOffset : m.keyEnd[j+1]]
		o := col.fromStart
		if o < 0 {
			o = len(b) - col.fromEnd
		}
		if o < 0 || o+k.width > len(b) {
			return nil, false
		}
		return b[o : o+k.width], true
	}
	bad := &CorruptError{0, "short row key"}
	switch col.kind {
	case vector.Bool:
		dst := growTo(&out.Bits, (n+63)/64)
		clear(dst)
		for i := range n {
			b, ok := at(i)
			if !ok {
				return bad
			}
			dst[i>>6] |= uint64(b[0]&1) << (i & 63)
		}
	case vector.Int32:
		dst := growTo(&out.I32, n)
		for i := range dst {
			b, ok := at(i)
			if !ok {
				return bad
			}
			dst[i] = keys.Int32(b)
		}
	case vector.Int64:
		dst := growTo(&out.I64, n)
		for i := range dst {
			b, ok := at(i)
			if !ok {
				return bad
			}
			dst[i] = keys.Int64(b)
		}
	case vector.Word128:
		dst := growTo(&out.W128, n)
		for i := range dst {
			b, ok := at(i)
			if !ok {
				return bad
			}
			dst[i] = [2]uint64{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
		}
	}
	return nil
}
