package value

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Parse reads text as t's input function does, its modifier included: varchar(n)
// refuses what is longer (22001), numeric(p,s) and the time types round. Errors
// are *sqlerr.Error.
func Parse(t types.Type, text string, s *Settings) (vector.Datum, error) {
	if t.ID.IsArray() {
		return parseArray(t, text, s)
	}
	switch t.ID {
	case types.Enum:
		return parseEnum(t, text)
	case types.Record:
		return vector.NullDatum, sqlerr.New(sqlerr.FeatureNotSupported, "input of anonymous composite types is not implemented")
	case types.Bool:
		b, err := ParseBool(text)
		return vector.BoolDatum(b), err
	case types.Int2, types.Int4, types.Int8:
		v, err := ParseInt(t, text)
		return vector.IntDatum(v), err
	case types.OID:
		v, err := ParseOID(text)
		return vector.IntDatum(int64(int32(v))), err
	case types.Float4, types.Float8:
		f, err := ParseFloat(t, text)
		return vector.FloatDatum(f), err
	case types.Numeric:
		d, err := ParseNumeric(t, text)
		if err != nil {
			return vector.NullDatum, err
		}
		return vector.StringDatum(string(d.Encode(nil))), nil
	case types.Date:
		v, err := ParseDate(text, s)
		return vector.IntDatum(int64(v)), err
	case types.Timestamp:
		v, err := ParseTimestamp(t, text, s)
		return vector.IntDatum(v), err
	case types.Timestamptz:
		v, err := ParseTimestamptz(t, text, s)
		return vector.IntDatum(v), err
	case types.Interval:
		iv, err := ParseInterval(t, text, s)
		return vector.WordDatum(iv.Word()), err
	case types.UUID:
		w, err := ParseUUID(text)
		return vector.WordDatum(w), err
	case types.Bytea:
		b, err := ParseBytea(text)
		return vector.StringDatum(string(b)), err
	case types.Varchar:
		if n, ok := t.MaxLen(); ok {
			keep, fits := VarcharFits(text, n)
			if !fits {
				return vector.NullDatum, tooLong(t)
			}
			text = text[:keep]
		}
		return vector.StringDatum(text), nil
	case types.Name:
		return vector.StringDatum(cutName(text)), nil
	case types.JSON:
		return parseJSON(text)
	case types.JSONB:
		return parseJSONB(text)
	case types.JSONPath:
		return parseJSONPath(text)
	case types.Text, types.Unknown, types.Void:
		return vector.StringDatum(text), nil
	case types.Bpchar:
		text, err := BpcharTypmod(t, text, false)
		return vector.StringDatum(text), err
	case types.Char:
		return CharDatum(ParseChar(text)), nil
	case types.Time:
		us, err := ParseTime(t, text, s)
		return vector.IntDatum(us), err
	case types.Timetz:
		v, err := ParseTimetz(t, text, s)
		return vector.WordDatum(v.Word()), err
	case types.Inet, types.Cidr:
		return parseInet(t.ID, text)
	case types.Bit, types.Varbit:
		return parseBits(t, text)
	}
	if t.ID.IsReg() {
		return parseReg(t.ID, text, s)
	}
	return vector.NullDatum, sqlerr.NotSupported("input of type %s", t)
}

// Append writes d, which is not NULL, as t's output function does.
func Append(dst []byte, t types.Type, d vector.Datum, s *Settings) []byte {
	if t.ID.IsArray() {
		return appendArray(dst, t, d.S, s)
	}
	switch t.ID {
	case types.Enum:
		return appendEnum(dst, t, int32(d.I))
	case types.Record:
		return appendRecord(dst, t, d.S, s)
	case types.Bool:
		return AppendBool(dst, d.I != 0)
	case types.Int2, types.Int4, types.Int8:
		return appendInt(dst, d.I)
	case types.OID:
		return appendInt(dst, int64(uint32(d.I)))
	case types.Float4:
		return AppendFloat4(dst, d.F, s.ExtraFloatDigits)
	case types.Float8:
		return AppendFloat8(dst, d.F, s.ExtraFloatDigits)
	case types.Numeric:
		return AppendNumeric(dst, d.S)
	case types.Date:
		return AppendDate(dst, int32(d.I))
	case types.Timestamp:
		return AppendTimestamp(dst, d.I)
	case types.Timestamptz:
		return AppendTimestamptz(dst, d.I, s.Zone)
	case types.Interval:
		return AppendInterval(dst, vector.IntervalOf(d.W), s.IntervalStyle)
	case types.UUID:
		return AppendUUID(dst, d.W)
	case types.Bytea:
		return AppendBytea(dst, d.S, s.ByteaEscape)
	case types.JSONB:
		return AppendJSONB(dst, d.S)
	case types.JSONPath:
		return AppendJSONPath(dst, d.S)
	case types.Char:
		return AppendChar(dst, CharByte(d.S))
	case types.Time:
		return AppendTime(dst, d.I)
	case types.Timetz:
		return AppendTimetz(dst, vector.TimeTZOf(d.W))
	case types.Inet, types.Cidr:
		return DecodeInet(d.S).AppendText(dst, t.ID == types.Cidr)
	}
	if t.ID.IsReg() {
		return appendReg(dst, t.ID, uint32(d.I), s)
	}
	return append(dst, d.S...)
}

// Text returns what Append writes.
func Text(t types.Type, d vector.Datum, s *Settings) string {
	return string(Append(nil, t, d, s))
}
