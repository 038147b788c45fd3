package scan

import (
	"math"

	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/txn"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
)

// microsPerDay converts dates.
const microsPerDay = 24 * 3600 * 1000 * 1000

// SpecOf evaluates the bounds and the key of a plan's scan. ok is false when no
// row can match, since one of them is NULL or they exclude each other.
func SpecOf(q *op.Context, n *physical.Scan) (s Spec, ok bool) {
	s = Spec{Table: n.Table, Columns: n.Columns, Lo: math.MinInt64, Hi: math.MaxInt64, Nulls: len(n.Bounds) == 0}
	for _, b := range n.Bounds {
		d, err := compute.Eval(q, b.Value)
		if err != nil {
			continue // it overflows: the filter repeats the condition
		}
		if d.Null {
			return s, false
		}
		o := b.Op
		us := micros(n.Table, d.I)
		if n.Table.TimeUnit != 0 || us == math.MaxInt64-1 || us == math.MinInt64+1 { // several values may share an instant
			switch o {
			case physical.Less:
				o = physical.AtMost
			case physical.Greater:
				o = physical.AtLeast
			}
		}
		lo, hi := span(o, us)
		s.Lo, s.Hi = max(s.Lo, lo), min(s.Hi, hi)
	}
	for _, e := range n.Key {
		d, err := compute.Eval(q, e)
		if err != nil {
			break // what leads is still a key
		}
		if d.Null {
			return s, false
		}
		s.Key = append(s.Key, d)
	}
	if n.Index != 0 {
		var equal []vector.Datum
		for _, e := range n.IndexKey {
			d, err := compute.Eval(q, e)
			if err != nil {
				break
			}
			if d.Null {
				return s, false
			}
			equal = append(equal, d)
		}
		if len(equal) > 0 {
			s.Index, s.Ranges = n.Index, []txn.IndexRange{{Equal: equal}}
		}
	}
	// Equal ends at the top are the infinity alone.
	return s, s.Lo < s.Hi || s.Lo == math.MaxInt64
}

// span returns the half-open range of times t with t op us. MaxInt64 as its end
// takes infinity in, which at worst reads a shard in vain.
func span(o physical.BoundOp, us int64) (lo, hi int64) {
	next := us
	if us < math.MaxInt64 {
		next++
	}
	switch o {
	case physical.Less:
		return math.MinInt64, us
	case physical.AtMost:
		return math.MinInt64, next
	case physical.Equal:
		return us, next
	case physical.AtLeast:
		return us, math.MaxInt64
	}
	return next, math.MaxInt64
}

// micros returns a value of the time column of t in µs since 2000-01-01 UTC, the
// infinities as the ends of int64, and what would overflow next to them. Package
// kv/txn places rows by the same rule.
func micros(t *schema.Table, v int64) int64 {
	switch t.Columns[t.Time].Type.ID {
	case types.Timestamp, types.Timestamptz:
		return v
	case types.Date:
		switch v {
		case vector.DateInfinity:
			return math.MaxInt64
		case vector.DateNegInfinity:
			return math.MinInt64
		}
		const last = (math.MaxInt64 - 1) / microsPerDay // dates reach further than µs do
		switch {
		case v > last:
			return math.MaxInt64 - 1
		case v < -last:
			return math.MinInt64 + 1
		}
		return v * microsPerDay
	}
	return t.IntegerTime(v)
}
