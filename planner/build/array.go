package build

import (
	"strconv"
	"strings"

	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// array binds ARRAY[…] (transformArrayExpr): of the type that a cast around it
// wants, or of what its elements have in common. Brackets inside, and elements
// that are arrays, make one array of more dimensions.
func (b *binder) array(e *ast.Array, want *types.Type, sc *scope) (expr.Expr, error) {
	if err := b.enter(); err != nil {
		return nil, err
	}
	defer b.leave()
	elems := make([]expr.Expr, len(e.Elems))
	stack := false
	for i, x := range e.Elems {
		var err error
		if sub, ok := x.(*ast.Array); ok {
			elems[i], err = b.array(sub, want, sc)
			stack = true
		} else {
			elems[i], err = b.bind(x, sc)
		}
		if err != nil {
			return nil, err
		}
		stack = stack || elems[i].Type().ID.IsArray()
	}
	pos := func(i int) int { return loc(e.Elems[i]) }
	var t types.Type
	switch {
	case want != nil:
		t = *want
		to := t.Elem()
		if stack {
			to = t
		}
		for i, x := range elems {
			var err error
			if elems[i], err = b.cast(x, to, pos(i)); err != nil {
				return nil, err
			}
		}
	case len(elems) == 0:
		return nil, sqlerr.New(sqlerr.IndeterminateDatatype, "cannot determine type of empty array").
			WithHint("Explicitly cast to the desired type, for example ARRAY[]::integer[].").At(e.Pos)
	default:
		var err error
		if elems, t, err = b.unify(elems, "ARRAY", pos); err != nil {
			return nil, err
		}
		if t = t.Plain(); !stack {
			if t = t.Array(); t.OID() == 0 {
				return nil, sqlerr.New(sqlerr.UndefinedObject, "could not find array type for data type %s", t.Elem()).At(e.Pos)
			}
		}
	}
	if stack {
		return expr.Call{Func: "fasti_array_stack(any...)", Args: elems, T: t}, nil
	}
	return makeArray(elems, t), nil
}

// makeArray returns the array of elements of its type; constants give one.
func makeArray(elems []expr.Expr, t types.Type) expr.Expr {
	var to nested.Builder
	to.Reset(vector.KindOf(t.Elem()))
	for _, x := range elems {
		c, ok := x.(expr.Const)
		if !ok {
			return expr.Call{Func: "fasti_array(any...)", Args: elems, T: t}
		}
		to.Append(c.Value)
	}
	return expr.Const{Value: vector.StringDatum(string(to.AppendTo(nil))), T: t}
}

// elements returns the elements of a constant array.
func elements(c expr.Const) ([]expr.Expr, bool) {
	a, err := nested.OpenArray([]byte(c.Value.S))
	if err != nil || c.Value.Null {
		return nil, false
	}
	list := make([]expr.Expr, a.Len())
	for i := range list {
		list[i] = expr.Const{Value: a.Datum(i), T: c.T.Elem().Plain()}
	}
	return list, true
}

// arrayQuery binds ARRAY(query): array_agg over its rows, the empty array without.
func (b *binder) arrayQuery(e *ast.ArrayQuery, sc *scope) (expr.Expr, error) {
	col := &ast.ColumnRef{Node: e.Node, Parts: []string{"fasti_array", "c"}}
	agg := &ast.FuncCall{Node: e.Node, Name: ast.Name{Pos: e.Pos, Parts: []string{"pg_catalog", "array_agg"}}, Args: []ast.Arg{{Expr: col}}}
	from := &ast.SubqueryRef{Pos: e.Pos, Query: e.Query, Alias: ast.TableAlias{Name: "fasti_array", Cols: []string{"c"}}}
	x, err := b.scalarSubquery(&ast.Subquery{Node: e.Node, Query: &ast.Select{
		Pos: e.Pos, Targets: []ast.Target{{Expr: agg}}, From: []ast.TableExpr{from},
	}}, sc)
	if err != nil {
		return nil, err
	}
	t := x.Type()
	empty := expr.Const{Value: vector.StringDatum(string(nested.AppendEmpty(nil, vector.KindOf(t.Elem())))), T: t}
	return expr.Coalesce{Args: []expr.Expr{x, empty}, T: t}, nil
}

// brackets are the subscripts behind one expression: a[1][2], a[1:2].
type brackets struct {
	x     ast.Expr
	subs  []*ast.Subscript
	slice bool
}

// bracketsOf collects the chain that ends in e.
func bracketsOf(e *ast.Subscript) brackets {
	r := brackets{subs: []*ast.Subscript{e}, slice: e.Slice}
	for e.Chained {
		e = e.X.(*ast.Subscript)
		r.subs = append([]*ast.Subscript{e}, r.subs...)
		r.slice = r.slice || e.Slice
	}
	r.x = e.X
	return r
}

// bounds binds the subscripts as integers. Of slices pattern says which bounds
// are there (see executor/compute); in a row with a slice, [n] is [1:n].
func (b *binder) bounds(r brackets, sc *scope) (args []expr.Expr, pattern string, err error) {
	if len(r.subs) > nested.MaxDims {
		return nil, "", at(value.TooManyDims(len(r.subs)), loc(r.x))
	}
	add := func(e ast.Expr) error {
		x, err := b.bind(e, sc)
		if err != nil {
			return err
		}
		n, ok, err := b.coerce(x, types.Of(types.Int4), function.Assignment, loc(e))
		if err == nil && !ok {
			err = sqlerr.New(sqlerr.DatatypeMismatch, "array subscript must have type integer").At(loc(e))
		}
		args = append(args, n)
		return err
	}
	for _, s := range r.subs {
		lo, hi := s.Lo, s.Hi
		switch {
		case !r.slice:
			if err := add(s.Lo); err != nil {
				return nil, "", err
			}
			continue
		case !s.Slice:
			lo, hi = nil, s.Lo
			args = append(args, expr.Const{Value: vector.IntDatum(1), T: types.Of(types.Int4)})
			pattern += "+"
		case lo != nil:
			pattern += "+"
			if err := add(lo); err != nil {
				return nil, "", err
			}
		default:
			pattern += "-"
		}
		if hi == nil {
			pattern += "-"
			continue
		}
		pattern += "+"
		if err := add(hi); err != nil {
			return nil, "", err
		}
	}
	return args, pattern, nil
}

// subscript binds a[i]… and a[l:u]….
func (b *binder) subscript(e *ast.Subscript, sc *scope) (expr.Expr, error) {
	r := bracketsOf(e)
	x, err := b.bind(r.x, sc)
	if err != nil {
		return nil, err
	}
	t := x.Type()
	if t.ID == types.JSONB {
		return b.jsonbSubscript(x, r, sc)
	}
	if !t.ID.IsArray() {
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "cannot subscript type %s because it does not support subscripting", t.Plain()).At(loc(r.x))
	}
	bounds, pattern, err := b.bounds(r, sc)
	if err != nil {
		return nil, err
	}
	if r.slice {
		p := expr.Const{Value: vector.StringDatum(pattern), T: types.Of(types.Text)}
		return expr.Call{Func: "fasti_slice(any,text,int4...)", Args: append([]expr.Expr{x, p}, bounds...), T: t}, nil
	}
	return expr.Call{Func: "fasti_element(any,int4...)", Args: append([]expr.Expr{x}, bounds...), T: t.Elem()}, nil
}

// overArray binds x op ANY|ALL (array), make_scalar_array_op of parse_oper.c. Of
// a constant array equality is IN, with what that has of bounds and sets.
func (b *binder) overArray(e *ast.Quantified, sc *scope) (expr.Expr, error) {
	x, err := b.bind(e.X, sc)
	if err != nil {
		return nil, err
	}
	arr, err := b.bind(e.Array, sc)
	if err != nil {
		return nil, err
	}
	at1, elem := arr.Type(), types.Of(types.Unknown)
	switch {
	case at1.ID.IsArray():
		elem = at1.Elem().Plain()
	case at1.ID != types.Unknown:
		return nil, sqlerr.New(sqlerr.WrongObjectType, "op ANY/ALL (array) requires array on right side").At(e.Pos)
	}
	in := []types.Type{x.Type(), elem}
	sig, err := function.Resolve(e.Op, in)
	if err != nil {
		return nil, at(err, e.Pos)
	}
	want, result, err := sig.Instantiate(in)
	if err != nil {
		return nil, at(err, e.Pos)
	}
	if result.ID != types.Bool {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "op ANY/ALL (array) requires operator to yield boolean").At(e.Pos)
	}
	if want[1].ID.IsArray() {
		return nil, sqlerr.New(sqlerr.UndefinedObject, "could not find array type for data type %s", want[1]).At(e.Pos)
	}
	to := want[1].Array()
	if elem.ID != types.Unknown && sameBytes(elem.ID, want[1].ID) {
		to = elem.Array() // text and varchar are stored alike
	}
	if arr, err = b.convert(arr, to, "ANY", loc(e.Array)); err != nil {
		return nil, err
	}
	if c, ok := arr.(expr.Const); ok && (sig.Name == "=" && !e.All || sig.Name == "<>" && e.All) {
		if c.Value.Null {
			return expr.Const{Value: vector.NullDatum, T: expr.Bool}, nil
		}
		if list, ok := elements(c); ok && len(list) > 0 {
			return b.inList(x, list, e.All, e.Pos, func(int) int { return loc(e.Array) })
		}
	}
	if x, err = b.convert(x, want[0], "ANY", loc(e.X)); err != nil {
		return nil, err
	}
	id := function.ID("fasti_any(text,any,any)")
	if e.All {
		id = "fasti_all(text,any,any)"
	}
	op := expr.Const{Value: vector.StringDatum(string(sig.ID)), T: types.Of(types.Text)}
	return expr.Call{Func: id, Args: []expr.Expr{op, x, arr}, T: expr.Bool}, nil
}

// row binds ROW(…): a record whose fields are called f1, f2, ….
func (b *binder) row(e *ast.Row, sc *scope) (expr.Expr, error) {
	var args []expr.Expr
	for _, x := range e.Elems {
		if star, ok := x.(*ast.Star); ok && star.Of != nil {
			cols, err := b.star(star, sc)
			if err != nil {
				return nil, err
			}
			for _, c := range cols {
				args = append(args, c.col().Ref())
			}
			continue
		}
		v, err := b.bind(x, sc)
		if err != nil {
			return nil, err
		}
		if v.Type().ID == types.Unknown {
			if v, err = b.known(v, types.Of(types.Text), loc(x)); err != nil {
				return nil, err
			}
		}
		args = append(args, v)
	}
	if len(args) > nested.MaxFields {
		return nil, sqlerr.New(sqlerr.TooManyColumns, "ROW expressions can have at most %d entries", nested.MaxFields).At(e.Pos)
	}
	names := make([]string, len(args))
	for i := range names {
		names[i] = "f" + strconv.Itoa(i+1)
	}
	return b.record("", names, args), nil
}

// record makes a record of fields with these names; name is its type's.
func (b *binder) record(name string, names []string, args []expr.Expr) expr.Expr {
	var key strings.Builder
	key.WriteString(name)
	d := &types.Def{Name: name}
	for i, a := range args {
		t := a.Type()
		d.Fields = append(d.Fields, types.Field{Name: names[i], Type: t})
		key.WriteString("\x00" + names[i] + "\x00" + t.String())
	}
	if b.records == nil {
		b.records = map[string]*types.Def{}
	}
	if have := b.records[key.String()]; have != nil {
		d = have
	} else {
		b.records[key.String()] = d
	}
	return expr.Call{Func: "fasti_row(any...)", Args: args, T: types.OfDef(types.Record, d)}
}

// wholeRow is a reference to all columns of an item as one record.
func (b *binder) wholeRow(s *scope, it *item, pos int) expr.Expr {
	names, args := make([]string, len(it.cols)), make([]expr.Expr, len(it.cols))
	for i, c := range it.cols {
		names[i], args[i] = c.name, b.reference(s, c, pos)
	}
	name := it.name
	if it.table != "" {
		name = it.table
	}
	return b.record(name, names, args)
}

// field binds (x).name.
func (b *binder) field(e *ast.Field, sc *scope) (expr.Expr, error) {
	x, err := b.bind(e.X, sc)
	if err != nil {
		return nil, err
	}
	t := x.Type()
	if t.ID != types.Record {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "column notation .%s applied to type %s, which is not a composite type", e.Name, t.Plain()).At(e.Pos)
	}
	if t.Def != nil {
		for i, f := range t.Def.Fields {
			if f.Name != e.Name {
				continue
			}
			if c, ok := x.(expr.Call); ok && c.Func == "fasti_row(any...)" {
				return c.Args[i], nil
			}
			n := expr.Const{Value: vector.IntDatum(int64(i)), T: types.Of(types.Int4)}
			return expr.Call{Func: "fasti_field(any,int4)", Args: []expr.Expr{x, n}, T: f.Type}, nil
		}
		if t.Def.Name != "" {
			return nil, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" not found in data type %s", e.Name, t).At(e.Pos)
		}
	}
	return nil, sqlerr.New(sqlerr.UndefinedColumn, "could not identify column \"%s\" in record data type", e.Name).At(e.Pos)
}
