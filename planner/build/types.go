package build

import (
	"strings"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// typeIDs are the spellings of the types we have, Cockroach's included.
func typeID(name string) (types.ID, bool) {
	switch name {
	case "bool", "boolean":
		return types.Bool, true
	case "int2", "smallint":
		return types.Int2, true
	case "int4", "int", "integer":
		return types.Int4, true
	case "int8", "bigint", "int64":
		return types.Int8, true
	case "float4", "real":
		return types.Float4, true
	case "float8", "double precision", "double", "float":
		return types.Float8, true
	case "numeric", "decimal", "dec":
		return types.Numeric, true
	case "text", "string":
		return types.Text, true
	case "varchar", "character varying", "char varying", "national character varying", "nchar varying":
		return types.Varchar, true
	case "date":
		return types.Date, true
	case "timestamp", "timestamp without time zone":
		return types.Timestamp, true
	case "timestamptz", "timestamp with time zone":
		return types.Timestamptz, true
	case "interval":
		return types.Interval, true
	case "bytea", "bytes":
		return types.Bytea, true
	case "uuid":
		return types.UUID, true
	case "oid":
		return types.OID, true
	case "name":
		return types.Name, true
	case "regtype":
		return types.Regtype, true
	case "bpchar":
		return types.Bpchar, true
	case "char":
		return types.Char, true
	case "time":
		return types.Time, true
	case "timetz":
		return types.Timetz, true
	case "inet":
		return types.Inet, true
	case "cidr":
		return types.Cidr, true
	case "bit":
		return types.Bit, true
	case "varbit":
		return types.Varbit, true
	case "regclass":
		return types.Regclass, true
	case "regproc":
		return types.Regproc, true
	case "regprocedure":
		return types.Regprocedure, true
	case "regoper":
		return types.Regoper, true
	case "regoperator":
		return types.Regoperator, true
	case "regnamespace":
		return types.Regnamespace, true
	case "regrole":
		return types.Regrole, true
	case "regconfig":
		return types.Regconfig, true
	case "regdictionary":
		return types.Regdictionary, true
	case "regcollation":
		return types.Regcollation, true
	case "unknown":
		return types.Unknown, true
	case "json":
		return types.JSON, true
	case "jsonb":
		return types.JSONB, true
	case "jsonpath":
		return types.JSONPath, true
	case "void":
		return types.Void, true
	}
	return types.Invalid, false
}

// unsupportedType reports whether PostgreSQL has a type of this name that Fasti
// has not; serial counts.
func unsupportedType(name string) bool {
	const list = " serial serial4 bigserial serial8 smallserial serial2 xml" +
		" money macaddr macaddr8 point line lseg box path polygon circle tsvector tsquery" +
		" int4range int8range numrange tsrange tstzrange daterange " +
		" xid xid8 cid tid pg_lsn oidvector int2vector record hstore citext geometry geography "
	return name != "" && !strings.Contains(name, " ") && strings.Contains(list, " "+name+" ")
}

// Type resolves a type as written. Errors are *sqlerr.Error with the position.
func Type(n ast.TypeName) (types.Type, error) {
	parts := n.Name.Parts
	name := parts[len(parts)-1]
	if len(parts) > 1 && parts[0] != "pg_catalog" && parts[0] != "public" {
		return types.Type{}, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", parts[0]).At(n.Pos)
	}
	id, ok := typeID(name)
	dims := n.Dims
	if elem, short := strings.CutPrefix(name, "_"); !ok && short { // pg_type.typname of an array
		if id, ok = typeID(elem); ok {
			name, dims = elem, dims+1
		}
	}
	switch {
	case n.SetOf:
		return types.Type{}, sqlerr.NotSupported("SETOF").At(n.Pos)
	case !ok && unsupportedType(name):
		return types.Type{}, sqlerr.NotSupported("type %s", name).At(n.Pos)
	case !ok:
		return types.Type{}, sqlerr.New(sqlerr.UndefinedObject, "type \"%s\" does not exist", dotted(parts)).At(n.Pos)
	case dims > 0 && types.Of(id.Array()).OID() == 0:
		return types.Type{}, sqlerr.New(sqlerr.UndefinedObject, "type \"%s[]\" does not exist", dotted(parts)).At(n.Pos)
	}
	t, err := modified(id, name, n)
	if dims > 0 && err == nil {
		t = t.Array()
	}
	return t, err
}

// modified applies the numbers in parentheses behind a type.
func modified(id types.ID, name string, n ast.TypeName) (types.Type, error) {
	t := types.Of(id)
	m := n.Mods
	if len(m) == 0 && n.Fields == "" {
		return t, nil
	}
	switch id {
	case types.Varchar:
		switch {
		case len(m) != 1:
			return t, sqlerr.New(sqlerr.InvalidParameterValue, "invalid type modifier").At(n.Pos)
		case m[0] < 1:
			return t, sqlerr.New(sqlerr.InvalidParameterValue, "length for type varchar must be at least 1").At(n.Pos)
		case m[0] > 10485760:
			return t, sqlerr.New(sqlerr.InvalidParameterValue, "length for type varchar cannot exceed 10485760").At(n.Pos)
		}
		return types.VarcharN(m[0]), nil
	case types.Bpchar:
		switch {
		case len(m) != 1:
			return t, sqlerr.New(sqlerr.InvalidParameterValue, "invalid type modifier").At(n.Pos)
		case m[0] < 1:
			return t, sqlerr.New(sqlerr.InvalidParameterValue, "length for type char must be at least 1").At(n.Pos)
		case m[0] > 10485760:
			return t, sqlerr.New(sqlerr.InvalidParameterValue, "length for type char cannot exceed 10485760").At(n.Pos)
		}
		return types.BpcharN(m[0]), nil
	case types.Bit, types.Varbit:
		const bitsMax = 83886080 // MaxAttrSize * 8
		switch {
		case len(m) != 1:
			return t, sqlerr.New(sqlerr.InvalidParameterValue, "invalid type modifier").At(n.Pos)
		case m[0] < 1:
			return t, sqlerr.New(sqlerr.InvalidParameterValue, "length for type %s must be at least 1", t.Udt()).At(n.Pos)
		case m[0] > bitsMax:
			return t, sqlerr.New(sqlerr.InvalidParameterValue, "length for type %s cannot exceed %d", t.Udt(), bitsMax).At(n.Pos)
		}
		t.Mod = int32(m[0])
		return t, nil
	case types.Numeric:
		scale := 0
		if len(m) > 2 {
			return t, sqlerr.New(sqlerr.InvalidParameterValue, "invalid NUMERIC type modifier").At(n.Pos)
		}
		if len(m) == 2 {
			scale = m[1]
		}
		if m[0] < 1 || m[0] > 1000 {
			return t, sqlerr.New(sqlerr.InvalidParameterValue, "NUMERIC precision %d must be between 1 and 1000", m[0]).At(n.Pos)
		}
		if scale < -1000 || scale > 1000 {
			return t, sqlerr.New(sqlerr.InvalidParameterValue, "NUMERIC scale %d must be between -1000 and 1000", scale).At(n.Pos)
		}
		return types.NumericPS(m[0], scale), nil
	case types.Timestamp, types.Timestamptz, types.Time, types.Timetz:
		if len(m) != 1 || m[0] < 0 {
			return t, sqlerr.New(sqlerr.InvalidParameterValue, "invalid type modifier").At(n.Pos)
		}
		t.Mod = int32(min(m[0], 6))
		return t, nil
	case types.Interval:
		return intervalType(m, n)
	case types.Float8:
		if name == "float" && len(m) == 1 {
			switch {
			case m[0] < 1:
				return t, sqlerr.New(sqlerr.InvalidParameterValue, "precision for type float must be at least 1 bit").At(n.Pos)
			case m[0] <= 24:
				return types.Of(types.Float4), nil
			case m[0] <= 53:
				return t, nil
			}
			return t, sqlerr.New(sqlerr.InvalidParameterValue, "precision for type float must be less than 54 bits").At(n.Pos)
		}
	}
	return t, sqlerr.New(sqlerr.SyntaxError, "type modifier is not allowed for type \"%s\"", t.Udt()).At(n.Pos)
}

// intervalType packs the fields and the precision of interval as PostgreSQL's
// intervaltypmodin: bits of the fields by datetime.h's numbers.
func intervalType(m []int, n ast.TypeName) (types.Type, error) {
	const (
		month, year, day, hour, minute, second = 1 << 1, 1 << 2, 1 << 3, 1 << 10, 1 << 11, 1 << 12
		full                                   = 0x7fff
	)
	fields := map[string]int32{
		"": full, "YEAR": year, "MONTH": month, "DAY": day, "HOUR": hour, "MINUTE": minute, "SECOND": second,
		"YEAR TO MONTH": year | month, "DAY TO HOUR": day | hour, "DAY TO MINUTE": day | hour | minute,
		"DAY TO SECOND": day | hour | minute | second, "HOUR TO MINUTE": hour | minute,
		"HOUR TO SECOND": hour | minute | second, "MINUTE TO SECOND": minute | second,
	}
	mask, ok := fields[strings.ToUpper(n.Fields)]
	t := types.Of(types.Interval)
	if !ok || len(m) > 1 || len(m) == 1 && m[0] < 0 {
		return t, sqlerr.New(sqlerr.InvalidParameterValue, "invalid INTERVAL type modifier").At(n.Pos)
	}
	precision := int32(0xffff)
	if len(m) == 1 {
		precision = int32(min(m[0], 6))
	} else if mask == full {
		return t, nil
	}
	t.Mod = mask<<16 | precision
	return t, nil
}
