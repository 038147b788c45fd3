package types

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestPostgres compares OID, typname, typlen and format_type of every type with
// PostgreSQL 15's pg_type, which testdata/pg_type.tsv holds.
func TestPostgres(t *testing.T) {
	rows, err := os.ReadFile("testdata/pg_type.tsv")
	require.NoError(t, err)
	want := map[uint32]string{}
	for line := range strings.Lines(string(rows)) {
		oid, rest, _ := strings.Cut(strings.TrimSpace(line), "\t")
		n, err := strconv.ParseUint(oid, 10, 32)
		require.NoError(t, err)
		want[uint32(n)] = rest
	}
	for _, typ := range All() {
		require.Equal(t, want[typ.OID()], fmt.Sprintf("%s\t%d\t%s", typ.Udt(), typ.Size(), typ), "oid %d", typ.OID())
		back, ok := ByOID(typ.OID())
		require.True(t, ok)
		require.Equal(t, typ, back)
	}
	_, ok := ByOID(0)
	require.False(t, ok)
	_, ok = ByOID(600) // point
	require.False(t, ok)
}

// TestDefinitions checks names and OIDs of a user's type and of arrays over it,
// and that labels are found by number and by name.
func TestDefinitions(t *testing.T) {
	d := &Def{OID: 16390, ArrayOID: 16389, Namespace: "public", Name: "Mood", Labels: []Label{{-5, "sad"}, {0, "ok"}, {9, "happy"}}}
	typ := OfDef(Enum, d)
	require.Equal(t, `"Mood"`, typ.String())
	require.Equal(t, `"Mood"[]`, typ.Array().String())
	require.Equal(t, "_Mood", typ.Array().Udt())
	require.Equal(t, [2]uint32{16390, 16389}, [2]uint32{typ.OID(), typ.Array().OID()})
	require.Equal(t, typ, typ.Array().Elem())
	require.Equal(t, "app.mood", (&Def{Namespace: "app", Name: "mood"}).quotedName())
	for _, l := range d.Labels {
		name, ok := d.Label(l.Number)
		require.True(t, ok)
		require.Equal(t, l.Name, name)
		number, ok := d.Number(l.Name)
		require.True(t, ok)
		require.Equal(t, l.Number, number)
	}
	_, ok := d.Label(1)
	require.False(t, ok)
	_, ok = d.Number("OK")
	require.False(t, ok)
}

// TestModifiers compares format_type of types with modifiers with PostgreSQL 15;
// the numbers are its atttypmod.
func TestModifiers(t *testing.T) {
	for _, c := range []struct {
		typ  Type
		want string
	}{
		{Type{ID: Varchar, Mod: 7}, "character varying(3)"},
		{Type{ID: Numeric, Mod: 655366}, "numeric(10,2)"},
		{Type{ID: Numeric, Mod: 327684}, "numeric(5,0)"},
		{Type{ID: Numeric, Mod: 198658}, "numeric(3,-2)"},
		{Type{ID: Numeric, Mod: 65537004}, "numeric(1000,1000)"},
		{Type{ID: Numeric, Mod: 131081}, "numeric(2,5)"},
		{Type{ID: Timestamp, Mod: 3}, "timestamp(3) without time zone"},
		{Type{ID: Timestamptz, Mod: 0}, "timestamp(0) with time zone"},
		{Type{ID: Interval, Mod: 2147418115}, "interval(3)"},
		{Type{ID: Interval, Mod: 470351871}, "interval day to second"},
		{Type{ID: Interval, Mod: 470286338}, "interval day to second(2)"},
		{Type{ID: Interval, Mod: 327679}, "interval year"},
		{Type{ID: Interval, Mod: 67174399}, "interval hour"},
		{Type{ID: Interval, Mod: 268435457}, "interval second(1)"},
		{Type{ID: Interval, Mod: 458751}, "interval year to month"},
		{Type{ID: Interval, Mod: 402653188}, "interval minute to second(4)"},
		{Type{ID: Interval, Mod: 201392127}, "interval hour to minute"},
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
