// Package ast is the syntax tree of Postgres SQL: what a statement says, before
// names and types are looked up. sql/parse makes it, sql/format prints it,
// planner/build consumes it.
//
// Every node carries Pos, the 0-based byte offset in the text given to
// parse.Parse at which PostgreSQL would point. Names are folded, unquoted and
// cut to 63 bytes. Trees are immutable once parsed.
//
// Expr, Stmt, Query and TableExpr always hold pointers: *Const, *Select. Parts
// of a tree may share one allocation, so keeping one node may keep its tree.
//
// Pos of an operator is where the operator stands; where an expression begins,
// which is where PostgreSQL points for its type, is Start.
package ast
