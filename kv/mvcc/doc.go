// Package mvcc holds rows as versions: how a row becomes bytes, how the writes of
// a transaction travel, how versions are found and scanned. It knows the keys of
// one replica's store and no transactions: nothing uncommitted ever has a version.
//
// # Versions
//
// A row of a shard is a set of keys of keys.KindRow that differ in their timestamp,
// the commit timestamp of the transaction that wrote it. At a read timestamp R the
// row is the newest version at or below R; an empty value is a tombstone, a value
// of one byte or more a row or a stub.
//
// # Row value
//
//	offset  bytes   field
//	0       2       u16 LE: bits 0–1 the width of an end (0: 1 byte, 1: 2 bytes, 2: 4 bytes),
//	                bit 2 a null bitmap follows, bit 3 a stub, bits 4–15 stored columns
//	2       f       fixed columns, LE: boolean and int2 take 1 and 2 bytes, int4, date and
//	                float4 4, uuid and interval 16, all others 8; zero under NULL
//	2+f     c/8↑    null bitmap over the c stored columns (only if bit 2): bit set = NULL
//	…       w·v     the exclusive ends of the v variable columns, from the first of them
//	…       …       text, varchar, bytea and numeric bytes
//
// Stored are the columns in the order of their ids, without those of the row key
// that keys.Lossless gives back exactly. New columns come at the end: a value with
// fewer columns than the table has schema.Column.Missing in the missing ones, and the
// fixed columns before them keep their places. A dropped column (schema.Table.Dropped)
// keeps its place too and is NULL in what is written after it was dropped.
//
// A stub (u16 LE 8, then a shard of 16 bytes) stands where a primary key is judged,
// its home, for a row that lies elsewhere: in another sequence of the slice, or in
// any slice when the key does not name the time. Scans skip stubs.
//
// # Row key
//
// The columns of the primary key, none nullable; or, in a table without one, the
// OrderBy columns, all taken as nullable, and a row id, u64 BE, unique in the table.
//
// # Write set
//
// What a transaction writes in one group, in order; a later write of a key
// overrides an earlier one. It is what raft entries and staged chunks carry.
//
//	offset  bytes   field
//	0       1       format 1
//	1       …       blocks
//
//	offset  bytes   block
//	0       16      shard, as keys.AppendShard
//	16      8       check timestamp, u64 LE
//	24      4       bytes of the writes, u32 LE
//	28      4       writes, u32 LE, ≥ 1
//	32      …       writes: u8 kind | check << 4 | 80 for an index's entry, uvarint bytes of the
//	                row key or the entry, uvarint bytes
//	                of the value (none for tombstones and locks), row key, value
//
// # Invariants
//
//   - M1: what a scan returns at R depends only on the versions at or below R.
//   - M2: decoding bytes from a disk or a peer returns a *CorruptError, and never
//     panics or reads outside them.
//   - M3: a morsel's rows are in the order of shard and row key, each row once.
//
// # Concurrency
//
// A Codec never changes and may be shared. Encoders, write sets, scanners and
// morsels belong to one goroutine at a time.
package mvcc
