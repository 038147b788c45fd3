package replica

import (
	"fmt"
	"log/slog"
	"sync"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"
	"go.etcd.io/raft/v3/tracker"

	"github.com/dejaq/fasti/kv/store"
)

const (
	// turnGroups bounds the groups whose writes share one batch of the log.
	turnGroups = 64
	// turnBytes is when a turn writes what it has and goes on with another batch, so
	// that a load does not build batches of half a memtable.
	turnBytes = 4 << 20
	// syncQueue bounds the batches on their way to the disk; a worker that is so
	// far ahead waits, and the next batch holds more.
	syncQueue = 128
)

// worker drives the raft state machines of some groups, which it alone touches, so
// that none needs a lock. In each turn it feeds what came in to all groups that
// have something, and writes what they want logged as one batch: one fsync serves
// all groups of the turn. It does not wait for the fsync: the syncer does, and
// brings the groups the answers, which are input for a later turn.
type worker struct {
	h     *Host
	ready chan *Group // each group at most once
	syncs chan syncRequest
}

// syncRequest is a batch whose durability answers wait for; batch is nil when
// there is nothing to write.
type syncRequest struct {
	batch   *store.Batch
	answers []answer
}

// answer is a message that a group's raft wants back.
type answer struct {
	g *Group
	m *pb.Message
}

// inbox is what waits for a group's worker.
type inbox struct {
	mu     sync.Mutex
	queued bool // the group is in its worker's ready channel
	letters
}

// letters are bounded by the group's budget of proposals (props), by raft's own
// limits on outstanding work (msgs), and by their callers, who wait (reads, calls).
type letters struct {
	ticks int
	msgs  []*pb.Message
	props []*proposal
	reads []uint64
	calls []func()
}

// post adds to the inbox and sees to it that the worker comes.
func (g *Group) post(add func(*letters)) {
	g.in.mu.Lock()
	add(&g.in.letters)
	queued := g.in.queued
	g.in.queued = true
	g.in.mu.Unlock()
	if !queued {
		g.w.ready <- g // has room: each group is in it at most once
	}
}

func (g *Group) postMessage(m *pb.Message) {
	g.post(func(in *letters) { in.msgs = append(in.msgs, m) })
}

// take empties the inbox.
func (in *inbox) take() letters {
	in.mu.Lock()
	defer in.mu.Unlock()
	out := in.letters
	in.queued, in.letters = false, letters{}
	return out
}

// run is the worker's goroutine; it ends when stop is closed.
func (w *worker) run(stop <-chan struct{}) {
	defer close(w.syncs)
	groups := make([]*Group, 0, turnGroups)
	for {
		select {
		case <-stop:
			return
		case g := <-w.ready:
			groups = append(groups[:0], g)
		}
		for more := true; more && len(groups) < turnGroups; {
			select {
			case g := <-w.ready:
				groups = append(groups, g)
			default:
				more = false
			}
		}
		if err := w.turn(groups); err != nil {
			w.h.fatal(err)
			return
		}
	}
}

// turn lets raft run in some groups and writes their logs.
func (w *worker) turn(groups []*Group) error {
	t := turn{batch: w.h.opts.Log.NewBatch()}
	for i, g := range groups {
		if err := g.step(&t); err != nil {
			return fmt.Errorf("group %d: %w", g.id, err)
		}
		if t.batch.Len() > turnBytes && i < len(groups)-1 {
			if err := w.write(t); err != nil {
				return err
			}
			t = turn{batch: w.h.opts.Log.NewBatch()}
		}
	}
	return w.write(t)
}

// write writes what a turn has collected and has it synced if someone waits for it.
func (w *worker) write(t turn) error {
	switch {
	case t.batch.Empty():
		if err := t.batch.Close(); err != nil {
			return err
		}
		t.batch = nil
	case len(t.answers) > 0:
		if err := w.h.opts.Log.ApplyNoSyncWait(t.batch); err != nil {
			return err
		}
	default:
		// Nobody relies on a batch that nobody waits for, such as a new commit
		// index: syncing those too costs a factor of five.
		if err := w.h.opts.Log.Apply(t.batch, false); err != nil {
			return err
		}
		if err := t.batch.Close(); err != nil {
			return err
		}
	}
	if len(t.answers) > 0 {
		w.syncs <- syncRequest(t)
	}
	return nil
}

// runSync is the goroutine that waits for the disk; it ends after the worker. After
// a failure it only drains: what was not answered will never be.
func (w *worker) runSync() {
	failed := false
	for r := range w.syncs {
		if r.batch != nil && !failed {
			err := r.batch.SyncWait()
			if err == nil {
				err = w.h.opts.Log.Failed()
			}
			if err != nil {
				failed = true
				w.h.fatal(fmt.Errorf("sync the log: %w", err))
			}
		}
		if r.batch != nil {
			r.batch.Close()
		}
		if failed {
			continue
		}
		for _, a := range r.answers {
			a.g.send(a.m)
		}
	}
}

// turn collects what the groups of one turn want written.
type turn struct {
	batch   *store.Batch
	answers []answer
}

// step feeds the inbox of a group to its raft and takes what comes out.
func (g *Group) step(t *turn) error {
	in := g.in.take()
	for range in.ticks {
		g.raft.Tick()
	}
	for _, m := range in.msgs {
		// Step refuses messages of replicas it does not know; that is no failure.
		_ = g.raft.Step(m)
	}
	for _, f := range in.calls {
		f()
	}
	for _, id := range in.reads {
		g.raft.ReadIndex(appendUint64s(nil, id))
	}
	if len(in.props) > 0 {
		g.stepProposals(in.props)
	}
	for g.raft.HasReady() {
		if err := g.takeReady(t, g.raft.Ready()); err != nil {
			return err
		}
	}
	return g.truncateLog(t.batch)
}

// stepProposals appends proposals to the log if this replica still leads in the
// term in which they were evaluated, and else refuses them.
func (g *Group) stepProposals(props []*proposal) {
	ents := make([]*pb.Entry, 0, len(props))
	taken := props[:0]
	for _, p := range props {
		if !g.leading || p.term != g.term.Load() {
			g.finishProposal(p, errStale)
			continue
		}
		ents = append(ents, &pb.Entry{Data: p.data})
		taken = append(taken, p)
	}
	if len(ents) == 0 {
		return
	}
	err := g.raft.Step(&pb.Message{Type: pb.MsgProp.Enum(), From: &g.log.replica, Entries: ents})
	if err != nil {
		for _, p := range taken {
			g.finishProposal(p, fmt.Errorf("%w: %w", ErrNotLeader, err))
		}
	}
}

// takeReady does what one Ready asks for.
func (g *Group) takeReady(t *turn, rd raft.Ready) error {
	if rd.SoftState != nil || rd.HardState != nil {
		g.takeState(rd)
	}
	for _, r := range rd.ReadStates {
		g.confirmed(r)
	}
	for _, m := range rd.Messages {
		switch m.GetTo() {
		case raft.LocalAppendThread:
			var hard *pb.HardState
			if m.Term != nil {
				hard = &pb.HardState{Term: m.Term, Vote: m.Vote, Commit: m.Commit}
			}
			if m.Snapshot != nil {
				return fmt.Errorf("raft snapshots are not supported")
			}
			if err := g.log.append(t.batch, m.Entries, hard); err != nil {
				return err
			}
			for _, r := range m.Responses {
				t.answers = append(t.answers, answer{g, r})
			}
		case raft.LocalApplyThread:
			g.applyq.push(m)
		default:
			g.send(m)
		}
	}
	return nil
}

// takeState follows raft's state: term, leader, and whether that is this replica.
func (g *Group) takeState(rd raft.Ready) {
	if rd.HardState != nil {
		g.term.Store(rd.HardState.GetTerm())
		g.commit.Store(rd.HardState.GetCommit())
	}
	if rd.SoftState != nil {
		g.leaderID.Store(rd.SoftState.Lead)
		g.leading = rd.SoftState.RaftState == raft.StateLeader
	}
	term := g.term.Load()
	switch {
	case !g.leading && g.leaderTerm != 0:
		g.deposed()
	case g.leading && g.leaderTerm != term:
		g.deposed()
		g.elected(term)
	default:
		return
	}
	g.h.logger.Info("leadership", slog.Uint64("group", uint64(g.id)), slog.Uint64("term", term), slog.Bool("leads", g.leading))
}

// send passes a message on to where it belongs. Other nodes are out of reach yet;
// raft takes that for loss.
func (g *Group) send(m *pb.Message) {
	if m.GetTo() == g.log.replica {
		g.postMessage(m)
	}
}

const (
	// truncateBytes is when a log is worth truncating whatever its entries are.
	truncateBytes = 4 << 20
	// truncateKeep is how many are kept for followers that are a little behind.
	truncateKeep = 1000
)

// truncateLog drops what the last flush of the data store made superfluous, if
// that is worth a range deletion.
func (g *Group) truncateLog(b *store.Batch) error {
	to := g.durable.Load()
	if !g.worthTruncating(to) {
		return nil
	}
	to = min(to, g.raft.BasicStatus().Applied)
	if !g.sole.Load() {
		to = min(to, max(g.log.last.Load(), truncateKeep)-truncateKeep)
		g.raft.WithProgress(func(_ uint64, _ raft.ProgressType, p tracker.Progress) {
			if g.leading && p.RecentActive {
				to = min(to, p.Match)
			}
		})
	}
	if !g.worthTruncating(to) {
		return nil
	}
	return g.log.truncate(b, to)
}

func (g *Group) worthTruncating(to uint64) bool {
	first := g.log.first.Load()
	return to >= first+g.h.opts.truncateMin || to >= first && g.log.bytes.Load() >= truncateBytes
}

// raftConfig returns the configuration of a group's raft.
func (g *Group) raftConfig() *raft.Config {
	return &raft.Config{
		ID:                        g.log.replica,
		ElectionTick:              10,
		HeartbeatTick:             2,
		Storage:                   g.log,
		Applied:                   g.m.applied,
		AsyncStorageWrites:        true,
		MaxSizePerMsg:             512 << 10,
		MaxCommittedSizePerReady:  4 << 20,
		MaxUncommittedEntriesSize: 32 << 20, // above the budget of proposals
		MaxInflightMsgs:           256,
		MaxInflightBytes:          8 << 20,
		CheckQuorum:               true,
		PreVote:                   true,
		// Safety: a forwarded proposal would come into the log of a term whose
		// leader has not checked it.
		DisableProposalForwarding: true,
		StepDownOnRemoval:         true,
		Logger:                    raftLogger{g.h.logger.With(slog.Uint64("group", uint64(g.id)))},
	}
}
