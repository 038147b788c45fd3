package build

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// gapfilling collects time_bucket_gapfill, locf and interpolate of one query
// level, as TimescaleDB has them.
type gapfilling struct {
	bucket        expr.Expr // the time_bucket call, tagged; nil for none
	pos           int
	start, finish expr.Expr // nil: from WHERE
	fills         []physical.Fill
	out           []logical.Col
	fillPos       int
}

func gapfillError(format string, args ...any) *sqlerr.Error {
	return sqlerr.New(sqlerr.InvalidParameterValue, format, args...)
}

// timeBucketGapfill binds time_bucket_gapfill(width, time [, zone] [, start,
// finish]): it groups as time_bucket does.
func (b *binder) timeBucketGapfill(e *ast.FuncCall, sc *scope) (expr.Expr, error) {
	args, names, err := b.callArgs(e, sc)
	if err != nil {
		return nil, err
	}
	if sc.gaps == nil || sc.inAggregate {
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "no top level time_bucket_gapfill in group by clause").At(e.Pos)
	}
	var parts [5]expr.Expr // width, time, timezone, start, finish
	place := map[string]int{"bucket_width": 0, "ts": 1, "timezone": 2, "start": 3, "finish": 4}
	zoned := false
	if len(args) > 2 && names[2] == "" {
		t := args[2].Type().ID
		// An untyped third argument is the zone, unless start and finish follow by position.
		zoned = t == types.Text || t == types.Varchar || t == types.Unknown && len(args) != 4
	}
	for i, a := range args {
		p := i
		if !zoned && i >= 2 {
			p = i + 1
		}
		if names[i] != "" {
			var ok bool
			if p, ok = place[names[i]]; !ok {
				p = len(parts)
			}
		}
		if p >= len(parts) || parts[p] != nil {
			return nil, function.NotFound("time_bucket_gapfill", typesOf(args)).At(e.Pos)
		}
		parts[p] = a
	}
	if parts[0] == nil || parts[1] == nil {
		return nil, function.NotFound("time_bucket_gapfill", typesOf(args)).At(e.Pos)
	}
	call := parts[:2:2]
	if parts[2] != nil {
		null := func(t types.ID) expr.Expr { return expr.Const{Value: vector.NullDatum, T: types.Of(t)} }
		call = append(call, parts[2], null(types.Timestamptz), null(types.Interval))
	}
	x, err := b.call("time_bucket", call, e.Pos)
	if err != nil {
		return nil, err
	}
	if _, ok := x.(expr.Call); !ok || !logical.Constant(x.(expr.Call).Args[0]) {
		return nil, gapfillError("invalid time_bucket_gapfill argument: bucket_width must be a simple expression").At(e.Pos)
	}
	g := sc.gaps
	if g.bucket != nil && !expr.Equal(clean(g.bucket, sc.level), clean(x, sc.level)) {
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "multiple time_bucket_gapfill calls not allowed").At(e.Pos)
	}
	t := x.(expr.Call).Args[1].Type()
	for i, dst := range []*expr.Expr{&g.start, &g.finish} {
		a := parts[3+i]
		if a == nil {
			continue
		}
		if c, ok := a.(expr.Const); ok && c.Value.Null {
			continue // as if it were not given
		}
		a, err := b.cast(a, t, e.Pos)
		if err != nil {
			return nil, err
		}
		if a = clean(a, sc.level); !logical.Constant(a) {
			return nil, gapfillError("invalid time_bucket_gapfill argument: %s must be a simple expression", []string{"start", "finish"}[i]).At(e.Pos)
		}
		*dst = a
	}
	g.bucket, g.pos = x, e.Pos
	return x, nil
}

// fill binds locf(value [, prev [, treat_null_as_missing]]) and
// interpolate(value), and returns the column that the GapFill node gives for it.
func (b *binder) fill(name string, e *ast.FuncCall, sc *scope) (expr.Expr, error) {
	args, names, err := b.callArgs(e, sc)
	if err != nil {
		return nil, err
	}
	if sc.gaps == nil || sc.inAggregate || sc.clause == inGroupBy {
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "%s can only be used in an aggregation query with time_bucket_gapfill", name).At(e.Pos)
	}
	place := map[string]int{"value": 0, "prev": 1, "treat_null_as_missing": 2}
	var parts [3]expr.Expr
	for i, a := range args {
		p := i
		if names[i] != "" {
			var ok bool
			if p, ok = place[names[i]]; !ok {
				p = len(parts)
			}
		}
		if p >= len(parts) || parts[p] != nil {
			return nil, function.NotFound(name, typesOf(args)).At(e.Pos)
		}
		parts[p] = a
	}
	if parts[0] == nil {
		return nil, function.NotFound(name, typesOf(args)).At(e.Pos)
	}
	f := physical.Fill{Interpolate: name == "interpolate", Value: parts[0]}
	if f.Value.Type().ID == types.Unknown {
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "could not determine polymorphic type because input has type unknown").At(e.Pos)
	}
	if f.Interpolate {
		if parts[1] != nil || parts[2] != nil {
			return nil, sqlerr.NotSupported("interpolate with records before and behind the range").At(e.Pos)
		}
		switch f.Value.Type().ID {
		case types.Int2, types.Int4, types.Int8, types.Float4, types.Float8:
		case types.Numeric:
			if f.Value, err = b.cast(f.Value, types.Of(types.Float8), e.Pos); err != nil {
				return nil, err
			}
		default:
			return nil, function.NotFound(name, typesOf(args)).At(e.Pos)
		}
	}
	f.T = f.Value.Type()
	if parts[1] != nil {
		if c, ok := parts[1].(expr.Const); !ok || !c.Value.Null {
			if f.Prev, err = b.convert(parts[1], f.T, name, e.Pos); err != nil {
				return nil, err
			}
		}
	}
	if parts[2] != nil {
		c, ok := parts[2].(expr.Const)
		if !ok || c.T.ID != types.Bool {
			return nil, gapfillError("invalid %s argument: treat_null_as_missing must be a BOOL literal", name).At(e.Pos)
		}
		f.SkipNull = !c.Value.Null && c.Value.I != 0
	}
	g := sc.gaps
	col := b.col(name, f.T)
	g.fills, g.out, g.fillPos = append(g.fills, f), append(g.out, col), e.Pos
	return col.Ref(), nil
}

// gapFill puts the GapFill node of g on n, the aggregation. where is the input of
// the aggregation, whose conditions bound the time.
func (b *binder) gapFill(n, where logical.Node, g *gapfilling, ck *groupCheck, sc *scope) (logical.Node, error) {
	if g.bucket == nil {
		if len(g.fills) > 0 {
			return nil, sqlerr.New(sqlerr.FeatureNotSupported, "%s can only be used in an aggregation query with time_bucket_gapfill", g.out[0].Name).At(g.fillPos)
		}
		return n, nil
	}
	bucket := clean(g.bucket, sc.level).(expr.Call)
	f := &logical.GapFill{Input: n, Start: g.start, Finish: g.finish, Fills: g.fills, Out: g.out, Step: bucket.Args[0]}
	found := false
	for _, k := range ck.keys {
		if expr.Equal(k.e, bucket) {
			f.Time, found = k.col, true
			continue
		}
		f.Keys = append(f.Keys, k.col)
	}
	if !found {
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "no top level time_bucket_gapfill in group by clause").At(g.pos)
	}
	time := bucket.Args[1]
	if err := b.inferRange(f, time, where, g.pos); err != nil {
		return nil, err
	}
	args := append([]expr.Expr(nil), bucket.Args...)
	args[1] = expr.Column{T: time.Type()}
	bucket.Args = args
	f.Bucket = bucket
	for i := range f.Fills {
		x := &f.Fills[i]
		var err error
		if x.Value, err = ck.fix(x.Value); err != nil {
			return nil, err
		}
		if x.Prev != nil {
			if x.Prev, err = ck.fix(x.Prev); err != nil {
				return nil, err
			}
		}
	}
	return f, nil
}

// inferRange takes a start or finish that was not given from the comparisons of
// the time with expressions without columns.
func (b *binder) inferRange(f *logical.GapFill, time expr.Expr, where logical.Node, pos int) error {
	var conds []expr.Expr
	for {
		n, ok := where.(*logical.Filter)
		if !ok {
			break
		}
		conds, where = append(conds, n.Conds...), n.Input
	}
	for _, c := range conds {
		call, ok := c.(expr.Call)
		if !ok || len(call.Args) != 2 {
			continue
		}
		sig := function.ByID(call.Func)
		if sig == nil {
			continue
		}
		op, value := sig.Name, call.Args[1]
		if !expr.Equal(call.Args[0], time) {
			if !expr.Equal(call.Args[1], time) {
				continue
			}
			op, value = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<="}[op], call.Args[0]
		}
		if !logical.Constant(value) {
			continue
		}
		value, err := b.cast(value, time.Type(), pos)
		if err != nil {
			return err
		}
		switch op {
		case ">", ">=":
			if f.Start == nil {
				f.Start = value
			}
		case "<", "<=":
			if f.Finish != nil {
				continue
			}
			if f.Finish = value; op == "<=" {
				if f.Finish, err = b.justAfter(value, pos); err != nil {
					return err
				}
			}
		}
	}
	for _, end := range []struct {
		have expr.Expr
		word string
	}{{f.Start, "start"}, {f.Finish, "finish"}} {
		if end.have == nil {
			return gapfillError("missing time_bucket_gapfill argument: could not infer %s from WHERE clause", end.word).
				WithHint("Specify start and finish as arguments or in the WHERE clause.").At(pos)
		}
	}
	return nil
}

// justAfter returns the least time above x.
func (b *binder) justAfter(x expr.Expr, pos int) (expr.Expr, error) {
	t := x.Type()
	switch t.ID {
	case types.Timestamp, types.Timestamptz:
		step := expr.Const{Value: vector.WordDatum(vector.Interval{Micros: 1}.Word()), T: types.Of(types.Interval)}
		return b.call("+", []expr.Expr{x, step}, pos)
	}
	sum, err := b.call("+", []expr.Expr{x, expr.Const{Value: vector.IntDatum(1), T: types.Of(types.Int4)}}, pos)
	if err != nil {
		return nil, err
	}
	return b.cast(sum, t, pos)
}
