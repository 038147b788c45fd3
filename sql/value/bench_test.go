package value

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/dejaq/fasti/meta/types"
)

// Text of the values that results and COPY are made of.
func BenchmarkAppend(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	const n = 4096
	var near, far, floats, prices [n]int64
	for i := range n {
		near[i] = 818208000000000 + int64(i)*10000000 + int64(i%1000)
		far[i] = r.Int64N(1600000000e6) - 800000000e6
		floats[i], prices[i] = r.Int64(), r.Int64N(10000)
	}
	ny, _ := time.LoadLocation("America/New_York")
	plain, zoned := TimestampWriter{}, NewTimestampWriter(ny)
	for name, f := range map[string]func(dst []byte, i int) []byte{
		"timestamp":          func(dst []byte, i int) []byte { return plain.Append(dst, near[i]) },
		"timestamptz/near":   func(dst []byte, i int) []byte { return zoned.Append(dst, near[i]) },
		"timestamptz/random": func(dst []byte, i int) []byte { return zoned.Append(dst, far[i]) },
		"float8/price":       func(dst []byte, i int) []byte { return AppendFloat8(dst, float64(prices[i])/100, 1) },
		"float8/digits17":    func(dst []byte, i int) []byte { return AppendFloat8(dst, float64(floats[i])/(1<<63), 1) },
		"scaled":             func(dst []byte, i int) []byte { return AppendScaled(dst, prices[i], 2) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			buf, i := make([]byte, 0, 64), 0
			for b.Loop() {
				buf = f(buf[:0], i)
				i = (i + 1) % n
			}
		})
	}
}

// Reading: the fixed layout, and the forms that go through the full parser.
func BenchmarkParse(b *testing.B) {
	s := Default()
	p := NewTimestampParser(nil)
	fixed := []byte("2001-07-04 12:34:56.789")
	for name, f := range map[string]func(){
		"timestamp/fixed": func() { p.Parse(fixed) },
		"timestamp/full":  func() { ParseTimestamp(types.Of(types.Timestamp), "2001-07-04 12:34:56.789", s) },
		"interval":        func() { ParseInterval(types.Of(types.Interval), "1 day 02:03:04", s) },
		"int":             func() { ParseInt64Fast(fixed[:4]) },
		"float8":          func() { ParseFloat(types.Of(types.Float8), "12.34") },
		"numeric":         func() { ParseNumeric(types.Of(types.Numeric), "12.34") },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
}
