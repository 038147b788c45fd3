// Package agg groups rows and computes aggregates.
//
// The keys of a batch become group numbers (executor/hash); each aggregate keeps
// its states for all groups as columns and is updated column by column, so that
// no loop calls anything per row. A partial result is a batch: the keys, then
// the columns of the states, which a Final merges.
//
//	aggregate                          columns of a partial state
//	count                              Int64 rows
//	sum, avg of integers               Word128 sum {high, low}, Int64 rows
//	sum, avg of floats                 Word128 decimals {high, low}, Float64 sum, Float64 error, Float64 special, Int64 rows
//	sum, avg of numeric                Bytes sum, Int64 rows
//	sum, avg of interval               Int64 months, Int64 days, Word128 µs, Int64 rows
//	variance and stddev of integers    Word128 sum, Word128 and Int64 sum of squares, Int64 rows
//	  of floats                        Float64 Sx, Float64 Sxx, Int64 rows
//	  of numeric                       Bytes sum, Bytes sum of squares, Int64 rows
//	min, max, bool_*, bit_*            the value, NULL for none
//	rate, increase, delta, …           Int64 rows; Float64 value and Int64 time of the first, the last but one, the last; Float64 increase
//	percentile_agg, rollup             Bytes sketch (executor/sketch)
//	first, last                        value, time (NULL for none)
//	corr, covar_*, regr_*              Float64 rows, Sx, Sxx, Sy, Syy, Sxy
//	string_agg                         Bytes of delimiter and value, in turn; Int64 length of the first delimiter, NULL for no rows
//
// # Beyond memory
//
// When the groups exceed the memory of an operator, a Partial gives those it has
// and begins anew; the others keep the groups that they have, and send rows of
// further ones to files by the hash of their keys, which are aggregated after.
//
// # Sums of floats
//
// The sum of float8 is defined by the values, not by their order (executor.md 2):
// a value that is a decimal of at most ten places, as measured data are, is
// added exactly as an integer of 10^-10 in 128 bits; the others are added by
// two-sum. So 0.1 + 0.2 is 0.3, and workers may finish in any order.
//
// # Order
//
// A call with ORDER BY whose result depends on it, and an ordered-set aggregate,
// keeps its rows and sorts them when the first result is asked for (sorted); it
// has no partial state, and so is computed in one place.
//
// # Invariants
//
//   - A1: update sees only rows that count, in which no argument of a strict
//     aggregate is NULL, and Flat vectors.
//   - A2: a group's state is made when its number is; states are empty then.
package agg
