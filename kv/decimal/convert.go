package decimal

import (
	"math"
	"strconv"
)

// Int64 returns d rounded half away from zero; ok is false when d is not finite
// or the result does not fit.
func (d Decimal) Int64() (v int64, ok bool) {
	if d.form != finite {
		return 0, false
	}
	if d.big == nil && d.scale == 0 {
		return d.c.Int64()
	}
	r, err := d.rescale(0, true)
	if err != nil || r.big != nil {
		return 0, false
	}
	return r.c.Int64()
}

// Float64 returns the float64 nearest to d; ok is false when a finite d is too
// large. A d too small gives 0 with ok false, as PostgreSQL refuses it.
func (d Decimal) Float64() (f float64, ok bool) { return d.float(64) }

// Float32 returns the float32 nearest to d; ok as for Float64.
func (d Decimal) Float32() (f float32, ok bool) {
	g, ok := d.float(32)
	return float32(g), ok
}

func (d Decimal) float(bits int) (float64, bool) {
	switch d.form {
	case nan:
		return math.NaN(), true
	case posInf:
		return math.Inf(1), true
	case negInf:
		return math.Inf(-1), true
	}
	// An integer below 2^53 over a power of ten that is exact divides right.
	if v, ok := d.c.Int64(); ok && d.big == nil && d.scale <= 22 && bits == 64 && v > -1<<53 && v < 1<<53 {
		return float64(v) / floatPow10[d.scale], true
	}
	var buf [64]byte
	f, err := strconv.ParseFloat(string(d.AppendText(buf[:0])), bits)
	return f, err == nil && (f != 0 || d.IsZero())
}

// floatPow10 holds the powers of ten that float64 holds exactly.
var floatPow10 = [23]float64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// FromFloat64 returns f rounded to 15 significant digits, without trailing
// zeros, as PostgreSQL's cast from double precision does.
func FromFloat64(f float64) Decimal { return fromFloat(f, 15) }

// FromFloat32 returns f rounded to 6 significant digits, as PostgreSQL's cast
// from real does.
func FromFloat32(f float32) Decimal { return fromFloat(float64(f), 6) }

func fromFloat(f float64, digits int) Decimal {
	switch {
	case math.IsNaN(f):
		return NaN()
	case math.IsInf(f, 0):
		return Inf(int(math.Copysign(1, f)))
	}
	var buf [32]byte
	// C's %.15g drops trailing zeros; so does this: digits, then the exponent.
	d, err := Parse(string(strconv.AppendFloat(buf[:0], f, 'e', digits-1, 64)))
	if err != nil {
		return NaN() // cannot be: every float64 has less than 400 digits
	}
	return d.Trim()
}
