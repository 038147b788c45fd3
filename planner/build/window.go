package build

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// windowing collects the calls with OVER of one query level. Their windows are
// bound when the clauses of the level are, as PostgreSQL does it.
type windowing struct {
	calls []windowCall
}

// windowCall is a call whose result is the column col; args and filter are
// tagged until the grouping check.
type windowCall struct {
	over *ast.WindowDef
	call logical.WindowCall
	col  logical.Col
}

// window is a bound window; its expressions are tagged.
type window struct {
	partition []expr.Expr
	order     []physical.SortKey
	frame     physical.Frame
	framed    bool // a frame clause was given
}

// noWindows words the refusal of a window function in a clause.
func (c clause) noWindows() string {
	switch c {
	case inWindow, inFrameRows, inFrameRange, inFrameGroups:
		return "window functions are not allowed in window definitions"
	}
	return strings.Replace(c.noAggregates(), "aggregate", "window", 1)
}

// windowCall binds a call with OVER and returns the column that the Window node
// will give for it.
func (b *binder) windowCall(name string, e *ast.FuncCall, sc *scope) (expr.Expr, error) {
	inner := *sc
	inner.inWindowCall = true
	args, names, err := b.callArgs(e, &inner)
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		if n != "" {
			return nil, sqlerr.NotSupported("named argument of a window function").At(e.Pos)
		}
	}
	var filter expr.Expr
	if e.Filter != nil {
		fsc := inner
		fsc.clause = inFilter
		if filter, err = b.condition(e.Filter, &fsc, "FILTER"); err != nil {
			return nil, err
		}
	}
	if e.WithinGroup {
		ts := typesOf(args)
		for _, o := range e.OrderBy {
			x, err := b.bind(o.Expr, &inner)
			if err != nil {
				return nil, err
			}
			ts = append(ts, x.Type())
		}
		if _, err := b.orderedSignature(name, ts, len(args), len(e.OrderBy), e.Pos); err != nil {
			return nil, err
		}
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "OVER is not supported for ordered-set aggregate %s", name).At(e.Pos)
	}
	sig, err := function.Resolve(name, typesOf(args))
	if err != nil {
		return nil, at(qualifiedName(err, e.Name), e.Pos)
	}
	aggregate := sig.Kind == function.Aggregate
	switch {
	case sig.Kind == function.OrderedSet:
		return nil, sqlerr.New(sqlerr.WrongObjectType, "WITHIN GROUP is required for ordered-set aggregate %s", name).At(e.Pos)
	case !aggregate && sig.Kind != function.Window:
		return nil, sqlerr.New(sqlerr.WrongObjectType, "OVER specified, but %s is not a window function nor an aggregate function", name).At(e.Pos)
	case e.Distinct:
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "DISTINCT is not implemented for window functions").At(e.Pos)
	case aggregate && len(args) == 0 && !e.Star:
		return nil, sqlerr.New(sqlerr.WrongObjectType, "%s(*) must be used to call a parameterless aggregate function", name).At(e.Pos)
	case len(e.OrderBy) > 0:
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "aggregate ORDER BY is not implemented for window functions").At(e.Pos)
	case !aggregate && e.Filter != nil:
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "FILTER is not implemented for non-aggregate window functions").At(e.Pos)
	case sc.inAggregate && sc.clause != inFilter:
		return nil, sqlerr.New(sqlerr.GroupingError, "aggregate function calls cannot contain window function calls").At(e.Pos)
	case sc.inWindowCall && sc.clause != inFilter:
		return nil, sqlerr.New(sqlerr.WindowingError, "window function calls cannot be nested").At(e.Pos)
	case sc.windows == nil || sc.clause == inFilter:
		return nil, sqlerr.New(sqlerr.WindowingError, "%s", sc.clause.noWindows()).At(e.Pos)
	}
	args, t, err := b.arguments(sig, args, e.Pos)
	if err != nil {
		return nil, err
	}
	if args, err = b.jsonArguments(sig, args, e.Pos); err != nil {
		return nil, err
	}
	c := windowCall{over: e.Over, call: logical.WindowCall{Func: sig.ID, Args: args, Filter: filter, T: t}, col: b.col(name, t)}
	sc.windows.calls = append(sc.windows.calls, c)
	return c.col.Ref(), nil
}

// windows binds the definitions of WINDOW, and those of the calls: of each call
// the window comes with its place in list.
func (b *binder) windows(defs []ast.WindowDef, w *windowing, sc *scope) ([]*window, error) {
	wsc := *sc
	wsc.clause, wsc.windows = inWindow, nil
	named := map[string]*window{}
	for i := range defs {
		d := &defs[i]
		if named[d.Name] != nil {
			return nil, sqlerr.New(sqlerr.WindowingError, "window \"%s\" is already defined", d.Name).At(d.Pos)
		}
		bound, err := b.window(d, named, &wsc)
		if err != nil {
			return nil, err
		}
		named[d.Name] = bound
	}
	out := make([]*window, len(w.calls))
	for i, c := range w.calls {
		if c.over.Bare {
			if out[i] = named[c.over.Base]; out[i] == nil {
				return nil, noWindow(c.over)
			}
			continue
		}
		var err error
		if out[i], err = b.window(c.over, named, &wsc); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func noWindow(d *ast.WindowDef) error {
	return sqlerr.New(sqlerr.UndefinedObject, "window \"%s\" does not exist", d.Base).At(d.Pos)
}

// window is one round of transformWindowDefinitions.
func (b *binder) window(d *ast.WindowDef, named map[string]*window, sc *scope) (*window, error) {
	var base *window
	if d.Base != "" {
		if base = named[d.Base]; base == nil {
			return nil, noWindow(d)
		}
	}
	w := &window{frame: physical.DefaultFrame}
	for _, o := range d.OrderBy {
		k, err := b.windowKey(o, sc)
		if err != nil {
			return nil, err
		}
		w.order = append(w.order, k)
	}
	for _, e := range d.PartitionBy {
		x, err := b.bindKnown(e, sc)
		if err == nil {
			err = groupable(x.Type(), loc(e))
		}
		if err != nil {
			return nil, err
		}
		w.partition = append(w.partition, x)
	}
	if base != nil {
		switch {
		case len(w.partition) > 0:
			return nil, sqlerr.New(sqlerr.WindowingError, "cannot override PARTITION BY clause of window \"%s\"", d.Base).At(d.Pos)
		case len(w.order) > 0 && len(base.order) > 0:
			return nil, sqlerr.New(sqlerr.WindowingError, "cannot override ORDER BY clause of window \"%s\"", d.Base).At(d.Pos)
		case base.framed:
			err := sqlerr.New(sqlerr.WindowingError, "cannot copy window \"%s\" because it has a frame clause", d.Base).At(d.Pos)
			if len(w.order) == 0 && d.Frame == nil {
				err = err.WithHint("Omit the parentheses in this OVER clause.")
			}
			return nil, err
		}
		w.partition = base.partition
		if len(w.order) == 0 {
			w.order = base.order
		}
	}
	if d.Frame == nil {
		return w, nil
	}
	w.framed = true
	return w, b.frame(w, d, sc)
}

// bindKnown binds an expression that gets a type.
func (b *binder) bindKnown(e ast.Expr, sc *scope) (expr.Expr, error) {
	x, err := b.bind(e, sc)
	if err == nil && x.Type().ID == types.Unknown {
		x, err = b.known(x, types.Of(types.Text), loc(e))
	}
	return x, err
}

// windowKey binds an ORDER BY item of a window or an aggregate: always an
// expression, never a name or number of the output.
func (b *binder) windowKey(o ast.OrderItem, sc *scope) (physical.SortKey, error) {
	k := physical.SortKey{Desc: o.Desc, NullsFirst: o.NullsFirst}
	var err error
	if k.Expr, err = b.bindKnown(o.Expr, sc); err != nil {
		return k, err
	}
	switch o.Using {
	case "", "<":
	case ">":
		k.Desc = true
	default:
		if _, err := function.Resolve(o.Using, []types.Type{k.Expr.Type(), k.Expr.Type()}); err != nil {
			return k, at(err, o.Pos)
		}
		return k, sqlerr.New(sqlerr.WrongObjectType, "operator %s is not a valid ordering operator", o.Using).
			WithHint("Ordering operators must be \"<\" or \">\" members of btree operator families.").At(o.Pos)
	}
	return k, orderable(k.Expr.Type(), loc(o.Expr))
}

// frame binds a frame clause.
func (b *binder) frame(w *window, d *ast.WindowDef, sc *scope) error {
	f := d.Frame
	w.frame = physical.Frame{
		Mode:    map[string]physical.FrameMode{"ROWS": physical.RowsFrame, "GROUPS": physical.GroupsFrame}[f.Mode],
		Exclude: map[string]physical.FrameExclude{"CURRENT ROW": physical.ExcludeRow, "GROUP": physical.ExcludeGroup, "TIES": physical.ExcludeTies}[f.Exclude],
	}
	offset := f.Start.Offset != nil || f.End.Offset != nil
	switch {
	case f.Mode == "RANGE" && offset && len(w.order) != 1:
		return sqlerr.New(sqlerr.WindowingError, "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column").At(d.Pos)
	case f.Mode == "GROUPS" && len(w.order) == 0:
		return sqlerr.New(sqlerr.WindowingError, "GROUPS mode requires an ORDER BY clause").At(d.Pos)
	}
	for _, end := range []struct {
		in  ast.Bound
		out *physical.FrameBound
	}{{f.Start, &w.frame.Start}, {f.End, &w.frame.End}} {
		end.out.Kind = map[string]physical.BoundKind{
			"UNBOUNDED PRECEDING": physical.UnboundedPreceding, "PRECEDING": physical.Preceding, "CURRENT ROW": physical.CurrentRow,
			"FOLLOWING": physical.Following, "UNBOUNDED FOLLOWING": physical.UnboundedFollowing,
		}[end.in.Kind]
		if end.in.Offset == nil {
			continue
		}
		var err error
		if end.out.Offset, err = b.frameOffset(end.in.Offset, w, f.Mode, sc); err != nil {
			return err
		}
	}
	return nil
}

// frameOffset is transformFrameOffset.
func (b *binder) frameOffset(e ast.Expr, w *window, mode string, sc *scope) (expr.Expr, error) {
	osc := sc.in(map[string]clause{"ROWS": inFrameRows, "RANGE": inFrameRange, "GROUPS": inFrameGroups}[mode])
	x, err := b.bind(e, osc)
	if err != nil {
		return nil, err
	}
	x = clean(x, sc.level)
	t := types.Of(types.Int8)
	if mode == "RANGE" {
		if t, err = rangeOffset(w.order[0].Expr.Type(), x.Type(), loc(e)); err != nil {
			return nil, err
		}
	}
	r, ok, err := b.coerce(x, t, function.Assignment, loc(e))
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "argument of %s must be type %s, not type %s", mode, t, types.Of(x.Type().ID)).At(loc(e))
	case !logical.Constant(r):
		own := false
		expr.Walk(r, func(x expr.Expr) bool {
			c, ok := x.(expr.Column)
			own = own || ok && sc.has(c.Index)
			return true
		})
		if !own {
			return nil, sqlerr.NotSupported("outer column in a frame clause").At(loc(e))
		}
		return nil, sqlerr.New(sqlerr.InvalidColumnReference, "argument of %s must not contain variables", mode).At(loc(e))
	}
	return r, nil
}

// inRange lists the offset types of the in_range support functions by the type
// of the ORDER BY column (pg_amproc).
func inRange(t types.ID) []types.ID {
	switch t {
	case types.Int2, types.Int4:
		return []types.ID{types.Int8, types.Int2, types.Int4}
	case types.Int8:
		return []types.ID{types.Int8}
	case types.Float4, types.Float8:
		return []types.ID{types.Float8}
	case types.Numeric:
		return []types.ID{types.Numeric}
	case types.Date, types.Timestamp, types.Timestamptz, types.Interval:
		return []types.ID{types.Interval}
	}
	return nil
}

// rangeOffset chooses the type of an offset of RANGE.
func rangeOffset(order, offset types.Type, pos int) (types.Type, error) {
	all := inRange(order.ID)
	if len(all) == 0 {
		return types.Type{}, sqlerr.New(sqlerr.FeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s", types.Of(order.ID)).At(pos)
	}
	preferred := offset.ID
	if preferred == types.Unknown {
		preferred = order.ID
	}
	var selected types.ID
	n := 0
	for _, t := range all {
		if function.CanCast(offset.ID, t, function.Implicit) {
			n++
			if selected != preferred {
				selected = t
			}
		}
	}
	switch {
	case n == 0:
		return types.Type{}, sqlerr.New(sqlerr.FeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s and offset type %s", types.Of(order.ID), types.Of(offset.ID)).
			WithHint("Cast the offset value to an appropriate type.").At(pos)
	case n > 1 && selected != preferred:
		return types.Type{}, sqlerr.New(sqlerr.FeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING has multiple interpretations for column type %s and offset type %s", types.Of(order.ID), types.Of(offset.ID)).
			WithHint("Cast the offset value to the exact intended type.").At(pos)
	}
	return types.Of(selected), nil
}

// windowNodes puts Window nodes for calls on n: one for each partition and order.
// Those with the most keys come first: their sort may do for the others. fix is
// applied to every expression.
func windowNodes(n logical.Node, calls []windowCall, windows []*window) logical.Node {
	var nodes []*logical.Window
	for i, c := range calls {
		w := windows[i]
		var node *logical.Window
		for _, have := range nodes {
			if equalLists(have.Partition, w.partition) && equalKeys(have.Order, w.order) {
				node = have
			}
		}
		if node == nil {
			node = &logical.Window{Partition: w.partition, Order: w.order}
			nodes = append(nodes, node)
		}
		c.call.Frame = w.frame
		node.Calls, node.Out = append(node.Calls, c.call), append(node.Out, c.col)
	}
	slices.SortStableFunc(nodes, func(a, b *logical.Window) int {
		return cmp.Compare(len(b.Partition)+len(b.Order), len(a.Partition)+len(a.Order))
	})
	for _, w := range nodes {
		w.Input = n
		n = w
	}
	return n
}

// fixWindows applies fix to the expressions of calls and of their windows.
func fixWindows(calls []windowCall, windows []*window, fix func(expr.Expr) (expr.Expr, error)) error {
	list := func(es []expr.Expr) (out []expr.Expr, err error) {
		for _, e := range es {
			if e, err = fix(e); err != nil {
				return nil, err
			}
			out = append(out, e)
		}
		return out, nil
	}
	fixed := map[*window]*window{}
	for i := range calls {
		c := &calls[i].call
		var err error
		if c.Args, err = list(c.Args); err != nil {
			return err
		}
		if c.Filter != nil {
			if c.Filter, err = fix(c.Filter); err != nil {
				return err
			}
		}
		w := windows[i]
		if fixed[w] == nil {
			f := &window{frame: w.frame}
			if f.partition, err = list(w.partition); err != nil {
				return err
			}
			for _, k := range w.order {
				if k.Expr, err = fix(k.Expr); err != nil {
					return err
				}
				f.order = append(f.order, k)
			}
			fixed[w] = f
		}
		windows[i] = fixed[w]
	}
	return nil
}

func equalLists(a, b []expr.Expr) bool {
	return slices.EqualFunc(a, b, expr.Equal)
}

func equalKeys(a, b []physical.SortKey) bool {
	return slices.EqualFunc(a, b, func(x, y physical.SortKey) bool {
		return x.Desc == y.Desc && x.NullsFirst == y.NullsFirst && expr.Equal(x.Expr, y.Expr)
	})
}
