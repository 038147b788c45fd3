package compute

import (
	"math"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// totalFloat is a bulk kernel of a function that has a value everywhere.
func totalFloat(f func(float64) float64) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for i, x := range args[0].F64[:rows.N] {
			out.F64[i] = f(x)
		}
		return nil
	}
}

// partialFloat is a row kernel of a function that may fail.
func partialFloat(f func(float64) (float64, error)) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, i := range rows.Selection() {
			r, err := f(args[0].F64[i])
			if err != nil {
				return err
			}
			out.F64[i] = r
		}
		return nil
	}
}

func inputOutOfRange() error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "input is out of range")
}

// trig is a function of angles or ratios: infinite input, and what gives NaN
// without being NaN, is out of range.
func trig(f func(float64) float64, infinite bool) Kernel {
	return partialFloat(func(x float64) (float64, error) {
		if math.IsInf(x, 0) && !infinite {
			return 0, inputOutOfRange()
		}
		r := f(x)
		switch {
		case r != r && x == x:
			return 0, inputOutOfRange()
		case math.IsInf(r, 0) && !math.IsInf(x, 0) && !infinite:
			return 0, floatOverflow()
		}
		return r, nil
	})
}

func cot(x float64) float64 { return 1 / math.Tan(x) }

func signFloat(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

func sqrtFloat(x float64) (float64, error) {
	if x < 0 {
		return 0, sqlerr.New(sqlerr.InvalidArgumentForPower, "cannot take square root of a negative number")
	}
	return math.Sqrt(x), nil
}

// logFloat is ln or log10.
func logFloat(f func(float64) float64) Kernel {
	return partialFloat(func(x float64) (float64, error) {
		switch {
		case x == 0:
			return 0, sqlerr.New(sqlerr.InvalidArgumentForLogarithm, "cannot take logarithm of zero")
		case x < 0:
			return 0, sqlerr.New(sqlerr.InvalidArgumentForLogarithm, "cannot take logarithm of a negative number")
		}
		return f(x), nil
	})
}

func expFloat(x float64) (float64, error) {
	r := math.Exp(x)
	switch {
	case math.IsInf(r, 1) && !math.IsInf(x, 1):
		return 0, floatOverflow()
	case r == 0 && !math.IsInf(x, -1):
		return 0, floatUnderflow()
	}
	return r, nil
}

// scaleFloat multiplies by a constant: degrees and radians.
func scaleFloat(by float64, divide bool) Kernel {
	return partialFloat(func(x float64) (float64, error) {
		r := x * by
		if divide {
			r = x / by
		}
		switch {
		case math.IsInf(r, 0) && !math.IsInf(x, 0):
			return 0, floatOverflow()
		case r == 0 && x != 0:
			return 0, floatUnderflow()
		}
		return r, nil
	})
}

// powFloat is power(x, y).
func powFloat(x, y float64) (float64, error) {
	switch {
	case x == 0 && y < 0:
		return 0, sqlerr.New(sqlerr.InvalidArgumentForPower, "zero raised to a negative power is undefined")
	case x < 0 && !math.IsInf(x, 0) && !math.IsInf(y, 0) && y == y && y != math.Floor(y):
		return 0, sqlerr.New(sqlerr.InvalidArgumentForPower, "a negative number raised to a non-integer power yields a complex result")
	}
	r := math.Pow(x, y)
	finite := !math.IsInf(x, 0) && !math.IsInf(y, 0)
	switch {
	case math.IsInf(r, 0) && finite:
		return 0, floatOverflow()
	case r == 0 && x != 0 && finite:
		return 0, floatUnderflow()
	}
	return r, nil
}

// floatFunc2 is a row kernel of two floats.
func floatFunc2(f func(x, y float64) (float64, error)) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		m, n := mask(args[0]), mask(args[1])
		for _, i := range rows.Selection() {
			r, err := f(args[0].F64[int(i)&m], args[1].F64[int(i)&n])
			if err != nil {
				return err
			}
			out.F64[i] = r
		}
		return nil
	}
}

func atan2(y, x float64) (float64, error) { return math.Atan2(y, x), nil }

func pi(_ *Env, out *vector.Vector, _ []*vector.Vector, _ vector.Rows) error {
	out.F64[0] = math.Pi
	return nil
}

// widthBucket is width_bucket over float8, a row kernel.
func widthBucket(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	const code = "2201G"
	var m [4]int
	for k := range m {
		m[k] = mask(args[k])
	}
	for _, i := range rows.Selection() {
		x, lo, hi := args[0].F64[int(i)&m[0]], args[1].F64[int(i)&m[1]], args[2].F64[int(i)&m[2]]
		n := args[3].I32[int(i)&m[3]]
		switch {
		case n <= 0:
			return sqlerr.New(code, "count must be greater than zero")
		case x != x || lo != lo || hi != hi:
			return sqlerr.New(code, "operand, lower bound, and upper bound cannot be NaN")
		case math.IsInf(lo, 0) || math.IsInf(hi, 0):
			return sqlerr.New(code, "lower and upper bounds must be finite")
		case lo == hi:
			return sqlerr.New(code, "lower bound cannot equal upper bound")
		}
		if lo > hi {
			// The same from the other side.
			x, lo, hi = -x, -lo, -hi
		}
		switch {
		case x < lo:
			out.I32[i] = 0
		case x >= hi:
			if n == math.MaxInt32 {
				return outOfRange(types.Int4)
			}
			out.I32[i] = n + 1
		default:
			// Halves keep the difference finite.
			b := int64(float64(n) * ((x/2 - lo/2) / (hi/2 - lo/2)))
			out.I32[i] = int32(min(b, int64(n)-1)) + 1
		}
	}
	return nil
}

// gcdInt and lcmInt are row kernels.
func gcdInt[T integer](t types.ID) Kernel {
	return intFunc2(func(x, y T) (T, error) {
		g := gcdOf(x, y)
		if g < 0 {
			return 0, outOfRange(t) // of the least value, which has no opposite
		}
		return g, nil
	})
}

// gcdOf returns the greatest common divisor, or the least value of T for it.
func gcdOf[T integer](x, y T) T {
	for y != 0 {
		x, y = y, x%y
	}
	if x < 0 {
		x = -x
	}
	return x
}

func lcmInt[T integer](t types.ID) Kernel {
	return intFunc2(func(x, y T) (T, error) {
		if x == 0 || y == 0 {
			return 0, nil
		}
		p, over := mul64(int64(x/gcdOf(x, y)), int64(y))
		if p < 0 {
			p = -p
		}
		if over != 0 || p < 0 || p != int64(T(p)) {
			return 0, outOfRange(t)
		}
		return T(p), nil
	})
}

// intFunc2 is a row kernel of two integers.
func intFunc2[T integer](f func(x, y T) (T, error)) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y, d := vector.Values[T](args[0]), vector.Values[T](args[1]), vector.Values[T](out)
		m, n := mask(args[0]), mask(args[1])
		for _, i := range rows.Selection() {
			r, err := f(x[int(i)&m], y[int(i)&n])
			if err != nil {
				return err
			}
			d[i] = r
		}
		return nil
	}
}

// factorial is a row kernel. Beyond 32177! the result exceeds numeric.
func factorial(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for _, i := range rows.Selection() {
		n := args[0].I64[i]
		switch {
		case n < 0:
			return sqlerr.New(sqlerr.NumericValueOutOfRange, "factorial of a negative number is undefined")
		case n > 32177:
			return numericError(decimal.ErrOverflow)
		}
		f := decimal.FromInt64(1)
		for k := int64(2); k <= n; k++ {
			var err error
			if f, err = f.Mul(decimal.FromInt64(k)); err != nil {
				return numericError(err)
			}
		}
		putNumeric(out, int(i), f)
	}
	return nil
}
