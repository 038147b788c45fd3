package node

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/dejaq/fasti/kv/replica"
	"github.com/dejaq/fasti/kv/store"
)

// registerMetrics registers what the node shows at /metrics.
func registerMetrics(reg *prometheus.Registry, n *Node, host *replica.Host, raft, data *store.Store) {
	gauge := func(name, help string, labels prometheus.Labels, value func() float64) {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, value))
	}
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge("fasti_build_info", "1, with the version as a label.", prometheus.Labels{"version": Version}, func() float64 { return 1 })
	gauge("fasti_pgwire_sessions", "Client connections past start-up.", nil, func() float64 { return float64(n.wire.Sessions()) })
	sum := func(f func(replica.GroupInfo) int64) func() float64 {
		return func() float64 {
			var total int64
			for _, g := range host.Groups() {
				total += f(g.Info())
			}
			return float64(total)
		}
	}
	gauge("fasti_replica_log_bytes", "Bytes of raft log held for all groups.", nil, sum(func(i replica.GroupInfo) int64 { return i.LogBytes }))
	gauge("fasti_replica_prepared", "Transactions prepared and not resolved.", nil, sum(func(i replica.GroupInfo) int64 { return int64(i.Prepared) }))
	gauge("fasti_replica_shards", "Shards held.", nil, sum(func(i replica.GroupInfo) int64 { return int64(i.Shards) }))
	gauge("fasti_replica_groups_led", "Groups that this node leads.", nil, sum(func(i replica.GroupInfo) int64 {
		if i.Leading {
			return 1
		}
		return 0
	}))
	for name, s := range map[string]*store.Store{"raft": raft, "data": data} {
		labels := prometheus.Labels{"store": name}
		gauge("fasti_store_disk_bytes", "Bytes of the store's files.", labels, func() float64 { return float64(s.Metrics().DiskSpaceUsage()) })
		gauge("fasti_store_memtable_bytes", "Bytes of the store's memtables.", labels, func() float64 { return float64(s.Metrics().MemTable.Size) })
		gauge("fasti_store_compaction_debt_bytes", "Bytes that compactions have still to rewrite.", labels, func() float64 { return float64(s.Metrics().Compact.EstimatedDebt) })
	}
}
