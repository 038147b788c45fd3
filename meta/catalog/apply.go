package catalog

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
)

// Apply makes a change: all of it, or nothing. It assigns ids to what is new and
// grows the version of what is changed, fills in what CreateTable fills in, and
// returns the change as it was made. It returns ErrChanged when the catalog is no
// longer at c.At, and otherwise ErrTableExists, ErrObjectExists, ErrNoTable,
// ErrNoObject, ErrNoNamespace, ErrHasShards or schema.ErrInvalid.
func (c *Catalog) Apply(ctx context.Context, change *schema.Change) (*schema.Change, error) {
	made, err := c.number(ctx, change)
	if err != nil {
		return nil, fmt.Errorf("catalog: apply: %w", err)
	}
	mark := []byte(rand.Text()) // tells this change from any other after an unknown outcome
	uncertain := false
	err = c.store.Retry(ctx, func(ctx context.Context) error {
		v, err := c.mirror.WaitNewest(ctx)
		if err != nil {
			return err
		}
		if uncertain {
			kv, ok, _, err := c.store.Get(ctx, revisionKey)
			if err != nil {
				return err
			}
			if ok && bytes.Equal(kv.Value, mark) {
				return nil
			}
		}
		if v.definitionsKeyRev != change.At {
			return ErrChanged
		}
		txn, err := c.transaction(ctx, v, made)
		if err != nil {
			return err
		}
		txn.If = append(txn.If, etcd.Cond{Key: revisionKey, ModRev: change.At})
		txn.Then = append(txn.Then, etcd.Put(revisionKey, mark))
		txn.Fenced = true
		res, err := c.store.Txn(ctx, txn)
		if err != nil {
			uncertain = uncertain || errors.Is(err, etcd.ErrUncertain)
			return err
		}
		if !res.OK {
			return etcd.ErrConflict
		}
		_, err = c.mirror.Settle(ctx, res.Rev)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("catalog: apply: %w", err)
	}
	return made, nil
}

// number returns a copy of the change in which everything new has an id.
func (c *Catalog) number(ctx context.Context, change *schema.Change) (*schema.Change, error) {
	made := &schema.Change{At: change.At, Drop: change.Drop}
	fresh := map[schema.ObjectID]bool{}
	for _, t := range change.Tables {
		t = t.Clone()
		if err := c.numberIndexes(ctx, t); err != nil {
			return nil, err
		}
		if id := schema.ObjectID(t.ID); id >= schema.NewID {
			fresh[id] = true
			c.fill(t)
			t.ID = schema.TableID(id)
		}
		made.Tables = append(made.Tables, t)
	}
	for _, o := range change.Objects {
		o = o.Clone()
		if o.ID >= schema.NewID {
			fresh[o.ID] = true
		}
		made.Objects = append(made.Objects, o)
	}
	if len(fresh) == 0 {
		return made, nil
	}
	first, err := c.nextIDs(ctx, len(fresh))
	if err != nil {
		return nil, err
	}
	// Placeholders are numbered from NewID in the order in which they were given.
	given := map[schema.ObjectID]schema.ObjectID{}
	for id := schema.NewID; len(given) < len(fresh); id++ {
		if fresh[id] {
			given[id] = first + schema.ObjectID(len(given))
		}
	}
	made.Renumber(func(placeholder schema.ObjectID) schema.ObjectID { return given[placeholder] })
	return made, nil
}

// transaction writes a change down, checked against the newest view.
func (c *Catalog) transaction(ctx context.Context, v *View, change *schema.Change) (etcd.Txn, error) {
	var txn etcd.Txn
	// Names that go come before names that are taken: one may pass from one to another.
	ops := map[string]etcd.Op{}
	var order []string
	set := func(key string, op etcd.Op) {
		if _, ok := ops[key]; !ok {
			order = append(order, key)
		}
		ops[key] = op
	}
	free := map[string]bool{} // names that this change gives up
	release := func(key string) {
		free[key] = true
		set(key, etcd.Delete(key))
	}
	for _, id := range change.Drop {
		if err := c.drop(v, id, set, release); err != nil {
			return txn, err
		}
	}
	for _, t := range change.Tables {
		if old := v.TableByID(t.ID); old != nil {
			release(nameKey(old.Namespace, old.Name))
			for _, key := range indexNames(old).keys {
				release(key)
			}
		}
	}
	for _, o := range change.Objects {
		if old := v.ObjectByID(o.ID); old != nil {
			release(objectNameKey(old))
		}
	}
	namespaces := map[string]bool{}
	for _, o := range change.Objects {
		if o.Kind == schema.NamespaceObject {
			namespaces[o.Name] = true
		}
	}
	taken := map[string]bool{}
	take := func(key string, held bool) bool {
		if taken[key] || held && !free[key] {
			return false
		}
		taken[key] = true
		return true
	}
	for _, t := range change.Tables {
		old := v.TableByID(t.ID)
		t.Version = 1
		if old != nil {
			t.Version = old.Version + 1
		}
		if err := check(t); err != nil {
			return txn, err
		}
		if old != nil && !t.SameLayout(old) {
			shards := ShardsPrefix(t.ID)
			if some, err := c.store.Any(ctx, shards); err != nil || some {
				return txn, errors.Join(err, fmt.Errorf("table %q: %w", t.Name, ErrHasShards))
			}
			txn.If = append(txn.If, etcd.Cond{Key: shards, Prefix: true})
		}
		if !v.HoldsTables(t.Namespace) && !namespaces[t.Namespace] {
			return txn, fmt.Errorf("namespace %q: %w", t.Namespace, ErrNoNamespace)
		}
		name := nameKey(t.Namespace, t.Name)
		if !take(name, v.Relation(t.Namespace, t.Name) != 0) {
			return txn, errExists(t)
		}
		set(name, etcd.Put(name, idText(t.ID)))
		for i, key := range indexNames(t).keys {
			if !take(key, v.Relation(t.Namespace, t.Indexes[i].Name) != 0) {
				return txn, fmt.Errorf("index %q in %q: %w", t.Indexes[i].Name, t.Namespace, ErrTableExists)
			}
			set(key, etcd.Put(key, idText(t.Indexes[i].ID)))
		}
		set(Key(t.ID), etcd.Put(Key(t.ID), schema.AppendTable(nil, t)))
	}
	for _, o := range change.Objects {
		o.Version = 1
		if old := v.ObjectByID(o.ID); old != nil {
			o.Version = old.Version + 1
		}
		if err := o.Validate(); err != nil {
			return txn, err
		}
		if !o.Kind.Global() && !v.HoldsTables(o.Namespace) && !namespaces[o.Namespace] {
			return txn, fmt.Errorf("namespace %q: %w", o.Namespace, ErrNoNamespace)
		}
		held := v.Object(o.Kind, o.Namespace, o.Name) != nil
		if o.Kind.Relation() {
			held = v.Relation(o.Namespace, o.Name) != 0
		}
		name := objectNameKey(o)
		if !take(name, held) {
			return txn, fmt.Errorf("%s %q: %w", o.Kind, o.Name, ErrObjectExists)
		}
		set(name, etcd.Put(name, idText(o.ID)))
		set(objectKey(o.ID), etcd.Put(objectKey(o.ID), schema.AppendObject(nil, o)))
	}
	for _, key := range order {
		txn.Then = append(txn.Then, ops[key])
	}
	return txn, nil
}

// drop removes a table or an object with its name; of a fixed object it leaves a
// record that hides it.
func (c *Catalog) drop(v *View, id schema.ObjectID, set func(string, etcd.Op), release func(string)) error {
	if t := v.TableByID(schema.TableID(id)); t != nil {
		set(Key(t.ID), etcd.Delete(Key(t.ID)))
		release(nameKey(t.Namespace, t.Name))
		for _, key := range indexNames(t).keys {
			release(key)
		}
		return nil
	}
	o := v.ObjectByID(id)
	switch {
	case o == nil:
		return fmt.Errorf("object %d: %w", id, ErrNoObject)
	case id < schema.ObjectID(FirstTableID):
		hidden := o.Clone()
		hidden.Dropped = true
		hidden.Version++
		set(objectKey(id), etcd.Put(objectKey(id), schema.AppendObject(nil, hidden)))
	default:
		set(objectKey(id), etcd.Delete(objectKey(id)))
	}
	if o.Kind == schema.SequenceObject {
		set(counterKey(id), etcd.Delete(counterKey(id)))
	}
	release(objectNameKey(o))
	return nil
}
