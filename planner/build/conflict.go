package build

import (
	"slices"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// upsertClause is the ON CONFLICT that Cockroach's UPSERT stands for: all columns
// that the statement names get new values. nil when the table has no primary key.
func upsertClause(t *schema.Table, cols []int) *ast.OnConflict {
	if len(t.Key) == 0 {
		return nil
	}
	c := &ast.OnConflict{}
	for _, o := range t.Key {
		c.Target = append(c.Target, &ast.ColumnRef{Parts: []string{t.Columns[o].Name}})
	}
	for _, o := range cols {
		if slices.Contains(t.Key, o) {
			continue
		}
		name := t.Columns[o].Name
		c.Update = append(c.Update, ast.Assignment{
			Cols: []ast.Name{{Parts: []string{name}}}, Value: &ast.ColumnRef{Parts: []string{"excluded", name}},
		})
	}
	c.Nothing = len(c.Update) == 0
	return c
}

// arbiters finds the unique indexes that an ON CONFLICT clause names, 0 standing for
// the primary key.
func (b *binder) arbiters(t *schema.Table, c *ast.OnConflict, alias string) ([]schema.TableID, error) {
	if c.Constraint != "" {
		if c.Constraint == t.KeyName && len(t.Key) > 0 {
			return []schema.TableID{0}, nil
		}
		if x := t.IndexNamed(c.Constraint); x != nil && x.Constraint {
			return []schema.TableID{x.ID}, nil
		}
		return nil, sqlerr.New(sqlerr.UndefinedObject, "constraint \"%s\" for table \"%s\" does not exist", c.Constraint, t.Name)
	}
	var ids []schema.TableID
	if c.Target == nil {
		if len(t.Key) > 0 {
			ids = append(ids, 0)
		}
		for i := range t.Indexes {
			if x := &t.Indexes[i]; x.Unique && x.State == schema.IndexReady {
				ids = append(ids, x.ID)
			}
		}
		return ids, nil
	}
	var cols []int
	for _, e := range c.Target {
		ref, ok := e.(*ast.ColumnRef)
		if !ok {
			return nil, sqlerr.NotSupported("expression in the target of ON CONFLICT").At(loc(e))
		}
		o := t.Column(ref.Parts[0])
		if o < 0 {
			return nil, b.missingColumn(t, alias, ref)
		}
		if !slices.Contains(cols, o) {
			cols = append(cols, o)
		}
	}
	if c.Where != nil {
		it := b.rowItem(t, alias)
		if _, err := b.condition(c.Where, &scope{items: []*item{it}, entries: []*item{it}, clause: inWhere}, "WHERE"); err != nil {
			return nil, err
		}
	}
	if len(t.Key) > 0 && sameOrdinals(t.Key, cols) {
		ids = append(ids, 0)
	}
	for i := range t.Indexes {
		if x := &t.Indexes[i]; x.Unique && x.State == schema.IndexReady && x.Predicate == "" && sameOrdinals(x.Columns(), cols) {
			ids = append(ids, x.ID)
		}
	}
	if len(ids) == 0 {
		return nil, sqlerr.New(sqlerr.InvalidColumnReference, "there is no unique or exclusion constraint matching the ON CONFLICT specification")
	}
	return ids, nil
}

// missingColumn is the error for a column in the target of ON CONFLICT, with the
// hints that any other reference to it would get.
func (b *binder) missingColumn(t *schema.Table, alias string, ref *ast.ColumnRef) error {
	it := b.rowItem(t, alias)
	_, err := b.bind(ref, &scope{items: []*item{it}, entries: []*item{it}})
	return err
}

// sameOrdinals reports whether two lists without repetitions have the same elements.
func sameOrdinals(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for _, o := range a {
		if !slices.Contains(b, o) {
			return false
		}
	}
	return true
}

// onConflictNothing drops the rows of n that collide.
func (b *binder) onConflictNothing(n logical.Node, t *schema.Table, ids []int, arbiters []schema.TableID) logical.Node {
	if len(arbiters) == 0 {
		return n
	}
	return &logical.Conflict{Input: n, Table: t, Row: ids, Arbiters: arbiters}
}

// onConflictUpdate makes of the rows of n, with the columns of excluded, those that
// are stored, with the columns of row: a new row as it is, and of one that collides
// the row in its way with what SET says. Rows for which WHERE is not TRUE are dropped.
func (b *binder) onConflictUpdate(n logical.Node, t *schema.Table, c *ast.OnConflict, arbiters []schema.TableID, excluded, row *item, ctes *scope) (*logical.Upsert, error) {
	old := b.rowItem(t, "")
	old.name, old.namespace, old.table = row.name, row.namespace, row.table
	conflict := &logical.Conflict{
		Input: n, Table: t, Arbiters: arbiters, Update: true, Locator: b.col("locator", types.Of(types.Bytea)),
	}
	for i := range t.Columns {
		conflict.Row = append(conflict.Row, excluded.cols[i].id)
		conflict.Old = append(conflict.Old, logical.Col{ID: old.cols[i].id, Name: t.Columns[i].Name, T: t.Columns[i].Type})
		conflict.Ordinals = append(conflict.Ordinals, i)
	}
	sc := &scope{items: []*item{old, excluded}, entries: []*item{old, excluded}, ctes: ctes.ctes}
	isNew := expr.IsNull{X: conflict.Locator.Ref()}
	var node logical.Node = conflict

	var subs []attachment
	ssc := sc.in(inSet)
	ssc.scalars = &subs
	values, places := make([]expr.Expr, len(t.Columns)), make([]int, len(t.Columns))
	for _, a := range c.Update {
		if err := b.assignment(a, t, ssc, values, places); err != nil {
			return nil, err
		}
	}
	for i, v := range values {
		if v == nil {
			continue
		}
		var err error
		if values[i], err = b.assign(v, t, i, places[i]); err != nil {
			return nil, err
		}
	}
	if c.UpdateIf != nil {
		wsc := sc.in(inWhere)
		wsc.scalars = &subs
		cond, err := b.condition(c.UpdateIf, wsc, "WHERE")
		if err != nil {
			return nil, err
		}
		if node, err = attach(node, subs, sc, nil); err != nil {
			return nil, err
		}
		subs = nil
		node = &logical.Filter{Input: node, Conds: []expr.Expr{expr.Case{
			Whens: []expr.When{{Cond: isNew, Then: expr.Const{Value: vector.BoolDatum(true), T: expr.Bool}}},
			Else:  clean(cond, sc.level), T: expr.Bool,
		}}}
	}
	node, err := attach(node, subs, sc, nil)
	if err != nil {
		return nil, err
	}
	u := &logical.Upsert{Table: t, Locator: conflict.Locator.ID}
	p := &logical.Project{Input: node, Exprs: []expr.Expr{conflict.Locator.Ref()}, Out: []logical.Col{conflict.Locator}}
	for i, col := range t.Columns {
		proposed := expr.Column{Index: excluded.cols[i].id, T: col.Type}
		var kept expr.Expr = expr.Column{Index: old.cols[i].id, T: col.Type}
		if values[i] != nil {
			kept = clean(values[i], sc.level)
		}
		var v expr.Expr = expr.Case{Whens: []expr.When{{Cond: isNew, Then: proposed}}, Else: kept, T: col.Type}
		if k, ok := kept.(expr.Column); ok && k == proposed {
			v = proposed
		}
		p.Exprs = append(p.Exprs, v)
		p.Out = append(p.Out, logical.Col{ID: row.cols[i].id, Name: col.Name, T: col.Type})
		u.Row = append(u.Row, row.cols[i].id)
	}
	if u.Input, err = b.generate(p, t, row); err != nil {
		return nil, err
	}
	u.Checks, err = b.checks(t)
	return u, err
}
