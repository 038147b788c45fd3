package vector_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
)

var allKinds = []vector.Kind{vector.Bool, vector.Int32, vector.Int64, vector.Float64, vector.Word128, vector.Bytes, vector.Bytes}

// randomRows makes n rows of allKinds, with few distinct values and some NULLs.
func randomRows(r *rand.Rand, n int) [][]vector.Datum {
	rows := make([][]vector.Datum, n)
	for i := range rows {
		k := r.IntN(9)
		rows[i] = []vector.Datum{
			vector.BoolDatum(k%2 == 0), vector.IntDatum(int64(k) - 4), vector.IntDatum(r.Int64()), vector.FloatDatum(float64(k) / 4),
			vector.WordDatum([2]uint64{uint64(k), r.Uint64()}), vector.StringDatum(strings.Repeat("ab", k)), vector.StringDatum("k"),
		}
		for c := range rows[i] {
			if c > 0 && r.IntN(4) == 0 {
				rows[i][c] = vector.NullDatum
			}
		}
	}
	return rows
}

// What is appended in any mixture of forms, with or without a selection, comes
// out again, whole and in windows, and keeps the invariants.
func TestBuilderKeepsRows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	b := vector.NewBuilder(allKinds...)
	for round := range 60 {
		b.Reset()
		var want [][]vector.Datum
		for range 1 + r.IntN(5) {
			rows := randomRows(r, 1+r.IntN(150))
			for i := range rows {
				if round%5 == 0 { // constant columns
					rows[i] = rows[0]
				}
			}
			batch := vectortest.Mix(r, vectortest.Batch(allKinds, rows))
			require.NoError(t, vector.Verify(batch))
			if r.IntN(3) > 0 {
				want = append(want, rows...)
				require.NoError(t, b.Append(batch))
			} else {
				pick := make([]uint32, r.IntN(20))
				all := vectortest.Rows(&vector.Batch{Len: batch.Len, Cols: batch.Cols})
				for i := range pick {
					pick[i] = uint32(r.IntN(batch.Len))
					want = append(want, all[pick[i]])
				}
				require.NoError(t, b.AppendRows(batch.Cols, pick))
			}
		}
		if len(want) == 0 {
			continue
		}
		require.NoError(t, vector.Verify(b.Batch()), "round %d", round)
		require.Equal(t, vectortest.Text(want), vectortest.Text(vectortest.Rows(b.Batch())), "round %d", round)

		var w vector.Window
		for from := 0; from < len(want); {
			to := min(from+1+r.IntN(100), len(want))
			part := w.Slice(b.Columns(), from, to)
			require.NoError(t, vector.Verify(part))
			require.Equal(t, vectortest.Text(want[from:to]), vectortest.Text(vectortest.Rows(part)))
			from = to
		}
	}
}

// A Scratch gives what row-by-row access gives: gathered with rows that are
// none, selected, and flattened.
func TestScratchMatchesRows(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var w vector.Window
	scratch := make([]vector.Scratch, len(allKinds))
	for range 60 {
		rows := randomRows(r, 1+r.IntN(200))
		b := vectortest.Mix(r, vectortest.Batch(allKinds, rows))
		all := vectortest.Rows(&vector.Batch{Len: b.Len, Cols: b.Cols})

		pick := make([]uint32, 1+r.IntN(100))
		want := make([][]vector.Datum, len(pick))
		none := make([]vector.Datum, len(allKinds))
		for i := range none {
			none[i] = vector.NullDatum
		}
		outer := r.IntN(2) == 0
		for i := range pick {
			pick[i] = uint32(r.IntN(b.Len))
			want[i] = all[pick[i]]
			if outer && r.IntN(3) == 0 {
				pick[i], want[i] = vector.NoRow, none
			}
		}
		got := w.Gather(b.Cols, pick)
		require.NoError(t, vector.Verify(got))
		require.Equal(t, vectortest.Text(want), vectortest.Text(vectortest.Rows(got)))

		if b.Sel != nil {
			got = w.Select(b, b.Sel)
			require.NoError(t, vector.Verify(got))
			require.Equal(t, vectortest.Text(rows), vectortest.Text(vectortest.Rows(got)))
		}
		for i, v := range b.Cols {
			f := scratch[i].Flatten(v, vector.Rows{N: v.Len})
			require.Equal(t, vector.Flat, f.Form)
			for k := range b.Len {
				require.True(t, vectortest.Same(vector.At(v, k), vector.At(f, k)))
			}
			require.NoError(t, vector.Verify(&vector.Batch{Len: b.Len, Cols: []*vector.Vector{f}}))
		}
	}
}

// A scaled vector is float8 to whoever copies it.
func TestScaledBecomesFloat(t *testing.T) {
	v := &vector.Vector{Kind: vector.Int64, Scaled: true, Exp: 2, Len: 3, I64: []int64{110, 0, -5}, Nulls: []uint64{2}}
	want := [][]vector.Datum{{vector.FloatDatum(1.1)}, {vector.NullDatum}, {vector.FloatDatum(-0.05)}}
	b := vector.NewBuilder(vector.Float64)
	require.NoError(t, b.Append(&vector.Batch{Len: 3, Cols: []*vector.Vector{v}}))
	require.Equal(t, want, vectortest.Rows(b.Batch()))
	var s vector.Scratch
	require.Equal(t, want, vectortest.Rows(&vector.Batch{Len: 3, Cols: []*vector.Vector{s.Flatten(v, vector.Rows{N: 3})}}))
}

// Text beyond what a span can address is refused, not wrapped around. The
// vector claims a huge span without having the bytes.
func TestBuilderTooLarge(t *testing.T) {
	v := &vector.Vector{Kind: vector.Bytes, Len: 2, Spans: []vector.Span{{0, math.MaxUint32}, {0, 1}}}
	err := vector.NewBuilder(vector.Bytes).AppendRows([]*vector.Vector{v}, []uint32{0, 1})
	require.ErrorIs(t, err, vector.ErrTooLarge)
}

// Appending to a warm Builder allocates nothing.
func TestBuilderAllocations(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	batch := vectortest.Batch(allKinds, randomRows(r, 1000))
	b := vector.NewBuilder(allKinds...)
	require.Zero(t, testing.AllocsPerRun(20, func() {
		b.Reset()
		_ = b.Append(batch)
	}))
}

func BenchmarkBuilderAppend(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 6))
	kinds := []vector.Kind{vector.Int64, vector.Bytes}
	rows := make([][]vector.Datum, 4096)
	for i := range rows {
		rows[i] = []vector.Datum{vector.IntDatum(r.Int64()), vector.StringDatum("host_12345")}
	}
	batch := vectortest.Batch(kinds, rows)
	w := vector.NewBuilder(kinds...)
	b.ReportAllocs()
	for b.Loop() {
		w.Reset()
		_ = w.Append(batch)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/row")
}
