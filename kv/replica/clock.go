package replica

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/store"
)

// runClock is the goroutine that ticks the groups and looks after flushes of the
// data store, whose log the raft logs are: they can be truncated behind what was
// flushed, and must not grow beyond what a restart can apply in a few seconds.
func (h *Host) runClock() {
	t := time.NewTicker(h.opts.Tick)
	defer t.Stop()
	f := flushes{h: h, seen: -1}
	for {
		select {
		case <-h.ctx.Done():
			return
		case <-t.C:
		}
		for _, g := range h.list {
			g.post(func(in *letters) { in.ticks++ })
		}
		if err := f.check(); err != nil {
			h.fatal(fmt.Errorf("flush: %w", err))
			return
		}
	}
}

// flushes watches the flushes of the data store and asks for more.
type flushes struct {
	h    *Host
	seen int64 // flushes after which the durable indexes were read
	// running is the flush that was asked for, nil when it is done.
	running <-chan struct{}
	// applied sums the applied indexes; idle counts the ticks since it changed.
	applied uint64
	idle    int
}

func (f *flushes) check() error {
	h := f.h
	if n := h.opts.Data.Metrics().Flush.Count; n != f.seen {
		f.seen = n
		if err := h.readDurable(); err != nil {
			return err
		}
	}
	select {
	case <-f.running:
		f.running = nil
	default:
	}
	var applied, durable uint64
	var bytes int64
	for _, g := range h.list {
		g.m.mu.Lock()
		applied += g.m.applied
		g.m.mu.Unlock()
		durable += g.durable.Load()
		bytes += g.log.bytes.Load()
	}
	f.idle++
	if applied != f.applied {
		f.applied, f.idle = applied, 0
	}
	idle := time.Duration(f.idle)*h.opts.Tick >= h.opts.FlushIdle
	if f.running != nil || applied == durable || (bytes < h.opts.LogBytesMax && !idle) {
		return nil
	}
	done, err := h.opts.Data.FlushAsync()
	if err != nil {
		if errors.Is(err, store.ErrClosed) {
			return nil
		}
		return err
	}
	f.running = done
	return nil
}

// readDurable learns how far each group is applied on disk.
func (h *Host) readDurable() error {
	for _, g := range h.list {
		from, to := keys.KindBounds(g.id, keys.KindApplied)
		it, err := h.opts.Data.NewIter(&store.IterOptions{LowerBound: from, UpperBound: to, OnlyReadGuaranteedDurable: true})
		if err != nil {
			return err
		}
		if it.First() {
			v, err := it.ValueAndErr()
			if err != nil {
				return errors.Join(err, it.Close())
			}
			if len(v) == 16 {
				g.durable.Store(binary.LittleEndian.Uint64(v))
			}
		}
		if err := it.Close(); err != nil {
			return err
		}
	}
	return nil
}
