package compute

import (
	"math"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// widen is the conversion of Int32 to Int64 that operators over integers of
// different width ask for.
var widen = &Conversion{Name: "widen", To: types.Int8, Kernel: int32To64}

func int32To64(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for i, x := range args[0].I32[:rows.N] {
		out.I64[i] = int64(x)
	}
	return nil
}

func int64To32(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	var bad int64
	x := args[0].I64[:rows.N]
	for i, v := range x {
		bad |= v ^ int64(int32(v))
		out.I32[i] = int32(v)
	}
	if bad != 0 && guilty(out, rows, func(i int) bool { return x[i] != int64(int32(x[i])) }) {
		return outOfRange(types.Int4)
	}
	return nil
}

func int64To16(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	var bad int64
	x := args[0].I64[:rows.N]
	for i, v := range x {
		bad |= v ^ int64(int16(v))
		out.I32[i] = int32(v)
	}
	if bad != 0 && guilty(out, rows, func(i int) bool { return x[i] != int64(int16(x[i])) }) {
		return outOfRange(types.Int2)
	}
	return nil
}

func int32To16(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	copy(out.I32, args[0].I32[:rows.N])
	return checkInt2(out, rows)
}

func intToFloat[T integer](single bool) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := vector.Values[T](args[0])[:rows.N]
		if single {
			for i, v := range x {
				out.F64[i] = float64(float32(v))
			}
			return nil
		}
		for i, v := range x {
			out.F64[i] = float64(v)
		}
		return nil
	}
}

// floatToInt rounds half to even, as C's rint.
func floatToInt[T integer](t types.ID, low, high float64) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, d := args[0].F64[:rows.N], vector.Values[T](out)
		bad := false
		for i, f := range x {
			r := math.RoundToEven(f)
			if !(r >= low && r < high) {
				bad, r = true, 0
			}
			d[i] = T(r)
		}
		if bad && guilty(out, rows, func(i int) bool {
			r := math.RoundToEven(x[i])
			return !(r >= low && r < high)
		}) {
			return outOfRange(t)
		}
		return nil
	}
}

func floatTo4(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x := args[0].F64[:rows.N]
	bad := false
	for i, f := range x {
		r := float64(float32(f))
		bad = bad || r-r != 0 || r == 0
		out.F64[i] = r
	}
	if bad {
		var err error
		guilty(out, rows, func(i int) bool {
			switch r := out.F64[i]; {
			case math.IsInf(r, 0) && !math.IsInf(x[i], 0):
				err = floatOverflow()
			case r == 0 && x[i] != 0:
				err = floatUnderflow()
			}
			return err != nil
		})
		return err
	}
	return nil
}

func boolToInt(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for i := range rows.N {
		out.I32[i] = b2i(args[0].Bool(i))
	}
	return nil
}

func intToBool(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for i, x := range args[0].I32[:rows.N] {
		setBit(out, i, x != 0)
	}
	return nil
}

func oidToInt64(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for i, x := range args[0].I32[:rows.N] {
		out.I64[i] = int64(uint32(x))
	}
	return nil
}

func int64ToOID(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for _, i := range rows.Selection() {
		x := args[0].I64[i]
		if x < 0 || x > math.MaxUint32 {
			return sqlerr.New(sqlerr.NumericValueOutOfRange, "OID out of range")
		}
		out.I32[i] = int32(uint32(x))
	}
	return nil
}

// intToNumeric, floatToNumeric and numericTo… are row kernels.
func intToNumeric[T integer](_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x := vector.Values[T](args[0])
	for _, i := range rows.Selection() {
		at := len(out.Arena)
		out.Arena = decimal.EncodeInt64(out.Arena, int64(x[i]), 0)
		appendSpan(out, int(i), at)
	}
	return nil
}

func floatToNumeric(single bool) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, i := range rows.Selection() {
			var d decimal.Decimal
			if f := args[0].F64[i]; single {
				d = decimal.FromFloat32(float32(f))
			} else {
				d = decimal.FromFloat64(f)
			}
			putNumeric(out, int(i), d)
		}
		return nil
	}
}

func numericToInt(t types.ID, low, high int64) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		for _, i := range rows.Selection() {
			v, err := numericInt(x.get(int(i)), t, low, high)
			if err != nil {
				return err
			}
			if out.Kind == vector.Int32 {
				out.I32[i] = int32(v)
			} else {
				out.I64[i] = v
			}
		}
		return nil
	}
}

// numericInt rounds a numeric to an integer type.
func numericInt(b []byte, t types.ID, low, high int64) (int64, error) {
	d, err := decimal.Decode(b)
	switch {
	case err != nil:
		return 0, numericError(err)
	case d.IsNaN():
		return 0, sqlerr.New(sqlerr.FeatureNotSupported, "cannot convert NaN to %s", types.Of(t))
	case d.IsInf(0):
		return 0, sqlerr.New(sqlerr.FeatureNotSupported, "cannot convert infinity to %s", types.Of(t))
	}
	v, ok := d.Int64()
	if !ok || v < low || v > high {
		return 0, outOfRange(t)
	}
	return v, nil
}

func numericToFloat(t types.ID) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		for _, i := range rows.Selection() {
			d, err := decimal.Decode(x.get(int(i)))
			if err != nil {
				return numericError(err)
			}
			var f float64
			ok := true
			if t == types.Float4 {
				var g float32
				g, ok = d.Float32()
				f = float64(g)
			} else {
				f, ok = d.Float64()
			}
			if !ok {
				return sqlerr.New(sqlerr.NumericValueOutOfRange, `"%s" is out of range for type %s`, d, types.Of(t))
			}
			out.F64[i] = f
		}
		return nil
	}
}

// modifier is the cast of a type to itself that applies the modifier; explicit
// for varchar. A row kernel.
func modifier(explicit bool) func(Site) Kernel {
	return func(s Site) Kernel {
		t := s.Type
		if t.ID == types.Varchar {
			return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
				n, ok := t.MaxLen()
				x := spansOf(args[0])
				out.Arena = args[0].Arena
				for _, i := range rows.Selection() {
					p := x.at[int(i)&x.mask]
					if ok {
						keep, fits := value.VarcharFits(x.get(int(i)), n)
						if !fits && !explicit {
							return sqlerr.New(sqlerr.StringDataRightTruncation, "value too long for type %s", t)
						}
						p.Len = uint32(keep)
					}
					out.Spans[i] = p
				}
				return nil
			}
		}
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			a := args[0]
			m := mask(a)
			for _, i := range rows.Selection() {
				k := int(i) & m
				switch out.Kind {
				case vector.Int64:
					us, err := value.TimestampTypmod(t, a.I64[k])
					if err != nil {
						return err
					}
					out.I64[i] = us
				case vector.Word128:
					d, err := value.Coerce(t, vector.WordDatum(a.W128[k]), explicit)
					if err != nil {
						return err
					}
					out.W128[i] = d.W
				case vector.Bytes:
					if err := numericModifier(out, int(i), a.Bytes(k), t); err != nil {
						return err
					}
				}
			}
			return nil
		}
	}
}

func numericModifier(out *vector.Vector, i int, b []byte, t types.Type) error {
	p, s, ok := t.PrecisionScale()
	if !ok {
		at := len(out.Arena)
		out.Arena = append(out.Arena, b...)
		appendSpan(out, i, at)
		return nil
	}
	d, err := decimal.Decode(b)
	if err != nil {
		return numericError(err)
	}
	d, err = d.Typmod(p, s)
	if err != nil {
		return numericError(err)
	}
	putNumeric(out, i, d)
	return nil
}

// toText is the output function of a type as a cast, a row kernel.
func toText(t types.ID) Kernel {
	ty := types.Of(t)
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		a := args[0]
		for _, i := range rows.Selection() {
			at := len(out.Arena)
			out.Arena = appendText(out.Arena, ty, a, int(i), e.Values)
			appendSpan(out, int(i), at)
		}
		return nil
	}
}

// appendText appends the output of row i, which is not NULL.
func appendText(dst []byte, t types.Type, v *vector.Vector, i int, s *value.Settings) []byte {
	switch t.ID {
	case types.Bool:
		return value.AppendBool(dst, v.Bool(i))
	case types.Numeric:
		return value.AppendNumeric(dst, v.Bytes(i))
	case types.Bytea:
		return value.AppendBytea(dst, v.Bytes(i), s.ByteaEscape)
	case types.JSONB:
		return value.AppendJSONB(dst, v.Bytes(i))
	case types.JSONPath:
		return value.AppendJSONPath(dst, string(v.Bytes(i)))
	case types.Timestamptz:
		return value.AppendTimestamptz(dst, v.Int(i), s.Zone)
	}
	if v.Kind == vector.Bytes && t.ID != types.Inet && t.ID != types.Cidr && t.ID != types.Char {
		return append(dst, v.Bytes(i)...)
	}
	var d vector.Datum
	switch v.Kind {
	case vector.Int32, vector.Int64:
		d.I = v.Int(i)
	case vector.Float64:
		d.F = v.Float(i)
	case vector.Word128:
		d.W = v.Word(i)
	case vector.Bytes:
		d.S = view(v.Bytes(i))
	}
	return value.Append(dst, t, d, s)
}

// boolToText is the cast, which differs from the output function.
func boolToText(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	const both = "truefalse"
	out.Arena = append(out.Arena, both...)
	for i := range rows.N {
		out.Spans[i] = vector.Span{Off: 4, Len: 5}
		if args[0].Bool(i) {
			out.Spans[i] = vector.Span{Off: 0, Len: 4}
		}
	}
	return nil
}

// fromText is the input function of a type as a cast, a row kernel.
func fromText(t types.ID) Kernel {
	ty := types.Of(t)
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		for _, i := range rows.Selection() {
			b := x.get(int(i))
			if t == types.Int8 {
				if v, ok := value.ParseInt64Fast(b); ok {
					out.I64[i] = v
					continue
				}
			}
			d, err := value.Parse(ty, view(b), e.Values)
			if err != nil {
				return err
			}
			put(out, int(i), d)
		}
		return nil
	}
}

// put sets row i to d, which is not NULL.
func put(out *vector.Vector, i int, d vector.Datum) {
	switch out.Kind {
	case vector.Bool:
		setBit(out, i, d.I != 0)
	case vector.Int32:
		out.I32[i] = int32(d.I)
	case vector.Int64:
		out.I64[i] = d.I
	case vector.Float64:
		out.F64[i] = d.F
	case vector.Word128:
		out.W128[i] = d.W
	case vector.Bytes:
		at := len(out.Arena)
		out.Arena = append(out.Arena, d.S...)
		appendSpan(out, i, at)
	}
}

// toName cuts text to the length of a name; its spans lie in the argument.
func toName(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x := spansOf(args[0])
	out.Arena = args[0].Arena
	for _, i := range rows.Selection() {
		p := x.at[int(i)&x.mask]
		p.Len = uint32(nameEnd(x.get(int(i))))
		out.Spans[i] = p
	}
	return nil
}

// nameEnd returns how many bytes of text a name keeps: whole characters.
func nameEnd(s []byte) int {
	if len(s) <= nameMax {
		return len(s)
	}
	n := nameMax
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return n
}

// nameMax is the longest name in bytes.
const nameMax = 63
