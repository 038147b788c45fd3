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

// Account counts the bytes that one operator keeps, under the statement's
// limit. Only its owner calls it. The statement's account is the root that
// NewAccount returns; operators use children of it.
type Account struct {
	root     *Account // nil for the root
	operator string   // who keeps the bytes, for the error
	used     int64    // bytes, ≤ reserved
	reserved int64    // bytes taken from the root

	limit int64        // of the root, bytes
	total atomic.Int64 // of the root: what the children have reserved
	peak  atomic.Int64 // of the root: the most total has been
}

// NewAccount returns the account of a statement that may use limit bytes.
func NewAccount(limit int64) *Account { return &Account{limit: limit} }

// Child returns an account below the root of a; operator is its name in the
// error ("sort").
func (a *Account) Child(operator string) *Account {
	root := a
	if a.root != nil {
		root = a.root
	}
	return &Account{root: root, operator: operator}
}

// Grow takes n more bytes. It returns false, and takes nothing, when the
// statement would exceed its limit.
func (a *Account) Grow(n int64) bool {
	if a.used+n <= a.reserved {
		a.used += n
		return true
	}
	step := (a.used + n - a.reserved + accountStep - 1) / accountStep * accountStep
	total := a.root.total.Add(step)
	if total > a.root.limit {
		a.root.total.Add(-step)
		return false
	}
	for {
		p := a.root.peak.Load()
		if total <= p || a.root.peak.CompareAndSwap(p, total) {
			break
		}
	}
	a.reserved += step
	a.used += n
	return true
}

// Shrink gives n bytes back.
func (a *Account) Shrink(n int64) {
	a.used -= n
	invariants.Check(a.used >= 0, "account of %s below zero: %d", a.operator, a.used)
	if spare := (a.reserved - a.used) / accountStep * accountStep; spare > 0 {
		a.reserved -= spare
		a.root.total.Add(-spare)
	}
}

// Set grows or shrinks the account to n bytes. Over the limit it changes
// nothing and returns the statement's 53200.
func (a *Account) Set(n int64) error {
	switch {
	case n <= a.used:
		a.Shrink(a.used - n)
	case !a.Grow(n - a.used):
		return a.Exceeded(n)
	}
	return nil
}

// Exceeded returns the error of an operator that wants to keep n bytes and may
// not.
func (a *Account) Exceeded(n int64) error {
	return sqlerr.New(sqlerr.OutOfMemory, "out of memory").
		WithDetail("The %s of this statement needs %s, and the statement may use %s in all.", a.operator, size(n), size(a.root.limit)).
		WithHint("Writing to temporary files is not supported yet: reduce the rows or groups it keeps, or raise the limit.")
}

func size(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MB", (n+1<<20-1)>>20)
	}
	return fmt.Sprintf("%d kB", (n+1<<10-1)>>10)
}

// Used returns the bytes taken: of a child what it uses, of the root what its
// children have reserved.
func (a *Account) Used() int64 {
	if a.root == nil {
		return a.total.Load()
	}
	return a.used
}

// Peak returns the most bytes that the root's children ever had reserved.
func (a *Account) Peak() int64 { return a.peak.Load() }

// Close gives everything back. It may be called on a nil account, and again.
func (a *Account) Close() {
	if a == nil || a.root == nil {
		return
	}
	a.root.total.Add(-a.reserved)
	a.used, a.reserved = 0, 0
}
