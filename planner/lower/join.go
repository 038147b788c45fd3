package lower

import (
	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// lowerJoin makes a hash join of the equalities between the sides; what else ON
// says is left to the residual, but for the inequality of an ASOF join. Workers
// that share the left side build the right one once, so a chain stays one, unless
// the right rows have to remember whether they found a partner.
func lowerJoin(n *logical.Join, need logical.Set) rel {
	if n.Lateral {
		return lowerApply(n, need)
	}
	in := plus(need, n.On...)
	left := lower(n.Left, in)
	if n.Kind == physical.Right || n.Kind == physical.Full {
		left = gather(left, in)
	}
	left = narrow(left, in)
	right := narrow(gather(lower(n.Right, in), in), in)
	j := &physical.Join{Kind: n.Kind, Left: left.node, Right: right.node}
	lcols, rcols := logical.Columns(n.Left), logical.Columns(n.Right)
	both := rel{pos: make(map[int]int, len(left.pos)+len(right.pos))}
	width := len(left.node.Fields())
	for id, p := range left.pos {
		both.pos[id] = p
	}
	for id, p := range right.pos {
		both.pos[id] = width + p
	}
	for _, c := range cheapFirst(n.On) {
		if l, r, ok := hashKeys(c, lcols, rcols, n.Kind == physical.AntiNull); ok {
			j.LeftKeys = append(j.LeftKeys, left.expr(l))
			j.RightKeys = append(j.RightKeys, right.expr(r))
			continue
		}
		if n.Asof && j.Asof == physical.NotAsof {
			if by, l, r := nearest(c, lcols, rcols); by != physical.NotAsof {
				j.Asof, j.LeftTime, j.RightTime = by, left.expr(l), right.expr(r)
				continue
			}
		}
		j.Residual = append(j.Residual, both.expr(c))
	}
	// Every "=" of the function table is over one type or one family of widest.
	invariants.Check(n.Kind != physical.AntiNull || len(j.LeftKeys) == 1, "NOT IN over %v has no key", n.On)
	j.Out = append(j.Out, left.node.Fields()...)
	if n.Filters() {
		return rel{j, left.pos, left.chain}
	}
	j.Out = append(j.Out, right.node.Fields()...)
	both.node, both.chain = j, left.chain
	return both
}

// hashKeys splits an equality into a left and a right key of one type; ok is
// false when it is not one. An equality with a constant is a key only where it
// has to be one: NOT IN compares with keys alone.
func hashKeys(c expr.Expr, left, right logical.Set, constants bool) (l, r expr.Expr, ok bool) {
	call, is := c.(expr.Call)
	if !is || len(call.Args) != 2 {
		return nil, nil, false
	}
	sig := function.ByID(call.Func)
	if sig == nil || sig.Name != "=" {
		return nil, nil, false
	}
	l, r = call.Args[0], call.Args[1]
	if !constants && (logical.Constant(l) || logical.Constant(r)) {
		return nil, nil, false
	}
	if !left.Covers(l) || !right.Covers(r) {
		l, r = r, l
		if !left.Covers(l) || !right.Covers(r) {
			return nil, nil, false
		}
	}
	return sameType(l, r)
}

// nearest splits the inequality of an ASOF join into a left and a right time of
// one type; NotAsof when c is none.
func nearest(c expr.Expr, left, right logical.Set) (by physical.Asof, l, r expr.Expr) {
	op := logical.Between(c, left, right)
	by = map[string]physical.Asof{
		">=": physical.AtOrBefore, ">": physical.Before, "<=": physical.AtOrAfter, "<": physical.After,
	}[op]
	if by == physical.NotAsof {
		return by, nil, nil
	}
	args := c.(expr.Call).Args
	l, r = args[0], args[1]
	if !left.Covers(l) { // 5 > 3 is 3 < 5
		l, r = r, l
		by = map[physical.Asof]physical.Asof{
			physical.AtOrBefore: physical.AtOrAfter, physical.Before: physical.After,
			physical.AtOrAfter: physical.AtOrBefore, physical.After: physical.Before,
		}[by]
	}
	l, r, ok := sameType(l, r)
	// As "=", every other comparison is over one type or one family of widest.
	invariants.Check(ok, "%v cannot be ordered with %v", l, r)
	return by, l, r
}

// sameType brings two sides of a comparison to one type: that which both casts
// reach without loss, if there is one.
func sameType(l, r expr.Expr) (expr.Expr, expr.Expr, bool) {
	lt, rt := l.Type().ID, r.Type().ID
	if lt == rt || isText(lt) && isText(rt) {
		return l, r, true
	}
	common, ok := widest(lt, rt)
	if !ok {
		return nil, nil, false
	}
	l, lok := castTo(l, common)
	r, rok := castTo(r, common)
	return l, r, lok && rok
}

func isText(t types.ID) bool { return t == types.Text || t == types.Varchar || t == types.Name }

// widest returns the wider of two types of one family.
func widest(a, b types.ID) (types.ID, bool) {
	for _, family := range [][]types.ID{
		{types.Int2, types.Int4, types.Int8},
		{types.Float4, types.Float8},
		{types.Date, types.Timestamp},
		{types.Timestamp, types.Timestamptz},
		{types.Date, types.Timestamptz},
	} {
		ia, ib := -1, -1
		for i, t := range family {
			if t == a {
				ia = i
			}
			if t == b {
				ib = i
			}
		}
		if ia >= 0 && ib >= 0 {
			return family[max(ia, ib)], true
		}
	}
	return 0, false
}

// castTo casts e implicitly; a small integer constant is widened in place.
func castTo(e expr.Expr, t types.ID) (expr.Expr, bool) {
	if e.Type().ID == t {
		return e, true
	}
	if c, ok := e.(expr.Const); ok && isInt(c.T.ID) && isInt(t) && c.T.ID < t {
		c.T = types.Of(t)
		return c, true
	}
	sig, ok := function.CastFor(e.Type().ID, t, function.Implicit)
	if !ok {
		return nil, false
	}
	return expr.Call{Func: sig.ID, Args: []expr.Expr{e}, T: types.Of(t)}, true
}
