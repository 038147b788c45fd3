package lower

import (
	"slices"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// lowerScan makes a Scan with its conditions, or a VirtualScan below a Filter.
func lowerScan(n *logical.Scan) rel {
	conds := cheapFirst(n.Filter)
	if n.Virtual {
		r := newRel(&physical.VirtualScan{Namespace: n.Table.Namespace, Name: n.Table.Name, Alias: n.Alias, Columns: n.Ordinals, Out: fields(n.Out)}, n.Out)
		if len(conds) > 0 {
			r.node = &physical.Filter{Input: r.node, Conds: r.exprs(conds)}
		}
		return r
	}
	s := &physical.Scan{Table: n.Table, Alias: n.Alias, Columns: n.Ordinals, Out: fields(n.Out)}
	r := newRel(s, n.Out)
	s.Filter = r.exprs(conds)
	s.Bounds = bounds(n)
	s.Key = keyPrefix(n)
	chooseIndex(n, s)
	r.chain = s.Index == 0 && (len(s.Key) == 0 || len(s.Key) < len(n.Table.Key))
	return r
}

// cheapFirst orders conjuncts: those that cannot fail and look at numbers
// first, then other total ones, then the rest; each group as written.
func cheapFirst(conds []expr.Expr) []expr.Expr {
	if len(conds) < 2 {
		return conds
	}
	out := slices.Clone(conds)
	slices.SortStableFunc(out, func(a, b expr.Expr) int { return cost(a) - cost(b) })
	return out
}

// cost is 0 for a total comparison of fixed-width values, 1 for other total
// conditions, 2 for what may fail.
func cost(e expr.Expr) int {
	worst, calls := 0, 0
	expr.Walk(e, func(x expr.Expr) bool {
		switch x := x.(type) {
		case expr.Call:
			if calls++; calls > 1 && worst < 1 {
				worst = 1
			}
			s := function.ByID(x.Func)
			if s == nil || !s.Total {
				worst = 2
			}
			for _, a := range x.Args {
				if worst < 1 && wide(a) {
					worst = 1
				}
			}
		case expr.In:
			if worst < 1 && wide(x.X) {
				worst = 1
			}
		}
		return worst < 2
	})
	return worst
}

// wide reports whether e is a value of bytes.
func wide(e expr.Expr) bool { return vector.KindOf(e.Type()) == vector.Bytes }
