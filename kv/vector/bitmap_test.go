package vector

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Goal: whole-word operations are the ones on single bits. Method: random
// bitmaps of every length up to three words, dense, sparse and full, against
// loops over bits.
func TestBitmapsMatchSingleBits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	get := func(w []uint64, i int) bool { return w[i>>6]>>(i&63)&1 != 0 }
	for n := 1; n <= 192; n++ {
		words := (n + 63) / 64
		a, b := make([]uint64, words), make([]uint64, words)
		for k := range a {
			switch r.IntN(4) {
			case 0:
				a[k], b[k] = ^uint64(0), r.Uint64()
			case 1:
				a[k], b[k] = 1<<r.IntN(64), 0
			default:
				a[k], b[k] = r.Uint64(), r.Uint64()
			}
		}
		var set, unset []uint16
		for i := range n {
			if get(a, i) {
				set = append(set, uint16(i))
			} else {
				unset = append(unset, uint16(i))
			}
		}
		require.Equal(t, set, AppendSet(nil, a, n))
		require.Equal(t, unset, AppendClear(nil, a, n))
		require.Equal(t, len(set), CountBits(a, n))
		and, or, not := append([]uint64(nil), a...), append([]uint64(nil), a...), append([]uint64(nil), a...)
		AndBits(and, b)
		OrBits(or, b)
		NotBits(not)
		CutBits(not, n)
		for i := range n {
			require.Equal(t, get(a, i) && get(b, i), get(and, i))
			require.Equal(t, get(a, i) || get(b, i), get(or, i))
			require.Equal(t, !get(a, i), get(not, i))
		}
		require.Equal(t, n-len(set), CountBits(not, words*64), "nothing past the end")
		FillBits(a, n)
		require.Equal(t, n, CountBits(a, words*64))
		require.True(t, AnyBit(a))
		require.False(t, AnyBit(make([]uint64, words)))
	}
}
