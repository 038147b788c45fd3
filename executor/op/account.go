package op

import (
	"fmt"
	"sync/atomic"

	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// accountStep is how much an account takes from its parent at once, in bytes:
// the parent's atomic is touched seldom.
const accountStep = 64 << 10

// Account counts the bytes that one operator keeps, under the limits of its
// statement and of the node. Only its owner calls it, but for the accounts that
// NewAccount returns, of the statement and the node, which are shared by the
// operators and statements below them.
type Account struct {
	parent   *Account
	operator string // who keeps the bytes, for the error
	used     int64  // bytes of an operator, ≤ reserved
	reserved int64  // bytes that an operator has taken from the parent
	most     int64  // the most that used has been

	limit int64        // of a shared account, bytes
	total atomic.Int64 // what a shared account's children have taken
	peak  atomic.Int64 // the most that total has been
}

// NewAccount returns a shared account that may use limit bytes, and these count
// under parent too, which may be nil.
func NewAccount(parent *Account, limit int64) *Account { return &Account{parent: parent, limit: limit} }

// Child returns the account of an operator beside or below a; operator is its
// name in the error ("sort").
func (a *Account) Child(operator string) *Account {
	if a.limit == 0 {
		a = a.parent
	}
	return &Account{parent: a, operator: operator}
}

// take takes n bytes from a shared account and those above; it returns the one
// that has them not, nil when all have.
func (a *Account) take(n int64) *Account {
	if a == nil {
		return nil
	}
	total := a.total.Add(n)
	if total > a.limit {
		a.total.Add(-n)
		return a
	}
	if over := a.parent.take(n); over != nil {
		a.total.Add(-n)
		return over
	}
	for p := a.peak.Load(); total > p && !a.peak.CompareAndSwap(p, total); p = a.peak.Load() {
	}
	return nil
}

func (a *Account) release(n int64) {
	for ; a != nil; a = a.parent {
		a.total.Add(-n)
	}
}

// Grow takes n more bytes. It returns false, and takes nothing, when the
// statement or the node would exceed its limit.
func (a *Account) Grow(n int64) bool { return a.grow(n) == nil }

func (a *Account) grow(n int64) (over *Account) {
	if a.used+n > a.reserved {
		step := (a.used + n - a.reserved + accountStep - 1) / accountStep * accountStep
		if over := a.parent.take(step); over != nil {
			return over
		}
		a.reserved += step
	}
	a.used += n
	a.most = max(a.most, a.used)
	return nil
}

// Shrink gives n bytes back.
func (a *Account) Shrink(n int64) {
	a.used -= n
	invariants.Check(a.used >= 0, "account of %s below zero: %d", a.operator, a.used)
	if spare := (a.reserved - a.used) / accountStep * accountStep; spare > 0 {
		a.reserved -= spare
		a.parent.release(spare)
	}
}

// Set grows or shrinks the account to n bytes. Over a limit it changes nothing
// and returns 53200.
func (a *Account) Set(n int64) error {
	if n <= a.used {
		a.Shrink(a.used - n)
		return nil
	}
	if over := a.grow(n - a.used); over != nil {
		return a.exceeded(n, over)
	}
	return nil
}

// exceeded is the error of an operator that wants to keep n bytes and may not.
func (a *Account) exceeded(n int64, over *Account) error {
	e := sqlerr.New(sqlerr.OutOfMemory, "out of memory").
		WithHint("Reduce the rows or groups that the statement keeps, or raise max_query_memory.")
	if over == a.parent {
		return e.WithDetail("The %s of this statement needs %s, and the statement may use %s in all.", a.operator, size(n), size(over.limit))
	}
	return e.WithDetail("The %s of this statement needs %s, and all statements together may use %s.", a.operator, size(n), size(over.limit))
}

func size(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MB", (n+1<<20-1)>>20)
	}
	return fmt.Sprintf("%d kB", (n+1<<10-1)>>10)
}

// Used returns the bytes taken: of a shared account what its children have
// reserved.
func (a *Account) Used() int64 {
	if a.limit > 0 {
		return a.total.Load()
	}
	return a.used
}

// Peak returns the most bytes that the account has held: of a shared account what
// its children had reserved.
func (a *Account) Peak() int64 {
	switch {
	case a == nil:
		return 0
	case a.limit > 0:
		return a.peak.Load()
	}
	return a.most
}

// Close gives everything back. It may be called on a nil account, and again.
func (a *Account) Close() {
	if a == nil || a.limit > 0 {
		return
	}
	a.parent.release(a.reserved)
	a.used, a.reserved = 0, 0
}
