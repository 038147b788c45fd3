// Package build is the binder: it turns the syntax tree of a statement into a
// logical plan. Names, types, implicit casts, defaults, stars, ordinals and
// grouping are settled here, by PostgreSQL 15's rules and with its errors; what
// follows knows ids and typed expressions only.
//
// # How a query level is bound
//
// Each SELECT has a scope: what FROM gives, and the scope of the query around
// it. Expressions are bound one clause at a time. While a select list, HAVING or
// ORDER BY is bound, aggregate calls are collected and replaced by the columns
// that the Aggregate node will give, and every other column carries the place
// where it was written (see tag); the grouping check then replaces what equals a
// grouping expression and complains about the columns that are left.
//
// # Unknown values
//
// An untyped literal is an expr.Const of type Unknown with its text, a parameter
// without a type an expr.Param of type Unknown, until coerce gives them a type.
// Parameter types are recorded in the binder at that moment; a statement whose
// parameters are not all known at the end is refused.
//
// # Concurrency
//
// A binder lives for one statement and one goroutine.
package build
