package value

import (
	"encoding/binary"
	"math"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// errShort and errLong are PostgreSQL's words for a binary value of a wrong
// length: too few bytes, or some left over.
func errShort() error {
	return sqlerr.New(sqlerr.ProtocolViolation, "insufficient data left in message")
}

func errLong() error { return binaryFormat("incorrect binary data format") }

// ParseBinary reads the binary wire form as t's receive function does, its
// modifier included. Errors: 08P01 too short, 22P03 anything else about the
// format, and those of the value.
func ParseBinary(t types.Type, b []byte) (vector.Datum, error) {
	switch {
	case t.ID.IsArray():
		return parseArrayBinary(t, b)
	case t.ID == types.Enum:
		if err := CheckText(b); err != nil {
			return vector.NullDatum, err
		}
		return parseEnum(t, string(b))
	}
	if size := t.Size(); size > 0 && t.ID != types.Name && t.ID != types.Void {
		if len(b) < int(size) {
			return vector.NullDatum, errShort()
		}
		if len(b) > int(size) {
			return vector.NullDatum, errLong()
		}
	}
	switch t.ID {
	case types.Bool:
		return vector.BoolDatum(b[0] != 0), nil
	case types.Int2:
		return vector.IntDatum(int64(int16(binary.BigEndian.Uint16(b)))), nil
	case types.Int4:
		return vector.IntDatum(int64(int32(binary.BigEndian.Uint32(b)))), nil
	case types.Int8:
		return vector.IntDatum(int64(binary.BigEndian.Uint64(b))), nil
	case types.Float4:
		return vector.FloatDatum(float64(math.Float32frombits(binary.BigEndian.Uint32(b)))), nil
	case types.Float8:
		return vector.FloatDatum(math.Float64frombits(binary.BigEndian.Uint64(b))), nil
	case types.Numeric:
		return parseNumericBinary(t, b)
	case types.Date:
		return parseDateBinary(b)
	case types.Timestamp, types.Timestamptz:
		return parseTimestampBinary(t, b)
	case types.Interval:
		iv := vector.Interval{
			Micros: int64(binary.BigEndian.Uint64(b)),
			Days:   int32(binary.BigEndian.Uint32(b[8:])),
			Months: int32(binary.BigEndian.Uint32(b[12:])),
		}
		iv, err := intervalTypmod(t, iv)
		return vector.WordDatum(iv.Word()), err
	case types.UUID:
		return vector.WordDatum([2]uint64{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}), nil
	case types.Bytea:
		return vector.StringDatum(string(b)), nil
	case types.JSONB, types.JSONPath:
		text, err := cutVersion(t.Udt(), b)
		if err != nil {
			return vector.NullDatum, err
		}
		return Parse(t, string(text), nil)
	case types.Text, types.Varchar, types.Name, types.Unknown, types.JSON:
		if err := CheckText(b); err != nil {
			return vector.NullDatum, err
		}
		if t.ID == types.Name && len(b) > maxName {
			return vector.NullDatum, sqlerr.New(sqlerr.NameTooLong, "identifier too long").
				WithDetail("Identifier must be less than %d characters.", maxName+1)
		}
		return Parse(t, string(b), nil)
	case types.Bpchar:
		if err := CheckText(b); err != nil {
			return vector.NullDatum, err
		}
		return Parse(t, string(b), nil)
	case types.Char:
		return CharDatum(b[0]), nil
	case types.Time:
		return parseTimeBinary(t, b)
	case types.Timetz:
		return parseTimetzBinary(t, b)
	case types.Inet, types.Cidr:
		return parseInetBinary(t.ID, b)
	case types.Bit, types.Varbit:
		return parseBitsBinary(t, b)
	}
	if t.ID.IsOID() {
		return vector.IntDatum(int64(int32(binary.BigEndian.Uint32(b)))), nil
	}
	return vector.NullDatum, sqlerr.New(sqlerr.UndefinedFunction, "no binary input function available for type %s", t)
}

func parseNumericBinary(t types.Type, b []byte) (vector.Datum, error) {
	if len(b) < 8 || len(b) < 8+2*int(binary.BigEndian.Uint16(b)) {
		return vector.NullDatum, errShort()
	}
	n := 8 + 2*int(binary.BigEndian.Uint16(b))
	d, err := decimal.FromWire(b[:n])
	if err != nil {
		return vector.NullDatum, NumericError(err)
	}
	if len(b) > n {
		return vector.NullDatum, errLong()
	}
	if d, err = numericTypmod(t, d); err != nil {
		return vector.NullDatum, err
	}
	return vector.StringDatum(string(d.Encode(nil))), nil
}

func parseDateBinary(b []byte) (vector.Datum, error) {
	d := int32(binary.BigEndian.Uint32(b))
	if d != vector.DateInfinity && d != vector.DateNegInfinity && (d < MinDate || d >= EndDate) {
		return vector.NullDatum, sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range")
	}
	return vector.IntDatum(int64(d)), nil
}

func parseTimestampBinary(t types.Type, b []byte) (vector.Datum, error) {
	us := int64(binary.BigEndian.Uint64(b))
	if !isInfinite(us) && (us < MinTimestamp || us >= EndTimestamp) {
		return vector.NullDatum, sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp out of range")
	}
	us, err := TimestampTypmod(t, us)
	return vector.IntDatum(us), err
}

// AppendBinary writes d, which is not NULL, in the binary wire form, without the
// length before it.
func AppendBinary(dst []byte, t types.Type, d vector.Datum) []byte {
	if t.ID.IsArray() {
		return appendArrayBinary(dst, t, d.S)
	}
	switch t.ID {
	case types.Enum:
		return appendEnum(dst, t, int32(d.I))
	case types.Record:
		return appendRecordBinary(dst, t, d.S)
	case types.Bool:
		return append(dst, byte(d.I))
	case types.Int2:
		return binary.BigEndian.AppendUint16(dst, uint16(d.I))
	case types.Int4, types.Date:
		return binary.BigEndian.AppendUint32(dst, uint32(d.I))
	case types.Int8, types.Timestamp, types.Timestamptz, types.Time:
		return binary.BigEndian.AppendUint64(dst, uint64(d.I))
	case types.Float4:
		return binary.BigEndian.AppendUint32(dst, math.Float32bits(float32(d.F)))
	case types.Float8:
		return binary.BigEndian.AppendUint64(dst, math.Float64bits(d.F))
	case types.Numeric:
		return AppendNumericBinary(dst, d.S)
	case types.Interval:
		return AppendIntervalBinary(dst, d.W)
	case types.JSONB:
		return AppendJSONB(append(dst, JSONVersion), d.S)
	case types.JSONPath:
		return AppendJSONPath(append(dst, JSONVersion), d.S)
	case types.UUID:
		dst = binary.BigEndian.AppendUint64(dst, d.W[0])
		return binary.BigEndian.AppendUint64(dst, d.W[1])
	case types.Timetz:
		return AppendTimetzBinary(dst, d.W)
	case types.Char:
		return append(dst, CharByte(d.S))
	case types.Inet, types.Cidr:
		return AppendInetBinary(dst, t.ID, d.S)
	case types.Bit, types.Varbit:
		return AppendBitsBinary(dst, d.S)
	}
	if t.ID.IsOID() {
		return binary.BigEndian.AppendUint32(dst, uint32(d.I))
	}
	return append(dst, d.S...)
}

// AppendNumericBinary writes the wire form of a numeric column's value.
func AppendNumericBinary[T []byte | string](dst []byte, enc T) []byte {
	d, err := decimal.Decode(enc)
	if err != nil {
		d = decimal.NaN()
	}
	return d.AppendWire(dst)
}

// AppendIntervalBinary writes the wire form of an interval column's value: µs,
// days, months.
func AppendIntervalBinary(dst []byte, w [2]uint64) []byte {
	iv := vector.IntervalOf(w)
	dst = binary.BigEndian.AppendUint64(dst, uint64(iv.Micros))
	dst = binary.BigEndian.AppendUint32(dst, uint32(iv.Days))
	return binary.BigEndian.AppendUint32(dst, uint32(iv.Months))
}
