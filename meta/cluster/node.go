package cluster

import (
	"fmt"
	"math"

	"github.com/dejaq/fasti/meta/schema"
)

const (
	maxUint = math.MaxUint64
	maxNode = math.MaxUint16
)

// NodeState says what a node may be given.
type NodeState uint8

// An active node takes replicas and leaders, a draining one gives them away, and a
// dead one is not waited for.
const (
	NodeActive NodeState = iota
	NodeDraining
	NodeDead
)

func (s NodeState) String() string {
	if int(s) >= len(nodeStates) {
		return fmt.Sprintf("NodeState(%d)", uint8(s))
	}
	return nodeStates[s]
}

var nodeStates = [...]string{"active", "draining", "dead"}

// Node is the descriptor of a node.
type Node struct {
	ID    schema.NodeID
	Name  string
	State NodeState
	// Epoch counts the boots of the node, from 1; below 2⁴⁸.
	Epoch uint64
	// StartedUs is when it booted, in µs since 2000-01-01 UTC by its clock.
	StartedUs int64
	// Zone is where it stands: replicas of a group avoid sharing one.
	Zone string
	// Version is the program's.
	Version string
	// SQL and RPC are its addresses, as HOST:PORT; "" when unknown.
	SQL, RPC string
	// Data says that it holds replicas, Meta that it votes in the metadata.
	Data, Meta bool
}

const nodeVersion = 1

// appendNode appends the record of n: strings are a uvarint length and bytes.
func appendNode(dst []byte, n *Node) []byte {
	return schema.AppendRecord(dst, nodeVersion, func(b []byte) []byte {
		b = appendUvarints(b, uint64(n.State), n.Epoch, uint64(n.StartedUs), bit(n.Data), bit(n.Meta))
		for _, s := range []string{n.Name, n.Zone, n.Version, n.SQL, n.RPC} {
			b = append(appendUvarints(b, uint64(len(s))), s...)
		}
		return b
	})
}

func decodeNode(id schema.NodeID, src []byte) (*Node, error) {
	_, b, err := schema.OpenRecord(src, nodeVersion)
	if err != nil {
		return nil, err
	}
	r := reader{b: b}
	n := &Node{ID: id, State: NodeState(r.uvarint(uint64(NodeDead))), Epoch: r.uvarint(maxEpoch)}
	n.StartedUs = int64(r.uvarint(maxUint))
	n.Data, n.Meta = r.uvarint(1) == 1, r.uvarint(1) == 1
	for _, s := range []*string{&n.Name, &n.Zone, &n.Version, &n.SQL, &n.RPC} {
		*s = r.string()
	}
	return n, r.close()
}
