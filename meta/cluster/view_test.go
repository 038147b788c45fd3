package cluster

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
)

// drawTables returns three tables: two sliced, one of them changing its width on
// the way, and a keyed one.
func drawTables(t *rapid.T) []*schema.Table {
	var tables []*schema.Table
	for i := range 2 {
		tables = append(tables, &schema.Table{
			ID: schema.TableID(i + 1), Time: 0, Partitions: 3,
			Origin: rapid.Int64Range(-50, 50).Draw(t, "origin"),
			Width:  rapid.Int64Range(1, 20).Draw(t, "width"),
		})
	}
	return append(tables, &schema.Table{ID: 3, Time: -1, Partitions: 3})
}

// drawShard draws a shard that t may have; starts are few, so that they recur,
// but lie in several runs and at both ends of time.
func drawShard(t *rapid.T, tbl *schema.Table) schema.Shard {
	s := schema.Shard{
		ID: schema.ShardID{
			Table:     tbl.ID,
			Partition: uint16(rapid.IntRange(0, 2).Draw(t, "partition")),
			Sequence:  uint16(rapid.IntRange(0, 2).Draw(t, "sequence")),
		},
		Group: schema.GroupID(rapid.IntRange(1, 8).Draw(t, "group")),
		State: schema.ShardState(rapid.IntRange(0, 3).Draw(t, "state")),
	}
	if !tbl.Sliced() {
		return s
	}
	if rapid.IntRange(0, 9).Draw(t, "null") == 0 {
		s.ID.Partition = schema.NullPartition
		return s
	}
	if rapid.IntRange(0, 9).Draw(t, "index") == 0 {
		s.ID.Partition, s.ID.Sequence = schema.IndexPartition+1, 0
	}
	us := rapid.OneOf(rapid.Int64Range(-100, 100), rapid.Int64Range(-9000, 9000),
		rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64 - 1, math.MaxInt64})).Draw(t, "us")
	s.ID.Start = tbl.SliceStart(us)
	s.End = tbl.SliceEnd(s.ID.Start)
	return s
}

// TestViewMatchesModel applies random histories to a view and to plain maps, and
// compares every answer after each step: with the maps, and with a view made at
// once of the same keys. Old views must not change. Small chunks make runs of several.
func TestViewMatchesModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tables := drawTables(t)
		stored := make(map[string][]schema.Shard)
		view := &View{}
		for rev := int64(1); rev <= 12; rev++ {
			if rev == 6 {
				tables[1].Width += rapid.Int64Range(0, 7).Draw(t, "wider")
			}
			before, list := view, fmt.Sprint(everything(view))
			var events []etcd.Event
			for range rapid.IntRange(0, 3).Draw(t, "events") {
				events = append(events, step(t, stored, tables, rev))
			}
			var err error
			view, err = apply(view, events, rev)
			require.NoError(t, err)
			require.Equal(t, list, fmt.Sprint(everything(before)), "an old view has changed")
			require.Equal(t, rev, view.Rev())

			var kvs []etcd.KV
			for key, shards := range stored {
				kvs = append(kvs, etcd.KV{Key: key, Value: appendRun(nil, shards)})
			}
			fresh, err := reset(kvs, rev)
			require.NoError(t, err)
			require.Equal(t, everything(fresh), everything(view))
			for _, tbl := range tables {
				compare(t, view, tbl, stored)
			}
		}
	})
}

// step changes one key of stored at random and returns the event of it.
func step(t *rapid.T, stored map[string][]schema.Shard, tables []*schema.Table, rev int64) etcd.Event {
	if len(stored) > 0 && rapid.IntRange(0, 9).Draw(t, "delete") == 0 {
		key := rapid.SampledFrom(slices.Sorted(maps.Keys(stored))).Draw(t, "key")
		delete(stored, key)
		return etcd.Event{Key: key, Deleted: true, ModRev: rev}
	}
	tbl := tables[rapid.IntRange(0, len(tables)-1).Draw(t, "table")]
	s := drawShard(t, tbl)
	// A shard lives in one chunk only: where it is, or the one drawn.
	key := runKey(tbl.ID, runOf(tbl, s.ID), rapid.IntRange(0, 2).Draw(t, "chunk"))
	for k, shards := range stored {
		if slices.ContainsFunc(shards, func(o schema.Shard) bool { return o.ID == s.ID }) {
			key = k
		}
	}
	shards := slices.DeleteFunc(slices.Clone(stored[key]), func(o schema.Shard) bool { return o.ID == s.ID })
	shards = append(shards, s)
	slices.SortFunc(shards, compareShards)
	stored[key] = shards
	return etcd.Event{Key: key, Value: appendRun(nil, shards), ModRev: rev}
}

// everything returns all shards of a view.
func everything(v *View) []schema.Shard {
	var all []schema.Shard
	for _, id := range v.Tables() {
		all = append(all, v.AllShards(id)...)
	}
	return all
}

// compare compares the view's answers about a table with what is stored.
func compare(t *rapid.T, v *View, tbl *schema.Table, stored map[string][]schema.Shard) {
	var all []schema.Shard
	for _, shards := range stored {
		for _, s := range shards {
			if s.ID.Table == tbl.ID {
				all = append(all, s)
			}
		}
	}
	slices.SortFunc(all, compareShards)
	require.Equal(t, all, v.AllShards(tbl.ID))

	bound := rapid.OneOf(rapid.Int64Range(-200, 200), rapid.Int64Range(-9000, 9000),
		rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64 - 1, math.MaxInt64}))
	lo, hi, nulls := bound.Draw(t, "lo"), bound.Draw(t, "hi"), rapid.Bool().Draw(t, "nulls")
	var live, kept []schema.Shard
	for _, s := range all {
		if s.State == schema.ShardDropping || s.ID.Index() {
			continue
		}
		live = append(live, s)
		keep := s.ID.Start < hi && lo < s.End
		switch {
		case !tbl.Sliced():
			keep = true
		case s.ID.Partition == schema.NullPartition:
			keep = nulls
		case s.ID.Start == math.MaxInt64:
			keep = hi == math.MaxInt64
		}
		if keep {
			kept = append(kept, s)
		}
	}
	require.Equal(t, len(live), v.ShardCount(tbl.ID))
	prefix := []schema.Shard{{Group: 99}}
	require.Equal(t, append(prefix, kept...), v.AppendShards(prefix, tbl.ID, lo, hi, nulls), "[%d, %d) %v", lo, hi, nulls)

	for _, s := range all {
		got, ok := v.Shard(s.ID)
		require.True(t, ok)
		require.Equal(t, s, got)
	}
	s := drawShard(t, tbl)
	var slice []schema.Shard
	for _, o := range all {
		if o.ID.Start == s.ID.Start && o.ID.Partition == s.ID.Partition {
			slice = append(slice, o)
		}
	}
	got := v.Slice(tbl.ID, s.ID.Start, s.ID.Partition)
	require.Equal(t, slice, append([]schema.Shard(nil), got...))
	_, ok := v.Shard(s.ID)
	require.Equal(t, slices.ContainsFunc(all, func(o schema.Shard) bool { return o.ID == s.ID }), ok)
}

// TestRunMatchesModel compares the run of a slice with the definition,
// floor((start - origin) / (96·width)), in numbers of any size, and its key with
// its inverse.
func TestRunMatchesModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tbl := &schema.Table{
			ID:     7,
			Origin: rapid.Int64Range(math.MinInt64+1, math.MaxInt64-1).Draw(t, "origin"),
			Width:  rapid.OneOf(rapid.Int64Range(1, 10), rapid.Int64Range(1, math.MaxInt64/runSlices)).Draw(t, "width"),
		}
		start := rapid.Int64Range(math.MinInt64+1, math.MaxInt64-1).Draw(t, "start")
		r := runOf(tbl, schema.ShardID{Table: 7, Start: start})
		k := new(big.Int).Sub(big.NewInt(start), big.NewInt(tbl.Origin))
		k.Div(k, big.NewInt(tbl.Width*runSlices))
		require.Equal(t, k.Int64(), int64(r))
		for _, r := range []runID{r, runKeyed, runNull, runMinusInf, runPlusInf} {
			for n := range 3 {
				table, back, m, err := parseRunKey(runKey(tbl.ID, r, n))
				require.NoError(t, err)
				require.Equal(t, tbl.ID, table)
				require.Equal(t, r, back)
				require.Equal(t, n, m)
			}
		}
	})
	for _, key := range []string{"/s/", "/s/1", "/s/x/1", "/s/1/x", "/s/1/1.0", "/s/1/1.x", "/s/99999999999/1"} {
		_, _, _, err := parseRunKey(key)
		require.ErrorIs(t, err, schema.ErrCorrupt, key)
	}
}

// TestCorrupt checks that what cannot be read fails the view.
func TestCorrupt(t *testing.T) {
	good := appendRun(nil, []schema.Shard{{}})
	for key, value := range map[string][]byte{
		"/s/1/1": good[1:], "/s/1": good, "/g/x": good, "/g/1": good[2:], "/n/70000": good,
		"/n/1": nil, "/gs/x": good, "/gs/1": nil, "/gs/1/99": good, "/gs/1/0": nil, "/cluster": nil,
	} {
		_, err := apply(&View{}, []etcd.Event{{Key: key, Value: value}}, 1)
		require.ErrorIs(t, err, schema.ErrCorrupt, key)
	}
}
