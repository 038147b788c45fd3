package op_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Accounts take from the statement and the node in steps, stop at the lower
// limit with an error that names it, and give all back.
func TestAccount(t *testing.T) {
	node := op.NewAccount(nil, 1<<20)
	q := op.NewContext(context.Background(), op.Options{Memory: node, MemoryLimit: 256 << 10})
	defer q.Close()
	a, b := q.Memory.Child("sort"), q.Memory.Child("hash join")

	require.NoError(t, a.Set(1))
	require.Equal(t, int64(64<<10), q.Memory.Used())
	require.NoError(t, a.Set(100<<10))
	require.Equal(t, int64(128<<10), q.Memory.Used())
	require.Equal(t, q.Memory.Used(), node.Used())

	err := b.Set(200 << 10)
	var e *sqlerr.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "53200", e.Code)
	require.Equal(t, "The hash join of this statement needs 200 kB, and the statement may use 256 kB in all.", e.Detail)
	require.Zero(t, b.Used())
	require.Equal(t, int64(128<<10), q.Memory.Used(), "what failed takes nothing")

	other := op.NewContext(context.Background(), op.Options{Memory: node, MemoryLimit: 10 << 20})
	defer other.Close()
	c := other.Memory.Child("aggregation")
	err = c.Set(1 << 20)
	require.ErrorAs(t, err, &e)
	require.Equal(t, "The aggregation of this statement needs 1 MB, and all statements together may use 1 MB.", e.Detail)
	require.Zero(t, other.Memory.Used())

	require.NoError(t, a.Set(10))
	require.Equal(t, int64(64<<10), q.Memory.Used())
	require.Equal(t, int64(128<<10), q.Memory.Peak())
	a.Close()
	a.Close()
	(*op.Account)(nil).Close()
	require.Zero(t, q.Memory.Used())
	require.Zero(t, node.Used())
}

// A cancelled statement fails with 57014, or with the reason that its context
// carries; errors from below turn into that.
func TestCheck(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	q := op.NewContext(ctx, op.Options{})
	defer q.Close()
	below := errors.New("read: context canceled")
	require.NoError(t, q.Check())
	require.Equal(t, below, q.Explain(below))
	require.NoError(t, q.Explain(nil))

	part, stop := context.WithCancelCause(ctx)
	child := q.Child(part)
	defer child.Close()
	stop(errors.New("a sibling failed"))
	eventually(t, child, "canceling statement due to user request (SQLSTATE 57014)")
	require.NoError(t, q.Check())

	cancel(sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to statement timeout"))
	eventually(t, q, "canceling statement due to statement timeout (SQLSTATE 57014)")
	require.Equal(t, "57014", sqlerr.Code(q.Explain(below)))

	require.Equal(t, "54000", sqlerr.Code(op.NewContext(context.Background(), op.Options{}).Explain(vector.ErrTooLarge)))
}

func eventually(t *testing.T, q *op.Context, want string) {
	t.Helper()
	require.Eventually(t, func() bool { return q.Check() != nil }, time.Second, time.Millisecond)
	require.EqualError(t, q.Check(), want)
}

// Buffers come back by capacity, of each type apart, to any goroutine.
func TestPool(t *testing.T) {
	var p op.Pool
	a := op.Get[int64](&p, 100)
	require.Equal(t, 128, cap(a))
	first := &a[0]
	op.Put(&p, a)
	require.NotSame(t, first, &op.Get[int64](&p, 200)[0])
	b := op.Get[int64](&p, 65)
	require.Same(t, first, &b[0])
	require.Len(t, b, 65)
	op.Put(&p, make([]int64, 100)) // not of this pool: dropped
	require.Nil(t, op.Get[uint16](&p, 0))

	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 200 {
				s := op.Get[vector.Span](&p, i+1)
				s[i] = vector.Span{Off: 1}
				op.Put(&p, s)
			}
		}()
	}
	wg.Wait()
}

// bad is an operator that breaks the contract.
type bad struct{ batch *vector.Batch }

func (b *bad) Open(*op.Context) error       { return nil }
func (b *bad) Next() (*vector.Batch, error) { return b.batch, nil }
func (b *bad) Close() error                 { return nil }

// Watch finds batches that break the invariants, calls after Close, and who
// keeps a batch too long: it has garbage.
func TestWatch(t *testing.T) {
	v := &vector.Vector{Kind: vector.Int64, Len: 3, I64: []int64{1, 2, 3}}
	w := op.Watch(&bad{&vector.Batch{Len: 3, Cols: []*vector.Vector{v}}})
	b, err := w.Next()
	require.NoError(t, err)
	kept := b.Cols[0].I64
	_, err = w.Next()
	require.NoError(t, err)
	require.NotEqual(t, []int64{1, 2, 3}, kept)
	require.Equal(t, []int64{1, 2, 3}, v.I64, "the producer's memory is spared")
	require.NoError(t, w.Close())
	for _, broken := range []*vector.Batch{
		{Len: 0},
		{Len: 2, Sel: []uint16{1, 1}},
		{Len: 2, Sel: []uint16{2}},
		{Len: 2, Cols: []*vector.Vector{v}},
		{Len: 3, Cols: []*vector.Vector{{Kind: vector.Int64, Len: 3, I64: []int64{1, 2, 3}, Nulls: []uint64{1}}}},
		{Len: 3, Cols: []*vector.Vector{{Kind: vector.Int64, Len: 3, I64: []int64{0, 2, 3}, Nulls: []uint64{9}}}},
		{Len: 1, Cols: []*vector.Vector{{Kind: vector.Bytes, Len: 1, Spans: []vector.Span{{Off: 1, Len: 1}}, Arena: []byte("x")}}},
	} {
		require.Error(t, vector.Verify(broken))
	}
}
