package cluster

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"github.com/dejaq/fasti/meta/schema"
)

// tableShards is the shards of one table. It never changes.
type tableShards struct {
	// sliced holds the runs of slices, those of the infinities among them, in
	// order of their ids.
	sliced []*run
	// keyed and null hold the run of that name, if there is one.
	keyed, null []*run
	// live counts the shards for which isLive holds.
	live int
	// ordered says that the runs of slices follow one another in time without
	// overlap, as they do unless the table's slice width has changed.
	ordered bool
}

// with returns the table after chunk c of run id has been replaced.
func (t *tableShards) with(id runID, c chunk) *tableShards {
	nt := *t
	list := nt.list(id)
	i, found := findRun(*list, id)
	var old *run
	if found {
		old = (*list)[i]
	}
	r := old.with(id, c)
	runs := make([]*run, 0, len(*list)+1)
	runs = append(runs, (*list)[:i]...)
	if r != nil {
		runs = append(runs, r)
		nt.live += r.live
	}
	if found {
		nt.live -= old.live
		i++
	}
	*list = append(runs, (*list)[i:]...)
	nt.ordered = isOrdered(nt.sliced)
	return &nt
}

func (t *tableShards) empty() bool { return len(t.sliced)+len(t.keyed)+len(t.null) == 0 }

// list returns the list in which a run is.
func (t *tableShards) list(id runID) *[]*run {
	switch id {
	case runKeyed:
		return &t.keyed
	case runNull:
		return &t.null
	}
	return &t.sliced
}

// get returns the run with the id, nil if there is none.
func (t *tableShards) get(id runID) *run {
	list := *t.list(id)
	if i, ok := findRun(list, id); ok {
		return list[i]
	}
	return nil
}

func findRun(runs []*run, id runID) (int, bool) {
	return slices.BinarySearchFunc(runs, id, func(r *run, id runID) int { return cmp.Compare(r.id, id) })
}

func isOrdered(runs []*run) bool {
	for i := 1; i < len(runs); i++ {
		if runs[i-1].end > runs[i].first || runs[i-1].last >= runs[i].first {
			return false
		}
	}
	return true
}

// holding returns the runs that may have shards of this start and partition:
// one at most, if the table is ordered.
func (t *tableShards) holding(start int64, partition uint16) []*run {
	switch {
	case len(t.keyed) > 0:
		return t.keyed
	case partition == schema.NullPartition:
		return t.null
	case !t.ordered:
		return t.sliced
	}
	// The last run that begins at or before start.
	i := sort.Search(len(t.sliced), func(i int) bool { return t.sliced[i].first > start })
	return t.sliced[max(i-1, 0):i]
}

// overlapping returns the runs of slices among which those are that intersect
// [lo, hi).
func (t *tableShards) overlapping(lo, hi int64) []*run {
	if !t.ordered {
		return t.sliced
	}
	// The run at infinity ends where it begins, so its end is no bound.
	from := sort.Search(len(t.sliced), func(i int) bool { return t.sliced[i].end > lo || t.sliced[i].id == runPlusInf })
	to := sort.Search(len(t.sliced), func(i int) bool { return t.sliced[i].first >= hi && hi != math.MaxInt64 })
	return t.sliced[min(from, to):to]
}

// appendRange appends the live shards that intersect [lo, hi), in order, if nulls
// then those of rows without a time too. See View.Shards.
func (t *tableShards) appendRange(dst []schema.Shard, lo, hi int64, nulls bool) []schema.Shard {
	base := len(dst)
	for _, r := range t.keyed {
		dst = appendLive(dst, r.shards)
	}
	runs := t.overlapping(lo, hi)
	most := 0
	for _, r := range runs {
		most += r.live
	}
	dst = slices.Grow(dst, most)
	for _, r := range runs {
		switch {
		case r.id == runPlusInf:
			if hi == math.MaxInt64 {
				dst = appendLive(dst, r.shards)
			}
		case r.first >= lo && r.end <= hi:
			dst = appendLive(dst, r.shards)
		default:
			for i := range r.shards {
				if s := &r.shards[i]; s.ID.Start < hi && s.End > lo && isLive(s) {
					dst = append(dst, *s)
				}
			}
		}
	}
	var null []schema.Shard
	if nulls {
		for _, r := range t.null {
			null = appendLive(null, r.shards)
		}
	}
	if !t.ordered {
		dst = append(dst, null...)
		slices.SortFunc(dst[base:], compareShards)
		return dst
	}
	if len(null) > 0 {
		// Their partition is above all others, so they stay together.
		i, _ := slices.BinarySearchFunc(dst[base:], null[0], compareShards)
		dst = slices.Insert(dst, base+i, null...)
	}
	return dst
}

func appendLive(dst []schema.Shard, shards []schema.Shard) []schema.Shard {
	for i := range shards {
		if isLive(&shards[i]) {
			dst = append(dst, shards[i])
		}
	}
	return dst
}

func compareShards(a, b schema.Shard) int { return a.ID.Compare(b.ID) }
