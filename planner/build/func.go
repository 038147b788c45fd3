package build

import (
	"slices"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// functionName returns the name without pg_catalog or public, or information_schema
// for the functions of that schema, all of which begin with _pg_.
func functionName(n ast.Name) (string, error) {
	if len(n.Parts) > 1 {
		ns := n.Parts[len(n.Parts)-2]
		helper := ns == "information_schema" && strings.HasPrefix(n.Parts[len(n.Parts)-1], "_pg_")
		if ns != "pg_catalog" && ns != "public" && !helper {
			return "", sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", ns).At(n.Pos)
		}
	}
	return n.Parts[len(n.Parts)-1], nil
}

// qualifiedName puts the namespace that the user or the grammar gave before the
// function's name in an error.
func qualifiedName(err error, n ast.Name) error {
	e, ok := err.(*sqlerr.Error)
	if ok && len(n.Parts) > 1 && strings.HasPrefix(e.Message, "function ") {
		e.Message = "function " + dotted(n.Parts[:len(n.Parts)-1]) + "." + e.Message[len("function "):]
	}
	return err
}

// function binds a call of any kind.
func (b *binder) function(e *ast.FuncCall, sc *scope) (expr.Expr, error) {
	name, err := functionName(e.Name)
	if err != nil {
		return nil, err
	}
	if len(e.Name.Parts) == 1 {
		switch name {
		case "coalesce", "nullif", "greatest", "least":
			return b.keywordCall(name, e, sc)
		}
	}
	switch name {
	case "time_bucket_gapfill":
		return b.timeBucketGapfill(e, sc)
	case "locf", "interpolate":
		return b.fill(name, e, sc)
	}
	if _, _, ok := sequenceArgs(name); ok {
		return b.sequenceCall(name, e, sc)
	}
	switch {
	case name == "grouping" && len(e.Name.Parts) == 1:
		return b.groupingValue(e, sc)
	case e.Variadic:
		return nil, sqlerr.NotSupported("VARIADIC").At(e.Pos)
	case e.Over != nil:
		return b.windowCall(name, e, sc)
	case e.WithinGroup:
		return b.orderedSet(name, e, sc)
	}
	if _, agg := function.Exists(name); agg {
		return b.aggregate(name, e, sc)
	}
	sig, args, err := b.resolve(name, e, sc)
	if err != nil {
		return nil, err
	}
	if sig.Kind == function.SetReturning {
		return b.setValue(sig, args, e, sc)
	}
	return b.apply(sig, args, e.Pos)
}

// resolve finds the signature of a call that is no aggregate and returns its
// arguments in the signature's order, not yet cast.
func (b *binder) resolve(name string, e *ast.FuncCall, sc *scope) (*function.Signature, []expr.Expr, error) {
	args, names, err := b.callArgs(e, sc)
	if err != nil {
		return nil, nil, err
	}
	sig, order, err := function.ResolveNamed(name, typesOf(args), names)
	if err != nil {
		return nil, nil, at(qualifiedName(err, e.Name), e.Pos)
	}
	if sig.Kind == function.OrderedSet {
		return nil, nil, sqlerr.New(sqlerr.WrongObjectType, "WITHIN GROUP is required for ordered-set aggregate %s", name).At(e.Pos)
	}
	if sig.Kind == function.Window {
		return nil, nil, sqlerr.New(sqlerr.WrongObjectType, "window function %s requires an OVER clause", name).At(e.Pos)
	}
	for _, s := range []struct {
		word string
		is   bool
	}{{"DISTINCT", e.Distinct}, {"ORDER BY", len(e.OrderBy) > 0}, {"FILTER", e.Filter != nil}} {
		if s.is {
			return nil, nil, sqlerr.New(sqlerr.WrongObjectType, "%s specified, but %s is not an aggregate function", s.word, name).At(e.Pos)
		}
	}
	if e.Star {
		return nil, nil, sqlerr.New(sqlerr.WrongObjectType, "%s(*) specified, but %s is not an aggregate function", name, name).At(e.Pos)
	}
	args, err = b.order(sig, args, order, e.Pos)
	return sig, args, err
}

func (b *binder) callArgs(e *ast.FuncCall, sc *scope) (args []expr.Expr, names []string, err error) {
	for _, a := range e.Args {
		x, err := b.bind(a.Expr, sc)
		if err != nil {
			return nil, nil, err
		}
		for _, n := range names {
			if n != "" && n == a.Name {
				return nil, nil, sqlerr.New(sqlerr.SyntaxError, "argument name \"%s\" used more than once", n).At(loc(a.Expr))
			}
		}
		if a.Name == "" && len(names) > 0 && names[len(names)-1] != "" {
			return nil, nil, sqlerr.New(sqlerr.SyntaxError, "positional argument cannot follow named argument").At(loc(a.Expr))
		}
		args, names = append(args, x), append(names, a.Name)
	}
	return args, names, nil
}

// order puts the arguments of a call in the signature's order and fills in its
// defaults.
func (b *binder) order(sig *function.Signature, args []expr.Expr, order []int, pos int) ([]expr.Expr, error) {
	if sig.Kind == function.Cast {
		return args, nil
	}
	out := make([]expr.Expr, 0, len(order))
	for i, a := range order {
		if a >= 0 {
			if a < len(args) {
				out = append(out, args[a])
			}
			continue
		}
		if sig.Variadic && i >= len(sig.Args)-1 {
			continue
		}
		text, null := sig.Default(i)
		t := types.Of(sig.Arg(i))
		if null {
			out = append(out, expr.Const{Value: vector.NullDatum, T: t})
			continue
		}
		x, err := b.literal(text, t, pos)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// keywordCall binds the calls that are syntax: no signature, special evaluation.
func (b *binder) keywordCall(name string, e *ast.FuncCall, sc *scope) (expr.Expr, error) {
	list := make([]ast.Expr, len(e.Args))
	for i, a := range e.Args {
		list[i] = a.Expr
	}
	if name == "coalesce" {
		inner := *sc
		inner.noSets, sc = "COALESCE", &inner
	}
	args, err := b.bindAll(list, sc)
	if err != nil {
		return nil, err
	}
	pos := func(i int) int { return loc(list[i]) }
	switch name {
	case "coalesce":
		args, t, err := b.unify(args, "COALESCE", pos)
		if err != nil {
			return nil, err
		}
		return expr.Coalesce{Args: args, T: t}, nil
	case "nullif":
		eq, err := b.call("=", args, e.Pos)
		if err != nil {
			return nil, err
		}
		c := eq.(expr.Call)
		t := c.Args[0].Type()
		if sig := function.ByID(c.Func); sig != nil && t.ID != sig.Args[0] && !sig.Args[0].IsPolymorphic() {
			t = types.Of(sig.Args[0])
		}
		null := expr.Const{Value: vector.NullDatum, T: t}
		return expr.Case{Whens: []expr.When{{Cond: eq, Then: null}}, Else: c.Args[0], T: t}, nil
	}
	what := map[string]string{"greatest": "GREATEST", "least": "LEAST"}[name]
	args, t, err := b.unify(args, what, pos)
	if err != nil {
		return nil, err
	}
	sig, err := function.Resolve("<", []types.Type{t, t})
	if err != nil {
		return nil, sqlerr.New(sqlerr.UndefinedFunction, "could not identify a comparison function for type %s", t.Plain()).At(e.Pos)
	}
	return expr.Extreme{Max: name == "greatest", Args: args, Less: sig.ID, T: t}, nil
}

// grouping collects the aggregate calls of one query level.
type grouping struct {
	aggs []logical.Agg
	cols []logical.Col
	// direct are the direct arguments of ordered-set aggregates, tagged.
	direct []expr.Expr
	// groupings are the calls of GROUPING.
	groupings []groupingCall
	// before are the scalar subqueries in arguments of aggregates and in GROUP
	// BY: they are joined below the Aggregate node.
	before []attachment
}

// noAggregates words the refusal of an aggregate in a clause.
func (c clause) noAggregates() string {
	switch c {
	case inOn:
		return "aggregate functions are not allowed in JOIN conditions"
	case inFrom:
		return "aggregate functions are not allowed in functions in FROM"
	case inDefault:
		return "aggregate functions are not allowed in DEFAULT expressions"
	case inCopyWhere:
		return "aggregate functions are not allowed in COPY FROM WHERE conditions"
	}
	return "aggregate functions are not allowed in " + c.words()
}

// aggregate binds an aggregate call and returns the column that the Aggregate
// node will give for it.
func (b *binder) aggregate(name string, e *ast.FuncCall, sc *scope) (expr.Expr, error) {
	inner := *sc
	inner.inAggregate, inner.noSets = true, ""
	if sc.group != nil {
		inner.scalars = &sc.group.before
	}
	args, names, err := b.callArgs(e, &inner)
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		if n != "" {
			return nil, sqlerr.NotSupported("named argument of an aggregate").At(e.Pos)
		}
	}
	sig, err := function.Resolve(name, typesOf(args))
	if err != nil {
		return nil, at(err, e.Pos)
	}
	if len(args) == 0 && !e.Star {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "%s(*) must be used to call a parameterless aggregate function", name).At(e.Pos)
	}
	if sig.Kind == function.OrderedSet {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "WITHIN GROUP is required for ordered-set aggregate %s", name).At(e.Pos)
	}
	args, t, err := b.arguments(sig, args, e.Pos)
	if err != nil {
		return nil, err
	}
	order, err := b.aggregateOrder(sig, e, args, &inner)
	if err != nil {
		return nil, err
	}
	filter, err := b.aggregateFilter(e, &inner)
	if err != nil {
		return nil, err
	}
	if e.Distinct {
		for i, a := range args {
			if err := groupable(a.Type(), loc(e.Args[min(i, len(e.Args)-1)].Expr)); err != nil {
				return nil, err
			}
		}
	}
	if args, err = b.jsonArguments(sig, args, e.Pos); err != nil {
		return nil, err
	}
	agg := logical.Agg{Func: sig.ID, Args: args, Distinct: e.Distinct, Filter: filter, T: t, Order: order}
	owner := sc.aggregateOwner(agg)
	if owner != sc {
		agg = cleanAgg(agg, owner.level)
	}
	if err := noAggregate(owner, e.Pos); err != nil {
		return nil, err
	}
	return b.addAggregate(owner.group, name, agg), nil
}

// aggregateOrder binds ORDER BY in an aggregate call whose arguments are args. It
// is nil for aggregates whose result does not depend on it; of DISTINCT the others
// get the values in order, as from PostgreSQL, which sorts to find equal ones.
func (b *binder) aggregateOrder(sig *function.Signature, e *ast.FuncCall, args []expr.Expr, sc *scope) ([]physical.SortKey, error) {
	var keys []physical.SortKey
	has := func(x expr.Expr) bool {
		return slices.ContainsFunc(keys, func(k physical.SortKey) bool { return expr.Equal(k.Expr, x) })
	}
	for _, o := range e.OrderBy {
		k, err := b.windowKey(o, sc)
		if err != nil {
			return nil, err
		}
		if e.Distinct && !slices.ContainsFunc(args, func(a expr.Expr) bool { return expr.Equal(a, k.Expr) }) {
			return nil, sqlerr.New(sqlerr.InvalidColumnReference, "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list").At(loc(o.Expr))
		}
		if !has(k.Expr) {
			keys = append(keys, k)
		}
	}
	if !sig.OrderMatters() {
		return nil, nil
	}
	if sig.ByTime() && len(keys) == 0 {
		return []physical.SortKey{{Expr: args[1]}}, nil
	}
	for _, a := range args {
		if e.Distinct && !has(a) {
			keys = append(keys, physical.SortKey{Expr: a})
		}
	}
	return keys, nil
}

// sameAgg reports whether two calls have one result.
func sameAgg(a, c logical.Agg) bool {
	if a.Func != c.Func || a.Distinct != c.Distinct || len(a.Args) != len(c.Args) || (a.Filter == nil) != (c.Filter == nil) {
		return false
	}
	for i := range a.Args {
		if !expr.Equal(a.Args[i], c.Args[i]) || expr.VolatilityOf(a.Args[i]) == function.Volatile {
			return false
		}
	}
	if !equalKeys(a.Order, c.Order) || !equalLists(a.Direct, c.Direct) {
		return false
	}
	return a.Filter == nil || expr.Equal(a.Filter, c.Filter)
}
