package catalog

import (
	"cmp"
	"slices"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
)

// TypeDef returns the definition of an enum type by its name, nil if there is
// none. Definitions are interned: while a type does not change, every view has
// the same pointer for it.
func (v *View) TypeDef(namespace, name string) *types.Def {
	o := v.Object(schema.TypeObject, namespace, name)
	if o == nil {
		return nil
	}
	return v.TypeDefByID(o.ID)
}

// TypeDefByID returns the definition of the enum type with the id, nil if there
// is none.
func (v *View) TypeDefByID(id schema.ObjectID) *types.Def {
	i, ok := slices.BinarySearchFunc(v.defs, uint32(id), func(d *types.Def, oid uint32) int { return cmp.Compare(d.OID, oid) })
	if !ok {
		return nil
	}
	return v.defs[i]
}

// TypeByOID returns the enum type, or the array type over one, with a row in
// pg_type of this OID.
func (v *View) TypeByOID(oid uint32) (t types.Type, ok bool) {
	for _, d := range v.defs {
		switch oid {
		case d.OID:
			return types.OfDef(types.Enum, d), true
		case d.ArrayOID:
			return types.OfDef(types.Enum, d).Array(), true
		}
	}
	return types.Type{}, false
}

// link gives the view its definitions, those of old for types that have not
// changed, and puts them into the columns of tables and views, of which a
// descriptor holds the OID alone. Both orders of the tables must be the view's
// own.
func (v *View) link(old *View) {
	v.defs = nil
	for _, e := range v.objectsByID {
		o := e.object
		if o.Kind != schema.TypeObject || o.Dropped {
			continue
		}
		d := old.TypeDefByID(o.ID)
		if was, ok := old.findObject(o.ID); d == nil || !ok || was.object != o {
			d = o.TypeDef()
		}
		v.defs = append(v.defs, d)
	}
	for i, e := range v.byID {
		if !v.unlinked(e.table.Columns) {
			continue
		}
		t := e.table.Clone()
		v.linkColumns(t.Columns)
		v.byID[i].table = t
		n, _ := v.findName(t.Namespace, t.Name)
		v.byName[n] = t
	}
	for i, e := range v.objectsByID {
		if e.object.View == nil || !v.unlinked(e.object.View.Columns) {
			continue
		}
		o := e.object.Clone()
		v.linkColumns(o.View.Columns)
		v.objectsByID[i].object = o
	}
}

// unlinked reports whether a column has another definition than the view's.
func (v *View) unlinked(cols []schema.Column) bool {
	return slices.ContainsFunc(cols, func(c schema.Column) bool {
		if c.Type.Def == nil {
			return false
		}
		d := v.TypeDefByID(schema.ObjectID(c.Type.Def.OID))
		return d != nil && d != c.Type.Def
	})
}

func (v *View) linkColumns(cols []schema.Column) {
	for i := range cols {
		if t := &cols[i].Type; t.Def != nil {
			if d := v.TypeDefByID(schema.ObjectID(t.Def.OID)); d != nil {
				t.Def = d
			}
		}
	}
}
