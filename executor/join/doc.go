// Package join combines the rows of two inputs. Where the right one depends on the
// left row, Apply makes it anew for each; else Join does what follows.
//
// The right side is built: its keys are numbered (executor/hash), its rows kept
// in columns, and the rows of each key listed one behind the other. The left side
// streams through: the number of its key names the rows to pair it with. Without
// keys every pair is looked at (nested loop).
//
// When every key on the right occurs once, as in a dimension table, and nothing
// else decides, a left batch keeps its columns and gets those of the right side
// beside them; else pairs are gathered, a batch at a time, and the residual is
// evaluated on them.
//
// An ASOF join lists the rows of each key by time, and looks up each left row's
// time among those of its key: it has one partner at most.
//
// A NULL key equals nothing. NOT IN (AntiNull) asks more: a row passes only when
// it differs for certain from every row of the right side.
//
// A right side that does not fit in memory goes to files by the hash of its keys
// (executor/hash, Partitions), and so does the left side of each Join; then every
// pair of files is a join of its own, which may do the same again.
//
// # Concurrency
//
// The Joins of several workers may share a Build; the first that asks builds it.
// Right and Full joins may not be shared: they remember which right rows have
// found a partner.
package join
