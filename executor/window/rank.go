package window

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// number is row_number, rank and dense_rank.
func (c *call) number(k *chunk) []int64 {
	out := make([]int64, k.n)
	if c.name == "row_number" {
		k.partitions(func(from, to int) {
			for i := range out[from:to] {
				out[from+i] = int64(i + 1)
			}
		})
		return out
	}
	peers, dense := k.peerGroups(), c.name == "dense_rank"
	g := 0
	k.partitions(func(from, to int) {
		for n := int64(1); int(peers[g]) < to; n++ {
			rank := int64(int(peers[g])-from) + 1
			if dense {
				rank = n
			}
			for i := peers[g]; i < peers[g+1]; i++ {
				out[i] = rank
			}
			g++
		}
	})
	return out
}

// share is percent_rank and cume_dist.
func (c *call) share(k *chunk) []float64 {
	out := make([]float64, k.n)
	peers, percent := k.peerGroups(), c.name == "percent_rank"
	g := 0
	k.partitions(func(from, to int) {
		for ; int(peers[g]) < to; g++ {
			x := float64(int(peers[g+1])-from) / float64(to-from)
			if percent {
				x = 0
				if to-from > 1 {
					x = float64(int(peers[g])-from) / float64(to-from-1)
				}
			}
			for i := peers[g]; i < peers[g+1]; i++ {
				out[i] = x
			}
		}
	})
	return out
}

// ntile cuts each partition into buckets, the first ones larger by one row. The
// number is that of the first row that has one.
func (c *call) ntile(k *chunk) (*result, error) {
	v := &vector.Vector{Kind: vector.Int32, Len: k.n, I32: make([]int32, k.n)}
	var err error
	k.partitions(func(from, to int) {
		i := from
		var buckets int64
		for ; i < to; i++ {
			var null bool
			if buckets, null = c.args[0].at(k, i); !null {
				break
			}
			setNull(v, i)
		}
		if i < to && buckets <= 0 && err == nil {
			err = sqlerr.New(sqlerr.InvalidArgumentForNtile, "argument of ntile must be greater than zero")
		}
		if err != nil {
			return
		}
		each, more := int64(to-from)/max(buckets, 1), int64(to-from)%max(buckets, 1)
		for bucket := int64(1); i < to; bucket++ {
			size := each
			if bucket <= more {
				size++
			}
			for end := min(i+int(size), to); i < end; i++ {
				v.I32[i] = int32(bucket)
			}
		}
	})
	return &result{v: v}, err
}

// setNull makes row i of v, whose slot is zero, NULL.
func setNull(v *vector.Vector, i int) {
	if v.Nulls == nil {
		v.Nulls = make([]uint64, (v.Len+63)/64)
	}
	v.Nulls[i>>6] |= 1 << (uint(i) & 63)
}
