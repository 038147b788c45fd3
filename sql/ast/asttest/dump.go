// Package asttest helps tests to look at syntax trees.
package asttest

import (
	"fmt"
	"reflect"
	"strings"
)

// Options says what of a tree is shown.
type Options struct {
	Pos  bool // positions, as @offset
	Text bool // source texts that trees keep
}

// Dump prints a tree as one line: (Type Field:value …), without the fields that
// are zero.
func Dump(tree any, o Options) string {
	var b strings.Builder
	d := dumper{&b, o}
	d.value(reflect.ValueOf(tree))
	return b.String()
}

type dumper struct {
	b *strings.Builder
	o Options
}

func (d dumper) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Invalid:
		d.b.WriteString("nil")
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			d.b.WriteString("nil")
			return
		}
		d.value(v.Elem())
	case reflect.Struct:
		d.fields(v)
	case reflect.Slice:
		d.b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				d.b.WriteByte(' ')
			}
			d.value(v.Index(i))
		}
		d.b.WriteByte(']')
	case reflect.String:
		fmt.Fprintf(d.b, "%q", v.String())
	default:
		fmt.Fprint(d.b, v.Interface())
	}
}

func (d dumper) fields(v reflect.Value) {
	t := v.Type()
	switch t.Name() {
	case "Name":
		if !d.o.Pos {
			fmt.Fprintf(d.b, "%q", strings.Join(v.FieldByName("Parts").Interface().([]string), "."))
			return
		}
	}
	d.b.WriteString("(" + t.Name())
	if pos := v.FieldByName("Pos"); d.o.Pos && pos.IsValid() {
		fmt.Fprintf(d.b, "@%d", pos.Int())
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Name == "Pos" || f.Name == "Node" && f.Anonymous || !f.IsExported() || v.Field(i).IsZero() {
			continue
		}
		if !d.o.Text && (f.Name == "Text" || f.Name == "DefaultText") {
			continue
		}
		d.b.WriteString(" " + f.Name + ":")
		d.value(v.Field(i))
	}
	d.b.WriteByte(')')
}
