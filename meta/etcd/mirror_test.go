package etcd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// model is a view for tests: the keys and values, and how it came about.
type model struct {
	rev    int64
	values map[string]string
	resets int
}

// counting is the feed of a model.
func counting(prefixes ...string) Feed[*model] {
	resets := 0
	return Feed[*model]{
		Prefixes: prefixes,
		Reset: func(kvs []KV, rev int64) (*model, error) {
			resets++
			m := &model{rev: rev, values: make(map[string]string), resets: resets}
			for _, kv := range kvs {
				m.values[kv.Key] = string(kv.Value)
			}
			return m, nil
		},
		Apply: func(old *model, events []Event, rev int64) (*model, error) {
			m := &model{rev: rev, values: maps.Clone(old.values), resets: old.resets}
			for _, e := range events {
				if string(e.Value) == "poison" {
					return nil, errors.New("poisoned")
				}
				if e.Deleted {
					delete(m.values, e.Key)
				} else {
					m.values[e.Key] = string(e.Value)
				}
			}
			return m, nil
		},
	}
}

func put(t testing.TB, s *Store, ops ...Op) int64 {
	t.Helper()
	res, err := s.Txn(t.Context(), Txn{Then: ops})
	require.NoError(t, err)
	return res.Rev
}

// TestMirror checks that a mirror begins with what is there, shows each write of
// its prefixes once its revision is waited for, and moves with all others too.
func TestMirror(t *testing.T) {
	s := open(t)
	put(t, s, Put("/a/1", []byte("one")), Put("/b/1", nil))
	m, err := NewMirror(t.Context(), s, counting("/a/", "/c"))
	require.NoError(t, err)
	defer m.Close()
	require.Equal(t, map[string]string{"/a/1": "one"}, m.View().values)

	v, err := m.Wait(t.Context(), put(t, s, Put("/a/2", []byte("two")), Delete("/a/1"), Put("/c", []byte("three"))))
	require.NoError(t, err)
	require.Equal(t, map[string]string{"/a/2": "two", "/c": "three"}, v.values)

	rev := put(t, s, Put("/b/2", nil))
	v, err = m.Settle(t.Context(), rev)
	require.NoError(t, err)
	require.Equal(t, rev, v.rev, "a write elsewhere moves the revision")
	require.Equal(t, 1, v.resets)

	put(t, s, Put("/a/2", []byte("newest")))
	v, err = m.WaitNewest(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[string]string{"/a/2": "newest", "/c": "three"}, v.values)

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err = m.Wait(ctx, v.rev+1)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// TestMirrorConcurrent writes from several goroutines that each wait for their
// own write, then compares the view with a fresh list.
func TestMirrorConcurrent(t *testing.T) {
	s := open(t)
	m, err := NewMirror(t.Context(), s, counting("/a/"))
	require.NoError(t, err)
	defer m.Close()
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 50 {
				key := fmt.Sprintf("/a/%d/%d", w, i%7)
				op := Put(key, fmt.Append(nil, i))
				if i%5 == 4 {
					op = Delete(key)
				}
				res, err := s.Txn(context.Background(), Txn{Then: []Op{op}})
				if err != nil {
					t.Error(err)
					return
				}
				v, err := m.Wait(context.Background(), res.Rev)
				if got, ok := v.values[key]; err != nil || ok != (i%5 != 4) || ok && got != fmt.Sprint(i) {
					t.Errorf("%s after write %d: %q %v %v", key, i, got, ok, err)
				}
			}
		})
	}
	wg.Wait()
	kvs, rev, err := s.List(t.Context(), "/a/")
	require.NoError(t, err)
	fresh, err := counting().Reset(kvs, rev)
	require.NoError(t, err)
	v, err := m.Wait(t.Context(), rev)
	require.NoError(t, err)
	require.Equal(t, fresh.values, v.values)
}

// TestMirrorCompacted lets a mirror wake up with a revision that has been
// compacted away: it must fill itself anew and go on, and show nothing older.
func TestMirrorCompacted(t *testing.T) {
	s := open(t)
	first := put(t, s, Put("/a/old", nil))
	m := &Mirror[*model]{store: s, feed: counting("/a/"), ended: make(chan struct{})}
	require.NoError(t, m.reload(t.Context()))
	put(t, s, Delete("/a/old"), Put("/a/1", []byte("one")))
	last := put(t, s, Put("/a/2", []byte("two")))
	_, err := s.client.Compact(t.Context(), last)
	require.NoError(t, err)
	require.Equal(t, first, m.View().rev)

	ctx, cancel := context.WithCancel(s.closing)
	m.stop = cancel
	m.wg.Go(func() { m.run(ctx) })
	defer m.Close()
	v, err := m.Wait(t.Context(), last)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"/a/1": "one", "/a/2": "two"}, v.values)
	require.Equal(t, 2, v.resets)
	v, err = m.Wait(t.Context(), put(t, s, Put("/a/3", nil)))
	require.NoError(t, err)
	require.Len(t, v.values, 3)
	require.Equal(t, 2, v.resets, "it follows again")
}

// TestMirrorPoison feeds a value that the view cannot read: waiters learn why
// and the process is told to end, but the last good view stays.
func TestMirrorPoison(t *testing.T) {
	fatal := make(chan error, 1)
	s := open(t, func(o *Options) { o.OnFatal = func(err error) { fatal <- err } })
	m, err := NewMirror(t.Context(), s, counting("/a/"))
	require.NoError(t, err)
	defer m.Close()
	rev := put(t, s, Put("/a/1", []byte("poison")))
	v, err := m.Wait(t.Context(), rev)
	require.ErrorContains(t, err, "poisoned")
	require.Empty(t, v.values)
	require.ErrorContains(t, <-fatal, fmt.Sprintf("revision %d: poisoned", rev))
}
