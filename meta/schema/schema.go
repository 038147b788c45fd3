package schema

import (
	"cmp"
	"math"

	"github.com/dejaq/fasti/meta/types"
)

// The ids that the whole system speaks of. Each is unique for ever inside one
// cluster and never reused.
type (
	TableID uint32
	GroupID uint32
	NodeID  uint16
	// ColumnID identifies a column of one table for ever; stored rows are in
	// order of the column ids, so that ALTER TABLE need not rewrite them.
	ColumnID uint16
)

// SystemGroup is the group that holds timestamps and no shards.
const SystemGroup GroupID = 0

// NullPartition is the partition of the one shard that holds the rows of a
// sliced table whose time is NULL. Its Start is 0.
const NullPartition uint16 = math.MaxUint16

// IndexPartition is the first of the partitions, up to NullPartition, that hold
// no rows but the homes of primary keys which do not say where their row is.
const IndexPartition uint16 = 0xff00

// ShardID names a shard. The table's rows of one time range, one partition and
// one sequence number.
type ShardID struct {
	Table TableID
	// Start is the first instant of the range in µs since 2000-01-01 UTC
	// (PostgreSQL's epoch), for a keyed table 0. -infinity and infinity have
	// ranges of their own, which start at math.MinInt64 and math.MaxInt64.
	Start     int64
	Partition uint16
	Sequence  uint16
}

// Compare orders shards as their keys are ordered: table, time, partition,
// sequence.
func (s ShardID) Compare(o ShardID) int {
	return cmp.Or(cmp.Compare(s.Table, o.Table), cmp.Compare(s.Start, o.Start),
		cmp.Compare(s.Partition, o.Partition), cmp.Compare(s.Sequence, o.Sequence))
}

// Index reports whether the shard holds homes of keys instead of rows.
func (s ShardID) Index() bool { return s.Partition >= IndexPartition && s.Partition != NullPartition }

// Column is one column of a table.
type Column struct {
	ID      ColumnID
	Name    string
	Type    types.Type
	NotNull bool
	// Default is the SQL text of the default expression, "" for none. Of a
	// generated column (Generated) it is the expression over the other columns.
	Default   string
	Generated bool
	Identity  Identity
	// Sequence gives the default of a serial or identity column; 0: none.
	Sequence ObjectID
	// Depends lists what the default names.
	Depends []Dependency
	// Missing is the value of rows that were stored before the column was added,
	// as kv/mvcc stores it; nil for NULL.
	Missing []byte
	Comment string
	ACL     []Grant
}

// Identity says whether and how a column is an identity column.
type Identity uint8

// An identity column is GENERATED ALWAYS or BY DEFAULT.
const (
	NoIdentity Identity = iota
	IdentityAlways
	IdentityByDefault
)

// Check is a CHECK constraint.
type Check struct {
	Name string
	Text string // SQL of the condition, normalized
	// Columns are the ids of the columns that the condition names.
	Columns []ColumnID
	// NotValid says that rows stored before it have not been checked.
	NotValid bool
	Comment  string
}

// Table is the descriptor of a table: immutable, shared by all who hold a
// catalog view.
type Table struct {
	ID        TableID
	Namespace string // "public"
	Name      string
	// Version grows with every change of the descriptor.
	Version uint32
	Columns []Column
	// Key lists the ordinals of the primary key's columns, in key order; empty
	// for a table without one. KeyName is the constraint's name.
	Key     []int
	KeyName string
	// Time is the ordinal of the time column, -1 for a keyed table.
	Time int
	// TimeUnit converts an integer time column: µs per unit, or for "ns" -1000
	// (units per µs). 0 when the column has a date or timestamp type.
	TimeUnit int64
	// Origin is the instant of creation, and Width the length of a slice, both
	// in µs (Origin since 2000-01-01 UTC).
	Origin, Width int64
	// MaxRows is the row cap of a shard; 0 means none.
	MaxRows int64
	// Partitions ≥ 1; PartitionBy lists the ordinals that are hashed.
	Partitions  int
	PartitionBy []int
	// OrderBy lists the ordinals that lead the row key of a table without a
	// primary key.
	OrderBy  []int
	Replicas int
	// Retention in µs, 0 for ever.
	Retention int64
	// Indexes are the secondary indexes in the order of their creation, those of
	// UNIQUE constraints among them.
	Indexes []Index
	// Owner is a role; 0 stands for BootstrapRole.
	Owner      ObjectID
	ACL        []Grant
	Comment    string
	KeyComment string // of the primary key's constraint
	Checks     []Check
	// Dropped are columns that stored rows still have: their ID, Type and Missing.
	Dropped []Column
	// LastColumn is the highest column id ever given, when that is not the one of
	// a column that is there.
	LastColumn ColumnID
	// Depends lists what the table needs beyond what its columns name.
	Depends []Dependency
	// Temporary is the session that a temporary table belongs to, 0 for none.
	Temporary uint64
}

// NextColumn returns the id of a column that is added.
func (t *Table) NextColumn() ColumnID {
	last := t.LastColumn
	for i := range t.Columns {
		last = max(last, t.Columns[i].ID)
	}
	for i := range t.Dropped {
		last = max(last, t.Dropped[i].ID)
	}
	return last + 1
}

// ColumnByID returns the ordinal of the column with the id, -1 if there is none.
func (t *Table) ColumnByID(id ColumnID) int {
	for i := range t.Columns {
		if t.Columns[i].ID == id {
			return i
		}
	}
	return -1
}

// Sliced reports whether the table is cut by time.
func (t *Table) Sliced() bool { return t.Time >= 0 }

// Column returns the ordinal of the named column, -1 if there is none.
func (t *Table) Column(name string) int {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return i
		}
	}
	return -1
}

// SliceStart returns the start of the slice that holds µs (since 2000-01-01
// UTC): origin + k·width for whole k, negative too. The infinities are slices
// of their own; what would overflow is clamped to one µs inside them.
func (t *Table) SliceStart(us int64) int64 {
	if us == math.MinInt64 || us == math.MaxInt64 {
		return us
	}
	// The distance may not fit int64, its remainder always does.
	r := (us%t.Width - t.Origin%t.Width) % t.Width
	if r < 0 {
		r += t.Width
	}
	if us < math.MinInt64+1+r {
		return math.MinInt64 + 1
	}
	return us - r
}

// SliceEnd returns the exclusive end of the slice that begins at start;
// math.MaxInt64 stands for the last slice and for the infinities.
func (t *Table) SliceEnd(start int64) int64 {
	switch {
	case start == math.MinInt64:
		return math.MinInt64 + 1
	case start >= math.MaxInt64-t.Width:
		return math.MaxInt64
	case start == math.MinInt64+1:
		return t.SliceStart(start + t.Width) // a clamped, shorter slice
	}
	return start + t.Width
}

// ShardState is where a shard stands in its life.
type ShardState uint8

// A shard is created as pre, becomes open when its group knows it, full when it
// has reached the table's row cap, and dropping when its rows are going away.
const (
	ShardPre ShardState = iota
	ShardOpen
	ShardFull
	ShardDropping
)

func (s ShardState) String() string {
	return [...]string{"pre", "open", "full", "dropping"}[s]
}

// Shard is the descriptor of a shard in the metadata store. Live counts come
// from the group's leader.
type Shard struct {
	ID    ShardID
	End   int64 // exclusive end of the range in µs; 0 for keyed and NULL shards
	Group GroupID
	State ShardState
}

// Timestamp is a time from the oracle: 46 bits of milliseconds since the Unix
// epoch, 18 logical bits. 0 is before every commit.
type Timestamp uint64

// LogicalBits is how many low bits of a Timestamp count inside a millisecond.
const LogicalBits = 18
