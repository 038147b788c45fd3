package agg_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// reference groups rows one by one with a map and computes each aggregate from
// the list of its group's arguments.
func reference(rows []optest.Row, keys []int, calls []physical.Agg) []optest.Row {
	type bucket struct {
		key  optest.Row
		rows []optest.Row
	}
	var order []*bucket
	groups := map[string]*bucket{}
	if len(keys) == 0 {
		b := &bucket{}
		order, groups[""] = append(order, b), b
	}
	for _, row := range rows {
		var key optest.Row
		id := ""
		for _, k := range keys {
			key = append(key, row[k])
			id += fmt.Sprintf("%v|", row[k])
		}
		b := groups[id]
		if b == nil {
			b = &bucket{key: key}
			order, groups[id] = append(order, b), b
		}
		b.rows = append(b.rows, row)
	}
	var out []optest.Row
	for _, b := range order {
		row := append(optest.Row{}, b.key...)
		for _, c := range calls {
			row = append(row, referenceCall(c, b.rows))
		}
		out = append(out, row)
	}
	return out
}

func referenceCall(c physical.Agg, rows []optest.Row) vector.Datum {
	sig := function.ByID(c.Func)
	var args []optest.Row
	seen := map[string]bool{}
rows:
	for _, row := range rows {
		if c.Filter != nil {
			if f := row[c.Filter.(expr.Column).Index]; f.Null || f.I == 0 {
				continue
			}
		}
		var a optest.Row
		id := ""
		for _, e := range c.Args {
			d := row[e.(expr.Column).Index]
			if d.Null && sig.Strict {
				continue rows
			}
			a = append(a, d)
			if c.Distinct {
				id += canonical(e.Type(), d) + "|"
			}
		}
		if c.Distinct && seen[id] {
			continue
		}
		seen[id] = true
		args = append(args, a)
	}
	var t types.Type
	if len(c.Args) > 0 {
		t = c.Args[0].Type()
	}
	return compute(sig.Name, t, c, args)
}

func canonical(t types.Type, d vector.Datum) string {
	switch {
	case d.Null:
		return "NULL"
	case t.ID == types.Numeric:
		return string(num(d).EncodeKey(nil))
	case t.ID == types.Interval:
		return fmt.Sprint(hash.IntervalKey(d.W))
	}
	return fmt.Sprint(d)
}

func num(d vector.Datum) decimal.Decimal {
	x, err := decimal.Decode(d.S)
	check(err)
	return x
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// numeric returns any number as a decimal.
func numeric(t types.Type, d vector.Datum) decimal.Decimal {
	if t.ID == types.Numeric {
		return num(d)
	}
	return decimal.FromInt64(d.I)
}

func encode(d decimal.Decimal, err error) vector.Datum {
	check(err)
	return vector.StringDatum(string(d.Encode(nil)))
}

func compare(t types.Type, a, b vector.Datum) int {
	sign := func(less, more bool) int {
		switch {
		case less:
			return -1
		case more:
			return 1
		}
		return 0
	}
	switch vector.KindOf(t) {
	case vector.Float64:
		return sign(a.F < b.F, a.F > b.F)
	case vector.Word128:
		if t.ID == types.Interval {
			k, l := hash.IntervalKey(a.W), hash.IntervalKey(b.W)
			x := new(big.Int).Lsh(big.NewInt(int64(k[0])), 64)
			y := new(big.Int).Lsh(big.NewInt(int64(l[0])), 64)
			return x.Add(x, new(big.Int).SetUint64(k[1])).Cmp(y.Add(y, new(big.Int).SetUint64(l[1])))
		}
		if t.ID == types.Timetz {
			x, y := vector.TimeTZOf(a.W), vector.TimeTZOf(b.W)
			return cmp.Or(cmp.Compare(x.Micros+int64(x.West)*1e6, y.Micros+int64(y.West)*1e6), cmp.Compare(x.West, y.West))
		}
	case vector.Bytes:
		if t.ID == types.Numeric {
			return num(a).Cmp(num(b))
		}
		return bytes.Compare([]byte(a.S), []byte(b.S))
	}
	if t.ID == types.OID {
		return sign(uint32(a.I) < uint32(b.I), uint32(a.I) > uint32(b.I))
	}
	return sign(a.I < b.I, a.I > b.I)
}

func compute(name string, t types.Type, c physical.Agg, args []optest.Row) vector.Datum {
	if name == "count" {
		return vector.IntDatum(int64(len(args)))
	}
	if strings.HasPrefix(name, "regr_") || name == "corr" || strings.HasPrefix(name, "covar_") {
		return regressionOf(name, args)
	}
	if function.ByID(c.Func).ByTime() {
		return counterOf(name, args)
	}
	if name == "first" || name == "last" {
		best := -1
		for i, a := range args {
			if a[1].Null {
				continue
			}
			if best < 0 {
				best = i
				continue
			}
			cmp := compare(c.Args[1].Type(), a[1], args[best][1])
			if name == "first" && cmp < 0 || name == "last" && cmp > 0 {
				best = i
			}
		}
		if best < 0 {
			return vector.NullDatum
		}
		return args[best][0]
	}
	if name == "string_agg" {
		var b strings.Builder
		n := 0
		for _, a := range args {
			if a[0].Null {
				continue
			}
			if n > 0 && !a[1].Null {
				b.WriteString(a[1].S)
			}
			n++
			b.WriteString(a[0].S)
		}
		if n == 0 {
			return vector.NullDatum
		}
		return vector.StringDatum(b.String())
	}
	if len(args) == 0 {
		return vector.NullDatum
	}
	float := vector.KindOf(t) == vector.Float64
	switch name {
	case "min", "max":
		best := args[0][0]
		for _, a := range args {
			if cmp := compare(t, a[0], best); name == "min" && cmp <= 0 || name == "max" && cmp >= 0 {
				best = a[0]
			}
		}
		return best
	case "bool_and", "every", "bool_or", "bit_and", "bit_or", "bit_xor":
		acc := args[0][0]
		for _, a := range args[1:] {
			switch name {
			case "bool_and", "every", "bit_and":
				acc.I &= a[0].I
			case "bit_xor":
				acc.I ^= a[0].I
			default:
				acc.I |= a[0].I
			}
		}
		return acc
	case "sum", "avg":
		switch {
		case float:
			exact := new(big.Rat)
			for _, a := range args {
				// The shortest decimal that prints a value is the decimal it means.
				x, _ := new(big.Rat).SetString(fmt.Sprint(a[0].F))
				exact.Add(exact, x)
			}
			f, _ := exact.Float64()
			if name == "avg" {
				f /= float64(len(args))
			}
			if c.T.ID == types.Float4 {
				f = float64(float32(f))
			}
			return vector.FloatDatum(f)
		case t.ID == types.Interval:
			var sum vector.Interval
			for _, a := range args {
				iv := vector.IntervalOf(a[0].W)
				sum = vector.Interval{Months: sum.Months + iv.Months, Days: sum.Days + iv.Days, Micros: sum.Micros + iv.Micros}
			}
			if name == "sum" {
				return vector.WordDatum(sum.Word())
			}
			return vector.WordDatum(divideInterval(sum, float64(len(args))).Word())
		}
		sum := decimal.Decimal{}
		var err error
		for _, a := range args {
			sum, err = sum.Add(numeric(t, a[0]))
			check(err)
		}
		if name == "avg" {
			return encode(sum.Div(decimal.FromInt64(int64(len(args)))))
		}
		if c.T.ID == types.Int8 {
			v, _ := sum.Int64()
			return vector.IntDatum(v)
		}
		return encode(sum, nil)
	}
	return spreadOf(name, t, args, float)
}

// counterOf walks over the samples as they came.
func counterOf(name string, args []optest.Row) vector.Datum {
	n := len(args)
	if n == 0 || n == 1 && name != "increase" && name != "delta" {
		return vector.NullDatum
	}
	from := 0
	if name[0] == 'i' && name != "increase" {
		from = n - 2
	}
	grown := 0.0
	for i := from + 1; i < n; i++ {
		if d := args[i][0].F - args[i-1][0].F; d >= 0 {
			grown += d
		} else {
			grown += args[i][0].F
		}
	}
	switch seconds := float64(args[n-1][1].I-args[from][1].I) / 1e6; {
	case strings.HasSuffix(name, "delta"):
		return vector.FloatDatum(args[n-1][0].F - args[from][0].F)
	case name == "increase":
		return vector.FloatDatum(grown)
	case seconds <= 0:
		return vector.NullDatum
	default:
		return vector.FloatDatum(grown / seconds)
	}
}

// regressionOf computes statistics of pairs Y, X by their definitions.
func regressionOf(name string, args []optest.Row) vector.Datum {
	n := float64(len(args))
	if name == "regr_count" {
		return vector.IntDatum(int64(n))
	}
	var my, mx, sxx, syy, sxy float64
	for _, a := range args {
		my, mx = my+a[0].F/n, mx+a[1].F/n
	}
	oneY, oneX := true, true
	for _, a := range args {
		dy, dx := a[0].F-my, a[1].F-mx
		oneY, oneX = oneY && a[0] == args[0][0], oneX && a[1] == args[0][1]
		sxx, syy, sxy = sxx+dx*dx, syy+dy*dy, sxy+dx*dy
	}
	null := n == 0
	var v float64
	switch name {
	case "regr_avgx":
		v = mx
	case "regr_avgy":
		v = my
	case "regr_sxx":
		v = sxx
	case "regr_syy":
		v = syy
	case "regr_sxy":
		v = sxy
	case "covar_pop":
		v = sxy / n
	case "covar_samp":
		v, null = sxy/(n-1), n < 2
	case "corr":
		v, null = sxy/math.Sqrt(sxx*syy), oneX || oneY
	case "regr_r2":
		if v, null = sxy*sxy/(sxx*syy), oneX; oneY {
			v = 1
		}
	case "regr_slope":
		v, null = sxy/sxx, oneX
	default:
		v, null = my-mx*sxy/sxx, oneX
	}
	if null {
		return vector.NullDatum
	}
	return vector.FloatDatum(v)
}

// divideInterval is interval / float8 as PostgreSQL's documentation of the
// operator's rounding has it, in big floats' stead by the C code's steps.
func divideInterval(iv vector.Interval, f float64) vector.Interval {
	r := func(x float64) float64 { return math.RoundToEven(x*1e6) / 1e6 }
	m, d := float64(iv.Months)/f, float64(iv.Days)/f
	out := vector.Interval{Months: int32(m), Days: int32(d)}
	days := r((m - math.Trunc(m)) * 30)
	secs := r((d - math.Trunc(d) + days - math.Trunc(days)) * 86400)
	if math.Abs(secs) >= 86400 {
		out.Days += int32(secs / 86400)
		secs -= float64(int32(secs/86400)) * 86400
	}
	out.Days += int32(days)
	out.Micros = int64(math.RoundToEven(float64(iv.Micros)/f + secs*1e6))
	return out
}

// spreadOf computes variances by definition in rationals.
func spreadOf(name string, t types.Type, args []optest.Row, float bool) vector.Datum {
	n := int64(len(args))
	sample := name != "stddev_pop" && name != "var_pop"
	if sample && n == 1 {
		return vector.NullDatum
	}
	by := n
	if sample {
		by--
	}
	if float {
		mean, sq := 0.0, 0.0
		for _, a := range args {
			mean += a[0].F / float64(n)
		}
		for _, a := range args {
			sq += (a[0].F - mean) * (a[0].F - mean)
		}
		v := sq / float64(by)
		if name[0] == 's' {
			v = math.Sqrt(v)
		}
		return vector.FloatDatum(v)
	}
	var sum, squares decimal.Decimal
	for _, a := range args {
		d := numeric(t, a[0])
		sq, err := d.Mul(d)
		check(err)
		sum, err = sum.Add(d)
		check(err)
		squares, err = squares.Add(sq)
		check(err)
	}
	total, err := squares.Mul(decimal.FromInt64(n))
	check(err)
	square, err := sum.Mul(sum)
	check(err)
	diff, err := total.Sub(square)
	check(err)
	if diff.IsZero() {
		return encode(decimal.Decimal{}, nil)
	}
	v, err := diff.Div(decimal.FromInt64(n * by))
	check(err)
	if name[0] == 's' {
		// The nearest at that scale: compare squares of neighbours.
		s := v.Scale()
		f, _, err := new(big.Float).SetPrec(2000).Parse(v.String(), 10)
		check(err)
		f.Sqrt(f)
		v, err = decimal.Parse(f.Text('f', s))
		check(err)
	}
	return encode(v, nil)
}
