package copyio

import (
	"encoding/binary"
	"math"
	"unsafe"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// Column is one column of the data.
type Column struct {
	Name string
	Type types.Type
}

// maxArena bounds the text of one column in one batch, so that offsets fit 32
// bits; a batch that reaches it ends early.
const maxArena = 1 << 30

// column builds one column of a batch: vector.MaxRows slots that are used again by
// every batch.
type column struct {
	name     string
	typ      types.Type
	settings *value.Settings
	v        vector.Vector // slots of a whole batch
	out      vector.Vector // those of the rows of a batch
	nulls    [vector.MaxRows / 64]uint64
	anyNull  bool
	maxLen   int // of varchar(n), in characters; -1 without a limit
	// precision and scale of numeric(p,s); precision 0 without a modifier.
	precision, scale int
	timestamps       value.TimestampParser
	rounds           bool // timestamp(p), p < 6
	forceNotNull     bool
	forceNull        bool
}

func newColumn(c Column, s *value.Settings) *column {
	col := &column{name: c.Name, typ: c.Type, settings: s, maxLen: -1}
	if n, ok := c.Type.MaxLen(); ok {
		col.maxLen = n
	}
	if p, s, ok := c.Type.PrecisionScale(); ok {
		col.precision, col.scale = p, s
	}
	switch c.Type.ID {
	case types.Timestamp:
		col.timestamps.Reset(nil)
		col.rounds = c.Type.Mod >= 0 && c.Type.Mod < 6
	case types.Timestamptz:
		col.timestamps.Reset(s.Zone)
		col.rounds = c.Type.Mod >= 0 && c.Type.Mod < 6
	}
	v := &col.v
	switch v.Kind = vector.KindOf(c.Type); v.Kind {
	case vector.Bool:
		v.Bits = make([]uint64, vector.MaxRows/64)
	case vector.Int32:
		v.I32 = make([]int32, vector.MaxRows)
	case vector.Int64:
		v.I64 = make([]int64, vector.MaxRows)
	case vector.Float64:
		v.F64 = make([]float64, vector.MaxRows)
	case vector.Word128:
		v.W128 = make([][2]uint64, vector.MaxRows)
	case vector.Bytes:
		v.Spans = make([]vector.Span, vector.MaxRows)
	}
	return col
}

// begin starts a batch.
func (c *column) begin() {
	if c.anyNull {
		clear(c.nulls[:])
		c.anyNull = false
	}
	c.v.Arena = c.v.Arena[:0]
	clear(c.v.Bits)
}

// finish returns the column of a batch of rows.
func (c *column) finish(rows int) *vector.Vector {
	c.out = c.v
	v := &c.out
	v.Len = rows
	switch v.Kind {
	case vector.Bool:
		v.Bits = v.Bits[:(rows+63)/64]
	case vector.Int32:
		v.I32 = v.I32[:rows]
	case vector.Int64:
		v.I64 = v.I64[:rows]
	case vector.Float64:
		v.F64 = v.F64[:rows]
	case vector.Word128:
		v.W128 = v.W128[:rows]
	case vector.Bytes:
		v.Spans = v.Spans[:rows]
	}
	if c.anyNull {
		v.Nulls = c.nulls[:(rows+63)/64]
	}
	return v
}

// clearRow takes back what was put into a row.
func (c *column) clearRow(row int) {
	c.nulls[row>>6] &^= 1 << (uint(row) & 63)
	if c.v.Kind == vector.Bool {
		c.v.Bits[row>>6] &^= 1 << (uint(row) & 63)
	}
}

// putNull makes a row NULL; the slot under it is zero.
func (c *column) putNull(row int) {
	c.nulls[row>>6] |= 1 << (uint(row) & 63)
	c.anyNull = true
	switch c.v.Kind {
	case vector.Int32:
		c.v.I32[row] = 0
	case vector.Int64:
		c.v.I64[row] = 0
	case vector.Float64:
		c.v.F64[row] = 0
	case vector.Word128:
		c.v.W128[row] = [2]uint64{}
	case vector.Bytes:
		c.v.Spans[row] = vector.Span{}
	}
}

// putFast reads text of the usual layout into a row; ok is false when putText must
// look at it.
func (c *column) putFast(row int, text []byte) (ok bool) {
	switch c.typ.ID {
	case types.Int4:
		v, ok := value.ParseInt64Fast(text)
		c.v.I32[row] = int32(v)
		return ok && v == int64(int32(v))
	case types.Int2:
		v, ok := value.ParseInt64Fast(text)
		c.v.I32[row] = int32(v)
		return ok && v == int64(int16(v))
	case types.Int8:
		c.v.I64[row], ok = value.ParseInt64Fast(text)
		return ok
	case types.Timestamp, types.Timestamptz:
		us, ok := c.timestamps.Parse(text)
		if c.rounds && ok {
			var err error
			us, err = value.TimestampTypmod(c.typ, us)
			ok = err == nil
		}
		c.v.I64[row] = us
		return ok
	case types.Float8:
		c.v.F64[row], ok = value.ParseFloat8Fast(text)
		return ok
	case types.Text:
		c.putBytes(row, text)
		return true
	case types.Varchar:
		if c.maxLen >= 0 && len(text) > c.maxLen { // bytes: no less than characters
			return false
		}
		c.putBytes(row, text)
		return true
	case types.Date:
		c.v.I32[row], ok = value.ParseDateFast(text)
		return ok
	case types.Numeric:
		return c.putNumericFast(row, text)
	case types.Bool:
		if len(text) != 1 || text[0] != 't' && text[0] != 'f' {
			return false
		}
		c.putBool(row, text[0] == 't')
		return true
	}
	return false
}

func (c *column) putBool(row int, b bool) {
	if b {
		c.v.Bits[row>>6] |= 1 << (uint(row) & 63)
	}
}

func (c *column) putBytes(row int, text []byte) {
	at := len(c.v.Arena)
	c.v.Arena = append(c.v.Arena, text...)
	c.v.Spans[row] = vector.Span{Off: uint32(at), Len: uint32(len(text))}
}

// putNumericFast writes digits that fit the modifier without rounding.
func (c *column) putNumericFast(row int, text []byte) bool {
	coef, scale, ok := value.ParseDecimalFast(text)
	if !ok {
		return false
	}
	if c.precision > 0 {
		missing := c.scale - scale
		if missing < 0 || missing > 18 || c.precision < c.scale {
			return false
		}
		limit := int64(1e18)
		if c.precision < 18 {
			limit = int64(pow10[c.precision])
		}
		if coef = scaleUp(coef, missing, limit); coef == overflow {
			return false
		}
		scale = c.scale
	}
	at := len(c.v.Arena)
	c.v.Arena = decimal.EncodeInt64(c.v.Arena, coef, scale)
	c.v.Spans[row] = vector.Span{Off: uint32(at), Len: uint32(len(c.v.Arena) - at)}
	return true
}

// overflow is what scaleUp returns for a result of limit or more.
const overflow = -1 << 63

func scaleUp(coef int64, digits int, limit int64) int64 {
	bound := limit / int64(pow10[digits])
	if coef >= bound && coef != 0 || coef <= -bound && coef != 0 {
		return overflow
	}
	return coef * int64(pow10[digits])
}

var pow10 = [19]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// putText reads any text that the type's input function takes. The error is its.
func (c *column) putText(row int, text []byte) error {
	if c.putFast(row, text) {
		return nil
	}
	switch c.typ.ID {
	case types.Varchar:
		keep, fits := value.VarcharFits(text, c.maxLen)
		if !fits {
			return sqlerr.New(sqlerr.StringDataRightTruncation, "value too long for type %s", c.typ)
		}
		c.putBytes(row, text[:keep])
		return nil
	}
	// A view of the bytes is enough: a datum that keeps the string is copied by put,
	// and errors copy what they show.
	d, err := value.Parse(c.typ, unsafe.String(unsafe.SliceData(text), len(text)), c.settings)
	if err != nil {
		return err
	}
	c.put(row, d)
	return nil
}

// putBinary reads the binary form. What is frequent needs no datum.
func (c *column) putBinary(row int, b []byte) error {
	switch id := c.typ.ID; {
	case id == types.Int4 && len(b) == 4:
		c.v.I32[row] = int32(binary.BigEndian.Uint32(b))
		return nil
	case id == types.Int8 && len(b) == 8:
		c.v.I64[row] = int64(binary.BigEndian.Uint64(b))
		return nil
	case id == types.Float8 && len(b) == 8:
		c.v.F64[row] = math.Float64frombits(binary.BigEndian.Uint64(b))
		return nil
	case (id == types.Timestamp || id == types.Timestamptz) && len(b) == 8 && !c.rounds:
		us := int64(binary.BigEndian.Uint64(b))
		if us >= value.MinTimestamp && us < value.EndTimestamp {
			c.v.I64[row] = us
			return nil
		}
	case id == types.Bytea:
		c.putBytes(row, b)
		return nil
	case id == types.Text || id == types.Varchar:
		if err := value.CheckText(b); err != nil {
			return err
		}
		return c.putText(row, b)
	}
	d, err := value.ParseBinary(c.typ, b)
	if err != nil {
		return err
	}
	c.put(row, d)
	return nil
}

// put stores a value.
func (c *column) put(row int, d vector.Datum) {
	switch c.v.Kind {
	case vector.Bool:
		c.putBool(row, d.I != 0)
	case vector.Int32:
		c.v.I32[row] = int32(d.I)
	case vector.Int64:
		c.v.I64[row] = d.I
	case vector.Float64:
		c.v.F64[row] = d.F
	case vector.Word128:
		c.v.W128[row] = d.W
	case vector.Bytes:
		at := len(c.v.Arena)
		c.v.Arena = append(c.v.Arena, d.S...)
		c.v.Spans[row] = vector.Span{Off: uint32(at), Len: uint32(len(d.S))}
	}
}
