package catalog

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
)

// objectEntry is an object with the revision of its descriptor's last change.
type objectEntry struct {
	object *schema.Object
	modRev int64
}

func objectKey(id schema.ObjectID) string {
	return objectPrefix + strconv.FormatUint(uint64(id), 10)
}

// objectNameKey is the key that a name takes: relations share theirs with tables.
func objectNameKey(o *schema.Object) string {
	if o.Kind.Relation() {
		return nameKey(o.Namespace, o.Name)
	}
	return objectNamePrefix + strconv.Itoa(int(o.Kind)) + "/" + url.PathEscape(o.Namespace) + "/" + url.PathEscape(o.Name)
}

// fixed are the objects that exist without a record, until one with their id is
// stored.
func fixed() []*schema.Object {
	return []*schema.Object{
		{ID: schema.FirstDatabase, Kind: schema.DatabaseObject, Name: "fasti"},
		{ID: schema.BootstrapRole, Kind: schema.RoleObject, Name: "postgres", Role: &schema.Role{
			Superuser: true, Inherit: true, CreateRole: true, CreateDB: true, Login: true, Replication: true, BypassRLS: true, Limit: -1,
		}},
		{ID: schema.CatalogNamespace, Kind: schema.NamespaceObject, Name: "pg_catalog", Comment: "system catalog schema"},
		{ID: schema.PublicNamespace, Kind: schema.NamespaceObject, Name: Public, Comment: "standard public schema"},
		{ID: schema.FastiNamespace, Kind: schema.NamespaceObject, Name: Fasti, Comment: "tables of the cluster"},
		{ID: schema.InformationSchema, Kind: schema.NamespaceObject, Name: "information_schema"},
	}
}

// Object returns the object of a kind with a name, nil if there is none. namespace
// is "" for kinds that are in none.
func (v *View) Object(kind schema.ObjectKind, namespace, name string) *schema.Object {
	list := v.objects()
	i, ok := slices.BinarySearchFunc(list, name, func(o *schema.Object, name string) int {
		return cmp.Or(cmp.Compare(o.Kind, kind), strings.Compare(o.Namespace, namespace), strings.Compare(o.Name, name))
	})
	if ok {
		return list[i]
	}
	return nil
}

// Objects returns all objects of a kind in order of namespace and name. The slice
// belongs to the view and must not be changed.
func (v *View) Objects(kind schema.ObjectKind) []*schema.Object {
	list := v.objects()
	find := func(k schema.ObjectKind) int {
		i, _ := slices.BinarySearchFunc(list, k, func(o *schema.Object, k schema.ObjectKind) int { return cmp.Compare(o.Kind, k) })
		return i
	}
	return list[find(kind):find(kind+1)]
}

// ObjectByID returns the object with the id, nil if there is none.
func (v *View) ObjectByID(id schema.ObjectID) *schema.Object {
	if e, ok := v.findObject(id); ok {
		if e.object.Dropped {
			return nil
		}
		return e.object
	}
	for _, o := range fixed() {
		if o.ID == id {
			return o
		}
	}
	return nil
}

// Relation returns the id of the table, index, view or sequence of a name, 0 if
// there is none: they share their names.
func (v *View) Relation(namespace, name string) schema.ObjectID {
	if t := v.Table(namespace, name); t != nil {
		return schema.ObjectID(t.ID)
	}
	for _, kind := range []schema.ObjectKind{schema.ViewObject, schema.SequenceObject} {
		if o := v.Object(kind, namespace, name); o != nil {
			return o.ID
		}
	}
	if _, x := v.Index(namespace, name); x != nil {
		return schema.ObjectID(x.ID)
	}
	return 0
}

// objects returns the objects by kind, namespace and name.
func (v *View) objects() []*schema.Object {
	if v.objectsByName == nil {
		return orderObjects(nil) // the zero view
	}
	return v.objectsByName
}

func (v *View) findObject(id schema.ObjectID) (objectEntry, bool) {
	if i, ok := v.placeOfObject(id); ok {
		return v.objectsByID[i], true
	}
	return objectEntry{}, false
}

func (v *View) placeOfObject(id schema.ObjectID) (int, bool) {
	return slices.BinarySearchFunc(v.objectsByID, id, func(e objectEntry, id schema.ObjectID) int {
		return cmp.Compare(e.object.ID, id)
	})
}

// orderObjects returns what entries show, and the fixed objects that they do not
// hide, by kind, namespace and name.
func orderObjects(entries []objectEntry) []*schema.Object {
	list := make([]*schema.Object, 0, len(entries)+6)
	stored := make(map[schema.ObjectID]bool, len(entries))
	for _, e := range entries {
		stored[e.object.ID] = true
		if !e.object.Dropped {
			list = append(list, e.object)
		}
	}
	for _, o := range fixed() {
		if !stored[o.ID] {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b *schema.Object) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
	})
	return list
}

// applyObject takes one event of an object into v, whose slices are its own.
func (v *View) applyObject(e etcd.Event) error {
	id, err := parseID(e.Key, objectPrefix)
	if err != nil {
		return err
	}
	i, have := v.placeOfObject(schema.ObjectID(id))
	if e.Deleted {
		if have {
			v.objectsByID = slices.Delete(v.objectsByID, i, i+1)
		}
		return nil
	}
	o, err := decodeObject(e.Key, e.Value)
	if err != nil {
		return err
	}
	if have {
		v.objectsByID[i] = objectEntry{o, e.ModRev}
		return nil
	}
	v.objectsByID = slices.Insert(v.objectsByID, i, objectEntry{o, e.ModRev})
	return nil
}

// decodeObject reads a descriptor and checks that it lies under its own key.
func decodeObject(key string, value []byte) (*schema.Object, error) {
	id, err := parseID(key, objectPrefix)
	if err != nil {
		return nil, err
	}
	o, err := schema.DecodeObject(value)
	if err != nil {
		return nil, fmt.Errorf("catalog: %s: %w", key, err)
	}
	if o.ID != schema.ObjectID(id) {
		return nil, fmt.Errorf("catalog: %s: %w: holds object %d", key, schema.ErrCorrupt, o.ID)
	}
	return o, nil
}
