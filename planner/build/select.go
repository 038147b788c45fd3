package build

import (
	"strings"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// target is one expression of a select list. Hidden ones are there for ORDER BY
// only.
type target struct {
	e      expr.Expr // tagged until the grouping check
	name   string
	pos    int
	hidden bool
}

// selectCore binds SELECT … with all its clauses, in PostgreSQL's order.
func (b *binder) selectCore(s *ast.Select, sc *scope) (result, error) {
	if s.Into != nil {
		return result{}, sqlerr.NotSupported("SELECT INTO").At(s.Into.Pos)
	}
	node, err := b.from(s.From, sc)
	if err != nil {
		return result{}, err
	}
	if node, err = b.filter(node, s.Where, sc.in(inWhere), nil); err != nil {
		return result{}, err
	}
	g := &grouping{}
	var subs []attachment
	tsc := sc.in(inTarget)
	w, sets := &windowing{}, &setCalls{}
	gaps := &gapfilling{}
	tsc.group, tsc.scalars, tsc.windows, tsc.sets, tsc.gaps = g, &subs, w, sets, gaps
	where := node
	targets, err := b.targets(s.Targets, tsc)
	if err != nil {
		return result{}, err
	}
	var havingConds []ast.Expr
	if s.Having != nil {
		havingConds = conjuncts(nil, s.Having)
	}
	hsc := *tsc
	hsc.clause, hsc.windows, hsc.sets, hsc.gaps = inHaving, nil, nil, nil
	var having []expr.Expr
	var havingSub []ast.Expr
	for _, c := range havingConds {
		if isSubqueryTest(c) {
			havingSub = append(havingSub, c)
			continue
		}
		h, err := b.condition(c, &hsc, "HAVING")
		if err != nil {
			return result{}, err
		}
		having = append(having, h)
	}
	osc := *tsc
	osc.clause = inOrderBy
	var order []orderKey
	for _, o := range s.Tail.OrderBy {
		k, err := b.orderKey(o, &osc, &targets)
		if err != nil {
			return result{}, err
		}
		order = append(order, k)
	}
	keys, groupSets, err := b.groupKeys(s, sc, tsc, &targets)
	if err != nil {
		return result{}, err
	}
	if err := resolveGroupings(g.groupings, keys); err != nil {
		return result{}, err
	}
	on, err := b.distinctOn(s, &osc, &targets, &order)
	if err != nil {
		return result{}, err
	}

	if s.Distinct && len(s.DistinctOn) == 0 {
		for _, t := range targets {
			if t.hidden {
				return result{}, sqlerr.New(sqlerr.InvalidColumnReference, "for SELECT DISTINCT, ORDER BY expressions must appear in select list").At(t.pos)
			}
		}
	}
	windows, err := b.windows(s.Windows, w, tsc)
	if err != nil {
		return result{}, err
	}
	grouped := len(g.aggs) > 0 || len(s.GroupBy) > 0 || s.Having != nil
	if grouped {
		ck := &groupCheck{b: b, sc: sc, keys: keys, several: len(groupSets) > 1}
		fix := ck.fix
		for i := range targets {
			if targets[i].e, err = fix(targets[i].e); err != nil {
				return result{}, err
			}
		}
		for i := range having {
			if having[i], err = fix(having[i]); err != nil {
				return result{}, err
			}
		}
		if err := ck.checkDirect(g.direct); err != nil {
			return result{}, err
		}
		if err := fixWindows(w.calls, windows, fix); err != nil {
			return result{}, err
		}
		below, err := attach(node, g.before, sc, nil)
		if err != nil {
			return result{}, err
		}
		below = projectSets(below, sets.take(ck.exprs(), sc.level))
		agg := &logical.Aggregate{Input: below, Aggs: g.aggs, AggCols: g.cols}
		node = agg
		var groupings *logical.Project
		if len(g.groupings) > 0 {
			groupings = &logical.Project{Input: agg}
			node = groupings
		}
		if len(having) > 0 {
			if node, err = attach(node, subs, sc, ck.outer); err != nil {
				return result{}, err
			}
			node, subs = &logical.Filter{Input: node, Conds: having}, nil
		}
		if node, err = b.subqueryTests(node, havingSub, &hsc, fix); err != nil {
			return result{}, err
		}
		if node, err = attach(node, subs, sc, ck.outer); err != nil {
			return result{}, err
		}
		subs = nil
		if err := sets.fix(ck.fix); err != nil {
			return result{}, err
		}
		if node, err = b.gapFill(node, where, gaps, ck, sc); err != nil {
			return result{}, err
		}
		agg.Keys, agg.KeyCols = ck.exprs(), ck.cols()
		agg.Aggs, agg.AggCols = g.aggs, g.cols // HAVING's subqueries may have added some
		b.groupBySets(agg, groupSets, g.groupings, groupings)
	} else {
		if node, err = b.gapFill(node, where, gaps, &groupCheck{}, sc); err != nil {
			return result{}, err
		}
		for i := range targets {
			targets[i].e = clean(targets[i].e, sc.level)
		}
		bare := func(e expr.Expr) (expr.Expr, error) { return clean(e, sc.level), nil }
		if err := fixWindows(w.calls, windows, bare); err != nil {
			return result{}, err
		}
		if err := sets.fix(bare); err != nil {
			return result{}, err
		}
	}
	if node, err = attach(node, subs, sc, nil); err != nil {
		return result{}, err
	}
	node = projectSets(windowNodes(node, w.calls, windows), sets.calls)
	p := &logical.Project{Input: node}
	r := result{}
	cols := make([]logical.Col, len(targets))
	own := logical.Set{} // a column of an outer query does not keep its id
	if sc.parent != nil {
		own = logical.Columns(node)
	}
	for i, t := range targets {
		if t.e.Type().ID == types.Unknown && (t.hidden || s.Distinct) {
			if t.e, err = b.known(t.e, types.Of(types.Text), t.pos); err != nil {
				return result{}, err
			}
		}
		if c, ok := t.e.(expr.Column); ok && (sc.parent == nil || own.Has(c.Index)) {
			cols[i] = logical.Col{ID: c.Index, Name: t.name, T: c.T}
		} else {
			cols[i] = b.col(t.name, t.e.Type())
		}
		p.Exprs, p.Out = append(p.Exprs, t.e), append(p.Out, cols[i])
		if !t.hidden {
			r.cols = append(r.cols, cols[i])
		}
	}
	r.node = p
	if s.Distinct && len(s.DistinctOn) == 0 {
		for i, t := range targets {
			if err := groupable(cols[i].T, t.pos); err != nil {
				return result{}, err
			}
		}
		r.node = distinct(p)
	}
	if len(order) > 0 {
		sort := &logical.Sort{Input: r.node, Limit: -1}
		for _, o := range order {
			if err := b.sortable(&r, o.target, cols, p); err != nil {
				return result{}, err
			}
			c := cols[o.target]
			if !sorted(sort.Keys, c.ID) {
				sort.Keys = append(sort.Keys, physical.SortKey{Expr: c.Ref(), Desc: o.desc, NullsFirst: o.nullsFirst})
			}
		}
		r.node = sort
	}
	if len(s.DistinctOn) > 0 {
		d := &logical.DistinctOn{Input: r.node}
		for _, i := range on {
			d.Keys = append(d.Keys, cols[i].Ref())
		}
		r.node = d
	}
	r.node, err = b.limit(r.node, &s.Tail, sc)
	return r, err
}

// sorted reports whether a column is a sort key already.
func sorted(keys []physical.SortKey, id int) bool {
	for _, k := range keys {
		if k.Expr.(expr.Column).Index == id {
			return true
		}
	}
	return false
}

// sortable makes an untyped output that ORDER BY names text.
func (b *binder) sortable(r *result, i int, cols []logical.Col, p *logical.Project) error {
	if cols[i].T.ID != types.Unknown {
		return nil
	}
	for k := range r.cols {
		if r.cols[k].ID == cols[i].ID {
			if err := b.retype(r, k, types.Of(types.Text), -1); err != nil {
				return err
			}
		}
	}
	cols[i].T = types.Of(types.Text)
	return nil
}

// distinct groups by all columns of p.
func distinct(p logical.Node) logical.Node {
	a := &logical.Aggregate{Input: p}
	seen := logical.Set{}
	for _, c := range p.Cols() {
		if !seen.Has(c.ID) {
			seen.Add(c.ID)
			a.Keys, a.KeyCols = append(a.Keys, c.Ref()), append(a.KeyCols, c)
		}
	}
	return a
}

// targets binds a select list, with * and t.* expanded.
func (b *binder) targets(list []ast.Target, sc *scope) ([]target, error) {
	var out []target
	for _, t := range list {
		if star, ok := t.Expr.(*ast.Star); ok && star.Of == nil {
			cols, err := b.star(star, sc)
			if err != nil {
				return nil, err
			}
			for _, c := range cols {
				out = append(out, target{e: b.reference(sc, c, star.Pos), name: c.name, pos: star.Pos})
			}
			continue
		}
		if cols, ok, err := b.starOfSet(t.Expr, sc); err != nil {
			return nil, err
		} else if ok {
			for _, c := range cols {
				out = append(out, target{e: c.Ref(), name: c.Name, pos: loc(t.Expr)})
			}
			continue
		}
		e, err := b.bind(t.Expr, sc)
		if err != nil {
			return nil, err
		}
		name := t.Alias
		if name == "" {
			name = outputName(t.Expr)
		}
		out = append(out, target{e: e, name: name, pos: loc(t.Expr)})
	}
	if len(out) > maxColumns {
		return nil, sqlerr.New(sqlerr.TooManyColumns, "target lists can have at most %d entries", maxColumns)
	}
	return out, nil
}

// maxColumns is PostgreSQL's MaxTupleAttributeNumber.
const maxColumns = 1664

// star expands * or t.*.
func (b *binder) star(e *ast.Star, sc *scope) ([]itemCol, error) {
	if len(e.Qualifier) == 0 {
		var all []itemCol
		seen := false
		for _, it := range sc.items {
			if it.colsSeen {
				seen = true
				all = append(all, it.cols...)
			}
		}
		if !seen {
			return nil, sqlerr.New(sqlerr.SyntaxError, "SELECT * with no tables specified is not valid").At(e.Pos)
		}
		return all, nil
	}
	q := e.Qualifier
	ns := ""
	if len(q) > 1 {
		ns = q[len(q)-2]
	}
	it, _, err := sc.relation(ns, q[len(q)-1], e.Pos)
	if err != nil {
		return nil, err
	}
	if it == nil {
		return nil, sc.missingRelation(ns, q[len(q)-1], e.Pos)
	}
	return it.cols, nil
}

// orderKey is one item of ORDER BY: the target it sorts by.
type orderKey struct {
	target           int
	desc, nullsFirst bool
	pos              int
}

func (b *binder) orderKey(o ast.OrderItem, sc *scope, targets *[]target) (orderKey, error) {
	i, err := b.outputItem(o.Expr, sc, targets, "ORDER BY")
	k := orderKey{target: i, desc: o.Desc, nullsFirst: o.NullsFirst, pos: loc(o.Expr)}
	switch o.Using {
	case "", "<":
	case ">":
		k.desc = true
	default:
		if err == nil {
			err = sqlerr.New(sqlerr.WrongObjectType, "operator %s is not a valid ordering operator", o.Using).
				WithHint("Ordering operators must be \"<\" or \">\" members of btree operator families.").At(o.Pos)
		}
	}
	if err == nil {
		err = orderable((*targets)[i].e.Type(), k.pos)
	}
	return k, err
}

// outputItem is findTargetlistEntrySQL92: an output name, an ordinal, or an
// expression, which is looked for among the targets and else added hidden.
func (b *binder) outputItem(e ast.Expr, sc *scope, targets *[]target, what string) (int, error) {
	if c, ok := e.(*ast.ColumnRef); ok && len(c.Parts) == 1 {
		if i, err := b.outputNamed(c, sc, *targets, what); i >= 0 || err != nil {
			return i, err
		}
	}
	if c, ok := e.(*ast.Const); ok {
		return ordinal(c, *targets, what)
	}
	x, err := b.bind(e, sc)
	if err != nil {
		return 0, err
	}
	cx := clean(x, sc.level)
	for i, t := range *targets {
		if expr.Equal(clean(t.e, sc.level), cx) {
			return i, nil
		}
	}
	if x.Type().ID == types.Unknown {
		if x, err = b.known(x, types.Of(types.Text), loc(e)); err != nil {
			return 0, err
		}
	}
	*targets = append(*targets, target{e: x, name: outputName(e), pos: loc(e), hidden: true})
	return len(*targets) - 1, nil
}

// outputNamed finds the target with an output name; -1 when there is none. In
// GROUP BY a column of FROM comes first.
func (b *binder) outputNamed(c *ast.ColumnRef, sc *scope, targets []target, what string) (int, error) {
	name := c.Parts[0]
	if what == "GROUP BY" {
		switch _, n := sc.lookup(name); {
		case n == 1:
			return -1, nil
		case n > 1:
			return -1, sqlerr.New(sqlerr.AmbiguousColumn, "column reference \"%s\" is ambiguous", name).At(c.Pos)
		}
	}
	found := -1
	for i, t := range targets {
		if t.hidden || t.name != name {
			continue
		}
		if found >= 0 && !expr.Equal(clean(targets[found].e, sc.level), clean(t.e, sc.level)) {
			return -1, sqlerr.New(sqlerr.AmbiguousColumn, "%s \"%s\" is ambiguous", what, name).At(c.Pos)
		}
		if found < 0 {
			found = i
		}
	}
	return found, nil
}

// ordinal finds the target that a constant in ORDER BY or GROUP BY counts to.
func ordinal(c *ast.Const, targets []target, what string) (int, error) {
	if c.Kind != ast.Integer {
		return 0, sqlerr.New(sqlerr.SyntaxError, "non-integer constant in %s", what).At(c.Pos)
	}
	n := 0
	for _, r := range c.Raw {
		if r == '-' || n > maxColumns {
			n = maxColumns + 1
			break
		}
		n = n*10 + int(r-'0')
	}
	seen := 0
	for i, t := range targets {
		if !t.hidden {
			if seen++; seen == n {
				return i, nil
			}
		}
	}
	return 0, sqlerr.New(sqlerr.InvalidColumnReference, "%s position %s is not in select list", what, c.Raw).At(c.Pos)
}

// distinctOn finds the targets of DISTINCT ON; they must lead ORDER BY.
func (b *binder) distinctOn(s *ast.Select, sc *scope, targets *[]target, order *[]orderKey) ([]int, error) {
	var on []int
	dsc := *sc
	dsc.clause = inDistinctOn
	for _, e := range s.DistinctOn {
		i, err := b.outputItem(e, &dsc, targets, "DISTINCT ON")
		if err != nil {
			return nil, err
		}
		on = append(on, i)
	}
	in := func(list []int, i int) bool {
		for _, k := range list {
			if k == i {
				return true
			}
		}
		return false
	}
	var lead []int
	skipped := false
	for _, o := range *order {
		if in(on, o.target) {
			if skipped && !in(lead, o.target) {
				return nil, sqlerr.New(sqlerr.InvalidColumnReference, "SELECT DISTINCT ON expressions must match initial ORDER BY expressions").At(o.pos)
			}
			lead = append(lead, o.target)
		} else if len(on) > 0 {
			skipped = true
		}
	}
	if skipped {
		for k, i := range on {
			if !in(lead, i) {
				return nil, sqlerr.New(sqlerr.InvalidColumnReference, "SELECT DISTINCT ON expressions must match initial ORDER BY expressions").At(loc(s.DistinctOn[k]))
			}
		}
	}
	return on, nil
}

// groupKey is one GROUP BY expression, without tags, and the column that the
// Aggregate node gives for it.
type groupKey struct {
	e   expr.Expr
	col logical.Col
}

// groupKeys binds GROUP BY: its keys, and of which of them each set consists.
func (b *binder) groupKeys(s *ast.Select, sc, tsc *scope, targets *[]target) ([]groupKey, [][]int, error) {
	var keys []groupKey
	gsc := sc.in(inGroupBy)
	gsc.gaps = tsc.gaps
	gsc.scalars, gsc.sets = &tsc.group.before, tsc.sets
	var bindOne func(e ast.Expr) ([]int, error)
	bindOne = func(e ast.Expr) ([]int, error) {
		if row, ok := e.(*ast.Row); ok && !row.Explicit {
			var all []int
			for _, x := range row.Elems {
				k, err := bindOne(x)
				if err != nil {
					return nil, err
				}
				all = union(all, k)
			}
			return all, nil
		}
		n := len(*targets)
		i, err := b.outputItem(e, gsc, targets, "GROUP BY")
		if err != nil {
			return nil, err
		}
		t := (*targets)[i]
		x := clean(t.e, sc.level)
		*targets = (*targets)[:n] // an expression of its own is a key, not a target
		if uses(x, tsc.group.cols) {
			return nil, sqlerr.New(sqlerr.GroupingError, "%s", inGroupBy.noAggregates()).At(t.pos)
		}
		for _, c := range tsc.windows.calls {
			if uses(x, []logical.Col{c.col}) {
				return nil, sqlerr.New(sqlerr.WindowingError, "%s", inGroupBy.noWindows()).At(t.pos)
			}
		}
		if x.Type().ID == types.Unknown {
			if x, err = b.known(x, types.Of(types.Text), loc(e)); err != nil {
				return nil, err
			}
		}
		if err := groupable(x.Type(), loc(e)); err != nil {
			return nil, err
		}
		for i, k := range keys {
			if expr.Equal(k.e, x) {
				return []int{i}, nil
			}
		}
		k := groupKey{e: x}
		if c, ok := x.(expr.Column); ok && sc.has(c.Index) {
			k.col = logical.Col{ID: c.Index, Name: outputName(e), T: c.T}
		} else {
			k.col = b.col(outputName(e), x.Type())
		}
		keys = append(keys, k)
		return []int{len(keys) - 1}, nil
	}
	sets, err := expandSets(s.GroupBy, bindOne)
	if s.GroupByDistinct {
		sets = distinctSets(sets)
	}
	return keys, sets, err
}

// uses reports whether e reads one of cols.
func uses(e expr.Expr, cols []logical.Col) bool {
	set := logical.Set{}
	set.AddExpr(e)
	for _, c := range cols {
		if set.Has(c.ID) {
			return true
		}
	}
	return false
}

// groupCheck replaces grouping expressions by the columns of the Aggregate node
// and refuses what is left: parseCheckAggregates.
type groupCheck struct {
	b    *binder
	sc   *scope
	keys []groupKey
	// several: there is more than one grouping set, so that no column depends on
	// the keys of one.
	several bool
}

func (g *groupCheck) exprs() []expr.Expr {
	var out []expr.Expr
	for _, k := range g.keys {
		out = append(out, k.e)
	}
	return out
}

func (g *groupCheck) cols() []logical.Col {
	var out []logical.Col
	for _, k := range g.keys {
		out = append(out, k.col)
	}
	return out
}

func (g *groupCheck) fix(e expr.Expr) (expr.Expr, error) {
	var err error
	e = logical.Rewrite(e, func(x expr.Expr) (expr.Expr, bool) {
		if _, ok := x.(expr.Const); ok || err != nil {
			return x, true
		}
		plain := clean(x, g.sc.level)
		for _, k := range g.keys {
			if expr.Equal(plain, k.e) && expr.VolatilityOf(plain) != function.Volatile {
				return k.col.Ref(), true
			}
		}
		c, ok := x.(expr.Column)
		if !ok {
			return nil, false
		}
		id, pos, level := untag(c.Index)
		if pos < 0 || level < min(g.sc.level, tagLevels-1) || g.depends(id, c.T) {
			return plain, true
		}
		err = sqlerr.New(sqlerr.GroupingError, "column \"%s\" must appear in the GROUP BY clause or be used in an aggregate function", g.name(id)).At(pos)
		return x, true
	})
	return e, err
}

// outer is fix for the conditions of a correlated subquery.
func (g *groupCheck) outer(e expr.Expr) (expr.Expr, error) {
	r, err := g.fix(e)
	if x, ok := err.(*sqlerr.Error); ok && x.Code == sqlerr.GroupingError {
		x.Message = strings.Replace(x.Message, "column", "subquery uses ungrouped column", 1)
		x.Message = strings.Replace(x.Message, "must appear in the GROUP BY clause or be used in an aggregate function", "from outer query", 1)
	}
	return r, err
}

// depends reports whether column id is a function of the grouping columns
// because they hold the primary key of its table; it becomes a key then.
func (g *groupCheck) depends(id int, t types.Type) bool {
	o, ok := g.b.origin[id]
	if !ok || g.several || len(o.scan.Table.Key) == 0 {
		return false
	}
	for _, k := range o.scan.Table.Key {
		has := false
		for _, key := range g.keys {
			if c, ok := key.e.(expr.Column); ok {
				ko, ok := g.b.origin[c.Index]
				has = has || ok && ko.scan == o.scan && ko.ordinal == k
			}
		}
		if !has {
			return false
		}
	}
	c := logical.Col{ID: id, Name: o.scan.Table.Columns[o.ordinal].Name, T: t}
	g.keys = append(g.keys, groupKey{e: c.Ref(), col: c})
	return true
}

// name is how the grouping error calls a column.
func (g *groupCheck) name(id int) string {
	for _, join := range []bool{false, true} {
		for _, it := range g.sc.entries {
			if it.join != join {
				continue
			}
			for _, c := range it.cols {
				if c.id == id && it.name != "" {
					return it.name + "." + c.name
				}
				if c.id == id {
					return c.name
				}
			}
		}
	}
	return "?"
}
