package function

import "github.com/dejaq/fasti/meta/types"

// category is pg_type.typcategory.
type category byte

const (
	noCategory category = 0
	stringy    category = 'S'
	pseudo     category = 'P'
)

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
	case types.Varchar, types.Name:
		return stringy, false
	case types.Date, types.Timestamp:
		return 'D', false
	case types.Timestamptz:
		return 'D', true
	case types.Interval:
		return 'T', true
	case types.Bytea, types.UUID, types.JSON, types.JSONB, types.JSONPath:
		return 'U', false
	case types.Unknown:
		return 'X', false
	}
	return pseudo, false
}
