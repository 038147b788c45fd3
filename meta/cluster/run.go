package cluster

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/schema"
)

const (
	// runSlices is the number of slices in a run.
	runSlices = 96
	// chunkShards bounds the shards in one key: at most about 25 bytes each,
	// which keeps a value below 64 KiB.
	chunkShards = 2048
)

// runID names a run of a table. An ordinary run is the number of the slice it
// begins with, divided by runSlices; it cannot reach the reserved values, since
// there are at most 2⁶⁴/96 runs.
type runID int64

const (
	runMinusInf runID = math.MinInt64     // rows at -infinity
	runNull     runID = math.MinInt64 + 1 // rows without a time
	runKeyed    runID = math.MinInt64 + 2 // a keyed table's only run
	runPlusInf  runID = math.MaxInt64     // rows at infinity
)

// runOf returns the run of a shard of t.
func runOf(t *schema.Table, id schema.ShardID) runID {
	switch {
	case !t.Sliced():
		return runKeyed
	case id.Partition == schema.NullPartition:
		return runNull
	case id.Start == math.MinInt64:
		return runMinusInf
	case id.Start == math.MaxInt64:
		return runPlusInf
	case t.Width > math.MaxInt64/runSlices:
		return 0 // a few hundred slices in all
	}
	// floor(start/length) - floor(origin/length), less one if the remainder of
	// the start is the smaller: exact even where start - origin overflows.
	length := t.Width * runSlices
	ks, rs := floorDiv(id.Start, length)
	ko, ro := floorDiv(t.Origin, length)
	k := ks - ko
	if rs < ro {
		k--
	}
	return runID(k)
}

// floorDiv returns the quotient rounded down and the remainder in [0, b), b > 0.
func floorDiv(a, b int64) (q, r int64) {
	q, r = a/b, a%b
	if r < 0 {
		q, r = q-1, r+b
	}
	return q, r
}

func (r runID) String() string {
	switch r {
	case runMinusInf:
		return "-inf"
	case runPlusInf:
		return "inf"
	case runNull:
		return "null"
	case runKeyed:
		return "key"
	}
	return strconv.FormatInt(int64(r), 10)
}

// runKey returns the key of the n-th chunk of a run.
func runKey(table schema.TableID, r runID, n int) string {
	key := catalog.ShardsPrefix(table) + r.String()
	if n > 0 {
		key += "." + strconv.Itoa(n)
	}
	return key
}

// parseRunKey is the inverse of runKey.
func parseRunKey(key string) (table schema.TableID, r runID, n int, err error) {
	bad := fmt.Errorf("cluster: key %q: %w", key, schema.ErrCorrupt)
	id, name, ok := strings.Cut(strings.TrimPrefix(key, shardPrefix), "/")
	if !ok {
		return 0, 0, 0, bad
	}
	t, err := strconv.ParseUint(id, 10, 32)
	if err != nil {
		return 0, 0, 0, bad
	}
	name, chunk, more := strings.Cut(name, ".")
	if more {
		if n, err = strconv.Atoi(chunk); err != nil || n < 1 {
			return 0, 0, 0, bad
		}
	}
	switch name {
	case "-inf":
		r = runMinusInf
	case "inf":
		r = runPlusInf
	case "null":
		r = runNull
	case "key":
		r = runKeyed
	default:
		k, err := strconv.ParseInt(name, 10, 64)
		if err != nil {
			return 0, 0, 0, bad
		}
		r = runID(k)
	}
	return schema.TableID(t), r, n, nil
}

// run is the shards of one run: the chunks as stored, and all of them in order.
// It never changes.
type run struct {
	id     runID
	chunks []chunk // by n; none is empty
	shards []schema.Shard
	// live counts the shards for which isLive holds.
	live int
	// Every start lies in [first, last], every end at or below end.
	first, last, end int64
}

// chunk is what one key holds.
type chunk struct {
	n      int
	modRev int64
	shards []schema.Shard
}

// with returns the run with chunk c in place of the one of the same number;
// without it if c has no shards. It returns nil when nothing is left.
func (r *run) with(id runID, c chunk) *run {
	nr := &run{id: id}
	if r != nil {
		nr.chunks = slices.DeleteFunc(slices.Clone(r.chunks), func(o chunk) bool { return o.n == c.n })
	}
	if len(c.shards) > 0 {
		i, _ := slices.BinarySearchFunc(nr.chunks, c.n, func(o chunk, n int) int { return o.n - n })
		nr.chunks = slices.Insert(nr.chunks, i, c)
	}
	switch len(nr.chunks) {
	case 0:
		return nil
	case 1:
		nr.shards = nr.chunks[0].shards
	default:
		for _, c := range nr.chunks {
			nr.shards = append(nr.shards, c.shards...)
		}
		slices.SortFunc(nr.shards, compareShards)
	}
	nr.first, nr.last = nr.shards[0].ID.Start, nr.shards[len(nr.shards)-1].ID.Start
	nr.end = math.MinInt64
	for i := range nr.shards {
		nr.end = max(nr.end, nr.shards[i].End)
		if isLive(&nr.shards[i]) {
			nr.live++
		}
	}
	return nr
}

// isLive reports whether a reader of the table's rows has to look into the shard.
func isLive(s *schema.Shard) bool { return s.State != schema.ShardDropping && !s.ID.Index() }

// slice returns the shards of one start and partition, by sequence: a part of
// r.shards.
func (r *run) slice(start int64, partition uint16) []schema.Shard {
	from, _ := findShard(r.shards, schema.ShardID{Table: r.shards[0].ID.Table, Start: start, Partition: partition})
	to := from
	for to < len(r.shards) && r.shards[to].ID.Start == start && r.shards[to].ID.Partition == partition {
		to++
	}
	return r.shards[from:to:to]
}

// find returns the shard with the id.
func (r *run) find(id schema.ShardID) (schema.Shard, bool) {
	i, ok := findShard(r.shards, id)
	if !ok {
		return schema.Shard{}, false
	}
	return r.shards[i], true
}

// findShard returns where in shards, which are in order, the id is or would be.
func findShard(shards []schema.Shard, id schema.ShardID) (int, bool) {
	return slices.BinarySearchFunc(shards, id, func(s schema.Shard, id schema.ShardID) int { return s.ID.Compare(id) })
}
