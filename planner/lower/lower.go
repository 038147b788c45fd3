package lower

import (
	"fmt"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// rel is a lowered node and where its columns are.
type rel struct {
	node physical.Node
	pos  map[int]int // id → position
	// chain says that node is filters, projections and joins over scans that
	// workers can share.
	chain bool
}

// Plan lowers a statement's tree; out are the columns of its result in order
// (not used for statements that write: they have their own).
func Plan(root logical.Node, out []logical.Col) physical.Node {
	switch root := root.(type) {
	case *logical.With:
		return &physical.With{ID: root.ID, Name: root.Name, Query: Plan(root.Query, root.Out), Input: Plan(root.Input, out)}
	case *logical.Insert:
		return lowerInsert(root)
	case *logical.Upsert:
		return lowerUpsert(root)
	case *logical.Update:
		return lowerUpdate(root)
	case *logical.Delete:
		return lowerDelete(root)
	}
	need := logical.Set{}
	for _, c := range out {
		need.Add(c.ID)
	}
	return exact(gather(lower(root, need), need), out)
}

// lower lowers n; need are the columns that the parent uses.
func lower(n logical.Node, need logical.Set) rel {
	switch n := n.(type) {
	case *logical.Scan:
		return lowerScan(n)
	case *logical.Input:
		return newRel(&physical.Input{Out: fields(n.Out)}, n.Out)
	case *logical.Values:
		v := &physical.Values{Out: fields(n.Out), Rows: n.Rows}
		return newRel(v, n.Out)
	case *logical.Recursive:
		return lowerRecursive(n)
	case *logical.CTEScan:
		return newRel(&physical.CTEScan{ID: n.ID, Name: n.Name, Alias: n.Alias, Out: fields(n.Out)}, n.Out)
	case *logical.WorkTable:
		return newRel(&physical.WorkTable{ID: n.ID, Out: fields(n.Out)}, n.Out)
	case *logical.ProjectSet:
		return lowerProjectSet(n, need)
	case *logical.Filter:
		r := lower(n.Input, plus(need, n.Conds...))
		conds := cheapFirst(n.Conds)
		return rel{&physical.Filter{Input: r.node, Conds: r.exprs(conds)}, r.pos, r.chain}
	case *logical.Project:
		return lowerProject(n, need)
	case *logical.Aggregate:
		return lowerAggregate(n)
	case *logical.Join:
		return lowerJoin(n, need)
	case *logical.Sort:
		return lowerSort(n, need)
	case *logical.Window:
		return lowerWindow(n, need)
	case *logical.GapFill:
		return lowerGapFill(n, need)
	case *logical.Limit:
		if len(n.Ties) > 0 {
			need = plus(need)
			for _, k := range n.Ties {
				need.AddExpr(k)
			}
		}
		r := lower(n.Input, need)
		if r.chain && filtered(r.node) {
			r = gather(r, need)
		}
		return rel{&physical.Limit{Input: r.node, Count: n.Count, Offset: n.Offset, Ties: r.exprs(n.Ties)}, r.pos, false}
	case *logical.Append:
		a := &physical.Append{Out: fields(n.Out)}
		ins := make([]rel, len(n.All))
		chain := true
		for i, in := range n.All {
			need := logical.Set{}
			for _, id := range n.In[i] {
				need.Add(id)
			}
			ins[i] = lower(in, need)
			chain = chain && ins[i].chain
		}
		for i, in := range ins {
			cols := make([]logical.Col, len(n.Out))
			need := logical.Set{}
			for k, id := range n.In[i] {
				cols[k] = logical.Col{ID: id, Name: n.Out[k].Name, T: n.Out[k].T}
				need.Add(id)
			}
			if !chain {
				in = gather(in, need)
			}
			a.All = append(a.All, exact(in, cols))
		}
		r := newRel(a, n.Out)
		r.chain = chain
		return r
	case *logical.DistinctOn:
		need := plus(need, n.Keys...)
		r := gather(lower(n.Input, need), need)
		return rel{&physical.DistinctOn{Input: r.node, Keys: r.exprs(n.Keys)}, r.pos, false}
	case *logical.Conflict:
		return lowerConflict(n)
	case *logical.SingleRow:
		r := lower(n.Input, need)
		return rel{&physical.SingleRow{Input: r.node}, r.pos, false}
	}
	panic(fmt.Sprintf("lower: no plan for %T", n))
}

func newRel(n physical.Node, cols []logical.Col) rel {
	r := rel{node: n, pos: make(map[int]int, len(cols))}
	for i, c := range cols {
		r.pos[c.ID] = i
	}
	return r
}

func fields(cols []logical.Col) []physical.Field {
	out := make([]physical.Field, len(cols))
	for i, c := range cols {
		out[i] = physical.Field{Name: c.Name, Type: c.T}
	}
	return out
}

// plus returns set with the columns of es added.
func plus(set logical.Set, es ...expr.Expr) logical.Set {
	n := make(logical.Set, len(set)+len(es))
	for id := range set {
		n.Add(id)
	}
	for _, e := range es {
		n.AddExpr(e)
	}
	return n
}

// expr replaces the ids of e by positions.
func (r rel) expr(e expr.Expr) expr.Expr {
	return logical.Rewrite(e, func(x expr.Expr) (expr.Expr, bool) {
		c, ok := x.(expr.Column)
		if !ok {
			return nil, false
		}
		p, ok := r.pos[c.Index]
		if !ok {
			panic(fmt.Sprintf("lower: column %d is not in the input", c.Index))
		}
		return expr.Column{Index: p, T: c.T}, true
	})
}

func (r rel) exprs(list []expr.Expr) []expr.Expr {
	if list == nil {
		return nil
	}
	out := make([]expr.Expr, len(list))
	for i, e := range list {
		out[i] = r.expr(e)
	}
	return out
}

// project puts a Project on r with these expressions over r's ids.
func project(r rel, es []expr.Expr, out []logical.Col) rel {
	n := newRel(&physical.Project{Input: r.node, Exprs: r.exprs(es), Out: fields(out)}, out)
	n.chain = r.chain
	return n
}

// exact makes the columns of r exactly cols, in order.
func exact(r rel, cols []logical.Col) physical.Node {
	have := r.node.Fields()
	same := len(have) == len(cols)
	for i, c := range cols {
		same = same && r.pos[c.ID] == i && have[i].Type == c.T
	}
	if same {
		return r.node
	}
	es := make([]expr.Expr, len(cols))
	for i, c := range cols {
		p, ok := r.pos[c.ID]
		if !ok {
			panic(fmt.Sprintf("lower: output column %d (%s) is not in the input", c.ID, c.Name))
		}
		es[i] = expr.Column{Index: p, T: have[p].Type}
	}
	return &physical.Project{Input: r.node, Exprs: es, Out: fields(cols)}
}

// narrow drops the columns of r that are not needed, before an operator that
// copies rows.
func narrow(r rel, need logical.Set) rel {
	have := r.node.Fields()
	used := make([]bool, len(have))
	n := 0
	for id, p := range r.pos {
		if need.Has(id) && !used[p] {
			used[p] = true
			n++
		}
	}
	// Without any column a batch would lose its form: keep one.
	if n == len(have) || n == 0 && len(have) <= 1 {
		return r
	}
	if n == 0 {
		used[0] = true
	}
	p := &physical.Project{Input: r.node}
	move := make([]int, len(have))
	for i := range have {
		move[i] = -1
		if used[i] {
			move[i] = len(p.Out)
			p.Exprs = append(p.Exprs, expr.Column{Index: i, T: have[i].Type})
			p.Out = append(p.Out, have[i])
		}
	}
	out := rel{node: p, pos: make(map[int]int, len(p.Out)), chain: r.chain}
	for id, i := range r.pos {
		if move[i] >= 0 {
			out.pos[id] = move[i]
		}
	}
	return out
}

// gather closes a chain.
func gather(r rel, need logical.Set) rel {
	if !r.chain {
		return r
	}
	r = narrow(r, need)
	return rel{&physical.Gather{Input: r.node}, r.pos, false}
}

// filtered reports whether a chain may drop rows.
func filtered(n physical.Node) bool {
	switch n := n.(type) {
	case *physical.Filter:
		return true
	case *physical.Scan:
		return len(n.Filter) > 0
	case *physical.Project:
		return filtered(n.Input)
	case *physical.Join:
		return true
	case *physical.Append:
		for _, in := range n.All {
			if filtered(in) {
				return true
			}
		}
	}
	return false
}

// lowerProject computes what is not a plain column; the rest is only renamed.
func lowerProject(n *logical.Project, need logical.Set) rel {
	var es []expr.Expr
	for i, c := range n.Out {
		if need.Has(c.ID) {
			es = append(es, n.Exprs[i])
		}
	}
	in := plus(nil, es...)
	r := lower(n.Input, in)
	if len(es) == 0 {
		return rel{node: r.node, chain: r.chain}
	}
	plain := true
	for _, e := range es {
		_, ok := e.(expr.Column)
		plain = plain && ok
	}
	if plain {
		out := rel{node: r.node, pos: make(map[int]int, len(es)), chain: r.chain}
		for i, c := range n.Out {
			if need.Has(c.ID) {
				out.pos[c.ID] = r.pos[n.Exprs[i].(expr.Column).Index]
			}
		}
		return out
	}
	var out []logical.Col
	seen := logical.Set{}
	es = es[:0]
	for i, c := range n.Out {
		if need.Has(c.ID) && !seen.Has(c.ID) {
			seen.Add(c.ID)
			es, out = append(es, n.Exprs[i]), append(out, c)
		}
	}
	return project(r, es, out)
}

// lowerAggregate puts the first half of an aggregation below the Gather when
// the input is a chain and every aggregate can be split.
func lowerAggregate(n *logical.Aggregate) rel {
	need := logical.Set{}
	logical.Exprs(n, need.AddExpr)
	in := lower(n.Input, need)
	split := in.chain
	for _, a := range n.Aggs {
		split = split && !a.Distinct && len(a.Order) == 0
	}
	if !split {
		in = gather(in, need)
	}
	aggs := make([]physical.Agg, len(n.Aggs))
	for i, a := range n.Aggs {
		aggs[i] = physical.Agg{Func: a.Func, Args: in.exprs(a.Args), Distinct: a.Distinct, T: a.T, Direct: in.exprs(a.Direct)}
		if a.Filter != nil {
			aggs[i].Filter = in.expr(a.Filter)
		}
		for _, k := range a.Order {
			aggs[i].Order = append(aggs[i].Order, physical.SortKey{Expr: in.expr(k.Expr), Desc: k.Desc, NullsFirst: k.NullsFirst})
		}
	}
	out := fields(n.Cols())
	keys := in.exprs(n.Keys)
	agg := &physical.Aggregate{Input: in.node, Keys: keys, Aggs: aggs, Mode: physical.Single, Out: out}
	if split {
		agg.Mode, agg.Out = physical.Partial, out[:len(keys):len(keys)]
		final := &physical.Aggregate{Input: &physical.Gather{Input: agg}, Aggs: aggs, Mode: physical.Final, Out: out}
		for i, k := range keys {
			final.Keys = append(final.Keys, expr.Column{Index: i, T: k.Type()})
		}
		agg = final
	}
	return newRel(agg, n.Cols())
}

// lowerSort sorts; a top-n of a chain is done by each worker first.
func lowerSort(n *logical.Sort, need logical.Set) rel {
	need = plus(need)
	for _, k := range n.Keys {
		need.AddExpr(k.Expr)
	}
	r := lower(n.Input, need)
	if r.chain && n.Limit >= 0 {
		r = narrow(r, need)
		r.node = sortOf(r, n)
		r.node = &physical.Gather{Input: r.node}
		r.chain = false
	} else {
		r = narrow(gather(r, need), need)
	}
	s := sortOf(r, n)
	if sortedBy(physical.Ordering(r.node), s.Keys) {
		return r // a window's sort did it
	}
	return rel{s, r.pos, false}
}

func sortOf(r rel, n *logical.Sort) *physical.Sort {
	s := &physical.Sort{Input: r.node, Limit: n.Limit, Count: n.Count, Offset: n.Offset}
	for _, k := range n.Keys {
		s.Keys = append(s.Keys, physical.SortKey{Expr: r.expr(k.Expr), Desc: k.Desc, NullsFirst: k.NullsFirst})
	}
	return s
}

func lowerInsert(n *logical.Insert) physical.Node {
	cols, need := make([]logical.Col, len(n.Row)), logical.Set{}
	for i, id := range n.Row {
		cols[i] = logical.Col{ID: id, Name: n.Table.Columns[i].Name, T: n.Table.Columns[i].Type}
		need.Add(id)
	}
	in := exact(gather(lower(n.Input, need), need), cols)
	row := newRel(in, cols)
	return &physical.Insert{Input: in, Table: n.Table, Checks: n.Checks, Returning: row.exprs(n.Returning), Out: fields(n.Out)}
}

// rowCols are the columns of a row to be stored: all of the table's, by the ids of row.
func rowCols(t *schema.Table, row []int) []logical.Col {
	cols := make([]logical.Col, len(row))
	for i, id := range row {
		cols[i] = logical.Col{ID: id, Name: t.Columns[i].Name, T: t.Columns[i].Type}
	}
	return cols
}

func lowerConflict(n *logical.Conflict) rel {
	cols, need := rowCols(n.Table, n.Row), logical.Set{}
	for _, c := range cols {
		need.Add(c.ID)
	}
	in := exact(gather(lower(n.Input, need), need), cols)
	if n.Update {
		cols = append(append(cols, n.Locator), n.Old...)
	}
	return newRel(&physical.Conflict{
		Input: in, Table: n.Table, Arbiters: n.Arbiters, Update: n.Update, Old: n.Ordinals, Out: fields(cols),
	}, cols)
}

func lowerUpsert(n *logical.Upsert) physical.Node {
	cols := append([]logical.Col{{ID: n.Locator, Name: "locator", T: types.Of(types.Bytea)}}, rowCols(n.Table, n.Row)...)
	return lowerChange(n.Input, cols, n.Returning, func(in physical.Node, returning []expr.Expr) physical.Node {
		return &physical.Upsert{Input: in, Table: n.Table, Checks: n.Checks, Returning: returning, Out: fields(n.Out)}
	})
}

func lowerUpdate(n *logical.Update) physical.Node {
	cols := []logical.Col{{ID: n.Locator, Name: "locator", T: types.Of(types.Bytea)}}
	for i, id := range n.Row {
		cols = append(cols, logical.Col{ID: id, Name: n.Table.Columns[i].Name, T: n.Table.Columns[i].Type})
	}
	return lowerChange(n.Input, cols, n.Returning, func(in physical.Node, returning []expr.Expr) physical.Node {
		return &physical.Update{Input: in, Table: n.Table, Checks: n.Checks, Returning: returning, Out: fields(n.Out)}
	})
}

func lowerDelete(n *logical.Delete) physical.Node {
	cols := []logical.Col{{ID: n.Locator, Name: "locator", T: types.Of(types.Bytea)}}
	return lowerChange(n.Input, cols, n.Returning, func(in physical.Node, returning []expr.Expr) physical.Node {
		return &physical.Delete{Input: in, Table: n.Table, Returning: returning, Out: fields(n.Out)}
	})
}

// lowerChange lowers the input of an UPDATE or DELETE: cols first, then what
// RETURNING uses beyond.
func lowerChange(input logical.Node, cols []logical.Col, returning []expr.Expr, make func(physical.Node, []expr.Expr) physical.Node) physical.Node {
	need := logical.Set{}
	for _, c := range cols {
		need.Add(c.ID)
	}
	used := plus(nil, returning...)
	for _, c := range input.Cols() {
		if used.Has(c.ID) && !need.Has(c.ID) {
			need.Add(c.ID)
			cols = append(cols, c)
		}
	}
	in := exact(lower(input, need), cols)
	return make(in, newRel(in, cols).exprs(returning))
}
