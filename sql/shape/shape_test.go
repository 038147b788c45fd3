package shape

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/sql/ast/asttest"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// TestShape prints the skeleton of a statement, one fragment a line and the main
// one marked, and the side table. Commands: stmt (with Cockroach's forms), expr,
// bexpr, type.
func TestShape(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			c := lex.Open(d.Input)
			o := Options{Cockroach: true}
			var e *Encoding
			var err error
			switch d.Cmd {
			case "stmt":
				e, err = Statement(c, o)
			case "expr":
				e, err = Expr(c, o)
			case "bexpr":
				e, err = BExpr(c, o)
			case "type":
				typ, later, err := Type(c, o)
				if err != nil {
					return err.Error() + "\n"
				}
				return fmt.Sprintf("%s %v\n", asttest.Dump(typ, asttest.Options{}), later)
			default:
				t.Fatalf("unknown command %s", d.Cmd)
			}
			if err != nil {
				return describe(err)
			}
			defer e.Release()
			var b strings.Builder
			for i, f := range strings.Split(string(e.Skeleton), ";") {
				mark := ""
				if i+1 == e.Main && e.Fragments > 1 {
					mark = "main "
				}
				fmt.Fprintf(&b, "%s%s\n", mark, f)
			}
			for i, n := range e.Nodes {
				fmt.Fprintf(&b, "%d: %s\n", i, asttest.Dump(n, asttest.Options{Pos: true}))
			}
			for _, p := range e.Params {
				fmt.Fprintf(&b, "$%d@%d\n", p.Number, p.Pos)
			}
			if e.Later != nil {
				b.WriteString("later: " + describe(e.Later))
			}
			if !c.Is(lex.EOF) {
				fmt.Fprintf(&b, "rest: %s\n", c.Src[c.Pos():])
			}
			return b.String()
		})
	})
}

func describe(err error) string {
	e := err.(*sqlerr.Error)
	return fmt.Sprintf("%s %s, position %d\n", e.Code, e.Message, e.Pos)
}

// deep are statements that nest n levels, each in another way.
var deep = map[string]func(n int) string{
	"brackets":   func(n int) string { return "SELECT " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n) },
	"subqueries": func(n int) string { return "SELECT " + strings.Repeat("(SELECT ", n) + "1" + strings.Repeat(")", n) },
	"queries":    func(n int) string { return strings.Repeat("(", n) + "SELECT 1" + strings.Repeat(")", n) },
	"derived": func(n int) string {
		return "SELECT * FROM " + strings.Repeat("(SELECT * FROM ", n) + "t" + strings.Repeat(") a", n)
	},
	"joins": func(n int) string { return "SELECT * FROM a" + strings.Repeat(" JOIN b ON x", n) },
	"on": func(n int) string {
		return "SELECT * FROM a" + strings.Repeat(" JOIN b", n) + strings.Repeat(" ON x", n)
	},
	"commas": func(n int) string { return "SELECT * FROM a" + strings.Repeat(", b", n) },
	"not":    func(n int) string { return "SELECT " + strings.Repeat("NOT ", n) + "a" },
	"minus":  func(n int) string { return "SELECT " + strings.Repeat("- ", n) + "a" },
	"prefix": func(n int) string { return "SELECT " + strings.Repeat("~ ", n) + "a" },
	"plus":   func(n int) string { return "SELECT a" + strings.Repeat(" + a", n) },
	"casts":  func(n int) string { return "SELECT a" + strings.Repeat("::int", n) },
	"calls":  func(n int) string { return "SELECT " + strings.Repeat("f(", n) + "1" + strings.Repeat(")", n) },
	"case": func(n int) string {
		return "SELECT " + strings.Repeat("CASE WHEN a THEN ", n) + "1" + strings.Repeat(" END", n)
	},
	"arrays": func(n int) string { return "SELECT ARRAY" + strings.Repeat("[", n) + strings.Repeat("]", n) },
	"unions": func(n int) string { return "SELECT 1" + strings.Repeat(" UNION SELECT 1", n) },
	"groups": func(n int) string {
		return "SELECT 1 FROM t GROUP BY " + strings.Repeat("GROUPING SETS (", n) + "a" + strings.Repeat(")", n)
	},
	"with": func(n int) string {
		return strings.Repeat("WITH a AS (", n) + "SELECT 1" + strings.Repeat(") SELECT 1", n)
	},
	"index": func(n int) string { return "SELECT a" + strings.Repeat("[1]", n) },
	"row":   func(n int) string { return "SELECT " + strings.Repeat("ROW(", n) + "1" + strings.Repeat(")", n) },
	"in":    func(n int) string { return "SELECT " + strings.Repeat("a IN (", n) + "1" + strings.Repeat(")", n) },
	"between": func(n int) string {
		return "SELECT " + strings.Repeat("a BETWEEN (", n) + "1" + strings.Repeat(") AND 2", n)
	},
	"mixed": func(n int) string {
		return "SELECT * FROM " + strings.Repeat("(", n) + "(SELECT 1) a" + strings.Repeat(" CROSS JOIN b)", n)
	},
}

// TestDepth refuses what nests deeper than MaxDepth with 54001 and takes what is
// at a fifth of it, whatever nests.
func TestDepth(t *testing.T) {
	for name, gen := range deep {
		t.Run(name, func(t *testing.T) {
			e, err := Statement(lex.Open(gen(200)), Options{})
			require.NoError(t, err)
			e.Release()
			for _, n := range []int{1001, 5000} {
				_, err = Statement(lex.Open(gen(n)), Options{})
				require.Equal(t, sqlerr.StatementTooComplex, sqlerr.Code(err), "%d levels: %v", n, err)
			}
		})
	}
}

// long are statements of n equal parts that do not nest.
var long = map[string]func(n int) string{
	"or":      func(n int) string { return "SELECT 1 WHERE a = 0" + strings.Repeat(" OR a = 1", n) },
	"and":     func(n int) string { return "SELECT 1 WHERE a = 0" + strings.Repeat(" AND a = 1", n) },
	"in":      func(n int) string { return "SELECT 1 WHERE a IN (1" + strings.Repeat(",1", n) + ")" },
	"inExprs": func(n int) string { return "SELECT 1 WHERE a IN (b" + strings.Repeat(",b", n) + ")" },
	"targets": func(n int) string { return "SELECT a" + strings.Repeat(", a", n) },
	"values":  func(n int) string { return "INSERT INTO t VALUES (1, a + 1)" + strings.Repeat(", ('x', f(2))", n) },
	"rows":    func(n int) string { return "INSERT INTO t VALUES (1, 2)" + strings.Repeat(", (-1, 'x'::text)", n) },
	"ctes": func(n int) string {
		return "WITH a AS (SELECT 1)" + strings.Repeat(", a AS (SELECT 1)", n) + " SELECT 1"
	},
	"args": func(n int) string { return "SELECT f(1" + strings.Repeat(", ((1))", n) + ")" },
	"case": func(n int) string { return "SELECT CASE" + strings.Repeat(" WHEN a THEN 1", n) + " END" },
	"set":  func(n int) string { return "UPDATE t SET a = 1" + strings.Repeat(", a = 1", n) },
	"limits": func(n int) string {
		return "SELECT f((SELECT 1 LIMIT 1)" + strings.Repeat(", (SELECT 1 LIMIT 1 + 1)", n) + ")"
	},
}

// TestLinear counts the work on statements of n and of 2n parts: twice as much, and
// so is what comes out.
func TestLinear(t *testing.T) {
	for name, gen := range long {
		t.Run(name, func(t *testing.T) {
			size := func(n int) [3]float64 {
				e, err := Statement(lex.Open(gen(n)), Options{})
				require.NoError(t, err)
				defer e.Release()
				return [3]float64{float64(e.Steps), float64(len(e.Nodes)), float64(len(e.Skeleton))}
			}
			one, two := size(2000), size(4000)
			for i, what := range []string{"steps", "nodes", "bytes"} {
				require.LessOrEqual(t, two[i], 2.2*one[i]+8, "%s for 2000 parts %v, for 4000 %v", what, one[i], two[i])
			}
		})
	}
	// Brackets are counted too: (((… with a query inside is looked past once.
	for name, gen := range deep {
		steps := func(n int) int {
			e, err := Statement(lex.Open(gen(n)), Options{})
			require.NoError(t, err)
			defer e.Release()
			return e.Steps
		}
		require.LessOrEqual(t, float64(steps(200)), 2.2*float64(steps(100))+8, name)
	}
}
