// Package values holds the operators that have rows without a table: VALUES,
// system tables, and UNION ALL, which has those of its inputs.
package values
