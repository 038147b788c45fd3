package agg

import (
	"errors"

	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Aggregate is the operator. It reads all of its input in the first Next.
type Aggregate struct {
	input op.Operator
	mode  physical.AggMode
	keys  int              // number of key columns
	exprs *compute.Program // keys, then arguments of calls without FILTER; nil for none
	calls []*call
	table *hash.Table // nil without keys: there is one group
	in    []types.Type
	node  *physical.Aggregate
	level uint64 // how many aggregations have passed the rows on in files

	q       *op.Context
	account *op.Account
	gids    []uint32
	args    arguments
	groups  int
	built   bool
	more    bool    // a Partial gives its groups before the end of the input
	frozen  *frozen // nil while there is memory

	given  int // groups
	slices []vector.Scratch
	cols   []column
	out    vector.Batch
}

// New returns the operator of n over input, whose columns have the types in.
func New(input op.Operator, in []types.Type, n *physical.Aggregate) (*Aggregate, error) {
	return newAggregate(input, in, n, 0)
}

func newAggregate(input op.Operator, in []types.Type, n *physical.Aggregate, level uint64) (*Aggregate, error) {
	a := &Aggregate{input: input, mode: n.Mode, keys: len(n.Keys), in: in, node: n, level: level}
	exprs := append([]expr.Expr(nil), n.Keys...)
	columns := 0
	for _, g := range n.Aggs {
		c, err := newCall(g, in, n.Mode)
		if err != nil {
			return nil, err
		}
		if c.filter == nil {
			c.first = len(exprs)
			exprs = append(exprs, inputs(g)...)
		}
		a.calls = append(a.calls, c)
		columns += len(c.outputs(n.Mode))
	}
	if n.Mode != physical.Final && len(exprs) > 0 {
		var err error
		if a.exprs, err = compute.Compile(exprs, in); err != nil {
			return nil, err
		}
	}
	if len(n.Keys) > 0 {
		a.table = hash.New(a.keyTypes())
	} else {
		a.groups = 1
		a.resize()
	}
	a.slices = make([]vector.Scratch, len(n.Keys))
	a.cols = make([]column, columns)
	a.out.Cols = make([]*vector.Vector, len(n.Keys)+columns)
	return a, nil
}

func (a *Aggregate) keyTypes() []types.Type {
	ts := make([]types.Type, len(a.node.Keys))
	for i, k := range a.node.Keys {
		ts[i] = k.Type()
	}
	return ts
}

// call is one aggregate call and its states.
type call struct {
	state  state
	kind   vector.Kind // of the result
	sorted *sorted     // the state of a call with an order, else nil
	first  int         // its arguments in the common program, without FILTER
	args   int         // columns that it takes: inputs
	must   int         // leading ones that must not be NULL

	filter *compute.Program // nil without FILTER
	own    *compute.Program // arguments of a call with FILTER; nil for none
	sel    []uint16         // rows that pass it
	cache  arguments

	seen *hash.Table // of a DISTINCT: group and arguments
	ids  []uint32
	keys []*vector.Vector
	gids vector.Vector // the groups as a key column
	new  []uint16
}

func newCall(g physical.Agg, in []types.Type, mode physical.AggMode) (*call, error) {
	ts := make([]types.Type, len(g.Args))
	for i, e := range g.Args {
		ts[i] = e.Type()
	}
	all := inputs(g)
	c := &call{kind: vector.KindOf(g.T), args: len(all)}
	err := c.renew(g)
	if err != nil || mode == physical.Final {
		return c, err
	}
	if g.Distinct {
		if mode == physical.Partial {
			return nil, sqlerr.New(sqlerr.InternalError, "partial aggregate %s with DISTINCT", g.Func)
		}
		c.seen = hash.New(append([]types.Type{types.Of(types.Int4)}, ts...))
		c.ids = make([]uint32, vector.MaxRows)
		c.keys = make([]*vector.Vector, 1+len(ts))
		c.gids = vector.Vector{Kind: vector.Int32}
	}
	if g.Filter == nil {
		return c, nil
	}
	if c.filter, err = compute.Compile([]expr.Expr{g.Filter}, in); err != nil || len(all) == 0 {
		return c, err
	}
	c.own, err = compute.Compile(all, in)
	return c, err
}

// renew gives c, the call of g, states of no groups. It is not for DISTINCT.
func (c *call) renew(g physical.Agg) (err error) {
	ts := make([]types.Type, len(g.Args))
	for i, e := range g.Args {
		ts[i] = e.Type()
	}
	strict := false
	if len(g.Order) > 0 {
		if c.sorted, strict, err = newSorted(g, ts); err != nil {
			return err
		}
		c.state = c.sorted
	} else if c.state, strict, err = newState(g.Func, ts, g.T); err != nil {
		return err
	}
	if strict {
		c.must = len(g.Args)
	}
	return nil
}

// outputs returns the kinds of the columns that the call gives.
func (c *call) outputs(mode physical.AggMode) []vector.Kind {
	if mode == physical.Partial {
		return c.state.partials()
	}
	return []vector.Kind{c.kind}
}

// PartialTypes returns the types of the columns of a Partial: the keys', and for
// the columns of states a type of their kind.
func PartialTypes(n *physical.Aggregate) []types.Type {
	var ts []types.Type
	for _, k := range n.Keys {
		ts = append(ts, k.Type())
	}
	for _, g := range n.Aggs {
		c, err := newCall(g, nil, physical.Final)
		if err != nil {
			return nil // New reports it
		}
		for _, k := range c.state.partials() {
			ts = append(ts, typeOf[k])
		}
	}
	return ts
}

// typeOf has a type of each kind.
var typeOf = [...]types.Type{
	vector.Bool: types.Of(types.Bool), vector.Int32: types.Of(types.Int4), vector.Int64: types.Of(types.Int8),
	vector.Float64: types.Of(types.Float8), vector.Word128: types.Of(types.UUID), vector.Bytes: types.Of(types.Bytea),
}

// Open opens the input.
func (a *Aggregate) Open(q *op.Context) error {
	a.q, a.account = q, q.Memory.Child("aggregation")
	for _, c := range a.calls {
		if c.sorted != nil {
			c.sorted.q = q
		}
	}
	return a.input.Open(q)
}

// Next returns the next groups, in order of first sight.
func (a *Aggregate) Next() (*vector.Batch, error) {
	if !a.built {
		a.built = true
		if err := a.build(); err != nil {
			return nil, a.q.Explain(err)
		}
	}
	if err := a.q.Check(); err != nil {
		return nil, err
	}
	if a.given == a.groups && a.more {
		err := a.restart()
		if err == nil {
			err = a.build()
		}
		if err != nil {
			return nil, a.q.Explain(err)
		}
	}
	from := a.given
	if from == a.groups {
		if a.frozen == nil {
			return nil, nil
		}
		return a.nextFrozen()
	}
	a.given = min(from+a.q.BatchRows, a.groups)
	b, err := a.results(from, a.given)
	return b, a.q.Explain(err)
}

func (a *Aggregate) build() error {
	a.more = false
	for {
		if err := a.q.Check(); err != nil {
			return err
		}
		b, err := a.input.Next()
		if err != nil {
			return err
		}
		if b == nil {
			if a.frozen != nil {
				return a.frozen.parts.Finish()
			}
			return nil
		}
		if a.mode == physical.Final {
			err = a.merge(b)
		} else {
			err = a.add(b)
		}
		if err != nil {
			return err
		}
		if a.more, err = a.keep(); err != nil || a.more {
			return err
		}
	}
}

// group numbers the keys of the rows that count; nil without keys.
func (a *Aggregate) group(keys []*vector.Vector, rows vector.Rows) ([]uint32, error) {
	if a.table == nil {
		return nil, nil
	}
	if a.frozen != nil {
		return a.gids, nil // sieve has set them
	}
	a.sizeGroups(rows.N)
	if err := a.table.Map(a.gids, keys, rows); err != nil {
		return nil, err
	}
	if n := a.table.Len(); n > a.groups {
		a.groups = n
		a.resize()
	}
	return a.gids, nil
}

// sizeGroups makes room for the group numbers of so many rows.
func (a *Aggregate) sizeGroups(rows int) {
	if cap(a.gids) < rows {
		op.Put(a.q.Pool, a.gids)
		a.gids = op.Get[uint32](a.q.Pool, rows)
	}
	a.gids = a.gids[:rows]
}

func (a *Aggregate) resize() {
	for _, c := range a.calls {
		c.state.resize(a.groups)
	}
}

// add adds the rows of b.
func (a *Aggregate) add(b *vector.Batch) error {
	var cols []*vector.Vector
	var err error
	if a.exprs != nil {
		if cols, err = a.exprs.Run(a.q, b); err != nil {
			return err
		}
	}
	if a.frozen != nil {
		if b, err = a.sieve(b, cols[:a.keys]); err != nil || len(b.Sel) == 0 {
			return err
		}
	}
	gids, err := a.group(cols[:a.keys], b.Rows())
	if err != nil {
		return err
	}
	a.args.reset()
	for _, c := range a.calls {
		if c.filter != nil {
			err = c.addFiltered(a.q, gids, b)
		} else {
			err = c.add(gids, cols[c.first:c.first+c.args], b.Rows(), &a.args)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// addFiltered adds the rows of b that pass the call's FILTER; on others its
// arguments are not evaluated.
func (c *call) addFiltered(q *op.Context, gids []uint32, b *vector.Batch) (err error) {
	if c.sel, err = c.filter.Filter(q, b, c.sel[:0]); err != nil || len(c.sel) == 0 {
		return err
	}
	narrow := vector.Batch{Len: b.Len, Sel: c.sel, Cols: b.Cols}
	var args []*vector.Vector
	if c.own != nil {
		if args, err = c.own.Run(q, &narrow); err != nil {
			return err
		}
	}
	c.cache.reset()
	return c.add(gids, args, narrow.Rows(), &c.cache)
}

func (c *call) add(gids []uint32, args []*vector.Vector, rows vector.Rows, cache *arguments) error {
	sel := rows.Selection()
	if len(args) > 0 {
		args, sel = cache.flat(args, rows, c.must)
	}
	if c.seen != nil && len(sel) > 0 {
		var err error
		if sel, err = c.distinct(gids, args, vector.Rows{N: rows.N, Sel: sel}); err != nil {
			return err
		}
	}
	if len(sel) == 0 {
		return nil
	}
	return c.state.update(gids, args, sel)
}

// distinct returns the rows whose arguments are new to their group.
func (c *call) distinct(gids []uint32, args []*vector.Vector, rows vector.Rows) ([]uint16, error) {
	c.gids.Len = rows.N
	if cap(c.gids.I32) < rows.N {
		c.gids.I32 = make([]int32, rows.N, vector.MaxRows)
	}
	c.gids.I32 = c.gids.I32[:rows.N]
	for _, r := range rows.Sel {
		c.gids.I32[r] = int32(group(gids, r))
	}
	c.keys[0] = &c.gids
	copy(c.keys[1:], args[:len(c.keys)-1])
	if err := c.seen.Map(c.ids, c.keys, rows); err != nil {
		return nil, err
	}
	c.new = c.new[:0]
	for _, r := range c.seen.Fresh() {
		c.new = append(c.new, uint16(r))
	}
	return c.new, nil
}

// merge adds a batch of partial states.
func (a *Aggregate) merge(b *vector.Batch) (err error) {
	if a.frozen != nil {
		if b, err = a.sieve(b, b.Cols[:a.keys]); err != nil || len(b.Sel) == 0 {
			return err
		}
	}
	gids, err := a.group(b.Cols[:a.keys], b.Rows())
	if err != nil {
		return err
	}
	a.args.reset()
	at := a.keys
	for _, c := range a.calls {
		n := len(c.state.partials())
		in, sel := a.args.flat(b.Cols[at:at+n], b.Rows(), 0)
		if err := c.state.merge(gids, in, sel); err != nil {
			return err
		}
		at += n
	}
	return nil
}

// results returns groups [from, to) as a batch.
func (a *Aggregate) results(from, to int) (*vector.Batch, error) {
	n := to - from
	a.out.Len = n
	for i := range a.slices {
		a.out.Cols[i] = a.slices[i].Slice(a.table.Keys()[i], from, to)
	}
	at := 0
	for _, c := range a.calls {
		kinds := c.outputs(a.mode)
		cols := a.cols[at : at+len(kinds)]
		for i, k := range kinds {
			cols[i].reset(k, n)
			a.out.Cols[a.keys+at+i] = &cols[i].v
		}
		if a.mode == physical.Partial {
			c.state.partial(from, to, cols)
		} else if err := c.state.final(from, to, &cols[0]); err != nil {
			return nil, err
		}
		at += len(kinds)
	}
	return &a.out, nil
}

func (a *Aggregate) bytes() int64 {
	var n int64
	if a.table != nil {
		n = a.table.Bytes()
	}
	for _, c := range a.calls {
		n += c.state.bytes()
		if c.seen != nil {
			n += c.seen.Bytes()
		}
	}
	return n
}

// Figures returns the memory that the groups took, and the disk that rows of
// others did.
func (a *Aggregate) Figures() []op.Figure {
	disk := int64(0)
	if a.frozen != nil {
		disk = a.frozen.parts.Written()
	}
	return op.MemoryFigures(a.account, disk)
}

// Close closes the input and forgets the groups.
func (a *Aggregate) Close() error {
	a.account.Close()
	if a.gids != nil {
		op.Put(a.q.Pool, a.gids)
		a.gids = nil
	}
	a.table, a.calls = nil, nil
	a.given, a.groups = 0, 0
	return errors.Join(a.frozen.close(), a.input.Close())
}

// arguments prepares argument columns for states: flat, and the rows without
// NULL. Calls over the same columns share the work.
type arguments struct {
	entries []*argument
	used    int
	list    []*vector.Vector
	sel     []uint16
}

type argument struct {
	src     *vector.Vector
	flat    *vector.Vector
	scratch vector.Scratch
	some    []uint16 // rows without NULL; valid when counted
	counted bool
}

func (a *arguments) reset() { a.used = 0 }

func (a *arguments) entry(v *vector.Vector, rows vector.Rows) *argument {
	for _, e := range a.entries[:a.used] {
		if e.src == v {
			return e
		}
	}
	if a.used == len(a.entries) {
		a.entries = append(a.entries, new(argument))
	}
	e := a.entries[a.used]
	a.used++
	e.src, e.counted = v, false
	e.flat = e.scratch.Flatten(v, rows)
	return e
}

// flat returns args flat, and the rows that count: those in which none of the
// first must arguments is NULL. Both are valid until the next call.
func (a *arguments) flat(args []*vector.Vector, rows vector.Rows, must int) ([]*vector.Vector, []uint16) {
	a.list = a.list[:0]
	sel := rows.Selection()
	for i, v := range args {
		e := a.entry(v, rows)
		a.list = append(a.list, e.flat)
		switch {
		case i >= must || e.flat.Nulls == nil:
		case i == 0:
			if !e.counted {
				e.some, e.counted = notNull(e.some[:0], e.flat.Nulls, sel), true
			}
			sel = e.some
		default:
			a.sel = notNull(a.sel[:0], e.flat.Nulls, sel)
			sel = a.sel
		}
	}
	return a.list, sel
}

// notNull appends the rows in sel that are not NULL.
func notNull(dst []uint16, nulls []uint64, sel []uint16) []uint16 {
	if cap(dst) < len(sel) {
		dst = make([]uint16, 0, max(len(sel), min(2*len(sel), vector.MaxRows)))
	}
	dst = dst[:len(sel)]
	n := 0
	for _, r := range sel {
		dst[n] = r
		n += int(^nulls[r>>6] >> (r & 63) & 1)
	}
	return dst[:n]
}
