package txn

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// segments returns how many shards a scan of the whole table reads from segments.
func (e *env) segments(tx *Txn, tbl *schema.Table) int64 {
	before := fromSegments.Load()
	scan(e.t, tx, Spec{Table: tbl})
	return (fromSegments.Load() - before) / 2 // scan reads without locators twice
}

// Shards that rest are read from segments; one that changes is read from its versions
// until it is sealed again, and by an older snapshot too; a transaction reads what it
// wrote itself. The rows are always the same (scan compares).
func TestSegments(t *testing.T) {
	e := newEnv(t, func(o *Options) { o.SealQuiet = -1 })
	for name, change := range map[string]func(*schema.Table){
		"no key":     nil,
		"key":        func(s *schema.Table) { s.Key = []int{0, 1} },
		"partitions": func(s *schema.Table) { s.Partitions, s.PartitionBy = 3, []int{1} },
		"keyed":      func(s *schema.Table) { s.Time, s.Width, s.Key = -1, 0, []int{1} },
	} {
		t.Run(name, func(t *testing.T) {
			tbl := e.table(change)
			var rows []row
			step := max(tbl.Width, 100) / 50 // 60 slices
			for i := range 3000 {
				rows = append(rows, row{int64(i) * step, int64(i), fmt.Sprint("h", i%5), int64(i * i)})
			}
			if tbl.Sliced() && len(tbl.Key) == 0 {
				rows = append(rows, row{ts: null, id: 5000})
			}
			e.insert(tbl, rows...)
			old := e.begin(RepeatableRead)
			want := rowsOf(scan(t, old, Spec{Table: tbl}))
			require.Len(t, want, len(rows))
			require.Zero(t, e.segments(old, tbl))
			require.NoError(t, e.db.Seal(bg, tbl.ID))
			all := e.segments(old, tbl)
			require.Positive(t, all)
			require.Equal(t, want, rowsOf(scan(t, old, Spec{Table: tbl})))

			// A change takes its shard out; the snapshot before it reads as it did.
			tx := e.begin(ReadCommitted)
			f := scan(t, tx, Spec{Table: tbl})[10]
			changed := f.row
			changed.v = -1
			require.NoError(t, tx.Update(bg, tbl, locatorsOf([]found{f}), batchOf([]row{changed}), batchOf([]row{f.row})))
			require.NoError(t, tx.Statement(bg))
			require.Contains(t, rowsOf(scan(t, tx, Spec{Table: tbl})), changed)
			require.NoError(t, tx.Commit(bg))
			now := e.begin(ReadCommitted)
			require.Equal(t, all-1, e.segments(now, tbl))
			require.Contains(t, rowsOf(scan(t, now, Spec{Table: tbl})), changed)
			require.Equal(t, want, rowsOf(scan(t, old, Spec{Table: tbl})))
			require.NoError(t, e.db.Seal(bg, tbl.ID))
			require.NoError(t, now.Statement(bg))
			require.Equal(t, all, e.segments(now, tbl))
			require.Equal(t, all-1, e.segments(old, tbl), "the segment is newer than the snapshot")
			require.Equal(t, want, rowsOf(scan(t, old, Spec{Table: tbl})))
			if tbl.Sliced() {
				part := scan(t, now, Spec{Table: tbl, Lo: 700 * step, Hi: 1400 * step})
				require.NotEmpty(t, part)
				require.Less(t, len(part), len(want))
			}
			require.NoError(t, old.Rollback(bg))
			require.NoError(t, now.Rollback(bg))

			// After TRUNCATE nothing of it is left, for new rows of the same places either.
			require.NoError(t, e.db.Truncate(bg, tbl))
			e.insert(tbl, rows[:10]...)
			require.Len(t, e.all(tbl), 10)
		})
	}
}

// A scan of columns that a segment does not have, or not with their type, reads
// versions.
func TestSegmentOfOlderColumns(t *testing.T) {
	e := newEnv(t, func(o *Options) { o.SealQuiet = -1 })
	tbl := e.table(nil)
	e.insert(tbl, row{1, 1, "a", 1}, row{2, 2, "b", 2})
	require.NoError(t, e.db.Seal(bg, tbl.ID))
	tx := e.begin(ReadCommitted)
	read := func(tbl *schema.Table, column int) (segments int, values []vector.Datum) {
		sc, err := tx.Scan(bg, Spec{Table: tbl, Columns: []int{column}, Lo: -1 << 62, Hi: 1 << 62})
		require.NoError(t, err)
		r, err := sc.Open()
		require.NoError(t, err)
		for m, err := r.Next(); m != nil; m, err = r.Next() {
			require.NoError(t, err)
			var v vector.Vector
			require.NoError(t, m.Decode(0, 0, m.Rows(), &v))
			for i := range m.Rows() {
				values = append(values, vector.At(&v, i))
			}
		}
		segments = sc.Segments()
		require.NoError(t, r.Close())
		require.NoError(t, sc.Close())
		return segments, values
	}
	wider := *tbl
	wider.Version++
	wider.Columns = append(append([]schema.Column(nil), tbl.Columns...), schema.Column{ID: 9, Name: "new", Type: tbl.Columns[1].Type})
	n, values := read(&wider, 4)
	require.Zero(t, n)
	require.Equal(t, []vector.Datum{vector.NullDatum, vector.NullDatum}, values)
	n, values = read(&wider, 1)
	require.Positive(t, n)
	require.Equal(t, []vector.Datum{vector.IntDatum(1), vector.IntDatum(2)}, values)
}

// The sealer finds by itself what has come to rest.
func TestSealerSeals(t *testing.T) {
	e := newEnv(t, nil)
	tbl := e.table(nil)
	e.insert(tbl, row{1, 1, "a", 1}, row{1e9, 2, "b", 2})
	tx := e.begin(ReadCommitted)
	require.Eventually(t, func() bool { return e.segments(tx, tbl) == 2 }, 10*time.Second, 5*time.Millisecond)
}
