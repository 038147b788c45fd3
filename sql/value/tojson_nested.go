package value

import (
	"strconv"

	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/json"
)

// JSONLines is what array_to_json and row_to_json put between the members of the
// outermost array or object when they are asked to begin lines.
const JSONLines = ",\n "

// AppendJSONArray writes the array enc of type t as array_to_json does: an array
// of arrays for each dimension, with between in the outermost one.
func AppendJSONArray(dst []byte, t types.Type, enc string, s *Settings, between string) []byte {
	a, err := nested.OpenArray(bytesOf(enc))
	if err != nil || a.Len() == 0 {
		return append(dst, "[]"...)
	}
	w := jsonArray{a: &a, elem: t.Elem(), s: s}
	return w.append(dst, 0, between)
}

// jsonArray writes the elements of an array, in their order.
type jsonArray struct {
	a    *nested.Array
	elem types.Type
	s    *Settings
	next int // the element to write
}

// append writes one array of dimension dim, from 0.
func (w *jsonArray) append(dst []byte, dim int, between string) []byte {
	dims := w.a.Dims()
	dst = append(dst, '[')
	for i := range dims[dim].Len {
		if i > 0 {
			dst = append(dst, between...)
		}
		if dim+1 < len(dims) {
			dst = w.append(dst, dim+1, ",")
			continue
		}
		dst = AppendJSON(dst, w.elem, w.a.Peek(w.next), w.s)
		w.next++
	}
	return append(dst, ']')
}

// add adds one array of dimension dim, from 0.
func (w *jsonArray) add(b *json.Builder, dim int) error {
	dims := w.a.Dims()
	b.BeginArray()
	for range dims[dim].Len {
		if dim+1 < len(dims) {
			if err := w.add(b, dim+1); err != nil {
				return err
			}
			continue
		}
		if err := AddJSON(b, w.elem, w.a.Peek(w.next), w.s); err != nil {
			return err
		}
		w.next++
	}
	b.End()
	return nil
}

func addArray(b *json.Builder, t types.Type, enc string, s *Settings) error {
	a, err := nested.OpenArray(bytesOf(enc))
	if err != nil || a.Len() == 0 {
		b.BeginArray()
		b.End()
		return nil
	}
	w := jsonArray{a: &a, elem: t.Elem(), s: s}
	return w.add(b, 0)
}

// AppendJSONRecord writes the record enc of type t as row_to_json does, with
// between its members.
func AppendJSONRecord(dst []byte, t types.Type, enc string, s *Settings, between string) []byte {
	r, err := nested.OpenRecord(bytesOf(enc))
	dst = append(dst, '{')
	for i := 0; err == nil && i < r.Len(); i++ {
		id, d, bad := r.Next()
		if err = bad; err != nil {
			break
		}
		if i > 0 {
			dst = append(dst, between...)
		}
		dst = json.AppendQuoted(dst, fieldName(t, i))
		dst = append(dst, ':')
		dst = AppendJSON(dst, fieldType(t, i, id), d, s)
	}
	return append(dst, '}')
}

func addRecord(b *json.Builder, t types.Type, enc string, s *Settings) error {
	r, err := nested.OpenRecord(bytesOf(enc))
	b.BeginObject()
	for i := 0; err == nil && i < r.Len(); i++ {
		id, d, bad := r.Next()
		if err = bad; err != nil {
			break
		}
		b.Key(fieldName(t, i))
		if err := AddJSON(b, fieldType(t, i, id), d, s); err != nil {
			return err
		}
	}
	b.End()
	return nil
}

// fieldName returns what field i of a record of type t is called: f1, f2, …
// where nothing says.
func fieldName(t types.Type, i int) []byte {
	if t.Def != nil && i < len(t.Def.Fields) {
		return []byte(t.Def.Fields[i].Name)
	}
	return strconv.AppendInt([]byte{'f'}, int64(i+1), 10)
}
