package rowenc

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// DecodeParam reads one value of a Bind message as a datum of type t; nil is NULL.
// The datum does not alias raw. Errors: 22023 for another format than text and
// binary, 22021 for text that is not UTF-8, and those of the type's input.
func DecodeParam(t types.Type, format int16, raw []byte, s *value.Settings) (vector.Datum, error) {
	switch {
	case format != Text && format != Binary:
		return vector.NullDatum, sqlerr.New(sqlerr.InvalidParameterValue, "unsupported format code: %d", format)
	case raw == nil:
		return vector.NullDatum, nil
	case format == Binary:
		return value.ParseBinary(t, raw)
	}
	// What clients send most needs no string.
	switch t.ID {
	case types.Int8:
		if v, ok := value.ParseInt64Fast(raw); ok {
			return vector.IntDatum(v), nil
		}
	case types.Int4:
		if v, ok := value.ParseInt64Fast(raw); ok && v == int64(int32(v)) {
			return vector.IntDatum(v), nil
		}
	}
	if err := value.CheckText(raw); err != nil {
		return vector.NullDatum, err
	}
	return value.Parse(t, string(raw), s)
}
