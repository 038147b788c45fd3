package format

import (
	"strings"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
)

// Ident returns the name, quoted if it must be.
func Ident(name string) string { return string(AppendIdent(nil, name)) }

// AppendIdent appends the name to dst, quoted if it must be.
func AppendIdent(dst []byte, name string) []byte {
	if isPlain(name) {
		return append(dst, name...)
	}
	dst = append(dst, '"')
	for i := range len(name) {
		if name[i] == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, name[i])
	}
	return append(dst, '"')
}

// isPlain tells whether a name reads as itself without quotes.
func isPlain(name string) bool {
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return false
	}
	for i := range len(name) {
		if c := name[i]; c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	w := lex.Lookup(name)
	return w.Class() == lex.Unreserved && !isTreacherous(w)
}

// isTreacherous tells whether an unreserved word is read as a keyword in a place
// where a name may stand too.
func isTreacherous(w lex.Word) bool {
	switch w {
	case lex.KwCube, lex.KwRollup, lex.KwPartition, lex.KwRange, lex.KwRows, lex.KwGroups, lex.KwUnbounded, lex.KwCurrent,
		lex.KwSet, lex.KwDouble, lex.KwOperator, lex.KwNothing, lex.KwRecursive, lex.KwTemp, lex.KwTemporary,
		lex.KwUnlogged, lex.KwLocal, lex.KwGlobal, lex.KwOf, lex.KwSavepoint, lex.KwPrepare, lex.KwPrepared,
		lex.KwTransaction, lex.KwSession, lex.KwIf, lex.KwIndex, lex.KwBinary, lex.KwConflict, lex.KwMaterialized, lex.KwNulls:
		return true
	}
	return false
}

// Name returns the qualified name.
func Name(n ast.Name) string { return string(appendName(nil, n)) }

func appendName(dst []byte, n ast.Name) []byte { return appendParts(dst, n.Parts) }

func appendParts(dst []byte, parts []string) []byte {
	for i, part := range parts {
		if i > 0 {
			dst = append(dst, '.')
		}
		dst = AppendIdent(dst, part)
	}
	return dst
}

// String returns the text as a string literal.
func String(text string) string {
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// Type returns the type as it may stand in a cast.
func Type(t ast.TypeName) string { return string(appendType(nil, t)) }

func appendType(dst []byte, t ast.TypeName) []byte {
	if t.SetOf {
		dst = append(dst, "SETOF "...)
	}
	switch name := t.Name.Parts; {
	case len(name) == 1 && isKeywordType(name[0]):
		dst = append(dst, name[0]...)
	default:
		dst = appendParts(dst, name)
	}
	fields := t.Fields
	if fields != "" {
		dst = append(append(dst, ' '), fields...)
	}
	for i, m := range t.Mods {
		if i == 0 {
			dst = append(dst, '(')
		} else {
			dst = append(dst, ',')
		}
		dst = appendInt(dst, m)
	}
	if len(t.Mods) > 0 {
		dst = append(dst, ')')
	}
	for range t.Dims {
		dst = append(dst, "[]"...)
	}
	return dst
}

// isKeywordType tells whether the type is a keyword that reads as this type.
func isKeywordType(name string) bool {
	switch name {
	case "numeric", "varchar", "time", "timestamp", "interval":
		return true
	}
	return false
}
