// Package op is the contract of operators, and what a running statement shares:
// cancellation, memory account, temporary files, buffer pool, and what EXPLAIN
// ANALYZE measures.
//
// # Invariants
//
//   - O1: an Account ends at zero: who grows it shrinks or closes it.
//   - O2: Check is called at least every 64 k rows by whatever loops.
//   - O3: a batch lives until the next call on the operator that returned it;
//     optest overwrites it then, to find who kept it.
//
// # Concurrency
//
// A Context and its Pool may be used by several goroutines (the workers of a
// Gather). An Account belongs to one goroutine; the statement's account, its
// parent, is atomic.
package op
