package mvcc

import (
	"github.com/dejaq/fasti/meta/schema"
)

// WriteKind says what a write does to its key and to the shard's count of rows.
type WriteKind uint8

const (
	Insert  WriteKind = iota // a value where there was no row: one row more
	Replace                  // a value in place of a value, or a stub: no more rows
	Delete                   // a tombstone: one row less
	Retract                  // a tombstone over a stub: no row less
	Lock                     // nothing is written, the key is locked and checked
	writeKinds
)

func (k WriteKind) String() string {
	return [...]string{"insert", "replace", "delete", "retract", "lock"}[k]
}

// Tombstone reports whether the write removes the key's value.
func (k WriteKind) Tombstone() bool { return k == Delete || k == Retract }

// HasValue reports whether the write carries a value.
func (k WriteKind) HasValue() bool { return k <= Replace }

// Check is what must hold for the newest committed version of the key while the
// group's leader holds the lock on it.
type Check uint8

const (
	// None: nothing is checked and the key needs no lock. The key is new for sure
	// (it ends with a row id of this transaction), or an earlier write of this
	// transaction in the same group has locked and checked it.
	None Check = iota
	// Absent: there is none, or it is a tombstone; else the key is a duplicate. A
	// tombstone above the check timestamp is a conflict.
	Absent
	// Unchanged: it is at or below the check timestamp; else there is a conflict.
	Unchanged
	checks
)

func (c Check) String() string { return [...]string{"none", "absent", "unchanged"}[c] }

// Write is one write of a write set. Key and Value alias the set.
type Write struct {
	Shard   schema.ShardID
	CheckTS schema.Timestamp // what Check compares with
	Kind    WriteKind
	Check   Check
	// Index: Key is that of an index's entry, in keys.KindIndex, and not of a row.
	Index bool
	Key   []byte // row key or entry, without group, shard and version
	Value []byte // empty unless Kind.HasValue
}

// Delta returns by how much the write changes the shard's count of rows.
func (w *Write) Delta() int64 { return w.Kind.Delta() }

// Delta returns by how much a write of this kind changes the shard's count of rows.
func (k WriteKind) Delta() int64 {
	switch k {
	case Insert:
		return 1
	case Delete:
		return -1
	}
	return 0
}
