// Package lower turns a logical tree into a physical plan: ids of columns become
// positions, equalities become join keys, the conditions of a scan become
// bounds of its time column and keys of its rows, aggregates are split where
// workers can do the first half.
//
// # Order of columns
//
// The columns of a physical node stand in an order that lower chooses and keeps
// in rel. Projects that only rename or reorder vanish into it; columns that
// nobody needs are dropped before operators that copy rows (sort, join,
// exchange).
//
// # Workers
//
// Filters, projections and the left sides of joins over table scans, and UNION
// ALL of such, can run on several workers: a chain. It stays open (rel.chain) until an operator that reads all of its
// input closes it with a Gather; an aggregate or a top-n puts its first half
// below the Gather.
package lower
