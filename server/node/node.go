package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/spool"
	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/kv/rpc"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/kv/tso"
	"github.com/dejaq/fasti/kv/txn"
	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/cluster"
	"github.com/dejaq/fasti/meta/etcd"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/server/admin"
	"github.com/dejaq/fasti/server/config"
	"github.com/dejaq/fasti/server/pgwire"
	"github.com/dejaq/fasti/server/session"
	"github.com/dejaq/fasti/server/syscat"
	"github.com/dejaq/fasti/sql/skel"
)

// Version is Fasti's version.
const Version = "0.1.0"

// Options starts a Node.
type Options struct {
	// Config says how the node runs. Its addresses may have port 0.
	Config config.Config
	// Logger gets what an operator should know. Default: nothing is logged.
	Logger *slog.Logger
	// OnFatal is called when the node can no longer keep its promises, after a
	// failed fsync for instance. The process must end then. Default: panic.
	OnFatal func(error)
}

// Node is a running node. Its methods may be called by any number of goroutines.
type Node struct {
	opts Options
	log  *slog.Logger
	// closers end what was started, newest first.
	closers []func(context.Context) error

	sql, http, rpc net.Listener
	cluster        *cluster.Cluster
	wire           *pgwire.Server
	ready          chan struct{} // closed when it serves
}

// Start starts a node and returns when it serves. After an error everything that
// was started has ended.
func Start(ctx context.Context, o Options) (*Node, error) {
	if err := o.Config.Validate(); err != nil {
		return nil, err
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.OnFatal == nil {
		o.OnFatal = func(err error) { panic(fmt.Sprintf("fasti: %v", err)) }
	}
	n := &Node{opts: o, log: o.Logger, ready: make(chan struct{})}
	if err := n.start(ctx); err != nil {
		return nil, errors.Join(err, n.Close(context.WithoutCancel(ctx)))
	}
	return n, nil
}

// onClose remembers how to end what was just started.
func (n *Node) onClose(f func(context.Context) error) { n.closers = append(n.closers, f) }

// start builds the layers bottom up. Listeners come first: a port that is taken is
// found before anything is written.
func (n *Node) start(ctx context.Context) error {
	c := &n.opts.Config
	if err := n.listen(); err != nil {
		return err
	}
	metrics := prometheus.NewRegistry()
	if n.http != nil {
		a := admin.Serve(n.http, metrics, n.serves)
		n.onClose(a.Close)
	}

	var peers *rpc.Server
	if n.rpc != nil {
		peers = rpc.Serve(n.rpc)
		n.onClose(func(context.Context) error { return peers.Close() })
	}

	dir, fs, err := n.openDirectory()
	if err != nil {
		return err
	}
	n.onClose(func(context.Context) error { return dir.close() })

	// Pebble takes its memtables out of the cache.
	cache := store.NewCache(c.Cache + memtableBytes)
	n.onClose(func(context.Context) error { cache.Close(); return nil })
	open := func(name string, kind store.Kind) (*store.Store, error) {
		s, err := store.Open(store.Options{
			Dir: n.storePath(dir, name), FS: fs, Kind: kind, Cache: cache,
			Logger: n.log.With("store", name), OnFatal: n.opts.OnFatal,
		})
		if err != nil {
			return nil, fmt.Errorf("open %s store: %w", name, err)
		}
		n.onClose(func(context.Context) error { return s.Close() })
		return s, nil
	}
	raft, err := open("raft", store.RaftLog)
	if err != nil {
		return err
	}
	data, err := open("data", store.Data)
	if err != nil {
		return err
	}

	meta, err := etcd.Open(etcd.Options{
		Dir: dir.sub("etcd"), Logger: n.log.With("component", "etcd"), NoSync: c.Memory, OnFatal: n.opts.OnFatal,
	})
	if err != nil {
		return fmt.Errorf("open metadata: %w", err)
	}
	n.onClose(func(context.Context) error { return meta.Close() })
	tables, err := catalog.Open(ctx, meta, catalog.Options{})
	if err != nil {
		return fmt.Errorf("open catalog: %w", err)
	}
	n.onClose(func(context.Context) error { return tables.Close() })
	n.cluster, err = cluster.Open(ctx, meta, cluster.Options{
		Groups: c.Groups,
		Info: cluster.Node{
			Name: "node1", Version: Version, SQL: address(n.sql), RPC: address(n.rpc), Data: true, Meta: true,
		},
	})
	if err != nil {
		return fmt.Errorf("open cluster metadata: %w", err)
	}
	n.onClose(func(context.Context) error { return n.cluster.Close() })

	var groups []schema.GroupID
	for _, g := range n.cluster.View().Groups() {
		groups = append(groups, g.ID)
	}
	host, err := replica.Open(replica.Options{
		Log: raft, Data: data, Node: n.cluster.Node(), Epoch: n.cluster.Epoch(), Groups: groups,
		Logger: n.log.With("component", "replica"), OnFatal: n.opts.OnFatal,
	})
	if err != nil {
		return fmt.Errorf("open replication groups: %w", err)
	}
	n.onClose(func(context.Context) error { return host.Close() })
	oracle := tso.New(host.Group(schema.SystemGroup), time.Now)
	n.onClose(func(context.Context) error { oracle.Close(); return nil })
	host.SetOracle(oracle)
	host.SetSchema(schemaChecker{tables})
	db, err := txn.New(txn.Options{
		Host: host, Oracle: oracle, Cluster: n.cluster, Data: data,
		Node: n.cluster.Node(), Epoch: n.cluster.Epoch(), MaxTxnBytes: c.MaxTxnBytes,
		Logger: n.log.With("component", "txn"),
	})
	if err != nil {
		return fmt.Errorf("open transactions: %w", err)
	}
	n.onClose(func(context.Context) error { return db.Close() })
	exists := func(id schema.TableID) bool { return tables.View().TableByID(id) != nil }
	if err := db.Recover(ctx, exists); err != nil {
		return fmt.Errorf("finish dropped tables: %w", err)
	}
	reporter := startReporter(n.cluster, host, n.log)
	n.onClose(reporter.close)

	temp, err := spool.Open(dir.sub("spool"))
	if err != nil {
		return fmt.Errorf("open folder of temporary files: %w", err)
	}
	activity := syscat.NewActivity()
	engine := &session.Engine{
		Catalog: tables, Cluster: n.cluster, DB: db, System: syscat.New(tables, n.cluster, host, oracle, activity, time.Now()), Activity: activity,
		Settings: session.NewSettings(Version), Skeletons: skel.NewCache(skeletonBytes),
		Memory: op.NewAccount(nil, queryMemory(c.Cache)), Spool: temp,
		Workers: runtime.GOMAXPROCS(0), Version: Version, Clock: time.Now, Logger: n.log.With("component", "session"),
	}
	n.wire = pgwire.NewServer(engine.Open, pgwire.Options{Logger: n.log.With("component", "pgwire")})
	registerMetrics(metrics, n, host, raft, data)
	n.onClose(func(ctx context.Context) error { n.wire.Close(ctx); return nil })
	if n.sql != nil {
		served := make(chan error, 1)
		go func() { served <- n.wire.Serve(n.sql) }()
		n.onClose(func(ctx context.Context) error { n.wire.Close(ctx); return <-served })
	}
	if peers != nil {
		peers.Ready()
	}
	close(n.ready)
	n.log.Info("node serves", "sql", address(n.sql), "http", address(n.http), "data", dir.path,
		"memory", c.Memory, "cache_bytes", c.Cache, "groups", len(groups), "cluster", n.cluster.ID(), "version", Version)
	return nil
}

// memtableBytes is what the memtables of both stores may take while flushes lag.
const memtableBytes = 256 << 20

// skeletonBytes bounds the cache of parsed statement shapes.
const skeletonBytes = 16 << 20

// queryMemory is the budget of all running statements in bytes: as much as the
// cache has, and at least 256 MiB.
func queryMemory(cache int64) int64 { return max(cache, 256<<20) }

func (n *Node) listen() error {
	for _, l := range []struct {
		address string
		dst     *net.Listener
	}{{n.opts.Config.SQL, &n.sql}, {n.opts.Config.HTTP, &n.http}, {n.opts.Config.RPC, &n.rpc}} {
		if l.address == "" {
			continue
		}
		listener, err := net.Listen("tcp", l.address)
		if err != nil {
			return err
		}
		*l.dst = listener
		n.onClose(func(context.Context) error {
			if err := listener.Close(); !errors.Is(err, net.ErrClosed) {
				return err
			}
			return nil
		})
	}
	return nil
}

func (n *Node) openDirectory() (*directory, store.FS, error) {
	if !n.opts.Config.Memory {
		dir, err := openDirectory(n.opts.Config.Data)
		return dir, nil, err
	}
	dir, err := temporaryDirectory()
	return dir, store.MemFS(), err
}

// storePath is where a store lies: in the directory, or at the root of the memory
// file system.
func (n *Node) storePath(dir *directory, name string) string {
	if n.opts.Config.Memory {
		return name
	}
	return dir.sub(name)
}

func (n *Node) serves() bool {
	select {
	case <-n.ready:
		return true
	default:
		return false
	}
}

func address(l net.Listener) string {
	if l == nil {
		return ""
	}
	return l.Addr().String()
}

// SQL, HTTP and RPC return the addresses the node listens on, as HOST:PORT.
func (n *Node) SQL() string { return address(n.sql) }

// HTTP returns the address of health and metrics.
func (n *Node) HTTP() string { return address(n.http) }

// RPC returns the address for other nodes.
func (n *Node) RPC() string { return address(n.rpc) }

// DSN returns a connection string for Postgres drivers.
func (n *Node) DSN() string {
	return "postgres://fasti@" + n.SQL() + "/" + session.DefaultDatabase + "?sslmode=disable"
}

// ReadyLine is what a process that serves prints, by the contract of the binary.
func (n *Node) ReadyLine() string {
	return fmt.Sprintf("fasti ready sql=%s http=%s rpc=%s node=%d cluster=%s", n.SQL(), n.HTTP(), n.RPC(), n.cluster.Node(), n.cluster.ID())
}

// DialFunc opens an in-process connection whatever the address; drivers take it
// for dialling.
func (n *Node) DialFunc(ctx context.Context, _, _ string) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	client, server := net.Pipe()
	n.wire.ServeConn(server)
	return client, nil
}

// Close lets running statements finish (until ctx ends, at most 10 s), then stops
// the layers top down.
func (n *Node) Close(ctx context.Context) error {
	var errs []error
	for i := len(n.closers) - 1; i >= 0; i-- {
		if err := n.closers[i](ctx); err != nil {
			errs = append(errs, err)
		}
	}
	n.closers = nil
	return errors.Join(errs...)
}

// schemaChecker tells a group at commit whether tables changed meanwhile.
type schemaChecker struct{ catalog *catalog.Catalog }

// Check implements replica.Schema.
func (s schemaChecker) Check(ctx context.Context, rev int64, tables []replica.TableVersion) error {
	view, err := s.catalog.WaitRev(ctx, rev)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if d := view.TableByID(t.Table); d == nil || d.Version != t.Version {
			return replica.ErrSchemaChanged
		}
	}
	return nil
}
