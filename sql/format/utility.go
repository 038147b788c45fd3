package format

import (
	"strings"

	"github.com/dejaq/fasti/sql/ast"
)

func appendUtility(dst []byte, s ast.Stmt) []byte {
	switch s := s.(type) {
	case *ast.Begin:
		return appendModes(append(dst, "BEGIN"...), s.Modes)
	case *ast.Commit:
		return appendIf(append(dst, "COMMIT"...), s.Chain, " AND CHAIN")
	case *ast.Rollback:
		if s.Savepoint != "" {
			return AppendIdent(append(dst, "ROLLBACK TO SAVEPOINT "...), s.Savepoint)
		}
		return appendIf(append(dst, "ROLLBACK"...), s.Chain, " AND CHAIN")
	case *ast.Savepoint:
		return AppendIdent(append(dst, "SAVEPOINT "...), s.Name)
	case *ast.Release:
		return AppendIdent(append(dst, "RELEASE SAVEPOINT "...), s.Name)
	case *ast.SetVar:
		return appendSetVar(dst, s)
	case *ast.SetTransaction:
		if s.Session {
			return appendModes(append(dst, "SET SESSION CHARACTERISTICS AS TRANSACTION"...), s.Modes)
		}
		return appendModes(append(dst, "SET TRANSACTION"...), s.Modes)
	case *ast.Show:
		if s.Name == "all" {
			return append(dst, "SHOW ALL"...)
		}
		return appendParts(append(dst, "SHOW "...), strings.Split(s.Name, "."))
	case *ast.Discard:
		return append(append(dst, "DISCARD "...), s.What...)
	case *ast.Prepare:
		dst = AppendIdent(append(dst, "PREPARE "...), s.Name)
		for i, t := range s.Types {
			dst = append(dst, separator(i, " (", ", ")...)
			dst = appendType(dst, t)
		}
		dst = appendIf(dst, s.Types != nil, ")")
		return AppendStmt(append(dst, " AS "...), s.Stmt)
	case *ast.Execute:
		dst = AppendIdent(append(dst, "EXECUTE "...), s.Name)
		if s.Args != nil {
			dst = append(appendList(append(dst, " ("...), s.Args), ')')
		}
		return dst
	case *ast.Deallocate:
		if s.Name == "" {
			return append(dst, "DEALLOCATE ALL"...)
		}
		return AppendIdent(append(dst, "DEALLOCATE "...), s.Name)
	case *ast.Explain:
		return appendExplain(dst, s)
	case *ast.Copy:
		return appendCopy(dst, s)
	case *ast.CreateTable:
		return appendCreateTable(dst, s)
	case *ast.DropTable:
		dst = appendIf(append(dst, "DROP TABLE "...), s.IfExists, "IF EXISTS ")
		return appendIf(appendNameList(dst, s.Names), s.Cascade, " CASCADE")
	case *ast.Truncate:
		return appendIf(appendNameList(append(dst, "TRUNCATE TABLE "...), s.Names), s.Restart, " RESTART IDENTITY")
	case *ast.NoOp:
		return append(dst, "UNLISTEN *"...)
	case *ast.Declare:
		return appendDeclare(dst, s)
	case *ast.Fetch:
		return appendFetch(dst, s)
	case *ast.Close:
		if s.Name == "" {
			return append(dst, "CLOSE ALL"...)
		}
		return AppendIdent(append(dst, "CLOSE "...), s.Name)
	case *ast.Vacuum:
		return append(dst, s.Source...)
	case *ast.CreateSchema:
		return append(dst, s.Source...)
	case *ast.Drop:
		return append(dst, s.Source...)
	case *ast.Comment:
		return append(dst, s.Source...)
	case *ast.CreateView:
		return append(dst, s.Source...)
	case *ast.CreateSequence:
		return append(dst, s.Source...)
	case *ast.CreateType:
		return append(dst, s.Source...)
	case *ast.Alter:
		return append(dst, s.Source...)
	case *ast.CreateRole:
		return append(dst, s.Source...)
	case *ast.Grant:
		return append(dst, s.Source...)
	case *ast.CreateIndex:
		return append(dst, s.Source...)
	case *ast.DropIndex:
		return append(dst, s.Source...)
	case *ast.RenameIndex:
		return append(dst, s.Source...)
	case *ast.Reindex:
		return append(dst, s.Source...)
	case *ast.Unsupported:
		return append(dst, s.What...)
	}
	return dst
}

func appendIf(dst []byte, yes bool, text string) []byte {
	if yes {
		return append(dst, text...)
	}
	return dst
}

// separator returns what stands in front of item i of a list.
func separator(i int, first, next string) string {
	if i == 0 {
		return first
	}
	return next
}

func appendNameList(dst []byte, names []ast.Name) []byte {
	for i, n := range names {
		dst = append(dst, separator(i, "", ", ")...)
		dst = appendName(dst, n)
	}
	return dst
}

func appendModes(dst []byte, m ast.TxModes) []byte {
	n := 0
	mode := func(text string) {
		dst = append(append(dst, separator(n, " ", ", ")...), text...)
		n++
	}
	if m.Isolation != "" {
		mode("ISOLATION LEVEL " + m.Isolation)
	}
	if m.ReadOnly != nil {
		mode(map[bool]string{true: "READ ONLY", false: "READ WRITE"}[*m.ReadOnly])
	}
	if m.Deferrable != nil {
		mode(map[bool]string{true: "DEFERRABLE", false: "NOT DEFERRABLE"}[*m.Deferrable])
	}
	return dst
}

func appendSetVar(dst []byte, s *ast.SetVar) []byte {
	if s.Default && s.Name == "" {
		return append(dst, "RESET ALL"...)
	}
	dst = appendIf(append(dst, "SET "...), s.Local, "LOCAL ")
	if len(s.Values) == 1 {
		if c, ok := s.Values[0].(*ast.Cast); ok { // SET TIME ZONE INTERVAL
			dst = append(dst, "TIME ZONE INTERVAL "...)
			t := c.Type
			if t.Fields == "" && t.Mods != nil {
				dst = append(appendInt(append(dst, '('), t.Mods[0]), ") "...)
			}
			dst = AppendExpr(dst, c.X)
			return append(append(dst, ' '), t.Fields...)
		}
	}
	dst = appendParts(dst, strings.Split(s.Name, "."))
	if s.Default {
		return append(dst, " TO DEFAULT"...)
	}
	for i, v := range s.Values {
		dst = append(dst, separator(i, " TO ", ", ")...)
		dst = appendValue(dst, v)
	}
	return dst
}

// appendValue appends the value of an option or a setting.
func appendValue(dst []byte, e ast.Expr) []byte {
	switch e := e.(type) {
	case *ast.Const:
		if e.Kind == ast.String {
			return append(dst, String(e.Raw)...)
		}
		return append(dst, e.Raw...)
	case *ast.ColumnRef:
		switch word := e.Parts[0]; word {
		case "true", "false", "on":
			return append(dst, word...)
		default:
			return AppendIdent(dst, word)
		}
	case *ast.Row:
		for i, v := range e.Elems {
			dst = append(dst, separator(i, "(", ", ")...)
			dst = appendValue(dst, v)
		}
		return append(dst, ')')
	}
	return AppendExpr(dst, e)
}

func appendOptions(dst []byte, options []ast.Option, equals string) []byte {
	dst = append(dst, '(')
	for i, o := range options {
		dst = append(dst, separator(i, "", ", ")...)
		dst = appendParts(dst, strings.Split(o.Name, "."))
		if o.Value != nil {
			dst = appendValue(append(dst, equals...), o.Value)
		}
	}
	return append(dst, ')')
}

func appendExplain(dst []byte, s *ast.Explain) []byte {
	dst = append(dst, "EXPLAIN "...)
	if s.Options != nil {
		dst = append(appendOptions(dst, s.Options, " "), ' ')
	} else {
		dst = appendIf(dst, s.Analyze, "ANALYZE ")
		dst = appendIf(dst, s.Verbose, "VERBOSE ")
	}
	return AppendStmt(dst, s.Stmt)
}

func appendCopy(dst []byte, s *ast.Copy) []byte {
	dst = append(dst, "COPY "...)
	if s.Query != nil {
		dst = append(AppendStmt(append(dst, '('), s.Query), ')')
	} else {
		dst = appendName(dst, *s.Table)
		if s.Cols != nil {
			dst = appendColumns(append(dst, ' '), s.Cols)
		}
	}
	std := "STDOUT"
	if s.From {
		std = "STDIN"
		dst = append(dst, " FROM "...)
	} else {
		dst = append(dst, " TO "...)
	}
	dst = appendIf(dst, s.Program, "PROGRAM ")
	if s.File != "" || s.Program {
		dst = append(dst, String(s.File)...)
	} else {
		dst = append(dst, std...)
	}
	if s.Options != nil {
		dst = appendOptions(append(dst, " WITH "...), s.Options, " ")
	}
	return appendClause(dst, " WHERE ", s.Where)
}

func appendCreateTable(dst []byte, s *ast.CreateTable) []byte {
	dst = append(dst, "CREATE "...)
	dst = appendIf(dst, s.Temp, "TEMPORARY ")
	dst = appendIf(dst, s.Unlogged, "UNLOGGED ")
	dst = append(dst, "TABLE "...)
	dst = appendIf(dst, s.IfNotExists, "IF NOT EXISTS ")
	dst = appendName(dst, s.Name)
	switch {
	case s.As == nil:
		dst = appendElements(append(dst, ' '), s)
	case s.AsCols != nil:
		dst = appendNames(append(dst, ' '), s.AsCols)
	}
	if s.Options != nil {
		dst = appendOptions(append(dst, " WITH "...), s.Options, " = ")
	}
	if s.As != nil {
		dst = AppendQuery(append(dst, " AS "...), s.As)
		dst = appendIf(dst, !s.WithData, " WITH NO DATA")
	}
	return dst
}

func appendElements(dst []byte, s *ast.CreateTable) []byte {
	dst = append(dst, '(')
	n := 0
	next := func() {
		dst = append(dst, separator(n, "", ", ")...)
		n++
	}
	for i := range s.Columns {
		next()
		dst = appendColumn(dst, &s.Columns[i])
	}
	for _, l := range s.Likes {
		next()
		dst = appendName(append(dst, "LIKE "...), l)
	}
	for i := range s.Constraints {
		next()
		dst = appendConstraint(dst, &s.Constraints[i])
	}
	return append(dst, ')')
}

func appendColumn(dst []byte, c *ast.ColumnDef) []byte {
	dst = AppendIdent(dst, c.Name)
	dst = appendType(append(dst, ' '), c.Type)
	if c.Collation != nil {
		dst = appendName(append(dst, " COLLATE "...), *c.Collation)
	}
	if c.Default != nil { // in parentheses: it is PostgreSQL's b_expr
		dst = append(AppendExpr(append(dst, " DEFAULT ("...), c.Default), ')')
	}
	dst = appendIf(dst, c.NotNull, " NOT NULL")
	dst = appendIf(dst, c.Null, " NULL")
	for i := range c.Constraints {
		dst = appendConstraint(append(dst, ' '), &c.Constraints[i])
	}
	return dst
}

func appendConstraint(dst []byte, c *ast.Constraint) []byte {
	if c.Name != "" && c.Kind != "INDEX" && c.Kind != "FAMILY" {
		dst = append(AppendIdent(append(dst, "CONSTRAINT "...), c.Name), ' ')
	}
	switch c.Kind {
	case "PRIMARY KEY", "UNIQUE":
		dst = append(dst, c.Kind...)
		dst = appendIf(dst, c.NullsNotDistinct, " NULLS NOT DISTINCT")
		if c.Cols != nil {
			dst = appendNames(append(dst, ' '), c.Cols)
		}
		return dst
	case "CHECK":
		return append(AppendExpr(append(dst, "CHECK ("...), c.Expr), ')')
	}
	return append(dst, c.Text...)
}
