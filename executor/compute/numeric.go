package compute

import (
	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/value"
)

// Kernels over numeric are row kernels. Values whose coefficients fit int64, as
// nearly all do, are added, subtracted and multiplied without a Decimal.

// numericError gives errors of kv/decimal their SQLSTATE.
func numericError(err error) error { return value.NumericError(err) }

// putNumeric sets row i to d.
func putNumeric(out *vector.Vector, i int, d decimal.Decimal) {
	at := len(out.Arena)
	out.Arena = d.Encode(out.Arena)
	appendSpan(out, i, at)
}

func putScaled(out *vector.Vector, i int, coef int64, scale int) {
	at := len(out.Arena)
	out.Arena = decimal.EncodeInt64(out.Arena, coef, scale)
	appendSpan(out, i, at)
}

// numericOp is a row kernel of one of + - * / % or of div, power and log, which
// only have a slow way.
func numericOp(op byte) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := spansOf(args[0]), spansOf(args[1])
		for _, i := range rows.Selection() {
			a, b := x.get(int(i)), y.get(int(i))
			if op == '+' || op == '-' || op == '*' {
				p, s, ok1 := decimal.DecodeInt64(a)
				q, t, ok2 := decimal.DecodeInt64(b)
				if ok1 && ok2 {
					if r, scale, ok := scaledOp(op, p, s, q, t); ok {
						putScaled(out, int(i), r, scale)
						continue
					}
				}
			}
			d, err := decimalOp(op, a, b)
			if err != nil {
				return numericError(err)
			}
			putNumeric(out, int(i), d)
		}
		return nil
	}
}

// scaledOp computes p/10^s op q/10^t when that needs no more than int64.
func scaledOp(op byte, p int64, s int, q int64, t int) (r int64, scale int, ok bool) {
	if op == '*' {
		r, over := mul64(p, q)
		return r, s + t, over == 0 && s+t <= decimal.MaxScale
	}
	if s != t {
		return 0, 0, false
	}
	if op == '+' {
		r = p + q
		return r, s, (p^r)&(q^r) >= 0
	}
	r = p - q
	return r, s, (p^q)&(p^r) >= 0
}

func decimalOp(op byte, a, b []byte) (d decimal.Decimal, err error) {
	x, err := decimal.Decode(a)
	if err != nil {
		return d, err
	}
	y, err := decimal.Decode(b)
	if err != nil {
		return d, err
	}
	switch op {
	case '+':
		return x.Add(y)
	case '-':
		return x.Sub(y)
	case '*':
		return x.Mul(y)
	case '/':
		return x.Div(y)
	case '%':
		return x.Mod(y)
	case 'd':
		return x.QuoInteger(y)
	case '^':
		return x.Power(y)
	case 'l':
		return y.Log(x) // log(base, x)
	case 'g':
		return gcd(x, y)
	}
	return lcm(x, y)
}

// gcd is the greatest common divisor, by Euclid, at the larger scale.
func gcd(x, y decimal.Decimal) (decimal.Decimal, error) {
	if !x.IsFinite() || !y.IsFinite() {
		return decimal.NaN(), nil
	}
	scale := max(x.Scale(), y.Scale())
	x, y = x.Abs(), y.Abs()
	for !y.IsZero() {
		r, err := x.Mod(y)
		if err != nil {
			return x, err
		}
		x, y = y, r
	}
	return x.Round(scale)
}

// lcm is |x·y| / gcd(x, y), 0 when one is 0.
func lcm(x, y decimal.Decimal) (decimal.Decimal, error) {
	if !x.IsFinite() || !y.IsFinite() {
		return decimal.NaN(), nil
	}
	scale := max(x.Scale(), y.Scale())
	if x.IsZero() || y.IsZero() {
		return decimal.New(0, scale), nil
	}
	g, err := gcd(x, y)
	if err != nil {
		return g, err
	}
	q, err := x.QuoInteger(g)
	if err != nil {
		return q, err
	}
	p, err := q.Mul(y)
	if err != nil {
		return p, err
	}
	return p.Abs().Round(scale)
}

// numericFunc is a row kernel of one argument.
func numericFunc(f func(decimal.Decimal) (decimal.Decimal, error)) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		for _, i := range rows.Selection() {
			d, err := decimal.Decode(x.get(int(i)))
			if err == nil {
				d, err = f(d)
			}
			if err != nil {
				return numericError(err)
			}
			putNumeric(out, int(i), d)
		}
		return nil
	}
}

// numericRound is round(x, n) or trunc(x, n), a row kernel.
func numericRound(f func(d decimal.Decimal, scale int) (decimal.Decimal, error)) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		m := mask(args[1])
		for _, i := range rows.Selection() {
			d, err := decimal.Decode(x.get(int(i)))
			if err == nil {
				d, err = f(d, int(args[1].I32[int(i)&m]))
			}
			if err != nil {
				return numericError(err)
			}
			putNumeric(out, int(i), d)
		}
		return nil
	}
}

// numericScale is scale or min_scale: an integer, NULL of NaN and infinities.
func numericScale(f func(decimal.Decimal) int) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		for _, i := range rows.Selection() {
			d, err := decimal.Decode(x.get(int(i)))
			switch {
			case err != nil:
				return numericError(err)
			case !d.IsFinite():
				setNull(out, int(i), rows.N)
			default:
				out.I32[i] = int32(f(d))
			}
		}
		return nil
	}
}
