// Package types names the logical column types of SQL, each with the OID, the
// size and the names that PostgreSQL 15 gives it. It knows no values and no
// operations: sql/value has the text and binary forms, kv/vector the memory
// layout.
package types

import "strconv"

// ID is a logical type without its modifier. The numbers are stored in
// descriptors and plans: append only.
type ID uint8

// The types of SQL. Unknown is the type of an untyped literal or parameter
// before the binder has resolved it; Void is what some functions return.
const (
	Invalid ID = iota
	Bool
	Int2
	Int4
	Int8
	Float4
	Float8
	Numeric
	Text
	Varchar
	Date
	Timestamp
	Timestamptz
	Interval
	Bytea
	UUID
	Unknown
	Void
	OID
	Name
	Regtype
	idEnd
)

// Type is a logical type with its modifier.
type Type struct {
	ID ID
	// Mod is PostgreSQL's typmod: for Varchar the length in characters + 4, for
	// Numeric (precision<<16 | scale&0x7ff) + 4, for Timestamp, Timestamptz the
	// fractional digits 0..6 and for Interval (fields<<16 | precision). -1 means
	// no modifier; the zero Type is Invalid.
	Mod int32
}

// Of returns the type id without a modifier.
func Of(id ID) Type { return Type{ID: id, Mod: -1} }

// VarcharN returns varchar(n), n in characters, ≥ 1.
func VarcharN(n int) Type { return Type{ID: Varchar, Mod: int32(n) + 4} }

// NumericPS returns numeric(precision, scale).
func NumericPS(precision, scale int) Type {
	return Type{ID: Numeric, Mod: int32(precision)<<16 | int32(scale)&0x7ff + 4}
}

// MaxLen returns n of varchar(n), ok false when there is no limit.
func (t Type) MaxLen() (n int, ok bool) {
	if t.ID != Varchar || t.Mod < 4 {
		return 0, false
	}
	return int(t.Mod - 4), true
}

// PrecisionScale returns p and s of numeric(p,s), ok false for plain numeric.
// The scale is in [-1000, 1000] as in PostgreSQL 15.
func (t Type) PrecisionScale() (precision, scale int, ok bool) {
	if t.ID != Numeric || t.Mod < 4 {
		return 0, 0, false
	}
	m := t.Mod - 4
	scale = int(m & 0x7ff)
	if scale > 1023 {
		scale -= 2048
	}
	return int(m>>16) & 0xffff, scale, true
}

type info struct {
	oid  uint32
	size int16 // pg_type.typlen: bytes, -1 variable
	name string
	udt  string // pg_type.typname
}

var infos = [idEnd]info{
	Bool:        {16, 1, "boolean", "bool"},
	Int2:        {21, 2, "smallint", "int2"},
	Int4:        {23, 4, "integer", "int4"},
	Int8:        {20, 8, "bigint", "int8"},
	Float4:      {700, 4, "real", "float4"},
	Float8:      {701, 8, "double precision", "float8"},
	Numeric:     {1700, -1, "numeric", "numeric"},
	Text:        {25, -1, "text", "text"},
	Varchar:     {1043, -1, "character varying", "varchar"},
	Date:        {1082, 4, "date", "date"},
	Timestamp:   {1114, 8, "timestamp without time zone", "timestamp"},
	Timestamptz: {1184, 8, "timestamp with time zone", "timestamptz"},
	Interval:    {1186, 16, "interval", "interval"},
	Bytea:       {17, -1, "bytea", "bytea"},
	UUID:        {2950, 16, "uuid", "uuid"},
	Unknown:     {705, -2, "unknown", "unknown"},
	Void:        {2278, 4, "void", "void"},
	OID:         {26, 4, "oid", "oid"},
	Name:        {19, 64, "name", "name"},
	Regtype:     {2206, 4, "regtype", "regtype"},
}

// OID returns the type's row in pg_type; 0 for Invalid.
func (t Type) OID() uint32 { return infos[t.ID].oid }

// Size returns pg_type.typlen: bytes, or -1 for a variable length.
func (t Type) Size() int16 { return infos[t.ID].size }

// Udt returns pg_type.typname, as "int4".
func (t Type) Udt() string { return infos[t.ID].udt }

// String returns what format_type prints, as "character varying(3)".
func (t Type) String() string {
	n := infos[t.ID].name
	switch t.ID {
	case Varchar:
		if l, ok := t.MaxLen(); ok {
			return n + "(" + strconv.Itoa(l) + ")"
		}
	case Numeric:
		if p, s, ok := t.PrecisionScale(); ok {
			return n + "(" + strconv.Itoa(p) + "," + strconv.Itoa(s) + ")"
		}
	case Timestamp, Timestamptz:
		if t.Mod >= 0 {
			return "timestamp(" + strconv.Itoa(int(t.Mod)) + ")" + n[len("timestamp"):]
		}
	case Interval:
		if t.Mod >= 0 {
			return n + intervalMod(t.Mod)
		}
	}
	return n
}

// intervalMod returns what intervaltypmodout prints: the fields, unless they are
// all, and the precision, unless it is full.
func intervalMod(mod int32) string {
	const month, year, day, hour, minute, second = 1 << 1, 1 << 2, 1 << 3, 1 << 10, 1 << 11, 1 << 12
	s := map[int32]string{
		year:                         " year",
		month:                        " month",
		day:                          " day",
		hour:                         " hour",
		minute:                       " minute",
		second:                       " second",
		year | month:                 " year to month",
		day | hour:                   " day to hour",
		day | hour | minute:          " day to minute",
		day | hour | minute | second: " day to second",
		hour | minute:                " hour to minute",
		hour | minute | second:       " hour to second",
		minute | second:              " minute to second",
	}[mod>>16]
	if precision := mod & 0xffff; precision != 0xffff {
		s += "(" + strconv.Itoa(int(precision)) + ")"
	}
	return s
}

// ByOID returns the type with this OID, ok false when we have none.
func ByOID(oid uint32) (Type, bool) {
	for id, i := range infos {
		if i.oid == oid && oid != 0 {
			return Of(ID(id)), true
		}
	}
	return Type{}, false
}

// All returns every type that a column, a cast or a pg_type row may name.
func All() []Type {
	var all []Type
	for id := Bool; id < idEnd; id++ {
		all = append(all, Of(id))
	}
	return all
}

// IsString reports whether values of t are character strings.
func (t Type) IsString() bool {
	return t.ID == Text || t.ID == Varchar || t.ID == Name || t.ID == Unknown
}

// IsNumber reports whether t is one of the arithmetic types.
func (t Type) IsNumber() bool { return t.ID >= Int2 && t.ID <= Numeric }
