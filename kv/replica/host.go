package replica

import (
	"log/slog"
	"time"

	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

// Options opens a Host. Log, Data, Node and Groups are required.
type Options struct {
	// Log is the raft log store of the node, Data its data store. The caller closes
	// them after the Host.
	Log, Data *store.Store
	// Node is this node, Epoch its boot: above that of every earlier boot.
	Node  schema.NodeID
	Epoch uint64
	// Groups lists the groups with a replica here.
	Groups []schema.GroupID
	// Gone reports whether the boot of a coordinator is over, so that what it left
	// undecided may be aborted. Default: an earlier boot of this node.
	Gone func(node schema.NodeID, epoch uint64) bool
	// Tick is raft's unit of time: an election takes 10. Default 100 ms.
	Tick time.Duration
	// LogBytesMax forces a flush of Data when the logs of all groups together hold
	// more. Default 256 MiB.
	LogBytesMax int64
	// FlushIdle forces a flush of Data after so long without a write. Default 30 s.
	FlushIdle time.Duration
	// LockTimeout bounds how long Prepare waits for a key that another prepared
	// transaction holds: longer is taken for a deadlock. Default 1 s.
	LockTimeout time.Duration
	Logger      *slog.Logger
	// OnFatal is called once when the Host can no longer keep its promises: a failed
	// write, an entry it cannot apply. It has stopped serving. Default: panic.
	OnFatal func(error)
}

// Host runs the replicas of a node.
type Host struct {
	opts   Options
	groups map[schema.GroupID]*Group
}

// Open recovers the groups from the stores, creates those that are new, campaigns
// for those of which this node is the only voter, and waits until they serve.
func Open(o Options) (*Host, error) { return nil, ErrClosed }

// Group returns the group, nil if it has no replica here.
func (h *Host) Group(id schema.GroupID) *Group { return h.groups[id] }

// Groups lists the groups with a replica here, ascending.
func (h *Host) Groups() []*Group { return nil }

// SetOracle sets where commit timestamps come from. Commit, Decide and what else
// needs one wait for it.
func (h *Host) SetOracle(o Oracle) {}

// SetSchema sets who checks the tables of a transaction at its commit timestamp;
// without one they are not checked.
func (h *Host) SetSchema(s Schema) {}

// Close stops all groups, waits for their goroutines and flushes the data store.
func (h *Host) Close() error { return nil }
