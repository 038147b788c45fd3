package etcd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// open opens a store without fsync in a directory of the test's and closes it
// with the test.
func open(t testing.TB, change ...func(*Options)) *Store {
	t.Helper()
	o := Options{Dir: t.TempDir(), NoSync: true}
	for _, f := range change {
		f(&o)
	}
	s, err := Open(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// TestReopen checks that what was acknowledged is there after Close and Open, and
// that neither takes long nor logs anything: a user sees every start.
func TestReopen(t *testing.T) {
	var log bytes.Buffer
	o := Options{Dir: filepath.Join(t.TempDir(), "etcd"), Logger: slog.New(slog.NewTextHandler(&log, nil))}
	ctx := t.Context()
	for i := range 3 {
		start := time.Now()
		s, err := Open(o)
		require.NoError(t, err)
		took := time.Since(start)
		kv, ok, _, err := s.Get(ctx, "/boots")
		require.NoError(t, err)
		require.Equal(t, i > 0, ok)
		if ok {
			require.Equal(t, fmt.Sprint(i-1), string(kv.Value))
		}
		res, err := s.Txn(ctx, Txn{Then: []Op{Put("/boots", fmt.Append(nil, i))}})
		require.NoError(t, err)
		require.True(t, res.OK)
		require.NoError(t, s.Close())
		require.NoError(t, s.Close(), "a second Close does nothing")
		t.Logf("open %v", took)
		require.Less(t, took, 5*time.Second)
	}
	for line := range strings.Lines(log.String()) {
		// etcd writes its own version down after a start; a Close may come before.
		if !strings.Contains(line, "failed to update cluster version") {
			t.Errorf("logged: %s", line)
		}
	}
}

// TestTxn checks the conditions and operations of a transaction one by one.
func TestTxn(t *testing.T) {
	s, ctx := open(t), t.Context()
	do := func(want bool, txn Txn) int64 {
		t.Helper()
		res, err := s.Txn(ctx, txn)
		require.NoError(t, err)
		require.Equal(t, want, res.OK)
		rev, err := s.Revision(ctx)
		require.NoError(t, err)
		require.Equal(t, rev, res.Rev)
		return res.Rev
	}
	absent, exists := []Cond{{Key: "/a"}}, []Cond{{Key: "/a", ModRev: Exists}}
	put := []Op{Put("/a", []byte("1")), Put("/ab", nil)}

	do(false, Txn{If: exists, Then: put})
	rev := do(true, Txn{If: absent, Then: put})
	do(false, Txn{If: absent, Then: put})
	do(true, Txn{If: exists, Then: []Op{Put("/b", nil)}})
	do(false, Txn{If: []Cond{{Key: "/a", ModRev: rev + 1}}, Then: put})
	do(true, Txn{If: []Cond{{Key: "/a", ModRev: rev}}, Then: []Op{Put("/a", []byte("2"))}})

	kv, ok, _, err := s.Get(ctx, "/a")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, KV{Key: "/a", Value: []byte("2"), ModRev: rev + 2}, kv)

	do(true, Txn{Then: []Op{Delete("/a"), Delete("/nothing")}})
	_, ok, _, err = s.Get(ctx, "/a")
	require.NoError(t, err)
	require.False(t, ok)
	do(false, Txn{If: []Cond{{Key: "/a", Prefix: true}}, Then: put})
	for prefix, want := range map[string]bool{"/a": true, "/ab": true, "/abc": false} {
		got, err := s.Any(ctx, prefix)
		require.NoError(t, err)
		require.Equal(t, want, got, prefix)
	}
	do(true, Txn{Then: []Op{DeletePrefix("/a")}})
	do(true, Txn{If: []Cond{{Key: "/a", Prefix: true}}})
	kvs, _, err := s.List(ctx, "/")
	require.NoError(t, err)
	require.Len(t, kvs, 1)
	require.Equal(t, "/b", kvs[0].Key)
}

// TestTxnLimits checks that what is too large is refused before it is sent, and
// that the largest allowed transaction passes etcd's own limits.
func TestTxnLimits(t *testing.T) {
	s, ctx := open(t), t.Context()
	_, _, err := s.ClaimNext(ctx, 1)
	require.NoError(t, err)
	large := make([]byte, MaxTxnBytes-len("/large")-16)
	_, err = s.Txn(ctx, Txn{Then: []Op{Put("/large", large)}, Fenced: true})
	require.NoError(t, err)
	_, err = s.Txn(ctx, Txn{Then: []Op{Put("/large", append(large, 0))}})
	require.ErrorIs(t, err, ErrTooLarge)

	many := Txn{Fenced: true}
	for i := range MaxTxnOps {
		many.If = append(many.If, Cond{Key: fmt.Sprint("/many/", i)})
		many.Then = append(many.Then, Put(fmt.Sprint("/many/", i), nil))
	}
	res, err := s.Txn(ctx, many)
	require.NoError(t, err)
	require.True(t, res.OK)
	many.Then = append(many.Then, Put("/one/more", nil))
	_, err = s.Txn(ctx, many)
	require.ErrorIs(t, err, ErrTooLarge)
}

// TestListPages lists more keys than fit one request, of two prefixes, while a
// third has keys too: all and only theirs come back, in order.
func TestListPages(t *testing.T) {
	s, ctx := open(t), t.Context()
	for page := range (pageKeys + 500) / 100 {
		var txn Txn
		for i := range 100 {
			txn.Then = append(txn.Then, Put(fmt.Sprintf("/a/%06d", page*100+i), nil))
		}
		_, err := s.Txn(ctx, txn)
		require.NoError(t, err)
	}
	_, err := s.Txn(ctx, Txn{Then: []Op{Put("/b/1", nil), Put("/c/1", nil), Put("/a", nil)}})
	require.NoError(t, err)
	kvs, rev, err := s.List(ctx, "/a/", "/c/")
	require.NoError(t, err)
	require.Len(t, kvs, pageKeys+501)
	for i, kv := range kvs[:pageKeys+500] {
		require.Equal(t, fmt.Sprintf("/a/%06d", i), kv.Key)
	}
	require.Equal(t, "/c/1", kvs[pageKeys+500].Key)
	now, err := s.Revision(ctx)
	require.NoError(t, err)
	require.Equal(t, now, rev)

	kvs, rev, err = s.List(ctx, "/nothing/")
	require.NoError(t, err)
	require.Empty(t, kvs)
	require.Equal(t, now, rev)
	kvs, rev, err = s.List(ctx)
	require.NoError(t, err)
	require.Empty(t, kvs)
	require.Equal(t, now, rev)
}

// TestListOneRevision lists two prefixes while a writer changes one key of each
// in one transaction: a list never sees them differ.
func TestListOneRevision(t *testing.T) {
	s := open(t)
	var wg sync.WaitGroup
	defer wg.Wait()
	stop := make(chan struct{})
	defer close(stop)
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := s.Txn(context.Background(), Txn{Then: []Op{Put("/a/x", fmt.Append(nil, i)), Put("/b/x", fmt.Append(nil, i))}}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for range 200 {
		kvs, rev, err := s.List(t.Context(), "/a/", "/b/")
		require.NoError(t, err)
		if len(kvs) == 0 {
			continue // before the first write
		}
		require.Len(t, kvs, 2)
		require.Equal(t, kvs[0].Value, kvs[1].Value)
		require.Equal(t, rev, kvs[0].ModRev)
	}
}

// TestFence plays two managers: a claim shuts out the one before, and an older
// epoch never comes back.
func TestFence(t *testing.T) {
	s, ctx := open(t), t.Context()
	write := Txn{Then: []Op{Put("/x", nil)}, Fenced: true}
	_, err := s.Txn(ctx, write)
	require.ErrorIs(t, err, ErrNotManager, "before any claim")

	m, rev, err := s.ClaimNext(ctx, 1)
	require.NoError(t, err)
	require.Equal(t, Manager{Node: 1, Epoch: 1}, m)
	again, err := s.Claim(ctx, m)
	require.NoError(t, err)
	require.Equal(t, rev, again, "the same claim again is the same claim")
	res, err := s.Txn(ctx, write)
	require.NoError(t, err)
	require.True(t, res.OK)
	require.Greater(t, res.Rev, rev)

	// Another node, on the same store.
	other := &Store{opts: s.opts, server: s.server, client: s.client, closing: s.closing}
	_, err = other.Claim(ctx, Manager{Node: 2, Epoch: 1})
	require.ErrorIs(t, err, ErrNotManager, "an epoch belongs to one node")
	m, _, err = other.ClaimNext(ctx, 2)
	require.NoError(t, err)
	require.Equal(t, Manager{Node: 2, Epoch: 2}, m)

	_, err = s.Txn(ctx, write)
	require.ErrorIs(t, err, ErrNotManager)
	failing := write
	failing.If = []Cond{{Key: "/x"}}
	_, err = s.Txn(ctx, failing)
	require.ErrorIs(t, err, ErrNotManager, "the fence comes before the conditions")
	res, err = other.Txn(ctx, failing)
	require.NoError(t, err)
	require.False(t, res.OK)
	_, err = s.Claim(ctx, Manager{Node: 1, Epoch: 1})
	require.ErrorIs(t, err, ErrNotManager)
	got, err := s.Manager(ctx)
	require.NoError(t, err)
	require.Equal(t, m, got)
}

// TestUncertain gives requests no time. A transaction that is cut off reports
// that it does not know; now and then one is quicker than the clock.
func TestUncertain(t *testing.T) {
	s := open(t, func(o *Options) { o.RequestTimeout = time.Nanosecond })
	cut := 0
	for range 50 {
		_, err := s.Txn(t.Context(), Txn{Then: []Op{Put("/x", nil)}})
		if err != nil {
			require.ErrorIs(t, err, ErrUncertain)
			cut++
		}
	}
	require.Positive(t, cut)
}

// TestUnavailable checks that Retry gives up after its bound, not before, with
// the last failure inside.
func TestUnavailable(t *testing.T) {
	s := open(t, func(o *Options) { o.RetryFor = 50 * time.Millisecond })
	start, why := time.Now(), errors.New("no quorum")
	err := s.Retry(t.Context(), func(context.Context) error { return fmt.Errorf("%w: %w", ErrUncertain, why) })
	require.ErrorIs(t, err, ErrUnavailable)
	require.ErrorIs(t, err, why)
	require.GreaterOrEqual(t, time.Since(start), 50*time.Millisecond)
}

// TestRetry checks which errors run the function again.
func TestRetry(t *testing.T) {
	s := open(t)
	for _, c := range []struct {
		err  error
		runs int
	}{
		{nil, 1},
		{errors.New("other"), 1},
		{ErrNotManager, 1},
		{fmt.Errorf("wrapped: %w", ErrConflict), 3},
		{fmt.Errorf("wrapped: %w", ErrUncertain), 3},
	} {
		runs := 0
		err := s.Retry(t.Context(), func(context.Context) error {
			runs++
			if runs == 3 {
				return nil
			}
			return c.err
		})
		require.Equal(t, c.runs, runs, "%v", c.err)
		if runs == 1 {
			require.Equal(t, c.err, err)
		}
	}
	for _, err := range []error{ErrConflict, ErrUncertain} {
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("user said stop")
		got := s.Retry(ctx, func(context.Context) error { cancel(why); return err })
		require.Equal(t, why, got)
	}
}

// TestCancelled checks that a transaction is not sent for a context that has
// ended, and that a read reports the cause.
func TestCancelled(t *testing.T) {
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Txn(ctx, Txn{Then: []Op{Put("/x", nil)}})
	require.ErrorIs(t, err, context.Canceled)
	_, _, _, err = s.Get(ctx, "/x")
	require.ErrorIs(t, err, context.Canceled)
	_, ok, _, err := s.Get(t.Context(), "/x")
	require.NoError(t, err)
	require.False(t, ok)
}

// TestClosed checks that everything answers after Close, with ErrClosed.
func TestClosed(t *testing.T) {
	s := open(t)
	m, err := NewMirror(t.Context(), s, counting("/"))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	_, err = s.Txn(t.Context(), Txn{Then: []Op{Put("/x", nil)}})
	require.ErrorIs(t, err, ErrClosed)
	_, _, _, err = s.Get(t.Context(), "/x")
	require.ErrorIs(t, err, ErrClosed)
	_, _, err = s.List(t.Context(), "/x")
	require.ErrorIs(t, err, ErrClosed)
	_, err = NewMirror(t.Context(), s, counting("/"))
	require.ErrorIs(t, err, ErrClosed)
	_, err = m.Wait(t.Context(), 1<<40)
	require.ErrorIs(t, err, ErrClosed)
	m.Close()
}

// TestFatal stops the server behind the store's back, as a broken disk does: the
// owner hears of it once.
func TestFatal(t *testing.T) {
	fatal := make(chan error, 2)
	s := open(t, func(o *Options) { o.OnFatal = func(err error) { fatal <- err } })
	s.server.Server.HardStop()
	select {
	case err := <-fatal:
		require.ErrorContains(t, err, "stopped by itself")
	case <-time.After(10 * time.Second):
		t.Fatal("OnFatal was not called")
	}
	require.NoError(t, s.Close())
	require.Empty(t, fatal)
}

// TestOptions checks what Open refuses before it starts anything.
func TestOptions(t *testing.T) {
	_, err := Open(Options{})
	require.ErrorContains(t, err, "Dir")
	_, err = Open(Options{Dir: t.TempDir(), NodeName: "a=b"})
	require.ErrorContains(t, err, `"a=b"`)
}

// TestLog checks what of etcd's log reaches slog: warnings and above, with their
// fields, without those that every start prints.
func TestLog(t *testing.T) {
	var log strings.Builder
	o := Options{Dir: "x", Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))}
	require.NoError(t, o.ensureDefaults())
	logThrough(&o)
	require.Equal(t, `level=WARN msg="metadata store" event="slow disk" member=7 took=1s
level=ERROR msg="metadata store" event="lost leader"
`, log.String())
}
