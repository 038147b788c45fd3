// Package scantest is a transaction in memory for tests of operators: tables as
// rows, cut into shards and morsels, without keys, timestamps or isolation.
package scantest

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dejaq/fasti/executor/scan"
	"github.com/dejaq/fasti/kv/txn"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/schema"
)

// Mem is a store of tables. Statements see what was there when their scan began.
type Mem struct {
	// ShardRows is the number of rows of a shard; default 100. A morsel is a
	// shard, cut at MorselRows, default vector.MaxRows.
	ShardRows, MorselRows int
	// Fail, if not nil, is returned by the Reader that has read FailAfter morsels.
	Fail      error
	FailAfter int64
	// Open counts scans and readers that are not closed.
	Open atomic.Int64
	// Specs are the scans asked for.
	Specs []scan.Spec
	// Decoded counts values decoded, per position in Spec.Columns.
	Decoded [64]atomic.Int64

	mu     sync.Mutex // guards tables and next
	tables map[schema.TableID][]row
	next   uint64
}

type row struct {
	id   uint64
	vals []vector.Datum
}

// New returns an empty store.
func New() *Mem { return &Mem{tables: map[schema.TableID][]row{}} }

// Insert adds rows; a key that is there is a *txn.DuplicateKeyError.
func (m *Mem) Insert(_ context.Context, t *schema.Table, b *vector.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	rows := slices.Clone(m.tables[t.ID])
	for _, vals := range vectortest.Rows(b) {
		if len(vals) != len(t.Columns) {
			return fmt.Errorf("scantest: %d columns for %d", len(vals), len(t.Columns))
		}
		if len(t.Key) > 0 {
			for _, r := range rows {
				if key := keyOf(t, vals); slices.Equal(key, keyOf(t, r.vals)) {
					return &txn.DuplicateKeyError{Table: t, Key: key}
				}
			}
		}
		m.next++
		rows = append(rows, row{m.next, vals})
	}
	m.tables[t.ID] = rows
	return nil
}

func keyOf(t *schema.Table, vals []vector.Datum) []vector.Datum {
	var key []vector.Datum
	for _, c := range t.Key {
		key = append(key, vals[c])
	}
	return key
}

// Conflicts appends the locators of rows with equal primary keys.
func (m *Mem) Conflicts(_ context.Context, t *schema.Table, _ schema.TableID, b *vector.Batch, dst *vector.Builder) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, vals := range vectortest.Rows(b) {
		d := vector.NullDatum
		for _, r := range m.tables[t.ID] {
			if slices.Equal(keyOf(t, vals), keyOf(t, r.vals)) {
				d = vector.StringDatum(string(binary.BigEndian.AppendUint64(nil, r.id)))
			}
		}
		if err := dst.AppendDatums([]vector.Datum{d}); err != nil {
			return err
		}
	}
	return nil
}

// Fetch appends rows by their locators.
func (m *Mem) Fetch(_ context.Context, t *schema.Table, columns []int, locators *vector.Vector, rows vector.Rows, dst *vector.Builder) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, i := range rows.Selection() {
		id := binary.BigEndian.Uint64(locators.Bytes(int(i)))
		for _, r := range m.tables[t.ID] {
			if r.id != id {
				continue
			}
			var vals []vector.Datum
			for _, c := range columns {
				vals = append(vals, r.vals[c])
			}
			if err := dst.AppendDatums(vals); err != nil {
				return err
			}
		}
	}
	return nil
}

// Update replaces rows.
func (m *Mem) Update(_ context.Context, t *schema.Table, locators *vector.Vector, b, _ *vector.Batch) error {
	return m.change(t, locators, b.Rows(), func(r *row, i int) bool {
		r.vals = nil
		for _, c := range b.Cols {
			r.vals = append(r.vals, vector.At(c, i))
		}
		return true
	})
}

// Delete removes rows.
func (m *Mem) Delete(_ context.Context, t *schema.Table, locators *vector.Vector, rows vector.Rows, _ *vector.Batch) error {
	return m.change(t, locators, rows, func(*row, int) bool { return false })
}

func (m *Mem) change(t *schema.Table, locators *vector.Vector, rows vector.Rows, f func(r *row, i int) (keep bool)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := slices.Clone(m.tables[t.ID])
	for _, i := range rows.Selection() {
		id := binary.BigEndian.Uint64(locators.Bytes(int(i)))
		at := slices.IndexFunc(all, func(r row) bool { return r.id == id })
		if at < 0 {
			return fmt.Errorf("scantest: no row %d, or changed twice", id)
		}
		if !f(&all[at], int(i)) {
			all = slices.Delete(all, at, at+1)
		} else {
			m.next++
			all[at].id = m.next
		}
	}
	m.tables[t.ID] = all
	return nil
}

// Rows returns the rows of a table.
func (m *Mem) Rows(t *schema.Table) [][]vector.Datum {
	var rows [][]vector.Datum
	for _, r := range m.tables[t.ID] {
		rows = append(rows, r.vals)
	}
	return rows
}

// Mark returns what the tables hold now, for Rollback.
func (m *Mem) Mark() map[schema.TableID][]row { return maps.Clone(m.tables) }

// Rollback brings the tables back to a Mark.
func (m *Mem) Rollback(mark map[schema.TableID][]row) { m.tables = mark }

// DropTable forgets a table.
func (m *Mem) DropTable(_ context.Context, id schema.TableID) error {
	delete(m.tables, id)
	return nil
}

// Truncate empties a table.
func (m *Mem) Truncate(_ context.Context, t *schema.Table) error {
	m.tables[t.ID] = nil
	return nil
}

// Scan begins a scan of all rows, whatever the bounds; of a key only the rows
// that have it.
func (m *Mem) Scan(_ context.Context, s scan.Spec) (scan.Rows, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.Specs = append(m.Specs, s)
	var rows []row
	for _, r := range m.tables[s.Table.ID] {
		if key := keyOf(s.Table, r.vals); slices.Equal(key[:min(len(key), len(s.Key))], s.Key) {
			rows = append(rows, r)
		}
	}
	n := m.ShardRows
	if n == 0 {
		n = 100
	}
	m.Open.Add(1)
	return &memScan{mem: m, spec: s, shards: slices.Collect(slices.Chunk(rows, n))}, nil
}

type memScan struct {
	mem    *Mem
	spec   scan.Spec
	shards [][]row
	next   atomic.Int64
	read   atomic.Int64
}

func (s *memScan) Shards() (kept, known int) { return len(s.shards), len(s.shards) + 3 }

func (s *memScan) Open() (scan.Reader, error) {
	s.mem.Open.Add(1)
	return &memReader{scan: s}, nil
}

func (s *memScan) Close() error {
	s.mem.Open.Add(-1)
	return nil
}

type memReader struct {
	scan   *memScan
	left   []row
	morsel memMorsel
}

func (r *memReader) Next() (scan.Morsel, error) {
	m := r.scan.mem
	if m.Fail != nil && r.scan.read.Add(1) > m.FailAfter {
		return nil, m.Fail
	}
	if len(r.left) == 0 {
		i := r.scan.next.Add(1) - 1
		if i >= int64(len(r.scan.shards)) {
			return nil, nil
		}
		r.left = r.scan.shards[i]
	}
	n := m.MorselRows
	if n == 0 {
		n = vector.MaxRows
	}
	n = min(n, len(r.left))
	clear(r.morsel.rows) // whoever kept the morsel has nothing now
	r.morsel = memMorsel{scan: r.scan, rows: slices.Clone(r.left[:n])}
	r.left = r.left[n:]
	return &r.morsel, nil
}

func (r *memReader) Close() error {
	r.scan.mem.Open.Add(-1)
	return nil
}

type memMorsel struct {
	scan *memScan
	rows []row
}

func (m *memMorsel) Rows() int   { return len(m.rows) }
func (m *memMorsel) Seq() uint64 { return m.rows[0].id }

func (m *memMorsel) Decode(col, from, to int, out *vector.Vector) error {
	sel := make([]uint16, 0, to-from)
	for i := from; i < to; i++ {
		sel = append(sel, uint16(i))
	}
	return m.DecodeSel(col, sel, out)
}

func (m *memMorsel) DecodeSel(col int, rows []uint16, out *vector.Vector) error {
	m.scan.mem.Decoded[col].Add(int64(len(rows)))
	c := m.scan.spec.Columns[col]
	kind := vector.Bytes
	if c >= 0 {
		kind = vector.KindOf(m.scan.spec.Table.Columns[c].Type)
	}
	b := vector.NewBuilder(kind)
	for _, i := range rows {
		d := vector.StringDatum(string(binary.BigEndian.AppendUint64(nil, m.rows[i].id)))
		if c >= 0 {
			d = m.rows[i].vals[c]
		}
		if err := b.AppendDatums([]vector.Datum{d}); err != nil {
			return err
		}
	}
	*out = *b.Columns()[0]
	return nil
}

// BuildIndex only publishes: there are no entries.
func (m *Mem) BuildIndex(_ context.Context, _ *schema.Table, _ schema.Index, publish func(since schema.Timestamp) error) error {
	return publish(1)
}
