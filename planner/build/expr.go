package build

import (
	"slices"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// bind types an expression of scope sc. The result may be an untyped literal or
// parameter.
func (b *binder) bind(e ast.Expr, sc *scope) (expr.Expr, error) {
	if err := b.enter(); err != nil {
		return nil, err
	}
	defer b.leave()
	switch e := e.(type) {
	case *ast.Const:
		return b.constant(e)
	case *ast.ColumnRef:
		if sc.clause == inDefault {
			return nil, sqlerr.New(sqlerr.FeatureNotSupported, "cannot use column reference in DEFAULT expression").At(e.Pos)
		}
		return b.column(e, sc)
	case *ast.Param:
		return b.param(e)
	case *ast.Binary:
		return b.binary(e, sc)
	case *ast.Unary:
		if e.Schema != "" && e.Schema != "pg_catalog" {
			return nil, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", e.Schema).At(e.Pos)
		}
		x, err := b.bind(e.X, sc)
		if err != nil {
			return nil, err
		}
		return b.call(e.Op, []expr.Expr{x}, e.Pos)
	case *ast.And:
		args, err := b.booleans(e.Args, "AND", sc)
		return expr.And{Args: args}, err
	case *ast.Or:
		args, err := b.booleans(e.Args, "OR", sc)
		return expr.Or{Args: args}, err
	case *ast.Not:
		args, err := b.booleans([]ast.Expr{e.X}, "NOT", sc)
		if err != nil {
			return nil, err
		}
		return expr.Not{X: args[0]}, nil
	case *ast.IsTest:
		return b.isTest(e, sc)
	case *ast.IsDistinct:
		return b.isDistinct(e, sc)
	case *ast.Between:
		return b.between(e, sc)
	case *ast.In:
		return b.in(e, sc)
	case *ast.Like:
		return b.like(e, sc)
	case *ast.Quantified:
		return b.quantified(e, sc)
	case *ast.Case:
		return b.caseOf(e, sc)
	case *ast.Cast:
		return b.castOf(e, sc)
	case *ast.FuncCall:
		return b.function(e, sc)
	case *ast.AtTimeZone:
		args, err := b.bindAll([]ast.Expr{e.Zone, e.X}, sc)
		if err != nil {
			return nil, err
		}
		x, err := b.call("timezone", args, e.Pos)
		return x, qualifiedName(err, ast.Name{Parts: []string{"pg_catalog", "timezone"}})
	case *ast.Collate:
		return b.collate(e, sc)
	case *ast.SQLValue:
		return b.sqlValue(e)
	case *ast.Subquery:
		return b.scalarSubquery(e, sc)
	case *ast.Exists:
		return b.existsValue(e, sc)
	case *ast.Default:
		return nil, sqlerr.New(sqlerr.SyntaxError, "DEFAULT is not allowed in this context").At(e.Pos)
	case *ast.Star:
		if e.Of != nil {
			return nil, sqlerr.NotSupported("row expansion via \"*\"").At(e.Pos)
		}
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "row expansion via \"*\" is not supported here").At(e.Pos)
	case *ast.Row:
		return b.row(e, sc)
	case *ast.Subscript:
		return b.subscript(e, sc)
	case *ast.Array:
		return b.array(e, nil, sc)
	case *ast.ArrayQuery:
		return b.arrayQuery(e, sc)
	case *ast.Field:
		if x, ok, err := b.fieldOfSet(e, sc); ok || err != nil {
			return x, err
		}
		return b.field(e, sc)
	case *ast.Grouping:
		return nil, sqlerr.NotSupported("%s", e.Kind).At(e.Pos)
	}
	return nil, sqlerr.New(sqlerr.InternalError, "no binding for %T", e)
}

func (b *binder) bindAll(list []ast.Expr, sc *scope) ([]expr.Expr, error) {
	out := make([]expr.Expr, len(list))
	for i, e := range list {
		var err error
		if out[i], err = b.bind(e, sc); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// bindClean binds an expression that no grouping check follows.
func (b *binder) bindClean(e ast.Expr, sc *scope) (expr.Expr, error) {
	r, err := b.bind(e, sc)
	if err != nil {
		return nil, err
	}
	return clean(r, sc.level), nil
}

// condition binds a boolean expression; what names its clause.
func (b *binder) condition(e ast.Expr, sc *scope, what string) (expr.Expr, error) {
	x, err := b.bind(e, sc)
	if err != nil {
		return nil, err
	}
	return b.boolean(x, what, loc(e))
}

func (b *binder) booleans(list []ast.Expr, what string, sc *scope) ([]expr.Expr, error) {
	out := make([]expr.Expr, len(list))
	for i, e := range list {
		var err error
		if out[i], err = b.condition(e, sc, what); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// constant gives a literal the type of dialect.md 3.5. An untyped one keeps its
// place in Value.I, plus 1, until known gives it a type.
func (b *binder) constant(e *ast.Const) (expr.Expr, error) {
	switch e.Kind {
	case ast.Null:
		return expr.Const{Value: vector.Datum{Null: true, I: int64(e.Pos) + 1}, T: types.Of(types.Unknown)}, nil
	case ast.True, ast.False:
		return expr.Const{Value: vector.BoolDatum(e.Kind == ast.True), T: expr.Bool}, nil
	case ast.String:
		return expr.Const{Value: vector.Datum{S: e.Raw, I: int64(e.Pos) + 1}, T: types.Of(types.Unknown)}, nil
	case ast.BitString:
		d, err := value.Parse(types.Of(types.Bit), e.Raw, b.o.Values)
		return expr.Const{Value: d, T: types.Of(types.Bit)}, at(err, e.Pos)
	}
	ids := []types.ID{types.Numeric}
	if e.Kind == ast.Integer {
		ids = []types.ID{types.Int4, types.Int8, types.Numeric}
	}
	var err error
	for _, id := range ids {
		var d vector.Datum
		if d, err = value.Parse(types.Of(id), e.Raw, b.o.Values); err == nil {
			return expr.Const{Value: d, T: types.Of(id)}, nil
		}
	}
	return nil, at(err, e.Pos)
}

// call resolves a function or operator over bound arguments and casts them.
func (b *binder) call(name string, args []expr.Expr, pos int) (expr.Expr, error) {
	sig, err := function.Resolve(name, typesOf(args))
	if err != nil {
		return nil, at(err, pos)
	}
	return b.apply(sig, args, pos)
}

// apply makes the call of a scalar signature.
func (b *binder) apply(sig *function.Signature, args []expr.Expr, pos int) (expr.Expr, error) {
	if sig.Kind == function.Cast {
		if id := args[0].Type().ID; id != types.Unknown && id != sig.Args[0] && sig.Args[0] != sig.Result {
			// The function of a cast, called with what becomes its argument.
			x, ok, err := b.coerce(args[0], types.Of(sig.Args[0]), function.Implicit, pos)
			if err != nil {
				return nil, err
			}
			if ok {
				args[0] = x
			}
		}
		return b.cast(args[0], types.Of(sig.Result), pos)
	}
	args, t, err := b.arguments(sig, args, pos)
	if err != nil {
		return nil, err
	}
	return expr.Call{Func: sig.ID, Args: args, T: t}, nil
}

// arguments casts the arguments of a call to what the signature takes, and
// returns the type of the result.
func (b *binder) arguments(sig *function.Signature, args []expr.Expr, pos int) ([]expr.Expr, types.Type, error) {
	want, result, err := sig.Instantiate(typesOf(args))
	if err != nil {
		return nil, result, at(err, pos)
	}
	out := make([]expr.Expr, len(args))
	for i, a := range args {
		if p, ok := a.(expr.Param); ok && p.T.ID == types.Unknown && sig.Args[min(i, len(sig.Args)-1)] == function.Any {
			out[i] = a // count($1) gives no type, and is refused at the end
			continue
		}
		if c, ok := a.(expr.Const); ok && c.T.ID == types.Unknown && sig.Name == "pg_typeof" {
			c.Value.I = 0
			out[i] = c // the one function that tells
			continue
		}
		t := want[i]
		r, ok, err := b.coerce(a, t, function.Implicit, pos)
		if err != nil {
			return nil, result, err
		}
		if !ok {
			return nil, result, sqlerr.New(sqlerr.CannotCoerce, "cannot cast type %s to %s", a.Type(), t).At(pos)
		}
		out[i] = r
	}
	return out, result, nil
}

func typesOf(args []expr.Expr) []types.Type {
	ts := make([]types.Type, len(args))
	for i, a := range args {
		ts[i] = a.Type()
	}
	return ts
}

// comparisons are the operators that row values and IN know.
func isComparison(op string) bool {
	return slices.Contains([]string{"=", "<>", "!=", "<", "<=", ">", ">="}, op)
}

func (b *binder) binary(e *ast.Binary, sc *scope) (expr.Expr, error) {
	if e.Schema != "" && e.Schema != "pg_catalog" {
		return nil, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", e.Schema).At(e.Pos)
	}
	l, lrow := e.L.(*ast.Row)
	r, rrow := e.R.(*ast.Row)
	if lrow && rrow && isComparison(e.Op) {
		return b.rows(e.Op, l.Elems, r.Elems, e.Pos, sc)
	}
	args, err := b.bindAll([]ast.Expr{e.L, e.R}, sc)
	if err != nil {
		return nil, err
	}
	return b.call(e.Op, args, e.Pos)
}

// rows compares two row values column by column: equality of all for = and <>,
// else the first difference decides (manual 9.24.5).
func (b *binder) rows(op string, l, r []ast.Expr, pos int, sc *scope) (expr.Expr, error) {
	if len(l) != len(r) {
		return nil, sqlerr.New(sqlerr.SyntaxError, "unequal number of entries in row expressions").At(pos)
	}
	if len(l) == 0 {
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "cannot compare rows of zero length").At(pos)
	}
	left, err := b.bindAll(l, sc)
	if err != nil {
		return nil, err
	}
	right, err := b.bindAll(r, sc)
	if err != nil {
		return nil, err
	}
	return b.rowsCompared(op, left, right, pos)
}

// rowsCompared compares two bound rows of the same length.
func (b *binder) rowsCompared(op string, left, right []expr.Expr, pos int) (expr.Expr, error) {
	pair := func(op string, i int) (expr.Expr, error) {
		return b.call(op, []expr.Expr{left[i], right[i]}, pos)
	}
	if op == "=" || op == "<>" || op == "!=" {
		var all []expr.Expr
		for i := range left {
			p, err := pair(op, i)
			if err != nil {
				return nil, err
			}
			all = append(all, p)
		}
		if len(all) == 1 {
			return all[0], nil
		}
		if op == "=" {
			return expr.And{Args: all}, nil
		}
		return expr.Or{Args: all}, nil
	}
	// l1 < r1 OR l1 = r1 AND (…); the last comparison keeps the equality of <=.
	res, err := pair(op, len(left)-1)
	if err != nil {
		return nil, err
	}
	for i := len(left) - 2; i >= 0; i-- {
		strict, err := pair(op[:1], i)
		if err != nil {
			return nil, err
		}
		eq, err := pair("=", i)
		if err != nil {
			return nil, err
		}
		res = expr.Or{Args: []expr.Expr{strict, expr.And{Args: []expr.Expr{eq, res}}}}
	}
	return res, nil
}

func (b *binder) isTest(e *ast.IsTest, sc *scope) (expr.Expr, error) {
	switch e.What {
	case "NULL":
		if row, ok := e.X.(*ast.Row); ok {
			args := make([]expr.Expr, len(row.Elems))
			for i, x := range row.Elems {
				v, err := b.bind(x, sc)
				if err != nil {
					return nil, err
				}
				args[i] = expr.IsNull{X: v, Not: e.Not}
			}
			return expr.And{Args: args}, nil
		}
		x, err := b.bind(e.X, sc)
		if err != nil {
			return nil, err
		}
		if c, ok := x.(expr.Const); ok && c.T.ID == types.Unknown {
			c.T, c.Value.I = types.Of(types.Text), 0
			x = c
		}
		if x.Type().ID == types.Record {
			id := function.ID("fasti_row_is_null(any)")
			if e.Not {
				id = "fasti_row_is_not_null(any)"
			}
			return expr.Call{Func: id, Args: []expr.Expr{x}, T: expr.Bool}, nil
		}
		return expr.IsNull{X: x, Not: e.Not}, nil
	case "TRUE", "FALSE", "UNKNOWN":
		not := ""
		if e.Not {
			not = "NOT "
		}
		x, err := b.condition(e.X, sc, "IS "+not+e.What)
		if err != nil {
			return nil, err
		}
		if e.What == "UNKNOWN" {
			return expr.IsNull{X: x, Not: e.Not}, nil
		}
		return expr.IsTruth{X: x, Want: e.What == "TRUE", Not: e.Not}, nil
	}
	return nil, sqlerr.NotSupported("IS %s", e.What).At(e.Pos)
}

func (b *binder) isDistinct(e *ast.IsDistinct, sc *scope) (expr.Expr, error) {
	l, lrow := e.L.(*ast.Row)
	r, rrow := e.R.(*ast.Row)
	if lrow && rrow && len(l.Elems) == len(r.Elems) && len(l.Elems) > 0 {
		var all []expr.Expr
		for i := range l.Elems {
			d, err := b.isDistinct(&ast.IsDistinct{Node: e.Node, L: l.Elems[i], R: r.Elems[i], Not: e.Not}, sc)
			if err != nil {
				return nil, err
			}
			all = append(all, d)
		}
		switch {
		case len(all) == 1:
			return all[0], nil
		case e.Not:
			return expr.And{Args: all}, nil
		}
		return expr.Or{Args: all}, nil
	}
	args, err := b.bindAll([]ast.Expr{e.L, e.R}, sc)
	if err != nil {
		return nil, err
	}
	// IS [NOT] DISTINCT FROM NULL is a test for NULL.
	for i, a := range args {
		if c, ok := a.(expr.Const); ok && c.Value.Null && c.T.ID == types.Unknown {
			x := args[1-i]
			if x.Type().ID == types.Unknown {
				if x, err = b.known(x, types.Of(types.Text), e.Pos); err != nil {
					return nil, err
				}
			}
			return expr.IsNull{X: x, Not: !e.Not}, nil
		}
	}
	eq, err := b.call("=", args, e.Pos)
	if err != nil {
		return nil, err
	}
	c := eq.(expr.Call)
	return expr.Distinct{L: c.Args[0], R: c.Args[1], Eq: c.Func, Not: e.Not}, nil
}

// between is two comparisons; SYMMETRIC tries both orders of the bounds.
func (b *binder) between(e *ast.Between, sc *scope) (expr.Expr, error) {
	args, err := b.bindAll([]ast.Expr{e.X, e.Lo, e.Hi}, sc)
	if err != nil {
		return nil, err
	}
	within := func(lo, hi expr.Expr) (expr.Expr, error) {
		ops := [2]string{">=", "<="}
		if e.Not {
			ops = [2]string{"<", ">"}
		}
		l, err := b.call(ops[0], []expr.Expr{args[0], lo}, e.Pos)
		if err != nil {
			return nil, err
		}
		h, err := b.call(ops[1], []expr.Expr{args[0], hi}, e.Pos)
		if err != nil {
			return nil, err
		}
		if e.Not {
			return expr.Or{Args: []expr.Expr{l, h}}, nil
		}
		return expr.And{Args: []expr.Expr{l, h}}, nil
	}
	if p, ok := e.X.(*ast.Param); ok && args[0].Type().ID == types.Unknown {
		// Each comparison reads the operand anew: the second sees the type that
		// the first has given the parameter.
		if args[0], err = b.untyped(p, args[1], e.Pos); err != nil {
			return nil, err
		}
	}
	one, err := within(args[1], args[2])
	if err != nil || !e.Symmetric {
		return one, err
	}
	two, err := within(args[2], args[1])
	if err != nil {
		return nil, err
	}
	if e.Not {
		return expr.And{Args: []expr.Expr{one, two}}, nil
	}
	return expr.Or{Args: []expr.Expr{one, two}}, nil
}

// in binds x [NOT] IN (list); a subquery outside of a WHERE's conjunction is not
// there yet.
func (b *binder) in(e *ast.In, sc *scope) (expr.Expr, error) {
	if e.Query != nil {
		return b.inValue(e, sc)
	}
	if row, ok := e.X.(*ast.Row); ok {
		var alternatives []expr.Expr
		for _, x := range e.List {
			r, ok := x.(*ast.Row)
			if !ok {
				return nil, sqlerr.NotSupported("ROW value").At(loc(x))
			}
			eq, err := b.rows("=", row.Elems, r.Elems, e.Pos, sc)
			if err != nil {
				return nil, err
			}
			alternatives = append(alternatives, eq)
		}
		var any expr.Expr = alternatives[0]
		if len(alternatives) > 1 {
			any = expr.Or{Args: alternatives}
		}
		if e.Not {
			return expr.Not{X: any}, nil
		}
		return any, nil
	}
	x, err := b.bind(e.X, sc)
	if err != nil {
		return nil, err
	}
	list, err := b.bindAll(e.List, sc)
	if err != nil {
		return nil, err
	}
	return b.inList(x, list, e.Not, e.Pos, func(i int) int { return loc(e.List[i]) })
}

// inList is transformAExprIn: one type for all where there is one, else an OR of
// equalities.
func (b *binder) inList(x expr.Expr, list []expr.Expr, not bool, pos int, posOf func(i int) int) (expr.Expr, error) {
	op := "="
	if not {
		op = "<>"
	}
	t, err := common(typesOf(append([]expr.Expr{x}, list...)), "IN", func(int) int { return pos })
	if err == nil && len(list) > 1 {
		if x, err = b.convert(x, t.Plain(), "IN", pos); err != nil {
			return nil, err
		}
		items := make([]expr.Expr, len(list))
		for i, v := range list {
			if items[i], err = b.convert(v, t.Plain(), "IN", posOf(i)); err != nil {
				return nil, err
			}
		}
		eq, err := b.call("=", []expr.Expr{x, items[0]}, pos)
		if err != nil {
			return nil, err
		}
		return expr.In{X: x, List: items, Eq: eq.(expr.Call).Func, Not: not}, nil
	}
	var each []expr.Expr
	for _, v := range list {
		c, err := b.call(op, []expr.Expr{x, v}, pos)
		if err != nil {
			return nil, err
		}
		each = append(each, c)
	}
	switch {
	case len(each) == 1:
		return each[0], nil
	case not:
		return expr.And{Args: each}, nil
	}
	return expr.Or{Args: each}, nil
}

func (b *binder) like(e *ast.Like, sc *scope) (expr.Expr, error) {
	op := map[string]string{"LIKE": "~~", "ILIKE": "~~*", "SIMILAR TO": "~"}[e.Kind]
	if e.Not {
		op = "!" + op
	}
	args, err := b.bindAll([]ast.Expr{e.X, e.Pattern}, sc)
	if err != nil {
		return nil, err
	}
	switch {
	case e.Kind == "SIMILAR TO":
		pattern := []expr.Expr{args[1]}
		if e.Escape != nil {
			x, err := b.bind(e.Escape, sc)
			if err != nil {
				return nil, err
			}
			pattern = append(pattern, x)
		}
		if args[1], err = b.call("similar_to_escape", pattern, e.Pos); err != nil {
			return nil, err
		}
	case e.Escape != nil:
		x, err := b.bind(e.Escape, sc)
		if err != nil {
			return nil, err
		}
		if args[1], err = b.call("like_escape", []expr.Expr{args[1], x}, e.Pos); err != nil {
			return nil, err
		}
	}
	return b.call(op, args, e.Pos)
}

// quantified binds x op ANY|ALL of an array or a subquery.
func (b *binder) quantified(e *ast.Quantified, sc *scope) (expr.Expr, error) {
	if e.Query != nil {
		switch {
		case !e.All && e.Op == "=":
			return b.inValue(&ast.In{Node: e.Node, X: e.X, Query: e.Query}, sc)
		case e.All && (e.Op == "<>" || e.Op == "!="):
			return b.inValue(&ast.In{Node: e.Node, X: e.X, Query: e.Query, Not: true}, sc)
		}
		return b.anyValue(e.X, e.Op, e.All, false, e.Query, sc, e.Pos)
	}
	return b.overArray(e, sc)
}

// caseOf binds CASE; with an argument each condition is an equality with it.
func (b *binder) caseOf(e *ast.Case, sc *scope) (expr.Expr, error) {
	inner := *sc
	inner.noSets, sc = "CASE", &inner
	var arg expr.Expr
	if e.Arg != nil {
		var err error
		if arg, err = b.bind(e.Arg, sc); err != nil {
			return nil, err
		}
		if arg.Type().ID == types.Unknown {
			if arg, err = b.known(arg, types.Of(types.Text), loc(e.Arg)); err != nil {
				return nil, err
			}
		}
	}
	whens := make([]expr.When, len(e.Whens))
	branches := make([]expr.Expr, len(e.Whens)+1)
	for i, w := range e.Whens {
		cond, err := b.bind(w.Cond, sc)
		if err != nil {
			return nil, err
		}
		if arg != nil {
			cond, err = b.call("=", []expr.Expr{arg, cond}, loc(w.Cond))
		} else {
			cond, err = b.boolean(cond, "CASE/WHEN", loc(w.Cond))
		}
		if err != nil {
			return nil, err
		}
		whens[i].Cond = cond
		if branches[i+1], err = b.bind(w.Then, sc); err != nil {
			return nil, err
		}
	}
	branches[0] = expr.Const{Value: vector.NullDatum, T: types.Of(types.Unknown)}
	if e.Else != nil {
		var err error
		if branches[0], err = b.bind(e.Else, sc); err != nil {
			return nil, err
		}
	}
	pos := func(i int) int {
		if i > 0 {
			return loc(e.Whens[i-1].Then)
		}
		if e.Else != nil {
			return loc(e.Else)
		}
		return e.Pos
	}
	ts := typesOf(branches)
	t, err := common(ts, "CASE", pos)
	if err != nil {
		return nil, err
	}
	for i := range branches {
		what := "CASE/WHEN"
		if i == 0 {
			what = "CASE/ELSE"
		}
		if branches[i], err = b.convert(branches[i], t, what, pos(i)); err != nil {
			return nil, err
		}
		if i > 0 {
			whens[i-1].Then = branches[i]
		}
	}
	return expr.Case{Whens: whens, Else: branches[0], T: t}, nil
}

func (b *binder) castOf(e *ast.Cast, sc *scope) (expr.Expr, error) {
	t, err := b.typeOf(e.Type)
	if err != nil {
		return nil, err
	}
	if arr, ok := e.X.(*ast.Array); ok && t.ID.IsArray() {
		return b.array(arr, &t, sc)
	}
	x, err := b.bind(e.X, sc)
	if err != nil {
		return nil, err
	}
	pos := e.Pos
	if _, ok := x.(expr.Const); ok {
		pos = loc(e.X)
	}
	return b.cast(x, t, pos)
}

func (b *binder) collate(e *ast.Collate, sc *scope) (expr.Expr, error) {
	x, err := b.bind(e.X, sc)
	if err != nil {
		return nil, err
	}
	name := e.Collation.Parts[len(e.Collation.Parts)-1]
	switch name {
	case "C", "POSIX", "default", "ucs_basic":
	default:
		return nil, sqlerr.New(sqlerr.UndefinedObject, "collation \"%s\" for encoding \"UTF8\" does not exist", dotted(e.Collation.Parts)).At(e.Pos)
	}
	if !x.Type().IsString() {
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "collations are not supported by type %s", x.Type().Plain()).At(e.Pos)
	}
	return x, nil
}

// sqlValue binds CURRENT_TIMESTAMP and the others without parentheses.
func (b *binder) sqlValue(e *ast.SQLValue) (expr.Expr, error) {
	x, err := b.call(e.Name, nil, e.Pos)
	if sqlerr.Code(err) == sqlerr.UndefinedFunction {
		return nil, sqlerr.NotSupported("%s", strings.ToUpper(e.Name)).At(e.Pos)
	}
	if err != nil || e.Precision < 0 {
		return x, err
	}
	t := x.Type()
	t.Mod = int32(min(e.Precision, 6))
	return b.modify(x, t, function.Implicit, e.Pos)
}
