package mvcc

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
)

// The first two bytes of a value; doc.go draws them.
const (
	headerLen    = 2
	endWidthMask = 3
	flagNulls    = 1 << 2
	flagStub     = 1 << 3
	countShift   = 4
	maxColumns   = 1<<12 - 1
	noHeader     = 3 // of no value
)

// RowIDLen is the length of the row id that ends the row key of a table without a
// primary key.
const RowIDLen = 8

// Codec knows where the columns of one version of a table's descriptor are in row
// keys and row values.
type Codec struct {
	table *schema.Table
	key   []keyColumn
	rowID bool
	// keyLen is the length of every row key, 0 when they differ.
	keyLen int
	// stored lists the columns of a value, by their ids.
	stored []storedColumn
	// cols is where each column of the table is, by ordinal.
	cols []column
	// fixedAt and varsAt give the bytes of the fixed columns and the number of
	// variable ones of a value with so many stored columns.
	fixedAt, varsAt []int
}

// keyColumn is one column of the row key.
type keyColumn struct {
	ordinal  int
	typ      types.Type
	nullable bool
	width    int // of the value, 0 when it varies
}

// storedColumn is one column of the row value.
type storedColumn struct {
	ordinal int // -1 of a column that was dropped
	form    form
	at      int // offset in the fixed columns, or number among the variable ones
	// missing is the value of rows stored before the column was added.
	missing vector.Datum
}

// kind returns the kind of the column's vectors.
func (s *storedColumn) kind() vector.Kind {
	switch s.form {
	case formBool:
		return vector.Bool
	case formInt16, formInt32:
		return vector.Int32
	case formInt64:
		return vector.Int64
	case formFloat32, formFloat64:
		return vector.Float64
	case formWord:
		return vector.Word128
	}
	return vector.Bytes
}

// column is where a column of the table is found.
type column struct {
	kind vector.Kind
	// inKey: the column is key[place] and nowhere else; otherwise stored[place].
	inKey bool
	place int
	// fromStart and fromEnd are offsets of a fixed-width, not nullable column of the
	// key from the start and from the end of the row key, -1 where they vary.
	fromStart, fromEnd int
}

// form is how a column is stored in a value.
type form uint8

const (
	formBool form = iota
	formInt16
	formInt32
	formInt64
	formFloat32
	formFloat64
	formWord
	formBytes // the only variable one
)

var formWidths = [...]int{formBool: 1, formInt16: 2, formInt32: 4, formInt64: 8, formFloat32: 4, formFloat64: 8, formWord: 16, formBytes: 0}

func formOf(t types.Type) form {
	switch vector.KindOf(t) {
	case vector.Bool:
		return formBool
	case vector.Int32:
		if t.ID == types.Int2 {
			return formInt16
		}
		return formInt32
	case vector.Int64:
		return formInt64
	case vector.Float64:
		if t.ID == types.Float4 {
			return formFloat32
		}
		return formFloat64
	case vector.Word128:
		return formWord
	}
	return formBytes
}

// NewCodec returns the codec of a table.
func NewCodec(t *schema.Table) (*Codec, error) {
	if n := len(t.Columns) + len(t.Dropped); n > maxColumns {
		return nil, fmt.Errorf("mvcc: table of %d columns, dropped ones included, at most %d", n, maxColumns)
	}
	c := &Codec{table: t, rowID: len(t.Key) == 0, cols: make([]column, len(t.Columns))}
	names, nullable := t.Key, false
	if c.rowID {
		names, nullable = t.OrderBy, true
	}
	for i, o := range names {
		typ := t.Columns[o].Type
		c.key = append(c.key, keyColumn{o, typ, nullable, keys.Width(typ)})
		c.cols[o].inKey = keys.Lossless(typ)
		c.cols[o].place = i
	}
	c.placeInKey()

	type place struct {
		ordinal int
		column  *schema.Column
	}
	var byID []place
	for i := range t.Columns {
		c.cols[i].kind = vector.KindOf(t.Columns[i].Type)
		if !c.cols[i].inKey {
			byID = append(byID, place{i, &t.Columns[i]})
		}
	}
	for i := range t.Dropped {
		byID = append(byID, place{-1, &t.Dropped[i]})
	}
	slices.SortFunc(byID, func(a, b place) int { return int(a.column.ID) - int(b.column.ID) })
	fixed, vars := 0, 0
	for i, p := range byID {
		c.fixedAt, c.varsAt = append(c.fixedAt, fixed), append(c.varsAt, vars)
		if p.ordinal >= 0 {
			c.cols[p.ordinal].place = i
		}
		f := formOf(p.column.Type)
		s := storedColumn{ordinal: p.ordinal, form: f, at: fixed}
		var err error
		if s.missing, err = missingValue(p.column); err != nil {
			return nil, fmt.Errorf("mvcc: table %s, column %s: %w", t.Name, p.column.Name, err)
		}
		if f == formBytes {
			s.at = vars
			vars++
		}
		fixed += formWidths[f]
		c.stored = append(c.stored, s)
	}
	c.fixedAt, c.varsAt = append(c.fixedAt, fixed), append(c.varsAt, vars)
	return c, nil
}

// placeInKey finds the key columns whose place does not depend on others' lengths.
func (c *Codec) placeInKey() {
	at := 0
	for _, k := range c.key {
		c.cols[k.ordinal].fromStart = -1
		if at >= 0 && k.width > 0 && !k.nullable {
			c.cols[k.ordinal].fromStart = at
			at += k.width
		} else {
			at = -1
		}
	}
	end := 0
	if c.rowID {
		end = RowIDLen
	}
	if at >= 0 {
		c.keyLen = at + end
	}
	for _, k := range slices.Backward(c.key) {
		c.cols[k.ordinal].fromEnd = -1
		if end >= 0 && k.width > 0 && !k.nullable {
			end += k.width
			c.cols[k.ordinal].fromEnd = end
		} else {
			end = -1
		}
	}
}

// Table returns the descriptor the codec was made of.
func (c *Codec) Table() *schema.Table { return c.table }

// RowID reports whether the row keys end with a row id.
func (c *Codec) RowID() bool { return c.rowID }

// NeedsKey reports whether a column is read from the row key.
func (c *Codec) NeedsKey(ordinal int) bool { return c.cols[ordinal].inKey }

// AppendKeyPrefix appends the leading columns of the row key, which are not NULL.
func (c *Codec) AppendKeyPrefix(dst []byte, values []vector.Datum) []byte {
	for i, d := range values {
		k := &c.key[i]
		if k.nullable {
			dst = keys.AppendNullable(dst, k.typ, d)
		} else {
			dst = keys.Append(dst, k.typ, d)
		}
	}
	return dst
}

// DecodeKey returns the columns of a row key, in the order of Table.Key or
// Table.OrderBy; what keys.Lossless does not promise comes back as an equal value.
func (c *Codec) DecodeKey(rowKey []byte) ([]vector.Datum, error) {
	ds := make([]vector.Datum, len(c.key))
	var err error
	for i, k := range c.key {
		if ds[i], rowKey, err = keys.DecodeValue(rowKey, k.typ, k.nullable); err != nil {
			return nil, err
		}
	}
	want := 0
	if c.rowID {
		want = RowIDLen
	}
	if len(rowKey) != want {
		return nil, &CorruptError{0, "bytes behind the row key"}
	}
	return ds, nil
}

// layout is where the parts of one value are, once it has been checked.
type layout struct {
	columns int // stored
	fixed   int // end of the fixed columns
	nulls   int // offset of the null bitmap, 0 for none
	ends    int // offset of the ends
	width   int // of an end: 1, 2, 4
	vars    int
	data    int // offset of the variable bytes
}

// parse checks a value that is neither a tombstone nor a stub.
func (c *Codec) parse(v []byte) (l layout, err error) {
	if len(v) < headerLen {
		return l, &CorruptError{0, "short row value"}
	}
	h := binary.LittleEndian.Uint16(v)
	w := h & endWidthMask
	if h&flagStub != 0 || w > 2 {
		return l, &CorruptError{0, "no row value"}
	}
	l.columns, l.width = int(h>>countShift), 1<<w
	if l.columns > len(c.stored) {
		return l, &CorruptError{0, fmt.Sprintf("row value of %d columns, table has %d: the reader's descriptor is too old", l.columns, len(c.stored))}
	}
	l.fixed = headerLen + c.fixedAt[l.columns]
	l.vars = c.varsAt[l.columns]
	l.ends = l.fixed
	if h&flagNulls != 0 {
		l.nulls = l.fixed
		l.ends += (l.columns + 7) / 8
	}
	l.data = l.ends + l.vars*l.width
	if l.data > len(v) {
		return l, &CorruptError{len(v), "short row value"}
	}
	last := l.data
	for i := range l.vars {
		end := l.data + readEnd(v[l.ends:], i, l.width)
		if end < last || end > len(v) {
			return l, &CorruptError{l.ends + i*l.width, "column ends before it begins or behind the value"}
		}
		last = end
	}
	if last != len(v) {
		return l, &CorruptError{last, "bytes behind the last column"}
	}
	return l, nil
}

// readEnd returns end number i of ends of a width.
func readEnd(ends []byte, i, width int) int {
	switch width {
	case 1:
		return int(ends[i])
	case 2:
		return int(binary.LittleEndian.Uint16(ends[2*i:]))
	}
	return int(binary.LittleEndian.Uint32(ends[4*i:]))
}

// IsStub reports whether a value is a stub.
func IsStub(value []byte) bool {
	return len(value) >= headerLen && binary.LittleEndian.Uint16(value)&flagStub != 0
}

// AppendStub appends the value that says in which shard the row of a key lies.
func AppendStub(dst []byte, s schema.ShardID) []byte {
	return keys.AppendShard(binary.LittleEndian.AppendUint16(dst, flagStub), s)
}

// StubShard returns the shard that a stub names.
func StubShard(value []byte) (schema.ShardID, error) {
	if !IsStub(value) || len(value) != headerLen+keys.ShardLen {
		return schema.ShardID{}, &CorruptError{0, "no stub"}
	}
	return keys.Shard(value[headerLen:]), nil
}

// Row decodes all columns of one row, in the order of the table. It is for few
// rows.
func (c *Codec) Row(rowKey, value []byte) ([]vector.Datum, error) {
	l, err := c.parse(value)
	if err != nil {
		return nil, err
	}
	kd, err := c.DecodeKey(rowKey)
	if err != nil {
		return nil, err
	}
	ds := make([]vector.Datum, len(c.cols))
	for o := range c.cols {
		col := &c.cols[o]
		if col.inKey {
			ds[o] = kd[col.place]
			continue
		}
		ds[o] = c.datum(value, &l, col.place)
	}
	return ds, nil
}

// datum decodes stored column i of a checked value.
func (c *Codec) datum(v []byte, l *layout, i int) (d vector.Datum) {
	s := &c.stored[i]
	if i >= l.columns {
		return s.missing
	}
	if l.nulls > 0 && v[l.nulls+i>>3]>>(i&7)&1 != 0 {
		return vector.NullDatum
	}
	if s.form == formBytes {
		from, to := l.varBounds(v, s.at)
		return vector.StringDatum(string(v[from:to]))
	}
	return fixedDatum(s.form, v[headerLen+s.at:])
}

// fixedDatum decodes a value of fixed width.
func fixedDatum(f form, p []byte) (d vector.Datum) {
	switch f {
	case formBool:
		d.I = int64(p[0])
	case formInt16:
		d.I = int64(int16(binary.LittleEndian.Uint16(p)))
	case formInt32:
		d.I = int64(int32(binary.LittleEndian.Uint32(p)))
	case formInt64:
		d.I = int64(binary.LittleEndian.Uint64(p))
	case formFloat32:
		d.F = float64(float32frombits(p))
	case formFloat64:
		d.F = float64frombits(p)
	case formWord:
		d.W = [2]uint64{binary.LittleEndian.Uint64(p), binary.LittleEndian.Uint64(p[8:])}
	}
	return d
}

// varBounds returns where variable column i of a checked value lies.
func (l *layout) varBounds(v []byte, i int) (from, to int) {
	if i > 0 {
		from = readEnd(v[l.ends:], i-1, l.width)
	}
	return l.data + from, l.data + readEnd(v[l.ends:], i, l.width)
}
