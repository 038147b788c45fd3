package compute

import (
	"maps"
	"math"
	"sync"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
)

// entries pairs every scalar and cast of sql/function with its entry.
var entries = sync.OnceValue(func() map[function.ID]Entry {
	all := make(map[function.ID]Entry, 1024)
	for _, family := range []map[function.ID]Entry{
		integerEntries(), floatEntries(), numericEntries(), comparisonEntries(), castEntries(),
		textEntries(), timeEntries(), systemEntries(), catalogEntries(), jsonEntries(), jsonArrayEntries(), arrayEntries(),
		sketchEntries(), scalarEntries(), regexEntries(),
	} {
		for id, e := range family {
			if _, twice := all[id]; twice {
				panic("compute: two entries for " + id)
			}
			all[id] = e
		}
	}
	nestedCasts(all)
	return all
})

func entryOf(id function.ID) (Entry, bool) {
	e, ok := entries()[id]
	return e, ok
}

func bulk(k Kernel, before ...*Conversion) Entry { return Entry{Kernel: k, Before: before} }

func row(k Kernel, before ...*Conversion) Entry { return Entry{Kernel: k, Before: before, Rows: true} }

// byRow is a row kernel whose result depends on its first argument only, once
// the others are constant.
func byRow(k Kernel) Entry { return Entry{Kernel: k, Rows: true, PerValue: true} }

// within is byRow with results that lie in the first argument's arena.
func within(k Kernel) Entry { return Entry{Kernel: k, Rows: true, PerValue: true, Alias: true} }

func bound(b func(Site) Kernel) Entry { return Entry{Bind: b, Rows: true} }

var same = Entry{Same: true}

// id makes an ID of an operator over two types.
func id2(name string, l, r types.ID) function.ID {
	return function.MakeID(name, []types.ID{l, r}, false)
}

func id1(name string, x types.ID) function.ID {
	return function.MakeID(name, []types.ID{x}, false)
}

func integerEntries() map[function.ID]Entry {
	t := make(map[function.ID]Entry)
	ints := []types.ID{types.Int2, types.Int4, types.Int8}
	wide := func(l, r types.ID) []*Conversion {
		if l != types.Int8 && r != types.Int8 {
			return nil
		}
		conv := make([]*Conversion, 2)
		if l != types.Int8 {
			conv[0] = widen
		}
		if r != types.Int8 {
			conv[1] = widen
		}
		return conv
	}
	for _, l := range ints {
		for _, r := range ints {
			w := wide(l, r)
			switch max(l, r) {
			case types.Int8:
				t[id2("+", l, r)] = bulk(addInt[int64](types.Int8), w...)
				t[id2("-", l, r)] = bulk(subInt[int64](types.Int8), w...)
				t[id2("*", l, r)] = bulk(mulInt64, w...)
				t[id2("/", l, r)] = row(divInt[int64](types.Int8), w...)
			case types.Int4:
				t[id2("+", l, r)] = bulk(addInt[int32](types.Int4))
				t[id2("-", l, r)] = bulk(subInt[int32](types.Int4))
				t[id2("*", l, r)] = bulk(mulInt32)
				t[id2("/", l, r)] = row(divInt[int32](types.Int4))
			default:
				t[id2("+", l, r)] = bulk(int2(addInt[int32](types.Int4)))
				t[id2("-", l, r)] = bulk(int2(subInt[int32](types.Int4)))
				t[id2("*", l, r)] = bulk(int2(mulInt32))
				t[id2("/", l, r)] = row(divInt2)
			}
			for op, name := range comparisonNames {
				if w != nil {
					t[id2(name, l, r)] = bulk(compareInts[int64](comparison(op)), w...)
				} else {
					t[id2(name, l, r)] = bulk(compareInts[int32](comparison(op)))
				}
			}
		}
	}
	for _, ty := range []types.ID{types.Int2, types.Int4} {
		t[id1("-", ty)] = bulk(negInt[int32](types.Int4))
		t[id1("@", ty)] = bulk(absInt[int32](types.Int4))
		t[id2("%", ty, ty)] = row(modInt[int32])
		t[id2("mod", ty, ty)] = row(modInt[int32])
		for _, op := range []string{"&", "|", "#"} {
			t[id2(op, ty, ty)] = bulk(bitOp[int32](op[0]))
		}
		t[id1("~", ty)] = bulk(bitNot[int32])
		t[id2("<<", ty, types.Int4)] = bulk(shift[int32](true, 32))
		t[id2(">>", ty, types.Int4)] = bulk(shift[int32](false, 32))
	}
	t["-(int2)"] = bulk(int2(negInt[int32](types.Int4)))
	t["@(int2)"] = bulk(int2(absInt[int32](types.Int4)))
	t["<<(int2,int4)"] = bulk(wrapInt2(shift[int32](true, 32)))
	t["-(int8)"] = bulk(negInt[int64](types.Int8))
	t["@(int8)"] = bulk(absInt[int64](types.Int8))
	t["%(int8,int8)"] = row(modInt[int64])
	t["mod(int8,int8)"] = row(modInt[int64])
	for _, op := range []string{"&", "|", "#"} {
		t[id2(op, types.Int8, types.Int8)] = bulk(bitOp[int64](op[0]))
	}
	t["~(int8)"] = bulk(bitNot[int64])
	t["<<(int8,int4)"] = bulk(shift[int64](true, 64))
	t[">>(int8,int4)"] = bulk(shift[int64](false, 64))
	for _, ty := range ints {
		t[id1("+", ty)] = same
		t[id1("abs", ty)] = t[id1("@", ty)]
	}
	t["gcd(int4,int4)"] = row(gcdInt[int32](types.Int4))
	t["gcd(int8,int8)"] = row(gcdInt[int64](types.Int8))
	t["lcm(int4,int4)"] = row(lcmInt[int32](types.Int4))
	t["lcm(int8,int8)"] = row(lcmInt[int64](types.Int8))
	t["factorial(int8)"] = row(factorial)
	return t
}

func floatEntries() map[function.ID]Entry {
	t := make(map[function.ID]Entry)
	floats := []types.ID{types.Float4, types.Float8}
	for _, l := range floats {
		for _, r := range floats {
			single := l == types.Float4 && r == types.Float4
			for _, op := range []string{"+", "-", "*"} {
				t[id2(op, l, r)] = bulk(floatOp(op[0], single))
			}
			t[id2("/", l, r)] = row(divFloat(single))
			for op, name := range comparisonNames {
				t[id2(name, l, r)] = bulk(compareFloats(comparison(op)))
			}
		}
		t[id1("+", l)] = same
		t[id1("-", l)] = bulk(negFloat)
		t[id1("@", l)] = bulk(absFloat)
		t[id1("abs", l)] = bulk(absFloat)
	}
	maps.Copy(t, map[function.ID]Entry{
		"ceil(float8)":         bulk(totalFloat(math.Ceil)),
		"ceiling(float8)":      bulk(totalFloat(math.Ceil)),
		"floor(float8)":        bulk(totalFloat(math.Floor)),
		"round(float8)":        bulk(totalFloat(math.RoundToEven)),
		"trunc(float8)":        bulk(totalFloat(math.Trunc)),
		"sign(float8)":         bulk(totalFloat(signFloat)),
		"cbrt(float8)":         bulk(totalFloat(math.Cbrt)),
		"||/(float8)":          bulk(totalFloat(math.Cbrt)),
		"atan(float8)":         bulk(totalFloat(math.Atan)),
		"tanh(float8)":         bulk(totalFloat(math.Tanh)),
		"asinh(float8)":        bulk(totalFloat(math.Asinh)),
		"atan2(float8,float8)": bulk(floatFunc2(atan2)),
		"pi()":                 bulk(pi),
		"sqrt(float8)":         row(partialFloat(sqrtFloat)),
		"|/(float8)":           row(partialFloat(sqrtFloat)),
		"exp(float8)":          row(partialFloat(expFloat)),
		"ln(float8)":           row(logFloat(math.Log)),
		"log(float8)":          row(logFloat(math.Log10)),
		"log10(float8)":        row(logFloat(math.Log10)),
		"power(float8,float8)": row(floatFunc2(powFloat)),
		"pow(float8,float8)":   row(floatFunc2(powFloat)),
		"^(float8,float8)":     row(floatFunc2(powFloat)),
		"degrees(float8)":      row(scaleFloat(math.Pi/180, true)),
		"radians(float8)":      row(scaleFloat(math.Pi/180, false)),
		"sin(float8)":          row(trig(math.Sin, false)),
		"cos(float8)":          row(trig(math.Cos, false)),
		"tan(float8)":          row(trig(math.Tan, false)),
		"cot(float8)":          row(trig(cot, true)),
		"asin(float8)":         row(trig(math.Asin, true)),
		"acos(float8)":         row(trig(math.Acos, true)),
		"sinh(float8)":         row(trig(math.Sinh, true)),
		"cosh(float8)":         row(trig(math.Cosh, true)),
		"acosh(float8)":        row(trig(math.Acosh, true)),
		"atanh(float8)":        row(trig(math.Atanh, true)),

		"width_bucket(float8,float8,float8,int4)": row(widthBucket),
	})
	return t
}

func numericEntries() map[function.ID]Entry {
	t := make(map[function.ID]Entry)
	for op, name := range comparisonNames {
		t[id2(name, types.Numeric, types.Numeric)] = row(compareNumerics(comparison(op)))
	}
	for name, op := range map[string]byte{
		"+": '+', "-": '-', "*": '*', "/": '/', "%": '%', "mod": '%', "div": 'd',
		"^": '^', "power": '^', "pow": '^', "log": 'l', "gcd": 'g', "lcm": 'm',
	} {
		t[id2(name, types.Numeric, types.Numeric)] = row(numericOp(op))
	}
	plain := func(f func(decimal.Decimal) decimal.Decimal) Entry {
		return row(numericFunc(func(d decimal.Decimal) (decimal.Decimal, error) { return f(d), nil }))
	}
	maps.Copy(t, map[function.ID]Entry{
		"+(numeric)":          same,
		"-(numeric)":          plain(decimal.Decimal.Neg),
		"@(numeric)":          plain(decimal.Decimal.Abs),
		"abs(numeric)":        plain(decimal.Decimal.Abs),
		"trim_scale(numeric)": plain(decimal.Decimal.Trim),
		"ceil(numeric)":       row(numericFunc(decimal.Decimal.Ceil)),
		"ceiling(numeric)":    row(numericFunc(decimal.Decimal.Ceil)),
		"floor(numeric)":      row(numericFunc(decimal.Decimal.Floor)),
		"sqrt(numeric)":       row(numericFunc(decimal.Decimal.Sqrt)),
		"exp(numeric)":        row(numericFunc(decimal.Decimal.Exp)),
		"ln(numeric)":         row(numericFunc(decimal.Decimal.Ln)),
		"log(numeric)":        row(numericFunc(decimal.Decimal.Log10)),
		"log10(numeric)":      row(numericFunc(decimal.Decimal.Log10)),
		"round(numeric)":      row(numericFunc(func(d decimal.Decimal) (decimal.Decimal, error) { return d.Round(0) })),
		"trunc(numeric)":      row(numericFunc(func(d decimal.Decimal) (decimal.Decimal, error) { return d.Trunc(0) })),
		"sign(numeric)": plain(func(d decimal.Decimal) decimal.Decimal {
			if d.IsNaN() {
				return d
			}
			return decimal.FromInt64(int64(d.Sign()))
		}),
		"round(numeric,int4)": row(numericRound(decimal.Decimal.Round)),
		"trunc(numeric,int4)": row(numericRound(decimal.Decimal.Trunc)),
		"scale(numeric)":      row(numericScale(decimal.Decimal.Scale)),
		"min_scale(numeric)":  row(numericScale(decimal.Decimal.MinScale)),
	})
	return t
}

// comparisonNames are the operators by comparison.
var comparisonNames = [...]string{opEQ: "=", opNE: "<>", opLT: "<", opLE: "<=", opGT: ">", opGE: ">="}

// comparisonEntries are those that no other family has.
func comparisonEntries() map[function.ID]Entry {
	t := make(map[function.ID]Entry)
	for op, name := range comparisonNames {
		op := comparison(op)
		both := func(ty types.ID, e Entry) { t[id2(name, ty, ty)] = e }
		both(types.Bool, bulk(compareBools(op)))
		both(types.Bytea, row(compareBytes(op)))
		for _, l := range []types.ID{types.Text, types.Name} {
			for _, r := range []types.ID{types.Text, types.Name} {
				t[id2(name, l, r)] = byRow(compareBytes(op))
			}
		}
		both(types.UUID, bulk(compareWords(op, compareUUID)))
		both(types.Interval, bulk(compareWords(op, compareInterval)))
		both(types.OID, bulk(compareInts[int64](op), oidWide, oidWide))
		both(types.Date, bulk(compareInts[int32](op)))
		both(types.Timestamp, bulk(compareInts[int64](op)))
		both(types.Timestamptz, bulk(compareInts[int64](op)))
		times := []types.ID{types.Date, types.Timestamp, types.Timestamptz}
		for _, l := range times {
			for _, r := range times {
				if l != r {
					t[id2(name, l, r)] = bulk(compareInts[int64](op), asTime(l, max(l, r)), asTime(r, max(l, r)))
				}
			}
		}
	}
	return t
}

var oidWide = &Conversion{Name: "oid wide", To: types.Int8, Kernel: oidToInt64}

func castEntries() map[function.ID]Entry {
	t := make(map[function.ID]Entry)
	scalars := make(map[function.ID]bool) // those that scalarEntries has
	for id := range scalarEntries() {
		scalars[id] = true
	}
	cast := func(from, to types.ID, e Entry) { t[id2("cast", from, to)] = e }
	for _, ty := range types.All() {
		if !ty.ID.IsPseudo() && !ty.ID.IsArray() && !scalars[id2("cast", ty.ID, ty.ID)] {
			cast(ty.ID, ty.ID, same)
		}
	}
	for _, ty := range []types.ID{types.Numeric, types.Timestamp, types.Timestamptz, types.Interval} {
		cast(ty, ty, Entry{Same: true, Bind: modifier(true), Rows: true})
	}
	cast(types.Varchar, types.Varchar, Entry{Same: true, Bind: modifier(true), Rows: true, Alias: true})
	t["assign(varchar,varchar)"] = Entry{Same: true, Bind: modifier(false), Rows: true, Alias: true}

	// Numbers.
	for _, from := range []types.ID{types.Int2, types.Int4} {
		cast(from, types.Int8, bulk(int32To64))
		cast(from, types.Float4, bulk(intToFloat[int32](true)))
		cast(from, types.Float8, bulk(intToFloat[int32](false)))
		cast(from, types.Numeric, row(intToNumeric[int32]))
		cast(from, types.OID, same)
	}
	cast(types.Int2, types.Int4, same)
	cast(types.Int4, types.Int2, bulk(int32To16))
	cast(types.Int4, types.Bool, bulk(intToBool))
	cast(types.Bool, types.Int4, bulk(boolToInt))
	cast(types.Int8, types.Int2, bulk(int64To16))
	cast(types.Int8, types.Int4, bulk(int64To32))
	cast(types.Int8, types.Float4, bulk(intToFloat[int64](true)))
	cast(types.Int8, types.Float8, bulk(intToFloat[int64](false)))
	cast(types.Int8, types.Numeric, row(intToNumeric[int64]))
	cast(types.Int8, types.OID, row(int64ToOID))
	for _, from := range []types.ID{types.Float4, types.Float8} {
		cast(from, types.Int2, bulk(floatToInt[int32](types.Int2, -1<<15, 1<<15)))
		cast(from, types.Int4, bulk(floatToInt[int32](types.Int4, -1<<31, 1<<31)))
		cast(from, types.Int8, bulk(floatToInt[int64](types.Int8, -1<<63, 1<<63)))
		cast(from, types.Numeric, row(floatToNumeric(from == types.Float4)))
	}
	cast(types.Float4, types.Float8, same)
	cast(types.Float8, types.Float4, bulk(floatTo4))
	cast(types.Numeric, types.Int2, row(numericToInt(types.Int2, math.MinInt16, math.MaxInt16)))
	cast(types.Numeric, types.Int4, row(numericToInt(types.Int4, math.MinInt32, math.MaxInt32)))
	cast(types.Numeric, types.Int8, row(numericToInt(types.Int8, math.MinInt64, math.MaxInt64)))
	cast(types.Numeric, types.Float4, row(numericToFloat(types.Float4)))
	cast(types.Numeric, types.Float8, row(numericToFloat(types.Float8)))
	cast(types.OID, types.Int4, same)
	cast(types.OID, types.Int8, bulk(oidToInt64))
	for _, reg := range types.All() {
		if !reg.ID.IsReg() {
			continue
		}
		for _, from := range []types.ID{types.Int2, types.Int4, types.OID} {
			cast(from, reg.ID, same)
		}
		cast(types.Int8, reg.ID, row(int64ToOID))
		cast(reg.ID, types.Int4, same)
		cast(reg.ID, types.OID, same)
		cast(reg.ID, types.Int8, bulk(oidToInt64))
	}
	for _, pair := range [][2]types.ID{{types.Regproc, types.Regprocedure}, {types.Regoper, types.Regoperator}} {
		cast(pair[0], pair[1], same)
		cast(pair[1], pair[0], same)
	}

	// Strings.
	for _, from := range []types.ID{types.Text, types.Varchar, types.Name} {
		for _, to := range []types.ID{types.Text, types.Varchar, types.Name} {
			switch {
			case from == to:
			case to == types.Name:
				cast(from, to, within(toName))
			default:
				cast(from, to, same)
			}
		}
	}
	for _, s := range function.All() {
		if s.Kind != function.Cast || s.Name != "cast" {
			continue
		}
		from, to := s.Args[0], s.Result
		if isNested(from) || isNested(to) {
			continue
		}
		_, known := t[s.ID]
		known = known || scalars[s.ID]
		fromString, toString := types.Of(from).IsString(), types.Of(to).IsString()
		switch {
		case known:
		case from == types.Bool && to != types.Name && toString:
			cast(from, to, bulk(boolToText))
		case toString:
			cast(from, to, row(toText(from)))
		case fromString:
			cast(from, to, byRow(fromText(to)))
		}
	}

	// Times.
	cast(types.Date, types.Timestamp, bulk(dateToTimestamp))
	cast(types.Date, types.Timestamptz, bulk(dateToTimestamptz))
	cast(types.Timestamp, types.Date, bulk(timestampToDate))
	cast(types.Timestamptz, types.Date, bulk(timestamptzToDate))
	cast(types.Timestamp, types.Timestamptz, bulk(timestampToTimestamptz))
	cast(types.Timestamptz, types.Timestamp, bulk(timestamptzToTimestamp))

	for _, s := range function.All() {
		if s.Name == "assign" && s.ID != "assign(varchar,varchar)" && !isNested(s.Args[0]) && s.Result == types.Varchar {
			e, ok := t[id2("cast", s.Args[0], types.Varchar)]
			if !ok {
				e = scalarEntries()[id2("cast", s.Args[0], types.Varchar)]
			}
			t[s.ID] = e
		}
	}
	return t
}

// divInt2 is division of smallints: -32768 / -1 does not fit.
func divInt2(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	if err := divInt[int32](types.Int4)(e, out, args, rows); err != nil {
		return err
	}
	for _, i := range rows.Selection() {
		if out.I32[i] != int32(int16(out.I32[i])) {
			return outOfRange(types.Int2)
		}
	}
	return nil
}
