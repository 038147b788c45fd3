package executor

import (
	"errors"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/scan"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/planner/physical"
)

// Run opens root, passes its batches to emit, and closes it. A batch is valid
// until emit returns. An error of emit ends the run and is returned.
func Run(q *op.Context, root op.Operator, emit func(*vector.Batch) error) (err error) {
	defer func() {
		if e := root.Close(); err == nil {
			err = e
		}
	}()
	if err := root.Open(q); err != nil {
		return err
	}
	for {
		b, err := root.Next()
		if b == nil || err != nil {
			return err
		}
		if err := emit(b); err != nil {
			return err
		}
	}
}

// RowsAffected returns the number of rows that a plan's root has inserted,
// updated or deleted; 0 for a query.
func RowsAffected(root op.Operator) int64 {
	if a, ok := root.(op.Affected); ok {
		return a.RowsAffected()
	}
	return 0
}

// Shards returns how many shards the scan would read now, of how many; EXPLAIN
// prints it.
func Shards(q *op.Context, env *Env, n *physical.Scan) (kept, known int, err error) {
	s := scan.NewSource(env.Txn, n)
	if err := s.Open(q); err != nil {
		return 0, 0, errors.Join(err, s.Close())
	}
	kept, known = s.Shards()
	return kept, known, s.Close()
}
