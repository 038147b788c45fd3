// Package exchange moves batches between goroutines. Gather runs copies of one
// part of a plan on several workers; what crosses nodes comes later.
package exchange

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
)

// Chain is what the workers of a Gather run.
type Chain interface {
	// Open prepares what the workers share, and returns how many of them can
	// share the work, at least 1.
	Open(q *op.Context) (workers int, err error)
	// Make returns one worker's operators over what is shared.
	Make() (op.Operator, error)
	// Close releases what is shared; all that Make returned is closed.
	Close() error
}

// queueLen bounds the batches between workers and consumer, per worker.
const queueLen = 2

// Gather gives the batches of several workers in any order. A worker copies its
// batches into memory of the Gather's, which goes round: at most queueLen+1
// batches per worker. With one worker it runs the operators in place.
type Gather struct {
	chain Chain
	first op.Operator // of the only worker, in place; or the first to start

	q       *op.Context
	workers *op.Context // their context, which ends when one fails or Close is called
	cancel  context.CancelCauseFunc
	running sync.WaitGroup
	left    atomic.Int32         // workers not done; the last one closes queue
	queue   chan *vector.Builder // full batches
	spare   chan *vector.Builder // empty ones
	out     *vector.Builder      // what Next gave last

	mu  sync.Mutex // guards err and bug
	err error      // of the first worker that failed
	bug any        // what a worker panicked with; Next panics with it in its own goroutine
}

// errClosed ends workers whose Gather is closed.
var errClosed = errors.New("exchange: gather is closed")

// New returns a Gather; first is what chain.Make returned, for one worker.
func New(chain Chain, first op.Operator) *Gather { return &Gather{chain: chain, first: first} }

// Open starts the workers, or opens the only one's operators.
func (g *Gather) Open(q *op.Context) error {
	g.q = q
	n, err := g.chain.Open(q)
	if err != nil {
		return err
	}
	if n = min(n, q.Workers); n <= 1 {
		return g.first.Open(q)
	}
	all := []op.Operator{g.first}
	for len(all) < n {
		o, err := g.chain.Make()
		if err != nil {
			for _, o := range all[1:] { // Close closes the first
				err = errors.Join(err, o.Close())
			}
			return err
		}
		all = append(all, o)
	}
	ctx, cancel := context.WithCancelCause(q.Go)
	g.cancel, g.workers = cancel, q.Child(ctx)
	g.queue = make(chan *vector.Builder, queueLen*n)
	g.spare = make(chan *vector.Builder, (queueLen+1)*n)
	for range (queueLen + 1) * n {
		g.spare <- nil // made when it is needed
	}
	g.left.Store(int32(n))
	g.running.Add(n)
	for _, o := range all {
		go g.work(o)
	}
	return nil
}

// work runs one worker's operators to their end.
func (g *Gather) work(o op.Operator) {
	defer g.running.Done()
	defer func() {
		if g.left.Add(-1) == 0 {
			close(g.queue)
		}
	}()
	defer func() {
		if p := recover(); p != nil {
			g.mu.Lock()
			g.bug = fmt.Sprintf("%v, in a worker:\n%s", p, debug.Stack())
			g.mu.Unlock()
			g.cancel(errClosed)
		}
	}()
	var err error
	defer func() { // also when run panics
		if e := o.Close(); err == nil {
			err = e
		}
		if err != nil {
			g.fail(err)
		}
	}()
	err = g.run(o)
}

func (g *Gather) run(o op.Operator) error {
	if err := o.Open(g.workers); err != nil {
		return err
	}
	done := g.workers.Go.Done()
	for {
		b, err := o.Next()
		if b == nil || err != nil {
			return err
		}
		var own *vector.Builder
		select {
		case own = <-g.spare:
		case <-done:
			return g.workers.Cause()
		}
		if own == nil {
			own = vector.NewBuilder(kindsOf(b)...)
		}
		own.Reset()
		if err := own.Append(b); err != nil {
			return g.workers.Explain(err)
		}
		select {
		case g.queue <- own:
		case <-done:
			return g.workers.Cause()
		}
	}
}

func kindsOf(b *vector.Batch) []vector.Kind {
	kinds := make([]vector.Kind, len(b.Cols))
	for i, v := range b.Cols {
		kinds[i] = v.Kind
		if v.Scaled {
			kinds[i] = vector.Float64
		}
	}
	return kinds
}

// fail keeps the first error and stops the other workers.
func (g *Gather) fail(err error) {
	g.mu.Lock()
	if g.err == nil {
		g.err = err
	}
	g.mu.Unlock()
	g.cancel(err)
}

// Next returns the next batch of any worker.
func (g *Gather) Next() (*vector.Batch, error) {
	if g.queue == nil {
		return g.first.Next()
	}
	if err := g.q.Check(); err != nil {
		return nil, err
	}
	if g.out != nil {
		g.spare <- g.out // there is always room
		g.out = nil
	}
	b, ok := <-g.queue
	g.mu.Lock()
	err, bug := g.err, g.bug
	g.mu.Unlock()
	if bug != nil {
		panic(bug)
	}
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, nil
	}
	g.out = b
	return b.Batch(), nil
}

// Close stops the workers, waits for them, and releases what they shared.
func (g *Gather) Close() error {
	var err error
	if g.queue != nil {
		g.cancel(errClosed)
		g.running.Wait()
		g.workers.Close()
	} else {
		err = g.first.Close()
	}
	return errors.Join(err, g.chain.Close())
}
