// Package values holds the operators that have rows without a table: VALUES,
// system tables, and UNION ALL and WITH RECURSIVE, which have those of their
// inputs.
package values
