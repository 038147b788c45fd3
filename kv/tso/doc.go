// Package tso is the timestamp oracle: it hands out the timestamps by which
// versions are ordered and reads are placed, and tells with each how new the
// metadata must be that its holder uses.
//
// A timestamp is 64 bits: 46 bits of milliseconds since the Unix epoch, 18 bits
// that count. It follows the wall clock for the eyes of people and for retention;
// nothing depends on the clock being right.
//
// The oracle is the leader of the system group. The group's state holds a bound:
// no timestamp at or above it has been handed out. A new leader begins at the
// bound it finds, raises it by an entry of the log, and hands out timestamps below
// it from memory:
//
//	handed out by earlier terms │ handed out │ free, for 3 s    │ not yet allowed
//	────────────────────────────┴────────────┴──────────────────┴──────────────▶
//	                       bound found      next              bound
//
// The bound is raised when timestamps are asked for, never by time alone, so an
// idle node writes nothing; under load it is raised ahead of need.
//
// # Invariants
//
//   - T1: no timestamp is handed out twice, over all terms and restarts.
//   - T2: a call that begins after another has returned gets greater timestamps.
//   - T3: the revision that comes with a timestamp is at or above that of every
//     AdvanceMeta which returned before a smaller timestamp was reserved.
//
// # Concurrency
//
// An Oracle may be used by any number of goroutines; on a single node Now is a
// compare-and-swap.
package tso
