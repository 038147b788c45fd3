package syscat

import "github.com/dejaq/fasti/meta/schema"

// firstUserOID is PostgreSQL's FirstNormalObjectId.
const firstUserOID = 16384

// OIDs of built-in rows that others name.
const (
	oidBootstrapRole = 10
	oidHeap          = 2   // pg_am
	oidBtree         = 403 // pg_am
	oidDefaultSpace  = 1663
	oidByDefault     = 100 // pg_collation
)

// part says which of the things that belong to a table, or to a type, a derived
// OID is of.
type part uint32

const (
	partRowType    part = iota
	partArray           // the array type of the row type, of a type
	partDefault         // of a column, by its id
	partConstraint      // the primary key; behind it the constraints on checks
	partKeyIndex        // the index of the primary key
	partUnique          // the constraint of an index
	partRule            // the rule of a view
	partLabel           // of an enum type, by its place
)

// derived returns the OID of what has no record, and so no id, of its own: it
// follows from the object that it belongs to and a number inside that.
//
//	bit 31     1: OIDs of objects with records are smaller
//	bits 28-30 part
//	bits 11-27 the object's id, its low bits: two of 131,072 objects that were
//	           created one after the other differ
//	bits 0-10  the number
func derived(id uint32, p part, number int) uint32 {
	return 1<<31 | uint32(p)<<28 | id<<11&(1<<28-1) | uint32(number)&(1<<11-1)
}

func tableOID(t *schema.Table) uint32 { return uint32(t.ID) }
