// Package window computes window functions.
//
// The input stands in the order of the window: partition by partition, each in
// the order of ORDER BY. It is kept in columns until whole partitions are there,
// and is then worked on as one chunk, so that memory is bounded by the largest
// partition. A call is computed for the whole chunk, by loops over columns:
//
//	row_number, rank, …, ntile   from the starts of partitions and groups of peers
//	lag, lead, first_value, …    the number of the row to take, then a gather
//	count, sum, avg              a difference of running totals (agg.Totals), where that is exact
//	min, max of numbers, times   a queue of candidates that follows the frame
//	any aggregate from the       a state to which rows are added, read once for each group of peers
//	  partition's start
//	any other aggregate          a tree of partial states over blocks of rows, of which a frame
//	                             merges O(log n)
//
// A frame is one stretch [lo, hi) of rows for each row, or with EXCLUDE up to
// three. No frame costs more than O(log n) per row, but for RANGE frames over
// values that RANGE arithmetic does not keep in order (see rangeFrame).
package window
