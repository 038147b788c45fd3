package cluster

import (
	"math"

	"github.com/dejaq/fasti/meta/schema"
)

// placement is what decides about a shard's group: shards that agree in all of it
// meet in one group.
type placement struct {
	table     schema.TableID
	run       runID
	partition uint16
	sequence  uint16
}

// place proposes a group by weighted rendezvous hashing: each group draws a
// number from its own id and p, and the smallest wins, so that a group that comes
// or goes moves only its own share. avoid is not chosen unless it is the only one;
// pass noGroup to avoid none. It returns ErrNoGroup if no group is open.
func place(groups []*Group, p placement, avoid schema.GroupID) (schema.GroupID, error) {
	best, bestScore := noGroup, math.Inf(1)
	fallback := noGroup
	for _, g := range groups {
		if g.State != GroupOpen {
			continue
		}
		if g.ID == avoid {
			fallback = g.ID
			continue
		}
		if s := score(g.ID, p, 1); s < bestScore {
			best, bestScore = g.ID, s
		}
	}
	if best == noGroup {
		best = fallback
	}
	if best == noGroup {
		return 0, ErrNoGroup
	}
	return best, nil
}

// noGroup is no group's id.
const noGroup schema.GroupID = math.MaxUint32

// score returns -ln(u)/weight for u uniform in (0, 1]: exponentially distributed,
// so that the smallest of several is each one's in proportion to its weight.
func score(g schema.GroupID, p placement, weight float64) float64 {
	h := mix(uint64(g))
	h = mix(h ^ uint64(p.table))
	h = mix(h ^ uint64(p.run))
	h = mix(h ^ uint64(p.partition)<<16 ^ uint64(p.sequence))
	u := (float64(h>>11) + 1) / (1 << 53)
	return -math.Log(u) / weight
}

// mix is the finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) after its
// constant step.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
