package etcd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
)

// Options says how to open a Store. Dir is required.
type Options struct {
	// Dir is the store's own directory; it is created with mode 0700.
	Dir string
	// NodeName is the stable and unique name of the node in the store's
	// membership, of letters, digits, "-" and "_". Default "node". It must not
	// change over the life of Dir.
	NodeName string
	// Logger gets what etcd logs at warn and above. Default: nothing is logged.
	Logger *slog.Logger
	// NoSync leaves out fsync: for nodes that keep nothing and for tests.
	NoSync bool
	// OnFatal is called at most once, from its own goroutine, when the store
	// has stopped by itself or a mirror has met a value it cannot read. The
	// process cannot go on then. Default: ignored.
	OnFatal func(error)
	// RequestTimeout bounds one request. Default 2 s.
	RequestTimeout time.Duration
	// RetryFor bounds all attempts of one operation together. Default 10 s.
	RetryFor time.Duration
	// StartTimeout bounds the wait for the first election. Default 30 s.
	StartTimeout time.Duration
}

func (o *Options) ensureDefaults() error {
	if o.Dir == "" {
		return errors.New("etcd: Options.Dir is empty")
	}
	if o.NodeName == "" {
		o.NodeName = "node"
	}
	// The name is part of "name=url,name=url".
	if strings.ContainsAny(o.NodeName, "=, \t\n") {
		return fmt.Errorf("etcd: node name %q has a character that may not be in it", o.NodeName)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.OnFatal == nil {
		o.OnFatal = func(error) {}
	}
	if o.RequestTimeout == 0 {
		o.RequestTimeout = 2 * time.Second
	}
	if o.RetryFor == 0 {
		o.RetryFor = 10 * time.Second
	}
	if o.StartTimeout == 0 {
		o.StartTimeout = 30 * time.Second
	}
	return nil
}

// Store is the embedded metadata store and its client.
type Store struct {
	opts   Options
	server *embed.Etcd
	client *clientv3.Client

	// claim is what this store has claimed at managerKey; nil before.
	claim atomic.Pointer[claim]

	// closing is cancelled by Close; every request ends with it.
	closing   context.Context
	beginEnd  context.CancelFunc
	closeOnce sync.Once
	fatalOnce sync.Once
	wg        sync.WaitGroup // watchdog and fatal callback
}

// Open starts the store in o.Dir and returns when it answers. One process at a
// time may have the directory open: the caller guards that.
func Open(o Options) (*Store, error) {
	if err := o.ensureDefaults(); err != nil {
		return nil, err
	}
	server, err := embed.StartEtcd(config(&o))
	if err != nil {
		return nil, fmt.Errorf("etcd: start in %s: %w", o.Dir, err)
	}
	timer := time.NewTimer(o.StartTimeout)
	defer timer.Stop()
	select {
	case <-server.Server.ReadyNotify():
	case <-server.Server.StopNotify():
		server.Close()
		return nil, fmt.Errorf("etcd: the store in %s stopped while it started", o.Dir)
	case <-timer.C:
		server.Close()
		return nil, fmt.Errorf("etcd: the store in %s was not ready within %v", o.Dir, o.StartTimeout)
	}
	s := &Store{opts: o, server: server, client: v3client.New(server.Server)}
	s.closing, s.beginEnd = context.WithCancel(context.Background())
	s.wg.Go(s.watchdog)
	return s, nil
}

// watchdog reports when the server stops without having been asked to.
func (s *Store) watchdog() {
	select {
	case <-s.closing.Done():
	case <-s.server.Server.StopNotify():
		if s.closing.Err() == nil {
			s.fatal(errors.New("etcd: the metadata store has stopped by itself"))
		}
	}
}

// fatal tells the owner that the process cannot go on.
func (s *Store) fatal(err error) {
	s.fatalOnce.Do(func() {
		// Not waited for by Close: the callback may well call Close.
		go s.opts.OnFatal(err)
	})
}

// Close ends all requests, stops the store and waits for its goroutines. What
// was acknowledged is on disk.
func (s *Store) Close() error {
	var err error
	s.closeOnce.Do(func() {
		s.beginEnd()
		err = s.client.Close()
		if errors.Is(err, context.Canceled) {
			err = nil // the in-process client reports its own end
		}
		s.server.Close()
		s.wg.Wait()
	})
	return err
}

// request returns a context for one request: it ends with ctx, after
// RequestTimeout, or when the store closes.
func (s *Store) request(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.RequestTimeout)
	stop := context.AfterFunc(s.closing, cancel)
	return ctx, func() { stop(); cancel() }
}
