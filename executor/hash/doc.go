// Package hash numbers the distinct keys of rows: the table below GROUP BY,
// DISTINCT and hash joins.
//
// A Table is a ladder of open-addressing tables. Each key column becomes words:
//
//	bool, int2, int4, date, oid    1 or 32 bits, and one for NULL
//	int8, timestamp(tz), float     64 bits, and one for NULL
//	text, bytea, numeric           31 bits: the number of the value in a table
//	uuid, interval                 of the column's own
//
// The words are packed, first into 64, then into 128 bits, and looked up in a
// word table (the key in its slot) or a pair table (hash and number in the slot,
// keys beside). What does not fit 128 bits is numbered in steps: the number of
// the first columns is a word of the next step. A single column needs no packing.
//
// Values of up to 7 bytes live in a word table and values of up to 15 in a pair
// table too; only longer ones are compared in an arena.
//
// Keys are equal as GROUP BY has it: NULL equals NULL, NaN equals NaN, -0 is 0,
// 1.10 is 1.1, and 24 hours are one day. The key that was seen first represents
// its group.
//
// # Concurrency
//
// A Table belongs to one goroutine. Find changes only scratch memory; to look up
// from several, each uses a Finder of its own.
package hash
