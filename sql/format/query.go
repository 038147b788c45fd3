package format

import "github.com/dejaq/fasti/sql/ast"

// AppendQuery appends the query's text to dst.
func AppendQuery(dst []byte, q ast.Query) []byte {
	switch q := q.(type) {
	case *ast.Select:
		dst = appendWith(dst, q.With)
		dst = appendSelect(dst, q)
		return appendTail(dst, &q.Tail)
	case *ast.Values:
		dst = appendWith(dst, q.With)
		dst = append(dst, "VALUES "...)
		for i, row := range q.Rows {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendList(append(dst, '('), row)
			dst = append(dst, ')')
		}
		return appendTail(dst, &q.Tail)
	case *ast.SetOp:
		dst = appendWith(dst, q.With)
		dst = appendOperand(dst, q.Left)
		dst = append(append(dst, ' '), q.Op...)
		if q.All {
			dst = append(dst, " ALL"...)
		}
		dst = appendOperand(append(dst, ' '), q.Right)
		return appendTail(dst, &q.Tail)
	}
	return dst
}

// appendOperand appends an operand of a set operation.
func appendOperand(dst []byte, q ast.Query) []byte {
	if s, ok := q.(*ast.Select); ok && s.With == nil && isEmptyTail(&s.Tail) {
		return AppendQuery(dst, q)
	}
	dst = AppendQuery(append(dst, '('), q)
	return append(dst, ')')
}

func isEmptyTail(t *ast.Tail) bool {
	return t.OrderBy == nil && t.Limit == nil && t.Offset == nil && t.Locks == nil
}

func appendWith(dst []byte, w *ast.With) []byte {
	if w == nil {
		return dst
	}
	dst = append(dst, "WITH "...)
	if w.Recursive {
		dst = append(dst, "RECURSIVE "...)
	}
	for i, c := range w.CTEs {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = AppendIdent(dst, c.Name)
		if c.Cols != nil {
			dst = appendNames(append(dst, ' '), c.Cols)
		}
		dst = append(dst, " AS "...)
		if c.Materialized != nil {
			if !*c.Materialized {
				dst = append(dst, "NOT "...)
			}
			dst = append(dst, "MATERIALIZED "...)
		}
		dst = AppendStmt(append(dst, '('), c.Stmt)
		dst = append(dst, ')')
	}
	return append(dst, ' ')
}

func appendSelect(dst []byte, s *ast.Select) []byte {
	dst = append(dst, "SELECT"...)
	if s.Distinct {
		dst = append(dst, " DISTINCT"...)
		if s.DistinctOn != nil {
			dst = appendList(append(dst, " ON ("...), s.DistinctOn)
			dst = append(dst, ')')
		}
	}
	dst = appendTargets(dst, s.Targets)
	if s.Into != nil {
		dst = appendName(append(dst, " INTO "...), *s.Into)
	}
	dst = appendFrom(dst, " FROM ", s.From)
	dst = appendClause(dst, " WHERE ", s.Where)
	if s.GroupBy != nil {
		dst = append(dst, " GROUP BY "...)
		if s.GroupByDistinct {
			dst = append(dst, "DISTINCT "...)
		}
		dst = appendList(dst, s.GroupBy)
	}
	dst = appendClause(dst, " HAVING ", s.Having)
	for i := range s.Windows {
		if i == 0 {
			dst = append(dst, " WINDOW "...)
		} else {
			dst = append(dst, ", "...)
		}
		dst = append(AppendIdent(dst, s.Windows[i].Name), " AS "...)
		dst = appendWindow(dst, &s.Windows[i])
	}
	return dst
}

func appendClause(dst []byte, word string, e ast.Expr) []byte {
	if e == nil {
		return dst
	}
	return AppendExpr(append(dst, word...), e)
}

func appendTargets(dst []byte, targets []ast.Target) []byte {
	for i, t := range targets {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendExpr(append(dst, ' '), t.Expr)
		if t.Alias != "" {
			dst = AppendIdent(append(dst, " AS "...), t.Alias)
		}
	}
	return dst
}

func appendNames(dst []byte, names []string) []byte {
	dst = append(dst, '(')
	for i, n := range names {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = AppendIdent(dst, n)
	}
	return append(dst, ')')
}

func appendTail(dst []byte, t *ast.Tail) []byte {
	if t.OrderBy != nil {
		dst = appendOrderBy(append(dst, ' '), t.OrderBy)
	}
	if t.Limit != nil {
		if t.WithTies {
			dst = AppendExpr(append(dst, " FETCH FIRST ("...), t.Limit)
			dst = append(dst, ") ROWS WITH TIES"...)
		} else {
			dst = AppendExpr(append(dst, " LIMIT "...), t.Limit)
		}
	}
	dst = appendClause(dst, " OFFSET ", t.Offset)
	for _, l := range t.Locks {
		dst = append(append(dst, " FOR "...), l.Strength...)
		for i, n := range l.Of {
			if i == 0 {
				dst = append(dst, " OF "...)
			} else {
				dst = append(dst, ", "...)
			}
			dst = appendName(dst, n)
		}
		if l.Wait != "" {
			dst = append(append(dst, ' '), l.Wait...)
		}
	}
	return dst
}

func appendOrderBy(dst []byte, items []ast.OrderItem) []byte {
	dst = append(dst, "ORDER BY "...)
	for i, it := range items {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = AppendExpr(dst, it.Expr)
		switch {
		case it.Using != "":
			dst = append(append(dst, " USING "...), it.Using...)
		case it.Desc:
			dst = append(dst, " DESC"...)
		}
		switch {
		case it.NullsFirst && !it.Desc:
			dst = append(dst, " NULLS FIRST"...)
		case !it.NullsFirst && it.Desc:
			dst = append(dst, " NULLS LAST"...)
		}
	}
	return dst
}

// appendWindow appends a window in parentheses.
func appendWindow(dst []byte, w *ast.WindowDef) []byte {
	dst = append(dst, '(')
	sep := ""
	part := func(text string) {
		dst = append(append(dst, sep...), text...)
		sep = " "
	}
	if w.Base != "" {
		part(Ident(w.Base))
	}
	if w.PartitionBy != nil {
		part("PARTITION BY ")
		dst = appendList(dst, w.PartitionBy)
	}
	if w.OrderBy != nil {
		part("")
		dst = appendOrderBy(dst, w.OrderBy)
	}
	if f := w.Frame; f != nil {
		part(f.Mode + " BETWEEN ")
		dst = appendBound(dst, f.Start)
		dst = appendBound(append(dst, " AND "...), f.End)
		if f.Exclude != "" {
			dst = append(append(dst, " EXCLUDE "...), f.Exclude...)
		}
	}
	return append(dst, ')')
}

func appendBound(dst []byte, b ast.Bound) []byte {
	if b.Offset != nil {
		dst = AppendExpr(append(dst, '('), b.Offset)
		dst = append(dst, ") "...)
	}
	return append(dst, b.Kind...)
}
