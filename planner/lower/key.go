package lower

import (
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// keyPrefix finds constants for the leading columns of the primary key: from
// equalities whose other side has the column's type, so that its encoding is
// that of the stored key.
func keyPrefix(n *logical.Scan) []expr.Expr { return fixed(n, n.Table.Key) }

// chooseIndex makes s look rows up in the index of which the conditions fix the most
// leading keys, a unique one rather, when the primary key does not serve.
func chooseIndex(n *logical.Scan, s *physical.Scan) {
	if len(s.Key) > 0 {
		return
	}
	unique := false
	for i := range n.Table.Indexes {
		x := &n.Table.Indexes[i]
		if x.State != schema.IndexReady || x.Predicate != "" {
			continue
		}
		key := fixed(n, x.Columns())
		whole := x.Unique && len(key) == len(x.Keys)
		if len(key) == 0 || unique && !whole || len(key) <= len(s.IndexKey) && unique == whole {
			continue
		}
		s.Index, s.IndexKey, unique = x.ID, key, whole
	}
}

// fixed finds constants for the leading ones of columns.
func fixed(n *logical.Scan, columns []int) []expr.Expr {
	var key []expr.Expr
	for _, ord := range columns {
		if ord < 0 {
			break
		}
		id := columnID(n, ord)
		if id == 0 {
			break
		}
		b := bounder{id: id, t: n.Table.Columns[ord].Type.ID}
		v := b.equal(n.Filter)
		if v == nil {
			break
		}
		key = append(key, v)
	}
	return key
}

// equal returns the value that a condition fixes the column to, nil for none.
func (b *bounder) equal(conds []expr.Expr) expr.Expr {
	for _, c := range conds {
		call, ok := c.(expr.Call)
		if !ok {
			continue
		}
		op, l, r, ok := comparison(call)
		if !ok || op != physical.Equal || !b.is(l) {
			continue
		}
		vt := r.Type().ID
		switch {
		case vt == b.t || isText(vt) && isText(b.t):
			return r
		case isInt(vt) && isInt(b.t) && vt < b.t:
			if v, ok := castTo(r, b.t); ok {
				return v
			}
		}
	}
	return nil
}
