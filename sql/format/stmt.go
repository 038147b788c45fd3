package format

import "github.com/dejaq/fasti/sql/ast"

// Stmt returns the statement's text. That of an Unsupported is its command tag:
// the tree does not know more.
func Stmt(s ast.Stmt) string { return string(AppendStmt(nil, s)) }

// AppendStmt appends the statement's text to dst.
func AppendStmt(dst []byte, s ast.Stmt) []byte {
	switch s := s.(type) {
	case ast.Query:
		return AppendQuery(dst, s)
	case *ast.Insert:
		return appendInsert(dst, s)
	case *ast.Update:
		dst = appendWith(dst, s.With)
		dst = appendTable(append(dst, "UPDATE "...), s.Table)
		dst = appendSet(append(dst, " SET "...), s.Set)
		dst = appendFrom(dst, " FROM ", s.From)
		dst = appendClause(dst, " WHERE ", s.Where)
		dst = appendTail(dst, &s.Tail)
		return appendReturning(dst, s.Returning, s.ReturningNothing)
	case *ast.Delete:
		dst = appendWith(dst, s.With)
		dst = appendTable(append(dst, "DELETE FROM "...), s.Table)
		dst = appendFrom(dst, " USING ", s.Using)
		dst = appendClause(dst, " WHERE ", s.Where)
		dst = appendTail(dst, &s.Tail)
		return appendReturning(dst, s.Returning, s.ReturningNothing)
	}
	return appendUtility(dst, s)
}

func appendInsert(dst []byte, s *ast.Insert) []byte {
	dst = appendWith(dst, s.With)
	if s.Upsert {
		dst = append(dst, "UPSERT INTO "...)
	} else {
		dst = append(dst, "INSERT INTO "...)
	}
	dst = appendName(dst, s.Table)
	if s.Alias != "" {
		dst = AppendIdent(append(dst, " AS "...), s.Alias)
	}
	if s.Cols != nil {
		dst = appendColumns(append(dst, ' '), s.Cols)
	}
	if s.Overriding != "" {
		dst = append(append(append(dst, " OVERRIDING "...), s.Overriding...), " VALUE"...)
	}
	if s.Source == nil {
		dst = append(dst, " DEFAULT VALUES"...)
	} else {
		dst = AppendQuery(append(dst, ' '), s.Source)
	}
	if c := s.OnConflict; c != nil {
		dst = appendConflict(dst, c)
	}
	return appendReturning(dst, s.Returning, s.ReturningNothing)
}

func appendColumns(dst []byte, cols []ast.Name) []byte {
	dst = append(dst, '(')
	for i, c := range cols {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendName(dst, c)
	}
	return append(dst, ')')
}

func appendConflict(dst []byte, c *ast.OnConflict) []byte {
	dst = append(dst, " ON CONFLICT"...)
	if c.Constraint != "" {
		dst = AppendIdent(append(dst, " ON CONSTRAINT "...), c.Constraint)
	}
	for i, e := range c.Target {
		if i == 0 {
			dst = append(dst, " ("...)
		} else {
			dst = append(dst, ", "...)
		}
		dst = appendConflictItem(dst, e)
	}
	if c.Target != nil {
		dst = append(dst, ')')
		dst = appendClause(dst, " WHERE ", c.Where)
	}
	if c.Nothing {
		return append(dst, " DO NOTHING"...)
	}
	dst = appendSet(append(dst, " DO UPDATE SET "...), c.Update)
	return appendClause(dst, " WHERE ", c.UpdateIf)
}

func appendConflictItem(dst []byte, e ast.Expr) []byte {
	switch e := e.(type) {
	case *ast.ColumnRef:
		return AppendExpr(dst, e)
	case *ast.Collate:
		dst = appendConflictItem(dst, e.X)
		return appendName(append(dst, " COLLATE "...), e.Collation)
	}
	dst = AppendExpr(append(dst, '('), e)
	return append(dst, ')')
}

func appendSet(dst []byte, set []ast.Assignment) []byte {
	for i, a := range set {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		if a.Multiple {
			dst = appendColumns(dst, a.Cols)
		} else {
			dst = appendName(dst, a.Cols[0])
		}
		dst = AppendExpr(append(dst, " = "...), a.Value)
	}
	return dst
}

func appendReturning(dst []byte, targets []ast.Target, nothing bool) []byte {
	switch {
	case nothing:
		return append(dst, " RETURNING NOTHING"...)
	case targets != nil:
		return appendTargets(append(dst, " RETURNING"...), targets)
	}
	return dst
}
