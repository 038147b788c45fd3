package catalog

import (
	"context"
	"fmt"

	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
)

// numberIndexes gives ids to the indexes of t that have none.
func (c *Catalog) numberIndexes(ctx context.Context, t *schema.Table) error {
	for i := range t.Indexes {
		if x := &t.Indexes[i]; x.ID == 0 {
			id, err := c.nextIDs(ctx, 1)
			if err != nil {
				return err
			}
			x.ID = schema.TableID(id)
		}
	}
	return nil
}

// NewIndexID returns an id for an index that is made before its table's descriptor has
// it.
func (c *Catalog) NewIndexID(ctx context.Context) (schema.TableID, error) {
	id, err := c.nextIDs(ctx, 1)
	return schema.TableID(id), err
}

// changeIndexNames adds to txn what takes the names of the indexes that nt has and
// old has not, and gives up those that only old has; either may be nil. Indexes and
// tables share their names, as relations do in PostgreSQL.
func changeIndexNames(txn *etcd.Txn, old, nt *schema.Table) {
	before, after := indexNames(old), indexNames(nt)
	for i, key := range after.keys {
		if !before.has[key] {
			txn.If = append(txn.If, etcd.Cond{Key: key})
			txn.Then = append(txn.Then, etcd.Put(key, idText(nt.Indexes[i].ID)))
		}
	}
	for _, key := range before.keys {
		if !after.has[key] {
			txn.Then = append(txn.Then, etcd.Delete(key))
		}
	}
}

type nameSet struct {
	keys []string // by index
	has  map[string]bool
}

func indexNames(t *schema.Table) nameSet {
	s := nameSet{has: map[string]bool{}}
	if t == nil {
		return s
	}
	for i := range t.Indexes {
		key := nameKey(t.Namespace, t.Indexes[i].Name)
		s.keys = append(s.keys, key)
		s.has[key] = true
	}
	return s
}

// indexNameTaken returns ErrTableExists when a name of an index that nt has and old,
// which may be nil, has not belongs to another relation.
func (v *View) indexNameTaken(old, nt *schema.Table) error {
	before := indexNames(old)
	for i, key := range indexNames(nt).keys {
		name := nt.Indexes[i].Name
		if !before.has[key] && v.Relation(nt.Namespace, name) != 0 || name == nt.Name {
			return fmt.Errorf("index %q in %q: %w", name, nt.Namespace, ErrTableExists)
		}
	}
	return nil
}

// Index returns the named index and its table, nil if there is none.
func (v *View) Index(namespace, name string) (*schema.Table, *schema.Index) {
	for _, t := range v.byName {
		if t.Namespace != namespace {
			continue
		}
		if x := t.IndexNamed(name); x != nil {
			return t, x
		}
	}
	return nil, nil
}
