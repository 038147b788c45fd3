package build

import (
	"slices"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/format"
	"github.com/dejaq/fasti/sql/parse"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// viewing is what the text of a view being bound refers to: each table reference,
// by its place in the text, to a table or view by its id, and to the columns that
// it had when the view was made. So a view stays what it was when others rename
// their things or add columns.
type viewing struct {
	record bool // the view is being made: refs grows
	refs   []schema.ViewRef
	scans  []*logical.Scan // of tables, while record is set
}

func (v *viewing) find(pos int) *schema.ViewRef {
	if v == nil || v.record {
		return nil
	}
	i := slices.IndexFunc(v.refs, func(r schema.ViewRef) bool { return r.Pos == pos })
	if i < 0 {
		return nil
	}
	return &v.refs[i]
}

// note remembers a table reference of the view that is being made.
func (v *viewing) note(pos int, id schema.ObjectID, namespace string, cols []schema.Column) {
	if v == nil || !v.record {
		return
	}
	r := schema.ViewRef{Pos: pos, ID: id, Namespace: namespace}
	for _, c := range cols {
		r.Columns = append(r.Columns, schema.ViewColumn{ID: c.ID, Name: c.Name})
	}
	v.refs = append(v.refs, r)
}

// createView binds CREATE VIEW.
func (b *binder) createView(s *ast.CreateView) (*Statement, error) {
	switch {
	case s.Temp:
		return nil, sqlerr.NotSupported("temporary view")
	case s.Recursive:
		return nil, sqlerr.NotSupported("CREATE RECURSIVE VIEW")
	case s.Check != "":
		return nil, sqlerr.NotSupported("WITH CHECK OPTION")
	}
	if sel, ok := s.Query.(*ast.Select); ok && sel.Into != nil {
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "views must not contain SELECT INTO")
	}
	b.inDefault = true // no parameters
	defer func() { b.inDefault = false }()
	r, err := b.query(s.Query, nil)
	if err == nil {
		err = b.textUnknowns(&r)
	}
	if err != nil {
		return nil, err
	}
	if b.writingCTEs() {
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "views must not contain data-modifying statements in WITH")
	}
	ns, name, err := b.creationName(s.Name)
	if err != nil {
		return nil, err
	}
	o := &schema.Object{Kind: schema.ViewObject, Namespace: ns, Name: name, Owner: b.user(), View: &schema.View{}}
	if err := viewColumns(o.View, r.cols, s.Cols); err != nil {
		return nil, err
	}
	for _, w := range s.Options {
		text, err := viewOption(w)
		if err != nil {
			return nil, err
		}
		o.View.Options = append(o.View.Options, text)
	}
	if err := b.viewText(o, s.Query); err != nil {
		return nil, err
	}
	c := b.change()
	st := c.statement("CREATE VIEW")
	have := b.view().Object(schema.ViewObject, ns, name)
	switch {
	case have != nil && s.Replace:
		return st, replaceView(c.object(have), o)
	case b.view().Relation(ns, name) == 0:
		c.addObject(o)
		return st, nil
	case s.Replace:
		return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a view", name)
	}
	return nil, sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists", name)
}

// viewColumns names the columns of a view: those of the query, the first of them
// as the list says.
func viewColumns(v *schema.View, cols []logical.Col, names []string) error {
	if len(names) > len(cols) {
		return sqlerr.New(sqlerr.SyntaxError, "CREATE VIEW specifies more column names than columns")
	}
	for i, c := range cols {
		name := c.Name
		if i < len(names) {
			name = names[i]
		}
		if slices.ContainsFunc(v.Columns, func(c schema.Column) bool { return c.Name == name }) {
			return sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" specified more than once", name)
		}
		if c.T.ID == types.Void {
			return sqlerr.New(sqlerr.InvalidTableDefinition, "column \"%s\" has pseudo-type %s", name, c.T)
		}
		v.Columns = append(v.Columns, schema.Column{ID: schema.ColumnID(i + 1), Name: name, Type: c.T})
	}
	return nil
}

func viewOption(w ast.Option) (string, error) {
	switch w.Name {
	case "security_barrier", "security_invoker":
		v := &option{text: "true"}
		if w.Value != nil {
			var err error
			if v, err = optionValue(w); err != nil {
				return "", err
			}
		}
		yes, err := v.boolean(w.Name)
		if err != nil {
			return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for boolean option \"%s\": %s", w.Name, v.text)
		}
		if w.Name == "security_invoker" && yes {
			return "", sqlerr.NotSupported("security_invoker of a view").At(w.Pos)
		}
		return w.Name + "=" + v.text, nil
	case "check_option":
		return "", sqlerr.NotSupported("check_option of a view").At(w.Pos)
	}
	return "", sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized parameter \"%s\"", w.Name)
}

// viewText stores the text of a view's query with what it refers to.
func (b *binder) viewText(o *schema.Object, q ast.Query) error {
	v := o.View
	v.Text = format.Stmt(q)
	list, err := parse.Parse(v.Text, parse.Options{})
	if err != nil || len(list) != 1 {
		return sqlerr.New(sqlerr.InternalError, "text of view \"%s\": %v", o.Name, err)
	}
	old := b.viewing
	b.viewing = &viewing{record: true}
	defer func() { b.viewing = old }()
	r, err := b.query(list[0].AST.(ast.Query), nil)
	if err != nil {
		return err
	}
	v.Refs = b.viewing.refs
	used := logical.Set{}
	for _, c := range r.cols {
		used.Add(c.ID)
	}
	usedColumns(r.node, used)
	for _, s := range b.viewing.scans {
		whole := true
		for i, c := range s.Out {
			if used.Has(c.ID) && s.Ordinals[i] >= 0 {
				o.Depends = append(o.Depends, schema.Dependency{ID: schema.ObjectID(s.Table.ID), Column: s.Table.Columns[s.Ordinals[i]].ID})
				whole = false
			}
		}
		if whole {
			o.Depends = append(o.Depends, schema.Dependency{ID: schema.ObjectID(s.Table.ID)})
		}
	}
	for _, ref := range v.Refs {
		if b.view().ObjectByID(ref.ID) != nil {
			o.Depends = append(o.Depends, schema.Dependency{ID: ref.ID})
		}
	}
	for i := range v.Columns {
		if def := v.Columns[i].Type.Def; def != nil {
			o.Depends = append(o.Depends, schema.Dependency{ID: schema.ObjectID(def.OID)})
		}
	}
	slices.SortFunc(o.Depends, func(a, b schema.Dependency) int {
		if a.ID != b.ID {
			return int(a.ID) - int(b.ID)
		}
		return int(a.Column) - int(b.Column)
	})
	o.Depends = slices.Compact(o.Depends)
	return nil
}

// usedColumns adds the columns that the expressions of n and below read.
func usedColumns(n logical.Node, used logical.Set) {
	all := func(list []expr.Expr) {
		for _, e := range list {
			used.AddExpr(e)
		}
	}
	keys := func(list []physical.SortKey) {
		for _, k := range list {
			used.AddExpr(k.Expr)
		}
	}
	switch n := n.(type) {
	case *logical.Scan:
		all(n.Filter)
	case *logical.Values, *logical.Input, *logical.SingleRow, *logical.Limit:
	case *logical.Filter:
		all(n.Conds)
	case *logical.Project:
		all(n.Exprs)
	case *logical.Aggregate:
		all(n.Keys)
		for _, a := range n.Aggs {
			all(a.Args)
			if a.Filter != nil {
				used.AddExpr(a.Filter)
			}
		}
	case *logical.Join:
		all(n.On)
	case *logical.Sort:
		keys(n.Keys)
	case *logical.Append:
		for _, ids := range n.In {
			for _, id := range ids {
				used.Add(id)
			}
		}
	case *logical.DistinctOn:
		all(n.Keys)
	default: // whatever reaches it may be read
		for _, in := range n.Inputs() {
			for _, c := range in.Cols() {
				used.Add(c.ID)
			}
		}
	}
	for _, in := range n.Inputs() {
		usedColumns(in, used)
	}
}

// replaceView puts the query of a new view into an old one, whose columns must
// stay, as checkViewTupleDesc asks.
func replaceView(old, o *schema.Object) error {
	if len(o.View.Columns) < len(old.View.Columns) {
		return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot drop columns from view")
	}
	for i, c := range old.View.Columns {
		n := &o.View.Columns[i]
		if n.Name != c.Name {
			return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot change name of view column \"%s\" to \"%s\"", c.Name, n.Name).
				WithHint("Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.")
		}
		if n.Type != c.Type {
			return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot change data type of view column \"%s\" from %s to %s", c.Name, c.Type, n.Type)
		}
		n.Comment, n.ACL = c.Comment, c.ACL
	}
	old.View, old.Depends = o.View, o.Depends
	return nil
}

// viewRef binds a view in FROM as the subquery that it stands for.
func (b *binder) viewRef(o *schema.Object, t *ast.TableRef, sc *scope, shown *schema.ViewRef) (logical.Node, []*item, error) {
	if t.Only {
		return nil, nil, sqlerr.NotSupported("ONLY").At(t.Pos)
	}
	if err := b.enter(); err != nil {
		return nil, nil, err
	}
	defer b.leave()
	list, err := parse.Parse(o.View.Text, parse.Options{})
	if err != nil || len(list) != 1 {
		return nil, nil, sqlerr.New(sqlerr.InternalError, "text of view \"%s\": %v", o.Name, err)
	}
	old := b.viewing
	b.viewing = &viewing{refs: o.View.Refs}
	r, err := b.query(list[0].AST.(ast.Query), &scope{level: sc.level})
	if err == nil {
		err = b.textUnknowns(&r)
	}
	b.viewing = old
	if err == nil && len(r.cols) != len(o.View.Columns) {
		err = sqlerr.New(sqlerr.InternalError, "view \"%s\" has %d columns, its query %d", o.Name, len(o.View.Columns), len(r.cols))
	}
	if err != nil {
		return nil, nil, noPos(err)
	}
	it := &item{name: o.Name, namespace: o.Namespace, relSeen: true, colsSeen: true}
	for i, c := range o.View.Columns {
		it.cols = append(it.cols, itemCol{c.Name, r.cols[i].ID, r.cols[i].T})
	}
	if shown != nil {
		it.show(shown, t, o.View.Columns)
	}
	b.viewing.note(t.Pos, o.ID, o.Namespace, o.View.Columns)
	if err := it.rename(t.Alias, "table", t.Pos); err != nil {
		return nil, nil, err
	}
	sc.entries = append(sc.entries, it)
	return r.node, []*item{it}, nil
}

// show leaves of an item the columns that a view has seen, under the names that
// all had then; cols are those of the item, t the reference to it.
func (it *item) show(shown *schema.ViewRef, t *ast.TableRef, cols []schema.Column) {
	it.name, it.namespace = t.Name.Parts[len(t.Name.Parts)-1], shown.Namespace
	all := it.cols
	it.cols = nil
	for _, s := range shown.Columns {
		i := slices.IndexFunc(cols, func(c schema.Column) bool { return c.ID == s.ID })
		if i >= 0 {
			c := all[i]
			c.name = s.Name
			it.cols = append(it.cols, c)
		}
	}
}

// notWritable is the error of a data-changing statement on a view or sequence.
func notWritable(o *schema.Object) error {
	if o.Kind == schema.ViewObject {
		return sqlerr.NotSupported("changing rows through view \"%s\"", o.Name)
	}
	return sqlerr.New(sqlerr.WrongObjectType, "cannot change %s \"%s\"", o.Kind, o.Name)
}
