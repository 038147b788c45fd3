package compute

import (
	"bytes"
	"unsafe"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/json"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Kernels that take parts out of json and jsonb. A part of a jsonb, and of the
// text of a json, lies in the argument's arena: nothing is copied.

// alias sets row i of out, whose arena is that of x, to part, which lies there.
func (x *spans) alias(out *vector.Vector, i int, part []byte) {
	if len(part) == 0 {
		out.Spans[i] = vector.Span{}
		return
	}
	off := uintptr(unsafe.Pointer(&part[0])) - uintptr(unsafe.Pointer(unsafe.SliceData(x.arena)))
	out.Spans[i] = vector.Span{Off: uint32(off), Len: uint32(len(part))}
}

// jsonbPart is the kernel of jsonb -> text, -> int4: get finds the part of row i.
func jsonbPart(find func(args []*vector.Vector) func(v json.Value, i int) (json.Value, bool)) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, get := spansOf(args[0]), find(args)
		out.Arena = args[0].Arena
		for _, i := range rows.Selection() {
			if part, ok := get(x.get(int(i)), int(i)); ok {
				x.alias(out, int(i), part)
			} else {
				setNull(out, int(i), rows.N)
			}
		}
		return nil
	}
}

// jsonbPartText is that of ->>, which gives strings without quotation marks and
// NULL for null.
func jsonbPartText(find func(args []*vector.Vector) func(v json.Value, i int) (json.Value, bool)) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, get := spansOf(args[0]), find(args)
		for _, i := range rows.Selection() {
			part, ok := get(x.get(int(i)), int(i))
			if !ok || part.Kind() == json.Null {
				setNull(out, int(i), rows.N)
				continue
			}
			at := len(out.Arena)
			out.Arena = part.AppendPlain(out.Arena)
			appendSpan(out, int(i), at)
		}
		return nil
	}
}

func jsonbByKey(args []*vector.Vector) func(v json.Value, i int) (json.Value, bool) {
	keys := spansOf(args[1])
	return func(v json.Value, i int) (json.Value, bool) { return v.Get(keys.get(i)) }
}

func jsonbByIndex(args []*vector.Vector) func(v json.Value, i int) (json.Value, bool) {
	m := mask(args[1])
	return func(v json.Value, i int) (json.Value, bool) {
		n := args[1].I32[i&m]
		if v.IsScalar() && (n == 0 || n == -1) {
			return v, true // PostgreSQL keeps a scalar as an array of one
		}
		return v.At(int(n))
	}
}

// jsonSteps gives the way into the json of row i; ok is false for none.
type jsonSteps func(dst []json.Step, i int) (steps []json.Step, ok bool)

func jsonByKey(args []*vector.Vector) jsonSteps {
	keys := spansOf(args[1])
	return func(dst []json.Step, i int) ([]json.Step, bool) {
		return append(dst, json.Step{Name: keys.get(i), Named: true}), true
	}
}

func jsonByIndex(args []*vector.Vector) jsonSteps {
	m := mask(args[1])
	return func(dst []json.Step, i int) ([]json.Step, bool) {
		return append(dst, json.Step{Index: int(args[1].I32[i&m]), Indexed: true}), true
	}
}

// jsonPart binds json -> text, -> int4 and the like: the part as it is written.
func jsonPart(find func(args []*vector.Vector) jsonSteps) func(Site) Kernel {
	return func(Site) Kernel {
		var g json.Getter
		var steps []json.Step
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			x, way := spansOf(args[0]), find(args)
			out.Arena = args[0].Arena
			for _, i := range rows.Selection() {
				text, ok := x.get(int(i)), false
				var p json.Part
				if steps, ok = way(steps[:0], int(i)); ok {
					var err error
					if p, err = g.Get(text, steps); err != nil {
						return err
					}
				}
				if p.Found {
					x.alias(out, int(i), text[p.Start:p.End])
				} else {
					setNull(out, int(i), rows.N)
				}
			}
			return nil
		}
	}
}

// jsonPartText binds json ->> and the like.
func jsonPartText(find func(args []*vector.Vector) jsonSteps) func(Site) Kernel {
	return func(Site) Kernel {
		var g json.Getter
		var steps []json.Step
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			x, way := spansOf(args[0]), find(args)
			for _, i := range rows.Selection() {
				text, ok := x.get(int(i)), false
				var p json.Part
				if steps, ok = way(steps[:0], int(i)); ok {
					var err error
					if p, err = g.Get(text, steps); err != nil {
						return err
					}
				}
				if !p.Found || p.Kind == json.Null {
					setNull(out, int(i), rows.N)
					continue
				}
				at := len(out.Arena)
				if p.Kind == json.String {
					out.Arena = append(out.Arena, p.Text()...)
				} else {
					out.Arena = append(out.Arena, text[p.Start:p.End]...)
				}
				appendSpan(out, int(i), at)
			}
			return nil
		}
	}
}

// jsonbTest is a predicate over a jsonb and another value of bytes.
func jsonbTest(f func(v json.Value, other []byte) bool) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := spansOf(args[0]), spansOf(args[1])
		for _, i := range rows.Selection() {
			setBit(out, int(i), f(x.get(int(i)), y.get(int(i))))
		}
		return nil
	}
}

// compareJSONB binds a comparison of jsonb, through keys that are kept.
func compareJSONB(holds func(c int) bool) func(Site) Kernel {
	return func(Site) Kernel {
		return jsonbCompared(func(out *vector.Vector, i, c int) { setBit(out, i, holds(c)) })
	}
}

// compareJSONBToInt binds jsonb_cmp.
func compareJSONBToInt(Site) Kernel {
	return jsonbCompared(func(out *vector.Vector, i, c int) { out.I32[i] = int32(c) })
}

func jsonbCompared(put func(out *vector.Vector, i, c int)) Kernel {
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x, y := spansOf(args[0]), spansOf(args[1])
		for _, i := range rows.Selection() {
			a, b := json.Value(x.get(int(i))), json.Value(y.get(int(i)))
			c := 0
			if !bytes.Equal(a, b) {
				e.buf, e.buf2 = a.AppendKey(e.buf[:0]), b.AppendKey(e.buf2[:0])
				c = bytes.Compare(e.buf, e.buf2)
			}
			put(out, int(i), c)
		}
		return nil
	}
}

func jsonbTypeOf(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x := spansOf(args[0])
	for _, i := range rows.Selection() {
		at := len(out.Arena)
		out.Arena = append(out.Arena, json.Value(x.get(int(i))).Kind().String()...)
		appendSpan(out, int(i), at)
	}
	return nil
}

func jsonTypeOf(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x := spansOf(args[0])
	for _, i := range rows.Selection() {
		k, err := json.TypeOf(x.get(int(i)))
		if err != nil {
			return err
		}
		at := len(out.Arena)
		out.Arena = append(out.Arena, k.String()...)
		appendSpan(out, int(i), at)
	}
	return nil
}

func jsonbArrayLength(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x := spansOf(args[0])
	for _, i := range rows.Selection() {
		v := json.Value(x.get(int(i)))
		if err := isArray(v.Kind()); err != nil {
			return err
		}
		out.I32[i] = int32(v.Len())
	}
	return nil
}

func isArray(k json.Kind) error {
	switch k {
	case json.Array:
		return nil
	case json.Object:
		return sqlerr.New(sqlerr.InvalidParameterValue, "cannot get array length of a non-array")
	}
	return sqlerr.New(sqlerr.InvalidParameterValue, "cannot get array length of a scalar")
}

func jsonArrayLength(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x := spansOf(args[0])
	for _, i := range rows.Selection() {
		k, n, err := json.ArrayLen(x.get(int(i)))
		if err == nil {
			err = isArray(k)
		}
		if err != nil {
			return err
		}
		out.I32[i] = int32(n)
	}
	return nil
}
