package replica

import (
	"encoding/binary"
	"encoding/hex"
	"sync/atomic"

	"github.com/dejaq/fasti/meta/schema"
)

// TxnID names a transaction for ever:
//
//	offset  bytes  field
//	0       2      node id of the coordinator, big-endian
//	2       6      boot epoch of that node, big-endian: grows with every boot
//	8       8      counter of that boot, big-endian
type TxnID [16]byte

// MaxEpoch is the largest boot epoch that fits into a TxnID.
const MaxEpoch = 1<<48 - 1

// NewTxnID returns the id of the n-th transaction of a boot of a node; epoch is at
// most MaxEpoch.
func NewTxnID(node schema.NodeID, epoch, n uint64) TxnID {
	var id TxnID
	binary.BigEndian.PutUint64(id[:], epoch&MaxEpoch)
	binary.BigEndian.PutUint16(id[:], uint16(node))
	binary.BigEndian.PutUint64(id[8:], n)
	return id
}

// Node returns the coordinator's node.
func (t TxnID) Node() schema.NodeID { return schema.NodeID(binary.BigEndian.Uint16(t[:])) }

// Epoch returns the boot of the coordinator.
func (t TxnID) Epoch() uint64 { return binary.BigEndian.Uint64(t[:]) & MaxEpoch }

// String returns the id in hexadecimal.
func (t TxnID) String() string { return hex.EncodeToString(t[:]) }

// TxnIDs hands out the ids of one boot of one node. It may be used by any number of
// goroutines.
type TxnIDs struct {
	node  schema.NodeID
	epoch uint64
	last  atomic.Uint64
}

// NewTxnIDs returns a source of ids; no other source has the same node and epoch.
func NewTxnIDs(node schema.NodeID, epoch uint64) *TxnIDs { return &TxnIDs{node: node, epoch: epoch} }

// Next returns an id that was never returned before.
func (s *TxnIDs) Next() TxnID { return NewTxnID(s.node, s.epoch, s.last.Add(1)) }
