package syscat

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dejaq/fasti/executor/op"
)

// Activity knows the sessions of a node and what they run. It may be used by any
// number of goroutines; it is bounded by the number of connections.
type Activity struct {
	mu       sync.Mutex
	backends map[uint32]*Backend // guarded by mu; by process number
}

// NewActivity returns an empty Activity.
func NewActivity() *Activity { return &Activity{backends: map[uint32]*Backend{}} }

// Backend is one session's entry. Its session alone calls Set.
type Backend struct {
	PID            uint32
	User, Database string
	Start          time.Time
	// Application returns application_name now; other goroutines call it.
	application atomic.Pointer[string]
	state       atomic.Pointer[BackendState]
}

// BackendState is what a session does now. It is not changed after Set.
type BackendState struct {
	// State is "idle", "active", "idle in transaction" or "idle in transaction
	// (aborted)"; Changed is when it began.
	State   string
	Changed time.Time
	// Query is the statement that runs, or ran last, and Begin when it began.
	Query string
	Begin time.Time
	// Transaction is when the open transaction began, zero for none.
	Transaction time.Time
	// Memory is the account of the running statement, nil when none runs.
	Memory *op.Account
}

// Add registers a session.
func (a *Activity) Add(b *Backend) {
	b.state.Store(&BackendState{State: "idle", Changed: b.Start})
	a.mu.Lock()
	defer a.mu.Unlock()
	a.backends[b.PID] = b
}

// Remove forgets a session.
func (a *Activity) Remove(b *Backend) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.backends, b.PID)
}

// Set says what the session does now.
func (b *Backend) Set(s BackendState) { b.state.Store(&s) }

// SetApplication says how the session's client calls itself.
func (b *Backend) SetApplication(name string) { b.application.Store(&name) }

// State returns what the session does.
func (b *Backend) State() BackendState { return *b.state.Load() }

// list returns the sessions in order of their process numbers.
func (a *Activity) list() []*Backend {
	a.mu.Lock()
	defer a.mu.Unlock()
	var list []*Backend
	for _, b := range a.backends {
		list = append(list, b)
	}
	slices.SortFunc(list, func(x, y *Backend) int { return cmp.Compare(x.PID, y.PID) })
	return list
}

func (b *Backend) applicationName() string {
	if s := b.application.Load(); s != nil {
		return *s
	}
	return ""
}

func (r *Reader) activityRows(e *emitter) error {
	for _, b := range r.activity.list() {
		s := b.State()
		var user any
		if rows := r.findText("pg_authid", "rolname", b.User); len(rows) > 0 {
			user = rows[0].oid("oid")
		}
		e.add(r.databaseOID(b.Database), b.Database, b.PID, user, b.User, b.applicationName(), timestamp(b.Start),
			timestamp(s.Transaction), timestamp(s.Begin), timestamp(s.Changed), s.State, s.Query, "client backend")
	}
	return nil
}

// queryRows are the rows of fasti.queries: statements that run.
func (r *Reader) queryRows(e *emitter) error {
	now := r.q.Clock
	for _, b := range r.activity.list() {
		s := b.State()
		if s.Memory == nil {
			continue
		}
		e.add(b.PID, b.User, b.applicationName(), s.Query, timestamp(s.Begin), micros(max(0, now.Sub(s.Begin).Microseconds())), s.Memory.Used(), s.Memory.Peak())
	}
	return nil
}
