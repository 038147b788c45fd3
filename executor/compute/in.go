package compute

import (
	"fmt"
	"math"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
)

// inList compiles IN over a list: constants as a set, the others as equalities
// that run while none before was TRUE.
func (c *compiler) inList(e expr.In, s *scope) (*val, error) {
	x, err := c.compile(e.X, s)
	if err != nil {
		return nil, err
	}
	var acc *val
	var consts []vector.Datum
	var rest []expr.Expr
	null := false
	for _, item := range e.List {
		k, ok := item.(expr.Const)
		switch {
		case ok && k.Value.Null:
			null = true
		case ok && setKind(x.typ) != setNone:
			consts = append(consts, k.Value)
		default:
			rest = append(rest, item)
		}
	}
	or := func(v *val) {
		if acc == nil {
			acc = v
			return
		}
		if c.everywhere([]*val{acc, v}) {
			acc = c.plain("or", kernelOr, expr.Bool, false, c.root, acc, v)
			return
		}
		st := &cstep{args: []*val{acc, v}}
		st.kind, st.name, st.set, st.kernel = stepCall, "or", s.set, kernelOr
		acc = c.emit(st, expr.Bool)
	}
	if len(consts) > 0 {
		or(c.inSet(x, consts, s))
	}
	for _, item := range rest {
		at := s
		if acc != nil && !free(item) {
			at = c.narrow(s, acc, notTrue)
		}
		v, err := c.compile(item, at)
		if err != nil {
			return nil, err
		}
		eq, err := c.applyID(e.Eq, expr.Bool, []*val{x, v}, at)
		if err != nil {
			return nil, err
		}
		or(eq)
	}
	if null {
		or(c.constant(vector.NullDatum, expr.Bool))
		if len(e.List) == 1 {
			return acc, nil
		}
	}
	if e.Not {
		acc = c.plain("not", kernelNot, expr.Bool, true, s, acc)
	}
	return acc, nil
}

// setNone and the others say how values of a type are looked up in a set.
type setOf uint8

const (
	setNone setOf = iota
	setInts
	setFloats
	setWords
	setBytes
	setNumerics
)

// setKind returns how a list of constants of a type is looked up; setNone for
// types whose equality is not that of their bits.
func setKind(t types.Type) setOf {
	switch t.ID {
	case types.Int2, types.Int4, types.Int8, types.Date, types.Timestamp, types.Timestamptz, types.Time, types.OID:
		return setInts
	case types.Float4, types.Float8:
		return setFloats
	case types.UUID, types.Timetz:
		return setWords
	case types.Text, types.Varchar, types.Name, types.Bytea, types.Char, types.Inet, types.Cidr, types.Bit, types.Varbit:
		return setBytes
	case types.Numeric:
		return setNumerics
	}
	return setNone
}

// inSet returns the value of x IN (consts), which hold no NULL.
func (c *compiler) inSet(x *val, consts []vector.Datum, s *scope) *val {
	st := &cstep{args: []*val{x}}
	st.kind, st.name, st.strict, st.set = stepCall, fmt.Sprintf("in set of %d", len(consts)), true, s.set
	switch setKind(x.typ) {
	case setInts:
		st.kernel = inInts(consts, x.kind)
	case setFloats:
		st.kernel = inFloats(consts)
	case setWords:
		set := make(map[[2]uint64]struct{}, len(consts))
		for _, d := range consts {
			set[d.W] = struct{}{}
		}
		st.kernel, st.rowwise = func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			m := mask(args[0])
			for _, i := range rows.Selection() {
				_, ok := set[args[0].W128[int(i)&m]]
				setBit(out, int(i), ok)
			}
			return nil
		}, true
	case setBytes:
		set := make(map[string]struct{}, len(consts))
		for _, d := range consts {
			set[d.S] = struct{}{}
		}
		st.perValue = true
		st.kernel, st.rowwise = func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			x := spansOf(args[0])
			for _, i := range rows.Selection() {
				_, ok := set[string(x.get(int(i)))]
				setBit(out, int(i), ok)
			}
			return nil
		}, true
	case setNumerics:
		set := make(map[string]struct{}, len(consts))
		for _, d := range consts {
			n, _ := decimal.Decode(d.S)
			set[string(n.EncodeKey(nil))] = struct{}{}
		}
		st.kernel, st.rowwise = func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			x := spansOf(args[0])
			for _, i := range rows.Selection() {
				n, err := decimal.Decode(x.get(int(i)))
				if err != nil {
					return numericError(err)
				}
				e.buf = n.EncodeKey(e.buf[:0])
				_, ok := set[string(e.buf)]
				setBit(out, int(i), ok)
			}
			return nil
		}, true
	}
	if x.konst != nil {
		if d, ok := c.fold(st, expr.Bool); ok {
			return c.constant(d, expr.Bool)
		}
	}
	if !st.rowwise && c.everywhere(st.args) {
		st.set = 0
	}
	return c.emit(st, expr.Bool)
}

// intSet is a hash table of integers, open addressing, at most half full.
type intSet struct {
	slots []int64
	used  []bool
	shift uint
}

func newIntSet(consts []vector.Datum) *intSet {
	bits := uint(4)
	for 1<<bits < 2*len(consts) {
		bits++
	}
	s := &intSet{slots: make([]int64, 1<<bits), used: make([]bool, 1<<bits), shift: 64 - bits}
	for _, d := range consts {
		i := s.slot(d.I)
		s.slots[i], s.used[i] = d.I, true
	}
	return s
}

// slot returns where x is or would be.
func (s *intSet) slot(x int64) uint64 {
	i := uint64(x) * 0x9e3779b97f4a7c15 >> s.shift
	for s.used[i] && s.slots[i] != x {
		i = (i + 1) & uint64(len(s.slots)-1)
	}
	return i
}

func (s *intSet) has(x int64) bool { return s.used[s.slot(x)] }

// fewInts is up to how many constants IN compares with each in turn; above, a
// table is faster (see BenchmarkIn).
const fewInts = 4

func inInts(consts []vector.Datum, k vector.Kind) Kernel {
	if k == vector.Int32 {
		return inIntsOf[int32](consts)
	}
	return inIntsOf[int64](consts)
}

func inIntsOf[T integer](consts []vector.Datum) Kernel {
	if len(consts) <= fewInts {
		list := make([]T, len(consts))
		for i, d := range consts {
			list[i] = T(d.I)
		}
		one := make([]uint64, vector.MaxRows/64)
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			x := vector.Values[T](args[0])[:rows.N]
			for _, c := range list {
				w := one[:len(out.Bits)]
				eqVC(w, x, c)
				vector.OrBits(out.Bits, w)
			}
			return nil
		}
	}
	set := newIntSet(consts)
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for i, x := range vector.Values[T](args[0])[:rows.N] {
			setBit(out, i, set.has(int64(x)))
		}
		return nil
	}
}

// floatKey returns bits that are the same for values that are equal: -0 is 0 and
// NaN is NaN.
func floatKey(f float64) int64 {
	switch {
	case f == 0:
		return 0
	case f != f:
		return math.MinInt64 // the bits of -0
	}
	return int64(math.Float64bits(f))
}

func inFloats(consts []vector.Datum) Kernel {
	keys := make([]vector.Datum, len(consts))
	for i, d := range consts {
		keys[i].I = floatKey(d.F)
	}
	set := newIntSet(keys)
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for i, x := range args[0].F64[:rows.N] {
			setBit(out, i, set.has(floatKey(x)))
		}
		return nil
	}
}
