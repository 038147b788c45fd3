package exchange_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dejaq/fasti/executor/exchange"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var ts = optest.Types(types.Int8, types.Text)

// chain makes workers that give rows i, i+n, i+2n … of rows, in random batches.
type chain struct {
	t       *testing.T
	rand    *rand.Rand
	workers int
	rows    []optest.Row
	fail    error // of worker 1, at its end
	panics  bool  // worker 1 panics
	made    int
	closed  int
	sources []*optest.Source
}

func (c *chain) Open(*op.Context) (int, error) { return c.workers, nil }

func (c *chain) Make() (op.Operator, error) {
	var own []optest.Row
	for i := c.made; i < len(c.rows); i += c.workers {
		own = append(own, c.rows[i])
	}
	s := optest.NewSource(rand.New(rand.NewPCG(c.rand.Uint64(), 1)), ts, own)
	if c.made == 1 {
		s.Err = c.fail
	}
	c.sources = append(c.sources, s)
	c.made++
	if c.panics && c.made == 2 {
		return panicking{s}, nil
	}
	return op.Watch(s), nil
}

func (c *chain) Close() error {
	for _, s := range c.sources {
		require.LessOrEqual(c.t, s.Opens, 0, "a worker's operator is still open")
	}
	c.closed++
	return nil
}

type panicking struct{ op.Operator }

func (panicking) Next() (*vector.Batch, error) { panic("a bug") }

func gather(t *testing.T, c *chain) op.Operator {
	first, err := c.Make()
	require.NoError(t, err)
	return exchange.New(c, first)
}

func rowsOf(n int) []optest.Row {
	rows := make([]optest.Row, n)
	for i := range rows {
		rows[i] = optest.Row{vector.IntDatum(int64(i)), vector.StringDatum("row")}
	}
	return rows
}

// One, two or five workers together give every row once.
func TestGatherGivesAllRows(t *testing.T) {
	for _, workers := range []int{1, 2, 5} {
		for _, size := range []int{1, 3, 64, 4096} {
			c := &chain{t: t, rand: rand.New(rand.NewPCG(1, 1)), workers: workers, rows: rowsOf(500)}
			q := optest.Context(t, op.Options{BatchRows: size, Workers: 8})
			got, err := optest.Drain(q, gather(t, c))
			require.NoError(t, err)
			require.Equal(t, optest.Sorted(c.rows), optest.Sorted(got))
			require.Equal(t, workers, c.made)
			require.Equal(t, 1, c.closed)
		}
	}
}

// One worker's error ends the others and is what Next returns; closing early
// and never opening leave nothing running.
func TestGatherStops(t *testing.T) {
	c := &chain{t: t, rand: rand.New(rand.NewPCG(1, 1)), workers: 3, rows: rowsOf(300), fail: sqlerr.New(sqlerr.DivisionByZero, "division by zero")}
	_, err := optest.Drain(optest.Context(t, op.Options{BatchRows: 3, Workers: 3}), gather(t, c))
	require.EqualError(t, err, "division by zero (SQLSTATE 22012)")
	require.Equal(t, 1, c.closed)

	c = &chain{t: t, rand: rand.New(rand.NewPCG(1, 1)), workers: 3, rows: rowsOf(3000)}
	g := gather(t, c)
	require.NoError(t, g.Open(optest.Context(t, op.Options{BatchRows: 3, Workers: 3})))
	_, err = g.Next()
	require.NoError(t, err)
	require.NoError(t, g.Close())
	require.Equal(t, 1, c.closed)

	c = &chain{t: t, rand: rand.New(rand.NewPCG(1, 1)), workers: 3}
	require.NoError(t, gather(t, c).Close())
	require.Equal(t, 1, c.closed)
}

// A statement that is cancelled, by its context or at any check, ends the
// workers with 57014.
func TestGatherCancel(t *testing.T) {
	optest.Cancel(t, 3, func() op.Operator {
		return gather(t, &chain{t: t, rand: rand.New(rand.NewPCG(1, 1)), workers: 3, rows: rowsOf(100)})
	})
	ctx, cancel := context.WithCancelCause(context.Background())
	q := op.NewContext(ctx, op.Options{BatchRows: 1, Workers: 3})
	defer q.Close()
	g := gather(t, &chain{t: t, rand: rand.New(rand.NewPCG(1, 1)), workers: 3, rows: rowsOf(100000)})
	require.NoError(t, g.Open(q))
	cancel(errors.New("the client has gone"))
	for {
		b, err := g.Next()
		if err != nil {
			require.Equal(t, sqlerr.QueryCanceled, sqlerr.Code(err))
			break
		}
		require.NotNil(t, b)
	}
	require.NoError(t, g.Close())
}

// A panic in a worker comes out of Next, in the goroutine that can handle it.
func TestGatherPanic(t *testing.T) {
	g := gather(t, &chain{t: t, rand: rand.New(rand.NewPCG(1, 1)), workers: 2, rows: rowsOf(10), panics: true})
	require.NoError(t, g.Open(optest.Context(t, op.Options{Workers: 2})))
	require.Panics(t, func() {
		for {
			if b, _ := g.Next(); b == nil {
				return
			}
		}
	})
	require.NoError(t, g.Close())
}
