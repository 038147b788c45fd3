package cluster

import (
	"fmt"

	"github.com/dejaq/fasti/meta/schema"
)

// GroupState says what a group may take.
type GroupState uint8

// An open group takes new shards, a sealed one keeps those it has, and the system
// group never has any.
const (
	GroupOpen GroupState = iota
	GroupSealed
	GroupSystem
)

func (s GroupState) String() string {
	if int(s) >= len(groupStates) {
		return fmt.Sprintf("GroupState(%d)", uint8(s))
	}
	return groupStates[s]
}

var groupStates = [...]string{"open", "sealed", "system"}

// Group is the descriptor of a replication group: what should be. What is, its
// leader says in a GroupStatus.
type Group struct {
	ID    schema.GroupID
	State GroupState
	// Generation grows with every change of the descriptor.
	Generation uint64
	Replicas   []Replica
}

// Replica is one copy of a group. Its id is unique in the group for ever: a
// replica that was removed never comes back under the same id.
type Replica struct {
	ID   uint64
	Node schema.NodeID
	// Learner is set while the replica has no vote.
	Learner bool
}

const groupVersion = 1

// appendGroup appends the record of g: uvarints state, generation, number of
// replicas, and of each replica id, node, learner (0 or 1).
func appendGroup(dst []byte, g *Group) []byte {
	return schema.AppendRecord(dst, groupVersion, func(b []byte) []byte {
		b = appendUvarints(b, uint64(g.State), g.Generation, uint64(len(g.Replicas)))
		for _, r := range g.Replicas {
			b = appendUvarints(b, r.ID, uint64(r.Node), bit(r.Learner))
		}
		return b
	})
}

func decodeGroup(id schema.GroupID, src []byte) (*Group, error) {
	_, b, err := schema.OpenRecord(src, groupVersion)
	if err != nil {
		return nil, err
	}
	r := reader{b: b}
	g := &Group{ID: id, State: GroupState(r.uvarint(uint64(GroupSystem))), Generation: r.uvarint(maxUint)}
	for n := r.uvarint(uint64(len(r.b)) / 3); n > 0 && r.err == nil; n-- {
		g.Replicas = append(g.Replicas, Replica{
			ID:      r.uvarint(maxUint),
			Node:    schema.NodeID(r.uvarint(maxNode)),
			Learner: r.uvarint(1) == 1,
		})
	}
	return g, r.close()
}
