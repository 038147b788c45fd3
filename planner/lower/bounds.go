package lower

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// bounds derives from a scan's conditions what its time column must satisfy.
// Every bound follows from a condition, so it never drops a row that the filter
// keeps; where a time zone stands between the two it is wider by a day.
func bounds(n *logical.Scan) []physical.Bound {
	t := n.Table
	if t.Time < 0 {
		return nil
	}
	id := columnID(n, t.Time)
	if id == 0 {
		return nil
	}
	b := bounder{id: id, t: t.Columns[t.Time].Type.ID}
	var out []physical.Bound
	for _, c := range n.Filter {
		out = append(out, b.of(c)...)
	}
	return out
}

// columnID returns the id of table column ord in the scan, 0 when it is not
// read.
func columnID(n *logical.Scan, ord int) int {
	for i, o := range n.Ordinals {
		if o == ord {
			return n.Out[i].ID
		}
	}
	return 0
}

// bounder derives bounds of one time column.
type bounder struct {
	id int
	t  types.ID
}

// of returns the bounds that follow from condition c.
func (b *bounder) of(c expr.Expr) []physical.Bound {
	switch c := c.(type) {
	case expr.Call:
		if op, l, r, ok := comparison(c); ok {
			return b.compare(op, l, r)
		}
	case expr.In:
		return b.in(c)
	case expr.And:
		var out []physical.Bound
		for _, x := range c.Args {
			out = append(out, b.of(x)...)
		}
		return out
	case expr.Or:
		return b.common(c)
	}
	return nil
}

// comparison splits l op r with r constant during the statement.
func comparison(c expr.Call) (op physical.BoundOp, l, r expr.Expr, ok bool) {
	sig := function.ByID(c.Func)
	if sig == nil || len(c.Args) != 2 || !expr.IsConstant(c.Args[1]) || logical.Constant(c.Args[0]) {
		return 0, nil, nil, false
	}
	switch sig.Name {
	case "<":
		op = physical.Less
	case "<=":
		op = physical.AtMost
	case "=":
		op = physical.Equal
	case ">=":
		op = physical.AtLeast
	case ">":
		op = physical.Greater
	default:
		return 0, nil, nil, false
	}
	return op, c.Args[0], c.Args[1], true
}

// compare handles time op v, where time is the column or a function of it that
// does not decrease.
func (b *bounder) compare(op physical.BoundOp, time, v expr.Expr) []physical.Bound {
	switch time := time.(type) {
	case expr.Column:
		if time.Index == b.id {
			return b.column(op, v)
		}
	case expr.Call:
		sig := function.ByID(time.Func)
		if sig == nil {
			return nil
		}
		switch {
		case sig.Kind == function.Cast && len(time.Args) == 1 && b.is(time.Args[0]):
			return b.cast(op, sig.Result, v)
		case sig.Name == "time_bucket" || sig.Name == "date_trunc":
			return b.bucket(op, sig, time, v)
		}
	}
	return nil
}

func (b *bounder) is(e expr.Expr) bool {
	c, ok := e.(expr.Column)
	return ok && c.Index == b.id
}

// column handles column op v for v of the column's type or another time type.
func (b *bounder) column(op physical.BoundOp, v expr.Expr) []physical.Bound {
	vt := v.Type().ID
	switch {
	case vt == b.t:
		return []physical.Bound{{Op: op, Value: v}}
	case b.t == types.Timestamptz && (vt == types.Date || vt == types.Timestamp), // how the comparison itself converts
		b.t == types.Timestamp && vt == types.Date,
		isInt(b.t) && isInt(vt) && vt < b.t:
		if c, ok := castTo(v, b.t); ok {
			return []physical.Bound{{Op: op, Value: c}}
		}
	case b.t == types.Timestamp && vt == types.Timestamptz, b.t == types.Date && (vt == types.Timestamp || vt == types.Timestamptz):
		return b.weak(op, v)
	}
	return nil
}

func isInt(t types.ID) bool { return t == types.Int2 || t == types.Int4 || t == types.Int8 }

// weak handles column op v where v is of a finer type or the session's zone
// stands between them: v is rounded to the column's type with a day to spare.
func (b *bounder) weak(op physical.BoundOp, v expr.Expr) []physical.Bound {
	var out []physical.Bound
	if op == physical.AtLeast || op == physical.Greater || op == physical.Equal {
		if lo, ok := b.shift("-", v); ok {
			out = append(out, physical.Bound{Op: physical.AtLeast, Value: lo})
		}
	}
	if op == physical.AtMost || op == physical.Less || op == physical.Equal {
		if hi, ok := b.shift("+", v); ok {
			out = append(out, physical.Bound{Op: physical.AtMost, Value: hi})
		}
	}
	return out
}

// shift returns v moved by a day and cast to the column's type.
func (b *bounder) shift(op string, v expr.Expr) (expr.Expr, bool) {
	v, ok := plusInterval(op, v, oneDay())
	if !ok {
		return nil, false
	}
	sig, ok := function.CastFor(v.Type().ID, b.t, function.Assignment)
	switch {
	case v.Type().ID == b.t:
		return v, true
	case !ok:
		return nil, false
	}
	return expr.Call{Func: sig.ID, Args: []expr.Expr{v}, T: types.Of(b.t)}, true
}

func oneDay() expr.Expr { return intervalConst(vector.Interval{Days: 1}) }

// plusInterval returns v op iv; a date becomes a timestamp.
func plusInterval(op string, v, iv expr.Expr) (expr.Expr, bool) {
	if v.Type().ID == types.Date {
		var ok bool
		if v, ok = castTo(v, types.Timestamp); !ok {
			return nil, false
		}
	}
	return apply(op, v, iv)
}

// apply calls an operator over exactly these types.
func apply(op string, l, r expr.Expr) (expr.Expr, bool) {
	sig := function.ByID(function.MakeID(op, []types.ID{l.Type().ID, r.Type().ID}, false))
	if sig == nil {
		return nil, false
	}
	return expr.Call{Func: sig.ID, Args: []expr.Expr{l, r}, T: types.Of(sig.Result)}, true
}

// cast handles cast(column) op v for casts between time types.
func (b *bounder) cast(op physical.BoundOp, to types.ID, v expr.Expr) []physical.Bound {
	if v.Type().ID != to {
		return nil
	}
	switch {
	case b.t == types.Date && to == types.Timestamp:
		return b.weak(op, v)
	case b.t == types.Timestamp && to == types.Timestamptz, b.t == types.Date && to == types.Timestamptz, b.t == types.Timestamptz && to == types.Timestamp:
		return b.weak(op, v)
	case to == types.Date && (b.t == types.Timestamp || b.t == types.Timestamptz):
		// The day of the column: its end is the next day's beginning.
		spare := 0
		if b.t == types.Timestamptz {
			spare = 1
		}
		return b.span(op, v, oneDay(), spare)
	}
	return nil
}

// bucket handles time_bucket(width, column) op v and date_trunc(unit, column)
// op v: the start of a bucket is at most the column, and the column lies before
// the start plus the width.
func (b *bounder) bucket(op physical.BoundOp, sig *function.Signature, call expr.Call, v expr.Expr) []physical.Bound {
	if len(call.Args) < 2 || !b.is(call.Args[1]) || call.T.ID != b.t || !expr.IsConstant(call.Args[0]) {
		return nil
	}
	for _, a := range call.Args[2:] {
		// A time zone shifts the bucket; an origin or offset must be constant.
		if !logical.Constant(a) || a.Type().ID == types.Text {
			return nil
		}
	}
	width := call.Args[0]
	c, known := width.(expr.Const)
	if known && c.Value.Null {
		return nil
	}
	switch width.Type().ID {
	case types.Interval:
		if v.Type().ID != b.t {
			return nil
		}
		return b.span(op, v, width, b.spare(width, len(call.Args) > 2))
	case types.Text:
		iv, ok := unitLength(c.Value.S)
		if !known || !ok || sig.Name != "date_trunc" || v.Type().ID != b.t {
			return nil
		}
		spare := 0
		if b.t == types.Timestamptz {
			spare = 1
		}
		return b.span(op, v, intervalConst(iv), spare)
	case types.Int2, types.Int4, types.Int8:
		if v, ok := castTo(v, b.t); ok && known && isInt(v.Type().ID) {
			return b.intSpan(op, v, c)
		}
	}
	return nil
}

func intervalConst(iv vector.Interval) expr.Expr {
	return expr.Const{Value: vector.WordDatum(iv.Word()), T: types.Of(types.Interval)}
}

// unitLength is the length of a field of date_trunc.
func unitLength(unit string) (vector.Interval, bool) {
	switch unit {
	case "microseconds", "microsecond", "us":
		return vector.Interval{Micros: 1}, true
	case "milliseconds", "millisecond", "ms":
		return vector.Interval{Micros: 1000}, true
	case "second", "seconds":
		return vector.Interval{Micros: 1000000}, true
	case "minute", "minutes":
		return vector.Interval{Micros: 60 * 1000000}, true
	case "hour", "hours":
		return vector.Interval{Micros: 3600 * 1000000}, true
	case "day", "days":
		return vector.Interval{Days: 1}, true
	case "week", "weeks":
		return vector.Interval{Days: 7}, true
	case "month", "months":
		return vector.Interval{Months: 1}, true
	case "quarter":
		return vector.Interval{Months: 3}, true
	case "year", "years":
		return vector.Interval{Months: 12}, true
	case "decade":
		return vector.Interval{Months: 120}, true
	case "century":
		return vector.Interval{Months: 1200}, true
	}
	return vector.Interval{}, false
}

// spare returns the days by which the start of a bucket of time_bucket plus its
// width, as the session's zone adds them, may lie before the bucket's end: the
// buckets are of UTC, where a day is 24 hours; a month added on the evening before
// the first of March, which is what some zones make of it, ends on the 29th.
// Neither need buckets with an origin of their own begin on the first.
func (b *bounder) spare(width expr.Expr, origin bool) int {
	c, known := width.(expr.Const)
	iv := vector.IntervalOf(c.Value.W)
	zoned := b.t == types.Timestamptz
	switch {
	case (zoned || origin) && (!known || iv.Months != 0):
		return 5
	case zoned && iv.Days != 0:
		return 1
	}
	return 0
}

// span handles start op v, where start <= column < start + width, with some days
// to spare at the end, and one at the beginning where types differ.
func (b *bounder) span(op physical.BoundOp, v expr.Expr, width expr.Expr, spare int) []physical.Bound {
	var out []physical.Bound
	if op == physical.AtLeast || op == physical.Greater || op == physical.Equal {
		lo, ok := v, true
		if spare > 0 && v.Type().ID != b.t {
			lo, ok = plusInterval("-", v, oneDay())
		}
		if lo, ok2 := castTo(lo, b.t); ok && ok2 {
			out = append(out, physical.Bound{Op: physical.AtLeast, Value: lo})
		}
	}
	if op == physical.AtMost || op == physical.Less || op == physical.Equal {
		hi, ok := plusInterval("+", v, width)
		if ok && spare > 0 {
			hi, ok = plusInterval("+", hi, intervalConst(vector.Interval{Days: int32(spare)}))
		}
		if ok {
			if hi, ok = castTo(hi, b.t); ok {
				out = append(out, physical.Bound{Op: physical.Less, Value: hi})
			}
		}
	}
	return out
}

// intSpan is span for integer times.
func (b *bounder) intSpan(op physical.BoundOp, v expr.Expr, width expr.Const) []physical.Bound {
	var out []physical.Bound
	if op == physical.AtLeast || op == physical.Greater || op == physical.Equal {
		out = append(out, physical.Bound{Op: physical.AtLeast, Value: v})
	}
	if op == physical.AtMost || op == physical.Less || op == physical.Equal {
		// A sum that overflows would be an error that the filter does not raise.
		if c, ok := v.(expr.Const); ok && !c.Value.Null && c.Value.I < 1<<62 && width.Value.I > 0 && width.Value.I < 1<<30 {
			sum := c.Value.I + width.Value.I
			if b.t == types.Int8 || b.t == types.Int4 && sum == int64(int32(sum)) {
				c.Value = vector.IntDatum(sum)
				out = append(out, physical.Bound{Op: physical.Less, Value: c})
			}
		}
	}
	return out
}

// in handles column IN (constants): it lies between the least and the greatest.
func (b *bounder) in(c expr.In) []physical.Bound {
	if c.Not || !b.is(c.X) {
		return nil
	}
	for _, e := range c.List {
		if e.Type().ID != b.t || !expr.IsConstant(e) {
			return nil
		}
	}
	less := function.ByID(function.MakeID("<", []types.ID{b.t, b.t}, false))
	if less == nil {
		return nil
	}
	ends := expr.Extreme{Args: c.List, Less: less.ID, T: types.Of(b.t)}
	lo, hi := ends, ends
	hi.Max = true
	return []physical.Bound{{Op: physical.AtLeast, Value: lo}, {Op: physical.AtMost, Value: hi}}
}

// common handles OR: a bound holds when every branch has it, be it strict in
// some. That is what (time, id) > (t, i) becomes.
func (b *bounder) common(c expr.Or) []physical.Bound {
	var all [][]physical.Bound
	for _, x := range c.Args {
		own := b.of(x)
		if len(own) == 0 {
			return nil
		}
		all = append(all, own)
	}
	var out []physical.Bound
	for _, side := range []physical.BoundOp{physical.AtLeast, physical.AtMost} {
		for _, cand := range all[0] {
			if !limits(cand.Op, side) {
				continue
			}
			every := true
			for _, own := range all[1:] {
				has := false
				for _, o := range own {
					has = has || limits(o.Op, side) && expr.Equal(o.Value, cand.Value)
				}
				every = every && has
			}
			if every {
				out = append(out, physical.Bound{Op: side, Value: cand.Value})
				break
			}
		}
	}
	return out
}

// limits reports whether a bound limits the column on the side of AtLeast or
// AtMost.
func limits(op, side physical.BoundOp) bool {
	if op == physical.Equal {
		return true
	}
	return (op == physical.AtLeast || op == physical.Greater) == (side == physical.AtLeast)
}
