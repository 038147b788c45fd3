package build

import (
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/ast"
)

// Type resolves a type as written; errors are 42704 and 0A000.
func Type(name ast.TypeName) (types.Type, error) { return (&binder{}).typeName(name) }
