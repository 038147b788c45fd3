package parse

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/sql/ast"
)

// corpus returns the statements of testdata/corpus, which clients of PostgreSQL
// really send, by file.
func corpus(tb testing.TB) map[string][]string {
	files, err := filepath.Glob("testdata/corpus/*.sql")
	require.NoError(tb, err)
	require.NotEmpty(tb, files)
	out := map[string][]string{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(tb, err)
		out[filepath.Base(f)] = strings.Split(strings.TrimSuffix(string(text), "\n"), "\n;;\n")
	}
	return out
}

// refused are the statements of the corpus that PostgreSQL refuses as well.
var refused = map[string]string{
	"SELECT * FROM t FETCH NEXT ROW WITH TIES": "WITH TIES cannot be specified without ORDER BY clause",
}

// TestCorpus parses every statement that clients send; nothing may be called a
// syntax error.
func TestCorpus(t *testing.T) {
	statements, unsupported := 0, 0
	for file, texts := range corpus(t) {
		for _, text := range texts {
			stmts, err := Parse(text, Options{})
			if message, ok := refused[text]; ok {
				require.ErrorContains(t, err, message)
				continue
			}
			require.NoError(t, err, "%s: %s", file, text)
			for _, s := range stmts {
				statements++
				require.Equal(t, s.Source, text[s.Pos:s.Pos+len(s.Source)])
				if _, ok := s.AST.(*ast.Unsupported); ok {
					unsupported++
				}
			}
		}
	}
	t.Logf("%d statements, %d of them unsupported", statements, unsupported)
	require.Greater(t, statements, 700)
}
