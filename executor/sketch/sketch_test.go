package sketch

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func values(r *rand.Rand, n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		switch r.IntN(5) {
		case 0:
			all[i] = math.Exp(r.Float64()*40 - 20)
		case 1:
			all[i] = -math.Exp(r.Float64() * 10)
		case 2:
			all[i] = 0
		default:
			all[i] = r.NormFloat64() * 100
		}
	}
	return all
}

// Percentiles keep the error bound that the sketch names, and a sketch merged from
// parts in another order is the same.
func TestPercentileWithinError(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 10, 1000, 20000} {
		all := values(r, n)
		var whole, merged Sketch
		var parts [3]Sketch
		for i, v := range all {
			whole.Add(v)
			parts[i%3].Add(v)
		}
		for _, i := range []int{2, 0, 1} {
			back, err := Decode(parts[i].Append(nil))
			require.NoError(t, err)
			merged.Merge(back)
		}
		require.InEpsilon(t, whole.Mean()+1e6, merged.Mean()+1e6, 1e-9)
		merged.sum = whole.sum
		require.Equal(t, whole.Append(nil), merged.Append(nil))
		require.Equal(t, int64(n), whole.Count())
		slices.Sort(all)
		for _, p := range []float64{0, 0.01, 0.25, 0.5, 0.9, 0.999, 1} {
			want := all[int(p*float64(n-1))]
			require.LessOrEqual(t, math.Abs(whole.Percentile(p)-want), whole.Error()*math.Abs(want)*1.000001, "n=%d p=%v", n, p)
		}
		require.InDelta(t, 0, whole.Rank(math.Inf(-1)), 1e-9)
		require.InDelta(t, 1, whole.Rank(math.Inf(1)), 1e-9)
	}
}

// Any bytes are a sketch or ErrCorrupt, and a sketch encodes to the same bytes.
func FuzzDecode(f *testing.F) {
	var s Sketch
	for _, v := range values(rand.New(rand.NewPCG(3, 4)), 50) {
		s.Add(v)
	}
	f.Add(s.Append(nil))
	f.Add([]byte{version, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Decode(b)
		if err != nil {
			require.ErrorIs(t, err, ErrCorrupt)
			return
		}
		again, err := Decode(s.Append(nil))
		require.NoError(t, err)
		require.Equal(t, s.n, again.n)
		s.Percentile(0.5)
		s.Rank(1)
	})
}
