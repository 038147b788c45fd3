package window

import (
	"github.com/dejaq/fasti/executor/agg"
	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// call is one window function or aggregate.
type call struct {
	n      *physical.WindowCall
	name   string
	args   []argument
	filter int // column, -1 without FILTER
	ts     []types.Type
	agg    bool

	evaluated  bool // offsets and arguments without columns
	start, end vector.Datum
}

// argument is a column or a value that does not depend on the row.
type argument struct {
	column int // -1 for a value
	e      expr.Expr
	value  vector.Datum
	kind   vector.Kind
}

func newCall(n *physical.WindowCall) (*call, error) {
	sig := function.ByID(n.Func)
	if sig == nil || sig.Kind != function.Window && sig.Kind != function.Aggregate {
		return nil, sqlerr.NotSupported("window function %s", n.Func)
	}
	c := &call{n: n, name: sig.Name, agg: sig.Kind == function.Aggregate, filter: -1}
	for _, e := range n.Args {
		a := argument{column: -1, e: e, kind: vector.KindOf(e.Type())}
		if col, ok := e.(expr.Column); ok {
			a.column = col.Index
		}
		c.args, c.ts = append(c.args, a), append(c.ts, e.Type())
	}
	if n.Filter != nil {
		c.filter = n.Filter.(expr.Column).Index
	}
	if c.agg {
		_, err := agg.NewStates(n.Func, c.ts, n.T)
		return c, err
	}
	return c, nil
}

// evaluate evaluates what does not depend on the row.
func (c *call) evaluate(q *op.Context) (err error) {
	if c.evaluated {
		return nil
	}
	c.evaluated = true
	for i := range c.args {
		if a := &c.args[i]; a.column < 0 {
			if a.value, err = compute.Eval(q, a.e); err != nil {
				return err
			}
		}
	}
	for _, b := range []struct {
		bound *physical.FrameBound
		value *vector.Datum
		word  string
	}{{&c.n.Frame.Start, &c.start, "starting"}, {&c.n.Frame.End, &c.end, "ending"}} {
		if b.bound.Offset == nil {
			continue
		}
		if *b.value, err = compute.Eval(q, b.bound.Offset); err != nil {
			return err
		}
		switch {
		case b.value.Null:
			return sqlerr.New(sqlerr.NullValueNotAllowed, "frame %s offset must not be null", b.word)
		case c.n.Frame.Mode != physical.RangeFrame && b.value.I < 0:
			return sqlerr.New(sqlerr.InvalidPrecedingOrFollowing, "frame %s offset must not be negative", b.word)
		}
	}
	return nil
}

// compute returns the column of the call over c.
func (c *call) compute(k *chunk) (*result, error) {
	if err := c.evaluate(k.q); err != nil {
		return nil, err
	}
	if c.agg {
		return c.aggregate(k)
	}
	switch c.name {
	case "row_number", "rank", "dense_rank":
		return ints(c.number(k)), nil
	case "percent_rank", "cume_dist":
		return &result{v: &vector.Vector{Kind: vector.Float64, Len: k.n, F64: c.share(k)}}, nil
	case "ntile":
		return c.ntile(k)
	case "lag", "lead":
		return c.shifted(k)
	}
	return c.framed(k)
}

func ints(vals []int64) *result {
	return &result{v: &vector.Vector{Kind: vector.Int64, Len: len(vals), I64: vals}}
}

// vector returns the argument over the rows of k; it may be longer.
func (a *argument) vector(k *chunk) *vector.Vector {
	if a.column >= 0 {
		return k.cols[a.column]
	}
	return vector.ConstOf(a.kind, a.value, k.n)
}

// at returns the value of an integer argument at row i.
func (a *argument) at(k *chunk, i int) (v int64, null bool) {
	if a.column < 0 {
		return a.value.I, a.value.Null
	}
	col := k.cols[a.column]
	return col.Int(i), col.IsNull(i)
}
