package agg

import (
	"errors"

	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/planner/physical"
)

// frozen is an aggregation that has no memory for more groups: those it has go
// on, rows of others wait in files by the hash of their keys. A group is either
// wholly in memory or wholly in one file, so that states never leave memory.
type frozen struct {
	parts *hash.Partitions
	over  int64 // bytes that were in use, but not accounted, when it froze
	known []uint16
	other []uint16

	next int        // file to aggregate
	sub  *Aggregate // aggregates one file; nil when none is in work
}

// freeze makes a the owner of the groups that it has.
func (a *Aggregate) freeze() {
	kinds := make([]vector.Kind, len(a.in))
	for i, t := range a.in {
		kinds[i] = vector.KindOf(t)
	}
	a.frozen = &frozen{
		parts: hash.NewPartitions(a.q.Spool, kinds, a.keyTypes(), a.level+1),
		over:  a.bytes() - a.account.Used(),
		known: make([]uint16, 0, vector.MaxRows), // not nil: that would select all rows
		other: make([]uint16, 0, vector.MaxRows),
	}
}

// sieve returns the rows of b whose groups are in memory, having set their group
// numbers, and writes the others out.
func (a *Aggregate) sieve(b *vector.Batch, keys []*vector.Vector) (*vector.Batch, error) {
	f := a.frozen
	a.sizeGroups(b.Len)
	a.table.Find(a.gids, keys, b.Rows())
	f.known, f.other = f.known[:0], f.other[:0]
	for _, r := range b.Rows().Selection() {
		if a.gids[r] == hash.None {
			f.other = append(f.other, r)
		} else {
			f.known = append(f.known, r)
		}
	}
	if err := f.parts.Append(b, keys, vector.Rows{N: b.Len, Sel: f.other}); err != nil {
		return nil, err
	}
	return &vector.Batch{Len: b.Len, Sel: f.known, Cols: b.Cols}, nil
}

// keep accounts for what a holds, and decides what to do when that is too much.
func (a *Aggregate) keep() (stop bool, err error) {
	switch {
	case a.frozen != nil:
		return false, a.account.Set(a.bytes() - a.frozen.over + a.frozen.parts.Memory())
	case a.table == nil:
		return false, a.account.Set(a.bytes())
	}
	spill, err := a.q.Keep(a.account, a.bytes())
	switch {
	case !spill || err != nil:
		return false, err
	case a.mode == physical.Partial:
		return true, nil // what stands above merges the same group again
	}
	a.freeze()
	return false, nil
}

// restart forgets the groups, which have been given.
func (a *Aggregate) restart() error {
	a.table = hash.New(a.keyTypes())
	a.groups, a.given = 0, 0
	for i, c := range a.calls {
		if err := c.renew(a.node.Aggs[i]); err != nil {
			return err
		}
	}
	return a.account.Set(0)
}

// nextFrozen is Next when the groups in memory have been given.
func (a *Aggregate) nextFrozen() (*vector.Batch, error) {
	if a.table != nil {
		// The files need the memory.
		a.table = nil
		for _, c := range a.calls {
			c.state, c.seen = nil, nil
		}
		if err := a.account.Set(0); err != nil {
			return nil, err
		}
	}
	b, err := a.nextFile()
	return b, a.q.Explain(err)
}

// nextFile returns the next groups of the rows in files, nil at the end.
func (a *Aggregate) nextFile() (*vector.Batch, error) {
	f := a.frozen
	for {
		if f.sub == nil {
			if f.next == hash.Parts {
				return nil, nil
			}
			file := f.parts.Take(f.next)
			f.next++
			if file == nil {
				continue
			}
			sub, err := newAggregate(op.NewFile(file, true), a.in, a.node, a.level+1)
			if err != nil {
				return nil, errors.Join(err, file.Close())
			}
			f.sub = sub
			if err := sub.Open(a.q); err != nil {
				return nil, err
			}
		}
		b, err := f.sub.Next()
		if b != nil || err != nil {
			return b, err
		}
		err = f.sub.Close()
		f.sub = nil
		if err != nil {
			return nil, err
		}
	}
}

func (f *frozen) close() error {
	if f == nil {
		return nil
	}
	err := f.parts.Close()
	if f.sub != nil {
		err = errors.Join(err, f.sub.Close())
		f.sub = nil
	}
	return err
}
