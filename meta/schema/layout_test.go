package schema

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/meta/types"
)

// TestSameLayout changes a table in one way after another: what decides where a
// row lies counts, everything else does not.
func TestSameLayout(t *testing.T) {
	for name, c := range map[string]struct {
		same   bool
		change func(*Table)
	}{
		"nothing":     {true, func(*Table) {}},
		"names":       {true, func(t *Table) { t.Name, t.KeyName, t.Columns[1].Name = "x", "y", "z" }},
		"limits":      {true, func(t *Table) { t.MaxRows, t.Retention, t.Replicas, t.Version = 1, 2, 5, 9 }},
		"new column":  {true, func(t *Table) { t.Columns = append(t.Columns, Column{ID: 10, Name: "n", Type: types.Of(types.Int4)}) }},
		"moved":       {true, func(t *Table) { moveFirstColumnLast(t) }},
		"width":       {false, func(t *Table) { t.Width++ }},
		"origin":      {false, func(t *Table) { t.Origin++ }},
		"unit":        {false, func(t *Table) { t.TimeUnit = 1 }},
		"keyed":       {false, func(t *Table) { t.Time = -1 }},
		"time":        {false, func(t *Table) { t.Time = 2 }},
		"partitions":  {false, func(t *Table) { t.Partitions++ }},
		"partitionBy": {false, func(t *Table) { t.PartitionBy = nil }},
		"order":       {false, func(t *Table) { t.OrderBy[0], t.OrderBy[1] = t.OrderBy[1], t.OrderBy[0] }},
		"key":         {false, func(t *Table) { t.Key = t.Key[:1] }},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := examples()["full"], examples()["full"]
			c.change(b)
			require.Equal(t, c.same, a.SameLayout(b))
			require.Equal(t, c.same, b.SameLayout(a))
		})
	}
	keyed := examples()["least"]
	other := keyed.Clone()
	other.Width, other.Origin = 5, 6
	require.True(t, keyed.SameLayout(other), "a keyed table has no slices")
}

// moveFirstColumnLast rotates the columns and the ordinals that name them.
func moveFirstColumnLast(t *Table) {
	n := len(t.Columns)
	t.Columns = append(t.Columns[1:n:n], t.Columns[0])
	move := func(o int) int { return (o + n - 1) % n }
	t.Time = move(t.Time)
	for _, list := range [][]int{t.Key, t.PartitionBy, t.OrderBy} {
		for i := range list {
			list[i] = move(list[i])
		}
	}
}
