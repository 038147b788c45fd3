package value

import (
	"strconv"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Names finds the objects that values of the reg types name. The session's
// catalog implements it; it must be safe for use by several goroutines.
type Names interface {
	// OIDName returns what the output function of a reg type prints for an object:
	// its name, quoted and qualified as the search path needs; ok is false when
	// there is no such object.
	OIDName(reg types.ID, oid uint32) (name string, ok bool)
	// NameOID reads a name as the input function of a reg type does. Errors are
	// *sqlerr.Error, those of a missing object included.
	NameOID(reg types.ID, name string) (oid uint32, err error)
}

func appendInt(dst []byte, v int64) []byte { return strconv.AppendInt(dst, v, 10) }

// parseReg reads a number, "-" for 0, or the name of an object.
func parseReg(t types.ID, text string, s *Settings) (vector.Datum, error) {
	if text == "-" && t != types.Regoper && t != types.Regoperator {
		return vector.IntDatum(0), nil
	}
	if text != "" && strings.Trim(text, "0123456789") == "" {
		oid, err := ParseOID(text)
		return vector.IntDatum(int64(int32(oid))), err
	}
	if t == types.Regtype {
		if oid := builtinType(text); oid != 0 {
			return vector.IntDatum(int64(int32(oid))), nil
		}
	}
	if s == nil || s.Names == nil {
		return vector.NullDatum, UndefinedName(t, text)
	}
	oid, err := s.Names.NameOID(t, text)
	if err != nil {
		return vector.NullDatum, err
	}
	return vector.IntDatum(int64(int32(oid))), nil
}

// UndefinedName is the error of a reg type's input function for a name that no
// object has.
func UndefinedName(t types.ID, name string) error {
	code, text := sqlerr.UndefinedObject, ""
	switch t {
	case types.Regclass:
		code, text = sqlerr.UndefinedTable, `relation "%s" does not exist`
	case types.Regproc, types.Regprocedure:
		code, text = sqlerr.UndefinedFunction, `function "%s" does not exist`
	case types.Regoper, types.Regoperator:
		code, text = sqlerr.UndefinedFunction, "operator does not exist: %s"
	case types.Regnamespace:
		code, text = sqlerr.InvalidSchemaName, `schema "%s" does not exist`
	case types.Regrole:
		text = `role "%s" does not exist`
	case types.Regcollation:
		text = `collation "%s" for encoding "UTF8" does not exist`
	case types.Regconfig:
		text = `text search configuration "%s" does not exist`
	case types.Regdictionary:
		text = `text search dictionary "%s" does not exist`
	default:
		text = `type "%s" does not exist`
	}
	return sqlerr.New(code, text, name)
}

// builtinType returns the OID of a built-in type, 0 for none of that name.
func builtinType(text string) uint32 {
	name := strings.ToLower(strings.Trim(text, blanks))
	name = strings.TrimPrefix(name, "pg_catalog.")
	for _, t := range types.All() {
		if name == t.String() || name == t.Udt() && t.ID != types.Char {
			return t.OID()
		}
	}
	for _, alias := range [...]struct {
		name string
		id   types.ID
	}{
		{"int", types.Int4},
		{"float", types.Float8},
		{"decimal", types.Numeric},
		{"timestamp", types.Timestamp},
		{"char", types.Bpchar},
		{"time", types.Time},
	} {
		if name == alias.name {
			return types.Of(alias.id).OID()
		}
	}
	return 0
}

// appendReg writes the name of an object, its number when there is no such.
func appendReg(dst []byte, t types.ID, oid uint32, s *Settings) []byte {
	if oid == 0 && (t == types.Regoper || t == types.Regoperator) {
		return append(dst, '0')
	}
	if oid == 0 {
		return append(dst, '-')
	}
	if t == types.Regtype {
		if ty, ok := types.ByOID(oid); ok {
			return append(dst, ty.String()...)
		}
	}
	if s != nil && s.Names != nil {
		if name, ok := s.Names.OIDName(t, oid); ok {
			return append(dst, name...)
		}
	}
	return strconv.AppendUint(dst, uint64(oid), 10)
}
