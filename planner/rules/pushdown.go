package rules

import (
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// PushDown moves conditions towards the scans: through projections, below
// grouping where they speak of keys, to the side of a join that they speak of,
// and into the scans themselves. On the way conditions over both sides of an
// inner join become part of it, and an outer join whose empty rows a condition
// drops becomes an inner one.
func PushDown(root logical.Node) logical.Node { return push(root, nil) }

// push returns n with conds applied to its output.
func push(n logical.Node, conds []expr.Expr) logical.Node {
	switch n := n.(type) {
	case *logical.Filter:
		return push(n.Input, mergeConds(n.Conds, conds))
	case *logical.Scan:
		return pushScan(n, conds)
	case *logical.Project:
		return pushProject(n, conds)
	case *logical.Aggregate:
		return pushAggregate(n, conds)
	case *logical.Join:
		return pushJoin(n, conds)
	case *logical.Sort:
		if n.Limit < 0 {
			c := *n
			c.Input = push(n.Input, conds)
			return &c
		}
	case *logical.ProjectSet:
		below, above := split(conds, logical.Columns(n.Input).Covers)
		return filter(n.With([]logical.Node{push(n.Input, below)}), above)
	case *logical.Append:
		return pushAppend(n, conds)
	case *logical.Window:
		return pushWindow(n, conds)
	case *logical.DistinctOn:
		keys := logical.Set{}
		for _, k := range n.Keys {
			if c, ok := k.(expr.Column); ok {
				keys.Add(c.Index)
			}
		}
		below, above := split(conds, keys.Covers)
		c := *n
		c.Input = push(n.Input, below)
		return filter(&c, above)
	}
	in := n.Inputs()
	if len(in) > 0 {
		out := make([]logical.Node, len(in))
		for i, c := range in {
			out[i] = push(c, nil)
		}
		n = n.With(out)
	}
	return filter(n, conds)
}

// filter puts conds on n.
func filter(n logical.Node, conds []expr.Expr) logical.Node {
	if len(conds) == 0 {
		return n
	}
	return &logical.Filter{Input: n, Conds: conds}
}

// mergeConds returns first and then, without repeating.
func mergeConds(first, then []expr.Expr) []expr.Expr {
	out := append([]expr.Expr(nil), first...)
	for _, c := range then {
		out = addCond(out, c)
	}
	return out
}

// split parts conditions by ok. Volatile ones are never ok: how often they are
// evaluated matters.
func split(conds []expr.Expr, ok func(expr.Expr) bool) (yes, no []expr.Expr) {
	for _, c := range conds {
		if ok(c) && expr.VolatilityOf(c) != function.Volatile {
			yes = append(yes, c)
		} else {
			no = append(no, c)
		}
	}
	return yes, no
}

// pushScan gives conditions to the scan. One that is never true leaves no rows.
func pushScan(n *logical.Scan, conds []expr.Expr) logical.Node {
	if len(conds) == 0 {
		return n
	}
	for _, c := range conds {
		if isNever(c) {
			return &logical.Values{Out: n.Out}
		}
	}
	c := *n
	c.Filter = mergeConds(n.Filter, conds)
	return &c
}

// pushProject replaces the projection's columns by what they stand for.
func pushProject(n *logical.Project, conds []expr.Expr) logical.Node {
	defs := make(map[int]expr.Expr, len(n.Out))
	for i, c := range n.Out {
		defs[c.ID] = n.Exprs[i]
	}
	below, above := split(conds, func(c expr.Expr) bool {
		return !expr.Any(c, func(x expr.Expr) bool {
			col, ok := x.(expr.Column)
			return ok && expr.VolatilityOf(defs[col.Index]) == function.Volatile
		})
	})
	for i, c := range below {
		below[i] = substitute(c, defs)
	}
	c := *n
	c.Input = push(n.Input, normalizeAll(below))
	return filter(&c, above)
}

// substitute replaces columns by their definitions.
func substitute(e expr.Expr, defs map[int]expr.Expr) expr.Expr {
	return logical.Rewrite(e, func(x expr.Expr) (expr.Expr, bool) {
		c, ok := x.(expr.Column)
		if !ok {
			return nil, false
		}
		if d, ok := defs[c.Index]; ok {
			return d, true
		}
		return x, true
	})
}

// pushAggregate pushes what speaks of grouping keys only. Without keys there is
// one row whatever the input, so nothing may move.
func pushAggregate(n *logical.Aggregate, conds []expr.Expr) logical.Node {
	defs := make(map[int]expr.Expr, len(n.KeyCols))
	keys := logical.Set{}
	for i, c := range n.KeyCols {
		if expr.VolatilityOf(n.Keys[i]) != function.Volatile {
			defs[c.ID] = n.Keys[i]
			keys.Add(c.ID)
		}
	}
	below, above := split(conds, func(c expr.Expr) bool { return len(n.Keys) > 0 && keys.Covers(c) })
	for i, c := range below {
		below[i] = substitute(c, defs)
	}
	c := *n
	c.Input = push(n.Input, normalizeAll(below))
	return filter(&c, above)
}

// pushAppend pushes into every input under the input's own ids.
func pushAppend(n *logical.Append, conds []expr.Expr) logical.Node {
	below, above := split(conds, func(expr.Expr) bool { return true })
	c := *n
	c.All = make([]logical.Node, len(n.All))
	for i, in := range n.All {
		defs := make(map[int]expr.Expr, len(n.Out))
		for k, out := range n.Out {
			defs[out.ID] = expr.Column{Index: n.In[i][k], T: out.T}
		}
		var own []expr.Expr
		for _, x := range below {
			own = append(own, substitute(x, defs))
		}
		c.All[i] = push(in, own)
	}
	return filter(&c, above)
}

// pushJoin sends each condition to the side that it speaks of, as far as the
// kind of the join allows.
func pushJoin(n *logical.Join, conds []expr.Expr) logical.Node {
	left, right := logical.Columns(n.Left), logical.Columns(n.Right)
	c := *n
	c.Kind = simplify(n.Kind, conds, left, right)
	var toLeft, toRight, stay []expr.Expr
	on := n.On
	if n.Asof { // a right row less, and another one is the nearest
		toLeft, stay = split(conds, left.Covers)
		c.Left, c.Right = push(n.Left, toLeft), push(n.Right, nil)
		return filter(&c, stay)
	}
	switch c.Kind {
	case physical.Inner:
		all := mergeConds(on, conds)
		all, stay = split(all, func(expr.Expr) bool { return true })
		all = transfer(all)
		toLeft, all = split(all, left.Covers)
		toRight, all = split(all, right.Covers)
		on = all
	case physical.Left:
		toLeft, stay = split(conds, left.Covers)
		toRight, on = split(on, func(e expr.Expr) bool { return right.Covers(e) && !logical.Constant(e) })
	case physical.Right:
		toRight, stay = split(conds, right.Covers)
		toLeft, on = split(on, func(e expr.Expr) bool { return left.Covers(e) && !logical.Constant(e) })
	case physical.Full:
		stay = conds
	case physical.Semi:
		toLeft, stay = split(mergeConds(conds, nil), left.Covers)
		var more []expr.Expr
		on = transfer(mergeConds(on, toLeft))
		more, on = split(on, left.Covers)
		toLeft = mergeConds(toLeft, more)
		toRight, on = split(on, right.Covers)
	case physical.Anti:
		toLeft, stay = split(conds, left.Covers)
		toRight, on = split(on, func(e expr.Expr) bool { return right.Covers(e) && !logical.Constant(e) })
	case physical.AntiNull:
		toLeft, stay = split(conds, left.Covers)
	}
	c.On = on
	c.Left, c.Right = push(n.Left, toLeft), push(n.Right, toRight)
	return filter(&c, stay)
}

// simplify turns an outer join into a narrower one when a condition above drops
// the rows that it fills with NULLs.
func simplify(kind physical.JoinKind, conds []expr.Expr, left, right logical.Set) physical.JoinKind {
	rejects := func(side logical.Set) bool {
		for _, c := range conds {
			if rejectsNull(c, side) {
				return true
			}
		}
		return false
	}
	if kind == physical.Full && rejects(left) {
		kind = physical.Left
	}
	switch {
	case kind == physical.Full && rejects(right):
		return physical.Right
	case kind == physical.Left && rejects(right), kind == physical.Right && rejects(left):
		return physical.Inner
	}
	return kind
}

// transfer adds what equalities between columns imply: from a = b and a > 5
// follows b > 5, which may prune shards of b's table. Only comparisons with
// constants are copied.
func transfer(conds []expr.Expr) []expr.Expr {
	out := conds
	for _, c := range conds {
		a, b, ok := equalColumns(c)
		if !ok {
			continue
		}
		for _, x := range conds {
			if !simpleComparison(x) {
				continue
			}
			for _, swap := range [2][2]expr.Column{{a, b}, {b, a}} {
				from, to := swap[0], swap[1]
				if one := (logical.Set{from.Index: {}}); one.Covers(x) {
					out = addCond(out, substitute(x, map[int]expr.Expr{from.Index: to}))
				}
			}
		}
	}
	return out
}

// equalColumns recognises a = b over two columns of one type.
func equalColumns(e expr.Expr) (a, b expr.Column, ok bool) {
	c, ok := e.(expr.Call)
	if !ok || len(c.Args) != 2 {
		return a, b, false
	}
	sig := function.ByID(c.Func)
	a, aok := c.Args[0].(expr.Column)
	b, bok := c.Args[1].(expr.Column)
	return a, b, aok && bok && sig != nil && sig.Name == "=" && a.T.ID == b.T.ID
}

// simpleComparison reports whether e compares a column with a constant.
func simpleComparison(e expr.Expr) bool {
	c, ok := e.(expr.Call)
	if !ok || len(c.Args) != 2 {
		return false
	}
	sig := function.ByID(c.Func)
	_, col := c.Args[0].(expr.Column)
	return col && logical.Constant(c.Args[1]) && sig != nil && commutator(sig.Name) != ""
}
