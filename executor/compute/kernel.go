package compute

import (
	"time"
	"unsafe"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// Kernel computes one signature for a batch. out has the right Kind, memory of
// its own for rows.N rows and Form Flat. Its spans are zero and its arena is
// empty; other values are dirty. args are Flat or Const, never scaled, and are
// not modified. Rows outside Sel may be computed or left dirty, but must never
// fail. See the package comment for who handles NULL.
type Kernel func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error

// Entry is how a signature is computed.
type Entry struct {
	// Kernel or Bind is set; Bind makes a kernel for one place in a program.
	Kernel Kernel
	Bind   func(s Site) Kernel
	// Rows: a row kernel, else a bulk kernel.
	Rows bool
	// Alias: the result's spans lie in the arena of the first argument.
	Alias bool
	// PerValue: depends on the value of the first argument only, the others are
	// constant or absent: on a Dict vector it runs once per dictionary entry.
	PerValue bool
	// Same: the result is the first argument as it is.
	Same bool
	// Before are what to do to the arguments first, nil for nothing: widening of
	// integers, taking dates for timestamps.
	Before []*Conversion
}

// Conversion is a bulk kernel of one argument that no signature has: it is
// total, keeps NULL and is shared like any call.
type Conversion struct {
	Name   string
	To     types.ID // a type of the kind that it gives
	Kernel Kernel
	Stable bool // asks the session's time zone
}

// Site is a place in a program at which a kernel is bound.
type Site struct {
	Sig  *function.Signature
	Args []types.Type // the types the arguments have
	Type types.Type   // of the result, with its modifier
	// Compile is the package's, for kernels that run programs of their own.
	Compile func(exprs []expr.Expr, in []types.Type) (*Program, error)
}

// Env is what kernels may ask beyond their arguments. It belongs to a program.
type Env struct {
	// Q is the statement; nil while constants are folded.
	Q *op.Context
	// Values are the session's settings, never nil.
	Values *value.Settings

	buf  []byte // scratch of row kernels
	buf2 []byte
	sel  []uint16 // rows that count and are not NULL, of the running step

	zone   value.ZoneMemo // of zoneOf, the session's
	zoneOf *time.Location
}

// sessionZone converts by the session's time zone.
func (e *Env) sessionZone() *value.ZoneMemo {
	if e.zoneOf != e.Values.Zone {
		e.zone, e.zoneOf = value.NewZoneMemo(e.Values.Zone), e.Values.Zone
	}
	return &e.zone
}

// view returns b as a string that is good as long as b is not changed.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// guilty reports whether a row that counts and is not NULL fulfils f. Bulk
// kernels ask it after a loop has met a suspect.
func guilty(out *vector.Vector, rows vector.Rows, f func(i int) bool) bool {
	if rows.Sel != nil {
		for _, i := range rows.Sel {
			if !out.IsNull(int(i)) && f(int(i)) {
				return true
			}
		}
		return false
	}
	for i := range rows.N {
		if !out.IsNull(i) && f(i) {
			return true
		}
	}
	return false
}

// mask returns what to & a row with to find its value: 0 for Const.
func mask(v *vector.Vector) int {
	if v.Form == vector.Const {
		return 0
	}
	return -1
}

// setNull makes row i of out NULL; n is the rows of the batch. The caller leaves
// zero in the slot.
func setNull(out *vector.Vector, i, n int) {
	if out.Nulls == nil {
		out.Nulls = make([]uint64, (n+63)/64)
	}
	out.Nulls[i>>6] |= 1 << (uint(i) & 63)
}

// setBit sets row i of a Bool vector whose bits are zero.
func setBit(out *vector.Vector, i int, b bool) {
	if b {
		out.Bits[i>>6] |= 1 << (uint(i) & 63)
	}
}

// appendSpan ends a value that a kernel has appended to out.Arena from at on.
func appendSpan(out *vector.Vector, i, at int) {
	out.Spans[i] = vector.Span{Off: uint32(at), Len: uint32(len(out.Arena) - at)}
}

// spans reads a Bytes argument, Flat or Const.
type spans struct {
	at    []vector.Span
	arena []byte
	mask  int
}

func spansOf(v *vector.Vector) spans { return spans{v.Spans, v.Arena, mask(v)} }

// get returns the bytes of row i, which alias the arena.
func (s *spans) get(i int) []byte {
	p := s.at[i&s.mask]
	return s.arena[p.Off : p.Off+p.Len : p.Off+p.Len]
}

// outOfRange is the 22003 of an integer type: "integer out of range".
func outOfRange(t types.ID) error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "%s out of range", types.Of(t))
}

func divisionByZero() error { return sqlerr.New(sqlerr.DivisionByZero, "division by zero") }
