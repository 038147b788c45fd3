// Package function is the table of signatures: every operator, cast, function
// and aggregate, with PostgreSQL's names, types, volatility and strictness, and
// the overload resolution over it (PostgreSQL 15 manual, chapter 10). It
// computes nothing: executor/compute and executor/agg pair each ID with code,
// and their tests check that no ID lacks it.
//
// # The table
//
// Signatures are written as text, one a line, in the files named for a family
// (operators.go, casts.go, math.go, text.go, time.go, system.go, aggregates.go, sets.go):
//
//	name(argument types) result flags
//
// with PostgreSQL's short type names, "any" for any type (as a result: the type
// of the first argument), for a set-returning function with several columns
// name:type,name:type as the result, "..." behind a last argument that repeats, and the
// flags s (stable), v (volatile), n (not strict) and t (total). The table is
// built at the first look-up and never changes.
//
// # Resolution
//
// Resolve and ResolveOperator follow func_select_candidate of PostgreSQL's
// parse_func.c and oper of parse_oper.c step by step, over the types that Fasti
// has. A literal without a type has types.Unknown.
package function
