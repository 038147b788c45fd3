package compute

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/json"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// Kernels that make json and jsonb.

// viewAt returns row i of v; the bytes alias it.
func viewAt(v *vector.Vector, i int) vector.Datum {
	if v.Kind == vector.Bytes && !v.IsNull(i) {
		return vector.Datum{S: view(v.Bytes(i))}
	}
	return vector.At(v, i)
}

// jsonbBuilt binds a kernel whose build adds the value of row i to an empty
// builder.
func jsonbBuilt(build func(e *Env, b *json.Builder, s Site, args []*vector.Vector, i int) error) func(Site) Kernel {
	return func(s Site) Kernel {
		var b json.Builder
		return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			for _, i := range rows.Selection() {
				b.Reset()
				if err := build(e, &b, s, args, int(i)); err != nil {
					return err
				}
				if err := putJSONB(out, int(i), &b); err != nil {
					return err
				}
			}
			return nil
		}
	}
}

// putJSONB sets row i to what b has built.
func putJSONB(out *vector.Vector, i int, b *json.Builder) (err error) {
	at := len(out.Arena)
	if err := room(out.Arena, b.Size()); err != nil {
		return err
	}
	if out.Arena, err = b.Append(out.Arena); err != nil {
		return err
	}
	appendSpan(out, i, at)
	return nil
}

func toJSON(s Site) Kernel {
	t := s.Args[0]
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, i := range rows.Selection() {
			at := len(out.Arena)
			out.Arena = value.AppendJSON(out.Arena, t, viewAt(args[0], int(i)), e.Values)
			appendSpan(out, int(i), at)
		}
		return nil
	}
}

// nestedToJSON binds row_to_json and array_to_json; the second argument, when there
// is one, says whether to begin lines.
func nestedToJSON(appendTo func(dst []byte, t types.Type, enc string, s *value.Settings, between string) []byte) func(Site) Kernel {
	return func(s Site) Kernel {
		t := s.Args[0]
		return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			for _, i := range rows.Selection() {
				between := ","
				if len(args) > 1 && args[1].Bool(int(i)) {
					between = value.JSONLines
				}
				at := len(out.Arena)
				out.Arena = appendTo(out.Arena, t, view(args[0].Bytes(int(i))), e.Values, between)
				appendSpan(out, int(i), at)
			}
			return nil
		}
	}
}

func toJSONB(e *Env, b *json.Builder, s Site, args []*vector.Vector, i int) error {
	return value.AddJSON(b, s.Args[0], viewAt(args[0], i), e.Values)
}

// buildJSONArray is json_build_array.
func buildJSONArray(s Site) Kernel {
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, i := range rows.Selection() {
			at := len(out.Arena)
			out.Arena = append(out.Arena, '[')
			for k, a := range args {
				if k > 0 {
					out.Arena = append(out.Arena, ", "...)
				}
				out.Arena = value.AppendJSON(out.Arena, s.Args[k], viewAt(a, int(i)), e.Values)
			}
			out.Arena = append(out.Arena, ']')
			appendSpan(out, int(i), at)
		}
		return nil
	}
}

func buildJSONBArray(e *Env, b *json.Builder, s Site, args []*vector.Vector, i int) error {
	b.BeginArray()
	for k, a := range args {
		if err := value.AddJSON(b, s.Args[k], viewAt(a, i), e.Values); err != nil {
			return err
		}
	}
	b.End()
	return nil
}

// oddArguments is the error of json_build_object over an odd number.
func oddArguments(name string) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "argument list must have even number of elements").
		WithHint("The arguments of %s() must consist of alternating keys and values.", name)
}

// noScalar is the error of a key that is an array, a row or json.
func noScalar(t types.Type) error {
	if t.ID.IsArray() || t.ID == types.Record || t.ID == types.JSON || t.ID == types.JSONB {
		return sqlerr.New(sqlerr.InvalidParameterValue, "key value must be scalar, not array, composite, or json")
	}
	return nil
}

// buildJSONObject is json_build_object.
func buildJSONObject(s Site) Kernel {
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, i := range rows.Selection() {
			if len(args)%2 != 0 {
				return oddArguments(s.Sig.Name)
			}
			at := len(out.Arena)
			out.Arena = append(out.Arena, '{')
			for k := 0; k < len(args); k += 2 {
				key := viewAt(args[k], int(i))
				if key.Null {
					return sqlerr.New(sqlerr.InvalidParameterValue, "argument %d cannot be null", k+1).
						WithHint("Object keys should be text.")
				}
				if err := noScalar(s.Args[k]); err != nil {
					return err
				}
				if k > 0 {
					out.Arena = append(out.Arena, ", "...)
				}
				e.buf = value.AppendJSONKey(e.buf[:0], s.Args[k], key, e.Values)
				out.Arena = append(json.AppendQuoted(out.Arena, e.buf), " : "...)
				out.Arena = value.AppendJSON(out.Arena, s.Args[k+1], viewAt(args[k+1], int(i)), e.Values)
			}
			out.Arena = append(out.Arena, '}')
			appendSpan(out, int(i), at)
		}
		return nil
	}
}

func buildJSONBObject(e *Env, b *json.Builder, s Site, args []*vector.Vector, i int) error {
	if len(args)%2 != 0 {
		return oddArguments(s.Sig.Name)
	}
	b.BeginObject()
	for k := 0; k < len(args); k += 2 {
		key := viewAt(args[k], i)
		if key.Null {
			return sqlerr.New(sqlerr.InvalidParameterValue, "argument %d: key must not be null", k+1)
		}
		if err := noScalar(s.Args[k]); err != nil {
			return err
		}
		e.buf = value.AppendJSONKey(e.buf[:0], s.Args[k], key, e.Values)
		b.Key(e.buf)
		if err := value.AddJSON(b, s.Args[k+1], viewAt(args[k+1], i), e.Values); err != nil {
			return err
		}
	}
	b.End()
	return nil
}

func jsonbConcat(_ *Env, b *json.Builder, _ Site, args []*vector.Vector, i int) error {
	json.Concat(b, args[0].Bytes(i), args[1].Bytes(i))
	return nil
}

func jsonbDeleteKey(_ *Env, b *json.Builder, _ Site, args []*vector.Vector, i int) error {
	return json.DeleteKeys(b, args[0].Bytes(i), []json.PathElem{{Text: args[1].Bytes(i)}})
}

func jsonbDeleteIndex(_ *Env, b *json.Builder, _ Site, args []*vector.Vector, i int) error {
	return json.DeleteIndex(b, args[0].Bytes(i), int(args[1].Int(i)))
}

func jsonbStripNulls(_ *Env, b *json.Builder, _ Site, args []*vector.Vector, i int) error {
	json.StripNulls(b, args[0].Bytes(i))
	return nil
}

func jsonStripNulls(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) (err error) {
	x := spansOf(args[0])
	for _, i := range rows.Selection() {
		at := len(out.Arena)
		if out.Arena, err = json.AppendStripped(out.Arena, x.get(int(i))); err != nil {
			return err
		}
		appendSpan(out, int(i), at)
	}
	return nil
}

func jsonbPretty(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x := spansOf(args[0])
	for _, i := range rows.Selection() {
		at := len(out.Arena)
		out.Arena = json.Value(x.get(int(i))).AppendPretty(out.Arena)
		appendSpan(out, int(i), at)
	}
	return nil
}

// jsonbToJSON is the cast, which prints.
func jsonbToJSON(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x := spansOf(args[0])
	for _, i := range rows.Selection() {
		at := len(out.Arena)
		out.Arena = json.Value(x.get(int(i))).AppendText(out.Arena)
		appendSpan(out, int(i), at)
	}
	return nil
}

// jsonToJSONB binds the cast, which parses.
func jsonToJSONB(Site) Kernel {
	var p json.Parser
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) (err error) {
		x := spansOf(args[0])
		for _, i := range rows.Selection() {
			at := len(out.Arena)
			if out.Arena, err = p.Parse(out.Arena, x.get(int(i))); err != nil {
				return err
			}
			appendSpan(out, int(i), at)
		}
		return nil
	}
}

// jsonbToScalar binds the casts of jsonb to bool and to numbers: the kind must
// fit, then the number is cast as numeric is.
func jsonbToScalar(to types.ID) func(Site) Kernel {
	want := json.Number
	if to == types.Bool {
		want = json.Bool
	}
	cast := numericCast(to)
	return func(Site) Kernel {
		var numbers vector.Vector
		return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			x := spansOf(args[0])
			numbers = vector.Vector{Kind: vector.Bytes, Len: rows.N, Spans: grow(numbers.Spans, rows.N), Arena: args[0].Arena}
			for _, i := range rows.Selection() {
				v := json.Value(x.get(int(i)))
				switch {
				case v.Kind() == json.Number && want != json.Number:
					return sqlerr.New(sqlerr.InvalidParameterValue, "cannot cast jsonb numeric to type %s", types.Of(to))
				case v.Kind() != want:
					return sqlerr.New(sqlerr.InvalidParameterValue, "cannot cast jsonb %s to type %s", v.Kind(), types.Of(to))
				case to == types.Bool:
					setBit(out, int(i), v.Truth())
				default:
					x.alias(&numbers, int(i), v.Bytes())
				}
			}
			if to == types.Bool {
				return nil
			}
			return cast(e, out, []*vector.Vector{&numbers}, rows)
		}
	}
}

// numericCast is the cast of numeric to a number type.
func numericCast(to types.ID) Kernel {
	switch to {
	case types.Int2:
		return numericToInt(to, -1<<15, 1<<15-1)
	case types.Int4:
		return numericToInt(to, -1<<31, 1<<31-1)
	case types.Int8:
		return numericToInt(to, -1<<63, 1<<63-1)
	case types.Float4, types.Float8:
		return numericToFloat(to)
	}
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		for _, i := range rows.Selection() {
			at := len(out.Arena)
			out.Arena = append(out.Arena, x.get(int(i))...)
			appendSpan(out, int(i), at)
		}
		return nil
	}
}
