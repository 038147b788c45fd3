package function

import "github.com/dejaq/fasti/meta/types"

// category is pg_type.typcategory.
type category byte

const (
	noCategory category = 0
	stringy    category = 'S'
	pseudo     category = 'P'
)

// Category returns pg_type.typcategory and typispreferred of a type, 0 for a
// pseudo type.
func Category(t types.ID) (cat byte, preferred bool) {
	c, preferred := categoryOf(t)
	return byte(c), preferred
}

// categoryOf returns pg_type's typcategory and typispreferred.
func categoryOf(t types.ID) (c category, preferred bool) {
	if t.IsArray() {
		return 'A', false
	}
	switch t {
	case types.Enum:
		return 'E', false
	case types.Bool:
		return 'B', true
	case types.Int2, types.Int4, types.Int8, types.Float4, types.Numeric, types.Regtype:
		return 'N', false
	case types.Float8, types.OID:
		return 'N', true
	case types.Text:
		return stringy, true
	case types.Varchar, types.Name, types.Bpchar:
		return stringy, false
	case types.Date, types.Timestamp, types.Time, types.Timetz:
		return 'D', false
	case types.Timestamptz:
		return 'D', true
	case types.Interval:
		return 'T', true
	case types.Bytea, types.UUID, types.JSON, types.JSONB, types.JSONPath:
		return 'U', false
	case types.Unknown:
		return 'X', false
	case types.Char:
		return 'Z', false
	case types.Inet:
		return 'I', true
	case types.Cidr:
		return 'I', false
	case types.Bit:
		return 'V', false
	case types.Varbit:
		return 'V', true
	}
	if t.IsReg() {
		return 'N', false
	}
	return pseudo, false
}
