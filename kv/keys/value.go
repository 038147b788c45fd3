package keys

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// The byte before a nullable column's value.
const (
	markValue byte = 1
	markNull  byte = 2
)

const (
	escape     byte = 0
	escapedNul byte = 0xff
	escapedEnd byte = 1
)

// Width returns how many bytes every value of t has, 0 when they differ.
func Width(t types.Type) int {
	switch vector.KindOf(t) {
	case vector.Bool:
		return 1
	case vector.Int32:
		return 4
	case vector.Int64, vector.Float64:
		return 8
	case vector.Word128:
		return 16
	}
	return 0
}

// Lossless reports whether Decode returns exactly the value that was encoded.
// Values of the other types are equal to what was encoded but may print otherwise:
// -0, 1.50, an interval of 30 days, a char(n) without its padding. Who needs them exactly keeps them elsewhere.
func Lossless(t types.Type) bool {
	if IsNested(t) {
		return false
	}
	switch t.ID {
	case types.Float4, types.Float8, types.Interval, types.Numeric, types.Bpchar:
		return false
	}
	return true
}

// Append appends the value d of type t, which is not NULL.
func Append(dst []byte, t types.Type, d vector.Datum) []byte {
	switch vector.KindOf(t) {
	case vector.Bool:
		return append(dst, byte(d.I))
	case vector.Int32:
		return AppendInt32(dst, int32(d.I))
	case vector.Int64:
		return AppendInt64(dst, d.I)
	case vector.Float64:
		return AppendFloat64(dst, d.F)
	case vector.Word128:
		return AppendWord(dst, t, d.W)
	}
	switch {
	case t.ID == types.Numeric:
		return appendNumeric(dst, d.S)
	case IsNested(t):
		return AppendNested(dst, t, []byte(d.S))
	}
	if t.ID == types.Bpchar {
		return AppendBytes(dst, strings.TrimRight(d.S, " "))
	}
	return AppendBytes(dst, d.S)
}

// AppendNullable appends the value d of a nullable column, which may be NULL.
func AppendNullable(dst []byte, t types.Type, d vector.Datum) []byte {
	if d.Null {
		return append(dst, markNull)
	}
	return Append(append(dst, markValue), t, d)
}

// AppendRow appends row i of v, as Append does, or AppendNullable when nullable.
func AppendRow(dst []byte, t types.Type, nullable bool, v *vector.Vector, i int) []byte {
	if nullable {
		if v.IsNull(i) {
			return append(dst, markNull)
		}
		dst = append(dst, markValue)
	}
	switch v.Kind {
	case vector.Bool:
		if v.Bool(i) {
			return append(dst, 1)
		}
		return append(dst, 0)
	case vector.Int32:
		return AppendInt32(dst, int32(v.Int(i)))
	case vector.Int64:
		return AppendInt64(dst, v.Int(i))
	case vector.Float64:
		return AppendFloat64(dst, v.Float(i))
	case vector.Word128:
		return AppendWord(dst, t, v.Word(i))
	}
	switch {
	case t.ID == types.Numeric:
		return appendNumeric(dst, v.Bytes(i))
	case IsNested(t):
		return AppendNested(dst, t, v.Bytes(i))
	}
	if t.ID == types.Bpchar {
		return AppendBytes(dst, bytes.TrimRight(v.Bytes(i), " "))
	}
	return AppendBytes(dst, v.Bytes(i))
}

// AppendInt32 appends an int2, int4 or date.
func AppendInt32(dst []byte, v int32) []byte {
	return binary.BigEndian.AppendUint32(dst, uint32(v)^1<<31)
}

// AppendInt64 appends an int8, timestamp or timestamptz.
func AppendInt64(dst []byte, v int64) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(v)^1<<63)
}

// Int64 decodes what AppendInt64 appended; src has at least 8 bytes.
func Int64(src []byte) int64 { return int64(binary.BigEndian.Uint64(src) ^ 1<<63) }

// Int32 decodes what AppendInt32 appended; src has at least 4 bytes.
func Int32(src []byte) int32 { return int32(binary.BigEndian.Uint32(src) ^ 1<<31) }

// AppendFloat64 appends a float4 or float8.
func AppendFloat64(dst []byte, v float64) []byte {
	var u uint64
	switch {
	case v != v:
		u = 0x7ff8_0000_0000_0001
	case v == 0:
		u = 0
	default:
		u = math.Float64bits(v)
	}
	return binary.BigEndian.AppendUint64(dst, u^(uint64(int64(u)>>63)|1<<63))
}

// Float64 decodes what AppendFloat64 appended; src has at least 8 bytes.
func Float64(src []byte) float64 {
	u := binary.BigEndian.Uint64(src)
	return math.Float64frombits(u ^ (uint64(int64(^u)>>63) | 1<<63))
}

// AppendWord appends a uuid or an interval.
func AppendWord(dst []byte, t types.Type, w [2]uint64) []byte {
	if t.ID == types.Interval {
		w = intervalLength(vector.IntervalOf(w))
	}
	dst = binary.BigEndian.AppendUint64(dst, w[0])
	return binary.BigEndian.AppendUint64(dst, w[1])
}

const dayMicros = 24 * 3600 * 1000000

// intervalLength returns by what PostgreSQL compares intervals (interval_cmp_value
// of timestamp.c): µs with 24 hours a day and 30 days a month, as {high, low} of
// an int128 with the sign bit flipped.
func intervalLength(iv vector.Interval) [2]uint64 {
	days := int64(iv.Months)*30 + int64(iv.Days)
	hi, lo := bits.Mul64(uint64(days), dayMicros)
	if days < 0 {
		hi -= dayMicros
	}
	var carry uint64
	lo, carry = bits.Add64(lo, uint64(iv.Micros), 0)
	hi, _ = bits.Add64(hi, uint64(iv.Micros>>63), carry)
	return [2]uint64{hi ^ 1<<63, lo}
}

// wordOf is the inverse of AppendWord; of an interval it makes one of days and µs.
func wordOf(src []byte, t types.Type) ([2]uint64, bool) {
	w := [2]uint64{binary.BigEndian.Uint64(src), binary.BigEndian.Uint64(src[8:])}
	if t.ID != types.Interval {
		return w, true
	}
	hi, lo := w[0]^1<<63, w[1]
	neg := int64(hi) < 0
	if neg {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	if hi >= dayMicros {
		return w, false
	}
	days, micros := bits.Div64(hi, lo, dayMicros)
	months := days / 30
	days %= 30
	if months > math.MaxInt32 {
		// Months alone do not reach; the greatest interval has as many days.
		days += (months - math.MaxInt32) * 30
		months = math.MaxInt32
	}
	if days > math.MaxInt32 {
		return w, false
	}
	iv := vector.Interval{Months: int32(months), Days: int32(days), Micros: int64(micros)}
	if neg {
		iv = vector.Interval{Months: -iv.Months, Days: -iv.Days, Micros: -iv.Micros}
	}
	return iv.Word(), true
}

// AppendBytes appends a text, varchar, name or bytea.
func AppendBytes[T string | []byte](dst []byte, v T) []byte {
	start := len(dst)
	dst = append(dst, v...)
	if n := bytes.Count(dst[start:], []byte{escape}); n > 0 {
		// Spread from the end, so that every byte moves once.
		end := len(dst)
		dst = append(dst, make([]byte, n)...)
		for i, j := end-1, len(dst)-1; i < j; i-- {
			if dst[i] == escape {
				dst[j] = escapedNul
				j--
			}
			dst[j] = dst[i]
			j--
		}
	}
	return append(dst, escape, escapedEnd)
}

// splitBytes returns the escaped body and the rest behind its end.
func splitBytes(src []byte) (body, rest []byte, escaped, ok bool) {
	for i := 0; ; {
		n := bytes.IndexByte(src[i:], escape)
		if n < 0 || i+n+1 >= len(src) {
			return nil, nil, false, false
		}
		i += n
		switch src[i+1] {
		case escapedEnd:
			return src[:i], src[i+2:], escaped, true
		case escapedNul:
			escaped = true
			i += 2
		default:
			return nil, nil, false, false
		}
	}
}

// AppendDecodedBytes appends the value that AppendBytes put at the start of src and
// returns the rest of src; ok is false for bytes that are none.
func AppendDecodedBytes(dst, src []byte) (value, rest []byte, ok bool) {
	body, rest, escaped, ok := splitBytes(src)
	if !ok {
		return dst, nil, false
	}
	if !escaped {
		return append(dst, body...), rest, true
	}
	for len(body) > 0 {
		n := bytes.IndexByte(body, escape)
		if n < 0 {
			dst = append(dst, body...)
			break
		}
		dst = append(dst, body[:n+1]...)
		body = body[n+2:]
	}
	return dst, rest, true
}

// Skip returns src behind the value at its start. It returns a *FormatError when
// there is none.
func Skip(src []byte, t types.Type, nullable bool) (rest []byte, err error) {
	rest, null, ok := mark(src, nullable)
	switch n := Width(t); {
	case !ok:
	case null:
		return rest, nil
	case n == 0:
		switch {
		case t.ID == types.Numeric:
			_, rest, ok = takeNumeric(rest)
		case IsNested(t):
			_, rest, ok = takeNested(rest, t)
		default:
			_, rest, _, ok = splitBytes(rest)
		}
		if ok {
			return rest, nil
		}
	case len(rest) >= n:
		return rest[n:], nil
	}
	return nil, &FormatError{"no " + t.String(), src}
}

// DecodeValue decodes the value at the start of src and returns the bytes behind it. It
// returns a *FormatError when there is none.
func DecodeValue(src []byte, t types.Type, nullable bool) (d vector.Datum, rest []byte, err error) {
	body, null, ok := mark(src, nullable)
	if !ok {
		return d, nil, &FormatError{"no " + t.String(), src}
	}
	if null {
		return vector.NullDatum, body, nil
	}
	n := Width(t)
	if len(body) < n {
		return d, nil, &FormatError{"short " + t.String(), src}
	}
	switch vector.KindOf(t) {
	case vector.Bool:
		if body[0] > 1 {
			return d, nil, &FormatError{"bad boolean", src}
		}
		d.I = int64(body[0])
	case vector.Int32:
		d.I = int64(Int32(body))
	case vector.Int64:
		d.I = Int64(body)
	case vector.Float64:
		d.F = Float64(body)
	case vector.Word128:
		if d.W, ok = wordOf(body, t); !ok {
			return d, nil, &FormatError{"bad " + t.String(), src}
		}
	default:
		var v []byte
		switch {
		case t.ID == types.Numeric:
			v, rest, ok = takeNumeric(body)
		case IsNested(t):
			v, rest, ok = takeNested(body, t)
		default:
			v, rest, ok = AppendDecodedBytes(nil, body)
		}
		if !ok {
			return d, nil, &FormatError{"no " + t.String(), src}
		}
		return vector.StringDatum(string(v)), rest, nil
	}
	return d, body[n:], nil
}

// CutMark takes the byte off that a nullable column has before its value and tells
// whether it says NULL. It returns a *FormatError when there is none.
func CutMark(src []byte) (rest []byte, null bool, err error) {
	rest, null, ok := mark(src, true)
	if !ok {
		return nil, false, &FormatError{"no mark of a nullable column", src}
	}
	return rest, null, nil
}

// mark takes the byte off that a nullable column has before its value.
func mark(src []byte, nullable bool) (rest []byte, null, ok bool) {
	if !nullable {
		return src, false, true
	}
	if len(src) == 0 || src[0] != markValue && src[0] != markNull {
		return src, false, false
	}
	return src[1:], src[0] == markNull, true
}
