package mvcc

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
)

// EncodeMissing returns a value of a type as schema.Column.Missing has it: as the
// column is stored in a row value. NULL is nil.
func EncodeMissing(t types.Type, d vector.Datum) []byte {
	if d.Null {
		return nil
	}
	f := formOf(t)
	b := make([]byte, 0, formWidths[f])
	switch f {
	case formBool:
		return append(b, byte(d.I))
	case formInt16:
		return binary.LittleEndian.AppendUint16(b, uint16(d.I))
	case formInt32:
		return binary.LittleEndian.AppendUint32(b, uint32(d.I))
	case formInt64:
		return binary.LittleEndian.AppendUint64(b, uint64(d.I))
	case formFloat32:
		return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(d.F)))
	case formFloat64:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(d.F))
	case formWord:
		b = binary.LittleEndian.AppendUint64(b, d.W[0])
		return binary.LittleEndian.AppendUint64(b, d.W[1])
	}
	return append(b, d.S...)
}

// missingValue decodes the Missing of a column.
func missingValue(c *schema.Column) (vector.Datum, error) {
	if c.Missing == nil {
		return vector.NullDatum, nil
	}
	f := formOf(c.Type)
	if f == formBytes {
		return vector.StringDatum(string(c.Missing)), nil
	}
	if len(c.Missing) != formWidths[f] {
		return vector.NullDatum, fmt.Errorf("missing value of %d bytes, want %d", len(c.Missing), formWidths[f])
	}
	return fixedDatum(f, c.Missing), nil
}

// setMissing makes row i of out, of n rows, the value of a row that was stored before
// the column was added.
func (m *Morsel) setMissing(s *storedColumn, nulls []uint64, i, n int, out *vector.Vector) []uint64 {
	d := &s.missing
	if d.Null {
		return m.setNull(nulls, i, n)
	}
	switch s.form {
	case formBool:
		out.Bits[i>>6] |= uint64(d.I&1) << (i & 63)
	case formInt16, formInt32:
		out.I32[i] = int32(d.I)
	case formInt64:
		out.I64[i] = d.I
	case formFloat32, formFloat64:
		out.F64[i] = d.F
	case formWord:
		out.W128[i] = d.W
	}
	return nulls
}

// decodeMissingBytes decodes a variable column, number place of those stored, whose
// missing value is not NULL, from rows of which some lack it. The text that rows have is
// copied behind that value, so that one arena holds both.
func (m *Morsel) decodeMissingBytes(place int, s *storedColumn, from, n int, rows []uint16, out *vector.Vector) {
	spans := growTo(&out.Spans, n)
	arena := append(m.text.get(len(s.missing.S) + len(m.values))[:0], s.missing.S...)
	var nulls []uint64
	lay, header := m.lay, m.header
	for i := range n {
		v := m.ValueOf(pick(from, i, rows))
		if h := binary.LittleEndian.Uint16(v); h != header {
			header = h
			lay = m.codec.layoutOf(h)
		}
		switch {
		case place >= lay.columns:
			spans[i] = vector.Span{Len: uint32(len(s.missing.S))}
		case lay.nulls > 0 && v[lay.nulls+place>>3]>>(place&7)&1 != 0:
			spans[i] = vector.Span{}
			nulls = m.setNull(nulls, i, n)
		default:
			start, end := lay.varBounds(v, s.at)
			spans[i] = vector.Span{Off: uint32(len(arena)), Len: uint32(end - start)}
			arena = append(arena, v[start:end]...)
		}
	}
	out.Arena, out.Nulls = arena, nulls
}
