package store

import (
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// logger passes Pebble's words on.
type logger struct{ s *Store }

func (l logger) Infof(format string, args ...any) {
	if l.s.opts.Logger != nil {
		l.s.opts.Logger.Debug("pebble", "store", l.s.kind, "message", fmt.Sprintf(format, args...))
	}
}

func (l logger) Errorf(format string, args ...any) {
	if l.s.opts.Logger != nil {
		l.s.opts.Logger.Error("pebble", "store", l.s.kind, "message", fmt.Sprintf(format, args...))
	}
}

// Fatalf is where Pebble's default would end the process: a failed commit, sync or
// manifest. It returns when OnFatal does; Apply then finds s.failed.
func (l logger) Fatalf(format string, args ...any) {
	l.Errorf(format, args...)
	l.s.fail(fmt.Errorf(format, args...))
}

// listener turns the events that matter into calls. All other fields are filled
// by Pebble with functions that do nothing.
func (s *Store) listener() *pebble.EventListener {
	l := &pebble.EventListener{}
	l.BackgroundError = func(err error) {
		// A compaction gives way to an excise or a Close; that is no failure.
		if errors.Is(err, pebble.ErrCancelledCompaction) || s.closed.Load() {
			return
		}
		s.fail(fmt.Errorf("background: %w", err))
	}
	l.DataCorruption = func(i pebble.DataCorruptionInfo) {
		s.fail(fmt.Errorf("corrupt %s: %w", i.Path, i.Details))
	}
	l.FlushEnd = func(i pebble.FlushInfo) {
		if i.Err == nil && s.opts.OnFlush != nil {
			s.opts.OnFlush()
		}
	}
	l.DiskSlow = func(i pebble.DiskSlowInfo) {
		if s.opts.Logger != nil {
			s.opts.Logger.Warn("slow disk", "store", s.kind, "path", i.Path, "operation", i.OpType.String(), "took", i.Duration)
		}
	}
	l.WriteStallBegin = func(i pebble.WriteStallBeginInfo) {
		if s.opts.Logger != nil {
			s.opts.Logger.Warn("writes stall", "store", s.kind, "reason", i.Reason)
		}
	}
	return l
}
