package compute

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/function"
)

// arraySets are the set-returning functions over arrays.
func arraySets() map[function.ID]func(SetSite) (SetKernel, error) {
	return map[function.ID]func(SetSite) (SetKernel, error){
		"unnest(anyarray)":                        perRow(unnest),
		"generate_subscripts(anyarray,int4)":      perRow(subscripts),
		"generate_subscripts(anyarray,int4,bool)": perRow(subscripts),
		"string_to_table(text,text)":              perRow(stringToTable),
		"string_to_table(text,text,text)":         perRow(stringToTable),
	}
}

// unnest gives the elements of an array, whatever its dimensions.
func unnest(SetSite) func(*Env, *vector.Builder, []*vector.Vector, int) error {
	one := make([]vector.Datum, 1)
	return func(_ *Env, out *vector.Builder, args []*vector.Vector, row int) error {
		a, err := arrayAt(args[0], row)
		if err != nil {
			return err
		}
		for i := range a.Len() {
			one[0] = a.Peek(i)
			if err := out.AppendDatums(one); err != nil {
				return err
			}
		}
		return nil
	}
}

// subscripts gives those of one dimension, backwards if asked.
func subscripts(SetSite) func(*Env, *vector.Builder, []*vector.Vector, int) error {
	one := make([]vector.Datum, 1)
	return func(_ *Env, out *vector.Builder, args []*vector.Vector, row int) error {
		a, err := arrayAt(args[0], row)
		if err != nil {
			return err
		}
		d, ok := dimension(&a, args[1].Int(row))
		if !ok {
			return nil
		}
		for i := range int64(d.Len) {
			one[0] = vector.IntDatum(int64(d.Lower) + i)
			if len(args) > 2 && args[2].Bool(row) {
				one[0] = vector.IntDatum(int64(d.Lower) + int64(d.Len) - 1 - i)
			}
			if err := out.AppendDatums(one); err != nil {
				return err
			}
		}
		return nil
	}
}

// stringToTable is string_to_array as rows. It takes NULL.
func stringToTable(SetSite) func(*Env, *vector.Builder, []*vector.Vector, int) error {
	one := make([]vector.Datum, 1)
	return func(_ *Env, out *vector.Builder, args []*vector.Vector, row int) (err error) {
		if args[0].IsNull(row) {
			return nil
		}
		splitText(args[0].Bytes(row), args[1], row, func(field []byte) {
			if one[0] = vector.StringDatum(view(field)); len(args) > 2 && !args[2].IsNull(row) && string(field) == string(args[2].Bytes(row)) {
				one[0] = vector.NullDatum
			}
			if err == nil {
				err = out.AppendDatums(one)
			}
		})
		return err
	}
}
