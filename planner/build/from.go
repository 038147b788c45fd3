package build

import (
	"slices"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// oneRow is the input of a SELECT without FROM.
func oneRow() logical.Node { return &logical.Values{Rows: [][]expr.Expr{{}}} }

// from binds the FROM list into sc: the cross product of its items.
func (b *binder) from(list []ast.TableExpr, sc *scope) (logical.Node, error) {
	var node logical.Node
	for _, t := range list {
		n, items, err := b.tableExpr(t, sc)
		if err != nil {
			return nil, err
		}
		if err := sc.add(items, 0); err != nil {
			return nil, err
		}
		if node == nil {
			node = n
		} else {
			node = beside(physical.Inner, node, n, nil)
		}
	}
	if node == nil {
		return oneRow(), nil
	}
	return node, nil
}

// tableExpr binds one item of FROM and returns what it makes visible. Its
// entries for hints go to sc at once.
func (b *binder) tableExpr(t ast.TableExpr, sc *scope) (logical.Node, []*item, error) {
	if err := b.enter(); err != nil {
		return nil, nil, err
	}
	defer b.leave()
	switch t := t.(type) {
	case *ast.TableRef:
		return b.tableRef(t, sc)
	case *ast.SubqueryRef:
		return b.subqueryRef(t, sc)
	case *ast.FuncRef:
		return b.funcRef(t, sc)
	case *ast.JoinExpr:
		return b.join(t, sc)
	}
	return nil, nil, sqlerr.New(sqlerr.InternalError, "no binding for %T", t)
}

// rename applies AS alias (cols) to an item.
func (it *item) rename(a ast.TableAlias, what string, pos int) error {
	if a.Name != "" {
		if it.table == "" {
			it.table = it.name
		}
		it.name, it.namespace = a.Name, ""
	}
	if len(a.Cols) > len(it.cols) {
		return sqlerr.New(sqlerr.InvalidColumnReference, "table \"%s\" has %d columns available but %d columns specified", it.name, len(it.cols), len(a.Cols))
	}
	for i, n := range a.Cols {
		it.cols[i].name = n
	}
	return nil
}

// lookupTable finds a table by a possibly qualified name.
func (b *binder) lookupTable(n ast.Name) (t *schema.Table, virtual bool, err error) {
	parts := n.Parts
	if len(parts) == 3 {
		if b.o.Database != "" && parts[0] != b.o.Database {
			return nil, false, sqlerr.New(sqlerr.FeatureNotSupported, "cross-database references are not implemented: \"%s\"", dotted(parts)).At(n.Pos)
		}
		parts = parts[1:]
	}
	if len(parts) > 3 {
		return nil, false, sqlerr.New(sqlerr.SyntaxError, "improper qualified name (too many dotted names): %s", dotted(parts)).At(n.Pos)
	}
	if len(parts) == 2 {
		if t, virtual = b.o.Catalog.Table(parts[0], parts[1]); t != nil {
			return t, virtual, nil
		}
	} else {
		path := b.o.SearchPath
		if !slices.Contains(path, "pg_catalog") {
			path = append([]string{"pg_catalog"}, path...)
		}
		for _, ns := range path {
			if t, virtual = b.o.Catalog.Table(ns, parts[0]); t != nil {
				return t, virtual, nil
			}
		}
	}
	return nil, false, sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" does not exist", dotted(n.Parts)).At(n.Pos)
}

// scan makes the node that reads all of t's columns.
func (b *binder) scan(t *schema.Table, virtual bool, alias string, locator bool) *logical.Scan {
	s := &logical.Scan{Table: t, Virtual: virtual, Alias: alias}
	if locator {
		s.Ordinals = append(s.Ordinals, physical.LocatorColumn)
		s.Out = append(s.Out, b.col("", types.Of(types.Bytea)))
	}
	for i, c := range t.Columns {
		s.Ordinals = append(s.Ordinals, i)
		s.Out = append(s.Out, b.col(c.Name, c.Type))
	}
	for i, c := range s.Out {
		b.origin[c.ID] = origin{s, s.Ordinals[i]}
	}
	if virtual {
		s.Ordinals = append(s.Ordinals, physical.TableOIDColumn)
		s.Out = append(s.Out, b.col("tableoid", types.Of(types.OID)))
	}
	return s
}

// itemOf returns the item of a scan.
func itemOf(s *logical.Scan) *item {
	it := &item{name: s.Table.Name, namespace: s.Table.Namespace, relSeen: true, colsSeen: true}
	for i, c := range s.Out {
		switch s.Ordinals[i] {
		case physical.LocatorColumn:
		case physical.TableOIDColumn:
			it.system = append(it.system, itemCol{c.Name, c.ID, c.T})
		default:
			it.cols = append(it.cols, itemCol{c.Name, c.ID, c.T})
		}
	}
	return it
}

func (b *binder) tableRef(t *ast.TableRef, sc *scope) (logical.Node, []*item, error) {
	switch {
	case t.Sample != nil:
		return nil, nil, sqlerr.NotSupported("TABLESAMPLE").At(t.Pos)
	case t.AsOf != nil:
		return nil, nil, sqlerr.NotSupported("AS OF SYSTEM TIME").At(t.Pos)
	case t.Index != "":
		return nil, nil, sqlerr.NotSupported("index hint").At(t.Pos)
	}
	if len(t.Name.Parts) == 1 {
		if c := sc.ctes.find(t.Name.Parts[0]); c != nil {
			return b.cteRef(c, t, sc)
		}
	}
	tab, virtual, err := (*schema.Table)(nil), false, error(nil)
	shown := b.viewing.find(t.Pos)
	if shown != nil {
		if o := b.view().ObjectByID(shown.ID); o != nil {
			return b.viewRef(o, t, sc, shown)
		}
		if tab = b.view().TableByID(schema.TableID(shown.ID)); tab == nil {
			err = sqlerr.New(sqlerr.InternalError, "table %d of a view is gone", shown.ID)
		}
	} else if o := b.findObject(t.Name, schema.ViewObject, schema.SequenceObject); o != nil {
		if o.Kind == schema.SequenceObject {
			return nil, nil, sqlerr.NotSupported("reading sequence \"%s\" as a table", o.Name).At(t.Pos)
		}
		return b.viewRef(o, t, sc, nil)
	} else {
		tab, virtual, err = b.lookupTable(t.Name)
	}
	if err != nil {
		return nil, nil, err
	}
	alias := t.Alias.Name
	if alias == "" {
		alias = tab.Name
	}
	s := b.scan(tab, virtual, alias, false)
	it := itemOf(s)
	if shown != nil {
		it.show(shown, t, tab.Columns)
	}
	if !virtual {
		b.viewing.note(t.Pos, schema.ObjectID(tab.ID), tab.Namespace, tab.Columns)
		if b.viewing != nil && b.viewing.record {
			b.viewing.scans = append(b.viewing.scans, s)
		}
	}
	if err := it.rename(t.Alias, "table", t.Pos); err != nil {
		return nil, nil, err
	}
	sc.entries = append(sc.entries, it)
	return s, []*item{it}, nil
}

// resultItem is the item of a query in FROM.
func resultItem(name string, cols []logical.Col) *item {
	it := &item{name: name, relSeen: name != "", colsSeen: true}
	for _, c := range cols {
		it.cols = append(it.cols, itemCol{c.Name, c.ID, c.T})
	}
	return it
}

func (b *binder) subqueryRef(t *ast.SubqueryRef, sc *scope) (logical.Node, []*item, error) {
	// Items beside it are visible to a lateral one only, those of the query around
	// always.
	outer := &scope{level: sc.level, parent: sc.parent, entries: sc.entries, ctes: sc.ctes}
	if t.Lateral {
		outer = sc.lateral()
	}
	r, err := b.query(t.Query, outer)
	if err == nil {
		err = b.textUnknowns(&r)
	}
	if err != nil {
		return nil, nil, err
	}
	it := resultItem("", r.cols)
	if t.Alias.Name == "" {
		return nil, nil, sqlerr.New(sqlerr.SyntaxError, "subquery in FROM must have an alias").
			WithHint("For example, FROM (SELECT ...) [AS] foo.").At(t.Pos)
	}
	it.relSeen = true
	if err := it.rename(t.Alias, "subquery", t.Pos); err != nil {
		return nil, nil, err
	}
	sc.entries = append(sc.entries, it)
	return r.node, []*item{it}, nil
}

var joinKinds = map[string]physical.JoinKind{
	"INNER": physical.Inner, "CROSS": physical.Inner, "LEFT": physical.Left, "RIGHT": physical.Right, "FULL": physical.Full,
}

// join binds a JOIN; see transformFromClauseItem.
func (b *binder) join(t *ast.JoinExpr, sc *scope) (logical.Node, []*item, error) {
	if t.Asof && t.Kind != "INNER" && t.Kind != "LEFT" {
		return nil, nil, sqlerr.NotSupported("ASOF %s JOIN", t.Kind).At(t.Pos)
	}
	left, litems, err := b.tableExpr(t.Left, sc)
	if err != nil {
		return nil, nil, err
	}
	rsc := *sc
	if kind := joinKinds[t.Kind]; kind == physical.Inner || kind == physical.Left {
		rsc.items = append(sc.items[:len(sc.items):len(sc.items)], litems...)
	} else {
		rsc.barred = append(sc.barred[:len(sc.barred):len(sc.barred)], litems...)
	}
	right, ritems, err := b.tableExpr(t.Right, &rsc)
	sc.entries = rsc.entries
	if err != nil {
		return nil, nil, err
	}
	on := &scope{level: sc.level, parent: sc.parent, entries: sc.entries, ctes: sc.ctes, clause: inOn}
	if err := on.add(litems, t.Pos); err != nil {
		return nil, nil, err
	}
	if err := on.add(ritems, t.Pos); err != nil {
		return nil, nil, err
	}
	using := t.Using
	if t.Natural {
		using = commonNames(litems, ritems)
	}
	j := beside(joinKinds[t.Kind], left, right, nil)
	if j.Asof = t.Asof; j.Asof && j.Lateral {
		return nil, nil, sqlerr.NotSupported("LATERAL on the right side of an ASOF JOIN").At(t.Pos)
	}
	merged := &item{name: t.Alias.Name, relSeen: t.Alias.Name != "", colsSeen: true, join: true}
	var node logical.Node = j
	if len(using) > 0 {
		if node, err = b.using(j, using, litems, ritems, merged, t); err != nil {
			return nil, nil, err
		}
	} else if t.On != nil {
		var subs []attachment
		on.scalars = &subs
		cond, err := b.condition(t.On, on, "JOIN/ON")
		if err != nil {
			return nil, nil, err
		}
		conds := logical.Conjuncts(nil, clean(cond, on.level))
		if t.Asof {
			if len(subs) > 0 {
				return nil, nil, sqlerr.NotSupported("subquery in ON of an ASOF JOIN").At(t.Pos)
			}
			if err := asof(j, conds, t.Pos); err != nil {
				return nil, nil, err
			}
		} else if node, err = onSubqueries(j, subs, conds, on); err != nil {
			return nil, nil, err
		}
	}
	for _, items := range [][]*item{litems, ritems} {
		for _, it := range items {
			if !it.colsSeen {
				continue
			}
			for _, c := range it.cols {
				if !slices.Contains(using, c.name) {
					merged.cols = append(merged.cols, c)
				}
			}
			it.colsSeen = false
		}
	}
	visible := append(litems, ritems...)
	if t.Alias.Name != "" {
		visible = nil
		if err := merged.rename(t.Alias, "join", t.Pos); err != nil {
			return nil, nil, err
		}
	}
	if t.UsingAlias != "" {
		return nil, nil, sqlerr.NotSupported("alias of JOIN USING").At(t.Pos)
	}
	sc.entries = append(sc.entries, merged)
	return node, append(visible, merged), nil
}

// commonNames lists the columns of a NATURAL join, in the left side's order.
func commonNames(left, right []*item) []string {
	var names []string
	for _, l := range left {
		if !l.colsSeen {
			continue
		}
		for _, c := range l.cols {
			if _, n := (&scope{items: right}).lookup(c.name); n > 0 && !slices.Contains(names, c.name) {
				names = append(names, c.name)
			}
		}
	}
	return names
}

// using joins on equal names: each pair becomes one column of the join's item.
func (b *binder) using(j *logical.Join, names []string, left, right []*item, merged *item, t *ast.JoinExpr) (logical.Node, error) {
	var extra []expr.Expr
	var extraCols []logical.Col
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return nil, sqlerr.New(sqlerr.DuplicateColumn, "column name \"%s\" appears more than once in USING clause", name)
		}
		pair := [2]itemCol{}
		for s, side := range [2]struct {
			items []*item
			word  string
		}{{left, "left"}, {right, "right"}} {
			c, n := (&scope{items: side.items}).lookup(name)
			if n == 0 {
				return nil, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" specified in USING clause does not exist in %s table", name, side.word)
			}
			if n > 1 {
				return nil, sqlerr.New(sqlerr.AmbiguousColumn, "common column name \"%s\" appears more than once in %s table", name, side.word)
			}
			pair[s] = c
		}
		l, r := pair[0].col().Ref(), pair[1].col().Ref()
		op := "="
		if t.Asof && i == len(names)-1 {
			op = ">=" // the last column is the time
		}
		eq, err := b.call(op, []expr.Expr{l, r}, -1)
		if err != nil {
			if sqlerr.Code(err) == sqlerr.UndefinedFunction {
				err = sqlerr.New(sqlerr.DatatypeMismatch, "JOIN/USING types %s and %s cannot be matched", l.Type().Plain(), r.Type().Plain())
			}
			return nil, err
		}
		j.On = append(j.On, eq)
		ts, err := common([]types.Type{l.Type(), r.Type()}, "JOIN/USING", func(int) int { return -1 })
		if err != nil {
			return nil, err
		}
		if l, err = b.convert(l, ts, "JOIN/USING", -1); err != nil {
			return nil, err
		}
		if r, err = b.convert(r, ts, "JOIN/USING", -1); err != nil {
			return nil, err
		}
		value := l
		switch j.Kind {
		case physical.Right:
			value = r
		case physical.Full:
			value = expr.Coalesce{Args: []expr.Expr{l, r}, T: ts}
		}
		c, ok := value.(expr.Column)
		if !ok {
			nc := b.col(name, ts)
			extra, extraCols = append(extra, value), append(extraCols, nc)
			c = expr.Column{Index: nc.ID, T: ts}
		}
		merged.cols = append(merged.cols, itemCol{name, c.Index, c.T})
	}
	if len(extra) == 0 {
		return j, nil
	}
	p := &logical.Project{Input: j, Exprs: extra, Out: extraCols}
	for _, c := range j.Cols() {
		p.Exprs, p.Out = append(p.Exprs, c.Ref()), append(p.Out, c)
	}
	return p, nil
}
