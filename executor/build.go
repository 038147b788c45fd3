package executor

import (
	"github.com/dejaq/fasti/executor/agg"
	"github.com/dejaq/fasti/executor/ddl"
	"github.com/dejaq/fasti/executor/filter"
	"github.com/dejaq/fasti/executor/gapfill"
	"github.com/dejaq/fasti/executor/join"
	"github.com/dejaq/fasti/executor/limit"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/project"
	"github.com/dejaq/fasti/executor/scan"
	"github.com/dejaq/fasti/executor/sort"
	"github.com/dejaq/fasti/executor/values"
	"github.com/dejaq/fasti/executor/window"
	"github.com/dejaq/fasti/executor/write"
	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Build makes the operators of a plan. They are not opened, and hold nothing
// that needs to be closed before they are. The plan is not changed, and may be
// built many times.
func Build(n physical.Node, env *Env) (op.Operator, error) {
	b := &builder{env: env, ctes: map[int]*values.CTE{}}
	return b.build(n)
}

// builder makes the operators of one plan, or one worker's share of it.
type builder struct {
	env *Env
	// scans and builds are what the workers of a Gather share; nil outside one.
	scans  map[*physical.Scan]*scan.Source
	builds map[*physical.Join]*join.Build
	// serial: below the right side of an Apply, where no workers are worth it.
	serial bool
	// work are the working tables of the recursive queries around.
	work map[int]*values.Work
	// ctes are the WITH queries of the statement that are computed once.
	ctes map[int]*values.CTE
}

// build makes the operators of n. In test builds every operator is watched: its
// batches are verified, and overwritten when their time is over.
func (b *builder) build(n physical.Node) (op.Operator, error) {
	o, err := b.operator(n)
	if err != nil {
		return nil, err
	}
	if b.env.Profile != nil {
		o = op.Measure(o, b.env.Profile.stats(n))
	}
	if invariants.Enabled {
		o = op.Watch(o)
	}
	return o, nil
}

func (b *builder) operator(n physical.Node) (op.Operator, error) {
	switch n := n.(type) {
	case *physical.Scan:
		return b.scan(n)
	case *physical.VirtualScan:
		return values.NewVirtual(b.env.Virtual, n.Namespace, n.Name, n.Columns, typesOf(n.Out)), nil
	case *physical.Input:
		return b.env.Input, nil
	case *physical.Values:
		return values.New(n.Rows, typesOf(n.Out)), nil
	case *physical.Append:
		all, err := b.all(n.All)
		if err != nil {
			return nil, err
		}
		return values.NewAppend(all), nil
	case *physical.SingleRow:
		in, err := b.build(n.Input)
		if err != nil {
			return nil, err
		}
		return limit.NewSingle(in, values.Kinds(inputTypes(n))), nil
	case *physical.Filter:
		in, err := b.build(n.Input)
		if err != nil {
			return nil, err
		}
		return made(filter.New(in, inputTypes(n), n.Conds))
	case *physical.Project:
		in, err := b.build(n.Input)
		if err != nil {
			return nil, err
		}
		return made(project.New(in, inputTypes(n), n.Exprs))
	case *physical.Limit:
		in, err := b.build(n.Input)
		if err != nil {
			return nil, err
		}
		if len(n.Ties) > 0 {
			return ties(in, inputTypes(n), n), nil
		}
		return limit.New(in, n.Count, n.Offset), nil
	case *physical.ProjectSet:
		in, err := b.build(n.Input)
		if err != nil {
			return nil, err
		}
		return made(project.NewSet(in, inputTypes(n), n))
	case *physical.Join:
		return b.join(n)
	case *physical.Apply:
		return b.apply(n)
	case *physical.Recursive:
		return b.recursive(n)
	case *physical.With:
		return b.with(n)
	case *physical.CTEScan:
		return values.NewCTEScan(b.ctes[n.ID]), nil
	case *physical.WorkTable:
		return values.NewWorkScan(b.work[n.ID]), nil
	case *physical.Gather:
		return b.gather(n)
	case *physical.DistinctOn:
		in, err := b.build(n.Input)
		if err != nil {
			return nil, err
		}
		return made(agg.NewDistinctOn(in, inputTypes(n), n.Keys))
	case *physical.Sort:
		in, err := b.build(n.Input)
		if err != nil {
			return nil, err
		}
		return made(sort.New(in, inputTypes(n), n))
	case *physical.GapFill:
		in, err := b.build(n.Input)
		if err != nil {
			return nil, err
		}
		return made(gapfill.New(in, inputTypes(n), n))
	case *physical.Window:
		in, err := b.build(n.Input)
		if err != nil {
			return nil, err
		}
		return made(window.New(in, inputTypes(n), n))
	case *physical.Aggregate:
		in, err := b.build(n.Input)
		if err != nil {
			return nil, err
		}
		return made(agg.New(in, b.types(n.Input), n))
	case *physical.Insert:
		in, err := b.build(n.Input)
		if err != nil {
			return nil, err
		}
		return made(write.NewInsert(in, inputTypes(n), b.env.Txn, n.Table, n.Checks, n.Returning))
	case *physical.Conflict:
		in, err := b.build(n.Input)
		if err != nil {
			return nil, err
		}
		return write.NewConflict(in, inputTypes(n), b.env.Txn, n), nil
	case *physical.Upsert:
		in, err := b.build(n.Input)
		if err != nil {
			return nil, err
		}
		return made(write.NewUpsert(in, inputTypes(n), b.env.Txn, n.Table, n.Checks, n.Returning))
	case *physical.Update:
		in, err := b.build(n.Input)
		if err != nil {
			return nil, err
		}
		return made(write.NewUpdate(in, inputTypes(n), b.env.Txn, n.Table, n.Checks, n.Returning, joins(n.Input)))
	case *physical.Delete:
		in, err := b.build(n.Input)
		if err != nil {
			return nil, err
		}
		return made(write.NewDelete(in, inputTypes(n), b.env.Txn, n.Table, n.Returning, joins(n.Input)))
	case *physical.CreateTable:
		return ddl.CreateTable(b.env.Catalog, n), nil
	case *physical.Truncate:
		return ddl.Truncate(b.env.DB, n), nil
	case *physical.Change:
		checks := make([]op.Operator, len(n.Checks))
		for i, k := range n.Checks {
			var err error
			if checks[i], err = b.build(k.Input); err != nil {
				return nil, err
			}
		}
		return ddl.Change(b.env.Catalog, b.env.DB, n, checks), nil
	case *physical.CreateIndex:
		return ddl.CreateIndex(b.env.Catalog, b.env.DB, n), nil
	case *physical.CreateHypertable:
		return ddl.CreateHypertable(b.env.Catalog, b.env.DB, b.env.Txn, n), nil
	}
	return nil, sqlerr.NotSupported("the plan node %T", n)
}

func (b *builder) join(n *physical.Join) (op.Operator, error) {
	build, shared := b.builds[n]
	if !shared {
		right, err := b.build(n.Right)
		if err != nil {
			return nil, err
		}
		if build, err = join.NewBuild(right, n); err != nil {
			return nil, err
		}
	}
	left, err := b.build(n.Left)
	if err != nil {
		return nil, err
	}
	return made(join.New(left, build, !shared, n))
}

func (b *builder) apply(n *physical.Apply) (op.Operator, error) {
	left, err := b.build(n.Left)
	if err != nil {
		return nil, err
	}
	right := &builder{env: b.env, serial: true, work: b.work, ctes: b.ctes}
	return made(join.NewApply(left, func() (op.Operator, error) { return right.build(n.Right) }, n))
}

func (b *builder) with(n *physical.With) (op.Operator, error) {
	query, err := b.build(n.Query)
	if err != nil {
		return nil, err
	}
	c := values.NewCTE(query, values.Kinds(typesOf(n.Query.Fields())))
	b.ctes[n.ID] = c
	input, err := b.build(n.Input)
	if err != nil {
		return nil, err
	}
	writes := false
	switch n.Query.(type) {
	case *physical.Insert, *physical.Upsert, *physical.Update, *physical.Delete:
		writes = true
	}
	return values.NewWith(c, input, writes), nil
}

func (b *builder) recursive(n *physical.Recursive) (op.Operator, error) {
	seed, err := b.build(n.Seed)
	if err != nil {
		return nil, err
	}
	ts, w := typesOf(n.Out), &values.Work{}
	below := &builder{env: b.env, serial: true, work: map[int]*values.Work{n.ID: w}, ctes: b.ctes}
	for id, outer := range b.work {
		below.work[id] = outer
	}
	steps := values.NewSteps(seed, func() (op.Operator, error) { return below.build(n.Step) }, w, ts)
	if n.All {
		return values.NewRecursive(steps, steps), nil
	}
	keys := make([]expr.Expr, len(ts))
	for i, t := range ts {
		keys[i] = expr.Column{Index: i, T: t}
	}
	distinct, err := agg.NewDistinctOn(steps, ts, keys)
	if err != nil {
		return nil, err
	}
	return values.NewRecursive(distinct, steps), nil
}

// joins reports whether a row of a table below n may come more than once.
func joins(n physical.Node) bool {
	switch n.(type) {
	case *physical.Join, *physical.Apply, *physical.ProjectSet:
		return true
	}
	for _, in := range n.Inputs() {
		if joins(in) {
			return true
		}
	}
	return false
}

// made keeps a nil operator of a failed constructor out of the interface.
func made[O op.Operator](o O, err error) (op.Operator, error) {
	if err != nil {
		return nil, err
	}
	return o, nil
}

func (b *builder) all(nodes []physical.Node) ([]op.Operator, error) {
	ops := make([]op.Operator, len(nodes))
	for i, n := range nodes {
		var err error
		if ops[i], err = b.build(n); err != nil {
			return nil, err
		}
	}
	return ops, nil
}

func (b *builder) scan(n *physical.Scan) (op.Operator, error) {
	if s := b.scans[n]; s != nil {
		return made(scan.New(s, false))
	}
	return made(scan.New(scan.NewSource(b.env.Txn, n), true))
}

// types returns the types of the columns that n's operator gives: its fields,
// and behind them the states of a partial aggregation.
func (b *builder) types(n physical.Node) []types.Type {
	switch n := n.(type) {
	case *physical.Gather:
		return b.types(n.Input)
	case *physical.Aggregate:
		if n.Mode == physical.Partial {
			return agg.PartialTypes(n)
		}
	}
	return typesOf(n.Fields())
}

// inputTypes returns the column types of the only input of n.
func inputTypes(n physical.Node) []types.Type { return typesOf(n.Inputs()[0].Fields()) }

func typesOf(fields []physical.Field) []types.Type {
	ts := make([]types.Type, len(fields))
	for i, f := range fields {
		ts[i] = f.Type
	}
	return ts
}

// ties makes the Limit of WITH TIES over columns of these types. A key that is no
// column is the same in all rows.
func ties(in op.Operator, ts []types.Type, n *physical.Limit) op.Operator {
	var keys []int
	var keyTypes []types.Type
	for _, k := range n.Ties {
		if c, ok := k.(expr.Column); ok {
			keys, keyTypes = append(keys, c.Index), append(keyTypes, ts[c.Index])
		}
	}
	return limit.NewTies(in, n.Count, n.Offset, keys, keyTypes, values.Kinds(keyTypes))
}
