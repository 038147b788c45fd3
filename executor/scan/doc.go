// Package scan reads a table. It filters while it reads: the columns that the
// filter needs are decoded first, the others only for the rows that it kept
// (late materialisation, executor.md 6).
//
// A Source is one scan of one table; the Scan operators of several workers may
// share it, and each row is seen by one of them. What a Source reads from is
// declared here as an interface, which kv/txn implements and tests too.
package scan
