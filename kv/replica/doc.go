// Package replica runs replication groups: a Raft log per group, the state that its
// entries build in the node's data store, and, on the group's leader, what commits
// transactions: locks, checks, timestamps, decisions. It is the door to etcd's raft.
//
// # From a commit to the disk and back
//
//	caller      Commit: locks, validates, marks the transaction as deciding
//	   │
//	committer   takes timestamps for all that wait, packs them into one entry     per group
//	   ▼
//	worker      lets raft run in all groups that have something, writes their     per 2 cores
//	   │        logs as one batch
//	syncer      waits for the fsync, brings raft the answers                      per worker
//	   ▼
//	worker      raft says that the entry is committed
//	   ▼
//	applier     versions, record and applied index as one batch of the data       per group
//	            store; then, in one critical section, publishes the state,
//	            frees the locks and answers the caller
//
// Besides, per Host: a clock that ticks the groups and looks after flushes, and a
// sweeper that clears up after coordinators.
//
// # Data store
//
// Kinds of keys of package keys, and those that are known here only:
//
//	kind   key after the kind              value
//	0x01                                   applied raft index u64 LE, its term u64 LE
//	0x02                                   members: as 'c' below, replica id 0
//	0x03                                   the oracle's bound, u64 LE
//	0x04                                   floors of one- and two-phase records, 2 × u64 LE
//	0x10   shard │ row key │ version       row version (package mvcc)
//	'p'    transaction │ chunk             staged write set
//	'q'    transaction                     PREP: as the command prepare
//	's'    shard                           shard state (shardSize draws it)
//	'x'    transaction                     record of two phases: 'C' or 'A', commit timestamp,
//	                                       time of the decision, participants
//	'y'    raft index u64 BE               records of one phase of that entry: uvarint count, then
//	                                       transaction 16, commit timestamp u64 LE of each
//
// # Log store
//
// All groups share one store with a write-ahead log; keys begin with the group,
// u32 BE. Integers of values are u64 LE.
//
//	'c'                   replica id and first members: uvarint id, then four lists of
//	                      uvarints (voters, learners, outgoing, next learners), auto leave u8
//	'e' │ index u64 BE    entry: term, raft's type u8, data
//	'h'                   hard state: term, vote, commit
//	't'                   index and term of the last entry that was dropped
//
// The data of an entry is a header (headerSize draws it) and a command:
//
//	1 commit         uvarint count, then for each: transaction 16, commit timestamp u64,
//	                 chunks u32, write set (uvarint length before it)
//	2 stage          transaction 16, chunk u32, write set
//	3 prepare        transaction 16, read and attempt timestamp u64, anchor uvarint, participants
//	                 (uvarint count, uvarints), tables (count, pairs of id and version), chunks
//	                 u32, write set (length before it)
//	4 decide         transaction 16, 1 = commit u8, timestamp u64
//	5 resolve        the same
//	6 open shards    revision u64, uvarint count, then for each: shard 16, row cap u64
//	7 drop table     table uvarint
//	8 drop records   floors 2 × u64, uvarint count, transactions
//	9 bound          u64
//
// # Recovery
//
// The data store has no log of its own: the raft log is it. Its state after a crash
// is that of a prefix of all applied batches, so each group's applied index tells
// exactly what its data holds, and the entries behind it are applied again. A log is
// truncated only behind an index that is applied and flushed; when the logs grow too
// long, or nothing is written for a while, the data store is flushed for that.
//
// # Invariants
//
// I3 to I12 are those of replication.md 3.4.
//
//   - I1: the effects of an entry, its applied index included, are one batch of the
//     data store.
//   - I2: except that the versions of large transactions may go before, in parts. They
//     are invisible until the entry is published, since their timestamp is that of a
//     transaction which is deciding or prepared, and applying the entry again writes
//     the same.
//   - I3: a transaction has one record, the first decision in the log, which never
//     changes; a timestamp of a commit is taken after the transaction holds all its
//     locks and is marked as deciding.
//   - I4: an entry takes effect only in the term in which the leader evaluated it.
//   - I5: the state is a function of the log: apply reads no clock, no chance, no map
//     in its order, nothing of the leader's.
//   - I7: no two PREPs share a key that is locked.
//   - I8: locks are freed by the request that took them, or with the PREP they
//     protect; never by the id of a transaction.
//   - I12: while a leader serves, its locks cover all PREPs.
//
// # Concurrency
//
// Host and Group may be used by any number of goroutines. A group's raft and log
// belong to its worker, the writing of its state to its applier. One mutex per group
// guards the published state and the leader's memory; nobody waits while holding it,
// and no two of them are ever held at once.
//
// # Not here yet
//
// Messages to replicas on other nodes are dropped, and raft snapshots refused: both
// come with the transport. Everything above them is written for several voters:
// terms, confirmation of leadership, truncation behind followers, members in the
// state. A coordinator's heartbeat is missing too: a transaction counts as given up
// when the boot of its node is over.
package replica
