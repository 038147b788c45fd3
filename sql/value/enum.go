package value

import (
	"strconv"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// parseEnum is enum_in: the number of a label of t's definition.
func parseEnum(t types.Type, text string) (vector.Datum, error) {
	if t.Def != nil {
		if n, ok := t.Def.Number(text); ok {
			return vector.IntDatum(int64(n)), nil
		}
	}
	return vector.NullDatum, sqlerr.New(sqlerr.InvalidTextRepresentation, `invalid input value for enum %s: "%s"`, t, text)
}

// appendEnum is enum_out. A number without a label, which a definition from
// before ADD VALUE lacks, is written as it is.
func appendEnum(dst []byte, t types.Type, number int32) []byte {
	if t.Def != nil {
		if name, ok := t.Def.Label(number); ok {
			return append(dst, name...)
		}
	}
	return strconv.AppendInt(dst, int64(number), 10)
}
