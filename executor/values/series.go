package values

import (
	"math"

	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Series is generate_series: start, start+step, … up to and with stop. A sum
// that overflows ends it, as in PostgreSQL.
type Series struct {
	start, stop, step expr.Expr
	t                 types.Type

	q    *op.Context
	at   vector.Datum // the next value
	last vector.Datum // stop
	by   vector.Datum
	done bool
	up   bool
	add  *compute.Program // of times: value + step
	row  [1]vector.Datum
	out  *vector.Builder

	ints   []int64 // of a batch
	narrow []int32 // the same as int4
	vec    vector.Vector
	batch  vector.Batch
}

// NewSeries returns a Series of values of type t: int4, int8, numeric, timestamp
// or timestamptz; step is an interval for the latter two.
func NewSeries(start, stop, step expr.Expr, t types.Type) (*Series, error) {
	s := &Series{start: start, stop: stop, step: step, t: t, out: vector.NewBuilder(vector.KindOf(t))}
	switch t.ID {
	case types.Int4, types.Int8, types.Numeric:
		return s, nil
	case types.Timestamp, types.Timestamptz:
		interval := types.Of(types.Interval)
		sum := expr.Call{
			Func: function.MakeID("+", []types.ID{t.ID, types.Interval}, false), T: t,
			Args: []expr.Expr{expr.Column{Index: 0, T: t}, expr.Column{Index: 1, T: interval}},
		}
		var err error
		s.add, err = compute.Compile([]expr.Expr{sum}, []types.Type{t, interval})
		return s, err
	}
	return nil, sqlerr.NotSupported("generate_series of %s", t)
}

// Open evaluates the arguments; a NULL among them means no rows, a step of zero
// is 22023.
func (s *Series) Open(q *op.Context) error {
	s.q = q
	for _, a := range []struct {
		e  expr.Expr
		to *vector.Datum
	}{{s.start, &s.at}, {s.stop, &s.last}, {s.step, &s.by}} {
		d, err := compute.Eval(q, a.e)
		if err != nil {
			return err
		}
		s.done = s.done || d.Null
		*a.to = d
	}
	if s.done {
		return nil
	}
	sign, err := s.sign()
	if err != nil {
		return err
	}
	if sign == 0 {
		return sqlerr.New(sqlerr.InvalidParameterValue, "step size cannot equal zero")
	}
	s.up = sign > 0
	return nil
}

// sign returns the sign of the step.
func (s *Series) sign() (int, error) {
	switch s.t.ID {
	case types.Numeric:
		for i, d := range []vector.Datum{s.at, s.last, s.by} {
			name := [...]string{"start value", "stop value", "step size"}[i]
			switch x := number(d); {
			case x.IsNaN():
				return 0, sqlerr.New(sqlerr.InvalidParameterValue, "%s cannot be NaN", name)
			case !x.IsFinite():
				return 0, sqlerr.New(sqlerr.InvalidParameterValue, "%s cannot be infinity", name)
			}
		}
		return number(s.by).Sign(), nil
	case types.Timestamp, types.Timestamptz:
		const day = 24 * 3600 * 1000 * 1000
		iv := vector.IntervalOf(s.by.W)
		// The sign needs no more than float64's 53 bits: the terms are integers
		// and cancel exactly or to at least one µs.
		days := int64(iv.Months)*30 + int64(iv.Days)
		whole, rest := iv.Micros/day, iv.Micros%day
		return compare(days+whole, 0)*2 + compare(rest, 0), nil
	}
	return compare(s.by.I, 0), nil
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func number(d vector.Datum) decimal.Decimal {
	x, err := decimal.Decode(d.S)
	if err != nil {
		panic(err) // a datum holds what Encode made
	}
	return x
}

// Next returns the next values.
func (s *Series) Next() (*vector.Batch, error) {
	if err := s.q.Check(); err != nil {
		return nil, err
	}
	if s.t.ID == types.Int4 || s.t.ID == types.Int8 {
		return s.integers(), nil
	}
	s.out.Reset()
	for !s.done && s.out.Len() < s.q.BatchRows {
		c := 0
		if s.t.ID == types.Numeric {
			c = number(s.at).Cmp(number(s.last))
		} else {
			c = compare(s.at.I, s.last.I)
		}
		if c > 0 && s.up || c < 0 && !s.up {
			s.done = true
			break
		}
		s.row[0] = s.at
		if err := s.out.AppendDatums(s.row[:]); err != nil {
			return nil, err
		}
		if err := s.advance(); err != nil {
			return nil, err
		}
	}
	if s.out.Len() == 0 {
		return nil, nil
	}
	return s.out.Batch(), nil
}

// integers is Next of int4 and int8; nil at the end.
func (s *Series) integers() *vector.Batch {
	s.ints = s.ints[:0]
	at, last, by := s.at.I, s.last.I, s.by.I
	for !s.done && len(s.ints) < s.q.BatchRows {
		if at > last && s.up || at < last && !s.up {
			s.done = true
			break
		}
		s.ints = append(s.ints, at)
		sum := at + by
		s.done = s.up != (sum > at) || s.t.ID == types.Int4 && (sum > math.MaxInt32 || sum < math.MinInt32)
		at = sum
	}
	s.at.I = at
	n := len(s.ints)
	if n == 0 {
		return nil
	}
	s.vec = vector.Vector{Kind: vector.KindOf(s.t), Len: n, I64: s.ints}
	if s.vec.Kind == vector.Int32 {
		s.narrow = s.narrow[:0]
		for _, x := range s.ints {
			s.narrow = append(s.narrow, int32(x))
		}
		s.vec.I64, s.vec.I32 = nil, s.narrow
	}
	s.batch = vector.Batch{Len: n, Cols: []*vector.Vector{&s.vec}}
	return &s.batch
}

// advance adds the step, or ends the series when that overflows.
func (s *Series) advance() error {
	switch s.t.ID {
	case types.Numeric:
		sum, err := number(s.at).Add(number(s.by))
		s.done = err != nil
		s.at.S = string(sum.Encode(nil))
	default:
		cols := []*vector.Vector{vector.ConstOf(vector.Int64, s.at, 1), vector.ConstOf(vector.Word128, s.by, 1)}
		out, err := s.add.Run(s.q, &vector.Batch{Len: 1, Cols: cols})
		if err != nil {
			return err
		}
		s.at = vector.At(out[0], 0)
	}
	return nil
}

// Close has nothing to close.
func (s *Series) Close() error { return nil }
