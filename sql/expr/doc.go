// Package expr is the typed expression: what the binder makes of ast
// expressions, what plans carry and executor/compute compiles. Names, overloads
// and implicit casts are resolved; evaluation follows PostgreSQL's rules on
// which operand is evaluated when (manual 4.2.14).
package expr
