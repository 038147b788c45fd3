package cluster

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
)

const (
	clusterKey   = "/cluster"
	nodePrefix   = "/n/"
	groupPrefix  = "/g/"
	statusPrefix = "/gs/"
	shardPrefix  = "/s/"

	clusterVersion = 1

	// maxEpoch keeps a boot epoch in the 48 bits that a transaction id has.
	maxEpoch = 1<<48 - 1
)

// Options says who this node is. The zero value makes node 1 of a cluster with 8
// groups.
type Options struct {
	// Node is the id of this node. Default 1.
	Node schema.NodeID
	// Groups is how many groups for data the first boot creates, besides the
	// system group. Default 8.
	Groups int
	// Info is what this node tells about itself: Name, Zone, Version, SQL,
	// RPC, Data, Meta. The rest is filled in.
	Info Node
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// NewID makes the cluster's id at the first boot. Default: a random uuid.
	NewID func() string
}

// maxGroups bounds Options.Groups: the first boot writes all in one transaction.
const maxGroups = 100

func (o *Options) ensureDefaults() error {
	if o.Node == 0 {
		o.Node = 1
	}
	if o.Groups == 0 {
		o.Groups = 8
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = uuid.NewString
	}
	if o.Groups < 1 || o.Groups > maxGroups {
		return fmt.Errorf("cluster: %d groups, want 1 to %d", o.Groups, maxGroups)
	}
	return nil
}

// Cluster is this node's part in the cluster: its view of it, and as the manager
// the decisions.
type Cluster struct {
	store  *etcd.Store
	opts   Options
	mirror *etcd.Mirror[*View]
	self   Node
	// bootRev is the revision of this boot.
	bootRev int64
	// turn is a lock that a waiter can give up: creations take turns.
	turn chan struct{}
}

// Open makes this node the manager, records its boot, creates the groups if this
// is the first boot ever, and returns with the view filled. It does not own the
// store.
func Open(ctx context.Context, store *etcd.Store, o Options) (*Cluster, error) {
	if err := o.ensureDefaults(); err != nil {
		return nil, err
	}
	m, err := etcd.NewMirror(ctx, store, etcd.Feed[*View]{
		Prefixes: []string{clusterKey, nodePrefix, groupPrefix, statusPrefix, shardPrefix},
		Reset:    reset,
		Apply:    apply,
	})
	if err != nil {
		return nil, fmt.Errorf("cluster: open: %w", err)
	}
	c := &Cluster{store: store, opts: o, mirror: m, turn: make(chan struct{}, 1)}
	if err := c.boot(ctx); err != nil {
		m.Close()
		return nil, fmt.Errorf("cluster: open: %w", err)
	}
	return c, nil
}

// boot writes what has to be there before this node does anything.
func (c *Cluster) boot(ctx context.Context) error {
	if _, _, err := c.store.ClaimNext(ctx, c.opts.Node); err != nil {
		return err
	}
	return c.store.Retry(ctx, func(ctx context.Context) error {
		v, err := c.mirror.WaitNewest(ctx)
		if err != nil {
			return err
		}
		txn, err := c.bootTxn(ctx, v)
		if err != nil {
			return err
		}
		// After an unknown outcome this boots once more: the epoch of the
		// attempt before is never used, which I5 allows.
		res, err := c.store.Txn(ctx, txn)
		if err != nil {
			return err
		}
		if !res.OK {
			return etcd.ErrConflict
		}
		c.bootRev = res.Rev
		_, err = c.mirror.Settle(ctx, res.Rev)
		return err
	})
}

func (c *Cluster) bootTxn(ctx context.Context, v *View) (etcd.Txn, error) {
	key := nodeKey(c.opts.Node)
	kv, _, _, err := c.store.Get(ctx, key)
	if err != nil {
		return etcd.Txn{}, err
	}
	n := c.opts.Info
	n.ID, n.State, n.Epoch = c.opts.Node, NodeActive, 1
	n.StartedUs = c.opts.Now().UnixMicro() - postgresEpochUs
	if old := v.Node(n.ID); old != nil {
		n.State, n.Epoch = old.State, old.Epoch+1
	}
	c.self = n
	txn := etcd.Txn{
		If:     []etcd.Cond{{Key: key, ModRev: kv.ModRev}},
		Then:   []etcd.Op{etcd.Put(key, appendNode(nil, &n))},
		Fenced: true,
	}
	if v.id != "" {
		return txn, nil
	}
	txn.If = append(txn.If, etcd.Cond{Key: clusterKey})
	txn.Then = append(txn.Then, etcd.Put(clusterKey, appendClusterID(nil, c.opts.NewID())))
	for id := range schema.GroupID(c.opts.Groups + 1) {
		g := Group{ID: id, Generation: 1, Replicas: []Replica{{ID: 1, Node: n.ID}}}
		if id == schema.SystemGroup {
			g.State = GroupSystem
		}
		txn.Then = append(txn.Then, etcd.Put(groupKey(id), appendGroup(nil, &g)))
	}
	return txn, nil
}

// postgresEpochUs is 2000-01-01 UTC in µs since the Unix epoch.
const postgresEpochUs = 946684800_000_000

// Close stops following the store; the last view stays.
func (c *Cluster) Close() error {
	c.mirror.Close()
	return nil
}

// ID returns the id of the cluster, a uuid.
func (c *Cluster) ID() string { return c.View().id }

// Node returns the id of this node.
func (c *Cluster) Node() schema.NodeID { return c.self.ID }

// Epoch returns the boot epoch of this node, from 1 and below 2⁴⁸: no other boot
// of it has the same.
func (c *Cluster) Epoch() uint64 { return c.self.Epoch }

// BootRev returns the revision of the metadata store at which this node became
// the manager and booted: all earlier managers' writes have smaller ones.
func (c *Cluster) BootRev() int64 { return c.bootRev }

// View returns the current view.
func (c *Cluster) View() *View { return c.mirror.View() }

// WaitRev returns a view of the revision rev or a later one.
func (c *Cluster) WaitRev(ctx context.Context, rev int64) (*View, error) {
	return c.mirror.Wait(ctx, rev)
}

func nodeKey(id schema.NodeID) string { return nodePrefix + strconv.FormatUint(uint64(id), 10) }

func groupKey(id schema.GroupID) string { return groupPrefix + strconv.FormatUint(uint64(id), 10) }

func statusKey(id schema.GroupID) string { return statusPrefix + strconv.FormatUint(uint64(id), 10) }

// appendClusterID appends the record of the cluster's id: its text.
func appendClusterID(dst []byte, id string) []byte {
	return schema.AppendRecord(dst, clusterVersion, func(b []byte) []byte { return append(b, id...) })
}

func decodeClusterID(src []byte) (string, error) {
	_, b, err := schema.OpenRecord(src, clusterVersion)
	return string(b), err
}
