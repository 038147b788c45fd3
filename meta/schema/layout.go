package schema

import "slices"

// SameLayout reports whether rows stored under one of the descriptors are where
// the other looks for them: slices, partitions and row keys agree. The layout of a
// table is fixed as long as it has shards.
func (t *Table) SameLayout(o *Table) bool {
	if t.Sliced() != o.Sliced() || t.Partitions != o.Partitions {
		return false
	}
	if t.Sliced() && (t.Columns[t.Time].ID != o.Columns[o.Time].ID ||
		t.TimeUnit != o.TimeUnit || t.Origin != o.Origin || t.Width != o.Width) {
		return false
	}
	return t.sameColumns(t.Key, o, o.Key) &&
		t.sameColumns(t.PartitionBy, o, o.PartitionBy) &&
		t.sameColumns(t.OrderBy, o, o.OrderBy)
}

// sameColumns compares columns by their ids, since ordinals may shift.
func (t *Table) sameColumns(a []int, o *Table, b []int) bool {
	return slices.EqualFunc(a, b, func(i, j int) bool { return t.Columns[i].ID == o.Columns[j].ID })
}
