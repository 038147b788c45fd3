package replica

import (
	"context"

	"github.com/dejaq/fasti/meta/schema"
)

// MaxInline is the most bytes of a write set or chunk in one request: an entry of
// the log is this plus a small header.
const MaxInline = 1 << 20

// Oracle hands out timestamps; kv/tso implements it.
type Oracle interface {
	// Now reserves n ≥ 1 consecutive timestamps, all above every one handed out
	// before the call, and returns the first of them and a revision of the metadata
	// at or above that of every change finished before the call.
	Now(ctx context.Context, n int) (first schema.Timestamp, metaRev int64, err error)
}

// Schema tells whether tables changed under a transaction. The catalog implements
// it for the node.
type Schema interface {
	// Check waits until the node's catalog view has reached revision rev and
	// returns ErrSchemaChanged if a table is gone or has another version by then.
	Check(ctx context.Context, rev int64, tables []TableVersion) error
}

// TableVersion is a table as a transaction knew it.
type TableVersion struct {
	Table   schema.TableID
	Version uint32
}

// Write is what Commit and Prepare have in common: the writes of one transaction in
// one group.
type Write struct {
	Txn TxnID
	// ReadTS is what "unchanged since" in the write set's checks refers to.
	ReadTS schema.Timestamp
	// AttemptTS is the newest timestamp the coordinator knew when it first tried to
	// commit the transaction anywhere. 0: this call is the only attempt there will
	// ever be in this group, so that no record of an earlier one can be missed.
	AttemptTS schema.Timestamp
	// Staged counts the chunks 0, 1, … that Stage has stored before.
	Staged uint32
	// WriteSet is a mvcc.WriteSet of at most MaxInline bytes; it may be empty. It
	// must not change until the call returns.
	WriteSet []byte
	// Tables lists the tables written, for Schema; nil is not checked.
	Tables []TableVersion
}

// CommitRequest asks a group to commit a transaction that wrote nowhere else.
type CommitRequest struct {
	Write
}

// PrepareRequest asks a group to promise the commit of its part of a transaction.
type PrepareRequest struct {
	Write
	// Anchor is the lowest of Participants: the group whose record decides.
	Anchor schema.GroupID
	// Participants lists all groups of the transaction in ascending order, Anchor
	// included. At most 256.
	Participants []schema.GroupID
}

// Outcome is the fate of a transaction; the zero value is an abort.
type Outcome struct {
	Committed bool
	TS        schema.Timestamp // commit timestamp; 0 when aborted
}

// Status is what a group knows of a transaction.
type Status uint8

// The states of a transaction at a group. Unknown means that the group has neither
// a record of it nor its prepared writes; to a reader that is pending.
const (
	StatusUnknown Status = iota
	StatusPending
	StatusCommitted
	StatusAborted
)

func (s Status) String() string {
	return [...]string{"unknown", "pending", "committed", "aborted"}[s]
}

// ShardOpen asks for a shard to take writes.
type ShardOpen struct {
	ID schema.ShardID
	// MaxRows is the row cap, 0 for none.
	MaxRows int64
}

// ShardStat is what the group's leader knows of a shard.
type ShardStat struct {
	ID    schema.ShardID
	State schema.ShardState // ShardOpen or ShardFull
	// Rows counts the live rows, Reserved what running transactions may still add.
	Rows, Reserved, MaxRows int64
	// Bytes counts keys and values of all versions ever written.
	Bytes int64
	// LastTS is the newest commit timestamp of the shard, 0 before the first.
	LastTS schema.Timestamp
	// OpenRev is the metadata revision of the first OpenShards.
	OpenRev int64
}

// ReplicaInfo describes one replica of a group as its leader sees it.
type ReplicaInfo struct {
	ID      uint64 // replica id inside the group, never reused
	Learner bool
	Match   uint64 // raft index up to which its log equals the leader's
	Active  bool   // heard of lately
}

// GroupInfo describes a group as this node's replica sees it.
type GroupInfo struct {
	ID      schema.GroupID
	Replica uint64 // this replica
	Leader  uint64 // replica id of the leader, 0 when unknown
	Leading bool   // this replica leads and serves
	Term    uint64
	// First and Last bound the raft log held; Committed and Applied are raft
	// indexes; Durable is the applied index a crash cannot undo.
	First, Last, Committed, Applied, Durable uint64
	LogBytes                                 int64
	Shards                                   int
	Prepared                                 int // transactions prepared and not resolved
	Records                                  int // transaction records held
	Replicas                                 []ReplicaInfo
}
