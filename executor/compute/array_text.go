package compute

import (
	"bytes"

	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/value"
)

// bindOutput is the output function of the argument's type as a cast, for types
// that a number does not name alone: arrays, records, enumerations.
func bindOutput(s Site) Kernel {
	t := s.Args[0]
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, i := range rows.Selection() {
			at := len(out.Arena)
			out.Arena = value.Append(out.Arena, t, peek(args[0], int(i)), e.Values)
			appendSpan(out, int(i), at)
		}
		return nil
	}
}

// bindInput is the input function of the result's type as a cast.
func bindInput(s Site) Kernel {
	t := s.Type
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		x := spansOf(args[0])
		for _, i := range rows.Selection() {
			d, err := value.Parse(t, view(x.get(int(i))), e.Values)
			if err != nil {
				return err
			}
			putDatum(out, int(i), rows.N, d)
		}
		return nil
	}
}

// bindArrayToString is array_to_string: elements by their output functions with
// a separator between, NULL left out or written as the third argument. It takes
// NULL.
func bindArrayToString(s Site) Kernel {
	elem := s.Args[0].Elem()
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, r := range rows.Selection() {
			i := int(r)
			if args[0].IsNull(i) || args[1].IsNull(i) {
				setNull(out, i, rows.N)
				continue
			}
			a, err := arrayAt(args[0], i)
			if err != nil {
				return err
			}
			sep := args[1].Bytes(i)
			at, first := len(out.Arena), true
			for k := range a.Len() {
				d := a.Peek(k)
				if d.Null && (len(args) < 3 || args[2].IsNull(i)) {
					continue
				}
				if !first {
					out.Arena = append(out.Arena, sep...)
				}
				first = false
				if d.Null {
					out.Arena = append(out.Arena, args[2].Bytes(i)...)
				} else {
					out.Arena = value.Append(out.Arena, elem, d, e.Values)
				}
			}
			appendSpan(out, i, at)
		}
		return nil
	}
}

// bindStringToArray is string_to_array: fields between separators, characters
// when it is NULL, and NULL for fields equal to the third argument. It takes NULL.
func bindStringToArray(Site) Kernel {
	var to nested.Builder
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, r := range rows.Selection() {
			i := int(r)
			if args[0].IsNull(i) {
				setNull(out, i, rows.N)
				continue
			}
			null := args[1]
			hasNull := len(args) > 2 && !args[2].IsNull(i)
			if hasNull {
				null = args[2]
			}
			to.Reset(vector.Bytes)
			put := func(field []byte) {
				if hasNull && bytes.Equal(field, null.Bytes(i)) {
					to.Append(vector.NullDatum)
				} else {
					to.Append(vector.StringDatum(view(field)))
				}
			}
			splitText(args[0].Bytes(i), args[1], i, put)
			putArray(out, i, &to)
		}
		return nil
	}
}

// splitText calls put for the fields of text between the separators that row i
// of sep holds: none of an empty text, the whole text for an empty separator,
// each character for NULL.
func splitText(text []byte, sep *vector.Vector, i int, put func(field []byte)) {
	switch {
	case len(text) == 0:
	case sep.IsNull(i):
		for len(text) > 0 {
			n := runeLen(text)
			put(text[:n])
			text = text[n:]
		}
	case len(sep.Bytes(i)) == 0:
		put(text)
	default:
		by := sep.Bytes(i)
		for {
			n := bytes.Index(text, by)
			if n < 0 {
				put(text)
				return
			}
			put(text[:n])
			text = text[n+len(by):]
		}
	}
}
