// Package etcd runs the embedded metadata store and is the only package that
// knows etcd. It offers what the rest of meta needs of it: read, list at one
// revision, compare-and-set, a fence that shuts out a former manager, and
// mirrors, which keep an immutable in-memory view in step with a key range.
//
// The store of a single node has no listener at all: one voter, spoken to by
// function calls. Nothing on the path of a read, a commit or a leader election of
// a data group waits for it; it holds what exists and where it is.
//
// # Keys
//
//	/mgr                      who may write: "node/epoch"      (this package)
//	/cluster                  cluster id and format            (meta/cluster)
//	/n/<node>                 node                             (meta/cluster)
//	/g/<gid>                  group: replicas, state           (meta/cluster)
//	/gs/<gid>[/<page>]        group status and shard counts    (meta/cluster)
//	/s/<table>/<run>[.<n>]    shards of one run of slices      (meta/cluster)
//	/t/<table>                table descriptor                 (meta/catalog)
//	/tn/<namespace>/<name>    table id                         (meta/catalog)
//	/id/table                 last id handed out               (meta/catalog)
//	/o/<id>, /on/…            other objects and their names    (meta/catalog)
//	/ddl                      rewritten with every DDL         (meta/catalog)
//	/seq/<id>                 where a sequence stands          (meta/catalog)
//
// All keys begin with "/". Names inside keys are path-escaped, so that they hold
// no "/". Values are records as meta/schema encodes them (version, fields,
// checksum), except /mgr and ids, which are text.
//
// # Rules
//
//   - R1: every request has a deadline of its own, 2 s by default. A read is
//     repeated until it succeeds or Options.RetryFor has passed.
//   - R2: a transaction whose fate is unknown returns ErrUncertain. Its caller
//     runs inside Store.Retry, reads again and decides anew; a repeated
//     transaction carries conditions that fail if the first one took place.
//   - R3: a revision grows by one with each successful transaction and is the
//     version of everything in the store. Whoever has waited for a mirror to reach
//     the revision of a write sees that write.
//   - R4: every write that decides something is Fenced.
//   - R5: a transaction is applied whole by a mirror, never in halves.
//
// # Concurrency
//
// A Store and a Mirror may be used by any number of goroutines. Each owns its
// goroutines, and its Close waits for them. Close mirrors before their store; a
// mirror whose store is gone stops by itself and its Wait returns ErrClosed.
package etcd
