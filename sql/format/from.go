package format

import "github.com/dejaq/fasti/sql/ast"

// appendFrom appends the word and the items behind it, if there are any.
func appendFrom(dst []byte, word string, items []ast.TableExpr) []byte {
	for i, t := range items {
		if i == 0 {
			dst = append(dst, word...)
		} else {
			dst = append(dst, ", "...)
		}
		dst = appendTable(dst, t)
	}
	return dst
}

func appendTable(dst []byte, t ast.TableExpr) []byte {
	switch t := t.(type) {
	case *ast.TableRef:
		return appendTableRef(dst, t)
	case *ast.SubqueryRef:
		if t.Lateral {
			dst = append(dst, "LATERAL "...)
		}
		dst = AppendQuery(append(dst, '('), t.Query)
		return appendAlias(append(dst, ')'), t.Alias)
	case *ast.FuncRef:
		return appendFuncRef(dst, t)
	case *ast.JoinExpr:
		return appendJoin(dst, t)
	}
	return dst
}

func appendAlias(dst []byte, a ast.TableAlias) []byte {
	if a.Name == "" {
		return dst
	}
	dst = AppendIdent(append(dst, " AS "...), a.Name)
	if a.Cols != nil {
		dst = appendNames(append(dst, ' '), a.Cols)
	}
	return dst
}

func appendTableRef(dst []byte, t *ast.TableRef) []byte {
	if t.Only {
		dst = append(dst, "ONLY "...)
	}
	dst = appendName(dst, t.Name)
	if t.Index != "" {
		dst = AppendIdent(append(dst, '@'), t.Index)
	}
	dst = appendClause(dst, " AS OF SYSTEM TIME ", t.AsOf)
	dst = appendAlias(dst, t.Alias)
	if s := t.Sample; s != nil {
		dst = appendFunctionName(append(dst, " TABLESAMPLE "...), s.Name.Parts)
		dst = append(dst, " ("...)
		for i, a := range s.Args {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = AppendExpr(dst, a.Expr)
		}
		dst = append(dst, ')')
		if t.Repeatable != nil {
			dst = AppendExpr(append(dst, " REPEATABLE ("...), t.Repeatable)
			dst = append(dst, ')')
		}
	}
	return dst
}

func appendFuncRef(dst []byte, t *ast.FuncRef) []byte {
	if t.Lateral {
		dst = append(dst, "LATERAL "...)
	}
	if len(t.Funcs) == 1 {
		dst = appendCall(dst, t.Funcs[0])
	} else {
		dst = append(dst, "ROWS FROM ("...)
		for i, f := range t.Funcs {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendCall(dst, f)
		}
		dst = append(dst, ')')
	}
	if t.Ordinality {
		dst = append(dst, " WITH ORDINALITY"...)
	}
	if t.ColDefs == nil {
		return appendAlias(dst, t.Alias)
	}
	dst = append(dst, " AS "...)
	if t.Alias.Name != "" {
		dst = append(AppendIdent(dst, t.Alias.Name), ' ')
	}
	for i, c := range t.ColDefs {
		if i == 0 {
			dst = append(dst, '(')
		} else {
			dst = append(dst, ", "...)
		}
		dst = appendType(append(AppendIdent(dst, c.Name), ' '), c.Type)
	}
	return append(dst, ')')
}

// appendJoin appends a join. One with an alias stands in parentheses, and so does
// one on the right side of another.
func appendJoin(dst []byte, j *ast.JoinExpr) []byte {
	if j.Alias.Name != "" {
		dst = append(dst, '(')
	}
	dst = appendTable(dst, j.Left)
	dst = append(dst, ' ')
	if j.Natural {
		dst = append(dst, "NATURAL "...)
	}
	if j.Asof {
		dst = append(dst, "ASOF "...)
	}
	if j.Kind != "INNER" {
		dst = append(append(dst, j.Kind...), ' ')
	}
	dst = append(dst, "JOIN "...)
	if r, ok := j.Right.(*ast.JoinExpr); ok && r.Alias.Name == "" {
		dst = appendTable(append(dst, '('), r)
		dst = append(dst, ')')
	} else {
		dst = appendTable(dst, j.Right)
	}
	dst = appendClause(dst, " ON ", j.On)
	if j.Using != nil {
		dst = appendNames(append(dst, " USING "...), j.Using)
		if j.UsingAlias != "" {
			dst = AppendIdent(append(dst, " AS "...), j.UsingAlias)
		}
	}
	if j.Alias.Name != "" {
		dst = appendAlias(append(dst, ')'), j.Alias)
	}
	return dst
}
