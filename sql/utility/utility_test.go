package utility

import (
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/dejaq/fasti/sql/ast/asttest"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/shape"
	"github.com/dejaq/fasti/sql/translate"
)

// TestUtility prints the trees of statements, one on each line of the input, or
// the error. The command cockroach turns its additions on.
func TestUtility(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			r := translate.Reader{Shape: shape.Options{Cockroach: d.Cmd == "cockroach"}}
			out := ""
			for c := lex.Open(d.Input); !c.Is(lex.EOF); {
				stmt, res, err := Statement(c, &r)
				if err != nil {
					return out + err.Error() + "\n"
				}
				out += asttest.Dump(stmt, asttest.Options{Text: true}) + "\n"
				if res.Later != nil {
					out += "  later: " + res.Later.Error() + "\n"
				}
				if !c.Accept(lex.Semicolon) && !c.Is(lex.EOF) {
					return out + "rest: " + c.Src[c.Pos():] + "\n"
				}
			}
			return out
		})
	})
}
