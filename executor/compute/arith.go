package compute

import (
	"math"
	"math/bits"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Integer arithmetic in bulk: the loops OR together what shows an overflow and
// the caller looks once; only then it asks whether a row that counts is guilty.

func addVV[T integer](d, a, b []T) bool {
	a, b = a[:len(d)], b[:len(d)]
	var bad T
	for i := range d {
		x, y := a[i], b[i]
		s := x + y
		bad |= (x ^ s) & (y ^ s)
		d[i] = s
	}
	return bad < 0
}

func addVC[T integer](d, a []T, y T) bool {
	a = a[:len(d)]
	var bad T
	for i := range d {
		x := a[i]
		s := x + y
		bad |= (x ^ s) & (y ^ s)
		d[i] = s
	}
	return bad < 0
}

func subVV[T integer](d, a, b []T) bool {
	a, b = a[:len(d)], b[:len(d)]
	var bad T
	for i := range d {
		x, y := a[i], b[i]
		s := x - y
		bad |= (x ^ y) & (x ^ s)
		d[i] = s
	}
	return bad < 0
}

func subVC[T integer](d, a []T, y T) bool {
	a = a[:len(d)]
	var bad T
	for i := range d {
		x := a[i]
		s := x - y
		bad |= (x ^ y) & (x ^ s)
		d[i] = s
	}
	return bad < 0
}

func subCV[T integer](d []T, x T, b []T) bool {
	b = b[:len(d)]
	var bad T
	for i := range d {
		y := b[i]
		s := x - y
		bad |= (x ^ y) & (x ^ s)
		d[i] = s
	}
	return bad < 0
}

// mul64 returns the low half of the product; over is 0 exactly when that is all.
func mul64(x, y int64) (p, over int64) {
	hi, lo := bits.Mul64(uint64(x), uint64(y))
	// From the unsigned high half to the signed one.
	h := int64(hi) - x>>63&y - y>>63&x
	return int64(lo), h ^ int64(lo)>>63
}

func mulVV64(d, a, b []int64) bool {
	a, b = a[:len(d)], b[:len(d)]
	var bad int64
	for i := range d {
		p, o := mul64(a[i], b[i])
		bad |= o
		d[i] = p
	}
	return bad != 0
}

func mulVC64(d, a []int64, y int64) bool {
	a = a[:len(d)]
	var bad int64
	for i := range d {
		p, o := mul64(a[i], y)
		bad |= o
		d[i] = p
	}
	return bad != 0
}

func mulVV32(d, a, b []int32) bool {
	a, b = a[:len(d)], b[:len(d)]
	var bad int64
	for i := range d {
		p := int64(a[i]) * int64(b[i])
		bad |= p ^ int64(int32(p))
		d[i] = int32(p)
	}
	return bad != 0
}

func mulVC32(d, a []int32, y int32) bool {
	a = a[:len(d)]
	var bad int64
	for i := range d {
		p := int64(a[i]) * int64(y)
		bad |= p ^ int64(int32(p))
		d[i] = int32(p)
	}
	return bad != 0
}

func addInt[T integer](t types.ID) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		a, b := args[0], args[1]
		x, y := vector.Values[T](a), vector.Values[T](b)
		d := vector.Values[T](out)
		var bad bool
		switch {
		case b.Form == vector.Const:
			bad = addVC(d, x, y[0])
		case a.Form == vector.Const:
			bad = addVC(d, y, x[0])
		default:
			bad = addVV(d, x, y)
		}
		if bad {
			m, n := mask(a), mask(b)
			if guilty(out, rows, func(i int) bool {
				p, q := x[i&m], y[i&n]
				s := p + q
				return (p^s)&(q^s) < 0
			}) {
				return outOfRange(t)
			}
		}
		return nil
	}
}

func subInt[T integer](t types.ID) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		a, b := args[0], args[1]
		x, y := vector.Values[T](a), vector.Values[T](b)
		d := vector.Values[T](out)
		var bad bool
		switch {
		case b.Form == vector.Const:
			bad = subVC(d, x, y[0])
		case a.Form == vector.Const:
			bad = subCV(d, x[0], y)
		default:
			bad = subVV(d, x, y)
		}
		if bad {
			m, n := mask(a), mask(b)
			if guilty(out, rows, func(i int) bool {
				p, q := x[i&m], y[i&n]
				return (p^q)&(p^(p-q)) < 0
			}) {
				return outOfRange(t)
			}
		}
		return nil
	}
}

func mulInt64(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	a, b := args[0], args[1]
	var bad bool
	switch {
	case b.Form == vector.Const:
		bad = mulVC64(out.I64, a.I64, b.I64[0])
	case a.Form == vector.Const:
		bad = mulVC64(out.I64, b.I64, a.I64[0])
	default:
		bad = mulVV64(out.I64, a.I64, b.I64)
	}
	if bad {
		m, n := mask(a), mask(b)
		if guilty(out, rows, func(i int) bool {
			_, over := mul64(a.I64[i&m], b.I64[i&n])
			return over != 0
		}) {
			return outOfRange(types.Int8)
		}
	}
	return nil
}

func mulInt32(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	a, b := args[0], args[1]
	var bad bool
	switch {
	case b.Form == vector.Const:
		bad = mulVC32(out.I32, a.I32, b.I32[0])
	case a.Form == vector.Const:
		bad = mulVC32(out.I32, b.I32, a.I32[0])
	default:
		bad = mulVV32(out.I32, a.I32, b.I32)
	}
	if bad {
		m, n := mask(a), mask(b)
		if guilty(out, rows, func(i int) bool {
			p := int64(a.I32[i&m]) * int64(b.I32[i&n])
			return p != int64(int32(p))
		}) {
			return outOfRange(types.Int4)
		}
	}
	return nil
}

// int2 makes a kernel over Int32 one over smallint: its results must fit 16
// bits. Of two smallints they fit 32 bits.
func int2(k Kernel) Kernel {
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		if err := k(e, out, args, rows); err != nil {
			return err
		}
		return checkInt2(out, rows)
	}
}

func checkInt2(out *vector.Vector, rows vector.Rows) error {
	var bad int32
	for _, x := range out.I32[:rows.N] {
		bad |= x ^ int32(int16(x))
	}
	if bad != 0 && guilty(out, rows, func(i int) bool { return out.I32[i] != int32(int16(out.I32[i])) }) {
		return outOfRange(types.Int2)
	}
	return nil
}

// divInt is a row kernel: integer division cuts towards zero.
func divInt[T integer](t types.ID) Kernel {
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := vector.Values[T](args[0]), vector.Values[T](args[1])
		m, n := mask(args[0]), mask(args[1])
		d := vector.Values[T](out)
		for _, i := range rows.Selection() {
			p, q := x[int(i)&m], y[int(i)&n]
			if q == 0 {
				return divisionByZero()
			}
			r := p / q
			if q == -1 && p != 0 && r == p {
				return outOfRange(t) // the least value has no opposite
			}
			d[i] = r
		}
		return nil
	}
}

// modInt is a row kernel: the remainder has the sign of the dividend.
func modInt[T integer](e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x, y := vector.Values[T](args[0]), vector.Values[T](args[1])
	m, n := mask(args[0]), mask(args[1])
	d := vector.Values[T](out)
	for _, i := range rows.Selection() {
		q := y[int(i)&n]
		if q == 0 {
			return divisionByZero()
		}
		d[i] = x[int(i)&m] % q
	}
	return nil
}

// negInt is bulk; the least value has no opposite.
func negInt[T integer](t types.ID) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, d := vector.Values[T](args[0])[:rows.N], vector.Values[T](out)
		var bad T
		for i, v := range x {
			bad |= v & -v
			d[i] = -v
		}
		if bad < 0 && guilty(out, rows, func(i int) bool { return x[i] < 0 && -x[i] < 0 }) {
			return outOfRange(t)
		}
		return nil
	}
}

func absInt[T integer](t types.ID) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, d := vector.Values[T](args[0])[:rows.N], vector.Values[T](out)
		var bad T
		for i, v := range x {
			if v < 0 {
				v = -v
			}
			bad |= v
			d[i] = v
		}
		if bad < 0 && guilty(out, rows, func(i int) bool { return d[i] < 0 }) {
			return outOfRange(t)
		}
		return nil
	}
}

// bitOp is a bulk kernel of & | #.
func bitOp[T integer](op byte) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := vector.Values[T](args[0]), vector.Values[T](args[1])
		m, n := mask(args[0]), mask(args[1])
		d := vector.Values[T](out)[:rows.N]
		switch op {
		case '&':
			for i := range d {
				d[i] = x[i&m] & y[i&n]
			}
		case '|':
			for i := range d {
				d[i] = x[i&m] | y[i&n]
			}
		default:
			for i := range d {
				d[i] = x[i&m] ^ y[i&n]
			}
		}
		return nil
	}
}

func bitNot[T integer](_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x, d := vector.Values[T](args[0])[:rows.N], vector.Values[T](out)
	for i, v := range x {
		d[i] = ^v
	}
	return nil
}

// shift is a bulk kernel of << and >> by int4. As in PostgreSQL on common
// machines only the low bits of the count matter; width is 32 or 64.
func shift[T integer](left bool, width int32) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := vector.Values[T](args[0]), args[1].I32
		m, n := mask(args[0]), mask(args[1])
		d := vector.Values[T](out)[:rows.N]
		if left {
			for i := range d {
				d[i] = x[i&m] << (y[i&n] & (width - 1))
			}
			return nil
		}
		for i := range d {
			d[i] = x[i&m] >> (y[i&n] & (width - 1))
		}
		return nil
	}
}

// wrapInt2 cuts the results of k to 16 bits, as C does.
func wrapInt2(k Kernel) Kernel {
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		err := k(e, out, args, rows)
		for i, x := range out.I32 {
			out.I32[i] = int32(int16(x))
		}
		return err
	}
}

// Float arithmetic in bulk. A result that is infinite while the operands are
// not is an overflow, a zero that cannot be an underflow.

func floatOverflow() error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "value out of range: overflow")
}

func floatUnderflow() error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "value out of range: underflow")
}

// round32 rounds to float4 when single.
func round32(f float64, single bool) float64 {
	if single {
		return float64(float32(f))
	}
	return f
}

// floatOp is one of + - * over float8, or float4 when single.
func floatOp(op byte, single bool) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		a, b := args[0], args[1]
		x, y := a.F64, b.F64
		m, n := mask(a), mask(b)
		d := out.F64[:rows.N]
		switch {
		case op == '*' && m != 0 && n != 0:
			x, y := x[:len(d)], y[:len(d)]
			for i := range d {
				d[i] = x[i] * y[i]
			}
		case op == '*':
			for i := range d {
				d[i] = x[i&m] * y[i&n]
			}
		case op == '+' && m != 0 && n != 0:
			x, y := x[:len(d)], y[:len(d)]
			for i := range d {
				d[i] = x[i] + y[i]
			}
		case op == '+':
			for i := range d {
				d[i] = x[i&m] + y[i&n]
			}
		default:
			for i := range d {
				d[i] = x[i&m] - y[i&n]
			}
		}
		if single {
			for i, f := range d {
				d[i] = float64(float32(f))
			}
		}
		if infinite(d) || op == '*' && vanished(d, x, y, m, n) {
			var err error
			guilty(out, rows, func(i int) bool {
				p, q := x[i&m], y[i&n]
				switch {
				case math.IsInf(d[i], 0) && !math.IsInf(p, 0) && !math.IsInf(q, 0):
					err = floatOverflow()
				case op == '*' && d[i] == 0 && p != 0 && q != 0:
					err = floatUnderflow()
				}
				return err != nil
			})
			return err
		}
		return nil
	}
}

// infinite reports whether a value is infinite or NaN: its exponent is all ones,
// and one more carries into the sign.
func infinite(d []float64) bool {
	const exponent = 0x7ff << 52
	var acc uint64
	for _, f := range d {
		acc |= math.Float64bits(f)&exponent + 1<<52
	}
	return acc>>63 != 0
}

// vanished reports whether a product is 0 though no factor is.
func vanished(d, x, y []float64, m, n int) bool {
	for i, f := range d {
		if f == 0 && x[i&m] != 0 && y[i&n] != 0 {
			return true
		}
	}
	return false
}

// divFloat is a row kernel.
func divFloat(single bool) Kernel {
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := args[0].F64, args[1].F64
		m, n := mask(args[0]), mask(args[1])
		for _, i := range rows.Selection() {
			p, q := x[int(i)&m], y[int(i)&n]
			if q == 0 && p == p {
				return divisionByZero()
			}
			r := round32(p/q, single)
			switch {
			case math.IsInf(r, 0) && !math.IsInf(p, 0):
				return floatOverflow()
			case r == 0 && p != 0 && !math.IsInf(q, 0):
				return floatUnderflow()
			}
			out.F64[i] = r
		}
		return nil
	}
}

func negFloat(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for i, v := range args[0].F64[:rows.N] {
		out.F64[i] = -v
	}
	return nil
}

func absFloat(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for i, v := range args[0].F64[:rows.N] {
		out.F64[i] = math.Abs(v)
	}
	return nil
}
