package compute

import (
	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/json"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// textPairs calls member for each key and value of json_object's arguments: one
// array of pairs, flat or of two columns, or an array of keys and one of values.
// value is nil for NULL. Errors: 2202E for arrays of another shape, 22004 for a
// NULL key.
func textPairs(args []*vector.Vector, i int, member func(key, value []byte)) error {
	keys, err := nested.OpenArray(args[0].Bytes(i))
	if err != nil {
		return sqlerr.New(sqlerr.DataCorrupted, "corrupt array: %v", err)
	}
	values, step, shift := keys, 2, 1
	dims := keys.Dims()
	if len(args) == 2 {
		if values, err = nested.OpenArray(args[1].Bytes(i)); err != nil {
			return sqlerr.New(sqlerr.DataCorrupted, "corrupt array: %v", err)
		}
		step, shift = 1, 0
		switch {
		case len(dims) > 1 || len(dims) != len(values.Dims()):
			return sqlerr.New(wrongSubscripts, "wrong number of array subscripts")
		case keys.Len() != values.Len():
			return sqlerr.New(wrongSubscripts, "mismatched array dimensions")
		}
	} else {
		switch {
		case len(dims) == 1 && dims[0].Len%2 != 0:
			return sqlerr.New(wrongSubscripts, "array must have even number of elements")
		case len(dims) == 2 && dims[1].Len != 2:
			return sqlerr.New(wrongSubscripts, "array must have two columns")
		case len(dims) > 2:
			return sqlerr.New(wrongSubscripts, "wrong number of array subscripts")
		}
	}
	for k := 0; k < keys.Len(); k += step {
		if keys.IsNull(k) {
			return sqlerr.New(sqlerr.NullValueNotAllowed, "null value not allowed for object key")
		}
		var value []byte
		if !values.IsNull(k + shift) {
			value = values.Bytes(k + shift)
			if value == nil {
				value = []byte{}
			}
		}
		member(keys.Bytes(k), value)
	}
	return nil
}

// jsonObject is json_object.
func jsonObject(Site) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, i := range rows.Selection() {
			at := len(out.Arena)
			out.Arena = append(out.Arena, '{')
			err := textPairs(args, int(i), func(key, value []byte) {
				if len(out.Arena) > at+1 {
					out.Arena = append(out.Arena, ", "...)
				}
				out.Arena = append(json.AppendQuoted(out.Arena, key), " : "...)
				if value == nil {
					out.Arena = append(out.Arena, "null"...)
				} else {
					out.Arena = json.AppendQuoted(out.Arena, value)
				}
			})
			if err != nil {
				return err
			}
			out.Arena = append(out.Arena, '}')
			appendSpan(out, int(i), at)
		}
		return nil
	}
}

// jsonbObject is jsonb_object.
func jsonbObject(_ *Env, b *json.Builder, _ Site, args []*vector.Vector, i int) error {
	b.BeginObject()
	err := textPairs(args, i, func(key, value []byte) {
		b.Key(key)
		if value == nil {
			b.Null()
		} else {
			b.String(value)
		}
	})
	if err == nil {
		b.End()
	}
	return err
}
