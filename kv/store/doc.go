// Package store is the door to Pebble: the only package that imports it. A node
// has two stores, which differ in everything but their engine:
//
//	Kind     holds                        key order             durability
//	Data     the state of all groups      cockroachkvs: prefix  no write-ahead log; the raft log
//	         (package keys draws it)      bytewise, versions    is its log, and a crash keeps a
//	                                      newest first          prefix of the applied batches
//	RaftLog  entries and hard states of   bytewise              write-ahead log, synced on demand
//	         all groups
//
// # Invariants
//
//   - S1: every key and every bound given to a Data store ends as the suffix
//     rules of package keys say. Pebble panics on one that does not.
//   - S2: a batch is applied whole or not at all, also across a crash. Batches of
//     a Data store survive in the order of their application: if one survived,
//     so did all before it.
//   - S3: what an iterator with IterOptions.OnlyReadGuaranteedDurable sees
//     survives a crash.
//   - S4: after a failed write of the log, of the manifest, or in the background,
//     the store accepts nothing more: OnFatal is called once, and every later
//     Apply returns the error. A failed fsync is never repeated.
//
// # Concurrency
//
// A Store may be used by any number of goroutines; a Batch and an Iterator by one
// at a time. Iterators and snapshots must be closed before the Store is, else
// Close fails.
package store
