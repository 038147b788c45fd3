package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
)

// The namespaces that always exist.
const (
	Public = "public"
	Fasti  = "fasti" // virtual: holds no stored table
)

// View is the catalog at one revision of the metadata store.
type View struct {
	rev, tablesRev int64
	// Two orders of the same tables; both are replaced, never changed.
	byName []*schema.Table // by namespace, then name
	byID   []entry
}

// entry is a table with the revision of its descriptor's last change.
type entry struct {
	table  *schema.Table
	modRev int64
}

// Rev returns the revision of the metadata store that the view shows.
func (v *View) Rev() int64 { return v.rev }

// TablesRev returns the revision of the last change of any table, or a later one:
// what was derived from one view holds for every other with the same TablesRev.
func (v *View) TablesRev() int64 { return v.tablesRev }

// Namespaces returns the names of all namespaces in order.
func (v *View) Namespaces() []string { return []string{Fasti, Public} }

// Namespace reports whether a namespace exists and whether it is virtual.
func (v *View) Namespace(name string) (virtual, ok bool) {
	return name == Fasti, name == Fasti || name == Public
}

// modRev returns what a condition on the table's descriptor compares with: 0
// when there is no such table.
func (v *View) modRev(id schema.TableID) int64 {
	if i, ok := v.findID(id); ok {
		return v.byID[i].modRev
	}
	return 0
}

// Table returns the named table, nil if there is none.
func (v *View) Table(namespace, name string) *schema.Table {
	if i, ok := v.findName(namespace, name); ok {
		return v.byName[i]
	}
	return nil
}

// TableByID returns the table with the id, nil if there is none.
func (v *View) TableByID(id schema.TableID) *schema.Table {
	if i, ok := v.findID(id); ok {
		return v.byID[i].table
	}
	return nil
}

// Tables returns all tables in order of namespace and name. The slice belongs
// to the view and must not be changed.
func (v *View) Tables() []*schema.Table { return v.byName }

func (v *View) findName(namespace, name string) (int, bool) {
	return slices.BinarySearchFunc(v.byName, name, func(t *schema.Table, name string) int {
		return cmp.Or(strings.Compare(t.Namespace, namespace), strings.Compare(t.Name, name))
	})
}

func (v *View) findID(id schema.TableID) (int, bool) {
	return slices.BinarySearchFunc(v.byID, id, func(e entry, id schema.TableID) int {
		return cmp.Compare(e.table.ID, id)
	})
}

// reset makes the view of all descriptors; see etcd.Feed.
func reset(kvs []etcd.KV, rev int64) (*View, error) {
	v := &View{rev: rev, tablesRev: rev}
	for _, kv := range kvs {
		t, err := decode(kv.Key, kv.Value)
		if err != nil {
			return nil, err
		}
		v.byID = append(v.byID, entry{t, kv.ModRev})
		v.byName = append(v.byName, t)
	}
	// The keys are in order of their digits, not of their numbers.
	slices.SortFunc(v.byID, func(a, b entry) int { return cmp.Compare(a.table.ID, b.table.ID) })
	slices.SortFunc(v.byName, func(a, b *schema.Table) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
	})
	return v, nil
}

// apply makes the view after the events; see etcd.Feed. It copies two slices
// of pointers however many tables there are.
func apply(old *View, events []etcd.Event, rev int64) (*View, error) {
	if len(events) == 0 {
		v := *old
		v.rev = rev
		return &v, nil
	}
	v := &View{rev: rev, tablesRev: rev, byName: slices.Clone(old.byName), byID: slices.Clone(old.byID)}
	for _, e := range events {
		id, err := parseKey(e.Key)
		if err != nil {
			return nil, err
		}
		v.remove(id)
		if e.Deleted {
			continue
		}
		t, err := decode(e.Key, e.Value)
		if err != nil {
			return nil, err
		}
		v.insert(entry{t, e.ModRev})
	}
	return v, nil
}

func (v *View) remove(id schema.TableID) {
	i, ok := v.findID(id)
	if !ok {
		return
	}
	// Events are in order, so no other table can have taken the name yet.
	old := v.byID[i].table
	n, _ := v.findName(old.Namespace, old.Name)
	v.byName = slices.Delete(v.byName, n, n+1)
	v.byID = slices.Delete(v.byID, i, i+1)
}

func (v *View) insert(e entry) {
	i, _ := v.findID(e.table.ID)
	v.byID = slices.Insert(v.byID, i, e)
	i, _ = v.findName(e.table.Namespace, e.table.Name)
	v.byName = slices.Insert(v.byName, i, e.table)
}

// decode reads a descriptor and checks that it lies under its own key.
func decode(key string, value []byte) (*schema.Table, error) {
	id, err := parseKey(key)
	if err != nil {
		return nil, err
	}
	t, err := schema.DecodeTable(value)
	if err != nil {
		return nil, fmt.Errorf("catalog: %s: %w", key, err)
	}
	if t.ID != id {
		return nil, fmt.Errorf("catalog: %s: %w: holds table %d", key, schema.ErrCorrupt, t.ID)
	}
	return t, nil
}

func parseKey(key string) (schema.TableID, error) {
	id, err := strconv.ParseUint(strings.TrimPrefix(key, tablePrefix), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("catalog: key %q: %w", key, schema.ErrCorrupt)
	}
	return schema.TableID(id), nil
}
