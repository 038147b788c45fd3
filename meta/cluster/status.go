package cluster

import (
	"encoding/binary"
	"math"

	"github.com/dejaq/fasti/meta/schema"
)

const (
	// statusPageShards is the number of shards whose counts share a key.
	statusPageShards = 1024
	// maxStatusPages bounds a status, so that it fits one transaction.
	maxStatusPages = 24
)

// GroupStatus is what the leader of a group reports about it, seldom: the
// numbers are as old as the report. Live ones come from the leader itself.
type GroupStatus struct {
	Group  schema.GroupID
	Leader schema.NodeID
	Term   uint64
	// Applied is the raft index up to which the leader has applied.
	Applied  uint64
	Replicas []ReplicaStatus
	// Shards are the counts of the group's shards, in order of their ids.
	Shards []ShardCount
}

// ReplicaStatus is the progress of one replica as its leader sees it.
type ReplicaStatus struct {
	Replica uint64 // Replica.ID
	Node    schema.NodeID
	// Match is the raft index up to which the replica's log is known to agree
	// with the leader's.
	Match uint64
	State ReplicaState
}

// ReplicaState says how far a replica can be relied on.
type ReplicaState uint8

// A replica is in sync, catching up by log, receiving a raft snapshot, or has not
// been heard of.
const (
	ReplicaInSync ReplicaState = iota
	ReplicaLagging
	ReplicaSnapshot
	ReplicaDead
)

func (s ReplicaState) String() string {
	return [...]string{"insync", "lagging", "snapshot", "dead"}[s&3]
}

// ShardCount is the size of one shard.
type ShardCount struct {
	ID          schema.ShardID
	Rows, Bytes int64
	// MinTime and MaxTime bound the times really present, in µs since
	// 2000-01-01 UTC, inclusive; MinTime > MaxTime when nothing is known.
	MinTime, MaxTime int64
}

const statusVersion = 1

// appendStatus appends the record of the status without its counts: uvarints
// leader, term, applied, number of replicas, and of each replica id, node, match,
// state.
func appendStatus(dst []byte, s *GroupStatus) []byte {
	return schema.AppendRecord(dst, statusVersion, func(b []byte) []byte {
		b = appendUvarints(b, uint64(s.Leader), s.Term, s.Applied, uint64(len(s.Replicas)))
		for _, r := range s.Replicas {
			b = appendUvarints(b, r.Replica, uint64(r.Node), r.Match, uint64(r.State))
		}
		return b
	})
}

func decodeStatus(id schema.GroupID, src []byte) (*GroupStatus, error) {
	_, b, err := schema.OpenRecord(src, statusVersion)
	if err != nil {
		return nil, err
	}
	r := reader{b: b}
	s := &GroupStatus{Group: id, Leader: schema.NodeID(r.uvarint(maxNode)), Term: r.uvarint(maxUint), Applied: r.uvarint(maxUint)}
	for n := r.uvarint(uint64(len(r.b)) / 4); n > 0 && r.err == nil; n-- {
		s.Replicas = append(s.Replicas, ReplicaStatus{
			Replica: r.uvarint(maxUint),
			Node:    schema.NodeID(r.uvarint(maxNode)),
			Match:   r.uvarint(maxUint),
			State:   ReplicaState(r.uvarint(uint64(ReplicaDead))),
		})
	}
	return s, r.close()
}

// appendCounts appends the record of a page of counts: a uvarint number, and of
// each shard uvarint table, svarint start - start of the one before, uvarints
// partition, sequence, rows, bytes, and svarints of the times less the start.
func appendCounts(dst []byte, counts []ShardCount) []byte {
	return schema.AppendRecord(dst, statusVersion, func(b []byte) []byte {
		b = appendUvarints(b, uint64(len(counts)))
		var start int64
		for i := range counts {
			c := &counts[i]
			b = appendUvarints(b, uint64(c.ID.Table))
			b = binary.AppendVarint(b, c.ID.Start-start)
			b = appendUvarints(b, uint64(c.ID.Partition), uint64(c.ID.Sequence), uint64(c.Rows), uint64(c.Bytes))
			b = binary.AppendVarint(b, c.MinTime-c.ID.Start)
			b = binary.AppendVarint(b, c.MaxTime-c.ID.Start)
			start = c.ID.Start
		}
		return b
	})
}

func decodeCounts(src []byte) ([]ShardCount, error) {
	_, b, err := schema.OpenRecord(src, statusVersion)
	if err != nil {
		return nil, err
	}
	r := reader{b: b}
	counts := make([]ShardCount, r.uvarint(uint64(len(b))/8))
	var start int64
	for i := range counts {
		c := &counts[i]
		c.ID.Table = schema.TableID(r.uvarint(math.MaxUint32))
		start += r.varint()
		c.ID.Start = start
		c.ID.Partition = uint16(r.uvarint(math.MaxUint16))
		c.ID.Sequence = uint16(r.uvarint(math.MaxUint16))
		c.Rows = int64(r.uvarint(math.MaxInt64))
		c.Bytes = int64(r.uvarint(math.MaxInt64))
		c.MinTime = start + r.varint()
		c.MaxTime = start + r.varint()
	}
	return counts, r.close()
}
