package format

import (
	"strconv"
	"strings"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
)

// Expr returns the expression's text.
func Expr(e ast.Expr) string { return string(AppendExpr(nil, e)) }

func appendInt(dst []byte, n int) []byte { return strconv.AppendInt(dst, int64(n), 10) }

// AppendExpr appends the expression's text to dst.
func AppendExpr(dst []byte, e ast.Expr) []byte {
	switch e := e.(type) {
	case *ast.Const:
		return appendConst(dst, e)
	case *ast.ColumnRef:
		return appendParts(dst, e.Parts)
	case *ast.Star:
		return appendStar(dst, e)
	case *ast.Param:
		return appendInt(append(dst, '$'), e.N)
	case *ast.Binary:
		dst = AppendExpr(append(dst, '('), e.L)
		dst = appendOperator(append(dst, ' '), e.Schema, e.Op)
		dst = AppendExpr(append(dst, ' '), e.R)
		return append(dst, ')')
	case *ast.Unary:
		dst = appendOperator(append(dst, '('), e.Schema, e.Op)
		dst = AppendExpr(append(dst, ' '), e.X)
		return append(dst, ')')
	case *ast.And:
		return appendChain(dst, e.Args, " AND ")
	case *ast.Or:
		return appendChain(dst, e.Args, " OR ")
	case *ast.Not:
		dst = AppendExpr(append(dst, "(NOT "...), e.X)
		return append(dst, ')')
	case *ast.Cast:
		dst = appendPrimary(dst, e.X)
		return appendType(append(dst, "::"...), e.Type)
	case *ast.FuncCall:
		return appendCall(dst, e)
	case *ast.Case:
		return appendCase(dst, e)
	case *ast.Default:
		return append(dst, "DEFAULT"...)
	case *ast.SQLValue:
		dst = append(dst, strings.ToUpper(e.Name)...)
		if e.Precision >= 0 {
			dst = appendInt(append(dst, '('), e.Precision)
			dst = append(dst, ')')
		}
		return dst
	}
	if out, ok := appendPredicate(dst, e); ok {
		return out
	}
	return appendConstructor(dst, e)
}

// appendPredicate appends tests that give a boolean.
func appendPredicate(dst []byte, e ast.Expr) ([]byte, bool) {
	not := func(dst []byte, is bool) []byte {
		if is {
			return append(dst, "NOT "...)
		}
		return dst
	}
	switch e := e.(type) {
	case *ast.IsTest:
		dst = AppendExpr(append(dst, '('), e.X)
		dst = not(append(dst, " IS "...), e.Not)
		return append(append(dst, e.What...), ')'), true
	case *ast.IsDistinct:
		dst = AppendExpr(append(dst, '('), e.L)
		dst = not(append(dst, " IS "...), e.Not)
		dst = AppendExpr(append(dst, "DISTINCT FROM "...), e.R)
		return append(dst, ')'), true
	case *ast.Between:
		dst = AppendExpr(append(dst, '('), e.X)
		dst = append(not(append(dst, ' '), e.Not), "BETWEEN "...)
		if e.Symmetric {
			dst = append(dst, "SYMMETRIC "...)
		}
		dst = AppendExpr(dst, e.Lo)
		dst = AppendExpr(append(dst, " AND "...), e.Hi)
		return append(dst, ')'), true
	case *ast.In:
		dst = AppendExpr(append(dst, '('), e.X)
		dst = append(not(append(dst, ' '), e.Not), "IN ("...)
		if e.Query != nil {
			dst = AppendQuery(dst, e.Query)
		} else {
			dst = appendList(dst, e.List)
		}
		return append(dst, "))"...), true
	case *ast.Like:
		dst = AppendExpr(append(dst, '('), e.X)
		dst = append(not(append(dst, ' '), e.Not), e.Kind...)
		dst = AppendExpr(append(dst, ' '), e.Pattern)
		if e.Escape != nil {
			dst = AppendExpr(append(dst, " ESCAPE "...), e.Escape)
		}
		return append(dst, ')'), true
	case *ast.Quantified:
		dst = AppendExpr(append(dst, '('), e.X)
		dst = appendOperator(append(dst, ' '), e.Schema, e.Op)
		if e.All {
			dst = append(dst, " ALL ("...)
		} else {
			dst = append(dst, " ANY ("...)
		}
		if e.Query != nil {
			dst = AppendQuery(dst, e.Query)
		} else {
			dst = AppendExpr(dst, e.Array)
		}
		return append(dst, "))"...), true
	case *ast.Exists:
		dst = AppendQuery(append(dst, "EXISTS ("...), e.Query)
		return append(dst, ')'), true
	}
	return dst, false
}

// appendConstructor appends the other expressions.
func appendConstructor(dst []byte, e ast.Expr) []byte {
	switch e := e.(type) {
	case *ast.Subscript:
		switch e.X.(type) {
		case *ast.ColumnRef, *ast.Param:
			dst = AppendExpr(dst, e.X)
		default:
			if e.Chained {
				dst = AppendExpr(dst, e.X)
			} else {
				dst = append(AppendExpr(append(dst, '('), e.X), ')')
			}
		}
		dst = append(dst, '[')
		if e.Lo != nil {
			dst = AppendExpr(dst, e.Lo)
		}
		if e.Slice {
			dst = append(dst, " : "...)
		}
		if e.Hi != nil {
			dst = AppendExpr(dst, e.Hi)
		}
		return append(dst, ']')
	case *ast.Field:
		dst = AppendExpr(append(dst, '('), e.X)
		return AppendIdent(append(dst, ")."...), e.Name)
	case *ast.Array:
		dst = appendList(append(dst, "ARRAY["...), e.Elems)
		return append(dst, ']')
	case *ast.ArrayQuery:
		dst = AppendQuery(append(dst, "ARRAY("...), e.Query)
		return append(dst, ')')
	case *ast.Row:
		if e.Explicit {
			dst = append(dst, "ROW"...)
		}
		dst = appendList(append(dst, '('), e.Elems)
		return append(dst, ')')
	case *ast.Subquery:
		dst = AppendQuery(append(dst, '('), e.Query)
		return append(dst, ')')
	case *ast.AtTimeZone:
		dst = AppendExpr(append(dst, '('), e.X)
		dst = AppendExpr(append(dst, " AT TIME ZONE "...), e.Zone)
		return append(dst, ')')
	case *ast.Collate:
		dst = AppendExpr(append(dst, '('), e.X)
		dst = appendName(append(dst, " COLLATE "...), e.Collation)
		return append(dst, ')')
	case *ast.Grouping:
		if e.Kind == "()" {
			return append(dst, "()"...)
		}
		dst = append(append(dst, e.Kind...), " ("...)
		dst = appendList(dst, e.Args)
		return append(dst, ')')
	}
	return dst
}

func appendConst(dst []byte, c *ast.Const) []byte {
	switch c.Kind {
	case ast.Null:
		return append(dst, "NULL"...)
	case ast.True:
		return append(dst, "TRUE"...)
	case ast.False:
		return append(dst, "FALSE"...)
	case ast.String:
		return append(dst, String(c.Raw)...)
	case ast.BitString:
		dst = append(dst, c.Raw[0], '\'')
		return append(append(dst, c.Raw[1:]...), '\'')
	}
	if c.Raw != "" && c.Raw[0] == '-' { // so that a cast does not slip in between
		return append(append(append(dst, '('), c.Raw...), ')')
	}
	return append(dst, c.Raw...)
}

func appendStar(dst []byte, s *ast.Star) []byte {
	if s.Of != nil {
		dst = AppendExpr(append(dst, '('), s.Of)
		return append(dst, ").*"...)
	}
	if len(s.Qualifier) > 0 {
		dst = append(appendParts(dst, s.Qualifier), '.')
	}
	return append(dst, '*')
}

func appendOperator(dst []byte, schema, op string) []byte {
	if schema == "" {
		return append(dst, op...)
	}
	dst = append(dst, "OPERATOR("...)
	dst = appendParts(dst, strings.Split(schema, "."))
	return append(append(append(dst, '.'), op...), ')')
}

func appendChain(dst []byte, args []ast.Expr, op string) []byte {
	dst = append(dst, '(')
	for i, a := range args {
		if i > 0 {
			dst = append(dst, op...)
		}
		dst = AppendExpr(dst, a)
	}
	return append(dst, ')')
}

func appendList(dst []byte, list []ast.Expr) []byte {
	for i, e := range list {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = AppendExpr(dst, e)
	}
	return dst
}

// appendPrimary appends e so that a cast or a subscript may follow.
func appendPrimary(dst []byte, e ast.Expr) []byte {
	switch e := e.(type) {
	case *ast.ColumnRef, *ast.Param, *ast.Subscript:
		return AppendExpr(dst, e)
	case *ast.Const:
		if e.Kind == ast.String {
			return AppendExpr(dst, e)
		}
	}
	dst = AppendExpr(append(dst, '('), e)
	return append(dst, ')')
}

func appendCase(dst []byte, c *ast.Case) []byte {
	dst = append(dst, "CASE"...)
	if c.Arg != nil {
		dst = AppendExpr(append(dst, ' '), c.Arg)
	}
	for _, w := range c.Whens {
		dst = AppendExpr(append(dst, " WHEN "...), w.Cond)
		dst = AppendExpr(append(dst, " THEN "...), w.Then)
	}
	if c.Else != nil {
		dst = AppendExpr(append(dst, " ELSE "...), c.Else)
	}
	return append(dst, " END"...)
}

// appendCall appends a call with its clauses.
func appendCall(dst []byte, f *ast.FuncCall) []byte {
	dst = appendFunctionName(dst, f.Name.Parts)
	dst = append(dst, '(')
	switch {
	case f.Star:
		dst = append(dst, '*')
	case f.Distinct:
		dst = append(dst, "DISTINCT "...)
	}
	for i, a := range f.Args {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		if f.Variadic && i == len(f.Args)-1 {
			dst = append(dst, "VARIADIC "...)
		}
		if a.Name != "" {
			dst = append(AppendIdent(dst, a.Name), " => "...)
		}
		if field, ok := a.Expr.(*ast.Const); ok && i == 0 && isKeywordCall(f, "extract") && field.Kind == ast.String && len(f.Args) == 2 {
			dst = append(append(dst, String(field.Raw)...), " FROM "...)
			dst = AppendExpr(dst, f.Args[1].Expr)
			break
		}
		dst = AppendExpr(dst, a.Expr)
	}
	if len(f.OrderBy) > 0 && !f.WithinGroup {
		dst = appendOrderBy(append(dst, ' '), f.OrderBy)
	}
	dst = append(dst, ')')
	if f.WithinGroup {
		dst = appendOrderBy(append(dst, " WITHIN GROUP ("...), f.OrderBy)
		dst = append(dst, ')')
	}
	if f.Filter != nil {
		dst = AppendExpr(append(dst, " FILTER (WHERE "...), f.Filter)
		dst = append(dst, ')')
	}
	if f.Over != nil {
		dst = append(dst, " OVER "...)
		if isWindowName(f.Over) {
			return AppendIdent(dst, f.Over.Base)
		}
		dst = appendWindow(dst, f.Over)
	}
	return dst
}

// isKeywordCall tells whether the call is the plain one of that name.
func isKeywordCall(f *ast.FuncCall, name string) bool {
	return len(f.Name.Parts) == 1 && f.Name.Parts[0] == name
}

// appendFunctionName appends the name so that it is read as a function's.
func appendFunctionName(dst []byte, parts []string) []byte {
	if len(parts) == 1 {
		switch lex.Lookup(parts[0]) {
		case lex.KwCoalesce, lex.KwGreatest, lex.KwLeast, lex.KwNullif, lex.KwGrouping, lex.KwExtract, lex.KwSubstring, lex.KwOverlay:
			return append(dst, parts[0]...)
		}
	}
	return appendParts(dst, parts)
}

// isWindowName tells whether OVER has a name and nothing else: it was written
// without parentheses unless it refines the window.
func isWindowName(w *ast.WindowDef) bool {
	return w.Base != "" && w.Bare
}
