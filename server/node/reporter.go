package node

import (
	"context"
	"log/slog"
	"time"

	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/cluster"
	"github.com/dejaq/fasti/meta/schema"
)

// reportEvery is how often the leaders' figures go to the metadata store: the
// planner's estimates and an outsider's overview may be that old.
const reportEvery = 30 * time.Second

// reporter writes what groups led here look like into the metadata store.
type reporter struct {
	cluster *cluster.Cluster
	host    *replica.Host
	log     *slog.Logger
	cancel  context.CancelFunc
	done    chan struct{}
	applied map[schema.GroupID]uint64 // at the last report
}

func startReporter(c *cluster.Cluster, h *replica.Host, log *slog.Logger) *reporter {
	ctx, cancel := context.WithCancel(context.Background())
	r := &reporter{cluster: c, host: h, log: log, cancel: cancel, done: make(chan struct{}), applied: map[schema.GroupID]uint64{}}
	go r.run(ctx)
	return r
}

func (r *reporter) close(context.Context) error {
	r.cancel()
	<-r.done
	return nil
}

func (r *reporter) run(ctx context.Context) {
	defer close(r.done)
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	for {
		for _, g := range r.host.Groups() {
			if err := r.report(ctx, g); err != nil && ctx.Err() == nil {
				r.log.Warn("group report failed", slog.Uint64("group", uint64(g.ID())), slog.Any("error", err))
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// report writes one group's status if it leads here and something was applied
// since the last report.
func (r *reporter) report(ctx context.Context, g *replica.Group) error {
	info := g.Info()
	if last, ok := r.applied[g.ID()]; !info.Leading || ok && last == info.Applied {
		return nil
	}
	s := &cluster.GroupStatus{Group: g.ID(), Leader: r.cluster.Node(), Term: info.Term, Applied: info.Applied}
	for _, p := range info.Replicas {
		state := cluster.ReplicaInSync
		switch {
		case !p.Active && p.ID != info.Replica:
			state = cluster.ReplicaDead
		case p.Match < info.Committed:
			state = cluster.ReplicaLagging
		}
		s.Replicas = append(s.Replicas, cluster.ReplicaStatus{Replica: p.ID, Node: r.cluster.Node(), Match: p.Match, State: state})
	}
	for _, sh := range g.Shards(0) {
		s.Shards = append(s.Shards, cluster.ShardCount{
			ID: sh.ID, Rows: sh.Rows, Bytes: sh.Bytes, MinTime: vector.TimeInfinity, MaxTime: vector.TimeNegInfinity,
		})
	}
	if err := r.cluster.ReportGroup(ctx, s); err != nil {
		return err
	}
	r.applied[g.ID()] = info.Applied
	return nil
}
