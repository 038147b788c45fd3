package etcd

import (
	"errors"
	"time"

	"go.uber.org/zap"
)

// logThrough logs some lines as etcd would.
func logThrough(o *Options) {
	lg := zap.New(&slogCore{logger: o.Logger})
	lg.Info("not interesting")
	lg.Warn("simple token is not cryptographically signed")
	lg.With(zap.Int("member", 7)).Warn("slow disk", zap.Duration("took", time.Second))
	lg.Error("failed to update storage version", zap.Error(errors.New("cannot detect: missing term information")))
	lg.Error("lost leader")
}
