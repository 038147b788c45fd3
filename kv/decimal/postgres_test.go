package decimal

import (
	"bufio"
	"cmp"
	"encoding/hex"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// messages gives the sentinels PostgreSQL's words.
var messages = map[error]string{
	ErrOverflow:       "value overflows numeric format",
	ErrDivisionByZero: "division by zero",
	ErrSqrtNegative:   "cannot take square root of a negative number",
	ErrLogZero:        "cannot take logarithm of zero",
	ErrLogNegative:    "cannot take logarithm of a negative number",
	ErrPowerZero:      "zero raised to a negative power is undefined",
	ErrPowerNegative:  "a negative number raised to a non-integer power yields a complex result",
}

// Every operation gives PostgreSQL's digits, scale and error. The answers in
// testdata/postgres.txt were taken from PostgreSQL 15 for random and edge values;
// FASTI_DECIMAL_GOLDEN names another file of the form.
func TestPostgres(t *testing.T) {
	path := cmp.Or(os.Getenv("FASTI_DECIMAL_GOLDEN"), "testdata/postgres.txt")
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	bad := 0
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		c := strings.SplitN(lines.Text(), "|", 4)
		if bits := map[string]int{"float8": 64, "float4": 32}[c[0]]; bits != 0 && c[3][0] != '!' {
			f, err := strconv.ParseFloat(c[3], bits) // the notation is not decimal's business
			require.NoError(t, err)
			c[3] = strconv.FormatFloat(f, 'g', -1, bits)
		}
		if got := evaluate(c[0], c[1], c[2]); got != c[3] {
			if bad++; bad <= 30 {
				t.Errorf("%s(%s, %s) = %s\n PostgreSQL: %s", c[0], c[1], c[2], got, c[3])
			}
		}
	}
	require.NoError(t, lines.Err())
	require.Zero(t, bad)
}

// evaluate applies an operation of the golden file to two numbers as text.
func evaluate(op, a, b string) string {
	x, err := Parse(a)
	if err != nil {
		return "!" + messages[err]
	}
	var y Decimal
	var n int
	switch op {
	case "round", "trunc":
		n, _ = strconv.Atoi(b)
	case "typmod":
	default:
		y, _ = Parse(b)
	}
	var r Decimal
	switch op {
	case "add":
		r, err = x.Add(y)
	case "sub":
		r, err = x.Sub(y)
	case "mul":
		r, err = x.Mul(y)
	case "div":
		r, err = x.Div(y)
	case "mod":
		r, err = x.Mod(y)
	case "quo":
		r, err = x.QuoInteger(y)
	case "cmp":
		return strconv.Itoa(x.Cmp(y))
	case "round":
		r, err = x.Round(n)
	case "trunc":
		r, err = x.Trunc(n)
	case "ceil":
		r, err = x.Ceil()
	case "floor":
		r, err = x.Floor()
	case "sign":
		r = FromInt64(int64(x.Sign()))
		if x.IsNaN() {
			r = x
		}
	case "abs":
		r = x.Abs()
	case "neg":
		r = x.Neg()
	case "trim":
		r = x.Trim()
	case "minscale":
		if !x.IsFinite() {
			return "NULL"
		}
		return strconv.Itoa(x.MinScale())
	case "sqrt":
		r, err = x.Sqrt()
	case "exp":
		r, err = x.Exp()
	case "ln":
		r, err = x.Ln()
	case "log10":
		r, err = x.Log10()
	case "log":
		r, err = x.Log(y)
	case "power":
		r, err = x.Power(y)
	case "text":
		r = x
	case "typmod":
		p, s, _ := strings.Cut(b, ",")
		precision, _ := strconv.Atoi(p)
		scale, _ := strconv.Atoi(s)
		r, err = x.Typmod(precision, scale)
	case "int8":
		v, ok := x.Int64()
		switch {
		case x.IsNaN():
			return "!cannot convert NaN to bigint"
		case x.IsInf(0):
			return "!cannot convert infinity to bigint"
		case !ok:
			return "!bigint out of range"
		}
		return strconv.FormatInt(v, 10)
	case "wire":
		return hex.EncodeToString(x.AppendWire(nil))
	case "float8":
		f, ok := x.Float64()
		if !ok {
			return `!"` + x.String() + `" is out of range for type double precision`
		}
		return strconv.FormatFloat(f, 'g', -1, 64)
	case "float4":
		f, ok := x.Float32()
		if !ok {
			return `!"` + x.String() + `" is out of range for type real`
		}
		return strconv.FormatFloat(float64(f), 'g', -1, 32)
	}
	var field *FieldError
	switch {
	case errors.As(err, &field):
		return "!numeric field overflow"
	case err != nil:
		return "!" + messages[err]
	}
	return r.String()
}
