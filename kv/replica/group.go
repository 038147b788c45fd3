package replica

import (
	"context"

	"github.com/dejaq/fasti/meta/schema"
)

// Group is this node's replica of one replication group. All methods may be called
// by any number of goroutines; those that take a context return soon after it
// ends, with the effect of a request that is in the log already being unknown.
type Group struct {
	id schema.GroupID
}

// ID returns the group's id.
func (g *Group) ID() schema.GroupID { return g.id }

// OpenShards makes shards take writes; rev is the metadata revision that created
// them. A shard that is open or full stays as it is.
func (g *Group) OpenShards(ctx context.Context, shards []ShardOpen, rev int64) error { return nil }

// Reserve claims room for up to n more rows of a shard in the name of a transaction
// and returns how many it got: fewer than n when the cap is near, 0 when the shard
// is full. What is not used by the transaction's inserts is released when it
// commits or by Resolve(abort).
func (g *Group) Reserve(txn TxnID, shard schema.ShardID, n int64) (int64, error) { return 0, nil }

// Stage stores chunk number chunk of the transaction's writes: a mvcc.WriteSet of
// at most MaxInline bytes. Chunks are numbered from 0 without a gap; staging one
// again replaces it. Who stages must end with Commit, Prepare or Resolve.
func (g *Group) Stage(ctx context.Context, txn TxnID, chunk uint32, ws []byte) error { return nil }

// Commit commits a transaction whose writes are all in this group and returns its
// commit timestamp. Repeating it returns the same timestamp. After an error other
// than ErrUnknown, ErrExpired and that of ctx the transaction is not committed, and
// staged chunks wait for Resolve(abort).
func (g *Group) Commit(ctx context.Context, r CommitRequest) (schema.Timestamp, error) { return 0, nil }

// Prepare locks, checks and stores the transaction's writes in this group so that
// they can be committed later, come what may. Repeating it is harmless.
func (g *Group) Prepare(ctx context.Context, r PrepareRequest) error { return nil }

// Decide commits or aborts a transaction; this group is its anchor. The first
// decision stands and is returned by every later call, whatever it asks. With
// commit it returns ErrTxnUnknown if the transaction is not prepared here. After a
// commit every participant, this one included, needs Resolve.
func (g *Group) Decide(ctx context.Context, txn TxnID, commit bool) (Outcome, error) {
	return Outcome{}, nil
}

// Resolve turns the prepared writes of a transaction into versions at o.TS, or
// drops them, and drops staged chunks and reservations. It does nothing for a
// transaction the group does not know.
func (g *Group) Resolve(ctx context.Context, txn TxnID, o Outcome) error { return nil }

// Forget tells the anchor that every participant has resolved the transaction, so
// that its record may be dropped in time.
func (g *Group) Forget(txn TxnID) {}

// Status returns what the group, as the anchor, knows of a transaction. It waits
// while the transaction is being decided.
func (g *Group) Status(ctx context.Context, txn TxnID) (Status, schema.Timestamp, error) {
	return 0, 0, nil
}

// ReadBarrier returns when every version of this group with a commit timestamp at
// or below ts is applied: a snapshot of the data store taken afterwards shows all
// of them. ts must come from the oracle.
func (g *Group) ReadBarrier(ctx context.Context, ts schema.Timestamp) error { return nil }

// DropTable removes all rows and shards of a table from the group. Writes of
// transactions still in flight vanish with them.
func (g *Group) DropTable(ctx context.Context, table schema.TableID) error { return nil }

// Shard returns the figures of one shard.
func (g *Group) Shard(id schema.ShardID) (ShardStat, bool) { return ShardStat{}, false }

// Shards returns the figures of the shards of a table in the group, in order of
// their ids; table 0 stands for all.
func (g *Group) Shards(table schema.TableID) []ShardStat { return nil }

// Info describes the group.
func (g *Group) Info() GroupInfo { return GroupInfo{} }
