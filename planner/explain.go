package planner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// ExplainOptions say what EXPLAIN prints.
type ExplainOptions struct {
	// Format is "TEXT" (also "") or "JSON".
	Format string
	// Verbose adds the output columns of each node, and shows projections.
	Verbose bool
	// Shards tells how many shards a scan reads of those that its table has; the
	// planner does no I/O, so the caller counts. nil: not shown.
	Shards func(*physical.Scan) (kept, known int)
	// Actual tells what was done for a node, nil when nothing was: EXPLAIN ANALYZE.
	// It is nil for a plan that was not run.
	Actual func(physical.Node) *Actual
	// NoTiming leaves the times of nodes out.
	NoTiming bool
	// Summary stands below the plan: "Planning Time" and the like.
	Summary []Figure
}

// Actual is what the operators of a node have done, in all Loops together.
type Actual struct {
	Loops, Rows    int64
	Startup, Total time.Duration
	Figures        []Figure
}

// Figure is a number with its unit: "kB", "ms" or "".
type Figure struct {
	Name  string
	Value float64
	Unit  string
}

func (f Figure) number() string {
	if f.Unit == "ms" {
		return strconv.FormatFloat(f.Value, 'f', 3, 64)
	}
	return strconv.FormatFloat(f.Value, 'f', -1, 64)
}

// text prints f as PostgreSQL does: times with a blank before the unit.
func (f Figure) text() string {
	switch f.Unit {
	case "":
		return f.Name + ": " + f.number()
	case "ms":
		return f.Name + ": " + f.number() + " ms"
	}
	return f.Name + ": " + f.number() + f.Unit
}

// per returns n for one loop.
func (a *Actual) per(n float64) float64 { return n / float64(max(a.Loops, 1)) }

func (a *Actual) milliseconds(d time.Duration) string {
	return strconv.FormatFloat(a.per(float64(d)/1e6), 'f', 3, 64)
}

func (a *Actual) rows() string {
	return strconv.FormatFloat(a.per(float64(a.Rows)), 'f', 0, 64)
}

// Explain prints a plan in PostgreSQL's layout, one string a line.
func Explain(plan physical.Node, o ExplainOptions) ([]string, error) {
	x := &explainer{o: o, d: deparser{qualify: scans(plan) > 1 || o.Verbose}}
	root := x.node(plan)
	switch strings.ToUpper(o.Format) {
	case "", "TEXT":
		lines := root.lines(nil, "", true)
		for _, f := range o.Summary {
			lines = append(lines, f.text())
		}
		return lines, nil
	case "JSON":
		return root.json(o.Summary)
	}
	return nil, sqlerr.NotSupported("EXPLAIN (FORMAT %s)", strings.ToUpper(o.Format))
}

// scans counts the tables of a plan.
func scans(n physical.Node) int {
	k := 0
	switch n.(type) {
	case *physical.Scan, *physical.VirtualScan, *physical.CTEScan:
		k = 1
	}
	for _, in := range n.Inputs() {
		k += scans(in)
	}
	return k
}

// block is one printed node.
type block struct {
	label string // "Hash Join", "Scan on flights f"
	kind  string // "Hash Join", "Scan": Node Type of JSON
	props []prop
	in    []*block

	cte string // the WITH query that the node computes; "" for none

	ran    bool // the plan was run; actual is nil when the node was not
	timing bool
	actual *Actual
}

type prop struct{ name, text string }

func (b *block) add(name, format string, args ...any) {
	b.props = append(b.props, prop{name, fmt.Sprintf(format, args...)})
}

func (b *block) has(name string) bool {
	for _, p := range b.props {
		if p.name == name {
			return true
		}
	}
	return false
}

func (b *block) lines(dst []string, indent string, root bool) []string {
	arrow := ""
	if b.cte != "" {
		dst = append(dst, indent+"CTE "+b.cte)
		indent += "  "
	}
	if !root {
		arrow = "->  "
	}
	dst = append(dst, indent+arrow+b.label+b.measured())
	below := indent + "  "
	if !root {
		below = indent + "      "
	}
	for _, p := range b.props {
		dst = append(dst, below+p.name+": "+p.text)
	}
	if b.actual != nil {
		for _, f := range b.actual.Figures {
			dst = append(dst, below+f.text())
		}
	}
	for _, in := range b.in {
		dst = in.lines(dst, below, false)
	}
	return dst
}

// measured returns what stands behind the label of a node in a plan that was run.
func (b *block) measured() string {
	switch a := b.actual; {
	case !b.ran:
		return ""
	case a == nil || a.Loops == 0:
		return " (never executed)"
	case b.timing:
		return fmt.Sprintf(" (actual time=%s..%s rows=%s loops=%d)", a.milliseconds(a.Startup), a.milliseconds(a.Total), a.rows(), a.Loops)
	default:
		return fmt.Sprintf(" (actual rows=%s loops=%d)", a.rows(), a.Loops)
	}
}

// json prints the tree as EXPLAIN (FORMAT JSON) does.
func (b *block) json(summary []Figure) ([]string, error) {
	var raw bytes.Buffer
	raw.WriteString(`[{"Plan": `)
	if err := b.writeJSON(&raw); err != nil {
		return nil, err
	}
	for _, f := range summary {
		fmt.Fprintf(&raw, ", %q: %s", f.Name, f.number())
	}
	raw.WriteString(`}]`)
	var out bytes.Buffer
	if err := json.Indent(&out, raw.Bytes(), "", "  "); err != nil {
		return nil, err
	}
	return strings.Split(out.String(), "\n"), nil
}

func (b *block) writeJSON(w *bytes.Buffer) error {
	field := func(name, text string) error {
		if w.Bytes()[w.Len()-1] != '{' {
			w.WriteString(", ")
		}
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		if err := e.Encode(name); err != nil {
			return err
		}
		w.WriteString(": ")
		return e.Encode(text)
	}
	w.WriteString("{")
	if err := field("Node Type", b.kind); err != nil {
		return err
	}
	if b.cte != "" {
		if err := field("Subplan Name", "CTE "+b.cte); err != nil {
			return err
		}
	}
	for _, p := range b.props {
		if err := field(p.name, p.text); err != nil {
			return err
		}
	}
	if b.ran {
		a := b.actual
		if a == nil {
			a = &Actual{}
		}
		if b.timing {
			fmt.Fprintf(w, `, "Actual Startup Time": %s, "Actual Total Time": %s`, a.milliseconds(a.Startup), a.milliseconds(a.Total))
		}
		fmt.Fprintf(w, `, "Actual Rows": %s, "Actual Loops": %d`, a.rows(), a.Loops)
		for _, f := range a.Figures {
			fmt.Fprintf(w, ", %q: %s", f.Name, f.number())
		}
	}
	if len(b.in) > 0 {
		w.WriteString(`, "Plans": [`)
		for i, in := range b.in {
			if i > 0 {
				w.WriteString(", ")
			}
			if err := in.writeJSON(w); err != nil {
				return err
			}
		}
		w.WriteString("]")
	}
	w.WriteString("}")
	return nil
}

type explainer struct {
	o ExplainOptions
	d deparser
}

// node makes the block of n and of what is below it.
func (x *explainer) node(n physical.Node) *block {
	if w, ok := n.(*physical.With); ok {
		b, q := x.node(w.Input), x.node(w.Query)
		q.cte = w.Name
		b.in = append([]*block{q}, b.in...)
		return b
	}
	if p, ok := n.(*physical.Project); ok && !x.o.Verbose {
		if v, ok := p.Input.(*physical.Values); !ok || len(v.Out) > 0 {
			return x.node(p.Input)
		}
		return x.leaf("Result", "")
	}
	if f, ok := n.(*physical.Filter); ok && x.o.Actual == nil {
		// As in PostgreSQL, the filter is a line of the node below.
		if b := x.node(f.Input); !b.has("Filter") && b.kind != "Project" {
			b.add("Filter", "%s", x.d.conjunction(f.Conds, f.Input))
			return b
		}
	}
	b := x.describe(n)
	if x.o.Verbose && len(n.Fields()) > 0 {
		var cols []string
		for i := range n.Fields() {
			cols = append(cols, x.d.column(n, i))
		}
		b.props = append([]prop{{"Output", strings.Join(cols, ", ")}}, b.props...)
	}
	if x.o.Actual != nil {
		b.ran, b.timing, b.actual = true, !x.o.NoTiming, x.o.Actual(n)
	}
	if b.kind == "Function Scan" && x.o.Actual == nil {
		return b
	}
	for _, in := range n.Inputs() {
		b.in = append(b.in, x.node(in))
	}
	return b
}

// projectSet prints set-returning functions: over no input but one empty row they
// are a function scan.
func (x *explainer) projectSet(n *physical.ProjectSet) *block {
	calls := make([]string, len(n.Calls))
	name := ""
	for i, c := range n.Calls {
		args := x.d.list(c.Args, n.Input)
		if calls[i] = args; c.Func != "" {
			name = function.ByID(c.Func).Name
			calls[i] = name + "(" + args + ")"
		}
	}
	b := x.leaf("ProjectSet", "")
	if v, ok := n.Input.(*physical.Values); ok && len(v.Out) == 0 {
		if b = x.leaf("Function Scan", ""); len(calls) == 1 {
			b = x.leaf("Function Scan", name)
		}
	}
	b.add("Function Call", "%s", strings.Join(calls, ", "))
	return b
}

func (x *explainer) leaf(kind, on string) *block {
	if on == "" {
		return &block{label: kind, kind: kind}
	}
	return &block{label: kind + " on " + on, kind: kind}
}

func tableName(t *schema.Table, alias string) string {
	s := quote(t.Name)
	if t.Namespace != "" && t.Namespace != "public" {
		s = quote(t.Namespace) + "." + s
	}
	if alias != "" && alias != t.Name {
		s += " " + quote(alias)
	}
	return s
}

func (x *explainer) describe(n physical.Node) *block {
	switch n := n.(type) {
	case *physical.Scan:
		return x.scan(n)
	case *physical.VirtualScan:
		return x.leaf("Virtual Scan", tableName(&schema.Table{Namespace: n.Namespace, Name: n.Name}, n.Alias))
	case *physical.Input:
		return x.leaf("Copy Input", "")
	case *physical.Values:
		if len(n.Out) == 0 {
			return x.leaf("Result", "")
		}
		b := x.leaf("Values Scan", "")
		b.add("Rows", "%d", len(n.Rows))
		return b
	case *physical.ProjectSet:
		return x.projectSet(n)
	case *physical.Filter:
		b := x.leaf("Filter", "")
		b.add("Filter", "%s", x.d.conjunction(n.Conds, n.Input))
		return b
	case *physical.Project:
		return x.leaf("Project", "")
	case *physical.Aggregate:
		return x.aggregate(n)
	case *physical.Join:
		return x.join(n)
	case *physical.Recursive:
		return x.leaf("Recursive Union", "")
	case *physical.CTEScan:
		return x.leaf("CTE Scan", tableName(&schema.Table{Name: n.Name}, n.Alias))
	case *physical.WorkTable:
		return &block{label: fmt.Sprintf("WorkTable Scan %d", n.ID), kind: "WorkTable Scan"}
	case *physical.Apply:
		kind := map[physical.JoinKind]string{physical.Left: " Left Join", physical.Semi: " Semi Join", physical.Anti: " Anti Join"}[n.Kind]
		b := x.leaf("Nested Loop"+kind, "")
		params := make([]string, len(n.Params))
		for i, p := range n.Params {
			params[i] = fmt.Sprintf("$%d = %s", n.First+i, x.d.column(n.Left, p))
		}
		b.add("Params", "%s", strings.Join(params, ", "))
		if len(n.Residual) > 0 {
			b.add("Join Filter", "%s", x.d.conjunction(n.Residual, n.Left, n.Right))
		}
		return b
	case *physical.Sort:
		b := x.leaf("Sort", "")
		b.add("Sort Key", "%s", x.d.sortKeys(n.Keys, n.Input))
		if n.Limit >= 0 {
			b.add("Rows Kept", "%d", n.Limit)
		}
		return b
	case *physical.Limit:
		b := x.leaf("Limit", "")
		if n.Count != nil {
			b.add("Count", "%s", x.d.text(n.Count))
		}
		if n.Offset != nil {
			b.add("Offset", "%s", x.d.text(n.Offset))
		}
		return b
	case *physical.Window:
		return x.leaf("WindowAgg", "")
	case *physical.GapFill:
		b := x.leaf("GapFill", "")
		b.add("From", "%s", x.d.text(n.Start))
		b.add("To", "%s", x.d.text(n.Finish))
		return b
	case *physical.Append:
		return x.leaf("Append", "")
	case *physical.DistinctOn:
		b := x.leaf("Unique", "")
		b.add("Unique Key", "%s", x.d.list(n.Keys, n.Input))
		return b
	case *physical.SingleRow:
		return x.leaf("Single Row", "")
	case *physical.Gather:
		return x.leaf("Gather", "")
	case *physical.Insert:
		return x.leaf("Insert", tableName(n.Table, ""))
	case *physical.Conflict:
		return x.conflict(n)
	case *physical.Upsert:
		return x.leaf("Insert", tableName(n.Table, ""))
	case *physical.Update:
		return x.leaf("Update", tableName(n.Table, ""))
	case *physical.Delete:
		return x.leaf("Delete", tableName(n.Table, ""))
	}
	return x.leaf("Utility Statement", "")
}

// conflict prints what PostgreSQL prints below Insert.
func (x *explainer) conflict(n *physical.Conflict) *block {
	b := x.leaf("Conflict", tableName(n.Table, ""))
	b.add("Conflict Resolution", "%s", map[bool]string{false: "NOTHING", true: "UPDATE"}[n.Update])
	var names []string
	for _, id := range n.Arbiters {
		names = append(names, quote(n.Table.UniqueName(id)))
	}
	if len(names) > 0 {
		b.add("Conflict Arbiter Indexes", "%s", strings.Join(names, ", "))
	}
	return b
}

func (x *explainer) scan(n *physical.Scan) *block {
	kind := "Scan"
	if len(n.Key) > 0 && len(n.Key) == len(n.Table.Key) {
		kind = "Key Scan"
	}
	on := tableName(n.Table, n.Alias)
	b := x.leaf(kind, on)
	if index := n.Table.Index(n.Index); index != nil {
		b = &block{label: "Index Scan using " + quote(index.Name) + " on " + on, kind: "Index Scan"}
		var conds []string
		for i, v := range n.IndexKey {
			conds = append(conds, "("+x.d.name(n.Alias, n.Table.Columns[index.Keys[i].Column].Name)+" = "+x.d.text(v)+")")
		}
		b.add("Index Cond", "%s", all(conds))
	}
	if len(n.Key) > 0 {
		var conds []string
		for i, v := range n.Key {
			conds = append(conds, "("+x.d.name(n.Alias, n.Table.Columns[n.Table.Key[i]].Name)+" = "+x.d.text(v)+")")
		}
		b.add("Key Cond", "%s", all(conds))
	}
	if len(n.Bounds) > 0 {
		var conds []string
		col := x.d.name(n.Alias, n.Table.Columns[n.Table.Time].Name)
		for _, bd := range n.Bounds {
			op := [...]string{"<", "<=", "=", ">=", ">"}[bd.Op]
			conds = append(conds, "("+col+" "+op+" "+x.d.text(bd.Value)+")")
		}
		b.add("Time Bounds", "%s", all(conds))
	}
	if len(n.Filter) > 0 {
		b.add("Filter", "%s", x.d.conjunction(n.Filter, n))
	}
	if x.o.Shards != nil {
		kept, known := x.o.Shards(n)
		b.add("Shards", "%d of %d", kept, known)
	}
	return b
}

func all(conds []string) string {
	if len(conds) == 1 {
		return conds[0]
	}
	return "(" + strings.Join(conds, " AND ") + ")"
}

func (x *explainer) aggregate(n *physical.Aggregate) *block {
	kind := "Aggregate"
	if len(n.Keys) > 0 {
		kind = "HashAggregate"
	}
	kind = map[physical.AggMode]string{physical.Partial: "Partial ", physical.Final: "Finalize "}[n.Mode] + kind
	b := x.leaf(kind, "")
	if len(n.Keys) > 0 {
		keys := make([]string, len(n.Keys))
		for i := range n.Keys {
			keys[i] = x.d.column(n, i)
		}
		b.add("Group Key", "%s", strings.Join(keys, ", "))
	}
	return b
}

func (x *explainer) join(n *physical.Join) *block {
	kind := [...]string{
		physical.Inner: "Join", physical.Left: "Left Join", physical.Right: "Right Join", physical.Full: "Full Join",
		physical.Semi: "Semi Join", physical.Anti: "Anti Join", physical.AntiNull: "Null-Aware Anti Join",
	}[n.Kind]
	if n.Asof != physical.NotAsof {
		kind = "ASOF " + kind
	} else if len(n.LeftKeys) > 0 {
		kind = "Hash " + kind
	} else if n.Kind == physical.Inner {
		kind = "Nested Loop"
	} else {
		kind = "Nested Loop " + kind
	}
	b := x.leaf(kind, "")
	if len(n.LeftKeys) > 0 {
		var conds []string
		for i := range n.LeftKeys {
			conds = append(conds, "("+x.d.text(n.LeftKeys[i], n.Left)+" = "+x.d.text(n.RightKeys[i], n.Right)+")")
		}
		b.add("Hash Cond", "%s", all(conds))
	}
	if n.Asof != physical.NotAsof {
		b.add("ASOF Cond", "(%s %s %s)", x.d.text(n.LeftTime, n.Left), n.Asof, x.d.text(n.RightTime, n.Right))
	}
	if len(n.Residual) > 0 {
		b.add("Join Filter", "%s", x.d.conjunction(n.Residual, n.Left, n.Right))
	}
	return b
}
