package txn

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/replica"
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
		require.NoError(t, tx.Update(bg, tbl, locatorsOf(rows[:2]), batchOf([]row{{9e6, 1, "moved", 1}, {0, 3, "c", 33}}), nil))
		require.NoError(t, tx.Delete(bg, tbl, locatorsOf(rows[2:]), vector.Rows{N: 1}, nil))
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

// Sessions that insert beside each other into one slice fill its shards to the cap
// exactly, one sequence after the other, in alternating groups, and lose no row; with
// a primary key, of each key exactly one insert wins.
func TestOverflow(t *testing.T) {
	for _, key := range [][]int{nil, {0, 1}} {
		e := newEnv(t, nil)
		tbl := e.table(func(t *schema.Table) { t.MaxRows, t.Key = 50, key })
		const sessions, batches, size = 6, 10, 7
		var wg sync.WaitGroup
		var won atomic.Int64
		for s := range sessions {
			wg.Go(func() {
				for b := range batches {
					var rows []row
					for i := range size {
						id := int64(s*1000 + b*10 + i)
						if key != nil && s%2 == 1 {
							id -= 1000 // the keys of the session before
						}
						rows = append(rows, row{1, id, "h", int64(s)})
					}
					tx := e.db.Begin(ReadCommitted)
					err := tx.Statement(bg)
					if err == nil {
						err = tx.Insert(bg, tbl, batchOf(rows))
					}
					if err != nil {
						_ = tx.Rollback(bg)
					} else {
						err = tx.Commit(bg)
					}
					if err == nil {
						won.Add(size)
					} else if !errors.Is(err, ErrDuplicateKey) && !errors.Is(err, ErrConflict) {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		rows := e.all(tbl)
		require.Len(t, rows, int(won.Load()))
		checkShards(t, e, tbl, len(rows))
		shards := e.cluster.View().Slice(tbl.ID, tbl.SliceStart(1), 0)
		if key == nil {
			require.Len(t, rows, sessions*batches*size)
			require.Len(t, shards, (sessions*batches*size+49)/50)
		} else {
			require.Len(t, rows, sessions*batches*size/2)
			seen := map[int64]bool{}
			for _, r := range rows {
				require.False(t, seen[r.id], "key %d twice", r.id)
				seen[r.id] = true
			}
		}
		for i := 1; i < len(shards); i++ {
			require.NotEqual(t, shards[i-1].Group, shards[i].Group)
		}
	}
}

// Readers beside transactions that move an amount from one group to another always
// see the whole amount, and in the end it is all there (X3).
func TestAtomic(t *testing.T) {
	e := newEnv(t, nil)
	tbl := e.table(func(t *schema.Table) { t.Time, t.Width, t.Partitions, t.Key = -1, 0, 4, []int{1} })
	const accounts = 12
	var rows []row
	for i := range int64(accounts) {
		rows = append(rows, row{0, i, "", 100})
	}
	e.insert(tbl, rows...)
	var writers, readers sync.WaitGroup
	var moved atomic.Int64
	stop := make(chan struct{})
	for w := range int64(3) {
		writers.Go(func() {
			for i := range int64(40) {
				tx := e.db.Begin(Isolation(i % 2))
				from, to := (w+i)%accounts, (w*5+i*7+1)%accounts
				err := func() error {
					if err := tx.Statement(bg); err != nil {
						return err
					}
					rows, err := tryScan(tx, Spec{Table: tbl})
					if err != nil || from == to {
						return err
					}
					a, b := rows[from], rows[to]
					a.v, b.v = a.v-7, b.v+7
					return tx.Update(bg, tbl, locatorsOf([]found{a, b}), batchOf([]row{a.row, b.row}), nil)
				}()
				if err == nil {
					err = tx.Commit(bg)
				}
				if err != nil && !errors.Is(err, ErrConflict) {
					t.Error(err)
				}
				if err == nil {
					moved.Add(1)
				}
			}
		})
	}
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				tx := e.db.Begin(RepeatableRead)
				sum := int64(0)
				rows, err := tryScan(tx, Spec{Table: tbl})
				for _, r := range rows {
					sum += r.v
				}
				if err != nil || len(rows) != accounts || sum != 100*accounts {
					t.Errorf("%d rows, sum %d, %v", len(rows), sum, err)
				}
				_ = tx.Rollback(bg)
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
	require.Positive(t, moved.Load())
	sum := int64(0)
	for _, r := range e.all(tbl) {
		sum += r.v
	}
	require.EqualValues(t, 100*accounts, sum)
}

// Of two transactions that change one row, the second to commit gets a conflict that
// names the table and the key; a row changed before the statement is none.
func TestConflict(t *testing.T) {
	e := newEnv(t, nil)
	for _, key := range [][]int{nil, {1, 0}} {
		tbl := e.table(func(t *schema.Table) { t.Key = key })
		e.insert(tbl, row{0, 1, "a", 0})
		a, b := e.begin(ReadCommitted), e.begin(ReadCommitted)
		for i, tx := range []*Txn{a, b} {
			rows := scan(t, tx, Spec{Table: tbl})
			rows[0].v = int64(i + 1)
			require.NoError(t, tx.Update(bg, tbl, locatorsOf(rows), batchOf(rowsOf(rows)), nil))
		}
		require.NoError(t, a.Commit(bg))
		err := b.Commit(bg)
		require.ErrorIs(t, err, ErrConflict)
		var c *ConflictError
		require.ErrorAs(t, err, &c)
		require.Same(t, tbl, c.Table)
		if key != nil {
			require.Equal(t, []vector.Datum{vector.IntDatum(1), vector.IntDatum(0)}, c.Key)
		}
		require.Equal(t, []row{{0, 1, "a", 1}}, e.all(tbl))
	}
}

// A transaction of many pieces in several groups, staged as it grows, is seen by its
// own statements, rolls back to a savepoint in its middle, and commits; one above the
// limit is refused and leaves nothing.
func TestLarge(t *testing.T) {
	e := newEnv(t, func(o *Options) { o.StageBytes, o.MaxTxnBytes = 64<<10, 12<<20 })
	tbl := e.table(nil)
	host := strings.Repeat("x", 200)
	load := func(tx *Txn, from, n int64) error {
		for at := from; at < from+n; at += 1000 {
			var rows []row
			for i := range int64(1000) {
				rows = append(rows, row{(at + i) * 1e5, at + i, host, 1})
			}
			if err := tx.Insert(bg, tbl, batchOf(rows)); err != nil {
				return err
			}
		}
		return nil
	}
	tx := e.begin(ReadCommitted)
	require.NoError(t, load(tx, 0, 12000))
	mark := tx.Savepoint()
	require.NoError(t, tx.Statement(bg))
	require.NoError(t, load(tx, 12000, 12000))
	require.Len(t, scan(t, tx, Spec{Table: tbl}), 12000)
	require.NoError(t, tx.Statement(bg))
	require.Len(t, scan(t, tx, Spec{Table: tbl}), 24000)
	require.NoError(t, tx.RollbackTo(mark))
	require.NoError(t, tx.Statement(bg))
	rows := scan(t, tx, Spec{Table: tbl})
	require.Len(t, rows, 12000)
	require.NoError(t, tx.Delete(bg, tbl, locatorsOf(rows[:4000]), vector.Rows{N: 4000}, nil))
	require.Empty(t, e.all(tbl))
	require.NoError(t, tx.Commit(bg))
	require.Equal(t, rowsOf(rows[4000:]), e.all(tbl))
	checkShards(t, e, tbl, 8000)

	tx = e.begin(ReadCommitted)
	err := load(tx, 100000, 100000)
	require.ErrorIs(t, err, ErrTooLarge)
	require.ErrorIs(t, tx.Commit(bg), ErrTooLarge)
	tx = e.begin(ReadCommitted)
	require.ErrorIs(t, tx.Insert(bg, tbl, batchOf([]row{{0, 1, strings.Repeat("y", 1<<20), 1}})), ErrTooLarge)
	require.NoError(t, tx.Rollback(bg))
	require.Len(t, e.all(tbl), 8000)
}

// A table that was emptied takes rows again; one that was dropped leaves nothing, and
// a transaction that had begun to write keeps both waiting.
func TestTruncateDrop(t *testing.T) {
	e := newEnv(t, nil)
	tbl := e.table(func(t *schema.Table) { t.Key = []int{1} })
	e.insert(tbl, row{0, 1, "a", 1}, row{5e6, 2, "b", 2})
	tx := e.begin(ReadCommitted)
	require.NoError(t, tx.Insert(bg, tbl, batchOf([]row{{0, 3, "c", 3}})))
	done := make(chan error, 1)
	go func() { done <- e.db.Truncate(bg, tbl) }()
	select {
	case <-done:
		t.Fatal("did not wait")
	case <-time.After(20 * time.Millisecond):
	}
	require.NoError(t, tx.Commit(bg))
	require.NoError(t, <-done)
	require.Empty(t, e.all(tbl))
	e.insert(tbl, row{0, 1, "again", 1})
	require.Len(t, e.all(tbl), 1)

	require.NoError(t, e.db.Recover(bg, func(schema.TableID) bool { return true }))
	require.Len(t, e.all(tbl), 1)
	// A crash in the middle of TRUNCATE leaves shards that are on their way out: nobody
	// writes them until Recover has finished.
	_, err := e.cluster.SetShardState(bg, []schema.ShardID{e.cluster.View().AllShards(tbl.ID)[0].ID}, schema.ShardDropping)
	require.NoError(t, err)
	tx = e.begin(ReadCommitted)
	require.ErrorIs(t, tx.Insert(bg, tbl, batchOf([]row{{0, 4, "d", 4}})), ErrTableGone)
	require.NoError(t, tx.Rollback(bg))
	require.NoError(t, e.db.Recover(bg, func(schema.TableID) bool { return true }))
	require.Empty(t, e.all(tbl))
	e.insert(tbl, row{0, 4, "d", 4})
	require.Len(t, e.all(tbl), 1)

	require.NoError(t, e.catalog.DropTable(bg, tbl.ID))
	tx = e.begin(ReadCommitted)
	require.ErrorIs(t, tx.Insert(bg, tbl, batchOf([]row{{99e6, 7, "late", 1}})), ErrTableGone)
	require.NoError(t, tx.Rollback(bg))
	require.NoError(t, e.db.Recover(bg, func(id schema.TableID) bool { return id != tbl.ID }))
	require.Empty(t, e.cluster.View().AllShards(tbl.ID))
	for _, g := range e.host.Groups() {
		require.Empty(t, g.Shards(tbl.ID))
	}
}

// Keys may change places inside one statement, and a key that is made twice in one is
// a duplicate that names it.
func TestKeysMove(t *testing.T) {
	e := newEnv(t, nil)
	tbl := e.table(func(t *schema.Table) { t.Key = []int{1} })
	e.insert(tbl, row{0, 1, "a", 1}, row{9e6, 2, "b", 2})
	tx := e.begin(ReadCommitted)
	rows := scan(t, tx, Spec{Table: tbl})
	require.NoError(t, tx.Update(bg, tbl, locatorsOf(rows), batchOf([]row{{0, 2, "a", 1}, {9e6, 1, "b", 2}}), nil))
	require.NoError(t, tx.Commit(bg))
	require.Equal(t, []row{{0, 2, "a", 1}, {9e6, 1, "b", 2}}, e.all(tbl))
	tx = e.begin(ReadCommitted)
	err := tx.Insert(bg, tbl, batchOf([]row{{0, 5, "", 0}, {70e6, 5, "", 0}}))
	var d *DuplicateKeyError
	require.ErrorAs(t, err, &d)
	require.Equal(t, []vector.Datum{vector.IntDatum(5)}, d.Key)
	require.ErrorIs(t, tx.Commit(bg), ErrDuplicateKey)
	require.Len(t, e.all(tbl), 2)
}

// An outcome in doubt is asked for until there is one; when nobody can tell, the
// answer is that it is unknown.
func TestLearn(t *testing.T) {
	tx := new(Txn)
	n := 0
	answers := []error{replica.ErrUnknown, replica.ErrNotLeader, nil}
	require.NoError(t, tx.learn(bg, func(context.Context) error { n++; return answers[n-1] }))
	require.Equal(t, 3, n)
	require.ErrorIs(t, tx.learn(bg, func(context.Context) error { return replica.ErrAborted }), replica.ErrAborted)
	require.ErrorIs(t, tx.learn(bg, func(context.Context) error { return replica.ErrExpired }), ErrUnknown)
}

// A scan that does not ask for the rows without a time does not read them, though
// their shard lies between two neighbours that it reads in one go.
func TestNullsBetween(t *testing.T) {
	e := newEnv(t, nil)
	for tries := 0; ; tries++ {
		require.Less(t, tries, 50, "no table whose NULL shard has neighbours in its group")
		tbl := e.table(nil)
		rows := []row{{null, 0, "never", 0}}
		for i := range int64(200) {
			rows = append(rows, row{(i - 100) * 1e6, i, "", 0})
		}
		e.insert(tbl, rows...)
		view := e.cluster.View()
		at := view.Slice(tbl.ID, 0, schema.NullPartition)[0].Group
		if view.Slice(tbl.ID, tbl.SliceStart(-1e6), 0)[0].Group != at || view.Slice(tbl.ID, tbl.SliceStart(1e6), 0)[0].Group != at {
			continue
		}
		tx := e.begin(ReadCommitted)
		require.Len(t, scan(t, tx, Spec{Table: tbl, Lo: math.MinInt64, Hi: math.MaxInt64}), 200)
		require.Len(t, scan(t, tx, Spec{Table: tbl, Lo: math.MinInt64, Hi: math.MaxInt64, Nulls: true}), 201)
		require.NoError(t, tx.Rollback(bg))
		return
	}
}
