package cluster

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/meta/schema"
)

func openGroups(n int) []*Group {
	groups := []*Group{{ID: schema.SystemGroup, State: GroupSystem}}
	for i := range n {
		groups = append(groups, &Group{ID: schema.GroupID(i + 1)})
	}
	return groups
}

// TestPlaceBalance places a year of runs of ten tables: no group gets a quarter
// more or less than its share. The bound is four standard deviations.
func TestPlaceBalance(t *testing.T) {
	groups, per := openGroups(8), make(map[schema.GroupID]int)
	for table := range schema.TableID(10) {
		for run := range runID(365) {
			g, err := place(groups, placement{table: 16384 + table, run: run - 100}, noGroup, nil)
			require.NoError(t, err)
			per[g]++
		}
	}
	require.Len(t, per, 8)
	for g, n := range per {
		require.InEpsilon(t, 3650/8, n, 0.2, "group %d", g)
	}
}

// TestPlaceMoves adds a group: what moves, moves to it, and about its share does.
func TestPlaceMoves(t *testing.T) {
	moved := 0
	for run := range runID(9000) {
		p := placement{table: 1, run: run, partition: 2, sequence: 1}
		before, err := place(openGroups(8), p, noGroup, nil)
		require.NoError(t, err)
		after, err := place(openGroups(9), p, noGroup, nil)
		require.NoError(t, err)
		if before != after {
			require.Equal(t, schema.GroupID(9), after)
			moved++
		}
	}
	require.InEpsilon(t, 1000, moved, 0.15)
}

// TestPlaceWeight checks that the chance of a group is its weight's share.
func TestPlaceWeight(t *testing.T) {
	wins := 0
	for run := range runID(20000) {
		p := placement{table: 3, run: run}
		if score(1, p, 3) < score(2, p, 1) {
			wins++
		}
	}
	require.InEpsilon(t, 15000, wins, 0.02)
}

// TestPlaceRules checks avoidance, load and states.
func TestPlaceRules(t *testing.T) {
	groups := openGroups(3)
	for run := range runID(50) {
		p := placement{run: run}
		g, err := place(groups, p, 2, nil)
		require.NoError(t, err)
		require.NotEqual(t, schema.GroupID(2), g)
		g, err = place(groups, p, noGroup, map[schema.GroupID]int{1: 1, 3: 1})
		require.NoError(t, err)
		require.Equal(t, schema.GroupID(2), g)
	}
	g, err := place(openGroups(1), placement{}, 1, nil)
	require.NoError(t, err)
	require.Equal(t, schema.GroupID(1), g, "the only group is better than none")
	groups = openGroups(1)
	groups[1].State = GroupSealed
	_, err = place(groups, placement{}, noGroup, nil)
	require.ErrorIs(t, err, ErrNoGroup)
}
