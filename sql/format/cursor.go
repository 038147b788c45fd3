package format

import (
	"strconv"

	"github.com/dejaq/fasti/sql/ast"
)

func appendDeclare(dst []byte, s *ast.Declare) []byte {
	dst = AppendIdent(append(dst, "DECLARE "...), s.Name)
	dst = appendIf(dst, s.Binary, " BINARY")
	dst = appendIf(dst, s.NoScroll, " NO SCROLL")
	dst = appendIf(dst, s.Scroll, " SCROLL")
	dst = appendIf(append(dst, " CURSOR"...), s.Hold, " WITH HOLD")
	return AppendStmt(append(dst, " FOR "...), s.Query)
}

func appendFetch(dst []byte, s *ast.Fetch) []byte {
	word := "FETCH"
	if s.Move {
		word = "MOVE"
	}
	dst = append(dst, word...)
	switch s.Direction {
	case ast.Forward:
		dst = append(dst, " FORWARD "...)
	case ast.Backward:
		dst = append(dst, " BACKWARD "...)
	case ast.Absolute:
		dst = append(dst, " ABSOLUTE "...)
	case ast.Relative:
		dst = append(dst, " RELATIVE "...)
	}
	if s.Count == ast.FetchAll {
		dst = append(dst, "ALL"...)
	} else {
		dst = strconv.AppendInt(dst, s.Count, 10)
	}
	return AppendIdent(append(dst, " FROM "...), s.Name)
}
