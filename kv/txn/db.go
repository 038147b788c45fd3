package txn

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dejaq/fasti/kv/mvcc"
	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/kv/tso"
	"github.com/dejaq/fasti/meta/cluster"
	"github.com/dejaq/fasti/meta/schema"
)

// Options says what a DB stands on, all of which outlives it. Host, Oracle, Cluster,
// Data, Node and Epoch are required.
type Options struct {
	Host    *replica.Host
	Oracle  *tso.Oracle
	Cluster *cluster.Cluster
	Data    *store.Store // the store of Host
	// Node and Epoch name the boot of this node in transaction ids.
	Node  schema.NodeID
	Epoch uint64
	// MaxTxnBytes bounds what one transaction writes. Default 256 MiB.
	MaxTxnBytes int64
	// StageBytes is how much of a transaction's writes in one group stays in memory
	// before it is staged. Default 4 MiB.
	StageBytes int
	// StageCalls is how many pieces of a group are on their way into the log at once.
	// Default 4.
	StageCalls int
	// UnitShards is how many neighbouring shards one worker of a scan takes at a
	// time at most. Default 96.
	UnitShards int
	// SealQuiet is how long a shard must not have changed before its rows are copied
	// into a segment. Default 3 s; below 0 segments are written by Seal alone.
	SealQuiet time.Duration
	// SealRows is the fewest rows of a block of shards that get a segment. Default 2048.
	SealRows int64
	Logger   *slog.Logger // default: nothing
}

func (o *Options) setDefaults() error {
	if o.Host == nil || o.Oracle == nil || o.Cluster == nil || o.Data == nil {
		return errors.New("txn: Host, Oracle, Cluster and Data are required")
	}
	if o.MaxTxnBytes == 0 {
		o.MaxTxnBytes = 256 << 20
	}
	if o.StageBytes == 0 {
		o.StageBytes = 4 << 20
	}
	if o.StageCalls == 0 {
		o.StageCalls = 4
	}
	if o.UnitShards == 0 {
		o.UnitShards = 96
	}
	if o.SealQuiet == 0 {
		o.SealQuiet = 3 * time.Second
	}
	if o.SealRows == 0 {
		o.SealRows = 2048
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

// DB runs transactions. It may be used by any number of goroutines.
type DB struct {
	opts    Options
	ids     *replica.TxnIDs
	closed  atomic.Bool
	tables  tableLocks
	emptied emptied
	codecs  sync.Map // schema.TableID → *mvcc.Codec of the newest version used

	morsels  sync.Pool // of *Morsel, with the memory they have grown to
	resolver resolver
	states   stateKeeper
	sealer   sealer
}

// New returns a DB. The caller closes it before what it stands on.
func New(o Options) (*DB, error) {
	if err := o.setDefaults(); err != nil {
		return nil, err
	}
	db := &DB{opts: o, ids: replica.NewTxnIDs(o.Node, o.Epoch)}
	db.tables.init()
	db.morsels.New = func() any { return new(Morsel) }
	// The oracle forgets over a restart what was announced; the view has all of it.
	o.Oracle.AdvanceMeta(o.Cluster.View().Rev())
	db.resolver.start(db)
	db.states.start(db)
	db.sealer.start(db)
	return db, nil
}

// Close waits for the background work of committed transactions. Transactions that
// are still open must not be used any more.
func (db *DB) Close() error {
	if db.closed.Swap(true) {
		return nil
	}
	db.sealer.close()
	db.states.close()
	db.resolver.close()
	return nil
}

// group returns a group that has a replica here.
func (db *DB) group(id schema.GroupID) (*replica.Group, error) {
	if g := db.opts.Host.Group(id); g != nil {
		return g, nil
	}
	return nil, ErrNoGroup
}

// codec returns the codec of a table's descriptor.
func (db *DB) codec(t *schema.Table) (*mvcc.Codec, error) {
	if v, ok := db.codecs.Load(t.ID); ok {
		if c := v.(*mvcc.Codec); c.Table() == t || c.Table().Version == t.Version && sameShape(c.Table(), t) {
			return c, nil
		}
	}
	c, err := mvcc.NewCodec(t)
	if err == nil {
		db.codecs.Store(t.ID, c)
	}
	return c, err
}

// sameShape guards against two descriptors of one version, which a failed change of
// the catalog may have left in a plan.
func sameShape(a, b *schema.Table) bool {
	if len(a.Columns) != len(b.Columns) || len(a.Dropped) != len(b.Dropped) {
		return false
	}
	for i := range a.Columns {
		if a.Columns[i].ID != b.Columns[i].ID || a.Columns[i].Type != b.Columns[i].Type ||
			!bytes.Equal(a.Columns[i].Missing, b.Columns[i].Missing) {
			return false
		}
	}
	return true
}

// now returns a timestamp and a view of the cluster that is new enough for it.
func (db *DB) now(ctx context.Context) (schema.Timestamp, *cluster.View, error) {
	ts, rev, err := db.opts.Oracle.Now(ctx, 1)
	if err != nil {
		return 0, nil, oracleError(err)
	}
	if v := db.opts.Cluster.View(); v.Rev() >= rev {
		return ts, v, nil
	}
	v, err := db.opts.Cluster.WaitRev(ctx, rev)
	return ts, v, err
}

func oracleError(err error) error {
	if errors.Is(err, replica.ErrNotLeader) || errors.Is(err, replica.ErrClosed) {
		return errors.Join(ErrNoGroup, err)
	}
	return err
}
