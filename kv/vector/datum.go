package vector

import "math"

// Datum is one value outside a vector: a constant, a parameter, a bound. Its
// kind is that of the type it stands beside. Datums of one kind are equal
// exactly when they are identical (==), except that NaN and -0 follow IEEE.
type Datum struct {
	Null bool
	I    int64     // Bool (0, 1), Int32, Int64
	F    float64   // Float64
	W    [2]uint64 // Word128
	S    string    // Bytes
}

// NullDatum is the NULL of every type.
var NullDatum = Datum{Null: true}

// BoolDatum, IntDatum, FloatDatum, WordDatum and StringDatum make a non-null
// Datum of a kind.
func BoolDatum(b bool) Datum {
	if b {
		return Datum{I: 1}
	}
	return Datum{}
}

// IntDatum returns a Datum of kind Int32 or Int64.
func IntDatum(i int64) Datum { return Datum{I: i} }

// FloatDatum returns a Datum of kind Float64.
func FloatDatum(f float64) Datum { return Datum{F: f} }

// WordDatum returns a Datum of kind Word128.
func WordDatum(w [2]uint64) Datum { return Datum{W: w} }

// StringDatum returns a Datum of kind Bytes.
func StringDatum(s string) Datum { return Datum{S: s} }

// At returns row i of v as a Datum.
func At(v *Vector, i int) Datum {
	if v.IsNull(i) {
		return NullDatum
	}
	switch v.Kind {
	case Bool:
		return BoolDatum(v.Bool(i))
	case Int32, Int64:
		return IntDatum(v.Int(i))
	case Float64:
		return FloatDatum(v.Float(i))
	case Word128:
		return WordDatum(v.Word(i))
	}
	return StringDatum(string(v.Bytes(i)))
}

// ConstOf returns a Const vector of n rows that holds d.
func ConstOf(k Kind, d Datum, n int) *Vector {
	v := &Vector{Kind: k, Form: Const, Len: n}
	if d.Null {
		v.Nulls = []uint64{1}
	}
	switch k {
	case Bool:
		v.Bits = []uint64{uint64(d.I)}
	case Int32:
		v.I32 = []int32{int32(d.I)}
	case Int64:
		v.I64 = []int64{d.I}
	case Float64:
		v.F64 = []float64{d.F}
	case Word128:
		v.W128 = [][2]uint64{d.W}
	case Bytes:
		v.Arena = []byte(d.S)
		v.Spans = []Span{{0, uint32(len(d.S))}}
	}
	return v
}

// Interval is the value of an interval column.
type Interval struct {
	Months, Days int32
	Micros       int64
}

// Word packs iv into a Word128 value.
func (iv Interval) Word() [2]uint64 {
	return [2]uint64{uint64(iv.Micros), uint64(uint32(iv.Months))<<32 | uint64(uint32(iv.Days))}
}

// IntervalOf unpacks a Word128 value.
func IntervalOf(w [2]uint64) Interval {
	return Interval{Months: int32(uint32(w[1] >> 32)), Days: int32(uint32(w[1])), Micros: int64(w[0])}
}

// The infinities of timestamp and timestamptz, and of date.
const (
	TimeInfinity    = math.MaxInt64
	TimeNegInfinity = math.MinInt64
	DateInfinity    = math.MaxInt32
	DateNegInfinity = math.MinInt32
)

// EpochUnixMicro is 2000-01-01 00:00 UTC in µs since the Unix epoch: what to
// add to a timestamp value to get Unix time.
const EpochUnixMicro = 946684800 * 1000000

// TimeTZ is the value of a timetz column.
type TimeTZ struct {
	Micros int64 // wall clock since midnight, 0..24 h
	West   int32 // seconds west of UTC
}

// Word packs t into a Word128 value whose halves, unsigned, compare as
// PostgreSQL's timetz: by the instant, then by the zone.
func (t TimeTZ) Word() [2]uint64 {
	return [2]uint64{uint64(t.Micros+int64(t.West)*1e6) ^ 1<<63, uint64(int64(t.West)) ^ 1<<63}
}

// TimeTZOf unpacks a Word128 value.
func TimeTZOf(w [2]uint64) TimeTZ {
	west := int64(w[1] ^ 1<<63)
	return TimeTZ{Micros: int64(w[0]^1<<63) - west*1e6, West: int32(west)}
}
