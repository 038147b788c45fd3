package types

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestPostgres compares OID, typname, typlen and format_type of every type with
// what PostgreSQL 15 answers.
func TestPostgres(t *testing.T) {
	rows := map[ID]struct {
		oid  uint32
		udt  string
		size int16
		name string
	}{
		Bool:        {16, "bool", 1, "boolean"},
		Bytea:       {17, "bytea", -1, "bytea"},
		Name:        {19, "name", 64, "name"},
		Int8:        {20, "int8", 8, "bigint"},
		Int2:        {21, "int2", 2, "smallint"},
		Int4:        {23, "int4", 4, "integer"},
		Text:        {25, "text", -1, "text"},
		OID:         {26, "oid", 4, "oid"},
		Float4:      {700, "float4", 4, "real"},
		Float8:      {701, "float8", 8, "double precision"},
		Unknown:     {705, "unknown", -2, "unknown"},
		Varchar:     {1043, "varchar", -1, "character varying"},
		Date:        {1082, "date", 4, "date"},
		Timestamp:   {1114, "timestamp", 8, "timestamp without time zone"},
		Timestamptz: {1184, "timestamptz", 8, "timestamp with time zone"},
		Interval:    {1186, "interval", 16, "interval"},
		Numeric:     {1700, "numeric", -1, "numeric"},
		Regtype:     {2206, "regtype", 4, "regtype"},
		Void:        {2278, "void", 4, "void"},
		UUID:        {2950, "uuid", 16, "uuid"},
	}
	require.Len(t, All(), len(rows))
	for _, typ := range All() {
		want := rows[typ.ID]
		require.Equal(t, want.oid, typ.OID())
		require.Equal(t, want.udt, typ.Udt())
		require.Equal(t, want.size, typ.Size())
		require.Equal(t, want.name, typ.String())
		back, ok := ByOID(want.oid)
		require.True(t, ok)
		require.Equal(t, typ, back)
	}
	_, ok := ByOID(0)
	require.False(t, ok)
	_, ok = ByOID(1083) // time
	require.False(t, ok)
}

// TestModifiers compares format_type of types with modifiers with PostgreSQL 15;
// the numbers are its atttypmod.
func TestModifiers(t *testing.T) {
	for _, c := range []struct {
		typ  Type
		want string
	}{
		{Type{Varchar, 7}, "character varying(3)"},
		{Type{Numeric, 655366}, "numeric(10,2)"},
		{Type{Numeric, 327684}, "numeric(5,0)"},
		{Type{Numeric, 198658}, "numeric(3,-2)"},
		{Type{Numeric, 65537004}, "numeric(1000,1000)"},
		{Type{Numeric, 131081}, "numeric(2,5)"},
		{Type{Timestamp, 3}, "timestamp(3) without time zone"},
		{Type{Timestamptz, 0}, "timestamp(0) with time zone"},
		{Type{Interval, 2147418115}, "interval(3)"},
		{Type{Interval, 470351871}, "interval day to second"},
		{Type{Interval, 470286338}, "interval day to second(2)"},
		{Type{Interval, 327679}, "interval year"},
		{Type{Interval, 67174399}, "interval hour"},
		{Type{Interval, 268435457}, "interval second(1)"},
		{Type{Interval, 458751}, "interval year to month"},
		{Type{Interval, 402653188}, "interval minute to second(4)"},
		{Type{Interval, 201392127}, "interval hour to minute"},
	} {
		require.Equal(t, c.want, c.typ.String())
	}
}

// TestModifierRoundTrip checks that constructors and accessors are inverse over
// all modifiers that PostgreSQL allows.
func TestModifierRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 10485760).Draw(t, "n")
		got, ok := VarcharN(n).MaxLen()
		require.True(t, ok)
		require.Equal(t, n, got)
		precision := rapid.IntRange(1, 1000).Draw(t, "precision")
		scale := rapid.IntRange(-1000, 1000).Draw(t, "scale")
		p, s, ok := NumericPS(precision, scale).PrecisionScale()
		require.True(t, ok)
		require.Equal(t, [2]int{precision, scale}, [2]int{p, s})
	})
	_, ok := Of(Varchar).MaxLen()
	require.False(t, ok)
	_, _, ok = Of(Numeric).PrecisionScale()
	require.False(t, ok)
}
