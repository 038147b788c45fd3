package rowenc

import (
	"encoding/binary"
	"math"
	"strconv"
	"unsafe"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// The format codes of the protocol.
const (
	Text   int16 = 0
	Binary int16 = 1
)

// code says how the values of a column are written: a type in a format.
type code uint8

const (
	textInt code = iota
	textUnsigned
	textBool
	textFloat4
	textFloat8
	textNumeric
	textDate
	textTimestamp // with or without time zone: the column's writer knows
	textInterval
	textUUID
	textBytea
	textJSONB
	textJSONPath
	textReg
	textTime
	textTimetz
	textInet
	textCidr
	textChar
	rawBytes // as stored: strings in both formats, bytea in binary
	binaryBool
	binary2
	binary4
	binary8
	binaryFloat4
	binaryFloat8
	binaryNumeric
	binaryInterval
	binaryUUID
	binaryJSONB
	binaryJSONPath
	textDatum // through sql/value: arrays, records, enumerations
	binaryDatum
	binaryTimetz
	binaryChar
	binaryInet
	binaryCidr
	binaryBits
)

// codeOf returns the code of a type in a format.
func codeOf(t types.Type, format int16) (code, error) {
	switch {
	case t.ID.IsArray() || t.ID == types.Record || t.ID == types.Enum:
		if format == Binary {
			return binaryDatum, nil
		}
		return textDatum, nil
	case t.ID == types.Bytea && format == Text:
		return textBytea, nil
	case t.ID == types.Inet || t.ID == types.Cidr || t.ID == types.Numeric || t.ID == types.JSONB || t.ID == types.JSONPath:
	case t.ID == types.Char || (t.ID == types.Bit || t.ID == types.Varbit) && format == Binary:
	case vector.KindOf(t) == vector.Bytes:
		return rawBytes, nil
	}
	text, binary := textInt, binary4
	switch t.ID {
	case types.Bool:
		text, binary = textBool, binaryBool
	case types.Int2:
		binary = binary2
	case types.Int4:
	case types.OID:
		text = textUnsigned
	case types.Date:
		text = textDate
	case types.Int8:
		binary = binary8
	case types.Timestamp, types.Timestamptz:
		text, binary = textTimestamp, binary8
	case types.Float4:
		text, binary = textFloat4, binaryFloat4
	case types.Float8:
		text, binary = textFloat8, binaryFloat8
	case types.Numeric:
		text, binary = textNumeric, binaryNumeric
	case types.Interval:
		text, binary = textInterval, binaryInterval
	case types.UUID:
		text, binary = textUUID, binaryUUID
	case types.JSONB:
		text, binary = textJSONB, binaryJSONB
	case types.JSONPath:
		text, binary = textJSONPath, binaryJSONPath
	case types.Time:
		text, binary = textTime, binary8
	case types.Timetz:
		text, binary = textTimetz, binaryTimetz
	case types.Inet:
		text, binary = textInet, binaryInet
	case types.Cidr:
		text, binary = textCidr, binaryCidr
	case types.Char:
		text, binary = textChar, binaryChar
	case types.Bit, types.Varbit:
		binary = binaryBits
	default:
		if t.ID.IsReg() {
			text = textReg
			break
		}
		return 0, sqlerr.NotSupported("output of type %s", t)
	}
	if format == Binary {
		return binary, nil
	}
	return text, nil
}

// column is one column of the batch at hand.
type column struct {
	code code
	typ  types.Type // of a datum, of a reg type
	wide bool       // the integers are in i64
	// scaled: a float8 column whose values are i64 / 10^exp in this batch.
	scaled bool
	exp    int8
	// mask turns a row number into an index: all ones, or 0 when one value stands
	// for all rows.
	mask int
	// codes, when not nil, turn the index into one of the values' (a dictionary).
	codes []uint32
	nulls []uint64

	bits  []uint64
	i32   []int32
	i64   []int64
	f64   []float64
	w128  [][2]uint64
	spans []vector.Span
	arena []byte

	timestamps value.TimestampWriter
}

// Fields gives the values of batches with some types, in some formats.
type Fields struct {
	cols        []column
	floatDigits int
	interval    string
	byteaEscape bool
	settings    value.Settings // of datums
}

// NewFields returns the fields of these columns. formats has a code per column,
// one for all, or none for text; it is checked. The settings are copied.
func NewFields(ts []types.Type, formats []int16, s *value.Settings) (*Fields, error) {
	if len(formats) > 1 && len(formats) != len(ts) {
		return nil, sqlerr.New(sqlerr.ProtocolViolation,
			"bind message has %d result formats but query has %d columns", len(formats), len(ts))
	}
	f := &Fields{
		cols:        make([]column, len(ts)),
		floatDigits: s.ExtraFloatDigits, interval: s.IntervalStyle, byteaEscape: s.ByteaEscape,
		settings: *s,
	}
	for i, t := range ts {
		format := Text
		switch {
		case len(formats) == 1:
			format = formats[0]
		case len(formats) > 1:
			format = formats[i]
		}
		if format != Text && format != Binary {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "unsupported format code: %d", format)
		}
		var err error
		f.cols[i].typ = t
		if f.cols[i].code, err = codeOf(t, format); err != nil {
			return nil, err
		}
		if t.ID == types.Timestamptz {
			f.cols[i].timestamps = *value.NewTimestampWriter(s.Zone)
		}
	}
	return f, nil
}

// Len returns the number of columns.
func (f *Fields) Len() int { return len(f.cols) }

// Set takes the values from b from now on; b must have the columns' kinds.
func (f *Fields) Set(b *vector.Batch) {
	for i := range f.cols {
		f.cols[i].set(b.Cols[i])
	}
}

func (c *column) set(v *vector.Vector) {
	c.mask, c.codes, c.nulls = -1, nil, v.Nulls
	switch v.Form {
	case vector.Const:
		c.mask = 0
	case vector.Dict:
		c.codes = v.Codes
		v = v.Dict.Values
	}
	c.wide, c.scaled, c.exp = v.Kind == vector.Int64, v.Scaled, v.Exp
	c.bits, c.i32, c.i64, c.f64, c.w128, c.spans, c.arena = v.Bits, v.I32, v.I64, v.F64, v.W128, v.Spans, v.Arena
}

// index returns where the value of a row stands, and whether it is NULL.
func (c *column) index(row int) (i int, null bool) {
	i = row & c.mask
	if c.nulls != nil && c.nulls[i>>6]>>(uint(i)&63)&1 != 0 {
		return i, true
	}
	if c.codes != nil {
		i = int(c.codes[i])
	}
	return i, false
}

// IsString reports whether a column's values are written as they are stored.
func (f *Fields) IsString(col int) bool { return f.cols[col].code == rawBytes }

// Bytes returns the stored bytes of a column that IsString in a row of the batch;
// they alias it. null is true, and the bytes nil, for NULL.
func (f *Fields) Bytes(col, row int) (b []byte, null bool) {
	c := &f.cols[col]
	i, null := c.index(row)
	if null {
		return nil, true
	}
	s := c.spans[i]
	return c.arena[s.Off : s.Off+s.Len : s.Off+s.Len], false
}

// Append writes the value of a column in a row of the batch; null is true, and
// nothing is written, for NULL.
func (f *Fields) Append(dst []byte, col, row int) (out []byte, null bool) {
	c := &f.cols[col]
	i, null := c.index(row)
	if null {
		return dst, true
	}
	return f.append(dst, c, i), false
}

// append writes the value at an index of a column.
func (f *Fields) append(dst []byte, c *column, i int) []byte {
	switch c.code {
	case rawBytes:
		s := c.spans[i]
		return append(dst, c.arena[s.Off:s.Off+s.Len]...)
	case textInt:
		return strconv.AppendInt(dst, c.integer(i), 10)
	case textTimestamp:
		return c.timestamps.Append(dst, c.i64[i])
	case textFloat8:
		if c.scaled {
			return f.appendScaled(dst, c.i64[i], int(c.exp))
		}
		return value.AppendFloat8(dst, c.f64[i], f.floatDigits)
	case textNumeric:
		s := c.spans[i]
		return value.AppendNumeric(dst, c.arena[s.Off:s.Off+s.Len])
	case textFloat4:
		return value.AppendFloat4(dst, c.float(i), f.floatDigits)
	case textBool:
		return value.AppendBool(dst, c.bits[i>>6]>>(uint(i)&63)&1 != 0)
	case textDate:
		return value.AppendDate(dst, c.i32[i])
	case textUnsigned:
		return strconv.AppendUint(dst, uint64(uint32(c.i32[i])), 10)
	case textInterval:
		return value.AppendInterval(dst, vector.IntervalOf(c.w128[i]), f.interval)
	case textUUID:
		return value.AppendUUID(dst, c.w128[i])
	case textBytea:
		s := c.spans[i]
		return value.AppendBytea(dst, c.arena[s.Off:s.Off+s.Len], f.byteaEscape)
	case textJSONB, binaryJSONB, textJSONPath, binaryJSONPath:
		s := c.spans[i]
		return appendJSON(dst, c.code, c.arena[s.Off:s.Off+s.Len])
	case textDatum:
		return value.Append(dst, c.typ, c.datum(i), &f.settings)
	case binaryDatum:
		return value.AppendBinary(dst, c.typ, c.datum(i))
	case textReg:
		return value.Append(dst, c.typ, vector.IntDatum(int64(c.i32[i])), &f.settings)
	case textTime:
		return value.AppendTime(dst, c.i64[i])
	case textTimetz:
		return value.AppendTimetz(dst, vector.TimeTZOf(c.w128[i]))
	case textInet, textCidr:
		s := c.spans[i]
		return value.DecodeInet(c.arena[s.Off:s.Off+s.Len]).AppendText(dst, c.code == textCidr)
	case textChar:
		s := c.spans[i]
		return value.AppendChar(dst, value.CharByte(c.arena[s.Off:s.Off+s.Len]))
	case binaryTimetz:
		return value.AppendTimetzBinary(dst, c.w128[i])
	case binaryChar:
		s := c.spans[i]
		return append(dst, value.CharByte(c.arena[s.Off:s.Off+s.Len]))
	case binaryInet:
		s := c.spans[i]
		return value.AppendInetBinary(dst, types.Inet, c.arena[s.Off:s.Off+s.Len])
	case binaryCidr:
		s := c.spans[i]
		return value.AppendInetBinary(dst, types.Cidr, c.arena[s.Off:s.Off+s.Len])
	case binaryBits:
		s := c.spans[i]
		return value.AppendBitsBinary(dst, c.arena[s.Off:s.Off+s.Len])
	case binaryBool:
		return append(dst, byte(c.bits[i>>6]>>(uint(i)&63)&1))
	case binary2:
		return binary.BigEndian.AppendUint16(dst, uint16(c.i32[i]))
	case binary4:
		return binary.BigEndian.AppendUint32(dst, uint32(c.i32[i]))
	case binary8:
		return binary.BigEndian.AppendUint64(dst, uint64(c.i64[i]))
	case binaryFloat4:
		return binary.BigEndian.AppendUint32(dst, math.Float32bits(float32(c.float(i))))
	case binaryFloat8:
		return binary.BigEndian.AppendUint64(dst, math.Float64bits(c.float(i)))
	case binaryNumeric:
		s := c.spans[i]
		return value.AppendNumericBinary(dst, c.arena[s.Off:s.Off+s.Len])
	case binaryInterval:
		return value.AppendIntervalBinary(dst, c.w128[i])
	case binaryUUID:
		dst = binary.BigEndian.AppendUint64(dst, c.w128[i][0])
		return binary.BigEndian.AppendUint64(dst, c.w128[i][1])
	}
	return dst
}

// appendJSON writes a jsonb or jsonpath.
func appendJSON(dst []byte, c code, v []byte) []byte {
	switch c {
	case textJSONB:
		return value.AppendJSONB(dst, v)
	case binaryJSONB:
		return value.AppendJSONB(append(dst, value.JSONVersion), v)
	case binaryJSONPath:
		dst = append(dst, value.JSONVersion)
	}
	return value.AppendJSONPath(dst, string(v))
}

// datum returns a value that is written through sql/value; it aliases the batch.
func (c *column) datum(i int) vector.Datum {
	if c.typ.ID == types.Enum {
		return vector.IntDatum(int64(c.i32[i]))
	}
	s := c.spans[i]
	b := c.arena[s.Off : s.Off+s.Len]
	return vector.StringDatum(unsafe.String(unsafe.SliceData(b), len(b)))
}

func (c *column) integer(i int) int64 {
	if c.wide {
		return c.i64[i]
	}
	return int64(c.i32[i])
}

func (c *column) float(i int) float64 {
	if c.scaled {
		return float64(c.i64[i]) / pow10[c.exp]
	}
	return c.f64[i]
}

// pow10 are the scales of scaled columns.
var pow10 = [19]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// appendScaled writes v / 10^exp as the float8 of that value prints; small and
// large ones, which print with an exponent, and the settings that round take the
// way through the float8.
func (f *Fields) appendScaled(dst []byte, v int64, exp int) []byte {
	if v > -1e15 && v < 1e15 && f.floatDigits > 0 {
		if a := float64(max(v, -v)); v == 0 || a*1e4 >= pow10[exp] {
			return value.AppendScaled(dst, v, exp)
		}
	}
	return value.AppendFloat8(dst, float64(v)/pow10[exp], f.floatDigits)
}
