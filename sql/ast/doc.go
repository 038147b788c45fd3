// Package ast is the syntax tree of Postgres SQL: what a statement says, before
// names and types are looked up. sql/parse makes it, sql/format prints it,
// planner/build consumes it.
//
// Every node carries Pos, the 0-based byte offset in the text given to
// parse.Parse at which PostgreSQL would point. Names are folded, unquoted and
// cut to 63 bytes. Trees are immutable once parsed.
package ast
