// Package sort orders rows.
//
// Rows are kept in columns; what is sorted are entries {word, row number}. A key
// column gives words whose unsigned order is its order:
//
//	bool, integers, times   the value, its sign bit inverted
//	oid                     the value
//	floats                  the bits, all inverted when negative, else the sign; -0 as 0, NaN above all
//	uuid, interval          two words; an interval's are its length in µs
//	text, bytea, numeric    7 bytes and how many of them count, 8 when more follow; then the next 7 …
//
// and their complements for DESC. Entries are sorted by the first word of the
// first key, then within ties by the next word, and so on: radix sort where
// there are many, comparisons where there are few. NULLs are set apart before.
// The order is stable: rows with equal keys stay as they came.
//
// With a limit (top-n) only about twice that many rows are kept: whenever there
// are more they are sorted and cut, and the last row's first word becomes a
// threshold that most later rows do not pass.
//
// What does not fit in memory goes to temporary files as sorted runs, in blocks of
// the column stream, and is merged, fanIn runs at once, by comparing rows.
//
// Values are looked up among others in the same order by Finders of Values.
package sort
