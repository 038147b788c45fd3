// Package copyio is the data of COPY: it reads the bytes that clients send with
// COPY FROM STDIN into batches, and writes batches as the lines of COPY TO STDOUT,
// in the formats text, csv and binary of PostgreSQL 15. It knows no sockets and
// no messages: a Reader pulls pieces of bytes from a function, a Writer appends to
// the caller's.
//
//	pieces ─▶ Reader.fill ─▶ buffer of whole lines ─▶ fields ─▶ columns ─▶ Batch
//	           UTF-8 check     lines.go, one line      csv.go    column.go
//	                           at a time               text.go
//
// Pieces may be cut anywhere, also inside a character, a line end or the header of
// the binary format. A line without quotes, backslashes and carriage returns takes
// the fast way: bytes.IndexByte for its end and for each delimiter, and a parser of
// the usual layout per type. Everything else, every error included, goes the slow
// way, which follows PostgreSQL's CopyReadLineText and CopyReadAttributes byte by
// byte: what is wrong, and with which words, is decided there alone.
//
// # Invariants
//
//   - C1: batches come in the order of the data, and an error comes behind the
//     batch of the rows before it.
//   - C2: the fast way accepts only what the slow way accepts, with the same
//     values (TestFastMatchesSlow, FuzzText, FuzzCSV).
//   - C3: how the data is cut into pieces changes nothing (TestSplits).
//   - C4: a Reader holds at most the larger of 256 KiB and twice the longest line,
//     lines at most 64 MiB, and one batch.
//
// # Concurrency
//
// A Reader and a Writer belong to one goroutine. The batch of Next and the values
// in it are valid until the next call.
package copyio
