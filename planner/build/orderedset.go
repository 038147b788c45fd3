package build

import (
	"slices"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// orderedSet binds a call with WITHIN GROUP and returns the column that the
// Aggregate node will give for it.
func (b *binder) orderedSet(name string, e *ast.FuncCall, sc *scope) (expr.Expr, error) {
	dsc := *sc // direct arguments are evaluated below the aggregation, too
	if sc.group != nil {
		dsc.scalars = &sc.group.before
	}
	direct, _, err := b.callArgs(e, &dsc)
	if err != nil {
		return nil, err
	}
	inner := *sc
	inner.inAggregate = true
	if sc.group != nil {
		inner.scalars = &sc.group.before
	}
	all := slices.Clone(direct)
	var keys []physical.SortKey
	for _, o := range e.OrderBy {
		x, err := b.bind(o.Expr, &inner)
		if err != nil {
			return nil, err
		}
		keys = append(keys, physical.SortKey{Desc: o.Desc != (o.Using == ">"), NullsFirst: o.NullsFirst})
		all = append(all, x)
	}
	sig, err := b.orderedSignature(name, typesOf(all), len(direct), len(keys), e.Pos)
	if err != nil {
		return nil, err
	}
	filter, err := b.aggregateFilter(e, &inner)
	if err != nil {
		return nil, err
	}
	if err := noAggregate(sc, e.Pos); err != nil {
		return nil, err
	}
	for i, d := range direct {
		if uses(d, sc.group.cols) {
			return nil, sqlerr.New(sqlerr.GroupingError, "aggregate function calls cannot be nested").At(loc(e.Args[i].Expr))
		}
	}
	t := types.Of(sig.Result)
	if sig.Variadic {
		for i := range keys {
			pair, _, err := b.unify([]expr.Expr{all[len(direct)+i], all[i]}, "WITHIN GROUP", func(int) int { return loc(e.Args[i].Expr) })
			if err != nil {
				return nil, err
			}
			all[len(direct)+i], all[i] = pair[0], pair[1]
		}
	} else if all, t, err = b.arguments(sig, all, e.Pos); err != nil {
		return nil, err
	}
	agg := logical.Agg{Func: sig.ID, Args: all[len(direct):], Filter: filter, T: t}
	for i := range keys {
		keys[i].Expr = agg.Args[i]
	}
	agg.Order = keys
	for _, d := range all[:len(direct)] {
		sc.group.direct = append(sc.group.direct, d)
		agg.Direct = append(agg.Direct, clean(d, sc.level))
	}
	return b.addAggregate(sc.group, name, agg), nil
}

// orderedSignature resolves a call with so many direct and ordered arguments.
func (b *binder) orderedSignature(name string, ts []types.Type, direct, ordered, pos int) (*function.Signature, error) {
	sig, err := function.Resolve(name, ts)
	if err != nil {
		return nil, at(err, pos)
	}
	switch sig.Kind {
	case function.Aggregate:
		return nil, sqlerr.New(sqlerr.WrongObjectType, "%s is not an ordered-set aggregate, so it cannot have WITHIN GROUP", name).At(pos)
	case function.Window:
		return nil, sqlerr.New(sqlerr.WrongObjectType, "window function %s cannot have WITHIN GROUP", name).At(pos)
	case function.OrderedSet:
	default:
		return nil, sqlerr.New(sqlerr.WrongObjectType, "WITHIN GROUP specified, but %s is not an aggregate function", name).At(pos)
	}
	switch {
	case sig.Variadic && direct != ordered:
		return nil, function.NotFound(name, ts).WithHint("To use the hypothetical-set aggregate %s, the number of hypothetical direct arguments (here %d) must match the number of ordering columns (here %d).", name, direct, ordered).At(pos)
	case !sig.Variadic && direct != len(sig.Args)-1:
		return nil, function.NotFound(name, ts).WithHint("There is an ordered-set aggregate %s, but it requires %d direct arguments, not %d.", name, len(sig.Args)-1, direct).At(pos)
	}
	return sig, nil
}

// aggregateFilter binds FILTER; sc is the scope of the arguments.
func (b *binder) aggregateFilter(e *ast.FuncCall, sc *scope) (expr.Expr, error) {
	if e.Filter == nil {
		return nil, nil
	}
	fsc := *sc
	fsc.clause = inFilter
	return b.condition(e.Filter, &fsc, "FILTER")
}

// noAggregate refuses an aggregate call where none may stand.
func noAggregate(sc *scope, pos int) error {
	switch {
	case sc.clause == inFilter:
		return sqlerr.New(sqlerr.GroupingError, "%s", inFilter.noAggregates()).At(pos)
	case sc.inAggregate:
		return sqlerr.New(sqlerr.GroupingError, "aggregate function calls cannot be nested").At(pos)
	case sc.group == nil:
		return sqlerr.New(sqlerr.GroupingError, "%s", sc.clause.noAggregates()).At(pos)
	}
	return nil
}

// addAggregate adds a call to those of a level, unless it is there, and returns
// its column.
func (b *binder) addAggregate(g *grouping, name string, agg logical.Agg) expr.Expr {
	for i, have := range g.aggs {
		if sameAgg(have, agg) {
			return g.cols[i].Ref()
		}
	}
	g.aggs = append(g.aggs, agg)
	g.cols = append(g.cols, b.col(name, agg.T))
	return g.cols[len(g.cols)-1].Ref()
}

// checkDirect refuses direct arguments of columns that are not grouped.
func (g *groupCheck) checkDirect(direct []expr.Expr) error {
	for _, d := range direct {
		if _, err := g.fix(d); err != nil {
			if x, ok := err.(*sqlerr.Error); ok && x.Code == sqlerr.GroupingError {
				return x.WithDetail("Direct arguments of an ordered-set aggregate must use only grouped columns.")
			}
			return err
		}
	}
	return nil
}
