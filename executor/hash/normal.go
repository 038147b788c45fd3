package hash

import (
	"bytes"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/json"
)

// Normalizes reports whether values of t, of kind Bytes, may be equal without being
// the same bytes: numerics of another scale, jsonb with such, char(n) with other
// blanks at the end, arrays and records.
func Normalizes(t types.Type) bool {
	return t.ID == types.Numeric || t.ID == types.JSONB || t.ID == types.Bpchar || keys.IsNested(t)
}

// AppendNormal appends bytes that are equal, and ordered, as values of t are; t is a
// type that normalizes.
func AppendNormal(dst []byte, t types.Type, value []byte) []byte {
	switch {
	case t.ID == types.JSONB:
		return json.Value(value).AppendKey(dst)
	case t.ID == types.Bpchar:
		return append(dst, bytes.TrimRight(value, " ")...)
	case keys.IsNested(t):
		return keys.AppendNested(dst, t, value)
	}
	d, err := decimal.Decode(value)
	if err != nil {
		panic(err) // a vector holds what Encode made
	}
	return d.EncodeKey(dst)
}
