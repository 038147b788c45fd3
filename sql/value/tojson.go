package value

import (
	"bytes"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/json"
)

// AppendJSON writes d as to_json does (datum_to_json of PostgreSQL's json.c): a
// NULL as null, numbers and booleans bare, times in ISO 8601, json as it is, an
// array as an array, a record as an object, and the text of everything else as a
// string.
func AppendJSON(dst []byte, t types.Type, d vector.Datum, s *Settings) []byte {
	if d.Null {
		return append(dst, "null"...)
	}
	switch t.ID {
	case types.Bool:
		if d.I != 0 {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case types.JSON:
		return append(dst, d.S...)
	case types.JSONB:
		return AppendJSONB(dst, d.S)
	case types.Int2, types.Int4, types.Int8:
		return Append(dst, t, d, s)
	case types.Float4, types.Float8, types.Numeric:
		at := len(dst)
		dst = Append(dst, t, d, s)
		if isNumber(dst[at:]) {
			return dst
		}
		text := string(dst[at:])
		return append(append(append(dst[:at], '"'), text...), '"')
	case types.Date, types.Timestamp, types.Timestamptz:
		dst = append(dst, '"')
		return append(appendXSD(dst, t, d, s), '"')
	case types.Record:
		return AppendJSONRecord(dst, t, d.S, s, ",")
	}
	if t.ID.IsArray() {
		return AppendJSONArray(dst, t, d.S, s, ",")
	}
	return json.AppendQuoted(dst, Append(nil, t, d, s))
}

// AddJSON adds d to b as to_jsonb does. Errors: those of reading a json.
func AddJSON(b *json.Builder, t types.Type, d vector.Datum, s *Settings) error {
	if d.Null {
		b.Null()
		return nil
	}
	switch t.ID {
	case types.Bool:
		b.Bool(d.I != 0)
	case types.JSON:
		var p json.Parser
		return p.Into(b, bytesOf(d.S))
	case types.JSONB:
		b.Value(json.Value(bytesOf(d.S)))
	case types.Int2, types.Int4, types.Int8:
		b.Number(decimal.FromInt64(d.I))
	case types.Numeric:
		n, err := decimal.Decode(d.S)
		if err != nil || !n.IsFinite() {
			b.String(AppendNumeric(nil, d.S))
			return nil
		}
		b.Number(n)
	case types.Float4, types.Float8:
		text := Append(nil, t, d, s)
		if !isNumber(text) {
			b.String(text)
			return nil
		}
		n, err := json.ParseNumber(text)
		if err != nil {
			return err
		}
		b.Number(n)
	case types.Date, types.Timestamp, types.Timestamptz:
		b.String(appendXSD(nil, t, d, s))
	case types.Record:
		return addRecord(b, t, d.S, s)
	default:
		if t.ID.IsArray() {
			return addArray(b, t, d.S, s)
		}
		b.String(Append(nil, t, d, s))
	}
	return nil
}

// AppendJSONKey writes d, which is not NULL, as the name of a member.
func AppendJSONKey(dst []byte, t types.Type, d vector.Datum, s *Settings) []byte {
	switch t.ID {
	case types.Bool:
		if d.I != 0 {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case types.Date, types.Timestamp, types.Timestamptz:
		return appendXSD(dst, t, d, s)
	}
	return Append(dst, t, d, s)
}

// isNumber reports whether the output of a number is one in JSON too.
func isNumber(text []byte) bool {
	c := text[len(text)-1]
	return c >= '0' && c <= '9'
}

// appendXSD writes a date or time as JsonEncodeDateTime does: a T between date
// and time, and minutes in the zone.
func appendXSD(dst []byte, t types.Type, d vector.Datum, s *Settings) []byte {
	at := len(dst)
	dst = Append(dst, t, d, s)
	sep := bytes.IndexByte(dst[at:], ' ')
	if t.ID == types.Date || sep < 0 {
		return dst
	}
	dst[at+sep] = 'T'
	if t.ID == types.Timestamp {
		return dst
	}
	zone := bytes.LastIndexAny(dst, "+-")
	end := len(dst)
	if bytes.HasSuffix(dst, []byte(" BC")) {
		end -= len(" BC")
	}
	if end-zone != len("+00") {
		return dst
	}
	era := string(dst[end:])
	return append(append(dst[:end], ":00"...), era...)
}
