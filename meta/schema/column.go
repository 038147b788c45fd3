package schema

import "slices"

// DropColumn removes column i, which is neither of the layout nor of an index, and
// with it the CHECK constraints that name it. Its place in stored rows stays.
func (t *Table) DropColumn(i int) {
	c := t.Columns[i]
	t.LastColumn = t.NextColumn() - 1
	t.Dropped = append(t.Dropped, Column{ID: c.ID, Type: c.Type})
	t.Columns = slices.Delete(t.Columns, i, i+1)
	t.Checks = slices.DeleteFunc(t.Checks, func(k Check) bool { return slices.Contains(k.Columns, c.ID) })
	move := func(o *int) {
		if *o > i {
			*o--
		}
	}
	move(&t.Time)
	for _, list := range [][]int{t.Key, t.PartitionBy, t.OrderBy} {
		for k := range list {
			move(&list[k])
		}
	}
	for x := range t.Indexes {
		for k := range t.Indexes[x].Keys {
			move(&t.Indexes[x].Keys[k].Column)
		}
		for k := range t.Indexes[x].Include {
			move(&t.Indexes[x].Include[k])
		}
	}
}
