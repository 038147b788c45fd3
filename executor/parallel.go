package executor

import (
	"errors"

	"github.com/dejaq/fasti/executor/exchange"
	"github.com/dejaq/fasti/executor/join"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/scan"
	"github.com/dejaq/fasti/planner/physical"
)

// gather makes a Gather over the part of a plan below n. Its workers share the
// scans, each reading other rows, and the right sides of joins, which are built
// once. A part that cannot be cut so runs in place, as one.
func (b *builder) gather(n *physical.Gather) (op.Operator, error) {
	c := &chain{
		builder: &builder{env: b.env, work: b.work, ctes: b.ctes, scans: map[*physical.Scan]*scan.Source{}, builds: map[*physical.Join]*join.Build{}},
		node:    n.Input,
	}
	if b.scans != nil || b.serial || !divisible(n.Input) {
		return b.build(n.Input)
	}
	if err := c.share(n.Input); err != nil {
		return nil, err
	}
	first, err := c.Make()
	if err != nil {
		return nil, err
	}
	return exchange.New(c, first), nil
}

// divisible reports whether workers that share the scans of n give, together,
// the rows that one gives.
func divisible(n physical.Node) bool {
	switch n := n.(type) {
	case *physical.Scan:
		return true
	case *physical.Filter:
		return divisible(n.Input)
	case *physical.Project:
		return divisible(n.Input)
	case *physical.Aggregate:
		return n.Mode == physical.Partial && divisible(n.Input)
	case *physical.Sort:
		return n.Limit >= 0 && divisible(n.Input) // one of the same keys stands above
	case *physical.Join:
		// The right rows of the others remember whether they found a partner.
		return n.Kind != physical.Right && n.Kind != physical.Full && divisible(n.Left)
	case *physical.Append:
		for _, in := range n.All {
			if !divisible(in) {
				return false
			}
		}
		return true
	}
	return false
}

// chain is what the workers of one Gather run and share.
type chain struct {
	builder *builder
	node    physical.Node
}

// share makes what the workers share below n.
func (c *chain) share(n physical.Node) error {
	switch n := n.(type) {
	case *physical.Scan:
		c.builder.scans[n] = scan.NewSource(c.builder.env.Txn, n)
		return nil
	case *physical.Join:
		alone := &builder{env: c.builder.env, work: c.builder.work, ctes: c.builder.ctes}
		right, err := alone.build(n.Right)
		if err != nil {
			return err
		}
		if c.builder.builds[n], err = join.NewBuild(right, n); err != nil {
			return err
		}
		return c.share(n.Left)
	}
	for _, in := range n.Inputs() {
		if err := c.share(in); err != nil {
			return err
		}
	}
	return nil
}

// Open opens the scans: there are as many workers as shards to read, at most.
func (c *chain) Open(q *op.Context) (workers int, err error) {
	for _, s := range c.builder.scans {
		if err := s.Open(q); err != nil {
			return 0, err
		}
		kept, _ := s.Shards()
		workers += kept
	}
	return max(workers, 1), nil
}

// Make builds one worker's operators.
func (c *chain) Make() (op.Operator, error) { return c.builder.build(c.node) }

// Close closes the scans and the right sides.
func (c *chain) Close() error {
	var errs []error
	for _, s := range c.builder.scans {
		errs = append(errs, s.Close())
	}
	for _, j := range c.builder.builds {
		errs = append(errs, j.Close())
	}
	return errors.Join(errs...)
}
