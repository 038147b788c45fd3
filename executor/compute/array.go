package compute

import (
	"bytes"
	"cmp"
	"math"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// arrayAt opens the array in row i of v, which is not NULL.
func arrayAt(v *vector.Vector, i int) (nested.Array, error) {
	a, err := nested.OpenArray(v.Bytes(i))
	if err != nil {
		return a, sqlerr.New(sqlerr.DataCorrupted, "corrupt array value")
	}
	return a, nil
}

// peek returns row i of v; its S aliases the vector.
func peek(v *vector.Vector, i int) vector.Datum {
	if v.Kind != vector.Bytes || v.IsNull(i) {
		return vector.At(v, i)
	}
	return vector.StringDatum(view(v.Bytes(i)))
}

// putArray ends row i of out with the array that b holds.
func putArray(out *vector.Vector, i int, b *nested.Builder, dims ...nested.Dim) {
	at := len(out.Arena)
	out.Arena = b.AppendTo(out.Arena, dims...)
	appendSpan(out, i, at)
}

// putBytes copies a value into row i of out.
func putBytes(out *vector.Vector, i int, b []byte) {
	at := len(out.Arena)
	out.Arena = append(out.Arena, b...)
	appendSpan(out, i, at)
}

// putDatum stores a value in row i of out, NULL included.
func putDatum(out *vector.Vector, i, n int, d vector.Datum) {
	if d.Null {
		setNull(out, i, n)
		return
	}
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
	default:
		at := len(out.Arena)
		out.Arena = append(out.Arena, d.S...)
		appendSpan(out, i, at)
	}
}

// datumOrder returns how two values of a type compare, none of them NULL, as
// ORDER BY does.
func datumOrder(t types.Type) func(a, b vector.Datum) int {
	switch t.ID {
	case types.Bool, types.Int2, types.Int4, types.Int8, types.Date, types.Timestamp, types.Timestamptz, types.Enum:
		return func(a, b vector.Datum) int { return cmp.Compare(a.I, b.I) }
	case types.Float4, types.Float8:
		return func(a, b vector.Datum) int { return cmpFloat(a.F, b.F) }
	case types.Text, types.Varchar, types.Name, types.Bytea:
		return func(a, b vector.Datum) int { return cmp.Compare(a.S, b.S) }
	case types.Numeric:
		return func(a, b vector.Datum) int {
			c, _ := cmpNumeric([]byte(a.S), []byte(b.S))
			return c
		}
	}
	var x, y []byte
	unsigned := isUnsigned(t)
	return func(a, b vector.Datum) int {
		if unsigned {
			return cmp.Compare(uint32(a.I), uint32(b.I))
		}
		x, y = keys.Append(x[:0], t, a), keys.Append(y[:0], t, b)
		return bytes.Compare(x, y)
	}
}

// arrayOrder is array_cmp: by element, NULL last, then the shorter array first,
// then by dimensions and lower bounds.
func arrayOrder(elem types.Type) func(a, b *nested.Array) int {
	order := datumOrder(elem)
	return func(a, b *nested.Array) int {
		for i := range min(a.Len(), b.Len()) {
			x, y := a.Peek(i), b.Peek(i)
			switch {
			case x.Null && y.Null:
			case x.Null:
				return 1
			case y.Null:
				return -1
			default:
				if c := order(x, y); c != 0 {
					return c
				}
			}
		}
		da, db := a.Dims(), b.Dims()
		if c := cmp.Or(cmp.Compare(a.Len(), b.Len()), cmp.Compare(len(da), len(db))); c != 0 {
			return c
		}
		for i := range da {
			if c := cmp.Compare(da[i].Len, db[i].Len); c != 0 {
				return c
			}
		}
		for i := range da {
			if c := cmp.Compare(da[i].Lower, db[i].Lower); c != 0 {
				return c
			}
		}
		return 0
	}
}

// holds reports what an order between two values says for an operator.
func (op comparison) holds(c int) bool {
	switch op {
	case opEQ:
		return c == 0
	case opNE:
		return c != 0
	case opLT:
		return c < 0
	case opLE:
		return c <= 0
	case opGT:
		return c > 0
	}
	return c >= 0
}

// bindCompareArrays is a comparison of two arrays.
func bindCompareArrays(op comparison) func(Site) Kernel {
	return func(s Site) Kernel {
		order := arrayOrder(s.Args[0].Elem())
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			for _, r := range rows.Selection() {
				i := int(r)
				a, err := arrayAt(args[0], i)
				if err != nil {
					return err
				}
				b, err := arrayAt(args[1], i)
				if err != nil {
					return err
				}
				setBit(out, i, op.holds(order(&a, &b)))
			}
			return nil
		}
	}
}

// arrayInt is a kernel of an array and integers that gives an integer, or NULL.
func arrayInt(f func(a *nested.Array, arg int64) (n int64, ok bool)) Entry {
	return row(func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, r := range rows.Selection() {
			i := int(r)
			a, err := arrayAt(args[0], i)
			if err != nil {
				return err
			}
			arg := int64(0)
			if len(args) > 1 {
				arg = args[1].Int(i)
			}
			n, ok := f(&a, arg)
			if !ok {
				setNull(out, i, rows.N)
				continue
			}
			out.I32[i] = int32(n)
		}
		return nil
	})
}

// dimension picks dimension n, from 1, of an array.
func dimension(a *nested.Array, n int64) (nested.Dim, bool) {
	if n < 1 || n > int64(len(a.Dims())) {
		return nested.Dim{}, false
	}
	return a.Dims()[n-1], true
}

func arrayLength(a *nested.Array, n int64) (int64, bool) {
	d, ok := dimension(a, n)
	return int64(d.Len), ok
}

func arrayLower(a *nested.Array, n int64) (int64, bool) {
	d, ok := dimension(a, n)
	return int64(d.Lower), ok
}

func arrayUpper(a *nested.Array, n int64) (int64, bool) {
	d, ok := dimension(a, n)
	return int64(d.Lower) + int64(d.Len) - 1, ok
}

func arrayNdims(a *nested.Array, _ int64) (int64, bool) {
	return int64(len(a.Dims())), len(a.Dims()) > 0
}

func arrayCardinality(a *nested.Array, _ int64) (int64, bool) { return int64(a.Len()), true }

func arrayDims(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for _, r := range rows.Selection() {
		i := int(r)
		a, err := arrayAt(args[0], i)
		if err != nil {
			return err
		}
		if a.Len() == 0 {
			setNull(out, i, rows.N)
			continue
		}
		at := len(out.Arena)
		out.Arena = value.AppendDims(out.Arena, &a)
		appendSpan(out, i, at)
	}
	return nil
}

// bindMakeArray is ARRAY[…] over elements, a kernel that takes NULL.
func bindMakeArray(s Site) Kernel {
	var b nested.Builder
	kind := vector.KindOf(s.Type.Elem())
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, r := range rows.Selection() {
			b.Reset(kind)
			for _, a := range args {
				b.AppendRow(a, int(r))
			}
			putArray(out, int(r), &b)
		}
		return nil
	}
}

// bindStackArrays is ARRAY[…] over arrays of equal dimensions (ExecEvalArrayExpr).
func bindStackArrays(s Site) Kernel {
	var b nested.Builder
	kind := vector.KindOf(s.Type.Elem())
	mismatch := func() error {
		return sqlerr.New(sqlerr.ArraySubscriptError, "multidimensional arrays must have array expressions with matching dimensions")
	}
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, r := range rows.Selection() {
			i := int(r)
			b.Reset(kind)
			var dims []nested.Dim
			empty, n := false, int32(0)
			for _, v := range args {
				// NULL and empty arrays have no dimensions.
				var a nested.Array
				if !v.IsNull(i) {
					var err error
					if a, err = arrayAt(v, i); err != nil {
						return err
					}
				}
				if a.Len() == 0 {
					empty = true
					continue
				}
				n++
				if dims == nil {
					if len(a.Dims()) == nested.MaxDims {
						return value.TooManyDims(nested.MaxDims + 1)
					}
					dims = append([]nested.Dim{{Len: 0, Lower: 1}}, a.Dims()...)
				} else if !sameDims(dims[1:], a.Dims()) {
					return mismatch()
				}
				for k := range a.Len() {
					b.AppendElement(&a, k)
				}
			}
			if empty && n > 0 {
				return mismatch()
			}
			if n > 0 {
				dims[0].Len = n
			}
			if b.Len() > nested.MaxElements {
				return value.TooManyElements()
			}
			putArray(out, i, &b, dims...)
		}
		return nil
	}
}

func sameDims(a, b []nested.Dim) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// bindCatArrays is array_cat of arrayfuncs.c: a NULL array counts as none.
func bindCatArrays(s Site) Kernel {
	var to nested.Builder
	kind := vector.KindOf(s.Type.Elem())
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, r := range rows.Selection() {
			i := int(r)
			switch {
			case args[0].IsNull(i) && args[1].IsNull(i):
				setNull(out, i, rows.N)
				continue
			case args[0].IsNull(i):
				putBytes(out, i, args[1].Bytes(i))
				continue
			case args[1].IsNull(i):
				putBytes(out, i, args[0].Bytes(i))
				continue
			}
			a, err := arrayAt(args[0], i)
			if err != nil {
				return err
			}
			b, err := arrayAt(args[1], i)
			if err != nil {
				return err
			}
			if a.Len() == 0 || b.Len() == 0 {
				v := args[0]
				if a.Len() == 0 {
					v = args[1]
				}
				putBytes(out, i, v.Bytes(i))
				continue
			}
			dims, err := catDims(a.Dims(), b.Dims())
			if err != nil {
				return err
			}
			to.Reset(kind)
			for k := range a.Len() {
				to.AppendElement(&a, k)
			}
			for k := range b.Len() {
				to.AppendElement(&b, k)
			}
			if to.Len() > nested.MaxElements {
				return value.TooManyElements()
			}
			putArray(out, i, &to, dims...)
		}
		return nil
	}
}

// catDims returns the dimensions of the concatenation: of equally many
// dimensions along the first, else the one with fewer is an element of the other.
func catDims(a, b []nested.Dim) ([]nested.Dim, error) {
	cannot := func(detail string) error {
		return sqlerr.New(sqlerr.ArraySubscriptError, "cannot concatenate incompatible arrays").WithDetail("%s", detail)
	}
	var dims []nested.Dim
	switch len(a) - len(b) {
	case 0:
		for k := 1; k < len(a); k++ {
			if a[k] != b[k] {
				return nil, cannot("Arrays with differing element dimensions are not compatible for concatenation.")
			}
		}
		dims = append(dims, a...)
		dims[0].Len += b[0].Len
	case 1:
		dims = append(dims, a...)
		dims[0].Len++
		if !sameDims(a[1:], b) {
			return nil, cannot("Arrays with differing dimensions are not compatible for concatenation.")
		}
	case -1:
		dims = append(dims, b...)
		dims[0].Len++
		if !sameDims(b[1:], a) {
			return nil, cannot("Arrays with differing dimensions are not compatible for concatenation.")
		}
	default:
		return nil, sqlerr.New(sqlerr.ArraySubscriptError, "cannot concatenate incompatible arrays").
			WithDetail("Arrays of %d and %d dimensions are not compatible for concatenation.", len(a), len(b))
	}
	return dims, value.CheckBounds(dims)
}

// bindAppendElement is array_append, and array_prepend when front: the element
// and the array in the order of the arguments.
func bindAppendElement(front bool) func(Site) Kernel {
	return func(s Site) Kernel {
		var to nested.Builder
		kind := vector.KindOf(s.Type.Elem())
		arr, elem := 0, 1
		if front {
			arr, elem = 1, 0
		}
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			for _, r := range rows.Selection() {
				i := int(r)
				var a nested.Array
				var err error
				if !args[arr].IsNull(i) {
					if a, err = arrayAt(args[arr], i); err != nil {
						return err
					}
				}
				if len(a.Dims()) > 1 {
					return sqlerr.New("22000", "argument must be empty or one-dimensional array")
				}
				dim := nested.Dim{Len: 1, Lower: 1}
				if a.Len() > 0 {
					dim = a.Dims()[0]
					if front && dim.Lower == math.MinInt32 {
						return outOfRange(types.Int4)
					}
					dim.Len++
					if err := value.CheckBounds([]nested.Dim{dim}); err != nil {
						return err
					}
				}
				to.Reset(kind)
				if front {
					to.AppendRow(args[elem], i)
				}
				for k := range a.Len() {
					to.AppendElement(&a, k)
				}
				if !front {
					to.AppendRow(args[elem], i)
				}
				if to.Len() > nested.MaxElements {
					return value.TooManyElements()
				}
				putArray(out, i, &to, dim)
			}
			return nil
		}
	}
}
