package replica

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Locks are taken all or none, and lines are first come, first served: who is woken
// cannot be overtaken before it runs, and who leaves makes way for the next.
func TestLockTable(t *testing.T) {
	lt := newLockTable()
	own := func(hashes ...uint64) *owner { return &owner{hashes: hashes} }
	woken := func(w *waiter) bool {
		select {
		case <-w.ready:
			return true
		default:
			return false
		}
	}
	a, b, c, d := own(1, 2), own(2, 3), own(2), own(2)
	_, ok := lt.take(a, nil)
	require.True(t, ok)
	hash, ok := lt.take(b, nil)
	require.False(t, ok)
	require.Equal(t, uint64(2), hash)
	require.Nil(t, lt.owners[3], "a request that waits holds nothing")
	wb, wc := lt.enqueue(b, hash), lt.enqueue(c, 2)
	lt.release(a)
	require.True(t, woken(wb))
	require.False(t, woken(wc))
	_, ok = lt.take(d, nil)
	require.False(t, ok, "the first in line was overtaken")
	_, ok = lt.take(c, wc)
	require.False(t, ok)
	_, ok = lt.take(b, wb)
	require.True(t, ok)
	lt.leave(wb)
	require.False(t, woken(wc), "the key is taken")
	lt.release(a) // it has nothing any more: b keeps its locks
	require.Equal(t, b, lt.owners[2])
	wd := lt.enqueue(d, 2)
	lt.release(b)
	require.True(t, woken(wc))
	lt.leave(wc) // gave up
	require.True(t, woken(wd))
	_, ok = lt.take(d, wd)
	require.True(t, ok)
	lt.leave(wd)
	lt.release(d)
	require.Empty(t, lt.owners)
	require.Empty(t, lt.queues)
}
