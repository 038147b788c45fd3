package rules

import (
	"math"

	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/sql/expr"
)

// TopN tells a Sort below a LIMIT how many rows will be asked for: the number,
// or the expressions when they are no constants.
func TopN(n logical.Node) logical.Node {
	if l, ok := n.(*logical.Limit); ok {
		rows, ok := wanted(l)
		if !ok {
			rows = -1
		}
		if in, ok := limitSort(l.Input, l, rows); ok && l.Count != nil && len(l.Ties) == 0 {
			c := *l
			c.Input = in
			n = &c
		}
	}
	in := n.Inputs()
	if len(in) == 0 {
		return n
	}
	out := make([]logical.Node, len(in))
	for i, c := range in {
		out[i] = TopN(c)
	}
	return n.With(out)
}

// wanted returns offset + count when both are constants.
func wanted(l *logical.Limit) (int64, bool) {
	count, ok := l.Count.(expr.Const)
	if !ok || count.Value.Null || count.Value.I < 0 {
		return 0, false
	}
	rows := count.Value.I
	if l.Offset != nil {
		o, ok := l.Offset.(expr.Const)
		if !ok || o.Value.I < 0 || rows > math.MaxInt64-o.Value.I {
			return 0, false
		}
		if !o.Value.Null {
			rows += o.Value.I
		}
	}
	return rows, true
}

// limitSort tells the Sort below projections of limit l, of rows when that is
// not negative.
func limitSort(n logical.Node, l *logical.Limit, rows int64) (logical.Node, bool) {
	switch n := n.(type) {
	case *logical.Sort:
		c := *n
		switch {
		case rows < 0:
			c.Count, c.Offset = l.Count, l.Offset
		case c.Limit < 0 || c.Limit > rows:
			c.Limit = rows
		}
		return &c, true
	case *logical.Project:
		in, ok := limitSort(n.Input, l, rows)
		if !ok {
			return nil, false
		}
		c := *n
		c.Input = in
		return &c, true
	}
	return nil, false
}
