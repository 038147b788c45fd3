package cluster

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
)

// world is a metadata store with a catalog and a cluster on top.
type world struct {
	dir     string
	sync    bool // with fsync
	store   *etcd.Store
	catalog *catalog.Catalog
	*Cluster
}

// testNow is the clock of a world: one second after PostgreSQL's epoch.
func testNow() time.Time { return time.Unix(946684801, 0) }

func (w *world) open(t testing.TB) {
	t.Helper()
	var err error
	w.store, err = etcd.Open(etcd.Options{Dir: filepath.Join(w.dir, "etcd"), NoSync: !w.sync})
	require.NoError(t, err)
	w.catalog, err = catalog.Open(t.Context(), w.store, catalog.Options{Now: testNow})
	require.NoError(t, err)
	w.Cluster, err = Open(t.Context(), w.store, Options{
		Info:  Node{Name: "alpha", Version: "0.1", Data: true, Meta: true},
		Now:   testNow,
		NewID: func() string { return "the-cluster" },
	})
	require.NoError(t, err)
}

func (w *world) close(t testing.TB) {
	t.Helper()
	require.NoError(t, w.Close())
	require.NoError(t, w.catalog.Close())
	require.NoError(t, w.store.Close())
}

// newWorld opens a world that lasts as long as the test.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{dir: t.TempDir()}
	w.open(t)
	t.Cleanup(func() { w.close(t) })
	return w
}

// sliced returns a table cut into slices of 10 µs from origin 0, as the catalog
// stores it.
func (w *world) sliced(t testing.TB, name string, partitions int) *schema.Table {
	t.Helper()
	got, err := w.catalog.CreateTable(t.Context(), schema.Table{
		Name: name, Columns: []schema.Column{{Name: "ts", Type: types.Of(types.Timestamp)}},
		Time: 0, Origin: -960, Width: 10, Partitions: partitions,
	})
	require.NoError(t, err)
	return got
}

// TestCluster runs testdata/cluster against one world. Its commands:
//
//	table name=N [partitions=N] [keyed]    creates a table (slices of 10 µs)
//	create table=N     one "start partition sequence" a line; creates the shards
//	state table=N to=S the same; S is open, full or dropping
//	remove table=N     the same
//	drop table=N       forgets the table's shards
//	forget table=N     removes the table's descriptor
//	shards table=N [lo=N] [hi=N] [nulls]
//	keys [prefix=P]    the stored keys and the bytes of their values
//	report group=N leader=N term=N         "start partition sequence rows" a line
//	status group=N
//	reopen
//	show               groups, nodes, tables that have shards
func TestCluster(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	tables := make(map[string]*schema.Table) // dropped ones too
	datadriven.RunTest(t, "testdata/cluster", func(t *testing.T, d *datadriven.TestData) string {
		var tbl *schema.Table
		if d.HasArg("table") {
			var name string
			d.ScanArgs(t, "table", &name)
			tbl = tables[name]
		}
		var ids []schema.ShardID
		var rows []int64
		for line := range strings.Lines(d.Input) {
			var start, partition, sequence, n int64
			_, _ = fmt.Sscan(line, &start, &partition, &sequence, &n)
			id := schema.ShardID{Start: start, Partition: uint16(partition), Sequence: uint16(sequence), Table: 16384}
			if tbl != nil {
				id.Table = tbl.ID
			}
			ids, rows = append(ids, id), append(rows, n)
		}
		outcome := func(rev int64, err error) string {
			if err != nil {
				return err.Error()
			}
			require.LessOrEqual(t, rev, w.View().Rev())
			return print(w.View().AllShards(tbl.ID))
		}
		switch d.Cmd {
		case "table":
			var name string
			partitions := 1
			d.ScanArgs(t, "name", &name)
			d.MaybeScanArgs(t, "partitions", &partitions)
			if d.HasArg("keyed") {
				got, err := w.catalog.CreateTable(ctx, schema.Table{Name: name, Time: -1, Partitions: partitions})
				require.NoError(t, err)
				tables[name] = got
			} else {
				tables[name] = w.sliced(t, name, partitions)
			}
			return fmt.Sprint(tables[name].ID)
		case "create":
			return outcome(w.CreateShards(ctx, tbl, ids))
		case "state":
			var to string
			d.ScanArgs(t, "to", &to)
			state := schema.ShardState(0)
			for state.String() != to {
				state++
			}
			return outcome(w.SetShardState(ctx, ids, state))
		case "remove":
			return outcome(w.RemoveShards(ctx, ids))
		case "drop":
			return outcome(w.DropTable(ctx, tbl.ID))
		case "forget":
			require.NoError(t, w.catalog.DropTable(ctx, tbl.ID))
			return ""
		case "shards":
			lo, hi := int64(math.MinInt64), int64(math.MaxInt64)
			d.MaybeScanArgs(t, "lo", &lo)
			d.MaybeScanArgs(t, "hi", &hi)
			v := w.View()
			return fmt.Sprintf("of %d\n", v.ShardCount(tbl.ID)) + print(v.Shards(tbl.ID, lo, hi, d.HasArg("nulls")))
		case "keys":
			prefix := "/"
			d.MaybeScanArgs(t, "prefix", &prefix)
			kvs, _, err := w.store.List(ctx, prefix)
			require.NoError(t, err)
			var b strings.Builder
			for _, kv := range kvs {
				fmt.Fprintf(&b, "%s %x\n", kv.Key, kv.Value)
			}
			return b.String()
		case "report":
			var group, leader, term uint64
			d.ScanArgs(t, "group", &group)
			d.ScanArgs(t, "leader", &leader)
			d.ScanArgs(t, "term", &term)
			s := &GroupStatus{
				Group: schema.GroupID(group), Leader: schema.NodeID(leader), Term: term, Applied: 77,
				Replicas: []ReplicaStatus{{Replica: 1, Node: 1, Match: 76, State: ReplicaLagging}},
			}
			for i := range ids {
				s.Shards = append(s.Shards, ShardCount{ID: ids[i], Rows: rows[i], Bytes: 8 * rows[i], MinTime: ids[i].Start + 1, MaxTime: ids[i].Start + 9})
			}
			before := w.View().Rev()
			if err := w.ReportGroup(ctx, s); err != nil {
				return err.Error()
			}
			return fmt.Sprintf("writes: %d", w.View().Rev()-before)
		case "status":
			var group uint64
			d.ScanArgs(t, "group", &group)
			s := w.View().GroupStatus(schema.GroupID(group))
			if s == nil {
				return "none"
			}
			rows, bytes, ok := w.View().TableRows(16384)
			return fmt.Sprintf("%+v\ntable: %d rows, %d bytes, %v", *s, rows, bytes, ok)
		case "reopen":
			w.close(t)
			w.open(t)
		case "show":
		default:
			d.Fatalf(t, "unknown command %q", d.Cmd)
		}
		var b strings.Builder
		v := w.View()
		fmt.Fprintf(&b, "cluster %s, this is node %d at boot %d\n", w.ID(), w.Node(), w.Epoch())
		for _, g := range v.Groups() {
			require.Same(t, g, v.Group(g.ID))
			fmt.Fprintf(&b, "group %+v\n", *g)
		}
		for _, n := range v.Nodes() {
			require.Same(t, n, v.Node(n.ID))
			fmt.Fprintf(&b, "node %+v\n", *n)
		}
		fmt.Fprintf(&b, "tables %v", v.Tables())
		return b.String()
	})
}

// print lists shards, one a line.
func print(shards []schema.Shard) string {
	if len(shards) == 0 {
		return "no shards"
	}
	var b strings.Builder
	for _, s := range shards {
		fmt.Fprintf(&b, "[%d, %d) partition=%d sequence=%d group=%d %s\n", s.ID.Start, s.End, s.ID.Partition, s.ID.Sequence, s.Group, s.State)
	}
	return b.String()
}

// TestConcurrentCreate lets goroutines of two clusters on one store, as during a
// change of the manager, create overlapping sets: each shard is created once, all
// agree on its group, and what a call has returned its view shows.
func TestConcurrentCreate(t *testing.T) {
	w := newWorld(t)
	tbl := w.sliced(t, "t", 1)
	other, err := Open(t.Context(), w.store, Options{Node: 2, Now: testNow})
	require.NoError(t, err)
	defer func() { require.NoError(t, other.Close()) }()
	var wg sync.WaitGroup
	for g := range 6 {
		c := []*Cluster{w.Cluster, other}[g%2]
		wg.Go(func() {
			for i := range 30 {
				var want []schema.ShardID
				for k := range 20 {
					want = append(want, schema.ShardID{Table: tbl.ID, Start: int64((i*13 + k*g*7) % 4000 * 10)})
				}
				rev, err := c.CreateShards(context.Background(), tbl, want)
				if err != nil {
					t.Error(err)
					return
				}
				v := c.View()
				if v.Rev() < rev {
					t.Errorf("view %d, returned %d", v.Rev(), rev)
				}
				for _, id := range want {
					if _, ok := v.Shard(id); !ok {
						t.Errorf("%+v is not in the view", id)
					}
				}
			}
		})
	}
	wg.Wait()
	a, err := w.mirror.WaitNewest(t.Context())
	require.NoError(t, err)
	b, err := other.mirror.WaitNewest(t.Context())
	require.NoError(t, err)
	require.Equal(t, a.AllShards(tbl.ID), b.AllShards(tbl.ID))
	require.Equal(t, a.ShardCount(tbl.ID), len(a.AllShards(tbl.ID)))
}

// TestDropRaces drops a table while others create its shards: afterwards no
// shard is left and none can be made.
func TestDropRaces(t *testing.T) {
	w := newWorld(t)
	for round := range 5 {
		tbl := w.sliced(t, fmt.Sprint("t", round), 1)
		var wg sync.WaitGroup
		for g := range 3 {
			wg.Go(func() {
				for i := range 1000 {
					_, err := w.CreateShards(context.Background(), tbl, []schema.ShardID{{Table: tbl.ID, Start: int64(i*3+g) * 960}})
					if errors.Is(err, ErrNoTable) {
						return
					}
					if err != nil {
						t.Error(err)
					}
				}
				t.Error("never refused")
			})
		}
		time.Sleep(20 * time.Millisecond)
		require.NoError(t, w.catalog.DropTable(t.Context(), tbl.ID))
		_, err := w.Cluster.DropTable(t.Context(), tbl.ID)
		require.NoError(t, err)
		wg.Wait()
		require.Empty(t, w.View().AllShards(tbl.ID))
		require.Empty(t, w.View().Tables())
	}
}

// TestLayoutRaces turns a keyed table into a sliced one, as create_hypertable does,
// while others create its shards: whoever comes first wins, and layouts never mix.
func TestLayoutRaces(t *testing.T) {
	w := newWorld(t)
	first := make(map[bool]int)
	for round := range 20 {
		keyed, err := w.catalog.CreateTable(t.Context(), schema.Table{
			Name: fmt.Sprint("t", round), Columns: []schema.Column{{Name: "ts", Type: types.Of(types.Timestamp)}}, Time: -1,
		})
		require.NoError(t, err)
		sliced := keyed.Clone()
		sliced.Time, sliced.Partitions = 0, 1
		var created, updated error
		var wg sync.WaitGroup
		wg.Go(func() {
			_, created = w.CreateShards(context.Background(), keyed, []schema.ShardID{{Table: keyed.ID, Partition: 5}})
		})
		wg.Go(func() { updated = w.catalog.UpdateTable(context.Background(), sliced) })
		wg.Wait()
		if created == nil {
			require.ErrorIs(t, updated, catalog.ErrHasShards)
		} else {
			require.ErrorIs(t, created, ErrLayout)
			require.NoError(t, updated)
			stored := w.catalog.View().TableByID(keyed.ID)
			_, err = w.CreateShards(t.Context(), stored, []schema.ShardID{{Table: keyed.ID, Start: stored.SliceStart(0)}})
			require.NoError(t, err)
		}
		first[created == nil]++
		require.Len(t, w.View().AllShards(keyed.ID), 1)
	}
	t.Logf("the shard came first: %v", first)
}

// TestFenced checks that nothing is decided once another node is the manager,
// while a leader may still report.
func TestFenced(t *testing.T) {
	w := newWorld(t)
	tbl := w.sliced(t, "t", 1)
	ids := []schema.ShardID{{Table: tbl.ID}}
	_, err := w.CreateShards(t.Context(), tbl, ids)
	require.NoError(t, err)
	_, err = w.store.Txn(t.Context(), etcd.Txn{Then: []etcd.Op{etcd.Put("/mgr", []byte("2/99"))}})
	require.NoError(t, err)

	_, err = w.CreateShards(t.Context(), tbl, ids)
	require.NoError(t, err, "nothing to do")
	_, err = w.CreateShards(t.Context(), tbl, []schema.ShardID{{Table: tbl.ID, Start: 10}})
	require.ErrorIs(t, err, etcd.ErrNotManager)
	_, err = w.SetShardState(t.Context(), ids, schema.ShardFull)
	require.ErrorIs(t, err, etcd.ErrNotManager)
	_, err = w.RemoveShards(t.Context(), ids)
	require.ErrorIs(t, err, etcd.ErrNotManager)
	_, err = w.Cluster.DropTable(t.Context(), tbl.ID)
	require.ErrorIs(t, err, etcd.ErrNotManager)
	require.NoError(t, w.ReportGroup(t.Context(), &GroupStatus{Group: 1, Leader: 1, Term: 1}))
	require.Len(t, w.View().AllShards(tbl.ID), 1)
}

// TestUnknownOutcome leaves the store no time to answer: the call gives up with
// ErrUnavailable, and the same call later finishes what was begun, whether or not
// the first one has taken place.
func TestUnknownOutcome(t *testing.T) {
	dir := t.TempDir()
	w := &world{dir: dir}
	w.open(t)
	tbl := w.sliced(t, "t", 1)
	w.close(t)

	store, err := etcd.Open(etcd.Options{Dir: filepath.Join(dir, "etcd"), NoSync: true, RetryFor: time.Millisecond})
	require.NoError(t, err)
	c, err := Open(t.Context(), store, Options{})
	require.NoError(t, err)
	require.EqualValues(t, 2, c.Epoch())
	// Every first attempt of this plan is made known as uncertain.
	attempts := 0
	plan := func(_ context.Context, v *View) ([]etcd.Txn, error) {
		b := batch{}
		if err := planShards(&b, v, tbl, []schema.ShardID{{Table: tbl.ID, Start: 20}}); err != nil {
			return nil, err
		}
		if attempts++; attempts == 1 {
			b.txns[0].Fenced = true
			res, err := store.Txn(t.Context(), b.txns[0])
			require.NoError(t, err)
			require.True(t, res.OK)
			return nil, etcd.ErrUncertain
		}
		return b.txns, nil
	}
	rev, err := c.update(t.Context(), plan)
	require.NoError(t, err)
	require.Equal(t, 2, attempts)
	v, err := c.WaitRev(t.Context(), rev)
	require.NoError(t, err)
	require.Len(t, v.AllShards(tbl.ID), 1)
	require.NoError(t, c.Close())
	require.NoError(t, store.Close())
}

// TestLargeRun makes more shards in one run than one key and one transaction
// hold, and changes some: they spread over keys, and a reopened view is the same.
func TestLargeRun(t *testing.T) {
	w := newWorld(t)
	tbl := w.sliced(t, "t", 200)
	var ids []schema.ShardID
	for k := range 60 {
		for p := range 200 {
			ids = append(ids, schema.ShardID{Table: tbl.ID, Start: int64(k * 10), Partition: uint16(p)})
		}
	}
	_, err := w.CreateShards(t.Context(), tbl, ids)
	require.NoError(t, err)
	kvs, _, err := w.store.List(t.Context(), catalog.ShardsPrefix(tbl.ID))
	require.NoError(t, err)
	require.Len(t, kvs, (len(ids)+chunkShards-1)/chunkShards)
	for _, kv := range kvs {
		require.Less(t, len(kv.Value), 64<<10)
	}
	_, err = w.SetShardState(t.Context(), ids[1000:7000], schema.ShardOpen)
	require.NoError(t, err)
	_, err = w.RemoveShards(t.Context(), ids[5000:9000])
	require.NoError(t, err)
	want := w.View().AllShards(tbl.ID)
	require.Len(t, want, 8000)
	for i, s := range want[:5000] {
		require.Equal(t, ids[i], s.ID)
		require.Equal(t, i >= 1000, s.State == schema.ShardOpen)
	}
	per := make(map[schema.GroupID]int)
	for _, s := range want {
		per[s.Group]++
	}
	require.Len(t, per, 8, "partitions use all groups")
	w.close(t)
	w.open(t)
	require.Equal(t, want, w.View().AllShards(tbl.ID))
}

// TestOverflowLeaves creates three sequences of slices in many runs: each avoids
// the group of the one before it, and all slices of a run agree.
func TestOverflowLeaves(t *testing.T) {
	w := newWorld(t)
	tbl := w.sliced(t, "t", 1)
	var ids []schema.ShardID
	for run := range 50 {
		for k := range 3 {
			for sequence := range uint16(3) {
				ids = append(ids, schema.ShardID{Table: tbl.ID, Start: int64(run*960 + k*10), Sequence: sequence})
			}
		}
	}
	_, err := w.CreateShards(t.Context(), tbl, ids)
	require.NoError(t, err)
	all := w.View().AllShards(tbl.ID)
	require.Len(t, all, len(ids))
	for i, s := range all {
		if s.ID.Sequence > 0 {
			require.NotEqual(t, all[i-1].Group, s.Group)
		}
		require.Equal(t, all[i/9*9+i%3].Group, s.Group, "of the same run and sequence")
	}
}

// TestReportLimits checks the largest status and one beyond.
func TestReportLimits(t *testing.T) {
	w := newWorld(t)
	s := &GroupStatus{Group: 1, Leader: 1, Term: 1}
	for i := range maxStatusPages * statusPageShards {
		s.Shards = append(s.Shards, ShardCount{
			ID:   schema.ShardID{Table: math.MaxUint32, Start: int64(i) * 900e6, Sequence: 9},
			Rows: 1e6, Bytes: 1e9, MinTime: int64(i)*900e6 + 1, MaxTime: int64(i)*900e6 + 899e6,
		})
	}
	require.NoError(t, w.ReportGroup(t.Context(), s))
	require.Equal(t, s, w.View().GroupStatus(1))
	rows, _, ok := w.View().TableRows(math.MaxUint32)
	require.True(t, ok)
	require.EqualValues(t, 1e6*len(s.Shards), rows)
	s.Shards = append(s.Shards, ShardCount{ID: schema.ShardID{Table: 1}})
	require.ErrorIs(t, w.ReportGroup(t.Context(), s), ErrTooManyShards)
	s.Shards = s.Shards[:1]
	require.NoError(t, w.ReportGroup(t.Context(), s))
	require.Equal(t, s, w.View().GroupStatus(1), "pages of before are gone")
}

// TestOptions checks what Open refuses, and that more groups than the default
// are made.
func TestOptions(t *testing.T) {
	w := newWorld(t)
	_, err := Open(t.Context(), w.store, Options{Groups: maxGroups + 1})
	require.ErrorContains(t, err, "101 groups")

	s, err := etcd.Open(etcd.Options{Dir: filepath.Join(t.TempDir(), "etcd"), NoSync: true})
	require.NoError(t, err)
	c, err := Open(t.Context(), s, Options{Groups: maxGroups})
	require.NoError(t, err)
	require.Len(t, c.View().Groups(), maxGroups+1)
	require.Len(t, c.ID(), len("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"))
	require.NoError(t, c.Close())
	require.NoError(t, s.Close())
}
