package etcd

import (
	"net/url"

	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"
)

const (
	// A single voter elects itself, so a short tick costs little (1.5 % of a
	// core, replication.md 1.1) and makes the start quick (86 ms).
	tickMs, electionMs = 20, 200

	// maxRequestBytes bounds one transaction, maxOps its conditions and its
	// operations each.
	maxRequestBytes = 1 << 20
	maxOps          = 128

	// quotaBytes bounds the store; beyond it writes fail with ErrNoSpace.
	quotaBytes = 2 << 30
)

// config returns the configuration of a store with one voter and no listener
// (replication.md 1.2).
func config(o *Options) *embed.Config {
	// The address is a placeholder: nobody dials it. It becomes the real one
	// when the node gets a peer.
	self := url.URL{Scheme: "http", Host: "127.0.0.1:1"}
	cfg := embed.NewConfig()
	cfg.Dir, cfg.Name = o.Dir, o.NodeName
	cfg.ListenPeerUrls, cfg.ListenClientUrls, cfg.AdvertiseClientUrls = nil, nil, nil
	cfg.AdvertisePeerUrls = []url.URL{self}
	cfg.InitialCluster = o.NodeName + "=" + self.String()
	cfg.ClusterState = embed.ClusterStateFlagNew
	cfg.InitialClusterToken = "fasti"
	cfg.TickMs, cfg.ElectionMs = tickMs, electionMs
	cfg.PreVote, cfg.StrictReconfigCheck = true, true
	cfg.QuotaBackendBytes = quotaBytes
	cfg.MaxRequestBytes, cfg.MaxTxnOps = maxRequestBytes, maxOps
	cfg.AutoCompactionMode, cfg.AutoCompactionRetention = "periodic", "10m"
	// Small, so that a restart never replays more than this many entries.
	cfg.SnapshotCount, cfg.SnapshotCatchUpEntries = 5000, 5000
	cfg.MaxLearners = 1
	cfg.EnableGRPCGateway = false
	cfg.Metrics = "basic"
	cfg.AuthToken = "" // no users: access is by function call
	cfg.UnsafeNoFsync = o.NoSync
	cfg.ZapLoggerBuilder = embed.NewZapLoggerBuilder(zap.New(&slogCore{logger: o.Logger}))
	return cfg
}
