package lower

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// wide reports whether e is a value of bytes.
func wide(e expr.Expr) bool { return vector.KindOf(e.Type()) == vector.Bytes }

// bounds derives from a scan's conditions what its time column must satisfy.
func bounds(n *logical.Scan) []physical.Bound {
	t := n.Table
	if t.Time < 0 {
		return nil
	}
	id := columnID(n, t.Time)
	if id == 0 {
		return nil
	}
	var out []physical.Bound
	for _, c := range n.Filter {
		out = append(out, boundsOf(c, id, t.Columns[t.Time].Type.ID)...)
	}
	return out
}

// columnID returns the id of table column ord in the scan, 0 when it is not
// read.
func columnID(n *logical.Scan, ord int) int {
	for i, o := range n.Ordinals {
		if o == ord {
			return n.Out[i].ID
		}
	}
	return 0
}

var _ = function.ByID
var _ = types.Date

func boundsOf(c expr.Expr, id int, t types.ID) []physical.Bound { return nil }

func keyPrefix(n *logical.Scan) []expr.Expr { return nil }
