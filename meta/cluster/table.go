package cluster

import (
	"math"
	"slices"

	"github.com/dejaq/fasti/meta/schema"
)

// tableShards is the shards of one table. It never changes; changes go through
// an edit.
type tableShards struct {
	// runs holds all but keyed and null, in order of their ids.
	runs        []*run
	keyed, null *run
	// live counts the shards for which isLive holds.
	live int
	// ordered says that runs follow one another in time without overlap, as
	// they do unless the table's slice width has changed.
	ordered bool
}

// with returns the table after chunk c of run id has been replaced.
func (t *tableShards) with(id runID, c chunk) *tableShards {
	nt := *t
	switch id {
	case runKeyed:
		nt.keyed = nt.keyed.with(id, c)
		nt.live += live(nt.keyed) - live(t.keyed)
		return &nt
	case runNull:
		nt.null = nt.null.with(id, c)
		nt.live += live(nt.null) - live(t.null)
		return &nt
	}
	i, found := findRun(t.runs, id)
	var old *run
	if found {
		old = t.runs[i]
	}
	r := old.with(id, c)
	nt.runs = make([]*run, 0, len(t.runs)+1)
	nt.runs = append(nt.runs, t.runs[:i]...)
	if r != nil {
		nt.runs = append(nt.runs, r)
	}
	if found {
		i++
	}
	nt.runs = append(nt.runs, t.runs[i:]...)
	nt.live += live(r) - live(old)
	nt.ordered = isOrdered(nt.runs)
	return &nt
}

func (t *tableShards) empty() bool { return len(t.runs) == 0 && t.keyed == nil && t.null == nil }

func live(r *run) int {
	if r == nil {
		return 0
	}
	return r.live
}

func findRun(runs []*run, id runID) (int, bool) {
	return slices.BinarySearchFunc(runs, id, func(r *run, id runID) int {
		switch {
		case r.id < id:
			return -1
		case r.id > id:
			return 1
		}
		return 0
	})
}

func isOrdered(runs []*run) bool {
	for i := 1; i < len(runs); i++ {
		if runs[i-1].end > runs[i].first || runs[i-1].last >= runs[i].first {
			return false
		}
	}
	return true
}

// get returns the run with the id, nil if there is none.
func (t *tableShards) get(id runID) *run {
	switch id {
	case runKeyed:
		return t.keyed
	case runNull:
		return t.null
	}
	if i, ok := findRun(t.runs, id); ok {
		return t.runs[i]
	}
	return nil
}

// all calls f for every run until it returns false.
func (t *tableShards) all(f func(*run) bool) {
	for _, r := range t.runs {
		if !f(r) {
			return
		}
	}
	for _, r := range []*run{t.keyed, t.null} {
		if r != nil && !f(r) {
			return
		}
	}
}

// holding calls f for the runs that may have a shard starting at start, until
// it returns false.
func (t *tableShards) holding(start int64, partition uint16, f func(*run) bool) {
	switch {
	case t.keyed != nil:
		f(t.keyed)
		return
	case partition == schema.NullPartition:
		if t.null != nil {
			f(t.null)
		}
		return
	case t.ordered:
		// The last run that begins at or before start.
		i, found := slices.BinarySearchFunc(t.runs, start, func(r *run, start int64) int {
			switch {
			case r.first < start:
				return -1
			case r.first > start:
				return 1
			}
			return 0
		})
		if !found {
			i--
		}
		if i >= 0 {
			f(t.runs[i])
		}
		return
	}
	for _, r := range t.runs {
		if r.first <= start && start <= r.last && !f(r) {
			return
		}
	}
}

// appendRange appends the live shards that intersect [lo, hi), in order, if nulls
// then those of rows without a time too. See View.Shards.
func (t *tableShards) appendRange(dst []schema.Shard, lo, hi int64, nulls bool) []schema.Shard {
	base := len(dst)
	if t.keyed != nil {
		dst = appendLive(dst, t.keyed.shards)
	}
	from := 0
	if t.ordered {
		// The infinite run ends where it begins, so its end is no bound.
		from, _ = slices.BinarySearchFunc(t.runs, lo, func(r *run, lo int64) int {
			if r.end <= lo && r.id != runPlusInf {
				return -1
			}
			return 1
		})
	}
	for _, r := range t.runs[from:] {
		switch {
		case r.id == runPlusInf:
			if hi == math.MaxInt64 {
				dst = appendLive(dst, r.shards)
			}
		case r.first >= hi && t.ordered:
			// Only the infinite run may still follow, and it needs hi to be
			// the largest time, which no first can reach.
			return t.finish(dst, base, nulls)
		case r.first >= lo && r.end <= hi && r.live == len(r.shards):
			dst = append(dst, r.shards...)
		default:
			for i := range r.shards {
				s := &r.shards[i]
				if s.ID.Start < hi && s.End > lo && isLive(s) {
					dst = append(dst, *s)
				}
			}
		}
	}
	return t.finish(dst, base, nulls)
}

// finish adds the shards without a time to dst[base:] and puts all in order.
func (t *tableShards) finish(dst []schema.Shard, base int, nulls bool) []schema.Shard {
	compare := func(a, b schema.Shard) int { return a.ID.Compare(b.ID) }
	var null []schema.Shard
	if nulls && t.null != nil {
		null = appendLive(nil, t.null.shards)
	}
	if !t.ordered {
		dst = append(dst, null...)
		slices.SortFunc(dst[base:], compare)
		return dst
	}
	if len(null) > 0 {
		// Their partition is above all others, so they stay together.
		i, _ := slices.BinarySearchFunc(dst[base:], null[0], compare)
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
