package txn

import (
	"context"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// Locator, in Spec.Columns, asks for the row's locator: bytes by which Update and
// Delete find the row.
const Locator = -1

// Spec says what a scan reads.
type Spec struct {
	Table *schema.Table
	// Columns lists ordinals of Table.Columns, or Locator. Column i of a Morsel is
	// Columns[i].
	Columns []int
	// Lo and Hi restrict a sliced table to the shards that may hold times in
	// [Lo, Hi), µs since 2000-01-01 UTC; math.MaxInt64 as Hi takes +infinity in. The
	// rows of those shards are not filtered.
	Lo, Hi int64
	// Nulls takes in the rows whose time is NULL.
	Nulls bool
	// Key fixes the leading columns of the primary key; only rows that have them
	// are read. Values are of the columns' types and not NULL.
	Key []vector.Datum
}

// Scan is a read of a table at the statement's timestamp. Its Readers share the
// work: each row is seen by one of them.
type Scan struct{}

// Reader is one worker's part of a scan, and belongs to one goroutine.
type Reader struct{}

// Morsel is a run of at most vector.MaxRows rows. It is valid until the Reader's
// next call.
type Morsel struct{}

// Scan prepares a read. The scan must be closed before the transaction's next
// statement.
func (t *Txn) Scan(ctx context.Context, s Spec) (*Scan, error) { return &Scan{}, nil }

// Shards returns how many shards the scan reads, and how many the table has.
func (s *Scan) Shards() (kept, known int) { return 0, 0 }

// Open returns a Reader; the caller closes it.
func (s *Scan) Open() (*Reader, error) { return &Reader{}, nil }

// Close releases the scan. Its Readers must be closed.
func (s *Scan) Close() error { return nil }

// Next returns the next rows, nil at the end.
func (r *Reader) Next() (*Morsel, error) { return nil, nil }

// Close releases the Reader.
func (r *Reader) Close() error { return nil }

// Rows returns the number of rows, 1 … vector.MaxRows.
func (m *Morsel) Rows() int { return 0 }

// Seq numbers the morsels of a scan in the order of shard and row key.
func (m *Morsel) Seq() uint64 { return 0 }

// Decode gives rows [from, to) of column col (an index into Spec.Columns) in out,
// whose memory it uses again. Text may alias the morsel.
func (m *Morsel) Decode(col, from, to int, out *vector.Vector) error { return nil }

// DecodeSel is Decode of the named rows: row rows[i] becomes row i of out.
func (m *Morsel) DecodeSel(col int, rows []uint16, out *vector.Vector) error { return nil }
