package pgwire

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"sync"
)

// registry finds a connection by its backend key, to cancel what it runs.
type registry struct {
	mu    sync.Mutex
	conns map[uint32]*conn // guarded by mu; bounded by Options.MaxConnections
	last  uint32           // guarded by mu
}

// pidMask keeps process ids positive as int32.
const pidMask = 1<<31 - 1

// add gives c a free process id and a random secret.
func (r *registry) add(c *conn) error {
	var secret [4]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		r.last = (r.last + 1) & pidMask
		if _, taken := r.conns[r.last]; r.last != 0 && !taken {
			break
		}
	}
	c.pid, c.secret = r.last, binary.BigEndian.Uint32(secret[:])
	r.conns[c.pid] = c
	return nil
}

func (r *registry) remove(c *conn) {
	r.mu.Lock()
	delete(r.conns, c.pid)
	r.mu.Unlock()
}

// all returns the connections there are now.
func (r *registry) all() []*conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	conns := make([]*conn, 0, len(r.conns))
	for _, c := range r.conns {
		conns = append(conns, c)
	}
	return conns
}

// cancel cancels the running statement of connection pid if the secret is
// right; it answers nothing else, whatever happened.
func (r *registry) cancel(pid, secret uint32) {
	r.mu.Lock()
	c := r.conns[pid]
	r.mu.Unlock()
	if c == nil {
		return
	}
	var want, got [4]byte
	binary.BigEndian.PutUint32(want[:], c.secret)
	binary.BigEndian.PutUint32(got[:], secret)
	if subtle.ConstantTimeCompare(want[:], got[:]) == 1 {
		c.interrupt(errCanceled())
	}
}

// running is the statement that a connection executes now.
type running struct{ cancel context.CancelCauseFunc }
