package build

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/format"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/parse"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// checkExpr binds a condition over one row of t, whose columns are its ordinals.
func (b *binder) checkExpr(tree ast.Expr, t *schema.Table) (expr.Expr, error) {
	old := b.inDefault
	b.inDefault = true // no parameters
	defer func() { b.inDefault = old }()
	row := b.rowItem(t, "")
	e, err := b.condition(tree, &scope{items: []*item{row}, entries: []*item{row}, clause: inCheck}, "CHECK")
	if err != nil {
		return nil, err
	}
	return overRow(clean(e, 0), row), nil
}

// overRow replaces the ids of row by ordinals.
func overRow(e expr.Expr, row *item) expr.Expr {
	return logical.Rewrite(e, func(x expr.Expr) (expr.Expr, bool) {
		c, ok := x.(expr.Column)
		if !ok {
			return nil, false
		}
		c.Index = slices.IndexFunc(row.cols, func(k itemCol) bool { return k.id == c.Index })
		return c, true
	})
}

// checks binds the CHECK constraints of t, in PostgreSQL's order: by name.
func (b *binder) checks(t *schema.Table) ([]physical.Check, error) {
	var out []physical.Check
	for _, k := range t.Checks {
		tree, err := parse.Expr(k.Text)
		if err != nil {
			return nil, sqlerr.New(sqlerr.InternalError, "constraint \"%s\" of relation \"%s\": %v", k.Name, t.Name, err)
		}
		e, err := b.checkExpr(tree, t)
		if err != nil {
			return nil, err
		}
		out = append(out, physical.Check{Name: k.Name, Cond: e})
	}
	slices.SortFunc(out, func(a, b physical.Check) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// addCheck adds a CHECK constraint to t and returns its bound condition.
func (b *binder) addCheck(t *schema.Table, k ast.Constraint) (expr.Expr, error) {
	e, err := b.checkExpr(k.Expr, t)
	if err != nil {
		return nil, err
	}
	c := schema.Check{Name: k.Name, Text: format.Expr(k.Expr)}
	for _, i := range expr.Columns(e) {
		c.Columns = append(c.Columns, t.Columns[i].ID)
	}
	if c.Name == "" {
		name := t.Name
		if len(c.Columns) == 1 {
			name = t.Name + "_" + t.Columns[t.ColumnByID(c.Columns[0])].Name
		}
		c.Name = freeName(objectName(name, "check"), func(n string) bool { return hasConstraint(t, n) })
	} else if hasConstraint(t, c.Name) {
		if t.ID == 0 {
			return nil, sqlerr.New(sqlerr.DuplicateObject, "check constraint \"%s\" already exists", c.Name)
		}
		return nil, sqlerr.New(sqlerr.DuplicateObject, "constraint \"%s\" for relation \"%s\" already exists", c.Name, t.Name)
	}
	t.Checks = append(t.Checks, c)
	return e, nil
}

func hasConstraint(t *schema.Table, name string) bool {
	return len(t.Key) > 0 && t.KeyName == name ||
		slices.ContainsFunc(t.Checks, func(c schema.Check) bool { return c.Name == name }) ||
		slices.ContainsFunc(t.Indexes, func(x schema.Index) bool { return x.Constraint && x.Name == name })
}

// freeName adds the first number from 1 that makes a name free.
func freeName(name string, taken func(string) bool) string {
	for n, try := 1, name; ; n++ {
		if !taken(try) {
			return try
		}
		try = name + strconv.Itoa(n)
	}
}

// generatedExpr binds the expression of generated column i over the ids of row.
func (b *binder) generatedExpr(tree ast.Expr, t *schema.Table, i int, row *item) (expr.Expr, error) {
	old := b.inDefault
	b.inDefault = true
	defer func() { b.inDefault = old }()
	e, err := b.bind(tree, &scope{items: []*item{row}, entries: []*item{row}, clause: inGenerated})
	if err != nil {
		return nil, err
	}
	if e, err = b.assign(e, t, i, -1); err != nil {
		return nil, defaultError(err)
	}
	return clean(e, 0), nil
}

// generate computes the generated columns of a row, of which p gives the others by
// the ids of row.
func (b *binder) generate(p *logical.Project, t *schema.Table, row *item) (logical.Node, error) {
	if !slices.ContainsFunc(t.Columns, func(c schema.Column) bool { return c.Generated }) {
		return p, nil
	}
	own := map[int]int{} // ordinals of generated columns by their ids
	for i, c := range t.Columns {
		if c.Generated {
			own[row.cols[i].id] = i
		}
	}
	base, out := &logical.Project{Input: p.Input}, &logical.Project{}
	for k, c := range p.Out {
		if _, ok := own[c.ID]; !ok {
			base.Exprs, base.Out = append(base.Exprs, p.Exprs[k]), append(base.Out, c)
			out.Exprs, out.Out = append(out.Exprs, c.Ref()), append(out.Out, c)
		}
	}
	out.Input = base
	for i, c := range t.Columns {
		if !c.Generated {
			continue
		}
		tree, err := parse.Expr(c.Default)
		if err != nil {
			return nil, sqlerr.New(sqlerr.InternalError, "generated column \"%s\" of relation \"%s\": %v", c.Name, t.Name, err)
		}
		e, err := b.generatedExpr(tree, t, i, row)
		if err != nil {
			return nil, err
		}
		out.Exprs, out.Out = append(out.Exprs, e), append(out.Out, logical.Col{ID: row.cols[i].id, Name: c.Name, T: c.Type})
	}
	return out, nil
}

// setGenerated makes column i of t GENERATED ALWAYS AS (tree) STORED.
func (b *binder) setGenerated(t *schema.Table, i int, tree ast.Expr) error {
	row := b.rowItem(t, "")
	e, err := b.generatedExpr(tree, t, i, row)
	if err != nil {
		return err
	}
	for _, k := range expr.Columns(overRow(e, row)) {
		if k == i || t.Columns[k].Generated {
			return sqlerr.New(sqlerr.InvalidObjectDefinition, "cannot use generated column \"%s\" in column generation expression", t.Columns[k].Name).
				WithDetail("A generated column cannot reference another generated column.")
		}
	}
	if expr.VolatilityOf(e) != function.Immutable {
		return sqlerr.New(sqlerr.InvalidObjectDefinition, "generation expression is not immutable")
	}
	t.Columns[i].Generated, t.Columns[i].Default = true, format.Expr(tree)
	return nil
}

// explicit refuses a value that is written for a column which gives its own;
// overriding is the clause of INSERT.
func explicit(c schema.Column, overriding string) error {
	e := sqlerr.New(sqlerr.GeneratedAlways, "cannot insert a non-DEFAULT value into column \"%s\"", c.Name)
	switch {
	case c.Generated:
		return e.WithDetail("Column \"%s\" is a generated column.", c.Name)
	case c.Identity == schema.IdentityAlways && overriding == "":
		return e.WithDetail("Column \"%s\" is an identity column defined as GENERATED ALWAYS.", c.Name).
			WithHint("Use OVERRIDING SYSTEM VALUE to override.")
	}
	return nil
}

// updatable refuses SET of a column which gives its own value.
func updatable(c schema.Column) error {
	e := sqlerr.New(sqlerr.GeneratedAlways, "column \"%s\" can only be updated to DEFAULT", c.Name)
	switch {
	case c.Generated:
		return e.WithDetail("Column \"%s\" is a generated column.", c.Name)
	case c.Identity == schema.IdentityAlways:
		return e.WithDetail("Column \"%s\" is an identity column defined as GENERATED ALWAYS.", c.Name)
	}
	return nil
}
