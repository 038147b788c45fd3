package catalog

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
)

// What CreateTable fills in.
const (
	defaultWidth           = 15 * time.Minute
	defaultKeyedPartitions = 8
	defaultReplicas        = 1
)

// CreateTable creates t and returns its descriptor. ID and Version are
// assigned. What t leaves zero is filled in: Origin is now, Width 15 minutes,
// Partitions 1 (8 for a keyed table), Replicas 1, column ids 1, 2, …, KeyName the
// table's name with "_pkey". It returns ErrTableExists, ErrNoNamespace or
// schema.ErrInvalid.
func (c *Catalog) CreateTable(ctx context.Context, t schema.Table) (*schema.Table, error) {
	nt := t.Clone()
	c.fill(nt)
	nt.Version = 1
	if err := c.numberIndexes(ctx, nt); err != nil {
		return nil, fmt.Errorf("catalog: create: %w", err)
	}
	if err := check(nt); err != nil {
		return nil, err
	}
	if err := c.change(ctx, c.decideCreate(nt)); err != nil {
		return nil, fmt.Errorf("catalog: create: %w", err)
	}
	if stored := c.View().TableByID(nt.ID); stored != nil {
		return stored, nil
	}
	return nt, nil // created, and dropped by somebody else meanwhile
}

func (c *Catalog) decideCreate(t *schema.Table) decision {
	return func(ctx context.Context, v *View, uncertain bool) (etcd.Txn, bool, error) {
		// The id belongs to this call alone, so that finding it after an
		// unknown outcome proves that the table is ours.
		if uncertain && v.TableByID(t.ID) != nil {
			return etcd.Txn{}, true, nil
		}
		if !v.HoldsTables(t.Namespace) {
			return etcd.Txn{}, false, fmt.Errorf("namespace %q: %w", t.Namespace, ErrNoNamespace)
		}
		if v.Relation(t.Namespace, t.Name) != 0 {
			return etcd.Txn{}, false, errExists(t)
		}
		if err := v.indexNameTaken(nil, t); err != nil {
			return etcd.Txn{}, false, err
		}
		if t.ID == 0 {
			id, err := c.nextIDs(ctx, 1)
			if err != nil {
				return etcd.Txn{}, false, err
			}
			t.ID = schema.TableID(id)
		}
		name := nameKey(t.Namespace, t.Name)
		txn := etcd.Txn{
			If:   []etcd.Cond{{Key: name}, {Key: Key(t.ID)}},
			Then: []etcd.Op{etcd.Put(name, idText(t.ID)), etcd.Put(Key(t.ID), schema.AppendTable(nil, t))},
		}
		changeIndexNames(&txn, nil, t)
		return txn, false, nil
	}
}

// DropTable removes a table. Its shards are the caller's business, afterwards:
// once the descriptor is gone no new ones appear. It returns ErrNoTable.
func (c *Catalog) DropTable(ctx context.Context, id schema.TableID) error {
	if err := c.change(ctx, decideDrop(id)); err != nil {
		return fmt.Errorf("catalog: drop: %w", err)
	}
	return nil
}

func decideDrop(id schema.TableID) decision {
	return func(_ context.Context, v *View, uncertain bool) (etcd.Txn, bool, error) {
		t := v.TableByID(id)
		if t == nil {
			if uncertain {
				return etcd.Txn{}, true, nil
			}
			return etcd.Txn{}, false, fmt.Errorf("table %d: %w", id, ErrNoTable)
		}
		txn := etcd.Txn{
			If:   []etcd.Cond{{Key: Key(id), ModRev: v.modRev(id)}},
			Then: []etcd.Op{etcd.Delete(Key(id)), etcd.Delete(nameKey(t.Namespace, t.Name))},
		}
		changeIndexNames(&txn, t, nil)
		return txn, false, nil
	}
}

// UpdateTable replaces the descriptor of t.ID by t with Version+1. t.Version is
// the version that the change started from (Clone a view's table and change the
// copy). New names are taken in the same transaction, and indexes without an id get
// one, in t too. It returns ErrNoTable,
// ErrChanged, ErrTableExists, ErrHasShards, ErrNoNamespace or schema.ErrInvalid.
func (c *Catalog) UpdateTable(ctx context.Context, t *schema.Table) error {
	if err := c.numberIndexes(ctx, t); err != nil {
		return fmt.Errorf("catalog: update: %w", err)
	}
	if err := check(t); err != nil {
		return err
	}
	if err := c.change(ctx, c.decideUpdate(t)); err != nil {
		return fmt.Errorf("catalog: update: %w", err)
	}
	return nil
}

func (c *Catalog) decideUpdate(t *schema.Table) decision {
	nt := t.Clone()
	nt.Version++
	value := schema.AppendTable(nil, nt)
	return func(ctx context.Context, v *View, uncertain bool) (etcd.Txn, bool, error) {
		old := v.TableByID(t.ID)
		switch {
		case old == nil:
			return etcd.Txn{}, false, fmt.Errorf("table %d: %w", t.ID, ErrNoTable)
		case uncertain && bytes.Equal(schema.AppendTable(nil, old), value):
			return etcd.Txn{}, true, nil
		case old.Version != t.Version:
			return etcd.Txn{}, false, fmt.Errorf("table %q: version %d, the change started from %d: %w", old.Name, old.Version, t.Version, ErrChanged)
		}
		txn := etcd.Txn{
			If:   []etcd.Cond{{Key: Key(t.ID), ModRev: v.modRev(t.ID)}},
			Then: []etcd.Op{etcd.Put(Key(t.ID), value)},
		}
		if !nt.SameLayout(old) {
			shards := ShardsPrefix(t.ID)
			if any, err := c.store.Any(ctx, shards); err != nil || any {
				return etcd.Txn{}, false, cmp.Or(err, fmt.Errorf("table %q: %w", old.Name, ErrHasShards))
			}
			txn.If = append(txn.If, etcd.Cond{Key: shards, Prefix: true})
		}
		if from, to := nameKey(old.Namespace, old.Name), nameKey(nt.Namespace, nt.Name); from != to {
			if !v.HoldsTables(nt.Namespace) {
				return etcd.Txn{}, false, fmt.Errorf("namespace %q: %w", nt.Namespace, ErrNoNamespace)
			}
			if v.Relation(nt.Namespace, nt.Name) != 0 {
				return etcd.Txn{}, false, errExists(nt)
			}
			txn.If = append(txn.If, etcd.Cond{Key: to})
			txn.Then = append(txn.Then, etcd.Delete(from), etcd.Put(to, idText(t.ID)))
		}
		if err := v.indexNameTaken(old, nt); err != nil {
			return etcd.Txn{}, false, err
		}
		changeIndexNames(&txn, old, nt)
		return txn, false, nil
	}
}

// decision makes the transaction of a change of a view. It learns whether an
// earlier attempt may have taken place, and answers done when it has.
type decision func(ctx context.Context, v *View, uncertain bool) (txn etcd.Txn, done bool, err error)

// change runs the transaction that decide makes of the newest view, again if
// the state has changed meanwhile or the outcome is unknown, and returns when the
// view shows it.
func (c *Catalog) change(ctx context.Context, decide decision) error {
	uncertain := false
	return c.store.Retry(ctx, func(ctx context.Context) error {
		v, err := c.mirror.WaitNewest(ctx)
		if err != nil {
			return err
		}
		txn, done, err := decide(ctx, v, uncertain)
		if err != nil || done {
			return err
		}
		txn.Fenced = true
		// One change of the catalog at a time: what it was decided on still holds.
		txn.If = append(txn.If, etcd.Cond{Key: revisionKey, ModRev: v.definitionsKeyRev})
		txn.Then = append(txn.Then, etcd.Put(revisionKey, nil))
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
}

// nextIDs hands out n consecutive ids and returns the first. Those whose outcome
// is unknown are lost.
func (c *Catalog) nextIDs(ctx context.Context, n int) (schema.ObjectID, error) {
	var first schema.ObjectID
	err := c.store.Retry(ctx, func(ctx context.Context) error {
		kv, ok, _, err := c.store.Get(ctx, lastIDKey)
		if err != nil {
			return err
		}
		first = schema.ObjectID(FirstTableID)
		if ok {
			last, err := strconv.ParseUint(string(kv.Value), 10, 32)
			if err != nil {
				return fmt.Errorf("%s: %w: %q", lastIDKey, schema.ErrCorrupt, kv.Value)
			}
			if last+uint64(n) >= uint64(schema.NewID) {
				return errors.New("all object ids have been used")
			}
			first = schema.ObjectID(last) + 1
		}
		res, err := c.store.Txn(ctx, etcd.Txn{
			If:     []etcd.Cond{{Key: lastIDKey, ModRev: kv.ModRev}},
			Then:   []etcd.Op{etcd.Put(lastIDKey, idText(first+schema.ObjectID(n)-1))},
			Fenced: true,
		})
		if err == nil && !res.OK {
			err = etcd.ErrConflict
		}
		return err
	})
	return first, err
}

// fill completes what the creator of a table has left open.
func (c *Catalog) fill(t *schema.Table) {
	if t.Namespace == "" {
		t.Namespace = Public
	}
	t.ID = 0
	if t.Origin == 0 {
		t.Origin = c.now().UnixMicro() - postgresEpochUs
	}
	if t.Width == 0 {
		t.Width = defaultWidth.Microseconds()
	}
	if t.Partitions == 0 {
		t.Partitions = 1
		if !t.Sliced() {
			t.Partitions = defaultKeyedPartitions
		}
	}
	if t.Replicas == 0 {
		t.Replicas = defaultReplicas
	}
	for i := range t.Columns {
		if t.Columns[i].ID == 0 {
			t.Columns[i].ID = schema.ColumnID(i + 1)
		}
	}
	if len(t.Key) > 0 && t.KeyName == "" {
		t.KeyName = t.Name + "_pkey"
	}
}

// postgresEpochUs is 2000-01-01 UTC in µs since the Unix epoch.
const postgresEpochUs = 946684800_000_000

// check finds what no view is needed for.
func check(t *schema.Table) error {
	if err := t.Validate(); err != nil {
		return fmt.Errorf("catalog: %w", err)
	}
	return nil
}

func errExists(t *schema.Table) error {
	return fmt.Errorf("table %q in %q: %w", t.Name, t.Namespace, ErrTableExists)
}

func idText[T ~uint32](id T) []byte { return strconv.AppendUint(nil, uint64(id), 10) }
