// Package utility reads the statements that are neither queries nor change data:
// a hand-written recursive descent over the tokens of sql/lex, one file a family.
// Expressions and queries inside go through sql/translate.
//
// A statement that PostgreSQL knows and Fasti does not becomes
// *ast.Unsupported: it is parsed as far as needed to name it, so that valid SQL is
// never called a syntax error.
package utility
