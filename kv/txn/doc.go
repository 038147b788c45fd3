// Package txn runs transactions on this node: it buffers what they write, routes
// rows to shards and shards to groups, commits in one phase or two, and scans what
// a statement may see. It is the only package that knows both where things are
// (meta/cluster) and how they are changed (kv/replica).
//
// # From a row to a group
//
//	row ──▶ (slice, partition) ──▶ shard: the last sequence ──▶ group
//	        time column,           made on demand, closed       chosen by meta/cluster
//	        hash of columns        at the table's row cap       when the shard is made
//
// Rows whose time is NULL lie in the shard of schema.NullPartition. Without columns
// to hash, a transaction puts all its rows into one partition of its own choice.
//
// # Homes of keys
//
// Each primary key has a home, a shard where it is judged: there its row or a stub
// stands, and one check in one group tells whether the key is free.
//
//	key names the time and      home
//	the partition's columns
//	both, or a keyed table      sequence 0 of the row's slice and partition
//	otherwise                   partition IndexPartition + hash of the key % 8, at the slice of
//	                            the key's time, or at that of instant 0 if it names none
//
// A row that does not lie at home, because sequence 0 is full or the home is no
// place for rows, has a stub there that names its shard, written in the same
// transaction. An insert is then: stub or row at home, which must be absent, and a
// row elsewhere without a check.
//
// # Entries of indexes
//
// An entry is a key of keys.KindIndex: the index's id, u32 BE, then its keys as
// keys.AppendIndexed says. Keys that need not be the row's alone (the index is not
// unique, or one of them is NULL) are followed by the row key.
//
//	index                                             where its entries are
//	not unique                                        in the row's shard
//	unique, names the time and the partition's        sequence 0 of the row's slice and
//	columns                                           partition
//	unique otherwise                                  partition IndexPartition + hash of the
//	                                                  keys % 8, as homes of keys
//
//	offset  bytes   value of an entry
//	0       1       1: the row is in this shard, a uvarint follows: the bytes of the
//	                row key at the entry's end; 2: the row's locator follows
//
// Entries are written in the transaction that writes the row, and those that must be
// the row's alone are checked as primary keys are. What an index holds at a timestamp
// is therefore what the rows hold at it.
//
// # What a transaction holds
//
// Its writes, in the order of their making, are one list of pieces per group; a
// piece is a mvcc.WriteSet of at most 1 MiB. When the pieces of a group that lie in
// memory exceed Options.StageBytes, the oldest are staged in the group's log, a few
// at a time. A savepoint is a length of each list, and so is what a statement sees
// of the transaction itself: the pieces before its beginning, laid over the scan.
//
// # Segments
//
// The sealer copies shards that have come to rest into segments (package segment).
// A scan without locators reads a shard from its segment exactly while the shard's
// newest commit is the one that the segment names and is at or below the read
// timestamp, and nothing of the transaction's own lies over it.
//
// # Invariants
//
//   - X1: nobody reads a shard that has rows before its creation is announced: shards
//     are created (meta/cluster), announced to the oracle, opened in their group and
//     then written (I11 of the replication design).
//   - X2: a statement sees what was committed at its read timestamp and what earlier
//     statements of its transaction wrote, nothing else. In particular not its own
//     writes.
//   - X3: a transaction commits in all its groups or in none; Commit reports failure
//     only when it is certain, else ErrUnknown.
//   - X4: between two commits, a primary key belongs to at most one row, whatever
//     sequence, partition or slice.
//   - X7: at every timestamp from schema.Index.Since on, an index has an entry for each
//     row of its table and no other.
//   - X5: memory: a transaction holds at most StageBytes + 2 + StageCalls pieces per
//     group, and in all at most MaxBytes in memory and logs together.
//   - X6: a table that is being dropped or emptied has no transaction that writes it:
//     both hold the table's lock, shared or alone. What was committed before is carried
//     out before, and a statement that began before scans all of it or ErrTableGone.
//
// # Concurrency
//
// A DB may be used by any number of goroutines, a Txn by one at a time. The Readers
// of its scans may run beside it, each on one goroutine; they see only what cannot
// change any more. Goroutines: one per staged piece in flight, which Commit and
// Rollback wait for, and the DB's few, which DB.Close waits for.
package txn
