package value

import (
	"strconv"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

func appendInt(dst []byte, v int64) []byte { return strconv.AppendInt(dst, v, 10) }

// parseRegtype reads an OID, "-" for 0, or the name of a type that we have.
func parseRegtype(text string) (vector.Datum, error) {
	if text == "-" {
		return vector.IntDatum(0), nil
	}
	if text != "" && strings.Trim(text, "0123456789") == "" {
		oid, err := ParseOID(text)
		return vector.IntDatum(int64(int32(oid))), err
	}
	name := strings.ToLower(strings.Trim(text, blanks))
	name = strings.TrimPrefix(name, "pg_catalog.")
	for _, t := range types.All() {
		if name == t.Udt() || name == t.String() {
			return vector.IntDatum(int64(int32(t.OID()))), nil
		}
	}
	for _, alias := range [...]struct {
		name string
		id   types.ID
	}{{"int", types.Int4}, {"float", types.Float8}, {"decimal", types.Numeric}, {"timestamp", types.Timestamp}} {
		if name == alias.name {
			return vector.IntDatum(int64(int32(types.Of(alias.id).OID()))), nil
		}
	}
	return vector.NullDatum, sqlerr.New(sqlerr.UndefinedObject, `type "%s" does not exist`, text)
}

// appendRegtype writes the name of a type, the OID when we have no such type.
func appendRegtype(dst []byte, oid uint32) []byte {
	if oid == 0 {
		return append(dst, '-')
	}
	if t, ok := types.ByOID(oid); ok {
		return append(dst, t.String()...)
	}
	return strconv.AppendUint(dst, uint64(oid), 10)
}
