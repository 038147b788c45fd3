package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// key is a key of either kind: the data store wants the suffix length at its end.
func key(i int) []byte { return fmt.Appendf(nil, "k%06d\x00", i) }

func set(t *testing.T, s *Store, sync bool, is ...int) {
	t.Helper()
	b := s.NewBatch()
	defer b.Close()
	for _, i := range is {
		require.NoError(t, b.Set(key(i), fmt.Appendf(nil, "v%d", i), nil))
	}
	require.NoError(t, s.Apply(b, sync))
}

func has(t *testing.T, s *Store, i int) bool {
	t.Helper()
	_, c, err := s.Get(key(i))
	if errors.Is(err, ErrNotFound) {
		return false
	}
	require.NoError(t, err)
	require.NoError(t, c.Close())
	return true
}

// A data store and a raft log share a cache, keep what they were told, and find
// it again after Close and Open.
func TestReopen(t *testing.T) {
	fs, cache := MemFS(), NewCache(4<<20)
	defer cache.Close()
	for _, kind := range []Kind{Data, RaftLog} {
		o := Options{Dir: kind.String(), FS: fs, Kind: kind, Cache: cache}
		s, err := Open(o)
		require.NoError(t, err)
		set(t, s, kind == RaftLog, 1, 2, 3)
		require.True(t, has(t, s, 2))
		require.False(t, has(t, s, 4))
		require.NoError(t, s.Close())
		require.NoError(t, s.Close())
		s, err = Open(o)
		require.NoError(t, err)
		require.True(t, has(t, s, 3))
		require.NoError(t, s.Close())
	}
}

// A crash leaves a synced batch of the log whole and, of a data store, a prefix of
// the applied batches which includes all that a durable iterator had shown (S2, S3).
func TestCrash(t *testing.T) {
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 1))
		fs := NewCrashableMem()
		open := func(fs FS, kind Kind) *Store {
			s, err := Open(Options{Dir: kind.String(), FS: fs, Kind: kind, MemTableSize: 64 << 10})
			require.NoError(t, err)
			return s
		}
		log, data := open(fs, RaftLog), open(fs, Data)
		n := 200 + rng.IntN(800)
		for i := range n {
			set(t, data, false, i)
			if i%100 == 0 {
				set(t, log, true, i)
			}
			if rng.IntN(150) == 0 {
				_, err := data.FlushAsync()
				require.NoError(t, err)
			}
		}
		durable := 0
		it, err := data.NewIter(&IterOptions{OnlyReadGuaranteedDurable: true})
		require.NoError(t, err)
		for ok := it.First(); ok; ok = it.Next() {
			durable++
		}
		require.NoError(t, it.Close())
		crashed := fs.CrashClone(CrashCloneCfg{UnsyncedDataPercent: int(seed%3) * 50, RNG: rng})
		require.NoError(t, log.Close())
		require.NoError(t, data.Close())

		log, data = open(crashed, RaftLog), open(crashed, Data)
		for i := 0; i < n; i += 100 {
			require.True(t, has(t, log, i))
		}
		kept := 0
		for kept < n && has(t, data, kept) {
			kept++
		}
		require.GreaterOrEqual(t, kept, durable)
		for i := kept; i < n; i++ {
			require.False(t, has(t, data, i), "hole at %d, next %d", kept, i)
		}
		require.NoError(t, log.Close())
		require.NoError(t, data.Close())
	}
}

// A failed fsync of the log reaches OnFatal once, and nothing is accepted after it
// (S4).
func TestFatal(t *testing.T) {
	var fail atomic.Bool
	fs := FailSyncs(MemFS(), &fail)
	fatal := make(chan error, 10)
	s, err := Open(Options{Dir: "log", FS: fs, Kind: RaftLog, OnFatal: func(err error) { fatal <- err }})
	require.NoError(t, err)
	set(t, s, true, 1)
	fail.Store(true)
	b := s.NewBatch()
	require.NoError(t, b.Set(key(2), nil, nil))
	require.ErrorContains(t, s.Apply(b, true), "no space left")
	require.ErrorContains(t, <-fatal, "no space left")
	b2 := s.NewBatch()
	require.ErrorContains(t, s.Apply(b2, false), "no space left")
	require.NoError(t, b2.Close())
	fail.Store(false)
	_ = s.Close()
	require.Empty(t, fatal)
}
