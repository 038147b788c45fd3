// Package differential compares Fasti with PostgreSQL 15 on random queries over
// random small tables: every type of column with NULLs and extremes, expressions
// over all signatures of sql/function, joins, subqueries, groups, windows and set
// operations.
//
// Both servers get the same statements over the same protocol; results are the
// same when types and rows are, rows as a bag unless the query orders them, and
// floats to 12 digits. What is open in SQL counts as the same: which of several
// errors a statement meets, and whether it meets one at all when conditions may be
// evaluated in another order (class 22 on one side only).
//
//	make differential QUERIES=50000 SEED=7
//
// prints each difference with the schema and the query that show it.
package differential
