package encoding

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
)

// shapes make the values of a column of each kind; every encoding is met.
var shapes = map[string]struct {
	kind vector.Kind
	make func(r *rand.Rand, i int) vector.Datum
}{
	"bool":     {vector.Bool, func(r *rand.Rand, i int) vector.Datum { return vector.BoolDatum(r.IntN(3) == 0) }},
	"constant": {vector.Int32, func(r *rand.Rand, i int) vector.Datum { return vector.IntDatum(-7) }},
	"small":    {vector.Int32, func(r *rand.Rand, i int) vector.Datum { return vector.IntDatum(int64(r.IntN(200)) - 100) }},
	"int32":    {vector.Int32, func(r *rand.Rand, i int) vector.Datum { return vector.IntDatum(int64(int32(r.Uint32()))) }},
	"rising":   {vector.Int64, func(r *rand.Rand, i int) vector.Datum { return vector.IntDatum(1e15 + int64(i)*60e6) }},
	"int64":    {vector.Int64, func(r *rand.Rand, i int) vector.Datum { return vector.IntDatum(int64(r.Uint64()) >> r.IntN(64)) }},
	"extremes": {vector.Int64, func(r *rand.Rand, i int) vector.Datum {
		return vector.IntDatum([]int64{math.MinInt64, math.MaxInt64, 0}[r.IntN(3)])
	}},
	"two words": {vector.Int64, func(r *rand.Rand, i int) vector.Datum { return vector.IntDatum(int64(r.Uint64() >> 5)) }},
	"decimal":   {vector.Float64, func(r *rand.Rand, i int) vector.Datum { return vector.FloatDatum(float64(r.IntN(100000)-50000) / 100) }},
	"float": {vector.Float64, func(r *rand.Rand, i int) vector.Datum {
		return vector.FloatDatum([]float64{r.NormFloat64(), math.Inf(1), math.Copysign(0, -1)}[r.IntN(3)])
	}},
	"word": {vector.Word128, func(r *rand.Rand, i int) vector.Datum { return vector.WordDatum([2]uint64{r.Uint64(), r.Uint64()}) }},
	"dict": {vector.Bytes, func(r *rand.Rand, i int) vector.Datum {
		return vector.StringDatum([]string{"", "ATL", "JFK", strings.Repeat("long", 30)}[r.IntN(4)])
	}},
	"text": {vector.Bytes, func(r *rand.Rand, i int) vector.Datum {
		return vector.StringDatum(strings.Repeat("x", r.IntN(30)) + string(rune('a'+i%26)) + strings.Repeat("y", i%700))
	}},
}

func column(r *rand.Rand, shape string, n, nulls int) (*vector.Vector, [][]vector.Datum) {
	s := shapes[shape]
	rows := make([][]vector.Datum, n)
	for i := range rows {
		rows[i] = []vector.Datum{s.make(r, i)}
		if nulls > 0 && r.IntN(nulls) == 0 {
			rows[i][0] = vector.NullDatum
		}
	}
	b := vector.NewBuilder(s.kind)
	for _, row := range rows {
		if err := b.AppendDatums(row); err != nil {
			panic(err)
		}
	}
	return b.Columns()[0], rows
}

// Columns of every shape and length, with no, some and only NULLs, come back whole
// and in any stretch, into memory that other columns have used.
func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var c Chunk
	var out vector.Vector
	for shape := range shapes {
		for _, n := range []int{1, 2, 63, 64, 65, 1000, 5000} {
			for _, nulls := range []int{0, 5, 1} {
				v, rows := column(r, shape, n, nulls)
				require.NoError(t, c.Open(Append(nil, v), true), "%s %d", shape, n)
				require.Equal(t, n, c.Rows())
				for range 4 {
					from := r.IntN(n)
					to := from + 1 + r.IntN(min(n-from, vector.MaxRows))
					if n <= vector.MaxRows && r.IntN(2) == 0 {
						from, to = 0, n
					}
					c.Decode(from, to, &out)
					b := &vector.Batch{Len: to - from, Cols: []*vector.Vector{&out}}
					require.NoError(t, vector.Verify(b))
					require.Equal(t, vectortest.Text(rows[from:to]), vectortest.Text(vectortest.Rows(b)), "%s n=%d nulls=%d [%d,%d)", shape, n, nulls, from, to)
				}
			}
		}
	}
}

// Sizes are what the encodings promise: bits, not bytes.
func TestSizes(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	const n = 8192
	for shape, most := range map[string]float64{"constant": 0.02, "small": 1.1, "rising": 1.1, "decimal": 2.3, "dict": 0.4, "bool": 0.15} {
		v, _ := column(r, shape, n, 0)
		require.LessOrEqual(t, float64(len(Append(nil, v)))/n, most, shape)
	}
}

// A chunk cut anywhere or with a byte changed is refused when its checksum is
// looked at; without, it is refused or decoded, never a panic.
func TestDamage(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	var c Chunk
	var out vector.Vector
	for shape := range shapes {
		v, _ := column(r, shape, 100, 4)
		chunk := Append(nil, v)
		for i := range chunk {
			require.ErrorIs(t, c.Open(chunk[:i], true), ErrCorrupt)
			if i < len(chunk)-Padding {
				bad := append([]byte(nil), chunk...)
				bad[i] ^= 1 << r.IntN(8)
				require.ErrorIs(t, c.Open(bad, true), ErrCorrupt, "%s byte %d", shape, i)
				if c.Open(bad, false) == nil {
					c.Decode(0, c.Rows(), &out)
				}
			}
		}
	}
}

// Any bytes are refused or decoded, never a panic.
func FuzzOpen(f *testing.F) {
	r := rand.New(rand.NewPCG(4, 4))
	for shape := range shapes {
		v, _ := column(r, shape, 70, 5)
		f.Add(Append(nil, v))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var c Chunk
		if c.Open(b, false) != nil {
			return
		}
		var out vector.Vector
		c.Decode(0, c.Rows(), &out)
		c.Decode(c.Rows()/2, c.Rows(), &out)
	})
}

// Rates of unpacking, in values a second, by shape.
func BenchmarkDecode(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, shape := range []string{"small", "int32", "rising", "decimal", "dict", "text", "float"} {
		b.Run(shape, func(b *testing.B) {
			v, _ := column(r, shape, 8192, 0)
			var c Chunk
			require.NoError(b, c.Open(Append(nil, v), true))
			var out vector.Vector
			for b.Loop() {
				c.Decode(0, 4096, &out)
				c.Decode(4096, 8192, &out)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/8192, "ns/value")
		})
	}
}
