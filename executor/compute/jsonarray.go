package compute

import (
	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/json"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Kernels of json over text[]: paths and lists of keys.

// jsonArrayEntries are the functions with an argument of text[].
func jsonArrayEntries() map[function.ID]Entry {
	perValue := func(b func(Site) Kernel) Entry { return Entry{Bind: b, Rows: true, PerValue: true} }
	t := map[function.ID]Entry{
		"#>(jsonb,_text)":  perValue(jsonbPath(false, arrayPath)),
		"#>>(jsonb,_text)": perValue(jsonbPath(true, arrayPath)),
		"#>(json,_text)":   {Bind: jsonPart(jsonByPath), Rows: true, PerValue: true, Alias: true},
		"#>>(json,_text)":  perValue(jsonPartText(jsonByPath)),
		"?|(jsonb,_text)":  perValue(jsonbExists(false)),
		"?&(jsonb,_text)":  perValue(jsonbExists(true)),
		"-(jsonb,_text)":   perValue(jsonbBuilt(jsonbDeleteKeys)),
		"#-(jsonb,_text)":  perValue(jsonbBuilt(jsonbDeletePath)),

		"jsonb_set(jsonb,_text,jsonb,bool)":    bound(jsonbBuilt(jsonbSet)),
		"jsonb_insert(jsonb,_text,jsonb,bool)": bound(jsonbBuilt(jsonbInsert)),

		"json_extract_path(json,text...)":        {Bind: jsonPart(jsonByNames), Rows: true, PerValue: true, Alias: true},
		"json_extract_path_text(json,text...)":   perValue(jsonPartText(jsonByNames)),
		"jsonb_extract_path(jsonb,text...)":      perValue(jsonbPath(false, namesPath)),
		"jsonb_extract_path_text(jsonb,text...)": perValue(jsonbPath(true, namesPath)),

		"json_object(_text)":        bound(jsonObject),
		"json_object(_text,_text)":  bound(jsonObject),
		"jsonb_object(_text)":       bound(jsonbBuilt(jsonbObject)),
		"jsonb_object(_text,_text)": bound(jsonbBuilt(jsonbObject)),
	}
	for _, f := range [][2]function.ID{
		{"jsonb_exists_any(jsonb,_text)", "?|(jsonb,_text)"},
		{"jsonb_exists_all(jsonb,_text)", "?&(jsonb,_text)"},
		{"jsonb_delete_path(jsonb,_text)", "#-(jsonb,_text)"},
	} {
		t[f[0]] = t[f[1]]
	}
	return t
}

// pathOf appends the elements of row i of a vector of text[], which alias it.
func pathOf(dst []json.PathElem, v *vector.Vector, i int) ([]json.PathElem, error) {
	a, err := nested.OpenArray(v.Bytes(i))
	if err != nil {
		return dst, sqlerr.New(sqlerr.DataCorrupted, "corrupt array: %v", err)
	}
	if len(a.Dims()) > 1 {
		return dst, sqlerr.New(wrongSubscripts, "wrong number of array subscripts")
	}
	for k := range a.Len() {
		if a.IsNull(k) {
			dst = append(dst, json.PathElem{Null: true})
		} else {
			dst = append(dst, json.PathElem{Text: a.Bytes(k)})
		}
	}
	return dst, nil
}

// wrongSubscripts is array_subscript_error.
const wrongSubscripts = "2202E"

// elementsOf is pathOf for operators that take an array of any dimensions.
func elementsOf(dst []json.PathElem, v *vector.Vector, i int) []json.PathElem {
	a, err := nested.OpenArray(v.Bytes(i))
	if err != nil {
		return append(dst, json.PathElem{Null: true})
	}
	for k := range a.Len() {
		if a.IsNull(k) {
			dst = append(dst, json.PathElem{Null: true})
		} else {
			dst = append(dst, json.PathElem{Text: a.Bytes(k)})
		}
	}
	return dst
}

// rowPath appends the path that the arguments of row i give.
type rowPath func(dst []json.PathElem, args []*vector.Vector, i int) []json.PathElem

// arrayPath is the path in an argument of text[].
func arrayPath(dst []json.PathElem, args []*vector.Vector, i int) []json.PathElem {
	return elementsOf(dst, args[1], i)
}

// namesPath is the path of an argument for each element.
func namesPath(dst []json.PathElem, args []*vector.Vector, i int) []json.PathElem {
	for _, a := range args[1:] {
		dst = append(dst, json.PathElem{Text: a.Bytes(i)})
	}
	return dst
}

func jsonbPath(text bool, path rowPath) func(Site) Kernel {
	return func(Site) Kernel {
		var p []json.PathElem
		find := func(args []*vector.Vector) func(v json.Value, i int) (json.Value, bool) {
			return func(v json.Value, i int) (json.Value, bool) {
				p = path(p[:0], args, i)
				return v.Path(p)
			}
		}
		if text {
			return jsonbPartText(find)
		}
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			x, get := spansOf(args[0]), find(args)
			for _, i := range rows.Selection() {
				part, ok := get(x.get(int(i)), int(i))
				if !ok {
					setNull(out, int(i), rows.N)
					continue
				}
				at := len(out.Arena)
				out.Arena = append(out.Arena, part...)
				appendSpan(out, int(i), at)
			}
			return nil
		}
	}
}

func jsonByPath(args []*vector.Vector) jsonSteps {
	var p []json.PathElem
	return func(dst []json.Step, i int) ([]json.Step, bool) {
		p = elementsOf(p[:0], args[1], i)
		return json.Steps(dst, p)
	}
}

func jsonByNames(args []*vector.Vector) jsonSteps {
	var p []json.PathElem
	return func(dst []json.Step, i int) ([]json.Step, bool) {
		p = namesPath(p[:0], args, i)
		return json.Steps(dst, p)
	}
}

// jsonbExists is ?| and ?&: any or all of the keys exist.
func jsonbExists(all bool) func(Site) Kernel {
	return func(Site) Kernel {
		var keys []json.PathElem
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			x := spansOf(args[0])
			for _, i := range rows.Selection() {
				keys = elementsOf(keys[:0], args[1], int(i))
				v, found := json.Value(x.get(int(i))), all
				for _, k := range keys {
					if !k.Null && v.Exists(k.Text) != all {
						found = !all
						break
					}
				}
				setBit(out, int(i), found)
			}
			return nil
		}
	}
}

func jsonbDeleteKeys(_ *Env, b *json.Builder, _ Site, args []*vector.Vector, i int) error {
	keys, err := pathOf(nil, args[1], i)
	if err != nil {
		return err
	}
	return json.DeleteKeys(b, args[0].Bytes(i), keys)
}

// change runs Set for a function; what words the refusal of a scalar.
func change(b *json.Builder, args []*vector.Vector, i int, x json.Value, c json.Change, what string) error {
	p, err := pathOf(nil, args[1], i)
	if err != nil {
		return err
	}
	v := json.Value(args[0].Bytes(i))
	switch {
	case v.IsScalar():
		return sqlerr.New(sqlerr.InvalidParameterValue, "cannot %s path in scalar", what)
	case len(p) == 0, v.Len() == 0 && c&(json.Replace|json.Delete) != 0:
		b.Value(v)
		return nil
	}
	return json.Set(b, v, p, x, c)
}

func jsonbDeletePath(_ *Env, b *json.Builder, _ Site, args []*vector.Vector, i int) error {
	return change(b, args, i, nil, json.Delete, "delete")
}

func jsonbSet(_ *Env, b *json.Builder, _ Site, args []*vector.Vector, i int) error {
	c := json.Replace
	if args[3].Bool(i) {
		c = json.Create
	}
	return change(b, args, i, args[2].Bytes(i), c, "set")
}

func jsonbInsert(_ *Env, b *json.Builder, _ Site, args []*vector.Vector, i int) error {
	c := json.InsertBefore
	if args[3].Bool(i) {
		c = json.InsertAfter
	}
	return change(b, args, i, args[2].Bytes(i), c, "set")
}
