// Package segment stores and reads columnar copies of rows.
//
// A segment holds the rows of some shards of one table in one group, those whose
// ranges lie in one block of time, as of each shard's newest commit. It is derived:
// the row versions stay, and a reader uses a shard's part of a segment only while
// the shard's newest commit is the one that the segment names. So a segment can be
// wrong about nothing, only out of use; it is local to a replica, and losing it
// costs time.
//
// # Format
//
// The header, under keys.Segment, little endian:
//
//	offset  bytes  field
//	0       2      magic "TS"
//	2       1      version 1
//	3       1      0
//	4       4      generation of the columns
//	8       4      shards
//	12      2      columns
//	14      2      row groups
//	16      28·…   shards in order: 16 bytes as keys.AppendShard, newest commit u64, rows u32
//	…       4·…    columns: id u16, type u16
//	…       4·…    row groups: rows u32
//	…       4      crc32c of all before
//
// The rows stand in the order of shard and row key, cut into row groups, which need
// not end where shards do. Every column of every row group is a chunk (package
// encoding) under keys.AppendColumn.
//
// # Writing
//
// A Writer writes the chunks of a new generation, in batches, and then, in one
// batch, the header and the removal of all other generations: readers with a
// snapshot see either one whole or the other. The data store has no log of its own
// but keeps the order of batches, so after a crash a header's chunks are there.
package segment
