package schema

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dejaq/fasti/meta/types"
)

// examples are tables that between them use every field.
func examples() map[string]*Table {
	return map[string]*Table{
		"least": {
			ID: 16384, Namespace: "public", Name: "t", Version: 1, Time: -1, Partitions: 1,
		},
		"full": {
			ID: 16385, Namespace: "public", Name: "cpu load", Version: 7,
			Columns: []Column{
				{ID: 1, Name: "ts", Type: types.Of(types.Timestamptz), NotNull: true},
				{ID: 2, Name: "host", Type: types.VarcharN(32), Default: "'local'::text"},
				{ID: 9, Name: "usage", Type: types.NumericPS(5, -2)},
			},
			Key: []int{1, 0}, KeyName: "cpu load_pkey", Time: 0,
			Origin: -5, Width: 900_000_000, MaxRows: 1_000_000,
			Partitions: 4, PartitionBy: []int{1}, OrderBy: []int{2, 0}, Replicas: 3, Retention: 86_400_000_000,
		},
		"indexes": {
			ID: 16387, Namespace: "public", Name: "x", Version: 3, Time: -1, Partitions: 1,
			Columns: []Column{{ID: 1, Name: "a", Type: types.Of(types.Text)}, {ID: 2, Name: "b", Type: types.Of(types.Int4)}},
			Indexes: []Index{
				{
					ID: 16388, Name: "x_a_key", Unique: true, NullsNotDistinct: true, Constraint: true,
					Keys: []IndexKey{{Column: 0}}, State: IndexReady, Since: 1 << 40,
				},
				{
					ID: 16389, Name: "x_expr", Keys: []IndexKey{
						{Column: -1, Expr: "lower(a)", Type: types.Of(types.Text), Desc: true, NullsFirst: true}, {Column: 1},
					},
					Include: []int{0}, Predicate: "b > 0",
				},
			},
		},
		"integer time": {
			ID: 16386, Namespace: "public", Name: "n", Version: 2,
			Columns: []Column{{ID: 1, Name: "at", Type: types.Of(types.Int8)}},
			Time:    0, TimeUnit: -1000, Width: 1, Partitions: 1,
		},
	}
}

// TestEncoding runs testdata/table, whose bytes must stay readable for ever: a
// change of an old line breaks the databases that hold it. Its commands:
//
//	encode     the name of an example; prints its record in lines of 32 bytes
//	decode     a record in hex; prints the table
func TestEncoding(t *testing.T) {
	datadriven.RunTest(t, "testdata/table", func(t *testing.T, d *datadriven.TestData) string {
		switch d.Cmd {
		case "encode":
			var b strings.Builder
			for r := AppendTable(nil, examples()[d.Input]); len(r) > 0; r = r[min(len(r), 32):] {
				fmt.Fprintf(&b, "%x\n", r[:min(len(r), 32)])
			}
			return b.String()
		case "decode":
			record, err := hex.DecodeString(strings.Join(strings.Fields(d.Input), ""))
			if err != nil {
				d.Fatalf(t, "%v", err)
			}
			got, err := DecodeTable(record)
			if err != nil {
				return err.Error()
			}
			return strings.ReplaceAll(fmt.Sprintf("%+v", *got), "} {", "}\n {")
		default:
			d.Fatalf(t, "unknown command %q", d.Cmd)
			return ""
		}
	})
}

// TestDamage flips each bit of a record and cuts it at each length: everything is
// found, by the checksum.
func TestDamage(t *testing.T) {
	record := AppendTable(nil, examples()["full"])
	for i := range record {
		for bit := range 8 {
			bad := append([]byte(nil), record...)
			bad[i] ^= 1 << bit
			_, err := DecodeTable(bad)
			require.ErrorIs(t, err, ErrCorrupt, "byte %d, bit %d", i, bit)
		}
		_, err := DecodeTable(record[:i])
		require.ErrorIs(t, err, ErrCorrupt, "cut to %d", i)
	}
}

// TestForeignRecords checks records that are whole, but not from us: a newer
// version is told apart from damage, an unknown field is skipped, a table that is not
// valid is refused.
func TestForeignRecords(t *testing.T) {
	body := func(b []byte) []byte { return b }
	_, err := DecodeTable(AppendRecord(nil, tableVersion+1, body))
	require.ErrorIs(t, err, ErrNewer)
	_, err = DecodeTable(AppendRecord(nil, 0, body))
	require.ErrorIs(t, err, ErrCorrupt)
	_, err = DecodeTable(AppendRecord(nil, tableVersion, body))
	require.ErrorIs(t, err, ErrCorrupt)
	require.ErrorIs(t, err, ErrInvalid)

	want := examples()["full"]
	_, old, err := OpenRecord(AppendTable(nil, want), tableVersion)
	require.NoError(t, err)
	got, err := DecodeTable(AppendRecord(nil, tableVersion, func(b []byte) []byte {
		b = appendString(b, 1000, "from the future")
		b = append(b, old...)
		return appendUint(b, 1001, 42)
	}))
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// TestRoundTrip checks decode(encode(t)) = t for tables of every shape.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawTable(t)
		require.NoError(t, want.Validate())
		got, err := DecodeTable(AppendTable([]byte("prefix"), want)[len("prefix"):])
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}

// drawTable draws a valid table; empty lists are nil, as the decoder makes them.
func drawTable(t *rapid.T) *Table {
	var storables []types.ID
	for _, typ := range types.All() {
		if storable(typ.ID) {
			storables = append(storables, typ.ID)
		}
	}
	tbl := &Table{
		ID:         TableID(rapid.Uint32().Draw(t, "id")),
		Namespace:  "public",
		Name:       rapid.StringN(1, 70, -1).Draw(t, "name"),
		Version:    rapid.Uint32().Draw(t, "version"),
		Time:       -1,
		Origin:     rapid.Int64Range(-1e18, 1e18).Draw(t, "origin"),
		Width:      rapid.Int64Range(0, MaxWidth).Draw(t, "width"),
		MaxRows:    rapid.Int64Range(0, 1e18).Draw(t, "maxrows"),
		Partitions: rapid.IntRange(1, MaxPartitions).Draw(t, "partitions"),
		Replicas:   rapid.IntRange(0, 9).Draw(t, "replicas"),
		Retention:  rapid.Int64Range(0, 1e18).Draw(t, "retention"),
	}
	names := rapid.SliceOfNDistinct(rapid.StringN(1, 10, -1), 0, 20, rapid.ID).Draw(t, "names")
	for i, name := range names {
		tbl.Columns = append(tbl.Columns, Column{
			ID:      ColumnID(i*7 + 1),
			Name:    name,
			Type:    types.Type{ID: rapid.SampledFrom(storables).Draw(t, "type"), Mod: rapid.Int32().Draw(t, "mod")},
			NotNull: rapid.Bool().Draw(t, "notnull"),
			Default: rapid.String().Draw(t, "default"),
		})
	}
	if len(names) == 0 {
		return tbl
	}
	ordinal := rapid.IntRange(0, len(names)-1)
	for _, list := range []*[]int{&tbl.Key, &tbl.PartitionBy, &tbl.OrderBy} {
		if l := rapid.SliceOfNDistinct(ordinal, 0, -1, rapid.ID).Draw(t, "ordinals"); len(l) > 0 {
			*list = l
		}
	}
	if len(tbl.Key) > 0 {
		tbl.KeyName = "k"
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "indexes") {
		tbl.Indexes = append(tbl.Indexes, drawIndex(t, TableID(i), len(names)))
	}
	if rapid.Bool().Draw(t, "sliced") {
		tbl.Time, tbl.Width = ordinal.Draw(t, "time"), max(tbl.Width, 1)
		tbl.Columns[tbl.Time].Type = types.Of(types.Int4)
		tbl.TimeUnit = rapid.SampledFrom([]int64{1, 1000, 1e6, -1000}).Draw(t, "unit")
	}
	return tbl
}

// drawIndex draws a valid index of a table of so many columns.
func drawIndex(t *rapid.T, id TableID, columns int) Index {
	x := Index{
		ID: id, Name: fmt.Sprint("i", id), Unique: rapid.Bool().Draw(t, "unique"),
		NullsNotDistinct: rapid.Bool().Draw(t, "nulls not distinct"), Predicate: rapid.String().Draw(t, "predicate"),
		State: IndexState(rapid.IntRange(0, 1).Draw(t, "state")), Since: Timestamp(rapid.Uint64().Draw(t, "since")),
	}
	x.Constraint = x.Unique && rapid.Bool().Draw(t, "constraint")
	for range rapid.IntRange(1, 3).Draw(t, "keys") {
		k := IndexKey{
			Column: rapid.IntRange(-1, columns-1).Draw(t, "column"),
			Desc:   rapid.Bool().Draw(t, "desc"), NullsFirst: rapid.Bool().Draw(t, "nulls first"),
		}
		if k.Column < 0 {
			k.Expr, k.Type = rapid.StringN(1, 10, -1).Draw(t, "expr"), types.Of(types.Text)
		}
		x.Keys = append(x.Keys, k)
	}
	if l := rapid.SliceOfN(rapid.IntRange(0, columns-1), 0, 2).Draw(t, "include"); len(l) > 0 {
		x.Include = l
	}
	return x
}

// TestClone checks that a clone is equal and shares nothing.
func TestClone(t *testing.T) {
	a, b := examples()["full"], examples()["full"].Clone()
	require.Equal(t, a, b)
	b.Columns[0].Name, b.Key[0], b.PartitionBy[0], b.OrderBy[0] = "x", 2, 2, 1
	require.Equal(t, examples()["full"], a)
	a, b = examples()["indexes"], examples()["indexes"].Clone()
	require.Equal(t, a, b)
	b.Indexes[0].Name, b.Indexes[1].Keys[0].Expr, b.Indexes[1].Include[0] = "y", "upper(a)", 1
	require.Equal(t, examples()["indexes"], a)
}

// FuzzDecodeTable feeds any body behind a right checksum: it is refused, or it is
// a valid table that survives a round trip.
func FuzzDecodeTable(f *testing.F) {
	for _, t := range examples() {
		_, body, err := OpenRecord(AppendTable(nil, t), tableVersion)
		require.NoError(f, err)
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := DecodeTable(AppendRecord(nil, tableVersion, func(b []byte) []byte { return append(b, body...) }))
		if err != nil {
			require.ErrorIs(t, err, ErrCorrupt)
			return
		}
		require.NoError(t, got.Validate())
		again, err := DecodeTable(AppendTable(nil, got))
		require.NoError(t, err)
		require.Equal(t, got, again)
	})
}
