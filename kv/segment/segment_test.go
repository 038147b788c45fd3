package segment

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
)

var table = &schema.Table{
	ID: 7, Time: 0, Width: 900e6, Origin: 123,
	Columns: []schema.Column{
		{ID: 1, Type: types.Of(types.Timestamptz)}, {ID: 2, Type: types.Of(types.Text)}, {ID: 5, Type: types.Of(types.Float8)},
	},
}

func openStore(t *testing.T) *store.Store {
	s, err := store.Open(store.Options{Dir: "data", FS: store.MemFS()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func write(t *testing.T, s *store.Store, id ID, r *rand.Rand, rows int) (*Header, [][]vector.Datum) {
	w, err := NewWriter(s, id, table)
	require.NoError(t, err)
	var all [][]vector.Datum
	shard := 0
	for len(all) < rows {
		n := min(rows-len(all), 1+r.IntN(3000))
		some := make([][]vector.Datum, n)
		for i := range some {
			some[i] = []vector.Datum{vector.IntDatum(int64(len(all)+i) * 1e6), vector.StringDatum([]string{"a", "b", "ccc"}[r.IntN(3)]), vector.FloatDatum(r.NormFloat64())}
			if r.IntN(4) == 0 {
				some[i][1] = vector.NullDatum
			}
		}
		b := vector.NewBuilder(vector.Int64, vector.Bytes, vector.Float64)
		for _, row := range some {
			require.NoError(t, b.AppendDatums(row))
		}
		require.NoError(t, w.Append(b.Batch()))
		w.Shard(Shard{ID: schema.ShardID{Table: 7, Start: int64(shard)}, LastTS: schema.Timestamp(100 + shard), Rows: uint32(n)})
		all = append(all, some...)
		shard++
	}
	h, err := w.Finish()
	require.NoError(t, err)
	return h, all
}

func read(t *testing.T, r store.Reader, id ID, h *Header, col schema.ColumnID) (all [][]vector.Datum) {
	reader, err := NewReader(r)
	require.NoError(t, err)
	defer func() { require.NoError(t, reader.Close()) }()
	var c Chunk
	var out vector.Vector
	for g, n := range h.Groups {
		require.NoError(t, reader.Read(id, h, col, g, &c))
		for at := 0; at < int(n); at += vector.MaxRows {
			to := min(at+vector.MaxRows, int(n))
			c.Decode(at, to, &out)
			all = append(all, vectortest.Rows(&vector.Batch{Len: to - at, Cols: []*vector.Vector{&out}})...)
		}
	}
	return all
}

// What is written is found and read back, whole; a new generation replaces it, while
// a snapshot taken before goes on to read the old one; neighbours are not touched.
func TestWriteAndRead(t *testing.T) {
	s, r := openStore(t), rand.New(rand.NewPCG(1, 1))
	id, other := ID{3, 7, -5}, ID{3, 7, -4}
	_, kept := write(t, s, other, r, 10)
	h, first := write(t, s, id, r, 40000)
	found, err := Find(s.Reader(), id)
	require.NoError(t, err)
	require.Equal(t, h, found)
	snap := s.NewSnapshot()
	defer func() { require.NoError(t, snap.Close()) }()

	h2, second := write(t, s, id, r, 5000)
	require.Equal(t, h.Generation+1, h2.Generation)
	check := func(from store.Reader, id ID, want [][]vector.Datum) {
		h, err := Find(from, id)
		require.NoError(t, err)
		for i, col := range table.Columns {
			got := read(t, from, id, h, col.ID)
			require.Len(t, got, len(want))
			for row := range want {
				require.True(t, vectortest.Same(want[row][i], got[row][0]), "row %d of column %d", row, i)
			}
		}
	}
	check(s.Reader(), id, second)
	check(snap, id, first)
	check(s.Reader(), other, kept)
	reader, err := NewReader(s.Reader())
	require.NoError(t, err)
	require.ErrorIs(t, reader.Read(id, h, 1, 0, new(Chunk)), ErrCorrupt, "the old generation is gone")
	require.NoError(t, reader.Close())
	none, err := Find(s.Reader(), ID{3, 7, 0})
	require.NoError(t, err)
	require.Nil(t, none)
}

// A header cut anywhere or with a byte changed is refused.
func TestHeaderDamage(t *testing.T) {
	h := &Header{
		Generation: 3, Shards: []Shard{{schema.ShardID{Table: 7, Start: -1, Partition: 2, Sequence: 1}, 99, 5}},
		Columns: []Column{{1, types.Int4}, {2, types.Text}}, Groups: []uint32{5},
	}
	b := h.encode()
	got, err := decodeHeader(b)
	require.NoError(t, err)
	require.Equal(t, h, got)
	for i := range b {
		_, err := decodeHeader(b[:i])
		require.ErrorIs(t, err, ErrCorrupt)
		b[i] ^= 4
		_, err = decodeHeader(b)
		require.ErrorIs(t, err, ErrCorrupt, "byte %d", i)
		b[i] ^= 4
	}
}

// Blocks hold 96 slices each, before and after the origin; the far ends of time are
// blocks of their own.
func TestBlock(t *testing.T) {
	width := table.Width * blockSlices
	for _, k := range []int64{-3, -1, 0, 1, 100} {
		first := table.Origin + k*width
		require.Equal(t, first, Block(table, first))
		require.Equal(t, first, Block(table, first+width-table.Width))
		require.NotEqual(t, first, Block(table, first-table.Width))
	}
	for _, far := range []int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64} {
		require.Equal(t, far, Block(table, far))
	}
	require.Zero(t, Block(&schema.Table{Time: -1}, 0))
}
