package build

import (
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// comparable reports whether values of t can be told apart and ordered. All can
// but json, whose texts may differ and mean the same, and jsonpath.
func comparable(t types.Type) bool {
	id := t.ID.Elem()
	return id != types.JSON && id != types.JSONPath
}

// groupable is the 42883 of grouping by, or removing duplicates of, a type
// without equality.
func groupable(t types.Type, pos int) error {
	if comparable(t) {
		return nil
	}
	return at(sqlerr.New(sqlerr.UndefinedFunction, "could not identify an equality operator for type %s", t.Plain()), pos)
}

// orderable is the 42883 of ordering by a type without an order.
func orderable(t types.Type, pos int) error {
	if comparable(t) {
		return nil
	}
	return at(sqlerr.New(sqlerr.UndefinedFunction, "could not identify an ordering operator for type %s", t.Plain()).
		WithHint("Use an explicit ordering operator or modify the query."), pos)
}

// keyable refuses the types that cannot be in a primary key: those without an
// order (42704), and jsonb, whose order kv/keys does not know.
func keyable(t types.Type) error {
	switch {
	case !comparable(t) && !t.ID.IsArray():
		return sqlerr.New(sqlerr.UndefinedObject, "data type %s has no default operator class for access method \"btree\"", t.Plain()).
			WithHint("You must specify an operator class for the index or define a default operator class for the data type.")
	case !comparable(t), t.ID.Elem() == types.JSONB:
		return sqlerr.NotSupported("primary key or index over a column of type %s", t)
	}
	return nil
}
