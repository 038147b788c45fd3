package compute

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/json"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// jsonSetEntries are the functions that give a row for each element or member of
// a json or jsonb, or for each item of a path.
func jsonSetEntries() map[function.ID]func(SetSite) (SetKernel, error) {
	return map[function.ID]func(SetSite) (SetKernel, error){
		"json_array_elements(json)":        perRow(jsonElements(false)),
		"json_array_elements_text(json)":   perRow(jsonElements(true)),
		"json_each(json)":                  perRow(jsonEach(false)),
		"json_each_text(json)":             perRow(jsonEach(true)),
		"json_object_keys(json)":           perRow(jsonKeys),
		"jsonb_array_elements(jsonb)":      perRow(jsonbElements(false)),
		"jsonb_array_elements_text(jsonb)": perRow(jsonbElements(true)),
		"jsonb_each(jsonb)":                perRow(jsonbEach(false)),
		"jsonb_each_text(jsonb)":           perRow(jsonbEach(true)),
		"jsonb_object_keys(jsonb)":         perRow(jsonbKeys),

		"jsonb_path_query(jsonb,jsonpath,jsonb,bool)":    perRow(jsonPathQuery(false)),
		"jsonb_path_query_tz(jsonb,jsonpath,jsonb,bool)": perRow(jsonPathQuery(true)),
	}
}

// setRow appends the results of one argument row.
type setRow = func(e *Env, out *vector.Builder, args []*vector.Vector, row int) error

func bytesDatum(b []byte) vector.Datum { return vector.Datum{S: view(b)} }

// partDatum gives a part of a jsonb as jsonb, or as ->> does.
func partDatum(e *Env, v json.Value, text bool) vector.Datum {
	switch {
	case !text:
		return bytesDatum(v)
	case v.Kind() == json.Null:
		return vector.NullDatum
	}
	e.buf = v.AppendPlain(e.buf[:0])
	return bytesDatum(e.buf)
}

func jsonbElements(text bool) func(SetSite) setRow {
	return func(SetSite) setRow {
		return func(e *Env, out *vector.Builder, args []*vector.Vector, row int) error {
			v := json.Value(args[0].Bytes(row))
			switch v.Kind() {
			case json.Array:
			case json.Object:
				return sqlerr.New(sqlerr.InvalidParameterValue, "cannot extract elements from an object")
			default:
				return sqlerr.New(sqlerr.InvalidParameterValue, "cannot extract elements from a scalar")
			}
			for i := range v.Len() {
				if err := out.AppendDatums([]vector.Datum{partDatum(e, v.Elem(i), text)}); err != nil {
					return err
				}
			}
			return nil
		}
	}
}

func jsonbEach(text bool) func(SetSite) setRow {
	return func(s SetSite) setRow {
		return func(e *Env, out *vector.Builder, args []*vector.Vector, row int) error {
			v := json.Value(args[0].Bytes(row))
			if v.Kind() != json.Object {
				return sqlerr.New(sqlerr.InvalidParameterValue, "cannot call %s on a non-object", s.Sig.Name)
			}
			for i := range v.Len() {
				if err := out.AppendDatums([]vector.Datum{bytesDatum(v.KeyAt(i)), partDatum(e, v.Elem(i), text)}); err != nil {
					return err
				}
			}
			return nil
		}
	}
}

func jsonbKeys(s SetSite) setRow {
	return func(_ *Env, out *vector.Builder, args []*vector.Vector, row int) error {
		v := json.Value(args[0].Bytes(row))
		if v.Kind() != json.Object {
			return noKeys(s.Sig.Name, v.Kind())
		}
		for i := range v.Len() {
			if err := out.AppendDatums([]vector.Datum{bytesDatum(v.KeyAt(i))}); err != nil {
				return err
			}
		}
		return nil
	}
}

func noKeys(name string, k json.Kind) error {
	if k == json.Array {
		return sqlerr.New(sqlerr.InvalidParameterValue, "cannot call %s on an array", name)
	}
	return sqlerr.New(sqlerr.InvalidParameterValue, "cannot call %s on a scalar", name)
}

// memberDatum gives a member of a json text as it is written, or as ->> does.
func memberDatum(m json.Member, text bool) vector.Datum {
	switch {
	case !text:
		return bytesDatum(m.Text)
	case m.Kind == json.Null:
		return vector.NullDatum
	case m.Kind == json.String:
		return bytesDatum(m.String)
	}
	return bytesDatum(m.Text)
}

func jsonElements(text bool) func(SetSite) setRow {
	return func(s SetSite) setRow {
		return func(_ *Env, out *vector.Builder, args []*vector.Vector, row int) error {
			k, err := json.Members(args[0].Bytes(row), json.Array, func(m json.Member) error {
				return out.AppendDatums([]vector.Datum{memberDatum(m, text)})
			})
			switch {
			case err != nil || k == json.Array:
				return err
			case k == json.Object:
				return sqlerr.New(sqlerr.InvalidParameterValue, "cannot call %s on a non-array", s.Sig.Name)
			}
			return sqlerr.New(sqlerr.InvalidParameterValue, "cannot call %s on a scalar", s.Sig.Name)
		}
	}
}

func jsonEach(text bool) func(SetSite) setRow {
	return func(SetSite) setRow {
		return func(_ *Env, out *vector.Builder, args []*vector.Vector, row int) error {
			k, err := json.Members(args[0].Bytes(row), json.Object, func(m json.Member) error {
				return out.AppendDatums([]vector.Datum{bytesDatum(m.Key), memberDatum(m, text)})
			})
			switch {
			case err != nil || k == json.Object:
				return err
			case k == json.Array:
				return sqlerr.New(sqlerr.InvalidParameterValue, "cannot deconstruct an array as an object")
			}
			return sqlerr.New(sqlerr.InvalidParameterValue, "cannot deconstruct a scalar")
		}
	}
}

func jsonKeys(s SetSite) setRow {
	return func(_ *Env, out *vector.Builder, args []*vector.Vector, row int) error {
		k, err := json.Members(args[0].Bytes(row), json.Object, func(m json.Member) error {
			return out.AppendDatums([]vector.Datum{bytesDatum(m.Key)})
		})
		if err == nil && k != json.Object {
			err = noKeys(s.Sig.Name, k)
		}
		return err
	}
}

func jsonPathQuery(zoned bool) func(SetSite) setRow {
	return func(SetSite) setRow {
		p := newJSONPaths(zoned)
		return func(e *Env, out *vector.Builder, args []*vector.Vector, row int) error {
			if err := p.prepare(e, args[1].Bytes(row), args[2].Bytes(row), args[3].Bool(row)); err != nil {
				return err
			}
			all, err := p.path.Query(&p.env, args[0].Bytes(row))
			if err != nil {
				return err
			}
			for _, v := range all {
				if err := out.AppendDatums([]vector.Datum{bytesDatum(v)}); err != nil {
					return err
				}
			}
			return nil
		}
	}
}
