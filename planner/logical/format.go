package logical

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// Format prints a tree for tests: one node a line, columns as name:id.
func Format(root Node) string {
	f := &formatter{names: map[int]string{}}
	f.collect(root)
	f.node(root, 0)
	return f.b.String()
}

type formatter struct {
	b     strings.Builder
	names map[int]string
}

func (f *formatter) collect(n Node) {
	for _, c := range n.Cols() {
		if _, ok := f.names[c.ID]; !ok {
			f.names[c.ID] = c.Name
		}
	}
	for _, in := range n.Inputs() {
		f.collect(in)
	}
}

func (f *formatter) col(id int) string { return f.names[id] + ":" + strconv.Itoa(id) }

func (f *formatter) cols(cols []Col) string {
	s := make([]string, len(cols))
	for i, c := range cols {
		s[i] = f.col(c.ID)
	}
	return strings.Join(s, ", ")
}

func (f *formatter) ids(ids []int) string {
	s := make([]string, len(ids))
	for i, id := range ids {
		s[i] = f.col(id)
	}
	return strings.Join(s, ", ")
}

func (f *formatter) line(depth int, format string, args ...any) {
	f.b.WriteString(strings.Repeat("  ", depth))
	f.b.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " "))
	f.b.WriteByte('\n')
}

func (f *formatter) node(n Node, d int) {
	switch n := n.(type) {
	case *Scan:
		f.line(d, "scan %s [%s]%s", n.Alias, f.cols(n.Out), f.where(n.Filter))
	case *Input:
		f.line(d, "input [%s]", f.cols(n.Out))
	case *Values:
		f.line(d, "values [%s] rows=%d", f.cols(n.Out), len(n.Rows))
	case *ProjectSet:
		s := make([]string, len(n.Calls))
		for i, c := range n.Calls {
			s[i] = "[" + f.cols(c.Out) + "] = " + callText(c.Func, f.list(c.Args))
		}
		if n.Ordinality.ID != 0 {
			s = append(s, "["+f.col(n.Ordinality.ID)+"] = ordinality")
		}
		f.line(d, "project set%s %s", map[bool]string{true: " outer"}[n.Outer], strings.Join(s, ", "))
	case *Filter:
		f.line(d, "filter%s", f.where(n.Conds))
	case *Project:
		s := make([]string, len(n.Out))
		for i, c := range n.Out {
			s[i] = f.col(c.ID)
			if x, ok := n.Exprs[i].(expr.Column); !ok || x.Index != c.ID {
				s[i] += " = " + f.expr(n.Exprs[i])
			}
		}
		f.line(d, "project [%s]", strings.Join(s, ", "))
	case *Aggregate:
		s := make([]string, 0, len(n.KeyCols)+len(n.AggCols))
		for i, c := range n.KeyCols {
			s = append(s, f.col(c.ID)+" = "+f.expr(n.Keys[i]))
		}
		for i, c := range n.AggCols {
			s = append(s, f.col(c.ID)+" = "+f.agg(n.Aggs[i]))
		}
		f.line(d, "aggregate keys=%d [%s]", len(n.Keys), strings.Join(s, ", "))
	case *GapFill:
		f.line(d, "gapfill %s keys [%s] from %s to %s [%s]", f.col(n.Time.ID), f.cols(n.Keys), f.expr(n.Start), f.expr(n.Finish), f.cols(n.Out))
	case *Window:
		s := make([]string, len(n.Out))
		for i, c := range n.Out {
			call := n.Calls[i]
			s[i] = f.col(c.ID) + " = " + f.agg(Agg{Func: call.Func, Args: call.Args, Filter: call.Filter})
		}
		f.line(d, "window partition [%s] order [%s] [%s]", f.list(n.Partition), f.keys(n.Order), strings.Join(s, ", "))
	case *Join:
		kind := [...]string{
			physical.Inner: "inner", physical.Left: "left", physical.Right: "right", physical.Full: "full",
			physical.Semi: "semi", physical.Anti: "anti", physical.AntiNull: "anti-null",
		}[n.Kind]
		if n.Lateral {
			kind = "lateral " + kind
		}
		if n.Asof {
			kind = "asof " + kind
		}
		for _, b := range n.Binds {
			kind += fmt.Sprintf(" $%d=%s", b.N, f.col(b.Col.ID))
		}
		f.line(d, "join %s%s", kind, f.where(n.On))
	case *Sort:
		limit := ""
		if n.Limit >= 0 {
			limit = fmt.Sprintf(" limit=%d", n.Limit)
		}
		f.line(d, "sort [%s]%s", f.keys(n.Keys), limit)
	case *Limit:
		s := ""
		if n.Count != nil {
			s += " count=" + f.expr(n.Count)
		}
		if n.Offset != nil {
			s += " offset=" + f.expr(n.Offset)
		}
		f.line(d, "limit%s", s)
	case *Append:
		f.line(d, "append [%s]", f.cols(n.Out))
		for i, in := range n.All {
			f.line(d+1, "from [%s]", f.ids(n.In[i]))
			f.node(in, d+2)
		}
		return
	case *Recursive:
		f.line(d, "recursive %d [%s] from [%s], [%s]%s", n.ID, f.cols(n.Out), f.ids(n.In[0]), f.ids(n.In[1]), map[bool]string{true: " all"}[n.All])
	case *With:
		f.line(d, "with %d %s [%s]", n.ID, n.Name, f.cols(n.Out))
	case *CTEScan:
		f.line(d, "cte scan %d %s [%s]", n.ID, n.Name, f.cols(n.Out))
	case *WorkTable:
		f.line(d, "work table %d [%s]", n.ID, f.cols(n.Out))
	case *DistinctOn:
		f.line(d, "distinct on [%s]", f.list(n.Keys))
	case *SingleRow:
		f.line(d, "single row")
	case *Insert:
		f.line(d, "insert %s [%s]%s", n.Table.Name, f.ids(n.Row), f.returning(n.Returning))
	case *Conflict:
		f.line(d, "conflict %s [%s] arbiters=%v update=%v [%s]", n.Table.Name, f.ids(n.Row), n.Arbiters, n.Update, f.cols(n.Old))
	case *Upsert:
		f.line(d, "upsert %s locator=%s [%s] returning [%s]", n.Table.Name, f.col(n.Locator), f.ids(n.Row), f.list(n.Returning))
	case *Update:
		f.line(d, "update %s %s [%s]%s", n.Table.Name, f.col(n.Locator), f.ids(n.Row), f.returning(n.Returning))
	case *Delete:
		f.line(d, "delete %s %s%s", n.Table.Name, f.col(n.Locator), f.returning(n.Returning))
	}
	for _, in := range n.Inputs() {
		f.node(in, d+1)
	}
}

func (f *formatter) keys(keys []physical.SortKey) string {
	s := make([]string, len(keys))
	for i, k := range keys {
		s[i] = f.expr(k.Expr)
		if k.Desc {
			s[i] += " desc"
		}
		if k.NullsFirst {
			s[i] += " nulls first"
		}
	}
	return strings.Join(s, ", ")
}

// callText prints the call of a set-returning function, or a value alone.
func callText(id function.ID, args string) string {
	if sig := function.ByID(id); sig != nil {
		return sig.Name + "(" + args + ")"
	}
	return args
}

func (f *formatter) where(conds []expr.Expr) string {
	if len(conds) == 0 {
		return ""
	}
	s := make([]string, len(conds))
	for i, c := range conds {
		s[i] = f.expr(c)
	}
	return " where " + strings.Join(s, " and ")
}

func (f *formatter) returning(es []expr.Expr) string {
	if len(es) == 0 {
		return ""
	}
	return " returning " + f.list(es)
}

func (f *formatter) list(es []expr.Expr) string {
	s := make([]string, len(es))
	for i, e := range es {
		s[i] = f.expr(e)
	}
	return strings.Join(s, ", ")
}

func (f *formatter) agg(a Agg) string {
	s := string(a.Func)
	if sig := function.ByID(a.Func); sig != nil {
		s = sig.Name
	}
	if a.Distinct {
		s += " distinct"
	}
	s += "(" + f.list(append(a.Direct[:len(a.Direct):len(a.Direct)], a.Args...))
	if len(a.Order) > 0 {
		s += " order " + f.keys(a.Order)
	}
	s += ")"
	if a.Filter != nil {
		s += " filter " + f.expr(a.Filter)
	}
	return s
}

func (f *formatter) expr(e expr.Expr) string { return expr.Format(e, f.col) }
