// Package lex cuts Postgres SQL into tokens, by the rules of PostgreSQL's scan.l
// with standard_conforming_strings on. PostgreSQL 16's hexadecimal, octal and
// binary integers and underscores between digits are taken as well.
//
// # Tokens
//
// A Token knows its bytes [Pos, End) in the source; its Text is a sub-slice of
// the source wherever the bytes already say it, and is new memory only for
// folded names and decoded escapes. Names are folded (ASCII letters only) and
// cut to 63 bytes between characters. Neighbouring string literals that a line
// break separates are one token.
//
// # Invariants
//
//   - I1: tokens are in source order and do not overlap; between them there is
//     only white space and comments. (FuzzLex)
//   - I2: the last token is EOF at len(src), or Bad where the lexer stopped. The
//     error of a Bad token is reported when the parser reaches it, as in
//     PostgreSQL, so an earlier syntax error wins.
//   - I3: the work is linear in the length of the source.
//
// # Keywords
//
// The table of keywords, their four classes and the bare-label flag is generated
// from pg_get_keywords() of PostgreSQL 15 (testdata/keywords.txt).
//
// # Concurrency
//
// A Cursor belongs to one goroutine. The package has no state.
package lex
