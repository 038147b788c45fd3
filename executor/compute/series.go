package compute

import (
	"cmp"
	"math"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// seriesEntries are generate_series: start, start+step, … up to and with stop.
// A sum that overflows ends a series, as in PostgreSQL.
func seriesEntries() map[function.ID]func(SetSite) (SetKernel, error) {
	t := make(map[function.ID]func(SetSite) (SetKernel, error))
	add := func(args []types.ID, make func(SetSite) (SetKernel, error)) {
		t[function.MakeID("generate_series", args, false)] = make
	}
	for _, id := range []types.ID{types.Int4, types.Int8} {
		add([]types.ID{id, id}, newIntSeries)
		add([]types.ID{id, id, id}, newIntSeries)
	}
	add([]types.ID{types.Numeric, types.Numeric}, newSteps)
	add([]types.ID{types.Numeric, types.Numeric, types.Numeric}, newSteps)
	for _, id := range []types.ID{types.Timestamp, types.Timestamptz} {
		add([]types.ID{id, id, types.Interval}, newSteps)
	}
	return t
}

func zeroStep() error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "step size cannot equal zero")
}

// intSeries is generate_series of int4 and int8.
type intSeries struct {
	args []*vector.Vector
	rows []uint16 // still to compute; the first one's series is running when on is true
	on   bool
	// at is the next value of the running series.
	at, last, by int64
	lo, hi       int64 // of the type

	ints   []int64
	narrow []int32 // the same as int4
	from   []uint16
	vec    vector.Vector
	cols   [1]*vector.Vector
}

func newIntSeries(s SetSite) (SetKernel, error) {
	k := &intSeries{lo: math.MinInt64, hi: math.MaxInt64}
	if s.Outs[0].ID == types.Int4 {
		k.lo, k.hi = math.MinInt32, math.MaxInt32
		k.narrow = []int32{}
	}
	k.cols[0] = &k.vec
	return k, nil
}

func (k *intSeries) Start(_ *Env, args []*vector.Vector, rows []uint16) error {
	k.args, k.rows, k.on = args, rows, false
	return nil
}

func (k *intSeries) Next(_ *Env, max int) ([]*vector.Vector, []uint16, error) {
	k.ints, k.from = k.ints[:0], k.from[:0]
	for len(k.rows) > 0 && len(k.ints) < max {
		r := k.rows[0]
		if !k.on {
			k.at, k.last, k.by = vector.At(k.args[0], int(r)).I, vector.At(k.args[1], int(r)).I, 1
			if len(k.args) == 3 {
				if k.by = vector.At(k.args[2], int(r)).I; k.by == 0 {
					return nil, nil, zeroStep()
				}
			}
			k.on = true
		}
		n := len(k.ints)
		k.run(max)
		for range len(k.ints) - n {
			k.from = append(k.from, r)
		}
		if !k.on {
			k.rows = k.rows[1:]
		}
	}
	if len(k.ints) == 0 {
		return nil, nil, nil
	}
	k.vec = vector.Vector{Kind: vector.Int64, Len: len(k.ints), I64: k.ints}
	if k.narrow != nil {
		k.narrow = k.narrow[:0]
		for _, x := range k.ints {
			k.narrow = append(k.narrow, int32(x))
		}
		k.vec = vector.Vector{Kind: vector.Int32, Len: len(k.ints), I32: k.narrow}
	}
	return k.cols[:], k.from, nil
}

// run appends values of the running series until there are max, or until it ends.
func (k *intSeries) run(max int) {
	at, last, by := k.at, k.last, k.by
	for len(k.ints) < max {
		if by > 0 && at > last || by < 0 && at < last {
			k.on = false
			return
		}
		k.ints = append(k.ints, at)
		sum := at + by
		if (by > 0) != (sum > at) || sum > k.hi || sum < k.lo {
			k.on = false
			return
		}
		at = sum
	}
	k.at = at
}

// steps is generate_series of the other types: one value after the other.
type steps struct {
	t    types.ID
	args []*vector.Vector
	rows []uint16
	on   bool
	up   bool
	// at is the next value of the running series.
	at, last, by vector.Datum
	add          *Program // of times: value + step

	row  [1]vector.Datum
	out  *vector.Builder
	from []uint16
}

func newSteps(s SetSite) (SetKernel, error) {
	k := &steps{t: s.Outs[0].ID, out: vector.NewBuilder(vector.KindOf(s.Outs[0]))}
	if k.t == types.Numeric {
		return k, nil
	}
	t, interval := types.Of(k.t), types.Of(types.Interval)
	sum := expr.Call{
		Func: function.MakeID("+", []types.ID{k.t, types.Interval}, false), T: t,
		Args: []expr.Expr{expr.Column{Index: 0, T: t}, expr.Column{Index: 1, T: interval}},
	}
	var err error
	k.add, err = Compile([]expr.Expr{sum}, []types.Type{t, interval})
	return k, err
}

func (k *steps) Start(_ *Env, args []*vector.Vector, rows []uint16) error {
	k.args, k.rows, k.on = args, rows, false
	return nil
}

func (k *steps) Next(e *Env, max int) ([]*vector.Vector, []uint16, error) {
	k.out.Reset()
	k.from = k.from[:0]
	for len(k.rows) > 0 && k.out.Len() < max {
		if !k.on {
			if err := k.begin(int(k.rows[0])); err != nil {
				return nil, nil, err
			}
		}
		c := 0
		if k.t == types.Numeric {
			c = numberOf(k.at).Cmp(numberOf(k.last))
		} else {
			c = cmp.Compare(k.at.I, k.last.I)
		}
		if c > 0 && k.up || c < 0 && !k.up {
			k.end()
			continue
		}
		k.row[0] = k.at
		if err := k.out.AppendDatums(k.row[:]); err != nil {
			return nil, nil, err
		}
		k.from = append(k.from, k.rows[0])
		if err := k.advance(e.Q); err != nil {
			return nil, nil, err
		}
	}
	if k.out.Len() == 0 {
		return nil, nil, nil
	}
	return k.out.Columns(), k.from, nil
}

func (k *steps) end() { k.on, k.rows = false, k.rows[1:] }

// begin starts the series of an argument row.
func (k *steps) begin(row int) error {
	k.at, k.last = vector.At(k.args[0], row), vector.At(k.args[1], row)
	if len(k.args) == 3 {
		k.by = vector.At(k.args[2], row)
	} else {
		k.by.S = string(decimal.FromInt64(1).Encode(nil))
	}
	sign, err := k.sign()
	if err != nil {
		return err
	}
	if sign == 0 {
		return zeroStep()
	}
	k.on, k.up = true, sign > 0
	return nil
}

// sign returns the sign of the step.
func (k *steps) sign() (int, error) {
	if k.t == types.Numeric {
		for i, d := range []vector.Datum{k.at, k.last, k.by} {
			name := [...]string{"start value", "stop value", "step size"}[i]
			switch x := numberOf(d); {
			case x.IsNaN():
				return 0, sqlerr.New(sqlerr.InvalidParameterValue, "%s cannot be NaN", name)
			case !x.IsFinite():
				return 0, sqlerr.New(sqlerr.InvalidParameterValue, "%s cannot be infinity", name)
			}
		}
		return numberOf(k.by).Sign(), nil
	}
	const day = 24 * 3600 * 1000 * 1000
	iv := vector.IntervalOf(k.by.W)
	// The terms are integers and cancel exactly or to at least one µs.
	days := int64(iv.Months)*30 + int64(iv.Days)
	whole, rest := iv.Micros/day, iv.Micros%day
	return cmp.Compare(days+whole, 0)*2 + cmp.Compare(rest, 0), nil
}

func numberOf(d vector.Datum) decimal.Decimal {
	x, err := decimal.Decode(d.S)
	if err != nil {
		panic(err) // a datum holds what Encode made
	}
	return x
}

// advance adds the step, or ends the series when that overflows.
func (k *steps) advance(q *op.Context) error {
	if k.t == types.Numeric {
		sum, err := numberOf(k.at).Add(numberOf(k.by))
		if err != nil {
			k.end()
			return nil
		}
		k.at.S = string(sum.Encode(nil))
		return nil
	}
	cols := []*vector.Vector{vector.ConstOf(vector.Int64, k.at, 1), vector.ConstOf(vector.Word128, k.by, 1)}
	out, err := k.add.Run(q, &vector.Batch{Len: 1, Cols: cols})
	if err != nil {
		return err
	}
	k.at = vector.At(out[0], 0)
	return nil
}
