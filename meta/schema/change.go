package schema

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Change is a change of the catalog as data: all of it happens, or nothing. What
// it creates has ids from NewID on, which the catalog replaces by new ones
// wherever the change names them.
type Change struct {
	// At is the revision of the catalog (catalog.View.DefinitionsRev) that the
	// change was made from: it fails when the catalog has changed since.
	At      int64
	Tables  []*Table  // new, or changed ones
	Objects []*Object // new, or changed ones
	// Drop lists the ids of tables and objects to remove.
	Drop []ObjectID
}

const (
	changeVersion = 1

	changeAt     = 1 // zigzag
	changeTable  = 2 // record of a table, repeated
	changeObject = 3 // record of an object, repeated
	changeDrop   = 4 // message of a dependency's form, repeated
)

// AppendChange appends the record of c, whose tables and objects must be valid.
func AppendChange(dst []byte, c *Change) []byte {
	return AppendRecord(dst, changeVersion, func(b []byte) []byte {
		b = appendInt(b, changeAt, c.At)
		for _, t := range c.Tables {
			b = appendMessage(b, changeTable, AppendTable(nil, t))
		}
		for _, o := range c.Objects {
			b = appendMessage(b, changeObject, AppendObject(nil, o))
		}
		for _, id := range c.Drop {
			b = appendDepends(b, changeDrop, []Dependency{{ID: id}})
		}
		return b
	})
}

// DecodeChange returns the change of a record, or ErrNewer or ErrCorrupt.
func DecodeChange(src []byte) (*Change, error) {
	_, body, err := OpenRecord(src, changeVersion)
	if err != nil {
		return nil, fmt.Errorf("change: %w", err)
	}
	c := &Change{}
	err = eachField(body, func(num protowire.Number, f field) error {
		switch num {
		case changeAt:
			return setInt(&c.At, f)
		case changeTable:
			t, err := DecodeTable(f.bytes)
			c.Tables = append(c.Tables, t)
			return err
		case changeObject:
			o, err := DecodeObject(f.bytes)
			c.Objects = append(c.Objects, o)
			return err
		case changeDrop:
			var d []Dependency
			err := addDependency(&d, f)
			c.Drop = append(c.Drop, d[0].ID)
			return err
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("change: %w", err)
	}
	return c, nil
}

// Renumber replaces the placeholders from NewID on, in what c creates and
// wherever it names them. It changes c, which must not be shared.
func (c *Change) Renumber(id func(placeholder ObjectID) ObjectID) {
	set := func(x *ObjectID) {
		if *x >= NewID {
			*x = id(*x)
		}
	}
	depends := func(list []Dependency) {
		for i := range list {
			set(&list[i].ID)
		}
	}
	for _, t := range c.Tables {
		n := ObjectID(t.ID)
		set(&n)
		t.ID = TableID(n)
		for i := range t.Columns {
			set(&t.Columns[i].Sequence)
			depends(t.Columns[i].Depends)
		}
		depends(t.Depends)
	}
	for _, o := range c.Objects {
		set(&o.ID)
		depends(o.Depends)
		if o.Sequence != nil {
			set(&o.Sequence.OwnerTable)
		}
	}
}
