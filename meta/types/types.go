// Package types names the logical column types of SQL, each with the OID, the
// size and the names that PostgreSQL 15 gives it. It knows no values and no
// operations: sql/value has the text and binary forms, kv/vector the memory
// layout.
package types

import "strconv"

// ID is a logical type without its modifier. The numbers are stored in
// descriptors and plans: append only. Bit arrayBit makes the type of arrays over
// the type that the other bits name.
type ID uint16

const arrayBit ID = 0x100

// The types of SQL. Unknown is the type of an untyped literal or parameter
// before the binder has resolved it; Void is what some functions return. Record
// is a row; Enum is every enumeration, told apart by Type.Def. The Any… types
// are polymorphic: they stand in signatures only.
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
	Record
	Enum
	Anyelement
	Anyarray
	Anynonarray
	Anyenum
	Anycompatible
	Anycompatiblearray
	Anycompatiblenonarray
	JSON
	JSONB
	JSONPath
	Bpchar // char(n), blank-padded
	Char   // "char", one byte
	Time
	Timetz
	Inet
	Cidr
	Bit
	Varbit
	Regclass
	Regproc
	Regprocedure
	Regoper
	Regoperator
	Regnamespace
	Regrole
	Regconfig
	Regdictionary
	Regcollation
	idEnd
)

// Array returns the type of arrays over id, which is not one.
func (id ID) Array() ID { return id | arrayBit }

// Elem returns the type of the elements of an array type, and id for others.
func (id ID) Elem() ID { return id &^ arrayBit }

// IsArray reports whether id is a type of arrays.
func (id ID) IsArray() bool { return id&arrayBit != 0 }

// Valid reports whether id is a number that has been given.
func (id ID) Valid() bool { return id.Elem() < idEnd }

// HasDef reports whether a type with this number may have a definition.
func (id ID) HasDef() bool { return id.Elem() == Enum || id.Elem() == Record }

// IsPolymorphic reports whether id stands for the types that a call gives it.
func (id ID) IsPolymorphic() bool { return id >= Anyelement && id <= Anycompatiblenonarray }

// IsPseudo reports whether no column can have the type.
func (id ID) IsPseudo() bool {
	id = id.Elem()
	return id == Unknown || id == Void || id == Record || id.IsPolymorphic() || id == Invalid
}

// Type is a logical type with its modifier.
type Type struct {
	ID ID
	// Mod is PostgreSQL's typmod: for Varchar and Bpchar the length in characters
	// + 4, for Bit and Varbit the length in bits, for Numeric (precision<<16 |
	// scale&0x7ff) + 4, for Timestamp, Timestamptz, Time and Timetz the fractional
	// digits 0..6 and for Interval (fields<<16 | precision). -1 means no modifier;
	// the zero Type is Invalid. An array has its elements'.
	Mod int32
	// Def is the definition of a user's type or of an array over one, nil for a
	// built-in type.
	Def *Def
}

// Of returns the type id without a modifier.
func Of(id ID) Type { return Type{ID: id, Mod: -1} }

// Array returns the type of arrays over t, which is not one.
func (t Type) Array() Type {
	t.ID = t.ID.Array()
	return t
}

// Elem returns the type of the elements of an array, and t itself for others.
func (t Type) Elem() Type {
	t.ID = t.ID.Elem()
	return t
}

// Plain returns t without its modifier.
func (t Type) Plain() Type {
	t.Mod = -1
	return t
}

// VarcharN returns varchar(n), n in characters, ≥ 1.
func VarcharN(n int) Type { return Type{ID: Varchar, Mod: int32(n) + 4} }

// NumericPS returns numeric(precision, scale).
func NumericPS(precision, scale int) Type {
	return Type{ID: Numeric, Mod: int32(precision)<<16 | int32(scale)&0x7ff + 4}
}

// BpcharN returns char(n), n in characters, ≥ 1.
func BpcharN(n int) Type { return Type{ID: Bpchar, Mod: int32(n) + 4} }

// MaxLen returns n of varchar(n) and char(n), ok false when there is no limit.
func (t Type) MaxLen() (n int, ok bool) {
	if t.ID != Varchar && t.ID != Bpchar || t.Mod < 4 {
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
	oid   uint32
	array uint32 // pg_type.typarray
	size  int16  // pg_type.typlen: bytes, -1 variable
	name  string
	udt   string // pg_type.typname
}

var infos = [idEnd]info{
	Bool:        {16, 1000, 1, "boolean", "bool"},
	Int2:        {21, 1005, 2, "smallint", "int2"},
	Int4:        {23, 1007, 4, "integer", "int4"},
	Int8:        {20, 1016, 8, "bigint", "int8"},
	Float4:      {700, 1021, 4, "real", "float4"},
	Float8:      {701, 1022, 8, "double precision", "float8"},
	Numeric:     {1700, 1231, -1, "numeric", "numeric"},
	Text:        {25, 1009, -1, "text", "text"},
	Varchar:     {1043, 1015, -1, "character varying", "varchar"},
	Date:        {1082, 1182, 4, "date", "date"},
	Timestamp:   {1114, 1115, 8, "timestamp without time zone", "timestamp"},
	Timestamptz: {1184, 1185, 8, "timestamp with time zone", "timestamptz"},
	Interval:    {1186, 1187, 16, "interval", "interval"},
	Bytea:       {17, 1001, -1, "bytea", "bytea"},
	UUID:        {2950, 2951, 16, "uuid", "uuid"},
	Unknown:     {705, 0, -2, "unknown", "unknown"},
	Void:        {2278, 0, 4, "void", "void"},
	OID:         {26, 1028, 4, "oid", "oid"},
	Name:        {19, 1003, 64, "name", "name"},
	Regtype:     {2206, 2211, 4, "regtype", "regtype"},
	Record:      {2249, 2287, -1, "record", "record"},
	Enum:        {0, 0, 4, "enum", "enum"},

	JSON:     {114, 199, -1, "json", "json"},
	JSONB:    {3802, 3807, -1, "jsonb", "jsonb"},
	JSONPath: {4072, 4073, -1, "jsonpath", "jsonpath"},

	Anyelement:            {2283, 0, 4, "anyelement", "anyelement"},
	Anyarray:              {2277, 0, -1, "anyarray", "anyarray"},
	Anynonarray:           {2776, 0, 4, "anynonarray", "anynonarray"},
	Anyenum:               {3500, 0, 4, "anyenum", "anyenum"},
	Anycompatible:         {5077, 0, 4, "anycompatible", "anycompatible"},
	Anycompatiblearray:    {5078, 0, -1, "anycompatiblearray", "anycompatiblearray"},
	Anycompatiblenonarray: {5079, 0, 4, "anycompatiblenonarray", "anycompatiblenonarray"},

	Bpchar:        {1042, 1014, -1, "character", "bpchar"},
	Char:          {18, 1002, 1, `"char"`, "char"},
	Time:          {1083, 1183, 8, "time without time zone", "time"},
	Timetz:        {1266, 1270, 12, "time with time zone", "timetz"},
	Inet:          {869, 1041, -1, "inet", "inet"},
	Cidr:          {650, 651, -1, "cidr", "cidr"},
	Bit:           {1560, 1561, -1, "bit", "bit"},
	Varbit:        {1562, 1563, -1, "bit varying", "varbit"},
	Regclass:      {2205, 2210, 4, "regclass", "regclass"},
	Regproc:       {24, 1008, 4, "regproc", "regproc"},
	Regprocedure:  {2202, 2207, 4, "regprocedure", "regprocedure"},
	Regoper:       {2203, 2208, 4, "regoper", "regoper"},
	Regoperator:   {2204, 2209, 4, "regoperator", "regoperator"},
	Regnamespace:  {4089, 4090, 4, "regnamespace", "regnamespace"},
	Regrole:       {4096, 4097, 4, "regrole", "regrole"},
	Regconfig:     {3734, 3735, 4, "regconfig", "regconfig"},
	Regdictionary: {3769, 3770, 4, "regdictionary", "regdictionary"},
	Regcollation:  {4191, 4192, 4, "regcollation", "regcollation"},
}

// OID returns the type's row in pg_type; 0 for Invalid.
func (t Type) OID() uint32 {
	i := infos[t.ID.Elem()]
	if t.Def != nil && t.Def.OID != 0 {
		i.oid, i.array = t.Def.OID, t.Def.ArrayOID
	}
	if t.ID.IsArray() {
		return i.array
	}
	return i.oid
}

// Size returns pg_type.typlen: bytes, or -1 for a variable length.
func (t Type) Size() int16 {
	if t.ID.IsArray() {
		return -1
	}
	return infos[t.ID].size
}

// Udt returns pg_type.typname, as "int4" or "_int4".
func (t Type) Udt() string {
	n := infos[t.ID.Elem()].udt
	if t.Def != nil && t.Def.Name != "" {
		n = t.Def.Name
	}
	if t.ID.IsArray() {
		return "_" + n
	}
	return n
}

// String returns what format_type prints, as "character varying(3)[]".
func (t Type) String() string {
	if t.ID.IsArray() {
		return t.Elem().String() + "[]"
	}
	n := infos[t.ID].name
	switch t.ID {
	case Enum, Record:
		if t.Def != nil && t.Def.Name != "" {
			return t.Def.quotedName()
		}
	case Varchar, Bpchar:
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
	case Time, Timetz:
		if t.Mod >= 0 {
			return "time(" + strconv.Itoa(int(t.Mod)) + ")" + n[len("time"):]
		}
	case Bit, Varbit:
		if t.Mod >= 0 {
			return n + "(" + strconv.Itoa(int(t.Mod)) + ")"
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

// ByOID returns the built-in type with this OID, ok false when we have none.
func ByOID(oid uint32) (Type, bool) {
	if oid == 0 {
		return Type{}, false
	}
	for n, i := range infos {
		switch oid {
		case i.oid:
			return Of(ID(n)), true
		case i.array:
			return Of(ID(n).Array()), true
		}
	}
	return Type{}, false
}

// All returns every built-in type that pg_type has a row for: the base types in
// the order of their numbers, pseudo-types among them, then their arrays.
func All() []Type {
	var all, arrays []Type
	for id := Bool; id < idEnd; id++ {
		if id == Enum {
			continue
		}
		all = append(all, Of(id))
		if infos[id].array != 0 {
			arrays = append(arrays, Of(id.Array()))
		}
	}
	return append(all, arrays...)
}

// IsString reports whether values of t are character strings.
func (t Type) IsString() bool {
	return t.ID == Text || t.ID == Varchar || t.ID == Bpchar || t.ID == Name || t.ID == Unknown
}

// IsNumber reports whether t is one of the arithmetic types.
func (t Type) IsNumber() bool { return t.ID >= Int2 && t.ID <= Numeric }

// IsOID reports whether values are object numbers: unsigned 32 bits, oid itself
// and the reg types, which print as a name.
func (id ID) IsOID() bool {
	return id == OID || id == Regtype || id >= Regclass && id <= Regcollation
}

// IsReg reports whether id is one of the reg types.
func (id ID) IsReg() bool { return id != OID && id.IsOID() }
