package txn

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
)

// chunks counts the staged chunks in the data store.
func (e *env) chunks() (n int) {
	for _, g := range e.host.Groups() {
		from, to := keys.KindBounds(g.ID(), keys.KindChunk)
		it, err := e.data.NewIter(&store.IterOptions{LowerBound: from, UpperBound: to})
		require.NoError(e.t, err)
		for ok := it.First(); ok; ok = it.Next() {
			n++
		}
		require.NoError(e.t, it.Close())
	}
	return n
}

// A transaction that is rolled back while its first chunks are on their way leaves
// none behind, whether its caller waits or not.
func TestRollbackWhileStaging(t *testing.T) {
	e := newEnv(t, func(o *Options) { o.StageBytes = 1 })
	tbl := e.table(nil)
	e.insert(tbl, row{0, 1, "a", 1})
	for i := range 20 {
		tx := e.begin(ReadCommitted)
		require.NoError(t, tx.Insert(bg, tbl, batchOf([]row{{0, 2, strings.Repeat("x", 900<<10), 2}})))
		tx.Savepoint() // seals the piece, which is then staged
		time.Sleep(time.Duration(i) * 100 * time.Microsecond)
		ctx, cancel := context.WithCancel(bg)
		if i%2 == 0 {
			cancel()
		}
		require.NoError(t, tx.Rollback(ctx))
		cancel()
	}
	time.Sleep(100 * time.Millisecond)
	require.Zero(t, e.chunks())
}

// What was committed before a TRUNCATE does not come back after it, though its groups
// carry the commit out late.
func TestTruncateLateResolve(t *testing.T) {
	e := newEnv(t, func(o *Options) { o.StageBytes = 1 })
	tbl := e.table(nil)
	var rows []row
	for i := range int64(40) {
		rows = append(rows, row{i * 100e6, i, "h", i})
	}
	e.insert(tbl, rows...)
	jobs := e.db.resolver.jobs
	e.db.resolver.jobs = make(chan resolution, 1)
	late := e.begin(ReadCommitted)
	require.NoError(t, late.Insert(bg, tbl, batchOf(rows)))
	late.Savepoint() // staged, so that the anchor resolves late too
	require.NoError(t, late.Commit(bg))
	require.NoError(t, e.db.Truncate(bg, tbl))
	e.insert2(jobs, tbl, rows...)
	e.db.resolver.run(<-e.db.resolver.jobs)
	e.db.resolver.jobs = jobs
	require.ElementsMatch(t, rows, e.all(tbl))
}

// insert2 is insert with the commit's resolution carried out at once.
func (e *env) insert2(jobs chan resolution, tbl *schema.Table, rows ...row) {
	late := e.db.resolver.jobs
	e.db.resolver.jobs = jobs
	e.insert(tbl, rows...)
	e.db.resolver.jobs = late
}

// A cancelled TRUNCATE has emptied the table or has not begun: the table takes rows.
func TestTruncateCancelled(t *testing.T) {
	e := newEnv(t, nil)
	tbl := e.table(nil)
	for i := range 12 {
		var rows []row
		for k := range int64(30) {
			rows = append(rows, row{k * 100e6, k, "h", k})
		}
		e.insert(tbl, rows...)
		ctx, cancel := context.WithTimeout(bg, time.Duration(i)*300*time.Microsecond)
		err := e.db.Truncate(ctx, tbl)
		cancel()
		tx := e.begin(ReadCommitted)
		n := len(scan(t, tx, Spec{Table: tbl}))
		require.NoError(t, tx.Rollback(bg))
		if err != nil {
			require.Zero(t, n%30, "%v", err)
			require.NotZero(t, n, "%v", err)
		} else {
			require.Zero(t, n)
		}
	}
}

// A shard that is made again after a TRUNCATE is opened in its group, though the
// state of its predecessor was still to be written.
func TestTruncateState(t *testing.T) {
	e := newEnv(t, nil)
	tbl := e.table(nil)
	e.insert(tbl, row{0, 1, "a", 1})
	e.db.states.set(schema.ShardFull, schema.ShardID{Table: tbl.ID, Start: tbl.SliceStart(0)})
	require.NoError(t, e.db.Truncate(bg, tbl))
	// The shard is made by somebody who has not opened it yet when the note is written.
	_, err := e.cluster.CreateShards(bg, tbl, []schema.ShardID{{Table: tbl.ID, Start: tbl.SliceStart(0)}})
	require.NoError(t, err)
	e.db.states.flush()
	e.insert(tbl, row{0, 1, "a", 1})
	require.Len(t, e.all(tbl), 1)
}

// Whoever waits for a table alone gets it although writers come one after another
// without a gap, but those do not give way for ever.
func TestTableLockTurn(t *testing.T) {
	var l tableLocks
	l.init()
	require.NoError(t, l.lock(bg, 1, false))
	alone, third := make(chan error, 1), make(chan error, 1)
	go func() { alone <- l.lock(bg, 1, true) }()
	time.Sleep(20 * time.Millisecond)
	go func() { third <- l.lock(bg, 1, false) }()
	time.Sleep(20 * time.Millisecond)
	l.unlock(1, false)
	require.NoError(t, <-alone)
	require.Empty(t, third)

	l.unlock(1, true)
	require.NoError(t, <-third)
	ctx, cancel := context.WithCancel(bg)
	go func() { alone <- l.lock(ctx, 1, true) }()
	time.Sleep(20 * time.Millisecond)
	require.NoError(t, l.lock(bg, 1, false)) // after lockPatience
	cancel()
	require.ErrorIs(t, <-alone, context.Canceled)
	l.unlock(1, false)
	l.unlock(1, false)
	require.Empty(t, l.m)
}

// A statement that began before a TRUNCATE does not read what is left halfway; the
// next one reads the empty table, in both isolations.
func TestTruncateBesideReader(t *testing.T) {
	e := newEnv(t, nil)
	tbl, other := e.table(nil), e.table(nil)
	e.insert(tbl, row{0, 1, "a", 1})
	e.insert(other, row{0, 1, "a", 1})
	for _, i := range []Isolation{ReadCommitted, RepeatableRead} {
		tx := e.begin(i)
		require.NoError(t, e.db.Truncate(bg, tbl))
		_, err := tryScan(tx, Spec{Table: tbl})
		require.ErrorIs(t, err, ErrTableGone)
		require.Len(t, scan(t, tx, Spec{Table: other}), 1)
		require.NoError(t, tx.Statement(bg))
		require.Empty(t, scan(t, tx, Spec{Table: tbl}))
		require.NoError(t, tx.Rollback(bg))
		e.insert(tbl, row{0, 1, "a", 1})
	}
}

// Dates beyond the range of µs keep their order in shards.
func TestFarDates(t *testing.T) {
	s := spread{tbl: &schema.Table{Time: 0, Columns: []schema.Column{{Type: types.Of(types.Date)}}}}
	last := int64(math.MinInt64)
	for _, days := range []int64{vector.DateNegInfinity, -2451545, 0, 106751991, 106751992, 2145031948} {
		us := s.instant(days)
		require.GreaterOrEqual(t, us, last, "%d", days)
		last = us
	}
	require.Less(t, last, s.instant(vector.DateInfinity))
}
