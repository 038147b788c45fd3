package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
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
	// The same for objects: objectsByName holds what exists, fixed ones too;
	// objectsByID what is stored.
	objectsByName []*schema.Object // by kind, namespace, name
	objectsByID   []objectEntry
	// defs are the enum types by their OIDs.
	defs []*types.Def
	// definitionsKeyRev is the revision of revisionKey's last change, 0 for none.
	definitionsKeyRev int64
}

// entry is a table with the revision of its descriptor's last change.
type entry struct {
	table  *schema.Table
	modRev int64
}

// Rev returns the revision of the metadata store that the view shows.
func (v *View) Rev() int64 { return v.rev }

// TablesRev returns the revision of the last change of anything in the catalog,
// or a later one: what was derived from one view holds for every other with the
// same TablesRev.
func (v *View) TablesRev() int64 { return v.tablesRev }

// DefinitionsRev returns the revision that a schema.Change is made from.
func (v *View) DefinitionsRev() int64 { return v.definitionsKeyRev }

// Namespaces returns the names of all namespaces in order.
func (v *View) Namespaces() []string {
	var names []string
	for _, o := range v.Objects(schema.NamespaceObject) {
		names = append(names, o.Name)
	}
	return names
}

// Namespace reports whether a namespace exists and whether it is virtual: its
// relations are made by the server.
func (v *View) Namespace(name string) (virtual, ok bool) {
	virtual = name == Fasti || name == "pg_catalog" || name == "information_schema"
	return virtual, virtual || v.Object(schema.NamespaceObject, "", name) != nil
}

// HoldsTables reports whether a namespace exists in which tables can be created.
func (v *View) HoldsTables(name string) bool {
	virtual, ok := v.Namespace(name)
	return ok && !virtual
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
		switch {
		case kv.Key == revisionKey:
			v.definitionsKeyRev = kv.ModRev
			continue
		case strings.HasPrefix(kv.Key, objectPrefix):
			o, err := decodeObject(kv.Key, kv.Value)
			if err != nil {
				return nil, err
			}
			v.objectsByID = append(v.objectsByID, objectEntry{o, kv.ModRev})
			continue
		}
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
	slices.SortFunc(v.objectsByID, func(a, b objectEntry) int { return cmp.Compare(a.object.ID, b.object.ID) })
	v.link(&View{})
	v.objectsByName = orderObjects(v.objectsByID)
	return v, nil
}

// apply makes the view after the events; see etcd.Feed. It copies slices of
// pointers however many tables there are.
func apply(old *View, events []etcd.Event, rev int64) (*View, error) {
	v := new(View)
	*v = *old
	v.rev = rev
	if len(events) == 0 {
		return v, nil
	}
	v.tablesRev = rev
	tables, objects := false, false
	// The old tables go first: in one step a name may pass from one to another.
	for _, e := range events {
		switch {
		case e.Key == revisionKey:
			v.definitionsKeyRev = e.ModRev
			if e.Deleted {
				v.definitionsKeyRev = 0
			}
			continue
		case strings.HasPrefix(e.Key, objectPrefix):
			if !objects {
				v.objectsByID, objects = slices.Clone(old.objectsByID), true
			}
			if err := v.applyObject(e); err != nil {
				return nil, err
			}
			continue
		}
		if !tables {
			v.byName, v.byID, tables = slices.Clone(old.byName), slices.Clone(old.byID), true
		}
		id, err := parseKey(e.Key)
		if err != nil {
			return nil, err
		}
		v.remove(id)
	}
	last := make(map[string]int, len(events))
	for i, e := range events {
		last[e.Key] = i
	}
	for i, e := range events {
		if e.Deleted || last[e.Key] != i || !strings.HasPrefix(e.Key, tablePrefix) {
			continue
		}
		t, err := decode(e.Key, e.Value)
		if err != nil {
			return nil, err
		}
		v.insert(entry{t, e.ModRev})
	}
	if tables || objects {
		if !tables {
			v.byName, v.byID = slices.Clone(old.byName), slices.Clone(old.byID)
		}
		if !objects {
			v.objectsByID = slices.Clone(old.objectsByID)
		}
		v.link(old)
		v.objectsByName = orderObjects(v.objectsByID)
	}
	return v, nil
}

func (v *View) remove(id schema.TableID) {
	i, ok := v.findID(id)
	if !ok {
		return
	}
	// No other table can have taken the name yet.
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
	id, err := parseID(key, tablePrefix)
	return schema.TableID(id), err
}

func parseID(key, prefix string) (uint32, error) {
	id, err := strconv.ParseUint(strings.TrimPrefix(key, prefix), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("catalog: key %q: %w", key, schema.ErrCorrupt)
	}
	return uint32(id), nil
}
