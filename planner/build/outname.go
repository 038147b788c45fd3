package build

import (
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/ast"
)

// outputName is FigureColname: how an expression without AS is called.
func outputName(e ast.Expr) string {
	if name, _ := figureName(e); name != "" {
		return name
	}
	return "?column?"
}

// figureName is FigureColnameInternal. strength is 2 for a good name, 1 for one
// that a better one may replace, 0 for none.
func figureName(e ast.Expr) (name string, strength int) {
	switch e := e.(type) {
	case *ast.ColumnRef:
		return e.Parts[len(e.Parts)-1], 2
	case *ast.Field:
		return e.Name, 2
	case *ast.Subscript:
		return figureName(e.X)
	case *ast.FuncCall:
		return e.Name.Parts[len(e.Name.Parts)-1], 2
	case *ast.AtTimeZone:
		return "timezone", 2
	case *ast.Cast:
		if name, strength = figureName(e.X); strength > 1 {
			return name, strength
		}
		return typeLabel(e.Type.Name.Parts[len(e.Type.Name.Parts)-1]), 1
	case *ast.Collate:
		return figureName(e.X)
	case *ast.Case:
		if e.Else != nil {
			if name, strength = figureName(e.Else); strength > 1 {
				return name, strength
			}
		}
		return "case", 1
	case *ast.Subquery:
		return queryName(e.Query), 2
	case *ast.Exists:
		return "exists", 2
	case *ast.Array, *ast.ArrayQuery:
		return "array", 2
	case *ast.Row:
		return "row", 2
	case *ast.SQLValue:
		return e.Name, 2
	}
	return "", 0
}

// queryName is the name of a query's first column.
func queryName(q ast.Query) string {
	for {
		switch t := q.(type) {
		case *ast.SetOp:
			q = t.Left
			continue
		case *ast.Select:
			if len(t.Targets) > 0 {
				if t.Targets[0].Alias != "" {
					return t.Targets[0].Alias
				}
				return outputName(t.Targets[0].Expr)
			}
		case *ast.Values:
			return "column1"
		}
		return "?column?"
	}
}

// typeLabel is the name of a type in pg_type.
func typeLabel(name string) string {
	if id, ok := typeID(name); ok {
		return types.Of(id).Udt()
	}
	return name
}
