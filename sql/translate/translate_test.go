package translate

import (
	"fmt"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/ast/asttest"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/shape"
	"github.com/dejaq/fasti/sql/skel"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// TestTranslate prints the trees of expressions and statements; pos shows
// positions. Every text is read twice, so that the second tree comes from the
// cache of skeletons, and must be the same.
func TestTranslate(t *testing.T) {
	r := Reader{Shape: shape.Options{Cockroach: true}, Skeletons: skel.NewCache(0)}
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			read := func() string {
				var tree any
				var res Result
				var err error
				c := lex.Open(d.Input)
				switch d.Cmd {
				case "expr":
					tree, res, err = r.Expr(c)
				case "exprs":
					tree, res, err = r.Exprs(c)
				case "stmt":
					tree, res, err = r.Statement(c)
				case "query":
					tree, res, err = r.Query(c)
				default:
					t.Fatalf("unknown command %s", d.Cmd)
				}
				if err != nil {
					return err.Error() + "\n"
				}
				out := asttest.Dump(tree, asttest.Options{Pos: d.HasArg("pos")}) + "\n"
				for _, p := range res.Params {
					out += fmt.Sprintf("$%d at %d %s\n", p.Number, p.Pos, asttest.Dump(p.Type, asttest.Options{}))
				}
				if !c.Is(lex.EOF) {
					out += "rest: " + c.Src[c.Pos():] + "\n"
				}
				return out
			}
			first := read()
			require.Equal(t, first, read())
			return first
		})
	})
}

// TestForeignTree shows invariant I1: a tree that does not fit the side table is an
// internal error.
func TestForeignTree(t *testing.T) {
	encode := func(sql string) *shape.Encoding {
		e, err := shape.Expr(lex.Open(sql), shape.Options{})
		require.NoError(t, err)
		return e
	}
	for _, other := range []string{"SELECT f0(t1)", "SELECT f1(t0,t2,t2)", "SELECT f1(t0,t9)", "SELECT f1(t0,t2),t3", "SELECT t0;SELECT t2", "SELECT f1(t0,(SELECT t2))"} {
		tree, err := (*skel.Cache)(nil).Parse([]byte(other))
		require.NoError(t, err)
		var e ast.Expr
		err = lowerAll(encode("a + b"), tree, func(l *lowering) { e = l.fields(1)[0] })
		require.Equal(t, sqlerr.InternalError, sqlerr.Code(err), "%s gave %v", other, e)
	}
}
