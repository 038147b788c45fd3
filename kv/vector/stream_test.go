package vector_test

import (
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
)

// Rows of any kind in any mixture of forms come back from a block as they were,
// through an encoder and a decoder that are used again.
func TestBlockRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var e vector.BlockEncoder
	d := vector.NewBlockDecoder(allKinds...)
	var buf []byte
	for range 200 {
		rows := randomRows(r, 1+r.IntN(200))
		b := vectortest.Mix(r, vectortest.Batch(allKinds, rows))
		buf = e.Append(buf[:0], b)
		size, err := vector.BlockSize(buf)
		require.NoError(t, err)
		require.EqualValues(t, len(buf), size)
		got, err := d.Decode(buf)
		require.NoError(t, err)
		require.NoError(t, vector.Verify(got))
		require.Equal(t, rows, vectortest.Rows(got))
	}
}

// Integers of every spread, the extremes among them, take the width they need
// and come back.
func TestBlockIntegerWidths(t *testing.T) {
	kinds := []vector.Kind{vector.Int32, vector.Int64}
	for _, c := range []struct {
		lo, hi int64
		width  int
	}{
		{5, 5, 0},
		{-3, 252, 1},
		{-3, 253, 2},
		{0, math.MaxUint16, 2},
		{0, math.MaxUint16 + 1, 4},
		{math.MinInt32, math.MaxInt32, 4},
		{-1, math.MaxUint32, 8},
		{math.MinInt64, math.MaxInt64, 8},
	} {
		small := func(x int64) vector.Datum {
			return vector.IntDatum(int64(int32(max(min(x, math.MaxInt32), math.MinInt32))))
		}
		rows := [][]vector.Datum{{small(c.lo), vector.IntDatum(c.lo)}, {small(c.hi), vector.IntDatum(c.hi)}}
		block := new(vector.BlockEncoder).Append(nil, vectortest.Batch(kinds, rows))
		got, err := vector.NewBlockDecoder(kinds...).Decode(block)
		require.NoError(t, err)
		require.Equal(t, rows, vectortest.Rows(got))
		wide := new(vector.BlockEncoder).Append(nil, vectortest.Batch(kinds[1:], [][]vector.Datum{rows[0][1:], rows[1][1:]}))
		require.Len(t, wide, vector.BlockHeader+1+1+8+2*c.width)
	}
}

// The bytes of a block are what the drawing says.
func TestBlockGolden(t *testing.T) {
	kinds := []vector.Kind{vector.Bool, vector.Int32, vector.Bytes}
	rows := [][]vector.Datum{
		{vector.BoolDatum(true), vector.IntDatum(-1), vector.StringDatum("ab")},
		{vector.BoolDatum(false), vector.NullDatum, vector.StringDatum("")},
	}
	block := new(vector.BlockEncoder).Append(nil, vectortest.Batch(kinds, rows))
	require.Equal(t, "02000000"+"2b000000"+hex.EncodeToString(block[8:12])+
		"00"+"0100000000000000"+
		"01"+"0200000000000000"+"01"+"ffffffffffffffff"+"0001"+
		"00"+"01"+"0000000000000000"+"0200"+"6162", hex.EncodeToString(block))
}

// A block cut anywhere, or with any byte changed, is an error.
func TestBlockDamage(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	block := new(vector.BlockEncoder).Append(nil, vectortest.Batch(allKinds, randomRows(r, 20)))
	d := vector.NewBlockDecoder(allKinds...)
	for i := range block {
		_, err := d.Decode(block[:i])
		require.ErrorIs(t, err, vector.ErrBlock, "%d bytes", i)
		block[i] ^= 0x40
		_, err = d.Decode(block)
		require.ErrorIs(t, err, vector.ErrBlock, "byte %d", i)
		block[i] ^= 0x40
	}
	_, err := d.Decode(block)
	require.NoError(t, err)
}

// Bytes under a right checksum that are no block give an error, never a panic.
func FuzzBlock(f *testing.F) {
	r := rand.New(rand.NewPCG(7, 8))
	f.Add(new(vector.BlockEncoder).Append(nil, vectortest.Batch(allKinds, randomRows(r, 3))))
	table := crc32.MakeTable(crc32.Castagnoli)
	f.Fuzz(func(t *testing.T, block []byte) {
		if len(block) < vector.BlockHeader {
			return
		}
		binary.LittleEndian.PutUint32(block[4:], uint32(len(block)-vector.BlockHeader))
		binary.LittleEndian.PutUint32(block[8:], crc32.Update(crc32.Checksum(block[:8], table), table, block[vector.BlockHeader:]))
		b, err := vector.NewBlockDecoder(allKinds...).Decode(block)
		if err != nil {
			return
		}
		for _, row := range vectortest.Rows(b) {
			require.Len(t, row, len(allKinds))
		}
	})
}
