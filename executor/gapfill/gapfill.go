// Package gapfill adds the buckets of time that have no rows: TimescaleDB's
// time_bucket_gapfill with locf and interpolate.
package gapfill

import (
	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/sort"
	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// GapFill is the operator. It keeps all rows of its input, which are groups of
// an aggregation, and makes output rows of them in order: a row of the input, or
// a bucket that none has.
type GapFill struct {
	input op.Operator
	in    []types.Type
	n     *physical.GapFill
	keys  []int

	q       *op.Context
	account *op.Account
	rows    *vector.Builder
	buckets []int64 // starts of all buckets between start and finish
	built   bool

	ends []uint32 // of the groups in rows
	at   cursor

	// Of the batch in work, one entry a row: the row of rows, vector.NoRow for an
	// added one; the row that the keys are of; the time.
	src, key []uint32
	times    []int64
	fills    []*filler
	slices   []vector.Scratch
	column   vector.Vector
	out      vector.Batch
}

// cursor is the place of the next output row.
type cursor struct {
	group  int
	row    uint32 // next row of the group
	bucket int    // next bucket
}

// New returns the operator of n over input, whose columns have the types in.
func New(input op.Operator, in []types.Type, n *physical.GapFill) (*GapFill, error) {
	g := &GapFill{input: input, in: in, n: n}
	kinds := make([]vector.Kind, len(in))
	for i, t := range in {
		kinds[i] = vector.KindOf(t)
	}
	g.rows = vector.NewBuilder(kinds...)
	for _, k := range n.Keys {
		g.keys = append(g.keys, k.(expr.Column).Index)
	}
	for _, f := range n.Fills {
		g.fills = append(g.fills, newFiller(f))
	}
	g.slices = make([]vector.Scratch, len(in)+len(n.Fills))
	g.out.Cols = make([]*vector.Vector, len(in)+len(n.Fills))
	g.column.Kind = kinds[n.Time]
	return g, nil
}

// Open opens the input.
func (g *GapFill) Open(q *op.Context) error {
	g.q, g.account = q, q.Memory.Child("gap filling")
	return g.input.Open(q)
}

// Next returns the next rows, in order of the keys and the time, which is NULL
// last.
func (g *GapFill) Next() (*vector.Batch, error) {
	if !g.built {
		g.built = true
		if err := g.build(); err != nil {
			return nil, g.q.Explain(err)
		}
	}
	if err := g.q.Check(); err != nil {
		return nil, err
	}
	g.src, g.key, g.times = g.src[:0], g.key[:0], g.times[:0]
	for _, f := range g.fills {
		f.reset()
	}
	for len(g.src) < g.q.BatchRows && g.step() {
	}
	if len(g.src) == 0 {
		return nil, nil
	}
	return g.batch(), nil
}

// build reads the input and finds its groups.
func (g *GapFill) build() error {
	for {
		if err := g.q.Check(); err != nil {
			return err
		}
		b, err := g.input.Next()
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		if err := g.rows.Append(b); err != nil {
			return err
		}
		if err := g.account.Set(g.rows.Bytes()); err != nil {
			return err
		}
	}
	n := g.rows.Len()
	edges := make([]bool, n)
	for _, k := range g.keys {
		sort.Changes(edges, g.rows.Columns()[k], g.in[k], 0)
	}
	for i := 1; i < n; i++ {
		if edges[i] {
			g.ends = append(g.ends, uint32(i))
		}
	}
	if n > 0 || len(g.keys) == 0 {
		g.ends = append(g.ends, uint32(n))
	}
	if err := g.findBuckets(); err != nil {
		return err
	}
	return g.account.Set(g.rows.Bytes() + int64(cap(g.buckets))*8)
}

// findBuckets lists the buckets between start and finish.
func (g *GapFill) findBuckets() error {
	var bounds [2]vector.Datum
	for i, e := range []expr.Expr{g.n.Start, g.n.Finish} {
		word := [...]string{"start", "finish"}[i]
		var err error
		if bounds[i], err = compute.Eval(g.q, e); err != nil {
			return err
		}
		switch x := bounds[i].I; {
		case bounds[i].Null:
			return sqlerr.New(sqlerr.InvalidParameterValue, "invalid time_bucket_gapfill argument: %s cannot be NULL", word)
		case g.infinite(x):
			return sqlerr.New(sqlerr.InvalidParameterValue, "invalid time_bucket_gapfill argument: %s cannot be infinite", word)
		}
	}
	step, err := compute.Eval(g.q, g.n.Step)
	if err != nil {
		return err
	}
	if step.Null {
		return sqlerr.New(sqlerr.InvalidParameterValue, "invalid time_bucket_gapfill argument: bucket_width cannot be NULL")
	}
	jump := step.I
	if g.n.Step.Type().ID == types.Interval {
		jump = jumpOf(vector.IntervalOf(step.W), g.column.Kind == vector.Int32)
	}
	t := g.in[g.n.Time]
	bucket, err := compute.Compile([]expr.Expr{g.n.Bucket}, []types.Type{t})
	if err != nil {
		return err
	}
	start := func(x int64) (int64, error) {
		cols, err := bucket.Run(g.q, &vector.Batch{Len: 1, Cols: []*vector.Vector{vector.ConstOf(g.column.Kind, vector.IntDatum(x), 1)}})
		if err != nil {
			return 0, err
		}
		return cols[0].Int(0), nil
	}
	at, err := start(bounds[0].I)
	if err != nil {
		return err
	}
	for at < bounds[1].I {
		g.buckets = append(g.buckets, at)
		if len(g.buckets)%(op.CheckRows/16) == 0 {
			if err := g.account.Set(g.rows.Bytes() + int64(cap(g.buckets))*8); err != nil {
				return err
			}
			if err := g.q.Check(); err != nil {
				return err
			}
		}
		next := at
		for probe := at + jump; next <= at; probe += jump {
			if probe < at || g.infinite(probe) {
				return nil // past all times
			}
			if next, err = start(probe); err != nil {
				return err
			}
		}
		at = next
	}
	return nil
}

func (g *GapFill) infinite(x int64) bool {
	switch g.in[g.n.Time].ID {
	case types.Timestamp, types.Timestamptz:
		return x == vector.TimeInfinity || x == vector.TimeNegInfinity
	case types.Date:
		return x >= vector.DateInfinity || x <= vector.DateNegInfinity
	}
	return false
}

// jumpOf returns how far, in µs or in days, it is from the start of a bucket to a
// place in the next one: months are taken as 31 days, and a day in a zone may
// have 25 hours.
func jumpOf(iv vector.Interval, days bool) int64 {
	const hour = 3600e6
	d := int64(iv.Months)*31 + int64(iv.Days)
	if days {
		return max(d+iv.Micros/(24*hour), 1)
	}
	us := d*24*hour + iv.Micros
	if d > 0 {
		us += 3 * hour
	}
	return us
}

// step makes one output row; false at the end.
func (g *GapFill) step() bool {
	for g.at.group < len(g.ends) {
		c := &g.at
		first := uint32(0)
		if c.group > 0 {
			first = g.ends[c.group-1]
		}
		end := g.ends[c.group]
		time := g.rows.Columns()[g.n.Time]
		switch {
		case c.row < end && (c.bucket == len(g.buckets) || !time.IsNull(int(c.row)) && time.Int(int(c.row)) <= g.buckets[c.bucket]):
			t := time.Int(int(c.row))
			if c.bucket < len(g.buckets) && t == g.buckets[c.bucket] {
				c.bucket++
			}
			g.emit(c.row, c.row, t)
			c.row++
			return true
		case c.bucket < len(g.buckets):
			g.emit(vector.NoRow, first, g.buckets[c.bucket])
			c.bucket++
			return true
		}
		c.group, c.bucket = c.group+1, 0
		invariants.Check(c.row == end, "rows of a group left")
	}
	return false
}

// emit makes an output row of row src, or of none with the keys of row key.
func (g *GapFill) emit(src, key uint32, t int64) {
	g.src, g.times = append(g.src, src), append(g.times, t)
	first, end := uint32(0), g.ends[g.at.group]
	if g.at.group > 0 {
		first = g.ends[g.at.group-1]
	}
	for _, f := range g.fills {
		f.row(g, src, first, end, t)
	}
	if end == 0 { // an empty input
		key = vector.NoRow
	}
	g.key = append(g.key, key)
}

// batch returns the rows in work.
func (g *GapFill) batch() *vector.Batch {
	cols := g.rows.Columns()
	for i, c := range cols {
		g.out.Cols[i] = g.slices[i].Gather(c, g.src)
	}
	for _, k := range g.keys {
		g.out.Cols[k] = g.slices[k].Gather(cols[k], g.key)
	}
	v := &g.column
	old := g.out.Cols[g.n.Time]
	*v = vector.Vector{Kind: v.Kind, Len: len(g.src), I32: v.I32[:0], I64: v.I64[:0]}
	for i, t := range g.times {
		if g.src[i] != vector.NoRow && old.IsNull(i) {
			setNull(v, i)
		}
		if v.Kind == vector.Int32 {
			v.I32 = append(v.I32, int32(t))
		} else {
			v.I64 = append(v.I64, t)
		}
	}
	g.out.Cols[g.n.Time] = v
	for i, f := range g.fills {
		g.out.Cols[len(cols)+i] = f.column(&g.slices[len(cols)+i], cols)
	}
	g.out.Len = len(g.src)
	return &g.out
}

// setNull makes row i of v, whose slot is zero, NULL.
func setNull(v *vector.Vector, i int) {
	if v.Nulls == nil {
		v.Nulls = make([]uint64, (v.Len+63)/64)
	}
	v.Nulls[i>>6] |= 1 << (uint(i) & 63)
}

// Close closes the input and forgets the rows.
func (g *GapFill) Close() error {
	g.account.Close()
	g.rows, g.buckets = nil, nil
	return g.input.Close()
}
