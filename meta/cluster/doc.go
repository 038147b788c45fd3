// Package cluster knows where things are: nodes, replication groups, and the
// group of every shard. It places new shards, fenced as the manager, and keeps an
// immutable view in memory that the metadata store's watch replaces.
//
// # Keys
//
//	/cluster              record: cluster id
//	/n/<node>             record: name, boot epoch, addresses, …
//	/g/<gid>              record: state, replicas
//	/gs/<gid>             record: leader, term, progress of the replicas
//	/gs/<gid>/<page>      record: rows and bytes of up to 1024 shards
//	/s/<table>/<run>      record: the shards of one run of a table
//	/s/<table>/<run>.<n>  more shards of the same run, n = 1, 2, …
//
// Numbers are in decimal. A run is 96 consecutive slices (a day of quarter hours),
// counted from the table's origin; "-inf", "inf", "null" and "key" are the runs of
// the two infinities, of the rows without a time, and of a keyed table. Packing a
// run into one key keeps 300,000 shards in 3,000 keys, which list in 30 ms instead
// of 7.5 s (replication.md 1.1). A key takes up to chunkShards shards, then the next
// n begins.
//
// # The record of a run, version 1
//
//	uvarint  number of shards, ≥ 1
//	each shard, in order of ShardID.Compare:
//	  svarint  start - start of the shard before (0 before the first), in µs
//	  uvarint  end - start, in µs
//	  uvarint  partition
//	  uvarint  sequence
//	  uvarint  group
//	  byte     state
//
// # Placement
//
// Weighted rendezvous hashing proposes a group for a (table, run, partition,
// sequence), so that all slices of a run and partition meet in one group. What is
// stored then stands, whatever groups come or go. The partitions of one run spread
// evenly, and a sequence above 0 avoids the group of the sequence before it.
//
// # Invariants
//
//   - I1: a shard never changes its group, and its state only moves forward: pre,
//     open, full, dropping.
//   - I2: shards are created only while the descriptor of their table exists and
//     has the layout that they follow, so that none outlives DROP TABLE or mixes two
//     layouts.
//   - I3: every write is fenced by the manager's claim, except a group's status,
//     which is guarded by the group's term.
//   - I4: the view shows a write when the method that made it returns.
//   - I5: a node's boot epoch grows with each Open and is never used twice.
//
// # Concurrency
//
// A Cluster may be used by any number of goroutines; creations of shards take
// turns. A View and all it returns never change. A change of the view copies the
// touched runs and, of each touched table, one pointer per run; never all shards.
package cluster
