package catalog

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
)

// FirstTableID is the smallest table id: PostgreSQL's FirstNormalObjectId.
const FirstTableID schema.TableID = 16384

const (
	tablePrefix = "/t/"
	namePrefix  = "/tn/"
	lastIDKey   = "/id/table"
	shardPrefix = "/s/"

	objectPrefix     = "/o/"
	objectNamePrefix = "/on/"
	revisionKey      = "/ddl"
	counterPrefix    = "/seq/"
)

var (
	// ErrTableExists is returned when the name is taken.
	ErrTableExists = errors.New("catalog: table exists")
	// ErrNoTable is returned when there is no table with the id.
	ErrNoTable = errors.New("catalog: no such table")
	// ErrNoNamespace is returned for a namespace that does not exist, or that
	// is virtual and holds no tables.
	ErrNoNamespace = errors.New("catalog: no such namespace")
	// ErrChanged is returned when the stored version is not the one that the
	// change started from.
	ErrChanged = errors.New("catalog: changed meanwhile")
	// ErrObjectExists is returned when the name of an object is taken.
	ErrObjectExists = errors.New("catalog: object exists")
	// ErrNoObject is returned when there is no object with the id.
	ErrNoObject = errors.New("catalog: no such object")
	// ErrHasShards is returned by UpdateTable for a change of the layout
	// (schema.Table.SameLayout) of a table that has shards.
	ErrHasShards = errors.New("catalog: table has shards")
)

// Key returns the key of a table's descriptor; it exists as long as the table.
func Key(id schema.TableID) string { return tablePrefix + strconv.FormatUint(uint64(id), 10) }

// ShardsPrefix returns what the keys of a table's shards begin with; they are
// meta/cluster's.
func ShardsPrefix(id schema.TableID) string {
	return shardPrefix + strconv.FormatUint(uint64(id), 10) + "/"
}

func nameKey(namespace, name string) string {
	return namePrefix + url.PathEscape(namespace) + "/" + url.PathEscape(name)
}

// Options tunes a Catalog. The zero value is ready to use.
type Options struct {
	// Now is the clock that gives tables their origin. Default time.Now.
	Now func() time.Time
}

// Catalog is the set of tables.
type Catalog struct {
	store  *etcd.Store
	now    func() time.Time
	mirror *etcd.Mirror[*View]
}

// Open returns the catalog with its view filled. It does not own the store;
// writes need the store's claim (cluster.Open makes it).
func Open(ctx context.Context, store *etcd.Store, o Options) (*Catalog, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	m, err := etcd.NewMirror(ctx, store, etcd.Feed[*View]{
		Prefixes: []string{tablePrefix, objectPrefix, revisionKey},
		Reset:    reset,
		Apply:    apply,
	})
	if err != nil {
		return nil, fmt.Errorf("catalog: open: %w", err)
	}
	return &Catalog{store: store, now: o.Now, mirror: m}, nil
}

// Close stops following the store; the last view stays.
func (c *Catalog) Close() error {
	c.mirror.Close()
	return nil
}

// View returns the current view.
func (c *Catalog) View() *View { return c.mirror.View() }

// WaitRev returns a view of the revision rev or a later one.
func (c *Catalog) WaitRev(ctx context.Context, rev int64) (*View, error) {
	return c.mirror.Wait(ctx, rev)
}
