package replica

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

// Options opens a Host. Log, Data, Node and Groups are required.
type Options struct {
	// Log is the raft log store of the node, Data its data store. The caller closes
	// them after the Host.
	Log, Data *store.Store
	// Node is this node, Epoch its boot: above that of every earlier boot.
	Node  schema.NodeID
	Epoch uint64
	// Groups lists the groups with a replica here.
	Groups []schema.GroupID
	// Gone reports whether the boot of a coordinator is over, so that what it left
	// undecided may be aborted. Default: an earlier boot of this node.
	Gone func(node schema.NodeID, epoch uint64) bool
	// Tick is raft's unit of time: an election takes 10. Default 100 ms.
	Tick time.Duration
	// LogBytesMax forces a flush of Data when the logs of all groups together hold
	// more, so that a restart has no more than that to apply. Default 256 MiB.
	LogBytesMax int64
	// FlushIdle forces a flush of Data after so long without a write. Default 30 s.
	FlushIdle time.Duration
	// LockTimeout is how long Prepare waits for a key that another prepared
	// transaction holds before it takes that for a deadlock. Default 1 s.
	LockTimeout time.Duration
	// SweepInterval is how often the leader looks for what coordinators left behind.
	// Default 2 s.
	SweepInterval time.Duration
	// RecordAge and RecordAgeTwo are how long records of one-phase and two-phase
	// transactions are kept. If a group has more than RecordsMax of either, the older
	// half goes sooner, of two phases not before RecordAge. Defaults 2 min, 1 h, 65536.
	RecordAge, RecordAgeTwo time.Duration
	RecordsMax              int
	// truncateMin is how many entries of a log are dropped at once at least, unless
	// it holds truncateBytes. Default 256.
	truncateMin uint64
	// Logger hears of leadership, and of what raft says. Default: nothing.
	Logger *slog.Logger
	// OnFatal is called once when the Host can no longer keep its promises: a failed
	// write, an entry it cannot apply. It has stopped serving. It must not call Close.
	// Default: panic.
	OnFatal func(error)
}

func (o *Options) setDefaults() error {
	if o.Log == nil || o.Data == nil || len(o.Groups) == 0 {
		return errors.New("replica: Log, Data and Groups are required")
	}
	if o.Log.Kind() != store.RaftLog || o.Data.Kind() != store.Data {
		return errors.New("replica: Log or Data is a store of the other kind")
	}
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&o.Tick, 100*time.Millisecond)
	def(&o.FlushIdle, 30*time.Second)
	def(&o.LockTimeout, time.Second)
	def(&o.SweepInterval, 2*time.Second)
	def(&o.RecordAge, 2*time.Minute)
	def(&o.RecordAgeTwo, time.Hour)
	if o.LogBytesMax == 0 {
		o.LogBytesMax = 256 << 20
	}
	if o.truncateMin == 0 {
		o.truncateMin = 256
	}
	if o.RecordsMax == 0 {
		o.RecordsMax = 1 << 16
	}
	if o.Gone == nil {
		node, epoch := o.Node, o.Epoch
		o.Gone = func(n schema.NodeID, e uint64) bool { return n == node && e < epoch }
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.OnFatal == nil {
		o.OnFatal = func(err error) { panic(err) }
	}
	return nil
}

// cacheBytes bounds the entries of all groups kept in memory.
const cacheBytes = 16 << 20

// Host runs the replicas of a node.
type Host struct {
	opts   Options
	logger *slog.Logger
	groups map[schema.GroupID]*Group
	list   []*Group // ascending

	workers []*worker
	// proposals numbers what needs a number unique in this process.
	proposals atomic.Uint64
	oracle    atomic.Pointer[Oracle]
	oracleSet chan struct{} // closed when oracle is
	setOnce   sync.Once
	schema    atomic.Pointer[Schema]

	// ctx ends when the Host stops serving; stop is for the workers.
	ctx       context.Context
	cancel    context.CancelFunc
	fatalOnce sync.Once
	failed    atomic.Bool // fatal was called
	closeOnce sync.Once
	closeErr  error
	wg        sync.WaitGroup
	stopped   chan struct{} // closed when no goroutine of the Host runs
}

// Open recovers the groups from the stores, creates those that are new, campaigns
// for those of which this node is the only voter, and waits until they serve: until
// all entries of their logs are applied again.
func Open(o Options) (*Host, error) {
	if err := o.setDefaults(); err != nil {
		return nil, err
	}
	h := &Host{opts: o, logger: o.Logger, groups: map[schema.GroupID]*Group{}, oracleSet: make(chan struct{}), stopped: make(chan struct{})}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	if err := h.openGroups(); err != nil {
		h.cancel()
		return nil, errors.Join(err, h.closeMachines())
	}
	h.run()
	if err := h.awaitServing(); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

func (h *Host) openGroups() error {
	boot := h.opts.Log.NewBatch()
	defer boot.Close()
	for _, id := range h.opts.Groups {
		if h.groups[id] != nil {
			return fmt.Errorf("replica: group %d listed twice", id)
		}
		g, err := openGroup(h, id, boot)
		if err != nil {
			return err
		}
		h.groups[id] = g
		h.list = append(h.list, g)
	}
	slices.SortFunc(h.list, func(a, b *Group) int { return int(a.id) - int(b.id) })
	if !boot.Empty() {
		if err := h.opts.Log.Apply(boot, true); err != nil {
			return err
		}
	}
	n := min(len(h.list), max(1, runtime.GOMAXPROCS(0)/2))
	for range n {
		h.workers = append(h.workers, &worker{h: h, ready: make(chan *Group, len(h.list)), syncs: make(chan syncRequest, syncQueue)})
	}
	for i, g := range h.list {
		if err := g.start(h.workers[i%n]); err != nil {
			return err
		}
	}
	return h.readDurable()
}

// run starts the goroutines of the Host.
func (h *Host) run() {
	for _, w := range h.workers {
		h.wg.Go(func() { w.run(h.ctx.Done()) })
		h.wg.Go(w.runSync)
	}
	for _, g := range h.list {
		h.wg.Go(g.runApply)
		h.wg.Go(g.runCommitter)
		if g.sole.Load() {
			// No election to wait for.
			g.post(func(in *letters) { in.calls = append(in.calls, func() { _ = g.raft.Campaign() }) })
		}
	}
	h.wg.Go(h.runClock)
	h.wg.Go(h.runSweeper)
}

// awaitServing waits for the groups of which this node is the only voter.
func (h *Host) awaitServing() error {
	for _, g := range h.list {
		for g.sole.Load() && g.serving.Load() == 0 {
			select {
			case <-h.ctx.Done():
				return ErrClosed
			case <-time.After(200 * time.Microsecond):
			}
		}
	}
	return nil
}

// Group returns the group, nil if it has no replica here.
func (h *Host) Group(id schema.GroupID) *Group { return h.groups[id] }

// Groups lists the groups with a replica here, ascending.
func (h *Host) Groups() []*Group { return slices.Clone(h.list) }

// SetOracle sets where commit timestamps come from. Commit and Decide wait for it.
func (h *Host) SetOracle(o Oracle) {
	h.oracle.Store(&o)
	h.setOnce.Do(func() { close(h.oracleSet) })
}

// SetSchema sets who checks the tables of a transaction at its commit timestamp;
// without one they are not checked.
func (h *Host) SetSchema(s Schema) { h.schema.Store(&s) }

// now asks the oracle.
func (h *Host) now(ctx context.Context, n int) (schema.Timestamp, int64, error) {
	select {
	case <-h.oracleSet:
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	case <-h.ctx.Done():
		return 0, 0, ErrClosed
	}
	return (*h.oracle.Load()).Now(ctx, n)
}

// closedOr returns ErrClosed when the Host does not serve any more, else err.
func (h *Host) closedOr(err error) error {
	if h.ctx.Err() != nil {
		return ErrClosed
	}
	return err
}

// fatal stops serving after an error that must not be survived: what is in memory
// and what is on disk may differ.
func (h *Host) fatal(err error) {
	h.fatalOnce.Do(func() {
		if h.ctx.Err() != nil {
			return // closing already
		}
		h.failed.Store(true)
		h.halt()
		h.opts.OnFatal(fmt.Errorf("replica: %w", err))
	})
}

// halt makes all callers return.
func (h *Host) halt() {
	h.cancel()
	for _, g := range h.list {
		g.m.closing.Store(true)
		g.applyq.close()
		g.m.mu.Lock()
		g.endTerm(ErrUnknown)
		commits := g.commits
		g.commits = nil
		for _, c := range commits {
			c.l.finishCommits([]*commitRequest{c}, func(int) commitResult { return commitResult{err: ErrClosed} })
		}
		g.m.mu.Unlock()
	}
}

// Close stops all groups, waits for their goroutines and, unless a fatal error came
// before, flushes the data store, so that the next Open has nothing to apply.
func (h *Host) Close() error {
	h.closeOnce.Do(func() {
		h.halt()
		h.wg.Wait()
		close(h.stopped)
		h.halt() // what came in meanwhile
		h.closeErr = h.closeMachines()
		if !h.failed.Load() && h.opts.Data.Failed() == nil {
			h.closeErr = errors.Join(h.closeErr, h.opts.Data.Flush())
		}
	})
	return h.closeErr
}

func (h *Host) closeMachines() (err error) {
	for _, g := range h.list {
		err = errors.Join(err, g.m.close())
	}
	return err
}
