package catalog

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
)

func counterKey(id schema.ObjectID) string {
	return counterPrefix + strconv.FormatUint(uint64(id), 10)
}

// Counter is where a sequence stands. Last is the last value handed out, and Used
// false before there is one: then Last is the value that comes next.
type Counter struct {
	Epoch uint32 // the epoch of the sequence (schema.Sequence.Epoch) it belongs to
	Last  int64
	Used  bool
}

// Counter returns where a sequence stands: what has been taken from the store,
// which sessions may hold in their caches. ok is false when nothing was written.
func (c *Catalog) Counter(ctx context.Context, id schema.ObjectID) (n Counter, ok bool, err error) {
	err = c.store.Retry(ctx, func(ctx context.Context) error {
		n, ok, _, err = c.readCounter(ctx, id)
		return err
	})
	return n, ok, err
}

func (c *Catalog) readCounter(ctx context.Context, id schema.ObjectID) (n Counter, ok bool, modRev int64, err error) {
	kv, ok, _, err := c.store.Get(ctx, counterKey(id))
	if err != nil || !ok {
		return Counter{}, false, 0, err
	}
	n, err = parseCounter(string(kv.Value))
	if err != nil {
		return n, false, 0, fmt.Errorf("catalog: %s: %w: %q", kv.Key, schema.ErrCorrupt, kv.Value)
	}
	return n, true, kv.ModRev, nil
}

// MoveCounter changes where a sequence stands to what next says of it, in one
// step; next may run several times and returns its own errors. A value whose
// outcome is unknown is lost, never handed out twice.
func (c *Catalog) MoveCounter(ctx context.Context, id schema.ObjectID, next func(now Counter, ok bool) (Counter, error)) error {
	return c.store.Retry(ctx, func(ctx context.Context) error {
		now, ok, modRev, err := c.readCounter(ctx, id)
		if err != nil {
			return err
		}
		n, err := next(now, ok)
		if err != nil {
			return err
		}
		res, err := c.store.Txn(ctx, etcd.Txn{
			If:     []etcd.Cond{{Key: counterKey(id), ModRev: modRev}, {Key: objectKey(id), ModRev: etcd.Exists}},
			Then:   []etcd.Op{etcd.Put(counterKey(id), []byte(n.String()))},
			Fenced: true,
		})
		if err != nil || res.OK {
			return err
		}
		if c.View().ObjectByID(id) == nil {
			return fmt.Errorf("sequence %d: %w", id, ErrNoObject)
		}
		return etcd.ErrConflict
	})
}

// String writes "epoch last used", as it is stored.
func (n Counter) String() string {
	return fmt.Sprintf("%d %d %t", n.Epoch, n.Last, n.Used)
}

func parseCounter(s string) (n Counter, err error) {
	parts := strings.Split(s, " ")
	if len(parts) != 3 {
		return n, fmt.Errorf("%d parts", len(parts))
	}
	epoch, err := strconv.ParseUint(parts[0], 10, 32)
	if err != nil {
		return n, err
	}
	n.Epoch = uint32(epoch)
	if n.Last, err = strconv.ParseInt(parts[1], 10, 64); err != nil {
		return n, err
	}
	n.Used, err = strconv.ParseBool(parts[2])
	return n, err
}
