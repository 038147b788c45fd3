package compute

import (
	"strings"

	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// arraySubscript is a[i][j]…: NULL when the number of subscripts is not that of
// the dimensions, or one is out of bounds.
func arraySubscript(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for _, r := range rows.Selection() {
		i := int(r)
		a, err := arrayAt(args[0], i)
		if err != nil {
			return err
		}
		at, ok := offset(a.Dims(), args[1:], i)
		if !ok {
			setNull(out, i, rows.N)
			continue
		}
		putDatum(out, i, rows.N, a.Peek(at))
	}
	return nil
}

// offset returns where the element with the subscripts of row i stands.
func offset(dims []nested.Dim, subscripts []*vector.Vector, i int) (at int, ok bool) {
	if len(dims) != len(subscripts) || len(dims) == 0 {
		return 0, false
	}
	for k, s := range subscripts {
		n := s.Int(i) - int64(dims[k].Lower)
		if n < 0 || n >= int64(dims[k].Len) {
			return 0, false
		}
		at = at*int(dims[k].Len) + int(n)
	}
	return at, true
}

// Bounds of a slice are written as a pattern, two characters a dimension: '+' for
// a bound that is among the arguments, '-' for one that was left out.

// slice is a span of subscripts in one dimension, both inclusive.
type slice struct{ lower, upper int64 }

// slicesOf returns the slices of row i; dims stand in for bounds left out.
func slicesOf(dst []slice, pattern string, bounds []*vector.Vector, i int, dims []nested.Dim) []slice {
	next := func() int64 {
		v := bounds[0].Int(i)
		bounds = bounds[1:]
		return v
	}
	for k := 0; k < len(pattern)/2; k++ {
		var s slice
		if k < len(dims) {
			s = slice{int64(dims[k].Lower), int64(dims[k].Lower) + int64(dims[k].Len) - 1}
		}
		if pattern[2*k] == '+' {
			s.lower = next()
		}
		if pattern[2*k+1] == '+' {
			s.upper = next()
		}
		dst = append(dst, s)
	}
	return dst
}

// bindSlice is a[l:u]…: the elements within, of an array from 1 on (array_get_slice).
func bindSlice(s Site) Kernel {
	var to nested.Builder
	kind := vector.KindOf(s.Type.Elem())
	var list []slice
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, r := range rows.Selection() {
			i := int(r)
			a, err := arrayAt(args[0], i)
			if err != nil {
				return err
			}
			dims := a.Dims()
			list = slicesOf(list[:0], view(args[1].Bytes(i)), args[2:], i, dims)
			to.Reset(kind)
			var cut [nested.MaxDims]nested.Dim
			empty := len(dims) < len(list) || len(dims) == 0
			for k := range dims {
				span := slice{int64(dims[k].Lower), int64(dims[k].Lower) + int64(dims[k].Len) - 1}
				if k < len(list) {
					span = slice{max(span.lower, list[k].lower), min(span.upper, list[k].upper)}
				}
				if span.lower > span.upper {
					empty = true
					break
				}
				cut[k] = nested.Dim{Len: int32(span.upper - span.lower + 1), Lower: int32(span.lower)}
			}
			if !empty {
				eachWithin(dims, cut[:len(dims)], func(at int) { to.AppendElement(&a, at) })
				for k := range dims {
					cut[k].Lower = 1
				}
			}
			putArray(out, i, &to, cut[:len(dims)]...)
		}
		return nil
	}
}

// eachWithin calls f for the offsets of the elements of an array of dims that lie
// within cut, in order.
func eachWithin(dims, cut []nested.Dim, f func(at int)) {
	if len(dims) == 1 {
		for n := range cut[0].Len {
			f(int(cut[0].Lower - dims[0].Lower + n))
		}
		return
	}
	size := 1
	for _, d := range dims[1:] {
		size *= int(d.Len)
	}
	for n := range cut[0].Len {
		base := int(cut[0].Lower-dims[0].Lower+n) * size
		eachWithin(dims[1:], cut[1:], func(at int) { f(base + at) })
	}
}

func subscriptRange() error {
	return sqlerr.New(sqlerr.ArraySubscriptError, "array subscript out of range")
}

// bindSetElement is the assignment a[i][j]… = x (array_set_element): of a
// one-dimensional array the bounds grow, with NULL in between. It takes NULL.
func bindSetElement(s Site) Kernel {
	var to nested.Builder
	kind := vector.KindOf(s.Type.Elem())
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, r := range rows.Selection() {
			i := int(r)
			subscripts := args[2:]
			for _, v := range subscripts {
				if v.IsNull(i) {
					return sqlerr.New(sqlerr.NullValueNotAllowed, "array subscript in assignment must not be null")
				}
			}
			var a nested.Array
			var err error
			if !args[0].IsNull(i) {
				if a, err = arrayAt(args[0], i); err != nil {
					return err
				}
			}
			to.Reset(kind)
			dims := append([]nested.Dim(nil), a.Dims()...)
			switch {
			case len(dims) == 0:
				for _, v := range subscripts {
					dims = append(dims, nested.Dim{Len: 1, Lower: int32(v.Int(i))})
				}
				to.AppendRow(args[1], i)
			case len(dims) != len(subscripts):
				return sqlerr.New(sqlerr.ArraySubscriptError, "wrong number of array subscripts")
			case len(dims) == 1:
				n := subscripts[0].Int(i)
				lower := min(n, int64(dims[0].Lower))
				upper := max(n, int64(dims[0].Lower)+int64(dims[0].Len)-1)
				if upper-lower >= nested.MaxElements {
					return value.TooManyElements()
				}
				for k := lower; k <= upper; k++ {
					switch at := k - int64(dims[0].Lower); {
					case k == n:
						to.AppendRow(args[1], i)
					case at >= 0 && at < int64(a.Len()):
						to.AppendElement(&a, int(at))
					default:
						to.Append(vector.NullDatum)
					}
				}
				dims[0] = nested.Dim{Len: int32(upper - lower + 1), Lower: int32(lower)}
			default:
				at, ok := offset(dims, subscripts, i)
				if !ok {
					return subscriptRange()
				}
				for k := range a.Len() {
					if k == at {
						to.AppendRow(args[1], i)
					} else {
						to.AppendElement(&a, k)
					}
				}
			}
			if err := value.CheckBounds(dims); err != nil {
				return err
			}
			putArray(out, i, &to, dims...)
		}
		return nil
	}
}

// bindSetSlice is the assignment a[l:u]… = x (array_set_slice). It takes NULL: a
// NULL x changes nothing.
func bindSetSlice(s Site) Kernel {
	var to nested.Builder
	kind := vector.KindOf(s.Type.Elem())
	var list []slice
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, r := range rows.Selection() {
			i := int(r)
			bounds := args[3:]
			for _, v := range bounds {
				if v.IsNull(i) {
					return sqlerr.New(sqlerr.NullValueNotAllowed, "array subscript in assignment must not be null")
				}
			}
			if args[1].IsNull(i) {
				if args[0].IsNull(i) {
					setNull(out, i, rows.N)
				} else {
					putBytes(out, i, args[0].Bytes(i))
				}
				continue
			}
			var a nested.Array
			var err error
			if !args[0].IsNull(i) {
				if a, err = arrayAt(args[0], i); err != nil {
					return err
				}
			}
			src, err := arrayAt(args[1], i)
			if err != nil {
				return err
			}
			pattern := view(args[2].Bytes(i))
			dims := append([]nested.Dim(nil), a.Dims()...)
			if len(dims) == 0 && strings.Contains(pattern, "-") {
				return sqlerr.New(sqlerr.ArraySubscriptError, "array slice subscript must provide both boundaries").
					WithDetail("When assigning to a slice of an empty array value, slice boundaries must be fully specified.")
			}
			list = slicesOf(list[:0], pattern, bounds, i, dims)
			to.Reset(kind)
			if dims, err = setSlice(&to, &a, dims, &src, list); err != nil {
				return err
			}
			putArray(out, i, &to, dims...)
		}
		return nil
	}
}

// setSlice puts into to the elements of a with those in list taken from src, and
// returns the dimensions.
func setSlice(to *nested.Builder, a *nested.Array, dims []nested.Dim, src *nested.Array, list []slice) ([]nested.Dim, error) {
	size := int64(1)
	for _, s := range list {
		if s.lower > s.upper {
			return nil, sqlerr.New(sqlerr.ArraySubscriptError, "upper bound cannot be less than lower bound")
		}
		if size *= s.upper - s.lower + 1; size > nested.MaxElements {
			return nil, value.TooManyElements()
		}
	}
	tooSmall := func() error { return sqlerr.New(sqlerr.ArraySubscriptError, "source array too small") }
	if len(dims) == 0 {
		for _, s := range list {
			dims = append(dims, nested.Dim{Len: int32(s.upper - s.lower + 1), Lower: int32(s.lower)})
		}
		if int64(src.Len()) < size {
			return nil, tooSmall()
		}
		for k := range int(size) {
			to.AppendElement(src, k)
		}
		return dims, value.CheckBounds(dims)
	}
	if len(dims) < len(list) {
		return nil, sqlerr.New(sqlerr.ArraySubscriptError, "wrong number of array subscripts")
	}
	if len(dims) == 1 {
		s := list[0]
		old := slice{int64(dims[0].Lower), int64(dims[0].Lower) + int64(dims[0].Len) - 1}
		lower, upper := min(s.lower, old.lower), max(s.upper, old.upper)
		if upper-lower >= nested.MaxElements {
			return nil, value.TooManyElements()
		}
		if int64(src.Len()) < size {
			return nil, tooSmall()
		}
		for k := lower; k <= upper; k++ {
			switch {
			case k >= s.lower && k <= s.upper:
				to.AppendElement(src, int(k-s.lower))
			case k >= old.lower && k <= old.upper:
				to.AppendElement(a, int(k-old.lower))
			default:
				to.Append(vector.NullDatum)
			}
		}
		dims[0] = nested.Dim{Len: int32(upper - lower + 1), Lower: int32(lower)}
		return dims, value.CheckBounds(dims)
	}
	cut := append([]nested.Dim(nil), dims...)
	size = 1
	for k := range dims {
		if k < len(list) {
			if list[k].lower < int64(dims[k].Lower) || list[k].upper >= int64(dims[k].Lower)+int64(dims[k].Len) {
				return nil, subscriptRange()
			}
			cut[k] = nested.Dim{Len: int32(list[k].upper - list[k].lower + 1), Lower: int32(list[k].lower)}
		}
		size *= int64(cut[k].Len)
	}
	if int64(src.Len()) < size {
		return nil, tooSmall()
	}
	from := make(map[int]int, size)
	eachWithin(dims, cut, func(at int) { from[at] = len(from) })
	for k := range a.Len() {
		if n, ok := from[k]; ok {
			to.AppendElement(src, n)
		} else {
			to.AppendElement(a, k)
		}
	}
	return dims, nil
}

// bindTrimArray is trim_array: without the last n elements.
func bindTrimArray(s Site) Kernel {
	var to nested.Builder
	kind := vector.KindOf(s.Type.Elem())
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, r := range rows.Selection() {
			i := int(r)
			a, err := arrayAt(args[0], i)
			if err != nil {
				return err
			}
			n, size := args[1].Int(i), int64(0)
			dims := append([]nested.Dim(nil), a.Dims()...)
			if len(dims) > 0 {
				size = int64(dims[0].Len)
			}
			if n < 0 || n > size {
				return sqlerr.New(sqlerr.ArraySubscriptError, "number of elements to trim must be between 0 and %d", size)
			}
			to.Reset(kind)
			if size > 0 {
				keep := a.Len() / int(size) * int(size-n)
				for k := range keep {
					to.AppendElement(&a, k)
				}
				dims[0].Len -= int32(n)
				for k := range dims {
					dims[k].Lower = 1
				}
			}
			putArray(out, i, &to, dims...)
		}
		return nil
	}
}

// bindArrayFill is array_fill: a value, the lengths, and the lower bounds. It
// takes NULL.
func bindArrayFill(s Site) Kernel {
	var to nested.Builder
	kind := vector.KindOf(s.Type.Elem())
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, r := range rows.Selection() {
			i := int(r)
			for _, v := range args[1:] {
				if v.IsNull(i) {
					return sqlerr.New(sqlerr.NullValueNotAllowed, "dimension array or low bound array cannot be null")
				}
			}
			lengths, err := fillArray(args[1], i)
			if err != nil {
				return err
			}
			n := lengths.Len()
			if n > nested.MaxDims {
				return value.TooManyDims(n)
			}
			var lowers nested.Array
			if len(args) > 2 {
				if lowers, err = fillArray(args[2], i); err != nil {
					return err
				}
				if lowers.Len() != n {
					return sqlerr.New(sqlerr.ArraySubscriptError, "wrong number of array subscripts").
						WithDetail("Low bound array has different size than dimensions array.")
				}
			}
			dims := make([]nested.Dim, n)
			total := int64(min(n, 1))
			for k := range dims {
				dims[k] = nested.Dim{Len: int32(lengths.Int(k)), Lower: 1}
				if len(args) > 2 {
					dims[k].Lower = int32(lowers.Int(k))
				}
				if dims[k].Len < 0 {
					return value.TooManyElements()
				}
				if total *= int64(dims[k].Len); total > nested.MaxElements {
					return value.TooManyElements()
				}
			}
			if err := value.CheckBounds(dims); err != nil {
				return err
			}
			if args[0].Kind == vector.Bytes && !args[0].IsNull(i) && total*int64(len(args[0].Bytes(i))) > 1<<30 {
				return sqlerr.New(sqlerr.ProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", 1<<30-1)
			}
			to.Reset(kind)
			for range total {
				to.AppendRow(args[0], i)
			}
			putArray(out, i, &to, dims...)
		}
		return nil
	}
}

// fillArray opens the lengths or lower bounds of array_fill.
func fillArray(v *vector.Vector, i int) (nested.Array, error) {
	a, err := arrayAt(v, i)
	switch {
	case err != nil:
		return a, err
	case len(a.Dims()) > 1:
		return a, sqlerr.New(sqlerr.ArraySubscriptError, "wrong number of array subscripts").WithDetail("Dimension array must be one dimensional.")
	case a.HasNulls():
		return a, sqlerr.New(sqlerr.NullValueNotAllowed, "dimension values cannot be null")
	}
	return a, nil
}
