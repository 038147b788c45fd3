package build

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/parse"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// writable finds the table that a statement changes.
func (b *binder) writable(n ast.Name) (*schema.Table, error) {
	if o := b.findObject(n, schema.ViewObject, schema.SequenceObject); o != nil {
		return nil, notWritable(o)
	}
	t, virtual, err := b.lookupTable(n)
	if err == nil && virtual {
		err = systemTable(t.Name)
	}
	return t, err
}

func systemTable(name string) *sqlerr.Error {
	return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", name)
}

func (b *binder) insert(s *ast.Insert) (*Statement, error) {
	b.overriding = s.Overriding
	sc := &scope{ctes: b.visibleCTEs()}
	ctes, err := b.with(s.With, sc)
	if err != nil {
		return nil, err
	}
	t, err := b.writable(s.Table)
	if err != nil {
		return nil, err
	}
	row := b.rowItem(t, s.Alias)
	sc.entries = append(sc.entries, row)
	cols, pos, err := insertColumns(t, s.Cols)
	if err != nil {
		return nil, err
	}
	var node logical.Node
	source := make([]expr.Expr, len(t.Columns)) // nil: the default
	switch q := s.Source.(type) {
	case nil:
		node = oneRow()
	case *ast.Values:
		if q.With == nil && len(q.Tail.OrderBy) == 0 && q.Tail.Limit == nil && q.Tail.Offset == nil {
			node, err = b.insertValues(t, q, cols, pos, s.Cols == nil, source, sc)
			break
		}
		node, err = b.insertQuery(t, q, cols, pos, s.Cols == nil, source, sc)
	default:
		node, err = b.insertQuery(t, q, cols, pos, s.Cols == nil, source, sc)
	}
	if err != nil {
		return nil, err
	}
	if err := b.unusedCTEs(ctes); err != nil {
		return nil, err
	}
	onConflict := s.OnConflict
	if s.Upsert {
		onConflict = upsertClause(t, cols)
	}
	proposed := row // what the source gives, if not what is stored
	if onConflict != nil && !onConflict.Nothing {
		proposed = b.rowItem(t, "")
	}
	node, ids, err := b.tableRow(node, t, source, proposed)
	if err != nil {
		return nil, err
	}
	rsc := &scope{items: []*item{row}, entries: []*item{row}, ctes: sc.ctes}
	if proposed != row {
		proposed.name, proposed.namespace = "excluded", ""
		rsc.entries = append(rsc.entries, proposed) // named by an error only
	}
	returning, out, err := b.returning(s.Returning, rsc)
	if err != nil {
		return nil, err
	}
	st := &Statement{Tag: "INSERT", Writes: true, Out: out, Rows: len(s.Returning) > 0}
	var arbiters []schema.TableID
	if onConflict != nil {
		if arbiters, err = b.arbiters(t, onConflict, s.Alias); err != nil {
			return nil, err
		}
	}
	switch {
	case onConflict == nil:
	case onConflict.Nothing:
		node = b.onConflictNothing(node, t, ids, arbiters)
	default:
		u, err := b.onConflictUpdate(node, t, onConflict, arbiters, proposed, row, sc)
		if err != nil {
			return nil, err
		}
		u.Returning, u.Out = returning, out
		st.Root = u
		return st, nil
	}
	ins := &logical.Insert{Input: node, Table: t, Row: ids, Returning: returning, Out: out}
	st.Root = ins
	ins.Checks, err = b.checks(t)
	return st, err
}

// rowItem is what RETURNING sees of t: fresh ids, which tableRow defines.
func (b *binder) rowItem(t *schema.Table, alias string) *item {
	it := &item{name: t.Name, namespace: t.Namespace, relSeen: true, colsSeen: true}
	if alias != "" {
		it.name, it.namespace, it.table = alias, "", t.Name
	}
	for _, c := range t.Columns {
		it.cols = append(it.cols, itemCol{c.Name, b.id(), c.Type})
	}
	return it
}

// insertColumns resolves the column list; none means all.
func insertColumns(t *schema.Table, list []ast.Name) (cols, pos []int, err error) {
	if list == nil {
		for i := range t.Columns {
			cols, pos = append(cols, i), append(pos, -1)
		}
		return cols, pos, nil
	}
	seen := make(map[int]bool, len(list))
	for _, n := range list {
		i := t.Column(n.Parts[0])
		if i < 0 {
			return nil, nil, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", n.Parts[0], t.Name).At(n.Pos)
		}
		if len(n.Parts) > 1 {
			return nil, nil, fieldAssignment(t, i, n)
		}
		if seen[i] {
			return nil, nil, sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" specified more than once", n.Parts[0]).At(n.Pos)
		}
		seen[i] = true
		cols, pos = append(cols, i), append(pos, n.Pos)
	}
	return cols, pos, nil
}

// fieldAssignment refuses col.field as a target: no type has fields.
func fieldAssignment(t *schema.Table, i int, n ast.Name) error {
	return sqlerr.New(sqlerr.DatatypeMismatch, "cannot assign to field \"%s\" of column \"%s\" because its type %s is not a composite type",
		n.Parts[1], n.Parts[0], t.Columns[i].Type.Plain()).At(n.Pos)
}

// checkWidth compares the number of values with the number of columns.
func checkWidth(n int, valuePos func(i int) int, cols, pos []int, allColumns bool) error {
	if n > len(cols) {
		return sqlerr.New(sqlerr.SyntaxError, "INSERT has more expressions than target columns").At(valuePos(len(cols)))
	}
	if n < len(cols) && !allColumns {
		return sqlerr.New(sqlerr.SyntaxError, "INSERT has more target columns than expressions").At(pos[n])
	}
	return nil
}

// insertValues binds VALUES with each literal typed by its column. DEFAULT is
// replaced row by row.
func (b *binder) insertValues(t *schema.Table, v *ast.Values, cols, pos []int, all bool, source []expr.Expr, sc *scope) (logical.Node, error) {
	vsc := sc.in(inValues)
	subs := make([][]attachment, len(v.Rows))
	var sets setCalls
	if len(v.Rows) == 1 { // as SELECT of the values
		vsc.sets = &sets
	}
	width := len(v.Rows[0])
	rows := make([][]expr.Expr, len(v.Rows))
	flat := make([]expr.Expr, len(v.Rows)*width)
	for i, r := range v.Rows {
		if len(r) != width {
			return nil, sqlerr.New(sqlerr.SyntaxError, "VALUES lists must all be the same length").At(loc(r[0]))
		}
		if i == 0 {
			if err := checkWidth(width, func(k int) int { return loc(r[k]) }, cols, pos, all); err != nil {
				return nil, err
			}
		}
		rows[i] = flat[i*width : (i+1)*width : (i+1)*width]
		// All values of a row are bound before any gets its column's type: a
		// parameter that stands twice must have one type.
		var err error
		vsc.scalars = &subs[i]
		for k, e := range r {
			c := t.Columns[cols[k]]
			if _, ok := e.(*ast.Default); ok || b.overriding == "USER" && c.Identity != schema.NoIdentity {
				rows[i][k], err = b.defaultOf(t, cols[k])
			} else if err = explicit(c, b.overriding); err == nil {
				rows[i][k], err = b.bind(e, vsc)
			}
			if err != nil {
				return nil, err
			}
		}
		for k, e := range r {
			if rows[i][k], err = b.assign(rows[i][k], t, cols[k], loc(e)); err != nil {
				return nil, err
			}
		}
	}
	out := make([]logical.Col, width)
	for k := range out {
		c := t.Columns[cols[k]]
		out[k] = b.col(c.Name, c.Type)
		source[cols[k]] = out[k].Ref()
	}
	if len(sets.calls) > 0 {
		n, err := attach(oneRow(), subs[0], sc, nil)
		return &logical.Project{Input: projectSets(n, sets.calls), Exprs: rows[0], Out: out}, err
	}
	return b.valuesNode(rows, out, subs, sc)
}

// insertQuery binds INSERT … SELECT.
func (b *binder) insertQuery(t *schema.Table, q ast.Query, cols, pos []int, all bool, source []expr.Expr, sc *scope) (logical.Node, error) {
	r, err := b.query(q, &scope{ctes: sc.ctes})
	if err != nil {
		return nil, err
	}
	if err := checkWidth(len(r.cols), func(i int) int { return outputPos(q, i) }, cols, pos, all); err != nil {
		return nil, err
	}
	for i := range r.cols {
		c := t.Columns[cols[i]]
		p := outputPos(q, i)
		if b.overriding == "USER" && c.Identity != schema.NoIdentity {
			continue // the default
		}
		if err := explicit(c, b.overriding); err != nil {
			return nil, err
		}
		if r.cols[i].T.ID == types.Unknown {
			if err := b.retype(&r, i, c.Type, p); err != nil {
				return nil, err
			}
		}
		if source[cols[i]], err = b.assign(r.cols[i].Ref(), t, cols[i], p); err != nil {
			return nil, err
		}
	}
	return r.node, nil
}

// tableRow projects n to all columns of t: source, and where that is nil the
// default. The columns get the ids of row.
func (b *binder) tableRow(n logical.Node, t *schema.Table, source []expr.Expr, row *item) (logical.Node, []int, error) {
	p := &logical.Project{Input: n}
	var ids []int
	for i, c := range t.Columns {
		e := source[i]
		if e == nil {
			var err error
			if e, err = b.defaultOf(t, i); err != nil {
				return nil, nil, err
			}
		}
		out := logical.Col{ID: row.cols[i].id, Name: c.Name, T: c.Type}
		p.Exprs, p.Out = append(p.Exprs, e), append(p.Out, out)
		ids = append(ids, out.ID)
	}
	node, err := b.generate(p, t, row)
	return node, ids, err
}

// defaultOf binds the default of a column, NULL when it has none.
func (b *binder) defaultOf(t *schema.Table, i int) (expr.Expr, error) {
	c := t.Columns[i]
	if c.Sequence != 0 {
		return b.assign(sequenceDefault(c), t, i, -1)
	}
	if c.Default == "" || c.Generated {
		return expr.Const{Value: vector.NullDatum, T: c.Type}, nil
	}
	if e, ok := b.defaults[defaultKey{t, i}]; ok {
		return e, nil
	}
	tree, err := parse.Expr(c.Default)
	if err != nil {
		return nil, sqlerr.New(sqlerr.InternalError, "default of column \"%s\" of relation \"%s\": %v", c.Name, t.Name, err)
	}
	e, err := b.defaultExpr(tree, t, i)
	if err != nil {
		return nil, err
	}
	if b.defaults == nil {
		b.defaults = map[defaultKey]expr.Expr{}
	}
	b.defaults[defaultKey{t, i}] = e
	return e, nil
}

// defaultExpr binds the tree of a default for column i.
func (b *binder) defaultExpr(tree ast.Expr, t *schema.Table, i int) (expr.Expr, error) {
	b.inDefault = true
	defer func() { b.inDefault = false }()
	e, err := b.bind(tree, &scope{clause: inDefault})
	if err != nil {
		return nil, err
	}
	return b.assign(e, t, i, -1)
}

// assign casts a value for storing into column i of t.
func (b *binder) assign(e expr.Expr, t *schema.Table, i, pos int) (expr.Expr, error) {
	c := t.Columns[i]
	r, ok, err := b.coerce(e, c.Type, function.Assignment, pos)
	if err == nil && !ok {
		err = sqlerr.New(sqlerr.DatatypeMismatch, "column \"%s\" is of type %s but expression is of type %s", c.Name, c.Type.Plain(), e.Type().Plain()).
			WithHint("You will need to rewrite or cast the expression.").At(pos)
	}
	return r, err
}

// returning binds a RETURNING list.
func (b *binder) returning(list []ast.Target, sc *scope) ([]expr.Expr, []logical.Col, error) {
	if len(list) == 0 {
		return nil, nil, nil
	}
	targets, err := b.targets(list, sc.in(inReturning))
	if err != nil {
		return nil, nil, err
	}
	var es []expr.Expr
	var out []logical.Col
	for _, t := range targets {
		e := t.e
		if e.Type().ID == types.Unknown {
			if e, err = b.known(e, types.Of(types.Text), t.pos); err != nil {
				return nil, nil, err
			}
		}
		es, out = append(es, e), append(out, b.col(t.name, e.Type()))
	}
	return es, out, nil
}
