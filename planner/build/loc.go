package build

import "github.com/dejaq/fasti/sql/ast"

// loc is exprLocation: where PostgreSQL points when it means a whole expression,
// its leftmost token.
func loc(e ast.Expr) int {
	left := e.Offset()
	sub := func(x ast.Expr) int { return min(left, loc(x)) }
	switch e := e.(type) {
	case *ast.Binary:
		return sub(e.L)
	case *ast.And:
		return sub(e.Args[0])
	case *ast.Or:
		return sub(e.Args[0])
	case *ast.IsTest:
		return sub(e.X)
	case *ast.IsDistinct:
		return sub(e.L)
	case *ast.Between:
		return sub(e.X)
	case *ast.In:
		return sub(e.X)
	case *ast.Like:
		return sub(e.X)
	case *ast.Quantified:
		return sub(e.X)
	case *ast.Cast:
		return sub(e.X)
	case *ast.AtTimeZone:
		return sub(e.X)
	case *ast.Collate:
		return sub(e.X)
	case *ast.Subscript:
		return sub(e.X)
	case *ast.Field:
		return sub(e.X)
	}
	return left
}
