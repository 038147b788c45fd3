package planner

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/planner/rules"
	"github.com/dejaq/fasti/sql/parse"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// rowCounts are what the tests' estimator knows.
func rowCounts(t *schema.Table) (int64, bool) {
	n, ok := map[string]int64{"flights": 3000000, "airports": 3400, "cpu": 2000000, "u": 10}[t.Name]
	return n, ok
}

// TestPlans runs the scripts of testdata/plans: SQL in, trees out. Commands:
//
//	bind          the logical tree as the binder makes it
//	rules         after the rules; "pushdown", "normalize", … one of them alone
//	plan          the physical plan as EXPLAIN prints it
//	verbose, json the same in EXPLAIN's other forms
//	table         the descriptor that CREATE TABLE or create_hypertable makes
//	error         what the client sees of an error
//
// The tables are those of testdata/schema.sql.
func TestPlans(t *testing.T) {
	c := newCatalog(t)
	o := Options{Catalog: c, Database: "fasti", Rows: rowCounts}
	datadriven.Walk(t, "testdata/plans", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			return runPlan(t, d.Cmd, d.Input, o)
		})
	})
}

func runPlan(t *testing.T, cmd, sql string, o Options) string {
	stmts, err := parse.Parse(sql, parse.Options{})
	if err != nil {
		return clientError(err)
	}
	stmt := stmts[0].AST
	tree := func(f func(logical.Node, logical.Set) logical.Node) string {
		st, err := bind(stmt, o)
		if err != nil {
			return clientError(err)
		}
		need := logical.Set{}
		for _, c := range st.Out {
			need.Add(c.ID)
		}
		return logical.Format(f(st.Root, need))
	}
	switch cmd {
	case "bind":
		return tree(func(n logical.Node, _ logical.Set) logical.Node { return n })
	case "rules":
		return tree(func(n logical.Node, need logical.Set) logical.Node {
			return rules.Apply(n, need, rules.Options{Rows: o.Rows})
		})
	case "normalize":
		return tree(func(n logical.Node, _ logical.Set) logical.Node { return rules.Normalize(n) })
	case "pushdown":
		return tree(func(n logical.Node, _ logical.Set) logical.Node { return rules.PushDown(rules.Normalize(n)) })
	case "joins":
		return tree(func(n logical.Node, _ logical.Set) logical.Node {
			return rules.OrderJoins(rules.PushDown(rules.Normalize(n)), o.Rows)
		})
	case "prune":
		return tree(rules.Prune)
	}
	p, err := Plan(stmt, o)
	if err != nil {
		return clientError(err)
	}
	// Every plan of these scripts survives the way to another node.
	if p.Plan != nil {
		back, err := physical.Decode(physical.Encode(p.Plan))
		require.NoError(t, err)
		require.Equal(t, p.Plan, back)
	}
	x := ExplainOptions{Verbose: cmd == "verbose", Shards: func(*physical.Scan) (int, int) { return 4, 16012 }}
	if cmd == "json" {
		x.Format = "JSON"
	}
	notices := ""
	for _, n := range p.Notices {
		notices += n.Severity + ": " + n.Message + "\n"
	}
	switch cmd {
	case "table":
		switch n := p.Plan.(type) {
		case *physical.CreateTable:
			require.NoError(t, n.Table.Validate())
			return notices + describeTable(n.Table)
		case *physical.CreateHypertable:
			require.NoError(t, n.Table.Validate())
			return fmt.Sprintf("%sif_not_exists=%v out=%v\n%s", notices, n.IfNotExists, n.Out, describeTable(n.Table))
		}
		return notices + fmt.Sprintf("%T\n", p.Plan)
	case "error":
		return "no error\n"
	}
	lines, err := Explain(p.Plan, x)
	if err != nil {
		return clientError(err)
	}
	return notices + strings.Join(lines, "\n") + "\n"
}

func clientError(err error) string {
	var e *sqlerr.Error
	if !errors.As(err, &e) {
		return err.Error() + "\n"
	}
	return strings.ReplaceAll(describeError(e.Code, e.Message, e.Detail, e.Hint, e.Pos), "  ", "")
}

// describeTable prints a descriptor by names.
func describeTable(t *schema.Table) string {
	var b strings.Builder
	names := func(ords []int) string {
		var s []string
		for _, o := range ords {
			s = append(s, t.Columns[o].Name)
		}
		return strings.Join(s, ",")
	}
	fmt.Fprintf(&b, "%s.%s\n", t.Namespace, t.Name)
	for _, c := range t.Columns {
		fmt.Fprintf(&b, "  %d %s %s", c.ID, c.Name, c.Type)
		if c.NotNull {
			b.WriteString(" not null")
		}
		if c.Default != "" {
			b.WriteString(" default " + c.Default)
		}
		b.WriteByte('\n')
	}
	if len(t.Key) > 0 {
		fmt.Fprintf(&b, "key %s (%s)\n", t.KeyName, names(t.Key))
	}
	if t.Time >= 0 {
		fmt.Fprintf(&b, "time %s unit=%d width=%dus retention=%dus\n", t.Columns[t.Time].Name, t.TimeUnit, t.Width, t.Retention)
	} else {
		b.WriteString("keyed\n")
	}
	fmt.Fprintf(&b, "partitions %d by (%s) order by (%s) max_rows=%d replicas=%d\n", t.Partitions, names(t.PartitionBy), names(t.OrderBy), t.MaxRows, t.Replicas)
	return b.String()
}
