// Package rowenc turns the rows of a batch into DataRow messages, and the values
// of a Bind message into datums. It knows no sockets: it appends to the caller's
// bytes and reads the caller's.
//
//	offset  bytes  DataRow
//	0       1      'D'
//	1       4      length of all but the 'D', big-endian
//	5       2      number of columns
//	7       4      length of the first value, -1 for NULL
//	11      var    the value, in its column's format, and so on
//
// Fields is the part that COPY TO shares: the values of a batch one at a time, as
// text or binary, whatever the form of the vectors.
//
// # Invariants
//
//   - R1: appending a row allocates nothing but what dst grows by.
//
// # Concurrency
//
// An Encoder and a Fields remember the last day and zone of each column, so one
// belongs to one result and one goroutine. Between calls it holds on to the last
// batch.
package rowenc
