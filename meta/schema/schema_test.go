package schema

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawTime draws instants, the extremes and their neighbours among them.
func drawTime(t *rapid.T, label string) int64 {
	near := func(x int64) *rapid.Generator[int64] {
		return rapid.Map(rapid.Int64Range(-3, 3), func(d int64) int64 { return x + d }) // may wrap, which is welcome
	}
	return rapid.OneOf(rapid.Int64(), rapid.Int64Range(-1e15, 1e15),
		near(math.MinInt64), near(math.MaxInt64), near(0)).Draw(t, label)
}

func drawSlices(t *rapid.T) *Table {
	finite := func(v int64) bool { return v != math.MinInt64 && v != math.MaxInt64 }
	return &Table{
		Origin: rapid.OneOf(rapid.Int64Range(-1e15, 1e15), rapid.Int64().Filter(finite)).Draw(t, "origin"),
		Width:  rapid.OneOf(rapid.Int64Range(1, 10), rapid.Int64Range(1, 1e11), rapid.Int64Range(1, MaxWidth)).Draw(t, "width"),
	}
}

// TestSliceMatchesModel compares SliceStart and SliceEnd with the definition,
// origin + k·width, in numbers of any size.
func TestSliceMatchesModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tbl, us := drawSlices(t), drawTime(t, "us")
		start := tbl.SliceStart(us)
		end := tbl.SliceEnd(start)
		switch us {
		case math.MinInt64:
			require.Equal(t, us, start)
			require.Equal(t, us+1, end)
			return
		case math.MaxInt64:
			require.Equal(t, us, start)
			require.Equal(t, us, end)
			return
		}
		// k = floor((us - origin) / width): Div rounds down for a positive divisor.
		width, origin := big.NewInt(tbl.Width), big.NewInt(tbl.Origin)
		from := new(big.Int).Sub(big.NewInt(us), origin)
		from.Div(from, width).Mul(from, width).Add(from, origin)
		to := new(big.Int).Add(from, width)
		if least := big.NewInt(math.MinInt64 + 1); from.Cmp(least) < 0 {
			from = least
		}
		if most := big.NewInt(math.MaxInt64); to.Cmp(most) > 0 {
			to = most
		}
		require.Equal(t, from.Int64(), start)
		require.Equal(t, to.Int64(), end)
	})
}

// TestSlicesTile checks what routing and pruning rely on: an instant lies in its
// slice, the start of a slice is its own, and slices meet without gap or overlap.
func TestSlicesTile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tbl, us := drawSlices(t), drawTime(t, "us")
		start := tbl.SliceStart(us)
		end := tbl.SliceEnd(start)
		require.LessOrEqual(t, start, us)
		require.Equal(t, start, tbl.SliceStart(start))
		if us == math.MaxInt64 {
			return
		}
		require.Less(t, us, end)
		require.Equal(t, start, tbl.SliceStart(end-1))
		require.Equal(t, end, tbl.SliceStart(end), "the next slice begins where this one ends")
	})
}

// TestShardOrder checks that Compare orders by table, time, partition, sequence.
func TestShardOrder(t *testing.T) {
	ids := []ShardID{
		{1, math.MinInt64, 0, 0},
		{1, -5, 9, 9},
		{1, 0, 0, 1},
		{1, 0, 1, 0},
		{1, 0, NullPartition, 0},
		{1, 7, 0, 0},
		{1, math.MaxInt64, 0, 0},
		{2, math.MinInt64, 0, 0},
	}
	for i, a := range ids {
		for j, b := range ids {
			require.Equal(t, i < j, a.Compare(b) < 0)
			require.Equal(t, i == j, a.Compare(b) == 0)
		}
	}
}

// TestIntegerTime compares the conversion with numbers of any size, rounded down
// and clamped, for each unit.
func TestIntegerTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawTime(t, "v")
		for unit, ratio := range map[int64]*big.Rat{1: big.NewRat(1, 1), 1e3: big.NewRat(1e3, 1), 1e6: big.NewRat(1e6, 1), -1000: big.NewRat(1, 1e3)} {
			tbl := &Table{TimeUnit: unit}
			exact := new(big.Rat).Mul(new(big.Rat).SetInt64(v), ratio)
			want := new(big.Int).Div(exact.Num(), exact.Denom())
			switch {
			case want.Cmp(big.NewInt(math.MaxInt64-1)) > 0:
				want.SetInt64(math.MaxInt64 - 1)
			case want.Cmp(big.NewInt(math.MinInt64+1)) < 0:
				want.SetInt64(math.MinInt64 + 1)
			}
			require.Equal(t, want.Int64(), tbl.IntegerTime(v), "unit %d", unit)
		}
	})
}
