package format_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/ast/asttest"
	"github.com/dejaq/fasti/sql/format"
	"github.com/dejaq/fasti/sql/parse"
)

// TestRoundTripCorpus parses the statements that clients send, prints each tree
// and parses that: the trees are the same, positions and kept texts aside, and
// printing again changes nothing.
func TestRoundTripCorpus(t *testing.T) {
	files, err := filepath.Glob("../parse/testdata/corpus/*.sql")
	require.NoError(t, err)
	n := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		for _, sql := range strings.Split(string(text), "\n;;\n") {
			stmts, err := parse.Parse(sql, parse.Options{})
			if err != nil {
				continue // TestCorpus of sql/parse knows which these are
			}
			for _, s := range stmts {
				roundTrip(t, s)
				n++
			}
		}
	}
	require.Greater(t, n, 700)
}

func roundTrip(t *testing.T, s parse.Statement) {
	if _, ok := s.AST.(*ast.Unsupported); ok {
		return // the tree does not hold the statement
	}
	if e, ok := s.AST.(*ast.Explain); ok {
		if _, ok := e.Stmt.(*ast.Unsupported); ok {
			return
		}
	}
	text := format.Stmt(s.AST)
	again, err := parse.Parse(text, parse.Options{})
	require.NoError(t, err, "%s\nprinted as\n%s", s.Source, text)
	require.Len(t, again, 1, text)
	require.Equal(t, asttest.Dump(s.AST, asttest.Options{}), asttest.Dump(again[0].AST, asttest.Options{}),
		"%s\nprinted as\n%s", s.Source, text)
	require.Equal(t, text, format.Stmt(again[0].AST))
}
