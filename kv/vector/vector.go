package vector

import (
	"fmt"

	"github.com/dejaq/fasti/meta/types"
)

// MaxRows is the most rows a Batch holds: ten such columns of 8 bytes stay in
// the L2 cache, and a row number fits uint16.
const MaxRows = 4096

// Kind is the physical layout of the values. Each logical type has one Kind.
type Kind uint8

const (
	Bool    Kind = iota // Bits, one bit per row
	Int32               // int2, int4, date (days since 2000-01-01), oid and reg types (unsigned), enum (number of the label)
	Int64               // int8, timestamp, timestamptz (µs since 2000-01-01 UTC), time (µs); scaled float8
	Float64             // float4 (rounded to float32 after every operation), float8
	Word128             // uuid {high, low half, big endian}, interval {µs, months<<32|days}, timetz (see TimeTZ)
	Bytes               // strings, bytea, numeric (kv/decimal's encoding), json, jsonb (sql/json's form), inet and cidr (sql/value), bits as 0 and 1, arrays and records (kv/array's)
)

// KindOf returns the Kind of a logical type.
func KindOf(t types.Type) Kind {
	if t.ID.IsArray() {
		return Bytes
	}
	switch t.ID {
	case types.Bool:
		return Bool
	case types.Int2, types.Int4, types.Date, types.Enum:
		return Int32
	case types.Int8, types.Timestamp, types.Timestamptz, types.Time:
		return Int64
	case types.Float4, types.Float8:
		return Float64
	case types.UUID, types.Interval, types.Timetz:
		return Word128
	case types.Text, types.Varchar, types.Name, types.Unknown, types.Bytea, types.Numeric, types.Void, types.Record,
		types.JSON, types.JSONB, types.JSONPath, types.Bpchar, types.Char, types.Inet, types.Cidr, types.Bit, types.Varbit:
		return Bytes
	}
	if t.ID.IsOID() {
		return Int32
	}
	panic(fmt.Sprintf("vector: type %v has no kind", t))
}

// Form says how a row finds its value.
type Form uint8

const (
	Flat  Form = iota // row i has value i
	Const             // all rows have value 0 and null bit 0
	Dict              // row i has value Codes[i] of Dict; NULL is only in Nulls
)

// Span locates one value of a Bytes vector. It holds no pointer: the collector
// scans neither spans nor arenas.
type Span struct{ Off, Len uint32 }

// Dictionary is an immutable list of distinct non-null values shared by many
// vectors. ID is unique in the process, so a consumer may cache what it derived
// from it (predicate answers, remap table, hashes) across batches.
type Dictionary struct {
	ID     uint64
	Values *Vector // Flat, no nulls
	Sorted bool    // codes compare like values (bytewise)
}

// Vector is one column of a batch. Exactly one value slice is in use, chosen by
// Kind, or Codes when Form is Dict. Slots under NULL hold zero (code 0), so that
// kernels may compute on them. Slices may alias memory of the producer.
type Vector struct {
	Kind   Kind
	Form   Form
	Scaled bool // Int64 stands for the float8 value / 10^Exp
	Exp    int8
	Len    int

	Bits  []uint64
	I32   []int32
	I64   []int64
	F64   []float64
	W128  [][2]uint64
	Spans []Span
	Arena []byte
	Codes []uint32
	Dict  *Dictionary

	// Nulls has bit i set when row i is NULL; nil means none; bits at and past
	// Len are zero. A Const vector uses bit 0 only.
	Nulls []uint64

	// Lo and Hi bound all values of an integer kind when Bounded.
	Bounded bool
	Lo, Hi  int64
}

// Values returns the flat fixed-width values as []T; it panics when T does not
// belong to a fixed-width kind.
func Values[T int32 | int64 | float64](v *Vector) []T {
	var z T
	switch any(z).(type) {
	case int32:
		return any(v.I32).([]T)
	case int64:
		return any(v.I64).([]T)
	case float64:
		return any(v.F64).([]T)
	}
	panic("unreachable")
}

// Rows names the rows that count: all of [0,N), or only Sel (ascending,
// distinct, below N).
type Rows struct {
	N   int
	Sel []uint16
}

// Count returns how many rows count.
func (r Rows) Count() int {
	if r.Sel != nil {
		return len(r.Sel)
	}
	return r.N
}

// Runs cuts a batch into stretches on which the columns listed in Cols are
// constant. Ends are exclusive; the last is Len.
type Runs struct {
	Ends []uint16
	Cols []int
}

// Batch is a window of at most MaxRows rows over columns of equal Len. It
// belongs to the operator that returned it.
type Batch struct {
	Len  int
	Sel  []uint16 // nil = all rows
	Cols []*Vector
	Runs *Runs  // nil = unknown; never together with Sel
	Seq  uint64 // morsel number, for gathers that keep order
}

// Rows returns the rows of b that count.
func (b *Batch) Rows() Rows { return Rows{N: b.Len, Sel: b.Sel} }

// Count returns how many rows of b count.
func (b *Batch) Count() int { return b.Rows().Count() }

// IsNull reports whether row i is NULL.
func (v *Vector) IsNull(i int) bool {
	if v.Nulls == nil {
		return false
	}
	if v.Form == Const {
		i = 0
	}
	return v.Nulls[i>>6]>>(uint(i)&63)&1 != 0
}

// index returns where the value of row i stands in the value slice.
func (v *Vector) index(i int) int {
	if v.Form == Const {
		return 0
	}
	return i
}

// Bool, Int, Float, Word and Bytes return the value of row i whatever the form;
// for tests, output of few rows, and other code that is not hot. The row must
// not be NULL (the value is then the zero of the kind).
func (v *Vector) Bool(i int) bool {
	i = v.index(i)
	return v.Bits[i>>6]>>(uint(i)&63)&1 != 0
}

// Int returns the value of row i of an Int32 or Int64 vector.
func (v *Vector) Int(i int) int64 {
	if v.Kind == Int32 {
		return int64(v.I32[v.index(i)])
	}
	return v.I64[v.index(i)]
}

// Float returns the value of row i of a Float64 vector.
func (v *Vector) Float(i int) float64 { return v.F64[v.index(i)] }

// Word returns the value of row i of a Word128 vector.
func (v *Vector) Word(i int) [2]uint64 { return v.W128[v.index(i)] }

// Bytes returns the value of row i of a Bytes vector; it aliases the arena.
func (v *Vector) Bytes(i int) []byte {
	if v.Form == Dict {
		return v.Dict.Values.Bytes(int(v.Codes[i]))
	}
	s := v.Spans[v.index(i)]
	return v.Arena[s.Off : s.Off+s.Len : s.Off+s.Len]
}
