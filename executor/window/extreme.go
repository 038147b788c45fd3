package window

import (
	"math"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// extremes returns for each row the row of its frame with the least or greatest
// value, vector.NoRow for none; nil for types that a number does not order. lo
// and hi never fall within a partition.
func extremes(in *input, t types.ID, greatest bool, lo, hi []uint32) []uint32 {
	v := in.args[0]
	if v.Form != vector.Flat {
		return nil
	}
	switch {
	case t == types.Float4 || t == types.Float8:
		words := make([]int64, in.k.n)
		for i, x := range v.F64[:in.k.n] {
			words[i] = orderedBits(x)
		}
		return candidates(in, words, greatest, lo, hi)
	case v.Kind == vector.Int64:
		return candidates(in, v.I64, greatest, lo, hi)
	case v.Kind == vector.Int32 && t != types.OID && t != types.Regtype:
		return candidates(in, v.I32, greatest, lo, hi)
	}
	return nil
}

// orderedBits returns an integer in the order of floats: -0 as 0, NaN above all.
func orderedBits(x float64) int64 {
	if x != x {
		return math.MaxInt64
	}
	b := int64(math.Float64bits(x + 0))
	return b ^ int64(uint64(b>>63)>>1)
}

// candidates keeps, while the frame moves forward, the rows that may still become
// the extreme: each is beaten by none behind it. The first one is the answer.
func candidates[T int32 | int64](in *input, vals []T, greatest bool, lo, hi []uint32) []uint32 {
	k := in.k
	rows := make([]uint32, k.n)
	queue := make([]uint32, 0, 64)
	k.partitions(func(from, to int) {
		queue = queue[:0]
		first, next := 0, uint32(from)
		for i := from; i < to; i++ {
			for ; next < hi[i]; next++ {
				if in.pass != nil && in.pass[next>>6]>>(next&63)&1 == 0 {
					continue
				}
				x := vals[next]
				for len(queue) > first {
					y := vals[queue[len(queue)-1]]
					if greatest && y > x || !greatest && y < x {
						break
					}
					queue = queue[:len(queue)-1]
				}
				queue = append(queue, next)
			}
			for first < len(queue) && queue[first] < lo[i] {
				first++
			}
			rows[i] = vector.NoRow
			if first < len(queue) && queue[first] < hi[i] {
				rows[i] = queue[first]
			}
			if first > 1<<12 && first > len(queue)/2 {
				queue = queue[:copy(queue, queue[first:])]
				first = 0
			}
		}
	})
	return rows
}
