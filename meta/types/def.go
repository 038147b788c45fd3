package types

import "strings"

// Def is the definition of a type that a user has made, or of the rows of a
// table. It never changes; the catalog interns definitions, so that two types of
// one view are equal exactly when their pointers are.
type Def struct {
	// OID and ArrayOID are the rows of pg_type of the type and of arrays over it.
	OID, ArrayOID uint32
	// Namespace and Name are what the type is called; "" of an anonymous row.
	Namespace, Name string
	// Labels are those of an enumeration, in its order.
	Labels []Label
	// Fields are those of a row, in its order.
	Fields []Field
}

// Label is one value of an enumeration. Values are stored as Number, which
// increases with the order of the labels; see schema for how it is chosen.
type Label struct {
	Number int32
	Name   string
}

// Field is one field of a row.
type Field struct {
	Name string
	Type Type
}

// OfDef returns the type that d defines: Enum or Record.
func OfDef(id ID, d *Def) Type { return Type{ID: id, Mod: -1, Def: d} }

// Label returns the label that a number stands for, ok false when there is none.
func (d *Def) Label(number int32) (name string, ok bool) {
	lo, hi := 0, len(d.Labels)
	for lo < hi {
		if mid := (lo + hi) / 2; d.Labels[mid].Number < number {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(d.Labels) && d.Labels[lo].Number == number {
		return d.Labels[lo].Name, true
	}
	return "", false
}

// Number returns the number of a label, ok false when there is none.
func (d *Def) Number(name string) (number int32, ok bool) {
	for _, l := range d.Labels {
		if l.Name == name {
			return l.Number, true
		}
	}
	return 0, false
}

// quotedName is quote_qualified_identifier: the namespace only when it is not
// public.
func (d *Def) quotedName() string {
	if d.Namespace == "" || d.Namespace == "public" {
		return quoteName(d.Name)
	}
	return quoteName(d.Namespace) + "." + quoteName(d.Name)
}

// quoteName puts a name in quotes unless it reads as itself.
func quoteName(name string) string {
	plain := name != ""
	for i := range len(name) {
		c := name[i]
		plain = plain && (c >= 'a' && c <= 'z' || c == '_' || i > 0 && c >= '0' && c <= '9')
	}
	if plain {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
