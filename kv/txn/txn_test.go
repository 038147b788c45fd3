package txn

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// Rows of many slices, of both infinities and without a time commit in one
// transaction over several groups and come back, whole and pruned by time.
func TestInsertScan(t *testing.T) {
	e := newEnv(t, nil)
	tbl := e.table(nil)
	var rows []row
	for i := range int64(500) {
		rows = append(rows, row{i * 300e6 / 7, i, "h", i * i}) // 96 slices of 1 s are a run
	}
	rows = append(rows, row{math.MaxInt64, 1000, "end", 0}, row{math.MinInt64, 1001, "start", 0}, row{null, 1002, "never", 0}, row{-5e6, 1003, "before", 0})
	e.insert(tbl, rows...)
	groups := map[schema.GroupID]bool{}
	for _, s := range e.cluster.View().AllShards(tbl.ID) {
		groups[s.Group] = true
	}
	require.Len(t, groups, 3)
	got := e.all(tbl)
	require.Len(t, got, len(rows))
	require.ElementsMatch(t, rows, got)

	tx := e.begin(ReadCommitted)
	defer func() { require.NoError(t, tx.Rollback(bg)) }()
	require.Len(t, scan(t, tx, Spec{Table: tbl, Lo: math.MaxInt64 - 1, Hi: math.MaxInt64}), 1)
	require.Len(t, scan(t, tx, Spec{Table: tbl, Lo: math.MinInt64, Hi: math.MinInt64 + 1}), 1)
	require.Len(t, scan(t, tx, Spec{Table: tbl, Lo: -6e6, Hi: -4e6}), 1)
	require.Len(t, scan(t, tx, Spec{Table: tbl, Lo: 1, Hi: 1, Nulls: true}), 1)
	sc, err := tx.Scan(bg, Spec{Table: tbl, Lo: 0, Hi: 1000e6, Columns: []int{0}})
	require.NoError(t, err)
	kept, known := sc.Shards()
	require.NoError(t, sc.Close())
	require.Less(t, kept, 30)
	require.Equal(t, len(e.cluster.View().AllShards(tbl.ID)), known)
}

// A transaction sees its own earlier statements, not the current one's, and others
// see nothing before the commit; a savepoint takes back exactly what came after it.
func TestOwnWrites(t *testing.T) {
	for _, stage := range []int{4 << 20, 1} { // with everything in memory; with every sealed piece staged
		e := newEnv(t, func(o *Options) { o.StageBytes = stage })
		tbl := e.table(func(t *schema.Table) { t.Key = []int{1, 0} })
		e.insert(tbl, row{0, 1, "a", 1}, row{5e6, 2, "b", 2})
		tx := e.begin(ReadCommitted)
		require.NoError(t, tx.Insert(bg, tbl, batchOf([]row{{0, 3, "c", 3}})))
		require.Len(t, scan(t, tx, Spec{Table: tbl}), 2)
		require.NoError(t, tx.Statement(bg))
		require.Equal(t, []row{{0, 1, "a", 1}, {0, 3, "c", 3}, {5e6, 2, "b", 2}}, rowsOf(scan(t, tx, Spec{Table: tbl})))
		mark := tx.Savepoint()

		// Move one row to another slice, change one in place, delete one.
		rows := scan(t, tx, Spec{Table: tbl})
		require.NoError(t, tx.Update(bg, tbl, locatorsOf(rows[:2]), batchOf([]row{{9e6, 1, "moved", 1}, {0, 3, "c", 33}})))
		require.NoError(t, tx.Delete(bg, tbl, locatorsOf(rows[2:]), vector.Rows{N: 1}))
		require.Len(t, scan(t, tx, Spec{Table: tbl}), 3)
		second := tx.Savepoint()
		require.NoError(t, tx.Statement(bg))
		want := []row{{0, 3, "c", 33}, {9e6, 1, "moved", 1}}
		require.Equal(t, want, rowsOf(scan(t, tx, Spec{Table: tbl})))
		require.Equal(t, want[1:], rowsOf(scan(t, tx, Spec{Table: tbl, Key: []vector.Datum{vector.IntDatum(1), vector.IntDatum(9e6)}})))
		require.Empty(t, scan(t, tx, Spec{Table: tbl, Key: []vector.Datum{vector.IntDatum(1), vector.IntDatum(0)}}))
		require.Equal(t, want[1:], rowsOf(scan(t, tx, Spec{Table: tbl, Key: []vector.Datum{vector.IntDatum(1)}})))
		require.Equal(t, []row{{0, 1, "a", 1}, {5e6, 2, "b", 2}}, e.all(tbl))

		require.NoError(t, tx.Insert(bg, tbl, batchOf([]row{{20e6, 4, "d", 4}})))
		require.NoError(t, tx.RollbackTo(second))
		require.NoError(t, tx.Statement(bg))
		require.Equal(t, want, rowsOf(scan(t, tx, Spec{Table: tbl})))
		require.NoError(t, tx.RollbackTo(mark))
		require.NoError(t, tx.Statement(bg))
		require.Equal(t, []row{{0, 1, "a", 1}, {0, 3, "c", 3}, {5e6, 2, "b", 2}}, rowsOf(scan(t, tx, Spec{Table: tbl})))
		require.NoError(t, tx.Commit(bg))
		require.ErrorIs(t, tx.Statement(bg), ErrDone)
		require.Equal(t, []row{{0, 1, "a", 1}, {0, 3, "c", 3}, {5e6, 2, "b", 2}}, e.all(tbl))
	}
}
