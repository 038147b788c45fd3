package syscat

import (
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/value"
)

// oidArraySubscript is pg_proc's array_subscript_handler: the types that have it,
// and are not of fixed storage, are arrays.
const oidArraySubscript = 6179

// typeName is format_type: the name of a type as SQL writes it. mod is nil when
// there is no modifier to speak of, which differs from -1 for character and bit.
func (r *Reader) typeName(oid uint32, mod *int32) string {
	if oid == 0 {
		return "-"
	}
	w := r.byOID("pg_type", oid)
	if !w.ok() {
		return "???"
	}
	if elem := w.oid("typelem"); elem != 0 && w.oid("typsubscript") == oidArraySubscript && w.char("typstorage") != 'p' {
		if !r.byOID("pg_type", elem).ok() {
			return "???[]"
		}
		return r.typeName(elem, mod) + "[]"
	}
	t, builtin := types.ByOID(oid)
	switch {
	case !builtin || oid >= firstUserOID:
		return r.displayName(classType, w)
	case w.text("typname") == "bpchar" && mod != nil && *mod < 0:
		return "bpchar"
	case w.text("typname") == "bit" && mod != nil && *mod < 0:
		return `"bit"`
	}
	if mod != nil {
		t.Mod = *mod
	}
	return t.String()
}

func (c *call) formatType() (vector.Datum, error) {
	if c.args[0].Null {
		return vector.NullDatum, nil
	}
	if c.args[1].Null {
		return vector.StringDatum(c.typeName(c.oid(0), nil)), nil
	}
	mod := int32(c.number(1))
	return vector.StringDatum(c.typeName(c.oid(0), &mod)), nil
}

// list returns the elements of a column that is a one-dimensional array or a
// vector, as text; nil for NULL.
func (w row) list(column string) []string {
	o := w.rel.def.Column(column)
	d := vector.At(w.set.columns[o], w.at)
	if d.Null {
		return nil
	}
	return elements(string(value.Append(nil, w.rel.def.Columns[o].Type, d, value.Default())))
}

// elements cuts the text of a one-dimensional array, or of a vector, into those of
// its elements.
func elements(text string) []string {
	if open := strings.IndexByte(text, '{'); open > 0 && text[0] == '[' {
		text = text[open:] // the bounds say nothing here
	}
	inner, array := strings.CutPrefix(text, "{")
	if !array {
		return strings.Fields(text)
	}
	inner = strings.TrimSuffix(inner, "}")
	if inner == "" {
		return nil
	}
	var list []string
	var b strings.Builder
	quoted := false
	for i := 0; i < len(inner); i++ {
		switch c := inner[i]; {
		case c == '\\':
			i++
			b.WriteByte(inner[i])
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			list = append(list, b.String())
			b.Reset()
		default:
			b.WriteByte(c)
		}
	}
	return append(list, b.String())
}

// arrayText writes a one-dimensional array of text.
func arrayText(list []string) string {
	parts := make([]string, len(list))
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	for i, s := range list {
		parts[i] = `"` + escape.Replace(s) + `"`
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// numbers is list for a column of numbers.
func (w row) numbers(column string) []int {
	list := w.list(column)
	if list == nil {
		return nil
	}
	numbers := make([]int, len(list))
	for i, s := range list {
		numbers[i] = int(int32(number32(strings.TrimPrefix(s, "-"))))
		if strings.HasPrefix(s, "-") {
			numbers[i] = -numbers[i]
		}
	}
	return numbers
}
