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

// place proposes a group for p. Of the open groups it takes those with the least
// load, and of these the one that weighted rendezvous hashing prefers: each group
// draws a number from its own id and p, and the smallest wins, so that a group that
// comes or goes moves only its own share. avoid is not chosen unless it is the only
// one; noGroup avoids none. It returns ErrNoGroup if no group is open.
func place(groups []*Group, p placement, avoid schema.GroupID, load map[schema.GroupID]int) (schema.GroupID, error) {
	best, bestLoad, bestScore := noGroup, 0, 0.0
	last := noGroup
	for _, g := range groups {
		if g.State != GroupOpen {
			continue
		}
		if g.ID == avoid {
			last = avoid
			continue
		}
		l, s := load[g.ID], score(g.ID, p, 1)
		if best == noGroup || l < bestLoad || l == bestLoad && s < bestScore {
			best, bestLoad, bestScore = g.ID, l, s
		}
	}
	if best == noGroup {
		best = last
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
