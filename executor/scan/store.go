package scan

import (
	"context"

	"github.com/dejaq/fasti/kv/txn"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// Spec says what a scan reads; it is kv/txn's, field by field.
type Spec struct {
	Table *schema.Table
	// Columns lists ordinals of Table.Columns, or -1 for the locator. Column i of
	// a Morsel is Columns[i].
	Columns []int
	// Lo and Hi restrict a sliced table to the shards that may hold times in
	// [Lo, Hi), µs since 2000-01-01 UTC; math.MaxInt64 as Hi takes +infinity in.
	// The rows of those shards are not filtered.
	Lo, Hi int64
	// Nulls takes in the rows whose time is NULL.
	Nulls bool
	// Key fixes the leading columns of the primary key; only rows that have them
	// are read. Values are of the columns' types and not NULL.
	Key []vector.Datum
	// Index, if not 0, is an index through which the rows in Ranges are looked for.
	Index  schema.TableID
	Ranges []txn.IndexRange
}

// Store is what a scan reads from: a transaction.
type Store interface {
	Scan(ctx context.Context, s Spec) (Rows, error)
}

// Rows is one scan of a Store. Several goroutines may call Open.
type Rows interface {
	// Shards returns how many shards the scan reads, and how many the table has.
	Shards() (kept, known int)
	Open() (Reader, error)
	// Close releases the scan; its readers are closed.
	Close() error
}

// Reader is one worker's part of a scan.
type Reader interface {
	// Next returns the next rows, nil at the end.
	Next() (Morsel, error)
	Close() error
}

// Morsel is a run of 1 to vector.MaxRows rows, valid until the Reader's next
// call.
type Morsel interface {
	Rows() int
	// Seq numbers the morsels of a scan in the order of shard and row key.
	Seq() uint64
	// Decode gives rows [from, to) of column col (an index into Spec.Columns) in
	// out, whose memory it uses again. Text may alias the morsel.
	Decode(col int, from, to int, out *vector.Vector) error
	// DecodeSel is Decode of the named rows: row rows[i] becomes row i of out.
	DecodeSel(col int, rows []uint16, out *vector.Vector) error
}
