package txn

import (
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
)

const dayMicros = 24 * 3600 * 1000000

// homePartitions is over how many shards the keys are spread that have no home beside
// their rows. It is part of the format: the hash of a key finds its home.
const homePartitions = 8

// place is a slice and a partition of a table: where a row belongs, whatever the
// sequence.
type place struct {
	start     int64
	partition uint16
}

// homing is where the keys of a table are judged; doc.go says more.
type homing uint8

const (
	homeNone  homing = iota // no primary key
	homePlace               // sequence 0 of the row's place
	homeIndex               // a shard of homes
)

// spread says how the rows and keys of a table are spread over places.
type spread struct {
	tbl    *schema.Table
	codec  *mvcc.Codec
	homing homing
	// timed: the key names the time.
	timed bool
	// hashed lists the columns that decide the partition; none: any will do.
	hashed []int
}

func newSpread(tbl *schema.Table, c *mvcc.Codec) spread {
	s := spread{tbl: tbl, codec: c}
	if tbl.Partitions > 1 {
		s.hashed = tbl.PartitionBy
		if len(s.hashed) == 0 {
			s.hashed = tbl.Key
		}
	}
	if len(tbl.Key) == 0 {
		return s
	}
	s.timed = tbl.Sliced() && slices.Contains(tbl.Key, tbl.Time)
	s.homing = homePlace
	if tbl.Sliced() && !s.timed {
		s.homing = homeIndex
	}
	for _, o := range s.hashed {
		if !slices.Contains(tbl.Key, o) {
			s.homing = homeIndex
		}
	}
	return s
}

// isHome reports whether a shard is the home of the keys written to it.
func (s *spread) isHome(id schema.ShardID) bool {
	switch s.homing {
	case homePlace:
		return id.Sequence == 0 && !id.Index()
	case homeIndex:
		return id.Index()
	}
	return false
}

// home returns the home of a key whose row belongs to a place.
func (s *spread) home(at place, rowKey []byte) place {
	if s.homing == homePlace {
		return at
	}
	h := place{partition: schema.IndexPartition + uint16(xxhash.Sum64(rowKey)%homePartitions)}
	switch {
	case s.timed:
		h.start = at.start
	case s.tbl.Sliced():
		h.start = s.tbl.SliceStart(0)
	}
	return h
}

// micros returns the time of a row in µs; ok is false when it is NULL.
func (s *spread) micros(v *vector.Vector, row int) (us int64, ok bool) {
	if v.IsNull(row) {
		return 0, false
	}
	return s.instant(v.Int(row)), true
}

// instant converts a value of the time column to µs. Dates reach further than µs do:
// those beyond share the instant next to the infinity.
func (s *spread) instant(v int64) int64 {
	switch s.tbl.Columns[s.tbl.Time].Type.ID {
	case types.Date:
		switch v {
		case vector.DateInfinity:
			return vector.TimeInfinity
		case vector.DateNegInfinity:
			return vector.TimeNegInfinity
		}
		const last = (math.MaxInt64 - 1) / dayMicros
		switch {
		case v > last:
			return math.MaxInt64 - 1
		case v < -last:
			return math.MinInt64 + 1
		}
		return v * dayMicros
	case types.Timestamp, types.Timestamptz:
		return v
	}
	return s.tbl.IntegerTime(v)
}

// partitionOf hashes the encoded partition columns.
func (s *spread) partitionOf(encoded []byte) uint16 {
	return uint16(xxhash.Sum64(encoded) % uint64(s.tbl.Partitions))
}

// router finds the target of each row of a batch.
type router struct {
	spread
	t       *Txn
	targets map[place]*target
	// any is the partition of rows that no column spreads.
	any uint16

	// Of the batch: the rows in the order of their targets, and the runs of it.
	order []uint16
	runs  []run
	buf   []byte
}

// run is the rows of a batch that belong to one target.
type run struct {
	to   *target
	rows []uint16
}

// target is where rows of one place are inserted.
type target struct {
	place
	// shard is the last sequence of the place, list its group's; resolved says that
	// they are known.
	shard    schema.Shard
	list     *list
	home     *list // of sequence 0
	resolved bool
	// granted is how many more rows the group has promised; unused without a cap.
	granted int64
	// runs and rows are of the batch being routed.
	runs, rows int
}

func (r *router) init(t *Txn, tbl *schema.Table, c *mvcc.Codec) {
	r.spread, r.t, r.targets = newSpread(tbl, c), t, make(map[place]*target)
	if tbl.Partitions > 1 {
		r.any = uint16(xxhash.Sum64(t.id[:]) % uint64(tbl.Partitions))
	}
}

// target returns the target of a place.
func (r *router) target(p place) *target {
	tg := r.targets[p]
	if tg == nil {
		tg = &target{place: p}
		r.targets[p] = tg
	}
	return tg
}

// route sorts rows into runs. cols are the table's columns, flat. The runs are valid
// until the next call.
func (r *router) route(cols []*vector.Vector, rows []uint16) []run {
	for _, u := range r.runs {
		u.to.runs, u.to.rows = 0, 0
	}
	r.runs = r.runs[:0]
	var tg *target
	from := 0
	at, end := place{}, int64(math.MinInt64) // rows in [at.start, end) are of tg's slice
	for i, row := range rows {
		p := r.placeOf(cols, int(row), at, end)
		if tg != nil && p == at {
			continue
		}
		if tg != nil {
			r.add(tg, rows[from:i])
			from = i
		}
		at, tg = p, r.target(p)
		end = math.MinInt64
		if r.tbl.Sliced() && p.partition != schema.NullPartition {
			end = r.tbl.SliceEnd(p.start)
		}
	}
	if tg != nil {
		r.add(tg, rows[from:])
	}
	return r.gather(len(rows))
}

// placeOf returns the place of a row; rows in [at.start, end) are of at's slice.
func (r *router) placeOf(cols []*vector.Vector, row int, at place, end int64) (p place) {
	if r.tbl.Sliced() {
		us, ok := r.micros(cols[r.tbl.Time], row)
		switch {
		case !ok:
			return place{0, schema.NullPartition}
		case us >= at.start && us < end:
			p.start = at.start
		default:
			p.start = r.tbl.SliceStart(us)
		}
	}
	if r.tbl.Partitions > 1 {
		p.partition = r.any
		if len(r.hashed) > 0 {
			r.buf = r.buf[:0]
			for _, o := range r.hashed {
				r.buf = keys.AppendRow(r.buf, r.tbl.Columns[o].Type, true, cols[o], row)
			}
			p.partition = r.partitionOf(r.buf)
		}
	}
	return p
}

func (r *router) add(tg *target, rows []uint16) {
	tg.runs++
	tg.rows += len(rows)
	r.runs = append(r.runs, run{tg, rows})
}

// gather makes one run of all runs of a target, keeping the order of rows, and of
// targets by their first rows.
func (r *router) gather(n int) []run {
	if !slices.ContainsFunc(r.runs, func(u run) bool { return u.to.runs > 1 }) {
		return r.runs
	}
	if cap(r.order) < n {
		r.order = make([]uint16, n)
	}
	free := r.order[:n]
	merged := make([]run, 0, len(r.targets))
	for _, u := range r.runs {
		if u.to.runs > 0 {
			u.to.runs = -len(merged) - 1
			merged = append(merged, run{u.to, free[:0:u.to.rows]})
			free = free[u.to.rows:]
		}
		m := &merged[-u.to.runs-1]
		m.rows = append(m.rows, u.rows...)
	}
	r.runs = merged
	return merged
}
