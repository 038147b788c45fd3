package keys

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
)

// Keys and values on disk stay readable: the script lists the bytes of one of each,
// and what breaks it breaks every existing directory. Commands: key <kind>, value
// <type> with one value a line.
func TestGolden(t *testing.T) {
	shard := schema.ShardID{Table: 7, Start: -900e6, Partition: 2, Sequence: 1}
	txn := [16]byte{0, 1, 15: 9}
	datadriven.RunTest(t, "testdata/golden", func(t *testing.T, d *datadriven.TestData) string {
		switch d.Cmd {
		case "key":
			var k []byte
			switch kind := d.CmdArgs[0].Key; kind {
			case "applied":
				k = Applied(3)
			case "shard":
				k = ShardState(3, shard)
			case "txn":
				k = Txn(3, txn)
			case "chunk":
				k = Chunk(3, txn, 258)
			case "row":
				k = AppendVersion(AppendInt64(AppendRowPrefix(nil, 3, shard), 5), 0x0102030405060708)
			default:
				d.Fatalf(t, "kind %s", kind)
			}
			parts, err := Decode(k)
			require.NoError(t, err)
			return fmt.Sprintf("%x\n%+v\n", k, parts)
		case "value":
			typ := typeNamed(d.CmdArgs[0].Key)
			var out strings.Builder
			for line := range strings.Lines(d.Input) {
				v := datumOf(t, typ, strings.TrimSpace(line))
				k := AppendNullable(nil, typ, v)
				back, rest, err := DecodeValue(k, typ, true)
				require.NoError(t, err)
				require.Empty(t, rest)
				if Lossless(typ) {
					require.Equal(t, v, back)
				}
				fmt.Fprintf(&out, "%x\n", k)
			}
			return out.String()
		}
		d.Fatalf(t, "command %s", d.Cmd)
		return ""
	})
}

func typeNamed(name string) types.Type {
	for _, t := range types.All() {
		if t.Udt() == name {
			return t
		}
	}
	panic(name)
}

// datumOf reads the small language of testdata/golden.
func datumOf(t *testing.T, typ types.Type, s string) vector.Datum {
	if s == "null" {
		return vector.NullDatum
	}
	var d vector.Datum
	var err error
	switch vector.KindOf(typ) {
	case vector.Bool, vector.Int32, vector.Int64:
		_, err = fmt.Sscan(s, &d.I)
	case vector.Float64:
		_, err = fmt.Sscan(s, &d.F)
	case vector.Word128:
		if typ.ID == types.Interval {
			var iv vector.Interval
			_, err = fmt.Sscanf(s, "%dmon %dd %dus", &iv.Months, &iv.Days, &iv.Micros)
			d.W = iv.Word()
			break
		}
		_, err = fmt.Sscanf(s, "%x %x", &d.W[0], &d.W[1])
	default:
		if typ.ID == types.Numeric {
			var n decimal.Decimal
			n, err = decimal.Parse(s)
			d.S = string(n.Encode(nil))
			break
		}
		var b []byte
		b, err = hex.DecodeString(strings.Trim(s, "-")) // - is the empty string
		d.S = string(b)
	}
	require.NoError(t, err, s)
	return d
}

// keyTypes are all types that a column of a key may have.
var keyTypes = []types.ID{
	types.Bool, types.Int2, types.Int4, types.Int8, types.Float4, types.Float8, types.Numeric,
	types.Text, types.Varchar, types.Date, types.Timestamp, types.Timestamptz, types.Interval, types.Bytea, types.UUID,
}

func drawDatum(t *rapid.T, typ types.Type) vector.Datum {
	if rapid.IntRange(0, 9).Draw(t, "null") == 0 {
		return vector.NullDatum
	}
	switch vector.KindOf(typ) {
	case vector.Bool:
		return vector.BoolDatum(rapid.Bool().Draw(t, "bool"))
	case vector.Int32:
		return vector.IntDatum(int64(rapid.Int32().Draw(t, "int32")))
	case vector.Int64:
		return vector.IntDatum(rapid.Int64().Draw(t, "int64"))
	case vector.Float64:
		return vector.FloatDatum(rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{
			0, math.Copysign(0, -1),
			math.NaN(), math.Inf(1), math.Inf(-1), math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64,
		})).Draw(t, "float"))
	case vector.Word128:
		if typ.ID == types.Interval {
			small := rapid.Int32Range(-70, 70)
			return vector.WordDatum(vector.Interval{
				Months: rapid.OneOf(small, rapid.Int32()).Draw(t, "months"), Days: rapid.OneOf(small, rapid.Int32()).Draw(t, "days"),
				Micros: rapid.OneOf(rapid.SampledFrom([]int64{0, dayMicros, -dayMicros, 30 * dayMicros}), rapid.Int64()).Draw(t, "µs"),
			}.Word())
		}
		return vector.WordDatum([2]uint64{rapid.Uint64().Draw(t, "high"), rapid.Uint64().Draw(t, "low")})
	}
	if typ.ID == types.Numeric {
		n := decimal.New(rapid.OneOf(rapid.Int64Range(-50, 50), rapid.Int64()).Draw(t, "coefficient"), rapid.IntRange(0, 3).Draw(t, "scale"))
		return vector.StringDatum(string(n.Encode(nil)))
	}
	b := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 2, 0x7f, 0xfe, 0xff, 'a'}), 0, 6).Draw(t, "bytes")
	return vector.StringDatum(string(b))
}

// compare is the order of SQL, the slow way.
func compare(typ types.Type, a, b vector.Datum) int {
	if a.Null || b.Null {
		return cmp.Compare(map[bool]int{true: 1}[a.Null], map[bool]int{true: 1}[b.Null])
	}
	switch vector.KindOf(typ) {
	case vector.Bool, vector.Int32, vector.Int64:
		return cmp.Compare(a.I, b.I)
	case vector.Float64:
		if an, bn := math.IsNaN(a.F), math.IsNaN(b.F); an || bn {
			return cmp.Compare(map[bool]int{true: 1}[an], map[bool]int{true: 1}[bn])
		}
		return cmp.Compare(a.F, b.F)
	case vector.Word128:
		if typ.ID == types.Interval {
			return length(a.W).Cmp(length(b.W))
		}
		return cmp.Or(cmp.Compare(a.W[0], b.W[0]), cmp.Compare(a.W[1], b.W[1]))
	}
	if typ.ID == types.Numeric {
		x, _ := decimal.Decode(a.S)
		y, _ := decimal.Decode(b.S)
		return x.Cmp(y)
	}
	return strings.Compare(a.S, b.S)
}

func length(w [2]uint64) *big.Int {
	iv := vector.IntervalOf(w)
	n := big.NewInt(int64(iv.Months)*30 + int64(iv.Days))
	return n.Add(n.Mul(n, big.NewInt(dayMicros)), big.NewInt(iv.Micros))
}

// The bytes of two rows compare as the rows do, no row is a prefix of another, and
// each comes back from its bytes (K1, K2).
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cols := rapid.SliceOfN(rapid.SampledFrom(keyTypes), 1, 3).Draw(t, "types")
		var a, b []vector.Datum
		var ka, kb []byte
		want := 0
		for _, id := range cols {
			typ := types.Of(id)
			x := drawDatum(t, typ)
			y := x
			if rapid.Bool().Draw(t, "differ") {
				y = drawDatum(t, typ)
			}
			a, b = append(a, x), append(b, y)
			ka, kb = AppendNullable(ka, typ, x), AppendNullable(kb, typ, y)
			if want == 0 {
				want = compare(typ, x, y)
			}
		}
		if got := bytes.Compare(ka, kb); got != want {
			t.Fatalf("%v %v: bytes %x %x compare %d, values %d", a, b, ka, kb, got, want)
		}
		if want != 0 && (bytes.HasPrefix(ka, kb) || bytes.HasPrefix(kb, ka)) {
			t.Fatalf("%x and %x: one begins the other", ka, kb)
		}
		rest, skip := ka, ka
		for i, id := range cols {
			typ := types.Of(id)
			var d vector.Datum
			var err error
			if d, rest, err = DecodeValue(rest, typ, true); err != nil {
				t.Fatal(err)
			}
			if compare(typ, d, a[i]) != 0 || Lossless(typ) && d != a[i] {
				t.Fatalf("%v came back as %v", a[i], d)
			}
			if skip, err = Skip(skip, typ, true); err != nil || len(skip) != len(rest) {
				t.Fatalf("skip leaves %d bytes, decode %d, %v", len(skip), len(rest), err)
			}
		}
		if len(rest) != 0 {
			t.Fatalf("%d bytes left", len(rest))
		}
	})
}

// A vector's row gives the bytes of its datum.
func TestAppendRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typ := types.Of(rapid.SampledFrom(keyTypes).Draw(t, "type"))
		d := drawDatum(t, typ)
		v := vector.ConstOf(vector.KindOf(typ), d, 3)
		if got, want := AppendRow(nil, typ, true, v, 2), AppendNullable(nil, typ, d); !bytes.Equal(got, want) {
			t.Fatalf("%x, want %x", got, want)
		}
	})
}

// In a store, keys sort by group, kind, shard and row, newest version first, and
// each Bounds function takes in exactly its own keys.
func TestStoreOrder(t *testing.T) {
	var shards []schema.ShardID
	for _, table := range []schema.TableID{1, 255, 256} {
		for _, start := range []int64{math.MinInt64, -1, 0, 1, math.MaxInt64} {
			for _, p := range []uint16{0, math.MaxUint16} {
				for _, seq := range []uint16{0, 255, math.MaxUint16} {
					shards = append(shards, schema.ShardID{Table: table, Start: start, Partition: p, Sequence: seq})
				}
			}
		}
	}
	require.True(t, slices.IsSortedFunc(shards, schema.ShardID.Compare))
	s, err := store.Open(store.Options{Dir: "data", FS: store.MemFS(), Kind: store.Data})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	var want []string
	b := s.NewBatch()
	add := func(k []byte) {
		want = append(want, string(k))
		require.NoError(t, b.Set(k, nil, nil))
	}
	groups := []schema.GroupID{0, 1, 255, 256, math.MaxUint32 - 1}
	for _, g := range groups {
		add(Applied(g))
		for _, sh := range shards {
			for _, row := range []int64{-1, 0, 1} {
				for _, ts := range []schema.Timestamp{1<<64 - 1, 256, 1} {
					add(AppendVersion(AppendInt64(AppendRowPrefix(nil, g, sh), row), ts))
				}
			}
		}
		for _, txn := range [][16]byte{{}, {15: 1}, {0xff, 0xff}} {
			for _, c := range []uint32{0, 1, 256} {
				add(Chunk(g, txn, c))
			}
		}
		for _, sh := range shards {
			add(ShardState(g, sh))
		}
		for _, txn := range [][16]byte{{}, {15: 1}, {0xff, 0xff}} {
			add(Txn(g, txn))
		}
	}
	require.NoError(t, s.Apply(b, false))
	require.NoError(t, b.Close())
	collect := func(from, to []byte) (got []string) {
		it, err := s.NewIter(&store.IterOptions{LowerBound: from, UpperBound: to})
		require.NoError(t, err)
		for ok := it.First(); ok; ok = it.Next() {
			got = append(got, string(it.Key()))
		}
		require.NoError(t, it.Close())
		return got
	}
	require.Equal(t, want, collect(nil, nil))
	check := func(name string, from, to []byte, in func(Key) bool) {
		t.Helper()
		var some []string
		for _, k := range want {
			if parts, err := Decode([]byte(k)); err != nil || in(parts) {
				require.NoError(t, err)
				some = append(some, k)
			}
		}
		require.NotEmpty(t, some)
		require.Equal(t, some, collect(from, to), name)
	}
	for _, g := range groups {
		from, to := GroupBounds(g)
		check("group", from, to, func(k Key) bool { return k.Group == g })
		for _, kind := range []Kind{KindApplied, KindRow, KindChunk, KindShard, KindTxn} {
			from, to = KindBounds(g, kind)
			check("kind", from, to, func(k Key) bool { return k.Group == g && k.Kind == kind })
		}
		for _, table := range []schema.TableID{1, 255} {
			for _, kind := range []Kind{KindRow, KindShard} {
				from, to = TableBounds(g, kind, table)
				check("table", from, to, func(k Key) bool { return k.Group == g && k.Kind == kind && k.Shard.Table == table })
			}
		}
		from, to = ChunkBounds(g, [16]byte{15: 1})
		check("chunks", from, to, func(k Key) bool { return k.Group == g && k.Kind == KindChunk && k.Txn == [16]byte{15: 1} })
	}
	for _, sh := range shards[:8] {
		from, to := ShardBounds(255, sh)
		check("shard", from, to, func(k Key) bool { return k.Group == 255 && k.Kind == KindRow && k.Shard == sh })
	}
}

// Whatever the bytes, decoding ends with a value or an error (K3), and a key that
// decodes encodes to the same bytes.
func FuzzDecode(f *testing.F) {
	f.Add(Applied(1))
	f.Add(AppendVersion(AppendBytes(AppendRowPrefix(nil, 1, schema.ShardID{Table: 1}), "a\x00b"), 9))
	f.Add(Chunk(1, [16]byte{1}, 2))
	f.Add(AppendNullable(nil, types.Of(types.Interval), vector.WordDatum(vector.Interval{Months: -1, Micros: 1}.Word())))
	f.Fuzz(func(t *testing.T, b []byte) {
		if k, err := Decode(b); err == nil {
			var again []byte
			switch k.Kind {
			case KindApplied:
				again = Applied(k.Group)
			case KindRow:
				again = AppendVersion(append(AppendRowPrefix(nil, k.Group, k.Shard), k.Row...), max(k.TS, 1))
				if k.TS == 0 {
					return
				}
			case KindChunk:
				again = Chunk(k.Group, k.Txn, k.Chunk)
			case KindShard:
				again = ShardState(k.Group, k.Shard)
			case KindTxn:
				again = Txn(k.Group, k.Txn)
			}
			if !bytes.Equal(again, b) {
				t.Fatalf("%x decodes to %+v, which encodes to %x", b, k, again)
			}
		}
		for _, id := range keyTypes {
			typ := types.Of(id)
			for _, nullable := range []bool{false, true} {
				d, rest, err := DecodeValue(b, typ, nullable)
				skipped, skipErr := Skip(b, typ, nullable)
				if err == nil && (skipErr != nil || len(skipped) != len(rest)) {
					t.Fatalf("%v: skip %v leaves %d bytes, decode %d", typ, skipErr, len(skipped), len(rest))
				}
				if err == nil && !nullable && id != types.Float4 && id != types.Float8 {
					if again := Append(nil, typ, d); !bytes.Equal(again, b[:len(b)-len(rest)]) {
						t.Fatalf("%v: %x decodes to %v, which encodes to %x", typ, b, d, again)
					}
				}
			}
		}
	})
}
