package replica

import (
	"errors"
	"fmt"
	"sync"

	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"
)

// applyQueue holds the committed entries that a group has still to apply. It needs
// no bound of its own: raft hands out no more than MaxCommittedSizePerReady bytes
// that are not answered yet. A full channel instead would stop the worker, and with
// it all other groups, behind one long resolve.
type applyQueue struct {
	mu     sync.Mutex
	cond   sync.Cond
	msgs   []*pb.Message
	closed bool
}

func (q *applyQueue) init() { q.cond.L = &q.mu }

func (q *applyQueue) push(m *pb.Message) {
	q.mu.Lock()
	q.msgs = append(q.msgs, m)
	q.mu.Unlock()
	q.cond.Signal()
}

// pop waits for messages and returns all of them, nil when the queue was closed.
func (q *applyQueue) pop(spare []*pb.Message) []*pb.Message {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.msgs) == 0 && !q.closed {
		q.cond.Wait()
	}
	if q.closed {
		return nil
	}
	out := q.msgs
	q.msgs = spare[:0]
	return out
}

func (q *applyQueue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.cond.Broadcast()
}

// runApply is the goroutine that applies a group's committed entries.
func (g *Group) runApply() {
	var spare []*pb.Message
	for {
		msgs := g.applyq.pop(spare)
		if msgs == nil {
			return
		}
		for _, m := range msgs {
			for _, e := range m.Entries {
				if err := g.apply(e); err != nil {
					g.h.fatal(fmt.Errorf("group %d: %w", g.id, err))
					return
				}
			}
			for _, r := range m.Responses {
				g.send(r)
			}
		}
		clear(msgs)
		spare = msgs
	}
}

// apply applies one committed entry.
func (g *Group) apply(e *pb.Entry) error {
	index, term := e.GetIndex(), e.GetTerm()
	switch e.GetType() {
	case pb.EntryConfChange, pb.EntryConfChangeV2:
		return g.applyMembers(e)
	}
	if len(e.Data) > 0 {
		return g.m.apply(index, term, e.Data, g.applied)
	}
	// The empty entry of a new leader: what earlier terms left is applied now, and
	// the leader can serve once it knows the locks of what is prepared.
	l := g.newLeader(term)
	if l != nil {
		if err := l.recover(); err != nil {
			return fmt.Errorf("recover locks: %w", err)
		}
	}
	return g.m.apply(index, term, nil, func(*result) {
		if l != nil {
			l.serve()
		}
	})
}

// applyMembers applies a change of members: raft learns of it in the worker.
func (g *Group) applyMembers(e *pb.Entry) error {
	var cc pb.ConfChangeI
	var err error
	if e.GetType() == pb.EntryConfChange {
		v1 := &pb.ConfChange{}
		err, cc = proto.Unmarshal(e.Data, v1), v1
	} else {
		v2 := &pb.ConfChangeV2{}
		err, cc = proto.Unmarshal(e.Data, v2), v2
	}
	if err != nil {
		return fmt.Errorf("change of members: %w", err)
	}
	done := make(chan *pb.ConfState, 1)
	g.post(func(in *letters) {
		in.calls = append(in.calls, func() { done <- g.raft.ApplyConfChange(cc) })
	})
	select {
	case members := <-done:
		g.setSole(members)
		return g.m.setMembers(e.GetIndex(), e.GetTerm(), members)
	case <-g.h.ctx.Done():
		return errors.New("closed")
	}
}

// setSole notes whether this replica is the only one with a vote: then nobody else
// can have become leader, and leadership needs no confirmation.
func (g *Group) setSole(c *pb.ConfState) {
	g.sole.Store(len(c.Voters) == 1 && c.Voters[0] == g.log.replica && len(c.VotersOutgoing) == 0)
}
