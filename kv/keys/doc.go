// Package keys is the key space of a node's data store, and the encoding of
// column values whose byte order is their SQL order.
//
// # Key space
//
// Every key begins with its group, so that a group is one contiguous range, and
// ends as the comparer of Pebble's cockroachkvs wants it: a zero byte, then either
// nothing or an 8-byte timestamp and the length 9. The comparer sorts what stands
// before the zero byte bytewise, and equal such prefixes by falling timestamp;
// bloom filters are built on the prefix.
//
//	group   kind    what follows                            end         value
//	u32 BE  0x01                                            00          applied state
//	u32 BE  0x10    shard 16 │ row key                      00 ts u64 09  row version; empty = tombstone
//	u32 BE  0x11    shard 16 │ index u32 BE │ entry         00 ts u64 09  entry version; empty = tombstone
//	u32 BE  0x31    table u32 BE │ block 8                  00          header of a segment
//	u32 BE  0x32    table │ block │ generation u32 BE
//	                │ column u16 BE │ row group u16 BE      00          chunk of a column
//	u32 BE  'p'     transaction 16 │ chunk u32 BE           00          staged write set
//	u32 BE  's'     shard 16                                00          shard state
//	u32 BE  'x'     transaction 16                          00          transaction record or PREP
//
//	offset  bytes   shard
//	0       4       table, u32 BE
//	4       8       start of the range: µs since 2000-01-01, i64 BE with the sign bit flipped
//	12      2       partition, u16 BE
//	14      2       sequence, u16 BE
//
// A block is encoded as the start of a shard's range.
//
// The formats of the values belong to others: row versions to package mvcc, segments
// and their chunks to packages segment and encoding, all else to package replica,
// which may add kinds (0x02 … 0x0f, letters). Entries of indexes
// are package txn's. The rest of 0x20 … 0x3f is kept for columnar parts.
// Package replica also draws the raft log's store, whose keys are not these.
//
// # Column values
//
//	type                            bytes   form
//	boolean                         1       0 or 1
//	int2, int4, date                4       BE, sign bit flipped
//	int8, timestamp, timestamptz    8       BE, sign bit flipped
//	float4, float8                  8       IEEE 754 bits BE; negative ones inverted, others
//	                                        with the sign bit flipped; -0 as 0, one NaN, greatest
//	uuid                            16      as it is
//	interval                        16      its length in µs (a month is 30 days) as i128 BE,
//	                                        sign bit flipped
//	text, varchar, name, bytea      n+2…    00 → 00 FF, ended by 00 01
//	numeric                         1…      as decimal.EncodeKey says
//
// A nullable column has one byte before: 01 a value follows, 02 NULL (NULLs sort
// last). A key of an index has one too: 00 NULL sorted first, 01 a value follows,
// 02 NULL sorted last. Of a descending key the bytes of the value are inverted.
//
// # Invariants
//
//   - K1: no encoding of a type is a prefix of another of that type, so rows
//     compare like their columns, and a row key is never the prefix of another of
//     its table.
//   - K2: bytes.Compare(encode(a), encode(b)) = compare(a, b) as SQL orders them
//     (text in the C collation). Equal values have equal bytes; whether the value
//     comes back exactly says Lossless.
//   - K3: decoding never panics, whatever the bytes.
package keys
