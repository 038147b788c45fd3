package mvcc

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openData(t require.TestingT) *store.Store {
	s, err := store.Open(store.Options{Dir: "data", FS: store.MemFS(), Kind: store.Data})
	require.NoError(t, err)
	return s
}

// flights is the table of the performance targets.
func flights() *schema.Table {
	return &schema.Table{ID: 1, Name: "flights", Time: 0, Width: 900e6, Partitions: 1, Columns: []schema.Column{
		{ID: 1, Name: "ts", Type: types.Of(types.Timestamp), NotNull: true},
		{ID: 2, Name: "delay", Type: types.Of(types.Int4)},
		{ID: 3, Name: "distance", Type: types.Of(types.Int4)},
		{ID: 4, Name: "origin", Type: types.Of(types.Text)},
		{ID: 5, Name: "destination", Type: types.Of(types.Text)},
	}}
}

func kindsOf(t *schema.Table) []vector.Kind {
	ks := make([]vector.Kind, len(t.Columns))
	for i := range ks {
		ks[i] = vector.KindOf(t.Columns[i].Type)
	}
	return ks
}

// Rows, stubs and write sets on disk stay readable: one of each, byte by byte. The
// flights row takes 38 bytes of a write set; twice that would mean twice the log.
func TestGolden(t *testing.T) {
	tbl := flights()
	c, err := NewCodec(tbl)
	require.NoError(t, err)
	shard := schema.ShardID{Table: 1, Start: 900e6, Sequence: 2}
	text := func(s string) vector.Datum { return vector.StringDatum(s) }
	b := vector.NewBuilder(kindsOf(tbl)...)
	require.NoError(t, b.AppendDatums([]vector.Datum{vector.IntDatum(1), vector.IntDatum(-2), vector.IntDatum(3), text("ABQ"), text("DFW")}))
	require.NoError(t, b.AppendDatums([]vector.Datum{vector.IntDatum(1), vector.NullDatum, vector.IntDatum(3), text(""), vector.NullDatum}))
	e := NewEncoder(c)
	e.Load(b.Batch())
	datadriven.RunTest(t, "testdata/golden", func(t *testing.T, d *datadriven.TestData) string {
		var w WriteSet
		switch d.Cmd {
		case "rows":
			w.Begin(shard, 0x11)
			n, size := e.Fit([]uint16{0, 1}, 1000)
			require.Equal(t, 2, n)
			e.AppendWrites(&w, Insert, None, []uint16{0, 1}, size, []uint64{0x22, 0x23})
		case "writes":
			w.Begin(shard, 0x11)
			w.Add(Delete, Unchanged, []byte("key"), nil)
			w.Add(Replace, Absent, []byte("key"), AppendStub(nil, shard))
			w.Begin(shard, 0x11)
			w.Add(Lock, Absent, []byte("k"), nil)
			w.Begin(shard, 0x12)
			w.Add(Retract, None, []byte("k"), nil)
		default:
			d.Fatalf(t, "command %s", d.Cmd)
		}
		return hex.Dump(w.Bytes()) + describe(t, w.Bytes())
	})
}

func describe(t require.TestingT, ws []byte) string {
	var out strings.Builder
	it := ReadWrites(ws)
	for it.Next() {
		w := it.Write
		fmt.Fprintf(&out, "%v check %v at %d, %+v: %x = %x\n", w.Kind, w.Check, w.CheckTS, w.Shard, w.Key, w.Value)
	}
	require.NoError(t, it.Err())
	return out.String()
}

// Any bytes are a write set or corrupt, and decoding ends at the same place whether
// the blocks are walked or the writes (M2).
func FuzzWriteSet(f *testing.F) {
	var w WriteSet
	w.Begin(schema.ShardID{Table: 1}, 1)
	w.Add(Insert, Absent, []byte("key"), []byte("value"))
	w.Add(Delete, None, []byte("key"), nil)
	f.Add(w.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		count := 0
		it := ReadWrites(b)
		for it.Next() {
			count++
		}
		if err := it.Err(); err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Fatal(err)
			}
			return
		}
		for off := 0; off < len(b); {
			var bl Block
			var err error
			if bl, off, err = NextBlock(b, off); err != nil {
				t.Fatal(err)
			}
			count -= bl.Count
		}
		if count != 0 {
			t.Fatalf("%d writes more than the blocks say", count)
		}
	})
}

// Any bytes are a row value or corrupt, and what is accepted decodes without a
// read outside (M2).
func FuzzValue(f *testing.F) {
	tbl := flights()
	c, _ := NewCodec(tbl)
	b := vector.NewBuilder(kindsOf(tbl)...)
	_ = b.AppendDatums([]vector.Datum{vector.IntDatum(1), vector.NullDatum, vector.IntDatum(3), vector.StringDatum("ABQ"), vector.StringDatum("DFW")})
	e := NewEncoder(c)
	e.Load(b.Batch())
	var w WriteSet
	w.Begin(schema.ShardID{}, 0)
	_, size := e.Fit([]uint16{0}, 1000)
	e.AppendWrites(&w, Insert, None, []uint16{0}, size, []uint64{1})
	it := ReadWrites(w.Bytes())
	it.Next()
	f.Add(it.Write.Value)
	f.Add(AppendStub(nil, schema.ShardID{Table: 1}))
	f.Fuzz(func(t *testing.T, v []byte) {
		ds, err := c.Row(make([]byte, RowIDLen), v)
		if err != nil && !errors.Is(err, ErrCorrupt) {
			t.Fatal(err)
		}
		s := &Scanner{codec: c, header: noHeader}
		var m Morsel
		m.scan(c, false)
		addErr := s.add(&m, nil, v)
		if len(v) == 0 || IsStub(v) {
			return
		}
		if (err == nil) != (addErr == nil) {
			t.Fatalf("Row says %v, a scan %v", err, addErr)
		}
		for o := range tbl.Columns {
			if err == nil {
				var out vector.Vector
				if err := m.Decode(o, 0, 1, &out); err != nil || vector.At(&out, 0) != ds[o] {
					t.Fatalf("column %d: %v, row says %v, %v", o, vector.At(&out, 0), ds[o], err)
				}
			}
		}
	})
}

var columnTypes = []types.ID{
	types.Bool, types.Int2, types.Int4, types.Int8, types.Float4, types.Float8, types.Numeric,
	types.Text, types.Date, types.Timestamptz, types.Interval, types.Bytea, types.UUID,
}

// drawTable returns a table of any columns, with a primary key or an order.
func drawTable(t *rapid.T) *schema.Table {
	tbl := &schema.Table{ID: 9, Name: "t", Time: -1, Partitions: 1}
	n := rapid.IntRange(1, 7).Draw(t, "columns")
	ids := rapid.Permutation([]schema.ColumnID{1, 2, 3, 4, 5, 6, 7}).Draw(t, "ids")
	for i := range n {
		tbl.Columns = append(tbl.Columns, schema.Column{ID: ids[i], Type: types.Of(rapid.SampledFrom(columnTypes).Draw(t, "type"))})
	}
	var ordinals []int
	for i := range n {
		ordinals = append(ordinals, i)
	}
	names := rapid.Permutation(ordinals).Draw(t, "key")[:rapid.IntRange(0, min(3, n)).Draw(t, "key columns")]
	if rapid.Bool().Draw(t, "primary key") {
		tbl.Key = names
	} else {
		tbl.OrderBy = names
	}
	return tbl
}

func drawValue(t *rapid.T, typ types.Type, nullable bool) vector.Datum {
	if nullable && rapid.IntRange(0, 5).Draw(t, "null") == 0 {
		return vector.NullDatum
	}
	small := rapid.Int64Range(-3, 3)
	switch vector.KindOf(typ) {
	case vector.Bool:
		return vector.BoolDatum(rapid.Bool().Draw(t, "v"))
	case vector.Int32:
		if typ.ID == types.Int2 {
			return vector.IntDatum(int64(rapid.Int16().Draw(t, "v")))
		}
		return vector.IntDatum(rapid.OneOf(small, rapid.Int64Range(math.MinInt32, math.MaxInt32)).Draw(t, "v"))
	case vector.Int64:
		return vector.IntDatum(rapid.OneOf(small, rapid.Int64()).Draw(t, "v"))
	case vector.Float64:
		f := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1.5, math.Inf(1)})).Draw(t, "v")
		if typ.ID == types.Float4 {
			f = float64(float32(f))
		}
		return vector.FloatDatum(f)
	case vector.Word128:
		return vector.WordDatum([2]uint64{rapid.Uint64Range(0, 3).Draw(t, "v"), rapid.Uint64Range(0, 1<<33).Draw(t, "v")})
	}
	if typ.ID == types.Numeric {
		return vector.StringDatum(string(decimal.New(small.Draw(t, "v"), rapid.IntRange(0, 3).Draw(t, "scale")).Encode(nil)))
	}
	n := rapid.SampledFrom([]int{0, 0, 1, 3, 9, 300}).Draw(t, "length")
	return vector.StringDatum(strings.Repeat(rapid.SampledFrom([]string{"a", "b", "\x00", "\xff"}).Draw(t, "text"), n))
}

// A random history of transactions over a random table reads back, at every
// timestamp, with and without writes laid over it, as a map says: through Scanner
// with whole and selected columns, and through Seeker (M1, M3).
func TestScanMatchesModel(t *testing.T) {
	var m Morsel // of all tables, as kv/txn's readers share theirs
	rapid.Check(t, func(t *rapid.T) {
		data := openData(t)
		defer func() { require.NoError(t, data.Close()) }()
		tbl := drawTable(t)
		c, err := NewCodec(tbl)
		require.NoError(t, err)
		const group = 4
		shards := []schema.ShardID{{Table: 9, Start: -5}, {Table: 9}, {Table: 9, Sequence: 1}, {Table: 9, Start: 7}, {Table: 9, Start: 7, Partition: 1}}
		type row struct {
			locator string
			datums  []vector.Datum
		}
		state := map[string][]vector.Datum{} // locator → row; nil is a stub
		history := []map[string][]vector.Datum{{}}
		id := uint64(1)
		e := NewEncoder(c)
		// step draws a write set and what it makes of a state.
		step := func(state map[string][]vector.Datum) (*WriteSet, map[string][]vector.Datum) {
			next := maps.Clone(state)
			var w WriteSet
			for range rapid.IntRange(1, 3).Draw(t, "blocks") {
				s := rapid.SampledFrom(shards).Draw(t, "shard")
				prefix := string(keys.AppendRowPrefix(nil, group, s))
				w.Begin(s, 1)
				live := slices.Sorted(maps.Keys(next))
				live = slices.DeleteFunc(live, func(l string) bool { return !strings.HasPrefix(l, prefix) })
				switch op := rapid.IntRange(0, 3).Draw(t, "op"); {
				case op == 0 && len(live) > 0:
					l := rapid.SampledFrom(live).Draw(t, "delete")
					w.Add(Delete, Unchanged, []byte(l[keys.RowOffset:]), nil)
					delete(next, l)
				case op == 1 && len(live) > 0:
					l := rapid.SampledFrom(live).Draw(t, "stub")
					w.Add(Replace, Unchanged, []byte(l[keys.RowOffset:]), AppendStub(nil, s))
					next[l] = nil
				default:
					b := vector.NewBuilder(kindsOf(tbl)...)
					n := rapid.IntRange(1, 5).Draw(t, "rows")
					rows := make([][]vector.Datum, n)
					for i := range rows {
						rows[i] = make([]vector.Datum, len(tbl.Columns))
						for o := range rows[i] {
							rows[i][o] = drawValue(t, tbl.Columns[o].Type, !slices.Contains(tbl.Key, o))
						}
						require.NoError(t, b.AppendDatums(rows[i]))
					}
					seed := rapid.Uint64().Draw(t, "forms")
					mixed := vectortest.Mix(rand.New(rand.NewPCG(seed, 1)), b.Batch())
					e.Load(mixed)
					sel := mixed.Rows().Selection()
					at := map[uint16][]vector.Datum{}
					for i, r := range sel {
						at[r] = rows[i]
					}
					ids := make([]uint64, mixed.Len)
					for len(sel) > 0 {
						k, size := e.Fit(sel, 400)
						if k == 0 {
							k, size = e.Fit(sel[:1], 1<<20)
						}
						for i, r := range sel[:k] {
							ids[r] = id + uint64(i)
						}
						e.AppendWrites(&w, Insert, None, sel[:k], size, ids)
						for _, r := range sel[:k] {
							key := []byte(nil)
							if len(names(tbl)) > 0 {
								key = bytes.Clone(e.Key(int(r)))
							}
							if c.RowID() {
								key = fmt.Appendf(key, "%s", keys.AppendInt64(nil, int64(id^1<<63)))
								id++
							}
							if len(key) == 0 {
								t.Fatal("empty row key")
							}
							next[prefix+string(key)] = at[r]
						}
						sel = sel[k:]
					}
				}
			}
			return &w, next
		}
		for ts := range rapid.IntRange(1, 6).Draw(t, "transactions") {
			var w *WriteSet
			w, state = step(state)
			b := data.NewBatch()
			require.NoError(t, ApplyWrites(b, group, w.Bytes(), schema.Timestamp(10*ts+10)))
			require.NoError(t, data.Apply(b, false))
			require.NoError(t, b.Close())
			history = append(history, state)
			if rapid.IntRange(0, 3).Draw(t, "flush") == 0 {
				require.NoError(t, data.Flush())
			}
		}
		if rapid.IntRange(0, 3).Draw(t, "compact") == 0 {
			from, to := keys.GroupBounds(group)
			require.NoError(t, data.Compact(context.Background(), from, to))
		}
		at := rapid.IntRange(0, len(history)-1).Draw(t, "at")
		state = history[at]
		from, to := keys.KindBounds(group, keys.KindRow)
		if rapid.Bool().Draw(t, "one shard") {
			s := rapid.SampledFrom(shards).Draw(t, "shard")
			from, to = keys.ShardBounds(group, s)
			state = maps.Clone(state)
			maps.DeleteFunc(state, func(l string, _ []vector.Datum) bool {
				return !strings.HasPrefix(l, string(keys.AppendRowPrefix(nil, group, s)))
			})
		}
		var overlay *Overlay
		if rapid.Bool().Draw(t, "overlay") {
			w, _ := step(state)
			last := map[string][]byte{}
			for it := ReadWrites(w.Bytes()); it.Next(); {
				l := keys.AppendRowPrefix(nil, group, it.Write.Shard)
				l = append(l, it.Write.Key...)
				if bytes.Compare(l, from) < 0 || bytes.Compare(l, to) >= 0 {
					continue
				}
				last[string(l)] = it.Write.Value
				if len(it.Write.Value) == 0 || IsStub(it.Write.Value) {
					delete(state, string(l))
					continue
				}
				ds, err := c.Row(it.Write.Key, it.Write.Value)
				require.NoError(t, err)
				state = maps.Clone(state)
				state[string(l)] = ds
			}
			var entries []OverlayEntry
			for _, l := range slices.Sorted(maps.Keys(last)) {
				entries = append(entries, OverlayEntry{[]byte(l), last[l]})
			}
			overlay = NewOverlay(entries)
		}
		var want []row
		for _, l := range slices.Sorted(maps.Keys(state)) {
			if state[l] != nil {
				want = append(want, row{l, state[l]})
			}
		}
		sc, err := NewScanner(data.Reader(), c, schema.Timestamp(10*at+rapid.IntRange(0, 9).Draw(t, "late")), true)
		require.NoError(t, err)
		defer func() { require.NoError(t, sc.Close()) }()
		m.Reset()
		sc.Seek(from, to, overlay)
		more, err := sc.Fill(&m)
		require.NoError(t, err)
		require.False(t, more)
		require.Equal(t, len(want), m.Rows())
		var sel []uint16
		for i := range want {
			if rapid.Bool().Draw(t, "select") {
				sel = append(sel, uint16(i))
			}
		}
		for o := -1; o < len(tbl.Columns); o++ {
			datum := func(i int) vector.Datum {
				if o < 0 {
					return vector.StringDatum(want[i].locator)
				}
				return want[i].datums[o]
			}
			var out vector.Vector
			require.NoError(t, m.Decode(o, 0, m.Rows(), &out))
			for i := range want {
				if got := vector.At(&out, i); !same(got, datum(i)) {
					t.Fatalf("column %d, row %d: %v, want %v", o, i, got, datum(i))
				}
			}
			if len(want) > 0 {
				require.NoError(t, vector.Verify(&vector.Batch{Len: len(want), Cols: []*vector.Vector{&out}}))
			}
			if len(want) > 1 {
				require.NoError(t, m.Decode(o, 1, m.Rows(), &out))
				require.True(t, same(vector.At(&out, 0), datum(1)))
			}
			require.NoError(t, m.DecodeSel(o, sel, &out))
			for i, r := range sel {
				require.True(t, same(vector.At(&out, i), datum(int(r))))
			}
		}
		if overlay != nil {
			return
		}
		seek, err := NewSeeker(data.Reader())
		require.NoError(t, err)
		defer func() { require.NoError(t, seek.Close()) }()
		for _, r := range want {
			g, s, key, err := SplitLocator([]byte(r.locator))
			require.NoError(t, err)
			_, v, ok, err := seek.Newest(g, s, key, schema.Timestamp(10*at+5))
			require.NoError(t, err)
			require.True(t, ok)
			ds, err := c.Row(key, v)
			require.NoError(t, err)
			for o := range ds {
				require.True(t, same(ds[o], r.datums[o]))
			}
		}
		for _, s := range shards {
			empty, err := seek.Empty(group, s)
			require.NoError(t, err)
			for _, h := range history {
				for l := range h {
					if strings.HasPrefix(l, string(keys.AppendRowPrefix(nil, group, s))) && empty {
						t.Fatalf("shard %v is said to be empty", s)
					}
				}
			}
		}
	})
}

func names(t *schema.Table) []int {
	if len(t.Key) > 0 {
		return t.Key
	}
	return t.OrderBy
}

// same is == to the bit.
func same(a, b vector.Datum) bool {
	return a.Null == b.Null && a.I == b.I && math.Float64bits(a.F) == math.Float64bits(b.F) && a.W == b.W && a.S == b.S
}

// A row written before the table gained columns has NULL in them, beside rows that
// have them; a row with more columns than the descriptor is refused.
func TestAddedColumns(t *testing.T) {
	old := flights()
	old.Columns = old.Columns[:4]
	wide := flights()
	wide.Columns = append(wide.Columns, schema.Column{ID: 6, Name: "note", Type: types.Of(types.Text)}, schema.Column{ID: 7, Name: "n", Type: types.Of(types.Int8)})
	data := openData(t)
	defer func() { require.NoError(t, data.Close()) }()
	write := func(tbl *schema.Table, id uint64, ds ...vector.Datum) {
		c, err := NewCodec(tbl)
		require.NoError(t, err)
		b := vector.NewBuilder(kindsOf(tbl)...)
		require.NoError(t, b.AppendDatums(ds))
		e := NewEncoder(c)
		e.Load(b.Batch())
		var w WriteSet
		w.Begin(schema.ShardID{Table: 1}, 1)
		_, size := e.Fit([]uint16{0}, 1000)
		e.AppendWrites(&w, Insert, None, []uint16{0}, size, []uint64{id})
		batch := data.NewBatch()
		require.NoError(t, ApplyWrites(batch, 1, w.Bytes(), 5))
		require.NoError(t, data.Apply(batch, false))
		require.NoError(t, batch.Close())
	}
	i, s, null := vector.IntDatum, vector.StringDatum, vector.NullDatum
	write(old, 1, i(1), i(2), i(3), s("A"))
	write(wide, 2, i(1), null, i(3), s("B"), s("C"), s("note"), i(7))
	write(old, 3, i(9), i(2), null, s("D"))
	scan := func(tbl *schema.Table) (rows [][]vector.Datum, err error) {
		c, err := NewCodec(tbl)
		require.NoError(t, err)
		sc, err := NewScanner(data.Reader(), c, 5, false)
		require.NoError(t, err)
		defer func() { require.NoError(t, sc.Close()) }()
		from, to := keys.GroupBounds(1)
		sc.Seek(from, to, nil)
		var m Morsel
		if _, err := sc.Fill(&m); err != nil {
			return nil, err
		}
		rows = make([][]vector.Datum, m.Rows())
		for o := range tbl.Columns {
			var out vector.Vector
			require.NoError(t, m.Decode(o, 0, m.Rows(), &out))
			for r := range rows {
				rows[r] = append(rows[r], vector.At(&out, r))
			}
		}
		return rows, nil
	}
	rows, err := scan(wide)
	require.NoError(t, err)
	require.Equal(t, [][]vector.Datum{
		{i(1), i(2), i(3), s("A"), null, null, null},
		{i(1), null, i(3), s("B"), s("C"), s("note"), i(7)},
		{i(9), i(2), null, s("D"), null, null, null},
	}, rows)
	_, err = scan(old)
	require.ErrorIs(t, err, ErrCorrupt)
}

// Rows written before a table gained columns have their missing values, of every
// form, beside rows that have their own; a dropped column keeps its place, is NULL in
// new rows, and the columns around it are what they were. Rows of four descriptors are
// decoded by Morsel.Decode and Codec.Row.
func TestMissingAndDropped(t *testing.T) {
	typesOf := []types.ID{types.Bool, types.Int2, types.Int4, types.Int8, types.Float4, types.Float8, types.UUID, types.Text}
	values := []vector.Datum{
		vector.BoolDatum(true), vector.IntDatum(-7), vector.IntDatum(-70000), vector.IntDatum(1 << 40),
		vector.FloatDatum(1.5), vector.FloatDatum(-2.25),
		{W: [2]uint64{1, 2}},
		vector.StringDatum("late"),
	}
	text := func(id schema.ColumnID) schema.Column {
		return schema.Column{ID: id, Name: "c" + string(rune('0'+id%10)), Type: types.Of(types.Text)}
	}
	old := &schema.Table{ID: 1, Name: "t", Namespace: "public", Time: -1, Partitions: 1, Columns: []schema.Column{
		text(1), {ID: 2, Name: "n", Type: types.Of(types.Int4)}, text(3),
	}}
	wide := old.Clone()
	for i, id := range typesOf {
		wide.Columns = append(wide.Columns, schema.Column{
			ID: schema.ColumnID(4 + i), Name: "new" + string(rune('a'+i)), Type: types.Of(id), Missing: EncodeMissing(types.Of(id), values[i]),
		})
	}
	require.Nil(t, EncodeMissing(types.Of(types.Text), vector.NullDatum))
	narrow := wide.Clone()
	narrow.DropColumn(2) // text
	narrow.DropColumn(1) // int4
	require.Equal(t, schema.ColumnID(12), narrow.NextColumn())

	data := openData(t)
	defer func() { require.NoError(t, data.Close()) }()
	write := func(tbl *schema.Table, id uint64, ds ...vector.Datum) {
		c, err := NewCodec(tbl)
		require.NoError(t, err)
		b := vector.NewBuilder(kindsOf(tbl)...)
		require.NoError(t, b.AppendDatums(ds))
		e := NewEncoder(c)
		e.Load(b.Batch())
		var w WriteSet
		w.Begin(schema.ShardID{Table: 1}, 1)
		_, size := e.Fit([]uint16{0}, 1000)
		e.AppendWrites(&w, Insert, None, []uint16{0}, size, []uint64{id})
		batch := data.NewBatch()
		require.NoError(t, ApplyWrites(batch, 1, w.Bytes(), 5))
		require.NoError(t, data.Apply(batch, false))
		require.NoError(t, batch.Close())
	}
	scan := func(tbl *schema.Table) (rows [][]vector.Datum) {
		c, err := NewCodec(tbl)
		require.NoError(t, err)
		sc, err := NewScanner(data.Reader(), c, 5, true)
		require.NoError(t, err)
		defer func() { require.NoError(t, sc.Close()) }()
		from, to := keys.GroupBounds(1)
		sc.Seek(from, to, nil)
		var m Morsel
		_, err = sc.Fill(&m)
		require.NoError(t, err)
		rows = make([][]vector.Datum, m.Rows())
		for o := range tbl.Columns {
			var out vector.Vector
			require.NoError(t, m.Decode(o, 0, m.Rows(), &out))
			for r := range rows {
				rows[r] = append(rows[r], vector.At(&out, r))
			}
		}
		for r := range rows {
			_, _, key, err := SplitLocator(m.LocatorOf(r))
			require.NoError(t, err)
			row, err := c.Row(key, m.ValueOf(r))
			require.NoError(t, err)
			require.Equal(t, rows[r], row)
		}
		return rows
	}
	with := func(more []vector.Datum, ds ...vector.Datum) []vector.Datum { return append(ds, more...) }
	nulls := make([]vector.Datum, len(values))
	for i := range nulls {
		nulls[i] = vector.NullDatum
	}
	own := []vector.Datum{
		vector.BoolDatum(false), vector.IntDatum(1), vector.IntDatum(2), vector.IntDatum(3),
		vector.FloatDatum(4), vector.FloatDatum(5),
		{W: [2]uint64{6, 7}},
		vector.StringDatum("own"),
	}
	i, s, null := vector.IntDatum, vector.StringDatum, vector.NullDatum
	write(old, 1, s("a"), i(1), s("A"))
	require.Equal(t, [][]vector.Datum{with(values, s("a"), i(1), s("A"))}, scan(wide), "all rows lack the columns")
	write(wide, 2, with(own, null, i(2), s("B"))...)
	write(wide, 3, with(nulls, s("c"), null, s("C"))...)
	require.Equal(t, [][]vector.Datum{
		with(values, s("a"), i(1), s("A")), with(own, null, i(2), s("B")), with(nulls, s("c"), null, s("C")),
	}, scan(wide))
	write(narrow, 4, with(own, s("d"))...)
	require.Equal(t, [][]vector.Datum{with(values, s("a")), with(own, null), with(nulls, s("c")), with(own, s("d"))}, scan(narrow))
	require.Equal(t, with(own, s("d"), null, null), scan(wide)[3], "the dropped columns are NULL")

	bad := wide.Clone()
	bad.Columns[3].Missing = []byte{1, 2, 3}
	_, err := NewCodec(bad)
	require.ErrorContains(t, err, "missing value of 3 bytes, want 1")
}
